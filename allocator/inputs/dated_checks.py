"""Values with dates: none contradicts another, and what pays for a rule is in force when the rule is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from pydantic import BaseModel

from allocator.i18n import _
from allocator.inputs.findings import Findings
from allocator.inputs.schemas.base import Cited, Quantity, in_force
from allocator.inputs.schemas.costs import CostSplit, GrantTiers
from allocator.inputs.schemas.policy import PayerShares
from allocator.inputs.yaml_files import Path_

DATED: tuple[type[Cited], ...] = (Quantity, PayerShares, CostSplit, GrantTiers)
"""What stands in lists of values over time."""


def check_dates(findings: Findings, as_of: date) -> None:
    """Note values of one list that overlap, and rules in force whose source is not.

    The newest value in force counts, so a value needs no end when another follows it; an end that lies after the
    beginning of the next says two things at once.
    """
    for path, values in _lists(findings.policy, ()):
        _overlaps(findings, path, values)
    _sources_in_force(findings, as_of)


def _lists(value: object, path: Path_) -> Iterator[tuple[Path_, tuple[Cited, ...]]]:
    """Lists of dated values, with their paths."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _lists(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _lists(inner, (*path, key))
    elif isinstance(value, tuple):
        if value and all(isinstance(entry, DATED) for entry in value):
            yield path, value
        for position, inner in enumerate(value):
            yield from _lists(inner, (*path, position))


def _overlaps(findings: Findings, path: Path_, values: tuple[Cited, ...]) -> None:
    order = sorted(range(len(values)), key=lambda position: values[position].since)
    for position, following in pairwise(order):
        value, then = values[position], values[following].since
        if value.since == then:
            text = _("two values begin on {date}").format(date=then)
            findings.add((*path, following, "since"), text, _("remove one of the two, or correct its date"))
        elif value.until is not None and value.until >= then:
            text = _("in force until {until}, but the next value begins on {date}").format(until=value.until, date=then)
            cure = _("end it the day before, or leave the end out: the next value takes its place")
            findings.add((*path, position, "until"), text, cure)


def _sources_in_force(findings: Findings, as_of: date) -> None:
    """Unit grants are paid by their source alone; bonds bring money to one source, and another pays them back."""
    policy = findings.policy
    used = {part.unit_grant for work in policy.works.values() for part in work.components.values()}
    named: list[tuple[Path_, str]] = [
        (("unit_grants", name, "source"), grant.source) for name, grant in policy.unit_grants.items() if name in used
    ]
    for name, bond in policy.bonds.items():
        named += [(("bonds", name, "source"), bond.source), (("bonds", name, "service_source"), bond.service_source)]
    for path, source_id in named:
        source = policy.sources.get(source_id)
        if source is not None and not _is_in_force(source, as_of):
            text = _("the source {source!r} is not in force on {date}, so it pays nothing")
            cure = _("correct the dates of the source, end this rule with it, or name another source")
            findings.add(path, text.format(source=source_id, date=as_of), cure)


def _is_in_force(rule: Cited, as_of: date) -> bool:
    return in_force((rule,), as_of) is not None
