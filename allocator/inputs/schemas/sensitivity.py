"""Variants of a scenario, and what its sensitivity is asked about."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from allocator.inputs.schemas.base import Id, Label, Strict
from allocator.inputs.schemas.changes import Change
from allocator.inputs.schemas.policy import Band

Factor = Annotated[Decimal, Field(ge=0)]
"""What an amount is multiplied by."""


class Variant(Strict):
    """The scenario with some changes, by name."""

    label: Label = Label()
    changes: Annotated[tuple[Change, ...], Field(min_length=1)]


class LimitSteps(Strict):
    """How far limits and pledges that are not yet firm fall and rise, one source at a time."""

    down: Factor | None = Decimal("0.8")
    up: Factor | None = Decimal("1.2")
    sources: tuple[Id, ...] = ()
    """Sources; none named: every source with limits or pledges that are not yet firm, but for bonds (``quota``)."""


class Sensitivity(Strict):
    """Which variants ``allocator sensitivity`` solves, besides the base; each changes one thing.

    Only money that is not yet firm moves with ``limits``, ``quota`` and ``ladder``; what a limit must use at least
    moves with it.
    """

    limits: LimitSteps | None = None
    price_index: tuple[Factor, ...] = ()
    """Factors of the cost of every work item."""
    quota: tuple[Factor, ...] = ()
    """Factors of the bond quotas."""
    ceiling: tuple[Factor, ...] = ()
    """Factors of the ceilings on stock and service of debt."""
    interest: tuple[Decimal, ...] = ()
    """Added to the coupon of every bond; 0.01 is a percentage point."""
    gates_slip: tuple[Annotated[int, Field(ge=1)], ...] = ()
    """Years by which promised gates are met later."""
    vague_shares: dict[Id, tuple[Annotated[dict[Id, Band], Field(min_length=1)], ...]] = Field(default={})
    """Other readings of a payer rule that is an assumption: shares by payer, as in the policy model."""
    bonus: tuple[Factor, ...] = ()
    """Factors of the points of bundles."""
    ladder: tuple[Factor, ...] = ()
    """Factors of all limits at once (not pledges): the budget ladder. 1 stands for the base and needs no run."""
    variants: tuple[Id, ...] | None = None
    """Which of the scenario's ``variants``; all of them when left out."""
