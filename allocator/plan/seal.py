"""Seals: an approved run is made read-only, and whatever is changed in it afterwards is found.

``seal.json`` holds the SHA-256 of every file of the run folder and who approved it by which document. Its own hash is
that of all this together: whoever has the hash on paper can tell whether the folder is still the one that was approved,
even when somebody wrote a new seal over changed files.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from allocator.errors import Problem, ScenarioError
from allocator.files import scratch_folder
from allocator.i18n import _
from allocator.inputs.yaml_files import sha256
from allocator.plan.audit import Finding
from allocator.plan.run_folder import MANIFEST

SEAL = "seal.json"
SHORT = 12
"""Digits of a hash that are printed: enough to tell any two runs apart, few enough to compare by eye."""

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class Approval:
    """Who approved a run, and by what."""

    approved_by: str
    document: str
    date: str
    """ISO date."""
    version: str = ""
    """Version word of the approved plan (人大批准 …); "" when it has none."""


@dataclass(frozen=True)
class Seal:
    """An approval with what it covers."""

    approval: Approval
    files: Mapping[str, str]
    """SHA-256 by path inside the run folder, but for the seal itself."""
    hash: str
    """SHA-256 of approval and files together."""

    @property
    def short(self) -> str:
        """The hash as it is printed."""
        return self.hash[:SHORT]


def seal_run(folder: Path, approval: Approval) -> Seal:
    """Seal the run ``folder``: write ``seal.json``, and make every file of it read-only.

    Raises
    ------
    ScenarioError
        When it is sealed already.
    """
    refuse_sealed(folder)
    files = _hashes(folder)
    seal = Seal(approval, files, _hash(approval, files))
    document = {**asdict(approval), "files": files, "hash": seal.hash}
    with scratch_folder(folder) as beside:
        scratch = beside / SEAL
        scratch.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
        scratch.replace(folder / SEAL)
    for file in _files(folder):
        file.chmod(file.stat().st_mode & ~_WRITABLE)
    return seal


def read_seal(folder: Path) -> Seal | None:
    """The seal of a run folder as it stands there, or None when it has none; whether it is broken is not looked at.

    Raises
    ------
    ScenarioError
        When the file is no seal.
    """
    file = folder / SEAL
    if not file.exists():
        return None
    try:
        return _seal(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        finding, cure = _("the seal is damaged"), _("bring back the run from a copy that is whole")
        raise ScenarioError([Problem(str(file), finding, cure)]) from error


def _seal(told: dict[str, Any]) -> Seal:
    by, document, date, version, own = (told[key] for key in ("approved_by", "document", "date", "version", "hash"))
    files = told["files"]
    if not (isinstance(files, dict) and all(isinstance(text, str) for text in (by, document, date, version, own))):
        raise TypeError(SEAL)
    return Seal(Approval(by, document, date, version), {str(name): str(hashed) for name, hashed in files.items()}, own)


def broken_seal(folder: Path) -> tuple[Finding, ...]:
    """Everything that changed in a sealed run folder since it was sealed: changed, missing and added files, the seal.

    A folder without a seal has nothing to break.
    """
    try:
        seal = read_seal(folder)
    except ScenarioError as error:
        return tuple(Finding(SEAL, problem.finding, _("a seal")) for problem in error.problems)
    if seal is None:
        return ()
    now = _hashes(folder)
    absent, unknown = _("no file"), _("no file of this name")
    found = [
        Finding(name, now.get(name, absent)[:SHORT] if name in now else absent, expected[:SHORT])
        for name, expected in sorted(seal.files.items())
        if now.get(name) != expected
    ]
    found += [Finding(name, now[name][:SHORT], unknown) for name in sorted(set(now) - set(seal.files))]
    expected = _hash(seal.approval, seal.files)
    if seal.hash != expected:
        found.append(Finding(SEAL, seal.short, expected[:SHORT]))
    return tuple(found)


def refuse_sealed(folder: Path) -> None:
    """Refuse to write into ``folder`` when it is a sealed run, or lies in one.

    Raises
    ------
    ScenarioError
        When it does.
    """
    whole = folder.resolve()
    for place in (whole, *whole.parents):
        if (place / SEAL).exists() and (place / MANIFEST).exists():
            finding, cure = _("the run is approved and sealed: nothing in it may change"), _("name another folder")
            raise ScenarioError([Problem(str(place), finding, cure)])


def parent_of(folder: Path) -> dict[str, object]:
    """How a later draft refers to the run ``folder``: name, hash of its seal or else of its manifest, sealed or not.

    Raises
    ------
    ScenarioError
        When it is no run folder, or was changed after it was sealed.
    """
    file = folder / MANIFEST
    if not file.is_file():
        finding, cure = _("not a run folder, or its manifest is damaged"), _("name a folder written by `allocator run`")
        raise ScenarioError([Problem(str(folder), finding, cure)])
    if broken := broken_seal(folder):
        cure = _("bring back the run from a copy that is whole")
        finding = _("changed after it was sealed: {files}").format(files=", ".join(finding.place for finding in broken))
        raise ScenarioError([Problem(str(folder), finding, cure)])
    seal = read_seal(folder)
    return {"run": folder.resolve().name, "hash": seal.hash if seal else sha256(file), "sealed": seal is not None}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _hashes(folder: Path) -> dict[str, str]:
    names = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    return {name: sha256(path) for name, path in names.items() if name != SEAL}


def _hash(approval: Approval, files: Mapping[str, str]) -> str:
    whole = json.dumps({**asdict(approval), "files": dict(files)}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()
