"""Projects under way: facts told once hold for the whole project; what contradicts itself says where and what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.inputs.load import load
from tests.worlds import write_world

Refusal = Callable[..., str]

HEAD = (
    "项目编号,项目名称,县(市、区),开工年度,小区数,户数,概算,合同额,已完成投资,预计完工年度,"
    "资金来源,累计到位,累计支付,年度,应付金额\n"
)
FIRST = "R1,旧街,东县,2024,2,90,40,36,20,2025,县级配套,15,10,2025,12\n"
SECOND = "R1,,东县,,,,,,,,县级配套,,,2026,3.5\n"
CARRIED = {"结转资金": "资金来源,县(市、区),到位年度,结转金额\n县级配套,东县,2024,5\n"}


def register(*rows: str) -> dict[str, str]:
    """The sheet with these rows, and the money that arrived for them carried over."""
    return {"在建项目": HEAD + "".join(rows), **CARRIED}


def test_a_fact_told_once_stands_on_every_row(tmp_path: Path) -> None:
    """Name, start, sizes and money of the project, whichever row told them."""
    case = load(write_world(tmp_path, sheets=register(SECOND, FIRST)))
    assert case.register.running.to_dict("records") == [
        {"project": "R1", "name": "旧街", "county": "东县", "start_year": 2024, "estates": 2, "households": 90,
         "estimate": 40_00, "contract": 36_00, "done": 20_00, "expected_end": 2025, "source": "county_budget",
         "arrived": 15_00, "paid": 10_00, "year": year, "amount": amount, "document": "", "kind": "project"}
        for year, amount in ((2025, 12_00), (2026, 3_50))
    ]  # fmt: skip
    assert case.notices == ()


FAULTS = {
    "two names": (
        ("R1,,东县", "R1,新街,东县"), "row 3, 项目名称", "the project 'R1' has 新街 here and 旧街 further up",
    ),
    "two counties": (
        ("R1,,东县", "R1,,西县"), "row 3, 县(市、区)", "the project 'R1' has 西县 here and 东县 further up",
    ),
    "two estimates": (
        (",,,,,,,,县级", ",,,,41,,,,县级"), "row 3, 概算",
        "the project 'R1' has 41.00 万元 here and 40.00 万元 further up",
    ),
    "two sums paid": (
        ("县级配套,,,2026", "县级配套,,9,2026"), "row 3, 累计支付",
        "the project 'R1' has 9.00 万元 here and 10.00 万元 further up",
    ),
    "more paid than arrived": (
        (",15,10,", ",9.99,10,"), "row 2, 累计支付", "10.00 万元 were paid, of 9.99 万元 that arrived",
    ),
    "bills above the estimate": (
        (",40,36,", ",25.49,25.49,"), "row 2, 概算",
        "payments and bills come to 25.50 万元, the estimate is 25.49 万元",
    ),
    "a bill long after the end": (
        (",2025,县级", ",2022,县级"), "row 2, 预计完工年度",
        "the project is to be finished in 2022; its bill of 2025 is later than retention runs",
    ),
    "a start yet to come": (
        (",2024,2,", ",2026,2,"), "row 2, 开工年度", "the project starts after 2025, the first year planned",
    ),
}  # fmt: skip
"""Words replaced in the two rows, the place, and the finding."""


@pytest.mark.parametrize("fault", FAULTS)
def test_each_contradiction_says_where_and_what(refusal: Refusal, fault: str) -> None:
    """The whole place and finding."""
    (old, new), place, finding = FAULTS[fault]
    rows = FIRST + SECOND
    assert old in rows
    assert f"register/在建项目.csv, {place}: {finding}\n" in refusal(sheets=register(rows.replace(old, new)))


def test_all_contradictions_are_said_at_once(refusal: Refusal) -> None:
    """Two rows, three faults."""
    rows = (FIRST + SECOND).replace(",15,10,", ",9,10,").replace("R1,,东县", "R1,新街,东县").replace(",40,", ",20,")
    text = refusal(sheets=register(rows))
    assert [line.split(": ")[0].split(", ", 1)[1] for line in text.splitlines() if "->" not in line] == [
        "row 2, 概算", "row 2, 累计支付", "row 3, 项目名称",
    ]  # fmt: skip


NOTICES = {
    "above the contracts": (
        ",36,20,", ",25,20,", "payments and bills are above the contracts: R1: 25.50 万元 > 25.00 万元",
    ),
    "contracts above the estimate": (
        ",40,36,", ",40,41,", "the contracts are above the estimate: R1: 41.00 万元 > 40.00 万元",
    ),
    "money that is not carried over": (
        ",15,10,", ",15.01,10,",
        "projects under way hold 5.01 万元 of county_budget, 东县, and 5.00 万元 are carried over",
    ),
}  # fmt: skip


@pytest.mark.parametrize("oddity", NOTICES)
def test_what_may_be_right_is_noticed(tmp_path: Path, oddity: str) -> None:
    """The run goes on, with the figures shown."""
    old, new, finding = NOTICES[oddity]
    case = load(write_world(tmp_path, sheets=register((FIRST + SECOND).replace(old, new))))
    assert [notice.finding for notice in case.notices] == [finding]
