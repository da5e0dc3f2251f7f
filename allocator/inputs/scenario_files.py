"""Scenario files: the chain of ``extends``, changes by path, and paths that stay inside the scenario's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.tree_changes import stacked
from allocator.inputs.yaml_files import Path_, Place, Tree, read_yaml

CHANGES = "changes"
"""Name of the place of values given by the caller instead of a file."""


@dataclass(frozen=True)
class ScenarioFiles:
    """The merged scenario and the files it was merged from, the outermost first."""

    tree: Tree
    """All files merged, without the changes that they ask for."""
    levels: tuple[Tree, ...]
    """What each file states, the base first."""
    files: tuple[Path, ...]
    folder: Path
    """Folder of the outermost file; nothing outside is read."""

    def folder_of(self, key: str) -> Path:
        """Folder of the file that states the top-level ``key``: relative paths start there."""
        shown = self.tree.place((key,)).file
        return next((file.parent for file in self.files if self.shown(file) == shown), self.folder)

    def shown(self, file: Path) -> str:
        """Name of a file as shown to the user: relative to the scenario's folder."""
        return file.relative_to(self.folder).as_posix()


def read_scenario(path: Path) -> ScenarioFiles:
    """Read a scenario file and, below it, the chain of files it extends.

    Mappings are merged key by key, lists and single values are replaced; lists of changes are joined, the base's first.

    Raises
    ------
    ScenarioError
        When a file cannot be read, lies outside the folder of ``path``, or extends itself.
    """
    first = path.resolve()
    folder = first.parent
    files: list[Path] = []
    trees: list[Tree] = []
    current: Path | None = first
    while current is not None:
        tree = read_yaml(current, current.relative_to(folder).as_posix())
        files.append(current)
        base = tree.data.pop("extends", None)
        trees.append(tree)
        current = None if base is None else _extended(base, tree.place(("extends",)), files, folder)
    levels = tuple(reversed(trees))
    return ScenarioFiles(stacked(levels), levels, tuple(files), folder)


def _extended(base: object, place: Place, files: list[Path], folder: Path) -> Path:
    if not isinstance(base, str):
        cure = _("write the name of one scenario file")
        raise ScenarioError(
            [Problem(str(place), _("extends must be a file name, found {found!r}").format(found=base), cure)]
        )
    found = inside(base, files[-1].parent, folder, f"{place}: extends")
    if found in files:
        chain = " -> ".join(file.name for file in [*files, found])
        finding = _("the files extend one another in a circle: {chain}").format(chain=chain)
        raise ScenarioError([Problem(f"{place}: extends", finding, _("let the base extend nothing"))])
    return found


def inside(written: str, start: Path, folder: Path, place: str) -> Path:
    """Path ``written`` in a file of the folder ``start``, resolved; links and ``..`` may not lead out of ``folder``.

    Raises
    ------
    ScenarioError
        When it leads out, or is absolute.
    """
    posix = written.replace("\\", "/")
    is_absolute = PurePosixPath(posix).is_absolute() or bool(PureWindowsPath(written).drive)
    found = (start / posix).resolve()
    if is_absolute or not found.is_relative_to(folder):
        finding = _("the path {path!r} leaves the scenario's folder").format(path=written)
        raise ScenarioError([Problem(place, finding, _("copy the file into the folder, and write its relative path"))])
    return found


def overlay(scenario: Tree, policy: Tree, values: Mapping[str, object]) -> Tree:
    """What a scenario file over ``scenario`` has to say for ``values`` to hold.

    Parameters
    ----------
    scenario, policy
        The scenario and its policy model as they are: paths may name a position in one of their lists.
    values
        New value by dotted path, for example ``options.shortfall`` or ``policy.sources.levy.caps.0.amount.0.value``.
        Mappings are merged into what is there.

    Raises
    ------
    ScenarioError
        When a path leads through a single value, or to a position that a list does not have.
    """
    problems: list[Problem] = []
    found = Tree({}, {(): Place(CHANGES, 0)})
    for dotted, value in values.items():
        whole = scenario.merged(Tree({"policy": policy.data})).merged(found)
        try:
            path, new = _change(whole.data, dotted, plain(value))
        except LookupError as error:
            place = f"{CHANGES}: {dotted}"
            problems.append(Problem(place, str(error.args[0]), _("name a value as the files do: key.key.key")))
            continue
        found = found.merged(_single(path, new))
    if problems:
        raise ScenarioError(problems)
    return found


def _change(data: dict[str, Any], dotted: str, value: object) -> tuple[Path_, object]:
    """Path and value to lay over ``data``: a change inside a list becomes the whole list."""
    path: list[str] = []
    here: object = data
    rest = dotted.split(".")
    while rest:
        if isinstance(here, list):
            return tuple(path), _changed_list(here, rest, value)
        if here is not None and not isinstance(here, dict):
            msg = _("{path} is a single value").format(path=".".join(path))
            raise LookupError(msg)
        size = _longest_key(here or {}, rest)
        key = ".".join(rest[:size])
        path.append(key)
        here = (here or {}).get(key)
        rest = rest[size:]
    return tuple(path), value


def _changed_list(values: list[Any], rest: list[str], value: object) -> list[Any]:
    position = int(rest[0]) if rest[0].isdigit() else len(values)
    if position >= len(values):
        msg = _("the list has {count} values, no position {found!r} (they count from 0)")
        raise LookupError(msg.format(count=len(values), found=rest[0]))
    new: object = value
    if len(rest) > 1:
        if not isinstance(values[position], dict | list):
            msg = _("position {found!r} is a single value").format(found=rest[0])
            raise LookupError(msg)
        path, inner = _change({"x": values[position]}, ".".join(["x", *rest[1:]]), value)
        new = Tree({"x": values[position]}).merged(_single(path, inner)).data["x"]
    return [*values[:position], new, *values[position + 1 :]]


def _longest_key(data: dict[str, Any], rest: list[str]) -> int:
    """How many of the words form the longest key of ``data``: ids may contain dots."""
    return next((size for size in range(len(rest), 0, -1) if ".".join(rest[:size]) in data), 1)


def _single(path: Path_, value: object) -> Tree:
    data: object = value
    for key in reversed(path):
        data = {key: data}
    place = Place(f"{CHANGES}: {'.'.join(str(key) for key in path)}", 0)
    return Tree(data if isinstance(data, dict) else {}, {path: place})


def plain(value: object) -> object:
    """``value`` as a file would give it: floats as Decimal, dates as text, keys as text, tuples as lists."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
