"""Constraint rows: labelled, sparse, tagged with how far they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from allocator.formulation.index import Index

LOCAL, COUNTY, CITY = 0, 1, 2
"""Reach of a row.

Within a project or area, across a county, across the city. Rows beyond ``LOCAL`` are linking rows.
"""


@dataclass(frozen=True)
class Rows:
    """Rows of one kind: ``lower <= Σ coefficient × column <= upper``.

    Attributes
    ----------
    kind: family, or ``family.kind`` where a family has several.
    keys: one row per constraint; what it is about.
    row, col, coefficient: entries; ``row`` counts within this block.
    unit: ``money`` [steps] or ``count``.
    reach: ``LOCAL``, ``COUNTY`` or ``CITY``, per row.
    """

    kind: str
    keys: pd.DataFrame
    row: npt.NDArray[np.int64]
    col: npt.NDArray[np.int64]
    coefficient: npt.NDArray[np.float64]
    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]
    reach: npt.NDArray[np.int8]
    unit: str

    def __len__(self) -> int:
        return len(self.keys)


def make_rows(
    kind: str,
    keys: pd.DataFrame,
    terms: Sequence[pd.DataFrame],
    *,
    lower: object = -np.inf,
    upper: object = np.inf,
    reach: object = LOCAL,
    unit: str = "count",
) -> Rows:
    """Join terms to rows by the key columns they share.

    Parameters
    ----------
    keys: one row per constraint; every column is part of its name.
    terms: frames with ``col``, ``coefficient`` and a non-empty subset of the key columns; terms of rows that do not
        exist are an error of the caller and dropped only when ``keys`` was cut on purpose.
    lower, upper, reach: scalars or one value per row.
    """
    n = len(keys)
    keys = keys.reset_index(drop=True)
    numbered = keys.assign(row_=np.arange(n, dtype=np.int64))
    found = []
    for term in terms:
        if not n or term.empty:
            continue
        shared = [c for c in keys.columns if c in term.columns]
        found.append(term.merge(numbered, on=shared)[["row_", "col", "coefficient"]])
    empty = pd.DataFrame({"row_": np.zeros(0, np.int64), "col": np.zeros(0, np.int64), "coefficient": np.zeros(0)})
    joined = pd.concat([f for f in found if len(f)] or [empty], ignore_index=True)
    return Rows(
        kind,
        keys,
        joined["row_"].to_numpy(np.int64),
        joined["col"].to_numpy(np.int64),
        joined["coefficient"].to_numpy(np.float64),
        np.broadcast_to(np.asarray(lower, np.float64), (n,)).copy(),
        np.broadcast_to(np.asarray(upper, np.float64), (n,)).copy(),
        np.broadcast_to(np.asarray(reach, np.int8), (n,)).copy(),
        unit,
    )


def term(frame: pd.DataFrame, coefficient: float | str) -> pd.DataFrame:
    """``frame`` as a term: its ``col`` with a coefficient (scalar, or the name of a column)."""
    return frame.assign(coefficient=frame[coefficient] if isinstance(coefficient, str) else coefficient)


def pool_reach(index: Index, pool: pd.Series) -> npt.NDArray[np.int64]:
    """Reach of rows about one pool each: ``COUNTY`` for a county's pool, else ``LOCAL``."""
    return np.where(pool.map(index.pools.table["estate"]) == "", COUNTY, LOCAL)
