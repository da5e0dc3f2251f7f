"""Cross-checks of the sources of a policy model: references, amounts, and whether each may pay for anything."""

from __future__ import annotations

from datetime import date

from allocator.i18n import _
from allocator.inputs.contents import admits, contents
from allocator.inputs.findings import Findings
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.schemas.sources import Eligibility, RegionShare, ShareLimit, Source
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
            for place, work in enumerate(cap.works):
                findings.known((*path, "caps", position, "works", place), work, policy.works, _("work"))
            if (cap.per == "unit") != bool(cap.works):
                text = _("a cap per unit counts the quantity of works, other caps do not")
                cure = _("name works for per: unit, and only there")
                findings.add((*path, "caps", position, "works"), text, cure)
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
    if source.share is None:
        return
    path: Path_ = ("sources", source_id, "share")
    places: list[tuple[Path_, ShareLimit | RegionShare]]
    places = [
        (path, source.share),
        *(((*path, "by_region", name), own) for name, own in source.share.by_region.items()),
    ]
    for where, share in places:
        for bound, values in (("min", share.min), ("max", share.max)):
            for position, value in enumerate(values or ()):
                findings.is_share((*where, bound, position), value.value)


def check_eligibility(findings: Findings, as_of: date) -> None:
    """Note sources that may pay for nothing: their payer occurs in no rule of any content they are eligible for.

    A source that only pays the service of a bond has its use there. The ids of the model must all exist.
    """
    policy = findings.policy
    known = list(contents(policy, as_of))
    elsewhere = {bond.service_source for bond in policy.bonds.values()}
    left_out = set.intersection(*(set(route.without) for route in policy.routes.values())) if policy.routes else set()
    for source_id, source in policy.sources.items():
        if source_id in left_out and source_id not in elsewhere:
            finding = _("the source may pay for nothing: every route leaves it out")
            findings.add(
                ("sources", source_id), finding, _("take it out of `without` of one route, or remove the source")
            )
            continue
        pays = any(
            (source_id == content.grant_source or source.payer in content.payers) and admits(source.eligible, content)
            for content in known
        )
        if not pays and source_id not in elsewhere:
            finding = _("the source may pay for nothing: no rule of an eligible work asks its payer {payer!r}")
            cure = _("correct its payer or its eligible lists, or remove the source")
            findings.add(("sources", source_id), finding.format(payer=source.payer), cure)
