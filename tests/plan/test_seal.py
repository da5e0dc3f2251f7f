"""A sealed run cannot change unnoticed."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.errors import ScenarioError
from allocator.inputs.yaml_files import sha256
from allocator.plan.seal import SEAL, SHORT, Approval, broken_seal, parent_of, read_seal, refuse_sealed, seal_run

APPROVAL = Approval("某市人民代表大会常务委员会", "示例人发〔2025〕1号", "2025-02-20", "人大批准")
FILES = {"manifest.json": "{}", "plan.xlsx": "workbook", "tables/payments.csv": "1", "inputs/台账/小区.csv": "2"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files as a run folder has them."""
    made = tmp_path / "一上 稿"
    for name, text in FILES.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def sealed(folder: Path) -> Path:
    """The folder, sealed."""
    seal_run(folder, APPROVAL)
    return folder


def test_a_seal_covers_every_file_and_reads_back(folder: Path) -> None:
    """Every file but the seal itself, by its hash; the approval word by word; nothing is left beside the folder."""
    seal = seal_run(folder, APPROVAL)
    assert read_seal(folder) == seal
    assert (seal.approval, dict(seal.files)) == (APPROVAL, {name: sha256(folder / name) for name in FILES})
    assert (len(seal.hash), seal.short) == (64, seal.hash[:SHORT])
    assert broken_seal(folder) == ()
    assert list(folder.parent.iterdir()) == [folder]


def test_every_file_is_read_only(sealed: Path) -> None:
    """The seal too."""
    writable = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    files = [path for path in sealed.rglob("*") if path.is_file()]
    assert len(files) == len(FILES) + 1
    assert [path.name for path in files if path.stat().st_mode & writable] == []


def test_the_same_plan_approved_twice_has_the_same_hash(folder: Path, tmp_path: Path) -> None:
    """The hash names the plan and its approval: not the folder, the clock or the machine. Another date is another."""
    copies = [shutil.copytree(folder, tmp_path / name) for name in ("one", "two")]
    first, second = seal_run(folder, APPROVAL), seal_run(copies[0], APPROVAL)
    third = seal_run(copies[1], Approval(APPROVAL.approved_by, APPROVAL.document, "2025-02-21", APPROVAL.version))
    assert first.hash == second.hash != third.hash


def _change_byte(folder: Path) -> None:
    _write(folder / "tables/payments.csv", "2")


def _remove(folder: Path) -> None:
    (folder / "inputs/台账/小区.csv").unlink()


def _add(folder: Path) -> None:
    (folder / "tables" / "more.csv").write_text("3", encoding="utf-8")


def _rename(folder: Path) -> None:
    (folder / "plan.xlsx").rename(folder / "plan2.xlsx")


def _change_seal(folder: Path) -> None:
    told = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    _write(folder / SEAL, json.dumps({**told, "approved_by": "另一机关"}))


def _cover_up(folder: Path) -> None:
    """Change a file and its hash in the seal."""
    _change_byte(folder)
    told = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    files = {**told["files"], "tables/payments.csv": sha256(folder / "tables/payments.csv")}
    _write(folder / SEAL, json.dumps({**told, "files": files}))


def _spoil_seal(folder: Path) -> None:
    _write(folder / SEAL, "{")


def _write(file: Path, text: str) -> None:
    file.chmod(0o644)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (_change_byte, ["tables/payments.csv"]),
        (_remove, ["inputs/台账/小区.csv"]),
        (_add, ["tables/more.csv"]),
        (_rename, ["plan.xlsx", "plan2.xlsx"]),
        (_change_seal, [SEAL]),
        (_cover_up, [SEAL]),
        (_spoil_seal, [SEAL]),
    ],
)
def test_every_kind_of_tampering_is_named(sealed: Path, tamper: Callable[[Path], None], named: list[str]) -> None:
    """Changed, missing, added and renamed files, and a changed seal: each by its name and nothing else."""
    tamper(sealed)
    assert [finding.place for finding in broken_seal(sealed)] == named


def test_a_new_seal_over_changed_files_has_another_hash(sealed: Path) -> None:
    """Whoever seals a falsified run again cannot keep the hash that is on paper."""
    seal = read_seal(sealed)
    _change_byte(sealed)
    (sealed / SEAL).unlink()
    assert seal is not None
    assert seal_run(sealed, APPROVAL).hash != seal.hash


def test_a_sealed_run_is_not_sealed_again(sealed: Path) -> None:
    """The first approval stands."""
    before = (sealed / SEAL).read_bytes()
    with pytest.raises(ScenarioError, match="一上 稿"):
        seal_run(sealed, APPROVAL)
    assert (sealed / SEAL).read_bytes() == before


def test_nothing_is_written_into_a_sealed_run(sealed: Path, tmp_path: Path) -> None:
    """Neither into the folder nor below it; beside it is free."""
    for place in (sealed, sealed / "reports" / "new"):
        with pytest.raises(ScenarioError):
            refuse_sealed(place)
    refuse_sealed(tmp_path / "beside")


def test_a_parent_is_named_by_its_seal_or_else_its_manifest(folder: Path) -> None:
    """A later draft says exactly which plan it follows."""
    draft = {"run": "一上 稿", "hash": sha256(folder / "manifest.json"), "sealed": False}
    assert parent_of(folder) == draft
    seal = seal_run(folder, APPROVAL)
    assert parent_of(folder) == {"run": "一上 稿", "hash": seal.hash, "sealed": True}


def test_a_parent_that_was_tampered_with_is_refused(sealed: Path, tmp_path: Path) -> None:
    """No draft follows a plan that nobody approved; nor something that is no plan."""
    _add(sealed)
    with pytest.raises(ScenarioError, match=r"tables/more\.csv"):
        parent_of(sealed)
    with pytest.raises(ScenarioError, match="allocator run"):
        parent_of(tmp_path)


def test_a_folder_without_seal_has_nothing_to_break(folder: Path) -> None:
    """Drafts are not sealed."""
    assert (read_seal(folder), broken_seal(folder)) == (None, ())
