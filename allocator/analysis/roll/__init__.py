"""Roll a plan over: from a run and what really happened to the scenario of the next year, or of the year's rest."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from allocator.analysis.roll.happened import Year, what_happened
from allocator.analysis.roll.new_register import new_register
from allocator.analysis.roll.new_scenario import REGISTER, check_years, last_payment, new_scenario
from allocator.analysis.roll.purses import purses
from allocator.analysis.roll.reconciliation import Reconciliation, reconcile
from allocator.analysis.roll.template import template
from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.actuals import ACTUAL, read_actuals
from allocator.inputs.case import Case
from allocator.inputs.copying import scenario_text
from allocator.inputs.load import load
from allocator.inputs.register_sheets import CERTAINTY
from allocator.inputs.write_register import write_xlsx
from allocator.plan.run_folder import Run

__all__ = ["Reconciliation", "Rolled", "roll", "write_template"]

SCENARIO = "base.yaml"


@dataclass(frozen=True)
class Rolled:
    """The new scenario, read back from its folder, and how it ties to the old one."""

    case: Case
    reconciliation: Reconciliation


def write_template(run: Run, file: Path, *, mid_year: bool = False) -> Path:
    """Write the workbook of actuals for ``run``, filled in as planned.

    Raises
    ------
    ScenarioError
        When the run has no later start year.
    AllocatorError
        When the file cannot be written.
    """
    year = _year(run, mid_year=mid_year)
    check_years(year)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".actuals-", dir=file.parent, ignore_cleanup_errors=True) as beside:
        scratch = Path(beside) / file.name
        write_xlsx(template(year), scratch, run.case.scenario.money, "zh", ACTUAL)
        scratch.replace(file)
    return file


def roll(
    run: Run,
    actuals: Path,
    out: Path,
    *,
    mid_year: bool = False,
    as_of: date | None = None,
    finish: Callable[[Rolled, Path], object] | None = None,
) -> Rolled:
    """Write the scenario of the next round to the folder ``out``, which is whole or not there.

    Parameters
    ----------
    actuals
        Workbook or folder of .csv files, see ``allocator.inputs.actuals``.
    mid_year
        The run's first year still goes on: plan its rest again.
    as_of
        Date of the new scenario; a year later, or 1 July in the middle of a year.
    finish
        Writes more into the folder, before it takes its place.

    Raises
    ------
    ScenarioError
        With everything in the actuals that is missing or contradicts the plan, or that the new scenario cannot be.
    """
    year = _year(run, mid_year=mid_year)
    check_years(year)
    happened = what_happened(year, read_actuals(actuals, year.case, year.projects))
    money = purses(happened)
    scenario = new_scenario(happened, as_of)
    frames = new_register(happened, money, last_payment(year))
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        _copy_policy(year.case, scratch)
        write_xlsx(frames, scratch / REGISTER, year.case.scenario.money)
        (scratch / SCENARIO).write_text(scenario_text(scenario.data), encoding="utf-8", newline="\n")
        reconciliation = reconcile(happened, money, load(scratch / SCENARIO, _ALL_MONEY), scenario.notes)
        _check_ties(reconciliation, out)
        if finish:
            finish(Rolled(load(scratch / SCENARIO), reconciliation), scratch)
        scratch.chmod(0o755)
        if out.exists():
            out.rmdir()
        scratch.replace(out)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return Rolled(load(out / SCENARIO), reconciliation)


def _check_ties(reconciliation: Reconciliation, out: Path) -> None:
    if not reconciliation.ties:
        finding = _("the new scenario does not tie to the old one")
        raise ScenarioError([Problem(str(out), finding, _("report this as an error of the program"))])


_ALL_MONEY = {"available": list(dict.fromkeys(CERTAINTY.values()))}


def _year(run: Run, *, mid_year: bool) -> Year:
    return Year(run, load(run.case.path, _ALL_MONEY), mid_year)


def _copy_policy(case: Case, folder: Path) -> None:
    """Policy files of the run's own copy, so that the new scenario is planned by the same model."""
    for name, origin in case.origins.items():
        if name.startswith("models/"):
            copy = folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(origin.read_bytes())
