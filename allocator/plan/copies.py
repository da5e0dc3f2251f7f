"""The .csv copies of a run's tables: whether they still say what the Parquet files say."""

from __future__ import annotations

import io
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import pandas as pd

from allocator.i18n import _
from allocator.plan.audit import Finding


def changed_copies(folder: Path) -> tuple[Finding, ...]:
    """Every cell of the .csv tables of the run ``folder`` that differs from the Parquet table of the same name.

    Numbers are compared by value and words without regard to case: a spreadsheet program may write them its own way. A
    copy that was deleted is no finding; one that cannot be read, or has other rows or columns, is one.
    """
    tables = sorted((folder / "tables").glob("*.parquet"))
    return tuple(finding for table in tables for finding in _differences(table, table.with_suffix(".csv")))


def _differences(table: Path, copy: Path) -> list[Finding]:
    if not copy.is_file():
        return []
    expected = _texts(io.BytesIO(pd.read_parquet(table).to_csv(index=False).encode()))
    try:
        found = _texts(io.BytesIO(copy.read_bytes()))
    except (ValueError, OSError) as error:
        return [Finding(copy.name, str(error), _("a table"))]
    if list(found.columns) != list(expected.columns) or len(found) != len(expected):
        shapes = [
            _("{rows} rows, {columns} columns").format(rows=len(f), columns=f.shape[1]) for f in (found, expected)
        ]
        return [Finding(copy.name, shapes[0], shapes[1])]
    was, should = (frame.to_numpy(dtype=object) for frame in (found, expected))
    rows, columns = np.nonzero(was != should)
    names = [str(name) for name in found.columns]
    return [
        # The heading is the first row of the file.
        Finding(_("{file}, row {row}, {column}").format(file=copy.name, row=row + 2, column=names[column]), *cells)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if not _same(*(cells := (str(was[row, column]), str(should[row, column]))))
    ]


def _texts(file: io.BytesIO) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _same(one: str, other: str) -> bool:
    """Whether two texts are the same number, or the same words."""
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return one.casefold() == other.casefold()
