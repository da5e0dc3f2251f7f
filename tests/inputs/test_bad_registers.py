"""Faulty registers: one kind of fault each, with place, finding and cure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from allocator.inputs.load import load
from tests.worlds import SHEETS, SOURCES, replaced, write_world

Refusal = Callable[..., str]


def changed(sheet: str, *pairs: tuple[str, str]) -> dict[str, str]:
    """One sheet with words replaced."""
    return {sheet: replaced(SHEETS[sheet], *pairs)}


class Fault(NamedTuple):
    """One fault of a sheet: words replaced, and the problem that says so."""

    sheet: str
    replaced: tuple[str, str]
    place: str
    finding: str
    cure: str


CELLS = {
    "an estate in no county": Fault(
        "小区", ("东县", "东西乡"), ", row 2, 县(市、区)", "there is no county '东西乡'", "known: 东县, 西县"
    ),
    "a number in words": Fault(
        "小区",
        ("100", "一百"),
        ", row 2, 户数(户)",
        "'一百' is not a number",
        "write digits only; the unit belongs in the heading",
    ),
    "a negative count": Fault("小区", (",60,", ",-60,"), ", row 3, 户数(户)", "-60 is negative", "write 0 or more"),
    "half a household": Fault(
        "小区", (",60,", ",60.5,"), ", row 3, 户数(户)", "'60.5' is not a whole number", "write a whole number"
    ),
    "a blank that is needed": Fault("小区", (",60,", ",,"), ", row 3, 户数(户)", "the cell is blank", "fill it in"),
    "a year of no calendar": Fault(
        "小区",
        ("1990", "3990"),
        ", row 3, 建成年份",
        "the year 3990 is not between 1900 and 2200",
        "write a year like 2025",
    ),
    "a year yet to come": Fault(
        "小区", ("1990", "2026"), ", row 3, 建成年份", "the year of completion is after 2025-01-01", "correct the year"
    ),
    "an impossible date": Fault(
        "小区", ("1990", "1990-02-30"), ", row 3, 建成年份", "there is no date '1990-02-30'", "write a year like 2025"
    ),
    "a word of another column": Fault(
        "小区",
        ("是", "已改造"),
        ", row 2, 安全隐患",
        "'已改造' is not one of the words for this column",
        "write one of: 是, 否, yes, no, true, false, 1, 0",
    ),
    "an id twice": Fault(
        "小区", ("E2", "E1"), ", row 3, 小区编号", "E1 stands in row 2 already", "remove or rename one of the two"
    ),
    "an id with brackets": Fault(
        "前置条件",
        ("E1", "E[1]"),
        ", row 2, 小区编号",
        "'E[1]' cannot be an id",
        "use at most 80 characters without brackets, commas, bars and line breaks",
    ),
    "negative money": Fault(
        "改造项", ("60.00", "-60"), ", row 3, 造价(万元)", "the amount -60 is negative", "write 0 or more"
    ),
    "money with its unit": Fault(
        "改造项",
        ("60.00", "60万"),
        ", row 3, 造价(万元)",
        "'60万' is not a number",
        "write digits only; the unit belongs in the heading",
    ),
    "a formula as text": Fault(
        "改造项", ("60.00", "=30*2"), ", row 3, 造价(万元)", "'=30*2' is a formula as text", "write the value itself"
    ),
    "too much money": Fault(
        "改造项",
        ("60.00", "9e20"),
        ", row 3, 造价(万元)",
        "9e20 is too large an amount",
        "check the unit in the heading",
    ),
    "no cost": Fault(
        "改造项",
        ("60.00", ""),
        ", row 3, 造价(万元)",
        "the item has no cost",
        "write the cost, or quantity and unit cost",
    ),
    "a work of no catalogue": Fault(
        "改造项", ("lift", "lifts"), ", row 3, 改造内容", "there is no work 'lifts'", "did you mean 'lift'?"
    ),
    "an item that requires itself": Fault(
        "改造项", ("否,K1", "否,K2"), ", row 3, 前置改造项", "the item requires itself", "remove it from the list"
    ),
    "an unknown severity": Fault(
        "改造项", ("120.5,,3", "120.5,,4"), ", row 2, 严重程度", "4 is not between 0 and 3", "correct the value"
    ),
    "an unknown component": Fault(
        "费用构成", ("土建", "土方"), ", row 2, 构成", "the work 'roof' has no component '土方'", "did you mean '土建'?"
    ),
    "a gate twice, by two names": Fault(
        "前置条件",
        ("E2", "E1"),
        ", row 3, 小区编号",
        "E1 / survey stands in row 2 already",
        "remove or rename one of the two",
    ),
    "a share above one": Fault(
        "出资承诺", ("85%", "85"), ", row 2, 参与户数比例", "the share 85 is not between 0 and 1", "write 30% or 0.3"
    ),
    "a vote on a budget": Fault(
        "业主表决",
        ("居民出资", "县级配套"),
        ", row 2, 资金来源",
        "the source 'county_budget' lies with the county; owners vote on money of their estate",
        "name the source that is pledged",
    ),
    "a vote without a day": Fault(
        "业主表决",
        ("2024-11-05", "2024-11"),
        ", row 2, 表决日期",
        "'2024-11' is not a date",
        "write a date like 2025-03-01",
    ),
    "a vote on a day there is not": Fault(
        "业主表决",
        ("2024-11-05", "2024-11-31"),
        ", row 2, 表决日期",
        "there is no date '2024-11-31'",
        "write a date like 2025-03-01",
    ),
    "a pledge from a budget": Fault(
        "出资承诺",
        ("居民出资", "县级配套"),
        ", row 2, 资金来源",
        "the source 'county_budget' lies with the county; pledges are an estate's",
        "write it among the limits, or name another source",
    ),
    "a limit of a source at a place it is not": Fault(
        "资金额度",
        ("县级配套,东县,2026", "居民出资,,2025"),
        ", row 3, 县(市、区)",
        "the place is blank",
        "write it among the pledges: the source is an estate's",
    ),
    "a year without a limit": Fault(
        "资金额度",
        ("2026", "2025"),
        ": county_budget",
        "the source county_budget (县级配套), 东县, has no limit for 2026",
        "add a row for each of these years (0 when there is no money), or one for the total",
    ),
    "an unknown unit": Fault(
        "资金额度",
        ("额度(万元)", "额度(千元)"),
        ", row 1, 额度(千元)",
        "unknown unit '千元'",
        "write one of: 万元, 元, 亿元, cny",
    ),
    "an unknown heading": Fault(
        "资金额度", ("文号", "年代"), ", row 1, 年代", "unknown heading", "did you mean '年度'?"
    ),
    "a heading twice": Fault(
        "资金额度", ("文号", "年度"), ", row 1, 年度", "the heading stands here twice", "remove one of the two columns"
    ),
    "a column without heading": Fault(
        "资金额度",
        (",文号", ","),
        ", row 1, column F",
        "the column has values (first in row 2) but no heading",
        "write its heading, or empty the column",
    ),
    "a column left out": Fault(
        "出资承诺", ("承诺金额(元)", ""), "", "the column 承诺金额 (amount) is missing", "add it; the register needs it"
    ),
}
"""By what is wrong."""


@pytest.mark.parametrize("fault", CELLS)
def test_each_fault_says_where_what_and_the_cure(refusal: Refusal, fault: str) -> None:
    """The whole text, as the user reads it, is among the problems."""
    case = CELLS[fault]
    found = refusal(sheets=changed(case.sheet, case.replaced))
    assert f"register/{case.sheet}.csv{case.place}: {case.finding}\n    -> {case.cure}" in found


def test_everything_wrong_is_said_at_once_in_the_order_of_the_file(refusal: Refusal) -> None:
    """Three faults in two sheets, and nothing else."""
    sheets = changed("小区", ("东县", "西乡"), (",60,", ",x,")) | changed("前置条件", ("2026", "明年"))
    assert refusal(sheets=sheets) == (
        "register/前置条件.csv, row 3, 年度: '明年' is not a year\n    -> write a year like 2025\n"
        "register/小区.csv, row 2, 县(市、区): there is no county '西乡'\n    -> did you mean '西县'?\n"
        "register/小区.csv, row 3, 户数(户): 'x' is not a number\n"
        "    -> write digits only; the unit belongs in the heading"
    )


def test_many_faults_of_a_kind_are_counted(refusal: Refusal) -> None:
    """Ten rows are shown, the rest is a number."""
    rows = "".join(f"E{number},苑,东县,1985,many,4,8000,是,\n" for number in range(3, 103))
    lines = refusal(sheets={"小区": SHEETS["小区"] + rows}).splitlines()
    assert len(lines) == 22
    assert lines[20] == "register/小区.csv, row 14, 户数(户): and 90 more rows like these, down to row 103"


def test_unknown_sheets_are_refused_with_the_nearest_name(refusal: Refusal) -> None:
    """Also when the right sheet is there."""
    assert refusal(sheets={"小曲": "a,b\n1,2\n"}) == "register/小曲.csv: unknown sheet\n    -> did you mean '小区'?"


def test_a_file_in_no_known_encoding_is_refused(refusal: Refusal) -> None:
    """Never read as garbage."""
    text = refusal(sheets={"相邻": b"\xff\xfe1\x002\x00"})
    assert (
        text == "register/相邻.csv: the file is neither in UTF-8 nor in GB 18030 (GBK)\n    -> save it as 'CSV UTF-8'"
    )


def test_a_sheet_without_headings_is_refused(refusal: Refusal) -> None:
    """With the headings it needs."""
    text = refusal(sheets={"相邻": "E1,E2\nE2,E1\n"})
    assert text == (
        "register/相邻.csv: no heading row among the first 10 rows\n    -> write the headings: 小区编号, 相邻小区编号"
    )


def test_bills_above_the_limit_of_their_account_are_refused(refusal: Refusal) -> None:
    """The account would be negative before anything starts; carried money counts."""
    bills = "项目编号,县(市、区),资金来源,年度,应付金额\nR1,东县,县级配套,2025,30\nR2,东县,县级配套,2025,23.01\n"
    carried = "资金来源,县(市、区),到位年度,结转金额\n县级配套,东县,2024,3\n"
    assert refusal(sheets={"在建项目": bills, "结转资金": carried}) == (
        "register/在建项目.csv, row 2, 应付金额: bills of 53.01 万元 fall due in 2025 from county_budget, 东县, "
        "which then has 53.00 万元\n    -> raise the limit, or charge the bills to another source or year"
    )


def test_a_source_of_the_whole_city_needs_every_year(refusal: Refusal) -> None:
    """No row would mean no limit."""
    text = refusal(sources=replaced(SOURCES, ("scope: county", "scope: city")), sheets={"资金额度": None})
    assert text == (
        "register: county_budget: the source county_budget (县级配套), the whole city, has no limit for 2025-2026\n"
        "    -> add a row for each of these years (0 when there is no money), or one for the total"
    )


def test_components_must_sum_to_a_stated_cost(refusal: Refusal) -> None:
    """Both figures are shown."""
    text = refusal(sheets=changed("费用构成", ("2.5", "2.4")))
    assert text == (
        "register/改造项.csv, row 4, 造价(万元): the cost 7.50 is not the sum of its components, 7.40\n"
        "    -> correct one of them, or leave the cost blank"
    )


def test_components_define_a_cost_that_is_not_stated(tmp_path: Path) -> None:
    """And the last resort is quantity x unit cost."""
    case = load(write_world(tmp_path, sheets=changed("改造项", ("7.5", ""))))
    assert list(case.register.items["cost"]) == [1205, 6000, 750]


def test_a_project_lies_in_one_county(refusal: Refusal) -> None:
    """Its money is one county's."""
    estates = "小区编号,县(市、区),户数,项目编号\nE1,东县,100,P\nE2,西县,60,P\n"
    assert refusal(sheets={"小区": estates}) == (
        "register/小区.csv, row 3, 项目编号: the project 'P' has estates in '东县' and in '西县'\n"
        "    -> give each county a project of its own"
    )


NOTICES = {
    "too few households for the buildings": (
        ("100,4", "100,20"),
        "1 estates have under 9 or over 200 households per building: E1: 5.0",
    ),
    "too little floor area": (("8000", "1300"), "1 estates have under 20 or over 400 m² per household: E1: 13.0"),
    "an area in the wrong unit": (
        ("8000", "80000000"),
        "1 estates have a floor area over 3,000,000 m²: E1: 80,000,000 m²",
    ),
    "works that cost too little": (
        ("100,4", "10000,400"),
        "1 estates have under 100 or over 500,000 yuan of works per household: E1: 72.0",
    ),
}
"""Words replaced in the estates, and the finding."""


@pytest.mark.parametrize("oddity", NOTICES)
def test_figures_that_can_hardly_be_are_noticed_with_the_figure(tmp_path: Path, oddity: str) -> None:
    """They do not stop a run: the register may still be right."""
    pair, finding = NOTICES[oddity]
    assert finding in [notice.finding for notice in load(write_world(tmp_path, sheets=changed("小区", pair))).notices]


def test_a_plausible_register_has_no_notices(tmp_path: Path) -> None:
    """Nobody learns to look away."""
    assert load(write_world(tmp_path)).notices == ()
