"""Tiny cases with answers worked out by hand: debt, bundles, tasks and goals."""

from __future__ import annotations

from tests.oracle.worlds import GRANT, RICH, Worked, one_roof, two_roofs

CASES: dict[str, Worked] = {  # bonds
    "bonds_come_in_lots_and_are_served": Worked(
        "two lots of 50, served by 25 + 5 each in 2026 and 25 + 3 each in 2027: the budget has just that",
        one_roof(
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
        one_roof(
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
        one_roof(
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
    "bonds_refinanced": Worked(
        "half of 50 and 50 is renewed: 25 + 10, 25 + 8 of the 75 left, then 5 a year of the 50 that stay debt",
        one_roof(
            horizon=(2025, 2025, 2028),
            policy={
                "sources": {"bond_money": {"payer": "government"}},
                "bonds": {
                    "bond": {
                        "source": "bond_money",
                        "lot": 100,
                        "term_years": 2,
                        "coupon": 0.1,
                        "repayment": "instalments",
                        "service_source": "budget",
                        "refinance_share": 0.5,
                    }
                },
            },
            limits=[
                {"source": "bond_money", "amount": 100},
                *({"amount": amount, "year": year} for year, amount in ((2026, 35), (2027, 33), (2028, 5))),
            ],
            debt=[{"year": 2028, "stock_ceiling": 50}, {"year": 2029, "service_ceiling": 5}],
        ),
        {"shortfall": 0, "public_money": 100 + 35 + 33 + 5},
    ),
    # residents
    "residents_affordability": Worked(
        "pledged 100, but at most 4 per household: 40",
        one_roof(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={"residents": {"payer": "resident", "affordability": 4}},
            pledges=[{"estate": "a", "amount": 100}],
            limits=[{"amount": 50}],
        ),
        {"shortfall": 10, "public_money": 50},
    ),
    "residents_stood_in_for": Worked(
        "residents should pay; the grant stands in for the 70 not pledged, which counts as public money",
        one_roof(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={
                "rules": {
                    "open": {
                        "values": [{"shares": {"government": (0, 1), "resident": (0, 1)}, "stands_in": "government"}]
                    }
                },
                "sources": GRANT,
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
            "limits": RICH,
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
        two_roofs(limits=[{"amount": 60}], tasks=[{"min_estates": 2}], options={}),
        {"tasks": 0, "shortfall": 50, "points": 200},
    ),
    "tasks_breach_is_counted_against_its_bound": Worked(
        "no shortfall allowed: 1 of 2 estates is missing, and 10 of 20 households: 0.5 + 0.5",
        two_roofs(limits=[{"amount": 60}], tasks=[{"min_estates": 2, "min_households": 20}]),
        {"tasks": 1, "points": 100},
    ),
    "tasks_hard": Worked(
        "the same with hard tasks has no plan",
        two_roofs(
            limits=[{"amount": 60}],
            tasks=[{"min_estates": 2}],
            options={"shortfall": False, "elastic_tasks": False},
        ),
        None,
    ),
    "tasks_upper_end": Worked(
        "at most 15 households may start in all; both would be 20",
        two_roofs(limits=RICH, tasks=[{"county": "", "year": 0, "max_households": 15}]),
        {"tasks": 0, "points": 100},
    ),
    "tasks_newer_share": Worked(
        "a is newer: with b its 10 of 20 households are within half; alone it would be all",
        two_roofs(
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
    "tasks_fairness_of_those_who_can_start": Worked(
        "late (90 households) cannot start in time and counts for nobody: a and b start, all who can in both counties",
        {
            "estates": [{"estate": "a"}, {"estate": "late", "households": 90}, {"estate": "b", "county": "d"}],
            "items": [{"estate": e, "cost": 10} for e in ("a", "late", "b")],
            "policy": {"gates": {"g": {}}},
            "gates": [
                *({"estate": e, "gate": "g", "state": "met"} for e in ("a", "b")),
                {"estate": "late", "gate": "g", "state": "promised", "year": 2027},
            ],
            "limits": [{"place": "c", "amount": 20}, {"place": "d", "amount": 10}],
            "options": {"shortfall": False, "fairness": "1"},
        },
        {"points": 200},
    ),
    # capacity
    "capacity_of_starts": Worked(
        "one start a year", two_roofs(limits=RICH, capacity=[{"max_estates": 1}]), {"points": 100}
    ),
    "capacity_of_spend": Worked(
        "55 a year: only b", two_roofs(limits=RICH, capacity=[{"max_spend": 55}]), {"points": 100}, {"b": 2025}
    ),
    # shortfall
    "shortfall_is_kept_small_before_points": Worked(
        "a plan without a gap comes before one with more points",
        two_roofs(limits=[{"amount": 60}], options={}),
        {"shortfall": 0, "points": 100},
    ),
    # goals
    "goals_hazards_before_points": Worked(
        "a has a hazard and 10 households; b has 30",
        two_roofs(
            estates=[{"estate": "a", "hazard": True}, {"estate": "b", "households": 30}],
            limits=[{"amount": 60}],
        ),
        {"hazards": 10, "points": 200},
        {"a": 2025},
    ),
    "goals_points_of_the_estate_override": Worked(
        "b says 7 of its own; a 6.5",
        two_roofs(
            estates=[{"estate": "a", "points": 6.5}, {"estate": "b", "points": 7}],
            limits=[{"amount": 60}],
        ),
        {"points": 7},
        {"b": 2025},
    ),
}
