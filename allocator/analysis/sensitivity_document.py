"""A sensitivity as plain data, for programs: amounts as exact decimals in the money unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from allocator.analysis.sensitivity import Sensitivity
from allocator.analysis.sensitivity_frames import MEASURES
from allocator.inputs.case import from_steps
from allocator.inputs.schemas.scenario import Money

_AMOUNTS = ("cost", "firm", "pending", "amount", "limits", *(m for m, kind in MEASURES.items() if kind == "money"))
"""Columns of money in any frame; their changes end in ``_change``."""


def sensitivity_document(sensitivity: Sensitivity) -> dict[str, Any]:
    """Scenario, money unit, and every frame as records; money is text in the unit, missing values are None."""
    return {
        "scenario": sensitivity.base.case.scenario.id,
        "unit": sensitivity.money.unit,
        "step": str(sensitivity.money.step),
        **{name: _records(frame, sensitivity.money) for name, frame in sensitivity.frames.items()},
    }


def _records(frame: pd.DataFrame, money: Money) -> list[dict[str, Any]]:
    records = [{str(key): _plain(value) for key, value in record.items()} for record in frame.to_dict("records")]
    for record in records:
        for key in _money_keys(record):
            if record[key] is not None:
                record[key] = _amount(float(record[key]), money)
    return records


def _money_keys(record: dict[str, Any]) -> list[str]:
    if "money" in (record.get("kind"), record.get("unit")):
        figures = ("value", "bound", "base", "change", "error_size", "low_change", "high_change", "width")
        return [key for key in figures if key in record]
    return [key for key in record if key.removesuffix("_change") in _AMOUNTS]


def _amount(steps: float, money: Money) -> str | float:
    """Amount in the unit: text for whole steps; bounds of goals may lie between two."""
    return str(from_steps(int(steps), money)) if steps == int(steps) else float(money.step) * steps


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    if isinstance(value, np.generic):
        value = value.item()
    return None if value is None or (not isinstance(value, str) and pd.isna(value)) else value
