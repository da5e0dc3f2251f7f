"""Findings that do not stop a command, and the ones that do, as lines on standard error."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.cli.consoles import ERRORS
from allocator.i18n import _
from allocator.inputs.case import Notice
from allocator.plan.run_folder import Run
from allocator.reporting.audience import PUBLIC, Audience, unfunded_projects

SHOWN = 8
"""Notices printed before the rest is only counted."""


SHOWN_FAILURES = 50
"""Audit failures printed before the rest is only counted."""


def print_notices(notices: Sequence[Notice], shown: int = SHOWN) -> None:
    """Print the first ``shown`` notices and count the rest."""
    for notice in notices[:shown]:
        ERRORS.print(f"! {notice.place}: {notice.finding}", markup=False, soft_wrap=True, style="yellow")
        if notice.cure:
            ERRORS.print(f"    -> {notice.cure}", markup=False, soft_wrap=True)
    if len(notices) > shown:
        ERRORS.print(
            _("… and {count} more notices; allocator validate shows all.").format(count=len(notices) - shown),
            markup=False,
        )


def print_audit_failures(failures: Sequence[object]) -> None:
    """Print what the audit found wrong."""
    ERRORS.print(_("The audit found {count} failures:").format(count=len(failures)), style="bold red", markup=False)
    for failure in failures[:SHOWN_FAILURES]:
        ERRORS.print(f"  {failure}", markup=False, soft_wrap=True)
    if len(failures) > SHOWN_FAILURES:
        more = _("… and {count} more; allocator audit --json shows all.").format(count=len(failures) - SHOWN_FAILURES)
        ERRORS.print(more, markup=False)


def print_left_out(run: Run, audience: Audience) -> None:
    """Say which projects a public report does not name, because they may not start without money."""
    left_out = unfunded_projects(run) if audience == PUBLIC else frozenset()
    if left_out:
        text = _(
            "Not published, because part of their money has no source yet and they may not start: {count} projects."
        )
        ERRORS.print(f"! {text.format(count=len(left_out))}", markup=False, soft_wrap=True, style="yellow")
