"""Views of the plan: what starts, what does not, and why."""

from __future__ import annotations

import pandas as pd

from allocator.plan.reasons import REASONS, STATES, reason_words, split_reason
from allocator.reporting.figures import Figures, rank

MOVES = ("added", "dropped", "moved")
"""Kinds of ``moves.kind``, in the order of reports."""


def annual_plan(f: Figures) -> pd.DataFrame:
    """One row per start year and county with starts: extent, and cost as firm, pending and without a source."""
    parts = f.payments.groupby("project")[["firm", "pending", "gap"]].sum()
    table = f.table("projects").join(parts, on="project").fillna(dict.fromkeys(parts, 0))
    table = table.astype(dict.fromkeys(parts, "int64"))
    sums = {name: (name, "sum") for name in ("estates", "buildings", "households", "floor_area", "cost", *parts)}
    rows = table.groupby(["start_year", "county"], as_index=False).agg(projects=("project", "size"), **sums)
    rows = rows.assign(order=rank(rows["county"], f.counties)).sort_values(["start_year", "order"])
    rows["no"] = rows.groupby("start_year").cumcount() + 1
    return rows.assign(section=rows["start_year"].map(f.year))


def projects(f: Figures) -> pd.DataFrame:
    """One row per started project, with its estates, works, and money by level, firm, pending and gap."""
    table = f.table("projects").set_index("project")
    paid = f.payments
    by_level = paid.pivot_table(index="project", columns="level", values="amount", aggfunc="sum", fill_value=0)
    for level in f.levels:
        table[f"level_{level}"] = by_level.get(level, 0)
    table = table.join(paid.groupby("project")[["firm", "pending", "gap"]].sum())
    started = f.started
    separator = f.say("words", "list_sep")
    table["estate_names"] = (
        started.assign(shown=started["name"].where(started["name"] != "", started["estate"]))
        .groupby("project")["shown"]
        .agg(separator.join)
    )
    works = f.table("works")
    done = works[works["year"] > 0]
    names = done["work"].map({work: f.label("works", work) for work in done["work"].unique()})
    table["works"] = names.groupby(done["project"]).agg(lambda column: separator.join(dict.fromkeys(column)))
    table = table.join(_listing(f, started))
    table = table.reset_index().assign(order=lambda rows: rank(rows["county"], f.counties))
    table = table.sort_values(["start_year", "order", "project"])
    return table.assign(section=table["start_year"].map(f.year))


def _listing(f: Figures, estates: pd.DataFrame) -> pd.DataFrame:
    """Year in whose list each project stands ("" when it is not listed yet), batch and document."""
    first = estates.drop_duplicates("project").set_index("project")
    listing = first[["batch", "listing_document"]]
    return listing.assign(listed_text=[f.year(year) if year else "" for year in first["listed_year"]])


def moves(f: Figures) -> pd.DataFrame:
    """One row per project whose start differs from the adopted plan, with the reason."""
    table = f.table("moves")
    policy = f.run.case.policy
    rows = table.assign(
        order=rank(table["county"], f.counties),
        kind_order=rank(table["kind"], list(MOVES)),
        kind_text=[f.say("moves", kind) for kind in table["kind"]],
        adopted_text=[f.year(year) if year else "" for year in table["adopted_year"]],
        start_text=[f.year(year) if year else "" for year in table["start_year"]],
        reason_text=[
            reason_words(code, detail, policy, f.language)
            for code, detail in zip(table["reason"], table["reason_detail"], strict=True)
        ],
    )
    rows = rows.sort_values(["kind_order", "order", "project"])
    return rows.assign(section=rows["kind_text"])


def tasks(f: Figures) -> pd.DataFrame:
    """One row per task band: bounds, plan, and whether it is met."""
    table = f.table("tasks")
    rows = table.assign(
        order=rank(table["county"], ["", *f.counties]),
        place=table["county"].map(f.place),
        year_text=table["year"].map(f.year),
        measure_text=[f.say("measure", measure) for measure in table["measure"]],
        bounds=[band(f, low, high) for low, high in zip(table["minimum"], table["maximum"], strict=True)],
        result=[
            f.say("words", "missed", breach=f"{breach:,}") if breach else f.say("words", "met")
            for breach in table["breach"]
        ],
    )
    return rows.sort_values(["year", "order", "measure"])


def band(f: Figures, minimum: int, maximum: int) -> str:
    """A task's bounds in words; -1 is none, and a minimum of zero asks for nothing."""
    parts = [f.say("words", "more_than", minimum=f"{minimum:,}")] if minimum > 0 else []
    parts += [f.say("words", "at_most", maximum=f"{maximum:,}")] if maximum >= 0 else []
    return " ".join(parts)


def not_chosen(f: Figures) -> pd.DataFrame:
    """One row per estate that does not start, grouped by state, with its reason in words."""
    table = f.table("estates")
    table = table[table["state"] != "started"]
    pairs = [split_reason(code, detail) for code, detail in zip(table["reason"], table["reason_detail"], strict=True)]
    words = {
        (code, detail): reason_words(code, detail, f.run.case.policy, f.language)
        for code, detail in set(zip(table["reason"], table["reason_detail"], strict=True))
    }
    rows = table.assign(
        code=[base for base, _ in pairs],
        reason_text=[words[pair] for pair in zip(table["reason"], table["reason_detail"], strict=True)],
        state_text=[STATES[state].text(f.language) if state in STATES else state for state in table["state"]],
        ready_text=[str(year) if year else "" for year in table["ready_year"]],
    )
    rows = rows.assign(
        state_order=rank(rows["state"], list(STATES)),
        code_order=rank(rows["code"], list(REASONS)),
        county_order=rank(rows["county"], f.counties),
        section=rows["state_text"],
    )
    return rows.sort_values(
        ["state_order", "code_order", "county_order", "points", "estate"], ascending=[True, True, True, False, True]
    )


def not_chosen_summary(f: Figures) -> pd.DataFrame:
    """One row per state and reason: estates, households, cost."""
    rows = not_chosen(f)
    bare = {code: reason.bare.text(f.language) for code, reason in REASONS.items()}
    keys = ["state_order", "code_order", "code", "state_text"]
    summary = rows.groupby(keys, as_index=False).agg(
        estates=("estate", "size"), households=("households", "sum"), cost=("cost", "sum")
    )
    return summary.assign(reason_text=[bare.get(code, code) for code in summary["code"]])


def bundles(f: Figures) -> pd.DataFrame:
    """One row per bundle that earns its bonus."""
    table = f.table("bundles")
    table = table.assign(order=rank(table["county"], f.counties), year_text=table["year"].map(f.year))
    return table.assign(name=table["name"].where(table["name"] != "", table["area"])).sort_values(
        ["year", "order", "area"]
    )


def passed_over(f: Figures) -> pd.DataFrame:
    """One row per ready estate not started while a lower score in its county is."""
    table = f.table("passed_over")
    names = f.table("estates").set_index("estate")["name"]
    rows = table.assign(
        name=table["estate"].map(names),
        taken_name=table["taken_estate"].map(names),
        taken_year_text=table["taken_year"].map(f.year),
        reason_text=[reason_words(code, "", f.run.case.policy, f.language) for code in table["reason"]],
        order=rank(table["county"], f.counties),
    )
    return rows.sort_values(["order", "points", "estate"], ascending=[True, False, True])
