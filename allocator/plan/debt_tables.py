"""Tables of bonds and debt: what is issued where, and what it costs in every year to the last repayment."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.debt import all_quotas, last_debt_year, lot_sizes, schedule
from allocator.inputs.case import Case
from allocator.plan.choices import Choices
from allocator.plan.tables import TABLES


def debt_tables(f: Formulation, choices: Choices) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables ``bonds`` (issues) and ``debt`` (every county and year to the last repayment)."""
    case = f.index.case
    issues = choices.issues.drop(columns="county")
    issues["amount"] = (issues["lots"] * issues["bond"].map(lot_sizes(case)).fillna(0)).astype(np.int64)
    keys = ["bond", "place", "year"]
    issues[keys[:2]] = issues[keys[:2]].astype(object)
    quotas = all_quotas(case, f.index.payment_years).rename(columns={"amount": "quota"})
    bonds = quotas.merge(issues, on=keys, how="left").fillna({"lots": 0, "amount": 0})
    bonds = bonds.astype({"lots": np.int64, "amount": np.int64, "quota": np.int64, "year": np.int64})
    return bonds.sort_values(keys, ignore_index=True)[list(TABLES["bonds"])], _debt(case, choices)


def _events(case: Case, choices: Choices) -> dict[tuple[str, int], list[int]]:
    """Issued, principal charged, interest and principal refinanced by county and year."""
    events: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    last, sizes = last_debt_year(case), lot_sizes(case)
    issues = choices.issues[["bond", "county", "year", "lots"]]
    for bond, county, year, lots in issues.itertuples(index=False, name=None):
        events[county, int(year)][0] += int(lots) * sizes[bond]
        for offset, figures in enumerate(schedule(case, bond).years, start=1):
            if int(year) + offset <= last:
                for place, steps in enumerate(figures, start=1):
                    events[county, int(year) + offset][place] += int(lots) * steps
    return events


def _debt(case: Case, choices: Choices) -> pd.DataFrame:
    events = _events(case, choices)
    known = {(c, int(y)): row for c, y, *row in case.register.debt[
        ["county", "year", "stock_ceiling", "existing_stock", "service_ceiling", "existing_service"]
    ].itertuples(index=False, name=None)}  # fmt: skip
    rows: list[tuple[object, ...]] = []
    stock: dict[str, int] = defaultdict(int)
    for county, year in sorted({*events, *known}):
        issued, principal, interest, refinanced = events.get((county, year), [0, 0, 0, 0])
        stock[county] += issued - principal
        ceiling, existing, service_ceiling, service = known.get((county, year), (pd.NA, 0, pd.NA, 0))
        ceilings = [-1 if pd.isna(value) else int(value) for value in (service_ceiling, ceiling)]
        figures = (issued, principal, interest, refinanced, int(service), ceilings[0])
        rows.append((county, year, *figures, int(existing) + stock[county], ceilings[1]))
    return pd.DataFrame(rows, columns=list(TABLES["debt"]))
