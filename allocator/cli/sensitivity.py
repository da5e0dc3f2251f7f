"""``allocator sensitivity``: a scenario and its variants, solved side by side, and what they say together."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from allocator.analysis.batch import time_limit_of
from allocator.analysis.jobs import JobOptions, State
from allocator.analysis.sensitivity import RECORD, Sensitivity, plan_sensitivity, run_sensitivity
from allocator.analysis.sensitivity_document import sensitivity_document
from allocator.analysis.variants import BASE
from allocator.cli.batch import cores, free_memory_mb
from allocator.cli.batch_progress import batch_progress
from allocator.cli.consoles import ERRORS, RESULTS, print_json
from allocator.cli.exits import Exit
from allocator.cli.options import GapOption, JsonOption, LangOption, QuietOption, ScenarioArgument, SolverOption
from allocator.cli.scenarios import find_scenario
from allocator.i18n import _, language
from allocator.plan.keeping import unused
from allocator.reporting import write_reports
from allocator.reporting.sensitivity_reports import failed, findings, write_sensitivity
from allocator.reporting.varied import Varied, varied
from allocator.reporting.views.sensitivity_views import records, sensitivity_variants
from allocator.reporting.workbook import scratch_file


def sensitivity(
    scenario: ScenarioArgument,
    *,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID", help=_("Only this variant; may be given several times."))
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help=_("Variants at once (default: one per core)."))
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=_("Folder (default: runs/sensitivity-<time>); one that is there goes on.")),
    ] = None,
    solver: SolverOption = None,
    time_limit: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help=_("Wall clock of each variant, reading included."))
    ] = None,
    gap: GapOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Solve a scenario and its variants, and tell what changes the plan, and what does not."""
    path = find_scenario(scenario)
    plan = plan_sensitivity(path, only or ())
    folder = out or unused(Path("runs") / f"sensitivity-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    at_once = workers or cores()
    options = JobOptions(solver=solver, time_limit=time_limit, gap=gap, memory_mb=free_memory_mb() / at_once)
    limits = dict.fromkeys((BASE, *(v.id for v in plan.variants)), time_limit or time_limit_of(path))
    with batch_progress(ERRORS, len(limits), limits, quiet=quiet or as_json) as tell:
        found = run_sensitivity(
            plan, folder, options, workers=at_once, cores=cores(), tell=tell, reports=write_reports
        )  # fmt: skip
    document = sensitivity_document(found)
    with scratch_file(folder / RECORD) as scratch:
        scratch.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
    files = write_sensitivity(found, folder, language())
    show(found, folder, files, document, as_json=as_json, quiet=quiet)
    if code := exit_code_of(found):
        raise typer.Exit(code)


def exit_code_of(found: Sensitivity) -> Exit:
    """Code of the command: variants that cannot be, or have no plan in time, are answers and no failures."""
    states = {each.state for each in found.solved}
    codes = {State.STOPPED: Exit.STOPPED, State.FAILED: Exit.OUR_FAULT, State.BAD_INPUT: Exit.BAD_INPUT}
    return next((code for state, code in codes.items() if state in states), Exit.OK)


def show(
    found: Sensitivity, folder: Path, files: list[Path], document: dict[str, Any], *, as_json: bool, quiet: bool
) -> None:
    """Tell what came of it: JSON, the folder, or a table and the findings; and which variants have no plan."""
    seen = varied(found, language())
    if as_json:
        print_json({"folder": str(folder), **document})
    elif quiet:
        RESULTS.print(str(folder), markup=False, soft_wrap=True)
    else:
        RESULTS.print(variants_table(seen))
        for sentence in findings(seen):
            RESULTS.print(sentence, markup=False, soft_wrap=True)
        RESULTS.print(seen.word("error_note"), style="dim", markup=False, soft_wrap=True)
        for file in files:
            RESULTS.print(str(file), markup=False, soft_wrap=True)
    if not as_json:
        for line in failed(seen):
            ERRORS.print(line, markup=False, soft_wrap=True)


def variants_table(seen: Varied) -> Table:
    """One line per variant: gap, points and their change, estates, shortfall; a finding, or why there is none."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column(_("Variant"))
    for head in (_("Gap"), _("Points"), _("Change"), _("Estates"), _("Shortfall ({unit})")):
        shown.add_column(head.format(unit=seen.unit), justify="right", no_wrap=True)
    shown.add_column(_("Verdict"))
    for record in records(sensitivity_variants(seen)):
        figures = (("gap", "{:.2%}"), ("points", "{:,.0f}"), ("points_change", "{:+,.0f}"), ("estates", "{:,}"))
        cells = ["-" if record[key] is None else form.format(record[key]) for key, form in figures]
        gap = "-" if record["shortfall"] is None else seen.money(record["shortfall"])
        verdict = seen.word("within") if record["muted"] else str(record["verdict"])
        if record["status"] is None:
            verdict = seen.word(f"state_{record['state']}")
        style = "dim" if record["muted"] else ""
        shown.add_row(Text(str(record["name"])), *cells, gap, Text(verdict), style=style)
    return shown
