"""Views: frames made for readers, one function each, from a run; layouts choose their columns and headings.

A view names its columns; sums of money are whole steps (kind ``money``). Rows come in the order shown. A column
``section`` holds the heading of the group a row belongs to, and ``no`` its number where it does not simply count on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from allocator.reporting.figures import Figures
from allocator.reporting.views import (
    assumptions,
    cash_views,
    form_views,
    formula_views,
    money_views,
    plan_views,
    resident_views,
    rollup_views,
    run_views,
    running_views,
    special_views,
    summary,
)

View = Callable[[Figures], pd.DataFrame]

VIEWS: Mapping[str, View] = MappingProxyType(
    {
        view.__name__: view
        for view in (
            plan_views.annual_plan,
            plan_views.projects,
            plan_views.tasks,
            plan_views.not_chosen,
            plan_views.not_chosen_summary,
            plan_views.bundles,
            plan_views.passed_over,
            resident_views.blocked_pledges,
            resident_views.resident_payments,
            resident_views.company_years,
            running_views.running_projects,
            running_views.running_counties,
            running_views.running_funding,
            running_views.running_later,
            running_views.whole_funding,
            plan_views.moves,
            money_views.levels,
            money_views.funding,
            money_views.later_years,
            money_views.accounts,
            money_views.payments,
            money_views.bond_issues,
            money_views.debt,
            special_views.special_projects,
            special_views.special_years,
            cash_views.source_tree,
            cash_views.source_levels,
            cash_views.source_ties,
            cash_views.progress,
            cash_views.reallocations,
            cash_views.cash_years,
            cash_views.cash,
            formula_views.formula_totals,
            summary.task_years,
            summary.counties,
            summary.county_debt,
            assumptions.assumptions,
            form_views.performance,
            form_views.performance_years,
            form_views.public_list,
            rollup_views.rollup_counts,
            rollup_views.rollup_money,
            run_views.audit_rules,
            run_views.audit_failures,
            run_views.tolerances,
            run_views.goals,
            run_views.solver_notes,
            run_views.inputs,
            run_views.notices,
        )
    }
)
"""View by name."""
