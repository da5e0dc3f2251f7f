"""``allocator sensitivity`` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.cli import main
from tests.worlds import SCENARIO, write_world

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Runs the command in this process, in English: exit code, and what was printed."""
    monkeypatch.setenv("ALLOCATOR_LANG", "en")

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["sensitivity", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return int(end.value.code or 0), captured.out, captured.err

    return run


@pytest.mark.slow
def test_a_scenario_is_varied_and_told(ask: Ask, tmp_path: Path) -> None:
    """Dearer works change the plan; workbook, page and record lie in the folder, and again they are reused."""
    path = write_world(tmp_path, scenario=f"{SCENARIO}sensitivity: {{price_index: [2]}}\n")
    folder = tmp_path / "out"
    code, out, _err = ask(path, "--out", folder, "--time-limit", 120, "--json")
    told = json.loads(out)
    record = json.loads((folder / "sensitivity.json").read_text(encoding="utf-8"))
    assert (code, [row["id"] for row in told["variants"]]) == (0, ["base", "price_index-2"])
    assert record["variants"] == told["variants"]
    assert sorted(file.name for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")) == [
        "sensitivity.html", "sensitivity.json", "sensitivity.xlsx",
    ]  # fmt: skip
    code, out, _err = ask(path, "--out", folder, "--time-limit", 120, "--quiet")
    assert (code, out.strip()) == (0, str(folder))


def test_what_cannot_be_varied_is_refused(ask: Ask, tmp_path: Path) -> None:
    """No block, a variant nobody knows, a folder that holds something else."""
    plain = write_world(tmp_path / "plain")
    code, _out, err = ask(plain, "--out", tmp_path / "out")
    assert (code, "the scenario has no variants" in err) == (2, True)
    path = write_world(tmp_path / "varied", scenario=f"{SCENARIO}sensitivity: {{price_index: [2]}}\n")
    code, _out, err = ask(path, "--only", "price_index-3", "--out", tmp_path / "out")
    assert (code, "did you mean 'price_index-2'?" in err) == (2, True)
    code, _out, err = ask(path, "--out", tmp_path / "varied")
    assert (code, "holds no sensitivity" in err) == (2, True)
