"""The scenario file of the next round: years moved, settled things taken out, the run named as parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from allocator.analysis.roll.happened import Happened, Year
from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.limit_checks import payment_years
from allocator.inputs.scenario_files import read_scenario
from allocator.plan.seal import parent_of

REGISTER = "register.xlsx"


@dataclass(frozen=True)
class NewScenario:
    """Content of the scenario file, and what was changed in it beyond years and names."""

    data: dict[str, Any]
    notes: tuple[str, ...]


def check_years(year: Year) -> None:
    """Refuse to plan a year that the run's horizon does not have.

    Raises
    ------
    ScenarioError
        When the run has no start year after the one that is over.
    """
    horizon = year.case.scenario.horizon
    if year.first > horizon.last:
        finding = _("the run starts nothing after {year}: there is no next year to plan").format(year=horizon.last)
        cure = _("give the scenario a later last year, with its limits and tasks, and run it again")
        raise ScenarioError([Problem(str(year.run.path), finding, cure)])


def last_payment(year: Year) -> int:
    """Last year the new scenario pays in: that of the old one."""
    case = year.case
    return payment_years(case.scenario, case.policy, set(case.register.items["work"]))[-1]


def new_scenario(happened: Happened, as_of: date | None) -> NewScenario:
    """What the new scenario file says; it extends nothing, and changes to the old register are not made again."""
    year = happened.year
    case = year.case
    data = dict(read_scenario(year.run.case.path).tree.data)
    notes: list[str] = []
    suffix = f"{year.past}-mid-year" if year.mid_year else str(year.first)
    data["id"] = f"{case.scenario.id}-{suffix}"
    data["label"] = _label(case.scenario.label.zh, case.scenario.label.en, year)
    data["register"] = REGISTER
    data["horizon"] = {
        "first": year.first, "last": case.scenario.horizon.last, "payments_until": last_payment(year),
    }  # fmt: skip
    data["as_of"] = (as_of or _next_date(year)).isoformat()
    data["stage"] = "中期调整" if year.mid_year else "申报"
    data["draft"] = _draft(year)
    data.pop("adopted", None)  # the register's sheet 既定方案 has it
    kept = [change for change in data.pop("changes", []) if not str(change.get("path", "")).startswith("register")]
    if kept:
        data["changes"] = kept
    data["locks"] = dict(_locks(happened, notes))
    data["exclusions"] = _exclusions(happened, data["locks"], notes)
    data["excused"] = [name for name in case.scenario.excused if name not in happened.started.index]
    for key in ("locks", "exclusions", "excused"):
        if not data[key]:
            del data[key]
    return NewScenario(data, tuple(notes))


def _label(zh: str, en: str, year: Year) -> dict[str, str]:
    return {
        "zh": f"{zh}({year.past}年中期调整)" if year.mid_year else f"{zh}(滚动至{year.first}年)",
        "en": f"{en} (adjusted in {year.past})" if year.mid_year else f"{en} (rolled over to {year.first})",
    }


def _next_date(year: Year) -> date:
    """The same day a year later; in the middle of a year, 1 July."""
    as_of = year.case.scenario.as_of
    if year.mid_year:
        return max(as_of, date(year.past, 7, 1))
    return date(as_of.year + 1, as_of.month, min(as_of.day, 28))


def _draft(year: Year) -> dict[str, Any]:
    old = year.case.scenario.draft
    kept = {"prepared_by": old.prepared_by, "reviewed_by": old.reviewed_by} if old else {}
    version = "中期调整" if year.mid_year else "一上"
    return {"version": version, "parent": parent_of(year.run.path), **{k: v for k, v in kept.items() if v}}


def _locks(happened: Happened, notes: list[str]) -> Mapping[str, str | int]:
    """Locks of what has not started; one to a year that is over is void."""
    year = happened.year
    estates = year.case.register.estates
    gone = set(happened.started.index) | set(estates.loc[estates["project"].isin(happened.started.index), "estate"])
    kept: dict[str, str | int] = {}
    for name, lock in year.case.scenario.locks.items():
        if name in gone:
            continue
        if isinstance(lock, int) and lock < year.first:
            notes.append(_("{name} was to start in {year} and did not; its lock is gone").format(name=name, year=lock))
            continue
        kept[name] = lock
    return kept


def _exclusions(happened: Happened, locks: dict[str, str | int], notes: list[str]) -> list[list[str]]:
    """Sets without the projects that started; where one has, the others never start."""
    kept = []
    for names in happened.year.case.scenario.exclusions:
        started = [name for name in names if name in happened.started.index]
        others = [name for name in names if name not in happened.started.index]
        if not started:
            kept.append(list(names))
            continue
        for name in others:
            locks[name] = "never"
            text = _("{name} never starts: {other} of the same exclusion has started")
            notes.append(text.format(name=name, other=started[0]))
    return kept
