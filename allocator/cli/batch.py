"""``allocator batch``: many scenarios, each in a process of its own, into one folder with one summary."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import psutil
import typer
from rich.table import Table
from rich.text import Text

from allocator.analysis.batch import Batch, is_batch, open_batch, time_limit_of
from allocator.analysis.batch_rows import MONEY, BatchRows, batch_rows, is_missing
from allocator.analysis.jobs import Job, JobOptions, Outcome, State
from allocator.cli.batch_progress import batch_progress
from allocator.cli.consoles import ERRORS, RESULTS, print_json
from allocator.cli.exits import Exit
from allocator.cli.options import GapOption, JsonOption, LangOption, QuietOption, SolverOption
from allocator.cli.scenarios import find_scenarios
from allocator.errors import AllocatorError, Problem, ScenarioError
from allocator.i18n import _, language
from allocator.inputs.case import from_steps
from allocator.plan.keeping import unused, unused_file
from allocator.reporting import write_reports
from allocator.reporting.batch_summary import scenario_rows, summary_name, write_summary
from allocator.solving.base import Progress

_MEMORY_SHARE = 0.9
"""Share of the free memory that the jobs may use together, unless told otherwise."""

_WORST = (Exit.STOPPED, Exit.OUR_FAULT, Exit.BAD_INPUT, Exit.INFEASIBLE, Exit.NO_PLAN)
"""Which of several codes a batch ends with: the first of these that any of its scenarios has."""

_CODES = {
    State.STOPPED: Exit.STOPPED,
    State.FAILED: Exit.OUR_FAULT,
    State.BAD_INPUT: Exit.BAD_INPUT,
    State.INFEASIBLE: Exit.INFEASIBLE,
    State.NO_PLAN: Exit.NO_PLAN,
}


def batch(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE...",
            help=_("Scenario files, folders of them, or names of shipped ones; none: go on with the batch of --out."),
        ),
    ] = None,
    *,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help=_("Scenarios at once (default: half of the cores)."))
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help=_("Folder of the batch (default: runs/batch-<time>); one that is there goes on.")
        ),
    ] = None,
    solver: SolverOption = None,
    time_limit: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help=_("Wall clock of each scenario, reading included."))
    ] = None,
    gap: GapOption = None,
    memory_mb: Annotated[
        float | None,
        typer.Option(metavar="MB", min=1, help=_("Memory of each scenario (default: its part of what is free).")),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help=_("Solve also what has not changed."))] = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Solve many scenarios into one folder, with one summary; goes on where it was stopped."""
    scenarios_found = find_scenarios(files or [])
    folder = out or unused(Path("runs") / f"batch-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    if not scenarios_found and not is_batch(folder):
        finding, cure = _("no scenario is named, and there is no batch to go on with"), _("name scenario files")
        raise ScenarioError([Problem(str(folder), finding, cure)])
    at_once = workers or max(1, cores() // 2)
    with open_batch(folder, scenarios_found) as opened:
        opened.asked = laid_over(opened.asked, solver=solver, time_limit=time_limit, gap=gap, memory_mb=memory_mb)
        options = replace(opened.asked, workers=max(1, cores() // at_once), reuse=not again)
        options = replace(options, memory_mb=options.memory_mb or free_memory_mb() / at_once)
        summary = SummaryFile(opened)
        outcomes = run_shown(opened, options, at_once, summary, quiet=quiet or as_json)
        table = summary.write()
    show(opened, table, summary.path, as_json=as_json, quiet=quiet)
    if code := worst([exit_code_of(outcome, table) for outcome in outcomes]):
        raise typer.Exit(code)


def cores() -> int:
    """Processor cores of this machine."""
    return os.cpu_count() or 1


def free_memory_mb() -> float:
    """Memory that jobs may use together, unless told otherwise [MB]."""
    return _MEMORY_SHARE * psutil.virtual_memory().available / 1e6


def laid_over(before: JobOptions, **given: Any) -> JobOptions:  # noqa: ANN401 - values of JobOptions
    """Options of a batch that goes on: what is given now, else what was asked before."""
    return replace(before, **{key: value for key, value in given.items() if value is not None})


def run_shown(batch: Batch, options: JobOptions, at_once: int, summary: SummaryFile, *, quiet: bool) -> list[Outcome]:
    """Run the scenarios of a batch with their progress shown, and the summary written after each."""
    limits = {name: options.time_limit or time_limit_of(Path(entry.scenario)) for name, entry in batch.entries.items()}
    with batch_progress(ERRORS, len(limits), limits, quiet=quiet) as show_progress:

        def tell(job: Job, news: Progress | Outcome) -> None:
            show_progress(job, news)
            if isinstance(news, Outcome):
                summary.write()

        return batch.run(options, at_once, tell, write_reports)


class SummaryFile:
    """The summary workbook of a batch, written again whenever a scenario has ended."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.path = batch.folder / summary_name(language())

    def write(self) -> BatchRows:
        """Write it as far as the batch is; beside it under another name while another program holds it open."""
        table = batch_rows(self._batch)
        name = self._batch.folder.resolve().name
        try:
            write_summary(name, table, self.path, language())
        except ScenarioError:
            raise
        except AllocatorError:
            held, self.path = self.path, unused_file(self.path)
            words = _("{file} is open in another program; the summary goes to {other}")
            ERRORS.print(words.format(file=held, other=self.path.name), markup=False, soft_wrap=True)
            write_summary(name, table, self.path, language())
        return table


def exit_code_of(outcome: Outcome, table: BatchRows) -> Exit:
    """Code of one scenario, as ``allocator run`` would end with."""
    failures = table.rows.set_index("name")["failures"].to_dict().get(outcome.job.name)
    if outcome.has_run and failures:
        return Exit.OUR_FAULT
    return _CODES.get(outcome.state, Exit.OK)


def worst(codes: Sequence[Exit]) -> Exit:
    """Code of the batch: the worst of its scenarios'."""
    return next((code for code in _WORST if code in codes), Exit.OK)


def show(batch: Batch, table: BatchRows, summary: Path, *, as_json: bool, quiet: bool) -> None:
    """Tell what the batch came to: JSON, the folder, or a short table; and what went wrong."""
    if as_json:
        print_json({"folder": str(batch.folder), "summary": summary.name, "scenarios": as_records(table)})
        return
    rows = scenario_rows(table, language())
    if quiet:
        RESULTS.print(str(batch.folder), markup=False, soft_wrap=True)
    else:
        RESULTS.print(summary_table(rows, table))
        RESULTS.print(_("Summary: {file}").format(file=summary), markup=False, soft_wrap=True)
    for row in rows.to_dict("records"):
        if row["error"]:
            ERRORS.print(f"{row['name']}: {row['error']}", markup=False, soft_wrap=True)
        if not is_missing(row["failures"]) and row["failures"]:
            words = _("{name}: the audit has {count} findings; read them with: allocator audit {folder}")
            told = words.format(name=row["name"], count=row["failures"], folder=batch.run_folder(row["name"]))
            ERRORS.print(told, markup=False, soft_wrap=True)


def as_records(table: BatchRows) -> list[dict[str, Any]]:
    """Rows of a batch for scripts: money as decimals in its unit, None for what is not known."""
    records: list[dict[str, Any]] = []
    for row in table.rows.to_dict("records"):
        known: dict[str, Any] = {str(key): None if is_missing(value) else value for key, value in row.items()}
        for key, value in known.items():
            if value is not None and (key in MONEY or key.startswith(("firm_", "pending_"))):
                known[key] = str(from_steps(value, table.money))
        records.append({**known, "label": row["label"].model_dump(), "unit": table.money.unit})
    return records


def summary_table(rows: pd.DataFrame, table: BatchRows) -> Table:
    """One line per scenario: how it ended, gap, estates, points, shortfall and time."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column(_("Scenario"), min_width=24)
    shown.add_column(_("Result"), no_wrap=True)
    for head in (_("Gap"), _("Estates"), _("Points"), _("Shortfall ({unit})"), _("Seconds")):
        shown.add_column(head.format(unit=table.money.unit), justify="right", no_wrap=True)
    for row in rows.to_dict("records"):
        figures = (
            ("gap", "{:.2%}"), ("estates", "{:,}"), ("points", "{:,.0f}"), ("shortfall", "money"),
            ("seconds", "{:.0f}"),
        )  # fmt: skip
        cells = ["-" if is_missing(row[key]) else _cell(row[key], form, table) for key, form in figures]
        shown.add_row(Text(row["label"]), Text(row["state_text"]), *cells)
    return shown


def _cell(value: Any, form: str, table: BatchRows) -> str:  # noqa: ANN401 - a number
    return f"{from_steps(value, table.money):,}" if form == "money" else form.format(value)
