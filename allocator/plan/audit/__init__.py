"""The audit: every rule of a plan re-checked from the inputs alone, without formulation and solver.

It shares with the rest of the program only the readers (``allocator.inputs``) and the names of the plan's tables.
Costs, rules in force, readiness, points, savings, accounts and debt are worked out anew; shares are compared
cross-multiplied in whole numbers. What is not exact says so in the tolerance of its check.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from allocator.inputs.case import Case
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
from allocator.plan.audit.proof import check_proof
from allocator.plan.audit.report import AuditReport, Book, Check, Finding
from allocator.plan.audit.shares import check_shares
from allocator.plan.audit.special import check_special
from allocator.plan.audit.special_table import check_special_table
from allocator.plan.audit.special_years import check_special_years
from allocator.plan.audit.targets import check_targets
from allocator.plan.audit.view import View, tidy
from allocator.quick_text import quick_text

__all__ = ["AuditReport", "Check", "Finding", "audit"]


@quick_text
def audit(case: Case, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, object]) -> AuditReport:
    """Re-check the plan told by ``tables`` and ``manifest`` against ``case``.

    Parameters
    ----------
    case
        The inputs as the readers hand them on.
    tables
        Frames as in ``plan.tables.TABLES``, money in whole steps; and ``prices`` (row, price) of the proof, if any.
    manifest
        Mapping with ``status``, ``objective``, ``bound``, ``gap``, ``goals``, ``shortfall`` and ``inputs``.

    Returns
    -------
    AuditReport
        Every check, passed or failed. A plan that cannot be read at all fails too; nothing is raised for it.
    """
    options = case.scenario.options
    book = Book(case.scenario.money, frozenset(options.rules_off))
    view = View(Facts(case), tidy(tables, book))
    check_choices(view, book)
    check_payments(view, book)
    check_shares(view, book)
    check_matching(view, book)
    check_accounts(view, book)
    check_bonds(view, book)
    check_special(view, book)
    check_special_years(view, book)
    check_special_table(view, book)
    check_targets(view, book)
    check_persistence(view, book)
    check_tables(view, book)
    check_cash(view, book)
    check_formula_totals(view, book)
    check_manifest(view, manifest, book)
    check_proof(view, tables.get("prices"), manifest, book)
    return AuditReport(tuple(book.checks))
