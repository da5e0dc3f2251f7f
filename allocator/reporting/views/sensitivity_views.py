"""Views of a sensitivity: variants, goals, money, estates, tornado and budget ladder, with names instead of ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from allocator.analysis.sensitivity_frames import MEASURES
from allocator.analysis.variants import BASE
from allocator.plan.reasons import reason_words
from allocator.reporting.varied import Varied

View = Callable[[Varied], pd.DataFrame]

_NOT_COMPARED = frozenset({"tie_break"})
"""Goals whose values mean nothing beside those of another run."""


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as dictionaries; missing values are None."""
    table = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in record.items()} for record in table.to_dict("records")]


def _state(v: Varied, record: Mapping[str, Any]) -> str:
    """How solving ended: the status of a plan, or why there is none."""
    if record.get("status"):
        return v.say("status", str(record["status"]))
    state = v.word(f"state_{record['state']}")
    return f"{state}: {' '.join(str(record['error']).split())}" if record["error"] else state


def sensitivity_variants(v: Varied) -> pd.DataFrame:
    """One row per variant, the base first: how it ended, measures, firm and pending money, estates that differ."""
    points = {each["id"]: each for each in records(v.sensitivity.frames["effects"]) if each["measure"] == "points"}
    rows = []
    for record in records(v.sensitivity.frames["variants"]):
        change = points.get(record["id"], {}).get("change")
        is_base = record["id"] == BASE
        rows.append({
            **record, "name": v.variant(record["id"]), "state_text": _state(v, record), "points_change": change,
            "verdict": "" if is_base or record["status"] is None else v.word(
                "same_plan" if record["within_error"] else "beyond"),
            "muted": bool(record["within_error"]) and not is_base,
        })  # fmt: skip
    return pd.DataFrame(rows, dtype=object)


def sensitivity_goals(v: Varied) -> pd.DataFrame:
    """One row per variant and goal: the base's value, its own, bound, change, and whether the gaps may explain it."""
    step = float(v.shown_money.step)
    rows = []
    for record in records(v.sensitivity.frames["goals"]):
        if record["id"] == BASE or record["goal"] in _NOT_COMPARED:
            continue
        is_money = record["unit"] == "money"
        figures = {key: record[key] for key in ("base", "value", "bound", "change")}
        shown = {key: value * step if is_money and value is not None else value for key, value in figures.items()}
        goal = v.say("goals", record["goal"]) if record["goal"] else _state(v, record)
        unit = v.unit if is_money else v.say("goal_units", record["unit"]) if record["unit"] else ""
        verdict = "" if record["goal"] == "changes" else v.verdict(record["change"], record["within_error"])
        rows.append({**record, **shown, "section": v.variant(record["id"]), "name": goal, "unit_text": unit,
                     "verdict": verdict, "muted": bool(record["within_error"])})  # fmt: skip
    columns = ["section", "name", "unit_text", "base", "value", "bound", "change", "verdict", "muted"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def sensitivity_money(v: Varied) -> pd.DataFrame:
    """One row per variant and source: amount, firm, pending and shortfall, and how they differ from the base."""
    rows = []
    for record in records(v.sensitivity.frames["money"]):
        source = v.source(record["source"]) if record["source"] else _state(v, record)
        level = v.level_name(record["source_level"]) if record["source"] else ""
        rows.append({**record, "section": v.variant(record["id"]), "level_text": level, "name": source})
    return pd.DataFrame(rows, dtype=object)


def sensitivity_moves(v: Varied) -> pd.DataFrame:
    """One row per variant and estate that it starts, drops or moves to another year."""
    rows = [
        {
            **record, "section": v.variant(record["id"]),
            "kind_text": v.word(record["kind"]) if record["kind"] else _state(v, record),
            **{f"{key}_text": _year(v, record[key]) for key in ("base_year", "year")},
        }
        for record in records(v.sensitivity.frames["moves"])
    ]  # fmt: skip
    columns = ["section", "kind_text", "estate", "name", "county", "households", "base_year_text", "year_text"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _year(v: Varied, year: Any) -> str:  # noqa: ANN401 - a cell
    return "" if year is None else str(year) if year else v.word("not_started")


def sensitivity_choices(v: Varied) -> pd.DataFrame:
    """One row per estate: how many of the plans start it; those that depend first, then always, then never."""
    order = ("depends", "always", "never")
    frame = v.sensitivity.frames["choices"]
    counts, policy = frame["verdict"].value_counts(), v.base.run.case.policy
    rows = []
    for record in sorted(records(frame), key=lambda record: order.index(record["verdict"])):
        section = v.word(f"choice_{record['verdict']}", count=counts[record["verdict"]], plans=record["plans"])
        is_never = record["verdict"] == "never"
        reason = reason_words(record["reason"], record["reason_detail"], policy, v.language) if is_never else ""
        rows.append({**record, "section": section, "base_text": _year(v, record["base_year"]),
                     "usual_text": _year(v, record["usual_year"]) if record["chosen"] else "—",
                     "reason_text": reason})  # fmt: skip
    return pd.DataFrame(rows, dtype=object)


def _tornado(v: Varied, *, money: bool) -> pd.DataFrame:
    rows = []
    for record in records(v.sensitivity.frames["tornado"]):
        if (MEASURES[record["measure"]] == "money") != money:
            continue
        sides = {side: (record[f"{side}_change"], record[f"{side}_within_error"]) for side in ("low", "high")}
        known = [side for side in sides.values() if side[0] is not None]
        is_muted = all(within or not change for change, within in known)
        verdict = v.verdict(any(change for change, _within in known), is_muted) if known else ""
        rows.append({
            **record, "section": v.word(f"measure_{record['measure']}"), "name": tornado_name(v, record),
            "low_text": v.step(record["dimension"], record["low_level"]),
            "high_text": v.step(record["dimension"], record["high_level"]),
            "verdict": verdict or " ".join(str(record["error"] or "").split()), "muted": bool(known) and is_muted,
        })  # fmt: skip
    columns = ["section", "name", "low_text", "low_change", "high_text", "high_change", "verdict", "muted"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def tornado_name(v: Varied, record: Mapping[str, Any]) -> str:
    """What a row of the tornado changes."""
    named = record["dimension"] in ("variants", "vague_shares") and record["id"]
    return v.variant(str(record["id"])) if named else v.subject(str(record["dimension"]), str(record["subject"]))


def tornado_numbers(v: Varied) -> pd.DataFrame:
    """Effect of each lowest and highest level on points, households and estates, the widest first."""
    return _tornado(v, money=False)


def tornado_money(v: Varied) -> pd.DataFrame:
    """Effect of each lowest and highest level on shortfall and county money, the widest first."""
    return _tornado(v, money=True)


def budget_ladder(v: Varied) -> pd.DataFrame:
    """One row per rung: limits, measures, and points won per money unit since the rung below."""
    rows = []
    for record in records(v.sensitivity.frames["ladder"]):
        is_lowest = record["marginal"] is None
        within = record["within_error"]
        note = _state(v, record) if record["points"] is None else "" if is_lowest else v.verdict(1, within)
        name = v.word("base") if record["factor"] == 1 else v.step("ladder", record["factor"])
        rows.append({**record, "name": name, "verdict": note, "muted": bool(within)})
    columns = ["name", "factor", "limits", *MEASURES, "marginal", "verdict", "muted"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


SENSITIVITY_VIEWS: Mapping[str, View] = MappingProxyType(
    {
        view.__name__: view
        for view in (
            sensitivity_variants,
            sensitivity_goals,
            sensitivity_money,
            sensitivity_moves,
            sensitivity_choices,
            tornado_numbers,
            tornado_money,
            budget_ladder,
        )
    }
)
"""View by name."""
