"""What the readers hand on: a validated case, the only thing formulation and audit share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd

from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Money, Scenario


@dataclass(frozen=True)
class Register:
    """The register's sheets as frames, one row per record, columns and kinds as in ``register_sheets.SHEETS``.

    Every frame exists and has all its columns, also when the sheet is absent. Rows are sorted by identity, money is
    whole steps (int64, or Int64 where blank is allowed), ids are str, missing ids are "". ``estates.project`` is
    filled in ("blank: a project of its own" becomes the estate's id) and ``projects`` has a row for every project.
    ``items.cost`` is filled in from quantity and unit cost, and is never blank.
    """

    estates: pd.DataFrame
    projects: pd.DataFrame
    items: pd.DataFrame
    component_costs: pd.DataFrame
    areas: pd.DataFrame
    income: pd.DataFrame
    neighbours: pd.DataFrame
    gates: pd.DataFrame
    pledges: pd.DataFrame
    votes: pd.DataFrame
    adopted: pd.DataFrame
    running: pd.DataFrame
    carried: pd.DataFrame
    limits: pd.DataFrame
    tasks: pd.DataFrame
    capacity: pd.DataFrame
    debt: pd.DataFrame


@dataclass(frozen=True)
class Notice:
    """A finding that does not stop the run: where, what, and what to do."""

    place: str
    finding: str
    cure: str


@dataclass(frozen=True)
class Case:
    """One scenario, ready to be formulated: policy model, register, options, and the files they came from."""

    scenario: Scenario
    policy: PolicyModel
    register: Register
    notices: tuple[Notice, ...]
    files: Mapping[str, str]
    """SHA-256 by file name, relative to the scenario's folder (policy files as ``models/<id>/…``)."""
    path: Path
    """The scenario file."""
    changes: Mapping[str, object] = field(default_factory=dict)
    """What the caller of ``load`` laid over the scenario, as a tree of scenario keys.

    ``files`` lists it as the scenario file that ``copy_inputs`` writes it to.
    """
    origins: Mapping[str, Path] = field(default_factory=dict, compare=False)
    """Where each of ``files`` was read from (changes by the caller: nowhere)."""


def to_steps(amount: Decimal, money: Money) -> int:
    """Whole steps nearest to ``amount`` (in ``money.unit``), halves away from zero."""
    return int((amount / money.step).to_integral_value(ROUND_HALF_UP))


def rate_to_steps(rate: Decimal, unit: str, times: Decimal, money: Money) -> int:
    """Whole steps nearest to ``rate`` x ``times``; ``unit`` names a money unit before its slash (元/户).

    Raises
    ------
    LookupError
        When the money unit is not one of the scenario's.
    """
    name = unit.split("/", maxsplit=1)[0]
    values = {money.unit: money.unit_value, money.currency: Decimal(1), **money.other_units}
    if name not in values:
        msg = f"unknown money unit {name!r}; known: {', '.join(values)}"
        raise LookupError(msg)
    return to_steps(rate * times * values[name] / money.unit_value, money)


def from_steps(steps: int, money: Money) -> Decimal:
    """Amount in ``money.unit`` of a whole number of steps, exact."""
    return steps * money.step
