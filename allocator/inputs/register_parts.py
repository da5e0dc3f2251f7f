"""Keep the sheets of a register in agreement when some of its cells or rows are changed."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from allocator.inputs.frames import blank_value, series
from allocator.inputs.register_reader import Sheets
from allocator.inputs.register_sheets import SHEETS, Sheet


def agreed_costs(sheets: Sheets, changed: str, rows: pd.Index) -> None:
    """Make costs of items and of their components agree again after one of the two has changed.

    A changed item divides its new cost among its components as before, by largest remainder (ties: the first);
    an item whose components changed costs their sum.
    """
    items, parts = sheets.frames["items"], sheets.frames["component_costs"]
    if parts.empty:
        return
    costs = {str(item): int(cost) for item, cost in zip(items["item"], items["cost"].to_numpy(), strict=True)}
    if changed == "items":
        touched = set(items.loc[rows, "item"])
        for item, group in parts[parts["item"].isin(touched)].groupby("item"):
            parts.loc[group.index, "cost"] = divided(costs[str(item)], [int(cost) for cost in group["cost"].to_numpy()])
        return
    touched = set(parts.loc[rows, "item"])
    sums = parts[parts["item"].isin(touched)].groupby("item")["cost"].sum()
    items["cost"] = items["item"].map(sums).fillna(items["cost"]).astype("int64")


def half_up(value: Fraction) -> int:
    """Nearest whole number, halves away from zero."""
    whole, rest = divmod(abs(value), 1)
    nearest = int(whole) + (rest >= Fraction(1, 2))
    return nearest if value >= 0 else -nearest


def divided(total: int, weights: list[int]) -> list[int]:
    """``total`` in whole steps in proportion to ``weights`` (equal ones when all are 0), by largest remainder."""
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    exact = [Fraction(total * weight, whole) for weight in weights]
    floors = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda position: floors[position] - exact[position])
    for position in order[: total - sum(floors)]:
        floors[position] += 1
    return floors


def without_rows(sheets: Sheets, sheet: Sheet, rows: pd.Index) -> None:
    """Take away rows of a sheet, and what refers to them: rows that need them, their names elsewhere.

    Projects and areas that lose their last estate go too.
    """
    frame = sheets.frames[sheet.key]
    gone = set(frame.loc[rows, sheet.identity[0]]) if len(sheet.identity) == 1 else set()
    for owner, name in (("projects", "project"), ("areas", "area")) if sheet.key == "estates" else ():
        left = set(frame.loc[rows, name]) - set(frame.drop(index=rows)[name])
        sheets.frames[owner] = sheets.frames[owner][~sheets.frames[owner][name].isin(left)]
    sheets.frames[sheet.key] = frame.drop(index=rows)
    for other in SHEETS:
        for column in other.columns:
            if column.refers != sheet.key or not gone:
                continue
            referring = sheets.frames[other.key]
            if column.kind == "ids":
                kept = [tuple(name for name in cell if name not in gone) for cell in referring[column.key]]
                referring[column.key] = series(column, kept).set_axis(referring.index)
                continue
            hit = referring.index[referring[column.key].isin(gone)]
            if column.required and len(hit):
                without_rows(sheets, other, hit)
            elif len(hit):
                blank = [blank_value(column) if name in gone else name for name in referring[column.key]]
                referring[column.key] = series(column, blank).set_axis(referring.index)
