"""Scenarios by path or by the name of a shipped one, and the folders of their runs."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from allocator.analysis.batch import is_scenario
from allocator.errors import Problem, ScenarioError
from allocator.files import file_name, windows_keeps
from allocator.i18n import _
from allocator.inputs.shipped import shipped
from allocator.plan.keeping import unused


def shipped_names() -> list[str]:
    """Names of the shipped scenarios: a folder's name means its ``base.yaml``, folder/variant any other file."""
    root = shipped("scenarios")
    return sorted(
        folder.name if file.stem == "base" else f"{folder.name}/{file.stem}"
        for folder in root.iterdir()
        if folder.is_dir()
        for file in folder.glob("*.yaml")
    )


def find_scenario(given: str) -> Path:
    """File of the scenario ``given`` as a file, a folder with a ``base.yaml``, or a shipped scenario's name.

    Raises
    ------
    ScenarioError
        When there is none; names the nearest shipped ones.
    """
    path = Path(given)
    if path.is_file():
        return path
    if (path / "base.yaml").is_file():
        return path / "base.yaml"
    names = shipped_names()
    if given in names:
        return shipped("scenarios") / (f"{given}.yaml" if "/" in given else f"{given}/base.yaml")
    near = difflib.get_close_matches(given, names, n=3) or names
    raise ScenarioError(
        [
            Problem(
                place=given,
                finding=_("there is no such scenario file, and no shipped scenario of this name"),
                cure=_("check the path, or use one of: {names}").format(names=", ".join(near)),
            )
        ]
    )


def find_scenarios(given: Sequence[str]) -> list[Path]:
    """Files of many scenarios: each ``given`` is a file, a folder of scenario files, or a shipped scenario's name.

    A file of a folder that is only a part of a scenario, for others to extend, is left out; one that cannot be read is
    not, so that its job tells.

    Raises
    ------
    ScenarioError
        Listing all that name nothing.
    """
    found: list[Path] = []
    problems: list[Problem] = []
    for name in given:
        try:
            found.extend(_in_folder(Path(name)) if Path(name).is_dir() else [find_scenario(name)])
        except ScenarioError as error:
            problems.extend(error.problems)
    if problems:
        raise ScenarioError(problems)
    return found


def _in_folder(folder: Path) -> list[Path]:
    files = [file for file in sorted(folder.glob("*.yaml")) if is_scenario(file)]
    if not files:
        finding = _("there is no scenario file in this folder")
        raise ScenarioError([Problem(str(folder), finding, _("name a folder with scenario files (*.yaml)"))])
    return files


def default_folder(scenario_id: str) -> Path:
    """New folder for a run of the scenario, under ``runs`` in the working folder."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    return unused(Path("runs") / f"{file_name(scenario_id)}-{stamp}")


def check_new(folder: Path) -> None:
    """Refuse a ``folder`` that already holds something: a run or an example never overwrites anything.

    Raises
    ------
    ScenarioError
        When it exists and is not an empty folder, or Windows cannot keep its name, so that nobody there could open it.
    """
    name = folder.resolve().name
    if name and not windows_keeps(name):
        finding = _("Windows cannot keep a folder named {name!r}").format(name=name)
        cure = _("leave out signs like : ? *, a point or blank at the end, and device names like CON")
        raise ScenarioError([Problem(str(folder), finding, cure)])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ScenarioError(
            [
                Problem(
                    place=str(folder),
                    finding=_("this already exists and is not empty"),
                    cure=_("choose another folder, or move it away"),
                )
            ]
        )


def check_free(file: Path) -> None:
    """Refuse a ``file`` that is there already: somebody may have written in it.

    Raises
    ------
    ScenarioError
        When it exists.
    """
    if file.exists():
        finding, cure = _("this file is there already"), _("choose another name, or move it away")
        raise ScenarioError([Problem(str(file), finding, cure)])


def copy_example(name: str, folder: Path) -> Path:
    """Copy the shipped scenario folder ``name`` to ``folder`` and return the copied base scenario."""
    check_new(folder)
    source = find_scenario(name).parent
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "~$*"))
    return folder / "base.yaml"
