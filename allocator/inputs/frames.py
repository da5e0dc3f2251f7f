"""Canonical frames of the register: the dtype of every column, and empty frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from allocator.inputs.register_sheets import Column, Sheet

EXACT_NUMBERS = ("points", "bonus_points")
"""``number`` columns kept as Decimal, because points are rounded and compared exactly."""


def dtype_of(column: Column) -> str:
    """Pandas dtype of ``column``: str, bool, int64, Int64 (where blank stays missing), float64 or object.

    ``ids`` (tuples), ``rate``, ``share`` and points (Decimal or None) are object columns.
    """
    if column.kind in ("text", "id", "choice", "date"):
        return "str"
    if column.kind in ("ids", "rate", "share") or column.key in EXACT_NUMBERS:
        return "object"
    if column.kind == "number":
        return "float64"
    if column.kind == "bool":
        return "bool"
    return "int64" if column.required or column.default is not None else "Int64"


def blank_value(column: Column) -> object:
    """Value of a blank cell of an optional column, as it stands in the canonical frame."""
    if column.kind in ("text", "id", "choice", "date"):
        return column.default or ""
    if column.kind == "ids":
        return ()
    if column.kind in ("share", "rate"):
        return None if column.default is None else Decimal(str(column.default))
    if column.kind == "bool":
        return bool(column.default)
    return column.default


def series(column: Column, values: Sequence[object]) -> pd.Series:
    """``values`` (canonical, blanks as ``blank_value``) as a series of the column's dtype."""
    return pd.Series(list(values), dtype=dtype_of(column))


def looked_up(words: pd.Series, meanings: Mapping[str, str], otherwise: str = "") -> pd.Series:
    """Meaning of each word as text, ``otherwise`` where it has none; also for frames without rows."""
    return pd.Series([meanings.get(word, otherwise) for word in words], index=words.index, dtype="str")


def empty_frame(sheet: Sheet) -> pd.DataFrame:
    """Frame of ``sheet`` without rows, with all columns in their dtypes."""
    return pd.DataFrame({column.key: series(column, []) for column in sheet.columns})
