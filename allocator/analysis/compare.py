"""Compare runs: what changed in the inputs, and what came of it in the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from allocator.analysis import run_figures
from allocator.analysis.common_money import CommonMoney, common_money
from allocator.analysis.input_differences import file_differences, input_differences
from allocator.analysis.moves import moves
from allocator.analysis.register_differences import register_totals
from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.schemas.scenario import Money
from allocator.plan.run_folder import Run

RUN = "run"
"""First column of every frame of a comparison: which run is compared with the first, counted from 1."""


@dataclass(frozen=True)
class Comparison:
    """Runs laid beside the first of them, the base (上稿).

    Every frame has the column ``run`` (1 for the second run, and so on). A measure ``m`` that is compared stands in
    three columns ``m_before``, ``m`` and ``m_change``; money is whole steps of ``money``. What one run lacks counts as
    zero, but for room under a ceiling, which is missing without one.

    Attributes
    ----------
    runs, names: the runs, and a name for each (its folder's, made unique).
    money: unit and step that all runs share.
    inputs: values that differ, by path (``input_differences.INPUT_COLUMNS``).
    register_totals: what the differences of the register come to by sheet and column.
    files: input files that differ.
    totals: one row per measure of ``run_figures.TOTALS``: measure, kind, before, after, change.
    goals: goal, unit, value, bound, error (distance of value and bound) of both; ``within_error`` when the values
        differ by no more than both errors together.
    money_by_source: amount, firm, pending, shortfall by level, source and year.
    counties, starts, works: by county, by start year, by work type.
    debt: issued, stock, service, and room under the ceilings, by county and year.
    moves: estates 调入, 调出, 年度变动, 改造内容变动 (``moves.MOVE_COLUMNS``).
    kept: projects and estates of both plans: before, after, unchanged, and how many moved in each way.
    """

    runs: tuple[Run, ...]
    names: tuple[str, ...]
    money: Money
    inputs: pd.DataFrame
    register_totals: pd.DataFrame
    files: pd.DataFrame
    totals: pd.DataFrame
    goals: pd.DataFrame
    money_by_source: pd.DataFrame
    counties: pd.DataFrame
    starts: pd.DataFrame
    works: pd.DataFrame
    debt: pd.DataFrame
    moves: pd.DataFrame
    kept: pd.DataFrame


ROUNDING = 1e-9
"""Relative error of goal values as numbers with nine digits."""

FRAMES = (
    "inputs", "register_totals", "files", "totals", "goals", "money_by_source", "counties", "starts", "works", "debt",
    "moves", "kept",
)  # fmt: skip
"""Names of the frames of a comparison."""

_Figure = Callable[[Run, int], pd.DataFrame]

_FIGURES: dict[str, tuple[_Figure, list[str]]] = {
    "money_by_source": (run_figures.money, ["level", "source", "year"]),
    "counties": (run_figures.counties, ["county"]),
    "starts": (run_figures.starts, ["year"]),
    "works": (run_figures.works, ["work"]),
    "debt": (run_figures.debt, ["county", "year"]),
}
"""Frames that are laid side by side by their keys."""


def compare_runs(runs: Sequence[Run]) -> Comparison:
    """Compare each run with the first one, the base.

    Parameters
    ----------
    runs
        At least two, as ``read_run`` gives them.

    Raises
    ------
    ScenarioError
        When there are fewer than two, or their money cannot be brought to one unit.
    """
    if len(runs) < 2:
        place = ", ".join(str(run.path) for run in runs)
        raise ScenarioError([Problem(place, _("one run alone cannot be compared"), _("name two runs or more"))])
    common = common_money(runs)
    pairs = [_pair(runs[0], run, common, (0, position)) for position, run in enumerate(runs) if position]
    frames = {
        name: pd.concat(
            [pair[name].assign(run=number) for number, pair in enumerate(pairs, start=1)], ignore_index=True
        )
        for name in FRAMES
    }
    ordered = {name: frame[[RUN, *(c for c in frame.columns if c != RUN)]] for name, frame in frames.items()}
    return Comparison(tuple(runs), _names(runs), common.money, **ordered)


def _names(runs: Sequence[Run]) -> tuple[str, ...]:
    """Folder name of each run; with its number where two have the same."""
    names = [run.path.resolve().name for run in runs]
    return tuple(f"{name} ({n})" if names.count(name) > 1 else name for n, name in enumerate(names, start=1))


def _pair(base: Run, new: Run, common: CommonMoney, at: tuple[int, int]) -> dict[str, pd.DataFrame]:
    factors = (common.factors[at[0]], common.factors[at[1]])
    inputs = input_differences(base.case, new.case, common.money, factors)
    found = moves(base, new, inputs, factors)
    registers = (base.case.register, new.case.register)
    return {
        "inputs": inputs,
        "register_totals": register_totals(registers, inputs, common.money, factors),
        "files": file_differences(base.case, new.case),
        "totals": _totals(base, new, factors),
        "goals": _goals(base, new, factors),
        **{
            name: _in_order(side_by_side(figure(base, factors[0]), figure(new, factors[1]), keys), keys, (base, new))
            for name, (figure, keys) in _FIGURES.items()
        },
        "moves": found,
        "kept": _kept(base, new, found),
    }


def side_by_side(base: pd.DataFrame, new: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Rows of both frames by ``keys``; every other column ``m`` as ``m_before``, ``m`` and ``m_change``.

    A row that only one frame has counts as zero in the other, but for columns of kind Int64, where it is missing.
    """
    joined = new.merge(base, on=keys, how="outer", suffixes=("", "_before"), sort=True)
    result = joined[keys].copy()
    for measure in (column for column in new.columns if column not in keys):
        kind = new[measure].dtype
        before, after = joined[f"{measure}_before"], joined[measure]
        if str(kind) != "Int64":
            before, after = before.fillna(0).astype(kind), after.fillna(0).astype(kind)
        result[f"{measure}_before"], result[measure], result[f"{measure}_change"] = before, after, after - before
    return result


def _in_order(frame: pd.DataFrame, keys: list[str], runs: tuple[Run, Run]) -> pd.DataFrame:
    """Rows of ``frame`` in the order of reports: levels, sources, works and counties as the inputs list them."""
    base, new = (run.case for run in runs)
    listed = {
        "level": [*new.policy.levels, *base.policy.levels], "source": [*new.policy.sources, *base.policy.sources],
        "work": [*new.policy.works, *base.policy.works], "county": [*new.scenario.counties, *base.scenario.counties],
    }  # fmt: skip
    ranks = {key: {name: at for at, name in enumerate(dict.fromkeys(names))} for key, names in listed.items()}
    order = pd.DataFrame({
        key: frame[key].map(ranks[key]).fillna(len(ranks[key])) if key in ranks else frame[key] for key in keys
    })  # fmt: skip
    return frame.loc[order.sort_values(keys, kind="stable").index].reset_index(drop=True)


def _totals(base: Run, new: Run, factors: tuple[int, int]) -> pd.DataFrame:
    old, now = run_figures.totals(base, factors[0]), run_figures.totals(new, factors[1])
    rows = [(name, kind, old[name], now[name], now[name] - old[name]) for name, kind in run_figures.TOTALS.items()]
    return pd.DataFrame(rows, columns=["measure", "kind", "before", "after", "change"], dtype=object)


def _goals(base: Run, new: Run, factors: tuple[int, int]) -> pd.DataFrame:
    """Goals of either run; a goal that one of them lacks has missing figures and is never within the error."""
    old, now = run_figures.goals(base, factors[0]), run_figures.goals(new, factors[1])
    figures = ["value", "bound", "error"]
    table = now.merge(old, on="goal", how="outer", suffixes=("", "_before"), sort=False)
    order = {goal: position for position, goal in enumerate(dict.fromkeys([*now["goal"], *old["goal"]]))}
    table = table.sort_values("goal", key=lambda goals: goals.map(order), ignore_index=True)
    table["unit"] = table["unit"].where(table["unit"].notna(), table["unit_before"])
    table["change"] = table["value"] - table["value_before"]
    noise = ROUNDING * table[["value", "value_before"]].abs().max(axis=1).clip(lower=1.0)
    table["within_error"] = table["change"].abs() <= table["error"] + table["error_before"] + noise
    columns = ["goal", "unit", *(f"{f}_before" for f in figures), *figures, "change", "within_error"]
    return table[columns].astype(dict.fromkeys([*figures, *(f"{f}_before" for f in figures), "change"], "float64"))


def _kept(base: Run, new: Run, found: pd.DataFrame) -> pd.DataFrame:
    """One row for projects and one for estates; ``unchanged`` start in the same year with the same works."""
    rows = []
    for unit, key in (("projects", "project"), ("estates", "estate")):
        old, now = (_started(run, key) for run in (base, new))
        counts = {"added": len(now - old), "dropped": len(old - now)}
        touched: set[str] = set()
        for kind in ("moved", "reworked"):
            hit = (set(found.loc[found["kind"] == kind, key]) & old & now) - touched
            touched |= hit
            counts[kind] = len(hit)
        rows.append(
            {"unit": unit, "before": len(old), "after": len(now), "unchanged": len((old & now) - touched), **counts}
        )
    return pd.DataFrame(rows, columns=["unit", "before", "after", "unchanged", "added", "dropped", "moved", "reworked"])


def _started(run: Run, key: str) -> set[str]:
    estates = run.tables["estates"]
    return set(estates.loc[estates["start_year"] > 0, key])
