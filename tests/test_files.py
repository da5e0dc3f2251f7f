"""Names and folders that every system keeps, and moves that lose nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import files
from allocator.files import file_name, move_folder, new_scratch, old_scratches, scratch_folder, windows_keeps


@pytest.mark.parametrize(
    "name", ["xianning-synthetic", "一上 稿", "咸宁市2025年", "a.b", "CONSOLE", "nul-2025", "COM10"]
)
def test_plain_names_stay_as_they_are(name: str) -> None:
    """Chinese, blanks inside, and words that only begin like a device."""
    assert (windows_keeps(name), file_name(name)) == (True, name)


@pytest.mark.parametrize(
    "name",
    ["a/b", "a\\b", "C:x", "a?", "a*", "<a>", 'a"b', "a|b", "a\tb", "CON", "nul", "aux.2025", "COM1", "lpt9.x", "com²",
     "CONIN$", "end.", "end ", " start", "..", "."],
)  # fmt: skip
def test_names_that_windows_cannot_keep_are_changed(name: str) -> None:
    """The new name is kept by every system, and leads nowhere."""
    changed = file_name(name)
    assert (windows_keeps(name), windows_keeps(changed)) == (False, True)
    assert changed not in ("", ".", "..")
    assert Path(changed).name == changed


def test_names_are_short_enough_for_what_we_add(tmp_path: Path) -> None:
    """A time, a number, the digits of a scratch folder: file systems keep 255 bytes."""
    for name in ("项" * 200, "x" * 300):
        (tmp_path / f".{file_name(name)}-20251124-120000-2-12345678-no-reports").mkdir()


def test_a_scratch_folder_is_beside_and_goes(tmp_path: Path) -> None:
    """Open to everybody who may enter the folder it stands in, and gone at the end, also after an error."""
    made: list[tuple[Path, int]] = []

    def work() -> None:
        with scratch_folder(tmp_path / "new" / "run") as scratch:
            made.append((scratch.parent, scratch.stat().st_mode))
            (scratch / "file").write_text("x", encoding="utf-8", newline="\n")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert made == [(tmp_path / "new", (tmp_path / "new").stat().st_mode)]
    assert list((tmp_path / "new").iterdir()) == []


def test_scratch_folders_of_a_neighbour_are_not_ours(tmp_path: Path) -> None:
    """Those of ``a`` are not those of ``a-b``; signs of patterns in a name stand for themselves."""
    for name in ("a", "a-b", "[a]"):
        new_scratch(tmp_path / name)
    found = {
        name: [folder.name[: -files._DIGITS] for folder in old_scratches(tmp_path / name)]
        for name in ("a", "a-b", "[a]")
    }
    assert found == {"a": [".a-"], "a-b": [".a-b-"], "[a]": [".[a]-"]}


def test_a_folder_waits_for_a_program_that_looks_into_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virus scanner that lets go after two tries costs a moment; one that never does is told."""
    source, target = tmp_path / "from", tmp_path / "to"
    source.mkdir()
    tries, move = [], Path.replace

    def held(self: Path, to: Path) -> Path:
        tries.append(self)
        if len(tries) < 3:
            raise PermissionError(13, "held", str(self))
        return move(self, to)

    monkeypatch.setattr(files, "_PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(Path, "replace", held)
    assert move_folder(source, target) == target
    assert len(tries) == 3
    monkeypatch.setattr(files, "_PAUSES", ())
    tries.clear()
    with pytest.raises(PermissionError):
        move_folder(target, source)
    assert target.is_dir()
