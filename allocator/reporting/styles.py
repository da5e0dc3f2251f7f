"""Cell formats of the workbook, and how wide text is."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from allocator.reporting.tables import Column

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of text that a spreadsheet program might take for a formula when the cell is edited."""

LINE = 15.0
"""Height of a line of text in points."""

_COLOURS = {"head": "#DCE6F1", "section": "#EEF3FA", "subtotal": "#F7F7F7", "total": "#E4E4E4"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter", "text_wrap": True},
    "line": {"font_size": 10, "valign": "vcenter", "text_wrap": True},
    "line_right": {"font_size": 10, "align": "right", "valign": "vcenter"},
    "status": {"font_size": 11, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True},
    "standing": {"font_size": 10, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True},
    "mark": {"bold": True, "font_color": "#9C5700", "bg_color": "#FFEB9C", "align": "center", "valign": "vcenter",
             "text_wrap": True},
    "alarm": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#C00000", "align": "center", "valign": "vcenter",
              "text_wrap": True},
    "heading": {"bold": True, "font_size": 12, "valign": "vcenter"},
    "head": {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True,
             "bg_color": _COLOURS["head"]},
    "section": {"bold": True, "border": 1, "valign": "vcenter", "bg_color": _COLOURS["section"]},
    "row": {"border": 1, "valign": "vcenter"},
    "muted": {"border": 1, "valign": "vcenter", "font_color": "#8A8F98"},
    "subtotal": {"border": 1, "valign": "vcenter", "bold": True, "bg_color": _COLOURS["subtotal"]},
    "total": {"border": 1, "valign": "vcenter", "bold": True, "bg_color": _COLOURS["total"]},
    "figure_name": {"border": 1, "font_size": 9, "align": "center", "valign": "vcenter",
                    "bg_color": _COLOURS["section"]},
    "figure": {"border": 1, "bold": True, "font_size": 13, "align": "center", "valign": "vcenter"},
    "figure_alarm": {"border": 1, "bold": True, "font_size": 13, "align": "center", "valign": "vcenter",
                     "font_color": "#C00000"},
}  # fmt: skip


class Styles:
    """Formats of one workbook, made on first use."""

    def __init__(self, book: Workbook, font: str) -> None:
        self._book = book
        self._font = font
        self._formats: dict[tuple[Any, ...], Format] = {}

    def look(self, name: str, *, quoted: bool = False) -> Format:
        """Format of text outside tables, or of a heading; ``quoted`` marks text that looks like a formula."""
        return self._format((name, "", 0, quoted), {**_LOOKS[name], **({"quote_prefix": True} if quoted else {})})

    def cell(self, row: str, column: Column, *, text: bool, quoted: bool = False) -> Format:
        """Format of a cell of a row kind and column."""
        more = _text_look(column) if text else _number_look(column)
        if row == "muted" and "num_format" in more:
            more["num_format"] = more["num_format"].replace("[Red]", "")
        key = (row, *sorted(more.items()), quoted)
        return self._format(key, {**_LOOKS[row], **more, **({"quote_prefix": True} if quoted else {})})

    def _format(self, key: tuple[Any, ...], look: dict[str, Any]) -> Format:
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_name": self._font, "font_size": 10, **look})
        return self._formats[key]


def _text_look(column: Column) -> dict[str, Any]:
    if column.kind == "text":
        return {"text_wrap": True, "align": "left", "indent": 1}
    return {"text_wrap": True, "align": "center"}


def _number_look(column: Column) -> dict[str, Any]:
    if column.kind == "year" or column.key == "no":
        return {"num_format": "0", "align": "center"}
    return {"num_format": number_format(column), "align": "right", "indent": 1}


def number_format(column: Column) -> str:
    """Number format of a column; money shows a dash for zero, so that tables are quickly read."""
    digits = "0." + "0" * column.decimals if column.decimals else "0"
    if column.kind == "share":
        return f"{digits}%"
    if column.shows_sign:
        shown = f"#,##{digits}" if column.kind != "int" else "#,##0"
        return f'+{shown};[Red]-{shown};"—"'
    if column.kind == "money":
        return f"#,##{digits};[Red]-#,##{digits}" + ("" if column.shows_zero else ';"—"')
    return f"#,##{digits}" if column.kind == "number" else "#,##0"


def text_width(text: str) -> int:
    """Width of the longest line in characters; Chinese ones are two wide."""
    return max((_line_width(line) for line in text.split("\n")), default=0)


def _line_width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in line)


@lru_cache(maxsize=65536)
def lines_of(text: str, width: float) -> int:
    """Lines that ``text`` takes in a cell ``width`` characters wide."""
    room = max(1.0, width - 1.5)
    return sum(max(1, math.ceil(text_width(line) / room)) for line in text.split("\n"))
