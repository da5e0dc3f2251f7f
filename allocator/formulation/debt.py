"""Bonds: who may issue how many lots where, and what each lot costs in the years after."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

import pandas as pd

from allocator.formulation.frames import stack, summed
from allocator.formulation.splitting import Schedule, bond_schedule
from allocator.inputs.case import Case, rate_to_steps
from allocator.inputs.register_sheets import TOTAL
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.bonds import Bond

SERVICE = ["bond", "place", "county", "year", "col", "principal", "interest", "refinanced", "amount"]
"""Columns of ``service_terms`` besides ``source``."""


def is_bond_fed(case: Case) -> set[str]:
    """Sources whose money is bond proceeds; their declared limits are quotas."""
    return {bond.source for bond in case.policy.bonds.values()}


def county_of(case: Case) -> dict[str, str]:
    """County of each place that bonds are issued at: itself, or the one an area lies in."""
    areas = case.register.areas
    return {**dict(zip(areas["area"], areas["county"], strict=True)), **{c: c for c in case.scenario.counties}}


def special_bonds(case: Case) -> set[str]:
    """Bonds that areas issue."""
    return {name for name, bond in case.policy.bonds.items() if bond.kind == "special"}


def topup_source(case: Case) -> str:
    """County source that pays what the income of special-bond projects does not; "" without such bonds."""
    return next((bond.service_source for bond in case.policy.bonds.values() if bond.kind == "special"), "")


def lot_steps(case: Case, bond: str) -> int:
    """Size of a lot of a bond, in whole steps."""
    lot = case.policy.bonds[bond].lot
    return rate_to_steps(lot.value, lot.unit, Decimal(1), case.scenario.money)


def lot_sizes(case: Case) -> dict[str, int]:
    """Whole steps of a lot by bond."""
    return {bond: lot_steps(case, bond) for bond in case.policy.bonds}


def refinance_share(case: Case, bond: Bond) -> Decimal:
    """Share of the principal falling due that new bonds repay (再融资债券), in force on the scenario's date."""
    share = in_force(bond.refinance_share or (), case.scenario.as_of)
    return Decimal(0) if share is None else share.value


def last_debt_year(case: Case) -> int:
    """Last year of the tables of debt: the last of 债务, or the last repayment of any quota in the register."""
    limits = case.register.limits
    years = [case.scenario.horizon.first, *case.register.debt["year"].astype(int)]
    for bond in case.policy.bonds.values():
        quotas = limits.loc[(limits["source"] == bond.source) & (limits["year"] != TOTAL), "year"]
        years += [int(year) + int(bond.term_years.value) for year in quotas]
    return int(max(years))


def schedule(case: Case, bond: str) -> Schedule:
    """Principal and interest of one lot by year after issue; to the last year of the tables where some is refinanced.

    Lots issued after the first year end earlier: what falls due after ``last_debt_year`` is nobody's.
    """
    terms, term = case.policy.bonds[bond], int(case.policy.bonds[bond].term_years.value)
    share = refinance_share(case, terms)
    years = max(term, last_debt_year(case) - case.scenario.horizon.first) if share else term
    return _schedule(lot_steps(case, bond), (term, years), terms.coupon.value, terms.repayment, share)


@lru_cache(maxsize=256)
def _schedule(lot: int, span: tuple[int, int], coupon: Decimal, repayment: str, share: Decimal) -> Schedule:
    return bond_schedule(lot, span[0], coupon, repayment, refinanced=share, years=span[1])


def bond_quotas(case: Case, bond: str, years: Sequence[int]) -> pd.DataFrame:
    """Quota of a bond; ``place``, ``county``, ``year``, ``amount`` [steps]."""
    limits, counties = case.register.limits, county_of(case)
    is_special = case.policy.bonds[bond].kind == "special"
    areas = case.register.areas
    places = set(areas.loc[areas["review"] != "refused", "area"]) if is_special else set(case.scenario.counties)
    own = (
        (limits["source"] == case.policy.bonds[bond].source)
        & limits["place"].isin(places)
        & limits["year"].isin(list(years))
    )
    quota = summed(limits.loc[own, ["place", "year", "amount"]].astype({"year": "int64"}), ["place", "year"], "amount")
    return quota.assign(county=quota["place"].map(counties))[["place", "county", "year", "amount"]]


def all_quotas(case: Case, years: Sequence[int]) -> pd.DataFrame:
    """Quotas of all bonds in ``years``; ``bond``, ``place``, ``county``, ``year``, ``amount`` [steps]."""
    frames = [bond_quotas(case, bond, years).assign(bond=bond) for bond in case.policy.bonds]
    return stack(frames, ["bond", "place", "county", "year", "amount"])


def county_quotas(case: Case, years: Sequence[int]) -> pd.DataFrame:
    """What the areas of a county may issue of a special bond together; ``bond``, ``county``, ``year``, ``amount``."""
    bonds = {case.policy.bonds[name].source: name for name in sorted(special_bonds(case))}
    limits, areas = case.register.limits, set(case.register.areas["area"])
    own = limits[limits["source"].isin(list(bonds)) & limits["place"].isin(case.scenario.counties)]
    own = own[~own["place"].isin(areas) & own["year"].isin(list(years))].rename(columns={"place": "county"})
    own = own.assign(bond=own["source"].map(bonds)).astype({"year": "int64"})
    return summed(own, ["bond", "county", "year"], "amount")[["bond", "county", "year", "amount"]]


def greatest_service(case: Case, years: Sequence[int]) -> pd.DataFrame:
    """What bonds may charge if all quotas of ``years`` were issued; ``source``, ``place``, ``year``, ``amount``.

    ``place`` is the county. Special bonds may charge in any of ``years`` what they cost in all of them.
    """
    frames = []
    for name, bond in case.policy.bonds.items():
        quota = bond_quotas(case, name, years)
        lots = quota["amount"] // lot_steps(case, name)
        for offset, service in enumerate(schedule(case, name).service, start=1):
            due = quota.assign(year=quota["year"] + offset, amount=lots * service, source=bond.service_source)
            due = due.assign(place=due["county"])
            if bond.kind == "special":
                due = due[due["year"].isin(list(years))].drop(columns="year")
                due = due.merge(pd.DataFrame({"year": list(years)}), how="cross")
            frames.append(due)
    return stack(frames, ["source", "place", "year", "amount"])


def service_terms(case: Case, issue: pd.DataFrame) -> pd.DataFrame:
    """Service per lot issued, in all years to the last repayment; ``issue`` has bond, place, year, col.

    ``bond``, ``source`` (that pays it), ``place``, ``county``, ``year`` (due), ``col``, ``principal`` (that is
    charged), ``interest``, ``refinanced``, ``amount`` [steps].
    """
    frames, counties, last = [], county_of(case), last_debt_year(case)
    for name, bond in case.policy.bonds.items():
        own = issue[issue["bond"] == name]
        own = own.assign(source=bond.service_source, county=own["place"].map(counties))
        plan = schedule(case, name)
        frames += [
            own.assign(year=own["year"] + k, principal=p, interest=i, refinanced=r, amount=p + i)
            for k, (p, i, r) in enumerate(plan.years, start=1)
        ]
    found = stack(frames, ["source", *SERVICE])
    return found[found["year"] <= last].reset_index(drop=True)
