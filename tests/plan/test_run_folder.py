"""A run folder appears whole or not at all, and reads back as it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import allocator
from allocator.errors import ScenarioError
from allocator.inputs.load import load
from allocator.plan import run_folder
from allocator.plan.result import Plan
from allocator.plan.run_folder import read_run, write_run
from allocator.plan.tables import TABLES
from tests.worlds import write_world


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of the tiny world."""
    return allocator.solve(load(write_world(tmp_path_factory.mktemp("world"))), time_limit=60)


@pytest.fixture
def run(plan: Plan, tmp_path: Path) -> Path:
    """A run folder of it."""
    return write_run(plan, tmp_path / "run")


def test_round_trip(plan: Plan, run: Path) -> None:
    """Same tables in whole steps, same manifest, and a case of its own that is the same."""
    back = read_run(run)
    assert list(back.tables) == [*TABLES, "prices"]
    for name in TABLES:
        pd.testing.assert_frame_equal(back.tables[name], plan.tables[name], check_dtype=False)
    assert {k: v for k, v in back.manifest.items() if k != "scenario_file"} == json.loads(json.dumps(plan.manifest))
    assert back.case.scenario == plan.case.scenario
    for sheet in ("estates", "items", "limits", "pledges"):
        pd.testing.assert_frame_equal(getattr(back.case.register, sheet), getattr(plan.case.register, sheet))


def test_money_is_written_in_its_unit(plan: Plan, run: Path) -> None:
    """Exact decimals, in both forms of a table; spreadsheets see the encoding."""
    steps = plan.tables["payments"]["amount"].tolist()
    assert steps
    written = pd.read_parquet(run / "tables" / "payments.parquet")["amount"]
    text = (run / "tables" / "payments.csv").read_bytes()
    shown = pd.read_csv(run / "tables" / "payments.csv", dtype=str, encoding="utf-8-sig")["amount"]
    assert [int(amount * 100) for amount in written] == steps
    assert [round(float(amount) * 100) for amount in shown] == steps
    assert text.startswith(b"\xef\xbb\xbf")


def test_a_folder_that_is_not_empty_is_refused(plan: Plan, tmp_path: Path) -> None:
    """Nothing of the user's is overwritten; an empty folder is taken."""
    (tmp_path / "own").mkdir()
    write_run(plan, tmp_path / "own")
    before = sorted(path.name for path in (tmp_path / "own").iterdir())
    with pytest.raises(ScenarioError):
        write_run(plan, tmp_path / "own")
    assert sorted(path.name for path in (tmp_path / "own").iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_nothing_is_half_written(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """When writing fails on the way, not even a scratch folder is left."""
    written: list[str] = []

    def failing(plan: Plan, name: str, table: Any, folder: Path) -> None:
        written.append(name)
        (folder / name).write_text("half")
        if len(written) == 3:
            raise error

    monkeypatch.setattr(run_folder, "_write_table", failing)
    with pytest.raises(type(error)):
        write_run(plan, tmp_path / "run")
    assert (len(written), list(tmp_path.iterdir())) == (3, [])


def test_damage_is_told(run: Path) -> None:
    """A table that is missing, damaged, or holds a part of a step; a manifest that is none."""
    table = run / "tables" / "payments.parquet"
    whole = table.read_bytes()
    frame = pd.read_parquet(table)
    frame["amount"] = frame["amount"].map(float) + 0.001
    frame.to_parquet(table)
    with pytest.raises(ScenarioError, match="payments"):
        read_run(run)
    table.write_bytes(whole[:100])
    with pytest.raises(ScenarioError, match="payments"):
        read_run(run)
    table.unlink()
    with pytest.raises(ScenarioError, match="payments"):
        read_run(run)
    for text in ("{", "{}", "[]"):
        (run / "manifest.json").write_text(text)
        with pytest.raises(ScenarioError, match="manifest"):
            read_run(run)


def test_a_manifest_cannot_lead_outside(run: Path) -> None:
    """The scenario of a run lies in its folder."""
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    (run / "manifest.json").write_text(json.dumps({**manifest, "scenario_file": "../elsewhere.yaml"}))
    with pytest.raises(ScenarioError, match="manifest"):
        read_run(run)


def test_what_is_no_run_folder_is_told(tmp_path: Path) -> None:
    """An empty folder, and none at all."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ScenarioError, match="manifest"):
            read_run(folder)
