"""From columns to tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.frames import summed
from allocator.formulation.funding import SHORTFALL
from allocator.plan.blocked import blocked_pledges
from allocator.plan.choices import read_choices
from allocator.plan.debt_tables import debt_tables
from allocator.plan.explanation import explain_estates, passed_over
from allocator.plan.formula_totals import formula_totals_table
from allocator.plan.ledgers import assign_firm, collect_flows, ledger_tables, running_table
from allocator.plan.moves import moves_table
from allocator.plan.payments import payment_lines
from allocator.plan.reallocations import moved_money, reallocations_table
from allocator.plan.selection import bundles_table, estates_table, projects_table, tasks_table, works_table
from allocator.plan.source_tree import cash_table, source_tree_table
from allocator.plan.special_tables import special_tables
from allocator.plan.tables import TABLES
from allocator.solving.base import Floats


def assemble(f: Formulation, x: Floats, baseline: pd.Series) -> dict[str, pd.DataFrame]:
    """All tables of the plan ``x`` (exact money), in the order and kinds of ``TABLES``."""
    choices = read_choices(f, x)
    payments = payment_lines(f, choices, x)
    moved = moved_money(f, x)
    flows = collect_flows(f, choices, payments, moved)
    accounts, source_use, firm_left = ledger_tables(f, flows)
    payments["firm"] = assign_firm(f.index.case, payments, firm_left)
    projects, years = special_tables(f, choices, x)
    bonds, debt = debt_tables(f, choices, years)
    works = works_table(f, choices)
    estates = estates_table(f, choices, works, baseline)
    tasks = tasks_table(f, estates)
    bundles = bundles_table(f, choices, estates)
    blocked = blocked_pledges(f.index, estates, works)
    estates = explain_estates(f, estates, accounts, tasks, blocked)
    tables = {
        "estates": estates,
        "projects": projects_table(f, choices, estates, works),
        "works": works,
        "payments": payments,
        "running": running_table(f.index.case, f.index.payment_years, source_use),
        "source_use": source_use,
        "reallocations": reallocations_table(f, moved),
        "accounts": accounts,
        "bonds": bonds,
        "debt": debt,
        "special_bonds": projects,
        "special_years": years,
        "shortfall": _shortfall(payments),
        "later_years": _later_years(payments, f.index.start_years[0]),
        "tasks": tasks,
        "bundles": bundles,
        "moves": moves_table(f, estates, accounts, tasks, bundles),
        "blocked_pledges": blocked,
        "passed_over": passed_over(f, estates, bundles),
    }
    tables["formula_totals"] = formula_totals_table(f.index, estates)
    tables["source_tree"] = source_tree_table(f.index.case, f.index.payment_years, tables)
    tables["cash"] = cash_table(tables["source_tree"], debt, tables["shortfall"])
    return {name: with_kinds(tables[name], name) for name in TABLES}


_DTYPES = {"text": object, "int": np.int64, "money": np.int64, "number": np.float64, "bool": bool}


def with_kinds(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """``frame`` with the columns of a table, in their order and kinds."""
    columns = {name: frame[name].astype(_DTYPES[kind]) for name, kind in TABLES[table].items()}
    return pd.DataFrame(columns).reset_index(drop=True)


def _shortfall(payments: pd.DataFrame) -> pd.DataFrame:
    own = payments[payments["source"] == SHORTFALL]
    return summed(own, ["county", "year"], "amount")


def _later_years(payments: pd.DataFrame, plan_year: int) -> pd.DataFrame:
    own = payments[payments["year"] > plan_year]
    return summed(own, ["county", "source", "year"], "amount", "firm")


def headline_values(f: Formulation, x: Floats, tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Value of every goal at ``x``; breaches counted from the plan, not from slack columns."""
    values = {name: goal.value(x) for name, goal in f.goals.items()}
    # money is whole steps times prices of few decimals: what is beyond is floating point
    values |= {name: round(value, 6) for name, value in values.items() if f.goals[name].unit == "money"}
    tasks = tables["tasks"]
    bound = np.where(tasks["planned"] < tasks["minimum"], tasks["minimum"], tasks["maximum"])
    values["tasks"] = float((tasks["breach"] / np.maximum(bound, 1)).sum())
    return values
