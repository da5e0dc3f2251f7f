"""One sheet of the workbook: titles, tables, signature line, print settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from allocator.reporting.layout import SheetLayout
from allocator.reporting.speaker import Speaker
from allocator.reporting.styles import FORMULA_SIGNS, LINE, Styles, lines_of
from allocator.reporting.tables import Column, Row, Table

_PAPER = {"A4": 9, "A3": 8}
_LONGEST = 32_767
"""Characters that a spreadsheet cell can hold."""
_FOOTER = 60
"""Characters of a title in the footer; a footer holds 255 in all."""


@dataclass
class SheetWriter:
    """Writes one sheet from top to bottom; ``line`` is the next free row."""

    sheet: Worksheet
    layout: SheetLayout
    styles: Styles
    speaker: Speaker
    widths: list[float]
    """Width of each sheet column in characters."""
    line: int = 0
    _looks: dict[tuple[str, int, bool, bool], Format] = field(default_factory=dict)
    """Formats of the table at hand, by row kind, column and kind of text: a big table asks for them very often."""

    def start(self, title: str, *, has_money: bool = True) -> None:
        """Title, status marks, and the line with filling-in unit and, where there is money, its unit."""
        for position, width in enumerate(self.widths):
            self.sheet.set_column(position, position, width)
        f = self.speaker
        self.across(title, "title", height=max(30.0, 22.0 * lines_of(title, sum(self.widths) / 1.7)))
        if f.standing:
            self.across(f.standing, "standing")
        if f.is_synthetic:
            self.across(f.say("words", "synthetic_long"), "mark", height=18)
        if f.alarm:
            self.across(f.alarm, "alarm")
        filled = f"{f.say('words', 'filled_in_by')}: {f.filled_in_by or '____________'}"
        unit = f"{f.say('words', 'unit')}: {f.unit}" if has_money else ""
        half = max(1, len(self.widths) // 2)
        self.sheet.set_row(self.line, 20)
        self.span(0, half, filled, "line")
        self.span(half, len(self.widths) - half, unit, "line_right")
        self.line += 1

    def across(self, text: str, look: str, height: float = 0.0) -> None:
        """Text over the whole width; the row is high enough for it."""
        needed = LINE * lines_of(text, sum(self.widths)) + 4
        self.sheet.set_row(self.line, max(height, needed))
        self.span(0, len(self.widths), text, look)
        self.line += 1

    def gap(self) -> None:
        """Leave a little room."""
        self.sheet.set_row(self.line, 8)
        self.line += 1

    def span(self, first: int, count: int, text: str, look: str, rows: int = 1) -> None:
        """Text over ``count`` columns and ``rows`` rows from the current line."""
        if count < 1:
            return
        style = self.styles.look(look, quoted=text.startswith(FORMULA_SIGNS))
        last = first + count - 1
        if count > 1 or rows > 1:
            self.sheet.merge_range(self.line, first, self.line + rows - 1, last, "", style)
        self.sheet.write_string(self.line, first, text[:_LONGEST], style)

    def table(self, table: Table) -> tuple[int, int]:
        """Write a table with its headings; returns the first and last row of its headings."""
        if table.title:
            self.sheet.set_row(self.line, 22)
            self.span(0, len(self.widths), table.title, "heading")
            self.line += 1
        self._looks.clear()
        starts = list(accumulate((column.span for column in table.columns), initial=0))
        first = self.line
        self._headings(table, starts)
        last = self.line - 1
        if not table.rows:
            self.across(table.empty, "row")
        for row in table.rows:
            self._row(table, row, starts)
        if table.hidden:
            self.across(self.speaker.say("words", "more_rows", rows=f"{table.hidden:,}"), "row")
        return first, last

    def _headings(self, table: Table, starts: Sequence[int]) -> None:
        width = [self._width(start, column) for start, column in zip(starts, table.columns, strict=False)]
        deepest = max(lines_of(c.head, w) for c, w in zip(table.columns, width, strict=True))
        if table.has_groups:
            self.sheet.set_row(self.line, LINE + 4)
            self._groups(table.columns, starts)
            self.line += 1
        self.sheet.set_row(self.line, LINE * deepest + 6)
        for column, start in zip(table.columns, starts, strict=False):
            if table.has_groups and not column.group:
                self.line -= 1
                self.span(start, column.span, column.head, "head", rows=2)
                self.line += 1
            else:
                self.span(start, column.span, column.head, "head")
        self.line += 1

    def _groups(self, columns: Sequence[Column], starts: Sequence[int]) -> None:
        position = 0
        while position < len(columns):
            group, end = columns[position].group, position + 1
            while group and end < len(columns) and columns[end].group == group:
                end += 1
            if group:
                self.span(starts[position], starts[end] - starts[position], group, "head")
            position = end

    def _row(self, table: Table, row: Row, starts: Sequence[int]) -> None:
        if row.kind == "section":
            self.sheet.set_row(self.line, LINE + 3)
            self.span(0, starts[len(table.columns)], str(row.values[0]), "section")
            self.line += 1
            return
        lines = 1
        for position, (column, value) in enumerate(zip(table.columns, row.values, strict=True)):
            start = starts[position]
            if isinstance(value, str) and value:
                lines = max(lines, lines_of(value, self._width(start, column)))
            self._cell(start, column, self._look(row.kind, position, column, value), value)
        self.sheet.set_row(self.line, LINE * min(lines, 26) + 3)
        self.line += 1

    def _look(self, row: str, position: int, column: Column, value: Any) -> Format:  # noqa: ANN401 - text or number
        is_text = value is None or isinstance(value, str)
        quoted = isinstance(value, str) and value.startswith(FORMULA_SIGNS)
        key = (row, position, is_text, quoted)
        if key not in self._looks:
            self._looks[key] = self.styles.cell(row, column, text=is_text, quoted=quoted)
        return self._looks[key]

    def _cell(self, start: int, column: Column, style: Format, value: Any) -> None:  # noqa: ANN401 - text or number
        if column.span > 1:
            self.sheet.merge_range(self.line, start, self.line, start + column.span - 1, "", style)
        if value is None or value == "":
            self.sheet.write_blank(self.line, start, None, style)
        elif isinstance(value, str):
            self.sheet.write_string(self.line, start, value[:_LONGEST], style)
        else:
            self.sheet.write_number(self.line, start, self._number(column, value), style)

    def _number(self, column: Column, value: Decimal | float) -> float:
        return self.speaker.amount(int(value)) if column.kind == "money" else float(value)

    def _width(self, start: int, column: Column) -> float:
        return sum(self.widths[start : start + column.span])

    def finish(self, headings: tuple[int, int] | None, *, table_starts: int) -> None:
        """Footnote, signature line and print settings; ``headings`` are repeated on every printed page."""
        f = self.speaker
        note = f.filled(self.layout.note.text(f.language))
        if note:
            self.across(note, "line")
        if self.layout.signed:
            self.sheet.set_row(self.line, 10)
            self.line += 1
            self.across(f.signature, "line", height=26)
        self._print(headings)
        if headings and table_starts == 1 and self.layout.kind == "tables":
            self.sheet.freeze_panes(headings[1] + 1, 0)

    def _print(self, headings: tuple[int, int] | None) -> None:
        f, sheet = self.speaker, self.sheet
        sheet.set_paper(_PAPER[self.layout.paper])
        if self.layout.landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.center_horizontally()
        is_one_page = self.layout.kind == "one_page"
        sheet.fit_to_pages(1, 1 if is_one_page else 0)
        sheet.print_area(0, 0, max(0, self.line - 1), len(self.widths) - 1)
        if headings and not is_one_page:
            sheet.repeat_rows(*headings)
        mark = f.say("words", "synthetic") if f.is_synthetic else ""
        gap = f.say("words", "has_gap") if f.alarm else ""
        marks = " ".join(part for part in (mark, gap) if part)
        page = _escape(f.say("words", "page")).replace("{page}", "&P").replace("{pages}", "&N")
        sheet.set_footer(f"&L&8 {_escape(f.title[:_FOOTER])}&C&8 {page}&R&8 {marks}")
        if marks:
            sheet.set_header(f"&R&9&KC00000{_escape(marks)}")


def _escape(text: str) -> str:
    return text.replace("&", "&&")


def grid_widths(tables: Sequence[Table], least: int = 1) -> list[float]:
    """Width of each sheet column: the widest any table asks for; a spanning column shares its width out evenly."""
    widths: list[float] = []
    for table in tables:
        position = 0
        for column in table.columns:
            for _ in range(column.span):
                widths += [0.0] * (position + 1 - len(widths))
                widths[position] = max(widths[position], column.width / column.span)
                position += 1
    return widths + [10.0] * (least - len(widths))
