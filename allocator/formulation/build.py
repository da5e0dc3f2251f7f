"""The case as one sparse, labelled, block-tagged mixed-integer programme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from allocator.formulation.columns import Columns, build_columns
from allocator.formulation.families import FAMILIES
from allocator.formulation.goals import Objective, build_goals
from allocator.formulation.index import Index, build_index
from allocator.formulation.labels import readable
from allocator.formulation.rows import LOCAL, Rows
from allocator.inputs.case import Case

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Formulation:
    """Rows ``row_lower <= A x <= row_upper``, columns ``lower <= x <= upper``, some of them whole.

    Attributes
    ----------
    blocks_of_rows: rows by kind, in row order.
    matrix: CSR, one row per constraint.
    integer, money: which columns are whole; which are steps of money.
    row_reach: ``LOCAL``, ``COUNTY`` or ``CITY`` per row.
    goals: objectives by goal id.
    """

    index: Index
    columns: Columns
    blocks_of_rows: tuple[Rows, ...]
    matrix: sparse.csr_matrix
    row_lower: Floats
    row_upper: Floats
    row_reach: npt.NDArray[np.int8]
    row_money: npt.NDArray[np.bool_]
    lower: Floats
    upper: Floats
    integer: npt.NDArray[np.bool_]
    money: npt.NDArray[np.bool_]
    goals: Mapping[str, Objective]

    @cached_property
    def row_names(self) -> list[str]:
        """Readable row names, ``family.kind[key,key]``."""
        return [f"{b.kind}[{key}]" for b in self.blocks_of_rows for key in readable(b.keys, self.index)]

    @cached_property
    def column_names(self) -> list[str]:
        """Readable column names, ``kind[key,key]``."""
        return self.columns.names(self.index)

    def blocks(self, reach: int = LOCAL) -> npt.NDArray[np.int32]:
        """Block number of each column: connected components of the rows that reach no further than ``reach``."""
        local = self.matrix[np.flatnonzero(self.row_reach <= reach)]
        n, m = self.columns.count, local.shape[0]
        row, column = local.nonzero()
        graph = sparse.csr_array((np.ones(len(row)), (n + row, column)), shape=(n + m, n + m))
        block: npt.NDArray[np.int32] = connected_components(graph, directed=False)[1][:n]
        return block


def formulate(case: Case) -> Formulation:
    """Build the programme of a case: index frames, columns, families in their order, goals."""
    index = build_index(case)
    columns = build_columns(index)
    off = set(case.scenario.options.rules_off)
    blocks = tuple(rows for name, family in FAMILIES.items() if name not in off for rows in family(index, columns))
    lengths = np.array([len(b) for b in blocks], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    row = np.concatenate([b.row + start for b, start in zip(blocks, offsets, strict=True)])
    shape = (int(lengths.sum()), columns.count)
    entries = (np.concatenate([b.coefficient for b in blocks]), (row, np.concatenate([b.col for b in blocks])))
    matrix = sparse.csr_matrix(entries, shape=shape)
    matrix.eliminate_zeros()
    return Formulation(
        index=index,
        columns=columns,
        blocks_of_rows=blocks,
        matrix=matrix,
        row_lower=np.concatenate([b.lower for b in blocks]),
        row_upper=np.concatenate([b.upper for b in blocks]),
        row_reach=np.concatenate([b.reach for b in blocks]),
        row_money=np.concatenate([np.full(len(b), b.unit == "money") for b in blocks]),
        lower=np.concatenate(columns.lower),
        upper=np.concatenate(columns.upper),
        integer=np.concatenate(columns.integer),
        money=np.concatenate(columns.money),
        goals=build_goals(index, columns),
    )
