"""Roll-over: what was planned and what really happened become the next scenario, and tie to the last step."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import allocator.analysis.roll
from allocator.analysis.roll import Rolled, roll, write_template
from allocator.analysis.roll.happened import Happened, Year
from allocator.analysis.roll.new_register import held_money
from allocator.analysis.roll.new_scenario import check_years
from allocator.analysis.roll.purses import Purse
from allocator.cli import main
from allocator.errors import ScenarioError
from allocator.i18n import use_language
from allocator.inputs.load import load
from allocator.inputs.shipped import shipped
from allocator.inputs.synthetic import generate
from allocator.plan.run_folder import Run, read_run, write_run
from allocator.plan.solve import solve
from tests.builders import make_case

BILLS = "项目编号,项目名称,县(市、区),开工年度,概算,资金来源,累计到位,累计支付,年度,应付金额\n"
RUNNING = BILLS + "R1,旧街,东县,2024,40,县级预算,20,20,2025,12\nR1,,,,,县级预算,,,2026,5\n".replace(
    ",,,,,县", ",,东县,,,县"
)
CARRIED = "资金来源,县(市、区),到位年度,结转金额\n中央补助,西县,2024,7\n中央补助,东县,2023,3\n"
LATER = "".join(
    f"{source},{county},2028,{amount},预计,\n"
    for county in ("东县", "西县")
    for source, amount in (("中央补助", 40), ("县级预算", 70), ("一般债券", 0), ("供水企业资金", 100))
)
VARIANT = """extends: base.yaml
id: two-payments
spend_profile: [0.6, 0.4]
horizon: {payments_until: 2028}
policy: {sources: {central_grant: {usable_years: 2}}}
changes:
  - {path: register.limits.amount, where: {source: county_budget, place: 西县, year: 2025}, scale: 0.3}
"""
"""The teaching case with bills over two years, a project under way, and money that lasts two years."""


def next_to_teaching(folder: Path) -> Path:
    """The variant, with its register, in ``folder``."""
    shutil.copytree(shipped("scenarios") / "teaching", folder)
    register = folder / "register"
    (register / "在建项目.csv").write_text(RUNNING, encoding="utf-8")
    (register / "结转资金.csv").write_text(CARRIED, encoding="utf-8")
    limits = register / "资金额度.csv"
    limits.write_text(limits.read_text(encoding="utf-8-sig") + LATER, encoding="utf-8")
    (folder / "two.yaml").write_text(VARIANT, encoding="utf-8")
    return folder / "two.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of the variant."""
    folder = tmp_path_factory.mktemp("roll")
    plan = solve(load(next_to_teaching(folder / "scenario")), gap=0.01, time_limit=10)
    return read_run(write_run(plan, folder / "run"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """English messages."""
    use_language("en")
    yield
    use_language("zh")


Change = Callable[[pd.DataFrame], pd.DataFrame]
TEMPLATES: dict[tuple[Path, bool], bytes] = {}
"""Templates written so far, by run: each is written once."""


def actuals(run: Run, folder: Path, changes: Mapping[str, Change] | None = None, *, mid_year: bool = False) -> Path:
    """The template as an officer hands it in, with some sheets changed."""
    key = (run.path, mid_year)
    if key not in TEMPLATES:
        TEMPLATES[key] = write_template(run, folder / "actuals.xlsx", mid_year=mid_year).read_bytes()
    file = folder / "actuals.xlsx"
    file.write_bytes(TEMPLATES[key])
    if not changes:
        return file
    sheets = pd.read_excel(file, sheet_name=None, engine="calamine")
    for name, change in changes.items():
        sheets[name] = change(sheets[name])
    with pd.ExcelWriter(file) as writer:
        for name, sheet in sheets.items():
            sheet.to_excel(writer, sheet_name=name, index=False)
    return file


@pytest.fixture(scope="module")
def rolled(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Rolled:
    """The year went as planned."""
    folder = tmp_path_factory.mktemp("as-planned")
    return roll(run, actuals(run, folder), folder / "next")


def at(table: pd.DataFrame, *keys: str) -> dict[Any, Any]:
    """Last column by the key columns."""
    return table.set_index(list(keys)).iloc[:, 0].to_dict()


def test_money_ties_to_the_accounts_of_the_plan(run: Run, rolled: Rolled) -> None:
    """Opening + arrived + issued - paid - lapsed = closing, and closing is what the plan carries out."""
    money = rolled.reconciliation.money
    sums = money["opening"] + money["arrived"] + money["issued"] - money["paid"] - money["lapsed"]
    assert (sums == money["closing"]).all()
    assert (money["difference"] == 0).all()
    table = run.tables["accounts"].query("year == 2025 and not unlimited")
    table = table[table["source"] != "residents_pledge"]
    out = at(table.query("carried_out > 0")[["source", "place", "carried_out"]], "source", "place")
    carried = at(rolled.case.register.carried.groupby(["source", "place"], as_index=False)["amount"].sum(),
                 "source", "place")  # fmt: skip
    assert carried == out
    assert carried
    assert money["lapsed"].sum() == table["lapsed"].sum() + 3  # 3 of 2023 had lapsed before the plan began


def test_projects_tie_to_their_estimate(run: Run, rolled: Rolled) -> None:
    """Estimate = paid + payable for what started; the bills of the plan's later years are the new register's."""
    projects = rolled.reconciliation.projects.set_index("project")
    new = projects[projects["kind"] == "new"]
    assert (new["estimate"] == new["paid"] + new["payable"]).all()
    assert set(new.index) == set(run.tables["projects"].query("start_year == 2025")["project"])
    assert projects.loc["R1", ["estimate", "paid_before", "paid", "payable", "rest"]].tolist() == [40, 20, 12, 5, 3]
    payments = run.tables["payments"]
    later = payments[payments["project"].isin(new.index) & (payments["year"] > 2025)]
    due = rolled.case.register.running
    due = due[due["project"].isin(new.index) & (due["amount"] > 0)]
    keys = ["project", "source", "year"]
    assert due.groupby(keys)["amount"].sum().to_dict() == later.groupby(keys)["amount"].sum().to_dict()


def test_debt_ties_by_county_and_year(run: Run, rolled: Rolled) -> None:
    """What was issued is existing stock, served from the budget by bills that no other start can use."""
    debt = rolled.reconciliation.debt
    assert (debt["opening"] + debt["issued"] - debt["repaid"] == debt["closing"]).all()
    told = run.tables["debt"].set_index(["county", "year"])
    planned = run.tables["bonds"].query("amount > 0")
    assert set(planned["year"]) == {2025}
    sheet = rolled.case.register.debt.set_index(["county", "year"])
    assert sheet["existing_stock"].to_dict() == told["stock"].reindex(sheet.index).to_dict()
    service = told["existing_service"] + told["principal"] + told["interest"]
    assert sheet["existing_service"].to_dict() == service.reindex(sheet.index).to_dict()
    bills = rolled.case.register.running
    assert (bills["project"].str.startswith("general-") == (bills["kind"] == "debt_service")).all()
    bills = bills[bills["kind"] == "debt_service"]
    assert at(bills[["county", "year", "amount"]], "county", "year") == {
        key: int(told.loc[key, "principal"] + told.loc[key, "interest"]) for key in told.index
        if told.loc[key, "principal"] > 0
    }  # fmt: skip


def test_what_started_is_no_candidate_any_more(run: Run, rolled: Rolled) -> None:
    """Estates, items, gates and pledges of the rest are as they were; the plan's later starts are adopted."""
    register = rolled.case.register
    started = set(run.tables["projects"].query("start_year == 2025")["project"])
    old = run.case.register.estates
    assert set(register.estates["estate"]) == set(old.loc[~old["project"].isin(started), "estate"])
    for sheet in ("items", "gates", "pledges"):
        frame = getattr(run.case.register, sheet)
        kept = frame[frame["estate"].isin(set(register.estates["estate"]))].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(register, sheet), kept)
    later = run.tables["projects"].query("start_year > 2025")
    assert at(register.adopted[["project", "start_year"]], "project") == at(later[["project", "start_year"]], "project")
    assert min(register.limits["year"]) == min(register.tasks["year"]) == 2026
    scenario = rolled.case.scenario
    assert (scenario.horizon.first, scenario.horizon.last, str(scenario.as_of)) == (2026, 2027, "2026-01-01")
    assert scenario.draft is not None
    assert scenario.draft.parent is not None
    assert scenario.draft.parent.run == "run"


def test_a_year_as_planned_leaves_the_rest_of_the_plan_possible(run: Run, rolled: Rolled) -> None:
    """With the old starts settled, the rest is paid without more shortfall, and the audit of that plan is clean."""
    again = solve(load(rolled.case.path, {"stage": "定案"}), gap=0.01, time_limit=10)
    assert again.manifest["audit"]["failures"] == 0  # type: ignore[index]
    starts = at(again.tables["projects"][["project", "start_year"]], "project")
    assert starts == at(rolled.case.register.adopted[["project", "start_year"]], "project")
    assert again.tables["shortfall"]["amount"].sum() == 0
    later = run.tables["payments"].query("year > 2025")["amount"].sum()
    bills = again.tables["running"].query("not project.str.startswith('general-') and project != 'R1'")
    assert again.tables["payments"]["amount"].sum() + bills["amount"].sum() == later


def test_projects_hold_no_more_than_their_account_has_left() -> None:
    """Two projects held 6 and 5 of an account with 8 left: 6 and 2; residents' money is the project's own."""
    rows = pd.DataFrame({
        "project": ["p", "p", "q", "r", "s"], "county": "c",
        "source": ["budget", "budget", "budget", "pledge", "budget"],
    })  # fmt: skip
    held = pd.Series([6, 6, 5, 4, pd.NA], dtype="Int64")
    year = Year(Run(make_case(estates=[{"estate": "a"}]), {}, {}, Path()), make_case(estates=[{"estate": "a"}]))
    empty = pd.DataFrame()
    happened = Happened(year, empty, empty, empty, empty, empty)
    money = {("budget", "c"): Purse(closing={2024: 3, 2025: 5})}
    found = held_money(happened, money, rows, held)
    assert found.tolist() == [6, 6, 2, 4, pd.NA]


def slip(sheet: pd.DataFrame) -> pd.DataFrame:
    """E2 did not start."""
    sheet["是否开工"] = sheet["是否开工"].where(sheet["项目编号"] != "E2", "否")
    return sheet


def without_e2(sheet: pd.DataFrame) -> pd.DataFrame:
    """Nothing was paid for E2, and 2 of R1's bill are still due."""
    sheet = sheet[sheet["项目编号"] != "E2"].copy()
    old = (sheet["项目编号"] == "R1") & (sheet["年度"] == 2025)
    sheet.loc[old, ["已支付(万元)", "应付未付(万元)"]] = [10, 2]
    return sheet


def test_what_slipped_stays_a_candidate_and_its_money_is_carried(run: Run, tmp_path: Path) -> None:
    """E2 may start later; R1's unpaid 2 come on top of the next year's bill; money that lasts is carried over."""
    file = actuals(run, tmp_path, {"实际开工": slip, "实际支付": without_e2})
    rolled = roll(run, file, tmp_path / "next")
    assert rolled.reconciliation.ties
    register = rolled.case.register
    assert "E2" in set(register.estates["estate"])
    assert "E2" not in set(register.adopted["project"])
    r1 = register.running.query("project == 'R1'")
    assert r1[["year", "amount", "paid", "arrived"]].to_numpy().tolist() == [[2026, 7, 30, 30]]
    planned = run.tables["payments"].query("project == 'E2' and year == 2025 and source == 'central_grant'")
    out = run.tables["accounts"].query("source == 'central_grant' and place == '东县' and year == 2025")
    carried = register.carried.query("source == 'central_grant' and place == '东县'")["amount"].sum()
    assert carried == planned["amount"].sum() + out["carried_out"].sum()


def test_the_rest_of_a_year_has_what_is_left(run: Run, tmp_path: Path) -> None:
    """In the middle of the year: limits less arrivals, arrivals unspent carried, tasks kept, starts under way."""
    rolled = roll(run, actuals(run, tmp_path, mid_year=True), tmp_path / "rest", mid_year=True)
    assert rolled.reconciliation.ties
    assert rolled.case.scenario.stage == "中期调整"
    assert rolled.case.scenario.horizon.first == 2025
    old, new = run.case.register, rolled.case.register
    pd.testing.assert_frame_equal(new.tasks, old.tasks)
    keys = ["source", "place"]
    for place in ("东县", "西县"):
        frames = (old.limits.query("year == 2025"), old.carried, new.limits.query("year == 2025"), new.carried)
        here = [frame[(frame["place"] == place) & (frame["source"] == "central_grant")] for frame in frames]
        before = here[0]["amount"].sum() + here[1].query("arrival_year == 2024")["amount"].sum()
        assert here[2]["amount"].sum() + here[3]["amount"].sum() == before
    arrived = old.limits.query("year == 2025 and certainty == 'issued'").groupby(keys)["amount"].sum().to_dict()
    assert new.carried.query("arrival_year == 2025").groupby(keys)["amount"].sum().to_dict() == arrived
    started = set(run.tables["projects"].query("start_year == 2025")["project"])
    assert started <= set(new.running.query("start_year == 2025")["project"])


@pytest.mark.slow
def test_the_rest_of_a_year_can_be_planned(run: Run, tmp_path: Path) -> None:
    """Whatever it chooses, the audit is clean."""
    rolled = roll(run, actuals(run, tmp_path, mid_year=True), tmp_path / "rest", mid_year=True)
    assert solve(rolled.case, time_limit=20).manifest["audit"]["failures"] == 0  # type: ignore[index]


FAULTS: dict[str, tuple[str, Change, str]] = {
    "a start not reported": (
        "实际开工", lambda sheet: sheet[sheet["项目编号"] != "E2"],
        "there is no row for E2\n    -> say whether it started",
    ),
    "an arrival not reported": (
        "实际到位", lambda sheet: sheet.iloc[1:], "there is no row for central_grant, 东县",
    ),
    "an issue not reported": ("实际发行", lambda sheet: sheet.iloc[1:], "there is no row for general, 西县"),
    "a bill not reported": (
        "实际支付", lambda sheet: sheet[(sheet["项目编号"] != "R1") | (sheet["年度"] != 2025)],
        "there is no row for R1, county_budget, 2025",
    ),
    "more paid than there was": (
        "实际到位", lambda sheet: sheet.assign(**{"到位金额(万元)": 1}), "were paid, and the account had",
    ),
    "a later bill paid": (
        "实际支付", lambda sheet: sheet.assign(**{"已支付(万元)": 1}), "a bill of a later year is paid already",
    ),
    "a project nobody knows": (
        "实际支付", lambda sheet: sheet.replace({"项目编号": {"E2": "E22"}}), "there is no project 'E22'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_missing_or_cannot_be_is_told(run: Run, tmp_path: Path, fault: str) -> None:
    """And nothing is written."""
    sheet, change, finding = FAULTS[fault]
    with pytest.raises(ScenarioError) as caught:
        roll(run, actuals(run, tmp_path, {sheet: change}), tmp_path / "next")
    assert finding in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["actuals.xlsx"]


def test_later_bills_left_out_are_as_planned(run: Run, rolled: Rolled, tmp_path: Path) -> None:
    """The template says so at each of them."""
    file = actuals(run, tmp_path, {"实际支付": lambda sheet: sheet[sheet["年度"] == 2025]})
    rows = openpyxl.load_workbook(write_template(run, tmp_path / "t.xlsx"))["实际支付"].values
    started = run.tables["payments"]["project"].isin(run.tables["projects"].query("start_year == 2025")["project"])
    later = [
        run.tables["payments"][started].query("year > 2025"),
        run.tables["running"].query("year > 2025"),
    ]
    count = len(pd.concat([bills[["project", "source", "year"]] for bills in later]).drop_duplicates())
    assert [row[-1] for row in rows if isinstance(row[2], int) and row[2] > 2025] == [
        "without this row: as planned"
    ] * count
    short = roll(run, file, tmp_path / "next")
    pd.testing.assert_frame_equal(short.case.register.running, rolled.case.register.running)


LOSSES: dict[str, Callable[[dict[str, pd.DataFrame]], None]] = {
    "a step of carried money": lambda sheets: sheets.update(
        carried=sheets["carried"].assign(amount=sheets["carried"]["amount"] - 1)
    ),
    "a bill": lambda sheets: sheets.update(running=sheets["running"][sheets["running"]["project"] != "E1"]),
    "a step of debt": lambda sheets: sheets.update(
        debt=sheets["debt"].assign(existing_stock=sheets["debt"]["existing_stock"] - 1)
    ),
}
"""What a wrong roll-over would lose."""


@pytest.mark.parametrize("loss", LOSSES)
def test_what_does_not_tie_is_never_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    """The reconciliation reads the new scenario back: money, bills or debt that were lost on the way are found."""
    whole = allocator.analysis.roll.new_register

    def damaged(*arguments: Any) -> dict[str, pd.DataFrame]:
        sheets = whole(*arguments)
        LOSSES[loss](sheets)
        return sheets

    monkeypatch.setattr(allocator.analysis.roll, "new_register", damaged)
    file = actuals(run, tmp_path)
    with pytest.raises(ScenarioError, match="does not tie"):
        roll(run, file, tmp_path / "next")
    assert [path.name for path in tmp_path.iterdir()] == ["actuals.xlsx"]


def test_a_run_without_a_next_year_is_refused(run: Run) -> None:
    """There is nothing to plan."""
    with pytest.raises(ScenarioError, match="starts nothing after 2025"):
        check_years(Year(run, load(run.case.path, {"horizon.last": 2025})))


def cli(*arguments: object) -> tuple[int, str]:
    """Exit code and what the command line prints."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    return int(end.value.code or 0), out.getvalue()


def test_the_command_writes_template_scenario_and_reconciliation(run: Run, tmp_path: Path) -> None:
    """In two steps, with what the new scenario starts from; nothing that exists is overwritten."""
    file, out = tmp_path / "actuals.xlsx", tmp_path / "next"
    assert cli("roll", run.path, "--template", file, "--lang", "en") == (0, f"{file}\n")
    code, told = cli("roll", run.path, "--actuals", file, "--out", out, "--lang", "en")
    assert code == 0
    assert told.splitlines()[0].startswith("1 projects were under way and 4 started;")
    assert told.splitlines()[1].endswith("every difference is 0.")
    book = openpyxl.load_workbook(out / "结转对账表.xlsx")
    assert book.sheetnames == ["Money", "Projects", "Debt", "Lapsed and notes"]
    totals = [row for row in book["Money"].values if row[0] == "Total"]
    assert [row[-1] for row in totals] == [0]
    assert cli("roll", run.path, "--actuals", file, "--out", out, "--lang", "en")[0] == 2
    assert cli("roll", run.path, "--out", tmp_path / "other", "--lang", "en")[0] == 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_random_cities_tie_and_go_on(tmp_path: Path, seed: int) -> None:
    """Generated cities of the shipped policy: every difference is 0, and the rest of the plan can be carried out.

    A gate promised for the new plan year is no longer enough for a start in it: such starts are left open. Money of
    areas cannot be rolled over, so no special bonds are issued.
    """
    no_special_bonds = {"path": "register.limits.amount", "where": {"source": "special_bond"}, "set": 0}
    city = generate(40, 2, seed, tmp_path / "city", register="csv")
    plan = solve(load(city, {"changes": [no_special_bonds]}), time_limit=20)
    run = read_run(write_run(plan, tmp_path / "run"))
    rolled = roll(run, actuals(run, tmp_path), tmp_path / "next")
    assert rolled.reconciliation.ties
    year = Year(run, run.case)
    new = rolled.reconciliation.projects.query("kind == 'new'")
    assert set(new["project"]) == set(year.planned_starts.index) - year.unfunded
    register = rolled.case.register
    unproven = register.gates.query("state == 'promised' and year == 2026")["estate"]
    open_again = set(register.estates[register.estates["estate"].isin(unproven)]["project"])
    adopted = at(register.adopted[["project", "start_year"]], "project")
    settled = {name: int(year) for name, year in adopted.items() if year > 2026 or name not in open_again}
    again = solve(load(rolled.case.path, {"locks": settled}), time_limit=20)
    assert again.manifest["audit"]["failures"] == 0  # type: ignore[index]
    assert settled.items() <= at(again.tables["projects"][["project", "start_year"]], "project").items()
