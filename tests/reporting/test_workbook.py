"""The workbook: every sheet, exact totals, texts that stay texts."""

from __future__ import annotations

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook

from allocator.errors import AllocatorError
from allocator.inputs.shipped import shipped
from allocator.plan.run_folder import Run
from allocator.reporting import write_workbook
from allocator.reporting.layout import load_forms, load_workbook_layout
from tests.reporting.conftest import HOSTILE
from tests.reporting.fake_run import fake_run

MARKS = {"zh": "演示数据", "en": "Synthetic data"}
TOTALS = {"zh": "合计", "en": "Total"}


@pytest.fixture(scope="module")
def book(folder: Path) -> Workbook:
    """The workbook as another program reads it."""
    return openpyxl.load_workbook(folder / "plan.xlsx")


def sheet_of(book: Workbook, language: str, name: str) -> list[list[object]]:
    """Rows of the sheet with the Chinese name ``name``."""
    layout = next(sheet for sheet in load_workbook_layout().sheets if sheet.name.zh == name)
    return [list(row) for row in book[layout.name.text(language)].iter_rows(values_only=True)]


def total_row(rows: list[list[object]], language: str) -> list[object]:
    """The last row of totals."""
    return next(row for row in reversed(rows) if TOTALS[language] in row)


def amount(steps: int) -> float:
    """Steps as the sheets show them, in 万元."""
    return float(Decimal(int(steps)) / 100)


def test_every_sheet_of_the_layout_is_there_in_order(book: Workbook, language: str) -> None:
    """The workbook has the sheets of its layout and no others."""
    assert book.sheetnames == [sheet.name.text(language) for sheet in load_workbook_layout().sheets]


def test_the_sheets_a_bureau_hands_in_exist() -> None:
    """The shipped layout has every sheet that is handed in."""
    assert [sheet.name.zh for sheet in load_workbook_layout().sheets] == [
        "一页纸", "年度计划表", "任务完成情况", "续建项目清单", "项目清单", "资金筹措表", "资金平衡表", "出资明细",
        "债券", "专项债项目表", "资金来源总表", "任务量与补助测算表", "支付进度表", "调剂", "现金流量表", "连片",
        "未入选原因", "居民出资", "企业年度出资", "越级名单", "与既定方案变动", "以后年度需安排资金", "假设清单",
        "审计", "求解说明",
    ]  # fmt: skip


def test_no_cell_is_a_formula_or_a_link(book: Workbook) -> None:
    """Nothing in the workbook is computed or opened by the program that shows it."""
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_hostile_names_stay_texts(book: Workbook, language: str) -> None:
    """Names that look like formulas are in the sheets, letter by letter."""
    texts = {value for row in sheet_of(book, language, "出资明细") for value in row if isinstance(value, str)}
    texts |= {value for row in sheet_of(book, language, "未入选原因") for value in row if isinstance(value, str)}
    assert set(HOSTILE) <= texts


def test_annual_plan_adds_up_to_the_projects(book: Workbook, language: str, run: Run) -> None:
    """The total of the annual plan is that of the started projects."""
    projects = run.tables["projects"]
    rows = sheet_of(book, language, "年度计划表")
    total = total_row(rows, language)
    assert total[2:6] == [len(projects), *(int(projects[c].sum()) for c in ("estates", "buildings", "households"))]
    assert total[6] == round(projects["floor_area"].sum() / 10000, 2)
    assert total[7] == amount(projects["cost"].sum())


def test_floor_areas_add_up_as_shown(book: Workbook, language: str) -> None:
    """Floor areas are whole hundredths that add up to the total shown."""
    rows = sheet_of(book, language, "年度计划表")
    shown = [Decimal(str(row[6])) for row in rows if isinstance(row[0], int)]
    assert sum(shown) == Decimal(str(total_row(rows, language)[6]))
    assert all(value == value.quantize(Decimal("0.01")) for value in shown)


def test_funding_adds_up_to_the_payments_and_bills(book: Workbook, language: str, run: Run) -> None:
    """Years, total, firm, to be won and shortfall are the sums of the payment lines and of projects under way."""
    columns = ["source", "year", "amount", "firm"]
    payments = pd.concat([run.tables["payments"][columns], run.tables["running"][columns]])
    is_gap = payments["source"] == "shortfall"
    by_year = payments.groupby("year")["amount"].sum()
    amounts = [*by_year, by_year.sum(), payments["firm"].sum()]
    amounts += [payments.loc[~is_gap, "amount"].sum() - payments["firm"].sum(), payments.loc[is_gap, "amount"].sum()]
    assert total_row(sheet_of(book, language, "资金筹措表"), language)[1:] == [amount(int(a)) for a in amounts]


def test_payment_lines_are_all_there(book: Workbook, language: str, run: Run) -> None:
    """Every payment line has a row, and their total is exact."""
    payments = run.tables["payments"]
    rows = sheet_of(book, language, "出资明细")
    assert sum(isinstance(row[0], int) for row in rows) == len(payments)
    assert total_row(rows, language)[9] == amount(payments["amount"].sum())


def test_later_years_add_up(book: Workbook, language: str, run: Run) -> None:
    """Money due after the plan year adds up."""
    later = run.tables["later_years"]
    assert total_row(sheet_of(book, language, "以后年度需安排资金"), language)[4] == amount(later["amount"].sum())


def test_every_estate_left_out_has_a_reason_in_words(book: Workbook, language: str, run: Run) -> None:
    """Every estate that does not start is listed with a sentence, not a code."""
    estates = run.tables["estates"]
    rows = sheet_of(book, language, "未入选原因")
    listed = {row[2]: row[9] for row in rows if isinstance(row[0], int) and row[2] in set(estates["estate"])}
    assert set(listed) == set(estates.loc[estates["state"] != "started", "estate"])
    assert all(listed.values())
    assert not any("gate:" in str(words) or "status:" in str(words) for words in listed.values())


def test_every_sheet_carries_mark_and_gap(book: Workbook, language: str) -> None:
    """No sheet can be handed round without its marks."""
    for sheet in book:
        head = [str(row[0]) for row in sheet.iter_rows(max_row=4, values_only=True)]
        assert any(MARKS[language] in text for text in head), sheet.title
        assert any("183.05" in text for text in head), sheet.title


def test_real_data_without_shortfall_carry_neither(tmp_path: Path) -> None:
    """The marks are there only when they are true."""
    path = write_workbook(fake_run(12, synthetic=False, shortfall=False), tmp_path / "plan.xlsx")
    texts = [
        str(v)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows(max_row=4, values_only=True)
        for v in row
    ]
    assert not any("演示数据" in text or "有缺口" in text for text in texts)


def test_sheets_print_to_width_with_headings_repeated(book: Workbook, language: str) -> None:
    """Every sheet fits its paper in width and repeats its headings; the first fits one page."""
    layouts = {layout.name.text(language): layout for layout in load_workbook_layout().sheets}
    for sheet in book:
        layout = layouts[sheet.title]
        is_one_page = layout.kind == "one_page"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, None if is_one_page else 0)
        assert bool(sheet.print_title_rows) != is_one_page
        assert sheet.page_setup.orientation == ("landscape" if layout.landscape else "portrait")


def test_a_plan_without_starts_still_makes_a_workbook(tmp_path: Path, language: str) -> None:
    """A plan that starts nothing is still told."""
    run = fake_run(6)
    empty = {name: table.iloc[0:0] for name, table in run.tables.items() if name != "estates"}
    estates = run.tables["estates"].assign(state="not_chosen", reason="money", start_year=0)
    write_workbook(
        Run(run.case, {**empty, "estates": estates}, run.manifest, run.path), tmp_path / "plan.xlsx", language
    )
    assert openpyxl.load_workbook(tmp_path / "plan.xlsx").sheetnames


def test_a_file_open_elsewhere_is_told_with_its_cure(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked file gives a message that names it, and leaves nothing behind."""

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "denied", str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(AllocatorError, match=r"plan\.xlsx"):
        write_workbook(run, tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_committed_samples_show_the_layout_as_it_is() -> None:
    """A sample that shows older sheets, or hides that it is made up, would mislead."""
    folder = shipped("reports") / "samples"
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    assert book.sheetnames == [sheet.name.zh for sheet in load_workbook_layout().sheets]
    forms = openpyxl.load_workbook(folder / "forms.xlsx")
    assert forms.sheetnames == [form.name.zh for form in load_forms() if not form.compares]
    assert "演示数据" in (folder / "report.html").read_text(encoding="utf-8")
    assert [file.name for file in folder.iterdir() if file.stat().st_size > 1_500_000] == []


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_one_page_prints_on_one_page(folder: Path, language: str, tmp_path: Path) -> None:
    """An office program prints the first sheet on one page."""
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    for name in book.sheetnames[1:]:
        del book[name]
    book.save(tmp_path / "one.xlsx")
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "one.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert (tmp_path / "one.pdf").read_bytes().count(b"/Type/Page/") == 1
