"""Rules that can never bind and money that can never be used: notices with the exact words, and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.inputs.load import load
from tests.inputs.test_bad_money import CITED, DEBT, HEADING, bond, formula, share
from tests.worlds import POLICY, SCENARIO, SOURCES, replaced, write_world

LIMITS = "county_budget,东县,2025,50,\ncounty_budget,东县,2026,40,\ncounty_budget,西县,合计,5,\n"
EAST_RICH = "县级配套,东县,2025,72.05,\n县级配套,东县,2026,80,\n"
QUOTA = f"{HEADING}{LIMITS}bond,东县,2025,20,\n"


def capped(amount: object) -> str:
    """The county's budget with a cap per household."""
    cap = f"caps: [{{per: household, amount: [{{value: {amount}, unit: 万元/户, since: 2020-01-01, {CITED}}}]}}]"
    return replaced(SOURCES, ("payer: government", f"payer: government\n    {cap}"))


def residents(**amounts: object) -> str:
    """What protects the residents, in 万元 per household."""
    values = ", ".join(
        f"{name}: [{{value: {amount}, unit: 万元/户, since: 2020-01-01, {CITED}}}]" for name, amount in amounts.items()
    )
    return f"{SOURCES}residents: {{payer: residents, {values}}}\n"


POLICIES = {
    "a cap above every cost": (
        {"sources": capped(10)},
        "models/tiny/sources.yaml:5: sources[county_budget].caps[0]",
        "the cap can never bind: at no estate may the source pay for works that cost more",
        "remove it, or check the amount and its unit",
    ),
    "a cap of nothing": (
        {"sources": capped(0)},
        "models/tiny/sources.yaml:5: sources[county_budget].caps[0]",
        "the cap lets the source pay nothing",
        "correct it, or remove the source",
    ),
    "a greatest share of all": (
        {"sources": share(max=1)},
        "models/tiny/sources.yaml:16: sources[pledge].share.max",
        "a greatest share of 1 can never bind",
        "remove it, or write the share that is meant",
    ),
    "a least share of nothing": (
        {"sources": share(min=0)},
        "models/tiny/sources.yaml:16: sources[pledge].share.min",
        "a least share of 0 asks for nothing",
        "remove it, or write the share that is meant",
    ),
    "money that never lapses": (
        {"sources": replaced(SOURCES, ("payer: government", "payer: government\n    usable_years: 3"))},
        "models/tiny/sources.yaml:5: sources[county_budget].usable_years",
        "money is usable for 3 years, longer than payments go on (2025-2026): nothing ever lapses",
        "correct it, unless the money really never lapses",
    ),
    "a formula that brings nothing": (
        {"sources": formula(("per_estate: 1", "per_estate: 0"))},
        "models/tiny/sources.yaml:5: sources[county_budget].formula",
        "the formula brings nothing",
        "write a rate and a factor above 0, or remove it",
    ),
    "a formula that brings it too late": (
        {"sources": formula(("per_estate: 1", "per_estate: 1, lag_years: 2"))},
        "models/tiny/sources.yaml:5: sources[county_budget].formula.lag_years",
        "money of the first starts would arrive in 2027, after the last payments in 2026",
        "shorten the lag, or let payments go on longer",
    ),
    "a source that has ended": (
        {
            "sources": bond(since="2020-01-01, until: 2024-12-31").split("bonds:")[0],
            "sheets": {"资金额度": QUOTA},
        },
        "register/资金额度.csv",
        "1 rows are of the source bond, which is not in force on 2025-01-01 and pays nothing",
        "correct its dates or as_of, or remove the rows",
    ),
    "a limit per household above what is pledged": (
        {"sources": residents(affordability=0.3)},
        "models/tiny/sources.yaml:28: residents.affordability",
        "the limit per household can never bind: no estate's residents could pay more",
        "none needed if that is meant; else check the amount and its unit",
    ),
    "a warning above the limit": (
        {"sources": residents(affordability=0.2, warn_above=0.2)},
        "models/tiny/sources.yaml:28: residents.warn_above",
        "the warning can never come: residents may not be asked for more than 0.2 万元/户",
        "write less than the limit per household",
    ),
    "a payer without a source": (
        {
            "policy": replaced(
                POLICY,
                ("payers:\n", "payers:\n  owners: {label: {zh: 产权人}}\n"),
                ("works:\n", "  owned:\n    label: {}\n    values: [{shares: {owners: {min: 1}}, since: 2020-01-01, "
                 f"{CITED}}}]\nworks:\n"),
            )
        },
        "models/tiny/policy.yaml:10: payers[owners]",
        "must bear a part under owned, and has no source: works under these rules can never be paid",
        "add a source of this payer, or set last_resort: true",
    ),
    "carried money that has lapsed": (
        {
            "sources": replaced(SOURCES, ("payer: government", "payer: government\n    usable_years: 2")),
            "sheets": {"结转资金": "资金来源,县(市、区),到位年度,结转金额\n县级配套,东县,2023,5\n"},
        },
        "register/结转资金.csv",
        "5.00 万元 lapsed before 2025 and cannot be used: county_budget 2023",
        "correct the year of arrival, or remove the rows",
    ),
    "limits above all costs": (
        {"sheets": {"资金额度": f"{HEADING}{EAST_RICH}县级配套,西县,合计,7.5,\n"}},
        "register/资金额度.csv",
        "the limits of county_budget can never bind: everywhere and every year they are above all it may pay for",
        "check the amounts and their unit; none needed if the money is really so much",
    ),
    "a limit of the city above its places": (
        {
            "sheets": {
                "资金额度": f"{HEADING}县级配套,东县,2025,50,\n县级配套,东县,2026,40,\n县级配套,西县,2025,5,\n"
                "县级配套,西县,2026,5,\n县级配套,,2025,55,\n县级配套,,2026,44,\n"
            }
        },
        "register/资金额度.csv",
        "the limits of county_budget for the whole city can never bind in 2025: the places have no more together",
        "remove them, or check the amounts",
    ),
    "a quota smaller than a lot": (
        {"sources": bond(), "sheets": {"资金额度": replaced(QUOTA, ("2025,20", "2025,9.99"))}},
        "register/资金额度.csv",
        "the quota of the bond b is smaller than one lot of 10.00 万元: 东县 2025",
        "raise the quota, or lower the lot of the policy model",
    ),
    "a lot whose service breaks the ceiling": (
        {"sources": bond(), "sheets": {"资金额度": QUOTA, "债务": f"{DEBT}东县,2026,,,7.39,5\n"}},
        "register/资金额度.csv",
        "one lot of the bond b (10.00 万元) alone breaks a ceiling of its county: 东县 2025",
        "none can be issued there: correct the ceilings, lengthen the term, or take the quota away",
    ),
    "a lot that breaks the ceiling of the stock": (
        {"sources": bond(), "sheets": {"资金额度": QUOTA, "债务": f"{DEBT}东县,2029,30,28.01,,\n"}},
        "register/资金额度.csv",
        "one lot of the bond b (10.00 万元) alone breaks a ceiling of its county: 东县 2025",
        "none can be issued there: correct the ceilings, lengthen the term, or take the quota away",
    ),
    "a task beyond all estates": (
        {"sheets": {"年度任务": "县(市、区),年度,小区数下限(个),户数下限(户)\n东县,2025,2,100\n"}},
        "register/年度任务.csv",
        "row 2 asks for more estates than there are (1): the task can never be met",
        "lower the bound",
    ),
    "a task that everything satisfies": (
        {"sheets": {"年度任务": "县(市、区),年度,小区数上限(个),户数上限(户)\n东县,2025,1,99\n"}},
        "register/年度任务.csv",
        "upper bounds that everything satisfies, in rows 2: they can never bind",
        "remove them, or lower them",
    ),
    "a capacity that everything fits in": (
        {"sheets": {"实施能力": "县(市、区),年度,开工小区数上限(个)\n东县,2025,1\n西县,2025,0\n"}},
        "register/实施能力.csv",
        "upper bounds that everything satisfies, in rows 2: they can never bind",
        "remove them, or lower them",
    ),
    "a bonus that no area can earn": (
        {
            "sources": f"{SOURCES}bundle: {{at_least: 2, points_share: 0.1, since: 2020-01-01, {CITED}}}\n",
            "sheets": {"小区": "小区编号,县(市、区),片区编号,户数\nE1,东县,A,100\nE2,西县,,60\n"},
        },
        "models/tiny/sources.yaml:28: bundle.at_least",
        "1 areas have fewer estates than their bonus asks for and can never earn it: A",
        "lower it, or add the estates of these areas",
    ),
    "a saving of works that never meet": (
        {
            "sources": f"{SOURCES}savings: {{s: {{label: {{}}, works: [roof, lift], on: lift, share: 0.1, "
            f"since: 2020-01-01, {CITED}}}}}\n",
            "sheets": {"改造项": "改造项编号,小区编号,改造内容,造价(万元)\nK1,E1,lift,60\nK3,E2,roof,7.5\n"},
        },
        "models/tiny/sources.yaml:28: savings[s].works",
        "no estate needs both works, so nothing is ever saved",
        "correct the works, or remove the saving",
    ),
    "a community minimum of nothing": (
        {"sources": f"{SOURCES}community: {{minimum: 0, since: 2020-01-01, {CITED}}}\n"},
        "models/tiny/sources.yaml:28: community.minimum",
        "a minimum of 0 asks for nothing",
        "write 1 or more, or remove the rule",
    ),
    "a community minimum that estates cannot have": (
        {"sources": f"{SOURCES}community: {{minimum: 1, since: 2020-01-01, {CITED}}}\n"},
        "models/tiny/sources.yaml:28: community.minimum",
        "2 estates can never have the 1 community facilities they need, and never start: E1, E2",
        "add works or facilities there, or lower the minimum",
    ),
    "a participation of nothing": (
        {
            "sources": replaced(
                SOURCES,
                ("{zh: 入户调查},", "{zh: 入户调查}, participation: {value: 0, unit: share, since: 2020-01-01, "
                 f"{CITED}}},"),
            )
        },
        "models/tiny/sources.yaml:24: gates[survey].participation",
        "a participation of 0 asks for nothing",
        "write the share that is meant, or remove it",
    ),
    "a later year that adds no estate": (
        {
            "sources": f"{SOURCES}scope:\n  built_until: [{{value: 2000, unit: year, since: 2020-01-01, {CITED}}}]\n"
            f"  newer_until: [{{value: 2000, unit: year, since: 2020-01-01, {CITED}}}]\n  excluded_status: {{}}\n"
        },
        "models/tiny/sources.yaml:30: scope.newer_until",
        "newer estates begin after 2000 already, so the later year 2000 adds none",
        "write a later year, or remove it",
    ),
}  # fmt: skip
"""Files of the world, place, finding and cure of its only notice about rules, by oddity."""


@pytest.mark.parametrize("oddity", POLICIES)
def test_each_rule_without_effect_is_noticed(tmp_path: Path, oddity: str) -> None:
    """It stops nothing, and it is the only notice of its world."""
    files, *notice = POLICIES[oddity]
    case = load(write_world(tmp_path, **files))  # type: ignore[arg-type]
    assert [[found.place, found.finding, found.cure] for found in case.notices] == [notice]


BINDING = {
    "a cap that one estate reaches": {"sources": capped("0.1249")},  # E2: 60 households, 7.5 at most
    "a limit per household that one estate reaches": {"sources": residents(affordability="0.2999")},
    "limits below all costs": {
        "sheets": {"资金额度": f"{HEADING}县级配套,东县,2025,72.04,\n县级配套,东县,2026,80,\n县级配套,西县,合计,5,\n"}
    },
    "a lot whose service just fits": {
        "sources": bond(),
        "sheets": {"资金额度": QUOTA, "债务": f"{DEBT}东县,2026,40,30,7.4,5\n"},
    },
}
"""Worlds just beyond the edge."""


@pytest.mark.parametrize("rule", BINDING)
def test_a_rule_that_can_bind_is_not_noticed(tmp_path: Path, rule: str) -> None:
    """One step makes the difference."""
    assert load(write_world(tmp_path, **BINDING[rule])).notices == ()  # type: ignore[arg-type]


def test_ceilings_that_are_switched_off_stop_nothing(tmp_path: Path) -> None:
    """Debt above its ceiling is refused, unless the bonds' rules are off."""
    scenario = f"{SCENARIO}options: {{rules_off: [bonds]}}\n"
    sheets = {"债务": f"{DEBT}东县,2025,300,301,60,61\n"}
    assert load(write_world(tmp_path, scenario=scenario, sheets=sheets)).scenario.options.rules_off == ("bonds",)
