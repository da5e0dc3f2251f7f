"""Report layouts: which sheets, tables and columns a report has, as data a bureau may edit (``reports/``)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.schemas.base import Label, Strict
from allocator.inputs.shipped import shipped

_SHEET_NAME = re.compile(r"[^\[\]:*?/\\']{1,31}")
"""Names that spreadsheet programs accept for a sheet."""

Kind = Literal["text", "int", "year", "money", "number", "share"]
"""``money``: whole steps shown in the money unit; ``number``: shown with ``decimals``; ``year``:
without thousands separators; ``share``: shown in per cent."""

M = TypeVar("M", bound=Strict)


class ColumnLayout(Strict):
    """One column of a table, or one per year or level."""

    key: str
    """Column of the view; with ``each`` it holds ``{}``, the place of the year or level."""
    head: Label
    """Heading; with ``each``, ``{}`` is the year or the level's name. ``{unit}`` is the money unit."""
    group: Label = Label()
    """Heading above the headings of neighbouring columns with the same group."""
    kind: Kind = "text"
    decimals: int = Field(default=2, ge=0, le=6)
    """Decimals of kind ``number`` and ``share``; money shows the decimals of its step."""
    scale: int = Field(default=1, ge=1)
    """What values of kind ``number`` are divided by before they are shown (10000: 平方米 -> 万平方米)."""
    width: float = Field(default=10, gt=0, le=120)
    """Width in characters; the widest table of a sheet counts."""
    shows_zero: bool = False
    """Whether money of zero is shown as a number instead of a dash."""
    span: int = Field(default=1, ge=1, le=12)
    """Columns of the sheet it covers, where another table of the sheet has more columns."""
    total: bool = False
    """Whether subtotals and the total add it up; ``number`` is rounded as shown before it is added."""
    each: Literal["", "start_years", "payment_years", "later_years", "levels"] = ""

    @model_validator(mode="after")
    def _has_a_place(self) -> ColumnLayout:
        if bool(self.each) != ("{}" in self.key):
            msg = f"column {self.key!r}: 'each' and '{{}}' in the key go together"
            raise ValueError(msg)
        return self


class TableLayout(Strict):
    """One table: the view it shows, and how."""

    view: str
    """Name of the view (a key of ``allocator.reporting.views.VIEWS``)."""
    title: Label = Label()
    """Heading above the table, when a sheet has several."""
    columns: Annotated[tuple[ColumnLayout, ...], Field(min_length=1)]
    section: str = ""
    """Column of the view whose values become section headings; rows come sorted by it."""
    has_section_heads: bool = True
    """Whether each section starts with its heading."""
    subtotal: bool = False
    """Whether each section ends with a subtotal."""
    total: bool = False
    """Whether the table ends with a total."""
    empty: Label = Label(zh="无", en="none")
    """What an empty table says."""
    max_rows: int = Field(default=100_000, ge=1)
    """Rows shown; the rest is counted and left to the run folder's files. Totals count every row."""


class SheetLayout(Strict):
    """One sheet of the workbook."""

    name: Label
    """Tab name."""
    title: Label
    """Title; ``{scenario}``, ``{first}`` and ``{last}`` are replaced."""
    kind: Literal["tables", "one_page"] = "tables"
    paper: Literal["A3", "A4"] = "A4"
    landscape: bool = True
    tables: tuple[TableLayout, ...] = ()
    note: Label = Label()
    """Footnote below the last table."""
    has_filter: bool = False
    """Whether the last table can be filtered and sorted."""
    signed: bool = True
    """Whether it ends with the signature line."""


class Area(Strict):
    """How summaries show floor area, which the register has in square metres."""

    unit: Label = Label(zh="平方米", en="m²")
    scale: int = Field(default=1, ge=1)
    """Square metres in one unit."""
    decimals: int = Field(default=0, ge=0, le=4)


class WorkbookLayout(Strict):
    """The workbook: its sheets in order."""

    font: str = "宋体"
    """Font of the cells; every office program replaces one it lacks."""
    area: Area = Area()
    sheets: Annotated[tuple[SheetLayout, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_fit(self) -> WorkbookLayout:
        for language in ("zh", "en"):
            names = [sheet.name.text(language).casefold() for sheet in self.sheets]
            if wrong := [name for name in names if not _SHEET_NAME.fullmatch(name)]:
                msg = f"sheet names have 1 to 31 characters and none of [ ] : * ? / \\ ': {', '.join(wrong)}"
                raise ValueError(msg)
            if len(set(names)) < len(names):
                msg = f"two sheets have the same name ({language})"
                raise ValueError(msg)
        return self


class Words(Strict):
    """Words of the reports in both languages: sections of key -> label."""

    sections: dict[str, dict[str, Label]]

    def text(self, section: str, key: str, language: str) -> str:
        """Word for ``key``, or the key itself when the section has none."""
        label = self.sections.get(section, {}).get(key)
        return label.text(language) if label else key


@cache
def load_workbook_layout() -> WorkbookLayout:
    """Layout of the workbook, from ``reports/plan/plan.yaml``.

    Raises
    ------
    ScenarioError
        When the file does not fit the classes of this module.
    """
    return _read(shipped("reports") / "plan" / "plan.yaml", WorkbookLayout)


@cache
def load_words() -> Words:
    """Words of the reports, from ``reports/words.yaml``."""
    return _read(shipped("reports") / "words.yaml", Words, wrap="sections")


def _read(path: Path, model: type[M], wrap: str = "") -> M:
    folder = path.parent.name
    place = f"reports/{path.name}" if folder == "reports" else f"reports/{folder}/{path.name}"
    try:
        data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        return model.model_validate({wrap: data} if wrap else data)
    except YAMLError as error:
        raise ScenarioError([Problem(place, str(error), _("correct the layout file"))]) from error
    except ValidationError as error:
        problems = [
            Problem(
                f"{place}: {'.'.join(str(part) for part in item['loc'])}", item["msg"], _("correct the layout file")
            )
            for item in error.errors()
        ]
        raise ScenarioError(problems) from error
