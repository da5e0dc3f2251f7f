"""Synthetic registers: the same seed gives the same files, totals are met, and what is made can be loaded."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from allocator.inputs.load import load
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.shipped import shipped
from allocator.inputs.synthetic import calibrated_register, generate
from allocator.inputs.synthetic.draw import to_total
from allocator.inputs.write_register import write_xlsx

CITY = shipped("scenarios") / "xianning-synthetic"

ESTATES_BY_COUNTY = {"咸安区": 88, "嘉鱼县": 137, "赤壁市": 100, "通城县": 18, "崇阳县": 63, "通山县": 28}


@cache
def city() -> dict[str, pd.DataFrame]:
    """Register of the shipped city, made anew."""
    return calibrated_register(CITY / "calibration" / "extent.yaml")


def cells(workbook: Path) -> dict[str, list[list[object]]]:
    """Every cell of a workbook, by sheet."""
    book = CalamineWorkbook.from_path(workbook)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_city_has_the_published_totals() -> None:
    """Estates, households and floor area exactly; the cost of all items within a thousandth of 22.72 亿元."""
    estates, items = city()["estates"], city()["items"]
    totals = (len(estates), int(estates["households"].sum()), float(estates["floor_area"].sum()))
    assert totals == (434, 74_857, 8_743_200.0)
    assert estates.groupby("county").size().to_dict() == ESTATES_BY_COUNTY
    assert int(items["cost"].sum()) == pytest.approx(22_720_000, rel=0.001)


def test_buildings_of_the_city_are_plausible() -> None:
    """20 to 30 households in a building on average: the published 8,640 buildings would mean fewer than nine."""
    estates = city()["estates"]
    assert 20 <= estates["households"].sum() / estates["buildings"].sum() <= 30
    assert (estates["floor_area"] / estates["households"]).between(80, 160).all()


def test_nobody_takes_a_synthetic_estate_for_a_real_one() -> None:
    """Names say that they are made up, and so does the scenario."""
    assert city()["estates"]["name"].str.contains("示例").all()
    scenario = load(CITY / "base.yaml").scenario
    assert scenario.synthetic
    assert "演示数据" in scenario.label.zh


def test_the_shipped_register_is_what_the_seed_gives(tmp_path: Path) -> None:
    """Making the register again changes no cell of the shipped one."""
    write_xlsx(city(), tmp_path / "register.xlsx", Money())
    assert cells(tmp_path / "register.xlsx") == cells(CITY / "register.xlsx")


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    """And another seed another register."""
    first, again, other = (generate(30, 2, seed, tmp_path / name) for name, seed in (("a", 7), ("b", 7), ("c", 8)))
    made = [cells(path.parent / "register.xlsx") for path in (first, again, other)]
    assert first.read_text(encoding="utf-8") == again.read_text(encoding="utf-8")
    assert (made[0] == made[1], made[0] == made[2]) == (True, False)


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (40, 3)])
@pytest.mark.parametrize("register", ["xlsx", "csv"])
def test_what_is_generated_loads(size: tuple[int, int], register: str, tmp_path: Path) -> None:
    """Every size, in both forms, without a problem."""
    case = load(generate(*size, 1, tmp_path, register=register))
    assert (len(case.register.estates), len(case.scenario.counties)) == size


def test_both_forms_and_languages_hold_the_same(tmp_path: Path) -> None:
    """A workbook with Chinese headings and a folder of English .csv files give the same case."""
    chinese = load(generate(20, 2, 3, tmp_path / "zh"))
    english = load(generate(20, 2, 3, tmp_path / "en", register="csv", language="en"))
    for sheet in vars(chinese.register):
        pd.testing.assert_frame_equal(getattr(chinese.register, sheet), getattr(english.register, sheet))


def test_more_counties_than_estates_are_refused(tmp_path: Path) -> None:
    """Every county has an estate."""
    with pytest.raises(ValueError, match="3 counties"):
        generate(2, 3, 1, tmp_path)


def test_residents_can_pay_what_they_must() -> None:
    """Estates whose gates are met or promised have pledges; only the others state a participation below the gate's."""
    gates, pledges = city()["gates"], city()["pledges"]
    unmet = set(gates.loc[gates["state"] == "unmet", "estate"])
    stated = pledges.dropna(subset=["participation"]).set_index("estate")["participation"].astype(float)
    assert set(stated.index[stated < 0.6]) == unmet
    assert set(pledges["estate"]) == set(city()["estates"]["estate"])


@pytest.mark.parametrize(
    ("values", "total", "least"), [([1.0, 1.0, 1.0], 10, 0), ([0.0, 0.0], 5, 1), ([3.5, 900.0], 41, 20)]
)
def test_parts_sum_to_the_total(values: list[float], total: int, least: int) -> None:
    """Largest remainder, and none below the least."""
    parts = to_total(np.array(values), total, least)
    assert (int(parts.sum()), bool((parts >= least).all())) == (total, True)


def test_a_total_too_small_is_refused() -> None:
    """Two parts of at least 10 do not fit into 15."""
    with pytest.raises(ValueError, match="at least 10"):
        to_total(np.array([1.0, 2.0]), 15, 10)
