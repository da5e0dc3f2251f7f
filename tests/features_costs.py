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


def _dated_grant(draft: Draft) -> None:
    """A sum per lift that changes while works are paid for: from none, to tiers, to another sum."""
    draft.policy["sources"]["lift_grant"] = {"payer": "government", "eligible": {"works": ["lift"]}}
    for year in (*draft.years, draft.years[-1] + 1):
        for county in draft.counties:
            draft.add("limits", source="lift_grant", place=county, year=year, amount=draft.money(0, 400))
            if year not in draft.years:
                draft.add("limits", source="budget", place=county, year=year, amount=draft.money(0, 500))
    draft.policy["works"]["lift"] = {
        "components": {"all": {"rule": draft.one(["half", "open"]), "unit_grant": "dated"}}
    }
    values = [
        {"tiers": [{"up_to": 5, "amount": draft.money(50, 200)}, {"amount": draft.money(50, 300)}], "since": first}
        for first in draft.one(
            [["2025-01-01", "2026-01-01"], ["2026-01-01"], ["2024-05-01", "2025-01-02", "2026-06-01"]]
        )
    ]
    draft.policy["unit_grants"] = {"dated": {"source": "lift_grant", "values": values}}
    draft.scenario["spend_profile"] = draft.one([("0.6", "0.4"), ("0.5", "0", "0.5"), ("0.8", "0.2")])
    estate = draft.one(draft.estates)["estate"]
    if not any(item["estate"] == estate and item["work"] == "lift" for item in draft.items):
        draft.items.append({"estate": estate, "work": "lift", "cost": draft.money(100, 600), "severity": 1})
        draft.items[-1]["required"] = draft.one([True, False])
    for item in draft.items:
        item.update(quantity=float(draft.whole(1, 2)), size=float(draft.whole(4, 6)))


def _unit_cap(draft: Draft) -> None:
    """What a source pays at an estate is capped by the quantity of works done there; some have none."""
    works = draft.one([["lift"], ["roof", "lift"], ["roof", "pipe", "door"]])
    cap = {"per": "unit", "works": works, "amount": draft.whole(1, 10) * 10}
    draft.policy["sources"].setdefault(draft.one(["budget", "pledge"]), {})["caps"] = [cap]
    for item in draft.items:
        item["quantity"] = draft.one([None, float(draft.whole(1, 20)), draft.whole(1, 9) / 2])


def _minimum_use_carried(draft: Draft) -> None:
    """Money that must be used, in part, in the year it arrives, and may be carried on."""
    draft.policy["sources"].setdefault("budget", {})["usable_years"] = 2
    for limit in draft.sheets["limits"]:
        if limit["source"] == "budget" and limit["place"] and draft.one([True, False]):
            limit["minimum_use"] = draft.money(0, limit["amount"])
    draft.add("carried", place=draft.one(draft.counties), arrival_year=2024, amount=draft.money(50, 300))


def _mixed_limits(draft: Draft) -> None:
    """An account's year in rows of different certainty; an area's total, alone or beside its years; a city total."""
    for certainty in ("issued", "applied"):
        draft.add(
            "limits", source="budget", place=draft.counties[0], year=draft.years[0], amount=draft.money(0, 300),
            certainty=certainty,
        )  # fmt: skip
    draft.policy["sources"]["award"] = {"payer": "government", "scope": "area"}
    draft.estates[0]["area"] = draft.estates[0].get("area") or "z"
    place, totals = draft.estates[0]["area"], draft.one([["years"], ["years", "total"], ["years", "total", "city"]])
    for year in draft.years:
        draft.add("limits", source="award", place=place, year=year, amount=draft.money(50, 400))
    if "total" in totals:
        draft.add("limits", source="award", place=place, year=0, amount=draft.money(50, 400))
    if "city" in totals:
        draft.add("limits", source="award", place="", year=0, amount=draft.money(50, 300))


FEATURES_OF_COSTS: dict[str, Callable[[Draft], None]] = {
    "unit_cap": _unit_cap,
    "minimum_use_carried": _minimum_use_carried,
    "mixed_limits": _mixed_limits,
    "construction_share": _construction_share,
    "dated_grant": _dated_grant,
}
"""Features by name, in the order they are added."""
