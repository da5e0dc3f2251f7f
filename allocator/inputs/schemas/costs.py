"""What changes the cost that payers divide: fixed sums per unit, savings."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from allocator.inputs.schemas.base import Cited, Id, Label, Share, Strict


class Tier(Strict):
    """One step of a unit grant."""

    up_to: Decimal | None = None
    """Greatest value of ``size`` (an item's column ``size``) in this tier; None for no upper end."""
    amount: Decimal
    """Amount per unit, in the money unit named by ``unit``."""


class UnitGrant(Cited):
    """A fixed sum per unit of quantity, wholly paid by one source; payer shares apply to what remains."""

    label: Label
    source: Id
    unit: str
    """Unit of the amounts (万元/部 …): money unit, a slash, unit of quantity."""
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]


class Saving(Cited):
    """Cost saved when two works are done together at one estate (dig once)."""

    label: Label
    works: tuple[Id, Id]
    on: Id
    """Which of the two works becomes cheaper."""
    share: Share
    """Share of that work's cost that is saved, from every component alike."""
