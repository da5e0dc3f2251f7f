"""Which promises are money, and where a source pays at all: votes of owners, and sizes of areas; from the inputs."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from allocator.inputs.case import Case
from allocator.inputs.schemas.base import Dated, in_force
from allocator.plan.audit.exact import fraction


def passed_votes(case: Case, source: str) -> frozenset[str]:
    """Estates whose owners' vote on money of ``source`` was held by ``as_of`` and passed."""
    rule = case.policy.sources[source].vote
    if rule is None:
        return frozenset(case.register.estates["estate"])
    votes = case.register.votes
    passed = set()
    for row in votes[votes["source"] == source].to_dict("records"):
        held = "" < row["date"] <= case.scenario.as_of.isoformat()
        took_part = [(row["people_taking_part"], rule.taking_part), (row["area_taking_part"], rule.taking_part)]
        agreed = [(row["people_share"], rule.people), (row["area_share"], rule.area)]
        if (
            held
            and all(_reached(case, share, least, more=False) for share, least in took_part)
            and all(_reached(case, share, least, more=rule.more_than) for share, least in agreed)
        ):
            passed.add(str(row["estate"]))
    return frozenset(passed)


def _reached(case: Case, share: object, least: Dated | None, *, more: bool) -> bool:
    """Whether a share reaches (``more``: exceeds) the least one in force; without one it does."""
    asked = in_force(least, case.scenario.as_of) if least else None
    if asked is None:
        return True
    if share is None or share != share:  # noqa: PLR0124 - NaN
        return False
    difference = fraction(share) - fraction(asked.value)
    return difference > 0 or (difference == 0 and not more)


def counted_pledges(case: Case) -> pd.DataFrame:
    """Pledges with ``amount`` zero where the vote that their source asks for has not passed."""
    pledges = case.register.pledges.copy()
    for source, entry in case.policy.sources.items():
        if entry.vote is not None:
            lost = (pledges["source"] == source) & ~pledges["estate"].isin(passed_votes(case, source))
            pledges["amount"] = pledges["amount"].where(~lost, 0)
    return pledges


def large_areas(case: Case, source: str) -> frozenset[str] | None:
    """Areas that are large enough for ``source``; None when it pays wherever it has money."""
    sizes = case.policy.sources[source].only_areas
    if sizes is None:
        return None
    found = []
    for area, estates in case.register.estates.groupby("area"):
        measures = (
            (sizes.at_least_estates, Fraction(len(estates))),
            (sizes.at_least_households, Fraction(int(estates["households"].sum()))),
            (sizes.at_least_floor_area, sum((fraction(area) for area in estates["floor_area"]), Fraction(0))),
        )
        asked = [(in_force(least, case.scenario.as_of), size) for least, size in measures if least]
        if area and all(least is None or size >= fraction(least.value) for least, size in asked):
            found.append(str(area))
    return frozenset(found)
