"""A roll-up of the money by source on a reference form: the line of each source, and what adds up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from allocator.inputs.schemas.base import Cited, Id, Label, Strict

Holds = Literal["sources", "sum", "total_cost", "invested", "projects", "started", "by_hand"]
"""What fills a line: the sources that name it, the lines it adds up, the cost of all projects of the year, what is
carried out in the year, the number of projects under way and new, of new ones, or nobody but the unit itself."""


class RollupLine(Strict):
    """One line of the form."""

    id: Id
    """Its code on the form; lines without a code there have a name of their own."""
    code: str = ""
    """Code as the form prints it."""
    label: Label
    unit: Literal["money", "count"] = "money"
    level: int = Field(default=0, ge=0, le=5)
    """How far it is moved in under its heading."""
    holds: Holds
    adds_up: tuple[Id, ...] = ()
    """Lines it is the sum of, for ``sum``."""


class Rollup(Cited):
    """The form with its lines, and the line of every source."""

    label: Label
    lines: Annotated[tuple[RollupLine, ...], Field(min_length=1)]
    """In the order of the form."""
    total: Id
    """Line that all money of the plan adds up to."""
    other: Id
    """Line of sources that name none; the form asks to say which they are."""
    sources: dict[Id, Id] = Field(default={})
    """Line by source."""
