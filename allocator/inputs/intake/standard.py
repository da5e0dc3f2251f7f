"""The register's own checks on collected rows: whatever ``validate`` would say is told to the county it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd

from allocator.inputs.headings import Heading
from allocator.inputs.intake.ids import fault
from allocator.inputs.intake.records import Record
from allocator.inputs.intake.remarks import Log
from allocator.inputs.intake.setting import Setting
from allocator.inputs.plausibility import implausible
from allocator.inputs.raw_tables import RawTable
from allocator.inputs.references import fill_in, resolve_references
from allocator.inputs.register_checks import check_register, places_of_money
from allocator.inputs.register_reader import Sheets, read_sheets
from allocator.inputs.register_sheets import SHEET, Sheet
from allocator.inputs.running_checks import check_running, fill_running
from allocator.inputs.write_register import written_cell


@dataclass(frozen=True)
class _Told:
    """One thing the register's checks say about a record."""

    sheet: str
    key: str
    record: int
    finding: str
    cure: str


@dataclass
class _Listening(Sheets):
    """Sheets that keep which record each problem is about, and do not stop at ten alike."""

    told: list[_Told] = field(default_factory=list)

    def add(self, sheet: str, key: str, records: Iterable[int], finding: str | Sequence[str], cure: str) -> None:
        """Note a problem at a column for each of ``records``."""
        at = list(records)
        texts = [finding] * len(at) if isinstance(finding, str) else list(finding)
        self.faulty.setdefault((sheet, key), set()).update(at)
        self.told += [_Told(sheet, key, int(record), text, cure) for record, text in zip(at, texts, strict=True)]


def check_as_register(
    records: Mapping[str, Sequence[Record]], setting: Setting, log: Log
) -> tuple[set[Record], dict[str, pd.DataFrame]]:
    """Run the register's checks, tell what they find; gives the rows that cannot enter the register, and its frames.

    A value that is wrong is taken away where the column may be blank; a row whose required value is wrong, or that is
    wrong without a value of its own, cannot enter.
    """
    tables = [_raw(SHEET[key], rows, setting) for key, rows in records.items()]
    read = read_sheets(tables, setting.scenario.money)
    sheets = _Listening(read.frames, read.raw)
    resolve_references(sheets, setting.policy, setting.scenario.counties)
    fill_in(sheets, setting.scenario.money)
    fill_running(sheets, setting.scenario.money)
    check_register(sheets, setting.scenario)
    check_running(sheets, setting.scenario)
    if setting.model is not None and not sheets.told:
        places_of_money(sheets, setting.model, setting.scenario)
    leaving: set[Record] = set()
    for told in sheets.told:
        if told.record < 0:  # a row that was filled in, not collected
            continue
        record = records[told.sheet][told.record]
        column = next((each for each in record.sheet.columns if each.key == told.key), None)
        is_blank = told.key not in record.values
        fault(record, told.key, told.finding, told.cure, log)
        if is_blank or column is None or column.required:
            leaving.add(record)
    return leaving, sheets.frames


def tell_implausible(
    records: Mapping[str, Sequence[Record]], frames: Mapping[str, pd.DataFrame], setting: Setting, log: Log
) -> None:
    """Ask about figures that can hardly be (often a wrong unit), county by county, as ``validate`` would.

    ``frames`` are those of ``check_as_register``, with a row for each of the estates in ``records``.
    """
    estates = records.get("estates", ())
    by_page: dict[tuple[str, str], list[int]] = {}
    for number, each in enumerate(estates):
        by_page.setdefault((each.page.file, each.page.name), []).append(number)
    for numbers in by_page.values():
        own = frames["estates"].iloc[numbers]
        items = frames["items"][frames["items"]["estate"].isin(set(own["estate"]))]
        for notice in implausible(own, items, setting.scenario.money, ""):
            log.remark("check", estates[numbers[0]].page, None, notice.finding, notice.cure)


def _raw(sheet: Sheet, rows: Sequence[Record], setting: Setting) -> RawTable:
    """Records as the register's reader gets them from a workbook."""
    money = setting.scenario.money
    columns = {
        position: [written_cell(column, row.values.get(column.key), money) for row in rows]
        for position, column in enumerate(sheet.columns)
    }
    headings = {position: Heading(column, Decimal(1)) for position, column in enumerate(sheet.columns)}
    written = {position: column.zh for position, column in enumerate(sheet.columns)}
    return RawTable(sheet, sheet.zh, headings, written, columns, [number + 2 for number in range(len(rows))])
