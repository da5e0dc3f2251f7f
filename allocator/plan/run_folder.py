"""Run folders: a plan on disk, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd

from allocator.errors import Problem, ScenarioError
from allocator.files import move_folder, scratch_folder
from allocator.i18n import _
from allocator.inputs.case import Case, from_steps, to_steps
from allocator.inputs.copying import copy_inputs
from allocator.inputs.load import load
from allocator.plan.result import Plan
from allocator.plan.tables import TABLES
from allocator.quick_text import quick_text

MANIFEST = "manifest.json"
_PRICES = "prices"


@dataclass(frozen=True)
class Run:
    """A run folder read back: the case from its own copy of the inputs, tables (money in whole steps) and manifest."""

    case: Case
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, object]
    path: Path


def write_run(plan: Plan, folder: Path) -> Path:
    """Write manifest, tables (Parquet and CSV) and a copy of the inputs to ``folder``, which must not exist.

    Everything is written beside it first and renamed at the end, so a run folder is never half there.

    Raises
    ------
    ScenarioError
        When the folder exists and is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ScenarioError([Problem(str(folder), _("the folder exists and is not empty"), _("name another folder"))])
    with scratch_folder(folder) as beside:
        scratch = beside / folder.name
        scratch.mkdir()
        (scratch / "tables").mkdir()
        for name, table in plan.tables.items():
            _write_table(plan, name, table, scratch / "tables")
        scenario = copy_inputs(plan.case, scratch / "inputs")
        manifest = {**plan.manifest, "scenario_file": scenario.relative_to(scratch).as_posix()}
        (scratch / MANIFEST).write_text(
            json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
        )
        if folder.exists():
            folder.rmdir()
        move_folder(scratch, folder)
    return folder


def _write_table(plan: Plan, name: str, table: pd.DataFrame, folder: Path) -> None:
    shown = table.copy()
    money = plan.case.scenario.money
    for column in _money_columns(name):
        amounts = [from_steps(int(steps), money) for steps in table[column]]
        shown[column] = pd.Series(amounts, index=table.index, dtype=object)
    shown.to_parquet(folder / f"{name}.parquet", index=False)
    shown.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _money_columns(name: str) -> list[str]:
    return [column for column, kind in TABLES.get(name, {}).items() if kind == "money"]


@quick_text
def read_run(folder: Path, case: Case | None = None) -> Run:
    """Read a run folder.

    Parameters
    ----------
    case
        What its inputs load to, or a case with the same money that will do instead; loaded when not given.

    Raises
    ------
    ScenarioError
        When it is not a run folder, or a file of it is missing or unreadable.
    """
    file = folder / MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        scenario = (folder / manifest["scenario_file"]).resolve()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ScenarioError(
            [
                Problem(
                    str(file),
                    _("not a run folder, or its manifest is damaged"),
                    _("name a folder written by `allocator run`"),
                )
            ]
        ) from error
    if not scenario.is_relative_to(folder.resolve()):
        raise ScenarioError(
            [Problem(str(file), _("the scenario lies outside the run folder"), _("restore the manifest"))]
        )
    case = case or load(scenario)
    return Run(
        case, {name: _read_table(case, name, folder / "tables") for name in [*TABLES, _PRICES]}, manifest, folder
    )


def has_tables(folder: Path) -> bool:
    """Whether a run folder has the files of all tables."""
    return all(
        (folder / "tables" / f"{name}.{kind}").is_file() for name in [*TABLES, _PRICES] for kind in ("parquet", "csv")
    )


def starts_of(run: Plan | Run) -> dict[str, int]:
    """Start year of every project of a run, 0 when it does not start: what a scenario's ``adopted`` holds."""
    starts = dict.fromkeys(sorted(set(run.tables["estates"]["project"])), 0)
    projects = run.tables["projects"]
    return starts | dict(zip(projects["project"], projects["start_year"].astype(int).tolist(), strict=True))


def _read_table(case: Case, name: str, folder: Path) -> pd.DataFrame:
    file = folder / f"{name}.parquet"
    try:
        table = pd.read_parquet(file)
        for column in _money_columns(name):
            table[column] = pd.Series([_steps(Decimal(str(value)), case) for value in table[column]], dtype="int64")
    except (OSError, ValueError, KeyError, ArithmeticError) as error:
        raise ScenarioError(
            [Problem(str(file), _("the table is missing or damaged"), _("run the scenario again"))]
        ) from error
    return table


def _steps(amount: Decimal, case: Case) -> int:
    steps = to_steps(amount, case.scenario.money)
    if from_steps(steps, case.scenario.money) != amount:
        msg = f"{amount} is not a whole number of steps"
        raise ValueError(msg)
    return steps
