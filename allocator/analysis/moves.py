"""Estates whose start differs between two plans, and why, as far as inputs and plans show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from allocator.inputs.case import Case
from allocator.inputs.schemas.base import Label
from allocator.plan.reasons import reason_words
from allocator.plan.run_folder import Run

MOVE_KINDS: dict[str, Label] = {
    "added": Label(zh="调入", en="added"),
    "dropped": Label(zh="调出", en="dropped"),
    "moved": Label(zh="年度变动", en="other year"),
    "reworked": Label(zh="改造内容变动", en="other works"),
}
"""Words of ``moves.kind``, in the order of reports."""

MOVE_COLUMNS = (
    "estate", "name", "county", "project", "households", "kind", "old_year", "new_year", "old_cost", "new_cost",
    "old_points", "new_points", "works_added", "works_dropped", "reason", "reason_detail",
)  # fmt: skip
"""Columns of ``moves``; a year of 0 is no start."""

_MOVE_REASONS: dict[str, Label] = {
    "new_in_register": Label(zh="台账新增", en="new in the register"),
    "left_register": Label(zh="台账中已没有", en="no longer in the register"),
    "lock": Label(zh="情景锁定变动：{detail}", en="the scenario's lock changed: {detail}"),
    "gates_changed": Label(zh="前置条件变动：{detail}", en="conditions changed: {detail}"),
    "ready_changed": Label(zh="可开工年度变动：{detail}", en="may start from another year: {detail}"),
    "eligible": Label(zh="已符合改造范围", en="now eligible"),
    "own_data": Label(zh="本小区台账数据变动：{detail}", en="its own data changed: {detail}"),
    "task_changed": Label(zh="年度任务变动", en="the task of its county changed"),
    "limits_up": Label(zh="可用额度增加：{detail}", en="limits were raised: {detail}"),
    "limits_changed": Label(zh="额度变动：{detail}", en="limits changed: {detail}"),
    "capacity_changed": Label(zh="实施能力变动", en="the capacity of its county changed"),
    "rules_changed": Label(zh="政策规则或情景参数变动：{detail}", en="rules or options changed: {detail}"),
    "reordered": Label(zh="资金、得分重新排序", en="money and points ranked again"),
}

_PARTS = {"gates_changed": "gates", "limits_up": "sources", "limits_changed": "sources"}
"""Part of the policy model that a reason's detail names entries of."""

_SAYS_NOTHING = frozenset({
    "id", "label", "zh", "en", "note", "title", "clause", "document", "basis", "description", "filled_in_by", "solver",
    "documents", "draft", "register", "policy_model", "synthetic",
})  # fmt: skip
"""Keys whose values no plan depends on, or whose effect is seen elsewhere."""

_BY_PROJECT = frozenset({"adopted", "locks", "exclusions"})
"""Scenario keys with an entry for each project: told as a whole."""

_WEAK = frozenset({"", "better_plan"})
"""Reasons of a plan that say no more than that it is another one: what changed in the inputs says more."""

_NAMED = 4
"""How many names a reason gives before it only counts."""
_SEPARATOR = {"zh": "、", "en": ", "}
_MORE = {"zh": "等{count}项", "en": " … ({count} in all)"}


def move_words(code: str, detail: str, case: Case, language: str) -> str:
    """Sentence that explains a move in ``language``; codes of plans are worded as there."""
    if code not in _MOVE_REASONS:
        return reason_words(code, detail, case.policy, language)
    text = _MOVE_REASONS[code].text(language)
    if "{detail}" not in text:
        return text
    entries: Mapping[str, Any] = getattr(case.policy, _PARTS[code]) if code in _PARTS else {}
    names = [(entries[key].label.text(language) or key) if key in entries else key for key in detail.split(",")]
    shown = _SEPARATOR[language].join(names[:_NAMED])
    return text.format(detail=shown + (_MORE[language].format(count=len(names)) if len(names) > _NAMED else ""))


def moves(base: Run, new: Run, inputs: pd.DataFrame, factors: tuple[int, int]) -> pd.DataFrame:
    """One row per estate that starts in one plan only, in another year, or with other works, sorted by kind.

    The same estate under another id is not guessed: it is dropped under the one and added under the other.

    Parameters
    ----------
    inputs
        Differences between the inputs, as ``input_differences`` gives them.
    factors
        Common steps in a step of each run.
    """
    both = _side_by_side(base, new, factors)
    done = [_done(run) for run in (base, new)]
    both["works_added"] = [_list(done[1].get(e, frozenset()) - done[0].get(e, frozenset())) for e in both["estate"]]
    both["works_dropped"] = [_list(done[0].get(e, frozenset()) - done[1].get(e, frozenset())) for e in both["estate"]]
    both["kind"] = [_kind(*row) for row in zip(both["old_year"], both["new_year"], both["works_added"],
                                               both["works_dropped"], strict=True)]  # fmt: skip
    found = both[both["kind"] != ""].copy()
    only_started = found["kind"].isin(["added", "dropped"])
    found[["works_added", "works_dropped"]] = found[["works_added", "works_dropped"]].mask(only_started, "")
    why = _Why(base, new, inputs, factors)
    reasons = [why.reason({str(k): v for k, v in row.items()}) for row in found.to_dict("records")]
    found["reason"], found["reason_detail"] = [r[0] for r in reasons], [r[1] for r in reasons]
    kinds, counties = list(MOVE_KINDS), _order(base, new)
    found["_kind"], found["_county"] = found["kind"].map(kinds.index), found["county"].map(counties)
    return found.sort_values(["_kind", "_county", "estate"], ignore_index=True)[list(MOVE_COLUMNS)]


def _order(base: Run, new: Run) -> dict[str, int]:
    counties = dict.fromkeys([*new.case.scenario.counties, *base.case.scenario.counties])
    return {county: position for position, county in enumerate(counties)}


def _side_by_side(base: Run, new: Run, factors: tuple[int, int]) -> pd.DataFrame:
    """Estates of both runs: what does not change from the new run, where it has the estate, the rest from both."""
    sides = []
    for run, factor, prefix in ((base, factors[0], "old"), (new, factors[1], "new")):
        table = run.tables["estates"]
        own = table[["estate", "name", "county", "project", "households"]]
        started = table["start_year"] > 0
        sides.append(own.assign(**{
            f"{prefix}_year": table["start_year"],
            f"{prefix}_cost": (table["cost"] * factor).where(started, 0),
            f"{prefix}_points": table["points"].where(started, 0.0),
        }))  # fmt: skip
    both = sides[0].merge(sides[1], on="estate", how="outer", suffixes=("_old", ""))
    for column in ("name", "county", "project", "households"):
        both[column] = both[column].where(both[column].notna(), both[f"{column}_old"])
    whole = ["households", "old_year", "new_year", "old_cost", "new_cost"]
    return both.fillna({"old_points": 0.0, "new_points": 0.0}).fillna(dict.fromkeys(whole, 0)).astype(
        dict.fromkeys(whole, "int64")
    )  # fmt: skip


def _done(run: Run) -> dict[str, frozenset[str]]:
    """Works done by estate."""
    works = run.tables["works"].query("year > 0")
    return {str(estate): frozenset(group) for estate, group in works.groupby("estate")["work"]}


def _list(works: frozenset[str]) -> str:
    return ",".join(sorted(works))


def _kind(old_year: int, new_year: int, added: str, dropped: str) -> str:
    if not old_year and not new_year:
        return ""
    if not old_year or not new_year:
        return "added" if new_year else "dropped"
    if old_year != new_year:
        return "moved"
    return "reworked" if added or dropped else ""


@dataclass(frozen=True)
class _Why:
    """What inputs and plans show about a move; ``reason`` gives the first cause that applies."""

    base: Run
    new: Run
    inputs: pd.DataFrame
    factors: tuple[int, int]

    def reason(self, move: Mapping[str, Any]) -> tuple[str, str]:
        """Code and detail for one row of ``moves``."""
        estate = str(move["estate"])
        if estate not in self._estates[0].index:
            return "new_in_register", ""
        if estate not in self._estates[1].index:
            return "left_register", ""
        return (
            self._planned(move) or self._lock(move) or self._ready(estate) or self._own(estate) or self._county(move)
            or self._rules or ("reordered", "")
        )  # fmt: skip

    @cached_property
    def _estates(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        old, new = (run.tables["estates"].set_index("estate") for run in (self.base, self.new))
        return old, new

    def _planned(self, move: Mapping[str, Any]) -> tuple[str, str] | None:
        """What the new plan itself says: about a move from the same year, or why the estate is not in it."""
        table = self.new.tables.get("moves", pd.DataFrame(columns=["project"]))
        for row in table[table["project"] == move["project"]].to_dict("records"):
            if (row["adopted_year"], row["start_year"]) == (move["old_year"], move["new_year"]) and row[
                "reason"
            ] not in _WEAK:
                return str(row["reason"]), str(row["reason_detail"])
        now = self._estates[1].loc[move["estate"]]
        return (str(now["reason"]), str(now["reason_detail"])) if move["kind"] == "dropped" and now["reason"] else None

    def _lock(self, move: Mapping[str, Any]) -> tuple[str, str] | None:
        locks = [run.case.scenario.locks for run in (self.base, self.new)]
        old, new = (lock.get(str(move["project"]), lock.get(str(move["estate"]))) for lock in locks)
        return None if old == new else ("lock", f"{'-' if old is None else old} → {'-' if new is None else new}")

    def _ready(self, estate: str) -> tuple[str, str] | None:
        old, new = (table.loc[estate] for table in self._estates)
        if old["state"] == "not_eligible" and new["state"] != "not_eligible":
            return "eligible", ""
        if old["ready_year"] == new["ready_year"]:
            return None
        gates = self._changed[(self._changed["estate"] == estate) & (self._changed["sheet"] == "gates")]
        names = dict.fromkeys(dict(keys)["gate"] for keys in gates["keys"])
        years = " → ".join(str(row["ready_year"] or "-") for row in (old, new))
        return ("gates_changed", ",".join(names)) if names else ("ready_changed", years)

    def _own(self, estate: str) -> tuple[str, str] | None:
        rows = self._changed[(self._changed["estate"] == estate) & (self._changed["column"] != "note")]
        cells = [
            f"{sheet}.{column}" if column else sheet
            for sheet, column in zip(rows["sheet"], rows["column"], strict=True)
        ]
        return ("own_data", ",".join(dict.fromkeys(cells))) if cells else None

    @cached_property
    def _changed(self) -> pd.DataFrame:
        return self.inputs[self.inputs["part"] == "register"]

    def _county(self, move: Mapping[str, Any]) -> tuple[str, str] | None:
        """What changed for everybody in the county, or the city."""
        places = {str(move["county"]), ""}
        if self._has("tasks", places):
            return "task_changed", ""
        old, new = self._limits
        keys = [key for key in dict.fromkeys([*old, *new]) if key[1] in places and old.get(key, 0) != new.get(key, 0)]
        if move["kind"] == "added" and (up := [key[0] for key in keys if new.get(key, 0) > old.get(key, 0)]):
            return "limits_up", ",".join(dict.fromkeys(up))
        if keys:
            return "limits_changed", ",".join(dict.fromkeys(key[0] for key in keys))
        return ("capacity_changed", "") if self._has("capacity", places) else None

    @cached_property
    def _rules(self) -> tuple[str, str] | None:
        """Rules and options that differ, by the part of their path that people know them by."""
        rows = self.inputs[self.inputs["part"] != "register"]
        paths = [path.split(".") for path in rows["path"]]
        told = [
            path for path in paths if not _SAYS_NOTHING & {path[0], path[1] if path[0] == "policy" else "", path[-1]}
        ]
        names = dict.fromkeys(
            path[0] if path[0] in _BY_PROJECT else ".".join(path[1:3] if path[0] == "policy" else path[:2])
            for path in told
        )
        return ("rules_changed", ",".join(names)) if names else None

    def _has(self, sheet: str, places: set[str]) -> bool:
        keys = self._changed[self._changed["sheet"] == sheet]["keys"]
        return any(dict(pairs).get("county", "") in places for pairs in keys)

    @cached_property
    def _limits(self) -> tuple[dict[tuple[str, str, int], int], dict[tuple[str, str, int], int]]:
        """Limits in common steps by source, place and year, of both runs."""
        sums = []
        for run, factor in zip((self.base, self.new), self.factors, strict=True):
            keys = ["source", "place", "year"]
            rows = run.case.register.limits.groupby(keys, as_index=False)["amount"].sum()
            columns = (rows[key].tolist() for key in (*keys, "amount"))
            sums.append({(s, p, y): v * factor for s, p, y, v in zip(*columns, strict=True)})
        return sums[0], sums[1]
