"""Write the workbook a county fills in (填报表): drop-downs, units, explanations, protected headings."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from allocator.i18n import _
from allocator.inputs.intake.explain import Explained, choice_words, explained
from allocator.inputs.intake.setting import Setting
from allocator.inputs.intake.words import IntakeWords
from allocator.inputs.register_sheets import SHEET, SHEETS, Column, Kind, Sheet
from allocator.inputs.schemas.scenario import Money

LISTS = "_下拉列表"
"""Hidden sheet with the lists to choose from."""
EXPLANATION = "填表说明"
HEADING_ROW = 2
"""Row of the headings, from 0: a title and a line with county and unit stand above."""
ENTRY_ROWS = 6000
"""Rows with drop-downs; rows below them may be filled in too."""

_LIST_REFERS = ("policy.works", "policy.sources", "policy.gates", "policy.routes")
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_ALLOWED = dict.fromkeys(
    ("format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter", "select_locked_cells"), True
)
_WIDTH: dict[Kind, float] = {"text": 20, "id": 15, "ids": 16}
_A4, _A3, _MANY = 9, 8, 10
_LONGEST_TITLE, _LONGEST_MESSAGE = 32, 255


def template(county: str, setting: Setting, words: IntakeWords, language: str) -> bytes:
    """The workbook for ``county`` of the scenario, in ``language`` (``zh`` or ``en``).

    What it says in its sheets is what ``collect`` reads back; nothing in it is a formula, a macro or a secret.
    """
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = _Pages(book, county, setting, language)
    sheets = [sheet for sheet in SHEETS if words.sheet(sheet).template]
    told = {sheet.key: explained(sheet, setting, words, language) for sheet in sheets}
    page.explanation([each for columns in told.values() for each in columns])
    for sheet in sheets:
        page.entry(sheet, told)
    page.lists()
    book.close()
    return content.getvalue()


class _Pages:
    """The sheets of one template."""

    def __init__(self, book: xlsxwriter.Workbook, county: str, setting: Setting, language: str) -> None:
        self.book = book
        self.county = county
        self.setting = setting
        self.language = language
        self._listed: dict[str, list[str]] = {}
        year = setting.scenario.horizon.first
        self.title = _("{year} old estates: table to fill in").format(year=year)
        head = {**_FONT, "bold": True, "border": 1, "align": "center", "text_wrap": True}
        self.looks: dict[str, Format] = {
            name: book.add_format(look)
            for name, look in {
                "title": {**_FONT, "bold": True, "font_size": 16},
                "line": {**_FONT, "font_color": "#404040"},
                "text": {**_FONT, "text_wrap": True, "border": 1, "border_color": "#BFBFBF"},
                "point": {**_FONT, "text_wrap": True},
                "head": {**head, "bg_color": "#DCE6F1"},
                "required": {**head, "bg_color": "#FCE4D6", "font_color": "#9C0006"},
                "field": {**_FONT, "bottom": 1, "locked": False},
            }.items()
        }

    def name(self, sheet: Sheet) -> str:
        """Name of a sheet in the language of the template."""
        return sheet.zh if self.language == "zh" else sheet.key

    def explanation(self, columns: Sequence[Explained]) -> None:
        """The first sheet: who fills in, how to write things, every column."""
        page = self.book.add_worksheet(EXPLANATION)
        for position, width in enumerate((14, 22, 8, 62, 14)):
            page.set_column(position, position, width)
        page.write_string(0, 0, self.title, self.looks["title"])
        page.set_row(0, 28)
        page.write_string(1, 0, self._county_line(), self.looks["line"])
        for row, field in enumerate((_("Filled in by (unit)"), _("Filled in by"), _("Checked by"), _("Date")), start=2):
            page.write_string(row, 0, field, self.looks["line"])
            page.merge_range(row, 1, row, 2, "", self.looks["field"])
        row = 7
        for number, text in enumerate(_points(), start=1):
            page.merge_range(row, 0, row, 4, f"{number}. {text}", self.looks["point"])
            page.set_row(row, 17)
            row += 1
        row += 1
        for position, text in enumerate((_("Sheet"), _("Column"), _("Must"), _("How to fill in"), _("Example"))):
            page.write_string(row, position, text, self.looks["head"])
        page.repeat_rows(row)
        for each in columns:
            row += 1
            must = _("yes") if each.required else ""
            line = (self.name(each.sheet), each.heading.removeprefix("*"), must, each.how, each.example)
            for position, text in enumerate(line):
                page.write_string(row, position, text, self.looks["text"])
        self._finish(page, 5)

    def entry(self, sheet: Sheet, told: dict[str, list[Explained]]) -> None:
        """A sheet to fill in: only the cells below its headings can be written to."""
        columns = told[sheet.key]
        page = self.book.add_worksheet(self.name(sheet))
        last = len(columns) - 1
        page.write_string(0, 0, f"{self.title} - {self.name(sheet)}", self.looks["title"])
        page.write_string(1, 0, f"{self._county_line()}    {_unit_line(columns, self.setting)}", self.looks["line"])
        for row in (0, 1):
            for position in range(1, last + 1):
                page.write_blank(row, position, None, self.looks["line"])
        page.set_row(0, 28)
        page.set_row(HEADING_ROW, 34)
        for position, each in enumerate(columns):
            look = self.looks["required" if each.required else "head"]
            page.write_string(HEADING_ROW, position, each.heading, look)
            page.write_comment(HEADING_ROW, position, each.how or each.heading, {"x_scale": 2, "y_scale": 0.8})
            width = max(_WIDTH.get(each.column.kind, 11), 2 * len(each.heading) + 1)
            page.set_column(position, position, min(width, 24), self._entry_format(each.column))
            self._validate(page, position, each, told)
        page.freeze_panes(HEADING_ROW + 1, min(2, last))
        page.repeat_rows(0, HEADING_ROW)
        self._finish(page, len(columns))

    def _finish(self, page: Worksheet, columns: int) -> None:
        page.protect("", _ALLOWED)
        page.set_landscape()
        page.set_paper(_A3 if columns > _MANY else _A4)
        page.fit_to_pages(1, 0)
        page.set_margins(0.4, 0.4, 0.5, 0.6)
        page.set_footer("&C&P / &N")

    def _county_line(self) -> str:
        return _("County: {county}").format(county=self.county)

    def _entry_format(self, column: Column) -> Format:
        money = self.setting.scenario.money
        look = {**_FONT, "locked": False, "border": 1, "border_color": "#D9D9D9", "num_format": _format(column, money)}
        return self.book.add_format(look)

    def _validate(self, page: Worksheet, position: int, each: Explained, told: dict[str, list[Explained]]) -> None:
        rule = self._rule(each.column, told)
        if rule is None and not each.how:
            return
        if each.how:
            rule = {"validate": "any"} if rule is None else rule
            rule["input_title"] = each.heading[:_LONGEST_TITLE]
            rule["input_message"] = each.how[:_LONGEST_MESSAGE]
        if rule is not None:
            first = HEADING_ROW + 1
            page.data_validation(first, position, first + ENTRY_ROWS - 1, position, rule)

    def _rule(self, column: Column, told: dict[str, list[Explained]]) -> dict[str, object] | None:
        """What may be written in a column; other sheets' ids are only advised, as they may be filled in later."""
        choose = {"error_title": _("Not in the list"), "error_message": _("Choose from the list.")}
        if column.choices:
            return {"validate": "list", "source": choice_words(column, self.language), **choose}
        if column.refers in _LIST_REFERS and column.kind != "ids":
            return {"validate": "list", "source": self._list_range(column.refers), **choose}
        if column.refers in told and column.kind != "ids":
            source = _ids_range(self.name(SHEET[column.refers]), told[column.refers], SHEET[column.refers])
            return {"validate": "list", "source": source, "error_type": "warning", **choose}
        return _number_rule(column)

    def _list_range(self, refers: str) -> str:
        part = refers.removeprefix("policy.")
        if refers not in self._listed:
            keys = self.setting.policy.get(part) or {}
            self._listed[refers] = [self.setting.label(part, key, self.language) for key in keys]
        letter = xl_col_to_name(list(self._listed).index(refers))
        return f"={LISTS}!${letter}$1:${letter}${max(1, len(self._listed[refers]))}"

    def lists(self) -> None:
        """The hidden sheet that long drop-downs take their words from."""
        page = self.book.add_worksheet(LISTS)
        for position, words in enumerate(self._listed.values()):
            for row, word in enumerate(words):
                page.write_string(row, position, word)
        page.protect("")
        page.very_hidden()


def _ids_range(name: str, columns: Sequence[Explained], sheet: Sheet) -> str:
    """Range of the ids filled in so far in another sheet."""
    position = next(number for number, each in enumerate(columns) if each.column.key == sheet.identity[0])
    letter, first = xl_col_to_name(position), HEADING_ROW + 2
    cells = f"'{name}'!${letter}${first}:${letter}${first + ENTRY_ROWS - 1}"
    return f"=OFFSET('{name}'!${letter}${first},0,0,MAX(1,COUNTA({cells})),1)"


def _number_rule(column: Column) -> dict[str, object] | None:
    if column.kind == "year":
        return {"validate": "integer", "criteria": "between", "minimum": 1900, "maximum": 2200,
                "error_title": _("Not a year"), "error_message": _("A year of four digits.")}  # fmt: skip
    if column.kind == "share":
        return {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1,
                "error_title": _("Not a share"), "error_message": _("A percentage from 0 % to 100 %.")}  # fmt: skip
    if column.kind in ("int", "money", "rate"):
        kind = "integer" if column.kind == "int" else "decimal"
        return {"validate": kind, "criteria": ">=", "value": 0,
                "error_title": _("Not a number"), "error_message": _("Digits only; blank when not known.")}  # fmt: skip
    return None


def _format(column: Column, money: Money) -> str:
    """Number format of a column to fill in; ids are text, so that 001 stays 001."""
    if column.kind == "money":
        decimals = max(0, -int(money.step.normalize().as_tuple().exponent))
        return "#,##0" + ("." + "0" * decimals if decimals else "")
    formats: dict[Kind, str] = {"int": "0", "year": "0", "share": "0.0%", "rate": "#,##0.00", "number": "General",
                                "year_or_total": "General"}  # fmt: skip
    return formats.get(column.kind, "@")


def _unit_line(columns: Sequence[Explained], setting: Setting) -> str:
    has_money = any(each.column.kind == "money" for each in columns)
    return _("Unit: {unit}").format(unit=setting.scenario.money.unit) if has_money else ""


def _points() -> list[str]:
    """How to write things, one sentence or two each."""
    return [
        _("Fill in only below the headings; red headings with * are required. Do not change, move or add headings."),
        _("Digits only: no units, commas or words like 'about'. Unknown stays blank; blank is not 0: write 0 for none"),
        _("Amounts are in the unit of the heading. Totals are not needed; they are computed."),
        _("Choose from the drop-down where there is one. Ids keep their leading zeros."),
        _("One row per estate, work item, condition, pledge or bill, with the id of its estate or project."),
        _("No personal data: no names of residents, identity numbers, telephone numbers or door numbers."),
        _("Do not send formulas that read other workbooks. Save as .xlsx and send the whole workbook back."),
    ]
