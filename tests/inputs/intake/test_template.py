"""The workbook a county fills in: what it asks, what it locks, what it offers to choose from."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from allocator.cli import main
from allocator.cli.scenarios import find_scenario
from allocator.inputs.headings import Heading, normal, read_heading
from allocator.inputs.intake import template as module
from allocator.inputs.intake.setting import Setting, read_setting
from allocator.inputs.intake.template import LISTS, template
from allocator.inputs.intake.words import load_intake_words
from allocator.inputs.register_sheets import SHEET, SHEETS, Column

HEADINGS = 3
"""Row of the headings."""


@pytest.fixture(scope="module")
def setting() -> Setting:
    """The shipped city without its register."""
    return read_setting(find_scenario("xianning-synthetic"))


@pytest.fixture(scope="module")
def book(setting: Setting) -> Workbook:
    """The template of one county."""
    return openpyxl.load_workbook(io.BytesIO(template("咸安区", setting, load_intake_words(), "zh")))


def test_every_sheet_that_counties_fill_in_is_there_with_all_its_columns(book: Workbook, setting: Setting) -> None:
    """The register's table drives the template; the county is stated once, above the headings."""
    words = load_intake_words()
    wanted = {
        sheet.zh: [column.key for column in sheet.columns if column.refers != "county"]
        for sheet in SHEETS
        if words.sheet(sheet).template
    }
    found = {}
    for name in book.sheetnames[1:-1]:
        sheet = next(each for each in SHEETS if each.zh == name)
        read = [read_heading(cell.value, sheet, setting.scenario.money) for cell in book[name][HEADINGS]]
        found[name] = [each.column.key for each in read if isinstance(each, Heading)]
        assert "填报县(市、区):咸安区" in book[name]["A2"].value
    assert found == wanted


def test_only_the_cells_below_the_headings_can_be_written_to(book: Workbook) -> None:
    """Titles and headings are locked, the columns below them are not; no password."""
    for page in [book[name] for name in book.sheetnames[1:-1]]:
        assert page.protection.sheet
        assert page.protection.password is None
        assert {cell.protection.locked for row in page.iter_rows(max_row=HEADINGS) for cell in row} == {True}
        assert {dimension.protection.locked for dimension in page.column_dimensions.values()} == {False}


def _sources(book: Workbook, sheet: str) -> dict[str, str]:
    """What each heading with a drop-down offers."""
    page = book[sheet]
    return {
        page.cell(HEADINGS, next(iter(rule.sqref.ranges)).min_col).value: rule.formula1
        for rule in page.data_validations.dataValidation
        if rule.type == "list"
    }


def test_drop_downs_offer_the_words_of_register_and_policy_model(book: Workbook, setting: Setting) -> None:
    """Choices from the register, works, sources and gates from the policy model, ids from the sheet before."""
    gates = _sources(book, "前置条件")
    assert gates["*状态"] == '"已具备,承诺,不具备"'
    assert gates["*小区编号"].startswith("OFFSET('小区'!$A$4,")
    offered = {}
    for sheet, heading in (("改造项", "*改造内容"), ("前置条件", "*前置条件"), ("出资承诺", "*资金来源")):
        source = _sources(book, sheet)[heading].removeprefix(f"{LISTS}!").replace("$", "")
        offered[heading] = [row[0].value for row in book[LISTS][source]]
    parts = {"*改造内容": "works", "*前置条件": "gates", "*资金来源": "sources"}
    meant = {heading: [setting.names(part).find(word) for word in offered[heading]] for heading, part in parts.items()}
    assert meant == {heading: list(setting.policy[part]) for heading, part in parts.items()}
    assert book[LISTS].sheet_state == "veryHidden"


def test_required_columns_are_marked_and_given_ids_are_not(book: Workbook) -> None:
    """Ids of estates and work items may stay blank: they are given when the tables are collected."""
    marked = [cell.value for cell in book["改造项"][HEADINGS] if cell.value.startswith("*")]
    assert marked == ["*小区编号", "*改造内容"]
    assert [cell.value for cell in book["小区"][HEADINGS] if cell.value.startswith("*")] == ["*户数(户)"]


def test_a_column_added_to_the_register_is_in_the_template(monkeypatch: pytest.MonkeyPatch, setting: Setting) -> None:
    """Nobody has to tell the template about a new column."""
    areas = replace(
        SHEET["areas"], columns=(*SHEET["areas"].columns, Column("shade", "树荫面积", "number", unit="平方米"))
    )
    monkeypatch.setattr(module, "SHEETS", tuple(areas if each.key == "areas" else each for each in SHEETS))
    book = openpyxl.load_workbook(io.BytesIO(template("咸安区", setting, load_intake_words(), "zh")))
    assert book["片区"].cell(HEADINGS, book["片区"].max_column).value == "树荫面积(平方米)"


def test_every_word_of_the_intake_belongs_to_the_register() -> None:
    """Sheets and columns that reports/intake.yaml names exist, so that none of its words is in vain."""
    later = {"adopted"}
    words = load_intake_words().sheets
    assert set(words) - set(SHEET) - later == set()
    columns = {
        f"{key}.{name}" for key, sheet in words.items() if key in SHEET
        for name in sheet.columns if name not in {column.key for column in SHEET[key].columns}
    }  # fmt: skip
    assert columns == set()


def test_no_other_heading_means_two_columns_of_a_sheet() -> None:
    """A heading that could mean two columns would be taken for the wrong one."""
    words = load_intake_words()
    again = {}
    for sheet in SHEETS:
        names = Counter(
            name
            for column in sheet.columns
            for name in {normal(word) for word in (column.zh, column.key, *words.column(sheet, column).also)}
        )
        again[sheet.key] = [name for name, count in names.items() if count > 1]
    assert {key: found for key, found in again.items() if found} == {}


def test_the_command_writes_the_file_and_never_over_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A template that a county has written in is not lost."""
    out = tmp_path / "有 空格" / "咸安.xlsx"
    codes = []
    for _time in range(2):
        with pytest.raises(SystemExit) as end:
            main(["template", "--county", "咸安区", "--out", str(out)])
        codes.append(end.value.code)
    assert codes == [0, 2]
    assert openpyxl.load_workbook(out).sheetnames[0] == "填表说明"
    with pytest.raises(SystemExit) as end:
        main(["template", "--county", "咸安", "--out", str(tmp_path / "x.xlsx"), "--lang", "zh"])
    assert end.value.code == 2
    assert "咸安区" in capsys.readouterr().err
    assert not (tmp_path / "x.xlsx").exists()
