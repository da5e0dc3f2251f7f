"""What every input has in common: strictness, citation, dated quantities."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\s\[\],|][^\[\],|]*$")]
"""A name people use to point at something; brackets, commas and bars are kept for our own labels."""

Share = Annotated[Decimal, Field(ge=0, le=1)]
"""A fraction between 0 and 1."""

Year = Annotated[int, Field(ge=1900, le=2200)]
"""A calendar (budget) year."""

Basis = Literal["law", "assumption"]
"""Whether a document states the value, or we assume it; reports mark every assumption."""


class Strict(BaseModel):
    """Base of every input: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Label(Strict):
    """A name in the languages of the reports."""

    zh: str = ""
    """Chinese name."""
    en: str = ""
    """English name; the Chinese one is shown when it is empty, and the other way round."""

    def text(self, language: str) -> str:
        """Name in ``language`` (``zh`` or ``en``), or in the other one when it is missing."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


class Cited(Strict):
    """Where a rule or value comes from, precise enough for a reader to check it."""

    since: date
    """Date the value came into force."""
    until: date | None = None
    """Last day the value was in force, when it has ended."""
    clause: str = Field(min_length=1)
    """Article or paragraph, for example 二(三)3."""
    document: str = Field(min_length=1)
    """Document id (a key of ``documents``)."""
    basis: Basis
    """``law`` when the document states it, ``assumption`` when we do."""
    note: str = ""
    """Why the assumption was made, or what the document leaves open."""


class Quantity(Cited):
    """A number with its unit and citation."""

    value: Decimal
    """The number, in ``unit``."""
    unit: str = Field(min_length=1)
    """Unit of ``value``: share, year, 元/户, household …"""


Dated = Annotated[tuple[Quantity, ...], Field(min_length=1)]
"""A legal quantity over time, oldest first; the newest one in force on a date counts."""


C = TypeVar("C", bound=Cited)


def in_force(values: tuple[C, ...], on: date) -> C | None:
    """Newest of ``values`` in force on the date ``on``, or None when none is yet."""
    current = [v for v in values if v.since <= on and (v.until is None or on <= v.until)]
    return max(current, key=lambda v: v.since) if current else None
