"""A register split into the templates of its counties, as careful counties would fill them in."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl

from allocator.inputs.case import Case
from allocator.inputs.headings import Heading, heading, read_heading
from allocator.inputs.intake.setting import read_setting
from allocator.inputs.intake.template import HEADING_ROW, template
from allocator.inputs.intake.words import load_intake_words
from allocator.inputs.raw_tables import RawTable, read_tables
from allocator.inputs.register_sheets import Column
from tests.inputs.intake.books import write_book

CITY = "市本级.xlsx"


def fill_templates(case: Case, folder: Path) -> None:
    """Write a filled-in template for each county of ``case``, and a plain workbook with the rows of no county."""
    money = case.scenario.money
    register = case.path.parent / case.scenario.register_path
    tables, _files = read_tables(register, "register", money, [])
    county_of = _counties(case)
    setting = read_setting(case.path)
    for county in case.scenario.counties:
        book = openpyxl.load_workbook(io.BytesIO(template(county, setting, load_intake_words(), "zh")))
        for table in tables:
            if table.sheet.zh in book.sheetnames:
                page = book[table.sheet.zh]
                written = [str(cell.value) for cell in page[HEADING_ROW + 1]]
                read = [read_heading(text, table.sheet, money) for text in written]
                keys = [each.column.key for each in read if isinstance(each, Heading)]
                for number, row in enumerate(_rows(table, county, county_of), start=HEADING_ROW + 2):
                    for position, key in enumerate(keys, start=1):
                        page.cell(number, position, row.get(key))
        folder.mkdir(parents=True, exist_ok=True)
        book.save(folder / f"{county} 填报.xlsx")
    plain = {}
    for table in tables:
        rows = _rows(table, "", county_of)
        if rows:
            columns = [each.column for each in table.headings.values()]
            head = [heading(column, money, "zh") for column in columns]
            plain[table.sheet.zh] = [head, *([row.get(column.key) for column in columns] for row in rows)]
    if plain:
        write_book(folder / CITY, plain)


def _counties(case: Case) -> dict[str, str]:
    """County by id of an estate, project, area or work item."""
    register = case.register
    estates = dict(zip(register.estates["estate"], register.estates["county"], strict=True))
    items = dict(zip(register.items["item"], register.items["estate"].map(estates), strict=True))
    projects = dict(zip(register.estates["project"], register.estates["county"], strict=True))
    areas = dict(zip(register.areas["area"], register.areas["county"], strict=True))
    return {**estates, **items, **projects, **areas}


def _rows(table: RawTable, county: str, county_of: dict[str, str]) -> list[dict[str, object]]:
    """Rows of a county as typed in: figures as numbers, the rest as text. Tasks come from the city."""
    own = "county" if table.position("county") is not None else "place" if table.position("place") is not None else ""
    named = own or table.sheet.identity[0]
    rows = []
    for record in range(len(table.rows)):
        cells = {column.key: _counted_as(column) for column in table.sheet.columns}
        found = {each.column.key: table.columns[position][record] for position, each in table.headings.items()}
        cells |= {key: text for key, text in found.items() if text}
        place = "" if table.sheet.key == "tasks" else cells[named] if own else county_of[cells[named]]
        place = county_of.get(place, place)
        if place == county:
            kinds = {column.key: column.kind for column in table.sheet.columns}
            rows.append({key: _typed(text, kinds[key]) for key, text in cells.items() if text})
    return rows


def _counted_as(column: Column) -> str:
    """What a careful county writes instead of leaving a figure blank: 0, or what else blank counts as."""
    is_figure = column.kind in ("int", "number", "money", "share") and not column.required
    return str(column.default) if is_figure and column.default is not None else ""


def _typed(text: str, kind: str) -> object:
    if kind not in ("int", "number", "money", "rate", "share", "year"):
        return text
    number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    return int(number) if number.is_integer() else number
