"""Whether special-bond projects of a register can be: quotas that no income can repay, income that nothing can earn."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.inputs.register_reader import Sheets
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario


def check_projects(sheets: Sheets, policy: PolicyModel, scenario: Scenario) -> None:
    """Note streams that nothing can earn, and quotas of special bonds that can never be used."""
    _streams(sheets)
    for bond in policy.bonds.values():
        if bond.kind == "special":
            _quotas(sheets, scenario, bond.source, int(bond.term_years.value))


def _streams(sheets: Sheets) -> None:
    """A stream needs an estate of its area, with the work it comes from; it lasts a year at least."""
    income, estates, items = sheets.frames["income"], sheets.frames["estates"], sheets.frames["items"]
    if income.empty:
        return
    area = dict(zip(estates["estate"], estates["area"], strict=True))
    elsewhere = (income["estate"] != "") & (income["estate"].map(area).fillna("") != income["area"])
    text, cure = _("the estate does not lie in this area"), _("correct one of the two")
    sheets.add("income", "estate", income.index[elsewhere], text, cure)
    needed = set(zip(items["estate"].map(area).fillna(""), items["work"], strict=True))
    needed_at = set(zip(items["estate"], items["work"], strict=True))
    idle = [
        bool(work) and ((estate, work) not in needed_at if estate else (place, work) not in needed)
        for place, estate, work in income[["area", "estate", "work"]].itertuples(index=False, name=None)
    ]
    text = _("no estate here has such a work item: the income can never be earned")
    sheets.add("income", "work", income.index[idle], text, _("correct the work, or add the item to 改造项"))
    short = income["years"] < 1
    sheets.add("income", "years", income.index[short], _("income must last a year or more"), _("write 1 or more"))
    early = income["after"] < 0
    sheets.add("income", "after", income.index[early], _("the years are negative"), _("write 0 or more"))


def _quotas(sheets: Sheets, scenario: Scenario, source: str, term: int) -> None:
    """A quota at an area needs a project that was not refused, and income in the year of the last repayment."""
    limits, areas = sheets.frames["limits"], sheets.frames["areas"]
    own = limits[(limits["source"] == source) & limits["place"].isin(list(areas["area"])) & (limits["amount"] > 0)]
    refused = own["place"].isin(list(areas.loc[areas["review"] == "refused", "area"]))
    text = _("special bonds may be issued here, but the project was refused in review")
    cure = _("correct the review in 片区, or remove the row")
    sheets.add("limits", "place", own.index[refused], text, cure)
    last = _last_income(sheets, scenario)
    ends = own["place"].map(last).fillna(0).astype("int64")
    late = own[(own["year"] + term > ends) & ~refused & (own["year"] > 0)]
    text = _("issued in {year} the bond is repaid until {last}, but the income of {place} ends in {end}")
    nothing = _("issued in {year} the bond is repaid until {last}, but {place} has no income")
    findings = [
        (text if end else nothing).format(year=year, last=year + term, place=place, end=end)
        for year, place, end in zip(late["year"].astype(int), late["place"], ends[late.index], strict=True)
    ]
    sheets.add("limits", "year", late.index, findings, _("add income to 片区收益, shorten the term, or remove the row"))


def _last_income(sheets: Sheets, scenario: Scenario) -> pd.Series:
    """Last year in which each area can have income, whenever its works are done."""
    income = sheets.frames["income"]
    latest = scenario.horizon.last + scenario.options.staging_years
    return (latest + income["after"] + income["years"] - 1).groupby(income["area"]).max()
