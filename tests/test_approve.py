"""Versions and approval: what a draft says of itself, and what a sealed run no longer lets happen."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple, NoReturn

import openpyxl
import pandas as pd
import pytest

import allocator
from allocator.cli import main
from allocator.cli import run as run_module
from allocator.cli.exits import Exit
from allocator.errors import NoPlanError, ScenarioError
from allocator.inputs.case import Case
from allocator.inputs.load import load
from allocator.inputs.schemas.draft import Draft, Parent
from allocator.inputs.yaml_files import sha256
from allocator.plan.audit import audit
from allocator.plan.run_folder import read_run, write_run
from allocator.plan.seal import SEAL, read_seal
from allocator.reporting import write_reports
from tests.worlds import SCENARIO, write_world

DRAFT = """\
draft:
  version: 二上
  parent: {run: 一上, hash: 0123456789ab, sealed: true}
  prepared_by: 甲某
  reviewed_by: 乙某
  document: 示例财〔2025〕2号
"""
LIMITS = """\
资金来源,县(市、区),年度,额度(万元),落实程度,文号
县级配套,东县,2025,50,已下达,东财〔2025〕1号
县级配套,东县,2026,40,预计,
县级配套,西县,2025,10,预计,
县级配套,西县,2026,0,预计,
"""
APPROVAL = ("--by", "某市人大常委会", "--document", "示例人〔2025〕3号", "--date", "2025-02-20")


class Result(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def cli(*arguments: object) -> Result:
    """The command line in this process, in English unless asked otherwise."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    return Result(int(end.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOCATOR_LANG", "en")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the tiny world, as a second draft."""
    folder = tmp_path_factory.mktemp("world")
    path = write_world(folder, scenario=SCENARIO + DRAFT, sheets={"资金额度": LIMITS})
    made = write_run(allocator.solve(load(path), time_limit=60), folder / "run")
    write_reports(read_run(made), made, "zh")
    return made


@pytest.fixture(scope="module")
def approved(written: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The run, approved; and what the command said."""
    folder = shutil.copytree(written, tmp_path_factory.mktemp("approved") / "二上")
    return folder, cli("approve", folder, *APPROVAL, "--version", "人大批准", "--lang", "zh")


@pytest.fixture
def run(written: Path, tmp_path: Path) -> Path:
    """A copy of the draft to do things to."""
    return shutil.copytree(written, tmp_path / "二上")


@pytest.fixture
def sealed(approved: tuple[Path, Result], tmp_path: Path) -> Path:
    """A copy of the approved run to do things to."""
    return shutil.copytree(approved[0], tmp_path / "二上")


def head(path: Path) -> str:
    """The first lines of the workbook's first sheet."""
    rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(max_row=4, values_only=True)
    return " ".join(str(value) for row in rows for value in row if value)


def test_a_draft_says_what_it_is(written: Path) -> None:
    """Manifest, workbook and page tell version, parent and document; the signature line has the names."""
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["draft"] == {
        "version": "二上", "parent": {"run": "一上", "hash": "0123456789ab", "sealed": True}, "prepared_by": "甲某",
        "reviewed_by": "乙某", "approved_by": "", "document": "示例财〔2025〕2号",
    }  # fmt: skip
    told = "二上稿 · 示例财〔2025〕2号 · 承接 一上(校验码 0123456789ab)"
    assert told in head(written / "plan.xlsx")
    assert told in (written / "report.html").read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(written / "plan.xlsx").worksheets[0]
    signed = [str(row[0]) for row in sheet.iter_rows(values_only=True) if row[0] and "审核人" in str(row[0])]
    assert [("填表人:甲某" in line, "审核人:乙某" in line, "单位负责人:___" in line) for line in signed] == [
        (True,) * 3
    ]


def test_the_audit_notices_a_changed_version(written: Path) -> None:
    """A draft does not become an approved plan by editing the manifest."""
    kept = read_run(written)
    assert audit(kept.case, kept.tables, kept.manifest).passed
    for draft in (None, {**dict(kept.manifest["draft"]), "version": "人大批准"}):  # type: ignore[call-overload]
        found = audit(kept.case, kept.tables, {**kept.manifest, "draft": draft})
        assert [finding.place for finding in found.failures] == ["draft"]


def test_a_wrong_version_word_lists_the_right_ones(tmp_path: Path) -> None:
    """Six words and no others."""
    path = write_world(tmp_path, scenario=SCENARIO + "draft: {version: 三上}\n")
    with pytest.raises(ScenarioError, match=r"draft\.version") as error:
        load(path)
    assert [
        word for word in ("一上", "一下", "二上", "二下", "人大批准", "中期调整") if word not in str(error.value)
    ] == []


def test_approving_seals_the_run(approved: tuple[Path, Result], tmp_path: Path) -> None:
    """Read-only, with a hash that is printed, on later reports, and found whole by the audit."""
    run, done = approved
    seal = read_seal(run)
    assert seal is not None, done.err
    assert (done.code, seal.short in done.out, seal.approval.version) == (0, True, "人大批准")
    assert "人大批准稿 · 示例财〔2025〕2号" in head(run / "plan.xlsx")
    assert "批准:某市人大常委会 示例人〔2025〕3号 2025-02-20" in head(run / "plan.xlsx")
    assert seal.short in cli("audit", run).out
    assert json.loads(cli("audit", run, "--json").out)["seal"] == seal.hash
    assert cli("report", run, "--out", tmp_path / "later", "--lang", "zh").code == 0
    assert f"校验码 {seal.short}" in head(tmp_path / "later" / "plan.xlsx")
    assert f"校验码 {seal.short}" in (tmp_path / "later" / "report.html").read_text(encoding="utf-8")


def test_the_public_is_told_the_document_but_no_names(approved: tuple[Path, Result], tmp_path: Path) -> None:
    """Version, document, date and hash are public; who signed, and which draft came before, are not."""
    assert cli("report", approved[0], "--out", tmp_path / "public", "--audience", "公示", "--lang", "zh").code == 0
    book = openpyxl.load_workbook(tmp_path / "public" / "plan-公示.xlsx")
    texts = " ".join(str(v) for sheet in book for row in sheet.iter_rows(values_only=True) for v in row if v)
    assert "批准:示例人〔2025〕3号 2025-02-20 · 校验码" in texts
    assert [name for name in ("甲某", "乙某", "人大常委会", "承接") if name in texts] == []


def test_a_sealed_run_stays_as_it_is(approved: tuple[Path, Result]) -> None:
    """It is not approved again, and no report is written into it."""
    run = approved[0]
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    again, reported = cli("approve", run, *APPROVAL), cli("report", run)
    assert (again.code, reported.code) == (2, 2)
    assert ["sealed" in answer.err and "another folder" in answer.err for answer in (again, reported)] == [True, True]
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("what", ["payments.parquet", "payments.csv", "manifest", "inputs"])
def test_a_falsified_run_is_not_approved(run: Path, what: str) -> None:
    """Tables, their copies, manifest or inputs: the audit comes before the seal."""
    falsify(run, what)
    refused = cli("approve", run, *APPROVAL)
    assert (refused.code in (1, 2), bool(refused.err), (run / SEAL).exists()) == (True, True, False)


def falsify(run: Path, what: str) -> None:
    """Change one thing in a run folder."""
    if what == "manifest":
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
        (run / "manifest.json").write_text(json.dumps({**manifest, "shortfall": "123.45"}), encoding="utf-8")
    elif what == "inputs":
        file = next((run / "inputs").rglob("资金额度.csv"))
        file.write_bytes(file.read_bytes().replace(b"50", b"60", 1))
    else:
        file = run / "tables" / what
        frame = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, encoding="utf-8-sig")
        frame.loc[0, "amount"] = frame.loc[0, "amount"] + 1
        frame.to_parquet(file) if file.suffix == ".parquet" else frame.to_csv(file, index=False, encoding="utf-8-sig")


def test_the_audit_names_what_changed_after_the_seal(sealed: Path) -> None:
    """Also what the audit of a draft does not look at: a workbook, a file too many; and no report is made of it."""
    (sealed / "plan.xlsx").chmod(0o644)
    (sealed / "plan.xlsx").write_bytes(b"other figures")
    (sealed / "note.txt").write_text("more", encoding="utf-8")
    answer = cli("audit", sealed)
    assert (answer.code, "plan.xlsx" in answer.err, "note.txt" in answer.err) == (1, True, True)
    document = json.loads(cli("audit", sealed, "--json").out)
    assert (document["passed"], document["failures"], document["seal"]) == (False, 2, None)
    assert cli("report", sealed, "--out", sealed.parent / "later").code == 1


@pytest.mark.parametrize("sealed_before", [True, False])
def test_a_draft_follows_the_run_it_names(
    approved: tuple[Path, Result], written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sealed_before: bool
) -> None:
    """The options of a run fill in version and parent: the parent's seal, or its manifest when it has none."""
    drafts: list[Draft | None] = []

    def keep_draft(case: Case, **_options: object) -> NoReturn:
        drafts.append(case.scenario.draft)
        raise NoPlanError

    monkeypatch.setattr(run_module, "solve", keep_draft)
    before = approved[0] if sealed_before else written
    answer = cli("run", write_world(tmp_path), "--out", tmp_path / "next", "--draft", "二下", "--parent", before)
    assert answer.code == Exit.NO_PLAN, answer.err
    seal = read_seal(before)
    expected = seal.hash if seal else sha256(before / "manifest.json")
    parent = Parent(run=before.name, hash=expected, sealed=sealed_before)
    assert drafts == [Draft(version="二下", parent=parent)]


def test_a_parent_without_version_is_told(written: Path, tmp_path: Path) -> None:
    """What follows a draft is a draft itself."""
    answer = cli("run", write_world(tmp_path), "--out", tmp_path / "next", "--parent", written)
    assert (answer.code, "draft.version" in answer.err) == (2, True)


def test_forms_of_a_sealed_run_lie_elsewhere_and_carry_its_hash(approved: tuple[Path, Result], tmp_path: Path) -> None:
    """The hand-in set is refused inside the run; outside, every form has the hash, county by county too."""
    run = approved[0]
    assert cli("forms", run, "--out", run / "forms").code == Exit.BAD_INPUT
    assert not (run / "forms").exists()
    done = cli("forms", run, "--out", tmp_path / "forms", "--form", "funding", "--per-county", "--lang", "zh")
    seal = read_seal(run)
    assert seal is not None
    names = ["东县-资金筹措表.xlsx", "西县-资金筹措表.xlsx"]
    assert (done.code, sorted(path.name for path in (tmp_path / "forms").iterdir())) == (0, names)
    assert all(f"校验码 {seal.short}" in head(tmp_path / "forms" / name) for name in names)


def test_forms_compare_with_the_run_before(approved: tuple[Path, Result], written: Path, tmp_path: Path) -> None:
    """One command makes 与上稿对比表; without the other run it is asked for."""
    asked = cli("forms", approved[0], "--out", tmp_path / "forms", "--form", "comparison")
    assert (asked.code, "--against" in asked.err) == (Exit.BAD_INPUT, True)
    done = cli("forms", approved[0], "--out", tmp_path / "forms", "--form", "comparison", "--against", written)
    assert (done.code, len(list((tmp_path / "forms").iterdir()))) == (0, 1)
