"""Commands on what already exists: ``validate`` a scenario, ``audit`` and ``report`` a run, ``export`` the rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from allocator.analysis.variants import variants_of
from allocator.cli.consoles import RESULTS, print_json
from allocator.cli.exits import Exit
from allocator.cli.notices import print_audit_failures, print_left_out, print_notices
from allocator.cli.options import AudienceOption, JsonOption, LangOption, RunArgument, ScenarioArgument
from allocator.cli.scenarios import find_scenario
from allocator.errors import ScenarioError
from allocator.files import file_name
from allocator.formulation.export import export as export_rows
from allocator.i18n import _, language
from allocator.inputs.load import load
from allocator.plan.audit import audit as audit_run
from allocator.plan.copies import changed_copies
from allocator.plan.run_folder import Run, read_run
from allocator.plan.seal import broken_seal, read_seal, refuse_sealed
from allocator.reporting import write_reports
from allocator.reporting.audience import INTERNAL


def validate(scenario: ScenarioArgument, lang: LangOption = None) -> None:
    """Read a scenario and tell everything that is wrong or doubtful."""
    case = load(find_scenario(scenario))
    variants_of(case)
    print_notices(case.notices, shown=len(case.notices))
    register = case.register
    RESULTS.print(
        _(
            "{scenario}: usable; {estates:,} estates, {items:,} work items, {limits:,} limits, {notices:,} notices."
        ).format(
            scenario=case.scenario.id,
            estates=len(register.estates),
            items=len(register.items),
            limits=len(register.limits),
            notices=len(case.notices),
        ),
        markup=False,
        soft_wrap=True,
    )


def audit(run: RunArgument, as_json: JsonOption = False, lang: LangOption = None) -> None:
    """Check a run again from its inputs alone, and its seal; the exit code is 1 when anything is wrong."""
    broken = broken_seal(run)
    try:
        kept = read_run(run)
    except ScenarioError:
        if broken:
            print_audit_failures(broken)
            raise typer.Exit(Exit.OUR_FAULT) from None
        raise
    found, changed = audit_run(kept.case, kept.tables, kept.manifest), (*broken, *changed_copies(run))
    failures = (*found.failures, *changed)
    seal = None if broken else read_seal(run)
    if as_json:
        more = {"copies": [str(c) for c in changed], "seal": seal.hash if seal else None}
        print_json({**found.to_dict(), "failures": len(failures), "passed": not failures, **more})
    elif failures:
        print_audit_failures(failures)
    else:
        RESULTS.print(
            _("{checks:,} checks, all passed.").format(checks=sum(c.checked for c in found.checks)), markup=False
        )
        if seal:
            text = _("The seal {hash} is whole.")
            RESULTS.print(text.format(hash=seal.short), markup=False)
    if failures:
        raise typer.Exit(Exit.OUR_FAULT)


def read_whole(run: Path) -> Run:
    """Read a run for a report; one that was changed after it was sealed is refused: its hash would cover a lie."""
    if broken := broken_seal(run):
        print_audit_failures(broken)
        raise typer.Exit(Exit.OUR_FAULT)
    return read_run(run)


def report(
    run: RunArgument,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("Folder for the files (default: the run folder)."))
    ] = None,
    audience: AudienceOption = INTERNAL,
    lang: LangOption = None,
) -> None:
    """Write workbook and page of a run again; the page is internal, others get the workbook alone."""
    folder = out or run
    refuse_sealed(folder)
    kept = read_whole(run)
    folder.mkdir(parents=True, exist_ok=True)
    for file in write_reports(kept, folder, language(), audience):
        RESULTS.print(str(file), markup=False, soft_wrap=True)
    print_left_out(kept, audience)


def export(
    scenario: ScenarioArgument,
    file_format: Annotated[Literal["mps", "lp"], typer.Option("--format", help=_("Format of the file."))] = "mps",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("File to write (default: <scenario>.<format>)."))
    ] = None,
    lang: LangOption = None,
) -> None:
    """Write columns and rows of a scenario with readable names, for any other solver."""
    case = load(find_scenario(scenario))
    path = out or Path(f"{file_name(case.scenario.id)}.{file_format}")
    export_rows(case, path, file_format)
    RESULTS.print(str(path), markup=False, soft_wrap=True)
