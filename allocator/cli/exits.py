"""How a command ends: exit codes, and what is said about an error.

====  ==========================================================
code  meaning
====  ==========================================================
0     a plan was found and audited (with shortfall too)
1     our fault: a solver failed, an audit failed, an unforeseen error
2     bad input: scenario, register, policy model, options, or a file that cannot be read or written
3     infeasible: no plan satisfies all rules
4     no plan in time
130   stopped by the user before there was a plan
====  ==========================================================
"""

from __future__ import annotations

import functools
import os
import tempfile
import traceback
from collections.abc import Callable
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import ParamSpec

import typer

from allocator.cli.consoles import ERRORS
from allocator.errors import AllocatorError, InfeasibleError, NoPlanError, ScenarioError
from allocator.i18n import _

P = ParamSpec("P")


class Exit(IntEnum):
    """Exit codes of the command line."""

    OK = 0
    OUR_FAULT = 1
    BAD_INPUT = 2
    INFEASIBLE = 3
    NO_PLAN = 4
    STOPPED = 130


def exit_code(error: BaseException) -> Exit:
    """Code that says what kind of ``error`` ended the command."""
    match error:
        case ScenarioError() | OSError():
            return Exit.BAD_INPUT
        case InfeasibleError():
            return Exit.INFEASIBLE
        case NoPlanError():
            return Exit.NO_PLAN
        case KeyboardInterrupt():
            return Exit.STOPPED
        case _:
            return Exit.OUR_FAULT


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """``command``, with every error told in words and turned into an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except (Exception, KeyboardInterrupt) as error:
            if os.environ.get("ALLOCATOR_DEBUG"):
                ERRORS.print(traceback.format_exc(), markup=False, highlight=False)
            for line in _told(error):
                ERRORS.print(line, markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(exit_code(error)) from error

    return run


def _told(error: BaseException) -> list[str]:
    """Lines shown to the user about ``error``."""
    match error:
        case ScenarioError():
            lines = [_("Problems in the inputs: {count}").format(count=len(error.problems)), str(error)]
        case InfeasibleError():
            lines = [_("No plan satisfies all rules."), str(error)]
        case NoPlanError():
            lines = [_("No plan was found in time. Give more time with --time-limit."), str(error)]
        case AllocatorError():
            lines = [_("The run failed: {error}").format(error=error)]
        case OSError():
            lines = _about_file(error)
        case KeyboardInterrupt():
            lines = [_("Stopped before there was a plan.")]
        case _:
            lines = _unforeseen(error)
    return [line for line in lines if line]


def _about_file(error: OSError) -> list[str]:
    """What is wrong with a file, and the cure where we know it."""
    named, reason = error.filename or _("A file"), error.strerror or str(error)
    cure = (
        _("    -> close it in any other program, or choose another folder")
        if isinstance(error, PermissionError)
        else ""
    )
    return [_("{file} cannot be read or written: {error}").format(file=named, error=reason), cure]


def _unforeseen(error: BaseException) -> list[str]:
    """Short words about an error of ours, and the file that holds the rest."""
    kind = f"{type(error).__name__}: {error}"
    try:
        report = _traceback_file(error)
    except OSError:
        return [_("This should not have happened: {error}").format(error=kind), _("Show more with --debug.")]
    return [
        _("This should not have happened: {error}").format(error=kind),
        _("The details are in {file}; please send it with your report, or show them with --debug.").format(file=report),
    ]


def _traceback_file(error: BaseException) -> Path:
    """Write the traceback of ``error`` to a new file in the temporary folder."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix=f"allocator-error-{stamp}-", suffix=".txt", delete=False
    ) as file:
        file.writelines(traceback.format_exception(error))
    return Path(file.name)
