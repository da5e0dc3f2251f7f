"""Tables of special-bond projects: what each area issues, invests, earns and owes, and its years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.debt import all_quotas, lot_sizes, schedule, special_bonds
from allocator.formulation.special import PresentValue, income_terms, investment_terms
from allocator.inputs.case import Case
from allocator.plan.choices import Choices
from allocator.plan.debt_tables import debt_years
from allocator.plan.tables import TABLES
from allocator.solving.base import Floats


def special_tables(f: Formulation, choices: Choices, x: Floats) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables ``special_bonds`` (one row per area with a quota) and ``special_years``."""
    case = f.index.case
    quotas = all_quotas(case, f.index.payment_years)
    quotas = quotas[quotas["bond"].isin(list(special_bonds(case)))]
    if quotas.empty:
        return pd.DataFrame(columns=list(TABLES["special_bonds"])), pd.DataFrame(columns=list(TABLES["special_years"]))
    income = _taken(income_terms(f.index, f.columns), x, ["place", "year"])
    income = income[income["amount"] != 0]
    issues = choices.issues[choices.issues["bond"].isin(list(special_bonds(case)))]
    years = _years(f, issues, income, choices.topups)
    spent = _taken(investment_terms(f.index, f.columns), x, ["place"]).set_index("place")["amount"]
    plan = _Plan(f, issues, income, years)
    rows = [plan.project(str(place), own) for place, own in quotas.groupby("place")]
    table = pd.DataFrame(rows)
    table["investment"] = table["area"].map(spent).fillna(0).astype(np.int64)
    debt = table["issued"] + table["other_debt"]
    invested = table["investment"].where(table["investment"] > 0, 1)
    table["capital_share"] = (1 - debt / invested).where(table["investment"] > 0, 0.0)
    return table[list(TABLES["special_bonds"])], years[list(TABLES["special_years"])]


def _taken(terms: pd.DataFrame, x: Floats, keys: list[str]) -> pd.DataFrame:
    """Sums of the amounts whose columns are 1."""
    chosen = np.round(x[terms["col"].to_numpy(np.int64)]).astype(np.int64)
    return terms.assign(amount=terms["amount"] * chosen).groupby(keys, as_index=False)[["amount"]].sum()


def _years(f: Formulation, issues: pd.DataFrame, income: pd.DataFrame, topups: pd.DataFrame) -> pd.DataFrame:
    """Years of the areas that issue, from the first income or issue to the last repayment."""
    case = f.index.case
    costs = debt_years(case, issues, "place").drop(columns="refinanced").rename_axis(["area", "year"])
    frames, counties = [], dict(zip(issues["place"], issues["county"], strict=True))
    for area in sorted(counties):
        own = costs.loc[area]
        earned = income[income["place"] == area].set_index("year")["amount"]
        first = min([int(own.index.min()), *earned.index])
        span = pd.RangeIndex(first, int(own.index.max()) + 1, name="year")
        frame = own.reindex(span, fill_value=0).assign(area=area, county=counties[area])
        frame["income"] = earned.reindex(span, fill_value=0)
        added = topups[topups["place"] == area].set_index("year")["amount"]
        frame["topup"] = added.reindex(span, fill_value=0)
        frame["stock"] = (frame["issued"] - frame["principal"]).cumsum()
        frames.append(_with_reserve(frame, f.index.payment_years[-1]).reset_index())
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(TABLES["special_years"]))


def _with_reserve(frame: pd.DataFrame, last_payment: int) -> pd.DataFrame:
    """What is left of income and top-ups; after the payment years the county adds just what is missing."""
    reserve, left, added = [], 0, []
    columns = zip(frame.index, *(frame[name] for name in ("income", "topup", "principal", "interest")), strict=True)
    for year, income, topup, principal, interest in columns:
        left += int(income) - int(principal) - int(interest)
        added.append(int(topup) if year <= last_payment else max(-left, 0))
        left += added[-1]
        reserve.append(left)
    return frame.assign(topup=added, reserve=reserve)


@dataclass(frozen=True)
class _Plan:
    """Issues of special bonds and income of all areas, and the table ``special_years``."""

    f: Formulation
    issues: pd.DataFrame
    income: pd.DataFrame
    years: pd.DataFrame

    def project(self, place: str, quotas: pd.DataFrame) -> dict[str, object]:
        """Figures of one area that need no investment."""
        case = self.f.index.case
        area = case.register.areas.set_index("area").loc[[place]].iloc[0]
        own, earned = (frame[frame["place"] == place] for frame in (self.issues, self.income))
        mine = self.years[self.years["area"] == place]
        return {
            "area": place, "name": area["name"], "county": area["county"], "review": area["review"],
            "bonds": "|".join(sorted(set(quotas["bond"]))), "approved": int(quotas["amount"].sum()),
            "issued": int(mine["issued"].sum()), "firm": _firm(case, own),
            "other_debt": int(area["other_debt"]), "other_service": int(area["other_service"]),
            "term": max(int(case.policy.bonds[bond].term_years.value) for bond in quotas["bond"]),
            "first_income": int(earned["year"].min()) if len(earned) else 0,
            "last_income": int(earned["year"].max()) if len(earned) else 0,
            "income": int(earned["amount"].sum()),
            "service": int(mine["principal"].sum() + mine["interest"].sum()), "topups": int(mine["topup"].sum()),
            **_covers(case, own, earned, int(area["other_service"])),
        }  # fmt: skip


def _covers(case: Case, issues: pd.DataFrame, earned: pd.DataFrame, other_service: int) -> dict[str, object]:
    """``income_in_life``, ``cover`` and ``cover_all_debt`` of one area."""
    value = PresentValue(case)
    service = [
        (int(lots) * value(amount, int(year) + k), int(year) + k)
        for bond, year, lots in issues[["bond", "year", "lots"]].itertuples(index=False, name=None)
        for k, amount in enumerate(schedule(case, bond).service, start=1)
    ]
    first, last = min(issues["year"], default=0), max((year for _present, year in service), default=0)
    income = [(int(a), int(y)) for a, y in earned[["amount", "year"]].itertuples(index=False, name=None)]
    inside = [(amount, year) for amount, year in income if first < year <= last]
    within, whole = (sum(value(amount, year) for amount, year in some) for some in (inside, income))
    owed = sum(present for present, _year in service)
    return {
        "income_in_life": sum(amount for amount, _year in inside),
        "cover": within / owed if owed else 0.0,
        "cover_all_debt": whole / (owed + other_service) if owed else 0.0,
    }


def _firm(case: Case, issues: pd.DataFrame) -> int:
    """What of the issues of one area is under firm quotas."""
    limits, sizes = case.register.limits, lot_sizes(case)
    firm = limits[limits["certainty"].isin(case.scenario.firm)].groupby(["source", "place", "year"])["amount"].sum()
    return sum(
        min(int(lots) * sizes[bond], int(firm.get((case.policy.bonds[bond].source, place, year), 0)))
        for bond, place, year, lots in issues[["bond", "place", "year", "lots"]].itertuples(index=False, name=None)
    )
