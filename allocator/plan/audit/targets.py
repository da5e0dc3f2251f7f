"""Rules on counts: tasks, newer estates, fairness, capacity, bundles."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from allocator.i18n import _
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.audit.exact import fraction, half_up
from allocator.plan.audit.facts import CITY, Facts
from allocator.plan.audit.points import required_points
from allocator.plan.audit.report import Book, Finding
from allocator.plan.audit.view import View

NO_BOUND = -1
MEASURES = ("estates", "households")


def check_targets(view: View, book: Book) -> None:
    """Re-check tasks, shares of newer estates, fairness, capacity and bundles."""
    _tasks(view, book)
    check_newer(view, book)
    check_fairness(view, book)
    check_start_capacity(view, book)
    check_spend_capacity(view, book)
    _bundles(view, book)


def task_rows(view: View) -> pd.DataFrame:
    """Every task by county, year and measure: minimum, maximum (-1: none), planned, breach."""
    tasks, planned, frames = view.facts.case.register.tasks, _planned(view), []
    for measure in MEASURES:
        frame = tasks[["county", "year"]].assign(measure=measure)
        for name, column in (("minimum", f"min_{measure}"), ("maximum", f"max_{measure}")):
            frame[name] = tasks[column].fillna(NO_BOUND).astype("int64")
        keys = pd.MultiIndex.from_frame(frame[["county", "year"]])
        frame["planned"] = planned[measure].reindex(keys, fill_value=0).to_numpy("int64")
        frames.append(frame)
    rows = pd.concat(frames, ignore_index=True)
    under = (rows["minimum"] - rows["planned"]).where(rows["minimum"] != NO_BOUND, 0).clip(lower=0)
    over = (rows["planned"] - rows["maximum"]).where(rows["maximum"] != NO_BOUND, 0).clip(lower=0)
    rows = rows.assign(under=under, over=over, breach=under + over)
    return rows.set_index(["county", "year", "measure"])


def _planned(view: View) -> pd.DataFrame:
    """Estates and households started by (county, year), also for the whole city and for all years together.

    Running projects that started in a start year count.
    """
    own = view.started[["county", "start_year", "households"]].rename(columns={"start_year": "year"})
    running = view.facts.under_way.rename_axis(["county", "year"]).reset_index()
    own = pd.concat([own.assign(estates=1), running], ignore_index=True)
    both = pd.concat([own, own.assign(county=CITY)], ignore_index=True)
    every = pd.concat([both, both.assign(year=TOTAL)], ignore_index=True)
    return every.groupby(["county", "year"])[list(MEASURES)].sum()


def _tasks(view: View, book: Book) -> None:
    rows, keys = task_rows(view), ["county", "year", "measure"]
    bound = (rows["minimum"] != NO_BOUND) | (rows["maximum"] != NO_BOUND)
    told = view.tables["tasks"].drop_duplicates(keys).set_index(keys)
    book.none(
        "tasks", _("tasks are those of the register"), told.reset_index(), ~told.index.isin(rows.index), (keys,
        _("no such task"), _("a task")),
    )  # fmt: skip
    missing = rows[bound].reset_index()
    book.none(
        "tasks", _("every task is shown"), missing, ~rows[bound].index.isin(told.index), (keys, _("no row"), _("a row"))
    )
    shared = told.index[told.index.isin(rows.index)]
    for name in ("minimum", "maximum", "planned", "breach"):
        book.equal("tasks", _("tasks: {column}").format(column=name), told.loc[shared, name], rows.loc[shared, name])
    if not view.facts.case.scenario.options.elastic_tasks:
        book.none(
            "tasks", _("tasks that may not be broken"), rows.reset_index(), rows["breach"] > 0, (keys, "planned",
            _("within the band")),
        )  # fmt: skip


def check_newer(view: View, book: Book) -> None:
    """Newer estates keep their share of a county's households of a year."""
    scope = view.facts.case.policy.scope
    share = view.facts.now(scope.newer_share) if scope else None
    if share is None:
        return
    started = view.started
    keys = [started["county"], started["start_year"]]
    every = started["households"].groupby(keys).sum()
    newer = started["households"].where(started["newer"], 0).groupby(keys).sum()
    book.at_most(
        "tasks", _("households in newer estates, times {n}").format(n=share.denominator),
        newer * share.denominator, every * share.numerator,
    )  # fmt: skip


def check_fairness(view: View, book: Book) -> None:
    """No county is left too far behind the city."""
    least = fraction(view.facts.case.scenario.options.fairness)
    if not least:
        return
    ready = view.estates[view.estates["project_ready"] <= view.facts.last]
    could = ready.groupby("county")["households"].sum()
    did = view.started.groupby("county")["households"].sum().reindex(could.index, fill_value=0)
    all_could, all_did = int(could.sum()), int(did.sum())
    failures = [
        Finding(
            f"county {county}",
            str(Fraction(int(d), int(c))),
            f">= {least} x {Fraction(all_did, all_could)}",
            (("county", str(county)),),
        )
        for county, d, c in zip(could.index, did, could, strict=True)
        if c > 0 and int(d) * all_could * least.denominator < least.numerator * all_did * int(c)
    ]
    book.add("tasks", _("fairness between counties"), len(could), failures)


def check_start_capacity(view: View, book: Book) -> None:
    """No county starts more estates in a year than it can."""
    capacity = view.facts.case.register.capacity.set_index(["county", "year"])
    started = view.started.rename(columns={"start_year": "year"})
    count = started.groupby(["county", "year"]).size()
    most = capacity["max_estates"].dropna().astype("int64")
    running = pd.Series([view.facts.counted(c, int(y), "estates") for c, y in most.index], index=most.index)
    book.at_most("capacity", _("estates a county can start"), count, (most - running).clip(lower=0).astype("int64"))


def check_spend_capacity(view: View, book: Book) -> None:
    """No county has more works fall due in a year than it can carry out."""
    capacity = view.facts.case.register.capacity.set_index(["county", "year"])
    due = view.dues.reset_index()
    due["county"] = due["part"].map(view.facts.parts["county"])
    spend = due.groupby(["county", "year"])["due"].sum()
    book.at_most(
        "capacity", _("cost a county can carry out"), spend, capacity["max_spend"].dropna().astype("int64"), money=True
    )


def _bundles(view: View, book: Book) -> None:
    facts = view.facts
    table, bundle = view.tables["bundles"], facts.case.policy.bundle
    areas = facts.case.register.areas.set_index("area")
    book.none(
        "bundles",
        _("an area earns its bonus once"),
        table,
        table["area"].duplicated(),
        (["area"], _("two rows"), _("one row")),
    )
    known = table[table["area"].isin(areas.index)].drop_duplicates("area").set_index("area")
    book.none(
        "bundles",
        _("areas are in the register"),
        table,
        ~table["area"].isin(areas.index),
        (["area"], "area", _("an area")),
    )
    members = view.estates[view.estates["area"] != ""]
    size = members.groupby("area").size()
    together = members[members["start_year"] == members["area"].map(known["year"])].groupby("area").size()
    together = together.reindex(known.index, fill_value=0)
    book.equal("bundles", _("estates of an area started together"), known["estates"], together)
    least = areas["at_least"].reindex(known.index).astype("Int64")
    default = size.reindex(known.index, fill_value=0)
    if bundle is not None and bundle.at_least != "all":
        default = pd.Series(int(bundle.at_least), index=known.index)
    enough = least.fillna(default.astype("Int64")).astype("int64").clip(lower=1)
    book.at_least("bundles", _("enough estates of an area start together"), together, enough)
    book.close("bundles", _("points of bundles"), known["points"], area_bonus(facts).reindex(known.index))


def area_bonus(facts: Facts) -> pd.Series:
    """Bonus of each area: its own, else a share of the points of all its estates' required works in the first year."""
    areas = facts.case.register.areas.set_index("area")
    members = facts.estates[facts.estates["area"] != ""]
    worth = required_points(facts, pd.Series(facts.first, index=facts.estates.index))
    total = worth.reindex(members.index).groupby(members["area"]).sum().reindex(areas.index, fill_value=0.0)
    share = fraction(facts.case.policy.bundle.points_share) if facts.case.policy.bundle else Fraction(0)
    earned = pd.Series(
        [float(half_up(fraction(points) * share)) for points in total], index=areas.index, dtype="float64"
    )
    stated = areas["bonus_points"].map(lambda value: float(fraction(value)), na_action="ignore").astype("float64")
    return stated.fillna(earned)
