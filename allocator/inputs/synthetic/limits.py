"""Synthetic money: limits of every source in every year, bills of projects under way, money carried over."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.inputs.schemas.bonds import Bond
from allocator.inputs.schemas.sources import Source
from allocator.inputs.synthetic.draw import Floats, stream
from allocator.inputs.synthetic.needs import GRANT
from allocator.inputs.synthetic.recipe import Setting

EXPECTED = "expected"
"""Certainty of every year after the plan year."""


@dataclass(frozen=True)
class Purse(Setting):
    """What the money of a synthetic city is computed from."""

    need: pd.DataFrame
    """Expected need in steps: a row per county, a column per payer (and per unit grant)."""

    @property
    def years(self) -> list[int]:
        """Payment years."""
        first, profile = self.recipe.scenario.first, self.recipe.scenario.spend_profile
        return list(range(first, first + self.recipe.scenario.start_years + len(profile) - 1))

    @property
    def weights(self) -> Floats:
        """Share of all bills that falls due in each payment year, when starts are spread evenly."""
        starts = np.full(self.recipe.scenario.start_years, 1 / self.recipe.scenario.start_years)
        return np.convolve(starts, np.array(self.recipe.scenario.spend_profile, dtype=float))

    @property
    def public(self) -> pd.Series:
        """Steps of public money over all years, by county."""
        last_resort = [p for p, payer in self.policy.payers.items() if payer.last_resort]
        return self.need.reindex(columns=last_resort, fill_value=0.0).sum(axis=1) * self.recipe.money.coverage

    def coarse(self, amount: Floats) -> Floats:
        """``amount`` as budgets are written: whole money units when there are many."""
        unit = float(1 / self.money.step)
        return np.where(amount >= 10 * unit, np.round(amount / unit) * unit, np.round(amount))


def make_running(purse: Purse, carried: pd.DataFrame) -> pd.DataFrame:
    """Sheet ``running``: projects of the year before, with bills that fall due before anything new."""
    recipe, years = purse.recipe.money.running, purse.years
    held = carried.groupby(["source", "place"])["amount"].sum() // recipe.projects
    records = []
    for county in purse.extent.counties:
        a_year = purse.public[county.id] * purse.weights.max()
        per_bill = a_year * np.array(recipe.bills) / recipe.projects
        paid = {source: int(a_year * recipe.paid / recipe.projects * share) for source, share in recipe.sources.items()}
        bills = [(y, s, int(bill * share)) for y, bill in zip(years, per_bill, strict=False)
                 for s, share in recipe.sources.items()]  # fmt: skip
        facts = _project_money(purse, sum(paid.values()), sum(amount for _year, _source, amount in bills))
        for number in range(1, recipe.projects + 1):
            records += [
                {
                    "project": f"R-{county.code}-{number}",
                    "name": purse.recipe.names.running.format(county=county.short, number=number),
                    "county": county.id,
                    "start_year": years[0] - 1,
                    "estates": 1,
                    "households": 60 * number,
                    **facts,
                    "expected_end": years[0],
                    "source": source,
                    "arrived": paid[source] + int(held.get((source, county.id), 0)),
                    "paid": paid[source],
                    "year": year,
                    "amount": amount,
                    "document": purse.recipe.names.document,
                }
                for year, source, amount in bills
            ]
    return pd.DataFrame(records).sort_values(["project", "source", "year"], ignore_index=True)


def _project_money(purse: Purse, paid: int, bills: int) -> dict[str, int]:
    """Estimate, contract and works done of a project under way, in steps that make whole money units."""
    recipe, unit = purse.recipe.money.running, int(1 / purse.money.step)
    contract = -(-(paid + bills) // unit) * unit
    estimate = int(contract * (1 + recipe.reserve)) // unit * unit
    return {"estimate": estimate, "contract": contract, "done": int(contract * recipe.done) // unit * unit}


def make_carried(purse: Purse) -> pd.DataFrame:
    """Sheet ``carried``: money that arrived in the year before the plan year, part of it for a project under way."""
    recipe = purse.recipe.money.carried
    amount = purse.coarse(np.array([purse.public[c.id] for c in purse.extent.counties]) * recipe.share)
    tied = purse.coarse(amount * recipe.tied)
    frames = [
        pd.DataFrame(
            {
                "source": recipe.source,
                "place": [c.id for c in purse.extent.counties],
                "project": projects,
                "arrival_year": purse.years[0] - 1,
                "amount": part.astype(np.int64),
                "document": purse.recipe.names.document,
            }
        )
        for projects, part in (("", amount - tied), ([f"R-{c.code}-1" for c in purse.extent.counties], tied))
    ]
    both = pd.concat(frames, ignore_index=True)
    return both[both["amount"] > 0].sort_values(["source", "place", "project"], ignore_index=True)


def make_limits(purse: Purse, running: pd.DataFrame) -> pd.DataFrame:
    """Sheet ``limits``: every limited source of the recipe, at every place, in every payment year."""
    frames = []
    bills = running.groupby(["source", "county", "year"])["amount"].sum()
    bonds = {bond.source: bond for bond in purse.policy.bonds.values()}
    service: dict[str, Floats | float] = {}
    # Bonds first: their service is owed by another source.
    for name in sorted(purse.recipe.money.sources, key=lambda source: source not in bonds):
        source = purse.policy.sources[name]
        places = [""] if source.scope == "city" else [c.id for c in purse.extent.counties]
        for place in places:
            amount = _base(purse, name, source, place)
            if name in bonds:
                amount = _in_lots(purse, bonds[name], amount)
                service[place] = service.get(place, 0.0) + service_of(bonds[name], amount)[: len(amount)]
            elif name in {bond.service_source for bond in bonds.values()}:
                amount = amount + service.get(place, 0.0)
            owed = np.array([float(bills.get((name, place, year), 0)) for year in purse.years])
            amount = purse.coarse(amount + owed)
            frames.append(_rows(purse, name, place, amount))
    limits = pd.concat(frames, ignore_index=True)
    order = {name: position for position, name in enumerate(purse.policy.sources)}
    return limits.sort_values(["source", "place", "year"], key=lambda c: c.map(order) if c.name == "source" else c,
                              ignore_index=True)  # fmt: skip


def _base(purse: Purse, name: str, source: Source, place: str) -> Floats:
    """Steps by payment year before bills and service; a little noise keeps counties from being alike."""
    recipe = purse.recipe.money.sources[name]
    rng = stream(purse.extent.seed, f"limits {name} {place}")
    if recipe.of == "grant":
        total = purse.need.get(GRANT + name, pd.Series(0.0, index=purse.need.index))
    elif purse.policy.payers[source.payer].last_resort:
        total = purse.public
    else:
        total = purse.need.get(source.payer, pd.Series(0.0, index=purse.need.index))
    sum_here = float(total.sum() if place == "" else total[place])
    noise = rng.uniform(0.93, 1.07, len(purse.years))
    return sum_here * recipe.share * recipe.slack * purse.weights * noise


def _in_lots(purse: Purse, bond: Bond, amount: Floats) -> Floats:
    """The quota in whole lots; its money comes in the start years, so the tail's is moved there."""
    lot, starts = lot_steps(purse, bond), purse.recipe.scenario.start_years
    quota = np.zeros(len(amount))
    quota[:starts] = np.round(amount.sum() / starts / lot) * lot
    return quota


def lot_steps(purse: Purse, bond: Bond) -> float:
    """Size of a lot in steps."""
    units = {purse.money.unit: purse.money.unit_value, purse.money.currency: Decimal(1), **purse.money.other_units}
    return float(bond.lot.value * units[bond.lot.unit] / purse.money.unit_value / purse.money.step)


def service_of(bond: Bond, issued: Floats) -> Floats:
    """Upper estimate of the service of bonds issued in the payment years, until the last repayment."""
    term = int(bond.term_years.value)
    due = np.zeros(len(issued) + term)
    for year, amount in enumerate(issued):
        due[year + 1 : year + 1 + term] += amount * (1 / term + float(bond.coupon.value))
    return due


def _rows(purse: Purse, source: str, place: str, amount: Floats) -> pd.DataFrame:
    recipe = purse.recipe.money.sources[source]
    estates = {county.id: county.estates for county in purse.extent.counties}
    is_large = estates.get(place, sum(estates.values())) >= recipe.minimum_use_from
    needed = int(amount[0] * recipe.minimum_use * is_large) or None
    return pd.DataFrame(
        {
            "source": source,
            "place": place,
            "year": purse.years,
            "amount": amount.astype(np.int64),
            "minimum_use": pd.array([needed, *[None] * (len(amount) - 1)], dtype="Int64"),
            "certainty": [recipe.certainty] + [EXPECTED] * (len(amount) - 1),
            "document": purse.recipe.names.document,
        }
    )
