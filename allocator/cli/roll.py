"""``allocator roll``: from a run and what really happened to the scenario of the next year, or of the year's rest."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from allocator.analysis.roll import Rolled, roll, write_template
from allocator.cli.consoles import RESULTS
from allocator.cli.options import LangOption, RunArgument
from allocator.cli.scenarios import check_free, check_new
from allocator.i18n import _, language
from allocator.inputs.case import from_steps
from allocator.plan.run_folder import read_run
from allocator.reporting.rolled import FILE, write_reconciliation


def roll_over(
    run: RunArgument,
    *,
    actuals: Annotated[
        Path | None,
        typer.Option("--actuals", metavar="FILE", exists=True,
                     help=_("What really happened: workbook or folder of .csv files (see --template).")),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help=_("New folder for the scenario of the next round."))
    ] = None,
    mid_year: Annotated[
        bool, typer.Option("--mid-year", help=_("The year still goes on: plan its rest again (中期调整)."))
    ] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"],
                     help=_("Date of the new scenario (default: a year later; in the middle of a year 1 July).")),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar="FILE",
                     help=_("Write the workbook of actuals to this file, filled in as planned, and stop.")),
    ] = None,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Roll a run over into the scenario of the next year."""
    kept = read_run(run)
    if template is not None:
        check_free(template)
        RESULTS.print(str(write_template(kept, template, mid_year=mid_year)), markup=False, soft_wrap=True)
        return
    if actuals is None or out is None:
        raise typer.BadParameter(_("give --actuals and --out, or --template"))
    check_new(out)
    rolled = roll(
        kept, actuals, out, mid_year=mid_year, as_of=as_of.date() if as_of else None,
        finish=lambda rolled, folder: write_reconciliation(rolled, folder / FILE, language()),
    )  # fmt: skip
    print_rolled(RESULTS, rolled, out)


def print_rolled(console: Console, rolled: Rolled, out: Path) -> None:
    """Print what the new scenario starts from, and where it is."""
    told, money = rolled.reconciliation, rolled.case.scenario.money
    sums = {name: from_steps(int(told.money[name].sum()), money) for name in ("paid", "lapsed", "closing")}
    new = told.projects["kind"] == "new"
    lines = [
        _("{old} projects were under way and {new} started; {payable} {unit} are still to be paid for them.").format(
            old=int((~new).sum()), new=int(new.sum()), unit=money.unit,
            payable=from_steps(int(told.projects["payable"].sum()), money),
        ),
        _("Paid: {paid} {unit}; carried over: {closing}; lapsed: {lapsed}; every difference is 0.").format(
            **sums, unit=money.unit
        ),
        *told.notes,
        _("Scenario: {file}; reconciliation: {other}").format(file=out / "base.yaml", other=out / FILE),
    ]  # fmt: skip
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
