"""What a user is told about an error."""

from __future__ import annotations

import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from allocator.errors import AllocatorError, FileError, InfeasibleError, NoPlanError, ScenarioError
from allocator.i18n import _


def told(error: BaseException) -> list[str]:
    """Lines shown to the user about ``error``, its notes included; the details of an error of ours go to a file."""
    match error:
        case ScenarioError():
            lines = [_("Problems in the inputs: {count}").format(count=len(error.problems)), str(error)]
        case InfeasibleError():
            lines = [_("No plan satisfies all rules."), str(error)]
        case NoPlanError():
            lines = [_("No plan was found in time. Give more time with --time-limit."), str(error)]
        case FileError():
            lines = [str(error)]
        case AllocatorError():
            lines = [_("The run failed: {error}").format(error=error)]
        case OSError():
            lines = _about_file(error)
        case KeyboardInterrupt():
            lines = [_("Stopped before there was a plan.")]
        case _:
            lines = _unforeseen(error)
    return [line for line in [*lines, *getattr(error, "__notes__", [])] if line]


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
