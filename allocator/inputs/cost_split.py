"""Works, other fees and contingency of an item: they agree with its cost, also after a change."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.inputs.register_parts import agreed_costs, divided
from allocator.inputs.register_reader import Sheets
from allocator.inputs.schemas.scenario import Money

SPLIT = ("works_cost", "other_fees", "contingency")
"""Columns that make up the cost of an item."""


def check_split(sheets: Sheets, money: Money) -> None:
    """Note items whose works, other fees and contingency are not their cost, or more than it."""
    items = sheets.frames["items"]
    told = items[list(SPLIT)].sum(axis=1).astype("int64")
    complete = items[list(SPLIT)].notna().all(axis=1)
    wrong = (told > items["cost"]) | (complete & (told != items["cost"]))
    wrong &= ~items.index.isin({record for key in ("cost", *SPLIT) for record in sheets.faulty.get(("items", key), ())})
    text = _("works, other fees and contingency come to {sum}, the cost is {cost}")
    findings = [
        text.format(sum=a * money.step, cost=b * money.step)
        for a, b in zip(told[wrong].astype(int), items.loc[wrong, "cost"].astype(int), strict=True)
    ]
    cure = _("correct one of them, or leave the cost blank")
    sheets.add("items", SPLIT[0], items.index[wrong], findings, cure)


def agree(sheets: Sheets, sheet: str, column: str, rows: pd.Index, before: pd.DataFrame) -> None:
    """Make costs of items, their components and what they are made up of agree again after a change to one of them.

    Parameters
    ----------
    sheet, column, rows
        What has changed.
    before
        The items as they were.

    A cost that changes changes works, other fees and contingency in proportion; one of these that changes, changes the
    cost by as much.
    """
    items = sheets.frames["items"]
    if sheet == "items" and column in SPLIT:
        more = (items.loc[rows, column] - before.loc[rows, column]).fillna(0).astype("int64")
        items.loc[rows, "cost"] += more
        agreed_costs(sheets, sheet, rows)
    elif column == "cost" and sheet in ("items", "component_costs"):
        agreed_costs(sheets, sheet, rows)
        _in_proportion(items, before)


def _in_proportion(items: pd.DataFrame, before: pd.DataFrame) -> None:
    told = items[list(SPLIT)].notna().any(axis=1) & (items["cost"] != before["cost"])
    for row in items.index[told]:
        parts = [0 if pd.isna(value) else int(value) for value in before.loc[row, list(SPLIT)]]
        new = divided(int(items.loc[row, "cost"]), [*parts, int(before.loc[row, "cost"]) - sum(parts)])
        for name, part in zip(SPLIT, new, strict=False):
            if not pd.isna(items.loc[row, name]):
                items.loc[row, name] = part
