"""What base and variants come to, as frames: goals, money, estates, tornado and budget ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from allocator.analysis import run_figures
from allocator.analysis.variants import BASE, NamedVariant
from allocator.inputs.case import Case
from allocator.inputs.register_parts import half_up
from allocator.inputs.schemas.scenario import Money
from allocator.plan.run_folder import Run

MEASURES: dict[str, run_figures.Kind] = {
    "points": "number", "households": "int", "estates": "int", "shortfall": "money", "local_money": "money",
}  # fmt: skip
"""What a variant is judged by, besides its goals."""

_OWN_GOAL = {"points": "points", "shortfall": "shortfall"}
"""Measures that are goals themselves: their gaps say what a difference is worth."""

_NOT_JUDGED = ("changes", "tie_break")
"""Goals that do not say which of two plans is better."""

ROUNDING = 1e-9
"""Relative error of goal values, which are kept with nine digits."""

VARIANT = ["id", "dimension", "subject", "level"]
"""Columns that name a variant in every frame."""


@dataclass(frozen=True)
class Solved:
    """A variant and how solving it ended (``jobs.State``); ``run`` is None when there is no plan."""

    variant: NamedVariant
    state: str
    error: str
    seconds: float
    run: Run | None


_Each = tuple[Solved, int]
"""A variant with the number of common money steps in one of its own."""


def sensitivity_frames(solved: Sequence[_Each], money: Money) -> dict[str, pd.DataFrame]:
    """Frames of a sensitivity; the first of ``solved`` is the base.

    Every frame about variants has the columns id, dimension, subject, level, state and error; figures of a variant
    without a plan are missing. ``within_error`` says that a difference to the base is no greater than the gaps of both
    plans together.

    Returns
    -------
    dict
        variants: one row per variant: status, gap, measures, firm and pending money, estates gained, lost and moved,
        ``within_error`` when no goal differs by more than its gaps;
        goals: value, bound, error (their distance), base, change, within_error by goal;
        effects: value, base, change, within_error by measure of ``MEASURES``;
        money: amount, firm, pending, shortfall by the source's level and source, with their changes;
        moves: estates gained, lost and moved to another year;
        choices: by estate, how many of the plans start it (always, never, depends), and in which year most often;
        tornado: by measure and what is changed, the effect of its lowest and highest level;
        ladder: by factor of the limits, measures and points won per money unit since the rung below.
    """
    goals = _goals(solved)
    effects = _effects(solved, goals)
    moves = _moves(solved)
    return {
        "variants": _variants(solved, goals, moves),
        "goals": goals,
        "effects": effects,
        "money": _money(solved),
        "moves": moves,
        "choices": _choices(solved),
        "tornado": _tornado(effects),
        "ladder": _ladder(solved, goals, effects, money),
    }


def _named(each: Solved, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with the variant's columns in front; one row of missing figures when it has none for want of a plan."""
    if each.run is None:
        frame = pd.DataFrame({column: pd.array([None], dtype=object) for column in frame.columns})
    v = each.variant
    level = None if v.level is None else float(v.level)
    columns = {"id": v.id, "dimension": v.dimension, "subject": v.subject, "level": level}
    named = frame.assign(**columns, state=str(each.state), error=each.error)
    return named[[*VARIANT, "state", "error", *frame.columns]]


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([frame.astype(object) for frame in frames], ignore_index=True)


def is_within(change: float, errors: float, size: float) -> bool:
    """Whether the gaps of two plans may explain a difference; ``size`` is the greater value, for rounding."""
    return abs(change) <= errors + ROUNDING * max(abs(size), 1.0)


def _goals(solved: Sequence[_Each]) -> pd.DataFrame:
    columns = ["goal", "unit", "value", "bound", "error_size", "base", "change", "within_error"]
    figures = _goal_figures(solved[0])
    base = {
        str(goal): (float(value), float(error))
        for goal, value, error in figures[["goal", "value", "error"]].itertuples(index=False, name=None)
    }
    frames = []
    for each in solved:
        rows = []
        figures = _goal_figures(each) if each[0].run is not None else pd.DataFrame()
        for row in figures.to_dict("records"):
            # the base plan does not count what differs from itself
            old, old_error = base.get(row["goal"], (0.0, 0.0))
            change = float(row["value"]) - old
            within = is_within(change, float(row["error"]) + old_error, max(abs(float(row["value"])), abs(old)))
            rows.append((row["goal"], row["unit"], row["value"], row["bound"], row["error"], old, change, within))
        frames.append(_named(each[0], pd.DataFrame(rows, columns=columns)))
    return _stacked(frames)


def _goal_figures(each: _Each) -> pd.DataFrame:
    run, factor = each[0].run, each[1]
    if run is None:
        msg = "a variant without a plan has no goals"
        raise ValueError(msg)
    return run_figures.goals(run, factor)


def _effects(solved: Sequence[_Each], goals: pd.DataFrame) -> pd.DataFrame:
    """Measures of every plan beside those of the base.

    A measure that is no goal differs for certain only when a goal does: among plans that the goals cannot tell apart
    any may have been taken.
    """
    base = _measures(solved[0], goals)
    frames = []
    for each in solved:
        rows = []
        same = same_goals(goals, each[0].variant.id)
        for name, value in (_measures(each, goals) if each[0].run is not None else {}).items():
            own = goals[(goals["id"] == each[0].variant.id) & (goals["goal"] == _OWN_GOAL.get(name, ""))]
            change = value - base[name]
            within = bool(own["within_error"].iloc[0]) if len(own) else (same or change == 0)
            rows.append((name, MEASURES[name], value, base[name], change, within))
        columns = ["measure", "kind", "value", "base", "change", "within_error"]
        frames.append(_named(each[0], pd.DataFrame(rows, columns=columns)))
    return _stacked(frames)


def same_goals(goals: pd.DataFrame, variant: str) -> bool:
    """Whether no goal of a variant tells its plan apart from the base plan."""
    own = goals[(goals["id"] == variant) & ~goals["goal"].isin(_NOT_JUDGED)]
    return bool(own["within_error"].fillna(value=False).astype(bool).all())


def _measures(each: _Each, goals: pd.DataFrame) -> dict[str, Any]:
    """Values of ``MEASURES``; a measure that is a goal has the goal's value."""
    run, factor = each[0].run, each[1]
    if run is None:
        return {}
    totals = run_figures.totals(run, factor)
    own = goals[goals["id"] == each[0].variant.id].set_index("goal")["value"]
    points = float(own["points"]) if "points" in own else totals["points"]
    return {name: points if name == "points" else totals[name] for name in MEASURES}


def _variants(solved: Sequence[_Each], goals: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    frames = []
    for each, factor in solved:
        own = moves[moves["id"] == each.variant.id]
        counts = {kind: int((own["kind"] == kind).sum()) for kind in KINDS}
        row: dict[str, Any] = {}
        if each.run is not None:
            totals = run_figures.totals(each.run, factor)
            figures = _measures((each, factor), goals)
            manifest = each.run.manifest
            row = {
                "status": manifest["status"], "gap": float(str(manifest["gap"])), **figures, "cost": totals["cost"],
                "firm": totals["firm"], "pending": totals["pending"], "task_breaches": totals["task_breaches"],
                **counts, "within_error": same_goals(goals, each.variant.id),
            }  # fmt: skip
        columns = ["status", "gap", *MEASURES, "cost", "firm", "pending", "task_breaches", *KINDS, "within_error"]
        frame = pd.DataFrame([row] if row else [], columns=columns)
        frames.append(_named(each, frame).assign(seconds=each.seconds))
    return _stacked(frames)


def _money(solved: Sequence[_Each]) -> pd.DataFrame:
    keys, amounts = ["source_level", "source"], list(run_figures.MONEY)
    base = _by_source(solved[0])
    runs = [each.run for each, _factor in solved if each.run is not None]
    order = {
        name: at for at, name in enumerate(dict.fromkeys(name for run in runs for name in run.case.policy.sources))
    }
    frames = []
    for each in solved:
        columns = [*keys, *amounts, *(f"{name}_change" for name in amounts)]
        frame = pd.DataFrame(columns=columns)
        if each[0].run is not None:
            both = _by_source(each).join(base.add_suffix("_base"), how="outer").fillna(0).astype("int64")
            both = both.sort_index(
                level="source", key=lambda index: index.map(lambda name: order.get(name, len(order)))
            )
            for name in amounts:
                both[f"{name}_change"] = both[name] - both[f"{name}_base"]
            frame = both.reset_index()[columns]
        frames.append(_named(each[0], frame))
    return _stacked(frames)


def _by_source(each: _Each) -> pd.DataFrame:
    run, factor = each[0].run, each[1]
    if run is None:
        msg = "a variant without a plan has no money"
        raise ValueError(msg)
    paid = run_figures.payments(run, factor).rename(columns={"level": "source_level"})
    return paid.groupby(["source_level", "source"])[list(run_figures.MONEY)].sum()


KINDS = ("gained", "lost", "moved")
"""How an estate differs from the base plan: started, not started, started in another year."""


def _moves(solved: Sequence[_Each]) -> pd.DataFrame:
    base = solved[0][0].run
    if base is None:
        msg = "the base has no plan"
        raise ValueError(msg)
    old = base.tables["estates"].set_index("estate")["start_year"].astype("int64")
    columns = ["estate", "name", "county", "households", "kind", "base_year", "year"]
    frames = []
    for each, _factor in solved:
        frame = pd.DataFrame(columns=columns)
        if each.run is not None:
            table = each.run.tables["estates"]
            before = old.reindex(table["estate"]).fillna(0).astype("int64").to_numpy()
            year = table["start_year"].astype("int64").to_numpy()
            kind = pd.Series("moved", index=table.index).mask(before == 0, "gained").mask(year == 0, "lost")
            frame = table[["estate", "name", "county", "households"]].assign(kind=kind, base_year=before, year=year)
            frame = frame[before != year][columns]
        frames.append(_named(each, frame))
    return _stacked(frames)


def _choices(solved: Sequence[_Each]) -> pd.DataFrame:
    """Estates of the base register, by how many of the plans start them."""
    runs = [each.run for each, _factor in solved if each.run is not None]
    base = runs[0].tables["estates"]
    years = pd.DataFrame(
        {n: run.tables["estates"].set_index("estate")["start_year"].astype("int64") for n, run in enumerate(runs)}
    )
    years = years.reindex(base["estate"]).fillna(0).astype("int64")
    chosen = (years > 0).sum(axis=1).to_numpy()
    usual = [int(row[row > 0].mode().iloc[0]) if (row > 0).any() else 0 for _estate, row in years.iterrows()]
    verdict = pd.Series("depends", index=base.index).mask(chosen == len(runs), "always").mask(chosen == 0, "never")
    columns = base[["estate", "name", "county", "households", "reason", "reason_detail"]]
    return columns.assign(
        base_year=base["start_year"].astype("int64"), chosen=chosen, plans=len(runs), share=chosen / len(runs),
        usual_year=usual, verdict=verdict,
    ).sort_values(["chosen", "estate"], ascending=[False, True], ignore_index=True)  # fmt: skip


def _tornado(effects: pd.DataFrame) -> pd.DataFrame:
    """Widest first, by measure. What has several levels on one side shows the farthest; a ladder is shown elsewhere."""
    shown = effects[~effects["dimension"].isin([BASE, "ladder"])]
    rows = []
    apart = shown["dimension"].isin(["variants", "vague_shares"])
    what = shown["id"].where(apart, shown["subject"])
    for (dimension, key, measure), group in shown.groupby(["dimension", what, "measure"], sort=False):
        row: dict[str, Any] = {"measure": measure, "dimension": dimension, "subject": group["subject"].iloc[0]}
        row |= {"id": key if bool(apart[group.index[0]]) else "", "kind": group["kind"].iloc[0]}
        for side, part in _sides(group, str(dimension)).items():
            row |= {f"{side}_{name}": part[name] for name in ("level", "change", "within_error")}
        rows.append(row)
    for _index, failed in shown[shown["measure"].isna()].iterrows():
        for measure, kind in MEASURES.items():
            rows.append({"measure": measure, "kind": kind, **{k: failed[k] for k in ("dimension", "subject", "error")},
                         "id": failed["id"], "low_level": failed["level"]})  # fmt: skip
    columns = ["measure", "kind", "dimension", "subject", "id"]
    columns += [f"{side}_{name}" for side in ("low", "high") for name in ("level", "change", "within_error")]
    table = pd.DataFrame(rows, columns=[*columns, "error"], dtype=object)
    changes = table[["low_change", "high_change"]].astype(float).abs()
    table["width"] = changes.max(axis=1).fillna(0.0)
    order = table["measure"].map({name: n for n, name in enumerate(MEASURES)})
    return table.assign(order=order).sort_values(
        ["order", "width"], ascending=[True, False], kind="stable", ignore_index=True
    ).drop(columns="order")  # fmt: skip


def _sides(group: pd.DataFrame, dimension: str) -> dict[str, pd.Series]:
    """Variants with the lowest level below that of the base, and the highest above it."""
    if dimension in ("variants", "vague_shares"):
        return {"high": group.iloc[0]}
    neutral = 0.0 if dimension in ("interest", "gates_slip") else 1.0
    level = group["level"].astype(float)
    sides = {"low": level[level < neutral], "high": level[level > neutral]}
    found = {}
    for side, part in sides.items():
        if len(part):
            extreme = part.min() if side == "low" else part.max()
            found[side] = group[level == extreme].iloc[0]
    return found


def _ladder(solved: Sequence[_Each], goals: pd.DataFrame, effects: pd.DataFrame, money: Money) -> pd.DataFrame:
    rungs = [(Decimal(1), solved[0][0])] if any(each.variant.dimension == "ladder" for each, _f in solved) else []
    rungs += [
        (each.variant.level or Decimal(0), each) for each, _factor in solved if each.variant.dimension == "ladder"
    ]
    base = solved[0][0].run
    rows: list[dict[str, Any]] = []
    below: dict[str, Any] | None = None
    for factor, each in sorted(rungs, key=lambda rung: rung[0]):
        limits = limits_total(base.case, factor) * solved[0][1] if base is not None else 0
        row: dict[str, Any] = {"id": each.variant.id, "factor": float(factor), "limits": limits}
        row |= {"state": str(each.state), "error": each.error}
        if each.run is not None:
            own = effects[effects["id"] == each.variant.id]
            row |= dict(zip(own["measure"], own["value"], strict=True))
            error = goals.loc[(goals["id"] == each.variant.id) & (goals["goal"] == "points"), "error_size"]
            row["points_error"] = float(error.iloc[0]) if len(error) else 0.0
            if below is not None and limits > below["limits"]:
                won = row["points"] - below["points"]
                row["marginal"] = won / (float(limits - below["limits"]) * float(money.step))
                row["within_error"] = is_within(won, row["points_error"] + below["points_error"], row["points"])
            below = row
        rows.append(row)
    columns = ["id", "factor", "limits", "state", "error", *MEASURES, "points_error", "marginal", "within_error"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def limits_total(case: Case, factor: Decimal) -> int:
    """Steps of all limits when those that are not yet firm are scaled, as a change to the register scales them."""
    limits = case.register.limits
    firm = limits["certainty"].isin(case.scenario.firm)
    pending = [half_up(Fraction(int(steps)) * Fraction(factor)) for steps in limits.loc[~firm, "amount"].to_numpy()]
    return int(limits.loc[firm, "amount"].sum()) + sum(pending)
