"""Accounts with one sum for all years: plan and audit book them alike, and a step too much is found."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

import allocator
from allocator.inputs.case import Case
from allocator.inputs.load import load
from allocator.plan.audit import audit
from tests.worlds import write_world

LIMITS = "资金来源,县(市、区),年度,额度(万元),落实程度\n县级配套,东县,合计,80,已下达\n县级配套,西县,合计,10,预计\n"
RUNNING = "项目编号,县(市、区),开工年度,小区数,户数,资金来源,年度,应付金额(万元)\nR1,东县,2024,1,10,县级配套,2025,5\n"


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> allocator.Plan:
    """A world whose county money is stated in totals only, with a bill of a running project."""
    sheets = {"资金额度": LIMITS, "在建项目": RUNNING}
    return allocator.solve(load(write_world(tmp_path_factory.mktemp("world"), sheets=sheets)))


def rules(case: Case, tables: Mapping[str, pd.DataFrame], plan: allocator.Plan) -> set[str]:
    """Rules of the audit that fail."""
    return {check.rule for check in audit(case, tables, plan.manifest).checks if check.failures}


def test_totals_are_booked_once_and_pass_the_audit(solved: allocator.Plan) -> None:
    """The account has one row, of no year: limit, the running bill, what is paid, and what is left."""
    accounts = solved.tables["accounts"].query("place == '东县'")
    row = accounts[["year", "limit", "running", "paid", "lapsed"]].to_numpy().tolist()
    paid = int(solved.tables["payments"].query("source == 'county_budget'")["amount"].sum())
    assert row == [[0, 8000, 500, paid, 8000 - 500 - paid]]
    assert rules(solved.case, solved.tables, solved) == set()


@pytest.mark.parametrize("column", ["limit", "firm_limit", "running", "paid", "lapsed"])
def test_a_step_in_such_an_account_is_found(column: str, solved: allocator.Plan) -> None:
    """Each figure of the row is checked."""
    accounts = solved.tables["accounts"].copy()
    accounts.loc[accounts["place"] == "东县", column] += 1
    assert rules(solved.case, {**solved.tables, "accounts": accounts}, solved)


def test_more_firm_money_than_the_total_is_found(solved: allocator.Plan) -> None:
    """Payments of all years together call no more firm than the total gives."""
    limits = solved.case.register.limits.assign(certainty="expected")
    register = {**vars(solved.case.register), "limits": limits}
    case = Case(**{**vars(solved.case), "register": type(solved.case.register)(**register)})
    assert "certainty" in rules(case, solved.tables, solved)
