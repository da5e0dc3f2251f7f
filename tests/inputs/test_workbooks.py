"""Workbooks and .csv files as people really save them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from allocator.errors import ScenarioError
from allocator.inputs.case import Case
from allocator.inputs.load import load
from tests.worlds import SCENARIO, SHEETS, replaced, write_world

BOOK = replaced(SCENARIO, ("register: register", "register: 台账.xlsx"))


def load_book(folder: Path, changes: Callable[[openpyxl.Workbook], None], name: str = "台账.xlsx") -> Case:
    """The world with its register in one workbook, changed before it is saved."""
    book = openpyxl.Workbook()
    for sheet, text in SHEETS.items():
        page = book.create_sheet(sheet)
        for line in text.splitlines():
            page.append(line.split(","))
    changes(book)
    world = write_world(folder, scenario=replaced(BOOK, ("台账.xlsx", name)), sheets=dict.fromkeys(SHEETS))
    book.save(folder / name)
    return load(world)


def test_a_workbook_and_a_folder_of_csv_give_the_same_case(tmp_path: Path) -> None:
    """The empty sheet of a new workbook does not matter."""
    book = load_book(tmp_path / "book", lambda _book: None).register
    folder = load(write_world(tmp_path / "folder")).register
    for key in vars(folder):
        pd.testing.assert_frame_equal(getattr(book, key), getattr(folder, key), obj=key)


def test_titles_may_stand_above_the_headings_and_numbers_beside_them(tmp_path: Path) -> None:
    """A title, a unit line, a column 序号, an explanation sheet."""

    def dress(book: openpyxl.Workbook) -> None:
        page = book["小区"]
        page.insert_cols(1)
        for row, value in enumerate(["序号", 1, 2], start=1):
            page.cell(row, 1, value)
        page.insert_rows(1, 2)
        page["A1"] = "2025年城镇老旧小区改造台账"
        page["A2"] = "单位:万元"
        book.create_sheet("填表说明")["A1"] = "请按格式填写"

    assert list(load_book(tmp_path, dress).register.estates["households"]) == [100, 60]


def test_headings_and_figures_in_full_width_and_in_other_units(tmp_path: Path) -> None:
    """Parentheses, digits, commas, blanks, percent signs and years as typed in a Chinese office."""

    def dress(book: openpyxl.Workbook) -> None:
        estates = book["小区"]
        estates["E1"], estates["G1"] = " 户 数（户）", "建筑面积（万㎡）"
        estates["D2"], estates["E2"], estates["G2"] = "1985年", "1,100 ", "０.８"
        estates["D3"], estates["E3"], estates["G3"] = date(1990, 5, 1), "６０", 0.54005
        items = book["改造项"]
        items["E1"], items["F1"] = "单价（万元）", "造价\n（元）"
        items["E2"], items["F3"], items["F4"] = 0.012051, "600,000", 75000

    register = load_book(tmp_path, dress).register
    assert list(register.estates["built_year"]) == [1985, 1990]
    assert list(register.estates["households"]) == [1100, 60]
    assert list(register.estates["floor_area"]) == [8000.0, 5400.5]
    assert list(register.items["cost"]) == [1205, 6000, 750]
    assert register.items["unit_cost"][0] == Decimal("120.51")
    assert register.pledges["participation"][0] == Decimal("0.85")


def formula(page: Worksheet, cell: str, result: str) -> None:
    """A formula as a spreadsheet program saves it, with its result or error."""
    page.write_formula(cell, '=1/A9&"<v>7</v>"', None, result)


def with_formulas(folder: Path, cells: dict[str, str], sheet: str = "小区") -> Path:
    """The world with its register in one workbook, and formulas in one sheet."""
    world = write_world(folder, scenario=BOOK, sheets=dict.fromkeys(SHEETS))
    with xlsxwriter.Workbook(folder / "台账.xlsx") as book:
        for name, text in SHEETS.items():
            page = book.add_worksheet(name)
            for number, line in enumerate(text.splitlines()):
                page.write_row(number, 0, line.split(","))
            for cell, result in cells.items() if name == sheet else ():
                formula(page, cell, result)
    return world


def test_formulas_give_their_saved_value_and_nothing_is_run(tmp_path: Path) -> None:
    """Text and numbers alike."""
    register = load(with_formulas(tmp_path, {"B2": "东一苑", "E3": "70"})).register
    assert list(register.estates["name"]) == ["东一苑", "西苑"]
    assert list(register.estates["households"]) == [100, 70]


def test_cells_without_a_value_are_not_blank(tmp_path: Path) -> None:
    """An error value, and a formula saved without its result, each with its cell."""
    with pytest.raises(ScenarioError) as refused:
        load(with_formulas(tmp_path, {"B2": "#DIV/0!", "E3": "#N/A"}))
    assert [(problem.place, problem.finding) for problem in refused.value.problems][:2] == [
        ("台账.xlsx[小区], cell B2", "the cell shows the error #DIV/0!"),
        ("台账.xlsx[小区], cell E3", "the cell shows the error #N/A"),
    ]

    def dress(book: openpyxl.Workbook) -> None:
        book["小区"]["B2"] = "=1+1"

    with pytest.raises(ScenarioError) as refused:
        load_book(tmp_path / "no result", dress)
    assert str(refused.value) == (
        "台账.xlsx[小区], cell B2: the formula was saved without its result\n"
        "    -> open the workbook in a spreadsheet program and save it, or write the value"
    )


def test_gbk_files_open(tmp_path: Path) -> None:
    """As a Chinese spreadsheet program saves .csv by default."""
    sheets = {name: text.encode("gb18030") for name, text in SHEETS.items()}
    assert list(load(write_world(tmp_path, sheets=sheets)).register.estates["name"]) == ["东苑", "西苑"]


def test_english_names_are_accepted(tmp_path: Path) -> None:
    """Of sheets, columns and choices."""
    text = "estate,county,built year,households,floor_area (m2),status\nE1,东县,1985,100,8000,Normal\n"
    text += "E2,西县,1990,60,5400.5,dangerous_c\n"
    register = load(write_world(tmp_path, sheets={"小区": None, "Estates": text})).register
    assert list(register.estates["status"]) == ["normal", "dangerous_c"]


def test_text_that_looks_like_a_formula_is_text_in_csv(tmp_path: Path) -> None:
    """With or without the apostrophe that protects it."""
    text = replaced(SHEETS["小区"], ("东苑", "=1+1"), ("西苑", "'@西苑"))
    assert list(load(write_world(tmp_path, sheets={"小区": text})).register.estates["name"]) == ["=1+1", "@西苑"]


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_files_that_are_no_workbook_are_refused(tmp_path: Path, refusal: Callable[..., str], content: bytes) -> None:
    """With the reason, and how to mend it."""
    (tmp_path / "台账.xlsx").write_bytes(content)
    text = refusal(scenario=BOOK, sheets=dict.fromkeys(SHEETS))
    assert text.startswith("台账.xlsx: the workbook cannot be opened (")
    assert text.endswith("-> open it in a spreadsheet program and save it again")


def test_an_empty_workbook_is_refused(tmp_path: Path, refusal: Callable[..., str]) -> None:
    """Said once for the workbook, and once for each sheet it needs."""
    openpyxl.Workbook().save(tmp_path / "台账.xlsx")
    assert refusal(scenario=BOOK, sheets=dict.fromkeys(SHEETS)) == (
        "register: the sheet 小区 (estates) is missing\n    -> add it; the register needs it\n"
        "register: the sheet 改造项 (items) is missing\n    -> add it; the register needs it\n"
        "台账.xlsx: the file is empty\n    -> fill in at least 小区, 改造项"
    )
