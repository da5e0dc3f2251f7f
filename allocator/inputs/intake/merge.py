"""Merge the counties' tables into one register: read, link, compare, check, and keep where everything came from."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlsxwriter.utility import xl_cell_to_rowcol

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.intake.counties import Counties, county_of_file
from allocator.inputs.intake.duplicates import drop_repeated, tell_alike_estates
from allocator.inputs.intake.ids import (
    REFERRED,
    fault,
    look_up_names,
    number_estates,
    number_items,
    tell_counties_apart,
)
from allocator.inputs.intake.pages import Spot
from allocator.inputs.intake.records import Record, RecordReader
from allocator.inputs.intake.remarks import Conversion, Log, NotTaken, Remark
from allocator.inputs.intake.setting import Setting
from allocator.inputs.intake.sheets_of_files import CountyFile, county_files, read_file, tell_missing
from allocator.inputs.intake.standard import check_as_register, tell_implausible
from allocator.inputs.intake.tables import TableFinder
from allocator.inputs.intake.totals import Checked, check_totals
from allocator.inputs.intake.words import IntakeWords
from allocator.inputs.register_sheets import SHEET, SHEETS

ROUNDS = 20
"""Times the register's checks are run at most: each takes at least one faulty value or row away."""
_PLACE = "place"
"""Column of a county or an area; blank means the whole city, but in a county's table the county."""


@dataclass
class Collected:
    """All counties' tables as one register, and everything noted on the way."""

    setting: Setting
    records: dict[str, list[Record]]
    """Rows that enter the register, by sheet."""
    log: Log
    counties: dict[str, str]
    """County by file; empty for files of no county or of several."""
    sheets: Counter[str] = field(default_factory=Counter)
    """Tables read, by file."""
    rows: Counter[str] = field(default_factory=Counter)
    """Rows read, by file."""
    totals: dict[str, Checked] = field(default_factory=dict)
    """Totals compared and held, by file."""
    alike: int = 0
    """Pairs of estates that may be one."""
    seconds: float = 0.0


def collect(
    folder: Path, setting: Setting, words: IntakeWords, before: Mapping[tuple[str, str], str] | None = None,
    tell: Callable[[str], None] = lambda _name: None,
) -> Collected:  # fmt: skip
    """Merge all workbooks and .csv files in ``folder``.

    Parameters
    ----------
    before
        Ids of an earlier collection by (county, normalised name of the estate).
    tell
        Called with the name of each file before it is read.

    Raises
    ------
    ScenarioError
        When the folder holds no table at all. Faults of tables are remarks, not errors.
    """
    begun = time.monotonic()
    log = Log()
    merge = _Merge(setting, words, log)
    found = county_files(folder, log)
    if not found:
        finding = _("there is no workbook and no .csv file in this folder")
        raise ScenarioError([Problem(str(folder), finding, _("check the path"))])
    for name, path in found:
        tell(name)
        merge.add(read_file(name, path, merge.finder, words, log))
    merge.link(before or {})
    merge.check()
    _in_order(log, merge.pages)
    merge.collected.seconds = time.monotonic() - begun
    return merge.collected


def _in_order(log: Log, pages: Mapping[tuple[str, str], int]) -> None:
    """Sort remarks and conversions by file, sheet and cell; what is said about a whole file comes first."""
    files: dict[str, int] = {}
    for file, _page in pages:
        files.setdefault(file, len(files))

    def place(each: Remark | Conversion) -> tuple[int, int, Spot]:
        spot = xl_cell_to_rowcol(each.cell) if each.cell else (-1, -1)
        return (files.get(each.file, -1), pages.get((each.file, each.page), -1), spot)

    log.remarks.sort(key=place)
    log.conversions.sort(key=place)


class _Merge:
    """Rows of all files on their way into one register."""

    def __init__(self, setting: Setting, words: IntakeWords, log: Log) -> None:
        self.finder = TableFinder(setting, words)
        self.collected = Collected(setting, {sheet.key: [] for sheet in SHEETS}, log, {})
        self.pages: dict[tuple[str, str], int] = {}
        """Number of every sheet, by file and name."""
        self._counties = Counties(setting.scenario.counties)
        self._reader = RecordReader(setting, words, log)
        self._words = words
        self._log = log
        self._setting = setting

    def add(self, file: CountyFile) -> None:
        """Read the tables of one file."""
        done = self.collected
        for page in file.pages:
            self.pages.setdefault((page.file, page.name), len(self.pages))
        county = county_of_file(file.name, file.pages, file.tables, self._counties, self._log)
        done.counties[file.name] = county
        for table in file.tables:
            tell_missing(table, county, self._log)
            read = self._reader.read(table, county)
            done.sheets[file.name] += 1
            done.rows[file.name] += len(table.rows)
            done.totals[file.name] = done.totals.get(file.name, Checked()) + check_totals(read, self._log)
            for record in read.records:
                self._put_county(record, county)
                done.records[record.sheet.key].append(record)

    def _put_county(self, record: Record, of_file: str) -> None:
        """County of a row: as written there, else of its file."""
        for column in record.sheet.columns:
            if column.refers != "county" and column.key != _PLACE:
                continue
            written = record.text(column.key)
            if not written and of_file and column.key not in record.faulty:
                record.values[column.key] = of_file
                record.how[column.key] = "county_of_file"
                self._convert(record, column.key, "", of_file, is_word=False)
            elif written and (named := self._counties.exactly(written)):
                self._write_county(record, column.key, written, named, of_file)
            elif written and column.refers == "county":
                known = ", ".join(self._setting.scenario.counties)
                fault(record, column.key, _("there is no county {name!r}").format(name=written),
                      _("known: {names}").format(names=known), self._log)  # fmt: skip

    def _write_county(self, record: Record, key: str, written: str, named: str, of_file: str) -> None:
        if named != written:
            self._convert(record, key, written, named, is_word=True)
        record.values[key] = named
        if key != _PLACE:
            record.county = named
        if of_file and named != of_file:
            finding = _("the row names {county}, the table is of {other}").format(county=named, other=of_file)
            self._log.remark("check", record.page, record.spot(key), finding, _("correct the county, or move the row"))

    def _convert(self, record: Record, key: str, found: str, became: str, *, is_word: bool) -> None:
        self._log.convert(
            record.page, record.spot(key), sheet=record.sheet.key, column=key, found=found, became=became,
            rule="word" if is_word else "county_of_file",
        )  # fmt: skip

    def link(self, before: Mapping[tuple[str, str], str]) -> None:
        """Give ids, tell counties apart, look names up, and drop rows that are there twice."""
        records = self.collected.records
        number_estates(records["estates"], before, self._log)
        tell_counties_apart(records, self._log)
        look_up_names(records, self._log)
        number_items(records["items"], self._log)
        names = {f"policy.{part}": self._setting.names(part) for part in ("works", "sources", "gates", "routes")}
        for key, rows in list(records.items()):
            kept = drop_repeated(rows, SHEET[key], names, self._log)
            self._leave(set(rows) - set(kept), _("it stands there twice"))
        self.collected.alike = tell_alike_estates(records["estates"], self._words.generic, self._log)

    def check(self) -> None:
        """Take away what cannot enter the register, until nothing is left to say about the rest."""
        records = self.collected.records
        self._leave({each for rows in records.values() for each in rows if self._lacks(each)}, _("a required value"))
        self._add_named()
        for _round in range(ROUNDS):
            filled = {key: rows for key, rows in records.items() if rows}
            noted = len(self._log.remarks)
            leaving, frames = check_as_register(filled, self._setting, self._log)
            if len(self._log.remarks) == noted:
                tell_implausible(filled, frames, self._setting, self._log)
                break
            self._leave(leaving, _("a value that contradicts another"))
        order = {county: number for number, county in enumerate(self._setting.scenario.counties)}
        for rows in records.values():
            rows.sort(key=lambda each: order.get(each.county, len(order)))

    def _lacks(self, record: Record) -> bool:
        """Whether a required value is missing; a blank one is told here, an unreadable one is told already."""
        missing = [column for column in record.sheet.columns if column.required and column.key not in record.values]
        for column in missing:
            if column.key in record.faulty or self._is_told(record, column.key):
                continue
            finding = _("the cell is blank; without it the row does not enter the register")
            self._log.remark("must", record.page, record.spot(column.key), finding, _("fill it in"),
                             heading=column.zh)  # fmt: skip
        return bool(missing)

    def _is_told(self, record: Record, key: str) -> bool:
        """Whether the whole column is missing, or an id waits for its estate's."""
        return key not in record.columns or (record.sheet.key, key) == ("items", "item")

    def _add_named(self) -> None:
        """Add a plain row for every project and area that estates name, where their county has no such sheet.

        Where no county has one, the register's reader does the same.
        """
        records = self.collected.records
        for key in ("projects", "areas"):
            own = {each.county for each in records[key]}
            name = SHEET[key].identity[0]
            known = {each.text(name) for each in records[key]}
            for estate in records["estates"] if own else ():
                named = estate.text(name)
                if not named or named in known or estate.county in own:
                    continue
                known.add(named)
                row = Record(SHEET[key], estate.page, estate.row, estate.county, columns=estate.columns)
                row.values[name], row.how[name], row.spots[name] = named, "row_added", estate.spot(name)
                if key == "areas":
                    row.values["county"], row.how["county"] = estate.county, "row_added"
                self._log.convert(
                    estate.page, estate.spot(name), sheet=key, column=name, found=named, became=named, rule="row_added"
                )
                records[key].append(row)

    def _leave(self, leaving: set[Record], why: str) -> None:
        """Take rows out of the register, and with them what belongs to them."""
        self._left_out(leaving, why)
        records = self.collected.records
        while leaving:
            gone = {
                (each.sheet.key, each.county, each.text(each.sheet.identity[0]))
                for each in leaving if each.sheet.key in REFERRED and each.text(each.sheet.identity[0])
            }  # fmt: skip
            for key, rows in records.items():
                records[key] = [each for each in rows if each not in leaving]
            for key in REFERRED:  # of two rows of one id in a county, the other is still there
                gone -= {(key, each.county, each.text(each.sheet.identity[0])) for each in records[key]}
            leaving = self._orphans(gone)
            self._left_out(leaving, _("what it belongs to is not in the register"))

    def _orphans(self, gone: Iterable[tuple[str, str, str]]) -> set[Record]:
        """Rows that must belong to one that has left; where they may do without, the value goes."""
        gone = set(gone)
        orphans = set()
        for rows in self.collected.records.values():
            for each in rows:
                for column in each.sheet.columns:
                    if (column.refers, each.county, each.text(column.key)) not in gone:
                        continue
                    if column.required:
                        orphans.add(each)
                    else:
                        fault(each, column.key, _("what it names is not in the register"), _("see the remarks on it"),
                              self._log)  # fmt: skip
        return orphans

    def _left_out(self, records: Iterable[Record], why: str) -> None:
        for each in sorted(records, key=lambda one: (one.page.file, one.page.name, one.row)):
            text = _("row {row} did not enter the sheet {sheet}: {why}")
            told = text.format(row=each.row + 1, sheet=each.sheet.zh, why=why)
            self._log.not_taken.append(NotTaken(each.page.file, each.page.name, told))
