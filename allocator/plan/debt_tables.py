"""Tables of bonds and debt: what is issued where, and what it costs in every year to the last repayment."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.debt import all_quotas, last_debt_year, lot_sizes, schedule, special_bonds
from allocator.inputs.case import Case
from allocator.plan.choices import Choices
from allocator.plan.tables import TABLES

NO_CEILING = -1


def debt_tables(f: Formulation, choices: Choices, years: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables ``bonds`` (issues) and ``debt`` (every county and year to the last repayment).

    ``years`` is the table ``special_years``.
    """
    case = f.index.case
    issues = choices.issues.drop(columns="county")
    issues["amount"] = (issues["lots"] * issues["bond"].map(lot_sizes(case)).fillna(0)).astype(np.int64)
    keys = ["bond", "place", "year"]
    issues[keys[:2]] = issues[keys[:2]].astype(object)
    quotas = all_quotas(case, f.index.payment_years).rename(columns={"amount": "quota"})
    bonds = quotas.merge(issues, on=keys, how="left").fillna({"lots": 0, "amount": 0})
    bonds = bonds.astype({"lots": np.int64, "amount": np.int64, "quota": np.int64, "year": np.int64})
    bonds["kind"] = bonds["bond"].map({name: bond.kind for name, bond in case.policy.bonds.items()})
    return bonds.sort_values(keys, ignore_index=True)[list(TABLES["bonds"])], _debt(case, choices, years)


def _debt(case: Case, choices: Choices, years: pd.DataFrame) -> pd.DataFrame:
    """General and special debt side by side; a ceiling that is not declared is -1."""
    special = choices.issues["bond"].isin(list(special_bonds(case)))
    general = debt_years(case, choices.issues[~special])
    projects = years.groupby(["county", "year"])[["issued", "principal", "interest", "topup"]].sum()
    sheet = case.register.debt.astype({"year": np.int64}).set_index(["county", "year"])
    keys = sorted({*general.index, *projects.index, *sheet.index})
    index = pd.MultiIndex.from_tuples(keys, names=["county", "year"])
    table = general.reindex(index, fill_value=0)
    own = projects.reindex(index, fill_value=0).astype(np.int64)
    known = sheet.reindex(index)
    for prefix, events in (("", table), ("special_", own)):
        change = events["issued"] - events["principal"]
        table[f"{prefix}stock"] = change.groupby(level="county").cumsum() + _told(known[f"{prefix}existing_stock"], 0)
        table[f"{prefix}existing_service"] = _told(known[f"{prefix}existing_service"], 0)
        for ceiling in ("service_ceiling", "stock_ceiling"):
            table[prefix + ceiling] = _told(known[prefix + ceiling], NO_CEILING)
    for name in ("issued", "principal", "interest", "topup"):
        table[f"special_{name}"] = own[name]
    return table.reset_index()[list(TABLES["debt"])]


def _told(column: pd.Series, missing: int) -> pd.Series:
    return column.astype("Int64").fillna(missing).astype(np.int64)


def debt_years(case: Case, issues: pd.DataFrame, by: str = "county") -> pd.DataFrame:
    """What issues bring and cost, by place and year: ``issued``, ``principal``, ``interest``, ``refinanced`` [steps].

    ``issues`` has bond, place, county, year, lots; ``by`` says which of the two places.
    """
    events: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    last, sizes = last_debt_year(case), lot_sizes(case)
    for bond, place, year, lots in issues[["bond", by, "year", "lots"]].itertuples(index=False, name=None):
        events[place, int(year)][0] += int(lots) * sizes[bond]
        for offset, figures in enumerate(schedule(case, bond).years, start=1):
            if int(year) + offset <= last:
                for column, steps in enumerate(figures, start=1):
                    events[place, int(year) + offset][column] += int(lots) * steps
    places, years = [place for place, _year in events], [year for _place, year in events]
    keys = [pd.Index(places, dtype=object), pd.Index(years, dtype="int64")]
    index = pd.MultiIndex.from_arrays(keys, names=[by, "year"])
    steps_of = np.array(list(events.values()), dtype=np.int64).reshape(-1, 4)
    return pd.DataFrame(steps_of, index=index, columns=["issued", "principal", "interest", "refinanced"]).sort_index()
