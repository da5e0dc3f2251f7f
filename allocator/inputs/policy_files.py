"""Find a policy model and merge its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.headings import nearest
from allocator.inputs.scenario_files import ScenarioFiles, inside
from allocator.inputs.shipped import shipped
from allocator.inputs.yaml_files import Tree, read_yaml


@dataclass(frozen=True)
class PolicyFiles:
    """The merged policy model and the files it was merged from, by name (``models/<id>/x.yaml``)."""

    tree: Tree
    files: dict[str, Path]


def read_policy(name: str, scenario: ScenarioFiles) -> PolicyFiles:
    """Read the policy model ``name``: a folder of the scenario, or one of ``models/`` there, or a shipped one.

    All ``*.yaml`` files of the folder are merged by top-level key. A key stands in one file; the entries of a key that
    holds a mapping may be spread over files, each entry in one.

    Raises
    ------
    ScenarioError
        When there is no such folder, it holds no files, or two files state the same.
    """
    folder = _folder(name, scenario)
    key = _key(name)
    files = {f"{key}/{path.name}": path for path in sorted(folder.glob("*.yaml"))}
    place = f"{scenario.tree.place(('policy_model',))}: policy_model"
    if not files:
        finding = _("the policy model {name!r} has no .yaml files").format(name=name)
        raise ScenarioError([Problem(place, finding, _("put its files there, or name another one"))])
    problems: list[Problem] = []
    merged = Tree()
    for shown, path in files.items():
        try:
            tree = read_yaml(path, shown)
        except ScenarioError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_clashes(merged, tree))
        merged = merged.merged(tree)
    if problems:
        raise ScenarioError(problems)
    return PolicyFiles(merged, files)


def _key(name: str) -> str:
    """Folder name under which the files of a policy model are listed and copied."""
    return "models/" + name.replace("\\", "/").strip("/").removeprefix("models/")


def _folder(name: str, scenario: ScenarioFiles) -> Path:
    place = f"{scenario.tree.place(('policy_model',))}: policy_model"
    starts = dict.fromkeys((scenario.folder_of("policy_model"), scenario.folder))
    tried = [inside(written, start, scenario.folder, place) for start in starts for written in (_key(name), name)]
    tried.append(shipped("models") / _key(name).removeprefix("models/"))
    for folder in tried:
        if folder.is_dir() and any(folder.glob("*.yaml")):
            return folder
    known = sorted(path.name for path in shipped("models").iterdir() if any(path.glob("*.yaml")))
    near = nearest(name, known)
    cure = _("did you mean {name!r}?").format(name=near) if near else _("known: {names}").format(names=", ".join(known))
    raise ScenarioError([Problem(place, _("there is no policy model {name!r}").format(name=name), cure)])


def _clashes(merged: Tree, tree: Tree) -> list[Problem]:
    problems = []
    twice: list[tuple[str, ...]]
    for key, value in tree.data.items():
        if key not in merged.data:
            continue
        old = merged.data[key]
        if isinstance(old, dict) and isinstance(value, dict):
            twice = [(key, inner) for inner in value if inner in old]
        else:
            twice = [(key,)]
        for path in twice:
            finding = _("{path} stands in {other} already").format(path=".".join(path), other=merged.place(path))
            problems.append(Problem(str(tree.place(path)), finding, _("remove one of the two")))
    return problems
