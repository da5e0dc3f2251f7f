"""What is started, counted as formula grants count it, and the money that each start year brings."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from allocator.formulation.accounts import declared, formula_gain
from allocator.formulation.debt import is_bond_fed
from allocator.formulation.index import Index
from allocator.formulation.tasks import running_starts
from allocator.inputs.case import Case
from allocator.inputs.schemas.sources import Formula, Source
from allocator.plan.tables import TABLES

RATES = {
    "by_household": ("per_household", "households"), "by_floor_area": ("per_floor_area", "floor_area"),
    "by_building": ("per_building", "buildings"), "by_estate": ("per_estate", ""),
}  # fmt: skip
"""Rate of the formula, and column of the estates it is multiplied with, by column of the table."""

COUNTS = ["estates", "households", "buildings", "floor_area"]
KEY = ["place", "start_year"]


def formula_totals_table(index: Index, estates: pd.DataFrame) -> pd.DataFrame:
    """Table ``formula_totals``: one row per formula grant, place and start year with a start or money.

    ``estates`` is the plan's table. Projects under way that started in a start year are counted apart: their money came
    with the list they were on.
    """
    case = index.case
    frames = [
        _of_source(index, name, source, source.formula, estates)
        for name, source in case.policy.sources.items()
        if source.formula is not None
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(TABLES["formula_totals"]))


def _of_source(index: Index, name: str, source: Source, formula: Formula, estates: pd.DataFrame) -> pd.DataFrame:
    started = estates[estates["start_year"] > 0]
    gain = dict(zip(index.estates["estate_id"], formula_gain(index, name), strict=True))
    started = started.assign(
        place="" if source.scope == "city" else started[source.scope], estates=1,
        gained=started["estate"].map(gain).astype("int64"),
    )  # fmt: skip
    started = started.join(_parts(formula, started))
    sums = started.groupby(KEY)[[*COUNTS, *RATES, "gained"]].sum()
    running = _running(index, source)
    fixed = _fixed(index.case, name, index.start_years, formula.lag_years)
    keys = sums.index.union(running.index).union(fixed.index)
    rows = sums.reindex(keys, fill_value=0).join(running).join(fixed).fillna(0).reset_index()
    return rows.assign(
        source=name, factor=float(formula.factor), arrival_year=rows["start_year"] + formula.lag_years,
        total=rows["gained"] + rows["fixed"],
    )  # fmt: skip


def _parts(formula: Formula, started: pd.DataFrame) -> pd.DataFrame:
    """What each rate brings of the money gained by each estate, in whole steps that add up to it."""
    rates = {name: (Fraction(getattr(formula, rate)), column) for name, (rate, column) in RATES.items()}
    records = []
    for estate in started.to_dict("records"):
        weights = [rate * (Fraction(str(estate[column])) if column else 1) for rate, column in rates.values()]
        records.append(_divided(int(estate["gained"]), weights))
    return pd.DataFrame(records, columns=list(rates), index=started.index, dtype="int64")


def _divided(amount: int, weights: list[Fraction]) -> list[int]:
    """``amount`` by weights, by largest remainder; ties go to the earlier."""
    whole = sum(weights, Fraction(0))
    exact = [amount * weight / whole if whole else Fraction(0) for weight in weights]
    floors = [share.numerator // share.denominator for share in exact]
    order = sorted(range(len(exact)), key=lambda position: floors[position] - exact[position])
    for position in order[: amount - sum(floors) if whole else 0]:
        floors[position] += 1
    return floors


def _running(index: Index, source: Source) -> pd.DataFrame:
    """Estates and households of projects under way that started in a start year, by place and year."""
    running = running_starts(index.case)
    place = running["county"] if source.scope == "county" else pd.Series("", index=running.index)
    if source.scope == "area":  # the register does not say in which area they lie
        running, place = running.iloc[:0], place.iloc[:0]
    placed = running.assign(place=place, start_year=running["year"].astype("int64"))
    placed = placed[placed["start_year"].isin(index.start_years)]
    sums = placed.groupby(KEY)[["estates", "households"]].sum()
    return sums.rename(columns={"estates": "running_estates", "households": "running_households"})


def _fixed(case: Case, source: str, start_years: tuple[int, ...], lag: int) -> pd.DataFrame:
    """Declared limits of the years in which the starts' money arrives, by place and start year."""
    limits = declared(case)
    own = limits[(limits["source"] == source) & (limits["year"] - lag).isin(start_years)]
    home = own["place"] == "" if case.policy.sources[source].scope == "city" else own["place"] != ""
    own = own[home & (source not in is_bond_fed(case))].assign(start_year=own["year"] - lag)
    return own.groupby(KEY)[["amount"]].sum().rename(columns={"amount": "fixed"})
