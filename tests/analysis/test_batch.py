"""Batches: many scenarios into one folder, as one by one; stopped or killed at any moment, they go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import psutil
import pytest

import allocator
from allocator.analysis.batch import open_batch
from allocator.analysis.batch_rows import COLUMNS, BatchRows, is_missing
from allocator.analysis.folder_lock import locked
from allocator.analysis.jobs import State
from allocator.cli import main
from allocator.cli.batch import SummaryFile, worst
from allocator.cli.exits import Exit
from allocator.cli.scenarios import find_scenarios
from allocator.errors import ScenarioError
from allocator.i18n import use_language
from allocator.inputs.load import load
from allocator.inputs.schemas.base import Label
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.synthetic import generate
from allocator.plan.run_folder import read_run, write_run
from allocator.reporting import workbook
from allocator.reporting.batch_summary import scenario_rows
from tests.worlds import SHEETS, write_world

ALONE = {"manifest.json", "plan.xlsx", "report.html", "tables", "inputs"}
"""What a whole run folder holds."""


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Chinese before and after every test, whatever it speaks."""
    use_language("zh")
    yield
    use_language("zh")


def batch(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Code, output and errors of ``allocator batch`` in this process, in English."""
    with pytest.raises(SystemExit) as end:
        main(["batch", *(str(argument) for argument in arguments), "--lang", "en"])
    told = capsys.readouterr()
    return int(end.value.code or 0), told.out, told.err


def small_world(folder: Path) -> Path:
    """The tiny world with limits year by year."""
    limits = SHEETS["资金额度"].replace("西县,合计,10", "西县,2025,0,预计,\ncounty_budget,西县,2026,10")
    return write_world(folder, sheets={"资金额度": limits})


def variant(folder: Path, name: str, text: str) -> Path:
    """A scenario file beside the tiny world's."""
    file = folder / f"{name}.yaml"
    file.write_text(f"extends: scenario.yaml\nid: {name}\n{text}\n", encoding="utf-8")
    return file


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """The tiny world with a variant, a part of one, and one with a mistake, in a folder with blank and 中文."""
    folder = tmp_path / "情景 甲"
    small_world(folder)
    variant(folder, "first", "")
    (folder / "part.yaml").write_text("horizon: {last: 2025}\n", encoding="utf-8")
    variant(folder, "wrong", "horizn: {last: 2025}")
    return folder


def test_bad_input_is_told_and_kept(world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the terminal, in a file of its own, in the record and in the summary; no run folder appears."""
    out = tmp_path / "批 次"
    code, _told, errors = batch(capsys, world / "wrong.yaml", "--out", out)
    assert code == Exit.BAD_INPUT
    assert sorted(path.name for path in out.iterdir()) == [".lock", "batch-summary.xlsx", "batch.json", "failed"]
    assert "horizn" in errors
    assert "horizn" in (out / "failed" / "wrong.txt").read_text(encoding="utf-8")
    assert states(out) == {"wrong": "bad_input"}
    assert summary(out) == [("wrong", "bad input")]


@pytest.mark.slow
def test_a_batch_of_a_folder(world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole runs of what is right, words about what is wrong, one summary; again, everything is reused."""
    out = tmp_path / "批 次"
    code, told, errors = batch(capsys, world, "--out", out, "--workers", 2)
    assert code == Exit.BAD_INPUT
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [".lock", "batch-summary.xlsx", "batch.json", "failed", "first", "tiny"]
    )
    assert [{path.name for path in (out / name).iterdir()} for name in ("first", "tiny")] == [ALONE, ALONE]
    assert "horizn" in (out / "failed" / "wrong.txt").read_text(encoding="utf-8")
    assert "horizn" in errors
    assert ("reused" in told, "done" in told) == (False, True)
    assert summary(out) == [("Tiny (first)", "done"), ("Tiny (tiny)", "done"), ("wrong", "bad input")]

    (world / "wrong.yaml").write_text("extends: scenario.yaml\nid: wrong\nhorizon: {last: 2025}\n", encoding="utf-8")
    before = (out / "tiny" / "manifest.json").read_bytes()
    code, told, _errors = batch(capsys, "--out", out, "--json")
    states = {row["name"]: row["state"] for row in json.loads(told)["scenarios"]}
    assert (code, states) == (Exit.OK, {"first": "reused", "tiny": "reused", "wrong": "done"})
    assert (out / "tiny" / "manifest.json").read_bytes() == before
    assert list((out / "failed").iterdir()) == []


def summary(out: Path) -> list[tuple[str, str]]:
    """Scenario and result of each row of the summary workbook."""
    sheet = openpyxl.load_workbook(out / "batch-summary.xlsx")["Summary"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(number for number, row in enumerate(rows) if row[0] == "No.")
    return [(str(row[1]), str(row[2])) for row in rows[head + 2 :] if isinstance(row[0], int)]


@pytest.mark.slow
def test_one_changed_cell_runs_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The inputs decide, not the name or the time of a file."""
    scenario, out = small_world(tmp_path / "world"), tmp_path / "out"
    first = batch(capsys, scenario, "--out", out, "--quiet")
    assert first[0] == Exit.OK, first
    register = next(file for file in (tmp_path / "world" / "register").iterdir() if b"100" in file.read_bytes())
    key = read_run(out / "tiny").manifest["key"]
    register.write_bytes(register.read_bytes().replace(b"100", b"101", 1))
    _code, told, _errors = batch(capsys, scenario, "--out", out, "--json")
    assert [row["state"] for row in json.loads(told)["scenarios"]] == ["done"]
    assert read_run(out / "tiny").manifest["key"] != key


def test_names_are_folders_on_any_system(tmp_path: Path) -> None:
    """An id becomes a folder of the batch and never leaves it; two of one id are told apart by their files."""
    small_world(tmp_path)
    files = [
        variant(tmp_path, name, f"id: {id_}") for name, id_ in (("a", "x"), ("b", "X"), ("c", "../y"), ("d", "CON"))
    ]
    for file in files:
        file.write_text("\n".join(line for line in file.read_text().splitlines() if line != f"id: {file.stem}"))
    with open_batch(tmp_path / "out", files) as opened:
        assert list(opened.entries) == ["x", "X-b", "_y", "_CON"]


def test_a_folder_names_its_whole_scenarios(world: Path, tmp_path: Path) -> None:
    """Parts of scenarios are left out; shipped names work too; what names nothing is told, all at once."""
    assert [file.name for file in find_scenarios([str(world)])] == ["first.yaml", "scenario.yaml", "wrong.yaml"]
    assert [file.parent.name for file in find_scenarios(["teaching"])] == ["teaching"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError) as error:
        find_scenarios(["teachin", str(tmp_path / "empty")])
    assert len(error.value.problems) == 2


def test_only_a_batch_folder_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No folder of the user's is taken for a batch, and there must be something to do."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    scenario = small_world(tmp_path / "world")
    assert batch(capsys, scenario, "--out", tmp_path / "letters")[0] == Exit.BAD_INPUT
    assert batch(capsys, "--out", tmp_path / "nothing")[0] == Exit.BAD_INPUT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letters", "world"]


def test_one_batch_at_a_time_works_in_a_folder(tmp_path: Path) -> None:
    """A second one is refused; the lock goes with its process."""
    with locked(tmp_path), pytest.raises(ScenarioError), open_batch(tmp_path, []):
        pass
    with open_batch(tmp_path, []) as opened:
        assert opened.entries == {}


def test_a_summary_open_elsewhere_goes_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As spreadsheet programs on Windows hold files; both names are told, and no batch stops for it."""
    whole = Path.replace

    def held(self: Path, target: Path) -> Path:
        if Path(target).name == "批次汇总.xlsx":
            raise PermissionError(13, "held", str(target))
        return whole(self, target)

    with open_batch(tmp_path, []) as opened:
        monkeypatch.setattr(workbook.Path, "replace", held)
        summary = SummaryFile(opened)
        summary.write()
        summary.write()
    assert sorted(path.name for path in tmp_path.glob("*.xlsx")) == ["批次汇总-2.xlsx"]


def test_the_worst_scenario_decides_the_code() -> None:
    """Ours before the user's, a stop before all."""
    assert worst([Exit.OK, Exit.NO_PLAN, Exit.BAD_INPUT, Exit.OUR_FAULT]) is Exit.OUR_FAULT
    assert worst([Exit.INFEASIBLE, Exit.STOPPED, Exit.OUR_FAULT]) is Exit.STOPPED
    assert worst([Exit.OK, Exit.NO_PLAN, Exit.INFEASIBLE]) is Exit.INFEASIBLE
    assert worst([Exit.OK]) is Exit.OK


@pytest.mark.slow
def test_a_batch_gives_the_plans_of_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two at once or alone: every table is the same, byte for byte."""
    made = generate(10, 1, 1, tmp_path / "made", name="made")
    teaching = find_scenarios(["teaching"])[0]
    code, told, _errors = batch(capsys, made, teaching, "--out", tmp_path / "out", "--workers", 2, "--gap", 0, "--json")
    assert code == Exit.OK, told
    for name, scenario in (("made", made), ("teaching", teaching)):
        alone = write_run(allocator.solve(load(scenario), gap=0.0), tmp_path / f"alone-{name}")
        assert read_run(alone).manifest["reproducible"]
        assert tables(tmp_path / "out" / name) == tables(alone)


def tables(folder: Path) -> dict[str, bytes]:
    """Bytes of every table of a run."""
    found = {file.name: file.read_bytes() for file in (folder / "tables").iterdir()}
    assert len(found) > 20
    return found


Started = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Three scenarios, a moment of work each."""
    small_world(tmp_path / "three")
    for name in ("a", "b", "c"):
        variant(tmp_path / "three", name, "")
    (tmp_path / "three" / "scenario.yaml").rename(tmp_path / "three" / "base.part")
    for name in ("a", "b", "c"):
        file = tmp_path / "three" / f"{name}.yaml"
        file.write_text(file.read_text().replace("scenario.yaml", "base.part"), encoding="utf-8")
    return tmp_path / "three"


@pytest.fixture
def started(three: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A batch of them, one at a time, in a process group of its own, in the middle of its second scenario."""
    command = [sys.executable, "-m", "allocator", "batch", str(three), "--out", str(tmp_path / "out"), "--workers", "1"]
    with subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: states(tmp_path / "out").get("b") == "running")
            # Its solver process too: the one that could be left behind.
            wait_until(lambda: len(helpers(process)) >= 2 and states(tmp_path / "out")["b"] == "running")
            yield process
        finally:
            process.kill()


def states(out: Path) -> dict[str, str]:
    """State by name, as the record has it."""
    file = out / "batch.json"
    record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"jobs": []}
    return {job["name"]: job["state"] for job in record["jobs"]}


def helpers(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Processes that a batch started: its jobs and their solvers, but for Python's own resource trackers."""
    found = psutil.Process(process.pid).children(recursive=True)
    return [child for child in found if "resource_tracker" not in " ".join(child.cmdline())]


def wait_until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for something that comes; fail when it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def whole_runs(out: Path) -> list[str]:
    """Names of the folders that can be seen; every one is a whole run."""
    folders = [path for path in out.iterdir() if path.is_dir() and path.name[0] != "." and path.name != "failed"]
    for folder in folders:
        assert {path.name for path in folder.iterdir()} == ALONE
        read_run(folder)
    return sorted(folder.name for folder in folders)


@pytest.mark.slow
def test_kill_9_in_mid_batch(
    started: subprocess.Popen[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing half done can be seen, no process runs on; going on reuses what was finished and does the rest."""
    out = tmp_path / "out"
    left = helpers(started)
    os.kill(started.pid, signal.SIGKILL)
    _gone, alive = psutil.wait_procs(left, timeout=20)
    assert alive == []
    assert whole_runs(out) == ["a"]
    first = (out / "a" / "manifest.json").read_bytes()
    (out / ".b-0123abcd").mkdir()  # what a job killed while it wrote leaves
    code, told, _errors = batch(capsys, "--out", out, "--json")
    assert code == Exit.OK
    assert [row["state"] for row in json.loads(told)["scenarios"]] == ["reused", "done", "done"]
    assert (out / "a" / "manifest.json").read_bytes() == first
    assert whole_runs(out) == ["a", "b", "c"]
    assert [path.name for path in out.iterdir() if path.name[0] == "."] == [".lock"]


@pytest.mark.slow
def test_ctrl_c_leaves_finished_runs_whole(started: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """As a terminal sends it, to the whole group: unfinished scenarios leave nothing, and the batch says so."""
    out = tmp_path / "out"
    left = helpers(started)
    os.killpg(started.pid, signal.SIGINT)
    assert started.wait(timeout=60) == Exit.STOPPED
    assert psutil.wait_procs(left, timeout=10)[1] == []
    assert states(out) == {"a": State.DONE, "b": State.STOPPED, "c": State.STOPPED}
    assert whole_runs(out) == ["a"]
    assert [path.name for path in out.iterdir() if path.name[0] == "."] == [".lock"]
    assert (out / "批次汇总.xlsx").is_file() or (out / "batch-summary.xlsx").is_file()


def test_a_gap_that_tells_nothing_is_not_shown() -> None:
    """A relaxation that did not end in time gives bounds beyond belief; no figure is better than a wrong one."""
    row = {"name": "a", "state": "done", "error": "", "label": Label(zh="甲"), "status": "time_limit"}
    rows = pd.DataFrame([{**row, "gap": gap} for gap in (0.03, 8.9, None)], columns=COLUMNS, dtype=object)
    shown = scenario_rows(BatchRows(rows, Money(), {}, synthetic=False), "zh")
    assert [None if is_missing(gap) else gap for gap in shown["gap"]] == [0.03, None, None]
    assert shown["state_text"].tolist() == ["完成"] * 3
