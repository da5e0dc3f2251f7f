"""Random small cases: a few estates, years and sources, and any mixture of features, small enough to enumerate.

Amounts are multiples of 50 steps and shares of tenths, so that exact money and the linear programme of the oracle agree
to within a step or so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from tests.builders import make_case
from tests.draft import WORKS, Draft
from tests.features import FEATURES
from tests.oracle.choices import TooManyError, points
from tests.oracle.facts import Facts


def _basics(draft: Draft) -> None:
    """Estates with an item or two, a budget for every county and year, and pledges."""
    count = draft.whole(2, 4)
    draft.years = list(range(2025, 2025 + draft.whole(1, 2 if count == 4 else 3)))
    draft.counties = ["c", "d"][: draft.whole(1, 2)]
    for k in range(count):
        estate = f"e{k}"
        draft.estates.append(
            {"estate": estate, "county": draft.counties[k % len(draft.counties)], "households": draft.whole(1, 20)}
        )
        for work in draft.draw(st.lists(st.sampled_from(WORKS), min_size=1, max_size=2, unique=True)):
            item = {"estate": estate, "work": work, "cost": draft.money(100, 600), "severity": draft.whole(0, 3)}
            if draft.items and draft.items[-1]["estate"] == estate:
                item["required"] = draft.one([True, False])
            draft.items.append(item)
            if work != "roof":
                draft.add("pledges", estate=estate, amount=draft.money(0, 600))
    merged = {row["estate"]: row for row in draft.sheets.get("pledges", [])}
    draft.sheets["pledges"] = list(merged.values())
    draft.limits("budget", 0, 900)
    draft.options["shortfall"] = draft.one([True, False])
    if draft.options["shortfall"] and draft.one([False, True]):  # else no plan ever needs a shortfall
        draft.scenario["locks"] = {"e0": "must"}


@st.composite
def small_cases(
    draw: st.DrawFn,
    needed: Sequence[str] = (),
    *,
    others: Sequence[str] = tuple(FEATURES),
    most: int = 4,
    limit: int = 300,
) -> dict[str, Any]:
    """Arguments of ``make_case`` for a random case with at most ``limit`` integer points.

    Parameters
    ----------
    needed
        Names of the features that every case has.
    others, most
        Features that may be drawn besides, and how many of them at most.
    """
    draft = Draft(draw)
    _basics(draft)
    chosen = set(needed)
    if others:
        chosen |= draw(st.sets(st.sampled_from(list(others)), max_size=most))
    for name, feature in FEATURES.items():
        if name in chosen:
            feature(draft)
    parts = draft.parts()
    try:
        points(Facts(make_case(**parts)), limit)
    except TooManyError:
        assume(False)
    return parts
