"""Tables of text for people to read and print: lists of what to correct, of conversions, of what was left out."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_FONT = {"font_name": "宋体", "font_size": 10, "valign": "top"}
_CELL = {**_FONT, "border": 1, "border_color": "#BFBFBF", "text_wrap": True}
_MARKED: dict[str, dict[str, object]] = {
    "must": {"bg_color": "#FCE4D6", "font_color": "#9C0006", "bold": True},
    "check": {"bg_color": "#FFF2CC"},
}
_LINE = 13.5


@dataclass(frozen=True)
class Listing:
    """One sheet: title, lines below it, headings with their widths, and rows of text and numbers."""

    name: str
    title: str
    lines: Sequence[str]
    columns: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[object]]
    marks: Sequence[str] = ()
    """By row: ``must``, ``check`` or empty; colours the second cell."""
    signed: str = ""
    """Line for signatures below the table."""


def workbook(listings: Sequence[Listing]) -> bytes:
    """The listings as one workbook, ready to print; nothing in it is a formula."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(content, options)
    looks: dict[str, Format] = {
        "title": book.add_format({**_FONT, "bold": True, "font_size": 15, "valign": "vcenter"}),
        "line": book.add_format({**_FONT, "valign": "vcenter"}),
        "head": book.add_format({**_CELL, "bold": True, "bg_color": "#DCE6F1", "align": "center", "valign": "vcenter"}),
        "": book.add_format(_CELL),
    }
    looks.update({mark: book.add_format({**_CELL, **look}) for mark, look in _MARKED.items()})
    for listing in listings:
        page = book.add_worksheet(listing.name)
        page.write_string(0, 0, listing.title, looks["title"])
        page.set_row(0, 26)
        for row, line in enumerate(listing.lines, start=1):
            page.write_string(row, 0, line, looks["line"])
        top = len(listing.lines) + 1
        for position, (heading, width) in enumerate(listing.columns):
            page.set_column(position, position, width)
            page.write_string(top, position, heading, looks["head"])
        for number, cells in enumerate(listing.rows):
            marked = [looks[""]] * len(cells)
            if listing.marks:
                marked[1] = looks[listing.marks[number]]
            _row(page, top + 1 + number, cells, [width for _heading, width in listing.columns], marked)
        last = top + len(listing.rows)
        if listing.signed:
            page.write_string(last + 2, 0, listing.signed, looks["line"])
        page.freeze_panes(top + 1, 0)
        page.repeat_rows(top)
        if listing.rows:
            page.autofilter(top, 0, last, len(listing.columns) - 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(0.4, 0.4, 0.5, 0.6)
        page.set_footer("&C&P / &N")
    book.close()
    return content.getvalue()


def _row(
    page: Worksheet, row: int, cells: Sequence[object], widths: Sequence[float], looks: Sequence[Format]
) -> None:  # fmt: skip
    """One row, as high as its longest text needs; ``looks`` by position."""
    lines = 1
    for position, (cell, look) in enumerate(zip(cells, looks, strict=True)):
        if isinstance(cell, int | float):
            page.write_number(row, position, cell, look)
        else:
            page.write_string(row, position, str(cell), look)
            lines = max(lines, -(-_length(str(cell)) // max(1, int(widths[position]))))
    page.set_row(row, _LINE * lines + 3)


def _length(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
