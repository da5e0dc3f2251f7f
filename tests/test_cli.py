"""The command line: what each command does, says and returns."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from rich.console import Console

from allocator.cli import app as app_module
from allocator.cli import main
from allocator.cli import run as run_module
from allocator.cli.exits import Exit, exit_code
from allocator.cli.language import Language, wanted_language
from allocator.cli.live import PlainLines, progress_line
from allocator.cli.scenarios import default_folder, find_scenario, shipped_names
from allocator.errors import InfeasibleError, NoPlanError, Problem, ScenarioError, SolverError
from allocator.plan.run_folder import read_run, starts_of
from allocator.plan.solve import Plan
from allocator.solving.base import Progress

MANIFEST_KEYS = {
    "status", "objective", "bound", "gap", "goals", "shortfall", "seconds", "method", "solver", "versions", "inputs",
    "policy_model", "command", "audit", "peak_memory_mb", "key",
}  # fmt: skip


class Result(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Cli = Callable[..., Result]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs the command line in this process, in English unless asked otherwise."""

    def run(*arguments: object) -> Result:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(int(end.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOCATOR_LANG", "en")


@pytest.fixture(scope="module")
def teaching_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """One run of the teaching scenario in a process of its own, from an empty folder."""
    folder = tmp_path_factory.mktemp("work")
    done = outside("run", "teaching", "--out", "done", "--time-limit", "60", cwd=folder)
    return folder / "done", done


def outside(*arguments: str, cwd: Path, **environment: str) -> Result:
    """The command line in a process of its own."""
    settings = {**os.environ, "ALLOCATOR_LANG": "en", "PYTHONIOENCODING": "utf-8", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "allocator", *arguments], cwd=cwd, env=settings, capture_output=True, check=False
    )
    encoding = settings["PYTHONIOENCODING"]
    return Result(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))


def test_a_run_leaves_tables_workbook_page_and_manifest(teaching_run: tuple[Path, Result]) -> None:
    """One command makes the whole run folder and says where it is."""
    folder, done = teaching_run
    assert done.code == Exit.OK, done.err
    assert {"manifest.json", "plan.xlsx", "report.html"} <= {path.name for path in folder.iterdir()}
    assert list(folder.rglob("payments.parquet"))
    assert list(folder.rglob("payments.csv"))
    assert str(folder.name) in done.out


def test_a_run_ends_with_a_short_table(teaching_run: tuple[Path, Result]) -> None:
    """Proof, starts by year, money by level, and what the plan gains over ranking."""
    out = teaching_run[1].out
    for words in (
        "below the best possible",
        "Start year",
        "Money from",
        "not firm yet",
        "By rank until the money is gone",
    ):
        assert words in out


def test_progress_is_told_in_plain_lines_when_nobody_watches(teaching_run: tuple[Path, Result]) -> None:
    """A log file gets phase, incumbent, bound, gap and elapsed time."""
    assert re.search(r"\| incumbent \S+ \| bound \S+ \| gap \S+ \| \d+ s", teaching_run[1].err)


def test_manifest_has_the_promised_keys_and_an_audit_without_failures(teaching_run: tuple[Path, Result]) -> None:
    """Scripts can rely on these keys."""
    manifest = json.loads((teaching_run[0] / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest) >= MANIFEST_KEYS
    assert manifest["audit"]["checks"] > 0
    assert manifest["audit"]["failures"] == 0


def test_json_prints_the_manifest_and_nothing_else(tmp_path: Path) -> None:
    """Output can be piped into another program."""
    done = outside("run", "teaching", "--out", "done", "--json", cwd=tmp_path)
    assert (done.code, done.err) == (Exit.OK, "")
    assert json.loads(done.out) == json.loads((tmp_path / "done" / "manifest.json").read_text(encoding="utf-8"))


def test_quiet_prints_the_folder_only(tmp_path: Path) -> None:
    """Batch jobs want a path."""
    done = outside("run", "teaching", "--out", "done", "--quiet", cwd=tmp_path)
    assert (done.code, done.out.strip()) == (Exit.OK, "done")


def test_a_chinese_console_that_lacks_a_character_does_not_stop_a_run(tmp_path: Path) -> None:
    """GBK consoles are common; what they cannot show is replaced."""
    done = outside("validate", "teaching", cwd=tmp_path, ALLOCATOR_LANG="zh", PYTHONIOENCODING="gbk")
    assert done.code == Exit.OK, done.err


def test_a_run_can_be_audited_and_reported_again(cli: Cli, teaching_run: tuple[Path, Result]) -> None:
    """The run folder holds everything both need."""
    folder = teaching_run[0]
    assert "all passed" in cli("audit", folder).out
    document = json.loads(cli("audit", folder, "--json").out)
    assert (document["passed"], document["failures"]) == (True, 0)
    assert "report.html" in cli("report", folder, "--lang", "en").out


@pytest.mark.parametrize("what", ["payments.parquet", "payments.csv", "accounts.parquet", "manifest.json", "inputs"])
def test_a_run_falsified_by_one_step_does_not_pass(
    cli: Cli, teaching_run: tuple[Path, Result], tmp_path: Path, what: str
) -> None:
    """Whatever is changed in a run folder, the audit ends with exit code 1 or refuses to read it."""
    folder = tmp_path / "falsified"
    shutil.copytree(teaching_run[0], folder)
    if what == "manifest.json":
        manifest = json.loads((folder / what).read_text(encoding="utf-8"))
        (folder / what).write_text(json.dumps({**manifest, "objective": manifest["objective"] + 1}), encoding="utf-8")
    elif what == "inputs":
        limits = next((folder / "inputs").rglob("*额度*.csv"), None) or next((folder / "inputs").rglob("limits.csv"))
        limits.write_bytes(limits.read_bytes().replace(b"1", b"2", 1))
    else:
        falsify(folder / "tables" / what)
    assert cli("audit", folder).code in (Exit.OUR_FAULT, Exit.BAD_INPUT)


def falsify(table: Path) -> None:
    """Add one step to the first amount of a table."""
    money = "paid" if "accounts" in table.name else "amount"
    if table.suffix == ".csv":
        frame = pd.read_csv(table, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        frame.loc[0, money] = str(Decimal(frame.loc[0, money]) + 1)
        frame.to_csv(table, index=False, encoding="utf-8-sig")
    else:
        frame = pd.read_parquet(table)
        frame.loc[0, money] += 1
        frame.to_parquet(table, index=False)


def test_runs_are_compared(cli: Cli, teaching_run: tuple[Path, Result], tmp_path: Path) -> None:
    """A copy of the run whose central grant was 20 larger differs in that limit alone."""
    folder, _ = teaching_run
    other = tmp_path / "second draft"
    shutil.copytree(folder, other)
    limits = other / "inputs" / "register" / "资金额度.csv"
    text = limits.read_text(encoding="utf-8")
    limits.write_text(text.replace("中央补助,东县,2025,90", "中央补助,东县,2025,110"), encoding="utf-8")
    shown = cli("compare", folder, other)
    assert (shown.code, shown.err) == (0, "")
    assert "second draft compared with done" in shown.out
    assert "limits·amount: changed 1 rows; total 1,750 → 1,770 (+20) 万元" in shown.out
    assert "Of 9 projects before: 9 unchanged" in shown.out
    document = json.loads(cli("compare", folder, other, "--json").out)
    assert [(row["path"], row["before"], row["after"]) for row in document["inputs"]] == [
        ("register.limits.amount", "90", "110")
    ]
    assert document["moves"] == []
    reports = tmp_path / "与上稿 对比"
    assert cli("compare", folder, other, "--out", reports).code == Exit.OK
    assert sorted(file.name for file in reports.iterdir()) == ["compare.html", "与上稿对比表.xlsx"]
    alone = cli("compare", folder)
    assert alone.code == Exit.BAD_INPUT
    assert "one run alone cannot be compared" in alone.err


def test_no_run_is_overwritten(cli: Cli, teaching_run: tuple[Path, Result]) -> None:
    """A folder that holds something is refused before any work is done."""
    refused = cli("run", "teaching", "--out", teaching_run[0])
    assert (refused.code, "not empty" in refused.err) == (Exit.BAD_INPUT, True)


def test_init_copies_an_example_that_runs(cli: Cli, tmp_path: Path) -> None:
    """A scenario of one's own starts as a copy."""
    assert cli("init", tmp_path / "mine").code == Exit.OK
    assert cli("validate", tmp_path / "mine").code == Exit.OK
    assert cli("validate", tmp_path / "mine" / "base.yaml").code == Exit.OK
    assert cli("init", tmp_path / "mine").code == Exit.BAD_INPUT


def test_generate_makes_a_usable_scenario(cli: Cli, tmp_path: Path) -> None:
    """Any size, same seed, same files."""
    for name in ("one", "two"):
        made = cli("generate", "--estates", 12, "--counties", 2, "--seed", 5, "--out", tmp_path / name)
        assert made.code == Exit.OK, made.err
    first, second = (
        {file.relative_to(root): file.read_bytes() for file in root.rglob("*.csv")}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert first == second
    assert cli("validate", tmp_path / "one").code == Exit.OK


@pytest.mark.parametrize("kind", ["lp", "mps"])
def test_export_writes_readable_names(cli: Cli, tmp_path: Path, kind: str) -> None:
    """Another solver can be asked, and a person can read the rows."""
    file = tmp_path / f"rows.{kind}"
    assert cli("export", "teaching", "--format", kind, "--out", file).code == Exit.OK
    assert "start" in file.read_text(encoding="utf-8")


def test_an_unknown_scenario_names_the_shipped_ones(cli: Cli) -> None:
    """A misspelt name comes back with the right one."""
    answer = cli("run", "teachin")
    assert (answer.code, "teaching" in answer.err) == (Exit.BAD_INPUT, True)


def test_contradicting_rules_are_told_as_infeasible(cli: Cli, tmp_path: Path) -> None:
    """Two estates that must start and exclude each other: no plan, and no traceback."""
    cli("init", tmp_path / "mine")
    case = app_module.run.__globals__["load"](tmp_path / "mine" / "base.yaml")
    one, two = case.register.projects["project"].iloc[:2]
    (tmp_path / "mine" / "clash.yaml").write_text(
        f"extends: base.yaml\nid: clash\nlocks: {{{one}: must, {two}: must}}\nexclusions: [[{one}, {two}]]\n",
        encoding="utf-8",
    )
    answer = cli("run", tmp_path / "mine" / "clash.yaml", "--out", tmp_path / "none")
    assert (answer.code, (tmp_path / "none").exists(), "Traceback" in answer.err) == (Exit.INFEASIBLE, False, False)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ScenarioError([Problem("a", "b", "c")]), 2),
        (PermissionError(13, "denied", "plan.xlsx"), 2),
        (InfeasibleError("tasks"), 3),
        (NoPlanError("none"), 4),
        (SolverError("option"), 1),
        (ValueError("ours"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(cli: Cli, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int) -> None:
    """Each kind of end has its code, a few words, and no traceback."""

    def fail(*_args: object, **_options: object) -> Any:
        raise error

    monkeypatch.setattr(run_module, "load", fail)
    answer = cli("run", "teaching")
    assert (exit_code(error), answer.code, answer.out) == (code, code, "")
    assert answer.err.strip()
    assert "Traceback" not in answer.err


def test_debug_shows_the_traceback(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever repairs the program sees where it broke."""

    def fail(*_args: object, **_options: object) -> Any:
        msg = "ours"
        raise ValueError(msg)

    monkeypatch.setattr(run_module, "load", fail)
    monkeypatch.setenv("ALLOCATOR_DEBUG", "")
    assert "Traceback" in cli("--debug", "run", "teaching").err


def test_an_error_of_ours_leaves_its_traceback_in_a_file(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The user sends one file."""

    def fail(*_args: object, **_options: object) -> Any:
        msg = "ours"
        raise ValueError(msg)

    monkeypatch.setattr(run_module, "load", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    cli("run", "teaching")
    assert "ValueError: ours" in next(tmp_path.glob("allocator-error-*.txt")).read_text(encoding="utf-8")


def test_help_names_every_command(tmp_path: Path) -> None:
    """In the language asked for, Chinese by default."""
    english = outside("--help", cwd=tmp_path).out
    chinese = outside("--help", cwd=tmp_path, ALLOCATOR_LANG="").out
    assert [name for name in app_module.COMMANDS if name not in english or name not in chinese] == []
    assert "Check a run again" in english
    assert "Check a run again" not in chinese
    assert re.search(r"[\u4e00-\u9fff]", chinese)


@pytest.mark.parametrize("command", list(app_module.COMMANDS))
def test_every_option_has_help(cli: Cli, command: str) -> None:
    """No option or argument of any command is left unexplained."""
    assert cli(command, "--help").code == Exit.OK
    group: Any = app_module.command_group()
    parameters = [parameter for parameter in group.commands[command].params if parameter.name != "help"]
    assert [parameter.name for parameter in parameters if not getattr(parameter, "help", "")] == []
    assert group.commands[command].help


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        ([], Language.en),
        (["run", "x", "--lang", "zh"], Language.zh),
        (["--lang=zh"], Language.zh),
        (["--lang"], Language.zh),
    ],
)
def test_language_is_known_before_parsing(arguments: list[str], language: Language) -> None:
    """The option wins over the environment."""
    assert wanted_language(arguments) == language


def test_shipped_scenarios_go_by_name() -> None:
    """A folder's name means its base; a variant is named after it."""
    assert {"teaching", "xianning-synthetic", "published-estates"} <= set(shipped_names())
    assert [find_scenario(name) for name in shipped_names() if not find_scenario(name).is_file()] == []


def test_two_runs_in_one_second_get_two_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch never collides with itself."""
    monkeypatch.chdir(tmp_path)
    first = default_folder("case")
    first.mkdir(parents=True)
    assert default_folder("case") != first


def test_progress_line_shows_what_is_known() -> None:
    """What is not known yet is a dash."""
    known = Progress(phase="points", incumbent=1200.0, bound=1250.0, gap=0.0416, elapsed=12.3)
    unknown = Progress(phase="build", incumbent=None, bound=None, gap=None, elapsed=0.2)
    assert progress_line(known, known.elapsed).endswith("| incumbent 1,200 | bound 1,250 | gap 4.16% | 12 s")
    assert progress_line(unknown, unknown.elapsed).endswith("| incumbent - | bound - | gap - | 0 s")


def test_plain_lines_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    """A log file gets a line at each change of phase, not one at each report."""
    lines = PlainLines(Console(highlight=False))
    for phase in ("build", "build", "points", "points"):
        lines.update(Progress(phase=phase, incumbent=None, bound=None, gap=None, elapsed=0.0))
    assert len(capsys.readouterr().out.strip().splitlines()) == 2


def test_a_plan_outlives_its_reports(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, teaching_run: tuple[Path, Result]
) -> None:
    """A report that fails costs neither the plan nor the promise that run folders are whole."""
    kept = read_run(teaching_run[0])

    def fail(*_args: object) -> Any:
        msg = "layout"
        raise ValueError(msg)

    monkeypatch.setattr(run_module, "solve", lambda case, **_options: Plan(case, kept.tables, kept.manifest))
    monkeypatch.setattr(run_module, "write_reports", fail)
    answer = cli("run", "teaching", "--out", tmp_path / "done", "--quiet")
    assert (answer.code, "done-no-reports" in answer.err) == (Exit.OUR_FAULT, True)
    assert [path.name for path in tmp_path.iterdir()] == ["done-no-reports"]
    assert cli("report", tmp_path / "done-no-reports").code == Exit.OK


def test_a_report_for_the_public_lies_beside_the_internal_ones(
    cli: Cli, teaching_run: tuple[Path, Result], tmp_path: Path
) -> None:
    """Only the workbook, under its own name, in the folder asked for."""
    answer = cli("report", teaching_run[0], "--out", tmp_path / "new" / "public", "--audience", "公示")
    assert (answer.code, [path.name for path in (tmp_path / "new" / "public").iterdir()]) == (0, ["plan-公示.xlsx"])


def test_a_run_may_keep_to_the_plan_of_another(cli: Cli, tmp_path: Path) -> None:
    """Its starts become the adopted plan, in the copied inputs too; what differs is a table with reasons."""
    first, second = tmp_path / "first", tmp_path / "second"
    assert cli("run", "teaching", "--out", first, "--quiet").code == Exit.OK
    assert cli("run", "teaching", "--adopt", first, "--out", second, "--quiet").code == Exit.OK
    before, after = read_run(first), read_run(second)
    assert after.case.scenario.adopted == starts_of(before)
    assert after.tables["moves"].empty
    assert after.tables["projects"].equals(before.tables["projects"])
    goals: Any = after.manifest["goals"]
    assert [(goal["id"], goal["value"]) for goal in goals if goal["id"] == "changes"] == [("changes", 0)]
