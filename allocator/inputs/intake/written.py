"""Write what was collected: register, origins, summary, and a list for each county of what it has to correct."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from allocator.files import file_name
from allocator.i18n import _
from allocator.inputs.cells import FORMULA_START
from allocator.inputs.headings import normal
from allocator.inputs.intake.listing import Listing, workbook
from allocator.inputs.intake.merge import Collected
from allocator.inputs.intake.pages import cell_name
from allocator.inputs.intake.records import Record
from allocator.inputs.intake.remarks import Conversion, Remark, rule_text
from allocator.inputs.intake.setting import Setting
from allocator.inputs.intake.summary import document, sender, senders, summaries
from allocator.inputs.raw_tables import read_tables
from allocator.inputs.register_reader import read_sheets
from allocator.inputs.register_sheets import SHEET, SHEETS, Sheet
from allocator.inputs.write_register import write_xlsx, written_cell

REGISTER, ORIGINS, SUMMARY, COUNTS, RETURNED = "register.xlsx", "origins.csv", "汇总.xlsx", "collect.json", "returned"


def write_collected(collected: Collected, folder: Path, language: str) -> None:
    """Write all files of a collection into the new ``folder``.

    ``register.xlsx`` is a register that ``validate`` reads; ``origins.csv`` has a line for each of its values with
    file, sheet and cell; ``汇总.xlsx`` counts and lists everything; ``returned/`` has a list for each county with
    remarks.
    """
    folder.mkdir(parents=True)
    frames = {key: _frame(SHEET[key], rows) for key, rows in collected.records.items() if rows or SHEET[key].required}
    write_xlsx(frames, folder / REGISTER, collected.setting.scenario.money, language)
    with (folder / ORIGINS).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([_("Sheet"), _("Row"), _("Column"), _("Value"), _("File"), _("Worksheet"), _("Cell"), _("How")])
        writer.writerows([_harmless(cell) for cell in line] for line in _origins(collected, language))
    (folder / SUMMARY).write_bytes(workbook(_summary(collected, language)))
    counts = json.dumps(document(collected), ensure_ascii=False, indent=2) + "\n"
    (folder / COUNTS).write_text(counts, encoding="utf-8", newline="\n")
    (folder / RETURNED).mkdir()
    for who in senders(collected):
        remarks = [each for each in collected.log.remarks if sender(collected, each.file) == who]
        if remarks:
            content = workbook(_returned(collected, who, remarks, language))
            (folder / RETURNED / f"{file_name(who)}-退回问题清单.xlsx").write_bytes(content)


def ids_of(folder: Path, setting: Setting) -> dict[tuple[str, str], str]:
    """Ids of an earlier collection by (county, normalised name of the estate); names that stand twice have none.

    Raises
    ------
    ScenarioError
        When ``folder`` holds no register.
    """
    tables, _files = read_tables(folder / REGISTER, f"{folder.name}/{REGISTER}", setting.scenario.money, [])
    estates = read_sheets(tables, setting.scenario.money).frames["estates"]
    keys = [(county, normal(name)) for county, name in zip(estates["county"], estates["name"], strict=True)]
    return {key: estate for key, estate in zip(keys, estates["estate"], strict=True) if key[1] and keys.count(key) == 1}


def _frame(sheet: Sheet, rows: list[Record]) -> pd.DataFrame:
    """Rows as a frame of objects: blank cells stay blank in the register, whatever they count as."""
    return pd.DataFrame(
        {
            column.key: pd.Series([row.values.get(column.key) for row in rows], dtype="object")
            for column in sheet.columns
        }
    )


def _origins(collected: Collected, language: str) -> Iterator[list[str]]:
    """A line for every value of the register."""
    money = collected.setting.scenario.money
    for sheet in SHEETS:
        for row in collected.records[sheet.key]:
            name = "|".join(row.text(key) for key in sheet.identity) if sheet.identity else ""
            for column in sheet.columns:
                if column.key not in row.values:
                    continue
                is_in_cell = column.key in row.spots
                spot = row.spots[column.key] if is_in_cell else (row.row, 0)
                rule = row.how.get(column.key)
                yield [
                    sheet.zh if language == "zh" else sheet.key, name, column.zh if language == "zh" else column.key,
                    written_cell(column, row.values[column.key], money, language), row.page.file,
                    row.page.name if row.page.is_typed else "", cell_name(spot) if is_in_cell else "",
                    rule_text(rule) if rule else "",
                ]  # fmt: skip


def _harmless(text: str) -> str:
    """Text that a spreadsheet program would take for a formula gets an apostrophe in front."""
    return f"'{text}" if FORMULA_START.match(text) and not re.fullmatch(r"-?[\d.]+", text) else text


def _severity(remark: Remark) -> str:
    return _("must be corrected") if remark.severity == "must" else _("please check")


def _remark_columns() -> list[tuple[str, float]]:
    return [
        (_("No."), 5), (_("Kind"), 10), (_("File"), 26), (_("Worksheet"), 11), (_("Cell"), 7), (_("Column"), 15),
        (_("What stands there"), 14), (_("Finding"), 40), (_("What to do"), 30),
    ]  # fmt: skip


def _remark_rows(remarks: list[Remark]) -> list[list[object]]:
    return [
        [number, _severity(each), each.file, each.page, each.cell, each.heading, each.found, each.finding, each.cure]
        for number, each in enumerate(remarks, start=1)
    ]


def _returned(collected: Collected, who: str, remarks: list[Remark], language: str) -> list[Listing]:
    """A county's list, and the conversions made in its tables."""
    remarks = sorted(remarks, key=lambda each: each.severity == "check")  # stable: files, sheets and cells in order
    must = sum(each.severity == "must" for each in remarks)
    lines = [
        _("{must} must be corrected, {check} are to be confirmed.").format(must=must, check=len(remarks) - must),
        _("Please correct the table itself, confirm the rest in the last column, and send both back."),
    ]
    conversions = [each for each in collected.log.conversions if sender(collected, each.file) == who]
    return [
        Listing(
            _("To correct"), _("{county}: list of what to correct").format(county=who), lines,
            [*_remark_columns(), (_("County's answer"), 18)], [[*row, ""] for row in _remark_rows(remarks)],
            [each.severity for each in remarks], _("Checked by:                Date:"),
        ),
        _conversions(conversions, language),
    ]  # fmt: skip


def _conversions(conversions: list[Conversion], language: str) -> Listing:
    columns = [
        (_("No."), 6), (_("File"), 30), (_("Worksheet"), 14), (_("Cell"), 8), (_("Sheet"), 12), (_("Column"), 16),
        (_("What stood there"), 22), (_("What it became"), 22), (_("Rule"), 32),
    ]  # fmt: skip
    rows: list[list[object]] = []
    for number, each in enumerate(conversions, start=1):
        sheet = SHEET[each.sheet]
        column = next(column for column in sheet.columns if column.key == each.column)
        names = (sheet.zh, column.zh) if language == "zh" else (sheet.key, column.key)
        became = each.became or _("(blank)")
        rows.append([number, each.file, each.page, each.cell, *names, each.found, became, rule_text(each.rule)])
    title = _("Conversions")
    return Listing(title, title, [_("Every value that does not enter the register as it stood.")], columns, rows)


def _summary(collected: Collected, language: str) -> list[Listing]:
    log = collected.log
    counts = [
        [each.county, each.files, each.sheets, each.rows, each.entered, each.values, each.conversions, each.must,
         each.check, f"{each.totals_held}/{each.totals_compared}", each.personal]
        for each in summaries(collected)
    ]  # fmt: skip
    headings = [
        (_("County"), 14), (_("Files"), 7), (_("Sheets"), 7), (_("Rows read"), 9), (_("Rows in the register"), 10),
        (_("Values"), 9), (_("Conversions"), 8), (_("To correct"), 9), (_("To confirm"), 9), (_("Totals held"), 9),
        (_("Personal data"), 9),
    ]  # fmt: skip
    remarks = sorted(log.remarks, key=lambda each: senders(collected).index(sender(collected, each.file)))
    return [
        Listing(_("Summary"), _("Tables of the counties, merged"), [], headings, counts),
        Listing(_("Remarks"), _("Remarks"), [], _remark_columns(), _remark_rows(remarks),
                [each.severity for each in remarks]),
        _conversions(log.conversions, language),
        Listing(
            _("Personal data"), _("Personal data"), [_("Nothing of it was kept.")],
            [(_("File"), 24), (_("Worksheet"), 14), (_("Cell"), 8), (_("Column"), 20), (_("Kind"), 14),
             (_("Cells"), 8)],
            [[each.file, each.page, each.place, each.heading, each.kind, each.cells] for each in log.dropped],
        ),
        Listing(
            _("Not taken"), _("Not taken"), [_("Files, sheets, columns and rows that did not enter the register.")],
            [(_("File"), 28), (_("Worksheet"), 16), (_("What"), 70)],
            [[each.file, each.page, each.what] for each in log.not_taken],
        ),
    ]  # fmt: skip
