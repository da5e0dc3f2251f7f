"""Stacking and summing frames that may be empty, without losing their kinds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

TEXT = ("source", "place", "county", "saving", "bond", "route", "payer", "measure", "kicker", "running")
"""Key columns that hold names; all other columns are numbers."""


def stack(frames: Iterable[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Frames one below the other; with none, an empty frame of the right kinds."""
    full = [frame[columns] for frame in frames if len(frame)]
    if full:
        return pd.concat(full, ignore_index=True)
    kinds = {name: pd.Series([], dtype=object if name in TEXT else np.int64) for name in columns}
    return pd.DataFrame(kinds)


def summed(frame: pd.DataFrame, keys: Sequence[str], *amounts: str) -> pd.DataFrame:
    """Sums of the columns ``amounts``, one row per combination of ``keys``, sorted by them."""
    if frame.empty:  # grouping would lose columns
        return frame[[*keys, *amounts]].reset_index(drop=True)
    return frame.groupby(list(keys), as_index=False)[list(amounts)].sum()


def row_of(names: pd.Series) -> pd.Series:
    """Row number by name, to map names with; ``names`` are unique and indexed by row number."""
    return pd.Series(names.index, index=names)
