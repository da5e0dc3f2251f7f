"""Workbook and page of a comparison: everything that changed, adding up, in words, and safe with any name."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from allocator.analysis.compare import Comparison, compare_runs
from allocator.reporting.compared import compared
from allocator.reporting.comparison_charts import levels_chart
from allocator.reporting.comparison_reports import PAGE, WORKBOOK, sheets_for, write_comparison
from allocator.reporting.layout import load_workbook_layout
from allocator.reporting.tables import make_table
from allocator.reporting.views.comparison_views import COMPARISON_VIEWS
from tests.reporting.conftest import HOSTILE
from tests.reporting.fake_run import fake_run

TOTAL = {"zh": "合计", "en": "Total"}


@pytest.fixture(scope="module")
def pair() -> Comparison:
    """Two made-up plans of forty estates, whose registers and starts differ."""
    base, new = fake_run(40, names=HOSTILE), fake_run(40, seed=8, names=HOSTILE, shortfall=False)
    return compare_runs([replace(base, path=Path("runs/一上")), replace(new, path=Path("runs/<二上>"))])


@pytest.fixture(scope="module")
def written(pair: Comparison, language: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with both reports."""
    folder = tmp_path_factory.mktemp("compared") / f"new {language}"
    assert [file.name for file in write_comparison(pair, folder, language)] == [WORKBOOK, PAGE]
    return folder


@pytest.fixture(scope="module")
def book(written: Path) -> Workbook:
    """The workbook as another program reads it."""
    return openpyxl.load_workbook(written / WORKBOOK)


def rows_of(book: Workbook, position: int) -> list[list[object]]:
    """Rows of a sheet without their blank cells."""
    return [[cell for cell in row if cell is not None] for row in book.worksheets[position].iter_rows(values_only=True)]


def test_every_view_is_shown_with_columns_it_has(pair: Comparison) -> None:
    """The layout names only views and columns there are, and leaves no view out."""
    tables = [table for sheet in load_workbook_layout("compare").sheets for table in sheet.tables]
    assert sorted(table.view for table in tables) == sorted(COMPARISON_VIEWS)
    seen = compared(pair, "zh")
    made = [make_table(table, seen, COMPARISON_VIEWS) for table in tables]
    assert {len(row.values) == len(t.columns) for t in made for row in t.rows if row.kind != "section"} == {True}


def test_sums_of_sources_are_the_differences_of_the_whole(pair: Comparison, book: Workbook, language: str) -> None:
    """Before, now and change of the sheet's total are those of the plans, to the step."""
    cost = pair.totals.set_index("measure").loc["cost"]
    expected = [float(Decimal(int(cost[key])) / 100) for key in ("before", "after", "change")]
    totals = [row for row in rows_of(book, 2) if row and row[0] == TOTAL[language]]
    assert [row[1:4] for row in totals] == [expected, expected, expected]
    assert expected[2] != 0


def test_every_move_and_every_changed_value_has_a_row(pair: Comparison, book: Workbook) -> None:
    """By estate on the sheet of moves, by value on the sheet of inputs."""
    estates = [row[2] for row in rows_of(book, 1) if len(row) > 5 and isinstance(row[0], int)]
    assert estates == pair.moves["estate"].tolist()
    register = [row for row in rows_of(book, 5) if row and row[0] in ("台账", "register", "情景", "scenario")]
    assert len(register) == len(pair.inputs)


def test_texts_stay_texts(book: Workbook) -> None:
    """No cell is a formula, whatever an estate is called."""
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert set(HOSTILE) & {cell.value for cell in cells}


def test_the_note_names_the_runs(book: Workbook) -> None:
    """Which folder is the draft before, and which the one now."""
    texts = [str(cell) for row in rows_of(book, 0) for cell in row]
    assert any("一上" in text and "<二上>" in text for text in texts)
    assert not any("{" in text for text in texts)


def test_the_page_is_one_safe_file(written: Path, language: str) -> None:
    """Nothing is fetched, names are no markup, tables can be searched, and both plans are told."""
    text = (written / PAGE).read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)\s*=\s*["'](?!#|data:)""", text) == []
    assert "default-src 'none'" in text
    assert ("<script>alert" in text, "<img" in text, "<二上>" in text, "&lt;二上&gt;" in text) == (
        False,
        False,
        False,
        True,
    )
    assert re.findall(r'data-table="(\w+-table)"', text) == ["moves-table", "inputs-table"]
    assert ("一上(上稿)" if language == "zh" else "compared with 一上") in text


def test_bars_are_as_long_as_their_money(pair: Comparison) -> None:
    """A bar per level and run, in one scale."""
    chart = levels_chart(compared(pair, "zh"))
    sums = pair.money_by_source.groupby("level", sort=False)[["amount_before", "amount"]].sum()
    amounts = [int(value) for row in sums.to_numpy() for value in row]
    scale = max(bar.width for bar in chart.bars) / max(amounts)
    assert [bar.width for bar in chart.bars] == pytest.approx([amount * scale for amount in amounts])


def test_with_three_runs_every_table_says_which_two_it_compares(pair: Comparison) -> None:
    """With two runs nobody needs to be told again and again."""
    sheets = load_workbook_layout("compare").sheets
    three = compare_runs([pair.runs[0], pair.runs[1], pair.runs[0]])
    extent = [make_table(sheets_for(compared(c, "zh"), sheets)[0].tables[0], compared(c, "zh"), COMPARISON_VIEWS)
              for c in (pair, three)]  # fmt: skip
    assert [row.values[0] for table in extent for row in table.rows if row.kind == "section"] == [
        "<二上> 与 一上 (1)(上稿)相比", "一上 (3) 与 一上 (1)(上稿)相比",
    ]  # fmt: skip
