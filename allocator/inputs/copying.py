"""Copy the inputs of a case, so that they load again to the same case somewhere else."""

from __future__ import annotations

import io
import itertools
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path

from ruamel.yaml import YAML

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.inputs.yaml_files import sha256

RUN_SCENARIO = "run-scenario"
"""Name of the scenario file that holds the changes of a run."""


def copy_inputs(case: Case, folder: Path) -> Path:
    """Write all input files of a case into ``folder``, policy files under ``models/``.

    Changes that were laid over the scenario when it was loaded become a small scenario file of their own, which extends
    the original.

    Parameters
    ----------
    case
        As loaded from files.
    folder
        Made when missing; files of the same names are overwritten.

    Returns
    -------
    Path
        The scenario file to load for the same case.

    Raises
    ------
    ScenarioError
        When a file has changed since the case was loaded.
    """
    changed = [name for name, origin in case.origins.items() if not _is_same(origin, case.files[name])]
    if changed:
        finding, cure = _("the file has changed since it was read"), _("run again")
        raise ScenarioError([Problem(name, finding, cure) for name in changed])
    _refuse_clashes(case.origins)
    for name, origin in case.origins.items():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(origin.read_bytes())
    if not case.changes:
        return folder / case.path.name
    name, text = changes_file(case.path.name, case.changes, case.origins)
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder / name


def changes_file(extends: str, changes: Mapping[str, object], taken: Collection[str]) -> tuple[str, str]:
    """Name and text of the scenario file that lays ``changes`` over the scenario file ``extends``.

    The name is none of those ``taken``: a copied run may be loaded, changed and copied again.
    """
    used = {name.casefold() for name in taken}
    suffixes = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    name = next(name for name in (f"{RUN_SCENARIO}{suffix}.yaml" for suffix in suffixes) if name not in used)
    return name, scenario_text({"extends": extends, **changes})


def _refuse_clashes(names: Collection[str]) -> None:
    """Refuse file names that differ by capitals alone: on Windows and macOS one would overwrite the other."""
    by_name: dict[str, list[str]] = {}
    for name in names:
        by_name.setdefault(name.casefold(), []).append(name)
    if clashes := [alike for alike in by_name.values() if len(alike) > 1]:
        finding, cure = _("the names of these files differ by capitals alone"), _("rename one of them")
        raise ScenarioError([Problem(", ".join(alike), finding, cure) for alike in clashes])


def _is_same(origin: Path, expected: str) -> bool:
    return origin.is_file() and sha256(origin) == expected


def scenario_text(data: Mapping[str, object]) -> str:
    """Plain data as YAML that reads back the same: numbers keep their digits, keys their order."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.representer.add_representer(Decimal, _number)
    out = io.StringIO()
    yaml.dump(dict(data), out)
    return out.getvalue()


def _number(representer: object, value: Decimal) -> object:
    digits = format(value, "f")
    kind = "float" if "." in digits else "int"
    return representer.represent_scalar(f"tag:yaml.org,2002:{kind}", digits)  # type: ignore[attr-defined]
