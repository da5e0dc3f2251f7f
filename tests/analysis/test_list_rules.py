"""A list breaks exactly the rules it breaks: one list per rule, with rows, figures, whose rule it is, and the cure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allocator.analysis.list_view import Reading
from allocator.i18n import use_language
from tests.analysis.lists import breaches, by_id, town


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("zh")


CLEAN = by_id(("a", 2025), ("b", 2026), ("d1", 2025))


def test_a_clean_list_breaks_nothing(tmp_path: Path) -> None:
    """Ids, names, projects and blank years alike."""
    rows = [
        ("a", "", "", "", "2025年"),
        ("", "东门小区", "", "d", 2026.0),
        ("", "", "P", "", ""),
        ("n", "", "", "", ""),
    ]
    case = town(tasks=[{"year": 2025, "min_estates": 1, "max_estates": 3}, {"year": 0, "min_households": 20}])
    assert breaches(tmp_path, case, CLEAN) == []
    assert breaches(tmp_path, case, rows, "also") == []


MADE_UP = "A made-up policy for tests (assumption)"
TOGETHER = "estates of one project start together (formulation.md, once)"
C25 = {"county": "c", "year": 2025}
BROKEN: dict[str, tuple[dict[str, Any], list[Any], tuple[Any, ...]]] = {
    "status": (
        {}, [*CLEAN, *by_id(("done", 2025))],
        ("ineligible", ("6",), "done 已改小区", "status: 已改造", "三", "城市更新办法 第7号 (assumption)"),
    ),
    "built later": (
        {}, [*CLEAN, *by_id(("new", 2025))],
        ("ineligible", ("6",), "new 新建小区", "completed in 2015", "1", MADE_UP),
    ),
    "gate met later": (
        {}, [*CLEAN, *by_id(("late", 2025))],
        ("gates", ("6",), "late 晚成小区", "start in 2025; not met: Vote", "二(二)1", "城市更新办法 第7号"),
    ),
    "gate never met": (
        {}, [*CLEAN, *by_id(("never", ""))],
        ("gates", ("6",), "never 无票小区", "start in any year; not met: Vote", "二(二)1", "城市更新办法 第7号"),
    ),
    "locked never": (
        {"scenario": {"locks": {"b": "never"}}}, CLEAN,
        ("locked_never", ("4",), "b 东门小区", "in the list", "", "scenario: locks"),
    ),
    "locked to another year": (
        {"scenario": {"locks": {"b": 2025}}}, CLEAN,
        ("locked_year", ("4",), "b 东门小区", "2026", "", "scenario: locks"),
    ),
    "must, and not listed": (
        {"scenario": {"locks": {"d2": "must"}}}, CLEAN,
        ("locked_must", (), "d2 西门小区", "not in the list", "", "scenario: locks"),
    ),
    "exclusion": (
        {"scenario": {"exclusions": (("a", "b"),)}}, CLEAN,
        ("exclusion", ("3", "4"), "a, b", "2 in the list", "", "scenario: exclusions"),
    ),
    "community": (
        {"policy": {"community": {"minimum": 1, "clause": "四"}},
         "estates": [{"estate": "a", "community_facilities": 1}, {"estate": "b"}],
         "items": [{"estate": "a", "cost": 1}, {"estate": "b", "cost": 1}], "gates": ()},
        by_id(("a", 2025), ("b", 2025)),
        ("community", ("4",), "b", "0 with all its works", "四", MADE_UP),
    ),
    "starts beyond capacity": (
        {"capacity": [{**C25, "max_estates": 1}]}, [*CLEAN, *by_id(("d2", 2026), ("p1", 2025), ("p2", 2025))],
        ("start_capacity", ("3", "7", "8"), "c 2025", "3 estates", "", "register: 实施能力"),
    ),
    "works beyond capacity": (
        {"capacity": [{**C25, "max_spend": 9}]}, CLEAN,
        ("spend_capacity", ("3", "4"), "c 2025", "10 k", "", "register: 实施能力"),
    ),
    "task minimum": (
        {"tasks": [{**C25, "min_households": 11, "document": "下达〔2025〕1号"}]}, CLEAN,
        ("task_minimum", ("3",), "c 2025", "10 households", "", "下达〔2025〕1号"),
    ),
    "task maximum": (
        {"tasks": [{**C25, "max_estates": 0}]}, CLEAN,
        ("task_maximum", ("3",), "c 2025", "1 estates", "", "register: 年度任务"),
    ),
    "task of all years": (
        {"tasks": [{"county": "", "year": 0, "max_estates": 2}]}, by_id(("a", ""), ("b", ""), ("d1", "")),
        ("task_maximum", ("3", "4", "5"), "the whole city all years", "3 estates", "", "register: 年度任务"),
    ),
    "newer estates": (
        {}, [*CLEAN, *by_id(("n", 2025))],
        ("newer_share", ("6",), "c 2025", "15 of 25 households (60.0%)", "1", MADE_UP),
    ),
    "fairness": (
        {"options": {"fairness": 0.5}}, by_id(("a", 2025), ("b", 2026)),
        ("fairness", (), "d all years", "0.0% of its ready households", "", "scenario: options.fairness"),
    ),
    "part of a project": (
        {}, [*CLEAN, *by_id(("p1", 2025))],
        ("partial_project", ("6",), "P", "1 of 2 estates", "", TOGETHER),
    ),
    "two years for a project": (
        {}, [*CLEAN, *by_id(("p1", 2025), ("p2", 2026))],
        ("years_differ", ("6", "7"), "P", "2025, 2026", "", TOGETHER),
    ),
    "settled list": (
        {"scenario": {"stage": "定案", "adopted": {"a": 2025, "b": 2025, "d1": 2025}}}, CLEAN,
        ("settled", ("4",), "b", "2026", "", "register: 既定方案"),
    ),
    "frozen year": (
        {"scenario": {"adopted": {"a": 2025}, "persistence": {"frozen_until": 2025}}},
        by_id(("a", 2025), ("b", 2026), ("d1", 2025)),
        ("settled", ("5",), "d1", "2025", "", "register: 既定方案"),
    ),
    "listed in another year": (
        {"estates": [{"estate": "a", "listed_year": 2026}, {"estate": "b", "listed_year": 2026}], "gates": (),
         "items": [{"estate": "a", "cost": 1}, {"estate": "b", "cost": 1}],
         "policy": {"sources": {"budget": {"listed_year": {"clause": "五"}}}}},
        by_id(("a", 2025), ("b", 2026)),
        ("listed_year", ("3",), "a", "2025", "五", MADE_UP),
    ),
    "unknown name": (
        {}, [*CLEAN, ("", "望江小曲", "", "", 2025)],
        ("unknown_name", ("6",), "望江小曲", "no such name", "", "名单.csv, row 6, 小区名称"),
    ),
    "name of two estates": (
        {}, [*CLEAN, ("", "东门小区", "", "", 2025)],
        ("ambiguous_name", ("6",), "东门小区", "2 estates have it", "", "名单.csv, row 6, 小区名称"),
    ),
    "name of another estate": (
        {}, [*CLEAN, ("d2", "望江小区", "", "", 2025)],
        ("name_differs", ("6",), "d2", "望江小区 is a", "", "名单.csv, row 6, 小区名称"),
    ),
    "listed twice": (
        {}, [*CLEAN, ("", "望江小区", "", "c", 2025)],
        ("duplicate", ("3", "6"), "a 望江小区", "twice: rows 3, 6", "", ""),
    ),
    "year outside": (
        {}, [*CLEAN, *by_id(("d2", 2031))],
        ("year_outside", ("6",), "d2", "2031", "", "名单.csv, row 6, 小区名称"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_rule_is_one_breach(name: str, tmp_path: Path) -> None:
    """Rule, rows, subject, figure, clause and document; nothing else is reported."""
    world, rows, expected = BROKEN[name]
    if "estates" in world:
        world = {**world, "policy": {**world["policy"], "gates": None, "scope": None}}
    found = breaches(tmp_path, town(**world), rows)
    assert [(b.rule, b.rows, b.about, b.found, b.clause, b.document) for b in found] == [expected]
    assert found[0].cure


CURES = {
    "gate met later": "start year 2026 or later",
    "gate never met": "have met first: Vote; else strike it",
    "starts beyond capacity": "move at least 2 estates to another year, or strike them",
    "task minimum": "add at least 1 households",
    "unknown name": "did you mean '望江小区'?",
    "name of two estates": "write the estate's id: b, d1",
    "locked to another year": "write 2025, or lift the lock",
    "part of a project": "add p2 甲二小区 (they start with it, and are priced)",
}


@pytest.mark.parametrize("name", CURES)
def test_the_cure_says_what_to_write(name: str, tmp_path: Path) -> None:
    """Years, counts and names, not advice in general."""
    world, rows, _expected = BROKEN[name]
    assert [b.cure for b in breaches(tmp_path, town(**world), rows)] == [CURES[name]]


@pytest.mark.parametrize(
    ("name", "reading", "rules"),
    [
        ("task minimum", "also", []),
        ("fairness", "also", []),
        ("newer estates", "also", []),
        ("must, and not listed", "also", []),
        ("task maximum", "also", ["task_maximum"]),
        ("starts beyond capacity", "also", ["start_capacity"]),
    ],
)
def test_a_wish_list_is_not_asked_for_what_the_rest_can_do(
    name: str, reading: Reading, rules: list[str], tmp_path: Path
) -> None:
    """Minima and shares belong to a whole plan; what more starts can only break further is told."""
    world, rows, _expected = BROKEN[name]
    assert [b.rule for b in breaches(tmp_path, town(**world), rows, reading)] == rules


def test_rules_that_the_scenario_switched_off_are_not_asked(tmp_path: Path) -> None:
    """As in the audit."""
    world, rows, _expected = BROKEN["starts beyond capacity"]
    assert breaches(tmp_path, town(**world, options={"rules_off": ("capacity",)}), rows) == []


def test_rules_of_years_wait_for_years(tmp_path: Path) -> None:
    """A list that leaves years open breaks no yearly minimum or share yet, and no maximum by rows without a year."""
    case = town(
        capacity=[{**C25, "max_estates": 0}], tasks=[{**C25, "min_estates": 5}, {"year": 2026, "max_estates": 0}]
    )
    assert breaches(tmp_path, case, by_id(("a", ""), ("n", ""))) == []
