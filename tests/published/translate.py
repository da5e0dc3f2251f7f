"""Write a programme as the files a user keeps: a scenario, a policy model and a register."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.published.programmes import Option, Programme, Thing

YEAR = 2025
"""The one year of every programme."""

Rows = Sequence[dict[str, Any]]

_CITED = {"since": "2000-01-01", "clause": "-", "document": "published", "basis": "assumption"}
_ONE = {"value": 1, "unit": "factor", **_CITED}


def write(programme: Programme, folder: Path) -> Path:
    """Write the files of ``programme`` into ``folder``; the path of the scenario."""
    register = folder / "register"
    register.mkdir(parents=True)
    for sheet, rows in _register(programme).items():
        with (register / f"{sheet}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    _dump(_policy(programme), folder / "models" / "published" / "policy.yaml")
    scenario = folder / "scenario.yaml"
    _dump(_scenario(programme), scenario)
    return scenario


def _dump(data: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(data, file)


def _scenario(programme: Programme) -> dict[str, Any]:
    locks = {t.name: "must" if t.must else "never" for t in programme.things if t.must or t.never}
    goal = "public_money" if programme.local_fund else "points"
    return {
        "id": "published",
        "label": {"en": programme.name},
        "policy_model": "published",
        "register": "register",
        "counties": sorted({thing.county for thing in programme.things}),
        "horizon": {"first": YEAR, "last": YEAR},
        "as_of": f"{YEAR}-01-01",
        "money": {
            "currency": "unit",
            "unit": "k",
            "unit_value": 1000,
            "step": str(_step(programme)),
            "other_units": {},
        },
        "goals": [{"id": "tasks", "clock": 0.1}, {"id": goal, "clock": 0.9}],
        "headline": goal,
        "locks": locks,
        "exclusions": [list(names) for names in programme.exclusions],
        "options": {"shortfall": False, "elastic_tasks": False},
        "solver": {"gap": 0},
    }


def _step(programme: Programme) -> Decimal:
    """Largest power of ten, at most one, of which every amount is a multiple."""
    amounts = [limit for limit in programme.funds.values() if limit is not None]
    amounts += [amount for thing in programme.things for option in thing.options for amount in option.uses.values()]
    exponents = (amount.normalize().as_tuple().exponent for amount in amounts)
    return Decimal(1).scaleb(min((int(exponent) for exponent in exponents), default=0)).min(Decimal(1))


def _policy(programme: Programme) -> dict[str, Any]:
    """A payer, a rule and a source for every fund, and a work with a component for every fund.

    The options of a thing are different works, so there are as many works as the greatest number of options.
    """
    funds = list(programme.funds) or ["nobody"]
    band = {"min": 1, "max": 1}
    works = max(len(thing.options) for thing in programme.things)
    return {
        "id": "published",
        "label": {"en": "Funds of a published instance"},
        "documents": {"published": {"title": programme.name}},
        "classes": {"any": {"label": {}, "weight": [_ONE]}},
        "payers": {fund: {"label": {}} for fund in funds},
        "levels": {"any": {"label": {}}},
        "rules": {fund: {"label": {}, "values": [{"shares": {fund: band}, **_CITED}]} for fund in funds},
        "works": {
            f"option{k}": {
                "label": {},
                "work_class": "any",
                "components": {f: {"label": {}, "share": int(f == funds[0]), "rule": f} for f in funds},
                **_CITED,
            }
            for k in range(works)
        },
        "sources": {
            fund: {
                "label": {},
                "payer": fund,
                "level": "any",
                "ledger": "any",
                "scope": "city",
                "limited": programme.funds.get(fund) is not None,
                "local": fund == programme.local_fund,
                **_CITED,
            }
            for fund in funds
        },
        "ledgers": ["any"],
        "scoring": {"hazard_factor": _ONE, "window_years": _ONE},
    }


def _register(programme: Programme) -> dict[str, Rows]:
    limits = [
        {"source": fund, "place": "", "year": YEAR, "amount (k)": limit}
        for fund, limit in programme.funds.items()
        if limit is not None
    ]
    tasks = [
        {"county": county, "year": YEAR, "min_households": least}
        for county, least in programme.least_households.items()
    ]
    pairs = [(thing, k, option) for thing in programme.things for k, option in enumerate(thing.options)]
    costs = [
        {"item": _item(thing, k), "component": fund, "cost (k)": amount}
        for thing, k, option in pairs
        for fund, amount in option.uses.items()
    ]
    sheets: dict[str, Rows] = {
        "estates": [
            {"estate": thing.name, "county": thing.county, "households": thing.households} for thing in programme.things
        ],
        "items": [_item_row(programme, thing, k, option) for thing, k, option in pairs],
        "component_costs": costs,
        "limits": limits,
        "tasks": tasks,
    }
    return {sheet: rows for sheet, rows in sheets.items() if rows}


def _item(thing: Thing, k: int) -> str:
    return f"{thing.name}-{k}"


def _item_row(programme: Programme, thing: Thing, k: int, option: Option) -> dict[str, Any]:
    needed = [other for name, other in programme.needs if name == thing.name]
    return {
        "item": _item(thing, k),
        "estate": thing.name,
        "work": f"option{k}",
        "cost (k)": sum(option.uses.values(), Decimal(0)),
        "required": "yes",
        "choice_group": "options" if len(thing.options) > 1 else "",
        "requires": "|".join(f"{other}-0" for other in needed),
        "points": option.worth,
    }
