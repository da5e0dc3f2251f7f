"""Collecting the counties' tables: ten ugly workbooks give exactly one register, and nothing happens in silence."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from allocator.cli import main
from allocator.cli.scenarios import find_scenario
from allocator.i18n import language, use_language
from allocator.inputs.case import Case
from allocator.inputs.intake.merge import Collected, collect
from allocator.inputs.intake.setting import Setting, read_setting
from allocator.inputs.intake.words import load_intake_words
from allocator.inputs.intake.written import ids_of, write_collected
from allocator.inputs.load import load
from allocator.inputs.raw_tables import read_tables
from allocator.inputs.register_sheets import SHEETS
from allocator.inputs.write_register import written_cell
from tests.inputs.intake.books import write_book
from tests.inputs.intake.filled import fill_templates
from tests.inputs.intake.ugly import IDENTITY, MOBILE, write_ugly

GOLDEN = Path(__file__).parent / "golden"
ESTATES = [
    ["小区编号", "小区名称", "户数", "楼栋数", "建筑面积(平方米)", "已有社区服务设施"],
    ["A-1", "东门院", 40, 2, 3000, 0],
]
ITEMS = [["改造项编号", "小区编号", "改造内容", "造价(万元)"], ["A-1-1", "A-1", "屋面修缮", 12]]

Table = list[list[object]]


@pytest.fixture(scope="module", autouse=True)
def _english() -> object:
    before = language()
    use_language("en")
    yield
    use_language(before)


@pytest.fixture(scope="module")
def setting() -> Setting:
    """The shipped city without its register."""
    return read_setting(find_scenario("xianning-synthetic"))


@pytest.fixture(scope="module")
def ugly(tmp_path_factory: pytest.TempPathFactory, setting: Setting) -> tuple[Collected, Path]:
    """The ten workbooks collected, and the folder of what was written."""
    folder = tmp_path_factory.mktemp("ugly")
    collected = collect(write_ugly(folder / "各县 报来"), setting, load_intake_words())
    write_collected(collected, folder / "汇总 结果", "zh")
    return collected, folder / "汇总 结果"


@pytest.fixture
def returned(tmp_path: Path, setting: Setting) -> Callable[..., Collected]:
    """Collects one workbook of 咸安区 with the given estates and items, or other sheets."""

    def run(estates: Table = ESTATES, items: Table = ITEMS, name: str = "咸安区.xlsx", **sheets: Table) -> Collected:
        write_book(tmp_path / "in" / name, {"小区": estates, "改造项": items, **sheets})
        return collect(tmp_path / "in", setting, load_intake_words())

    return run


def said(collected: Collected) -> list[tuple[str, str, str]]:
    """Severity, cell and finding of every remark."""
    return [(each.severity, f"{each.page}!{each.cell}", each.finding) for each in collected.log.remarks]


def changed(table: Table, row: int, column: int, value: object) -> Table:
    """``table`` with one cell changed."""
    copy = [list(line) for line in table]
    copy[row][column] = value
    return copy


# --- the ten workbooks -------------------------------------------------------------------------------------------


def register_lines(collected: Collected) -> list[str]:
    """Every row of the register: its values as written, and the cell each came from."""
    money = collected.setting.scenario.money
    return [
        f"{sheet.key} " + " ".join(
            f"{column.key}={written_cell(column, row.values[column.key], money)}"
            for column in sheet.columns if column.key in row.values
        )
        for sheet in SHEETS for row in collected.records[sheet.key]
    ]  # fmt: skip


def conversion_lines(collected: Collected) -> list[str]:
    """Every conversion: place, what stood there, what it became, rule."""
    return [
        f"{each.file}[{each.page}]{each.cell} {each.sheet}.{each.column}: "
        f"{each.found!r} -> {each.became!r} ({each.rule})"
        for each in collected.log.conversions
    ]


def remark_lines(collected: Collected) -> list[str]:
    """Every remark as a county gets it."""
    return [
        f"{each.severity} {each.file}[{each.page}]{each.cell} {each.heading} {each.found!r}: "
        f"{each.finding} -> {each.cure}"
        for each in collected.log.remarks
    ]


def other_lines(collected: Collected) -> list[str]:
    """What was dropped and not taken, totals, and counties of files."""
    log = collected.log
    return [
        *(
            f"dropped {each.file}[{each.page}]{each.place} {each.heading} {each.kind} {each.cells}"
            for each in log.dropped
        ),
        *(f"not taken {each.file}[{each.page}] {each.what}" for each in log.not_taken),
        *(f"totals {file} {checked.held}/{checked.compared}" for file, checked in collected.totals.items()),
        *(f"county {file} {county}" for file, county in collected.counties.items()),
    ]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("register", register_lines),
        ("conversions", conversion_lines),
        ("remarks", remark_lines),
        ("others", other_lines),
    ],
)
def test_the_ten_workbooks_give_exactly_this(
    name: str, lines: Callable[[Collected], list[str]], ugly: tuple[Collected, Path], request: pytest.FixtureRequest
) -> None:
    """Register, conversions, remarks and the rest are what a reviewer has read, to the last value."""
    found, path = lines(ugly[0]), GOLDEN / f"{name}.txt"
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == path.read_text(encoding="utf-8").splitlines()


def test_the_register_of_the_ten_workbooks_is_read_without_a_problem(
    ugly: tuple[Collected, Path], setting: Setting
) -> None:
    """What cannot be used has been left out and listed; the rest is a register."""
    problems: list[object] = []
    tables, _files = read_tables(ugly[1] / "register.xlsx", "register.xlsx", setting.scenario.money, problems)  # type: ignore[arg-type]
    assert problems == []
    counts = {table.sheet.key: len(table.rows) for table in tables}
    assert counts == {key: len(rows) for key, rows in ugly[0].records.items() if rows}


def test_every_value_of_the_register_has_its_origin(ugly: tuple[Collected, Path]) -> None:
    """origins.csv has a line per value, and the cell it names holds what the value came from."""
    collected, folder = ugly
    with (folder / "origins.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))[1:]
    values = sum(len(row.values) for rows in collected.records.values() for row in rows)
    assert len(lines) == values
    by_place = {(line[0], line[1], line[2]): line[3:7] for line in lines}
    assert by_place["小区", "JY-01", "户数"] == ["1200", "02合计不平-嘉鱼县.xlsx", "1.小区台账", "D4"]
    assert by_place["改造项", "CB-01-02", "造价"] == ["3500.00", "03亿元-赤壁市.xlsx", "改造清单", "C4"]
    assert by_place["改造项", "CB-01-02", "小区编号"] == ["CB-01", "03亿元-赤壁市.xlsx", "改造清单", "A3"]
    assert by_place["改造项", "CY-1-1", "备注"] == ["'=HYPERLINK(1)", "崇阳县/改造项.csv", "", "E2"]


def test_personal_data_is_nowhere_in_what_is_written(ugly: tuple[Collected, Path]) -> None:
    """Neither register nor lists, origins or counts hold a number, a name or a door of anybody."""
    secrets = [IDENTITY, IDENTITY[:-1], MOBILE, MOBILE.replace(" ", ""), "某某", "2栋301"]
    texts = {}
    for path in sorted(ugly[1].rglob("*")):
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            cells = [str(cell.value) for page in book for row in page.iter_rows() for cell in row if cell.value]
            texts[path.name] = "\n".join(cells)
        elif path.is_file():
            texts[path.name] = path.read_text(encoding="utf-8-sig")
    assert len(texts) >= 9
    assert {name: word for name, text in texts.items() for word in secrets if word in text} == {}


def test_each_county_with_remarks_gets_its_own_list(ugly: tuple[Collected, Path]) -> None:
    """The lists together hold every remark once, each in the list of the county that sent the file."""
    collected, folder = ugly
    listed = []
    for path in (folder / "returned").iterdir():
        page = openpyxl.load_workbook(path).worksheets[0]
        assert page.freeze_panes == "A5"
        county = path.name.split("-")[0]
        for row in page.iter_rows(min_row=5, values_only=True):
            if isinstance(row[0], int):
                assert collected.counties[row[2]] == county
                listed.append((row[2], row[3] or "", row[4] or "", row[7]))
    remarks = [(each.file, each.page, each.cell, each.finding) for each in collected.log.remarks]
    assert sorted(listed) == sorted(remarks)


def test_no_cell_of_what_is_written_is_a_formula(ugly: tuple[Collected, Path]) -> None:
    """Text that begins like a formula stays text, whoever wrote it."""
    kinds = {
        cell.data_type
        for path in ugly[1].rglob("*.xlsx") for page in openpyxl.load_workbook(path)
        for row in page.iter_rows() for cell in row
    }  # fmt: skip
    assert "f" not in kinds


def test_the_same_files_give_the_same_files(ugly: tuple[Collected, Path], tmp_path: Path, setting: Setting) -> None:
    """Ids and lists do not depend on when, where or how often the tables are collected."""
    again = collect(write_ugly(tmp_path / "x"), setting, load_intake_words())
    assert register_lines(again) == register_lines(ugly[0])
    assert remark_lines(again) == remark_lines(ugly[0])


# --- one change, one remark --------------------------------------------------------------------------------------


def test_a_clean_table_has_nothing_to_return(returned: Callable[..., Collected]) -> None:
    """The tables that the tests below change one cell of."""
    collected = returned()
    assert said(collected) == []
    assert register_lines(collected) == [
        "estates estate=A-1 name=东门院 county=咸安区 households=40 buildings=2 floor_area=3000 community_facilities=0",
        "items item=A-1-1 estate=A-1 work=屋面修缮 cost=12.00",
    ]


@pytest.mark.parametrize(
    ("cell", "value", "rules"),
    [
        (2, "４０", ["full_width"]), (2, "4 0", ["blanks"]), (2, "40户", ["unit"]), (2, "40", ["text_number"]),
        (2, "0.004万户", ["unit"]), (4, "3,000", ["commas"]),
        (4, "0.3万㎡", ["full_width", "unit"]), (4, "3000平米", ["unit"]),
    ],
)  # fmt: skip
def test_what_is_meant_is_read_and_listed(
    cell: int, value: object, rules: list[str], returned: Callable[..., Collected]
) -> None:
    """The register is the same, however the figure is written, and the list says what was done."""
    collected = returned(changed(ESTATES, 1, cell, value))
    assert said(collected) == []
    assert [each.rule for each in collected.log.conversions if each.rule != "county_of_file"] == rules
    values = collected.records["estates"][0].values
    assert (values["households"], values["floor_area"]) == (40, 3000.0)


@pytest.mark.parametrize("word", ["无", "—", "/", "暂无", "－－", "不详", "待定"])
def test_a_word_for_nothing_is_never_zero(word: str, returned: Callable[..., Collected]) -> None:
    """A count stays blank and is asked about; a required one keeps its row out, and with it its work items."""
    buildings = returned(changed(ESTATES, 1, 3, word))
    assert said(buildings) == [("check", "小区!D2", f"{word!r} is taken as blank, and blank counts as 0 here")]
    assert "buildings" not in buildings.records["estates"][0].values
    households = returned(changed(ESTATES, 1, 2, word))
    assert said(households) == [
        ("must", "小区!C2", "the cell is blank; without it the row does not enter the register")
    ]
    assert (households.records["estates"], households.records["items"]) == ([], [])


@pytest.mark.parametrize("value", ["约40", "40左右", "40余户", "近40户"])
def test_an_inexact_figure_is_read_and_asked_about(value: str, returned: Callable[..., Collected]) -> None:
    """About forty is forty until the county says otherwise."""
    collected = returned(changed(ESTATES, 1, 2, value))
    assert said(collected) == [("check", "小区!C2", f"{value!r} is not exact")]
    assert collected.records["estates"][0].values["households"] == 40


@pytest.mark.parametrize(
    ("value", "steps"), [("1.2亿", 1_200_000), ("120万", 12_000), ("35000元", 350), ("12万元", 1200), (12.346, 1235)]
)
def test_amounts_in_any_unit_become_the_registers(
    value: object, steps: int, returned: Callable[..., Collected]
) -> None:
    """1.2亿 in a column of 万元 is 12,000 万元."""
    assert returned(items=changed(ITEMS, 1, 3, value)).records["items"][0].values["cost"] == steps


def test_the_unit_above_the_table_counts_for_headings_without_one(returned: Callable[..., Collected]) -> None:
    """单位:元 above, 造价 below: divided by ten thousand; a heading with a unit keeps its own."""
    bare = changed(ITEMS, 0, 3, "造价")
    above = returned(items=[["单位:元"], *changed(bare, 1, 3, 120_000)])
    own = returned(items=[["单位:元"], *ITEMS])
    none = returned(items=bare)
    assert [each.records["items"][0].values["cost"] for each in (above, own, none)] == [1200, 1200, 1200]
    assert said(above) + said(own) == []
    assert said(none) == [("check", "改造项!D1", "no unit is stated; it was read as 万元")]


@pytest.mark.parametrize(
    ("total", "finding"),
    [
        (["合计", None, 90, 4], []),
        (["合 计:", None, 91, 4], [("must", "小区!C4", "the total says 91, the rows sum to 90: a difference of 1")]),
        (["咸安区合计", None, 90, 5], [("must", "小区!D4", "the total says 5, the rows sum to 4: a difference of 1")]),
    ],
)  # fmt: skip
def test_a_total_is_compared_and_is_never_a_row(
    total: list[object], finding: list[object], returned: Callable[..., Collected]
) -> None:
    """A wrong total is told with both figures; the rows are the same."""
    collected = returned([*ESTATES, ["A-2", "西门院", 50, 2, 4000, 0], total])
    assert said(collected) == finding
    assert [each.text("estate") for each in collected.records["estates"]] == ["A-1", "A-2"]
    checked = collected.totals["咸安区.xlsx"]
    assert (checked.compared, checked.held) == (2, 2 - len(finding))


def test_totals_of_blocks_and_totals_at_the_head(returned: Callable[..., Collected]) -> None:
    """小计 sums its block, 合计 everything; where the first total stands above all rows, totals head their blocks."""
    a, b, c = (["A-1", "东门院", 40, 2, 3000, 0], ["A-2", "西门院", 50, 2, 4000, 0], ["A-3", "南门院", 60, 2, 5000, 0])
    foot = returned([ESTATES[0], a, b, ["小计", None, 90], c, ["小计", None, 60], ["总计", None, 150]])
    head = returned([ESTATES[0], ["合计", None, 150], ["小计", None, 90], a, b, ["小计", None, 60], c])
    wrong = returned([ESTATES[0], a, b, ["小计", None, 90], c, ["小计", None, 150], ["总计", None, 150]])
    assert (said(foot), said(head)) == ([], [])
    assert said(wrong) == [("must", "小区!C6", "the total says 150, the rows sum to 60: a difference of 90")]


def test_blank_rows_above_do_not_move_the_row_numbers(returned: Callable[..., Collected]) -> None:
    """A remark names the row of the file."""
    collected = returned([[], [], ["老旧小区台账"], [], *changed(ESTATES, 1, 2, "四十")])
    assert said(collected) == [("must", "小区!C6", "'四十' is not a number")]


def test_names_lead_to_ids_within_the_county_and_near_ones_are_only_offered(returned: Callable[..., Collected]) -> None:
    """小区名称 in 改造项 is looked up; a name that is not there is a problem, whatever it resembles."""
    named = returned(items=changed(changed(ITEMS, 0, 1, "小区名称"), 1, 1, "东门院"))
    near = returned(items=changed(ITEMS, 1, 1, "东门小院"))
    assert (said(named), named.records["items"][0].text("estate")) == ([], "A-1")
    assert said(near) == [("must", "改造项!B2", "the county reports nothing of the id or name '东门小院'")]
    assert near.log.remarks[0].cure == "did you mean '东门院'?"
    assert near.records["items"] == []


def test_a_near_heading_is_offered_and_not_taken(returned: Callable[..., Collected]) -> None:
    """A guess would be silent; the county is asked."""
    collected = returned(changed(ESTATES, 0, 3, "楼栋数字"))
    assert said(collected) == [
        ("check", "小区!A1", "these columns are absent and count as 0: 楼栋数"),
        ("check", "小区!D1", "the heading is not known; the column was not taken"),
    ]
    assert collected.log.remarks[1].cure == "did you mean '楼栋数'?"


def test_whatever_validate_would_say_is_said_to_the_county(returned: Callable[..., Collected]) -> None:
    """The register's own checks run on the collected rows, so that their cell is known."""
    future = returned([[*ESTATES[0], "建成年份"], [*ESTATES[1], 2090]])
    assert said(future) == [("must", "小区!G2", "the year of completion is after 2025-01-01")]
    assert "built_year" not in future.records["estates"][0].values
    costless = returned(items=changed(ITEMS, 1, 3, None))
    assert said(costless) == [("must", "改造项!D2", "the item has no cost")]
    assert costless.records["items"] == []


def test_what_belongs_to_an_estate_that_stands_there_twice(tmp_path: Path, setting: Setting) -> None:
    """Twice in one county: its items stay with the first row. In two counties: those of the second leave with it."""
    write_book(tmp_path / "咸安区.xlsx", {"小区": [*ESTATES, ESTATES[1]], "改造项": ITEMS})
    write_book(tmp_path / "嘉鱼县.xlsx", {"小区": ESTATES, "改造项": changed(ITEMS, 1, 0, "B-1")})
    collected = collect(tmp_path, setting, load_intake_words())
    assert [(each.county, each.row) for each in collected.records["estates"]] == [("咸安区", 1)]
    assert [(each.county, each.text("item")) for each in collected.records["items"]] == [("咸安区", "A-1-1")]


def test_figures_that_can_hardly_be_are_asked_about(returned: Callable[..., Collected]) -> None:
    """元 typed into a column of 万元: the amount is kept as it stands, and the county is asked."""
    collected = returned(items=changed(ITEMS, 1, 3, 120_000))
    text = "1 estates have under 100 or over 500,000 yuan of works per household: A-1: 30,000,000.0"
    assert said(collected) == [("check", "小区!", text)]
    assert collected.records["items"][0].values["cost"] == 12_000_000


def test_more_than_ten_alike_are_all_told(returned: Callable[..., Collected]) -> None:
    """A county corrects every cell; the messages of validate stop at ten."""
    rows = [[f"A-1-{number}", "A-1", "没有的内容", 12] for number in range(15)]
    assert [place for _severity, place, _finding in said(returned(items=[ITEMS[0], *rows]))] == [
        f"改造项!C{number}" for number in range(2, 17)
    ]


def test_ids_are_kept_when_rows_are_inserted(tmp_path: Path, setting: Setting) -> None:
    """With an earlier collection, estates keep the ids they were given, and new ones get new numbers."""
    heading = ["小区名称", *ESTATES[0][2:]]
    words = load_intake_words()
    east, west, north = ["东门院", 40, 2, 3000, 0], ["西门院", 50, 2, 4000, 0], ["北门院", 30, 2, 2000, 0]
    write_book(tmp_path / "a" / "咸安区.xlsx", {"小区": [heading, east, west], "改造项": ITEMS[:1]})
    write_collected(collect(tmp_path / "a", setting, words), tmp_path / "first", "zh")
    write_book(tmp_path / "b" / "咸安区.xlsx", {"小区": [heading, north, west, east], "改造项": ITEMS[:1]})
    known = ids_of(tmp_path / "first", setting)
    again = collect(tmp_path / "b", setting, words, known)
    assert {each.text("name"): each.text("estate") for each in again.records["estates"]} == {
        "东门院": "咸安区-0001", "西门院": "咸安区-0002", "北门院": "咸安区-0003",
    }  # fmt: skip


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, setting: Setting) -> None:
    """Neither a linked file nor a linked folder is read; both are told."""
    write_book(tmp_path / "outside" / "嘉鱼县.xlsx", {"小区": ESTATES})
    write_book(tmp_path / "in" / "咸安区.xlsx", {"小区": ESTATES, "改造项": ITEMS})
    (tmp_path / "in" / "嘉鱼县.xlsx").symlink_to(tmp_path / "outside" / "嘉鱼县.xlsx")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "outside")
    collected = collect(tmp_path / "in", setting, load_intake_words())
    assert list(collected.counties) == ["咸安区.xlsx"]
    assert [each.file for each in collected.log.not_taken] == ["folder", "嘉鱼县.xlsx"]


def test_a_file_that_cannot_be_opened_stops_no_other(tmp_path: Path, setting: Setting) -> None:
    """A broken workbook, a text document and a lock file are told; the rest is collected."""
    write_book(tmp_path / "咸安区.xlsx", {"小区": ESTATES, "改造项": ITEMS})
    (tmp_path / "嘉鱼县.xlsx").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "赤壁市.docx").write_bytes(b"text")
    (tmp_path / "~$咸安区.xlsx").write_bytes(b"lock")
    collected = collect(tmp_path, setting, load_intake_words())
    assert len(collected.records["estates"]) == 1
    assert sorted((each.file, each.severity) for each in collected.log.remarks) == [
        ("咸安区.xlsx", "check"), ("嘉鱼县.xlsx", "must"), ("赤壁市.docx", "check"),
    ]  # fmt: skip


def test_a_file_that_another_program_holds_is_told_with_a_cure(
    tmp_path: Path, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to read some open workbooks: the county's other files are collected all the same."""
    write_book(tmp_path / "咸安区.xlsx", {"小区": ESTATES, "改造项": ITEMS})
    (tmp_path / "嘉鱼县.csv").write_text("x")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    collected = collect(tmp_path, setting, load_intake_words())
    assert [(each.file, each.finding, each.cure) for each in collected.log.remarks] == [
        ("嘉鱼县.csv", "the file cannot be read: it is locked or protected",
         "close it in any other program, and see that you may read it"),
    ]  # fmt: skip
    assert len(collected.records["estates"]) == 1


# --- the command -------------------------------------------------------------------------------------------------


def run(*arguments: object) -> int:
    """Exit code of the command line."""
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    return int(end.value.code or 0)


def test_a_filled_in_template_is_collected_without_a_remark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What template writes, filled in with the teaching register, gives that register back, to the last value."""
    scenario = find_scenario("teaching")
    case = load(scenario)
    fill_templates(case, tmp_path / "in")
    assert run("collect", tmp_path / "in", "--scenario", scenario, "--out", tmp_path / "out", "--json") == 0
    counts = json.loads(capsys.readouterr().out)
    assert (counts["problems"], counts["not_taken"], counts["personal"]) == (0, [], [])
    assert list((tmp_path / "out" / "returned").iterdir()) == []
    again = load_with(case, tmp_path / "out", tmp_path / "world").register
    for key, frame in vars(case.register).items():
        pd.testing.assert_frame_equal(getattr(again, key), frame, obj=key)


def load_with(case: Case, collected: Path, world: Path) -> Case:
    """The scenario of ``case`` with the register that was collected."""
    shutil.copytree(case.path.parent, world)
    shutil.copy(collected / "register.xlsx", world / "collected.xlsx")
    text = case.path.read_text(encoding="utf-8")
    before, after = f"register: {case.scenario.register_path}\n", "register: collected.xlsx\n"
    assert before in text
    (world / "base.yaml").write_text(text.replace(before, after), encoding="utf-8")
    return load(world / "base.yaml")


def test_problems_to_return_end_with_code_2_and_files_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal shows a line per county; the lists are written in the language spoken."""
    write_book(tmp_path / "in" / "咸安区.xlsx", {"小区": changed(ESTATES, 1, 2, "约40"), "改造项": ITEMS})
    assert run("collect", tmp_path / "in", "--out", tmp_path / "out", "--lang", "zh") == 2
    shown = capsys.readouterr()
    assert "咸安区" in shown.out
    assert "有 1 条要退回" in shown.err
    page = openpyxl.load_workbook(tmp_path / "out" / "returned" / "咸安区-退回问题清单.xlsx").worksheets[0]
    assert [cell.value for cell in page[5]][1:9] == [
        "请核对", "咸安区.xlsx", "小区", "C2", "户数", "约40", "'约40' 不是准数", "写准数,或确认就是这个数",
    ]  # fmt: skip
    use_language("en")


def test_nothing_is_written_over_or_into_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The result goes to a new folder beside the tables, whole or not at all."""
    write_book(tmp_path / "in" / "咸安区.xlsx", {"小区": ESTATES, "改造项": ITEMS})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    assert run("collect", tmp_path / "in", "--out", tmp_path / "full") == 2
    assert run("collect", tmp_path / "in", "--out", tmp_path / "in" / "result") == 2
    assert run("collect", tmp_path / "empty", "--out", tmp_path / "result") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "full", "in"]
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["file"]


@pytest.mark.slow
def test_the_shipped_city_comes_back_from_its_templates(tmp_path: Path, setting: Setting) -> None:
    """434 estates in six templates and the city's own workbook: the same register, and nothing to return."""
    case = load(find_scenario("xianning-synthetic"))
    fill_templates(case, tmp_path / "in")
    collected = collect(tmp_path / "in", setting, load_intake_words())
    assert collected.log.remarks == []
    write_collected(collected, tmp_path / "out", "zh")
    again = load_with(case, tmp_path / "out", tmp_path / "world").register
    for key, frame in vars(case.register).items():
        pd.testing.assert_frame_equal(getattr(again, key), frame, obj=key)
