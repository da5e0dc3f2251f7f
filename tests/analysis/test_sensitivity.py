"""What base and variants say together: differences, gaps, estates, tornado and ladder, on runs made by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from allocator.analysis.jobs import JobOptions, Outcome, State
from allocator.analysis.sensitivity import Sensitivity, changes_from, gathered, plan_sensitivity, run_sensitivity
from allocator.analysis.sensitivity_document import sensitivity_document
from allocator.analysis.sensitivity_frames import Solved, is_within, limits_total
from allocator.analysis.variants import NamedVariant
from allocator.errors import ScenarioError
from allocator.inputs.case import Case
from allocator.plan.manifest import Asked, run_key
from allocator.plan.run_folder import Run, read_run
from allocator.plan.tables import TABLES
from tests.builders import make_case
from tests.worlds import SCENARIO, write_world

HOUSEHOLDS = {"a": 10, "b": 8, "d": 20}


def case() -> Case:
    """Estates a, b and d; 6 of 14 are firm."""
    return make_case(
        estates=[{"estate": name, "households": count} for name, count in HOUSEHOLDS.items()],
        horizon=(2025, 2026),
        limits=[{"amount": 6, "certainty": "issued"}, {"year": 2026, "amount": 8}],
        goals=["tasks", "shortfall", "points", "tie_break"],
    )


def run_with(starts: dict[str, int], points: float, bound: float, *, firm: int = 6, gap: int = 0) -> Run:
    """A run that starts these estates, pays 10 for each, ``firm`` of it all for certain, ``gap`` without a source."""
    tables = {name: pd.DataFrame({column: [] for column in columns}) for name, columns in TABLES.items()}
    estates = [
        {"estate": name, "name": name.upper(), "county": "c", "project": name, "households": count,
         "start_year": starts.get(name, 0), "reason": "" if name in starts else "money", "reason_detail": ""}
        for name, count in HOUSEHOLDS.items()
    ]  # fmt: skip
    tables["estates"] = pd.DataFrame(estates)
    started = [{**row, "estates": 1, "buildings": 1, "floor_area": 1.0, "cost": 10, "points": 0.0}
               for row in estates if row["start_year"]]  # fmt: skip
    tables["projects"] = pd.DataFrame(started, columns=list(TABLES["projects"]))
    total = 10 * len(starts)
    paid = [("budget", "local", total - gap, firm)] + ([("shortfall", "", gap, 0)] if gap else [])
    tables["payments"] = pd.DataFrame(paid, columns=["source", "level", "amount", "firm"])
    goals = [
        ("tasks", "breach", 0.0, 0.0), ("shortfall", "money", float(gap), float(gap)),
        ("points", "points", points, bound), ("tie_break", "order", 1.0, 5.0),
    ]  # fmt: skip
    stated = [dict(zip(("id", "unit", "value", "bound"), goal, strict=True)) for goal in goals]
    manifest = {"status": "gap_reached", "gap": (bound - points) / points, "goals": stated}
    return Run(case(), tables, manifest, Path("runs") / "fake")


BASE = run_with({"a": 2025, "b": 2026}, 100.0, 103.0)


def solved(name: str, run: Run | None, dimension: str = "limits", level: str = "0.8", state: str = "done") -> Solved:
    """A variant about the budget."""
    subject = "budget" if dimension == "limits" else ""
    variant = NamedVariant(name, dimension, subject, Decimal(level))
    return Solved(variant, state, "" if run else "the solver died", 1.0, run)


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    """A fall and a rise of the budget, a cost that fails, gates that hardly matter, and a ladder."""
    return gathered(
        BASE,
        [
            solved("down", run_with({"a": 2025}, 60.0, 61.0, firm=6, gap=2)),
            solved("up", run_with({"a": 2025, "b": 2025, "d": 2026}, 180.0, 180.5, firm=6), level="1.2"),
            solved("cost", None, "price_index", "1.1", State.FAILED),
            solved("slip", run_with({"a": 2025, "d": 2026}, 104.0, 104.5), "gates_slip", "1"),
            solved("ladder-0.5", run_with({"a": 2025}, 50.0, 51.0), "ladder", "0.5"),
            solved("ladder-2", run_with({"a": 2025, "b": 2026}, 102.0, 103.0), "ladder", "2"),
        ],
    )


def rows(frame: pd.DataFrame, *columns: str, **where: str) -> list[tuple[Any, ...]]:
    """Rows of some columns, missing values as None."""
    for key, value in where.items():
        frame = frame[frame[key] == value]
    return list(
        frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None).itertuples(index=False, name=None)
    )


def test_a_difference_within_both_gaps_is_none() -> None:
    """The gaps of both plans add up: 3 and 0.5 explain 3.5, and a rounding error of nine digits."""
    assert is_within(3.5, 3.0 + 0.5, 104.0)
    assert is_within(-3.5, 3.5, 104.0)
    assert not is_within(3.51, 3.5, 104.0)
    assert is_within(1e-4, 0.0, 1e6)


def test_goals_stand_beside_those_of_the_base(found: Sensitivity) -> None:
    """100 (to 103) against 104 (to 104.5): a difference of 4, of which the gaps explain 3.5; 60 is another matter."""
    points = found.frames["goals"]
    assert rows(points, "id", "value", "base", "change", "within_error", goal="points") == [
        ("base", 100.0, 100.0, 0.0, True), ("down", 60.0, 100.0, -40.0, False), ("up", 180.0, 100.0, 80.0, False),
        ("slip", 104.0, 100.0, 4.0, False), ("ladder-0.5", 50.0, 100.0, -50.0, False),
        ("ladder-2", 102.0, 100.0, 2.0, True),
    ]  # fmt: skip


def test_a_variant_without_a_plan_stays_in_every_table(found: Sensitivity) -> None:
    """With its state and reason, and without figures."""
    for name in ("variants", "goals", "effects", "money", "moves"):
        failed = found.frames[name]
        failed = failed[failed["id"] == "cost"]
        assert list(failed["state"]) == ["failed"], name
        assert list(failed["error"]) == ["the solver died"], name
    failed = found.frames["tornado"]
    assert list(failed[failed["id"] == "cost"]["error"].unique()) == ["the solver died"]


def test_variants_count_the_estates_that_differ(found: Sensitivity) -> None:
    """Gained, lost, moved; whoever has the same goals as the base is within the error."""
    assert rows(found.frames["variants"], "id", "estates", "shortfall", "gained", "lost", "moved", "within_error") == [
        ("base", 2, 0, 0, 0, 0, True), ("down", 1, 2, 0, 1, 0, False), ("up", 3, 0, 1, 0, 1, False),
        ("cost", None, None, None, None, None, None), ("slip", 2, 0, 1, 1, 0, False),
        ("ladder-0.5", 1, 0, 0, 1, 0, False), ("ladder-2", 2, 0, 0, 0, 0, True),
    ]  # fmt: skip
    assert rows(found.frames["moves"], "estate", "kind", "base_year", "year", id="up") == [
        ("b", "moved", 2026, 2025), ("d", "gained", 0, 2026),
    ]  # fmt: skip


def test_money_splits_by_certainty_and_differs_from_the_base(found: Sensitivity) -> None:
    """The base pays 20, 6 of it firm; with less, 8 of 10 are paid and 2 have no source."""
    columns = (
        "source",
        "amount",
        "firm",
        "pending",
        "shortfall",
        "amount_change",
        "pending_change",
        "shortfall_change",
    )
    assert rows(found.frames["money"], *columns, id="down") == [
        ("budget", 8, 6, 2, 0, -12, -12, 0), ("shortfall", 2, 0, 0, 2, 2, 0, 2),
    ]  # fmt: skip


def test_estates_are_the_core_when_every_plan_has_them(found: Sensitivity) -> None:
    """Of six plans with the base's; the failed variant does not count."""
    assert rows(found.frames["choices"], "estate", "chosen", "plans", "usual_year", "verdict") == [
        ("a", 6, 6, 2025, "always"), ("b", 3, 6, 2026, "depends"), ("d", 2, 6, 2026, "depends"),
    ]  # fmt: skip


def test_the_tornado_has_both_sides_and_the_widest_first(found: Sensitivity) -> None:
    """The budget down and up; the gates on one side; the cost that failed is last, and says why."""
    columns = ("dimension", "low_change", "high_change", "high_within_error", "error")
    assert rows(found.frames["tornado"], *columns, measure="points") == [
        ("limits", -40.0, 80.0, False, None), ("gates_slip", None, 4.0, False, None),
        ("price_index", None, None, None, "the solver died"),
    ]  # fmt: skip
    households = found.frames["tornado"]
    assert rows(households, "low_change", "high_change", measure="households", dimension="limits") == [(-8, 20)]


def test_the_ladder_says_what_more_money_wins(found: Sensitivity) -> None:
    """Limits of 6 + 4, 6 + 8 and 6 + 16: 50 points for 4 more, then 2 for 8, which the gaps may explain."""
    assert rows(found.frames["ladder"], "factor", "limits", "points", "marginal", "within_error") == [
        (0.5, 10, 50.0, None, None), (1.0, 14, 100.0, 12.5, False), (2.0, 22, 102.0, 0.25, True),
    ]  # fmt: skip
    assert limits_total(case(), Decimal("0.1875")) == 6 + 2  # 1.5 steps, rounded half up


def test_the_document_gives_money_in_its_unit(found: Sensitivity) -> None:
    """Missing figures are None."""
    document = sensitivity_document(found)
    variants = {row["id"]: row for row in document["variants"]}
    assert (variants["down"]["shortfall"], variants["down"]["firm"], variants["cost"]["points"]) == ("2", "6", None)
    assert document["unit"] == "k"


def test_variants_start_from_the_base_plan() -> None:
    """Every project of the base, those that do not start too; and the goal that counts moves before the tie-break."""
    changes = changes_from(BASE)
    assert changes["adopted"] == {"a": 2025, "b": 2026, "d": 0}
    assert [goal["id"] for goal in changes["goals"]] == ["tasks", "shortfall", "points", "changes", "tie_break"]


def test_a_scenario_without_a_block_has_no_variants(tmp_path: Path) -> None:
    """The command says what to write."""
    with pytest.raises(ScenarioError, match="sensitivity: "):
        plan_sensitivity(write_world(tmp_path))


@pytest.mark.slow
def test_halving_a_limit_shows_and_a_failing_variant_fails_alone(tmp_path: Path) -> None:
    """Two at a time, in processes: the budget halved, and a variant of the scenario's own that cannot load."""
    text = (
        f"{SCENARIO}variants:\n"
        "  halved: {changes: [{path: register.limits.amount, where: {place: 东县, year: 2025}, scale: 0.5}]}\n"
        "  broken: {changes: [{path: register.limits.amount, where: {year: 2031}, scale: 2}]}\n"
    )
    plan = plan_sensitivity(write_world(tmp_path, scenario=text))
    told: list[str] = []

    def tell(job: Any, news: Any) -> None:
        if isinstance(news, Outcome):
            told.append(f"{job.name} {news.state}")

    options = JobOptions(time_limit=120)
    found = run_sensitivity(plan, tmp_path / "runs", options, workers=2, cores=2, tell=tell)
    assert sorted(told) == ["base done", "broken bad_input", "halved done"]
    budget = {row[0]: row[1] for row in rows(found.frames["money"], "id", "amount", source="county_budget")}
    assert budget["halved"] <= 2500 < budget["base"]
    assert {row["id"]: row["state"] for row in sensitivity_document(found)["variants"]}["broken"] == "bad_input"
    variant, base = (read_run(tmp_path / "runs" / name) for name in ("halved", "base"))
    asked = Asked.of(variant.case, solver=None, time_limit=120, gap=None, seed=None, start=base)
    assert variant.manifest["key"] == run_key(variant.case, asked)  # its search began with the base plan
    again = run_sensitivity(plan, tmp_path / "runs", options, workers=2, cores=2, tell=tell)
    assert sorted(told[3:]) == ["base reused", "broken bad_input", "halved reused"]
    kept = [run.frames["goals"].drop(columns="state") for run in (found, again)]
    pd.testing.assert_frame_equal(*kept)
