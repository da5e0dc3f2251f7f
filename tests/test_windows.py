"""What Windows, WPS and Chinese consoles ask for, as far as any system can show it."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import allocator
from allocator.cli import main
from allocator.cli.exits import Exit
from allocator.cli.scenarios import check_new, default_folder
from allocator.errors import ScenarioError
from allocator.files import windows_keeps
from allocator.i18n import LOCALE
from allocator.inputs.copying import changes_file, copy_inputs
from allocator.inputs.load import load
from allocator.plan import keeping
from allocator.plan.keeping import keep
from allocator.plan.result import Plan
from allocator.plan.run_folder import Run, read_run, write_run
from allocator.reporting.layout import load_words
from tests.worlds import SHEETS, write_world

ROOT = Path(allocator.__file__).parent
LIMITS = SHEETS["资金额度"].replace("合计", "2026") + "县级配套,西县,2025,0,预计,\n"
"""Limits by year."""

FOLDER = "老旧小区 改造 (一上)"
"""A folder as people name them: blanks, brackets and Chinese."""

STORY = """
import contextlib, multiprocessing, sys
multiprocessing.set_start_method("spawn", force=True)
from allocator.cli import app, main
app.survive_any_encoding = lambda: None  # every character must be one of the console's own
for line in sys.argv[1:]:
    print("##", line, flush=True)
    try:
        main(line.split("|"))
    except SystemExit as end:
        print("##", end.code or 0, flush=True)
"""
"""A program that runs several commands, one per argument, their words divided by bars."""


def told(lines: list[str], cwd: Path, encoding: str, **environment: str) -> str:
    """What the commands ``lines`` print in a process of their own whose console has ``encoding``, strictly."""
    settings = {**os.environ, "PYTHONIOENCODING": f"{encoding}:strict", "PYTHONUTF8": "0", **environment}
    program = [sys.executable, "-X", "warn_default_encoding", "-c", STORY, *lines]
    done = subprocess.run(program, cwd=cwd, env=settings, capture_output=True, check=False)
    text = done.stdout.decode(encoding) + done.stderr.decode(encoding)
    assert (done.returncode, "UnicodeEncodeError" in text, "EncodingWarning" in text) == (0, False, False), text
    return text


def codes(text: str) -> list[int]:
    """Exit codes of the commands of a story."""
    return [int(code) for code in re.findall(r"^## (\d+)\r?$", text, re.MULTILINE)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the tiny world, in a folder with blanks and Chinese; one sheet in GBK, one with a mark and CRLF."""
    folder = tmp_path_factory.mktemp("space") / FOLDER
    sheets: Mapping[str, str | bytes | None] = {
        "小区": SHEETS["小区"].replace("\n", "\r\n").encode("utf-8-sig"),
        "资金额度": LIMITS.encode("gbk"),
    }
    write_world(folder, sheets=sheets).rename(folder / "情景 文件.yaml")
    return folder


@pytest.mark.slow
def test_all_commands_work_in_a_gbk_console_and_a_folder_with_blanks(world: Path) -> None:
    """Started by spawning, in Chinese, without a character that GBK lacks; the same run is written whole."""
    lines = [
        "validate|情景 文件.yaml",
        "run|情景 文件.yaml|--out|运行 结果/第一稿|--time-limit|60",
        "audit|运行 结果/第一稿",
        "report|运行 结果/第一稿",
        "compare|运行 结果/第一稿|运行 结果/第一稿|--out|对比 结果",
        "export|情景 文件.yaml|--out|导出 文件.mps",
        "run|没有 的.yaml",
    ]
    text = told(lines, world, "gbk", ALLOCATOR_LANG="zh", LANG="zh_CN.GBK")
    assert codes(text) == [0, 0, 0, 0, 0, 0, 2], text
    written = {path.relative_to(world).as_posix() for path in world.rglob("*") if path.is_file()}
    assert {
        "运行 结果/第一稿/manifest.json",
        "运行 结果/第一稿/plan.xlsx",
        "运行 结果/第一稿/tables/payments.csv",
        "对比 结果/与上稿对比表.xlsx",
        "对比 结果/compare.html",
        "导出 文件.mps",
    } <= written
    assert not any("/." in f"/{name}" for name in written)


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_help_of_every_command_can_be_shown_by_a_gbk_console(language: str, tmp_path: Path) -> None:
    """Nothing has to be replaced."""
    from allocator.cli.app import COMMANDS  # noqa: PLC0415 - imported when the language is known

    text = told(["--help", *(f"{name}|--help" for name in COMMANDS)], tmp_path, "gbk", ALLOCATOR_LANG=language)
    assert codes(text) == [0] * (len(COMMANDS) + 1)


def test_messages_and_words_are_in_gbk() -> None:
    """Every message of the catalogue and every word of the reports, in both languages: terminals show both."""
    with (LOCALE / "zh" / "LC_MESSAGES" / "allocator.po").open("rb") as file:
        entries = [text for message in read_po(file) for text in (message.id, message.string) if isinstance(text, str)]
    labels = [
        text for part in load_words().sections.values() for entry in part.values() for text in (entry.zh, entry.en)
    ]
    assert len(entries) > 500
    assert [text for text in (*entries, *labels) if not _in_gbk(text)] == []


def _in_gbk(text: str) -> bool:
    # a superscript two stands in m², in reports alone
    return text.replace("²", "2").encode("gbk", errors="replace").decode("gbk") == text.replace("²", "2")


# files


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of the tiny world."""
    return allocator.solve(
        load(write_world(tmp_path_factory.mktemp("world"), sheets={"资金额度": LIMITS})), time_limit=60
    )


@pytest.fixture
def run(plan: Plan, tmp_path: Path) -> Path:
    """A run folder of it."""
    return write_run(plan, tmp_path / "run")


def one_report(run: Run, folder: Path, language: str) -> None:
    """A report that is quickly written."""
    (folder / "plan.xlsx").write_text(f"{run.case.scenario.id} {language}", encoding="utf-8", newline="\n")


def test_tables_open_in_spreadsheet_programs(run: Path) -> None:
    """A mark says that they are UTF-8, lines end as Windows wants them, on every system."""
    files = sorted((run / "tables").glob("*.csv"))
    contents = [file.read_bytes() for file in files]
    assert len(files) > 10
    assert {content.startswith(b"\xef\xbb\xbf") for content in contents} == {True}
    assert {content.count(b"\r\n") == content.count(b"\n") > 0 for content in contents} == {True}


def test_a_workbook_that_is_open_elsewhere_is_kept(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Windows refuses to replace it: the cure is told, the exit code says whose fault it is, no scratch file stays."""
    one_report(read_run(run), run, "zh")
    before, move = fingerprints(run), Path.replace

    def held(self: Path, target: Path) -> Path:
        if Path(target).name == "plan.xlsx":
            raise PermissionError(13, "in use", str(target))
        return move(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(SystemExit) as end:
        main(["report", str(run), "--lang", "zh"])
    told_there = capsys.readouterr().err
    assert end.value.code == Exit.BAD_INPUT
    assert "plan.xlsx" in told_there
    assert "请在打开它的程序中关闭" in told_there
    assert fingerprints(run) == before


def test_a_plan_whose_folder_cannot_be_moved_is_kept_under_another_name(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have taken hours: it is whole, and the error says where; an older run stays where it was."""
    folder = keep(plan, tmp_path / "run", one_report, "zh").path
    before = fingerprints(folder)

    def move(source: Path, target: Path) -> Path:
        if target == folder and source.name == "run":
            raise PermissionError(13, "in use", str(target))
        return source.replace(target)

    monkeypatch.setattr(keeping, "move_folder", move)
    with pytest.raises(PermissionError) as error:
        keep(plan, folder, one_report, "zh", instead=True)
    kept = tmp_path / "run-unmoved"
    assert str(kept) in error.value.__notes__[0]
    assert read_run(kept).tables["payments"].equals(read_run(folder).tables["payments"])
    assert fingerprints(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run-unmoved"]


def test_a_plan_that_can_be_moved_nowhere_stays_where_it_was_written(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even then is it thrown away."""

    def held(source: Path, target: Path) -> Path:
        raise PermissionError(13, "in use", str(target))

    monkeypatch.setattr(keeping, "move_folder", held)
    with pytest.raises(PermissionError) as error:
        keep(plan, tmp_path / "run", one_report, "zh")
    (left,) = tmp_path.iterdir()
    assert str(left / "run") in error.value.__notes__[0]
    assert (left / "run" / "plan.xlsx").is_file()
    assert read_run(left / "run").manifest["status"] == plan.status


def test_a_protected_run_folder_can_be_read(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Approved runs lie on shares where nobody writes: audit and comparison change nothing there."""
    paths = [run, *run.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = fingerprints(run)
    try:
        ended = []
        for command in (["audit", str(run), "--json"], ["compare", str(run), str(run), "--json"]):
            with pytest.raises(SystemExit) as end:
                main(command)
            ended.append(end.value.code or 0)
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert ended == [0, 0], capsys.readouterr().err
    assert fingerprints(run) == before


def fingerprints(folder: Path) -> dict[str, str]:
    """Hash of every file by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# names


@pytest.mark.parametrize("name", ["CON", "一上.", "a:b", "nul.2025", "..\\..\\x", "../x", "x" * 80, "小" * 80])
def test_ids_become_folder_names_that_every_system_keeps(name: str) -> None:
    """No id leads out of the folder of runs, names a device, or is too long."""
    folder = default_folder(name)
    assert folder.parent == Path("runs")
    assert windows_keeps(folder.name)
    assert len(f".{folder.name}-12345678-no-reports".encode()) <= 255


@pytest.mark.parametrize("name", ["CON", "nul.txt", "一上.", "a:b", "what?"])
def test_a_run_folder_that_windows_cannot_keep_is_refused(name: str, tmp_path: Path) -> None:
    """Before anything is solved, on every system: folders are carried about."""
    with pytest.raises(ScenarioError, match="Windows"):
        check_new(tmp_path / name)


def test_input_files_that_differ_by_capitals_alone_are_refused(tmp_path: Path) -> None:
    """On Windows the copy of one would overwrite the other; the run's own scenario file clashes with none."""
    case = load(write_world(tmp_path / "world"))
    origins = {**case.origins, "Scenario.yaml": case.origins["scenario.yaml"]}
    hashes = {**case.files, "Scenario.yaml": case.files["scenario.yaml"]}
    clashing = allocator.Case(**{**vars(case), "origins": origins, "files": hashes})
    with pytest.raises(ScenarioError, match=r"scenario\.yaml, Scenario\.yaml"):
        copy_inputs(clashing, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert changes_file("a.yaml", {}, ["Run-Scenario.yaml"])[0] == "run-scenario-2.yaml"


# what is in our workbooks


PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core|custom)\.xml|xl/(workbook|styles|sharedStrings)\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/theme/theme1\.xml|xl/worksheets/(sheet\d+\.xml|_rels/sheet\d+\.xml\.rels)"
    r"|xl/comments\d+\.xml|xl/drawings/vmlDrawing\d+\.vml"
)
"""Parts that every version of WPS and Excel since 2007 reads: notes of the old kind, no threads, macros, or links."""

UNKNOWN_TO_WPS = re.compile(
    r'<f[ >]|t="array"|cm="|vm="|dynamicArray|threadedComment|richData|<extLst|x14:|xr:|mc:AlternateContent'
)
"""Formulas, dynamic arrays and extensions of newer Excel."""


def test_workbooks_hold_only_what_wps_knows(run: Path, tmp_path: Path) -> None:
    """The plan, the comparison, and the workbook a county fills in."""
    for command in (
        ["report", str(run)],
        ["compare", str(run), str(run), "--out", str(tmp_path / "compared")],
        ["template", "--county", "咸安区", "--out", str(tmp_path / "填报表.xlsx")],
    ):
        with pytest.raises(SystemExit):
            main(command)
    books = [run / "plan.xlsx", tmp_path / "compared" / "与上稿对比表.xlsx", tmp_path / "填报表.xlsx"]
    strange = {(book.name, part, found) for book in books for part, found in _strange(book)}
    assert strange == set()


def _strange(book: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(book) as parts:
        for name in parts.namelist():
            if not PARTS.fullmatch(name):
                yield name, ""
            elif name.startswith("xl/worksheets"):
                yield from ((name, found) for found in UNKNOWN_TO_WPS.findall(parts.read(name).decode()))


# how the code writes


def test_texts_are_written_in_one_encoding_with_chosen_line_ends() -> None:
    """Otherwise Windows would write GBK, and CRLF where hashes are taken."""
    careless = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in sorted(ROOT.rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _opens_text(call) and not {"encoding", "newline"} <= _given(call)
    ]
    assert careless == []


def _given(call: ast.Call) -> set[str]:
    return {keyword.arg or "" for keyword in call.keywords}


def _opens_text(call: ast.Call) -> bool:
    """Whether it writes text to a file that somebody keeps."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    modes = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    is_null = "devnull" in ast.unparse(call)
    return name == "write_text" or (
        name == "open" and any("w" in mode and "b" not in mode for mode in modes) and not is_null
    )
