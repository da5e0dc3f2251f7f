"""``allocator run``: from a scenario to an audited plan in a run folder."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from allocator.cli.consoles import ERRORS, RESULTS, print_json
from allocator.cli.exits import Exit
from allocator.cli.live import progress_shown
from allocator.cli.notices import print_audit_failures, print_notices
from allocator.cli.options import GapOption, JsonOption, LangOption, QuietOption, ScenarioArgument, SolverOption
from allocator.cli.scenarios import check_new, default_folder, find_scenario
from allocator.cli.summary import print_excess, print_shortfall, print_summary
from allocator.i18n import _, language
from allocator.inputs.load import load
from allocator.inputs.schemas.draft import Version
from allocator.plan.audit import audit
from allocator.plan.keeping import keep
from allocator.plan.run_folder import Run, read_run, starts_of
from allocator.plan.seal import parent_of
from allocator.plan.solve import solve
from allocator.reporting import write_reports
from allocator.solving.base import Progress


def run(
    scenario: ScenarioArgument,
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("New run folder (default: runs/<scenario>-<time>)."))
    ] = None,
    solver: SolverOption = None,
    time_limit: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help=_("Wall clock until the plan, reading included."))
    ] = None,
    gap: GapOption = None,
    no_shortfall: Annotated[
        bool, typer.Option("--no-shortfall", help=_("Plan only with money within the limits: no funding gap."))
    ] = False,
    draft: Annotated[Version | None, typer.Option(help=_("Which draft of the year's plan this is."))] = None,
    parent: Annotated[
        Path | None, typer.Option(metavar="RUN", help=_("Run that this draft follows."), exists=True, file_okay=False)
    ] = None,
    adopt: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help=_("Run whose starts are the adopted plan (既定方案); the search begins with it."),
            exists=True,
            file_okay=False,
        ),
    ] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Find a plan, audit it, and write tables, workbook and page."""
    begun = time.monotonic()
    file = find_scenario(scenario)
    if out is not None:
        check_new(out)
    adopted = None if adopt is None else read_run(adopt)
    case = load(file, _changes(draft, parent, adopted, no_shortfall=no_shortfall))
    folder = out or default_folder(case.scenario.id)
    if not (quiet or as_json):
        print_notices(case.notices)
    with progress_shown(ERRORS, quiet=quiet or as_json) as tell:
        plan = solve(case, solver=solver, time_limit=time_limit, gap=gap, progress=tell, began=begun, start=adopted)
        tell(Progress("write", plan.objective, plan.bound, plan.gap, time.monotonic() - begun))
        finished = keep(plan, folder, write_reports, language())
    show(finished, as_json=as_json, quiet=quiet)
    manifest: Mapping[str, Any] = finished.manifest
    if manifest["audit"]["failures"]:
        print_audit_failures(audit(finished.case, finished.tables, finished.manifest).failures)
        raise typer.Exit(Exit.OUR_FAULT)


def _changes(
    draft: Version | None, parent: Path | None, adopted: Run | None, *, no_shortfall: bool
) -> dict[str, object]:
    """What the options lay over the scenario."""
    changes: dict[str, object] = {"options.shortfall": False} if no_shortfall else {}
    if draft is not None:
        changes["draft.version"] = draft
    if parent is not None:
        changes["draft.parent"] = parent_of(parent)
    if adopted is not None:
        changes["adopted"] = starts_of(adopted)
    return changes


def show(finished: Run, *, as_json: bool, quiet: bool) -> None:
    """Tell how the run ended: the manifest, the folder, or a short table."""
    if as_json:
        print_json(finished.manifest)
    elif quiet:
        RESULTS.print(str(finished.path), markup=False, soft_wrap=True)
    else:
        print_summary(RESULTS, finished)
    if not as_json:
        print_shortfall(ERRORS, finished)
        print_excess(ERRORS, finished)
