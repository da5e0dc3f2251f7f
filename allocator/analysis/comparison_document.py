"""A comparison as plain data, for programs: amounts as exact decimals in the money unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from allocator.analysis.compare import FRAMES, Comparison
from allocator.inputs.case import from_steps
from allocator.inputs.schemas.scenario import Money

_MONEY_COLUMNS: dict[str, tuple[str, ...]] = {
    "money_by_source": ("amount", "firm", "pending", "shortfall"),
    "counties": ("amount", "firm", "pending", "shortfall"),
    "starts": ("cost",),
    "works": ("cost",),
    "debt": ("issued", "stock", "service", "room", "service_room"),
}
"""Measures of money by frame; each has a value before, one now, and a change."""


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Runs, money unit, and every frame as records; money is text in the unit, missing values are None."""
    return {
        "runs": [
            {"name": name, "folder": str(run.path), "scenario": run.case.scenario.id}
            for name, run in zip(comparison.names, comparison.runs, strict=True)
        ],
        "unit": comparison.money.unit,
        "step": str(comparison.money.step),
        **{name: _records(comparison, name) for name in FRAMES},
    }


def _records(comparison: Comparison, name: str) -> list[dict[str, Any]]:
    frame, money = getattr(comparison, name), comparison.money
    records = [{str(key): _plain(value) for key, value in record.items()} for record in frame.to_dict("records")]
    for record in records:
        for key in _money_keys(name, record):
            if record[key] is not None:
                record[key] = _amount(record[key], money)
    return records


def _money_keys(name: str, record: dict[str, Any]) -> list[str]:
    if name == "moves":
        return ["old_cost", "new_cost"]
    if name == "totals":
        return ["before", "after", "change"] if record["kind"] == "money" else []
    if name == "goals":
        return [key for key, value in record.items() if isinstance(value, float)] if record["unit"] == "money" else []
    return [f"{measure}{when}" for measure in _MONEY_COLUMNS.get(name, ()) for when in ("_before", "", "_change")]


def _amount(steps: float, money: Money) -> str | float:
    """Amount in the unit: text for whole steps; bounds of goals may lie between two."""
    return str(from_steps(int(steps), money)) if steps == int(steps) else float(money.step) * steps


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple):
        return dict(value)
    return None if not isinstance(value, str) and pd.isna(value) else value
