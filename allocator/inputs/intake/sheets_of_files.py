"""The files of a folder, their sheets and tables, and what is to be said about them as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from allocator.errors import ScenarioError
from allocator.i18n import _
from allocator.inputs.headings import normal
from allocator.inputs.intake.columns import unknown_heading
from allocator.inputs.intake.explain import GIVEN
from allocator.inputs.intake.pages import Page, cell_name, read_pages
from allocator.inputs.intake.remarks import Dropped, Log, NotTaken
from allocator.inputs.intake.tables import NUMBERING, Table, TableFinder
from allocator.inputs.intake.template import LISTS
from allocator.inputs.intake.words import IntakeWords
from allocator.inputs.register_sheets import Column
from allocator.inputs.workbook_files import WORKBOOKS

KINDS = (*WORKBOOKS, ".csv")


@dataclass
class CountyFile:
    """One file with its tables."""

    name: str
    """Path relative to the folder, with slashes."""
    pages: list[Page] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def county_files(folder: Path, log: Log) -> list[tuple[str, Path]]:
    """Names and paths of the workbooks and .csv files in ``folder`` and below, in order; links are not followed.

    What is no table is noted, and so is a workbook that somebody has open.
    """
    found = []
    for path in _walk(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            log.not_taken.append(NotTaken(name, "", _("a link: links are not followed")))
        elif path.name.startswith(("~$", ".~lock.")):
            _tell_open(path, folder, log)
        elif path.name.startswith(".") or path.name.casefold() in ("thumbs.db", "desktop.ini"):
            continue
        elif path.suffix.lower() in KINDS:
            found.append((name, path))
        else:
            finding = _("this is not a workbook; it was not read")
            log.file_remark("check", name, finding, _("send tables as .xlsx"))
            log.not_taken.append(NotTaken(name, "", finding))
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        here = Path(parent)
        yield from sorted(
            [here / name for name in files] + [here / name for name in folders if (here / name).is_symlink()]
        )


def _tell_open(lock: Path, folder: Path, log: Log) -> None:
    """A lock file says that its workbook is open somewhere."""
    name = lock.name.removeprefix("~$").removeprefix(".~lock.").removesuffix("#")
    meant = next(
        (path for path in lock.parent.iterdir() if not path.name.startswith((".", "~$")) and path.name.endswith(name)),
        None,
    )
    if meant is not None:
        finding = _("the workbook is open in a spreadsheet program; what is not saved yet is missing")
        log.file_remark(
            "check", meant.relative_to(folder).as_posix(), finding, _("save and close it, and collect again")
        )


def read_file(name: str, path: Path, finder: TableFinder, words: IntakeWords, log: Log) -> CountyFile:
    """Sheets and tables of one file; one that cannot be opened has none, and its problem is told."""
    file = CountyFile(name)
    try:
        file.pages = [page for page in read_pages(path, name) if page.name != LISTS and finder.is_data(page)]
    except ScenarioError as error:
        for problem in error.problems:
            log.file_remark("must", name, problem.finding, problem.cure)
        return file
    for page in file.pages:
        table = finder.find(page)
        if table is None:
            finding = _("no headings of a table were found in this sheet")
            log.remark("check", page, None, finding, _("if it is to be read, use the headings of the template"))
            log.not_taken.append(NotTaken(page.file, page.name, finding))
            continue
        file.tables.append(table)
        _tell_hidden(table, log)
        _tell_columns(table, finder, words, log)
        _tell_units(table, log)
        _tell_rows(table, log)
    if not file.pages:
        log.file_remark("check", name, _("the file holds no data"), _("see that it is the right one"))
    return file


def tell_missing(table: Table, county: str, log: Log) -> None:
    """Note required columns that a table lacks; ids that are given, and the county a file names, may be missing."""
    found = {each.column.key for each in table.fields if each.spread is None}
    found |= {column.key for _position, column in table.clashes}
    for column in table.sheet.columns:
        given = (table.sheet.key, column.key) in GIVEN or (column.refers == "county" and bool(county))
        if column.required and not given and column.key not in found:
            finding = _("the column {name} is missing").format(name=column.zh)
            cure = _("add it; without it no row enters the register")
            log.remark("must", table.page, (table.bottom, 0), finding, cure, heading=column.zh)
    _tell_absent_as_zero(table, found, log)


def _tell_absent_as_zero(table: Table, found: set[str], log: Log) -> None:
    """Figures that the register counts as 0 where their column is absent are to be confirmed, all in one."""
    absent = [
        column.zh for column in table.sheet.columns
        if column.kind in ("int", "number", "money") and column.unit and column.default is not None
        and not column.required and column.key not in found
    ]  # fmt: skip
    if absent:
        finding = _("these columns are absent and count as 0: {names}").format(names=", ".join(absent))
        log.remark("check", table.page, (table.bottom, 0), finding, _("add them, or confirm that they are 0"))


def _tell_hidden(table: Table, log: Log) -> None:
    page = table.page
    if page.is_hidden:
        log.remark(
            "check", page, None, _("the sheet is hidden; it was read"), _("confirm that it counts, or delete it")
        )
    if not page.sees_hidden and page.is_typed:
        log.not_taken.append(NotTaken(page.file, page.name, _("this kind of file does not tell which rows are hidden")))
    for first, last in _runs([row for row in table.rows if row in page.hidden_rows]):
        rows = f"{first + 1}" if first == last else f"{first + 1}-{last + 1}"
        finding = _("hidden rows ({rows}); they were read").format(rows=rows)
        log.remark("check", page, (first, 0), finding, _("confirm that they count, or delete them"))
    for each in table.fields:
        if each.position in page.hidden_columns:
            finding, cure = _("the column is hidden; it was read"), _("confirm that it counts, or delete it")
            log.remark("check", page, (table.bottom, each.position), finding, cure, heading=each.written)


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each unbroken run of row numbers."""
    start: int | None = None
    for number, row in enumerate(rows):
        start = row if start is None else start
        if number + 1 == len(rows) or rows[number + 1] != row + 1:
            yield start, row
            start = None


def _tell_columns(table: Table, finder: TableFinder, words: IntakeWords, log: Log) -> None:
    """Columns that are not taken: personal ones, ones that mean nothing, ones that mean the same as another."""
    taken = {each.position for each in table.fields}
    clashing = dict(table.clashes)
    for position, path in enumerate(table.paths):
        if position in taken or (path and normal(path[-1]) in NUMBERING):
            continue
        values = sum(bool(table.page.text(row, position)) for row in table.rows)
        spot, heading = (table.bottom, position), unknown_heading(path)
        kind = next((found for level in reversed(path) if (found := words.personal_kind(level))), "")
        if position in clashing:
            finding = _("several columns mean {name}; none of them was taken").format(name=clashing[position].zh)
            log.remark("must", table.page, spot, finding, _("leave one of them, with that heading"), heading=heading)
        elif kind:
            log.dropped.append(Dropped(table.page.file, table.page.name, cell_name(spot), heading, kind, values))
            finding = _("the column holds personal data ({kind}); nothing of it was kept").format(kind=kind)
            log.remark("check", table.page, spot, finding, _("leave the column out"), heading=heading)
        elif values:
            _tell_unknown(table, position, finder, log)


def _tell_unknown(table: Table, position: int, finder: TableFinder, log: Log) -> None:
    path, spot = table.paths[position], (table.bottom, position)
    heading = unknown_heading(path)
    near = finder.reader(table.sheet).nearest(path) if path else ""
    is_free = near and table.position(_key(table, near)) is None
    if not path:
        finding, cure = _("the column has values but no heading; it was not taken"), _("write its heading")
        log.remark("check", table.page, spot, finding, cure, heading=heading)
    elif is_free:
        finding = _("the heading is not known; the column was not taken")
        log.remark("check", table.page, spot, finding, _("did you mean {name!r}?").format(name=near), heading=heading)
    log.not_taken.append(NotTaken(table.page.file, table.page.name, _("column {name}").format(name=heading)))


def _key(table: Table, zh: str) -> str:
    return next((column.key for column in table.sheet.columns if column.zh == zh), "")


def _tell_units(table: Table, log: Log) -> None:
    """Amounts without a unit are read in the register's, and that is to be confirmed."""
    for each in table.fields:
        if each.column.kind in ("money", "rate") and not each.states_unit:
            finding = _("no unit is stated; it was read as {unit}").format(unit=_unit(table, each.column))
            cure = _("write the unit in the heading, or above the table")
            log.remark("check", table.page, (table.bottom, each.position), finding, cure, heading=each.written)


def _unit(table: Table, column: Column) -> str:
    return table.money_unit if column.kind == "money" else table.rate_unit


def _tell_rows(table: Table, log: Log) -> None:
    for row in table.breakdowns:
        finding = _("the row repeats a part of other rows; it was not taken")
        log.remark("check", table.page, (row, 0), finding, _("if it is a row of its own, name it otherwise"))
    for row in table.sections:
        text = _("row {row} was taken for the heading of a section").format(row=row + 1)
        log.not_taken.append(NotTaken(table.page.file, table.page.name, text))
    for each in table.fields:
        _tell_blank_as_zero(table, each.position, each.column, log)


def _tell_blank_as_zero(table: Table, position: int, column: Column, log: Log) -> None:
    """Blank figures that the register counts as 0 are to be confirmed: nothing is zero in silence."""
    if column.required or column.default is None or column.kind not in ("int", "number", "money", "share"):
        return
    page = table.page
    blank = [row for row in table.rows if not page.filled(row, position) and (row, position) not in page.lost]
    if blank:
        shown = ", ".join(str(row + 1) for row in blank[:20]) + (" …" if len(blank) > 20 else "")
        text = _("blank in {count} rows ({rows}); the register counts blank as {default} here")
        finding = text.format(count=len(blank), rows=shown, default=column.default)
        cure = _("write the figures, also when they are 0")
        log.remark("check", page, (blank[0], position), finding, cure, heading=column.zh)
