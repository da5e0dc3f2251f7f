"""Comparison of runs: hand-made pairs whose differences are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from allocator.analysis.common_money import common_money
from allocator.analysis.compare import FRAMES, Comparison, compare_runs
from allocator.analysis.moves import move_words
from allocator.errors import ScenarioError
from allocator.inputs.case import Case
from allocator.inputs.schemas.scenario import Money
from allocator.plan.run_folder import Run
from allocator.plan.solve import solve
from tests.builders import make_case

LIMITS: list[dict[str, Any]] = [
    {"year": 2025, "amount": 10, "certainty": "issued", "document": "no. 1"},
    {"year": 2026, "amount": 10},
]


def three_estates(*, d_state: str = "unmet", **parts: Any) -> Case:
    """Estates a, b and d of 10, 8 and 20 households, 10 k each, and 10 k a year: money for two; d may lack its gate."""
    given: dict[str, Any] = {"limits": LIMITS, **parts}
    households = {"a": 10, "b": 8, "d": 20}
    return make_case(
        estates=[{"estate": name, "name": name.upper(), "households": n} for name, n in households.items()],
        items=[{"estate": name, "cost": 10} for name in "abd"],
        horizon=(2025, 2026),
        gates=[
            {"estate": name, "gate": "consent", "state": state, "year": 2025 if state == "met" else None}
            for name, state in (("a", "met"), ("b", "met"), ("d", d_state))
        ],
        policy={"gates": {"consent": {}}},
        options={"shortfall": False},
        **given,
    )  # fmt: skip


def run_of(case: Case, name: str) -> Run:
    """Best plan of ``case``, as if read back."""
    plan = solve(case, gap=0.0, workers=1)
    return Run(case, plan.tables, plan.manifest, Path(name))


@pytest.fixture(scope="module")
def base() -> Run:
    """Without d: a starts in 2025, b in 2026."""
    return run_of(three_estates(), "base")


@pytest.fixture(scope="module")
def new() -> Run:
    """With d: d starts in 2025, a in 2026, b no more."""
    return run_of(three_estates(d_state="met"), "new")


@pytest.fixture(scope="module")
def both(base: Run, new: Run) -> Comparison:
    """The two compared."""
    return compare_runs([base, new])


def records(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of some columns."""
    return list(frame[list(columns)].itertuples(index=False, name=None))


def with_case(run: Run, case: Case) -> Run:
    """The same plan, as if it answered ``case``."""
    return replace(run, case=case, path=Path("other"))


def test_moves_are_told_with_years_and_reasons(both: Comparison) -> None:
    """What was added, dropped and moved; and what of the old plan is left."""
    columns = ("run", "estate", "name", "kind", "old_year", "new_year", "reason", "reason_detail")
    assert records(both.moves, *columns) == [
        (1, "d", "D", "added", 0, 2025, "gates_changed", "consent"),
        (1, "b", "B", "dropped", 2026, 0, "lower_score", "80"),
        (1, "a", "A", "moved", 2025, 2026, "reordered", ""),
    ]
    assert records(both.moves, "households", "old_cost", "new_cost", "old_points", "new_points") == [
        (20, 0, 10, 0.0, 200.0), (8, 10, 0, 72.0, 0.0), (10, 10, 10, 100.0, 90.0),
    ]  # fmt: skip
    assert records(both.kept.drop(columns="run"), *both.kept.columns[1:]) == [
        ("projects", 2, 2, 0, 1, 1, 1, 0),
        ("estates", 2, 2, 0, 1, 1, 1, 0),
    ]


def test_totals_goals_and_money_stand_beside_each_other(both: Comparison) -> None:
    """Twelve households more for the same money."""
    assert [row for row in records(both.totals, "measure", "before", "after", "change") if row[3]] == [
        ("households", 18, 30, 12), ("points", 172.0, 290.0, 118.0),
    ]  # fmt: skip
    points = both.goals[both.goals["goal"] == "points"]
    assert records(points, "value_before", "value", "change", "within_error") == [(172.0, 290.0, 118.0, False)]
    money = both.money_by_source
    assert records(money, "level", "source", "year", "amount_before", "amount", "firm", "pending_change") == [
        ("local", "budget", 2025, 10, 10, 10, 0), ("local", "budget", 2026, 10, 10, 0, 0),
    ]  # fmt: skip
    assert records(both.starts, "year", "households_before", "households", "cost_change") == [
        (2025, 10, 20, 0), (2026, 8, 10, 0),
    ]  # fmt: skip
    assert records(both.counties, "county", "households_change", "amount_change") == [("c", 12, 0)]
    assert records(both.works, "work", "items_before", "items", "cost_change") == [("roof", 2, 2, 0)]


def test_the_gate_is_the_only_input_that_differs(both: Comparison) -> None:
    """By path, row, old and new value."""
    assert records(both.inputs, "part", "path", "row", "before", "after", "estate") == [
        ("register", "register.gates.state", "d / consent", "unmet", "met", "d"),
        ("register", "register.gates.year", "d / consent", "", "2025", "d"),
    ]
    assert records(both.register_totals, "sheet", "column", "changed", "change") == [
        ("gates", "state", 1, None), ("gates", "year", 1, None),
    ]  # fmt: skip


def test_a_run_does_not_differ_from_itself(base: Run) -> None:
    """No difference, no move, everything kept; two runs of one name are told apart."""
    same = compare_runs([base, base])
    assert [len(getattr(same, name)) for name in ("inputs", "register_totals", "files", "moves")] == [0, 0, 0, 0]
    changes = [
        column
        for name in FRAMES
        for column in getattr(same, name).columns
        if column.endswith("change") and len(getattr(same, name)) and getattr(same, name)[column].fillna(0).any()
    ]
    assert changes == []
    assert same.goals["within_error"].all()
    assert records(same.kept, "unit", "before", "unchanged") == [("projects", 2, 2), ("estates", 2, 2)]
    assert same.names == ("base (1)", "base (2)")


def test_the_other_way_round_is_the_mirror(base: Run, new: Run, both: Comparison) -> None:
    """Before and after change places, differences their sign, added and dropped their names."""
    back = compare_runs([new, base])
    for name in ("money_by_source", "counties", "starts", "works", "debt", "goals"):
        there, mirrored = getattr(both, name), _mirrored(getattr(back, name))
        pd.testing.assert_frame_equal(there, mirrored[list(there.columns)])
    other = {"added": "dropped", "dropped": "added"}
    turned = {(estate, other.get(kind, kind), new, old) for estate, kind, old, new
              in records(back.moves, "estate", "kind", "old_year", "new_year")}  # fmt: skip
    assert turned == set(records(both.moves, "estate", "kind", "old_year", "new_year"))
    cells = ("path", "row", "before", "after")
    assert [(p, r, a, b) for p, r, b, a in records(back.inputs, *cells)] == records(both.inputs, *cells)


def _mirrored(frame: pd.DataFrame) -> pd.DataFrame:
    names: dict[str, str] = {}
    for column in frame.columns:
        if column.endswith("_before"):
            names |= {column: column.removesuffix("_before"), column.removesuffix("_before"): column}
    turned = frame.rename(columns=names)
    # 0 - x rather than -x: minus zero is another float than zero
    return turned.assign(**{c: 0 - turned[c] for c in turned.columns if c.endswith("change")})


def test_a_limit_changed_by_one_step_is_found(base: Run) -> None:
    """Its path, its row, and what it comes to for the sheet."""
    other = with_case(base, three_estates(limits=[{**LIMITS[0], "amount": 11}, LIMITS[1]]))
    found = compare_runs([base, other])
    assert records(found.inputs, "path", "row", "kind", "before", "after", "unit") == [
        ("register.limits.amount", "budget / c / 2025", "changed", "10", "11", "k")
    ]
    assert records(found.register_totals, "sheet", "column", "changed", "before", "after", "change", "unit") == [
        ("limits", "amount", 1, Decimal(20), Decimal(21), Decimal(1), "k")
    ]


def test_rows_without_a_name_are_paired_by_what_they_share(base: Run) -> None:
    """One of two rows for the same year is given up and another certainty comes: one row changed, one added."""
    old = with_case(base, three_estates(limits=[*LIMITS, {"year": 2025, "amount": 3, "certainty": "expected"}]))
    now = with_case(base, three_estates(limits=[
        *LIMITS, {"year": 2025, "amount": 5, "certainty": "applied"}, {"year": 2025, "amount": 1},
    ]))  # fmt: skip
    found = compare_runs([old, now]).inputs
    assert records(found, "kind", "column", "before", "after", "cells") == [
        ("changed", "amount", "3", "1", ()),
        ("added", "", "", "", (("amount", "5"), ("certainty", "applied"))),
    ]


def test_values_of_scenario_and_policy_are_found_by_path(base: Run) -> None:
    """With the clause of the record they belong to; goals by name, lists of numbers as one value."""
    changed = three_estates(
        scenario={"locks": {"a": "must"}, "class_profiles": {"basic": (Decimal("0.5"), Decimal("0.5"))}},
        goals=["points", {"id": "shortfall", "rel": Decimal("0.10")}],
    )
    share = {"values": [{"shares": {"government": 0.75, "resident": 0.25}, "clause": "2(3)"}]}
    policy = make_case(estates=[{"estate": "a"}], policy={"gates": {"consent": {}}, "rules": {"half": share}}).policy
    found = compare_runs([base, with_case(base, replace(changed, policy=policy))]).inputs
    rows = records(found, "path", "kind", "before", "after", "clause")
    assert [row for row in rows if row[0].startswith("policy.")] == [
        ("policy.rules.half.values.0.clause", "changed", "1", "2(3)", "2(3)"),
        ("policy.rules.half.values.0.shares.government.min", "changed", "0.5", "0.75", "2(3)"),
        ("policy.rules.half.values.0.shares.government.max", "changed", "0.5", "0.75", "2(3)"),
        ("policy.rules.half.values.0.shares.resident.min", "changed", "0.5", "0.25", "2(3)"),
        ("policy.rules.half.values.0.shares.resident.max", "changed", "0.5", "0.25", "2(3)"),
    ]
    told = {path: (kind, before, after) for path, kind, before, after, _ in rows}
    assert told["locks.a"] == ("added", "", "must")
    assert told["class_profiles.basic"] == ("added", "", "0.5, 0.5")
    assert told["goals"][2] == "points, shortfall"
    assert told["goals.shortfall.rel"] == ("changed", "0", "0.1")


@pytest.mark.parametrize(("value", "within"), [(12.0, True), (12.001, False), (8.0, True), (7.999, False)])
def test_a_difference_no_greater_than_both_errors_is_no_finding(base: Run, value: float, *, within: bool) -> None:
    """10 with a bound of 11, against ``value`` with a bound one above it: two may come from the gaps alone."""
    first = _with_goal(base, {"id": "points", "unit": "points", "value": 10.0, "bound": 11.0})
    second = _with_goal(base, {"id": "points", "unit": "points", "value": value, "bound": value + 1.0})
    assert compare_runs([first, second]).goals["within_error"].tolist() == [within]


def test_a_goal_of_one_run_alone_has_no_difference(base: Run) -> None:
    """Its other figures are missing, and it is never within the error."""
    first = _with_goal(base, {"id": "points", "unit": "points", "value": 10.0, "bound": 11.0})
    second = _with_goal(base, {"id": "hazards", "unit": "households", "value": 5.0, "bound": 5.0})
    goals = compare_runs([first, second]).goals
    assert records(goals.fillna(-1.0), "goal", "value_before", "value", "change", "within_error") == [
        ("hazards", -1.0, 5.0, -1.0, False), ("points", 10.0, -1.0, -1.0, False),
    ]  # fmt: skip


def _with_goal(run: Run, goal: Mapping[str, object]) -> Run:
    return replace(run, manifest={**run.manifest, "goals": [goal]})


def test_differences_of_money_add_up_to_the_difference_of_the_total(base: Run, new: Run) -> None:
    """In the third run 3 k of every payment have no source."""
    paid = new.tables["payments"]
    gap = paid.assign(source="shortfall", level="", amount=3, firm=0)
    payments = pd.concat([paid.assign(amount=paid["amount"] - 3, firm=0), gap], ignore_index=True)
    third = replace(new, tables={**new.tables, "payments": payments}, path=Path("third"))
    found = compare_runs([base, new, third])
    assert found.totals.query("run == 2 and measure == 'shortfall'")["change"].tolist() == [3 * len(paid)]
    assert sorted(found.totals["run"].unique()) == [1, 2]
    for run in (1, 2):
        change = found.totals[found.totals["run"] == run].set_index("measure")["change"]
        assert change["cost"] == change["firm"] + change["pending"] + change["shortfall"]
        for name in ("money_by_source", "counties"):
            frame = getattr(found, name)
            sums = frame[frame["run"] == run][[f"{m}_change" for m in ("amount", "firm", "pending", "shortfall")]].sum()
            assert sums.tolist() == [change[m] for m in ("cost", "firm", "pending", "shortfall")]


def test_estates_that_come_into_or_leave_the_register_say_so(base: Run) -> None:
    """Estate b is called e in the new register: nobody guesses that it is the same."""
    tables = dict(base.tables)
    estates = tables["estates"].copy()
    estates.loc[estates["estate"] == "b", ["estate", "project"]] = "e"
    tables["estates"] = estates
    found = compare_runs([base, replace(base, tables=tables)]).moves
    assert records(found, "estate", "kind", "reason") == [
        ("e", "added", "new_in_register"), ("b", "dropped", "left_register"),
    ]  # fmt: skip


def test_other_works_in_the_same_year_are_a_move_of_their_own(base: Run) -> None:
    """A lift more at an estate that starts as before."""
    works = base.tables["works"].copy()
    more = works[works["estate"] == "a"].assign(item="a-lift", work="lift", required=False, cost=4)
    richer = replace(base, tables={**base.tables, "works": pd.concat([works, more], ignore_index=True)})
    found = compare_runs([base, richer])
    assert records(found.moves, "estate", "kind", "works_added", "works_dropped") == [("a", "reworked", "lift", "")]
    assert records(found.kept, "unit", "unchanged", "reworked") == [("projects", 1, 1), ("estates", 1, 1)]
    assert records(found.works, "work", "items_before", "items", "cost_change") == [
        ("roof", 2, 2, 0), ("lift", 0, 1, 4),
    ]  # fmt: skip


def test_reasons_come_from_what_changed_and_from_the_new_plans_own_words(base: Run, new: Run) -> None:
    """A lock before the limits, and what the new plan says before both."""
    lock = with_case(new, three_estates(d_state="unmet", scenario={"locks": {"a": 2026}}))
    limit = with_case(new, three_estates(limits=[*LIMITS, {"year": 2026, "amount": 9}]))
    option = with_case(new, three_estates(scenario={"firm": ("arrived",), "description": "other words"}))
    own = pd.DataFrame([{"project": "a", "adopted_year": 2025, "start_year": 2026, "reason": "capacity",
                         "reason_detail": "2025"}])  # fmt: skip
    planned = replace(new, tables={**new.tables, "moves": own})
    causes = []
    for run in (lock, limit, option, planned):
        moves = compare_runs([base, run]).moves
        causes += records(moves[moves["estate"] == "a"], "reason", "reason_detail")
    assert causes == [
        ("lock", "- → 2026"),
        ("limits_changed", "budget"),
        ("rules_changed", "firm"),
        ("capacity", "2025"),
    ]
    words = [move_words(code, detail, base.case, "zh") for code, detail in causes]
    assert words == [
        "情景锁定变动：- → 2026",
        "额度变动：budget",
        "政策规则或情景参数变动：firm",
        "实施能力已满：2025",
    ]


def test_a_plan_that_only_says_it_is_better_is_explained_by_what_changed(base: Run, new: Run) -> None:
    """Its own reason comes first only when it says something."""
    weak = pd.DataFrame([{"project": "a", "adopted_year": 2025, "start_year": 2026, "reason": "better_plan",
                          "reason_detail": ""}])  # fmt: skip
    limit = with_case(new, three_estates(limits=[*LIMITS, {"year": 2026, "amount": 9}]))
    moves = compare_runs([base, replace(limit, tables={**new.tables, "moves": weak})]).moves
    assert records(moves[moves["estate"] == "a"], "reason", "reason_detail") == [("limits_changed", "budget")]


def test_bills_of_projects_under_way_are_told_beside_the_plan(base: Run) -> None:
    """They are no part of its cost."""
    bill = {"project": "old", "source": "budget", "level": "local", "county": "c", "year": 2025, "amount": 7, "firm": 7}
    bills = pd.DataFrame([bill]).reindex(columns=base.tables["running"].columns)
    found = compare_runs([base, replace(base, tables={**base.tables, "running": bills})]).totals
    assert records(found[found["change"] != 0], "measure", "before", "after") == [("running", 0, 7)]


def test_money_of_different_steps_is_brought_to_one(base: Run) -> None:
    """0.01 万元 and 1 元: compared in steps of 1 元, shown in 万元."""
    wan, yuan = Money(), Money(unit="元", unit_value=Decimal(1), step=Decimal(1))
    common = common_money([_with_money(base, wan), _with_money(base, yuan)])
    assert (common.money.unit, common.money.step, common.factors) == ("万元", Decimal("0.0001"), (100, 1))
    found = compare_runs([_with_money(base, wan), _with_money(base, yuan)])
    cost = found.totals[found.totals["measure"] == "cost"]
    assert records(cost, "before", "after", "change") == [(2000, 20, -1980)]
    paths = found.inputs[found.inputs["path"] == "register.limits.amount"]
    assert records(paths, "before", "after", "unit") == [("0.1", "0.001", "万元"), ("0.1", "0.001", "万元")]


def test_money_that_cannot_be_compared_is_refused(base: Run) -> None:
    """Another currency, or steps without a common decimal; and a single run."""
    with pytest.raises(ScenarioError, match="USD"):
        compare_runs([base, _with_money(base, Money(currency="USD"))])
    with pytest.raises(ScenarioError, match="base, base"):
        common_money([_with_money(base, Money(unit_value=Decimal(3), step=Decimal(1))),
                      _with_money(base, Money(unit_value=Decimal(1), step=Decimal(1)))])  # fmt: skip
    with pytest.raises(ScenarioError, match="base"):
        compare_runs([base])


def _with_money(run: Run, money: Money) -> Run:
    return replace(run, case=replace(run.case, scenario=run.case.scenario.model_copy(update={"money": money})))
