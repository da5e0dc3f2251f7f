"""Views of where money comes from and goes to: the tree of sources, pace of payment, cash, and whether it all ties."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from allocator.reporting.figures import SHORTFALL, Figures, rank
from allocator.reporting.views.money_views import accounts
from allocator.reporting.views.rollup_views import rollup_total

CAME = ["limit", "formula", "bonds", "excess", "as_needed", "carried_in", "shared"]
WENT = ["running", "service", "paid", "carried_out", "lapsed"]
SPENT = ["running", "service", "paid"]


def source_tree(f: Figures) -> pd.DataFrame:
    """One row per county ("" the city's own accounts), year and source: what comes, what goes, and their difference."""
    rows = _with_sums(f.table("source_tree"))
    rows = rows.assign(
        name=[f.source(source) for source in rows["source"]],
        section=rows["county"].map(lambda county: f.place(county) if county else f.say("words", "city_accounts")),
        level_name=[f.label("levels", level) for level in rows["level"]],
        order=rank(rows["county"], ["", *f.counties]),
        level_order=rank(rows["level"], f.levels),
        source_order=rank(rows["source"], list(f.run.case.policy.sources)),
    )
    return rows.sort_values(["order", "year", "level_order", "source_order"])


def source_levels(f: Figures) -> pd.DataFrame:
    """One row per year, level and ledger, all counties together; ``section`` is the year."""
    table = f.table("source_tree")
    money = [*CAME, *WENT, "firm_limit", "firm"]
    rows = _with_sums(table.groupby(["year", "level", "ledger"], as_index=False)[money].sum())
    rows = rows.assign(
        name=[f.label("levels", level) for level in rows["level"]],
        section=rows["year"].map(f.year),
        level_order=rank(rows["level"], f.levels),
        ledger_order=rank(rows["ledger"], list(f.run.case.policy.ledgers)),
    )
    return rows.sort_values(["year", "level_order", "ledger_order"])


def _with_sums(rows: pd.DataFrame) -> pd.DataFrame:
    spent = rows[SPENT].sum(axis=1)
    came, went = rows[CAME].sum(axis=1), rows[WENT].sum(axis=1)
    return rows.assign(available=came, spent=spent, difference=came - went)


def source_ties(f: Figures) -> pd.DataFrame:
    """One row per thing that the tree of sources must agree with: ``name``, ``own``, ``other`` and ``difference``."""
    rows = pd.DataFrame(list(_ties(f)), columns=["key", "own", "other"])
    return rows.assign(
        name=[f.say("ties", key) for key in rows["key"]],
        difference=rows["own"] - rows["other"],
        note=[f.say("rollup", "ties" if same else "off") for same in rows["own"] == rows["other"]],
    )


def _ties(f: Figures) -> Iterator[tuple[str, int, int]]:
    tree, books, cash_rows = f.table("source_tree"), f.table("accounts"), f.table("cash")
    payments, bills = f.table("payments"), f.table("running")

    def total(*columns: str) -> int:
        return int(tree[list(columns)].to_numpy().sum())

    yield "rows", total(*CAME), total(*WENT)
    yield "payments", total("paid"), int(payments.loc[payments["source"] != SHORTFALL, "amount"].sum())
    yield "running", total("running"), int(bills["amount"].sum())
    came = ["limit", "formula", "bonds", "excess"]
    yield "arrived", total(*came), int(books[came].to_numpy().sum())
    yield "lapsed", total("lapsed"), int(books["lapsed"].sum())
    if f.run.case.policy.rollup is not None:
        yield "rollup", total("paid", "running"), sum(rollup_total(f).values())
    uses = cash_rows[["running", "paid"]].to_numpy().sum() - cash_rows["shortfall"].sum()
    yield "cash", total("paid", "running"), int(uses)


def progress(f: Figures) -> pd.DataFrame:
    """Pace of payment (支付进度): one row per account with a limit and year, with what lapses on 31 December.

    ``available`` is what can be spent in the year and ``used`` what is. ``arrived_until`` is all that arrived by the
    end of it, opening money included, and ``used_until`` all that has been spent by then.
    """
    rows = accounts(f)
    rows = rows[~rows["unlimited"].astype(bool)].copy()
    rows["used"] = rows["running"] + rows["service"] + rows["paid"]
    keys = ["source", "place", "is_estate"]
    opening = rows["carried_in"].where(~rows.duplicated(keys), 0)
    rows["arrived_until"] = (opening + rows["limit"] + rows["formula"] + rows["bonds"] + rows["excess"]).astype("int64")
    cumulative = rows.groupby(keys)[["arrived_until", "used"]].cumsum()
    rows["arrived_until"], rows["used_until"] = cumulative["arrived_until"], cumulative["used"]
    rows["year_text"] = rows["year"].map(f.year)
    return rows


def reallocations(f: Figures) -> pd.DataFrame:
    """调剂: one row per sum of carried money that arrived for a project under way, and what moving it counts as."""
    rows = f.table("reallocations")
    names = f.run.case.register.running.drop_duplicates("project").set_index("project")["name"]
    known = rows["project"].map(names)
    rows = rows.assign(
        name=[f.source(source) for source in rows["source"]],
        place_name=rows["place"].map(f.place),
        project_name=known.where(known.notna() & (known != ""), rows["project"]),
        weighed=rows["amount"].astype(float) * rows["price"].astype(float) * float(f.run.case.scenario.money.step),
        order=rank(rows["place"], ["", *f.counties]),
    )
    return rows.sort_values(["order", "source", "arrival_year", "project"])


def cash_years(f: Figures) -> pd.DataFrame:
    """One row per year: the cash of all counties together, with the city's own accounts."""
    table = f.table("cash")
    money = [name for name in table.columns if name not in ("county", "year")]
    rows = table.groupby("year", as_index=False)[money].sum()
    for ceiling in ("stock_ceiling", "service_ceiling"):  # of all counties, or of none
        known = table.assign(known=table[ceiling] >= 0)
        whole = known[known["county"] != ""].groupby("year")["known"].all().reindex(rows["year"], fill_value=False)
        sums = known[known["known"]].groupby("year")[ceiling].sum().reindex(rows["year"]).astype("Int64")
        rows[ceiling] = sums.where(whole).to_numpy()
    return _with_room(rows, f)


def cash(f: Figures) -> pd.DataFrame:
    """One row per county and year to the last repayment; ``section`` is the county, or the city's own accounts."""
    rows = f.table("cash")
    for ceiling in ("stock_ceiling", "service_ceiling"):
        rows = rows.assign(**{ceiling: rows[ceiling].astype("Int64").mask(rows[ceiling] < 0)})
    rows = _with_room(rows, f)
    rows = rows.assign(
        section=rows["county"].map(lambda county: f.place(county) if county else f.say("words", "city_accounts")),
        order=rank(rows["county"], ["", *f.counties]),
    )
    return rows.sort_values(["order", "year"])


def _with_room(rows: pd.DataFrame, f: Figures) -> pd.DataFrame:
    came = rows[["opening", "arrived", "issued", "excess", "shared", "shortfall", "later_budgets"]].sum(axis=1)
    went = rows[["running", "paid", "interest", "repaid", "topup", "lapsed", "closing"]].sum(axis=1)
    service = rows["interest"] + rows["repaid"] + rows["existing_service"]
    return rows.assign(
        year_text=rows["year"].map(f.year),
        difference=came - went,
        headroom=rows["stock_ceiling"].astype("Int64") - rows["stock"],
        service_room=rows["service_ceiling"].astype("Int64") - service,
    )
