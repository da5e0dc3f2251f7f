"""The hand-in set: forms tie to the plan, counties to the city, the reference form to every payment."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from allocator.cli.scenarios import find_scenario
from allocator.errors import ScenarioError
from allocator.files import file_name, file_names
from allocator.inputs.load import load
from allocator.inputs.schemas.rollup import Rollup
from allocator.inputs.shipped import shipped
from allocator.plan.run_folder import Run
from allocator.plan.tables import TABLES
from allocator.reporting import layout
from allocator.reporting.audience import Audience, unfunded_projects
from allocator.reporting.county import of_county
from allocator.reporting.figures import Figures, figures
from allocator.reporting.forms import write_forms
from allocator.reporting.layout import FormLayout, load_forms
from allocator.reporting.tables import make_table
from allocator.reporting.views import VIEWS
from allocator.reporting.views.rollup_views import line_values, rollup_money, rollup_total
from tests.reporting.fake_run import COUNTIES, fake_run
from tests.reporting.test_audience import partly_unfunded

ROLLUP: dict[str, Any] = {
    "label": {"zh": "参考表式"}, "since": "2024-01-01", "clause": "1", "document": "doc", "basis": "assumption",
    "note": "示例", "total": "104", "other": "120",
    "lines": [
        {"id": "cost", "label": {"zh": "总投资"}, "holds": "total_cost"},
        {"id": "101", "code": "101", "label": {"zh": "项目数"}, "unit": "count", "holds": "projects"},
        {"id": "102", "code": "102", "label": {"zh": "新开工"}, "unit": "count", "holds": "started"},
        {"id": "103", "code": "103", "label": {"zh": "完成投资"}, "holds": "invested"},
        {"id": "104", "code": "104", "label": {"zh": "到位"}, "holds": "sum", "adds_up": ["105", "115", "120"]},
        {"id": "105", "code": "105", "label": {"zh": "预算"}, "holds": "sum", "adds_up": ["108", "112", "113"]},
        {"id": "108", "code": "108", "label": {"zh": "中央"}, "holds": "sources"},
        {"id": "112", "code": "112", "label": {"zh": "县级"}, "holds": "sources"},
        {"id": "113", "code": "113", "label": {"zh": "债券"}, "holds": "sources"},
        {"id": "115", "code": "115", "label": {"zh": "社会"}, "holds": "sources"},
        {"id": "119", "code": "119", "label": {"zh": "信贷"}, "holds": "by_hand"},
        {"id": "120", "code": "120", "label": {"zh": "其他"}, "holds": "sources"},
    ],
    "sources": {"central": "108", "budget": "112", "bond": "113", "utility": "115"},
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Run:
    """A plan with shortfall, running projects, a city-wide source and a reference form."""
    made = fake_run(40)
    policy = made.case.policy.model_copy(update={"rollup": Rollup.model_validate(ROLLUP)})
    return replace(made, case=replace(made.case, policy=policy))


def sheets_of(path: Path) -> dict[str, list[list[object]]]:
    """Rows by sheet, as another program reads them."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def test_the_hand_in_set_is_whole() -> None:
    """Every form that is asked for is there, in both languages, signed, and in the order it is handed in."""
    forms = load_forms()
    assert [form.name.zh for form in forms] == [
        "年度计划表", "续建项目清单", "项目清单", "资金筹措表", "资金平衡表", "绩效目标表", "公示表", "与上稿对比表",
        "到位资金参考表式",
    ]  # fmt: skip
    labels = [label for form in forms for label in (form.name, form.title, *_heads(form))]
    assert [label for label in labels if not (label.zh and label.en)] == []
    assert [form.id for form in forms if not form.signed] == []
    readme = (shipped("reports") / "README.md").read_text(encoding="utf-8")
    assert [form.id for form in forms if f"| `{form.id}` | {form.name.zh}" not in readme] == []


def _heads(form: FormLayout) -> list[Any]:
    return [column.head for table in form.tables for column in table.columns]


def test_one_workbook_for_the_city(plan: Run, tmp_path: Path) -> None:
    """All forms, but the one that compares, each with title, filling-in unit, signature line and page numbers."""
    [path] = write_forms(plan, tmp_path)
    book = openpyxl.load_workbook(path)
    assert (path.name, book.sheetnames) == ("全市-全套表.xlsx", [f.name.zh for f in load_forms() if not f.compares])
    for sheet in book:
        texts = [str(row[0]) for row in sheet.iter_rows(values_only=True) if row[0]]
        assert any(text.startswith("填报单位: 示例市住房和城乡建设局") for text in texts), sheet.title
        assert [word for word in ("单位负责人", "审核人", "填表人", "日期") if word not in texts[-1]] == [], sheet.title
        assert "&P" in str(sheet.oddFooter.center.text)
        assert sheet.print_title_rows
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_one_file_for_each_county(plan: Run, tmp_path: Path) -> None:
    """Named after county and form; with the county's figures and no other county's name."""
    paths = write_forms(plan, tmp_path, wanted=["projects"], per_county=True)
    assert [path.name for path in paths] == [f"{county}-项目清单.xlsx" for county in COUNTIES]
    for path, county in zip(paths, COUNTIES, strict=True):
        texts = [str(v) for rows in sheets_of(path).values() for row in rows for v in row if v is not None]
        assert set(COUNTIES) & set(texts) == {county}


SUMMED = [(form.id, position) for form in load_forms() if not form.compares for position in range(len(form.tables))]


@pytest.mark.parametrize(("form", "position"), SUMMED)
def test_counties_add_up_to_the_city(plan: Run, form: str, position: int) -> None:
    """Every column that is added up is the city's in all, but for limits and certainty of shared accounts."""
    plan = partly_unfunded() if form == "public-list" else plan
    table = next(f for f in load_forms() if f.id == form).tables[position]
    columns = [column for column in table.columns if column.total and not column.ratio]
    keys = [key for column in columns for key in _keys(column.key, figures(plan, "zh"))]
    whole = _sums(VIEWS[table.view](figures(plan, "zh")), keys)
    parts = [_sums(VIEWS[table.view](figures(plan, "zh", "上报", county)), keys) for county in COUNTIES]
    if form == "accounts":
        shared = VIEWS["accounts"](figures(plan, "zh")).query("place == ''")
        left = ("limit", "firm_limit", "lapsed", "spent_firm", "spent_pending")
        parts.append({key: Decimal(int(shared[key].sum())) if key in left else Decimal(0) for key in keys})
    assert {key: sum(part[key] for part in parts) for key in keys} == pytest.approx(whole)
    assert form in ("rollup",) or (keys and any(whole.values()))


def _keys(key: str, f: Figures) -> list[str]:
    each: Mapping[str, list[Any]] = {"level_{}": f.levels, "paid_{}": f.payment_years}
    return [key.replace("{}", str(value)) for value in each[key]] if "{}" in key else [key]


def _sums(frame: pd.DataFrame, keys: list[str]) -> dict[str, Decimal]:
    return {key: Decimal(str(frame[key].fillna(0).sum())) for key in keys}


def test_a_countys_tables_are_its_own(plan: Run) -> None:
    """Every row that names a county names this one, and together the counties have every row."""
    parts = [of_county(plan, county) for county in COUNTIES]
    named = [name for name, columns in TABLES.items() if "county" in columns and name != "tasks"]
    for part, county in zip(parts, COUNTIES, strict=True):
        assert {name: set(part.tables[name]["county"]) - {county} for name in named} == {n: set() for n in named}
    rows = {name: sum(len(part.tables[name]) for part in parts) for name in [*named, "works"]}
    in_counties = {name: plan.tables[name] for name in rows}
    in_counties |= {name: in_counties[name].query("county != ''") for name in ("source_tree", "cash")}
    assert rows == {name: len(table) for name, table in in_counties.items()}


def test_of_a_shared_account_a_county_has_what_it_pays(plan: Run, tmp_path: Path) -> None:
    """City-wide sources stand in a county's accounts with its payments, without the limit, and marked."""
    rows = VIEWS["accounts"](figures(plan, "zh", "上报", "甲区"))
    shared = rows[rows["place"] == ""]
    paid = plan.tables["payments"].query("county == '甲区' and source == 'central'").groupby("year")["amount"].sum()
    bills = plan.tables["running"].query("county == '甲区' and source == 'central'").groupby("year")["amount"].sum()
    for column, amounts in (("paid", paid), ("running", bills)):
        shown = {year: amount for year, amount in zip(shared["year"], shared[column], strict=True) if amount}
        assert shown == amounts[amounts > 0].to_dict()
    assert (set(shared["source"]), set(shared["note"]), shared["limit"].notna().any()) == (
        {"central"},
        {"全市统筹"},
        False,
    )


def test_performance_ties_to_plan_and_tasks(plan: Run) -> None:
    """What starts in a year and county, and which part of its task that is."""
    rows = VIEWS["performance"](figures(plan, "zh")).set_index(["year", "county"])
    estates = plan.tables["estates"].query("state == 'started'")
    expected = estates.groupby(["start_year", "county"])[["households", "buildings"]].sum()
    started = rows[rows["estates"] > 0]
    assert started[["households", "buildings"]].to_dict() == expected.to_dict()
    assert started["estates"].to_dict() == estates.groupby(["start_year", "county"]).size().to_dict()
    tasks = plan.tables["tasks"].query("measure == 'estates' and minimum > 0").set_index(["year", "county"])
    asked = rows[rows["estates_task"] > 0]
    assert asked["estates_task"].to_dict() == tasks["minimum"].to_dict()
    assert asked["estates_done"].to_dict() == tasks["planned"].to_dict()


def test_rates_are_worked_out_anew_in_totals(plan: Run) -> None:
    """A total's rate is that of the sums; without a task there is none."""
    form = next(form for form in load_forms() if form.id == "performance")
    made = make_table(form.tables[1], figures(plan, "zh"))
    at = {column.key: position for position, column in enumerate(made.columns)}
    for row in made.rows:
        if row.kind != "section":
            task, done, rate = (row.values[at[key]] for key in ("estates_task", "estates_done", "estates_rate"))
            assert rate == (done / task if task else None)
    total = made.rows[-1]
    assert (total.kind, total.values[at["estates_task"]] > 0) == ("total", True)


def test_a_household_benefits_once(plan: Run) -> None:
    """However many works an estate has, its households are counted once: those of the work that serves most."""
    items = plan.case.register.items.copy()
    items["benefiting_households"] = pd.array([7] * len(items), dtype="Int64")
    few = replace(plan, case=replace(plan.case, register=replace(plan.case.register, items=items)))
    rows = VIEWS["performance"](figures(few, "zh"))
    assert rows["benefiting"].sum() == 7 * len(plan.tables["estates"].query("state == 'started'"))
    assert VIEWS["performance"](figures(plan, "zh"))["benefiting"].sum() == rows["households"].sum()


def test_the_public_list_has_every_estate_that_has_its_money() -> None:
    """Those of a project that lacks money may not start, and are not published."""
    run = partly_unfunded()
    listed = set(VIEWS["public_list"](figures(run, "zh", "上报"))["estate"])
    estates = run.tables["estates"].query("state == 'started'")
    assert listed == set(estates.loc[~estates["project"].isin(unfunded_projects(run)), "estate"])
    assert listed == set(VIEWS["public_list"](figures(run, "zh", "公示"))["estate"])
    assert len(listed) < len(estates)


def test_the_public_gets_only_public_forms(tmp_path: Path) -> None:
    """And a form that is not for them is refused by name."""
    run = partly_unfunded()
    [path] = write_forms(run, tmp_path, audience="公示")
    names = ["年度计划表", "续建项目清单", "项目清单", "公示表"]
    assert (path.name, list(sheets_of(path))) == ("全市-全套表-公示.xlsx", names)
    with pytest.raises(ScenarioError, match="accounts"):
        write_forms(run, tmp_path, audience="公示", wanted=["accounts"])


def test_the_reference_form_ties_to_all_payments(plan: Run) -> None:
    """Lines add up by their rules to all money with a source, in every place and year, and the form says so."""
    for county in ("", *COUNTIES):
        seen = figures(plan, "zh", "上报", county)
        rollup = plan.case.policy.rollup
        assert rollup is not None
        values = line_values(seen, rollup)
        assert values["104"] == rollup_total(seen)
        for line in rollup.lines:
            if line.adds_up:
                added = {year: sum(values[part][year] or 0 for part in line.adds_up) for year in seen.payment_years}
                assert values[line.id] == added
    payments, running = plan.tables["payments"], plan.tables["running"]
    funded = payments[payments["source"] != "shortfall"]
    whole = values_of(plan)
    assert sum(whole["104"].values()) == funded["amount"].sum() + running["amount"].sum()
    assert sum(whole["108"].values()) == sum(t.loc[t["source"] == "central", "amount"].sum() for t in (funded, running))
    # a source without a line of its own is other money
    assert sum(whole["120"].values()) == sum(t.loc[t["source"] == "pledge", "amount"].sum() for t in (funded, running))
    assert sum(whole["103"].values()) == payments["amount"].sum() + running["amount"].sum()
    assert set(whole["119"].values()) == {None}
    rows = rollup_money(figures(plan, "zh"))
    checks = rows[rows["name"].str.startswith("核对")]
    assert (len(checks), set(checks["note"]), checks["amount"].sum()) == (1 + len(COUNTIES), {"相符"}, 0)


def values_of(plan: Run) -> dict[str, Any]:
    """Lines of the whole city."""
    rollup = plan.case.policy.rollup
    assert rollup is not None
    return dict(line_values(figures(plan, "zh"), rollup))


def test_the_reference_form_counts_projects(plan: Run) -> None:
    """New ones in their year, and under way while there is something to pay."""
    values = values_of(plan)
    projects, running = plan.tables["projects"], plan.tables["running"]
    first = int(projects["start_year"].min())
    started = int((projects["start_year"] == first).sum())
    under_way = running.loc[(running["year"] == first) & (running["amount"] > 0), "project"].nunique()
    assert (values["102"][first], values["101"][first]) == (started, started + under_way)
    assert values["102"][2028] == 0
    assert values["cost"][first] is not None


def test_a_policy_without_reference_form_says_so(tmp_path: Path) -> None:
    """The form is there and empty, not a fault."""
    [path] = write_forms(fake_run(6), tmp_path, wanted=["rollup"])
    texts = [str(v) for rows in sheets_of(path).values() for row in rows for v in row if v]
    assert "政策模型没有参考表式" in texts


def test_the_shipped_policy_gives_every_source_a_line() -> None:
    """No source of the reference policy is left to the line of others unseen."""
    policy = load(find_scenario("xianning-synthetic")).policy
    assert policy.rollup is not None
    assert set(policy.sources) - set(policy.rollup.sources) == set()
    codes = [line.code for line in policy.rollup.lines if line.code]
    assert codes == [str(code) for code in range(101, 122)]


def test_a_comparison_needs_another_run(plan: Run, tmp_path: Path) -> None:
    """与上稿对比表 comes with --against, and is the whole city's also among county files."""
    with pytest.raises(ScenarioError, match="comparison"):
        write_forms(plan, tmp_path, wanted=["comparison"])
    before = replace(fake_run(40, seed=8), path=Path("runs/before"))
    [path] = write_forms(plan, tmp_path, wanted=["comparison"], against=before)
    assert (path.name, list(sheets_of(path))) == ("全市-与上稿对比表.xlsx", ["与上稿对比表"])
    paths = write_forms(plan, tmp_path, wanted=["funding", "comparison"], per_county=True, against=before)
    assert [path.name for path in paths] == [*(f"{c}-资金筹措表.xlsx" for c in COUNTIES), "全市-与上稿对比表.xlsx"]


def without_starts(run: Run) -> Run:
    """The same run, had it started nothing."""
    empty = {name: table.iloc[0:0] for name, table in run.tables.items() if name != "estates"}
    estates = run.tables["estates"].assign(state="not_chosen", reason="money", start_year=0)
    return replace(run, tables={**empty, "estates": estates})


@pytest.mark.parametrize("audience", ["公示", "上报"])
def test_a_plan_without_starts_still_makes_forms(plan: Run, tmp_path: Path, audience: Audience) -> None:
    """Nothing to hand in is said, form by form and county by county."""
    bare = without_starts(plan)
    assert len(write_forms(bare, tmp_path, audience=audience, wanted=["public-list"], per_county=True)) == len(COUNTIES)
    [path] = write_forms(bare, tmp_path, audience=audience)
    rows = sheets_of(path)["公示表"]
    assert any("没有列入公示的小区" in str(row[0]) for row in rows)


def test_the_citys_own_task_counts_before_those_of_its_counties(plan: Run) -> None:
    """Tasks handed down and tasks divided up are not added together; without any there is no rate."""
    tasks = plan.tables["tasks"]
    own = pd.DataFrame([("", 2025, "estates", 40, -1, 30, 10)], columns=tasks.columns)
    both = replace(plan, tables={**plan.tables, "tasks": pd.concat([tasks, own], ignore_index=True)})
    rows = VIEWS["performance_years"](figures(both, "zh")).set_index("year")
    assert (rows.loc[2025, "estates_task"], rows.loc[2025, "estates_done"]) == (40, 30)
    divided = tasks.query("year == 2025 and measure == 'households' and minimum > 0")
    assert rows.loc[2025, "households_task"] == divided["minimum"].sum()
    none = replace(plan, tables={**plan.tables, "tasks": tasks.iloc[0:0]})
    assert VIEWS["performance_years"](figures(none, "zh"))["estates_task"].tolist() == [0, 0, 0]


def test_the_same_plan_makes_the_same_file(tmp_path: Path) -> None:
    """To the byte, whenever it is written: files of one plan can be compared, and an approved one has one hash."""
    run, paths = fake_run(6), []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        paths += write_forms(run, tmp_path / name, wanted=["funding"])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    told = zipfile.ZipFile(paths[0]).read("docProps/core.xml").decode()
    assert re.findall(r"W3CDTF\">(.*?)<", told) == ["2000-01-01T00:00:00Z"] * 2


def test_an_unknown_form_lists_the_forms(plan: Run, tmp_path: Path) -> None:
    """A misspelt id comes back with the right ones."""
    with pytest.raises(ScenarioError, match=r"performance"):
        write_forms(plan, tmp_path, wanted=["performnce"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [("赤壁市", "赤壁市"), ("a/b\\c", "a_b_c"), ("..", "_"), ("甲:乙*?", "甲_乙__"), ("con", "_con"), (" 县. ", "县"),
     ("县" * 100, "县" * 60), ("a\x00b", "a_b")],
)  # fmt: skip
def test_file_names_are_safe_everywhere(name: str, safe: str) -> None:
    """No name leads out of its folder, or is refused by an operating system."""
    assert file_name(name) == safe


def test_no_file_takes_the_place_of_another() -> None:
    """Names that become the same are numbered."""
    assert file_names(["a/b", "a:b", "A_B", "c"]) == ["a_b", "a_b-2", "A_B-3", "c"]


FORM = """\
id: {id}
name: {{zh: {name}, en: {name}}}
title: {{zh: 表}}
tables:
  - view: projects
    columns: [{{key: name, head: {{zh: 列}}}}]
"""


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a": FORM.format(id="x", name="甲"),
          "b": FORM.format(id="x", name="乙")}, "same id|编号相同"),
        ({"a": FORM.format(id="x", name="甲"),
          "b": FORM.format(id="y", name="甲")}, "two sheets have the same name"),
        ({"a": "id: x\n"}, r"reports/forms/a\.yaml: name"),
        ({"a": "id: [\n"}, r"reports/forms/a\.yaml"),
    ],
)  # fmt: skip
def test_wrong_form_files_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Mapping[str, str], told: str
) -> None:
    """Someone who adds a form learns which file is wrong, and why."""
    (tmp_path / "reports" / "forms").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / "reports" / "forms" / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(layout, "shipped", lambda kind: tmp_path / kind)
    with pytest.raises(ScenarioError, match=told):
        load_forms.__wrapped__()


@pytest.mark.parametrize(("view", "key", "told"), [("nothing", "name", "nothing"), ("projects", "nme", "nme")])
def test_a_form_that_asks_for_what_is_not_there_is_told(plan: Run, view: str, key: str, told: str) -> None:
    """A view or column that is misspelt is a message, not a crash."""
    table = layout.TableLayout.model_validate({"view": view, "columns": [{"key": key, "head": {"zh": "列"}}]})
    with pytest.raises(ScenarioError, match=told):
        make_table(table, figures(plan, "zh"))


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_an_office_program_opens_the_forms(plan: Run, tmp_path: Path) -> None:
    """It prints them without complaint, and finds no formula in what it reads."""
    for path in write_forms(plan, tmp_path, per_county=True)[:1]:
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--convert-to", "pdf",
             "--outdir", str(tmp_path), str(path)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        assert path.with_suffix(".pdf").read_bytes().count(b"/Type/Page/") >= len(sheets_of(path))
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--convert-to", "fods",
             "--outdir", str(tmp_path), str(path)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        assert "table:formula" not in path.with_suffix(".fods").read_text(encoding="utf-8")
