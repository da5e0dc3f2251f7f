"""Keep a plan with its reports in a run folder: whole, or not at all, also where an older run stood before."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from allocator.errors import Problem, ScenarioError
from allocator.files import move_folder, new_scratch, old_scratches
from allocator.i18n import _
from allocator.plan.result import Plan
from allocator.plan.run_folder import MANIFEST, Run, read_run, write_run

Reports = Callable[[Run, Path, str], object]
"""Writes the reports of a run to a folder, in a language: ``reporting.write_reports``."""

_OLD = ".old"


def keep(plan: Plan, folder: Path, reports: Reports, language: str, *, instead: bool = False) -> Run:
    """Write the run folder with its reports: whole, or not at all.

    When only the reports fail, the plan is kept without them under another name, for it may have taken hours; the error
    carries a note that says where.

    Parameters
    ----------
    instead
        Whether it takes the place of a run that is there; the old one goes when the new one is whole.

    Raises
    ------
    ScenarioError
        When a file of the inputs has changed since the plan was made.
    """
    # Written beside its place, on the same disk, and moved there in one step.
    beside, left = new_scratch(folder), None
    try:
        written = write_run(plan, beside / folder.name)
        finished = read_run(written)
        try:
            reports(finished, written, language)
        except Exception as error:
            left = _saved(written, folder.with_name(f"{folder.name}-no-reports"))
            words = _(
                "The reports failed; the plan without them is in {folder}. Write them with: allocator report {folder}"
            )
            error.add_note(words.format(folder=left))
            raise
        try:
            _put(written, folder, instead=instead)
        except OSError as error:
            left = _saved(written, folder.with_name(f"{folder.name}-unmoved"))
            error.add_note(_("The plan is whole, with its reports, in {folder}.").format(folder=left))
            raise
    finally:
        if left is None or left.parent != beside:  # else it could be moved nowhere, and is all there is of the plan
            shutil.rmtree(beside, ignore_errors=True)
    return replace(finished, path=folder)


def _saved(written: Path, target: Path) -> Path:
    """Where a run is that cannot have its own place: at ``target``, or where it was when that cannot be had either."""
    try:
        return move_folder(written, unused(target))
    except OSError:
        return written


def _put(written: Path, folder: Path, *, instead: bool) -> None:
    if instead and folder.exists():
        _put_instead(written, folder)
        return
    if folder.exists():
        folder.rmdir()
    move_folder(written, folder)


def check_replaceable(folder: Path) -> None:
    """Refuse a ``folder`` that holds something other than a run: nothing of a user's is ever replaced.

    Raises
    ------
    ScenarioError
        When it is not a run folder, nor empty, nor missing.
    """
    if folder.exists() and not (folder.is_dir() and ((folder / MANIFEST).is_file() or not any(folder.iterdir()))):
        finding, cure = _("this is there already, and is no run folder"), _("choose another folder, or move it away")
        raise ScenarioError([Problem(str(folder), finding, cure)])


def _put_instead(written: Path, folder: Path) -> None:
    """Exchange a run for a new one; between the two steps both are on the disk, whole (see ``clear_leftovers``)."""
    old = _old(folder)
    shutil.rmtree(old, ignore_errors=True)
    move_folder(folder, old)
    try:
        move_folder(written, folder)
    except OSError:
        old.replace(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def clear_leftovers(folder: Path) -> None:
    """Remove what a process that was killed left beside a run folder; only for who alone writes to it."""
    old = _old(folder)
    if old.is_dir() and not folder.exists():
        old.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
    for scratch in old_scratches(folder):
        shutil.rmtree(scratch, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}{_OLD}")


def unused(folder: Path) -> Path:
    """``folder``, or the same name with a number when there is one already."""
    number, free = 1, folder
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.name}-{number}")
    return free


def unused_file(file: Path) -> Path:
    """``file`` under a name with a number, that no file has yet."""
    number = 2
    while (free := file.with_stem(f"{file.stem}-{number}")).exists():
        number += 1
    return free
