"""Registers written and read back, in both forms and languages, are the registers that were written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.inputs.case import Case, Register, from_steps
from allocator.inputs.cells import Unreadable, parser
from allocator.inputs.headings import Heading, heading, read_heading
from allocator.inputs.load import load
from allocator.inputs.register_sheets import SHEET, SHEETS
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.write_register import write_csv, write_xlsx
from tests.worlds import SCENARIO, SOURCES, replaced, write_world

ROUTES = """\
routes:
  grant: {label: {zh: 补助渠道}, without: []}
  investment: {label: {zh: 投资渠道}, without: [county_budget]}
"""

EVERY_SHEET = {
    "小区": """\
小区编号,小区名称,县(市、区),项目编号,片区编号,建成年份,户数,楼栋数,建筑面积(㎡),经度,纬度,公房比例,原产权单位,状态,安全隐患,已有社区服务设施,评分,备注
E1,东苑,东县,P1,A1,1985,100,4,8000,114.3219876543,29.8,0.125,'=机械厂,正常,是,2,,"两行
备注"
E2,西苑,西县,,,,60,3,5400.5,,,,,C级危房,否,,-12.5,'-
""",
    "项目": "项目编号,项目名称,实施主体,批复文号,资金渠道\nP1,东苑改造,住建局,东发〔2025〕1号,补助渠道|investment\n",
    "片区": "片区编号,片区名称,最少小区数,连片加分\nA1,东片区,1,30.25\n",
    "片区收益": """\
片区编号,收益类型,改造内容,小区编号,起算年数,收益年限,年净收益(万元),落实程度,依据
A1,停车,,E1,2,20,2.5,已下达,东财〔2025〕1号
""",
    "相邻": "小区编号,相邻小区编号\nE1,E2\n",
    "既定方案": "项目编号,开工年度,文号\nP1,2026,一上\nE2,,\n",
    "在建项目": "项目编号,县(市、区),资金来源,年度,应付金额\nR1,东县,县级配套,2025,1.25\n",
    "结转资金": "资金来源,县(市、区),到位年度,结转金额\n县级配套,东县,2024,3\n",
    "年度任务": "县(市、区),年度,小区数下限,户数上限\n,合计,1,\n东县,2025,,500\n",
    "实施能力": "县(市、区),年度,开工小区数上限,投资上限(亿元)\n东县,2025,3,1.5\n",
    "债务": "县(市、区),年度,债务限额,还本付息上限\n东县,2025,1000,\n",
}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A case with something in every sheet."""
    return load(write_world(tmp_path, sources=SOURCES + ROUTES, sheets=EVERY_SHEET))


def frames_of(register: Register) -> dict[str, pd.DataFrame]:
    """Frames by sheet key."""
    return {sheet.key: getattr(register, sheet.key) for sheet in SHEETS}


def assert_same(found: Register, expected: Register) -> None:
    """Every frame has the same columns, dtypes and values."""
    for key, frame in frames_of(expected).items():
        pd.testing.assert_frame_equal(frames_of(found)[key], frame, obj=key)


def test_the_example_fills_every_sheet(case: Case) -> None:
    """No sheet goes untested."""
    assert [key for key, frame in frames_of(case.register).items() if frame.empty] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_written_registers_load_unchanged(case: Case, tmp_path: Path, form: str, language: str) -> None:
    """Both forms, both languages: same values, same dtypes."""
    folder = tmp_path / "again"
    name = "register.xlsx" if form == "xlsx" else "tables"
    world = write_world(
        folder, scenario=replaced(SCENARIO, ("register: register", f"register: {name}")), sources=SOURCES + ROUTES
    )
    write = write_xlsx if form == "xlsx" else write_csv
    write(frames_of(case.register), folder / name, case.scenario.money, language)
    assert_same(load(world).register, case.register)


def test_written_files_are_the_same_every_time(case: Case, tmp_path: Path) -> None:
    """A register has one file, so hashes of inputs mean something."""
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsx(frames_of(case.register), tmp_path / name, case.scenario.money)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_sheets_and_columns_the_register_does_not_have_are_refused(tmp_path: Path) -> None:
    """A generator cannot write what no reader takes."""
    with pytest.raises(KeyError, match="estate_s"):
        write_csv({"estate_s": pd.DataFrame()}, tmp_path, Money())
    with pytest.raises(KeyError, match="colour"):
        write_csv({"estates": pd.DataFrame({"colour": ["red"]})}, tmp_path, Money())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_heading_reads_back_as_its_column(language: str) -> None:
    """With the unit it is written with."""
    money = Money()
    found = [
        (sheet.key, read_heading(heading(column, money, language), sheet, money))
        for sheet in SHEETS
        for column in sheet.columns
    ]
    assert found == [(sheet.key, Heading(column, Decimal(1))) for sheet in SHEETS for column in sheet.columns]


def cell(sheet: str, column: str, text: str, money: Money) -> object:
    """Value of one cell under a heading without a unit."""
    found = next(each for each in SHEET[sheet].columns if each.key == column)
    return parser(Heading(found, Decimal(1)), money)(text)


@given(steps=st.integers(0, 2**53 - 1), step=st.sampled_from(["0.01", "0.000001", "1", "0.25", "1000"]))
def test_amounts_keep_every_step(steps: int, step: str) -> None:
    """Thousands commas and all."""
    money = Money(step=Decimal(step))
    assert cell("items", "cost", f"{from_steps(steps, money):,f}", money) == steps


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**12, places=6))
def test_rates_keep_every_digit(rate: Decimal) -> None:
    """No float in between."""
    assert cell("items", "unit_cost", str(rate), Money()) == rate


@given(st.floats(min_value=1e-20, max_value=1e15) | st.just(0.0))
def test_numbers_keep_every_bit(number: float) -> None:
    """Quantities and coordinates are floats, and stay the floats they were."""
    assert cell("items", "quantity", repr(number), Money()) == number


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_but_never_breaks(text: str) -> None:
    """Whatever stands in a cell."""
    money = Money()
    for sheet in SHEETS:
        for column in sheet.columns:
            value = parser(Heading(column, Decimal(1)), money)(text)
            assert isinstance(value, Unreadable | str | int | float | Decimal | tuple)
