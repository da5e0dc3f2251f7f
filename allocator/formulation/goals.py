"""What makes a plan better: one linear objective per goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.costs import done
from allocator.formulation.debt import lot_sizes, service_terms, special_bonds
from allocator.formulation.funding import SHORTFALL
from allocator.formulation.index import Index
from allocator.formulation.normal_form import rules_in_force
from allocator.formulation.readiness import bundle_points
from allocator.formulation.reallocation import reallocation_price
from allocator.formulation.tasks import task_bands
from allocator.inputs.adopted import adopted_starts
from allocator.inputs.case import Case
from allocator.inputs.schemas.scenario import Goal

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Objective:
    """A goal as a linear objective over all columns.

    ``unit`` is ``money`` [steps], ``points``, ``households``, ``projects`` or ``breach``.
    """

    id: str
    maximise: bool
    coefficients: Floats
    unit: str

    def value(self, x: Floats) -> float:
        """Value at a point."""
        return float(self.coefficients @ x)


def build_goals(index: Index, columns: Columns) -> dict[str, Objective]:
    """Objectives by goal id. Source: formulation.md, Goals."""
    return {
        name: Objective(name, maximise, _collect(columns, terms(index, columns)), unit)
        for name, (terms, maximise, unit) in _GOALS.items()
    }


def wanted_goals(case: Case) -> tuple[Goal, ...]:
    """The scenario's goals; changes against an adopted plan only where there is one."""
    has_adopted = adopted_starts(case) is not None
    return tuple(goal for goal in case.scenario.goals if goal.id != "changes" or has_adopted)


def _collect(columns: Columns, frames: list[tuple[pd.DataFrame, object]]) -> Floats:
    coefficients = np.zeros(columns.count)
    for frame, value in frames:
        np.add.at(coefficients, frame["col"].to_numpy(np.int64), np.broadcast_to(np.asarray(value, float), len(frame)))
    return coefficients


Terms = list[tuple[pd.DataFrame, object]]


def _tasks(index: Index, columns: Columns) -> Terms:
    bands = task_bands(index)
    key = ["county", "year", "measure"]
    found: Terms = []
    for kind, side in (("under", "minimum"), ("over", "maximum")):
        breach = columns[kind].merge(bands, on=key)
        found.append((breach, 1.0 / np.maximum(breach[side].to_numpy(float), 1.0)))
    return found


def _shortfall(index: Index, columns: Columns) -> Terms:
    """Money that no limit provides, and money found beyond limits at its price."""
    pay, excess = columns["pay"], columns["excess"]
    prices = {source: float(price) for source, price in index.case.scenario.options.elastic_limits.items()}
    return [(pay[pay["source"] == SHORTFALL], 1.0), (excess, excess["source"].map(prices).to_numpy(float))]


def _hazards(index: Index, columns: Columns) -> Terms:
    start = columns["start"]
    return [(start, start["project"].map(index.projects["hazard_households"]).to_numpy(float))]


def _points(index: Index, columns: Columns) -> Terms:
    worth = done(index, columns)
    start, bonus, moved = columns["start"], columns["bonus"], columns["moved"]
    return [
        (worth, index.points_in(worth["item"], worth["year"])),
        (start, start["project"].map(index.projects["own_points"]).to_numpy(float)),
        (bonus, bonus["area"].map(bundle_points(index.case)).to_numpy(float)),
        (moved, -float(index.case.scenario.persistence.price)),
    ]


def _public_money(index: Index, columns: Columns) -> Terms:
    case = index.case
    pay, issue = columns["pay"], columns["issue"]
    local = pay[pay["source"].isin([n for n, s in case.policy.sources.items() if s.local])]
    service = service_terms(case, issue)
    own = ~service["bond"].isin(list(special_bonds(case)))
    service = service[own & service["year"].isin(index.payment_years)]
    lots = issue["bond"].map(lot_sizes(case)).to_numpy(float)
    return [
        (local, 1.0),
        (issue, lots),
        (service, service["amount"].to_numpy(float)),
        (columns["topup"], 1.0),
        (standing_in(index, columns), 1.0),
        (columns["reallocated"], reallocation_price(case)),
    ]


def standing_in(index: Index, columns: Columns) -> pd.DataFrame:
    """Columns that pay for somebody who should have paid (政府代担); ``col``."""
    rules = rules_in_force(index.case)
    table = index.pools.table
    payer = table["rule"].map({name: shares.stands_in or "" for name, shares in rules.items()}).fillna("")
    payer = payer.where(table["payer"] == "", "")
    pay = columns["pay"].merge(index.pools.sources, on=["pool", "source"])
    rest = columns["rest"]
    by_source = pay[(pay["pool"].map(payer) == pay["payer"]) & (pay["pool"].map(payer) != "")]
    by_rest = rest[(rest["pool"].map(payer) == rest["pool"].map(table["wide_payer"])) & (rest["pool"].map(payer) != "")]
    return pd.concat([by_source[["col"]], by_rest[["col"]]], ignore_index=True)


def _changes(_index: Index, columns: Columns) -> Terms:
    return [(columns["moved"], 1.0)]


def _tie_break(index: Index, columns: Columns) -> Terms:
    start, do = columns["start"], columns["do"]
    first = index.start_years[0]
    spread = max(len(index.projects), 1)
    return [
        (start, start["year"].to_numpy(float) - first + 1 + start["project"].to_numpy(float) / spread),
        (do, 0.5 + do["item"].to_numpy(float) / max(len(index.items), 1)),
    ]


_GOALS: dict[str, tuple[Callable[[Index, Columns], Terms], bool, str]] = {
    "tasks": (_tasks, False, "breach"),
    "shortfall": (_shortfall, False, "money"),
    "hazards": (_hazards, True, "households"),
    "points": (_points, True, "points"),
    "public_money": (_public_money, False, "money"),
    "changes": (_changes, False, "projects"),
    "tie_break": (_tie_break, False, "order"),
}
