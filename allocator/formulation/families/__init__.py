"""Constraint families: one file, one pure function each; the order here is the order of rows."""

from __future__ import annotations

from collections.abc import Callable

from allocator.formulation.columns import Columns
from allocator.formulation.families.balance import balance
from allocator.formulation.families.bonds import bonds
from allocator.formulation.families.bundles import bundles
from allocator.formulation.families.capacity import capacity
from allocator.formulation.families.caps import caps
from allocator.formulation.families.complete_community import complete_community
from allocator.formulation.families.gates import gates
from allocator.formulation.families.matching import matching
from allocator.formulation.families.once import once
from allocator.formulation.families.payer_shares import payer_shares
from allocator.formulation.families.persistence import persistence
from allocator.formulation.families.residents import residents
from allocator.formulation.families.routes import routes
from allocator.formulation.families.scope import scope
from allocator.formulation.families.shortfall import shortfall
from allocator.formulation.families.source_limits import source_limits
from allocator.formulation.families.special_bonds import special_bonds
from allocator.formulation.families.tasks import tasks
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows

Family = Callable[[Index, Columns], tuple[Rows, ...]]

FAMILIES: dict[str, Family] = {
    "once": once,
    "gates": gates,
    "scope": scope,
    "complete_community": complete_community,
    "balance": balance,
    "payer_shares": payer_shares,
    "source_limits": source_limits,
    "routes": routes,
    "caps": caps,
    "matching": matching,
    "bonds": bonds,
    "special_bonds": special_bonds,
    "residents": residents,
    "bundles": bundles,
    "tasks": tasks,
    "capacity": capacity,
    "persistence": persistence,
    "shortfall": shortfall,
}
"""The only registry of families."""
