"""Cross-checks of the sources of a policy model: references, amounts, and whether each may pay for anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from allocator.i18n import _
from allocator.inputs.findings import Findings
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.schemas.sources import Eligibility, Source
from allocator.inputs.yaml_files import Path_


def check_sources(findings: Findings, money: Money) -> None:
    """Note references of sources that do not exist, and amounts and shares that cannot be."""
    policy = findings.policy
    for source_id, source in policy.sources.items():
        path = ("sources", source_id)
        findings.known((*path, "payer"), source.payer, policy.payers, _("payer"))
        findings.known((*path, "level"), source.level, policy.levels, _("level"))
        if policy.ledgers:
            findings.known((*path, "ledger"), source.ledger, policy.ledgers, _("ledger"))
        _eligible(findings, source_id, source.eligible)
        for position, other in enumerate(source.excludes):
            findings.known((*path, "excludes", position), other, policy.sources, _("source"))
        for position, cap in enumerate(source.caps):
            for dated, amount in enumerate(cap.amount):
                findings.money_unit((*path, "caps", position, "amount", dated, "unit"), amount.unit, money)
        if source.formula is not None:
            findings.money_unit((*path, "formula", "unit"), source.formula.unit, money)
        _share_limit(findings, source_id, source)
        _vote(findings, source_id, source)
        _area_size(findings, source_id, source)


def _vote(findings: Findings, source_id: str, source: Source) -> None:
    path: Path_ = ("sources", source_id, "vote")
    if source.vote is None:
        return
    if source.scope != "estate" or not source.limited:
        finding = _("owners vote on what their estate pledges, but the source has no pledges")
        findings.add(path, finding, _("give it scope: estate and limited: true, or remove the vote"))
    for field in ("people", "area", "taking_part"):
        for position, value in enumerate(getattr(source.vote, field) or ()):
            if not 0 <= value.value <= 1:
                text = _("{value} is no share").format(value=value.value)
                findings.add((*path, field, position), text, _("write 30 % as 0.3"))
            elif source.vote.more_than and field != "taking_part" and value.value == 1:
                finding = _("no vote can have more than all of it in favour")
                findings.add((*path, field, position), finding, _("set more_than: false, or lower the share"))


def _area_size(findings: Findings, source_id: str, source: Source) -> None:
    path: Path_ = ("sources", source_id, "only_areas")
    if source.only_areas is None:
        return
    sizes = {name: values for name, values in source.only_areas if values is not None}
    if not sizes:
        findings.add(
            path, _("no size is stated"), _("state at_least_estates, at_least_households or at_least_floor_area")
        )
    for name, values in sizes.items():
        for position, value in enumerate(values):
            if value.value <= 0:
                finding = _("a size of {value} asks for nothing").format(value=value.value)
                findings.add((*path, name, position), finding, _("write a size above 0, or remove it"))


def _eligible(findings: Findings, source_id: str, eligible: Eligibility) -> None:
    policy = findings.policy
    components = list(dict.fromkeys(part for work in policy.works.values() for part in work.components))
    lists = (
        ("classes", eligible.classes, list(policy.classes), _("class")),
        ("works", eligible.works, list(policy.works), _("work")),
        ("not_works", eligible.not_works, list(policy.works), _("work")),
        ("components", eligible.components, components, _("component")),
        ("rules", eligible.rules, list(policy.rules), _("rule")),
    )
    for field, found, among, what in lists:
        for position, each in enumerate(found):
            findings.known(("sources", source_id, "eligible", field, position), each, among, what)


def _share_limit(findings: Findings, source_id: str, source: Source) -> None:
    for bound in ("min", "max"):
        for position, value in enumerate(getattr(source.share, bound, None) or ()):
            findings.is_share(("sources", source_id, "share", bound, position), value.value)


def check_eligibility(findings: Findings, as_of: date) -> None:
    """Note sources that may pay for nothing: their payer occurs in no rule of any content they are eligible for.

    A source that only pays the service of a bond has its use there. The ids of the model must all exist.
    """
    policy = findings.policy
    contents = list(_contents(policy, as_of))
    elsewhere = {bond.service_source for bond in policy.bonds.values()}
    for source_id, source in policy.sources.items():
        pays = any(
            (source_id == content.grant_source or source.payer in content.payers) and _admits(source.eligible, content)
            for content in contents
        )
        if not pays and source_id not in elsewhere:
            finding = _("the source may pay for nothing: no rule of an eligible work asks its payer {payer!r}")
            cure = _("correct its payer or its eligible lists, or remove the source")
            findings.add(("sources", source_id), finding.format(payer=source.payer), cure)


class _Content:
    """A component under one of the rules that may come into force for it."""

    def __init__(
        self, names: tuple[str, str, str], rule: str, payers: frozenset[str], grant_source: str | None
    ) -> None:
        self.work_class, self.work, self.component = names
        self.rule = rule
        self.payers = payers
        self.grant_source = grant_source


def _contents(policy: PolicyModel, as_of: date) -> Iterator[_Content]:
    for work_id, work in policy.works.items():
        for part_id, part in work.components.items():
            names = (work.work_class, work_id, part_id)
            for rule_id in _rules_in_force(policy, part.rule):
                grant = None if part.unit_grant is None else policy.unit_grants[part.unit_grant].source
                yield _Content(names, rule_id, _payers(policy, rule_id, as_of), grant)


def _rules_in_force(policy: PolicyModel, rule_id: str) -> list[str]:
    """Rules with values that ``rule_id`` may lead to by choices and estate parts; the choices must end."""
    rule = policy.rules[rule_id]
    if rule.choose is not None:
        ends = dict.fromkeys((*rule.choose.cases.values(), rule.choose.otherwise))
        return list(dict.fromkeys(end for start in ends for end in _rules_in_force(policy, start)))
    moved = [part.rule for part in policy.estate_parts.values() if rule_id in part.applies_to]
    return [rule_id, *moved]


def _payers(policy: PolicyModel, rule_id: str, as_of: date) -> frozenset[str]:
    value = in_force(policy.rules[rule_id].values, as_of)
    return frozenset() if value is None else frozenset(payer for payer, band in value.shares.items() if band.max > 0)


def _admits(eligible: Eligibility, content: _Content) -> bool:
    return (
        (not eligible.classes or content.work_class in eligible.classes)
        and (not eligible.works or content.work in eligible.works)
        and (not eligible.components or content.component in eligible.components)
        and (not eligible.rules or content.rule in eligible.rules)
        and content.work not in eligible.not_works
    )
