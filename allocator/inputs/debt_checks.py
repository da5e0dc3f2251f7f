"""Debt that no plan can keep under its ceilings, and bonds of which not one lot fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import Notice, from_steps, rate_to_steps
from allocator.inputs.register_reader import Sheets
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.bonds import Bond
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario

_EXAMPLES = 5


def check_debt(sheets: Sheets, scenario: Scenario) -> None:
    """Note existing debt, or its service, above the ceiling it has to keep: no plan makes it less."""
    if "bonds" in scenario.options.rules_off:
        return
    debt, money = sheets.frames["debt"], scenario.money
    for kind, text in (
        ("stock", _("the existing debt of {has} {unit} is above its ceiling, {most} {unit}: no plan can keep it")),
        (
            "service",
            _("the service of existing debt, {has} {unit}, is above its ceiling, {most} {unit}: no plan can keep it"),
        ),
    ):
        over = debt[(debt[f"existing_{kind}"] > debt[f"{kind}_ceiling"]).fillna(False).astype(bool)]
        findings = [
            text.format(has=from_steps(int(has), money), most=from_steps(int(most), money), unit=money.unit)
            for has, most in zip(over[f"existing_{kind}"], over[f"{kind}_ceiling"], strict=True)
        ]
        cure = _("correct one of the two, or leave the ceiling blank where none is set")
        sheets.add("debt", f"existing_{kind}", over.index, findings, cure)


def lot_notices(sheets: Sheets, policy: PolicyModel, scenario: Scenario, years: range) -> list[Notice]:
    """Counties and years whose quota allows no lot: it is smaller than one, or one alone breaks a ceiling."""
    notices: list[Notice] = []
    place = sheets.raw["limits"].place if "limits" in sheets.raw else ""
    money = scenario.money
    for bond_id, bond in policy.bonds.items():
        lot = rate_to_steps(bond.lot.value, bond.lot.unit, Decimal(1), money)
        quotas = _quotas(sheets, bond, years)
        small = quotas[(quotas["amount"] > 0) & (quotas["amount"] < lot)]
        names = {"bond": bond_id, "lot": from_steps(lot, money), "unit": money.unit}
        if len(small):
            text = _("the quota of the bond {bond} is smaller than one lot of {lot} {unit}: {where}")
            finding = text.format(where=_shown(small), **names)
            notices.append(Notice(place, finding, _("raise the quota, or lower the lot of the policy model")))
        issuable = quotas[quotas["amount"] >= lot]
        blocked = issuable[
            [
                _breaks(sheets, _least_debt(bond, lot, scenario.as_of), lot, *key)
                for key in zip(issuable["place"], issuable["year"], strict=True)
            ]
        ]
        if len(blocked):
            text = _("one lot of the bond {bond} ({lot} {unit}) alone breaks a ceiling of its county: {where}")
            finding = text.format(where=_shown(blocked), **names)
            cure = _("none can be issued there: correct the ceilings, lengthen the term, or take the quota away")
            notices.append(Notice(place, finding, cure))
    return notices


def _quotas(sheets: Sheets, bond: Bond, years: range) -> pd.DataFrame:
    limits = sheets.frames["limits"]
    own = limits[(limits["source"] == bond.source) & (limits["place"] != "") & limits["year"].isin(list(years))]
    return own.groupby(["place", "year"])["amount"].sum().reset_index()


def _shown(quotas: pd.DataFrame) -> str:
    pairs = zip(quotas["place"].head(_EXAMPLES), quotas["year"].head(_EXAMPLES), strict=True)
    return ", ".join(f"{place} {year}" for place, year in pairs) + (" …" if len(quotas) > _EXAMPLES else "")


def _breaks(sheets: Sheets, later: Iterable[tuple[int, int]], lot: int, county: str, issued: int) -> bool:
    """Whether a lot issued in a year breaks a ceiling of the county in any year, existing debt counted."""
    debt = sheets.frames["debt"]
    rows = debt[debt["county"] == county].set_index("year")
    stock, service = {issued: lot}, dict[int, int]()
    for after, (owed, due) in enumerate(later, start=1):
        stock[issued + after], service[issued + after] = owed, due
    for kind, amounts in (("stock", stock), ("service", service)):
        room = (rows[f"{kind}_ceiling"] - rows[f"existing_{kind}"]).dropna().astype("int64")
        if any(amount > room[year] for year, amount in amounts.items() if year in room.index):
            return True
    return False


def _least_debt(bond: Bond, lot: int, as_of: date) -> Iterator[tuple[int, int]]:
    """What is still owed of a lot, and its service, by year after its issue until its term; rounded down."""
    renewed = in_force(bond.refinance_share, as_of) if bond.refinance_share else None
    paid_share = 1 - Fraction(0 if renewed is None else renewed.value)
    term, rate = int(bond.term_years.value), Fraction(bond.coupon.value)
    level = Fraction(lot, term) if rate == 0 else lot * rate / (1 - 1 / (1 + rate) ** term)
    owed = due = Fraction(lot)
    for year in range(1, term + 1):
        interest = owed * rate
        by_form = {"level": level - interest, "instalments": Fraction(lot, term), "bullet": Fraction(0)}
        principal = due if year == term else by_form[bond.repayment]
        due -= principal
        owed -= principal * paid_share
        yield int(owed), int(principal * paid_share + interest)
