"""Views and sentences for readers in a hurry: years, counties, debt headroom, risks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from allocator.inputs.case import from_steps
from allocator.inputs.schemas.base import in_force
from allocator.reporting.figures import Figures, percent, rank
from allocator.reporting.views.assumptions import assumptions
from allocator.reporting.views.money_views import PARTS
from allocator.reporting.views.plan_views import band

NEAR_CEILING = 0.8
"""Share of a debt ceiling from which the risks name it."""

NAMED = 3
"""How many counties a risk names; the tables have the others."""


@dataclass(frozen=True)
class KeyFigure:
    """A figure with its name and unit."""

    name: str
    value: str
    unit: str
    is_alarming: bool = False


def key_figures(f: Figures) -> list[KeyFigure]:
    """The handful of figures that head a report."""
    projects, started = f.table("projects"), f.started
    area = f.area(float(projects["floor_area"].sum()))
    figures = [
        ("started", f"{len(started):,}", f.say("one_page", "estates_unit"), False),
        ("households", f"{int(started['households'].sum()):,}", f.say("one_page", "households_unit"), False),
        ("floor_area", area, f.area_unit, False),
        ("investment", f.money(f.cost), f.unit, False),
        ("shortfall", f.money(f.shortfall), f.unit, f.shortfall > 0),
    ]
    named = [KeyFigure(f.say("one_page", key), value, unit, alarm) for key, value, unit, alarm in figures]
    gain = gain_over_baseline(f)
    return named if gain is None else [*named, KeyFigure(f.say("one_page", "versus_baseline"), gain, "")]


def gain_over_baseline(f: Figures) -> str | None:
    """Points that the plan has more than the baseline, in per cent of the baseline's; None without a baseline."""
    baseline = f.manifest.get("baseline") or {}
    points = float(baseline.get("points") or 0)
    if points <= 0:
        return None
    own = float(f.table("projects")["points"].sum()) + float(f.table("bundles")["points"].sum())
    return f"{(own - points) / points * 100:+.1f}%"


def task_years(f: Figures) -> pd.DataFrame:
    """One row per year with tasks: bounds and plan for estates and households, and the breaches.

    The city's own band counts where there is one, else the counties' bands added up.
    """
    table = f.table("tasks")
    rows = []
    for year in sorted(table["year"].unique().tolist(), key=lambda year: (year == 0, year)):
        here = table[table["year"] == year]
        row: dict[str, object] = {"year_text": f.year(year)}
        for measure in ("estates", "households"):
            row[f"{measure}_task"], row[f"{measure}_plan"] = _task(f, here[here["measure"] == measure], year, measure)
        missed = int((here["breach"] > 0).sum())
        row["result"] = f.say("one_page", "years_missed", count=missed) if missed else f.say("words", "met")
        rows.append(row)
    columns = ["year_text", "estates_task", "estates_plan", "households_task", "households_plan", "result"]
    return pd.DataFrame(rows, columns=columns)


def _task(f: Figures, bands: pd.DataFrame, year: int, measure: str) -> tuple[str, int]:
    """Bounds in words, and the plan: that of the places with bounds, or of the whole city when none has any."""
    city = bands[bands["county"] == ""]
    shown = city if len(city) else bands
    if shown.empty:
        started = f.started if year == 0 else f.started[f.started["start_year"] == year]
        return f.say("words", "no_task"), len(started) if measure == "estates" else int(started["households"].sum())
    low = int(shown["minimum"].clip(lower=0).sum())
    high = int(shown["maximum"].sum()) if (shown["maximum"] >= 0).all() else -1
    return band(f, low, high) or f.say("words", "no_task"), int(shown["planned"].sum())


def counties(f: Figures) -> pd.DataFrame:
    """One row per county: estates (in all and in the first year), households, floor area, and money by certainty.

    These are new starts; ``running`` are the bills of projects under way.
    """
    projects, paid = f.table("projects"), f.payments
    first = projects[projects["start_year"] == f.start_years[0]]
    rows = pd.DataFrame({"county": f.counties}).set_index("county")
    rows = rows.join(projects.groupby("county")[["estates", "households", "floor_area"]].sum())
    rows = rows.join(first.groupby("county")["estates"].sum().rename("first_year")).join(
        paid.groupby("county")[PARTS].sum()
    )
    rows = rows.join(f.table("running").groupby("county")["amount"].sum().rename("running"))
    whole = ["estates", "households", "first_year", "running", *PARTS]
    rows = rows.fillna(0).astype(dict.fromkeys(whole, "int64")).reset_index()
    return rows.assign(name=rows["county"].map(f.place))


def county_debt(f: Figures) -> pd.DataFrame:
    """One row per county with debt data: issues, highest stock and service with their ceilings, least headroom."""
    table = f.table("debt").copy()
    for ceiling in ("stock_ceiling", "service_ceiling"):
        table[ceiling] = table[ceiling].astype("Int64").mask(table[ceiling] < 0)
    table["service"] = table["principal"] + table["interest"] + table["existing_service"]
    table["headroom"] = table["stock_ceiling"] - table["stock"]
    table["service_room"] = table["service_ceiling"] - table["service"]
    rows = table.groupby("county", as_index=False).agg(
        issued=("issued", "sum"), stock=("stock", "max"), headroom=("headroom", "min"),
        service=("service", "max"), service_room=("service_room", "min"),
    )  # fmt: skip
    rows = rows.assign(name=rows["county"].map(f.place), order=rank(rows["county"], f.counties))
    return rows.sort_values("order")


def risks(f: Figures) -> list[str]:
    """Sentences a reader must have seen before signing, gravest first."""
    return list(_risks(f))


def _risks(f: Figures) -> Iterator[str]:
    failures = int((f.manifest.get("audit") or {}).get("failures", 0))
    if failures:
        yield f.say("risks", "audit", failures=failures)
    cost = f.cost or 1
    if f.shortfall:
        yield f.say("risks", "shortfall", amount=f.money(f.shortfall), unit=f.unit, share=percent(f.shortfall / cost))
    pending = int(f.payments["pending"].sum())
    if pending:
        yield f.say("risks", "pending", amount=f.money(pending), unit=f.unit, share=percent(pending / cost))
    missed = int((f.table("tasks")["breach"] > 0).sum())
    if missed:
        yield f.say("risks", "tasks", count=missed)
    yield from _residents(f)
    yield from _debt(f)
    beyond = int(f.table("accounts")["excess"].sum())
    if beyond:
        yield f.say("risks", "excess", amount=f.money(beyond), unit=f.unit)
    later = int(f.table("later_years")["amount"].sum())
    if later:
        yield f.say("risks", "later", amount=f.money(later), unit=f.unit)
    if len(f.table("passed_over")):
        yield f.say("risks", "passed_over", count=f.table("passed_over")["estate"].nunique())
    count = len(assumptions(f))
    if count:
        yield f.say("risks", "assumptions", count=count)
    if not f.manifest.get("reproducible", True):
        yield f.say("risks", "clock")


def _residents(f: Figures) -> Iterator[str]:
    stands_in = int(f.payments.loc[f.payments["stands_in"].astype(bool), "amount"].sum())
    if stands_in:
        yield f.say("risks", "stands_in", amount=f.money(stands_in), unit=f.unit)
    per_household = residents_per_household(f)
    if per_household.empty or not per_household.max():
        return
    most = f"{per_household.max():,.0f}"
    line = residents_line(f)
    above = int((per_household > line).sum()) if line is not None else 0
    key = "residents" if above else "residents_most"
    yield f.say("risks", key, amount=most, count=above, currency=f.currency)
    blocked = f.table("blocked_pledges")
    blocked = blocked[(blocked["item"] == "") & (blocked["short"] > 0)]
    if len(blocked):
        short = f.money(int(blocked["short"].sum()))
        yield f.say("risks", "blocked_pledges", count=len(blocked), amount=short, unit=f.unit)


def residents_line(f: Figures) -> float | None:
    """Payment per household above which reports warn, in units of the currency; None without such a line."""
    rules = f.run.case.policy.residents
    warning = in_force(rules.warn_above, f.run.case.scenario.as_of) if rules and rules.warn_above else None
    return float(f.currency_amount(warning.value, warning.unit)) if warning else None


def residents_per_household(f: Figures) -> pd.Series[float]:
    """What residents pay per household, in units of the currency, by estate; empty when no payer is the residents."""
    rules = f.run.case.policy.residents
    paid = f.payments
    paid = paid[(paid["payer"] == (rules.payer if rules else None)) & (paid["gap"] == 0)]
    sums = paid.groupby("estate")["amount"].sum()
    households = f.table("estates").set_index("estate")["households"].reindex(sums.index)
    one_step = float(from_steps(1, f.run.case.scenario.money) * f.run.case.scenario.money.unit_value)
    return (sums * one_step / households.where(households > 0)).dropna()


def _debt(f: Figures) -> Iterator[str]:
    table = f.table("debt")
    table = table[table["stock_ceiling"] > 0]
    shares = table["stock"] / table["stock_ceiling"]
    near = table.assign(share=shares)[shares >= NEAR_CEILING].sort_values(["share", "year"], ascending=[False, True])
    worst = near.drop_duplicates("county")
    top = worst.head(NAMED)
    named = [
        f"{f.place(county)} {percent(share)} ({f.year(year)})"
        for county, share, year in zip(top["county"], top["share"].tolist(), top["year"].tolist(), strict=True)
    ]
    if named:
        names = f.say("words", "list_sep").join(named)
        yield f.say("risks", "debt", count=len(worst), share=f"{NEAR_CEILING:.0%}", names=names)
