"""Rules that tie one source's money to another's: matching, residual splits, and subsidies with a kink (kickers)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from allocator.inputs.schemas.base import Cited, Dated, Id, Label, Share, Strict


class Matching(Cited):
    """Some sources together pay at most a ratio of what others pay for new starts (配套)."""

    label: Label
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Sources that need to be matched; what they pay is added up."""
    of: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Sources that match them; what they pay is added up."""
    at_most: Dated
    """Greatest ratio of the one sum to the other; unit ratio."""
    at: Literal["city", "county", "project", "estate"] = "county"
    """Where both sums are taken. At projects and estates all these sources are paid estate by estate."""
    over: Literal["year", "total"] = "year"
    """Whether both sums are of each payment year or of all of them."""


class SplitPart(Strict):
    """One side of a residual split."""

    sources: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Sources of this side; what they pay is added up."""
    share: Share
    """Share of what all sides pay; the shares of a split sum to 1."""


class Split(Cited):
    """What upper levels leave is paid by several levels in fixed shares (扣除上级后按比例分担)."""

    label: Label
    parts: Annotated[dict[Id, SplitPart], Field(min_length=2)]
    """Sides by name, for example county and street."""
    at: Literal["city", "county"] = "county"
    """Where the sums are taken."""
    over: Literal["year", "total"] = "year"
    """Whether the sums are of each payment year or of all of them."""


class Kicker(Cited):
    """A subsidy whose share rises and falls with what residents of the estate pay for its works (随居民出资升降)."""

    label: Label
    source: Id
    """The subsidy; all it pays at an estate over the life of the works counts."""
    payer: Id
    """Who is expected to pay a share, usually the residents; what this payer's sources pay for the works counts."""
    share: Dated
    """Share of the base that the subsidy pays when exactly the expected share is paid; unit share."""
    expected: Annotated[dict[Id, Share], Field(min_length=1)]
    """Expected share of the cost by class of works; works of other classes are not counted at all."""
    not_works: tuple[Id, ...] = ()
    """Works that are not counted, whatever their class."""
    up: Annotated[Decimal, Field(ge=0)] = Decimal(1)
    """Points of subsidy gained per point paid above what is expected."""
    most: Share = Decimal("0.1")
    """Greatest gain, as a share."""
    down: Annotated[Decimal, Field(ge=0)] = Decimal(2)
    """Points of subsidy lost per point paid below what is expected; at least ``up``. The subsidy ends at nothing."""
    base_cap: Dated | None = None
    """Most that the base may be, per square metre of the estate (元/平方米); None: the base is their cost."""
