"""Rules on what starts when and with which works: once, gates, scope, complete_community, routes."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.exact import lookup
from allocator.plan.audit.report import Book, Finding
from allocator.plan.audit.view import View


def check_choices(view: View, book: Book) -> None:
    """Re-check everything that is not money."""
    _once(view, book)
    check_locks(view, book)
    check_exclusions(view, book)
    check_eligible(view, book)
    check_gates(view, book)
    _works(view, book)
    _groups(view, book)
    _prerequisites(view, book)
    check_community(view, book)
    _routes(view, book)


def _once(view: View, book: Book) -> None:
    facts, table = view.facts, view.tables["projects"]
    book.none(
        "once", _("a project starts at most once"), table, table["project"].duplicated(), (["project"],
        _("two rows"), _("one row")),
    )  # fmt: skip
    outside = ~table["start_year"].between(facts.first, facts.last)
    book.none(
        "once", _("starts lie within the years of starts"), table, outside, (["project"],
        "start_year", f"{facts.first}..{facts.last}"),
    )  # fmt: skip
    unknown = ~table["project"].isin(facts.projects.index)
    book.none(
        "once", _("started projects are in the register"), table, unknown, (["project"], "project", _("a project")),
    )  # fmt: skip


def check_locks(view: View, book: Book) -> None:
    """Every lock of the scenario holds."""
    facts, failures = view.facts, []
    scenario = facts.case.scenario
    start = view.starts["start_year"]
    for key, lock in scenario.locks.items():
        project = key if key in facts.projects.index else str(facts.estates["project"].get(key, key))
        year = int(start.get(project, 0))
        held = year > 0 if lock == "must" else year == 0 if lock == "never" else year == lock
        if not held:
            at = (("project", project),)
            failures.append(Finding(f"project {project}", str(year or _("not started")), str(lock), at))
    book.add("once", _("locks"), len(scenario.locks), failures)


def check_exclusions(view: View, book: Book) -> None:
    """Of projects that exclude each other, at most one starts."""
    scenario, start = view.facts.case.scenario, view.starts
    failures = []
    for exclusive in scenario.exclusions:
        both = [project for project in exclusive if project in start.index]
        if len(both) > 1:
            at = tuple(("project", project) for project in both)
            failures.append(Finding(_("exclusive projects"), ", ".join(both), _("at most one"), at))
    book.add("once", _("exclusive projects"), len(scenario.exclusions), failures)


def check_eligible(view: View, book: Book) -> None:
    """No estate starts that is outside the policy's scope."""
    started = view.started
    book.none(
        "gates", _("started estates are eligible"), started, ~started["eligible"], (["estate"],
        "status", _("an estate within the policy's scope")),
    )  # fmt: skip


def check_gates(view: View, book: Book) -> None:
    """No estate starts before all its gates are met."""
    started = view.started
    late = started["eligible"] & (started["start_year"] < started["ready_year"])
    book.none(
        "gates", _("no start before all gates are met"), started, late, (["estate", "start_year"],
        "start_year", "ready_year"),
    )  # fmt: skip


def _works(view: View, book: Book) -> None:
    items, staging = view.items, view.facts.staging
    done, start = items["year"], items["start_year"]
    must = items[items["must"]]
    book.none(
        "scope", _("required works come with the start"), must, must["year"] != must["start_year"], (["item"],
        "year", "start_year"),
    )  # fmt: skip
    orphan = (done > 0) & ((start == 0) | (done < start) | (done > start + staging))
    orphan |= items["group_needed"] & (done > 0) & (done != start)
    book.none(
        "scope", _("optional works are done with the start, or within the staging years"), items, orphan, (["item"],
        "year", "start_year"),
    )  # fmt: skip
    works = view.tables["works"]
    book.none(
        "scope", _("a work is done at most once"), works, works["item"].duplicated(), (["item"], _("two rows"),
        _("one row")),
    )  # fmt: skip
    unknown = ~works["item"].isin(items.index)
    book.none("scope", _("works are in the register"), works, unknown, (["item"], "item", _("an item")))


def _groups(view: View, book: Book) -> None:
    grouped = view.items[view.items["group"] != ""]
    done = (grouped["year"] > 0).groupby(grouped["group"]).sum().astype("int64")
    book.at_most(
        "scope", _("at most one of the works that exclude each other"), done, pd.Series(1, index=done.index)
    )  # fmt: skip
    needed = grouped[grouped["group_needed"] & (grouped["start_year"] > 0)].drop_duplicates("group")
    least = pd.Series(1, index=pd.Index(needed["group"], name="group"))
    book.at_least("scope", _("one of a required choice of works"), done, least)


def _prerequisites(view: View, book: Book) -> None:
    rows = view.done[["item", "year", "requires"]].explode("requires")
    rows = rows[rows["requires"].notna() & (rows["requires"] != "")]
    rows["first_done"] = lookup(rows["requires"], view.items["year"], 0)
    missing = (rows["first_done"] == 0) | (rows["first_done"] > rows["year"])
    book.none(
        "scope", _("prerequisites are done before, or in the same year"), rows, missing, (["item", "requires"],
        "first_done", "year"),
    )  # fmt: skip


def check_community(view: View, book: Book) -> None:
    """Every started estate has the community minimum."""
    community = view.facts.case.policy.community
    started = view.started
    if community is None:
        return
    done = view.done[view.done["community"]].groupby("estate").size()
    have = started["community_facilities"].astype("int64") + done.reindex(started.index, fill_value=0)
    book.at_least(
        "complete_community", _("community minimum of started estates"), have.rename_axis("estate"),
        pd.Series(community.minimum, index=pd.Index(started.index, name="estate")),
    )  # fmt: skip


def _routes(view: View, book: Book) -> None:
    allowed = view.facts.projects["allowed_routes"]
    rows = view.starts.rename_axis("project").reset_index()
    options = [tuple(allowed.get(project, ())) or ("",) for project in rows["project"]]
    rows["allowed"] = ["|".join(names) for names in options]
    wrong = [route not in names for route, names in zip(rows["route"], options, strict=True)]
    book.none("routes", _("a project takes one of its routes"), rows, wrong, (["project"], "route", "allowed"))
    check_listed_years(view, book)
    works = view.tables["works"]
    works = works.assign(project_route=lookup(works["project"], view.starts["route"], ""))
    other = (works["year"] > 0) & (works["route"] != works["project_route"])
    book.none(
        "routes", _("works take the route of their project"), works, other, (["item"], "route", "project_route"),
    )  # fmt: skip


def check_listed_years(view: View, book: Book) -> None:
    """Projects of an official list start in its year, on routes with a source that asks for it."""
    rows = view.starts.rename_axis("project").reset_index()
    rows["listed"] = lookup(rows["project"], view.facts.listed, 0)
    asks = {
        route: view.facts.asks_for_list(route)
        for route in rows["route"].unique()
        if not route or route in view.facts.case.policy.routes
    }
    late = (
        (rows["listed"] > 0)
        & (rows["listed"] != rows["start_year"])
        & rows["route"].map(asks).fillna(True).astype(bool)
    )
    book.none(
        "routes", _("listed projects start in the year they are listed in, where a source asks for it"), rows, late,
        (["project", "route"], "start_year", "listed"),
    )  # fmt: skip
