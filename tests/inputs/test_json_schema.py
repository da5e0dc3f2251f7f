"""Generated files are what the program would generate now."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.inputs import shipped as shipped_module
from allocator.inputs.json_schema import files
from allocator.inputs.register_sheets import SHEETS
from allocator.inputs.shipped import shipped


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_committed_files_are_up_to_date(path: Path) -> None:
    """Renew them with ``python -m allocator.inputs.json_schema``."""
    assert path.read_text(encoding="utf-8") == files()[path]


def test_every_column_is_on_the_page() -> None:
    """With its Chinese and its English name."""
    page = files()[shipped("scenarios") / "schema" / "register.md"]
    assert [
        (sheet.key, column.key)
        for sheet in SHEETS
        for column in sheet.columns
        if f"| {column.zh} | `{column.key}` | {column.kind} |" not in page
    ] == []


def test_shipped_folders_are_found_in_a_checkout_and_in_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a wheel they lie inside the package, which then has no neighbours."""
    assert (shipped("models") / "xianning-2024").is_dir()
    package = tmp_path / "allocator"
    (package / "_shipped" / "reports").mkdir(parents=True)
    monkeypatch.setattr(shipped_module, "_PACKAGE", package)
    assert shipped("reports") == package / "_shipped" / "reports"
    with pytest.raises(FileNotFoundError, match="the folder models is missing"):
        shipped("models")
