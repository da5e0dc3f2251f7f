"""What formula grants count and bring, worked out anew from the estates started: table formula_totals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pandas as pd

from allocator.i18n import _
from allocator.inputs.schemas.sources import Formula
from allocator.plan.audit.accounts import Accounts
from allocator.plan.audit.exact import fraction
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View

KEY = ["source", "place", "start_year"]
PARTS = {
    "by_household": ("per_household", "households"), "by_floor_area": ("per_floor_area", "floor_area"),
    "by_building": ("per_building", "buildings"), "by_estate": ("per_estate", "estates"),
}  # fmt: skip


def check_formula_totals(view: View, book: Book) -> None:
    """Re-check counts, parts, factor, fixed part and years of every row; no row may be missing."""
    table, accounts = view.tables["formula_totals"], Accounts(view)
    book.none("tables", _("{table}: one row per key").format(table="formula_totals"), table, table.duplicated(KEY),
              (KEY, _("two rows"), _("one row")))  # fmt: skip
    told = table.groupby(KEY)[[name for name in table.columns if name not in KEY]].sum()
    counted = _started(view, accounts)
    for name in ("estates", "households", "buildings", "gained"):
        book.equal("tables", _title(name), told[name], counted[name], money=name == "gained")
    book.close("tables", _title("floor_area"), told["floor_area"], counted["floor_area"])
    parts = told[list(PARTS)].sum(axis=1).astype("int64")
    book.equal("tables", _("formula_totals: the parts add up to what is gained"), parts, told["gained"], money=True)
    _parts(view, table, book)
    _terms(view, table, accounts, book)
    _under_way(view, told, book)


def _title(column: str) -> str:
    return _("formula_totals: {column}").format(column=column)


def _formulas(view: View) -> dict[str, Formula]:
    sources = view.facts.case.policy.sources
    return {name: source.formula for name, source in sources.items() if source.formula is not None}


def _started(view: View, accounts: Accounts) -> pd.DataFrame:
    """Counts and money of the estates started, by key."""
    frames = []
    for name in _formulas(view):
        started = view.started
        place = view.facts.place_of(view.facts.case.policy.sources[name].scope, started)
        gained = accounts.formula_gain(name, started)
        frames.append(started.assign(source=name, place=place, gained=gained, estates=1))
    names = ["estates", "households", "buildings", "floor_area", "gained"]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="int64") for name in [*KEY, *names]}).set_index(KEY)
    return pd.concat(frames, ignore_index=True).groupby(KEY)[names].sum()


def _parts(view: View, table: pd.DataFrame, book: Book) -> None:
    """A part is rate x count x factor, but for less than a step per estate and half a step of rounding."""
    formulas, money = _formulas(view), view.facts.case.scenario.money
    units = {money.unit: money.unit_value, money.currency: Decimal(1), **money.other_units}
    known = table[table["source"].isin(list(formulas))]
    for name, (rate, count) in PARTS.items():
        wrong = []
        for row in known.to_dict("records"):
            formula = formulas[row["source"]]
            unit = Fraction(units[formula.unit.split("/")[0]]) / Fraction(money.unit_value) / Fraction(money.step)
            exact = Fraction(str(getattr(formula, rate))) * fraction(row[count]) * Fraction(formula.factor) * unit
            wrong.append(abs(int(row[name]) - exact) > Fraction(3, 2) * int(row["estates"]))
        title = _("formula_totals: {column} is rate x count x factor").format(column=name)
        show = (KEY, name, _("rate x count x factor"))
        book.none("tables", title, known, wrong, show, tolerance=_("a step and a half per estate"))


def _terms(view: View, table: pd.DataFrame, accounts: Accounts, book: Book) -> None:
    """Factor, year of arrival, fixed part and sum."""
    formulas, limit = _formulas(view), accounts.limit
    lag = table["source"].map({name: formula.lag_years for name, formula in formulas.items()})
    factor = table["source"].map({name: float(formula.factor) for name, formula in formulas.items()})
    years = table["start_year"] + lag
    fixed = [int(limit.get((s, p, y), 0)) for s, p, y in zip(table["source"], table["place"], years, strict=True)]
    whole = table["gained"] + pd.Series(fixed, table.index, dtype="int64")
    own = table.assign(own_year=years, own_factor=factor, own_fixed=fixed, own_total=whole)
    for name, other in (
        ("arrival_year", "own_year"), ("factor", "own_factor"), ("fixed", "own_fixed"), ("total", "own_total"),
    ):  # fmt: skip
        book.none("tables", _title(name), own, own[name] != own[other], (KEY, name, other))


def _under_way(view: View, told: pd.DataFrame, book: Book) -> None:
    """Projects under way that started in a start year are told at their county or the city, once."""
    facts = view.facts
    rows = facts.under_way.reset_index().rename(columns={"begun": "start_year"})
    frames = []
    for name in _formulas(view):
        scope = facts.case.policy.sources[name].scope
        if scope != "area":
            frames.append(rows.assign(source=name, place=rows["county"] if scope == "county" else ""))
    every = pd.concat(frames, ignore_index=True) if frames else rows.assign(source="", place="").iloc[:0]
    sums = every.groupby(KEY)[["estates", "households"]].sum().astype("int64")
    for name in ("estates", "households"):
        book.equal("tables", _title(f"running_{name}"), told[f"running_{name}"], sums[name])
