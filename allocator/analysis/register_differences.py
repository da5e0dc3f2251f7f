"""Which rows and cells differ between two registers, and what that comes to by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from allocator.inputs.case import Register, from_steps
from allocator.inputs.register_sheets import SHEETS, Column, Sheet
from allocator.inputs.schemas.scenario import Money

SUMMARY_COLUMNS = ("sheet", "column", "changed", "added", "removed", "unit", "before", "after", "change")
"""Columns of ``register_totals``."""

_WAYS = {"limits": (("source", "place", "year", "certainty", "document"), ("source", "place", "year"))}
"""Sheets whose rows have no names: columns that pair the rows that differ, the narrowest first."""

Pair = tuple[Register, Register]

_ADDED_UP = ("money", "int", "number")
"""Kinds of columns whose sum means something."""

_NO_SUMS = frozenset({"severity", "size", "longitude", "latitude", "at_least", "choice_group"})
"""Columns of those kinds whose sum means nothing."""


def register_differences(registers: Pair, money: Money, factors: tuple[int, int]) -> Iterator[dict[str, object]]:
    """Cells that differ between the two ``registers``, and rows that only one has; records of ``INPUT_COLUMNS``."""
    for sheet in SHEETS:
        old, new = (getattr(register, sheet.key) for register in registers)
        if factors[0] != factors[1] or not old.equals(new):
            texts = [_texts(sheet, frame, money, f) for frame, f in zip((old, new), factors, strict=True)]
            yield from _sheet_differences(sheet, texts[0], texts[1], money)


def _texts(sheet: Sheet, frame: pd.DataFrame, money: Money, factor: int) -> pd.DataFrame:
    """Every cell of ``frame`` as canonical text, "" where it is blank."""
    shown = {
        column.key: pd.Series([_text(column, value, money, factor) for value in frame[column.key]], dtype=object)
        for column in sheet.columns
    }
    return pd.DataFrame(shown)


def _text(column: Column, value: object, money: Money, factor: int) -> str:
    if isinstance(value, tuple):
        return "|".join(str(entry) for entry in value)
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - a missing number is not itself
        return ""
    if column.kind == "bool":
        return "true" if value else "false"
    if column.kind == "money":
        return plain_number(from_steps(int(str(value)) * factor, money))
    if column.kind in ("number", "rate", "share", "int"):
        return plain_number(Decimal(str(value)))
    return str(value)


def plain_number(number: Decimal) -> str:
    """``number`` without an exponent and without zeros at its end, so that equal numbers are equal texts."""
    return format(number.normalize(), "f") if number.is_finite() else str(number)


def _sheet_differences(sheet: Sheet, old: pd.DataFrame, now: pd.DataFrame, money: Money) -> Iterator[dict[str, object]]:
    pairs, gone, come = _paired(sheet, old, now)
    names = sheet.identity or _ways(sheet)[-1]
    was, becomes = (_records(frame) for frame in (old, now))
    for before, after in pairs:
        for column in sheet.columns:
            texts = was[before][column.key], becomes[after][column.key]
            if texts[0] != texts[1]:
                yield {
                    **_row_of(sheet, becomes[after], names),
                    "column": column.key,
                    "kind": "changed",
                    "unit": unit_of(column, money),
                    "path": f"register.{sheet.key}.{column.key}",
                    "before": texts[0],
                    "after": texts[1],
                }
    for kind, records, rows in (("removed", was, gone), ("added", becomes, come)):
        for position in rows:
            cells = tuple((key, text) for key, text in records[position].items() if text and key not in names)
            row = _row_of(sheet, records[position], names)
            yield {**row, "kind": kind, "path": f"register.{sheet.key}", "cells": cells}


def unit_of(column: Column, money: Money) -> str:
    """Unit of a register column; ``money`` columns are shown in the money unit."""
    return money.unit if column.kind == "money" else column.unit


def _records(frame: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(key): str(text) for key, text in record.items()} for record in frame.to_dict("records")]


def _row_of(sheet: Sheet, record: Mapping[str, str], names: Sequence[str]) -> dict[str, object]:
    keys = tuple((key, record[key]) for key in names if record[key])
    row = " / ".join(text for _key, text in keys)
    return {"part": "register", "sheet": sheet.key, "row": row, "keys": keys, "estate": record.get("estate", "")}


def _ways(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    """Columns that pair rows without a name, the narrowest choice first."""
    return _WAYS.get(sheet.key, (tuple(column.key for column in sheet.columns if column.required),))


def _paired(sheet: Sheet, old: pd.DataFrame, now: pd.DataFrame) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Rows that belong together, those only in ``old``, and those only in ``now``, by position.

    Rows without a name are paired when they are equal, then by fewer and fewer columns, in their order.
    """
    whole = tuple(column.key for column in sheet.columns)
    ways = (sheet.identity,) if sheet.identity else (whole, *_ways(sheet))
    pairs: list[tuple[int, int]] = []
    for way in ways:
        left, right = _numbered(old, way), _numbered(now, way)
        found = left.merge(right, on=[*way, "nth"], suffixes=("_old", "_now"))
        matched = list(zip(found["at_old"].tolist(), found["at_now"].tolist(), strict=True))
        old, now = old.drop(index=[a for a, _ in matched]), now.drop(index=[b for _, b in matched])
        pairs += matched
    return sorted(pairs, key=lambda pair: pair[1]), old.index.tolist(), now.index.tolist()


def _numbered(frame: pd.DataFrame, way: Sequence[str]) -> pd.DataFrame:
    keys = frame[list(way)]
    return keys.assign(nth=keys.groupby(list(way), sort=False).cumcount(), at=frame.index)


def register_totals(registers: Pair, differences: pd.DataFrame, money: Money, factors: tuple[int, int]) -> pd.DataFrame:
    """What the differences come to: one row per sheet and column with a difference; columns ``SUMMARY_COLUMNS``.

    ``changed``, ``added`` and ``removed`` count rows. ``before``, ``after`` and ``change`` are sums over the sheet
    in ``unit`` (Decimal), None where a sum means nothing.
    """
    found = differences[differences["part"] == "register"]
    rows: list[tuple[object, ...]] = []
    for sheet in SHEETS:
        here = found[found["sheet"] == sheet.key]
        come, gone = (int((here["kind"] == kind).sum()) for kind in ("added", "removed"))
        cells = here[here["kind"] == "changed"]["column"].value_counts()
        own: list[tuple[object, ...]] = []
        for column in sheet.columns if len(here) else ():
            before, after = (
                _sum(column, getattr(register, sheet.key)[column.key], money, factor)
                for register, factor in zip(registers, factors, strict=True)
            )
            changed = int(cells.get(column.key, 0))
            # Rows that come or go are counted with the columns they change the sum of.
            if changed or ((come or gone) and before != after):
                change = None if before is None or after is None else after - before
                own.append((sheet.key, column.key, changed, come, gone, unit_of(column, money), before, after, change))
        if (come or gone) and not own:
            own = [(sheet.key, "", 0, come, gone, "", None, None, None)]
        rows += own
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS), dtype=object)


def _sum(column: Column, values: pd.Series[Any], money: Money, factor: int) -> Decimal | None:
    if column.kind not in _ADDED_UP or column.key in _NO_SUMS:
        return None
    total = sum((Decimal(str(value)) for value in values.dropna()), Decimal(0))
    return from_steps(int(total) * factor, money) if column.kind == "money" else total
