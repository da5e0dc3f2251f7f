"""Every rule goes away, or takes another value, by one line: the lines of formulation.md, made in the made-up town."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from allocator.inputs.case import Case
from allocator.inputs.load import load
from allocator.inputs.schemas.changes import FAMILY_NAMES
from tests.plan.audit.town import SHEETS, town
from tests.stated import Stated, differences, formulated
from tests.written import write_case

FORMULATION = Path(__file__).resolve().parents[1] / "models" / "xianning-2024" / "formulation.md"

NO_MONEY = [("budget", "d", 2025), ("central", "c", 2027), ("city_fund", "", 2027), ("fund", "c", 2027)]
"""Years that the town's register leaves out, and a register may not."""


def lines() -> dict[str, str]:
    """The table's lines by rule."""
    chapter = FORMULATION.read_text(encoding="utf-8").split("\n# Switching a rule off\n")[1]
    return dict(re.findall(r"^\| (.+?) \| `(\{.+\})` \|$", chapter, re.MULTILINE))


LINES = lines()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town's files, where every rule has something to bite on."""
    zeros = [{"source": source, "place": at, "year": year, "amount": 0} for source, at, year in NO_MONEY]
    tasks = [{**SHEETS["tasks"][0], "min_households": 5, "max_estates": 2}, *SHEETS["tasks"][1:]]
    case = town(limits=[*SHEETS["limits"], *zeros], tasks=tasks, options={"elastic_limits": {"budget": 2}})
    return write_case(case, tmp_path_factory.mktemp("town")).parent


def changed(place: Path, line: dict[str, Any]) -> Case:
    """The town with one line in its ``changes``."""
    base = YAML(typ="safe").load(place / "scenario.yaml")
    path = place / "changed.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump({**base, "changes": [line]}, file)
    return load(path)


@cache
def before(place: Path) -> tuple[Case, Stated]:
    """The town as it is."""
    case = load(place / "scenario.yaml")
    return case, formulated(case)


def rows(of: Stated, kind: str, *names: str) -> int:
    """How many rows of a kind (a family, or family.kind) name all of ``names``."""
    own = [row for row in of.rows if row.split("[")[0] == kind or (row.startswith(f"{kind}.") and "." not in kind)]
    return sum(all(re.search(rf"[\[,]{name}[\],]", row) for name in names) for row in own)


def columns(of: Stated, kind: str, *names: str) -> int:
    """How many columns of a kind, that may be other than zero, name all of ``names``."""
    own = [column for column, most in of.most.items() if column.startswith(f"{kind}[") and most > 0]
    return sum(all(f",{name}," in column for name in names) for column in own)


Count = Callable[[Case, Stated], object]

GONE: dict[str, tuple[dict[str, str], Count]] = {
    "share of a source": ({"SOURCE": "city_fund"}, lambda _, s: rows(s, "payer_shares.source_max", "city_fund")),
    "caps of a source": ({"SOURCE": "fund"}, lambda _, s: rows(s, "caps")),
    "formula of a source": ({"SOURCE": "award"}, lambda _, s: rows(s, "source_limits", "award")),
    "carry-over of a source": ({"SOURCE": "central"}, lambda _, s: rows(s, "source_limits.carry")),
    "year of the list": ({"SOURCE": "central"}, lambda _, s: rows(s, "routes.listed")),
    "band of a payer": (
        {"RULE": "open", "PAYER": "resident"}, lambda _, s: rows(s, "payer_shares.min") + rows(s, "payer_shares.max"),
    ),
    "payer chosen by an attribute": ({"RULE": "asks"}, lambda c, _: len(cases_of(c, "asks"))),
    "part of an estate (公房部分)": ({"PART": "housing"}, lambda c, _: len(c.policy.estate_parts)),
    "saving": ({"SAVING": "dig_once"}, lambda _, s: rows(s, "scope.saving_both")),
    "gate": ({"GATE": "approval"}, lambda c, s: (rows(s, "gates", "p3"), len(c.register.gates))),
    "age and status of estates": ({}, lambda _, s: rows(s, "gates", "e5")),
    "share of newer estates": ({}, lambda _, s: rows(s, "tasks.newer")),
    "community minimum": ({}, lambda _, s: rows(s, "complete_community")),
    "bundles": ({}, lambda _, s: rows(s, "bundles")),
    "matching of a source": ({"MATCHING": "city"}, lambda c, _: len(c.policy.matching)),
    "split between sources": ({"SPLIT": "levels"}, lambda c, _: len(c.policy.splits)),
    "kicker": ({"KICKER": "kick"}, lambda c, _: len(c.policy.kickers)),
    "affordability": ({}, lambda _, s: rows(s, "residents") - rows(s, "residents.least_share")),
    "least share of residents": ({}, lambda _, s: rows(s, "residents.least_share")),
    "limits of the whole city": ({"SOURCE": "central"}, lambda _, s: rows(s, "source_limits.city")),
    "minimum use": ({}, lambda _, s: rows(s, "source_limits.minimum_use")),
    "bonds": ({"SOURCE": "bond_money"}, lambda _, s: columns(s, "issue")),
    "ceiling of the stock of debt": ({}, lambda _, s: rows(s, "bonds.stock")),
    "ceiling of the service of debt": ({}, lambda _, s: rows(s, "bonds.service")),
    "lower bounds of tasks": ({}, lambda _, s: rows(s, "tasks.minimum", "estates")),
    "upper bounds of tasks": ({}, lambda _, s: rows(s, "tasks.maximum", "households")),
    "starts a county can carry out": ({}, lambda _, s: rows(s, "capacity") - rows(s, "capacity.spend")),
    "spending a county can carry out": ({}, lambda _, s: rows(s, "capacity.spend")),
    "fairness": ({}, lambda _, s: rows(s, "tasks.fairness")),
    "moves from the adopted plan": ({}, lambda _, s: rows(s, "persistence.limit")),
    "a lock": ({"PROJECT": "p3"}, lambda _, s: rows(s, "once.lock")),
    "projects that exclude one another": ({}, lambda _, s: rows(s, "once.exclusion")),
    "local limits that may be exceeded at a price": ({}, lambda _, s: columns(s, "excess")),
    "shortfall": ({}, lambda _, s: columns(s, "pay", "shortfall")),
}  # fmt: skip
"""Ids that stand for the capitals, and what of the rule is there without the line and none of it with it."""


def cases_of(case: Case, rule: str) -> dict[str, str]:
    """Rules by value of the attribute that a rule chooses by."""
    choose = case.policy.rules[rule].choose
    return {} if choose is None else choose.cases


def source(case: Case, name: str) -> Any:
    """A source of the case."""
    return case.policy.sources[name]


OTHER: dict[str, tuple[dict[str, str], Count, object, object]] = {
    "another greatest share": (
        {"SOURCE": "city_fund"}, lambda c, _: str(source(c, "city_fund").share.max[0].value), "0.5", "0.6",
    ),
    "performance factor": ({"SOURCE": "award"}, lambda c, _: str(source(c, "award").formula.factor), "1", "0.8"),
    "what a source may pay for": (
        {"SOURCE": "central"}, lambda c, _: source(c, "central").eligible.classes, ("basic",), (),
    ),
    "price of moving carried money (调剂)": ({}, lambda c, _: c.policy.reallocation is None, False, True),
    "unit grant on a component": (
        {"WORK": "lift", "COMPONENT": "all"}, lambda c, _: c.policy.works["lift"].components["all"].unit_grant,
        "elevator", None,
    ),
    "vote of the owners": ({"SOURCE": "pledge"}, lambda c, _: source(c, "pledge").vote is None, False, True),
    "only in large areas": (
        {"SOURCE": "city_fund"}, lambda c, _: source(c, "city_fund").only_areas is None, False, True,
    ),
    "participation of a gate": (
        {"GATE": "approval"}, lambda c, _: c.policy.gates["approval"].participation is None, False, True,
    ),
    "works of a class that are always needed": (
        {"CLASS": "basic"}, lambda c, _: c.policy.classes["basic"].always_needed, True, False,
    ),
    "another affordability": (
        {}, lambda c, _: None if c.policy.residents is None or c.policy.residents.affordability is None
        else int(c.policy.residents.affordability[0].value), 3, 5,
    ),
    "a limit": (
        {"SOURCE": "fund"}, lambda c, _: c.register.limits.query("source == 'fund'")["amount"].tolist(),
        [6, 4, 0], [6000, 4000, 0],
    ),
    "pledges": ({}, lambda c, _: c.register.pledges["amount"].tolist(), [20, 14], [20000, 14000]),
}  # fmt: skip
"""Ids, a value, what it is without the line and with it."""


def made(rule: str, ids: dict[str, str]) -> dict[str, Any]:
    """The table's line for a rule, its capitals replaced."""
    text = LINES[rule]
    for word, name in ids.items():
        text = text.replace(word, name)
    assert not re.search(r"\b[A-Z]{3,}\b", text)
    line: dict[str, Any] = YAML(typ="safe").load(text)
    return line


def test_every_line_of_the_table_is_made_here() -> None:
    """A rule without a test has no line, and a line without one is no promise."""
    assert sorted(LINES) == sorted([*GONE, *OTHER])


@pytest.mark.slow
@pytest.mark.parametrize("rule", GONE)
def test_what_a_line_switches_off_is_gone(place: Path, rule: str) -> None:
    """Rows, columns or data of the rule are there without the line, and not with it."""
    ids, count = GONE[rule]
    case = changed(place, made(rule, ids))
    here, gone = count(*before(place)), count(case, formulated(case))
    assert (here not in (0, (0, 0)), gone) == (True, (0, 0) if rule == "gate" else 0)


@pytest.mark.slow
@pytest.mark.parametrize("rule", OTHER)
def test_what_a_line_replaces_is_used(place: Path, rule: str) -> None:
    """The value before, and the value with the line."""
    ids, value, old, new = OTHER[rule]
    case = changed(place, made(rule, ids))
    assert (value(*before(place)), value(case, Stated({}, {}))) == (old, new)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_a_family_is_switched_off_by_its_name(place: Path, family: str) -> None:
    """None of its rows is left."""
    case = changed(place, {"rule_off": family})
    assert rows(formulated(case), family) == 0


def test_without_routes_there_is_one_with_all_sources(place: Path) -> None:
    """Nothing is chosen any more, every source may pay, and costs are paid all the same."""
    case = changed(place, {"rule_off": "routes"})
    found = formulated(case)
    assert (columns(found, "route"), columns(found, "do_route"), rows(found, "balance") > 0) == (0, 0, True)
    assert all(columns(found, "pay", name) for name in ("city_fund", "award"))


@pytest.mark.slow
@pytest.mark.parametrize("rule", [*GONE, *OTHER])
def test_the_audit_sees_the_same_rows(place: Path, rule: str) -> None:
    """Rows and columns that the audit derives from the changed inputs are those of the solver."""
    ids = (GONE.get(rule) or OTHER[rule])[0]
    assert differences(changed(place, made(rule, ids))) == []
