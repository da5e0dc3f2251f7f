"""A list is priced like any plan, compared with the tool's own, and each forced project's cost is what it is."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import assume, given, settings

from allocator.analysis.evaluate import evaluate
from allocator.analysis.list_document import evaluation_document
from allocator.analysis.list_forced import ForcedCost, estimates, forced_alone, goal_values, solve_again
from allocator.analysis.list_price import Effort, price
from allocator.analysis.list_results import dropped_estates, forced_costs, listed_estates
from allocator.analysis.list_rules import broken_rules
from allocator.analysis.list_struck import StruckGain, struck_gains
from allocator.analysis.list_words import minimum_use
from allocator.cli import main
from allocator.formulation.build import formulate
from allocator.i18n import use_language
from allocator.inputs.case import Case
from allocator.inputs.load import load
from allocator.plan.audit import audit
from allocator.plan.run_folder import read_run, write_run
from allocator.plan.solve import solve
from allocator.reporting.figures import figures
from tests.analysis.lists import asked, by_id, town, write_list
from tests.builders import make_case
from tests.plan.test_baseline import BOND
from tests.solved import solved
from tests.strategies import small_cases
from tests.worlds import SHEETS, write_world

EFFORT = Effort(60.0)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("zh")


def poor_town(**changes: Any) -> Case:
    """Two estates of 100 each with a budget of 120; the households make ``big`` worth four times ``small``."""
    world: dict[str, Any] = {
        "estates": [{"estate": "big", "households": 40}, {"estate": "small", "households": 10}],
        "items": [{"estate": "big", "cost": 100}, {"estate": "small", "cost": 100}],
        "limits": [{"amount": 120}],
    }
    return make_case(**{**world, **changes})


@pytest.mark.slow
def test_a_clean_list_is_priced_as_the_plan_with_its_locks(tmp_path: Path) -> None:
    """Goals of the priced list are those of the scenario with each start locked and nothing else started."""
    case = poor_town()
    found = evaluate(case, write_list(tmp_path, by_id(("small", 2025))), EFFORT)
    locked = solve(poor_town(scenario={"locks": {"small": 2025, "big": "never"}}))
    assert found.breaches == ()
    assert goal_values(found.plan.manifest) == goal_values(locked.manifest)
    assert found.plan.manifest["audit"]["failures"] == 0  # type: ignore[index]
    assert found.plan.manifest["evaluation"] == {
        "list": "名单.csv", "sha256": found.asked.listing.sha256, "reading": "only", "projects": 1, "breaches": [],
        "lifted": [], "payers": [], "excused": [],
    }  # fmt: skip


def test_an_unaffordable_list_has_its_shortfall(tmp_path: Path) -> None:
    """200 of works, 120 of money: 80 short; the own plan has no shortfall and starts ``big`` alone."""
    found = evaluate(poor_town(), write_list(tmp_path, by_id(("small", 2025), ("big", 2025))), EFFORT)
    totals = found.comparison.totals.set_index("measure")
    assert totals.loc[["estates", "cost", "shortfall"], ["before", "after"]].to_numpy().tolist() == [
        [1, 2], [100, 200], [0, 80],
    ]  # fmt: skip
    assert found.plan.manifest["audit"]["failures"] == 0  # type: ignore[index]
    # Forced into the own plan, ``small`` costs no shortfall: ``big`` drops out, and with it 400 - 100 points.
    assert found.forced == {"small": ForcedCost("small", "exact", 300.0, 300.0, 0, 0)}
    assert found.struck == {"small": StruckGain("small", 80, 20)}


def test_what_striking_frees_with_bonds_whole_and_in_any_amount(tmp_path: Path) -> None:
    """By hand: 200 of works, 40 of budget, a lot of 100 that counts 215 (debt, principal and interest): 60 are short.

    Without ``small`` nothing is: a whole lot pays all, so 40 of budget are freed; or 40 of budget and six tenths of a
    lot do, so 0.4 x 215 are.
    """
    limits = [{"source": "bond_money", "amount": 100}, {"amount": 40}, {"amount": 60, "year": 2026},
              {"amount": 55, "year": 2027}]  # fmt: skip
    case = poor_town(horizon=(2025, 2025, 2027), policy=BOND, limits=limits)
    listed = asked(tmp_path, case, by_id(("small", 2025), ("big", 2025)))
    plan = price(listed, (), EFFORT).plan
    found = [
        next(struck_gains(plan.case, plan.tables, ["small"], 60.0, divisible=divisible)) for divisible in (False, True)
    ]
    assert found == [StruckGain("small", 60, 40), StruckGain("small", 60, 86, divisible=True)]


@pytest.mark.slow
def test_what_drops_out_and_what_is_forced(tmp_path: Path) -> None:
    """The list starts ``small``, so ``big`` drops out; the tables say so."""
    found = evaluate(poor_town(), write_list(tmp_path, by_id(("small", ""))), EFFORT)
    listed, gone, forced = listed_estates(found), dropped_estates(found), forced_costs(found)
    assert listed[["estate", "rows", "asked_year", "start_year", "own_year", "cost"]].to_numpy().tolist() == [
        ["small", "3", 0, 2025, 0, 100]
    ]
    assert gone[["estate", "own_year", "start_year", "points"]].to_numpy().tolist() == [["big", 2025, 0, 400.0]]
    assert forced[["project", "method", "lost_points", "freed_shortfall", "freed_public"]].to_numpy().tolist() == [
        ["small", "exact", 300.0, 0, 100]
    ]
    document = evaluation_document(found)
    assert document["forced"][0]["freed_public"] == "100"
    assert {g["goal"]: (g["own"], g["list"]) for g in document["goals"]}["points"] == (400.0, 100.0)


@pytest.mark.slow
def test_a_wish_list_leaves_the_rest_to_the_tool(tmp_path: Path) -> None:
    """With 220 of money both start; read as the whole plan only the listed one does."""
    case, path = poor_town(limits=[{"amount": 220}]), write_list(tmp_path, by_id(("small", 2025)))
    starts = {
        reading: sorted(evaluate(case, path, EFFORT, reading=reading).plan.tables["projects"]["project"])
        for reading in ("only", "also")
    }
    assert starts == {"only": ["small"], "also": ["big", "small"]}


def test_a_list_that_uses_too_little_is_priced_without_the_minimum(tmp_path: Path) -> None:
    """30.00 must be used in the county of E1; a list of E2 alone uses none of it: told, lifted, and audited as such."""
    limits = SHEETS["资金额度"].replace("文号\n", "文号,最低使用(万元)\n").replace("〔2025〕1号", "〔2025〕1号,30")
    case = load(write_world(tmp_path, sheets={"资金额度": limits}))
    listed = asked(tmp_path, case, by_id(("E2", "")))
    priced = price(listed, (), EFFORT)
    assert priced.lifted == ("minimum_use",)
    (breach,) = minimum_use(listed, priced.plan.tables)
    assert (breach.rule, breach.about, breach.found, breach.expected, breach.document) == (
        "minimum_use", "东县 2025 County budget", "0.00 万元", ">= 30.00 万元", "东财〔2025〕1号",
    )  # fmt: skip
    write_run(priced.plan, tmp_path / "run")
    kept = read_run(tmp_path / "run")
    assert kept.case.register.limits["minimum_use"].isna().all()
    assert audit(kept.case, kept.tables, kept.manifest).passed


RULES: dict[str, tuple[dict[str, Any], list[Any], str]] = {
    "not eligible": ({}, by_id(("a", 2025), ("done", 2025)), "ineligible"),
    "gate later": ({}, by_id(("a", 2025), ("late", 2025)), "gates"),
    "gate never": ({}, by_id(("a", 2025), ("never", "")), "gates"),
    "lock": ({"scenario": {"locks": {"a": "never"}}}, by_id(("a", 2025)), "locked_never"),
    "exclusion": ({"scenario": {"exclusions": (("a", "b"),)}}, by_id(("a", 2025), ("b", 2025)), "exclusion"),
    "capacity": ({"capacity": [{"year": 2025, "max_estates": 1}]}, by_id(("a", 2025), ("b", 2025)), "start_capacity"),
    "newer": ({}, by_id(("n", 2025)), "newer_share"),
    "hard task": (
        {"options": {"elastic_tasks": False}, "tasks": [{"year": 2025, "max_estates": 0}]}, by_id(("a", 2025)),
        "task_maximum",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_a_list_that_breaks_a_rule_is_priced_all_the_same(name: str, tmp_path: Path) -> None:
    """Every listed estate starts as asked, the breach is told, and the money stands up to the audit."""
    world, rows, rule = RULES[name]
    held = asked(tmp_path, town(**world), rows)
    breaches = broken_rules(held)
    assert [breach.rule for breach in breaches] == [rule]
    plan = price(held, breaches, EFFORT).plan
    starts = dict(zip(plan.tables["projects"]["project"], plan.tables["projects"]["start_year"], strict=True))
    assert starts == {row[0]: row[4] or starts[str(row[0])] for row in rows}
    assert plan.manifest["audit"]["failures"] == 0  # type: ignore[index]


@pytest.mark.slow
def test_a_payer_who_cannot_pay_is_told_and_let_off(tmp_path: Path) -> None:
    """The residents pledge 30 of the 100 that are theirs alone: no plan starts it; the list is 70 short."""
    case = poor_town(
        items=[{"estate": "big", "cost": 100, "work": "door"}, {"estate": "small", "cost": 100}],
        pledges=[{"estate": "big", "amount": 30}],
    )
    found = evaluate(case, write_list(tmp_path, by_id(("big", 2025))), EFFORT)
    assert [(b.rule, b.rows, b.about, b.found) for b in found.breaches] == [
        ("payer_money", ("3",), "c resident", "70 k short, in 2025")
    ]
    assert found.priced.payers == ("resident",)
    assert found.forced["big"].method == "impossible"


@pytest.mark.slow
def test_years_that_the_list_leaves_open_may_break_rules_of_years(tmp_path: Path) -> None:
    """No year may start nothing, the list has one estate, and the tool says in which year that is missed."""
    tasks = [{"year": 2025, "min_estates": 1}, {"year": 2026, "min_estates": 1}]
    found = evaluate(town(tasks=tasks), write_list(tmp_path, by_id(("a", ""))), EFFORT)
    assert [(b.rule, b.key) for b in found.breaches] == [("task_minimum", ("c", "2026", "estates"))]


def test_the_relaxation_bounds_what_forcing_costs(tmp_path: Path) -> None:
    """By hand: 120 of money; with ``small`` whole, a fifth of ``big`` is left: 180; alone ``big`` and a fifth: 420.

    The fall of the bound, 240, is an estimate. What holds is that no plan with ``small`` has more than 180 points,
    so at least 400 - 180 = 220 are lost; the best loses 300.
    """
    case = poor_town()
    own = solve(case)
    held = asked(tmp_path, case, by_id(("small", 2025)))
    (found,) = estimates(held, own.manifest, ["small"], EFFORT)
    assert (found.method, found.shortfall, found.worse) == ("estimate", 0, ())
    assert (found.points, found.points_at_least) == (pytest.approx(240.0, abs=0.01), pytest.approx(220.0, abs=0.01))


@pytest.mark.slow
def test_the_relaxation_tells_a_shortfall_that_cannot_be_avoided(tmp_path: Path) -> None:
    """``big`` must start and takes 100 of 120; ``small`` forced beside it is at least 80 short."""
    case = poor_town(scenario={"locks": {"big": "must"}})
    held = asked(tmp_path, case, by_id(("small", 2025)))
    (found,) = estimates(held, solve(case).manifest, ["small"], EFFORT)
    assert (found.method, found.shortfall, found.points_at_least) == ("estimate", 80, None)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(small_cases())
def test_forced_costs_of_random_cases(world: dict[str, Any]) -> None:
    """Of every project: exact costs are those of the best plan with it started, and the relaxation's bounds hold."""
    case = make_case(**world)
    best = solved(formulate(case))
    assume(best is not None)
    assert best is not None
    own = {"goals": [{"id": goal, "value": value, "bound": value} for goal, value in best.values.items()]}
    project = str(case.register.projects["project"].iloc[0])
    with tempfile.TemporaryDirectory() as folder:
        held = asked(Path(folder), case, [("", "", project, "", "")])
    forced = solved(formulate(forced_alone(held, project)))
    exact = solve_again(held, own, project, EFFORT)
    (estimate,) = estimates(held, own, [project], EFFORT)
    if forced is None:
        assert (exact.method, exact.points) == ("impossible", None)
        return
    lost = {goal: forced.values[goal] - best.values[goal] for goal in ("shortfall", "points")}
    assert exact.method == "exact"
    assert exact.points == pytest.approx(-lost["points"], abs=1e-3)
    assert exact.shortfall == pytest.approx(lost["shortfall"], abs=1.0)
    assert estimate.method == "estimate"
    worse = forced.values["tasks"] > best.values["tasks"] + 1e-6
    if not worse:
        assert (estimate.shortfall or 0) <= lost["shortfall"] + 1e-3
    as_good = not worse and abs(lost["shortfall"]) < 1e-6 and forced.values["hazards"] >= best.values["hazards"] - 1e-6
    if estimate.points_at_least is not None and as_good:
        assert estimate.points_at_least <= -lost["points"] + 1e-3


@pytest.mark.slow
def test_the_workbook_and_the_folder(tmp_path: Path) -> None:
    """The command writes both runs, the list, document and workbook, and ends with 5 for breaches."""
    (tmp_path / "world").mkdir()
    limits = SHEETS["资金额度"].replace("西县,合计,10,预计", "西县,2025,10,预计\ncounty_budget,西县,2026,0,预计")
    scenario = write_world(tmp_path / "world", sheets={"资金额度": limits})
    path = write_list(tmp_path, [("", "不存在", "", "", ""), *by_id(*[(e, "") for e in _first_estates(scenario)])])
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as end:
        main(["evaluate", str(path), "--scenario", str(scenario), "--out", str(out), "--lang", "en"])
    assert end.value.code == 5
    assert sorted(file.name for file in out.iterdir()) == [
        "evaluation.json", "list", "own", "名单.csv", "名单评估.xlsx",
    ]  # fmt: skip
    book = openpyxl.load_workbook(out / "名单评估.xlsx")
    assert book.sheetnames == [
        "Verdict", "Rules broken", "Listed estates", "Drop out", "Cost of forcing", "Money", "Shortfall",
    ]  # fmt: skip
    texts = {str(cell.value) for row in book["Rules broken"].iter_rows() for cell in row}
    assert "not in the register" in texts
    document = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert [breach["rule"] for breach in document["breaches"]] == ["unknown_name"]
    listed = read_run(out / "list")
    assert audit(listed.case, listed.tables, listed.manifest).passed
    assert "no proposal" in figures(listed, "en").standing
    with pytest.raises(SystemExit) as refused:
        main(["approve", str(out / "list"), "--by", "a", "--document", "b", "--lang", "en"])
    assert refused.value.code == 2


def _first_estates(scenario: Path) -> list[str]:
    return [str(load(scenario).register.estates["estate"].iloc[0])]
