"""Words of the counties' tables, as data (``reports/intake.yaml``): other headings, notes, totals, personal columns."""

from __future__ import annotations

from functools import cache

from pydantic import Field

from allocator.errors import Problem, ScenarioError
from allocator.inputs.headings import normal
from allocator.inputs.register_sheets import Column, Sheet
from allocator.inputs.schema_errors import validated
from allocator.inputs.schemas.base import Label, Strict
from allocator.inputs.shipped import shipped
from allocator.inputs.yaml_files import read_yaml

FILE = "intake.yaml"


class ColumnWords(Strict):
    """What a column of the register is also called, and how to fill it in."""

    also: tuple[str, ...] = ()
    """Other headings that mean this column."""
    values: dict[str, tuple[str, ...]] = Field(default={})
    """Value of a choice -> other words for it."""
    note: Label = Label()
    """How to fill it in, for the template."""
    example: str = ""
    """How a value looks, for the template; a blank shows none."""


class SheetWords(Strict):
    """What a sheet of the register is also called, and the words of its columns."""

    also: tuple[str, ...] = ()
    """Other names of the sheet."""
    template: bool = True
    """Whether counties fill it in."""
    columns: dict[str, ColumnWords] = Field(default={})
    """By column key; columns that are not named have no other headings."""


class RowWords(Strict):
    """First words of rows that are no data."""

    grand: tuple[str, ...]
    """Totals of all rows above."""
    part: tuple[str, ...]
    """Totals of the rows since the last total."""
    breakdown: tuple[str, ...]
    """Rows that repeat a part of another row."""
    notes: tuple[str, ...]
    """Lines of text before and after the table."""


class CellWords(Strict):
    """Words in cells."""

    none: tuple[str, ...]
    """Mean that there is nothing: blank, never zero."""
    about_before: tuple[str, ...]
    """Stand before a figure that is not exact."""
    about_after: tuple[str, ...]
    """Stand after a figure that is not exact."""
    yes: tuple[str, ...]
    """Mean yes in a column of yes and no, besides the register's own words."""
    no: tuple[str, ...]
    """Mean no."""
    units: dict[str, tuple[str, ...]]
    """Unit -> other ways to write it."""


class IntakeWords(Strict):
    """All of ``reports/intake.yaml``."""

    rows: RowWords
    cells: CellWords
    not_data: tuple[str, ...]
    """Names of sheets that hold no data."""
    address: tuple[str, ...]
    """Words in the heading of a column that is used to find duplicates, and not kept."""
    generic: tuple[str, ...]
    """Words in names of estates that tell none from another."""
    personal: dict[str, tuple[str, ...]]
    """Kind of personal data -> words in the heading of a column that is dropped."""
    sheets: dict[str, SheetWords]
    """By sheet key."""

    def sheet(self, sheet: Sheet) -> SheetWords:
        """Words of ``sheet``; none when the file does not name it."""
        return self.sheets.get(sheet.key, SheetWords())

    def column(self, sheet: Sheet, column: Column) -> ColumnWords:
        """Words of ``column``; none when the file does not name it."""
        return self.sheet(sheet).columns.get(column.key, ColumnWords())

    def personal_kind(self, heading: str) -> str:
        """Kind of personal data that a column with this heading holds; empty when none."""
        plain = normal(heading)
        return next((kind for kind, words in self.personal.items() if any(normal(word) in plain for word in words)), "")


@cache
def load_intake_words() -> IntakeWords:
    """Words of the intake, from ``reports/intake.yaml``.

    Raises
    ------
    ScenarioError
        When the file does not fit the classes of this module.
    """
    problems: list[Problem] = []
    words = validated(IntakeWords, read_yaml(shipped("reports") / FILE, f"reports/{FILE}"), problems)
    if words is None:
        raise ScenarioError(problems)
    return words
