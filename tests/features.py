"""Features of random cases: each function adds one kind of rule to a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.draft import WORKS, Draft
from tests.features_carry import CARRY
from tests.features_costs import FEATURES_OF_COSTS
from tests.features_matching import FEATURES_OF_MATCHING
from tests.features_residents import RESIDENTS
from tests.features_special import special_bonds


def _carry_over(draft: Draft) -> None:
    draft.policy["sources"].setdefault("budget", {})["usable_years"] = draft.whole(2, 3)
    if draft.one([False, True]):
        draft.add("carried", place=draft.one(draft.counties), arrival_year=2024, amount=draft.money(0, 400))


def _carried(draft: Draft) -> None:
    draft.add("carried", place=draft.one(draft.counties), arrival_year=2023, amount=draft.money(0, 400))


def _grant(draft: Draft) -> None:
    """A second source of the government, at any scope, perhaps with a share, a cap or a list of works."""
    scope = draft.one(["county", "city", "area"])
    source: dict[str, Any] = {"payer": "government", "scope": scope}
    rule = draft.one(["none", "share", "cap", "eligible"])
    if rule == "share":
        end = draft.one(["max", "min"])
        low, high = (1, 9) if end == "max" else (1, 3)
        source["share"] = {"of": draft.one(["payer_part", "cost"]), end: draft.share(low, high)}
    elif rule == "cap":
        source["caps"] = [{"per": draft.one(["household", "estate"]), "amount": draft.whole(1, 8) * 10}]
    elif rule == "eligible":
        source["eligible"] = {draft.one(["works", "not_works"]): [draft.one(WORKS)]}
    draft.policy["sources"]["grant"] = source
    places = {"county": draft.counties, "city": [""], "area": ["x"]}[scope]
    if scope == "area":
        for estate in draft.estates:
            estate["area"] = draft.one(["x", ""])
        places = ["x"] * any(estate["area"] for estate in draft.estates)
    for place in places:
        for year in draft.years:
            draft.add("limits", source="grant", place=place, year=year, amount=draft.money(0, 600))


def _resident_fund(draft: Draft) -> None:
    """A source of the residents beside their pledges."""
    source: dict[str, Any] = {"payer": "resident", "scope": "county"}
    if draft.one([False, True]):
        source["share"] = {"of": draft.one(["payer_part", "cost"]), "max": draft.share()}
    draft.policy["sources"]["fund"] = source
    draft.limits("fund", 0, 300)


def _open_bands(draft: Draft) -> None:
    low, high = sorted((draft.share(0, 10), draft.share(0, 10)))
    values: dict[str, Any] = {"shares": {"government": (0, 1), "resident": (low, high)}}
    if draft.one([False, True]):
        values["stands_in"] = "government"
    draft.policy["rules"]["open"] = {"values": [values]}


def _utility(draft: Draft) -> None:
    """A third payer without limit bears part of the pipes."""
    draft.policy["payers"] = {"utility": {}}
    draft.policy["sources"]["utility_money"] = {"payer": "utility", "limited": False}
    draft.policy["rules"]["half"] = {"values": [{"shares": {"government": 0.3, "resident": 0.2, "utility": 0.5}}]}


def _two_components(draft: Draft) -> None:
    draft.policy["works"]["pipe"] = {
        "components": {"all": {"rule": "half", "share": 0.4}, "civil": {"rule": "public", "share": 0.6}}
    }
    for item in draft.items:
        if item["work"] == "pipe" and draft.one([False, True]):
            name = f"{item['estate']}-pipe"
            civil = draft.money(0, item["cost"])
            draft.add("component_costs", item=name, component="civil", cost=civil)
            draft.add("component_costs", item=name, component="all", cost=item["cost"] - civil)


def _caps(draft: Draft) -> None:
    cap = {"per": draft.one(["household", "floor_area", "estate"]), "amount": draft.whole(1, 10) * 10}
    for estate in draft.estates:
        estate["floor_area"] = float(draft.whole(1, 40))
    draft.policy["sources"].setdefault(draft.one(["budget", "pledge"]), {})["caps"] = [cap]


def _unit_grant(draft: Draft) -> None:
    draft.policy["sources"]["lift_grant"] = {"payer": "government", "eligible": {"works": ["lift"]}}
    draft.limits("lift_grant", 0, 300)
    draft.policy["works"]["lift"] = {"components": {"all": {"rule": "open", "unit_grant": "each"}}}
    tiers = [{"up_to": 5, "amount": draft.money(50, 200)}, {"amount": draft.money(50, 300)}]
    draft.policy["unit_grants"] = {"each": {"source": "lift_grant", "values": {"tiers": tiers}}}
    for item in draft.items:
        item.update(quantity=float(draft.whole(1, 2)), size=float(draft.whole(4, 6)))


def _estate_part(draft: Draft) -> None:
    """Publicly owned flats: their share of some works is the owner's."""
    draft.policy["payers"] = {**draft.policy.get("payers", {}), "owner": {}}
    draft.policy["rules"]["owned"] = {"values": [{"shares": {"owner": 1}}]}
    draft.policy["sources"]["owner_money"] = {"payer": "owner", "scope": "county"}
    draft.policy["estate_parts"] = {
        "flats": {"attribute": "public_share", "applies_to": ["half", "open", "private"], "rule": "owned"}
    }
    for estate in draft.estates:
        estate["public_share"] = draft.share(0, 5)
    draft.limits("owner_money", 0, 400)


def _formula(draft: Draft) -> None:
    formula = {
        draft.one(["per_household", "per_estate", "per_building"]): 10 * draft.whole(1, 5),
        "lag_years": draft.whole(0, 1),
        "factor": draft.one([1, 0.5]),
    }
    draft.policy["sources"]["reward"] = {"payer": "government", "formula": formula, "usable_years": draft.whole(1, 2)}
    for estate in draft.estates:
        estate["buildings"] = draft.whole(1, 9)


def _minimum_use(draft: Draft) -> None:
    for limit in draft.sheets["limits"]:
        if limit["source"] == "budget" and draft.one([False, False, True]):
            limit["minimum_use"] = draft.money(0, limit["amount"])


def _wider_limits(draft: Draft) -> None:
    """The budget is also limited for the whole city, or over the years."""
    if draft.one([True, False]):
        draft.add("limits", source="budget", place="", year=draft.one(draft.years), amount=draft.money(100, 900))
    else:
        draft.add("limits", source="budget", place=draft.one(draft.counties), year=0, amount=draft.money(100, 900))


def _running(draft: Draft) -> None:
    for limit in draft.sheets["limits"]:
        if limit["source"] == "budget" and draft.one([False, True]):
            amount = draft.money(0, limit["amount"])
            if limit["place"] and limit["year"]:
                draft.add(
                    "running", project=f"old-{limit['place']}", county=limit["place"], year=limit["year"], amount=amount
                )


def _routes(draft: Draft) -> None:
    draft.policy["sources"]["channel_a"] = {"payer": "government", "excludes": ["channel_b"]}
    draft.policy["sources"]["channel_b"] = {"payer": "government", "scope": "city"}
    draft.policy["routes"] = {"a": {"without": ["channel_b"]}, "b": {"without": ["channel_a"]}}
    draft.limits("channel_a", 0, 500)
    for year in draft.years:
        draft.add("limits", source="channel_b", year=year, amount=draft.money(0, 500))
    for project in dict.fromkeys(estate.get("project", estate["estate"]) for estate in draft.estates[:2]):
        draft.add("projects", project=project, routes=draft.one([["a", "b"], ["b"], []]))


def _projects(draft: Draft) -> None:
    """Two estates of one county start together."""
    if len({estate["county"] for estate in draft.estates}) < len(draft.estates) and "projects" not in draft.sheets:
        county = draft.estates[-1]["county"]
        for estate in [estate for estate in draft.estates if estate["county"] == county][-2:]:
            estate["project"] = "joint"


def _choice_groups(draft: Draft) -> None:
    estate = draft.one([estate["estate"] for estate in draft.estates])
    required = draft.one([False, True])
    for k in range(2):
        draft.items.append(
            {
                "estate": estate,
                "item": f"{estate}-option{k}",
                "work": ("option", "choice")[k],
                "cost": draft.money(50, 400),
                "points": draft.whole(-50, 400),
                "choice_group": "g",
                "required": required,
            }
        )
    for work in ("option", "choice"):
        draft.policy["works"][work] = {"components": {"all": {"rule": draft.one(["public", "half"])}}}


def _prerequisites(draft: Draft) -> None:
    names = [item.get("item", f"{item['estate']}-{item['work']}") for item in draft.items]
    for k in draft.draw(st.sets(st.integers(1, len(names) - 1), min_size=1, max_size=2)):
        draft.items[k]["requires"] = [draft.one(names[:k])]


def _savings(draft: Draft) -> None:
    draft.policy["savings"] = {"dig": {"works": ("roof", "pipe"), "on": "pipe", "share": draft.share(1, 5)}}
    if draft.one([False, True]):
        draft.policy["savings"]["dig2"] = {"works": ("pipe", "lift"), "on": "pipe", "share": draft.share(1, 4)}


def _community(draft: Draft) -> None:
    draft.policy["community"] = {"minimum": draft.whole(1, 2)}
    draft.policy["works"]["roof"] = {"community": True}
    draft.policy["works"]["lift"] = {**draft.policy["works"].get("lift", {}), "community": True}
    for estate in draft.estates:
        estate["community_facilities"] = draft.whole(0, 2)


def _always_needed(draft: Draft) -> None:
    draft.policy["classes"] = {"basic": {"always_needed": True, "weight": 2}, "extra": {"weight": 1}}
    draft.policy["works"].setdefault("lift", {})["work_class"] = "extra"


def _gates(draft: Draft) -> None:
    draft.policy["gates"] = {"g": {"participation": draft.share()}, "h": {}}
    for estate in draft.estates:
        for gate in "gh":
            record = {"estate": estate["estate"], "gate": gate, "state": draft.one(["met", "met", "promised", "unmet"])}
            draft.add("gates", **record, year=draft.one([None, 2024, 2025, 2026]))
    for pledge in draft.sheets["pledges"]:
        pledge["participation"] = draft.share()


def _scope(draft: Draft) -> None:
    draft.policy["scope"] = {
        "built_until": 2000,
        "newer_until": 2005,
        "newer_share": draft.share(),
        "excluded_status": {"renovated": {}},
    }
    for estate in draft.estates:
        estate["built_year"] = draft.one([1990, 2000, 2003, 1999, 2007, None])
        estate["status"] = draft.one(["normal", "normal", "normal", "renovated"])


def _locks(draft: Draft) -> None:
    estate = draft.one(draft.estates)["estate"]
    draft.scenario["locks"] = {estate: draft.one([*draft.years, "never", "must"])}


def _exclusions(draft: Draft) -> None:
    if "joint" not in [estate.get("project") for estate in draft.estates]:
        draft.scenario["exclusions"] = (tuple(estate["estate"] for estate in draft.estates[:2]),)


def _tasks(draft: Draft) -> None:
    draft.options["elastic_tasks"] = draft.one([True, True, False])
    bounds = draft.draw(
        st.sets(st.sampled_from(["min_estates", "max_estates", "min_households", "max_households"]), min_size=1)
    )
    record = {bound: draft.whole(0, 3) * (1 if bound.endswith("estates") else 10) for bound in sorted(bounds)}
    for measure in ("estates", "households"):
        if f"min_{measure}" in record and f"max_{measure}" in record:
            record[f"max_{measure}"] = max(record[f"max_{measure}"], record[f"min_{measure}"])
    draft.add("tasks", county=draft.one([*draft.counties, ""]), year=draft.one([*draft.years, 0]), **record)


def _capacity(draft: Draft) -> None:
    record = draft.one([{"max_estates": draft.whole(0, 2)}, {"max_spend": draft.money(100, 900)}])
    draft.add("capacity", county=draft.one(draft.counties), year=draft.one(draft.years), **record)


def _bundles(draft: Draft) -> None:
    draft.policy["bundle"] = {"at_least": draft.one(["all", 2]), "points_share": draft.share(1, 5)}
    for estate in draft.estates:
        estate["area"] = draft.one(["x", "x", ""])
    if any(estate["area"] for estate in draft.estates) and draft.one([False, True]):
        draft.add("areas", area="x", bonus_points=draft.whole(0, 500), at_least=draft.one([None, 1, 2]))


def _bonds(draft: Draft) -> None:
    county = draft.counties[0]
    draft.policy["sources"]["bond_money"] = {"payer": "government", "usable_years": draft.whole(1, 2)}
    draft.policy["sources"]["debt_fund"] = {"payer": "government", "local": True, "eligible": {"works": ["roof"]}}
    draft.policy["bonds"] = {
        "bond": {
            "source": "bond_money",
            "lot": draft.one([200, 300]),
            "term_years": draft.whole(1, 3),
            "coupon": draft.one([0.05, 0.03]),
            "repayment": draft.one(["bullet", "instalments", "level"]),
            "service_source": draft.one(["debt_fund", "budget"]),
            "refinance_share": draft.one([0, 0.4, 1]),
        }
    }
    draft.add("limits", source="bond_money", place=county, year=draft.one(draft.years), amount=draft.money(200, 650))
    for year in draft.years:
        draft.add("limits", source="debt_fund", place=county, year=year, amount=draft.money(0, 500))
    if draft.one([False, True]):
        record = {"stock_ceiling": draft.money(300, 600), "existing_stock": draft.money(0, 200)}
        draft.add("debt", county=county, year=draft.one(draft.years), **record)
    if draft.one([False, True]):
        record = {"service_ceiling": draft.money(50, 700), "existing_service": draft.money(0, 100)}
        draft.add("debt", county=county, year=draft.years[-1] + 1, **record)


def _affordability(draft: Draft) -> None:
    draft.policy["residents"] = {"payer": "resident", "affordability": 10 * draft.whole(1, 6)}


def _fairness(draft: Draft) -> None:
    draft.options["fairness"] = str(draft.share())


def _profiles(draft: Draft) -> None:
    draft.scenario["spend_profile"] = draft.one([("0.6", "0.4"), ("0.5", "0.3", "0.2")])
    if draft.one([False, True]):
        draft.policy["works"].setdefault("roof", {})["spend_profile"] = ("0.2", "0.8")
    for county in draft.counties:
        for lag in range(1, len(draft.scenario["spend_profile"])):
            draft.add("limits", source="budget", place=county, year=draft.years[-1] + lag, amount=draft.money(0, 500))


def _staging(draft: Draft) -> None:
    draft.options["staging_years"] = 1
    for county in draft.counties:
        draft.add("limits", source="budget", place=county, year=draft.years[-1] + 1, amount=draft.money(0, 500))


def _hazards(draft: Draft) -> None:
    for estate in draft.estates:
        estate["hazard"] = draft.one([False, True])


def _points(draft: Draft) -> None:
    for record in (*draft.estates, *draft.items):
        if "area" not in record and draft.one([False, True]):
            record["points"] = draft.whole(-100, 900)


def _goal_order(draft: Draft) -> None:
    draft.goals = draft.one(
        [
            ["tasks", "shortfall", "public_money", "points"],
            ["points", "shortfall", "public_money"],
            ["tasks", "points", "hazards", "shortfall"],
        ]
    )


def _persistence(draft: Draft) -> None:
    """A plan adopted before, through the register or the scenario, with limits on what may change."""
    projects = sorted({estate.get("project") or estate["estate"] for estate in draft.estates})
    years = {project: draft.one([*draft.years, 0]) for project in projects}
    if draft.one([False, True]):
        for project, year in years.items():
            draft.add("adopted", project=project, start_year=year or None)
    else:
        draft.scenario["adopted"] = years
    draft.scenario["persistence"] = {
        "most_moves": draft.one([None, 0, 1, 2]),
        "price": draft.one([0, 30, 500]),
        "frozen_until": draft.one([None, draft.years[0]]),
    }
    draft.scenario["stage"] = draft.one(["申报", "中期调整", "定案"])


def _listed(draft: Draft) -> None:
    """Projects in the official list of a year, and sources that ask for it."""
    for source in draft.one([["budget"], ["pledge"]]):
        draft.policy["sources"].setdefault(source, {})["listed_year"] = {}
    listed: dict[str, int | None] = {}
    for estate in draft.estates:
        project = estate.get("project") or estate["estate"]
        estate["listed_year"] = listed.setdefault(project, draft.one([None, *draft.years]))


def _under_way(draft: Draft) -> None:
    """Running projects that count towards tasks and capacity of the year they started in."""
    for number, county in enumerate(draft.counties):
        year = draft.one(draft.years)
        record = {"project": f"begun-{number}", "county": county, "start_year": year, "source": "budget"}
        draft.add("running", **record, year=draft.years[0], amount=0, estates=1, households=10)
        draft.add(
            "tasks", county=county, year=year, min_estates=draft.whole(0, 2), max_households=10 * draft.whole(0, 3)
        )
        if not any(row["county"] == county and row["year"] == year for row in draft.sheets.get("capacity", [])):
            draft.add("capacity", county=county, year=year, max_estates=draft.whole(0, 2))


FEATURES: dict[str, Callable[[Draft], None]] = {
    f.__name__.removeprefix("_"): f
    for f in (
        _projects, _routes, _carry_over, _carried, _grant, _resident_fund, _open_bands, _utility, _two_components,
        _caps, _unit_grant, _estate_part, _formula, _choice_groups, _prerequisites, _savings, _community,
        _always_needed, _gates, _scope, _locks, _exclusions, _tasks, _capacity, _bundles, _bonds, _affordability,
        _fairness, _profiles,
        _staging, _hazards, _points, _goal_order, _minimum_use, _running, _wider_limits,
        _persistence, _listed, _under_way, *RESIDENTS, *CARRY, special_bonds,
    )
} | FEATURES_OF_COSTS | FEATURES_OF_MATCHING  # fmt: skip
"""Features by name, in the order they are added; later ones may look at what earlier ones put there."""
