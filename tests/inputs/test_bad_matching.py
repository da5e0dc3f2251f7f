"""Faulty rules that tie one source's money to another's are refused, with the place and the cure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from allocator.errors import ScenarioError
from allocator.formulation.build import formulate
from tests.builders import make_case
from tests.worlds import SOURCES

Refusal = Callable[..., str]

CITED = 'since: 2020-01-01, clause: "9", document: doc, basis: law'


def _matching(**changes: str) -> str:
    """A ratio between the world's two sources."""
    told = {"sources": "[county_budget]", "of": "[pledge]", "at_most": "0.5", **changes}
    at_most = f"[{{value: {told['at_most']}, unit: ratio, {CITED}}}]"
    rule = f"sources: {told['sources']}, of: {told['of']}, at_most: {at_most}"
    return f"matching: {{m: {{label: {{zh: 配套}}, {rule}, {CITED}}}}}\n"


def _split(one: str, other: str) -> str:
    """A split with two sides."""
    return f"splits: {{s: {{label: {{zh: 分担}}, parts: {{one: {one}, other: {other}}}, {CITED}}}}}\n"


def _kicker(**changes: str) -> str:
    """A subsidy that rises with what residents pay."""
    told = {"source": "county_budget", "payer": "residents", "expected": "{basic: 0.1}", "share": "0.3", **changes}
    share = f"[{{value: {told.pop('share')}, unit: share, {CITED}}}]"
    text = ", ".join(f"{key}: {value}" for key, value in told.items())
    return f"kickers: {{k: {{label: {{zh: 补助}}, {text}, share: {share}, {CITED}}}}}\n"


FAULTS = {
    "a source that matches itself": (_matching(of="[county_budget]"), "'county_budget' would match itself"),
    "an unknown source": (_matching(of="[pledgs]"), "there is no source 'pledgs'\n    -> did you mean 'pledge'?"),
    "a ratio of nothing": (_matching(at_most="0"), "at a ratio of 0 the sources could never pay"),
    "shares that do not sum": (
        _split("{sources: [county_budget], share: 0.7}", "{sources: [pledge], share: 0.2}"),
        "the shares sum to 0.9, not to 1",
    ),
    "a source on two sides": (
        _split("{sources: [county_budget], share: 0.7}", "{sources: [county_budget], share: 0.3}"),
        "'county_budget' stands on two sides",
    ),
    "a pledge in a split": (
        _split("{sources: [county_budget], share: 0.7}", "{sources: [pledge], share: 0.3}"),
        "'pledge' is paid estate by estate, but a split adds up a county",
    ),
    "a side without a share": (
        _split("{sources: [county_budget], share: 1}", "{sources: [pledge], share: 0}"),
        "the share is 0: its sources could never pay",
    ),
    "a subsidy to its own payer": (_kicker(source="pledge"), "'pledge' would rise with what its own payer pays"),
    "a class nobody knows": (_kicker(expected="{basics: 0.1}"), "there is no class 'basics'"),
    "no work is counted": (_kicker(not_works="[roof, lift]"), "it counts no work"),
    "a gain above the loss": (
        _kicker(up="3", down="2"), "a point too much gains 3, a point too little loses only 2",
    ),
    "a share beyond the whole": (
        _kicker(share="0.95"), "with its greatest gain of 0.1 the share 0.95 lies outside 0 to 1",
    ),
    "a base in a unit nobody knows": (
        _kicker(base_cap=f"[{{value: 300, unit: 文/平方米, {CITED}}}]"), "there is no money unit '文'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_rule_is_refused(refusal: Refusal, fault: str) -> None:
    """What could not be kept, or would never pay, is said before solving."""
    rule, told = FAULTS[fault]
    assert told in refusal(sources=SOURCES + rule)


@pytest.mark.parametrize(("optional", "fits"), [(6, True), (7, False)])
def test_contents_of_an_estate_are_counted_up_to_a_limit(optional: int, *, fits: bool) -> None:
    """Six optional works can be combined in 64 ways; seven are too many, and the message says what to do."""
    works = {f"w{k}": {"components": {"all": {"rule": "open"}}} for k in range(optional)}
    rule = {"source": "subsidy", "payer": "resident", "share": 0.3, "expected": {"basic": 0.1}, "base_cap": 1}
    case = make_case(
        estates=[{"estate": "a", "floor_area": 10.0}],
        items=[{"estate": "a", "cost": 50}, *({"estate": "a", "work": w, "cost": 9, "required": False} for w in works)],
        policy={
            "works": works,
            "sources": {"subsidy": {"payer": "government", "scope": "city"}},
            "kickers": {"k": rule},
        },
        limits=[{"amount": 100}, {"source": "subsidy", "amount": 100}],
    )
    if fits:
        assert len(formulate(case).columns["package"]) == 64
        return
    with pytest.raises(ScenarioError) as error:
        formulate(case)
    problem = error.value.problems[0]
    assert (problem.place, "more than 64 ways" in problem.finding) == ("policy.kickers[k].base_cap", True)
    assert "remove base_cap" in problem.cure
