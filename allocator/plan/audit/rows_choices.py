"""Rows on choices, for the proof: once, gates, scope, community, routes, bundles, tasks, capacity, persistence."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from allocator.inputs.register_sheets import TOTAL
from allocator.plan.audit.exact import fraction, lookup
from allocator.plan.audit.facts import CITY
from allocator.plan.audit.program import Program, Rows, label, labels


def choice_rows(program: Program) -> Rows:
    """Rows of all families that bind choices only."""
    rows = Rows()
    for family in (
        _once,
        _gates,
        _scope,
        _groups,
        _prerequisites,
        _savings,
        _community,
        _routes,
        _listed,
        _bundles,
        _tasks,
    ):
        family(program, rows)
    _shares(program, rows)
    _capacity(program, rows)
    _persistence(program, rows)
    return rows


def _once(program: Program, rows: Rows) -> None:
    facts, starts = program.facts, program.starts
    scenario = facts.case.scenario
    rows.add(labels("once", starts, ["project"]), starts["column"])
    rows.put((label("once", project) for project in facts.projects.index), lower=0, upper=1)
    for key, lock in scenario.locks.items():
        project = key if key in facts.projects.index else facts.estates["project"].get(key, key)
        if isinstance(lock, int):
            name = label("once.lock", project, lock)
            rows.add(pd.Series([name]), pd.Series([label("start", project, lock)]))
            rows.put([name], lower=1, upper=1)
        else:
            fixed = 1 if lock == "must" else 0
            rows.put([label("once", project)], lower=fixed, upper=fixed)
    for number, exclusive in enumerate(scenario.exclusions):
        name = label("once.exclusion", number)
        members = starts[starts["project"].isin(exclusive)]
        rows.add(pd.Series(name, index=members.index), members["column"])
        rows.put([name], upper=1)


def _gates(program: Program, rows: Rows) -> None:
    starts = program.starts
    early = starts[starts["year"] < lookup(starts["project"], program.facts.projects["ready_year"], 0)]
    names = labels("gates", early, ["project", "year"])
    rows.add(names, early["column"])
    rows.put(names, upper=0)


def _scope(program: Program, rows: Rows) -> None:
    items, staging = program.items, program.facts.staging
    optional = items[~items["must"].astype(bool)]
    names = labels("scope", optional, ["item", "year"])
    rows.add(names, optional["do"])
    rows.put(names, upper=0)
    for later in range(staging + 1):
        earlier = optional.assign(year=optional["year"] - later)
        known = earlier["year"].between(program.facts.first, program.facts.last)
        rows.add(names[known], labels("start", earlier[known], ["project", "year"]), -1)
    if staging:
        names = labels("scope.once", optional, ["item"])
        rows.add(names, optional["do"])
        rows.put(names, upper=1)


def _groups(program: Program, rows: Rows) -> None:
    grouped = program.items[program.items["group"] != ""].copy()
    grouped["group"] = grouped["group"].str.split("/").str[-1]
    in_start = grouped[grouped["year"] <= program.facts.last]
    names = labels("scope.group", in_start, ["estate", "group", "year"])
    rows.add(names, in_start["do"])
    once = in_start.assign(name=names).drop_duplicates("name")
    rows.add(once["name"], once["start"], -1)
    rows.put(once["name"], upper=0)
    rows.put(once.loc[once["group_needed"], "name"], lower=0, upper=0)
    if program.facts.staging:
        names = labels("scope.group_once", grouped, ["estate", "group"])
        rows.add(names, grouped["do"])
        rows.put(names[~grouped["group_needed"]], upper=1)


def _prerequisites(program: Program, rows: Rows) -> None:
    facts = program.facts
    needs = facts.items[["item", "requires"]].explode("requires").dropna()
    needs = needs[needs["requires"] != ""].rename(columns={"requires": "needed"})
    items = program.items[["item", "year", "act"]]
    for side, sign in (("item", 1), ("needed", -1)):
        done = needs.merge(items.rename(columns={"item": side}), on=side)
        until = pd.DataFrame({"until": range(facts.first, facts.last + facts.staging + 1)})
        done = done.merge(until, how="cross")
        done = done[done["year"] <= done["until"]]
        names = labels("scope.prerequisite", done, ["item", "needed", "until"])
        rows.add(names, done["act"], sign)
        rows.put(names, upper=0)


def _savings(program: Program, rows: Rows) -> None:
    both = program.both
    keys = ["saving", "estate", "year", "route"]
    for kind, acts in (
        ("scope.saving_1", ["one"]),
        ("scope.saving_2", ["other"]),
        ("scope.saving_both", ["one", "other"]),
    ):
        names = labels(kind, both, keys)
        rows.add(names, both["column"])
        for act in acts:
            rows.add(names, both[act], -1)
        if len(acts) == 1:
            rows.put(names, upper=0)
        else:
            rows.put(names, lower=-1)


def _community(program: Program, rows: Rows) -> None:
    community, facts = program.facts.case.policy.community, program.facts
    if community is None:
        return
    items = program.items[program.items["community"]]
    existing = facts.estates["community_facilities"].astype("int64")
    concerned = existing.index[existing.index.isin(items["estate"]) | (existing < community.minimum)]
    rows.add(labels("complete_community", items, ["estate"]), items["act"])
    starts = facts.estates.loc[concerned, ["estate", "project"]].merge(program.starts, on="project")
    owed = (community.minimum - lookup(starts["estate"], existing, 0)).astype(object)
    rows.add(labels("complete_community", starts, ["estate"]), starts["column"], -owed)
    rows.put((label("complete_community", estate) for estate in concerned), lower=0)


def _routes(program: Program, rows: Rows) -> None:
    staging = program.facts.staging
    starts = program.starts[program.starts["many"]]
    names = labels("routes", starts, ["project", "year"])
    rows.add(names, starts["column"], -1)
    rows.put(names, lower=0, upper=0)
    taken = starts.merge(program.routes[["project", "route"]], on="project")
    rows.add(labels("routes", taken, ["project", "year"]), labels("route", taken, ["project", "year", "route"]))
    acts = program.acts[program.acts["many"] & ~program.acts["must"].astype(bool)]
    names = labels("routes.item", acts, ["item", "year"])
    rows.add(names, acts["column"])
    once = acts.drop_duplicates(["item", "year"])
    rows.add(labels("routes.item", once, ["item", "year"]), once["do"], -1)
    rows.put(names, lower=0, upper=0)
    names = labels("routes.follow", acts, ["item", "year", "route"])
    rows.add(names, acts["column"])
    for later in range(staging + 1):
        earlier = acts.assign(year=acts["year"] - later)
        known = earlier["year"].between(program.facts.first, program.facts.last)
        rows.add(names[known], labels("route", earlier[known], ["project", "year", "route"]), -1)
    rows.put(names, upper=0)


def _listed(program: Program, rows: Rows) -> None:
    facts = program.facts
    taken = program.starts.merge(program.routes[["project", "route"]], on="project")
    year = lookup(taken["project"], facts.listed, 0)
    asks = {route: facts.asks_for_list(str(route)) for route in taken["route"].unique()}
    other = taken[(year > 0) & (year != taken["year"]) & taken["route"].map(asks).astype(bool)]
    names = labels("routes.listed", other, ["project", "year", "route"])
    several = labels("route", other, ["project", "year", "route"])
    rows.add(names, several.where(other["many"].astype(bool), other["column"]))
    rows.put(names, upper=0)


def least_members(program: Program) -> pd.Series:
    """How many estates of each area must start together; 0 when all must."""
    register, bundle = program.facts.case.register, program.facts.case.policy.bundle
    default = 0 if bundle is None or bundle.at_least == "all" else int(bundle.at_least)
    stated = register.areas.set_index("area")["at_least"].astype("Int64")
    return stated.fillna(default).astype("int64")


def _bundles(program: Program, rows: Rows) -> None:
    bonuses, estates = program.bonuses, program.facts.estates
    least = lookup(bonuses["area"], least_members(program), 0)
    members = estates.loc[estates["area"] != "", ["estate", "area", "project"]]
    every = bonuses[least == 0].merge(members, on="area")
    names = labels("bundles", every, ["area", "estate", "year"])
    rows.add(names, every["column"])
    rows.add(names, labels("start", every, ["project", "year"]), -1)
    rows.put(names, upper=0)
    some = bonuses[least > 0]
    names = labels("bundles.at_least", some, ["area", "year"])
    rows.add(names, some["column"], least[least > 0].astype(object))
    rows.put(names, upper=0)
    some = some.merge(members, on="area")
    rows.add(labels("bundles.at_least", some, ["area", "year"]), labels("start", some, ["project", "year"]), -1)
    names = labels("bundles.once", bonuses, ["area"])
    rows.add(names, bonuses["column"])
    rows.put(names, upper=1)


def _tasks(program: Program, rows: Rows) -> None:
    starts, elastic = program.with_county(), program.facts.case.scenario.options.elastic_tasks
    tasks = program.facts.case.register.tasks
    for measure in ("estates", "households"):
        for side, slack, sign in (("minimum", "under", 1), ("maximum", "over", -1)):
            bounds = tasks[f"{side[:3]}_{measure}"]
            for county, year, bound in (
                tasks.assign(bound=bounds).dropna(subset="bound")[["county", "year", "bound"]].itertuples(index=False)
            ):
                name = label(f"tasks.{side}", county, year, measure)
                here = (starts["county"] == county) | (county == CITY)
                chosen = starts[here & ((starts["year"] == year) | (year == TOTAL))]
                rows.add(pd.Series(name, index=chosen.index), chosen["column"], chosen[measure].astype(object))
                if elastic:
                    rows.add(pd.Series([name]), pd.Series([label(slack, county, year, measure)]), sign)
                left = int(bound) - program.facts.counted(county, int(year), measure)
                if side == "minimum":
                    rows.put([name], lower=left)
                else:
                    rows.put([name], upper=left)


def _shares(program: Program, rows: Rows) -> None:
    """Shares of newer estates, and fairness between counties."""
    facts, starts = program.facts, program.with_county()
    scope = facts.case.policy.scope
    share = facts.now(scope.newer_share) if scope else None
    if share is not None and starts["newer"].any():
        names = labels("tasks.newer", starts, ["county", "year"])
        values = [int(n) - share * int(h) for n, h in zip(starts["newer"], starts["households"], strict=True)]
        rows.add(names, starts["column"], values)
        rows.put(names, upper=0)
    least = fraction(facts.case.scenario.options.fairness)
    if not least:
        return
    ready = facts.estates[facts.estates["project_ready"] <= facts.last]
    could = ready.groupby("county")["households"].sum()
    total = int(could.sum())
    for county, own in could[could > 0].items():
        name = label("tasks.fairness", county)
        values = [
            Fraction(int(households), int(own)) * (where == county) - least * Fraction(int(households), total)
            for households, where in zip(starts["households"], starts["county"], strict=True)
        ]
        rows.add(pd.Series(name, index=starts.index), starts["column"], values)
        rows.put([name], lower=0)


def _capacity(program: Program, rows: Rows) -> None:
    starts, capacity = program.with_county(), program.facts.case.register.capacity
    most = capacity.dropna(subset="max_estates")
    names = labels("capacity", starts, ["county", "year"])
    rows.add(names, starts["column"], starts["estates"].astype(object))
    left = [
        max(int(limit) - program.facts.counted(county, int(year), "estates"), 0)
        for county, year, limit in most[["county", "year", "max_estates"]].itertuples(index=False, name=None)
    ]
    rows.put_each(labels("capacity", most, ["county", "year"]), upper=left)


def _persistence(program: Program, rows: Rows) -> None:
    facts, adopted = program.facts, program.facts.adopted
    if adopted.empty:
        return
    starts = program.starts.assign(adopted=lookup(program.starts["project"], adopted, 0))
    moved = program.moves
    rows.add(labels("persistence.move", moved, ["project"]), moved["column"])
    kept, new = starts[starts["adopted"] == starts["year"]], starts[starts["adopted"] == 0]
    rows.add(labels("persistence.move", kept, ["project"]), kept["column"])
    rows.add(labels("persistence.move", new, ["project"]), new["column"], -1)
    for project, year in adopted.items():
        rows.put([label("persistence.move", project)], lower=int(year > 0), upper=int(year > 0))
    terms = facts.case.scenario.persistence
    if terms.most_moves is not None:
        name = label("persistence.limit", "adopted")
        rows.add(pd.Series(name, index=moved.index), moved["column"])
        rows.put([name], upper=terms.most_moves)
    added = starts[(starts["year"] <= (terms.frozen_until or 0)) & (starts["year"] != starts["adopted"])]
    names = labels("persistence.frozen", added, ["project", "year"])
    rows.add(names, added["column"])
    rows.put(names, upper=0)
