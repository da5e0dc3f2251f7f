"""Years of special-bond projects: income, service and what the county adds: special_bonds, source_limits."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.debt import issues, lots_service
from allocator.plan.audit.report import Book
from allocator.plan.audit.special import KEY, Projects
from allocator.plan.audit.view import View


def check_special_years(view: View, book: Book) -> None:
    """Re-check the table of years: income of works done, service of lots issued, top-ups, and what is left of them."""
    projects = Projects(view)
    table = view.tables["special_years"]
    twice, unknown = table.duplicated(KEY), ~table["area"].isin(list(projects.bonds))
    book.none("special_bonds", _("one row per area and year"), table, twice, (KEY, _("two rows"), _("one row")))
    book.none("special_bonds", _("years of areas with bonds"), table, unknown, (KEY, "area", _("an area with bonds")))
    rows = table.drop_duplicates(KEY).set_index(KEY).sort_index()
    figures = _figures(projects)
    figures["stock"] = (rows["issued"] - rows["principal"]).groupby(level="area").cumsum()
    flow = rows["income"] + rows["topup"] - rows["principal"] - rows["interest"]
    figures["reserve"] = flow.groupby(level="area").cumsum()
    for name, own in figures.items():
        book.equal("special_bonds", _("special_years: {column}").format(column=name), rows[name], own, money=True)
    _topups(view, rows, book)


def _figures(projects: Projects) -> dict[str, pd.Series]:
    """Issued, principal, interest and income by area and year, as the inputs and the choices give them."""
    view = projects.view
    special = list(view.facts.special)
    due, own = (rows.rename(columns={"place": "area"}) for rows in (lots_service(view), issues(view)))
    last = {area: max(bond.last for bond in bonds) for area, bonds in projects.bonds.items()}
    income = projects.income
    ends = income.index.get_level_values("area").map(last).fillna(0)
    due, own = due[due["bond"].isin(special)], own[own["bond"].isin(special)]
    return {
        "issued": own.groupby(KEY)["amount"].sum(),
        "principal": due.groupby(KEY)["principal"].sum(),
        "interest": due.groupby(KEY)["interest"].sum(),
        "income": income[income.index.get_level_values("year") <= ends],
    }


def _topups(view: View, rows: pd.DataFrame, book: Book) -> None:
    """Income and top-ups pay all service; after the payment years the table adds just what is missing."""
    facts, told = view.facts, rows.reset_index()
    wrong = (told["reserve"] < 0) | (told["topup"] < 0)
    subject = _("income and top-ups pay the service of special bonds")
    book.none("source_limits", subject, told, wrong, (KEY, "reserve", ">= 0"))
    own = told.assign(own=told["area"].map(facts.county_of))
    wrong = own["county"].astype(object) != own["own"].astype(object)
    subject = _("special_years: {column}").format(column="county")
    book.none("special_bonds", subject, own, wrong, (KEY, "county", "own"))
    before = rows.groupby(level="area")["reserve"].shift(fill_value=0)
    missing = (rows["principal"] + rows["interest"] - rows["income"] - before).clip(lower=0)
    late = rows.index.get_level_values("year") > facts.until
    subject = _("top-ups after the payment years")
    book.equal("special_bonds", subject, rows["topup"][late], missing[late], money=True)
    added = told.groupby(["county", "year"])["topup"].sum()
    stated = view.tables["debt"].groupby(["county", "year"])["special_topup"].sum()
    book.equal("bonds", _("debt: {column}").format(column="special_topup"), stated, added, money=True)
