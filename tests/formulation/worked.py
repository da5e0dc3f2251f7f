"""More cases worked out by hand: each is lost when one side of one row is."""

from __future__ import annotations

from typing import Any

from tests.oracle.worked import Worked


def _two(**changes: Any) -> dict[str, Any]:
    """Two estates of 10 households, a roof of 50 each: 100 points for a start in the first year, 90 in the second."""
    base: dict[str, Any] = {
        "estates": [{"estate": "a"}, {"estate": "b"}],
        "items": [{"estate": "a", "cost": 50}, {"estate": "b", "cost": 50}],
        "options": {"shortfall": False},
        "limits": _RICH,
    }
    return {**base, **changes}


def _one(**changes: Any) -> dict[str, Any]:
    """One estate of 10 households with a roof of 60, which must start."""
    base: dict[str, Any] = {
        "estates": [{"estate": "a"}],
        "items": [{"estate": "a", "cost": 60}],
        "scenario": {"locks": {"a": "must"}},
        "limits": _RICH,
    }
    return {**base, **changes}


def _options(**changes: Any) -> list[dict[str, Any]]:
    """A roof and two alternatives for it."""
    return [
        {"estate": "a", "cost": 60},
        {"estate": "a", "item": "good", "cost": 70, "choice_group": "g", "required": False, "points": 9, **changes},
        {"estate": "a", "item": "poor", "cost": 40, "choice_group": "g", "required": False, "points": 2, **changes},
    ]


_RICH = [{"amount": 1000}]
_DIG = {"savings": {"dig": {"works": ("roof", "main"), "on": "main", "share": 0.25}}}
_MAIN = {"works": {"main": {"components": {"all": {"rule": "public"}}}}}


def _drafted(**changes: Any) -> dict[str, Any]:
    """Two roofs of 50, money for one a year; the adopted plan starts b first although a has 30 households and b 10.

    Worth 300 or 270 for a, 100 or 90 for b: at best 390 (a first), as adopted 370.
    """
    base: dict[str, Any] = {
        "estates": [{"estate": "a", "households": 30}, {"estate": "b"}],
        "horizon": (2025, 2026),
        "limits": [{"amount": 50}, {"amount": 50, "year": 2026}],
        "adopted": [{"project": "a", "start_year": 2026}, {"project": "b", "start_year": 2025}],
    }
    return _two(**{**base, **changes})


_AS_ADOPTED = {"a": 2026, "b": 2025}
_BOTH_YEARS = [{"amount": 100}, {"amount": 100, "year": 2026}]
_UNDER_WAY = [
    {"project": "old", "county": "c", "start_year": 2025, "source": "budget", "year": 2025, "amount": 0, "estates": 1}
]

MORE: dict[str, Worked] = {
    # persistence
    "persistence_most_moves": Worked(
        "a first would move both projects, one may move",
        _drafted(scenario={"persistence": {"most_moves": 1}}),
        {"points": 370, "changes": 0},
        _AS_ADOPTED,
    ),
    "persistence_two_moves": Worked(
        "both may move",
        _drafted(scenario={"persistence": {"most_moves": 2}}),
        {"points": 390, "changes": 2},
        {"a": 2025, "b": 2026},
    ),
    "persistence_price": Worked(
        "a gain of 20 is not worth two moves at 11 each",
        _drafted(scenario={"persistence": {"price": 11}}),
        {"points": 370, "changes": 0},
        _AS_ADOPTED,
    ),
    "persistence_price_of_an_added_start": Worked(
        "a start that was not adopted is a move too: 90 are not worth 95",
        _drafted(scenario={"persistence": {"price": 95}, "adopted": {"b": 0, "a": 2025}}),
        {"points": 300, "changes": 0},
        {"a": 2025},
    ),
    "persistence_settled": Worked(
        "the list is settled: a in 2026 and nothing else, whatever else could be paid",
        _drafted(limits=_BOTH_YEARS, scenario={"stage": "定案", "adopted": {"b": 0}}),
        {"points": 270, "changes": 0},
        {"a": 2026},
    ),
    "persistence_frozen": Worked(
        "2025 is frozen: b stays there, and a may not come although there is money",
        _drafted(limits=_BOTH_YEARS, scenario={"persistence": {"frozen_until": 2025}}),
        {"points": 370, "changes": 0},
        _AS_ADOPTED,
    ),
    "persistence_fewest_changes": Worked(
        "two equal estates, money for one: the adopted one stays",
        _two(limits=[{"amount": 50}], adopted=[{"project": "b", "start_year": 2025}]),
        {"points": 100, "changes": 0},
        {"b": 2025},
    ),
    # routes
    "routes_listed_year": Worked(
        "a is listed for 2026 and starts then, b is not listed and starts at once",
        _two(
            horizon=(2025, 2026),
            estates=[{"estate": "a", "listed_year": 2026}, {"estate": "b"}],
            limits=_BOTH_YEARS,
            policy={"sources": {"budget": {"listed_year": {}}}},
        ),
        {"points": 190},
        {"a": 2026, "b": 2025},
    ),
    "routes_listed_year_and_another_route": Worked(
        "a is listed for 2026; on the route without the budget it starts at once",
        _two(
            estates=[{"estate": "a", "listed_year": 2026}, {"estate": "b"}],
            projects=[{"project": "a", "routes": ("plain", "own")}],
            limits=[{"amount": 50}, {"amount": 50, "source": "own"}],
            policy={
                "sources": {"budget": {"listed_year": {}}, "own": {"payer": "government"}},
                "routes": {"plain": {"without": ["own"]}, "own": {"without": ["budget"]}},
            },
        ),
        {"points": 200},
        {"a": 2025, "b": 2025},
    ),
    # running projects count
    "tasks_running_projects_count": Worked(
        "one estate may start in 2025, and one did already",
        _two(
            horizon=(2025, 2026),
            limits=_BOTH_YEARS,
            running=_UNDER_WAY,
            tasks=[{"county": "c", "year": 2025, "max_estates": 1}],
        ),
        {"tasks": 0, "points": 180},
    ),
    "capacity_taken_by_running_projects": Worked(
        "the county can start one estate in 2025, and did already",
        _two(
            horizon=(2025, 2026),
            limits=_BOTH_YEARS,
            running=_UNDER_WAY,
            capacity=[{"county": "c", "year": 2025, "max_estates": 1}],
        ),
        {"points": 180},
    ),
    # once
    "once_lock_year_although_earlier_is_better": Worked(
        "money for both at once, but a is locked to 2026: 90, not 100",
        _two(horizon=(2025, 2026), limits=[*_RICH, {"amount": 1000, "year": 2026}], scenario={"locks": {"a": 2026}}),
        {"points": 190, "public_money": 100},
        {"a": 2026, "b": 2025},
    ),
    # scope
    "scope_group_must_have_one": Worked(
        "60 and the cheaper option of 40 must be done, 90 is there",
        _one(items=_options(required=True), limits=[{"amount": 90}]),
        {"shortfall": 10, "points": 102},
    ),
    "scope_group_has_one_at_most": Worked(
        "both options would be worth 11, one may be done", _one(items=_options()), {"shortfall": 0, "points": 109}
    ),
    "scope_group_once_in_all_years": Worked(
        "staged: the good option in one year and the poor one in the next is one too many",
        _one(
            items=_options(),
            horizon=(2025, 2025, 2026),
            options={"staging_years": 1},
            limits=[*_RICH, {"amount": 1000, "year": 2026}],
        ),
        {"shortfall": 0, "points": 109},
    ),
    "scope_staged_item_is_done_once": Worked(
        "staged: done in the first year and again in the second it would be worth 18",
        _one(
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "a", "item": "x", "cost": 5, "required": False, "points": 9},
            ],
            horizon=(2025, 2025, 2026),
            options={"staging_years": 1},
            limits=[*_RICH, {"amount": 1000, "year": 2026}],
        ),
        {"shortfall": 0, "points": 109},
    ),
    "scope_prerequisite_comes_first": Worked(
        "b has 20 households and should start first (200 + 90), but needs a: 100 + 180",
        _two(
            estates=[{"estate": "a"}, {"estate": "b", "households": 20}],
            items=[{"estate": "a", "cost": 50}, {"estate": "b", "cost": 50, "requires": ["a-roof"]}],
            horizon=(2025, 2026),
            limits=[{"amount": 50, "year": 2025}, {"amount": 50, "year": 2026}],
        ),
        {"points": 280},
        {"a": 2025, "b": 2026},
    ),
    "scope_no_saving_without_the_first_work": Worked(
        "the main of 40 alone saves nothing; the roof is not affordable beside it",
        _one(
            items=[{"estate": "a", "work": "main", "cost": 40}, {"estate": "a", "cost": 60, "required": False}],
            policy={**_MAIN, **_DIG},
            limits=[{"amount": 35}],
        ),
        {"shortfall": 5, "points": 100},
    ),
    "scope_no_saving_without_the_second_work": Worked(
        "nor does the roof of 60 save a quarter of a main that is not laid",
        _one(
            items=[{"estate": "a", "cost": 60}, {"estate": "a", "work": "main", "cost": 40, "required": False}],
            policy={**_MAIN, **_DIG},
            limits=[{"amount": 55}],
        ),
        {"shortfall": 5, "points": 100},
    ),
    "scope_saving_is_no_choice": Worked(
        "both works cost 60 + 30; the 95 that must be used cannot be",
        _one(
            items=[{"estate": "a", "cost": 60}, {"estate": "a", "work": "main", "cost": 40}],
            policy={**_MAIN, **_DIG},
            limits=[{"amount": 200, "minimum_use": 95}],
        ),
        None,
    ),
    # payer_shares
    "shares_least_share_cannot_be_stood_in_for": Worked(
        "residents must bear 20 of 100 and pledge 10; nobody may pay the rest for them",
        _one(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={"rules": {"open": {"values": [{"shares": {"government": (0, 1), "resident": (0.2, 0.4)}}]}}},
            pledges=[{"estate": "a", "amount": 10}],
        ),
        None,
    ),
    "shares_least_share_of_a_source": Worked(
        "at least 0.3 of the government's 60 must come from the grant, which has 10 (18 needed)",
        _one(
            policy={"sources": {"grant": {"payer": "government", "share": {"of": "payer_part", "min": 0.3}}}},
            limits=[*_RICH, {"source": "grant", "amount": 10}],
        ),
        None,
    ),
    # source_limits
    "limits_of_the_whole_city_over_all_years": Worked(
        "60 a year in each of two counties, 150 in all: three starts",
        {
            "estates": [{"estate": e, "county": c} for c in "cd" for e in (f"{c}1", f"{c}2")],
            "items": [{"estate": e, "cost": 50} for e in ("c1", "c2", "d1", "d2")],
            "horizon": (2025, 2026),
            "limits": [
                *({"place": c, "year": y, "amount": 60} for c in "cd" for y in (2025, 2026)),
                {"place": "", "year": 0, "amount": 150},
            ],
            "options": {"shortfall": False},
        },
        {"points": 290},
    ),
    # routes
    "routes_of_optional_items": Worked(
        "the roof needs the grant's route; the optional main (9 points) would need the loan's: not done",
        _one(
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "a", "work": "main", "cost": 30, "required": False, "points": 9},
            ],
            projects=[{"project": "a", "routes": ["by_grant", "by_loan"]}],
            policy={
                **_MAIN,
                "sources": {
                    "grant": {"payer": "government", "eligible": {"works": ["roof"]}},
                    "loan": {"payer": "government", "excludes": ["grant"], "eligible": {"works": ["main"]}},
                },
                "routes": {"by_grant": {"without": ["loan"]}, "by_loan": {"without": ["grant"]}},
            },
            limits=[{"source": "grant", "amount": 60}, {"source": "loan", "amount": 30}],
        ),
        {"shortfall": 0, "points": 100, "public_money": 0},
    ),
    # bundles
    "bundles_are_earned_once": Worked(
        "one start is enough for the bonus of 30, and each year has one: 100 + 90 + 30",
        _two(
            estates=[{"estate": e, "area": "x"} for e in "ab"],
            areas=[{"area": "x", "bonus_points": 30, "at_least": 1}],
            policy={"bundle": {"at_least": "all", "points_share": 0}},
            horizon=(2025, 2026),
            limits=[{"amount": 50, "year": 2025}, {"amount": 50, "year": 2026}],
        ),
        {"points": 220},
    ),
    "bundles_too_few_start": Worked(
        "two of three are needed, and money is for one: no bonus",
        _two(
            estates=[{"estate": e, "area": "x"} for e in "abd"],
            items=[{"estate": e, "cost": 50} for e in "abd"],
            areas=[{"area": "x", "bonus_points": 30, "at_least": 2}],
            policy={"bundle": {"at_least": "all", "points_share": 0}},
            limits=[{"amount": 50}],
        ),
        {"points": 100},
    ),
    # tasks
    "tasks_too_many_newer_households": Worked(
        "a is newer and has 30 households; with the 10 of b it would be three quarters, half is allowed",
        _two(
            estates=[{"estate": "a", "built_year": 2004, "households": 30}, {"estate": "b"}],
            policy={"scope": {"built_until": 2000, "newer_until": 2005, "newer_share": 0.5, "excluded_status": {}}},
        ),
        {"points": 100},
        {"b": 2025},
    ),
}
