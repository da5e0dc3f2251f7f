"""Cross-checks of a policy model: every id exists, shares sum, choices end, and every source may pay for something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pydantic import BaseModel

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.bond_checks import check_bonds
from allocator.inputs.dated_checks import check_dates
from allocator.inputs.findings import Findings
from allocator.inputs.matching_checks import check_matching
from allocator.inputs.policy_sources import check_eligibility, check_sources
from allocator.inputs.register_sheets import STATUS
from allocator.inputs.rollup_checks import check_rollup
from allocator.inputs.schemas.base import Cited, in_force
from allocator.inputs.schemas.costs import Tier
from allocator.inputs.schemas.policy import PayerRule, PolicyModel
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.share_checks import check_shares
from allocator.inputs.yaml_files import Path_, Tree

MAX_SAVING = Decimal("0.5")
"""Greatest share of a work's cost that all savings on it may take away together."""


def policy_problems(policy: PolicyModel, tree: Tree, as_of: date, money: Money) -> list[Problem]:
    """Everything that does not fit together in a policy model that is right in form.

    Parameters
    ----------
    policy, tree
        The model, and the files it was read from (for the places of problems).
    as_of
        Date on which rules must be in force.
    money
        Money units of the scenario, which rates and amounts must use.
    """
    findings = Findings(policy, tree)
    _documents(findings)
    check_dates(findings, as_of)
    _rules(findings, as_of)
    _works(findings, as_of)
    _grants_and_parts(findings, money)
    check_bonds(findings, money)
    _savings_and_routes(findings)
    check_sources(findings, money)
    _scope_and_residents(findings, as_of, money)
    check_matching(findings, as_of, money)
    check_rollup(findings)
    if not findings.problems:  # what a source may pay for is only defined when all ids exist
        check_eligibility(findings, as_of)
        check_shares(findings, as_of)
    return findings.problems


def _documents(findings: Findings) -> None:
    known = findings.policy.documents
    for path, cited in _cited(findings.policy, ()):
        findings.known((*path, "document"), cited.document, known, _("document"))
        if cited.until is not None and cited.until < cited.since:
            findings.add((*path, "until"), _("ends before it begins"), _("correct one of the two dates"))


def _cited(value: object, path: Path_) -> Iterator[tuple[Path_, Cited]]:
    if isinstance(value, Cited):
        yield path, value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _cited(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _cited(inner, (*path, key))
    elif isinstance(value, tuple):
        for position, inner in enumerate(value):
            yield from _cited(inner, (*path, position))


def _rules(findings: Findings, as_of: date) -> None:
    for rule_id, rule in findings.policy.rules.items():
        path = ("rules", rule_id)
        if bool(rule.values) == (rule.choose is not None):
            findings.add(path, _("a rule has either values or choose"), _("remove one of the two, or add one"))
        _shares(findings, path, rule)
        if rule.values and in_force(rule.values, as_of) is None:
            text = _("no shares are in force on {date}").format(date=as_of)
            findings.add(path, text, _("add shares with an earlier date, or change as_of"))
        if rule.choose is not None:
            for value, case in rule.choose.cases.items():
                findings.known((*path, "choose", "cases", value), case, findings.policy.rules, _("rule"))
            findings.known((*path, "choose", "otherwise"), rule.choose.otherwise, findings.policy.rules, _("rule"))
            if _leads_to(findings.policy, rule_id, rule_id):
                findings.add(
                    (*path, "choose"), _("the choice leads back to itself"), _("let it end at a rule with values")
                )


def _shares(findings: Findings, path: Path_, rule: PayerRule) -> None:
    for position, value in enumerate(rule.values):
        here = (*path, "values", position)
        for payer, band in value.shares.items():
            findings.known((*here, "shares", payer), payer, findings.policy.payers, _("payer"))
            if band.min > band.max:
                text = _("the minimum {min} is above the maximum {max}").format(min=band.min, max=band.max)
                findings.add((*here, "shares", payer), text, _("exchange the two"))
        if value.stands_in is not None and value.stands_in not in value.shares:
            text = _("{payer!r} stands in but bears no share here").format(payer=value.stands_in)
            findings.add((*here, "stands_in"), text, _("name one of: {names}").format(names=", ".join(value.shares)))
        least = sum((band.min for band in value.shares.values()), Decimal(0))
        most = sum((band.max for band in value.shares.values()), Decimal(0))
        if not least <= 1 <= most:
            text = _("the payers must bear at least {least} and at most {most} of the cost, which cannot be all of it")
            cure = _("the minima must sum to at most 1, the maxima to at least 1")
            findings.add((*here, "shares"), text.format(least=least, most=most), cure)


def _leads_to(policy: PolicyModel, start: str, goal: str) -> bool:
    """Whether choices lead from the rule ``start`` to the rule ``goal`` in one step or more."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        rule = policy.rules.get(ahead.pop())
        if rule is None or rule.choose is None:
            continue
        for found in (*rule.choose.cases.values(), rule.choose.otherwise):
            if found == goal:
                return True
            if found not in seen:
                seen.add(found)
                ahead.append(found)
    return False


def _works(findings: Findings, as_of: date) -> None:
    policy = findings.policy
    for work_id, work in policy.works.items():
        path = ("works", work_id)
        findings.known((*path, "work_class"), work.work_class, policy.classes, _("class"))
        findings.sums_to_one((*path, "components"), [part.share for part in work.components.values()])
        if work.spend_profile is not None:
            findings.sums_to_one((*path, "spend_profile"), work.spend_profile)
        for part_id, part in work.components.items():
            here = (*path, "components", part_id)
            findings.known((*here, "rule"), part.rule, policy.rules, _("rule"))
            if part.unit_grant is not None:
                findings.known((*here, "unit_grant"), part.unit_grant, policy.unit_grants, _("unit grant"))
    for class_id, work_class in policy.classes.items():
        if in_force(work_class.weight, as_of) is None:
            text = _("no weight is in force on {date}").format(date=as_of)
            findings.add(("classes", class_id, "weight"), text, _("add one with an earlier date, or change as_of"))


def _grants_and_parts(findings: Findings, money: Money) -> None:
    policy = findings.policy
    for grant_id, grant in policy.unit_grants.items():
        path = ("unit_grants", grant_id)
        findings.known((*path, "source"), grant.source, policy.sources, _("source"))
        findings.money_unit((*path, "unit"), grant.unit, money)
        for dated, value in enumerate(grant.values):
            _tiers(findings, (*path, "values", dated, "tiers"), value.tiers)
    for position, split in enumerate(policy.cost_split or ()):
        findings.sums_to_one(("cost_split", position), split.shares)
    for part_id, part in policy.estate_parts.items():
        path = ("estate_parts", part_id)
        for position, rule_id in enumerate(part.applies_to):
            findings.known((*path, "applies_to", position), rule_id, policy.rules, _("rule"))
        findings.known((*path, "rule"), part.rule, policy.rules, _("rule"))
        rule = policy.rules.get(part.rule)
        if rule is not None and (not rule.values or any(len(value.shares) != 1 for value in rule.values)):
            text = _("the rule {rule!r} does not have one payer bearing all").format(rule=part.rule)
            findings.add((*path, "rule"), text, _("name a rule with a single payer"))


def _tiers(findings: Findings, path: Path_, tiers: tuple[Tier, ...]) -> None:
    ends = [tier.up_to for tier in tiers]
    bounded = [end for end in ends if end is not None]
    if None in ends[:-1] or bounded != sorted(set(bounded)):
        findings.add(path, _("the tiers do not rise"), _("order them by up_to; only the last has no end"))
    for position, tier in enumerate(tiers):
        if tier.amount < 0:
            findings.add((*path, position, "amount"), _("the amount is negative"), _("write 0 or more"))


def _savings_and_routes(findings: Findings) -> None:
    policy = findings.policy
    taken: dict[str, Decimal] = {}
    for saving_id, saving in policy.savings.items():
        path = ("savings", saving_id)
        for position, work_id in enumerate(saving.works):
            findings.known((*path, "works", position), work_id, policy.works, _("work"))
        if saving.works[0] == saving.works[1]:
            findings.add((*path, "works"), _("names one work twice"), _("name two works"))
        if saving.on not in saving.works:
            text = _("{work!r} is not one of the two works").format(work=saving.on)
            findings.add((*path, "on"), text, _("name one of: {names}").format(names=", ".join(saving.works)))
        taken[saving.on] = taken.get(saving.on, Decimal(0)) + saving.share
        if taken[saving.on] > MAX_SAVING:
            text = _("all savings on {work!r} take {share} of its cost").format(work=saving.on, share=taken[saving.on])
            findings.add((*path, "share"), text, _("together they may take {limit}").format(limit=MAX_SAVING))
    for route_id, route in policy.routes.items():
        for position, source_id in enumerate(route.without):
            findings.known(("routes", route_id, "without", position), source_id, policy.sources, _("source"))


def _scope_and_residents(findings: Findings, as_of: date, money: Money) -> None:
    policy = findings.policy
    if policy.scope is not None:
        for status in policy.scope.excluded_status:
            findings.known(("scope", "excluded_status", status), status, list(STATUS.values()), _("status"))
        if in_force(policy.scope.built_until, as_of) is None:
            text = _("no year is in force on {date}").format(date=as_of)
            findings.add(("scope", "built_until"), text, _("add one with an earlier date, or change as_of"))
    if policy.residents is not None:
        findings.known(("residents", "payer"), policy.residents.payer, policy.payers, _("payer"))
        for field in ("affordability", "warn_above"):
            for position, value in enumerate(getattr(policy.residents, field) or ()):
                findings.money_unit(("residents", field, position, "unit"), value.unit, money)
        _least_share(findings)


def _least_share(findings: Findings) -> None:
    residents, path = findings.policy.residents, ("residents", "least_share")
    if residents is None or residents.least_share is None:
        return
    for class_id, values in residents.least_share.classes.items():
        findings.known((*path, "classes", class_id), class_id, findings.policy.classes, _("class"))
        for position, value in enumerate(values):
            if not 0 <= value.value <= 1:
                text = _("{value} is no share").format(value=value.value)
                findings.add((*path, "classes", class_id, position), text, _("write 30 % as 0.3"))
    for position, work_id in enumerate(residents.least_share.not_works):
        findings.known((*path, "not_works", position), work_id, findings.policy.works, _("work"))
