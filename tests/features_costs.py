"""Features of random cases about costs: how they are made up, and limits and shares that depend on it."""

from __future__ import annotations

from collections.abc import Callable

from tests.draft import Draft


def _cost_split(draft: Draft) -> None:
    """Costs made up of works, other fees and contingency, here told in full, there in part, elsewhere as usual."""
    other, contingency = draft.whole(0, 3), draft.whole(0, 2)
    draft.policy["cost_split"] = {
        "works": (10 - other - contingency) / 10, "other": other / 10, "contingency": contingency / 10,
    }  # fmt: skip
    for item in draft.items:
        told = draft.one(["nothing", "all", "works", "others"])
        works = draft.money(0, item["cost"])
        fees = draft.money(0, item["cost"] - works)
        if told in ("all", "works"):
            item["works_cost"] = works
        if told in ("all", "others"):
            item["other_fees"] = fees
        if told == "all":
            item["contingency"] = item["cost"] - works - fees


def _construction_share(draft: Draft) -> None:
    """A source of the government, or of the residents, that pays a share of construction, perhaps by region."""
    _cost_split(draft)
    name, payer = draft.one([("fee", "government"), ("levy", "resident")])
    share = {draft.one(["max", "max", "min"]): draft.share(1, 3)}
    if draft.one([False, True]):
        share["by_region"] = {"中部": {"max": draft.share()}, "西部": {"min": draft.share(1, 2)}}
        regions = {county: draft.one(["中部", "西部", "东部"]) for county in draft.counties}
        draft.scenario["regions"] = regions
    draft.policy["sources"][name] = {"payer": payer, "share": {"of": "construction", **share}}
    draft.limits(name, 100, 900)


FEATURES_OF_COSTS: dict[str, Callable[[Draft], None]] = {"construction_share": _construction_share}
"""Features by name, in the order they are added."""
