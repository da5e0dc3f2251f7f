"""Tiny cases with answers worked out by hand: a few for every family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allocator.inputs.case import Case
from tests.builders import make_case


@dataclass(frozen=True)
class Worked:
    """A case, the goal values of its best plan (None: there is no plan), and why."""

    why: str
    parts: dict[str, Any]
    """What ``make_case`` takes."""
    values: dict[str, float] | None
    """Goals that matter to the example."""
    starts: dict[str, int] | None = None
    """Start year by project, where only one plan is best."""

    def case(self) -> Case:
        """The case in memory."""
        return make_case(**self.parts)


def _two(**changes: Any) -> dict[str, Any]:
    """Two estates of 10 households: roof a costs 60, roof b 50; points 100 for each year in use left."""
    base: dict[str, Any] = {
        "estates": [{"estate": "a"}, {"estate": "b"}],
        "items": [{"estate": "a", "cost": 60}, {"estate": "b", "cost": 50}],
        "options": {"shortfall": False},
    }
    return {**base, **changes}


def _one(**changes: Any) -> dict[str, Any]:
    """One estate of 10 households with one roof of 100, which must start."""
    base: dict[str, Any] = {
        "estates": [{"estate": "a"}],
        "items": [{"estate": "a", "cost": 100}],
        "scenario": {"locks": {"a": "must"}},
    }
    return {**base, **changes}


_GRANT = {"grant": {"payer": "government", "scope": "county"}}
_RICH = [{"amount": 1000}]

WORKED: dict[str, Worked] = {
    # once
    "once_a_project_starts_in_the_best_year": Worked(
        "starting earlier is worth 10 x 10, a year later 10 x 9",
        _one(limits=[{"amount": 100, "year": 2025}, {"amount": 100, "year": 2026}], horizon=(2025, 2026)),
        {"shortfall": 0, "points": 100},
        {"a": 2025},
    ),
    "once_exclusion": Worked(
        "money for both, but only one of the set may start; a has 11 households",
        _two(
            estates=[{"estate": "a", "households": 11}, {"estate": "b"}],
            limits=_RICH,
            scenario={"exclusions": (("a", "b"),)},
        ),
        {"points": 110},
        {"a": 2025},
    ),
    "once_lock_never": Worked(
        "a may never start", _two(limits=_RICH, scenario={"locks": {"a": "never"}}), {"points": 100}, {"b": 2025}
    ),
    "once_lock_year": Worked(
        "a must start in the second year: 90 points, and b first: 100",
        _two(
            horizon=(2025, 2026),
            limits=[{"amount": 60, "year": 2025}, {"amount": 60, "year": 2026}],
            scenario={"locks": {"a": 2026}},
        ),
        {"points": 190},
        {"a": 2026, "b": 2025},
    ),
    "once_lock_must_without_money": Worked(
        "must start, 100 needed, 99 there, no shortfall allowed",
        _one(limits=[{"amount": 99}], options={"shortfall": False}),
        None,
    ),
    # gates
    "gates_promised_opens_next_year": Worked(
        "the promise opens the gate in 2026, one year of points lost",
        _one(
            policy={"gates": {"g": {}}},
            gates=[{"estate": "a", "gate": "g", "state": "promised", "year": 2025}],
            horizon=(2025, 2026),
            limits=[{"amount": 100, "year": 2025}, {"amount": 100, "year": 2026}],
        ),
        {"shortfall": 0, "points": 90},
        {"a": 2026},
    ),
    "gates_too_few_take_part": Worked(
        "the greatest stated participation is 0.6, 0.7 is asked for: never ready",
        _two(
            policy={"gates": {"g": {"participation": 0.7}}},
            gates=[{"estate": e, "gate": "g", "state": "met"} for e in "ab"],
            pledges=[{"estate": "a", "amount": 1, "participation": 0.6}],
            limits=_RICH,
        ),
        {"points": 100},
        {"b": 2025},
    ),
    "gates_built_too_late": Worked(
        "a was built in 2001, the scope ends in 2000",
        _two(
            estates=[{"estate": "a", "built_year": 2001}, {"estate": "b"}],
            policy={"scope": {"built_until": 2000, "excluded_status": {}}},
            limits=_RICH,
        ),
        {"points": 100},
        {"b": 2025},
    ),
    # scope
    "scope_optional_item_needs_its_start": Worked(
        "the optional door of a is worth more than both roofs but the start of a costs 60, the door 10: 70",
        _two(
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "a", "work": "pipe", "cost": 20, "required": False, "points": 500},
                {"estate": "b", "cost": 50},
            ],
            limits=[{"amount": 70}],
            pledges=[{"estate": "a", "amount": 10}],
        ),
        {"points": 600},
        {"a": 2025},
    ),
    "scope_choice_group_of_which_one_is_required": Worked(
        "one of the two must come with the start: 70 + 40 is too much, so the cheap one",
        _one(
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "a", "item": "good", "cost": 70, "choice_group": "g", "points": 9, "work": "pipe"},
                {"estate": "a", "item": "poor", "cost": 40, "choice_group": "g", "points": 2, "work": "pipe"},
            ],
            limits=[{"amount": 80}],
            pledges=[{"estate": "a", "amount": 50}],
            options={"shortfall": False},
        ),
        {"points": 102},
    ),
    "scope_prerequisite_in_another_estate": Worked(
        "b is worth more but needs a done before or with it; money for one a year",
        _two(
            items=[{"estate": "a", "cost": 60}, {"estate": "b", "cost": 60, "requires": ["a-roof"], "points": 500}],
            horizon=(2025, 2026),
            limits=[{"amount": 60, "year": 2025}, {"amount": 60, "year": 2026}],
        ),
        {"points": 600},
        {"a": 2025, "b": 2026},
    ),
    "scope_saving_of_digging_once": Worked(
        "roof 60 and pipe 40: a quarter of the pipe is saved, 90 needed (20 of the pipe is the residents', 15 net)",
        _one(
            items=[{"estate": "a", "cost": 60}, {"estate": "a", "work": "pipe", "cost": 40}],
            policy={"savings": {"dig": {"works": ("roof", "pipe"), "on": "pipe", "share": 0.25}}},
            limits=[{"amount": 75}],
            pledges=[{"estate": "a", "amount": 15}],
        ),
        {"shortfall": 0, "points": 200, "public_money": 75},
    ),
    "scope_staged_item_waits_for_money": Worked(
        "the optional pipe comes a year after the start, when there is money; 90 points then",
        _one(
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "a", "work": "roof", "item": "late", "cost": 40, "required": False},
            ],
            horizon=(2025, 2025, 2026),
            limits=[{"amount": 60, "year": 2025}, {"amount": 40, "year": 2026}],
            options={"staging_years": 1, "shortfall": False},
        ),
        {"points": 190},
    ),
    # complete_community
    "community_counts_what_is_there": Worked(
        "two needed: a has one and may add the optional one (pays 10 for it), b has one and nothing to add",
        _two(
            estates=[{"estate": "a", "community_facilities": 1}, {"estate": "b", "community_facilities": 1}],
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "b", "cost": 50},
                {"estate": "a", "work": "hall", "cost": 10, "required": False, "points": -5},
            ],
            policy={
                "community": {"minimum": 2},
                "works": {"hall": {"community": True, "components": {"all": {"rule": "public"}}}},
            },
            limits=_RICH,
        ),
        {"points": 95},
        {"a": 2025},
    ),
    "community_class_always_needed": Worked(
        "the optional roof of a needed class is required: 60 + 50 in one go, and 100 is not enough",
        _one(
            items=[{"estate": "a", "cost": 60}, {"estate": "a", "work": "pipe", "cost": 100, "required": False}],
            policy={"classes": {"basic": {"always_needed": True}}},
            limits=[{"amount": 100}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 10, "points": 200},
    ),
    # balance
    "balance_profile_spreads_the_bills": Worked(
        "100 falls due as 34, 33, 33; the third year lacks 3",
        _one(
            scenario={"locks": {"a": "must"}, "spend_profile": ("0.34", "0.33", "0.33")},
            limits=[{"amount": 34, "year": 2025}, {"amount": 50, "year": 2026}, {"amount": 30, "year": 2027}],
        ),
        {"shortfall": 3},
    ),
    "balance_largest_remainder": Worked(
        "10 in three thirds is 4, 3, 3: the second year lacks 1",
        _one(
            items=[{"estate": "a", "cost": 10}],
            scenario={"locks": {"a": "must"}, "spend_profile": ("0.3333333334", "0.3333333333", "0.3333333333")},
            limits=[{"amount": 4, "year": 2025}, {"amount": 2, "year": 2026}, {"amount": 3, "year": 2027}],
        ),
        {"shortfall": 1},
    ),
    # payer_shares
    "shares_exact": Worked(
        "half of 100 each; residents pledged only 49 and nobody stands in for them",
        _one(
            items=[{"estate": "a", "work": "pipe", "cost": 100}], limits=_RICH, pledges=[{"estate": "a", "amount": 49}]
        ),
        None,
    ),
    "shares_open_band": Worked(
        "residents bear 20 to 40 of 100; the county pays as little as it may: 60",
        _one(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={"rules": {"open": {"values": [{"shares": {"government": (0, 1), "resident": (0.2, 0.4)}}]}}},
            limits=_RICH,
            pledges=[{"estate": "a", "amount": 90}],
        ),
        {"shortfall": 0, "public_money": 60},
    ),
    "shares_of_a_source": Worked(
        "the grant pays at most 0.3 of the government's part (50): 15; the budget has 30: 5 short",
        _one(
            items=[{"estate": "a", "work": "pipe", "cost": 100}],
            policy={"sources": {"grant": {**_GRANT["grant"], "share": {"of": "payer_part", "max": 0.3}}}},
            limits=[{"amount": 30}, {"source": "grant", "amount": 50}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 5, "public_money": 30},
    ),
    "shares_of_the_cost": Worked(
        "open rule: the grant pays at most 0.3 of the whole 100; pledge 50, so 20 are short",
        _one(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={"sources": {"grant": {**_GRANT["grant"], "share": {"of": "cost", "max": 0.3}}}},
            limits=[{"source": "grant", "amount": 90}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 20, "public_money": 0},
    ),
    "shares_beside_a_pledge": Worked(
        "the fund pays at most half of the residents' 100, beside a pledge of 50: together they cover it",
        _one(
            items=[{"estate": "a", "work": "door", "cost": 100}],
            policy={"sources": {"fund": {"payer": "resident", "share": {"of": "payer_part", "max": 0.5}}}},
            limits=[{"source": "fund", "amount": 90}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 0},
    ),
    # source_limits
    "limits_by_year": Worked(
        "50 in the first year and 60 in the second: b first (100), then a (90)",
        _two(horizon=(2025, 2026), limits=[{"amount": 50, "year": 2025}, {"amount": 60, "year": 2026}]),
        {"points": 190},
        {"b": 2025, "a": 2026},
    ),
    "limits_carry_over": Worked(
        "80 in the first year, 30 in the second; what the first leaves is usable in the second",
        _two(
            horizon=(2025, 2026),
            policy={"sources": {"budget": {"usable_years": 2}}},
            limits=[{"amount": 80, "year": 2025}, {"amount": 30, "year": 2026}],
        ),
        {"points": 190},
    ),
    "limits_carry_over_lapses": Worked(
        "usable in the year of arrival only: one start in the first year, 30 are not enough in the second",
        _two(horizon=(2025, 2026), limits=[{"amount": 80, "year": 2025}, {"amount": 30, "year": 2026}]),
        {"points": 100},
    ),
    "limits_carried_money_and_running_bills": Worked(
        "20 carried + 100 declared - 30 for a running project = 90: one of the two",
        _two(
            limits=[{"amount": 100}],
            carried=[{"amount": 20, "arrival_year": 2024}],
            running=[{"project": "old", "amount": 30}],
        ),
        {"points": 100},
    ),
    "limits_minimum_use": Worked(
        "55 of the grant must be used: only a can take it, though b has more households",
        _two(
            estates=[{"estate": "a"}, {"estate": "b", "households": 20}],
            policy={"sources": _GRANT},
            limits=[{"source": "grant", "amount": 60, "minimum_use": 55}],
        ),
        {"points": 100},
        {"a": 2025},
    ),
    "limits_of_the_whole_city": Worked(
        "each county has 60, the city only 100 in all",
        _two(
            estates=[{"estate": "a", "county": "c"}, {"estate": "b", "county": "d"}],
            limits=[{"place": "c", "amount": 60}, {"place": "d", "amount": 60}, {"place": "", "amount": 100}],
        ),
        {"points": 100},
    ),
    "limits_on_the_total": Worked(
        "60 a year, 100 in total",
        _two(
            horizon=(2025, 2026),
            limits=[{"amount": 60, "year": 2025}, {"amount": 60, "year": 2026}, {"amount": 100, "year": 0}],
        ),
        {"points": 100},
    ),
    "limits_formula_money_pays_later_starts": Worked(
        "every start brings 5 per household a year later: 50 pay for b in 2026",
        _two(
            horizon=(2025, 2026),
            policy={"sources": {"reward": {"payer": "government", "formula": {"per_household": 5, "lag_years": 1}}}},
            limits=[{"amount": 60, "year": 2025}],
        ),
        {"points": 190},
        {"a": 2025, "b": 2026},
    ),
    "limits_unit_grant": Worked(
        "7 per unit up to size 5, else 9: 4 units of size 6 give 36 of 100; the budget has 60",
        _one(
            items=[{"estate": "a", "work": "tower", "cost": 100, "quantity": 4, "size": 6}],
            policy={
                "works": {"tower": {"components": {"all": {"rule": "public", "unit_grant": "each"}}}},
                "sources": {**_GRANT, "budget": {"eligible": {"works": ["roof", "tower"]}}},
                "unit_grants": {"each": {"source": "grant", "tiers": [{"up_to": 5, "amount": 7}, {"amount": 9}]}},
            },
            limits=[{"amount": 60}, {"source": "grant", "amount": 100}],
        ),
        {"shortfall": 0, "public_money": 0},
    ),
    "limits_only_eligible_works": Worked(
        "the grant pays roofs only: pipes of 50 stay short",
        _one(
            items=[{"estate": "a", "cost": 60}, {"estate": "a", "work": "pipe", "cost": 100}],
            policy={"sources": {"grant": {**_GRANT["grant"], "eligible": {"works": ["roof"]}}}},
            limits=[{"source": "grant", "amount": 500}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 50},
    ),
    "limits_of_an_area": Worked(
        "the award is for estates of area x",
        _two(
            estates=[{"estate": "a"}, {"estate": "b", "area": "x"}],
            policy={"sources": {"award": {"payer": "government", "scope": "area"}}},
            limits=[{"source": "award", "place": "x", "amount": 500}],
        ),
        {"points": 100},
        {"b": 2025},
    ),
    # routes
    "routes_exclude_sources": Worked(
        "one of two channels: with the grant 40, with the loan 70; only the loan reaches 100 with the budget's 30",
        _one(
            projects=[{"project": "a", "routes": ["by_grant", "by_loan"]}],
            policy={
                "sources": {**_GRANT, "loan": {"payer": "government", "excludes": ["grant"]}},
                "routes": {"by_grant": {"without": ["loan"]}, "by_loan": {"without": ["grant"]}},
            },
            limits=[{"amount": 30}, {"source": "grant", "amount": 40}, {"source": "loan", "amount": 70}],
        ),
        {"shortfall": 0, "public_money": 30},
    ),
    # caps
    "caps_are_not_pooled": Worked(
        "1 per household: a takes 10 of its 100, b all of its 10, where a county pool would pay 110",
        {
            "estates": [{"estate": "a", "households": 10}, {"estate": "b", "households": 100}],
            "items": [{"estate": "a", "cost": 100}, {"estate": "b", "cost": 10}],
            "policy": {"sources": {"budget": {"caps": [{"per": "household", "amount": 1}]}}},
            "limits": [{"amount": 1000}],
            "scenario": {"locks": {"a": "must", "b": "must"}},
        },
        {"shortfall": 90, "public_money": 20},
    ),
    "caps_over_all_years": Worked(
        "50 per estate in all, though 60 falls due in each of two years",
        _one(
            items=[{"estate": "a", "cost": 120}],
            scenario={"locks": {"a": "must"}, "spend_profile": ("0.5", "0.5")},
            policy={"sources": {"budget": {"caps": [{"per": "estate", "amount": 50}]}}},
            limits=[{"amount": 100, "year": 2025}, {"amount": 100, "year": 2026}],
        ),
        {"shortfall": 70},
    ),
    # bonds
    "bonds_come_in_lots_and_are_served": Worked(
        "two lots of 50, served by 25 + 5 each in 2026 and 25 + 3 each in 2027: the budget has just that",
        _one(
            horizon=(2025, 2025, 2027),
            policy={
                "sources": {"bond_money": {"payer": "government"}},
                "bonds": {
                    "bond": {
                        "source": "bond_money",
                        "lot": 50,
                        "term_years": 2,
                        "coupon": 0.1,
                        "repayment": "instalments",
                        "service_source": "budget",
                    }
                },
            },
            limits=[
                {"source": "bond_money", "amount": 149},
                {"amount": 60, "year": 2026},
                {"amount": 56, "year": 2027},
            ],
        ),
        {"shortfall": 0, "public_money": 100 + 60 + 56},
    ),
    "bonds_service_ceiling_after_the_last_payment": Worked(
        "a bullet of 100 due in 2028 with 10 interest; the ceiling of 2028 leaves room for 99",
        _one(
            policy={
                "sources": {"bond_money": {"payer": "government"}},
                "bonds": {
                    "bond": {
                        "source": "bond_money",
                        "lot": 100,
                        "term_years": 3,
                        "coupon": 0.1,
                        "repayment": "bullet",
                        "service_source": "budget",
                    }
                },
            },
            limits=[{"source": "bond_money", "amount": 100}],
            debt=[{"year": 2028, "service_ceiling": 109}],
        ),
        {"shortfall": 100, "public_money": 0},
    ),
    "bonds_stock_ceiling": Worked(
        "room for 100 of new stock: one lot of 60",
        _one(
            policy={
                "sources": {"bond_money": {"payer": "government"}},
                "bonds": {
                    "bond": {
                        "source": "bond_money",
                        "lot": 60,
                        "term_years": 3,
                        "coupon": 0.1,
                        "repayment": "level",
                        "service_source": "budget",
                    }
                },
            },
            limits=[{"source": "bond_money", "amount": 120}],
            debt=[{"year": 2025, "stock_ceiling": 300, "existing_stock": 200}],
        ),
        {"shortfall": 40, "public_money": 60},
    ),
    # residents
    "residents_affordability": Worked(
        "pledged 100, but at most 4 per household: 40",
        _one(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={"residents": {"payer": "resident", "affordability": 4}},
            pledges=[{"estate": "a", "amount": 100}],
            limits=[{"amount": 50}],
        ),
        {"shortfall": 10, "public_money": 50},
    ),
    "residents_stood_in_for": Worked(
        "residents should pay; the grant stands in for the 70 not pledged, which counts as public money",
        _one(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={
                "rules": {
                    "open": {
                        "values": [{"shares": {"government": (0, 1), "resident": (0, 1)}, "stands_in": "government"}]
                    }
                },
                "sources": _GRANT,
            },
            pledges=[{"estate": "a", "amount": 30}],
            limits=[{"source": "grant", "amount": 500}],
        ),
        {"shortfall": 0, "public_money": 70},
    ),
    # bundles
    "bundles_together_or_not": Worked(
        "b and c together in 2026 earn 40: 90 + 90 + 40 beat any earlier single start plus a later one (100 + 90)",
        {
            "estates": [{"estate": e, "area": "x"} for e in ("b", "c")],
            "items": [{"estate": e, "cost": 50} for e in ("b", "c")],
            "policy": {"bundle": {"at_least": "all", "points_share": 0.2}},
            "limits": [{"amount": 50, "year": 2025}, {"amount": 100, "year": 2026}],
            "horizon": (2025, 2026),
            "options": {"shortfall": False},
        },
        {"points": 220},
        {"b": 2026, "c": 2026},
    ),
    "bundles_with_a_member_that_never_starts": Worked(
        "all of the area must start; one never may: no bonus",
        {
            "estates": [{"estate": e, "area": "x"} for e in ("b", "c")],
            "items": [{"estate": e, "cost": 50} for e in ("b", "c")],
            "areas": [{"area": "x", "bonus_points": 1000}],
            "policy": {"bundle": {"at_least": "all", "points_share": 0}},
            "limits": _RICH,
            "scenario": {"locks": {"c": "never"}},
        },
        {"points": 100},
    ),
    "bundles_at_least_two": Worked(
        "two of three are enough, and money is for two",
        {
            "estates": [{"estate": e, "area": "x"} for e in "bcd"],
            "items": [{"estate": e, "cost": 50} for e in "bcd"],
            "areas": [{"area": "x", "bonus_points": 30, "at_least": 2}],
            "policy": {"bundle": {"at_least": "all", "points_share": 0}},
            "limits": [{"amount": 100}],
            "options": {"shortfall": False},
        },
        {"points": 230},
    ),
    # tasks
    "tasks_come_first": Worked(
        "two estates asked for, money for one: the shortfall pays, because tasks come first",
        _two(limits=[{"amount": 60}], tasks=[{"min_estates": 2}], options={}),
        {"tasks": 0, "shortfall": 50, "points": 200},
    ),
    "tasks_breach_is_counted_against_its_bound": Worked(
        "no shortfall allowed: 1 of 2 estates is missing, and 10 of 20 households: 0.5 + 0.5",
        _two(limits=[{"amount": 60}], tasks=[{"min_estates": 2, "min_households": 20}]),
        {"tasks": 1, "points": 100},
    ),
    "tasks_hard": Worked(
        "the same with hard tasks has no plan",
        _two(
            limits=[{"amount": 60}],
            tasks=[{"min_estates": 2}],
            options={"shortfall": False, "elastic_tasks": False},
        ),
        None,
    ),
    "tasks_upper_end": Worked(
        "at most 15 households may start in all; both would be 20",
        _two(limits=_RICH, tasks=[{"county": "", "year": 0, "max_households": 15}]),
        {"tasks": 0, "points": 100},
    ),
    "tasks_newer_share": Worked(
        "a is newer: with b its 10 of 20 households are within half; alone it would be all",
        _two(
            estates=[{"estate": "a", "built_year": 2004}, {"estate": "b"}],
            policy={"scope": {"built_until": 2000, "newer_until": 2005, "newer_share": 0.5, "excluded_status": {}}},
            limits=[{"amount": 60}],
        ),
        {"points": 100},
        {"b": 2025},
    ),
    "tasks_fairness": Worked(
        "county d has one estate of 10, county c two: 1 of 3 started in the city means d must start too",
        {
            "estates": [{"estate": "a"}, {"estate": "b"}, {"estate": "e", "county": "d"}],
            "items": [{"estate": "a", "cost": 10}, {"estate": "b", "cost": 10}, {"estate": "e", "cost": 60}],
            "limits": [{"place": "c", "amount": 20}, {"place": "d", "amount": 10}],
            "options": {"shortfall": False, "fairness": "0.5"},
        },
        {"points": 0},
        {},
    ),
    # capacity
    "capacity_of_starts": Worked(
        "one start a year", _two(limits=_RICH, capacity=[{"max_estates": 1}]), {"points": 100}
    ),
    "capacity_of_spend": Worked(
        "55 a year: only b", _two(limits=_RICH, capacity=[{"max_spend": 55}]), {"points": 100}, {"b": 2025}
    ),
    # shortfall
    "shortfall_is_kept_small_before_points": Worked(
        "a plan without a gap comes before one with more points",
        _two(limits=[{"amount": 60}], options={}),
        {"shortfall": 0, "points": 100},
    ),
    # goals
    "goals_hazards_before_points": Worked(
        "a has a hazard and 10 households; b has 30",
        _two(
            estates=[{"estate": "a", "hazard": True}, {"estate": "b", "households": 30}],
            limits=[{"amount": 60}],
        ),
        {"hazards": 10, "points": 200},
        {"a": 2025},
    ),
    "goals_points_of_the_estate_override": Worked(
        "b says 7 of its own; a 6.5",
        _two(
            estates=[{"estate": "a", "points": 6.5}, {"estate": "b", "points": 7}],
            limits=[{"amount": 60}],
        ),
        {"points": 7},
        {"b": 2025},
    ),
}
