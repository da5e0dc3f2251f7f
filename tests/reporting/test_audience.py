"""Who sees what: publishing is an allow-list, and no layout can get round it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from pydantic import ValidationError

from allocator.errors import ScenarioError
from allocator.inputs.schemas.base import Label
from allocator.plan.run_folder import Run
from allocator.reporting import write_reports
from allocator.reporting.audience import PUBLISHABLE, unfunded_projects
from allocator.reporting.figures import figures
from allocator.reporting.layout import SheetLayout, TableLayout, WorkbookLayout, load_forms, load_workbook_layout
from allocator.reporting.views import VIEWS
from allocator.reporting.workbook import write_sheets
from tests.reporting.fake_run import fake_run

SECRET_WORDS = (
    "评分", "得分", "缺口", "债", "待争取", "已落实", "越级", "原因", "居民", "承诺", "代担", "加分", "差距", "最优",
    "points", "score", "shortfall", "gap", "debt", "bond", "firm", "to be won", "residents", "reason", "optimal",
)  # fmt: skip


def partly_unfunded() -> Run:
    """A plan in which one project lacks money, and all others have it."""
    run = fake_run(40, shortfall=False)
    payments = run.tables["payments"].copy()
    one = payments["project"] == payments["project"].iloc[0]
    payments.loc[one & (payments["source"] == "budget"), "source"] = "shortfall"
    return replace(run, tables={**run.tables, "payments": payments})


@pytest.fixture(scope="module")
def plan() -> Run:
    """One project of it may not start."""
    return partly_unfunded()


def texts_of(path: Path) -> list[str]:
    """Everything a reader of the workbook can find: cells, tabs, header and footer, properties, hidden or not."""
    book = openpyxl.load_workbook(path)
    cells = [str(v) for sheet in book for row in sheet.iter_rows(values_only=True) for v in row if v is not None]
    edges = [
        str(part.text)
        for sheet in book
        for line in (sheet.oddHeader, sheet.oddFooter)
        for part in (line.left, line.center, line.right)
        if part.text
    ]
    return [*cells, *edges, *book.sheetnames, str(book.properties.title), str(book.properties.description)]


def everything_public(run: Run) -> WorkbookLayout:
    """The layouts with 公示 on whatever may carry it: the most that any edit of theirs could publish."""
    sheets = []
    for sheet in (*load_workbook_layout().sheets, *load_forms()):
        tables = tuple(_opened(table) for table in sheet.tables)
        opened = SheetLayout.model_validate(
            {**sheet.model_dump(exclude={"id", "compares"}), "tables": tables, "audience": ("公示",), "kind": "tables"}
        )
        sheets.append(opened.model_copy(update={"name": Label(zh=f"表{len(sheets)}", en=f"Sheet {len(sheets)}")}))
    return WorkbookLayout.model_construct(sheets=tuple(sheets))


def _opened(table: TableLayout) -> dict[str, object]:
    columns = [
        {**column.model_dump(), "audience": ("公示",) if column.key in PUBLISHABLE.get(table.view, ()) else ("内部",)}
        for column in table.columns
    ]
    allowed = any(column["audience"] == ("公示",) for column in columns)
    return {**table.model_dump(), "columns": columns, "audience": ("公示",) if allowed else ("内部",)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_layout_publishes_points_gaps_or_debt(plan: Run, tmp_path: Path, language: str) -> None:
    """With everything opened that may be opened, no secret word and no unfunded project shows."""
    seen = figures(plan, language, "公示")
    layout = everything_public(plan)
    path = write_sheets(seen, layout.sheets, tmp_path / "public.xlsx")
    texts = texts_of(path)
    assert [text for text in texts for word in SECRET_WORDS if word in text.casefold()] == []
    unfunded = unfunded_projects(plan)
    estates = plan.tables["estates"]
    hidden = set(estates.loc[estates["project"].isin(unfunded), "name"]) | set(unfunded)
    assert len(unfunded) == 1
    assert [text for text in texts if any(name in text for name in hidden)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_public_workbook_shows_what_is_certain(plan: Run, tmp_path: Path, language: str) -> None:
    """It has the sheets and columns that say so, and every project that has its money."""
    [path] = write_reports(plan, tmp_path, language, "公示")
    book = openpyxl.load_workbook(path)
    names = [sheet.name.zh for sheet in load_workbook_layout().sheets_for("公示")]
    assert (path.name, names) == ("plan-公示.xlsx", ["年度计划表", "续建项目清单", "项目清单"])
    sheet = book[book.sheetnames[names.index("项目清单")]]
    shown = {row[1] for row in sheet.iter_rows(values_only=True)}
    started = set(plan.tables["projects"]["project"])
    assert shown & started == started - unfunded_projects(plan)


def test_higher_levels_do_not_get_the_notes_of_the_run(plan: Run, tmp_path: Path) -> None:
    """上报 leaves out what is only for the house, and has all the rest; the page is for the house alone."""
    [path] = write_reports(plan, tmp_path, "zh", "上报")
    shown = openpyxl.load_workbook(path).sheetnames
    assert shown == [sheet.name.zh for sheet in load_workbook_layout().sheets if sheet.name.zh != "求解说明"]
    assert [file.name for file in tmp_path.iterdir()] == ["plan-上报.xlsx"]


def test_the_house_sees_everything() -> None:
    """The default leaves nothing out."""
    layout = load_workbook_layout()
    assert layout.sheets_for("内部") == layout.sheets
    hidden = [
        (sheet.name.zh, column.key)
        for sheet in layout.sheets
        for table in sheet.tables
        for column in table.columns
        if column not in table.columns_for("内部")
    ]
    assert hidden == []


def test_without_a_word_nothing_is_published() -> None:
    """公示 must be stated on sheet, table and column; leaving out one of the three hides it."""
    column = {"key": "county", "head": {"zh": "县"}}
    for stated in ({"sheet", "table"}, {"sheet", "column"}, {"table", "column"}):
        say = {part: {"audience": ["公示"]} if part in stated else {} for part in ("sheet", "table", "column")}
        table = {"view": "projects", "columns": [{**column, **say["column"]}], **say["table"]}
        sheet = SheetLayout.model_validate(
            {"name": {"zh": "表"}, "title": {"zh": "表"}, "tables": [table], **say["sheet"]}
        )
        assert sheet.tables_for("公示") == ()


@pytest.mark.parametrize(
    ("view", "column"),
    [("projects", "gap"), ("projects", "firm"), ("projects", "level_{}"), ("projects", "points"), ("debt", "stock"),
     ("bond_issues", "amount"), ("payments", "amount"), ("passed_over", "name"), ("not_chosen", "reason_text"),
     ("funding", "amount"), ("county_debt", "headroom"), ("nothing", "name")],
)  # fmt: skip
def test_a_layout_that_publishes_secrets_is_refused(view: str, column: str) -> None:
    """Points, gaps, debt, reasons and single payments can never be public, whatever a layout says."""
    repeats = {"each": "levels"} if "{}" in column else {}
    shown = {"key": column, "head": {"zh": "列"}, "audience": ["公示", "内部"], **repeats}
    with pytest.raises(ValidationError, match="can never be 公示"):
        TableLayout.model_validate({"view": view, "columns": [shown]})


def test_the_one_page_can_never_be_public() -> None:
    """Its risks tell gaps and debt."""
    with pytest.raises(ValidationError, match="can never be 公示"):
        SheetLayout.model_validate(
            {"name": {"zh": "表"}, "title": {"zh": "表"}, "kind": "one_page", "audience": ["公示"]}
        )


def test_publishable_columns_are_columns_of_views(plan: Run) -> None:
    """The allow-list names no view or column that is not there."""
    seen = figures(plan, "zh")
    missing = {
        view: columns - set(VIEWS[view](seen).columns) - {"no"}
        for view, columns in PUBLISHABLE.items()
        if view in VIEWS
    }
    assert missing == dict.fromkeys(PUBLISHABLE, frozenset())


def test_a_layout_without_anything_for_an_audience_is_told(plan: Run, tmp_path: Path) -> None:
    """An empty workbook would be a riddle."""
    sheets = [sheet for sheet in load_workbook_layout().sheets if "公示" not in sheet.audience]
    with pytest.raises(ScenarioError, match="公示"):
        write_sheets(figures(plan, "zh", "公示"), sheets, tmp_path / "none.xlsx")
    assert list(tmp_path.iterdir()) == []
