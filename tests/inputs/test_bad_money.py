"""Rules about money that no plan can satisfy: said before anything is solved, with the exact words and the cure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.worlds import POLICY, SCENARIO, SOURCES, replaced

Refusal = Callable[..., str]

CITED = 'clause: "9", document: doc, basis: law'
BOTH = 'values: [{shares: {government: {}, residents: {}}, since: 2020-01-01, clause: "2", document: doc, basis: law}]'
NEXT = f"{{{{shares: {{{{government: {{{{}}}}}}}}, since: {{}}, {CITED}}}}}"


def share(payer: str = "residents", **ends: float) -> str:
    """The payer's source with a share of its payer's part."""
    values = ", ".join(
        f"{side}: [{{value: {value}, unit: share, since: 2020-01-01, {CITED}}}]" for side, value in ends.items()
    )
    return replaced(SOURCES, (f"payer: {payer}", f"payer: {payer}\n    share: {{of: payer_part, {values}}}"))


def formula(*changes: tuple[str, str]) -> str:
    """The county's budget with a formula of 1 万元 per estate."""
    text = f"formula: {{per_estate: 1, unit: 万元, since: 2020-01-01, {CITED}}}"
    return replaced(SOURCES, ("payer: government", f"payer: government\n    {replaced(text, *changes)}"))


def bond(since: str = "2020-01-01", term: int = 5) -> str:
    """Sources with a bond of lots of 10 万元 at 4 %, served by the county's budget; its source begins ``since``."""
    quantity = "{{value: {}, unit: {}, since: 2020-01-01, {}}}"
    lies = "payer: government, level: county, ledger: 债, scope: county"
    source = f"  bond: {{label: {{}}, {lies}, since: {since}, {CITED}}}\n"
    terms = (
        "bonds:\n  b: {label: {}, source: bond, service_source: county_budget, repayment: instalments, "
        f"lot: {quantity.format(10, '万元', CITED)}, term_years: {quantity.format(term, 'year', CITED)}, "
        f"coupon: {quantity.format('0.04', 'share', CITED)}, since: 2020-01-01, {CITED}}}\n"
    )
    return replaced(SOURCES, ("sources:\n", f"sources:\n{source}")) + terms


POLICIES = {
    "two values of one day": (
        {"policy": replaced(POLICY, (BOTH, f"{BOTH[:-1]}, {NEXT.format('2020-01-01')}]"))},
        "models/tiny/policy.yaml:21: rules[both].values[1].since: two values begin on 2020-01-01\n"
        "    -> remove one of the two, or correct its date",
    ),
    "values that overlap": (
        {
            "policy": replaced(
                POLICY,
                (BOTH, f"{BOTH[:-2]}, until: 2024-06-30}}, {NEXT.format('2024-01-01')}]"),
            )
        },
        "models/tiny/policy.yaml:21: rules[both].values[0].until: in force until 2024-06-30, but the "
        "next value begins "
        "on 2024-01-01\n    -> end it the day before, or leave the end out: the next value takes its place",
    ),
    "a share band that is empty": (
        {"sources": share("government", min=0.6, max=0.4)},
        "models/tiny/sources.yaml:5: sources[county_budget].share: from 2020-01-01 the least share 0.6 "
        "is above the greatest "
        "share 0.4: the band is empty\n    -> exchange the two, or correct a date",
    ),
    "greatest shares that leave a part unpaid": (
        {"sources": share(max=0.4)},
        "models/tiny/sources.yaml:16: sources[pledge].share.max: the greatest shares of pledge sum to 0.4 of what "
        "'residents' pays for roof/private, and nothing else pays\n"
        "    -> raise them until they sum to at least 1, or set last_resort: true at the payer",
    ),
    "a formula of an estate": (
        {
            "sources": replaced(
                SOURCES,
                (
                    "payer: residents",
                    f"payer: residents\n    formula: {{per_estate: 1, unit: 万元, since: 2020-01-01, {CITED}}}",
                ),
            )
        },
        "models/tiny/sources.yaml:16: sources[pledge].formula: a formula's money arrives at a county, an area or the "
        "city, not at an estate\n    -> correct the scope of the source",
    ),
    "a formula that takes": (
        {"sources": formula(("per_estate: 1", "per_estate: -1"))},
        "models/tiny/sources.yaml:5: sources[county_budget].formula.per_estate: the rate is negative\n"
        "    -> write 0 or more",
    ),
    "a formula of a source without limits": (
        {"sources": replaced(formula(), ("local: true", "limited: false"))},
        "models/tiny/sources.yaml:5: sources[county_budget].formula: the source has no limits, so the "
        "formula's money "
        "adds nothing\n    -> remove the formula, or set limited: true",
    ),
    "a cap below nothing": (
        {
            "sources": replaced(
                SOURCES,
                (
                    "payer: residents",
                    "payer: residents\n    caps: [{per: estate, amount: [{value: -1, unit: 万元/个, "
                    "since: 2020-01-01, "
                    f"{CITED}}}]}}]",
                ),
            )
        },
        "models/tiny/sources.yaml:16: sources[pledge].caps[0].amount[0]: the amount is negative\n    -> "
        "write 0 or more",
    ),
    "a participation above all": (
        {
            "sources": replaced(
                SOURCES,
                (
                    "{zh: 入户调查},",
                    f"{{zh: 入户调查}}, participation: {{value: 60, unit: share, since: 2020-01-01, {CITED}}},",
                ),
            )
        },
        "models/tiny/sources.yaml:24: gates[survey].participation: 60 is no share\n    -> write 30 % as 0.3",
    ),
    "a source that every route leaves out": (
        {"sources": SOURCES + "routes: {r: {label: {}, without: [pledge]}}\n"},
        "models/tiny/sources.yaml:13: sources[pledge]: the source may pay for nothing: every route leaves it out\n"
        "    -> take it out of `without` of one route, or remove the source",
    ),
    "a bond whose source is not in force": (
        {"sources": bond(since="2026-01-01")},
        "models/tiny/sources.yaml:30: bonds[b].source: the source 'bond' is not in force on 2025-01-01, so it pays "
        "nothing\n    -> correct the dates of the source, end this rule with it, or name another source",
    ),
    "a unit grant whose source is not in force": (
        {
            "policy": replaced(POLICY, ("share: 1, rule: both", "share: 1, rule: both, unit_grant: g")),
            "sources": replaced(
                bond(since="2026-01-01").split("bonds:")[0],
                ("gates:", f"unit_grants: {{g: {{label: {{}}, source: bond, unit: 万元/部, "
                 f"values: [{{tiers: [{{amount: 1}}], since: 2020-01-01, {CITED}}}]}}}}\ngates:"),
            ),
        },
        "models/tiny/sources.yaml:24: unit_grants[g].source: the source 'bond' is not in force on 2025-01-01, so it "
        "pays nothing\n    -> correct the dates of the source, end this rule with it, or name another source",
    ),
}  # fmt: skip
"""Files of the world, and the text of the problem, by fault."""


@pytest.mark.parametrize("fault", POLICIES)
def test_each_rule_that_no_plan_can_satisfy(refusal: Refusal, fault: str) -> None:
    """Each is the only problem of its world."""
    files, text = POLICIES[fault]
    assert refusal(**files) == text


def test_least_shares_that_ask_for_more_than_all(refusal: Refusal) -> None:
    """Two channels of the residents, 60 % and 50 % of their part."""
    text = share(min=0.6)
    start = text.index("  pledge:")
    second = replaced(
        text[start : text.index("gates:")], ("  pledge:", "  second:"), ("0.6", "0.5"), ("居民出资", "维修资金")
    )
    assert refusal(sources=text.replace("gates:", f"{second}gates:", 1)) == (
        "models/tiny/sources.yaml:16: sources[pledge].share.min: the least shares of pledge, second sum "
        "to 1.1 of what "
        "'residents' pays for roof/private: no plan can keep them\n    -> lower them until they sum to at most 1"
    )


DEBT = "县(市、区),年度,债务限额(万元),存量债务(万元),还本付息上限(万元),存量还本付息(万元)\n"
EAST = "县级配套,东县,2025,50,\n县级配套,东县,2026,40,\n"
HEADING = "资金来源,县(市、区),年度,额度(万元),最低使用(万元)\n"

REGISTERS = {
    "more must be used than there is": (
        {"资金额度": f"{HEADING}县级配套,东县,2025,50,50.01\n县级配套,东县,2026,40,\n县级配套,西县,合计,10,\n"},
        "register/资金额度.csv, row 2, 最低使用(万元): 50.01 万元 of county_budget, 东县, must be used "
        "in 2025, which then "
        "has 50.00 万元\n    -> lower the minimum use, or raise the limit",
    ),
    "more must be used than may be paid for": (
        {"资金额度": f"{HEADING}{EAST}县级配套,西县,2025,10,8\n县级配套,西县,2026,10,\n"},
        "register/资金额度.csv, row 4, 最低使用(万元): 8.00 万元 of county_budget, 西县, must be used in "
        "2025, but it may pay "
        "for 7.50 万元 at most\n    -> lower the minimum use, or let the source pay for more",
    ),
    "a minimum use of no year": (
        {"资金额度": f"{HEADING}{EAST}县级配套,西县,合计,10,1\n"},
        "register/资金额度.csv, row 4, 最低使用(万元): a minimum use holds for one year, and this row is "
        "for all of them\n"
        "    -> write it in the rows of the years",
    ),
    "a minimum use of no place": (
        {"资金额度": f"{HEADING}{EAST}县级配套,西县,合计,10,\n县级配套,,2025,60,1\n"},
        "register/资金额度.csv, row 5, 最低使用(万元): the source is used county by county, and this row "
        "is for the whole "
        "city\n    -> write it in the rows of the places",
    ),
    "debt above its ceiling": (
        {"债务": f"{DEBT}东县,2025,300,300.01,60,5\n"},
        "register/债务.csv, row 2, 存量债务(万元): the existing debt of 300.01 万元 is above its "
        "ceiling, 300.00 万元: no "
        "plan can keep it\n    -> correct one of the two, or leave the ceiling blank where none is set",
    ),
    "service above its ceiling": (
        {"债务": f"{DEBT}东县,2025,300,300,60,61\n"},
        "register/债务.csv, row 2, 存量还本付息(万元): the service of existing debt, 61.00 万元, is "
        "above its ceiling, 60.00 "
        "万元: no plan can keep it\n    -> correct one of the two, or leave the ceiling blank where none is set",
    ),
}  # fmt: skip
"""Sheets of the world, and the text of the problem, by fault."""


@pytest.mark.parametrize("fault", REGISTERS)
def test_each_figure_that_no_plan_can_satisfy(refusal: Refusal, fault: str) -> None:
    """Each is the only problem of its world."""
    sheets, text = REGISTERS[fault]
    assert refusal(sheets=sheets) == text


def test_hard_tasks_beyond_all_estates(refusal: Refusal) -> None:
    """One estate in the county, two asked for; running projects that started in these years would count."""
    sheet = "县(市、区),年度,小区数下限(个),户数下限(户)\n东县,2025,2,100\n"
    found = refusal(scenario=f"{SCENARIO}options: {{elastic_tasks: false}}\n", sheets={"年度任务": sheet})
    assert found == (
        "register/年度任务.csv, row 2, 小区数下限(个): even all estates together have 1 estates: the "
        "task can never be met\n"
        "    -> lower the bound, or set elastic_tasks: true"
    )
