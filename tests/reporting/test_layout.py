"""Layouts: data that is checked before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from allocator.errors import ScenarioError
from allocator.plan.reasons import REASONS, STATES, reason_words
from allocator.plan.run_folder import Run
from allocator.reporting import layout
from allocator.reporting.figures import add_up_rounded, figures, percent
from allocator.reporting.layout import ColumnLayout, WorkbookLayout, load_forms, load_words, load_workbook_layout
from allocator.reporting.tables import make_table
from allocator.reporting.views import VIEWS


def test_every_table_shows_a_view_and_columns_it_has(run: Run) -> None:
    """The layout names only views and columns there are, and leaves no view out."""
    seen = figures(run, "zh")
    forms = [form for form in load_forms() if not form.compares]
    tables = [table for sheet in (*load_workbook_layout().sheets, *forms) for table in sheet.tables]
    assert {table.view for table in tables} == set(VIEWS)
    for table in tables:
        made = make_table(table, seen)
        assert all(len(row.values) == len(made.columns) for row in made.rows if row.kind != "section")


def test_everything_has_both_languages() -> None:
    """No word and no heading is missing in Chinese or English."""
    words = load_words()
    labels = [(s, k, label) for s, entries in words.sections.items() for k, label in entries.items()]
    assert [(s, k) for s, k, label in labels if not (label.zh and label.en)] == []
    columns = [c for sheet in load_workbook_layout().sheets for table in sheet.tables for c in table.columns]
    assert [c.key for c in columns if not (c.head.zh and c.head.en)] == []


def test_a_column_per_year_needs_a_place_for_the_year() -> None:
    """A repeated column without `{}` in its key would repeat one column."""
    with pytest.raises(ValidationError, match="go together"):
        ColumnLayout.model_validate({"key": "paid", "head": {"zh": "支付"}, "each": "payment_years"})


def test_two_sheets_may_not_share_a_name() -> None:
    """Spreadsheet programs refuse two sheets of one name."""
    sheet = {"name": {"zh": "表"}, "title": {"zh": "表"}}
    with pytest.raises(ValidationError, match="same name"):
        WorkbookLayout.model_validate({"sheets": [sheet, sheet]})


@pytest.mark.parametrize("name", ["a/b", "[a]", "", "x" * 32])
def test_a_sheet_name_must_be_one_that_programs_accept(name: str) -> None:
    """Spreadsheet programs refuse some signs and long names."""
    with pytest.raises(ValidationError, match="sheet names have"):
        WorkbookLayout.model_validate({"sheets": [{"name": {"zh": name}, "title": {"zh": "表"}}]})


def test_a_wrong_layout_file_is_told_with_file_and_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone who edits a layout learns where it went wrong."""
    (tmp_path / "reports" / "plan").mkdir(parents=True)
    (tmp_path / "reports" / "plan" / "plan.yaml").write_text("sheets:\n  - {nam: {zh: 表}}\n", encoding="utf-8")
    monkeypatch.setattr(layout, "shipped", lambda kind: tmp_path / kind)
    with pytest.raises(ScenarioError, match=r"reports/plan/plan\.yaml: sheets\.0\.nam"):
        load_workbook_layout.__wrapped__()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([0.004, 0.004, 0.004], ["0.01", "0.00", "0.00"]),
        ([1.005, 2.005], ["1.01", "2.00"]),
        ([7.0], ["7.00"]),
    ],
)
def test_rounded_values_add_up_to_the_rounded_sum(values: list[float], expected: list[str]) -> None:
    """Shown figures add up on a calculator; ties go to the earlier row."""
    assert [str(value) for value in add_up_rounded(values, 2)] == expected


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.00%"), (1e-15, "0.00%"), (0.000001, "0.01%"), (0.0123, "1.23%"), (0.01231, "1.24%"), (0.5, "50.00%")],
)
def test_a_gap_is_never_shown_smaller_than_it_is(share: float, text: str) -> None:
    """Gaps are rounded up: a plan never looks better than it is."""
    assert percent(share) == text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_reasons_have_words_with_and_without_detail(run: Run, language: str) -> None:
    """Every reason reads as a sentence in both languages, with or without its detail."""
    policy = run.case.policy
    for code, reason in REASONS.items():
        assert reason.state in {"", *STATES}
        assert reason_words(code, "", policy, language)
        assert "{" not in reason_words(code, "approval", policy, language)
    assert reason_words("", "", policy, language) == ""


def test_details_are_named(run: Run) -> None:
    """Ids in a detail become names; figures with thousands separators stay whole."""
    policy = run.case.policy
    assert reason_words("gate:approval,consent", "", policy, "zh") == "未具备：立项批复、居民同意"
    assert reason_words("status:renovated", "", policy, "zh") == "小区状态：已改造"
    assert reason_words("money", "central", policy, "en") == "limits are used up: central grant"
    assert reason_words("lower_score", "1,234", policy, "en").endswith("(1,234 points)")
    assert reason_words("new_code", "x", policy, "en") == "new_code x"
