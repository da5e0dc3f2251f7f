"""A made-up but consistent run, for tests of the reports that need no solver.

Tables agree with each other as those of a real run do: payments add up to the costs of the works, accounts to the
payments, projects to their estates. The estates, counties and figures are invented.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.inputs.case import Case
from allocator.inputs.schemas.scenario import Money
from allocator.plan.run_folder import Run
from allocator.plan.source_tree import cash_table, source_tree_table
from allocator.plan.tables import TABLES
from tests.builders import make_case

YEARS = (2025, 2026, 2027)
PAYMENT_YEARS = (2025, 2026, 2027, 2028)
COUNTIES = ("甲区", "乙县", "丙县", "丁市")


def _label(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


POLICY: dict[str, Any] = {
    "label": _label("示例政策", "Example policy"),
    "documents": {"doc": {"title": "示例改造办法", "authority": "某市人民政府", "number": "示例〔2024〕1号"}},
    "classes": {
        "basic": {"label": _label("基础类", "basic"), "weight": 4, "always_needed": True},
        "better": {"label": _label("完善类", "better"), "weight": 2},
    },
    "payers": {
        "government": {"label": _label("财政", "government")},
        "resident": {"label": _label("居民", "residents")},
        "utility": {"label": _label("管线单位", "utility")},
    },
    "levels": {
        "central": {"label": _label("中央", "central")},
        "local": {"label": _label("县级", "county")},
        "private": {"label": _label("居民及社会", "residents and firms")},
    },
    "rules": {
        "public": {"label": _label("财政承担", "public money")},
        "half": {
            "label": _label("管线单位与财政各半", "halves"),
            "values": [{"shares": {"government": 0.5, "utility": 0.5}, "clause": "二(三)2", "basis": "law"}],
        },
        "open": {
            "label": _label("居民为主", "mainly residents"),
            "values": [{"shares": {"government": (0, 0.4), "resident": (0.6, 1)}, "note": "办法只说“主要”,比例为假设"}],
        },
    },
    "works": {
        "roof": {
            "label": _label("屋面修缮", "roof"),
            "unit": "平方米",
            "components": {"all": {"label": _label("整体", "all")}},
        },
        "pipe": {
            "label": _label("供水管网", "water pipes"),
            "unit": "米",
            "components": {"all": {"label": _label("管线", "pipes")}},
        },
        "lift": {
            "label": _label("加装电梯", "lift"),
            "work_class": "better",
            "components": {"all": {"label": _label("设备", "machine")}},
        },
    },
    "sources": {
        "budget": {"label": _label("县级一般公共预算", "county budget"), "ledger": "一般公共预算"},
        "central": {
            "label": _label("中央补助资金", "central grant"),
            "payer": "government",
            "level": "central",
            "scope": "city",
            "ledger": "一般公共预算",
            "basis": "law",
        },
        "bond": {"label": _label("一般债券", "general bond"), "payer": "government", "ledger": "一般债"},
        "utility": {
            "label": _label("管线单位出资", "utility money"),
            "payer": "utility",
            "level": "private",
            "scope": "county",
            "limited": False,
        },
        "pledge": {
            "label": _label("居民出资", "residents' pledges"),
            "ledger": "社会",
            "caps": [{"per": "household", "amount": {"value": 5000, "unit": "元/户"}}],
        },
    },
    "bonds": {
        "bond": {
            "label": _label("一般债券", "general bond"),
            "source": "bond",
            "lot": {"value": 100, "unit": "万元"},
            "term_years": 10,
            "coupon": {"value": 0.025},
            "repayment": "level",
            "service_source": "budget",
        }
    },
    "gates": {
        "approval": {"label": _label("立项批复", "approval")},
        "consent": {"label": _label("居民同意", "residents' consent")},
    },
    "bundle": {"at_least": 2, "points_share": 0.1},
}


def fake_case(rows: int, seed: int, names: Sequence[str], **scenario: Any) -> Case:
    """Case with ``rows`` estates in four counties; ``names`` replace the first estates' names."""
    draw = random.Random(seed)  # noqa: S311 - invented data
    estates, items, gates, limits, debt, tasks = [], [], [], [], [], []
    for index in range(rows):
        county = COUNTIES[min(3, draw.randrange(5))]
        place = COUNTIES.index(county)
        estates.append(
            {
                "estate": f"E{index:04d}",
                "county": county,
                "project": f"P{index // 2 if index % 3 else index:04d}",
                "area": f"A{place}{index % 4}",
                "name": names[index] if index < len(names) else f"{county}第{index}小区",
                "built_year": 1980 + draw.randrange(24),
                "households": 40 + draw.randrange(300),
                "buildings": 1 + draw.randrange(9),
                "floor_area": float(3000 + draw.randrange(30000)),
                "longitude": 114.0 + 0.3 * (place % 2) + 0.15 * draw.random(),
                "latitude": 29.5 + 0.25 * (place // 2) + 0.12 * draw.random(),
                "hazard": draw.random() < 0.1,
                "listed_year": 0,
                "batch": "",
                "listing_document": "",
            }
        )
        for work in ("roof", "pipe", "lift"):
            if work == "roof" or draw.random() < 0.7:
                items.append({"estate": f"E{index:04d}", "work": work, "cost": 1000 + draw.randrange(20000)})
        gates.append({"estate": f"E{index:04d}", "gate": "approval", "state": "met", "year": 2025})
    # a project lies in one county: the county of its first estate
    county_of: dict[str, str] = {}
    for estate in estates:
        estate["county"] = county_of.setdefault(estate["project"], estate["county"])
    for year in YEARS:
        limits.append({"source": "central", "year": year, "amount": 4_000_00, "certainty": "issued"})
        for county in COUNTIES:
            limits.append({"source": "budget", "place": county, "year": year, "amount": 900_00})
            debt.append({"county": county, "year": year, "stock_ceiling": 9_000_00, "existing_stock": 5_000_00})
    for county in COUNTIES:
        tasks.append({"county": county, "year": 2025, "min_estates": 2, "min_households": 300})
    return make_case(
        estates=estates,
        items=items,
        policy=POLICY,
        horizon=(YEARS[0], YEARS[-1], PAYMENT_YEARS[-1]),
        counties=COUNTIES,
        gates=gates,
        limits=limits,
        debt=debt,
        tasks=tasks,
        scenario={
            "id": "fake",
            "label": _label("示例市老旧小区改造计划", "Example city's renovation plan"),
            "money": Money(),
            "filled_in_by": "示例市住房和城乡建设局",
            "synthetic": True,
            **scenario,
        },
    )


def fake_run(
    rows: int = 40, seed: int = 7, *, shortfall: bool = True, names: Sequence[str] = (), **scenario: Any
) -> Run:
    """Run on ``fake_case``: two thirds of the estates start, costs are paid over two years."""
    case = fake_case(rows, seed, names, **scenario)
    draw = random.Random(seed + 1)  # noqa: S311 - invented data
    estates = _estates(case, draw)
    works = _works(case, estates)
    payments = _payments(case, works, estates, shortfall=shortfall)
    paid = payments[payments["source"] != "shortfall"]
    gap = payments[payments["source"] == "shortfall"].rename(columns={"year": "year"})
    later = paid[paid["year"] > YEARS[0]]
    accounts = _accounts(case, paid)
    tables = {
        "estates": estates,
        "projects": _projects(estates),
        "works": works,
        "payments": payments,
        "source_use": _source_use(paid),
        "accounts": accounts,
        "running": _running(case, accounts),
        "bonds": pd.DataFrame(
            [("bond", "general", "甲区", "甲区", 2025, 3, 300_00, 500_00)], columns=list(TABLES["bonds"])
        ),
        "debt": _debt(case),
        "shortfall": gap.groupby(["county", "year"], as_index=False)["amount"].sum(),
        "later_years": later.groupby(["county", "source", "year"], as_index=False)[["amount", "firm"]].sum(),
        "tasks": _tasks(case, estates),
        "bundles": _bundles(case, estates),
        **{
            name: pd.DataFrame(columns=list(TABLES[name]))
            for name in ("moves", "reallocations", "blocked_pledges", "special_bonds", "special_years")
        },
        "passed_over": _passed_over(estates),
    }
    tables["formula_totals"] = _formula_totals()
    tables["source_tree"] = source_tree_table(case, PAYMENT_YEARS, tables)
    tables["cash"] = cash_table(tables["source_tree"], tables["debt"], tables["shortfall"])
    ordered = {name: tables[name][list(columns)].reset_index(drop=True) for name, columns in TABLES.items()}
    return Run(case, ordered, _manifest(case, ordered), Path("runs/fake"))


def _estates(case: Case, draw: random.Random) -> pd.DataFrame:
    table = case.register.estates.copy()
    cost = case.register.items.groupby("estate")["cost"].sum()
    decided: dict[str, tuple[str, str, str, int]] = {}
    choices = [
        ("not_eligible", "status:renovated", "", 0),
        ("not_ready", "gate:approval,consent", "", 0),
        ("not_chosen", "money", "central,budget", 0),
        ("not_chosen", "lower_score", "", 0),
    ]
    for project in table["project"].unique():
        started = draw.random() < 0.66
        decided[project] = ("started", "", "", draw.choice(YEARS)) if started else draw.choice(choices)
    for position, column in enumerate(("state", "reason", "reason_detail", "start_year")):
        table[column] = [decided[project][position] for project in table["project"]]
    table["ready_year"] = [0 if state in ("not_ready", "not_eligible") else YEARS[0] for state in table["state"]]
    table["baseline_year"] = [draw.choice((0, *YEARS)) for _ in range(len(table))]
    table["points"] = [float(100 + draw.randrange(4000)) for _ in range(len(table))]
    table["cost"] = table["estate"].map(cost).astype("int64")
    return table


def _projects(estates: pd.DataFrame) -> pd.DataFrame:
    started = estates[estates["state"] == "started"]
    table = started.groupby("project", as_index=False).agg(
        county=("county", "first"),
        start_year=("start_year", "first"),
        name=("name", "first"),
        estates=("estate", "size"),
        buildings=("buildings", "sum"),
        households=("households", "sum"),
        floor_area=("floor_area", "sum"),
        cost=("cost", "sum"),
        points=("points", "sum"),
    )
    table = table.assign(works_cost=table["cost"], other_fees=0, contingency=0)
    return table.assign(body="某实施单位", approval="示例批〔2024〕1号", route="")


def _works(case: Case, estates: pd.DataFrame) -> pd.DataFrame:
    started = estates[estates["state"] == "started"].set_index("estate")
    items = case.register.items[case.register.items["estate"].isin(started.index)].copy()
    items["project"] = items["estate"].map(started["project"])
    items["year"] = items["estate"].map(started["start_year"])
    items["work_class"] = [case.policy.works[work].work_class for work in items["work"]]
    items["works_cost"] = items["cost"]
    return items.assign(route="", saving=0, points=10.0, other_fees=0, contingency=0)


def _payments(case: Case, works: pd.DataFrame, estates: pd.DataFrame, *, shortfall: bool) -> pd.DataFrame:
    county = estates.set_index("estate")["county"]
    last = "shortfall" if shortfall else "budget"
    divided = {
        "roof": [("government", "central", 50), ("government", "budget", 45), ("government", last, 5)],
        "pipe": [("government", "budget", 50), ("utility", "utility", 50)],
        "lift": [("government", "bond", 30), ("resident", "pledge", 70)],
    }
    rows = []
    for work in works.itertuples():
        rule = {"roof": "public", "pipe": "half", "lift": "open"}[work.work]
        for delay, share in ((0, 60), (1, 40)):
            due = work.cost * share // 100 if delay == 0 else work.cost - work.cost * 60 // 100
            left = due
            for payer, source, part in divided[work.work]:
                amount = left if source == divided[work.work][-1][1] else due * part // 100
                left -= amount
                level = case.policy.sources[source].level if source in case.policy.sources else ""
                rows.append(
                    {
                        "project": work.project,
                        "estate": work.estate,
                        "county": county[work.estate],
                        "item": work.item,
                        "component": "all",
                        "part": f"{work.item}/all/payer:{payer}",
                        "payer": payer,
                        "source": source,
                        "level": level,
                        "ledger": "",
                        "year": work.year + delay,
                        "amount": amount,
                        "firm": amount if source == "central" and work.year == YEARS[0] else 0,
                        "rule": rule,
                        "clause": "二(三)1",
                        "document": "doc",
                        "since": "2024-12-04",
                        "basis": "law" if rule == "half" else "assumption",
                        "stands_in": source == "bond",
                    }
                )
    return pd.DataFrame(rows)


def _source_use(paid: pd.DataFrame) -> pd.DataFrame:
    table = paid.groupby(["source", "county", "year"], as_index=False)[["amount", "firm"]].sum()
    return table.rename(columns={"county": "place"}).assign(arrival_year=table["year"], project="")


def _accounts(case: Case, paid: pd.DataFrame) -> pd.DataFrame:
    place = {"city": "", "county": "county", "estate": "estate"}
    scope = paid["source"].map({key: source.scope for key, source in case.policy.sources.items()})
    where = [row[place[s]] if place[s] else "" for s, (_, row) in zip(scope, paid.iterrows(), strict=True)]
    table = paid.assign(place=where).groupby(["source", "place", "year"], as_index=False)[["amount", "firm"]].sum()
    unlimited = ~table["source"].map({key: source.limited for key, source in case.policy.sources.items()})
    table = table.rename(columns={"amount": "paid"})
    limit = (table["paid"] + 50_00).where(~unlimited, 0)
    return table.assign(
        limit=limit,
        firm_limit=limit.where(table["source"] == "central", 0),
        formula=0,
        bonds=0,
        excess=0,
        carried_in=0,
        running=10_00 * (~unlimited).astype(int),
        service=0,
        carried_out=0,
        lapsed=40_00 * (~unlimited).astype(int),
        unlimited=unlimited,
    )


def _formula_totals() -> pd.DataFrame:
    """Two start years of a grant of the whole city: the same quantities, and money a year later."""
    counts = {"estates": 3, "households": 300, "buildings": 9, "floor_area": 30000.5, "running_estates": 1}
    parts = {"by_household": 60_00, "by_floor_area": 30_00, "by_building": 9_00, "by_estate": 1_00}
    rows = [
        {
            "source": "central", "place": "", "start_year": year, **counts, "running_households": 40, **parts,
            "factor": 0.95, "gained": 100_00, "arrival_year": year + 1, "fixed": 4_000_00, "total": 4_100_00,
        }
        for year in YEARS[:2]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _running(case: Case, accounts: pd.DataFrame) -> pd.DataFrame:
    """A project under way in every county, which all accounts of the county pay; the first county's pay the city's."""
    bills = accounts[accounts["running"] > 0].copy()
    bills["county"] = bills["place"].where(bills["place"].isin(COUNTIES), COUNTIES[0])
    sources = case.policy.sources
    return bills.assign(
        project="old-" + bills["county"],
        name=bills["county"] + "续建项目",
        kind="project",
        start_year=YEARS[0] - 1,
        estates=2,
        households=150,
        level=bills["source"].map({key: source.level for key, source in sources.items()}),
        ledger=bills["source"].map({key: source.ledger for key, source in sources.items()}),
        amount=bills["running"],
        firm=bills["running"].where(bills["year"] == YEARS[0], 0),
    )


NO_SPECIAL_DEBT = (0, 0, 0, 0, 0, -1, 0, -1)


def _debt(case: Case) -> pd.DataFrame:
    rows = [
        (
            county,
            year,
            300_00 if (county, year) == ("甲区", 2025) else 0,
            20_00,
            5_00,
            0,
            100_00,
            500_00,
            5_300_00,
            9_000_00,
            *NO_SPECIAL_DEBT,
        )
        for county in case.scenario.counties
        for year in PAYMENT_YEARS
    ]
    return pd.DataFrame(rows, columns=list(TABLES["debt"]))


def _tasks(case: Case, estates: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for task in case.register.tasks.itertuples():
        here = estates[(estates["county"] == task.county) & (estates["start_year"] == task.year)]
        for measure, minimum, planned in (
            ("estates", int(task.min_estates), len(here)),
            ("households", int(task.min_households), int(here["households"].sum())),
        ):
            rows.append((task.county, task.year, measure, minimum, -1, planned, max(0, minimum - planned)))
    return pd.DataFrame(rows, columns=list(TABLES["tasks"]))


def _bundles(case: Case, estates: pd.DataFrame) -> pd.DataFrame:
    started = estates[estates["state"] == "started"]
    table = started.groupby(["area", "start_year"], as_index=False).agg(
        county=("county", "first"), estates=("estate", "size"), points=("points", "sum")
    )
    table = table[table["estates"] >= 2].rename(columns={"start_year": "year"})
    return table.assign(name=table["area"] + "片区")


def _passed_over(estates: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for row in estates[estates["state"] == "not_chosen"].itertuples():
        below = estates[(estates["county"] == row.county) & (estates["state"] == "started")]
        below = below[below["points"] < row.points]
        for taken in below.head(1).itertuples():
            rows.append(
                (
                    row.estate,
                    row.county,
                    row.points,
                    row.cost,
                    taken.estate,
                    taken.points,
                    taken.cost,
                    taken.start_year,
                    "money:central",
                )
            )
    return pd.DataFrame(rows, columns=list(TABLES["passed_over"]))


def _manifest(case: Case, tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    gap = int(tables["shortfall"]["amount"].sum())
    points = float(tables["projects"]["points"].sum())
    goals = [
        ("tasks", "optimal", 0, 0, 0, 0.4),
        ("shortfall", "optimal", gap / 100, gap / 100, 0, 1.1),
        ("points", "gap_reached", points, points * 1.004, 0.004, 31.5),
        ("tie_break", "time_limit", 12, 11, 0.09, 5.0),
    ]
    return {
        "status": "gap_reached",
        "objective": points,
        "bound": points * 1.004,
        "gap": 0.004,
        "goals": [dict(zip(("id", "status", "value", "bound", "gap", "seconds"), goal, strict=True)) for goal in goals],
        "shortfall": str(Decimal(gap) * case.scenario.money.step),
        "method": "whole",
        "solver": "highs",
        "seconds": {"load": 0.8, "build": 0.5, "solve": 38.0, "money": 2.0, "audit": 1.0, "total": 42.3},
        "versions": {"allocator": "0.1.0", "ortools": "9.15", "python": "3.11"},
        "inputs": {"base.yaml": "0f" * 32, "register.xlsx": "a1" * 32},
        "policy_model": case.policy.id,
        "command": "allocator run fake",
        "peak_memory_mb": 512.3,
        "stopped_by": "",
        "reproducible": True,
        "audit": {
            "checks": 12345,
            "failures": 0,
            "by_rule": [
                {"rule": "once", "checks": 40, "failures": 0},
                {"rule": "balance", "checks": 12305, "failures": 0},
            ],
        },
        "scenario": {"id": case.scenario.id, "label": "示例", "synthetic": case.scenario.synthetic},
        "baseline": {
            "points": points * 0.9,
            "estates": 20,
            "households": 3000,
            "cost": "2500.00",
            "shortfall": "300.00",
        },
    }
