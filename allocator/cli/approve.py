"""``allocator approve``: an audited run becomes the approved one, sealed and read-only."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from allocator.cli.consoles import RESULTS
from allocator.cli.exits import Exit
from allocator.cli.notices import print_audit_failures
from allocator.cli.options import LangOption, RunArgument
from allocator.errors import Problem, ScenarioError
from allocator.i18n import _, language
from allocator.inputs.schemas.draft import Version
from allocator.plan.audit import audit
from allocator.plan.copies import changed_copies
from allocator.plan.run_folder import Run, read_run
from allocator.plan.seal import Approval, refuse_sealed, seal_run
from allocator.reporting import write_reports


def approve(
    run: RunArgument,
    *,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help=_("Who approved it."))],
    document: Annotated[str, typer.Option(metavar="NUMBER", help=_("Document it was approved with (文号)."))],
    version: Annotated[
        Version | None, typer.Option(help=_("Version it is approved as (default: the run's own draft)."))
    ] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Day of the approval (default: today)."))
    ] = None,
    lang: LangOption = None,
) -> None:
    """Audit a run, write its reports anew, and seal it: read-only, with a hash that names exactly this plan."""
    refuse_sealed(run)
    if not by.strip() or not document.strip():
        raise typer.BadParameter(_("--by and --document must name somebody and something"))
    kept = read_run(run)
    failures = [*audit(kept.case, kept.tables, kept.manifest).failures, *changed_copies(run)]
    if failures:
        print_audit_failures(failures)
        raise typer.Exit(Exit.OUR_FAULT)
    _refuse_priced_list(kept)
    own = kept.case.scenario.draft
    approval = Approval(
        approved_by=by.strip(),
        document=document.strip(),
        date=(date or datetime.now(UTC).astimezone()).date().isoformat(),
        version=version or (own.version if own else ""),
    )
    # The sealed reports tell the approval and this plan's tables, whatever was done to them by hand before.
    approved = replace(kept, manifest={**kept.manifest, "approval": asdict(approval)})
    write_reports(approved, run, language())
    seal = seal_run(run, approval)
    text = _("{folder} is approved and sealed; all its files are read-only. Its hash is {hash}.")
    RESULTS.print(text.format(folder=run, hash=seal.short), markup=False, soft_wrap=True)


def _refuse_priced_list(run: Run) -> None:
    """A list that was priced in spite of rules it breaks is no plan, and nothing to approve.

    Raises
    ------
    ScenarioError
        When the run is the evaluation of a list that breaks rules, or its scenario excuses projects.
    """
    told: Any = run.manifest.get("evaluation") or {}
    excused = run.case.scenario.excused
    if told.get("breaches") or excused:
        finding = _("a priced list is no plan: {count} rules broken, {excused} projects that may not start")
        shown = finding.format(count=len(told.get("breaches") or ()), excused=len(excused))
        raise ScenarioError([Problem(str(run.path), shown, _("run a scenario that keeps the rules"))])
