"""Cross-checks of matching, splits and subsidies with a kink: references, shares, and rules that could not be kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from allocator.i18n import _
from allocator.inputs.findings import Findings
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.matching import Kicker
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.yaml_files import Path_


def check_matching(findings: Findings, as_of: date, money: Money) -> None:
    """Note what cannot be in the rules that tie one source's money to another's."""
    _ratios(findings, as_of)
    _splits(findings)
    for name, kicker in findings.policy.kickers.items():
        _kicker(findings, ("kickers", name), kicker, as_of)
        for position, cap in enumerate(kicker.base_cap or ()):
            findings.money_unit(("kickers", name, "base_cap", position, "unit"), cap.unit, money)


def _sources(findings: Findings, path: Path_, sources: Collection[str]) -> None:
    for position, source in enumerate(sources):
        findings.known((*path, position), source, findings.policy.sources, _("source"))


def _ratios(findings: Findings, as_of: date) -> None:
    for name, rule in findings.policy.matching.items():
        path = ("matching", name)
        _sources(findings, (*path, "sources"), rule.sources)
        _sources(findings, (*path, "of"), rule.of)
        for source in sorted(set(rule.sources) & set(rule.of)):
            text = _("{source!r} would match itself").format(source=source)
            findings.add((*path, "of"), text, _("name it on one of the two sides"))
        for position, value in enumerate(rule.at_most):
            if value.value <= 0:
                text = _("at a ratio of {value} the sources could never pay").format(value=value.value)
                findings.add((*path, "at_most", position), text, _("write a ratio above 0, or remove the sources"))
        if in_force(rule.at_most, as_of) is None:
            text = _("no ratio is in force on {date}").format(date=as_of)
            findings.add((*path, "at_most"), text, _("add one with an earlier date, or change as_of"))


def _splits(findings: Findings) -> None:
    policy = findings.policy
    narrow = narrow_sources(policy)
    for name, split in policy.splits.items():
        path = ("splits", name, "parts")
        findings.sums_to_one(path, [part.share for part in split.parts.values()])
        taken: set[str] = set()
        for side, part in split.parts.items():
            here = (*path, side)
            _sources(findings, (*here, "sources"), part.sources)
            if part.share == 0:
                text = _("the share is 0: its sources could never pay")
                findings.add((*here, "share"), text, _("write a share above 0, or remove the side"))
            for source in part.sources:
                if source in taken:
                    text = _("{source!r} stands on two sides").format(source=source)
                    findings.add((*here, "sources"), text, _("name it on one of the two sides"))
                if source in narrow:
                    text = _("{source!r} is paid estate by estate, but a split adds up a county").format(source=source)
                    cure = _("split sources of a county or the city without caps, pledges or kickers")
                    findings.add((*here, "sources"), text, cure)
                taken.add(source)


def narrow_sources(policy: PolicyModel) -> set[str]:
    """Sources with a rule of one estate."""
    residents = policy.residents
    protected = {k.payer for k in policy.kickers.values()}
    if residents is not None and (residents.affordability is not None or residents.least_share is not None):
        protected.add(residents.payer)
    named = {kicker.source for kicker in policy.kickers.values()}
    for rule in policy.matching.values():
        named |= {*rule.sources, *rule.of} if rule.at in ("project", "estate") else set()
    of_estates = {
        name
        for name, source in policy.sources.items()
        if source.scope in ("estate", "area") or source.caps or source.payer in protected
    }
    return named | of_estates


def _kicker(findings: Findings, path: Path_, kicker: Kicker, as_of: date) -> None:
    policy = findings.policy
    findings.known((*path, "source"), kicker.source, policy.sources, _("source"))
    findings.known((*path, "payer"), kicker.payer, policy.payers, _("payer"))
    for name in kicker.expected:
        findings.known((*path, "expected", name), name, policy.classes, _("class"))
    for position, work in enumerate(kicker.not_works):
        findings.known((*path, "not_works", position), work, policy.works, _("work"))
    counted = [n for n, w in policy.works.items() if w.work_class in kicker.expected and n not in kicker.not_works]
    if not counted:
        findings.add(path, _("it counts no work"), _("name a class in `expected` that has other works"))
    source = policy.sources.get(kicker.source)
    if source is not None and source.payer == kicker.payer:
        text = _("{source!r} would rise with what its own payer pays").format(source=kicker.source)
        findings.add((*path, "payer"), text, _("name the payer that the subsidy encourages"))
    if kicker.up > kicker.down:
        text = _("a point too much gains {up}, a point too little loses only {down}")
        cure = _("`down` must be at least `up`")
        findings.add((*path, "down"), text.format(up=kicker.up, down=kicker.down), cure)
    current = in_force(kicker.share, as_of)
    if current is None:
        text = _("no share is in force on {date}").format(date=as_of)
        findings.add((*path, "share"), text, _("add one with an earlier date, or change as_of"))
    for position, value in enumerate(kicker.share):
        if not Decimal(0) <= value.value <= 1 - kicker.most:
            text = _("with its greatest gain of {most} the share {value} lies outside 0 to 1")
            findings.add(
                (*path, "share", position), text.format(most=kicker.most, value=value.value), _("write 30 % as 0.3")
            )
