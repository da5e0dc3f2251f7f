"""Fixed sums per unit, taken out of their components before payers share the rest.

The amounts in force in the year of *payment* count, so what a work costs whom depends on the year it is done in: an
*era* is a run of such years after which all payments meet the same amounts.
Source: models/<id>/formulation.md, "Normal form of costs".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from allocator.formulation.splitting import common_ratio
from allocator.inputs.case import Case, rate_to_steps
from allocator.inputs.schemas.costs import GrantTiers, UnitGrant

Ints = npt.NDArray[np.int64]


def profile_of(case: Case, work: str) -> tuple[Decimal, ...]:
    """Spend profile of a work: its own, its class's, or the scenario's."""
    own = case.policy.works[work].spend_profile
    if own is not None:
        return own
    return case.scenario.class_profiles.get(case.policy.works[work].work_class, case.scenario.spend_profile)


def profile_weights(case: Case, work: str) -> tuple[int, ...]:
    """Spend profile of a work as whole numbers in the same proportions."""
    return tuple(common_ratio(profile_of(case, work))[0])


def doing_years(case: Case) -> range:
    """Years in which works may be done."""
    horizon = case.scenario.horizon
    return range(horizon.first, horizon.last + case.scenario.options.staging_years + 1)


@dataclass(frozen=True)
class Era:
    """Years of doing, both ends included, and the amounts in force in the payment years after each (None: none)."""

    first: int
    last: int
    values: tuple[GrantTiers | None, ...]


def eras(case: Case, grant: UnitGrant, weights: tuple[int, ...]) -> list[Era]:
    """Eras of a grant for works with a spend profile; years in which nothing falls due do not matter."""
    found: list[Era] = []
    for year in doing_years(case):
        values = tuple(grant.paid_in(year + offset) if weight else None for offset, weight in enumerate(weights))
        if found and found[-1].values == values:
            found[-1] = Era(found[-1].first, year, values)
        else:
            found.append(Era(year, year, values))
    return found


def carve_unit_grants(case: Case, parts: pd.DataFrame) -> pd.DataFrame:
    """Take fixed sums per unit out of their components, as parts paid by the grant's source alone.

    Parts whose amounts depend on the year of doing stand once for each era, with ``from_year`` and ``until_year``.
    """
    carved: list[pd.DataFrame] = []
    for name, grant in case.policy.unit_grants.items():
        here = parts["unit_grant"] == name
        for work, granted in parts[here].groupby("work", sort=True):
            weights = profile_weights(case, str(work))
            several = eras(case, grant, weights)
            for era in several:
                mark = f"/from:{era.first}" if len(several) > 1 else ""
                own = granted.assign(part=granted["part"] + mark, from_year=era.first, until_year=era.last)
                carved += _carved(case, name, own, era, weights)
        parts = parts[~here]
    return pd.concat([parts, *carved], ignore_index=True) if carved else parts


def _carved(
    case: Case, name: str, parts: pd.DataFrame, era: Era, weights: tuple[int, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is left of components, and what the grant pays of them, in one era."""
    grant, cost = case.policy.unit_grants[name], parts["cost"].to_numpy(np.int64)
    granted = np.stack(
        [np.minimum(cost, _amounts(case, grant, value, parts["quantity"], parts["size"])) for value in era.values],
        axis=1,
    )
    numerators, denominator = np.array(weights, dtype=np.int64), sum(weights)
    amount = (2 * (granted * numerators).sum(axis=1) + denominator) // (2 * denominator)
    rest = _weights((cost[:, None] - granted) * numerators, weights)
    left = parts.assign(cost=cost - amount, weights=rest.set_axis(parts.index))
    paid = parts.assign(
        cost=amount,
        weights=_weights(granted * numerators, weights).set_axis(parts.index),
        part=parts["part"] + f"/grant:{name}",
        order=parts["order"] + 0.1,
        payer=case.policy.sources[grant.source].payer,
        grant_source=grant.source,
    )
    return left, paid


def _weights(exact: Ints, plain: tuple[int, ...]) -> pd.Series:
    """What falls due in each year, as weights; the spend profile itself where they are in its proportions."""
    profile = np.array(plain, dtype=np.int64)
    total = exact.sum(axis=1, keepdims=True)
    as_usual = (exact * profile.sum() == total * profile).all(axis=1)
    weights = [plain if same else tuple(row) for same, row in zip(as_usual, exact.tolist(), strict=True)]
    return pd.Series(weights, dtype=object)


def _amounts(case: Case, grant: UnitGrant, value: GrantTiers | None, quantity: pd.Series, size: pd.Series) -> Ints:
    """Steps granted per row: amount of the tier times the quantity."""
    amounts = np.zeros(len(quantity), dtype=np.int64)
    for row, (count, measure) in enumerate(zip(quantity.fillna(0), size.fillna(0), strict=True)):
        tiers = value.tiers if value is not None else ()
        tier = next((t for t in tiers if t.up_to is None or Decimal(str(measure)) <= t.up_to), None)
        if tier is not None:
            amounts[row] = rate_to_steps(tier.amount, grant.unit, Decimal(str(count)), case.scenario.money)
    return amounts
