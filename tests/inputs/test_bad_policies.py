"""Faulty policy models: every id exists, shares sum, choices end, every source may pay for something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.worlds import POLICY, SOURCES, replaced

Refusal = Callable[..., str]

CITED = 'since: 2020-01-01, clause: "9", document: doc, basis: law'


def _least_share(work_class: str, value: float, more: str = "") -> str:
    """A least share of residents in one class of works."""
    dated = f"{{value: {value}, unit: share, {CITED}}}"
    return f"residents: {{payer: residents, least_share: {{{more}classes: {{{work_class}: [{dated}]}}}}}}\n"


FAULTS = {
    "an unknown rule": (
        ("share: 1, rule: both", "share: 1, rule: boht"),
        "policy.yaml:36: works[lift].components[all].rule: there is no rule 'boht'\n    -> did you mean 'both'?",
    ),
    "an unknown class": (
        ("work_class: basic\n    components:\n", "work_class: basics\n    components:\n"),
        "policy.yaml:25: works[roof].work_class: there is no class 'basics'\n    -> did you mean 'basic'?",
    ),
    "an unknown payer": (
        ("residents: {}}", "resident: {}}"),
        "policy.yaml:21: rules[both].values[0].shares[resident]: there is no payer 'resident'\n"
        "    -> did you mean 'residents'?",
    ),
    "an unknown document": (
        ('clause: "1", document: doc', 'clause: "1", document: dok'),
        "policy.yaml:8: classes[basic].weight[0].document: there is no document 'dok'\n    -> did you mean 'doc'?",
    ),
    "components that do not sum": (
        ("share: 0.6", "share: 0.7"),
        "policy.yaml:26: works[roof].components: the shares sum to 1.1, not to 1\n"
        "    -> change the shares so that they sum to 1",
    ),
    "a profile that does not sum": (
        ("    components: {all", "    spend_profile: [0.5, 0.4]\n    components: {all"),
        "policy.yaml:36: works[lift].spend_profile: the shares sum to 0.9, not to 1",
    ),
    "payers who cannot bear all": (
        ("government: {min: 1}}", "government: {max: 0.5}, residents: {max: 0.4}}"),
        "policy.yaml:18: rules[public].values[0].shares: the payers must bear at least 0 and at most 0.9 of the cost, "
        "which cannot be all of it\n    -> the minima must sum to at most 1, the maxima to at least 1",
    ),
    "a band upside down": (
        ("residents: {}}", "residents: {min: 0.5, max: 0.4}}"),
        "policy.yaml:21: rules[both].values[0].shares[residents]: the minimum 0.5 is above the maximum 0.4\n"
        "    -> exchange the two",
    ),
    "a rule not yet in force": (
        ("{min: 1}}, since: 2020-01-01", "{min: 1}}, since: 2030-01-01"),
        "policy.yaml:16: rules[public]: no shares are in force on 2025-01-01\n"
        "    -> add shares with an earlier date, or change as_of",
    ),
    "an unknown field": (
        ("last_resort: true", "lastresort: true"),
        "policy.yaml:10: payers[government].lastresort: unknown key\n    -> did you mean 'last_resort'?",
    ),
    "a number as text": (
        ("title: A made-up policy", "title: 12"),
        "policy.yaml:4: documents[doc].title: must be text, found '12'\n    -> put it in quotes",
    ),
}  # fmt: skip
"""Words replaced in the policy file, and the text of the problem, by fault."""


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_rules_and_works(refusal: Refusal, fault: str) -> None:
    """With file, line, and ids in the path."""
    pair, text = FAULTS[fault]
    assert f"models/tiny/{text}" in refusal(policy=replaced(POLICY, pair))


ADDED = {
    "a choice in a circle": (
        "policy",
        "  a: {label: {}, choose: {attribute: requester, cases: {x: b}, otherwise: public}}\n"
        "  b: {label: {}, choose: {attribute: requester, cases: {}, otherwise: a}}\n",
        "rules[a].choose: the choice leads back to itself\n    -> let it end at a rule with values",
    ),
    "a choice of nothing": (
        "policy",
        "  a: {label: {}, choose: {attribute: requester, cases: {x: c}, otherwise: public}}\n",
        "rules[a].choose.cases[x]: there is no rule 'c'",
    ),
    "a rule with neither": ("policy", "  a: {label: {}}\n", "rules[a]: a rule has either values or choose"),
    "a bond from an unknown source": (
        "sources",
        "bonds:\n  b:\n    {label: {}, source: bond, service_source: county_budget, repayment: bullet,\n"
        f"     lot: {{value: 1, unit: 万元, {CITED}}}, term_years: {{value: 5, unit: year, {CITED}}},\n"
        f"     coupon: {{value: 2.5, unit: share, {CITED}}}, {CITED}}}\n",
        "bonds[b].coupon: the coupon 2.5 is no share of the principal\n    -> write 2.5 % as 0.025",
    ),
    "a route without an unknown source": (
        "sources", "routes: {r: {label: {}, without: [county]}}\n",
        "routes[r].without[0]: there is no source 'county'\n    -> did you mean 'county_budget'?",
    ),
    "savings that take too much": (
        "sources", f"savings: {{s: {{label: {{}}, works: [roof, lift], on: lift, share: 0.6, {CITED}}}}}\n",
        "savings[s].share: all savings on 'lift' take 0.6 of its cost\n    -> together they may take 0.5",
    ),
    "an estate part with two payers": (
        "sources",
        f"estate_parts: {{p: {{label: {{}}, attribute: public_share, applies_to: [both], rule: both, {CITED}}}}}\n",
        "estate_parts[p].rule: the rule 'both' does not have one payer bearing all\n"
        "    -> name a rule with a single payer",
    ),
    "a unit grant in an unknown unit": (
        "sources",
        f"unit_grants: {{g: {{label: {{}}, source: county_budget, unit: 美元/部, "
        f"values: [{{tiers: [{{amount: 1}}], {CITED}}}]}}}}\n",
        "unit_grants[g].unit: there is no money unit '美元'",
    ),
    "a least share of residents that is none": (
        "sources", _least_share("basic", 10),
        "residents.least_share.classes[basic][0]: 10 is no share\n    -> write 30 % as 0.3",
    ),
    "a least share of a class that is not": (
        "sources",
        _least_share("basics", 0.1),
        "residents.least_share.classes[basics]: there is no class 'basics'\n    -> did you mean 'basic'?",
    ),
    "a least share that leaves out no work": (
        "sources",
        _least_share("basic", 0.1, "not_works: [rooof], "),
        "residents.least_share.not_works[0]: there is no work 'rooof'\n    -> did you mean 'roof'?",
    ),
    "a key in two files": (
        "sources", "classes: {basic: {}}\n", "classes.basic stands in models/tiny/policy.yaml:6 already",
    ),
}  # fmt: skip
"""File, lines added to it, and the text of the problem, by fault."""


@pytest.mark.parametrize("fault", ADDED)
def test_each_fault_of_added_parts(refusal: Refusal, fault: str) -> None:
    """Parts that the world does without."""
    file, lines, text = ADDED[fault]
    files = {"policy": POLICY, "sources": SOURCES}
    files[file] = replaced(POLICY, ("works:\n", f"{lines}works:\n")) if file == "policy" else SOURCES + lines
    assert text in refusal(**files)


def test_a_source_that_may_pay_for_nothing_is_an_error(refusal: Refusal) -> None:
    """Residents are asked for the private part only; a source of theirs for the civil part pays nothing."""
    text = replaced(
        SOURCES, ("payer: residents", "payer: residents\n    eligible: {works: [roof], components: [civil]}")
    )
    assert refusal(sources=text) == (
        "models/tiny/sources.yaml:13: sources[pledge]: the source may pay for nothing: no rule of an eligible work "
        "asks its payer 'residents'\n    -> correct its payer or its eligible lists, or remove the source"
    )


OF_SOURCES = {
    "a vote on a budget": (
        "scope: county\n", "vote: {people: [%s], area: [%s]}",
        "sources[county_budget].vote: owners vote on what their estate pledges, but the source has no pledges\n"
        "    -> give it scope: estate and limited: true, or remove the vote",
    ),
    "a vote that nobody can win": (
        "scope: estate\n", "vote: {people: [%s], area: [%s], more_than: true}",
        "sources[pledge].vote.people[0]: no vote can have more than all of it in favour\n"
        "    -> set more_than: false, or lower the share",
    ),
    "areas of no size": (
        "scope: county\n", "only_areas: {}",
        "sources[county_budget].only_areas: no size is stated\n"
        "    -> state at_least_estates, at_least_households or at_least_floor_area",
    ),
    "areas of size nothing": (
        "scope: county\n", "only_areas: {at_least_estates: [%s]}",
        "sources[county_budget].only_areas.at_least_estates[0]: a size of 0 asks for nothing\n"
        "    -> write a size above 0, or remove it",
    ),
}  # fmt: skip
"""Line of a source after which a rule is added, the rule, and the text of the problem, by fault."""


@pytest.mark.parametrize("fault", OF_SOURCES)
def test_each_fault_of_the_rules_of_a_source(refusal: Refusal, fault: str) -> None:
    """Rules that cannot be, or that ask for nothing."""
    line, rule, text = OF_SOURCES[fault]
    value = f"{{value: {0 if 'only_areas' in rule else 1}, unit: share, {CITED}}}"
    assert text in refusal(sources=replaced(SOURCES, (line, f"{line}    {rule.replace('%s', value)}\n")))
