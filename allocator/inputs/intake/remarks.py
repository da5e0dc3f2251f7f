"""What is told to the counties: remarks on cells, and the conversions that were made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from allocator.i18n import _
from allocator.inputs.intake.pages import Page, Spot, cell_name

Severity = Literal["must", "check"]
"""``must``: has to be corrected (必须改正); ``check``: is to be confirmed (请核对)."""

Rule = Literal[
    "full_width", "blanks", "commas", "about", "unit", "unit_left_out", "text_number", "none", "date", "serial",
    "year_in_words", "rounded", "word", "merged", "masked", "county_of_file", "id_given", "id_prefixed", "name_to_id",
    "row_added",
]  # fmt: skip
"""How a written value became the register's."""


@dataclass(frozen=True)
class Remark:
    """One line of a county's list of what to correct (退回问题清单)."""

    severity: Severity
    file: str
    page: str
    """Name of the sheet; empty for a whole file."""
    cell: str
    """B7; empty for a whole sheet."""
    heading: str
    found: str
    """What stands there, personal data masked."""
    finding: str
    cure: str


@dataclass(frozen=True)
class Conversion:
    """A value that does not enter the register as it stood."""

    file: str
    page: str
    cell: str
    sheet: str
    """Sheet of the register, as its key."""
    column: str
    """Column of the register, as its key."""
    found: str
    became: str
    """As the register shows it; empty when it became blank."""
    rule: Rule


@dataclass(frozen=True)
class Dropped:
    """A column, or a cell, with personal data that was not kept."""

    file: str
    page: str
    place: str
    """Cell of the heading or the cell itself."""
    heading: str
    kind: str
    """身份证号, 电话 …"""
    cells: int
    """How many cells were dropped."""


@dataclass(frozen=True)
class NotTaken:
    """A column, sheet or file that holds nothing the register keeps."""

    file: str
    page: str
    what: str


@dataclass
class Log:
    """Everything noted while the tables are read and merged, in the order of files, sheets and cells."""

    remarks: list[Remark] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    not_taken: list[NotTaken] = field(default_factory=list)

    def remark(
        self, severity: Severity, page: Page, spot: Spot | None, finding: str, cure: str, *,
        heading: str = "", found: str = "",
    ) -> None:  # fmt: skip
        """Note one thing that a county has to correct or confirm."""
        cell = cell_name(spot) if spot else ""
        self.remarks.append(Remark(severity, page.file, page.name, cell, heading, found, finding, cure))

    def convert(
        self, page: Page, spot: Spot, *, sheet: str, column: str, found: str, became: str, rule: Rule
    ) -> None:  # fmt: skip
        """Note that a value does not enter the register as it stood."""
        cell = cell_name(spot)
        self.conversions.append(Conversion(page.file, page.name, cell, sheet, column, found, became, rule))

    def file_remark(self, severity: Severity, file: str, finding: str, cure: str) -> None:
        """Note something about a whole file."""
        self.remarks.append(Remark(severity, file, "", "", "", "", finding, cure))


def rule_text(rule: Rule) -> str:
    """What ``rule`` does, in words."""
    texts: dict[Rule, Callable[[], str]] = {
        "full_width": lambda: _("full-width characters to half width"),
        "blanks": lambda: _("blanks within a figure left out"),
        "commas": lambda: _("thousands commas left out"),
        "about": lambda: _("a word like 'about' left out"),
        "unit": lambda: _("to the unit of the register"),
        "unit_left_out": lambda: _("a unit in the cell left out"),
        "text_number": lambda: _("a number written as text"),
        "none": lambda: _("a word or dash for nothing: blank, not zero"),
        "date": lambda: _("the year of a date"),
        "serial": lambda: _("the year of a date's serial number"),
        "year_in_words": lambda: _("the only year in the text"),
        "rounded": lambda: _("rounded to the step of amounts"),
        "word": lambda: _("another word for the same"),
        "merged": lambda: _("a merged cell counts for each of its rows"),
        "masked": lambda: _("personal data masked"),
        "county_of_file": lambda: _("the county of the file"),
        "id_given": lambda: _("an id was given"),
        "id_prefixed": lambda: _("an id that other counties use too, with the county before it"),
        "name_to_id": lambda: _("the id of what is named"),
        "row_added": lambda: _("a row was added for an id that is used"),
    }
    return texts[rule]()
