"""What changes the cost that payers divide: fixed sums per unit, savings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from allocator.inputs.schemas.base import Cited, Id, Label, Share, Strict, in_force


class Tier(Strict):
    """One step of a unit grant."""

    up_to: Decimal | None = None
    """Greatest value of ``size`` (an item's column ``size``) in this tier; None for no upper end."""
    amount: Decimal
    """Amount per unit, in the money unit named by ``unit``."""


class GrantTiers(Cited):
    """Amounts of a unit grant, from a date on."""

    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]


class UnitGrant(Strict):
    """A fixed sum per unit of quantity, wholly paid by one source; payer shares apply to what remains."""

    label: Label
    source: Id
    unit: str
    """Unit of the amounts (万元/部 …): money unit, a slash, unit of quantity."""
    values: Annotated[tuple[GrantTiers, ...], Field(min_length=1)]
    """Amounts over time; those in force on 1 January of the year of payment count."""

    def paid_in(self, year: int) -> GrantTiers | None:
        """Amounts that count for payments of a year; None when the grant pays nothing then."""
        return in_force(self.values, date(year, 1, 1))


class CostSplit(Cited):
    """How the cost of a work item is made up, where the register does not say; the three shares sum to 1."""

    works: Share
    """Share of works (工程费): the construction cost."""
    other: Share
    """Share of other fees (工程建设其他费): design, survey, supervision, management."""
    contingency: Share
    """Share of contingency (预备费)."""

    @property
    def shares(self) -> tuple[Decimal, Decimal, Decimal]:
        """The three shares, in the order of the register's columns."""
        return self.works, self.other, self.contingency


class Saving(Cited):
    """Cost saved when two works are done together at one estate (dig once)."""

    label: Label
    works: tuple[Id, Id]
    on: Id
    """Which of the two works becomes cheaper."""
    share: Share
    """Share of that work's cost that is saved, from every component alike."""
