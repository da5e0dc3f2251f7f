"""Views of the money: who pays, from which accounts, with what debt."""

from __future__ import annotations

from typing import Any

import pandas as pd

from allocator.reporting.figures import SHORTFALL, Figures, rank

PARTS = ["amount", "firm", "pending", "gap"]
"""Money columns of payments: amount = firm + pending + gap."""


def levels(f: Figures) -> pd.DataFrame:
    """One row per level with money in the plan, and one for money without a source: amount, firm, pending, gap.

    These are new starts; ``running`` are the bills of projects under way, ``together`` is both.
    """
    sums = f.payments.groupby("level")[PARTS].sum()
    bills = f.table("running").groupby("level")["amount"].sum().rename("running")
    sums = sums.join(bills, how="outer").fillna(0).astype("int64").rename_axis("level").reset_index()
    sums["together"] = sums["amount"] + sums["running"]
    sums = sums.assign(order=rank(sums["level"], f.levels)).sort_values("order")
    return sums.assign(name=[f.label("levels", lv) if lv else f.say("words", "no_source") for lv in sums["level"]])


def funding(f: Figures) -> pd.DataFrame:
    """One row per source, sorted by level, with a column ``paid_<year>`` per payment year."""
    paid = f.payments
    rows = paid.groupby(["level", "source"], as_index=False)[PARTS].sum()
    rows = with_years(rows, paid, ["level", "source"], f.payment_years)
    rows = rows.assign(
        level_order=rank(rows["level"], f.levels),
        source_order=rank(rows["source"], list(f.run.case.policy.sources)),
        name=[f.source(source) for source in rows["source"]],
        section=[f.label("levels", lv) if lv else f.say("words", "no_source") for lv in rows["level"]],
    )
    return rows.sort_values(["level_order", "source_order"])


def later_years(f: Figures) -> pd.DataFrame:
    """One row per county and source with money that falls due after the plan year, a column per year."""
    table = f.table("later_years")
    keys = ["county", "source"]
    rows = table.groupby(keys, as_index=False)[["amount", "firm"]].sum()
    rows = with_years(rows, table, keys, f.later_years)
    is_gap = rows["source"] == SHORTFALL
    rows = rows.assign(
        firm=rows["firm"].where(~is_gap, 0),
        gap=rows["amount"].where(is_gap, 0),
        name=[f.source(source) for source in rows["source"]],
        section=rows["county"].map(f.place),
        order=rank(rows["county"], f.counties),
        source_order=rank(rows["source"], list(f.run.case.policy.sources)),
    )
    rows["pending"] = rows["amount"] - rows["firm"] - rows["gap"]
    return rows.sort_values(["order", "source_order"])


def with_years(rows: pd.DataFrame, table: pd.DataFrame, keys: list[str], years: list[int]) -> pd.DataFrame:
    """``rows`` with the amounts of ``table`` by year beside them, as ``paid_<year>``."""
    wide = table.pivot_table(index=keys, columns="year", values="amount", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=years, fill_value=0).astype("int64")
    wide.columns = pd.Index([f"paid_{year}" for year in years])
    return rows.merge(wide.reset_index(), on=keys, how="left")


def accounts(f: Figures) -> pd.DataFrame:
    """One row per account and year; the accounts of single estates are added up by county.

    ``available = carried_in + limit + formula + bonds + excess``, ``balance = available - running - service - paid``,
    of which ``carried_out`` may be used later and ``lapsed`` may not. Accounts without a limit show none. A county's
    own report shows of an account that the whole city shares only what the county pays from it. What is spent,
    ``running + service + paid``, is ``spent_firm`` and ``spent_pending``; the shares of one county in the city's are
    not known.
    """
    table = _by_county(f, f.table("accounts"))
    sums = [
        "limit",
        "firm_limit",
        "formula",
        "bonds",
        "excess",
        "carried_in",
        "running",
        "service",
        "paid",
        "carried_out",
        "lapsed",
    ]
    keys = ["source", "place", "is_estate", "year"]
    rows = table.groupby(keys, as_index=False).agg(
        **{name: (name, "sum") for name in sums}, unlimited=("unlimited", "all")
    )
    use = _by_county(f, f.table("source_use"))
    firm = use.groupby(keys, as_index=False).agg(spent_firm=("firm", "sum"))
    rows = rows.merge(firm, on=keys, how="left").fillna({"spent_firm": 0})
    rows["spent_firm"] = rows["spent_firm"].astype("Int64").mask((rows["place"] == "") & bool(f.county))
    rows["spent_pending"] = rows["running"] + rows["service"] + rows["paid"] - rows["spent_firm"]
    rows["available"] = rows["carried_in"] + rows["limit"] + rows["formula"] + rows["bonds"] + rows["excess"]
    rows["balance"] = rows["available"] - rows["running"] - rows["service"] - rows["paid"]
    for column in ("limit", "firm_limit", "available", "balance"):
        rows[column] = rows[column].astype("Int64").mask(rows["unlimited"])
    return _named_accounts(f, rows)


def _by_county(f: Figures, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of accounts with those of single estates moved to their county, and ``is_estate``."""
    scope = {source: entry.scope for source, entry in f.run.case.policy.sources.items()}
    county = f.table("estates").set_index("estate")["county"].to_dict()
    is_estate = table["source"].map(scope).eq("estate") & table["place"].isin(county)
    return table.assign(is_estate=is_estate, place=table["place"].mask(is_estate, table["place"].map(county)))


def _named_accounts(f: Figures, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(
        name=[f.source(source) for source in rows["source"]],
        place_name=[
            f.say("words", "each_estate", county=place) if is_estate else f.place(place)
            for place, is_estate in zip(rows["place"], rows["is_estate"], strict=True)
        ],
        note=[
            f.say("words", "shared" if f.county and not place else "unlimited") if unlimited else ""
            for place, unlimited in zip(rows["place"], rows["unlimited"], strict=True)
        ],
        source_order=rank(rows["source"], list(f.run.case.policy.sources)),
        order=rank(rows["place"], ["", *f.counties]),
    )
    return rows.assign(section=rows["name"]).sort_values(["source_order", "order", "place", "year"])


def payments(f: Figures) -> pd.DataFrame:
    """One row per payment line, with names of everything it refers to."""
    policy = f.run.case.policy
    table = f.payments
    works = f.table("works").drop_duplicates("item").set_index("item")["work"]
    estates = f.table("estates").set_index("estate")["name"]
    work = table["item"].map(works)
    components = {
        (work_id, key): component.label.text(f.language) or key
        for work_id, entry in policy.works.items()
        for key, component in entry.components.items()
    }
    rows = table.assign(
        estate_name=_or_id(table["estate"].map(estates), table["estate"]),
        work_name=work.map({key: f.label("works", key) for key in policy.works}),
        component_name=[components.get(pair, pair[1]) for pair in zip(work, table["component"], strict=True)],
        payer_name=table["payer"].map({key: f.label("payers", key) for key in policy.payers}),
        source_name=table["source"].map({key: f.source(key) for key in table["source"].unique()}),
        rule_name=table["rule"].map({key: f.label("rules", key) for key in policy.rules}),
        document_name=table["document"].map({key: entry.title for key, entry in policy.documents.items()}),
        basis_text=table["basis"].map({key: f.say("basis", key) for key in ("law", "assumption")}),
        stands_in_text=table["stands_in"].map({True: f.say("answer", "true"), False: ""}),
        order=rank(table["county"], f.counties),
        source_order=rank(table["source"], list(policy.sources)),
    )
    return rows.sort_values(["order", "project", "estate", "item", "component", "part", "year", "source_order"])


def _or_id(names: pd.Series[Any], ids: pd.Series[Any]) -> pd.Series[Any]:
    return names.where(names.notna() & (names != ""), ids)


def bond_issues(f: Figures) -> pd.DataFrame:
    """One row per issue of a bond, with its terms; an issue is firm as far as its quota is, the rest is pending."""
    table = f.table("bonds")
    table = table[table["lots"] > 0]
    table = table.assign(firm=_firm_issues(f, table))
    table["pending"] = table["amount"] - table["firm"]
    bonds, sheet = f.run.case.policy.bonds, f.run.case.register.areas
    areas = dict(zip(sheet["area"], sheet["name"], strict=True))
    rows = table.assign(
        name=[f.label("bonds", bond) for bond in table["bond"]],
        place=[
            f.place(county) if kind == "general" else areas.get(place) or place
            for kind, place, county in zip(table["kind"], table["place"], table["county"], strict=True)
        ],
        kind_text=[f.say("bond_kind", kind) for kind in table["kind"]],
        coupon=table["bond"].map({bond: float(terms.coupon.value) for bond, terms in bonds.items()}),
        term=table["bond"].map({bond: float(terms.term_years.value) for bond, terms in bonds.items()}),
        repayment=[f.say("repayment", bonds[bond].repayment) if bond in bonds else "" for bond in table["bond"]],
        order=rank(table["county"], f.counties),
    )
    return rows.sort_values(["year", "order", "bond"])


def _firm_issues(f: Figures, issues: pd.DataFrame) -> pd.Series:
    """Firm part of each issue: bonds of one source use its firm quota in the order of their rows."""
    case = f.run.case
    limits = case.register.limits
    firm = limits[limits["certainty"].isin(case.scenario.firm)]
    left = firm.groupby(["source", "place", "year"])["amount"].sum().to_dict()
    found = []
    for bond, county, year, amount in issues[["bond", "place", "year", "amount"]].itertuples(index=False, name=None):
        source = case.policy.bonds[bond].source if bond in case.policy.bonds else ""
        taken = min(int(amount), int(left.get((source, county, int(year)), 0)))
        left[source, county, int(year)] = int(left.get((source, county, int(year)), 0)) - taken
        found.append(taken)
    return pd.Series(found, index=issues.index, dtype="int64")


def debt(f: Figures) -> pd.DataFrame:
    """One row per county and year: issues, service, stock, ceilings and headroom; a missing ceiling is blank."""
    table = f.table("debt")
    rows = table.assign(
        all_service=table["principal"] + table["interest"] + table["existing_service"],
        section=table["county"].map(f.place),
        order=rank(table["county"], f.counties),
    )
    for ceiling in ("stock_ceiling", "service_ceiling", "special_stock_ceiling", "special_service_ceiling"):
        rows[ceiling] = rows[ceiling].astype("Int64").mask(table[ceiling] < 0)
    rows["headroom"] = rows["stock_ceiling"] - rows["stock"]
    rows["special_service"] = rows["special_principal"] + rows["special_interest"] + rows["special_existing_service"]
    rows["special_headroom"] = rows["special_stock_ceiling"] - rows["special_stock"]
    return rows.sort_values(["order", "year"])
