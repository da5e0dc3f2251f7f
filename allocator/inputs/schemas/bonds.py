"""Bonds: terms of borrowing."""

from __future__ import annotations

from typing import Literal

from allocator.inputs.schemas.base import Cited, Dated, Id, Label, Quantity


class Bond(Cited):
    """A general bond: its proceeds are the money of ``source``, whose limits are the quota."""

    label: Label
    source: Id
    lot: Quantity
    """Size of one lot (money unit)."""
    term_years: Quantity
    coupon: Quantity
    """Yearly interest, as a share of the outstanding principal."""
    repayment: Literal["level", "bullet", "instalments"]
    """Equal payments, principal at the end with yearly interest, or equal principal with interest."""
    service_source: Id
    """County source that pays interest and principal."""
    refinance_share: Dated | None = None
    """Share of the principal falling due that new bonds repay (再融资债券); it stays debt and bears the coupon."""
