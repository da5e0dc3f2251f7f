"""Report layouts: which sheets, tables and columns a report has, as data a bureau may edit (``reports/``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.schemas.base import Id, Label, Strict
from allocator.inputs.shipped import shipped
from allocator.reporting.audience import NOT_PUBLIC, PUBLIC, Audience, publishable

_SHEET_NAME = re.compile(r"[^\[\]:*?/\\']{1,31}")
"""Names that spreadsheet programs accept for a sheet."""

Kind = Literal["text", "int", "year", "money", "number", "share"]
"""``money``: whole steps shown in the money unit; ``number``: shown with ``decimals``; ``year``:
without thousands separators; ``share``: shown in per cent."""

Audiences = Annotated[tuple[Audience, ...], Field(min_length=1)]
"""For whom something is shown; 公示 only where it is stated, of sheet, table and column alike."""

M = TypeVar("M", bound=Strict)


class Ratio(Strict):
    """A share of two columns of the view, worked out anew in every subtotal and total."""

    part: str
    whole: str
    """Where it adds up to zero, the cell is blank."""


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
    shows_sign: bool = False
    """Whether numbers are differences: shown with their sign, and a dash for none."""
    span: int = Field(default=1, ge=1, le=12)
    """Columns of the sheet it covers, where another table of the sheet has more columns."""
    total: bool = False
    """Whether subtotals and the total add it up; ``number`` is rounded as shown before it is added."""
    each: Literal["", "start_years", "payment_years", "later_years", "levels"] = ""
    ratio: Ratio | None = None
    """Shown instead of a column of the view, with kind ``share``; ``key`` is then its own name."""
    audience: Audiences = NOT_PUBLIC

    @model_validator(mode="after")
    def _has_a_place(self) -> ColumnLayout:
        if bool(self.each) != ("{}" in self.key):
            msg = f"column {self.key!r}: 'each' and '{{}}' in the key go together"
            raise ValueError(msg)
        if self.ratio and (self.kind != "share" or self.total):
            msg = f"column {self.key!r}: a ratio has kind 'share', and is not added up"
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
    muted: str = ""
    """Column of the view that is true for rows shown grey: differences that the gaps alone may explain."""
    subtotal: bool = False
    """Whether each section ends with a subtotal."""
    total: bool = False
    """Whether the table ends with a total."""
    empty: Label = Label(zh="无", en="none")
    """What an empty table says."""
    max_rows: int = Field(default=100_000, ge=1)
    """Rows shown; the rest is counted and left to the run folder's files. Totals count every row."""
    city_only: bool = False
    """Whether it is left out of a county's own form, because it would say the same twice."""
    audience: Audiences = NOT_PUBLIC

    @model_validator(mode="after")
    def _publishes_no_secrets(self) -> TableLayout:
        shown = [column.key for column in self.columns if PUBLIC in column.audience]
        if PUBLIC in self.audience and self.section:
            shown.append(self.section)
        if secret := [key for key in shown if not publishable(self.view, key)]:
            msg = (
                f"{', '.join(secret)} of the view {self.view} can never be {PUBLIC}: points, gaps, debt, reasons and "
                "what single households pay are not published"
            )
            raise ValueError(msg)
        return self

    def columns_for(self, audience: Audience) -> tuple[ColumnLayout, ...]:
        """Columns that ``audience`` may see; none when the table is not for it."""
        return tuple(c for c in self.columns if audience in c.audience) if audience in self.audience else ()


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
    audience: Audiences = NOT_PUBLIC

    @model_validator(mode="after")
    def _publishes_no_risks(self) -> SheetLayout:
        if self.kind == "one_page" and PUBLIC in self.audience:
            msg = f"a sheet of kind one_page can never be {PUBLIC}: its risks tell gaps and debt"
            raise ValueError(msg)
        return self

    def tables_for(self, audience: Audience) -> tuple[TableLayout, ...]:
        """Tables that ``audience`` may see; none when the sheet is not for it."""
        return tuple(t for t in self.tables if t.columns_for(audience)) if audience in self.audience else ()


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
        check_sheet_names(self.sheets)
        return self

    def sheets_for(self, audience: Audience) -> tuple[SheetLayout, ...]:
        """Sheets with something for ``audience``."""
        return tuple(sheet for sheet in self.sheets if sheet.tables_for(audience))


def check_sheet_names(sheets: Sequence[SheetLayout]) -> None:
    """Spreadsheet programs accept the names of ``sheets``, and no two are the same; else ValueError."""
    for language in ("zh", "en"):
        names = [sheet.name.text(language).casefold() for sheet in sheets]
        if wrong := [name for name in names if not _SHEET_NAME.fullmatch(name)]:
            msg = f"sheet names have 1 to 31 characters and none of [ ] : * ? / \\ ': {', '.join(wrong)}"
            raise ValueError(msg)
        if len(set(names)) < len(names):
            msg = f"two sheets have the same name ({language})"
            raise ValueError(msg)


class FormLayout(SheetLayout):
    """One form of the hand-in set: a sheet that has an id, so that it can be asked for and used in other workbooks."""

    id: Id
    """Name it is asked for by, and under which a workbook's layout uses it (``{form: id}``)."""
    compares: bool = False
    """Whether it lays the run beside another one (``--against``), with the views of a comparison."""


class Words(Strict):
    """Words of the reports in both languages: sections of key -> label."""

    sections: dict[str, dict[str, Label]]

    def text(self, section: str, key: str, language: str) -> str:
        """Word for ``key``, or the key itself when the section has none."""
        label = self.sections.get(section, {}).get(key)
        return label.text(language) if label else key


@cache
def load_workbook_layout(name: str = "plan") -> WorkbookLayout:
    """Layout of a workbook, from ``reports/<name>/<name>.yaml``; sheets of the form ``{form: id}`` are forms.

    Raises
    ------
    ScenarioError
        When the file does not fit the classes of this module, or names a form that is not there.
    """
    path = shipped("reports") / name / f"{name}.yaml"
    data = _parsed(path)
    sheets = data.get("sheets") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(sheets, list) or not any(_is_form(sheet) for sheet in sheets):
        return _checked(path, data, WorkbookLayout)
    forms = {form.id: form for form in load_forms()}
    problems = [
        Problem(
            f"{_place(path)}: sheets.{position}",
            _("there is no form {found!r}").format(found=sheet["form"]),
            _("name one of: {names}").format(names=", ".join(forms)),
        )
        for position, sheet in enumerate(sheets)
        if _is_form(sheet) and sheet["form"] not in forms
    ]
    if problems:
        raise ScenarioError(problems)
    whole = [forms[sheet["form"]] if _is_form(sheet) else sheet for sheet in sheets]
    return _checked(path, {**data, "sheets": whole}, WorkbookLayout)


def _is_form(sheet: object) -> bool:
    return isinstance(sheet, dict) and set(sheet) == {"form"}


@cache
def load_forms() -> tuple[FormLayout, ...]:
    """Forms of the hand-in set, one per file ``reports/forms/*.yaml``, in the order of the file names.

    Raises
    ------
    ScenarioError
        When a file does not fit the class, or two forms share an id or a name.
    """
    paths = sorted((shipped("reports") / "forms").glob("*.yaml"))
    forms = tuple(_checked(path, _parsed(path), FormLayout) for path in paths)
    ids = [form.id for form in forms]
    try:
        check_sheet_names(forms)
    except ValueError as error:
        raise ScenarioError([Problem("reports/forms", str(error), _("correct the layout file"))]) from error
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        finding = _("two forms have the same id: {names}").format(names=", ".join(twice))
        raise ScenarioError([Problem("reports/forms", finding, _("correct the layout file"))])
    return forms


@cache
def load_words() -> Words:
    """Words of the reports, from ``reports/words.yaml``."""
    path = shipped("reports") / "words.yaml"
    return _checked(path, {"sections": _parsed(path)}, Words)


def _place(path: Path) -> str:
    folder = path.parent.name
    return f"reports/{path.name}" if folder == "reports" else f"reports/{folder}/{path.name}"


def _parsed(path: Path) -> object:
    try:
        return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise ScenarioError([Problem(_place(path), str(error), _("correct the layout file"))]) from error


def _checked(path: Path, data: object, model: type[M]) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [
            Problem(
                f"{_place(path)}: {'.'.join(str(part) for part in item['loc'])}",
                item["msg"],
                _("correct the layout file"),
            )
            for item in error.errors()
        ]
        raise ScenarioError(problems) from error
