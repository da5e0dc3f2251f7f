"""Bonds and debt, worked out anew: lots, quota, service of each lot, ceilings: bonds."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View

NO_CEILING = -1
KEY = ["county", "year"]
FIGURES = ("principal", "interest", "refinanced")
"""What a lot costs in a year: principal that is charged, interest, and principal that is refinanced."""


def lot_steps(view: View, bond: str) -> int:
    """Steps of one lot of ``bond``; 0 for an unknown bond."""
    entry = view.facts.case.policy.bonds.get(bond)
    return 0 if entry is None else view.facts.steps(entry.lot)


def issues(view: View) -> pd.DataFrame:
    """Lots issued of known bonds: bond, place, county, year, lots, amount (lots x lot), source."""
    rows = view.tables["bonds"]
    bonds = view.facts.case.policy.bonds
    rows = rows[rows["bond"].isin(list(bonds))]
    size = rows["bond"].map({key: lot_steps(view, key) for key in bonds}).astype("int64")
    source = rows["bond"].map({key: bond.source for key, bond in bonds.items()}).astype("str")
    return rows[["bond", "place", "county", "year", "lots"]].assign(amount=rows["lots"] * size, source=source)


def proceeds(view: View) -> pd.Series:
    """Steps that bonds bring to their sources, by (source, place, year)."""
    rows = issues(view)
    return rows.groupby(["source", "place", "year"])["amount"].sum().astype("int64")


def lots_service(view: View) -> pd.DataFrame:
    """Service of all lots issued: bond, place, county, issued (year), year, principal, interest, refinanced."""
    frames, rows = [], issues(view)
    columns = ["bond", "place", "county", "year", "lots"]
    for key in view.facts.case.policy.bonds:
        issued = rows.loc[rows["bond"] == key, columns].rename(columns={"year": "issued"})
        for after, figures in enumerate(view.facts.lot_service(key), start=1):
            due = issued.assign(year=issued["issued"] + after)
            told = {name: due["lots"] * steps for name, steps in zip(FIGURES, figures, strict=True)}
            frames.append(due.assign(**told))
    if not frames:
        whole = {name: pd.Series(dtype="int64") for name in ("issued", "year", *FIGURES)}
        return pd.DataFrame({**{name: pd.Series(dtype="str") for name in ("bond", "place", "county")}, **whole})
    every = pd.concat(frames, ignore_index=True)
    return every[every["year"] <= view.facts.last_debt_year].reset_index(drop=True)


def check_bonds(view: View, book: Book) -> None:
    """Re-check lots, quota, ceilings on service and stock, and the table of debt."""
    table, rows, facts = view.tables["bonds"], issues(view), view.facts
    place = ["bond", "place", "year"]
    unknown = ~table["bond"].isin(list(facts.case.policy.bonds))
    book.none("bonds", _("bonds are in the policy model"), table, unknown, (place, "bond", _("a bond")))
    known = table[~unknown]
    right = [where in facts.places_of(bond) for bond, where in zip(known["bond"], known["place"], strict=True)]
    book.none(
        "bonds", _("counties issue general bonds, areas special ones"), known, ~pd.Series(right, known.index, bool),
        (place, "place", _("a place that may issue it")),
    )  # fmt: skip
    told = known.assign(
        own_county=known["place"].map(facts.county_of).fillna(""),
        own_kind=known["bond"].map({key: bond.kind for key, bond in facts.case.policy.bonds.items()}),
    )
    for name in ("county", "kind"):
        wrong = told[name] != told[f"own_{name}"]
        book.none("bonds", _("bonds: {column}").format(column=name), told, wrong, (place, name, f"own_{name}"))
    book.none("bonds", _("lots are not negative"), table, table["lots"] < 0, (place, "lots", ">= 0"))
    inside = table["year"].between(facts.first, facts.until)
    book.none("bonds", _("bonds are issued in the payment years"), table, ~inside, (place, "year", _("a payment year")))
    amounts = table.groupby(place)["amount"].sum()
    book.equal("bonds", _("amounts are whole lots"), amounts, rows.groupby(place)["amount"].sum(), money=True)
    _quota(view, rows, book)
    _ceilings(view, book)


def _quota(view: View, rows: pd.DataFrame, book: Book) -> None:
    limits = view.facts.case.register.limits
    quota = limits.groupby(["source", "place", "year"])["amount"].sum().astype("int64")
    issued = proceeds(view)
    book.at_most("bonds", _("issues within the quota"), issued, quota.reindex(issued.index, fill_value=0), money=True)
    special = rows[rows["bond"].isin(list(view.facts.special))].assign(place=lambda frame: frame["county"])
    together = special.groupby(["source", "place", "year"])["amount"].sum()
    book.at_most(
        "bonds", _("special bonds of a county's areas within its quota"), together,
        quota[quota.index.isin(together.index)], money=True,
    )  # fmt: skip
    table = view.tables["bonds"].merge(rows[["bond", "place", "year", "source"]], on=["bond", "place", "year"])
    told = table.set_index(["source", "place", "year"])["quota"]
    told = told.groupby(level=[0, 1, 2]).max()
    book.equal("bonds", _("quota of the table of bonds"), told, quota.reindex(told.index, fill_value=0), money=True)


def _ceilings(view: View, book: Book) -> None:
    """Ceilings of general and of special debt, and the table, which has both side by side."""
    declared = view.facts.case.register.debt.set_index(KEY)
    table = view.tables["debt"]
    book.none(
        "bonds", _("debt: one row per county and year"), table, table.duplicated(KEY),
        (KEY, _("two rows"), _("one row")),
    )  # fmt: skip
    for prefix in ("", "special_"):
        of_kind = {key for key in view.facts.case.policy.bonds if (key in view.facts.special) == bool(prefix)}
        due, out = (rows[rows["bond"].isin(of_kind)] for rows in (lots_service(view), issues(view)))
        service = due.groupby(KEY)[list(FIGURES)].sum().astype("int64")
        issued = out.groupby(KEY)["amount"].sum().astype("int64")
        total = (service["principal"] + service["interest"]).reindex(declared.index, fill_value=0)
        total = total + declared[f"{prefix}existing_service"].astype("int64")
        ceiling = declared[f"{prefix}service_ceiling"].dropna().astype("int64")
        title = _("service within its ceiling, special debt") if prefix else _("service within its ceiling")
        book.at_most("bonds", title, total, ceiling, money=True)
        new = _new_stock(view, issued, service["principal"], declared.index)
        stock = new.reindex(declared.index, fill_value=0) + declared[f"{prefix}existing_stock"].astype("int64")
        ceiling = declared[f"{prefix}stock_ceiling"].dropna().astype("int64")
        title = _("stock within its ceiling, special debt") if prefix else _("stock of debt within its ceiling")
        book.at_most("bonds", title, stock, ceiling, money=True)
        _debt_table(view, book, prefix, {"issued": issued, **{name: service[name] for name in FIGURES}}, new)


def _new_stock(view: View, issued: pd.Series, principal: pd.Series, also: pd.Index) -> pd.Series:
    """What is outstanding of the lots issued at the end of each year, by (county, year), to the last repayment."""
    table = view.tables["debt"].set_index(KEY).index
    keys = [index for index in (issued.index, principal.index, also, table) if len(index)]
    if not keys:
        return pd.Series(dtype="int64", index=pd.MultiIndex.from_arrays([[], []], names=KEY))
    wanted = pd.concat([index.to_frame(index=False) for index in keys]).drop_duplicates()
    counties = sorted(set(wanted["county"]))
    years = range(int(wanted["year"].min()), int(wanted["year"].max()) + 1)
    grid = pd.MultiIndex.from_product([counties, years], names=KEY)
    change = issued.reindex(grid, fill_value=0) - principal.reindex(grid, fill_value=0)
    return change.groupby(level="county").cumsum().astype("int64")


def _debt_table(view: View, book: Book, prefix: str, figures: dict[str, pd.Series], new: pd.Series) -> None:
    told = view.tables["debt"].drop_duplicates(KEY).set_index(KEY)
    declared = view.facts.case.register.debt.set_index(KEY).reindex(told.index)

    def equal(name: str, own: pd.Series) -> None:
        column = prefix + name
        book.equal("bonds", _("debt: {column}").format(column=column), told[column], own, money=True)

    for name, own in figures.items():
        if prefix + name in told:
            equal(name, own[own != 0])
    for name, missing in (("existing_service", 0), ("service_ceiling", NO_CEILING), ("stock_ceiling", NO_CEILING)):
        equal(name, declared[prefix + name].astype("Int64").fillna(missing).astype("int64"))
    existing = declared[f"{prefix}existing_stock"].astype("Int64").fillna(0).astype("int64")
    equal("stock", new.reindex(told.index, fill_value=0) + existing)
