"""Views of projects under way (续建), apart from new starts (新开工), and of both together."""

from __future__ import annotations

import pandas as pd

from allocator.inputs.register_sheets import DEBT_SERVICE
from allocator.reporting.figures import Figures, rank
from allocator.reporting.views.money_views import PARTS, with_years

FACTS = ("estimate", "contract", "done", "expected_end")
"""Facts of a project that the register alone has."""


def running_projects(f: Figures) -> pd.DataFrame:
    """One row per project under way, then per issue of bonds still served, in a section of their own.

    Columns: facts, arrivals and payments so far, bills by year and level.

    Facts the register does not tell are blank; ``paid_before`` and ``arrived`` are blank where no source tells them.
    """
    bills, facts = _bills(f), _facts(f)
    keys = ["project", "name", "kind", "county", "start_year", "estates", "households"]
    rows = bills.groupby(keys, as_index=False)[PARTS].sum().merge(facts, on="project", how="left")
    rows = with_years(rows, bills, ["project"], f.payment_years)
    by_level = bills.pivot_table(index="project", columns="level", values="amount", aggfunc="sum", fill_value=0)
    for level in f.levels:
        own = by_level[level] if level in by_level else pd.Series(0, index=by_level.index)
        rows[f"level_{level}"] = rows["project"].map(own).astype("int64")
    is_debt = rows["kind"] == DEBT_SERVICE
    rows = rows.assign(
        kind_order=is_debt.astype("int64"),
        order=rank(rows["county"], f.counties),
        start_text=rows["start_year"].map(lambda year: str(year) if year else ""),
        section=rows["county"].map(f.place).mask(is_debt, f.say("words", "earlier_bonds")),
    )
    return rows.sort_values(["kind_order", "order", "start_year", "project"])


def running_counties(f: Figures) -> pd.DataFrame:
    """One row per county with projects under way: projects, estates, households, their money, and bills by year."""
    projects = running_projects(f)
    whole = ["estates", "households", "estimate", "contract", "done", "arrived", "paid_before", *PARTS]
    whole += [f"paid_{year}" for year in f.payment_years]
    rows = projects.groupby("county", as_index=False)[whole].sum()
    rows = rows.assign(
        projects=rows["county"].map((projects["kind"] != DEBT_SERVICE).groupby(projects["county"]).sum()),
        order=rank(rows["county"], f.counties),
    )
    return rows.sort_values("order")


def running_funding(f: Figures) -> pd.DataFrame:
    """One row per source that pays projects under way, with a column ``paid_<year>`` per payment year."""
    return _by_source(f, _bills(f))


def whole_funding(f: Figures) -> pd.DataFrame:
    """One row for projects under way and one for new starts, with a column ``paid_<year>`` per payment year."""
    both = pd.concat(
        [_bills(f).assign(group="running", order=0), f.payments.assign(group="starts", order=1)], ignore_index=True
    )
    rows = both.groupby(["group", "order"], as_index=False)[PARTS].sum()
    rows = with_years(rows, both, ["group"], f.payment_years)
    return rows.assign(name=[f.say("words", group) for group in rows["group"]]).sort_values("order")


def running_later(f: Figures) -> pd.DataFrame:
    """One row per county and source with bills after the plan year, a column per year."""
    bills = _bills(f)
    bills = bills[bills["year"] > f.start_years[0]]
    rows = bills.groupby(["county", "source"], as_index=False)[PARTS].sum()
    rows = with_years(rows, bills, ["county", "source"], f.later_years)
    rows = rows.assign(
        name=[f.source(source) for source in rows["source"]],
        section=rows["county"].map(f.place),
        order=rank(rows["county"], f.counties),
        source_order=rank(rows["source"], list(f.run.case.policy.sources)),
    )
    return rows.sort_values(["order", "source_order"])


def _bills(f: Figures) -> pd.DataFrame:
    """Bills with ``pending`` and ``gap``: amount = firm + pending, a bill always has its source."""
    table = f.table("running")
    return table.assign(pending=table["amount"] - table["firm"], gap=0)


def _facts(f: Figures) -> pd.DataFrame:
    """Facts of projects under way as the register tells them, with ``arrived`` and ``paid_before`` over all sources."""
    running = f.run.case.register.running
    once = running.drop_duplicates(["project", "source"])
    sums = once.groupby("project")[["arrived", "paid"]].sum(min_count=1).rename(columns={"paid": "paid_before"})
    facts = running.drop_duplicates("project").set_index("project")[[*FACTS, "document"]]
    return facts.join(sums).reset_index()


def _by_source(f: Figures, lines: pd.DataFrame) -> pd.DataFrame:
    rows = lines.groupby(["level", "source"], as_index=False)[PARTS].sum()
    rows = with_years(rows, lines, ["level", "source"], f.payment_years)
    rows = rows.assign(
        level_order=rank(rows["level"], f.levels),
        source_order=rank(rows["source"], list(f.run.case.policy.sources)),
        name=[f.source(source) for source in rows["source"]],
        section=[f.label("levels", level) for level in rows["level"]],
    )
    return rows.sort_values(["level_order", "source_order"])
