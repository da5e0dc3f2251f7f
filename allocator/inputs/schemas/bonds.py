"""Bonds: terms of borrowing."""

from __future__ import annotations

from typing import Literal

from allocator.inputs.schemas.base import Cited, Dated, Id, Label, Quantity, Strict


class Bond(Cited):
    """A bond: its proceeds are the money of ``source``, whose limits are the quota."""

    label: Label
    kind: Literal["general", "special"] = "general"
    """``general``: issued by counties. ``special``: by areas, each one project that pays its bonds from income."""
    source: Id
    lot: Quantity
    """Size of one lot (money unit)."""
    term_years: Quantity
    coupon: Quantity
    """Yearly interest, as a share of the outstanding principal."""
    repayment: Literal["level", "bullet", "instalments"]
    """Equal payments, principal at the end with yearly interest, or equal principal with interest."""
    service_source: Id
    """County source that pays interest and principal; of a special bond, what the project's income does not."""
    refinance_share: Dated | None = None
    """Share of the principal falling due that new bonds repay (再融资债券); it stays debt and bears the coupon."""


class SpecialBondRules(Strict):
    """What an area must satisfy to issue special bonds; a rule that is left out does not hold."""

    capital_share: Dated | None = None
    """Least share of the cost of the area's works that is neither special bonds nor other debt."""
    cover: Dated | None = None
    """Least ratio of net income in the life of the bonds to their principal and interest."""
    cover_all_debt: Dated | None = None
    """Least ratio of all net income to principal and interest of special bonds and other debt."""
    discount: Dated | None = None
    """Yearly rate at which income and service are discounted in both ratios; not discounted when it is left out."""
