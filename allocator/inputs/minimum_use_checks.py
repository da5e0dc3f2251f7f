"""Minimum use (use it or lose it) that no plan can reach: more than there is, or more than may be paid for."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import from_steps
from allocator.inputs.frames import looked_up
from allocator.inputs.limit_checks import arrivals, available, fed
from allocator.inputs.register_reader import Sheets
from allocator.inputs.register_sheets import TOTAL
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario


def check_minimum_use(
    sheets: Sheets, policy: PolicyModel, scenario: Scenario, years: range, greatest: pd.DataFrame
) -> None:
    """Note what must be used in a year beyond the money the account can have then, or beyond all it may pay for.

    ``greatest`` has the most that each source may ever pay, by ``source`` and ``place``; running projects' bills come
    on top. What a formula brings depends on the plan.
    """
    limits = sheets.frames["limits"]
    asked = limits[(limits["minimum_use"].fillna(0) > 0).astype(bool)]
    if asked.empty:
        return
    asked = _of_years_and_accounts(sheets, policy, asked)
    asked = asked[asked["year"].isin(list(years))]
    arrived = arrivals(sheets, policy, years)
    by_formula = fed(policy) - {bond.source for bond in policy.bonds.values()}
    payable = greatest.set_index(["source", "place"])["amount"].to_dict()
    bills = _bills(sheets, policy)
    money = scenario.money
    for (source, place, year), rows in asked.groupby(["source", "place", "year"]):
        key, need = (str(source), str(place)), int(rows["minimum_use"].sum())
        span = policy.sources[key[0]].usable_years
        has = None if key[0] in by_formula else available(arrived, *key, int(str(year)), span)
        may = int(payable.get(key, 0)) + bills.get((*key, int(str(year))), 0)
        names = {"source": source, "place": place or _("the whole city"), "unit": money.unit, "year": year}
        if has is not None and need > has:
            text = _("{need} {unit} of {source}, {place}, must be used in {year}, which then has {most} {unit}")
            cure = _("lower the minimum use, or raise the limit")
        elif need > may:
            has = may
            text = _(
                "{need} {unit} of {source}, {place}, must be used in {year}, but it may pay for {most} {unit} at most"
            )
            cure = _("lower the minimum use, or let the source pay for more")
        else:
            continue
        finding = text.format(need=from_steps(need, money), most=from_steps(has or 0, money), **names)
        sheets.add("limits", "minimum_use", rows.index[:1], finding, cure)


def _of_years_and_accounts(sheets: Sheets, policy: PolicyModel, asked: pd.DataFrame) -> pd.DataFrame:
    """Rows that ask for a use in a year at an account; the others would ask for nothing, or for what cannot be."""
    total = asked["year"] == TOTAL
    finding = _("a minimum use holds for one year, and this row is for all of them")
    sheets.add("limits", "minimum_use", asked.index[total], finding, _("write it in the rows of the years"))
    scope = looked_up(asked["source"], {name: source.scope for name, source in policy.sources.items()})
    elsewhere = ~total & (asked["place"] == "") & scope.isin(["county", "area"])
    finding = _("the source is used county by county, and this row is for the whole city")
    sheets.add("limits", "minimum_use", asked.index[elsewhere], finding, _("write it in the rows of the places"))
    return asked[~total & ~elsewhere]


def _bills(sheets: Sheets, policy: PolicyModel) -> dict[tuple[str, str, int], int]:
    """Bills of running projects by account and year."""
    running = sheets.frames["running"]
    scope = looked_up(running["source"], {name: source.scope for name, source in policy.sources.items()})
    placed = running.assign(place=running["county"].where(scope == "county", ""))
    sums = placed.groupby(["source", "place", "year"])["amount"].sum().reset_index()
    return {(s, p, int(y)): int(amount) for s, p, y, amount in sums.itertuples(index=False, name=None)}
