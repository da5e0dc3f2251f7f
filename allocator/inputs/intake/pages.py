"""Sheets of the counties' files as they are: cells, merged ranges, hidden rows, cells without a value."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xlrd
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from allocator.i18n import _
from allocator.inputs.lost_cells import find_lost, sheet_texts
from allocator.inputs.workbook_files import cell_text, csv_lines, open_sheets

Spot = tuple[int, int]
"""Row and column of a cell, from 0, as in the file."""

_ROW = re.compile(r"<(?:\w+:)?row\s([^>]*)>")
_COLUMN = re.compile(r"<(?:\w+:)?col\s([^>]*)/?>")
_HIDDEN = re.compile(r"\bhidden=\"(?:1|true)\"|\b(?:ht|width)=\"0(?:\.0*)?\"")
_NUMBER_OF = {name: re.compile(rf"\b{name}=\"(\d+)\"") for name in ("r", "min", "max")}
_XLS_ERRORS = (xlrd.XLRDError, struct.error, AssertionError, ValueError, IndexError, KeyError, NotImplementedError)


@dataclass(frozen=True)
class Page:
    """One sheet of a county's workbook, or one .csv file."""

    file: str
    """Path relative to the folder that is collected, with slashes."""
    name: str
    """Name of the sheet; of a .csv file its name without the ending."""
    cells: Sequence[Sequence[object]]
    """Values by row and column as in the file, typed as there (text alone in a .csv file)."""
    is_typed: bool = True
    """Whether numbers are numbers: not in a .csv file."""
    is_hidden: bool = False
    anchors: Mapping[Spot, Spot] = field(default_factory=dict)
    """First cell of the merged range, for every other cell of it."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    lost: Mapping[Spot, tuple[str, str]] = field(default_factory=dict)
    """Finding and cure of cells with an error value, or a formula saved without its result."""
    sees_hidden: bool = True
    """Whether this kind of file tells which rows are hidden."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return max((len(row) for row in self.cells), default=0)

    def cell(self, row: int, column: int) -> object:
        """Value of a cell; blank beyond the end of its row, and in a merged range but for its first cell."""
        return self.cells[row][column] if column < len(self.cells[row]) else ""

    def text(self, row: int, column: int) -> str:
        """Cell as the user sees it."""
        return cell_text(self.cell(row, column))

    def filled(self, row: int, column: int) -> str:
        """Text of a cell; in a merged range that of the whole range."""
        return self.text(*self.anchors.get((row, column), (row, column)))

    def is_blank(self, row: int) -> bool:
        """Whether a row has no text at all."""
        return not any(cell_text(cell) for cell in self.cells[row])


def cell_name(spot: Spot) -> str:
    """Name of a cell as spreadsheet programs show it (B7)."""
    return str(xl_rowcol_to_cell(*spot))


def read_pages(path: Path, shown: str) -> list[Page]:
    """All sheets of a workbook, or the table of a .csv file.

    Raises
    ------
    ScenarioError
        When the file cannot be opened, or is far too large.
    """
    if path.suffix.lower() == ".csv":
        return [Page(shown, path.stem, csv_lines(path, shown), is_typed=False)]
    opened = [
        (page.name, page.to_python(skip_empty_area=False), page.merged_cell_ranges or [], visible)
        for page, visible in open_sheets(path, shown)
    ]
    hidden = _hidden(path)
    lost: dict[str, dict[Spot, tuple[str, str]]] = {name: dict(each.lost) for name, each in (hidden or {}).items()}
    for each in find_lost(path, [name for name, *_rest in opened]):
        lost.setdefault(each.sheet, {})[xl_cell_to_rowcol(each.cell)] = (each.finding, each.cure)
    return [
        Page(
            file=shown,
            name=name,
            cells=cells,
            is_hidden=not visible,
            anchors=_anchors(merged, len(cells), max((len(row) for row in cells), default=0)),
            hidden_rows=hidden[name].rows if hidden and name in hidden else frozenset(),
            hidden_columns=hidden[name].columns if hidden and name in hidden else frozenset(),
            lost=lost.get(name, {}),
            sees_hidden=hidden is not None,
        )
        for name, cells, merged, visible in opened
    ]


def _anchors(merged: Sequence[tuple[Spot, Spot]], height: int, width: int) -> dict[Spot, Spot]:
    """Ranges are cut at the end of the sheet's cells: a whole column may be merged."""
    return {
        (row, column): first
        for first, last in merged
        for row in range(first[0], min(last[0] + 1, height))
        for column in range(first[1], min(last[1] + 1, width))
        if (row, column) != first
    }


@dataclass(frozen=True)
class _Hidden:
    """What a sheet hides."""

    rows: frozenset[int]
    columns: frozenset[int]
    lost: Mapping[Spot, tuple[str, str]] = field(default_factory=dict)


def _hidden(path: Path) -> dict[str, _Hidden] | None:
    """Hidden rows and columns by sheet; None when this kind of file does not tell."""
    if path.suffix.lower() in (".xls", ".et"):
        return _hidden_in_xls(path)
    found = {name: _hidden_in_markup(text) for name, text in sheet_texts(path)}
    return found or None


def _hidden_in_markup(text: str) -> _Hidden:
    rows = {_number(tag, "r") - 1 for tag in _ROW.findall(text) if _HIDDEN.search(tag)}
    columns = {
        column
        for tag in _COLUMN.findall(text)
        if _HIDDEN.search(tag)
        for column in range(_number(tag, "min") - 1, min(_number(tag, "max"), 1000))
    }
    return _Hidden(frozenset(rows), frozenset(columns))


def _number(tag: str, name: str) -> int:
    found = _NUMBER_OF[name].search(tag)
    return int(found[1]) if found else 0


def _hidden_in_xls(path: Path) -> dict[str, _Hidden] | None:
    try:
        silent = io.StringIO()  # the reader's warnings
        book = xlrd.open_workbook(file_contents=path.read_bytes(), formatting_info=True, logfile=silent)
    except _XLS_ERRORS:
        return None
    return {page.name: _hidden_on_page(page) for page in book.sheets()}


def _hidden_on_page(page: xlrd.sheet.Sheet) -> _Hidden:
    rows = {row for row, about in page.rowinfo_map.items() if about.hidden}
    columns = {column for column, about in page.colinfo_map.items() if about.hidden}
    finding, cure = _("the cell shows the error {error}"), _("correct the formula, or write the value itself")
    lost = {
        (row, column): (finding.format(error=xlrd.error_text_from_code.get(page.cell_value(row, column), "#")), cure)
        for row in range(page.nrows)
        for column, kind in enumerate(page.row_types(row))
        if kind == xlrd.XL_CELL_ERROR
    }
    return _Hidden(frozenset(rows), frozenset(columns), lost)
