"""Features of random cases: carried money tied to projects under way, and limits that may be exceeded at a price."""

from __future__ import annotations

from tests.draft import Draft


def _tied(draft: Draft) -> None:
    """A project under way has carried money of its own, perhaps more than it owes; others take it at a price."""
    usable = draft.whole(1, 3)
    draft.policy["sources"].setdefault("budget", {})["usable_years"] = usable
    county = draft.one(draft.counties)
    for number in range(draft.whole(1, 2)):
        draft.add("carried", place=county, project="old", arrival_year=2024 - number, amount=draft.money(50, 400))
    for year in draft.years:
        draft.add("running", project="old", county=county, year=year, amount=draft.money(0, 80))
    if draft.one([False, True]):
        draft.policy["reallocation"] = {"price": draft.one([0, 0.25, 1])}


def _elastic(draft: Draft) -> None:
    """The county's budget may be exceeded, for more than a yuan of shortfall; perhaps there is no last resort."""
    draft.options["elastic_limits"] = {"budget": draft.one([1, 1.25, 2])}
    if draft.one([False, True]):
        draft.options["shortfall"] = False


CARRY = (_tied, _elastic)
"""In the order they are added."""
