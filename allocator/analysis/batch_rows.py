"""What a batch came to: one row per scenario, from the run folders, without reading their inputs again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.analysis.batch import Batch, Entry
from allocator.analysis.jobs import State
from allocator.inputs.case import to_steps
from allocator.inputs.schemas.base import Label
from allocator.inputs.schemas.scenario import Money
from allocator.plan.run_folder import MANIFEST

SHORTFALL = "shortfall"

COLUMNS = (
    "name", "state", "error", "label", "status", "gap", "estates", "households", "points", "cost", "firm", "pending",
    "shortfall", "issued", "seconds", "peak_mb", "checks", "failures", "folder",
)  # fmt: skip
"""Columns of ``BatchRows.rows``, beside ``firm_<level>`` and ``pending_<level>`` of every level."""


MONEY = ("cost", "firm", "pending", "shortfall", "issued")
"""Columns of money, beside those by level."""


def is_missing(value: object) -> bool:
    """Whether a cell of a row has no value."""
    return value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN alone differs from itself


@dataclass(frozen=True)
class BatchRows:
    """One row per scenario of a batch, in its order; what a scenario without a run lacks is missing.

    Attributes
    ----------
    rows: ``COLUMNS``, and money by level; money is whole steps of ``money``. Amounts of a run in another currency are
        missing.
    money: unit and step of the first run, or the default.
    levels: labels of the levels of all runs.
    synthetic: whether the data of any run are made up.
    """

    rows: pd.DataFrame
    money: Money
    levels: Mapping[str, Label]
    synthetic: bool


def batch_rows(batch: Batch) -> BatchRows:
    """Rows of a batch, as far as it is."""
    manifests = {name: _manifest(batch.run_folder(name)) for name, entry in batch.entries.items() if has_run(entry)}
    known = [manifest for manifest in manifests.values() if manifest]
    money = Money(**known[0]["money"]) if known else Money()
    levels = {level: Label(**label) for manifest in known for level, label in manifest["levels"].items()}
    rows = [_row(batch, entry, manifests.get(entry.name, {}), money) for entry in batch.entries.values()]
    by_level = [f"{kind}_{level}" for kind in ("firm", "pending") for level in levels]
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *by_level], dtype=object)
    return BatchRows(frame, money, levels, any(manifest["scenario"]["synthetic"] for manifest in known))


def has_run(entry: Entry) -> bool:
    """Whether the run folder of a scenario holds a run of its inputs."""
    return entry.state in (State.DONE, State.REUSED)


def _manifest(folder: Path) -> dict[str, Any]:
    """Manifest of a run; nothing when somebody took it away."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest


def _row(batch: Batch, entry: Entry, manifest: Mapping[str, Any], money: Money) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": entry.name, "state": entry.state, "error": entry.error, "label": Label(zh=entry.name),
        "seconds": entry.seconds or None, "peak_mb": entry.peak_mb or None, "folder": "",
    }  # fmt: skip
    if not manifest:
        return row
    folder = batch.run_folder(entry.name)
    try:
        return row | _run_columns(entry, manifest) | _tables(folder / "tables", Money(**manifest["money"]), money)
    except (OSError, ValueError, KeyError):  # somebody's hand was in the folder since
        return row


def _run_columns(entry: Entry, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest says."""
    is_reused = entry.state == State.REUSED  # looking took a moment; how long the plan took is what counts
    goals = {goal["id"]: goal["value"] for goal in manifest["goals"]}
    return {
        "label": Label(**manifest["scenario"]["label"]),
        "status": manifest["status"],
        "gap": manifest["gap"],
        "points": goals.get("points"),
        "seconds": manifest["seconds"]["total"] if is_reused else entry.seconds,
        "peak_mb": manifest["peak_memory_mb"] if is_reused else max(entry.peak_mb, manifest["peak_memory_mb"]),
        "checks": manifest["audit"]["checks"],
        "failures": manifest["audit"]["failures"],
        "folder": entry.name,
    }


def _tables(folder: Path, own: Money, shown: Money) -> dict[str, Any]:
    """Sums of a run's tables, money in steps of ``shown``."""
    estates = pd.read_parquet(folder / "estates.parquet", columns=["state", "households"])
    started = estates[estates["state"] == "started"]
    sums: dict[str, Any] = {"estates": len(started), "households": int(started["households"].sum())}
    if own.currency != shown.currency:
        return sums
    payments = pd.read_parquet(folder / "payments.parquet", columns=["source", "level", "amount", "firm"])
    bonds = pd.read_parquet(folder / "bonds.parquet", columns=["amount"])

    def steps(amounts: pd.Series[Any]) -> int:
        total = sum((Decimal(str(amount)) for amount in amounts), Decimal(0))
        return to_steps(total * own.unit_value / shown.unit_value, shown)

    is_gap = payments["source"] == SHORTFALL
    funded = payments[~is_gap]
    cost, firm, gap = steps(payments["amount"]), steps(funded["firm"]), steps(payments.loc[is_gap, "amount"])
    sums |= {
        "cost": cost,
        "firm": firm,
        "shortfall": gap,
        "pending": cost - firm - gap,
        "issued": steps(bonds["amount"]),
    }
    for level, part in funded.groupby("level"):
        sums[f"firm_{level}"] = steps(part["firm"])
        sums[f"pending_{level}"] = steps(part["amount"]) - sums[f"firm_{level}"]
    return sums
