"""Tables as they stand in a workbook or a folder of .csv files: headings, cells as text, rows as numbered there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineSheet

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.headings import Heading, UnknownHeading, nearest, normal, read_heading
from allocator.inputs.lost_cells import lost_cells
from allocator.inputs.register_sheets import SHEETS, Sheet
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.workbook_files import WORKBOOKS, cell_text, csv_lines, open_sheets

HEADING_ROWS = 10
"""The heading row must be among these first rows; titles may stand above it."""

_NOT_DATA = {normal(name) for name in ("说明", "填表说明", "填报说明", "readme", "notes", "instructions")}
_NUMBERING = {normal(name) for name in ("序号", "No.", "No")}


@dataclass(frozen=True)
class RawTable:
    """One sheet: which it is, where it stands, its headings, and the cells below them as stripped text."""

    sheet: Sheet
    place: str
    """File and sheet, as shown."""
    headings: Mapping[int, Heading]
    """By position of the column."""
    written: Mapping[int, str]
    """Heading as written, by position."""
    columns: Mapping[int, Sequence[str]]
    """Cells by position of the column, all equally long; blank is the empty text."""
    rows: Sequence[int]
    """Row number in the file, counted from 1, of each record."""

    def position(self, key: str) -> int | None:
        """Position of the column ``key``, or None when the sheet does not have it."""
        return next((position for position, found in self.headings.items() if found.column.key == key), None)

    def at(self, record: int, key: str) -> str:
        """Place of a cell of a record (counted from 0), as shown."""
        position = self.position(key)
        column = next((each for each in self.sheet.columns if each.key == key), None)
        written = self.written[position] if position is not None else column.zh if column else key
        return cell_place(self.place, self.rows[record], written)


def cell_place(place: str, row: int, written: str) -> str:
    """File, sheet, row as in the file, and heading."""
    return _("{place}, row {row}, {heading}").format(place=place, row=row, heading=written)


@dataclass(frozen=True)
class Grid:
    """A sheet before its headings are known."""

    name: str
    place: str
    rows: list[list[str]]

    def cell(self, number: int, position: int) -> str:
        """Text of a cell, both counted from 0; blank beyond the end of its row."""
        row = self.rows[number]
        return row[position] if position < len(row) else ""


def read_tables(
    path: Path, shown: str, money: Money, problems: list[Problem], sheets: Sequence[Sheet] = SHEETS
) -> tuple[list[RawTable], dict[str, Path]]:
    """Read a register: a workbook, or a folder of .csv files.

    Values are read, formulas and macros are not run; a workbook's formulas give the values saved with them,
    and those without one are problems.

    Parameters
    ----------
    path, shown
        The workbook or folder, and its name relative to the scenario's folder.
    money
        Money units that headings may state.
    problems
        Everything wrong with sheets and headings is added here.
    sheets
        Sheets that there may be; the register's unless others are given.

    Returns
    -------
    tuple
        The tables that could be read, and the files by shown name.

    Raises
    ------
    ScenarioError
        When there is no register there, or it cannot be opened.
    """
    if path.is_dir():
        files = {f"{shown}/{file.name}".removeprefix("./"): file for file in sorted(path.iterdir()) if _is_table(file)}
        grids = csv_grids(files, problems)
    elif path.suffix.lower() in WORKBOOKS and path.is_file():
        files = {shown: path}
        grids = workbook_grids(path, shown, problems)
    else:
        finding = _("there is no register (a workbook, or a folder of .csv files)")
        cure = _("check the path; accepted: {kinds}").format(kinds=", ".join((*WORKBOOKS, _("a folder of .csv files"))))
        raise ScenarioError([Problem(shown, finding, cure)])
    tables: list[RawTable] = []
    for grid in grids:
        table = _table(grid, money, problems, sheets)
        if table is not None and any(other.sheet is table.sheet for other in tables):
            finding = _("the sheet stands here twice, in Chinese and in English")
            problems.append(Problem(grid.place, finding, _("remove one of the two")))
        elif table is not None:
            tables.append(table)
    if not any(any(row) for grid in grids for row in grid.rows):
        needed = ", ".join(sheet.zh for sheet in sheets if sheet.required)
        problems.append(Problem(shown, _("the file is empty"), _("fill in at least {sheets}").format(sheets=needed)))
    return tables, files


def _is_table(file: Path) -> bool:
    return file.is_file() and file.suffix.lower() == ".csv" and not file.name.startswith((".", "~$"))


def workbook_grids(path: Path, shown: str, problems: list[Problem]) -> list[Grid]:
    """Sheets of a workbook; formulas without a saved result are added to ``problems``.

    Raises
    ------
    ScenarioError
        When the workbook cannot be opened, or is far too large.
    """
    grids = [Grid(page.name, f"{shown}[{page.name}]", _rows(page)) for page, _visible in open_sheets(path, shown)]
    problems.extend(lost_cells(path, shown, [grid.name for grid in grids if _is_data(grid)]))
    return grids


def csv_grids(files: Mapping[str, Path], problems: list[Problem]) -> list[Grid]:
    """Tables of .csv files by shown name; files that cannot be read are added to ``problems``."""
    grids = []
    for shown, file in files.items():
        try:
            grids.append(Grid(file.stem, shown, csv_lines(file, shown)))
        except ScenarioError as error:
            problems.extend(error.problems)
    return grids


def _rows(page: CalamineSheet) -> list[list[str]]:
    return [[cell_text(cell) for cell in row] for row in page.to_python(skip_empty_area=False)]


def _is_data(grid: Grid) -> bool:
    return any(any(row) for row in grid.rows) and normal(grid.name) not in _NOT_DATA


def _table(grid: Grid, money: Money, problems: list[Problem], sheets: Sequence[Sheet]) -> RawTable | None:
    if not _is_data(grid):
        return None
    sheet = next((each for each in sheets if normal(grid.name) in (normal(each.zh), normal(each.key))), None)
    if sheet is None:
        near = nearest(grid.name, [word for each in sheets for word in (each.zh, each.key)])
        known = ", ".join(each.zh for each in sheets)
        cure = _("did you mean {name!r}?").format(name=near) if near else _("known: {names}").format(names=known)
        problems.append(Problem(grid.place, _("unknown sheet"), cure))
        return None
    top = _heading_row(grid.rows, sheet, money)
    if top is None:
        needed = ", ".join(column.zh for column in sheet.columns if column.required)
        finding = _("no heading row among the first {count} rows").format(count=HEADING_ROWS)
        problems.append(Problem(grid.place, finding, _("write the headings: {names}").format(names=needed)))
        return None
    headings = _headings(grid, top, sheet, money, problems)
    kept = [number for number in range(top + 1, len(grid.rows)) if any(grid.rows[number])]
    columns = {position: [grid.cell(number, position) for number in kept] for position in headings}
    written = {position: grid.cell(top, position) for position in headings}
    return RawTable(sheet, grid.place, headings, written, columns, [number + 1 for number in kept])


def _heading_row(rows: list[list[str]], sheet: Sheet, money: Money) -> int | None:
    """First row, among the first ten, with at least half of the required headings."""
    required = {column.key for column in sheet.columns if column.required}
    for number, row in enumerate(rows[:HEADING_ROWS]):
        read = [read_heading(cell, sheet, money) for cell in row if cell]
        found = {each.column.key for each in read if isinstance(each, Heading)}
        if found and 2 * len(found & required) >= len(required):
            return number
    return None


def _headings(grid: Grid, top: int, sheet: Sheet, money: Money, problems: list[Problem]) -> dict[int, Heading]:
    headings: dict[int, Heading] = {}
    for position in range(max(len(row) for row in grid.rows)):
        written = grid.cell(top, position)
        if normal(written) in _NUMBERING:
            continue
        if not written:
            problems.extend(_nameless(grid, top, position))
            continue
        here = cell_place(grid.place, top + 1, written)
        read = read_heading(written, sheet, money)
        if isinstance(read, UnknownHeading):
            problems.append(Problem(here, read.finding, read.cure))
        elif any(read.column is other.column for other in headings.values()):
            problems.append(Problem(here, _("the heading stands here twice"), _("remove one of the two columns")))
        else:
            headings[position] = read
    problems.extend(_missing(grid, top, sheet, headings))
    return headings


def _nameless(grid: Grid, top: int, position: int) -> Iterator[Problem]:
    below = next((number for number in range(top + 1, len(grid.rows)) if grid.cell(number, position)), None)
    if below is not None:
        finding = _("the column has values (first in row {row}) but no heading").format(row=below + 1)
        place = cell_place(grid.place, top + 1, _column_letters(position))
        yield Problem(place, finding, _("write its heading, or empty the column"))


def _missing(grid: Grid, top: int, sheet: Sheet, headings: Mapping[int, Heading]) -> Iterator[Problem]:
    """Required columns without a heading; one with an unknown unit has its problem already."""
    found = [heading.column for heading in headings.values()]
    stated = {normal(cell).split("(", maxsplit=1)[0] for cell in grid.rows[top]}
    for column in sheet.columns:
        names = {normal(column.zh).split("(", maxsplit=1)[0], normal(column.key)}
        if column.required and column not in found and not names & stated:
            finding = _("the column {name} is missing").format(name=f"{column.zh} ({column.key})")
            yield Problem(grid.place, finding, _("add it; the register needs it"))


def _column_letters(position: int) -> str:
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return _("column {letters}").format(letters=letters)
