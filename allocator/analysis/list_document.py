"""An evaluation as plain data, for ``evaluation.json`` and ``--json``: amounts as exact decimals in the money unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from allocator.analysis.evaluate import Evaluation
from allocator.analysis.list_results import dropped_estates, forced_costs, listed_estates
from allocator.inputs.case import from_steps
from allocator.inputs.schemas.scenario import Money

_MONEY = ("cost", "shortfall", "added_shortfall", "added_public", "freed_shortfall", "freed_public")


def evaluation_document(e: Evaluation) -> dict[str, Any]:
    """List, reading, breaches, both plans' figures, and every frame as records; missing values are None."""
    money = e.comparison.money
    totals, goals = e.comparison.totals, e.comparison.goals
    return {
        **dict(e.plan.manifest["evaluation"]),  # type: ignore[call-overload]
        "unit": money.unit,
        "breaches": [
            {
                "rule": b.rule, "rows": list(b.rows), "about": b.about, "found": b.found, "expected": b.expected,
                "clause": b.clause, "document": b.document, "cure": b.cure, "projects": list(b.projects),
            }
            for b in e.breaches
        ],
        "totals": [
            {
                "measure": record["measure"],
                **{
                    name: str(from_steps(int(record[key]), money)) if record["kind"] == "money" else _plain(record[key])
                    for name, key in (("own", "before"), ("list", "after"), ("change", "change"))
                },
            }
            for record in totals.to_dict("records")
        ],
        "goals": [
            {
                "goal": record["goal"], "own": _plain(record["value_before"]), "list": _plain(record["value"]),
                "change": _plain(record["change"]), "within_gap": bool(record["within_error"]),
            }
            for record in goals.to_dict("records")
        ],
        "estates": _records(listed_estates(e), money),
        "dropped": _records(dropped_estates(e), money),
        "forced": _records(forced_costs(e), money),
    }  # fmt: skip


def _records(frame: pd.DataFrame, money: Money) -> list[dict[str, Any]]:
    records = [{str(key): _plain(value) for key, value in record.items()} for record in frame.to_dict("records")]
    for record in records:
        for key in _MONEY:
            if record.get(key) is not None:
                record[key] = str(from_steps(int(record[key]), money))
    return records


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    """``value`` as JSON knows it."""
    if isinstance(value, tuple):
        return list(value)
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
