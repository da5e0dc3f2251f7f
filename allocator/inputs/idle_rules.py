"""Rules about what is started that can never bind or never be met."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import Notice
from allocator.inputs.idle_money import Money
from allocator.inputs.register_sheets import TOTAL

_EXAMPLES = 5


def rule_notices(money: Money) -> list[Notice]:
    """Task bands, capacity, bundles, savings, community and gates that have no effect, or that nothing can meet."""
    return [
        *_tasks(money), *_capacity(money), *_bundles(money), *_savings(money), *_community(money), *_gates(money),
        *_newer(money),
    ]  # fmt: skip


def check_tasks(money: Money) -> None:
    """Note lower bounds of hard tasks that even a start of everything would not reach."""
    if money.scenario.options.elastic_tasks or "tasks" in money.scenario.options.rules_off:
        return
    for measure, row, most in _beyond(money):
        text = _("even all estates together have {most} {what}: the task can never be met")
        finding = text.format(most=most, what=_words(measure))
        cure = _("lower the bound, or set elastic_tasks: true")
        money.sheets.add("tasks", f"min_{measure}", [row], finding, cure)


def _words(measure: str) -> str:
    return _("estates") if measure == "estates" else _("households")


def _most(money: Money, measure: str) -> dict[str, int]:
    """Estates, or households, of each county that could ever be started, those of running projects counted; "": all."""
    estates, running = money.sheets.frames["estates"], money.sheets.frames["running"]
    count = pd.Series(1, index=estates.index) if measure == "estates" else estates["households"]
    own = count.groupby(estates["county"]).sum()
    counted = running.drop_duplicates("project")
    counted = counted[
        counted["start_year"].between(money.scenario.horizon.first, money.scenario.horizon.last).fillna(False)
    ]
    known = own.add(counted.groupby("county")[measure].sum(), fill_value=0).astype(int)
    return {**{str(county): int(n) for county, n in known.items()}, "": int(known.sum())}


def _beyond(money: Money) -> Iterator[tuple[str, int, int]]:
    """Lower bounds that cannot be reached: measure, row, greatest count."""
    tasks = money.sheets.frames["tasks"]
    years = [TOTAL, *range(money.scenario.horizon.first, money.scenario.horizon.last + 1)]
    for measure in ("estates", "households"):
        most = _most(money, measure)
        for row, county, low in tasks[tasks["year"].isin(years)][["county", f"min_{measure}"]].itertuples(name=None):
            if not pd.isna(low) and int(low) > most.get(county, 0):
                yield measure, int(row), most.get(county, 0)


def _tasks(money: Money) -> Iterator[Notice]:
    tasks = money.sheets.frames["tasks"]
    if tasks.empty:
        return
    place = money.sheets.raw["tasks"].place
    for measure, row, most in _beyond(money) if money.scenario.options.elastic_tasks else ():
        text = _("row {row} asks for more {what} than there are ({most}): the task can never be met")
        finding = text.format(row=money.sheets.raw["tasks"].rows[row], what=_words(measure), most=most)
        yield Notice(place, finding, _("lower the bound"))
    idle = []
    for measure in ("estates", "households"):
        most_of = _most(money, measure)
        upper = tasks[["county", f"max_{measure}"]].dropna()
        idle += [int(row) for row, county, high in upper.itertuples(name=None) if int(high) >= most_of.get(county, 0)]
    if idle:
        rows = ", ".join(str(money.sheets.raw["tasks"].rows[row]) for row in idle[:_EXAMPLES])
        rows += " …" if len(idle) > _EXAMPLES else ""
        text = _("upper bounds that everything satisfies, in rows {rows}: they can never bind")
        yield Notice(place, text.format(rows=rows), _("remove them, or lower them"))


def _capacity(money: Money) -> Iterator[Notice]:
    capacity = money.sheets.frames["capacity"].dropna(subset=["max_estates"])
    most = _most(money, "estates")
    idle = capacity[capacity["max_estates"].astype(int) >= capacity["county"].map(most).fillna(0)]
    if len(idle):
        rows = ", ".join(str(money.sheets.raw["capacity"].rows[row]) for row in idle.index[:_EXAMPLES])
        rows += " …" if len(idle) > _EXAMPLES else ""
        text = _("upper bounds that everything satisfies, in rows {rows}: they can never bind")
        yield Notice(money.sheets.raw["capacity"].place, text.format(rows=rows), _("remove them, or lower them"))


def _bundles(money: Money) -> Iterator[Notice]:
    bundle, areas = money.policy.bundle, money.sheets.frames["areas"]
    if bundle is None:
        return
    sizes = money.sheets.frames["estates"]["area"].value_counts()
    size = areas["area"].map(sizes).fillna(0)
    least = areas["at_least"].astype("Float64").fillna(0 if bundle.at_least == "all" else bundle.at_least)
    never = areas[(least > size).astype(bool)]
    if len(never):
        shown = ", ".join(never["area"].head(_EXAMPLES)) + (" …" if len(never) > _EXAMPLES else "")
        text = _("{count} areas have fewer estates than their bonus asks for and can never earn it: {shown}")
        finding = text.format(count=len(never), shown=shown)
        yield money.notice(("bundle", "at_least"), finding, _("lower it, or add the estates of these areas"))


def _savings(money: Money) -> Iterator[Notice]:
    items = money.sheets.frames["items"]
    at = {work: set(rows["estate"]) for work, rows in items.groupby("work")}
    for name, saving in money.policy.savings.items():
        first, second = (at.get(work, set()) for work in saving.works)
        if not first & second:
            text = _("no estate needs both works, so nothing is ever saved")
            yield money.notice(("savings", name, "works"), text, _("correct the works, or remove the saving"))


def _community(money: Money) -> Iterator[Notice]:
    rule = money.policy.community
    if rule is None:
        return
    if rule.minimum == 0:
        text = _("a minimum of 0 asks for nothing")
        yield money.notice(("community", "minimum"), text, _("write 1 or more, or remove the rule"))
        return
    estates, items = money.sheets.frames["estates"].set_index("estate"), money.sheets.frames["items"]
    works = [name for name, work in money.policy.works.items() if work.community]
    own = items[items["work"].isin(works)].groupby("estate").size()
    excluded = money.policy.scope.excluded_status if money.policy.scope is not None else {}
    estates = estates[~estates["status"].isin(list(excluded))]
    never = estates.index[own.reindex(estates.index).fillna(0) + estates["community_facilities"] < rule.minimum]
    if len(never):
        shown = ", ".join(never[:_EXAMPLES]) + (" …" if len(never) > _EXAMPLES else "")
        text = _(
            "{count} estates can never have the {minimum} community facilities they need, and never start: {shown}"
        )
        finding = text.format(count=len(never), minimum=rule.minimum, shown=shown)
        yield money.notice(("community", "minimum"), finding, _("add works or facilities there, or lower the minimum"))


def _gates(money: Money) -> Iterator[Notice]:
    for name, gate in money.policy.gates.items():
        if gate.participation is not None and gate.participation.value == 0:
            text = _("a participation of 0 asks for nothing")
            yield money.notice(("gates", name, "participation"), text, _("write the share that is meant, or remove it"))


def _newer(money: Money) -> Iterator[Notice]:
    scope = money.policy.scope
    if scope is None:
        return
    built, newer = money.current(scope.built_until), money.current(scope.newer_until)
    if built is not None and newer is not None and newer.value <= built.value:
        text = _("newer estates begin after {built} already, so the later year {newer} adds none")
        finding = text.format(built=built.value, newer=newer.value)
        yield money.notice(("scope", "newer_until"), finding, _("write a later year, or remove it"))
