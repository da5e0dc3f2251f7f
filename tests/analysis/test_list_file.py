"""Lists are read as they come: titles, any heading, sums, several sheets, rows that name nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from allocator.analysis.list_file import read_list
from allocator.errors import ScenarioError
from tests.analysis.lists import town, write_list


def test_a_workbook_as_it_comes(tmp_path: Path) -> None:
    """Titles above, a numbering of its own, names with blanks, a year as number or text, sums, blank rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["2025年老旧小区改造建议名单"], [None], ["序号", "小区名称", "县（市、区）", "投资(万元)", "计划开工年度"],
        [1, "望江小区", "c", 120, 2025], [2, "东门小区", "d", "约80", "2026年"], [None, None, None, None, None],
        [3, "晚 成小区", None, None, None], [None, "合计", None, 200, None], ["注：初步意见", None, None, None, None],
    ):  # fmt: skip
        sheet.append(row)
    path = tmp_path / "名单.xlsx"
    book.save(path)
    listing = read_list(path, town())
    assert [(e.row, e.estates, e.project, e.year) for e in listing.entries] == [
        ("4", ("a",), "a", 2025), ("5", ("d1",), "d1", 2026), ("7", ("late",), "late", 0),
    ]  # fmt: skip
    assert listing.breaches == ()
    assert listing.starts == {"a": 2025, "d1": 2026, "late": 0}


def test_rows_of_several_sheets_are_known_by_their_sheet(tmp_path: Path) -> None:
    """One sheet per county; a sheet without headings is no part of the list."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "说明"
    book.active.append(["请勿改动"])
    for name, estate in (("甲县", "a"), ("乙县", "d2")):
        sheet = book.create_sheet(name)
        sheet.append(["小区编号"])
        sheet.append([estate])
    path = tmp_path / "名单.xlsx"
    book.save(path)
    assert [entry.row for entry in read_list(path, town()).entries] == ["甲县!2", "乙县!2"]


def test_a_number_of_the_lists_own_does_not_hide_the_name(tmp_path: Path) -> None:
    """A column 编号 that is no id of the register: the name says what is meant."""
    listing = read_list(write_list(tmp_path, [("007", "望江小区", "", "", "")]), town())
    assert [entry.estates for entry in listing.entries] == [("a",)]


@pytest.mark.parametrize(
    ("rows", "heading", "finding"),
    [
        ([("x",)], ("备注",), "没有一行写明小区或项目"),
        ([("查无", "", "", "", "")], ("小区名称",), "查无"),
    ],
)
def test_a_list_of_nothing_is_no_list(
    rows: list[tuple[str, ...]], heading: tuple[str, ...], finding: str, tmp_path: Path
) -> None:
    """Without any estate there is nothing to judge: an error, with every name that means nothing."""
    with pytest.raises(ScenarioError, match=finding):
        read_list(write_list(tmp_path, rows, heading), town())


def test_what_is_no_list_is_told(tmp_path: Path) -> None:
    """A missing file, or one of another kind."""
    with pytest.raises(ScenarioError, match="没有这个名单文件"):
        read_list(tmp_path / "none.xlsx", town())
