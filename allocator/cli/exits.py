"""How a command ends: exit codes, and what is said about an error.

====  ==========================================================
code  meaning
====  ==========================================================
0     a plan was found and audited (with shortfall too)
1     our fault: a solver failed, an audit failed, an unforeseen error
2     bad input: scenario, register, policy model, options, a file that cannot be read or written, tables to return
3     infeasible: no plan satisfies all rules
4     no plan in time
5     the list that was evaluated breaks rules
130   stopped by the user before there was a plan
====  ==========================================================
"""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import Callable
from enum import IntEnum
from typing import ParamSpec

import typer

from allocator.cli.consoles import ERRORS
from allocator.errors import FileError, InfeasibleError, NoPlanError, ScenarioError
from allocator.told import told

P = ParamSpec("P")


class Exit(IntEnum):
    """Exit codes of the command line."""

    OK = 0
    OUR_FAULT = 1
    BAD_INPUT = 2
    INFEASIBLE = 3
    NO_PLAN = 4
    RULES_BROKEN = 5
    STOPPED = 130


def exit_code(error: BaseException) -> Exit:
    """Code that says what kind of ``error`` ended the command."""
    match error:
        case ScenarioError() | FileError() | OSError():
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
            for line in told(error):
                ERRORS.print(line, markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(exit_code(error)) from error

    return run
