"""Every rule is caught: one change of a step, a row or an input, and the audit names the rule that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pandas as pd
import pytest

from allocator.inputs.case import Case
from allocator.plan.audit import AuditReport, audit
from allocator.plan.audit.agreement import check_tables
from allocator.plan.audit.cash import check_cash
from allocator.plan.audit.choices import check_choices
from allocator.plan.audit.debt import check_bonds
from allocator.plan.audit.facts import Facts
from allocator.plan.audit.formula_totals import check_formula_totals
from allocator.plan.audit.headline import check_manifest
from allocator.plan.audit.limits import check_accounts
from allocator.plan.audit.matching import check_matching
from allocator.plan.audit.payments import check_payments
from allocator.plan.audit.persistence import check_persistence
from allocator.plan.audit.report import Book
from allocator.plan.audit.shares import check_shares
from allocator.plan.audit.targets import check_targets
from allocator.plan.audit.view import View, tidy
from tests.plan.audit.town import MANIFEST, SHEETS, tables, town

Tables = dict[str, pd.DataFrame]

CHECKS: dict[str, tuple[Callable[[View, Book], None], ...]] = {
    "once": (check_choices,),
    "gates": (check_choices,),
    "scope": (check_choices, check_tables),
    "complete_community": (check_choices,),
    "routes": (check_choices, check_payments),
    "balance": (check_payments,),
    "sources": (check_payments,),
    "citations": (check_payments,),
    "caps": (check_payments,),
    "residents": (check_payments,),
    "shortfall": (check_payments,),
    "payer_shares": (check_shares,),
    "matching": (check_matching,),
    "source_limits": (check_payments, check_accounts),
    "certainty": (check_accounts,),
    "bonds": (check_bonds,),
    "tasks": (check_targets,),
    "capacity": (check_targets,),
    "bundles": (check_targets,),
    "persistence": (check_persistence,),
    "points": (check_tables,),
    "tables": (check_tables, check_persistence, check_cash, check_formula_totals),
}
"""What looks at each rule; running only that keeps a hundred mutations quick."""


def is_caught(rule: str, case: Facts, plan: Tables) -> bool:
    """Whether the checks of a rule find something wrong with it."""
    book = Book(case.case.scenario.money)
    view = View(case, tidy(plan, book))
    for check in CHECKS[rule]:
        check(view, book)
    return any(check.failures for check in book.checks if check.rule == rule)


@pytest.fixture(scope="module")
def facts() -> Facts:
    """The town's inputs, worked out once."""
    return Facts(town())


def change(table: str, where: str, **values: Any) -> Callable[[Tables], None]:
    """Set ``values`` in the rows of ``table`` that match ``where``; a leading += adds."""

    def apply(plan: Tables) -> None:
        rows = plan[table].query(where).index
        assert len(rows), f"no row of {table} with {where}"
        for column, value in values.items():
            if isinstance(value, str) and value.startswith("+="):
                plan[table].loc[rows, column] += int(value[2:])
            else:
                plan[table].loc[rows, column] = value

    return apply


def drop(table: str, where: str) -> Callable[[Tables], None]:
    """Take away the rows of ``table`` that match ``where``."""

    def apply(plan: Tables) -> None:
        rows = plan[table].query(where).index
        assert len(rows), f"no row of {table} with {where}"
        plan[table] = plan[table].drop(rows).reset_index(drop=True)

    return apply


def again(table: str, where: str, **values: Any) -> Callable[[Tables], None]:
    """Add a copy of the rows that match ``where``, with ``values``."""

    def apply(plan: Tables) -> None:
        rows = plan[table].query(where)
        assert len(rows), f"no row of {table} with {where}"
        plan[table] = pd.concat([plan[table], rows.assign(**values)], ignore_index=True)

    return apply


def both(*mutations: Callable[[Tables], None]) -> Callable[[Tables], None]:
    """One change after the other."""

    def apply(plan: Tables) -> None:
        for mutation in mutations:
            mutation(plan)

    return apply


def move(part: str, year: int, source: str, other: str, steps: int = 1) -> Callable[[Tables], None]:
    """Let ``other`` pay ``steps`` of what ``source`` pays for a part in a year."""
    line = f"part == '{part}' and year == {year} and source == "
    return both(
        change("payments", line + f"'{source}'", amount=f"+={-steps}"),
        change("payments", line + f"'{other}'", amount=f"+={steps}"),
    )


ROOF, LIFT, CIVIL = "e1-roof/all", "e1-lift/all", "e2-pipe/civil"

PLAN_MUTATIONS: dict[str, tuple[str, Callable[[Tables], None]]] = {
    "a project in two rows": ("once", again("projects", "project == 'e1'", start_year=2026)),
    "a start after the last year": ("once", change("projects", "project == 'e2'", start_year=2027)),
    "a start before the lock's year": ("once", change("projects", "project == 'p3'", start_year=2025)),
    "a start before the promised gate": ("gates", change("projects", "project == 'p3'", start_year=2025)),
    "a renovated estate started": ("gates", again("projects", "project == 'e1'", project="e5")),
    "a required work left out": ("scope", change("works", "item == 'e3-roof'", year=0)),
    "a work done twice": ("scope", again("works", "item == 'e3-red'")),
    "a work nobody registered": ("scope", again("works", "item == 'e3-red'", item="ghost")),
    "an optional work before its estate": ("scope", change("works", "item == 'e3-red'", year=2025)),
    "two works that exclude each other": ("scope", change("works", "item == 'e3-blue'", year=2026)),
    "a prerequisite left out": ("scope", change("works", "item == 'e3-roof'", year=0)),
    "a saving not earned": ("scope", change("works", "item == 'e2-road'", saving=3)),
    "cost of a work": ("scope", change("works", "item == 'e2-road'", cost="+=1")),
    "no community work": ("complete_community", change("works", "item == 'e4-care'", year=0)),
    "a route the project may not take": ("routes", change("projects", "project == 'p3'", route="b")),
    "a work on another route": ("routes", change("works", "item == 'e1-roof'", route="a")),
    "a source its route leaves out": (
        "routes", change("payments", f"part == '{ROOF}' and source == 'award'", source="city_fund"),
    ),
    "sources that exclude each other": (
        "routes", change("payments", f"part == '{CIVIL}' and source == 'budget' and year == 2026", source="award"),
    ),
    "a step too little paid": ("balance", change("payments", f"part == '{ROOF}' and year == 2025", amount="+=-1")),
    "a bill paid a year late": (
        "balance", change("payments", f"part == '{ROOF}' and source == 'budget' and year == 2025", year=2026),
    ),
    "a negative payment": (
        "balance",
        both(
            move(ROOF, 2025, "central", "budget", 41),
            change("payments", f"part == '{ROOF}' and year == 2025", firm=0),
        ),
    ),
    "a line in two rows": ("balance", again("payments", f"part == '{ROOF}' and source == 'award'")),
    "a payment for no part": ("balance", again("payments", f"part == '{ROOF}' and source == 'award'", part="ghost")),
    "a source of another payer": (
        "sources", change("payments", f"part == '{CIVIL}' and source == 'city_fund'", source="pledge"),
    ),
    "a payer the rule does not name": (
        "sources", change("payments", f"part == '{CIVIL}' and source == 'city_fund'", payer="utility", source="water"),
    ),
    "a class the source may not pay for": (
        "sources", change("payments", "part == 'e3-red/all' and year == 2026", source="central"),
    ),
    "a grant paid by another source": (
        "sources", change("payments", "part == 'e1-lift/all/grant:elevator'", source="budget"),
    ),
    "a place without money": ("sources", change("payments", "part == 'e3-roof/all'", source="central")),
    "payer of more than its band": ("payer_shares", move(LIFT, 2025, "budget", "pledge", 7)),
    "payer of less than its band": (
        "payer_shares", both(move(LIFT, 2026, "pledge", "budget", 9), move(LIFT, 2026, "fund", "budget", 4)),
    ),
    "more than its share of construction": ("payer_shares", move(ROOF, 2025, "budget", "central", 2)),
    "works of a cost": ("tables", change("works", "item == 'e1-roof'", works_cost="+=-1", other_fees="+=1")),
    "contingency of a project": ("tables", change("projects", "project == 'p3'", contingency="+=1")),
    "source of more than its share": ("payer_shares", move(CIVIL, 2025, "budget", "city_fund", 1)),
    "one project more that moved": ("persistence", drop("projects", "project == 'e1'")),
    "a move that is none": ("tables", again("moves", "project == 'e2'", project="e1")),
    "a move untold": ("tables", drop("moves", "project == 'e6'")),
    "the adopted year of a move": ("tables", change("moves", "project == 'e6'", adopted_year=2026)),
    "the start of a move": ("tables", change("moves", "project == 'e2'", start_year=2026)),
    "the kind of a move": ("tables", change("moves", "project == 'e2'", kind="moved")),
    "a move without a reason": ("tables", change("moves", "project == 'e2'", reason="")),
    "an account overdrawn": ("source_limits", move(ROOF, 2026, "award", "budget", 7)),
    "money of the second year in the first": ("source_limits", move(ROOF, 2025, "budget", "central", 6)),
    "carried money used twice": ("source_limits", move(ROOF, 2026, "budget", "central", 1)),
    "less than the minimum use": ("source_limits", move(CIVIL, 2025, "city_fund", "budget", 2)),
    "more than the pledge": ("source_limits", move(LIFT, 2026, "fund", "pledge", 1)),
    "the youngest money first": (
        "source_limits",
        both(
            change("source_use", "arrival_year == 2024", amount="+=-1"),
            change("source_use", "arrival_year == 2025 and year == 2025", amount="+=1"),
        ),
    ),
    "an account's limit": ("source_limits", change("accounts", "source == 'fund' and year == 2025", limit="+=1")),
    "formula money": ("source_limits", change("accounts", "source == 'award' and year == 2026", formula="+=1")),
    "running bills": ("source_limits", change("accounts", "running == 3", running="+=1")),
    "a running project's bill": ("source_limits", change("running", "amount == 3", amount=4)),
    "a running project's bill left out": ("source_limits", drop("running", "amount == 3")),
    "a running project's bill twice": ("source_limits", again("running", "amount == 3")),
    "a running project in another county": ("source_limits", change("running", "amount == 3", county="d")),
    "a running project's source": ("source_limits", change("running", "amount == 3", source="central")),
    "a running project's year": ("source_limits", change("running", "amount == 3", year=2027)),
    "a running project's name": ("source_limits", change("running", "amount == 3", name="other")),
    "a running project's kind": ("source_limits", change("running", "amount == 3", kind="debt_service")),
    "a running project's households": ("source_limits", change("running", "amount == 3", households=1)),
    "level of a bill": ("source_limits", change("running", "amount == 3", level="private")),
    "more firm than the bill": ("certainty", change("running", "amount == 3", firm=4)),
    "a firm bill of expected money": ("certainty", change("running", "amount == 3", firm=3)),
    "service charged": ("source_limits", change("accounts", "service == 6", service="+=-1")),
    "money lapsed": ("source_limits", change("accounts", "lapsed == 6", lapsed="+=-1")),
    "money carried out": ("source_limits", change("accounts", "carried_out == 5", carried_out="+=1")),
    "an account left out": ("source_limits", drop("accounts", "source == 'fund'")),
    "an account called unlimited": ("source_limits", change("accounts", "source == 'fund'", unlimited=True)),
    "more than the cap": ("caps", move(LIFT, 2025, "pledge", "fund", 1)),
    "more than residents can afford": ("residents", move(LIFT, 2025, "budget", "pledge", 1)),
    "residents of less than their least share": ("residents", move(LIFT, 2026, "pledge", "budget", 7)),
    "a lot more": ("bonds", change("bonds", "lots == 1", lots=2)),
    "two lots over the quota": ("bonds", change("bonds", "lots == 1", lots=2, amount=20)),
    "a bond's amount": ("bonds", change("bonds", "lots == 1", amount="+=1")),
    "a bond's quota": ("bonds", change("bonds", "lots == 1", quota="+=1")),
    "an unknown bond": ("bonds", again("bonds", "lots == 1", bond="ghost")),
    "principal of a year": ("bonds", change("debt", "year == 2026", principal="+=1")),
    "interest of a year": ("bonds", change("debt", "year == 2027", interest="+=-1")),
    "stock of debt": ("bonds", change("debt", "year == 2026", stock="+=1")),
    "a year of debt left out": ("bonds", drop("debt", "year == 2027")),
    "a bundle of one estate": ("bundles", change("projects", "project == 'e2'", start_year=2026)),
    "a bundle in another year": ("bundles", change("bundles", "area == 'z'", year=2026)),
    "points of a bundle": ("bundles", change("bundles", "area == 'z'", points=241.0)),
    "a bundle twice": ("bundles", again("bundles", "area == 'z'")),
    "a task's breach": ("tasks", change("tasks", "breach == 35", breach=34)),
    "what a task plans": ("tasks", change("tasks", "planned == 65", planned=66)),
    "a task left out": ("tasks", drop("tasks", "measure == 'estates'")),
    "shortfall not declared": ("shortfall", drop("shortfall", "amount == 5")),
    "shortfall declared short": ("shortfall", change("shortfall", "amount == 5", amount=4)),
    "shortfall of residents": (
        "shortfall", change("payments", "payer == 'resident' and source == 'fund'", source="shortfall"),
    ),
    "clause of a line": ("citations", change("payments", f"part == '{CIVIL}'", clause="2")),
    "rule of a line": ("citations", change("payments", f"part == '{CIVIL}'", rule="half")),
    "document of a line": ("citations", change("payments", f"part == '{CIVIL}'", document="other")),
    "date in force of a line": ("citations", change("payments", f"part == '{CIVIL}'", since="2001-01-01")),
    "amounts of a grant from another year": (
        "citations", change("payments", "part.str.contains('grant:') and year == 2026", since="2026-01-01"),
    ),
    "assumption called law": ("citations", change("payments", f"part == '{CIVIL}'", basis="law")),
    "a stand-in hidden": ("citations", change("payments", f"part == '{LIFT}'", stands_in=False)),
    "level of a line": ("citations", change("payments", f"part == '{CIVIL}'", level="private")),
    "ledger of a line": ("citations", change("payments", f"part == '{CIVIL}'", ledger="other")),
    "more firm than paid": ("certainty", change("payments", "firm == 12", firm=13)),
    "firm money the register expects": ("certainty", change("payments", "source == 'city_fund'", firm=1)),
    "a firm shortfall": ("certainty", change("payments", "source == 'shortfall'", firm=1)),
    "a firm pledge": ("certainty", change("payments", "source == 'pledge' and estate == 'e2'", firm=1)),
    "firm limit of an account": ("certainty", change("accounts", "firm_limit == 61", firm_limit=60)),
    "firm use of expected money": ("certainty", change("source_use", "arrival_year == 2025", firm=1)),
    "points of an estate": ("points", change("estates", "estate == 'e1'", points=2001.0)),
    "points of an estate not started": ("points", change("estates", "estate == 'e6'", points=1441.0)),
    "points of a project": ("points", change("projects", "project == 'p3'", points=1711.0)),
    "points of a work": ("points", change("works", "item == 'e3-red'", points=541.0)),
    "start year of an estate": ("tables", change("estates", "estate == 'e4'", start_year=2025)),
    "households of an estate": ("tables", change("estates", "estate == 'e6'", households=13)),
    "an estate left out": ("tables", drop("estates", "estate == 'e5'")),
    "cost of an estate": ("tables", change("estates", "estate == 'e2'", cost="+=1")),
    "cost of a project": ("tables", change("projects", "project == 'p3'", cost="+=1")),
    "households of a project": ("tables", change("projects", "project == 'p3'", households=34)),
    "state of an estate": ("tables", change("estates", "estate == 'e6'", state="not_ready")),
    "ready year of an estate": ("tables", change("estates", "estate == 'e3'", ready_year=2025)),
    "estate of a line": ("tables", change("payments", "part == 'e4-care/all'", estate="e3")),
    "a work not listed": ("tables", drop("works", "item == 'e3-blue'")),
    "class of a work": ("tables", change("works", "item == 'e3-red'", work_class="basic")),
    "later years": ("tables", change("later_years", "source == 'award'", amount="+=-1")),
    "a source of the tree in another ledger": (
        "tables", change("source_tree", "source == 'water' and year == 2025", ledger="other"),
    ),
    "a payment told by another source": ("tables", both(
        change("source_tree", "source == 'award' and year == 2026", paid="+=-1", lapsed="+=1"),
        change("source_tree", "source == 'budget' and county == 'c' and year == 2026", paid="+=1", lapsed="+=-1"),
    )),
    "money that never came": ("tables", change("source_tree", "source == 'fund' and year == 2025", limit=7)),
    "money carried into no year": ("tables", both(
        change("source_tree", "source == 'central' and year == 2025", carried_out="+=1"),
        change("source_tree", "source == 'central' and year == 2025", limit="+=1"),
    )),
    "lapsed money hidden": ("tables", both(
        change("source_tree", "source == 'award' and county == 'd'", lapsed="+=-1"),
        change("source_tree", "source == 'award' and county == 'd'", formula="+=-1"),
    )),
    "firm money of the tree": ("tables", change("source_tree", "source == 'budget' and year == 2025", firm="+=1")),
    "the city's money given twice": ("tables", change("source_tree", "county == '' and shared < 0", shared="+=1")),
    "a row of the tree left out": ("tables", drop("source_tree", "source == 'water'")),
    "interest left out of the cash": ("tables", change("cash", "interest > 0", interest=0, later_budgets="+=-1")),
    "repayment told as payment": ("tables", change("cash", "repaid > 0", repaid="+=-1", paid="+=1")),
    "a shortfall hidden in the cash": ("tables", change("cash", "shortfall > 0", shortfall=0, arrived="+=5")),
    "closing money of a year": ("tables", change("cash", "closing > 0", closing="+=-1", lapsed="+=1")),
    "a ceiling of the cash": ("tables", change("cash", "year == 2026 and county == 'c'", stock_ceiling=111)),
    "stock of the cash": ("tables", change("cash", "year == 2026 and county == 'c'", stock="+=-1")),
    "an estate too many in the totals": ("tables", change("formula_totals", "place == 'c'", estates="+=1")),
    "households left out of the totals": ("tables", change("formula_totals", "place == 'd'", households="+=-1")),
    "buildings of the totals": ("tables", change("formula_totals", "place == 'c'", buildings="+=1")),
    "floor area of the totals": ("tables", change("formula_totals", "place == 'c'", floor_area="+=1")),
    "a project under way in the totals": ("tables", change("formula_totals", "place == 'd'", running_estates=1)),
    "households under way in the totals": ("tables", change("formula_totals", "place == 'd'", running_households=1)),
    "money of another rate": ("tables", change("formula_totals", "place == 'c'", by_household="+=-9", by_estate=9)),
    "parts that do not add up": ("tables", change("formula_totals", "place == 'c'", by_estate=1)),
    "money that no start brings": (
        "tables", change("formula_totals", "place == 'c'", by_household="+=1", gained="+=1", total="+=1"),
    ),
    "another factor": ("tables", change("formula_totals", "place == 'c'", factor=0.9)),
    "another year of arrival": ("tables", change("formula_totals", "place == 'c'", arrival_year=2025)),
    "a fixed part that is not declared": ("tables", change("formula_totals", "place == 'c'", fixed=5, total=35)),
    "a total that is no sum": ("tables", change("formula_totals", "place == 'c'", total=29)),
    "totals of a year left out": ("tables", drop("formula_totals", "place == 'd'")),
    "totals told twice": ("tables", again("formula_totals", "place == 'd'")),
    "a year of the cash twice": ("tables", again("cash", "county == 'c' and year == 2025")),
    "a passed over estate hidden": ("tables", drop("passed_over", "estate == 'e6'")),
    "a passed over estate's points": ("tables", change("passed_over", "estate == 'e6'", points=1300.0)),
    "a table left out": ("tables", lambda plan: plan.update(debt=plan["debt"][[]])),
    "a column left out": ("tables", lambda plan: plan.update(tasks=plan["tasks"].drop(columns="breach"))),
    "a city that pays a step more than its ratio": ("matching", move(CIVIL, 2025, "budget", "city_fund")),
    "a split off by two steps": ("matching", move(ROOF, 2025, "central", "budget", 2)),
    "a subsidy above its kink": ("matching", move(ROOF, 2026, "budget", "award", 1)),
    "residents who pay less than the subsidy needs": ("matching", move(LIFT, 2026, "pledge", "budget")),
}  # fmt: skip

INPUT_MUTATIONS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "an estate locked out": ("once", lambda: {"scenario": {"locks": {"e1": "never"}}}),
    "a project that must start": ("once", lambda: {"scenario": {"locks": {"e6": "must"}}}),
    "exclusive projects": ("once", lambda: {"scenario": {"exclusions": (("e1", "e2"),)}}),
    "a gate not met": ("gates", lambda: sheet("gates", {"estate": "e4"}, state="unmet")),
    "too few households take part": ("gates", lambda: sheet("pledges", {"estate": "e1"}, participation=0.5)),
    "built too late": ("gates", lambda: sheet("estates", {"estate": "e2"}, built_year=2006)),
    "one of a choice is required": (
        "scope", lambda: sheet("items", {"item": "e3-blue"}, cost=12, required=True, choice_group="h"),
    ),
    "a prerequisite not done": ("scope", lambda: sheet("items", {"item": "e3-red"}, requires=("e6-roof",))),
    "more community works asked for": ("complete_community", lambda: {"policy": {"community": {"minimum": 2}}}),
    "a cost a step higher": ("balance", lambda: sheet("items", {"estate": "e3", "work": "roof"}, cost=61)),
    "less of the costs is works": (
        "payer_shares", lambda: {"policy": {"cost_split": {"works": 0.7, "other": 0.25, "contingency": 0.05}}},
    ),
    "less of a cost is works": (
        "payer_shares", lambda: sheet("items", {"estate": "e1", "work": "roof"}, works_cost=60),
    ),
    "another region": (
        "payer_shares",
        lambda: {
            "policy": {"sources": {"central": {"share": {"by_region": {"中部": {"max": 0.5}}}}}},
            "scenario": {"regions": {"c": "中部"}},
        },
    ),
    "another spend profile": ("balance", lambda: {"scenario": {"spend_profile": (0.5, 0.5)}}),
    "a smaller saving": ("balance", lambda: {"policy": {"savings": {"dig_once": {"share": 0.06}}}}),
    "a smaller unit grant": (
        "balance",
        lambda: {"policy": {"unit_grants": {"elevator": {"values": {"tiers": [{"up_to": 7, "amount": 20}]}}}}},
    ),
    "fewer units than a cap counts": ("caps", lambda: sheet("items", {"estate": "e1", "work": "lift"}, quantity=0.9)),
    "a unit grant that has ended": (
        "balance",
        lambda: {
            "policy": {
                "unit_grants": {
                    "elevator": {
                        "values": [
                            {"tiers": [{"amount": 21}], "since": "2000-01-01"},
                            {"tiers": [{"amount": 0}], "since": "2026-01-01"},
                        ]
                    }
                }
            }
        },
    ),
    "more public housing": ("balance", lambda: sheet("estates", {"estate": "e1"}, public_share=0.3)),
    "another requester": ("sources", lambda: sheet("items", {"work": "pipe"}, requester="resident")),
    "payer shares": (
        "balance",
        lambda: {"policy": {"rules": {"half": {"values": [{"shares": {"government": 0.6, "resident": 0.4}}]}}}},
    ),
    "a rule not yet in force": (
        "payer_shares",
        lambda: {"policy": {"rules": {"open": {"values": [
            {"shares": {"resident": (0.1, 0.4), "government": (0, 1)}, "stands_in": "government"}]}}}},
    ),
    "a source no longer in force": ("sources", lambda: {"policy": {"sources": {"award": {"since": "2024-06-01"}}}}),
    "a work never paid for": (
        "sources", lambda: {"policy": {"sources": {"budget": {"eligible": {"not_works": ("roof",)}}}}},
    ),
    "a limit a step lower": ("source_limits", lambda: sheet("limits", {"source": "fund", "year": 2025}, amount=5)),
    "the city's limit a step lower": (
        "source_limits", lambda: sheet("limits", {"source": "central", "place": "", "year": 2025}, amount=39),
    ),
    "the total a step lower": (
        "source_limits", lambda: sheet("limits", {"source": "grant_fund", "year": 0}, amount=20),
    ),
    "more minimum use": (
        "source_limits", lambda: sheet("limits", {"source": "city_fund", "year": 2025}, minimum_use=10),
    ),
    "less carried money": ("source_limits", lambda: sheet("carried", {}, amount=4)),
    "carried money too old": ("source_limits", lambda: sheet("carried", {}, arrival_year=2023)),
    "a pledge a step lower": ("source_limits", lambda: sheet("pledges", {"estate": "e2"}, amount=13)),
    "a greater least share of residents": (
        "residents", lambda: {"policy": {"residents": {"least_share": {"classes": {"better": 0.52}}}}},
    ),
    "a vote that failed": ("residents", lambda: sheet("votes", {"estate": "e2"}, people_share=0.5)),
    "a vote by area that failed": ("source_limits", lambda: sheet("votes", {"estate": "e2"}, area_share=0.5)),
    "a vote of too few": ("residents", lambda: sheet("votes", {"estate": "e1"}, people_taking_part=0.69)),
    "a vote of too little area": ("residents", lambda: sheet("votes", {"estate": "e1"}, area_taking_part=None)),
    "a vote not held yet": ("residents", lambda: sheet("votes", {"estate": "e1"}, date="2024-01-02")),
    "a vote never held": ("residents", lambda: {"votes": []}),
    "more estates for an area": (
        "sources", lambda: {"policy": {"sources": {"city_fund": {"only_areas": {"at_least_estates": 3}}}}},
    ),
    "more households for an area": (
        "sources", lambda: {"policy": {"sources": {"city_fund": {"only_areas": {"at_least_households": 31}}}}},
    ),
    "more square metres for an area": (
        "sources", lambda: {"policy": {"sources": {"city_fund": {"only_areas": {"at_least_floor_area": 3000.5}}}}},
    ),
    "larger running bills": ("source_limits", lambda: sheet("running", {}, amount=10)),
    "money used in its year only": ("source_limits", lambda: {"policy": {"sources": {"central": {"usable_years": 1}}}}),
    "less by formula": (
        "source_limits", lambda: {"policy": {"sources": {"award": {"formula": {"per_household": 0.3}}}}},
    ),
    "a smaller cap": (
        "caps",
        lambda: {"policy": {"sources": {"fund": {"caps": [
            {"per": "household", "amount": {"value": 0.9, "unit": "k/household"}}]}}}},
    ),
    "residents can afford less": (
        "residents", lambda: {"policy": {"residents": {"affordability": {"value": 2.9, "unit": "k/household"}}}},
    ),
    "a ceiling on service": ("bonds", lambda: sheet("debt", {"year": 2027}, service_ceiling=9)),
    "a ceiling on stock": ("bonds", lambda: sheet("debt", {"year": 2025}, stock_ceiling=109)),
    "a smaller quota": ("bonds", lambda: sheet("limits", {"source": "bond_money"}, amount=9)),
    "another coupon": ("bonds", lambda: {"policy": {"bonds": {"general": {"coupon": 0.2}}}}),
    "more estates for a bonus": ("bundles", lambda: {"policy": {"bundle": {"at_least": 3}}}),
    "a smaller ratio": ("matching", lambda: {"policy": {"matching": {"city": {"at_most": 0.13}}}}),
    "a ratio at each estate": ("matching", lambda: {"policy": {"matching": {"city": {"at": "estate"}}}}),
    "a split of every year": ("matching", lambda: {"policy": {"splits": {"levels": {"over": "year"}}}}),
    "residents expected to pay more": (
        "matching", lambda: {"policy": {"kickers": {"kick": {"expected": {"better": 0.22}}}}},
    ),
    "a subsidy that rises less": ("matching", lambda: {"policy": {"kickers": {"kick": {"up": 0.8}}}}),
    "a subsidy that rises less far": ("matching", lambda: {"policy": {"kickers": {"kick": {"most": 0.08}}}}),
    "a base limited by floor area": (
        "matching", lambda: {"policy": {"kickers": {"kick": {"base_cap": {"value": 0.09, "unit": "k/m2"}}}}},
    ),
    "another class of works": (
        "matching", lambda: {"policy": {"kickers": {"kick": {"expected": {"better": None, "basic": 0.2}}}}},
    ),
    "a task that may not be broken": ("tasks", lambda: {"options": {"elastic_tasks": False}}),
    "fewer newer estates": ("tasks", lambda: {"policy": {"scope": {"newer_share": 0.66}}}),
    "fairness": ("tasks", lambda: {"options": {"fairness": 0.9}}),
    "fewer estates a year": ("capacity", lambda: sheet("capacity", {}, max_estates=1)),
    "less spend a year": ("capacity", lambda: sheet("capacity", {}, max_spend=167)),
    "no shortfall allowed": ("shortfall", lambda: {"options": {"shortfall": False}}),
    "no longer a last resort": (
        "shortfall", lambda: {"policy": {"payers": {"government": {"last_resort": False}}}},
    ),
    "sources that exclude each other": (
        "routes", lambda: {"policy": {"sources": {"central": {"excludes": ("budget",)}}}},
    ),
    "fewer moves": ("persistence", lambda: {"scenario": {"persistence": {"most_moves": 1}}}),
    "a settled list": ("persistence", lambda: {"scenario": {"stage": "定案"}}),
    "a frozen year": ("persistence", lambda: {"scenario": {"persistence": {"frozen_until": 2025}}}),
    "another adopted plan": (
        "persistence", lambda: {"scenario": {"adopted": {"e1": 2026}, "persistence": {"most_moves": 2}}},
    ),
    "another listed year": ("routes", lambda: sheet("estates", {"estate": "e1"}, listed_year=2026)),
    "a running project that started in the year": (
        "tasks", lambda: sheet("running", {"project": "old"}, start_year=2025, estates=1, households=5),
    ),
    "capacity taken by a running project": (
        "capacity", lambda: sheet("running", {"project": "old"}, start_year=2025, estates=1, households=0),
    ),
    "a weight": ("points", lambda: {"policy": {"classes": {"better": {"weight": 3}}}}),
    "the hazard factor": ("points", lambda: {"policy": {"scoring": {"hazard_factor": 3}}}),
}  # fmt: skip

MANIFEST_MUTATIONS: dict[str, dict[str, Any]] = {
    "objective": {"objective": 5151, "gap": 0},
    "gap": {"gap": 0.0001},
    "optimal without proof": {"status": "optimal"},
    "gap not reached": {"bound": 5160, "gap": 10 / 5150},
    "a smaller gap asked for": {"gap_asked": 0.0001},
    "a gap reached, then given up": {
        "bound": 5160,
        "gap": 10 / 5150,
        "goals": [{**g, "reached": 5159} if g["id"] == "points" else g for g in MANIFEST["goals"]],
    },
    "no plan": {"status": "no_plan"},
    "a bound below the objective": {"bound": 5149, "gap": 1 / 5150},
    "shortfall": {"shortfall": 4},
    "no shortfall": {"shortfall": None},
    "an unknown input": {"inputs": {"register.xlsx": "0" * 64}},
    "a goal left out": {"goals": MANIFEST["goals"][:-1]},
    "a goal out of order": {"status": "time_limit", "goals": MANIFEST["goals"][::-1]},
    "the headline goal left out": {"status": "time_limit", "goals": MANIFEST["goals"][:2]},
    "hazards": {"goals": [{**g, "value": 30} if g["id"] == "hazards" else g for g in MANIFEST["goals"]]},
    "tasks": {"goals": [{**g, "value": 0.34} if g["id"] == "tasks" else g for g in MANIFEST["goals"]]},
    "changes": {"goals": [{**g, "value": 1} if g["id"] == "changes" else g for g in MANIFEST["goals"]]},
    "public money": {"goals": [{**g, "value": 242} if g["id"] == "public_money" else g for g in MANIFEST["goals"]]},
}


def sheet(name: str, where: dict[str, Any], **values: Any) -> dict[str, Any]:
    """The sheet with ``values`` in the records that have what ``where`` says."""
    records = deepcopy(SHEETS[name])
    hit = [record for record in records if where.items() <= record.items()]
    assert hit, f"no record of {name} with {where}"
    for record in hit:
        record.update(values)
    return {name: records}


def test_the_plan_worked_out_by_hand_passes() -> None:
    """Nothing is found in a plan that keeps every rule."""
    report = audit(town(), tables(), MANIFEST)
    assert report.failures == ()
    assert report.passed


@pytest.mark.parametrize("name", PLAN_MUTATIONS)
def test_a_change_of_the_plan_is_caught(name: str, facts: Facts) -> None:
    """A step or a row of the plan cannot be changed unseen."""
    rule, mutation = PLAN_MUTATIONS[name]
    plan = tables()
    mutation(plan)
    assert is_caught(rule, facts, plan)


@pytest.mark.parametrize("name", INPUT_MUTATIONS)
def test_a_plan_that_breaks_a_changed_input_is_caught(name: str) -> None:
    """The rule comes from the inputs: what was right before is wrong once they change."""
    rule, changes = INPUT_MUTATIONS[name]
    assert is_caught(rule, Facts(town(**changes())), tables())


@pytest.mark.parametrize("name", MANIFEST_MUTATIONS)
def test_a_change_of_the_manifest_is_caught(name: str, facts: Facts) -> None:
    """What the manifest claims is worked out anew."""
    book = Book(facts.case.scenario.money)
    check_manifest(View(facts, tidy(tables(), book)), {**MANIFEST, **MANIFEST_MUTATIONS[name]}, book)
    assert {check.rule for check in book.checks if check.failures} == {"manifest"}


def test_every_rule_has_a_mutation() -> None:
    """No rule of the audit goes untested."""
    rules = set(audit(town(), tables(), MANIFEST).by_rule())
    caught = {rule for rule, _ in (*PLAN_MUTATIONS.values(), *INPUT_MUTATIONS.values())}
    assert rules - {"proof", "special_bonds"} == caught | {"manifest"} == set(CHECKS) | {"manifest"}


def test_a_rule_switched_off_is_not_looked_at() -> None:
    """``rules_off`` asks what a rule costs; its breach is then no failure."""
    report = audit(town(options={"rules_off": ("tasks",)}), tables(), MANIFEST)
    assert "tasks" not in report.by_rule()


def test_findings_name_place_found_and_expected(facts: Facts) -> None:
    """An officer can find the line."""
    plan = tables()
    change("payments", "part == 'e4-care/all' and year == 2027", amount=7)(plan)
    book = Book(facts.case.scenario.money)
    check_payments(View(facts, tidy(plan, book)), book)
    findings = [f for c in book.checks if c.rule == "balance" for f in c.failures]
    assert [(f.place, f.found, f.expected) for f in findings] == [("part e4-care/all, year 2027", "7 k", "8 k")]


@pytest.mark.parametrize("table", sorted(name for name, rows in tables().items() if len(rows)))
def test_empty_tables_are_findings_not_errors(table: str) -> None:
    """A table without rows is told, whatever else it breaks."""
    plan = tables()
    plan[table] = plan[table].iloc[:0]
    assert not audit(town(), plan, MANIFEST).passed


def test_a_plan_without_tables_is_a_finding_not_an_error() -> None:
    """An empty folder fails, quietly."""
    report: AuditReport = audit(town(), {}, {})
    assert not report.passed


def test_a_case_without_anything_to_do_passes() -> None:
    """The plan that starts nothing is a plan."""
    case: Case = town(estates=SHEETS["estates"][4:5], items=[], projects=[], areas=[], gates=[], pledges=[], limits=[],
                      carried=[], running=[], tasks=[], adopted=[], capacity=[], debt=[],
                      scenario={"locks": {}, "exclusions": ()})  # fmt: skip
    plan = {name: frame.iloc[:0] for name, frame in tables().items()}
    plan["estates"] = tables()["estates"].query("estate == 'e5'").assign(ready_year=0)
    goals = [{"id": goal["id"], "value": 0} for goal in MANIFEST["goals"] if goal["id"] != "changes"]
    idle = {**MANIFEST, "objective": 0, "bound": 0, "gap": 0, "shortfall": 0, "status": "optimal", "goals": goals}
    assert audit(case, plan, idle).failures == ()
