"""A made-up town of six estates and a plan for it, worked out by hand; every rule has something to bite on.

Amounts are in k, one step is one k. Bills: 60 % in the year a work is done, 40 % the year after.

County c: e1 (10 households, a hazard, a quarter public housing) and e2 (20, newer) start in 2025 and earn the bonus of
area z; e5 is renovated already; e6 is ready and passed over. County d: e3 (30) and e4 (5) are one project, p3, of 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from allocator.inputs.case import Case
from allocator.plan.source_tree import cash_table, source_tree_table
from allocator.plan.tables import TABLES
from tests.builders import make_case, merge

POLICY: dict[str, Any] = {
    "classes": {"basic": {"weight": 4, "always_needed": True}, "better": {"weight": 2}},
    "payers": {"utility": {}},
    "rules": {
        "open": {"values": [{"shares": {"resident": (0.1, 0.6), "government": (0, 1)}, "stands_in": "government"}]},
        "utility": {"values": [{"shares": {"utility": 1}}]},
        "asks": {"choose": {"attribute": "requester", "cases": {"resident": "private"}, "otherwise": "utility"}},
        "public_housing": {"values": [{"shares": {"government": 1}}]},
    },
    "estate_parts": {
        "housing": {"label": {}, "attribute": "public_share", "applies_to": ("open",), "rule": "public_housing"}
    },
    "unit_grants": {
        "elevator": {"source": "grant_fund", "unit": "k/lift", "values": {"tiers": [{"up_to": 7, "amount": 21}]}},
    },
    "cost_split": {"works": 0.8, "other": 0.15, "contingency": 0.05},
    "works": {
        "roof": {"work_class": "basic"},
        "lift": {"work_class": "better", "components": {"all": {"rule": "open", "unit_grant": "elevator"}}},
        "pipe": {
            "work_class": "basic",
            "components": {
                "all": None,
                "civil": {"share": 0.6, "rule": "public"},
                "equipment": {"share": 0.4, "rule": "asks"},
            },
        },
        "road": {"work_class": "better", "components": {"all": {"rule": "half"}}},
        "paint": {"work_class": "better", "components": {"all": {"rule": "public"}}},
        "care": {"work_class": "better", "community": True, "components": {"all": {"rule": "public"}}},
    },
    "sources": {
        "central": {"payer": "government", "usable_years": 2, "eligible": {"classes": ("basic",)},
                    "listed_year": {}, "share": {"of": "construction", "max": 0.85}},
        "city_fund": {
            "payer": "government", "scope": "city", "share": {"of": "payer_part", "max": 0.5},
            "eligible": {"rules": ("public",)}, "excludes": ("award",),
            "only_areas": {"at_least_estates": 2, "at_least_households": 30, "at_least_floor_area": 3000},
        },
        "grant_fund": {"payer": "government", "scope": "city", "eligible": {"works": ("lift",)}},
        "bond_money": {"payer": "government"},
        "award": {"payer": "government", "formula": {"per_household": 1, "unit": "k", "lag_years": 1}},
        "fund": {
            "payer": "resident", "eligible": {"works": ("lift",)},
            "caps": [
                {"per": "household", "amount": {"value": 1, "unit": "k/household"}},
                {"per": "unit", "works": ("lift",), "amount": {"value": 10, "unit": "k/lift"}},
            ],
        },
        "water": {"payer": "utility", "limited": False},
        "pledge": {"vote": {"people": 0.5, "area": 0.5, "more_than": True, "taking_part": 0.7}},
    },
    "bonds": {
        "general": {
            "source": "bond_money", "lot": 10, "term_years": 2, "coupon": 0.1, "repayment": "instalments",
            "service_source": "budget",
        }
    },
    "gates": {"approval": {"participation": 0.6}},
    "scope": {
        "built_until": 2000, "newer_until": 2005, "newer_share": 0.7, "excluded_status": {"renovated": {}},
    },
    "community": {"minimum": 1},
    "bundle": {"at_least": 2, "points_share": 0.1},
    "savings": {"dig_once": {"works": ("pipe", "road"), "on": "road", "share": 0.1}},
    "routes": {"a": {"label": {}, "without": ("award",)}, "b": {"label": {}, "without": ("city_fund",)}},
    "reallocation": {"price": 0.1},
    "residents": {"payer": "resident", "affordability": {"value": 3, "unit": "k/household"},
                  "least_share": {"classes": {"basic": 0.9, "better": 0.4}, "not_works": ("paint",)}},
    # 9 of the city in 2025 beside 61 of the counties; 55 and 50 of central money and the budget for what both may pay
    "matching": {"city": {"sources": ["city_fund"], "of": ["budget"], "at_most": 0.15, "at": "city"}},
    "splits": {
        "levels": {
            "parts": {
                "upper": {"sources": ["central"], "share": 0.52}, "own": {"sources": ["budget"], "share": 0.48},
            },
            "over": "total",
        }
    },
    # residents pay 30 of 101 for e1's lift, 9.7 points more than expected: the award is worth 9.8
    "kickers": {"kick": {"source": "award", "payer": "resident", "share": 0, "expected": {"better": 0.2}}},
}  # fmt: skip

ESTATES = [
    {"estate": "e1", "county": "c", "area": "z", "floor_area": 1000.0, "buildings": 1, "hazard": True,
     "public_share": 0.25, "community_facilities": 1, "listed_year": 2025, "batch": "first",
     "listing_document": "list 1"},
    {"estate": "e2", "county": "c", "area": "z", "households": 20, "floor_area": 2000.0, "buildings": 2,
     "built_year": 2003, "community_facilities": 1},
    {"estate": "e3", "county": "d", "project": "p3", "households": 30, "floor_area": 3000.0, "buildings": 3,
     "community_facilities": 1},
    {"estate": "e4", "county": "d", "project": "p3", "households": 5, "floor_area": 500.0, "buildings": 1},
    {"estate": "e5", "county": "c", "households": 8, "status": "renovated"},
    {"estate": "e6", "county": "c", "households": 12, "floor_area": 1200.0, "community_facilities": 1},
]  # fmt: skip

ITEMS = [
    {"estate": "e1", "work": "roof", "cost": 100, "severity": 2},
    {"estate": "e1", "work": "lift", "cost": 101, "quantity": 1, "size": 6, "required": False},
    {"estate": "e2", "work": "pipe", "cost": 50},
    {"estate": "e2", "work": "road", "cost": 31, "required": False},
    {"estate": "e3", "work": "roof", "cost": 60},
    {"estate": "e3", "work": "paint", "item": "e3-red", "cost": 10, "required": False, "choice_group": "g",
     "requires": ("e3-roof",)},
    {"estate": "e3", "work": "paint", "item": "e3-blue", "cost": 12, "required": False, "choice_group": "g"},
    {"estate": "e4", "work": "care", "cost": 20, "works_cost": 18, "contingency": 0},
    {"estate": "e6", "work": "roof", "cost": 500, "severity": 3},
]  # fmt: skip

SHEETS: dict[str, Any] = {
    "estates": ESTATES,
    "items": ITEMS,
    "projects": [
        {"project": "e1", "routes": ("b",)}, {"project": "e2", "routes": ("a", "b")}, {"project": "p3"},
    ],
    "areas": [{"area": "z", "county": "c"}],
    "gates": [
        *({"estate": e, "gate": "approval", "state": "met"} for e in ("e1", "e2", "e4", "e5", "e6")),
        {"estate": "e3", "gate": "approval", "state": "promised", "year": 2026},
    ],
    "pledges": [
        {"estate": "e1", "amount": 20, "participation": 0.7}, {"estate": "e2", "amount": 14, "participation": 0.8},
    ],
    "votes": [
        {"estate": estate, "date": "2023-10-01", "people_taking_part": 0.7, "area_taking_part": 0.7,
         "people_share": 0.6, "area_share": 0.51}
        for estate in ("e1", "e2")
    ],
    "limits": [
        {"source": "budget", "year": 2025, "amount": 61, "certainty": "issued"},
        {"source": "budget", "year": 2026, "amount": 60},
        {"source": "budget", "year": 2027, "amount": 6},
        {"source": "budget", "place": "d", "year": 2026, "amount": 49},
        {"source": "budget", "place": "d", "year": 2027, "amount": 40},
        {"source": "central", "year": 2025, "amount": 35},
        {"source": "central", "year": 2026, "amount": 10},
        {"source": "central", "place": "", "year": 2025, "amount": 45},
        {"source": "city_fund", "year": 2025, "amount": 10, "minimum_use": 8},
        {"source": "city_fund", "year": 2026, "amount": 6},
        {"source": "grant_fund", "year": 2025, "amount": 13},
        {"source": "grant_fund", "year": 2026, "amount": 8},
        {"source": "grant_fund", "year": 0, "amount": 21},
        {"source": "fund", "year": 2025, "amount": 6},
        {"source": "fund", "year": 2026, "amount": 4},
        {"source": "bond_money", "year": 2025, "amount": 15},
    ],
    "adopted": [
        {"project": "e1", "start_year": 2025}, {"project": "p3", "start_year": 2026},
        {"project": "e6", "start_year": 2025},
    ],
    "carried": [{"source": "central", "project": "old", "arrival_year": 2024, "amount": 10}],
    "running": [{"project": "old", "source": "budget", "year": 2026, "amount": 3}],
    "tasks": [
        {"county": "c", "year": 2025, "min_estates": 2, "max_households": 30},
        {"county": "", "year": 0, "min_households": 100},
    ],
    "capacity": [{"county": "c", "year": 2025, "max_estates": 2, "max_spend": 168}],
    "debt": [
        {"year": year, "existing_stock": 100, "stock_ceiling": 110, "existing_service": 4, "service_ceiling": 10}
        for year in (2025, 2026, 2027)
    ],
}  # fmt: skip

SCENARIO: dict[str, Any] = {
    "spend_profile": (0.6, 0.4),
    "locks": {"e1": "must", "p3": 2026},
    "exclusions": (("e2", "e6"),),
    "persistence": {"most_moves": 2},
    "firm": ("issued",),
}

YEARS = (2025, 2026, 2027)

PART = {
    # part: payer, rule as cited
    "e1-roof/all": ("government", "public"),
    "e1-lift/all/grant:elevator": ("government", "elevator"),
    "e1-lift/all/part:housing": ("government", "public_housing"),
    "e1-lift/all": ("", "open"),
    "e2-pipe/civil": ("government", "public"),
    "e2-pipe/equipment": ("utility", "utility"),
    "e2-road/all/payer:government": ("government", "half"),
    "e2-road/all/payer:resident": ("resident", "half"),
    "e3-roof/all": ("government", "public"),
    "e3-red/all": ("government", "public"),
    "e4-care/all": ("government", "public"),
}

MADE_UP = {
    # item: works, other fees, contingency; all but e4-care as usual
    "e1-roof": (80, 15, 5), "e1-lift": (81, 15, 5), "e2-pipe": (40, 8, 2), "e2-road": (23, 4, 2),
    "e3-roof": (48, 9, 3), "e3-red": (8, 2, 0), "e3-blue": (10, 2, 0), "e4-care": (18, 2, 0),
}  # fmt: skip
SPLIT = ("works_cost", "other_fees", "contingency")

PAID = [
    ("e1-roof/all", "central", 2025, 40), ("e1-roof/all", "budget", 2025, 20),
    ("e1-roof/all", "central", 2026, 15), ("e1-roof/all", "award", 2026, 10), ("e1-roof/all", "budget", 2026, 15),
    ("e1-lift/all/grant:elevator", "grant_fund", 2025, 13), ("e1-lift/all/grant:elevator", "grant_fund", 2026, 8),
    ("e1-lift/all/part:housing", "budget", 2025, 12), ("e1-lift/all/part:housing", "budget", 2026, 8),
    ("e1-lift/all", "pledge", 2025, 10), ("e1-lift/all", "fund", 2025, 6), ("e1-lift/all", "budget", 2025, 20),
    ("e1-lift/all", "pledge", 2026, 10), ("e1-lift/all", "fund", 2026, 4), ("e1-lift/all", "budget", 2026, 10),
    ("e2-pipe/civil", "city_fund", 2025, 9), ("e2-pipe/civil", "budget", 2025, 9),
    ("e2-pipe/civil", "city_fund", 2026, 6), ("e2-pipe/civil", "budget", 2026, 6),
    ("e2-pipe/equipment", "water", 2025, 12), ("e2-pipe/equipment", "water", 2026, 8),
    ("e2-road/all/payer:government", "bond_money", 2025, 9), ("e2-road/all/payer:government", "budget", 2026, 6),
    ("e2-road/all/payer:resident", "pledge", 2025, 8), ("e2-road/all/payer:resident", "pledge", 2026, 6),
    ("e3-roof/all", "budget", 2026, 31), ("e3-roof/all", "shortfall", 2026, 5), ("e3-roof/all", "budget", 2027, 24),
    ("e3-red/all", "budget", 2026, 6), ("e3-red/all", "budget", 2027, 4),
    ("e4-care/all", "budget", 2026, 12), ("e4-care/all", "budget", 2027, 8),
]  # fmt: skip

HOME = {"e1": ("e1", "c"), "e2": ("e2", "c"), "e3": ("p3", "d"), "e4": ("p3", "d")}
PAYER = {"pledge": "resident", "fund": "resident", "water": "utility"}

ACCOUNTS = [
    # source, place, year, limit, firm, formula, bonds, excess, carried in, running, service, paid, carried out, lapsed
    ("budget", "c", 2025, 61, 61, 0, 0, 0, 0, 0, 0, 61, 0, 0), ("budget", "c", 2026, 60, 0, 0, 0, 0, 0, 3, 6, 45, 0, 6),
    ("budget", "c", 2027, 6, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0),
    ("budget", "d", 2026, 49, 0, 0, 0, 0, 0, 0, 0, 49, 0, 0),
    ("budget", "d", 2027, 40, 0, 0, 0, 0, 0, 0, 0, 36, 0, 4),
    ("central", "c", 2025, 35, 0, 0, 0, 0, 10, 0, 0, 40, 5, 0),
    ("central", "c", 2026, 10, 0, 0, 0, 0, 5, 0, 0, 15, 0, 0),
    ("city_fund", "", 2025, 10, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1),
    ("city_fund", "", 2026, 6, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0),
    ("grant_fund", "", 2025, 13, 0, 0, 0, 0, 0, 0, 0, 13, 0, 0),
    ("grant_fund", "", 2026, 8, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0),
    ("fund", "c", 2025, 6, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0), ("fund", "c", 2026, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0),
    ("bond_money", "c", 2025, 0, 0, 0, 10, 0, 0, 0, 0, 9, 0, 1),
    ("award", "c", 2026, 0, 0, 30, 0, 0, 0, 0, 0, 10, 0, 20), ("award", "d", 2027, 0, 0, 35, 0, 0, 0, 0, 0, 0, 0, 35),
    ("pledge", "e1", 0, 20, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0), ("pledge", "e2", 0, 14, 0, 0, 0, 0, 0, 0, 0, 14, 0, 0),
    ("water", "c", 2025, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0), ("water", "c", 2026, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0),
]  # fmt: skip

RECORDS: dict[str, list[dict[str, Any]]] = {
    "estates": [
        {"estate": "e1", "state": "started", "start_year": 2025, "ready_year": 2025, "points": 2000, "cost": 201},
        {"estate": "e2", "state": "started", "start_year": 2025, "ready_year": 2025, "points": 1200, "cost": 79},
        {"estate": "e3", "state": "started", "start_year": 2026, "ready_year": 2026, "points": 1620, "cost": 70},
        {"estate": "e4", "state": "started", "start_year": 2026, "ready_year": 2025, "points": 90, "cost": 20},
        {"estate": "e5", "state": "not_eligible", "reason": "status", "ready_year": 2025},
        {"estate": "e6", "state": "not_chosen", "reason": "money", "ready_year": 2025, "points": 1440, "cost": 500},
    ],
    "projects": [
        {"project": "e1", "county": "c", "start_year": 2025, "route": "b", "estates": 1, "buildings": 1,
         "households": 10, "floor_area": 1000.0, "cost": 201, "points": 2000},
        {"project": "e2", "county": "c", "start_year": 2025, "route": "a", "estates": 1, "buildings": 2,
         "households": 20, "floor_area": 2000.0, "cost": 79, "points": 1200},
        {"project": "p3", "county": "d", "start_year": 2026, "route": "a", "estates": 2, "buildings": 4,
         "households": 35, "floor_area": 3500.0, "cost": 90, "points": 1710},
    ],
    "works": [
        {"item": "e1-roof", "work_class": "basic", "required": True, "year": 2025, "route": "b", "cost": 100,
         "points": 1600},
        {"item": "e1-lift", "work_class": "better", "year": 2025, "route": "b", "cost": 101, "points": 400},
        {"item": "e2-pipe", "work_class": "basic", "required": True, "year": 2025, "route": "a", "cost": 50,
         "points": 800},
        {"item": "e2-road", "work_class": "better", "year": 2025, "route": "a", "cost": 29, "saving": 2,
         "points": 400},
        {"item": "e3-roof", "work_class": "basic", "required": True, "year": 2026, "route": "a", "cost": 60,
         "points": 1080},
        {"item": "e3-red", "work": "paint", "work_class": "better", "year": 2026, "route": "a", "cost": 10,
         "points": 540},
        {"item": "e3-blue", "work": "paint", "work_class": "better"},
        {"item": "e4-care", "work_class": "better", "required": True, "year": 2026, "route": "a", "cost": 20,
         "points": 90},
    ],
    "formula_totals": [
        {"source": "award", "place": "c", "start_year": 2025, "estates": 2, "households": 30, "buildings": 3,
         "floor_area": 3000.0, "by_household": 30, "factor": 1.0, "gained": 30, "arrival_year": 2026, "total": 30},
        {"source": "award", "place": "d", "start_year": 2026, "estates": 2, "households": 35, "buildings": 4,
         "floor_area": 3500.0, "by_household": 35, "factor": 1.0, "gained": 35, "arrival_year": 2027, "total": 35},
    ],
    "running": [
        {"project": "old", "kind": "project", "county": "c", "source": "budget", "level": "local", "ledger": "budget",
         "year": 2026, "amount": 3},
    ],
    "source_use": [
        {"source": "central", "place": "c", "arrival_year": 2024, "year": 2025, "amount": 10},
        {"source": "central", "place": "c", "arrival_year": 2025, "year": 2025, "amount": 30},
        {"source": "central", "place": "c", "arrival_year": 2025, "year": 2026, "amount": 5},
        {"source": "central", "place": "c", "arrival_year": 2026, "year": 2026, "amount": 10},
    ],
    "reallocations": [
        {"source": "central", "place": "c", "arrival_year": 2024, "project": "old", "carried": 10, "amount": 10,
         "price": 0.1},
    ],
    "bonds": [
        {"bond": "general", "kind": "general", "place": "c", "county": "c", "year": 2025, "lots": 1, "amount": 10,
         "quota": 15},
    ],
    "debt": [
        {"county": "c", "year": 2025, "issued": 10, "stock": 110},
        {"county": "c", "year": 2026, "principal": 5, "interest": 1, "stock": 105},
        {"county": "c", "year": 2027, "principal": 5, "interest": 1, "stock": 100},
    ],
    "shortfall": [{"county": "d", "year": 2026, "amount": 5}],
    "later_years": [
        {"county": "c", "source": source, "year": 2026, "amount": amount}
        for source, amount in (
            ("central", 15), ("award", 10), ("budget", 45), ("grant_fund", 8), ("pledge", 16), ("fund", 4),
            ("city_fund", 6), ("water", 8),
        )
    ] + [
        {"county": "d", "source": "budget", "year": 2026, "amount": 49},
        {"county": "d", "source": "shortfall", "year": 2026, "amount": 5},
        {"county": "d", "source": "budget", "year": 2027, "amount": 36},
    ],
    "tasks": [
        {"county": "c", "year": 2025, "measure": "estates", "minimum": 2, "maximum": -1, "planned": 2, "breach": 0},
        {"county": "c", "year": 2025, "measure": "households", "minimum": -1, "maximum": 30, "planned": 30},
        {"county": "", "year": 0, "measure": "households", "minimum": 100, "maximum": -1, "planned": 65, "breach": 35},
    ],
    "bundles": [{"area": "z", "county": "c", "year": 2025, "estates": 2, "points": 240}],
    "moves": [
        {"project": "e6", "county": "c", "households": 12, "kind": "dropped", "adopted_year": 2025, "reason": "money"},
        {"project": "e2", "county": "c", "households": 20, "kind": "added", "start_year": 2025,
         "reason": "better_plan"},
    ],
    "passed_over": [
        {"estate": "e6", "county": "c", "points": 1440, "cost": 500, "taken_estate": "e2", "taken_points": 800,
         "taken_cost": 79, "taken_year": 2025},
    ],
}  # fmt: skip

MANIFEST: dict[str, Any] = {
    "status": "gap_reached",
    "objective": 5150,
    "bound": 5151,
    "gap": 1 / 5150,
    "shortfall": 5,
    "inputs": {},
    "goals": [
        {"id": "tasks", "value": 0.35},
        {"id": "shortfall", "value": 5},
        {"id": "hazards", "value": 10},
        {"id": "points", "value": 5150},
        {"id": "public_money", "value": 244},
        {"id": "changes", "value": 2},
        {"id": "tie_break", "value": 0},
    ],
}


def town(policy: Mapping[str, Any] | None = None, **changes: Any) -> Case:
    """The town's case; ``changes`` replace whole sheets, ``options`` or ``scenario`` fields."""
    scenario = {**SCENARIO, **changes.pop("scenario", {})}
    options = {"fairness": 0.5, **changes.pop("options", {})}
    sheets = {**SHEETS, **changes}
    return make_case(
        policy=merge(POLICY, policy or {}), horizon=(2025, 2026), options=options, scenario=scenario, **sheets
    )


def tables() -> dict[str, pd.DataFrame]:
    """The plan's tables, new each time."""
    records = {name: [dict(record) for record in RECORDS.get(name, [])] for name in TABLES}
    facts = {record["estate"]: record for record in ESTATES}
    for record in records["estates"]:
        known = {"built_year": 1990, "households": 10, "project": record["estate"], **facts[record["estate"]]}
        record.update({key: value for key, value in known.items() if key in TABLES["estates"]})
    for record in records["works"]:
        record.setdefault("work", record["item"].partition("-")[2])
        record["estate"] = record["item"].partition("-")[0]
        record["project"] = HOME[record["estate"]][0]
        record.setdefault("cost", 12)
        record.update(zip(SPLIT, MADE_UP[record["item"]], strict=True))
    for record in records["projects"]:
        done = [work for work in records["works"] if work["project"] == record["project"] and work.get("year")]
        record.update({name: sum(work[name] for work in done) for name in SPLIT})
    for record in records["debt"]:
        record.update(existing_service=4, service_ceiling=10, stock_ceiling=110)
        record.update(special_service_ceiling=-1, special_stock_ceiling=-1)
    records["payments"] = [_line(*paid) for paid in PAID]
    names = [
        "source",
        "place",
        "year",
        "limit",
        "firm_limit",
        "formula",
        "bonds",
        "excess",
        "carried_in",
        "running",
        "service",
    ]
    names += ["paid", "carried_out", "lapsed"]
    records["accounts"] = [{**dict(zip(names, row, strict=True)), "unlimited": row[0] == "water"} for row in ACCOUNTS]
    plan = {name: _frame(name, records[name]) for name in TABLES}
    plan["source_tree"] = source_tree_table(town(), YEARS, plan)
    plan["cash"] = cash_table(plan["source_tree"], plan["debt"], plan["shortfall"])
    return plan


def _line(part: str, source: str, year: int, amount: int) -> dict[str, Any]:
    payer, rule = PART[part]
    item, component = part.split("/")[:2]
    estate = item.partition("-")[0]
    project, county = HOME[estate]
    own = payer or PAYER.get(source, "government")
    return {
        "project": project, "estate": estate, "county": county, "item": item, "component": component, "part": part,
        "payer": own, "source": source, "year": year, "amount": amount,
        "level": "private" if source == "pledge" else "local", "ledger": "budget",
        "firm": amount if (source, county, year) == ("budget", "c", 2025) else 0,
        "rule": rule, "clause": "1", "document": "doc", "since": "2000-01-01", "basis": "assumption",
        "stands_in": rule == "open" and own == "government",
    }  # fmt: skip


def _frame(name: str, records: list[dict[str, Any]]) -> pd.DataFrame:
    blank = {"text": "", "int": 0, "money": 0, "number": 0.0, "bool": False}
    rows = [{column: record.get(column, blank[kind]) for column, kind in TABLES[name].items()} for record in records]
    kinds = {"text": "str", "int": "int64", "money": "int64", "number": "float64", "bool": "bool"}
    frame = pd.DataFrame(rows, columns=list(TABLES[name]))
    return frame.astype({column: kinds[kind] for column, kind in TABLES[name].items()})
