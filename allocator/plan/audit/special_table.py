"""The table of special-bond projects, re-checked column by column: special_bonds."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.audit.report import Book
from allocator.plan.audit.special import Projects
from allocator.plan.audit.view import View

COUNTS = ("term", "first_income", "last_income")
MONEY = (
    "approved", "issued", "firm", "investment", "other_debt", "other_service", "income", "income_in_life", "service",
    "topups",
)  # fmt: skip
RATIOS = ("capital_share", "cover", "cover_all_debt")


def check_special_table(view: View, book: Book) -> None:
    """Every area with a quota has a row, with the figures that inputs and works done give."""
    projects = Projects(view)
    rows = [_row(projects, area, own) for area, own in _quotas(view).groupby("place")]
    columns = ["area", "name", "county", "bonds", "review", *COUNTS, *MONEY, *RATIOS]
    own = pd.DataFrame(rows, columns=columns).set_index("area")
    table = view.tables["special_bonds"]
    twice = table["area"].duplicated()
    book.none("special_bonds", _("one row per area"), table, twice, (["area"], _("two rows"), _("one row")))
    told = table.drop_duplicates("area").set_index("area")
    for name in ("name", "county", "bonds", "review"):
        pair = told[[name]].assign(own=own[name].reindex(told.index)).reset_index()
        wrong = pair[name].astype(object) != pair["own"].astype(object)
        book.none(
            "special_bonds", _("special_bonds: {column}").format(column=name), pair, wrong, (["area"], name, "own")
        )
    for name in (*COUNTS, *MONEY):
        subject = _("special_bonds: {column}").format(column=name)
        book.equal("special_bonds", subject, told[name], own[name].astype("int64"), money=name in MONEY)
    for name in RATIOS:
        subject = _("special_bonds: {column}").format(column=name)
        book.close("special_bonds", subject, told[name], own[name].astype("float64"))


def _quotas(view: View) -> pd.DataFrame:
    """Quotas of special bonds in the payment years: bond, place, year, amount, firm."""
    facts, limits = view.facts, view.facts.case.register.limits
    rows = limits[(limits["year"] != TOTAL) & limits["year"].between(facts.first, facts.until)]
    rows = rows.assign(firm=rows["amount"].where(rows["certainty"].isin(facts.case.scenario.firm), 0))
    frames = []
    for bond in sorted(facts.special):
        own = rows[(rows["source"] == facts.case.policy.bonds[bond].source) & rows["place"].isin(facts.places_of(bond))]
        frames.append(own[["place", "year", "amount", "firm"]].assign(bond=bond))
    blank = pd.DataFrame({"place": [], "year": [], "amount": [], "firm": [], "bond": []})
    return pd.concat(frames, ignore_index=True) if frames else blank


def _row(projects: Projects, area: object, quotas: pd.DataFrame) -> tuple[object, ...]:
    view, key = projects.view, str(area)
    facts = view.facts
    sheet = facts.case.register.areas.set_index("area").loc[[key]].iloc[0]
    bonds, income = projects.bonds.get(key, []), projects.earned(key)
    ends = min((bond.year for bond in bonds), default=0), max((bond.last for bond in bonds), default=0)
    inside = {year: amount for year, amount in projects.worth(key).items() if ends[0] < year <= ends[1]}
    owed, loans = sum(bond.worth for bond in bonds), projects.sheet(key, "other_service")
    issued, invested = sum(bond.amount for bond in bonds), int(projects.investment.get(key, 0))
    debt = issued + projects.sheet(key, "other_debt")
    years = view.tables["special_years"]
    term = max(int(facts.case.policy.bonds[bond].term_years.value) for bond in quotas["bond"])
    return (
        key, sheet["name"], sheet["county"], "|".join(sorted(set(quotas["bond"]))), sheet["review"],
        term, min(income, default=0), max(income, default=0),
        int(quotas["amount"].sum()), issued, _firm(view, key, quotas), invested, projects.sheet(key, "other_debt"),
        loans, sum(income.values()), sum(income[year] for year in inside), sum(bond.service for bond in bonds),
        int(years.loc[years["area"] == key, "topup"].sum()),
        1 - debt / invested if invested else 0.0,
        sum(inside.values()) / owed if owed else 0.0,
        sum(projects.worth(key).values()) / (owed + loans) if owed else 0.0,
    )  # fmt: skip


def _firm(view: View, area: str, quotas: pd.DataFrame) -> int:
    """What of the issues is under firm quotas."""
    rows = view.tables["bonds"]
    issued = rows[rows["place"] == area].groupby(["bond", "year"])["amount"].sum()
    firm = quotas.groupby(["bond", "year"])["firm"].sum()
    return int(sum(min(int(amount), int(firm.get(key, 0))) for key, amount in issued.items()))
