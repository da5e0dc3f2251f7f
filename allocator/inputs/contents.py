"""Contents of a policy model: its components, the rules that may divide their cost, and which sources they admit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.sources import Eligibility


@dataclass(frozen=True)
class Content:
    """A component of a work under one of the rules that may come into force for it."""

    work_class: str
    work: str
    component: str
    rule: str
    payers: Mapping[str, Decimal]
    """Greatest share by payer that may bear any of it."""
    grant_source: str | None
    """Source of the unit grant that is carved out of it, if any."""


def contents(policy: PolicyModel, as_of: date) -> Iterator[Content]:
    """Every component under every rule that may come into force for it; the ids of the model must all exist."""
    for work_id, work in policy.works.items():
        for part_id, part in work.components.items():
            for rule_id in _rules_in_force(policy, part.rule):
                grant = None if part.unit_grant is None else policy.unit_grants[part.unit_grant].source
                yield Content(work.work_class, work_id, part_id, rule_id, _payers(policy, rule_id, as_of), grant)


def _rules_in_force(policy: PolicyModel, rule_id: str) -> list[str]:
    """Rules with values that ``rule_id`` may lead to by choices and estate parts; the choices must end."""
    rule = policy.rules[rule_id]
    if rule.choose is not None:
        ends = dict.fromkeys((*rule.choose.cases.values(), rule.choose.otherwise))
        return list(dict.fromkeys(end for start in ends for end in _rules_in_force(policy, start)))
    moved = [part.rule for part in policy.estate_parts.values() if rule_id in part.applies_to]
    return [rule_id, *moved]


def _payers(policy: PolicyModel, rule_id: str, as_of: date) -> dict[str, Decimal]:
    value = in_force(policy.rules[rule_id].values, as_of)
    return {} if value is None else {payer: band.max for payer, band in value.shares.items() if band.max > 0}


def admits(eligible: Eligibility, content: Content) -> bool:
    """Whether the lists of a source admit a content."""
    return (
        (not eligible.classes or content.work_class in eligible.classes)
        and (not eligible.works or content.work in eligible.works)
        and (not eligible.components or content.component in eligible.components)
        and (not eligible.rules or content.rule in eligible.rules)
        and content.work not in eligible.not_works
    )
