"""Shares, caps and formulas of sources that no plan could satisfy, or that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from allocator.i18n import _
from allocator.inputs.contents import Content, admits, contents
from allocator.inputs.findings import Findings
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.sources import RegionShare, ShareLimit, Source
from allocator.inputs.yaml_files import Path_

NONE, ALL = Decimal(0), Decimal(1)


def check_shares(findings: Findings, as_of: date) -> None:
    """Note bands of sources that are empty, alone or together, and amounts that cannot be.

    The ids of the model must all exist.
    """
    for source_id, source in findings.policy.sources.items():
        _band(findings, source_id, source)
        _caps(findings, source_id, source)
        _formula(findings, source_id, source)
    _together(findings, as_of)
    for gate_id, gate in findings.policy.gates.items():
        if gate.participation is not None and not 0 <= gate.participation.value <= 1:
            text = _("{value} is no share").format(value=gate.participation.value)
            findings.add(("gates", gate_id, "participation"), text, _("write 30 % as 0.3"))


def _band(findings: Findings, source_id: str, source: Source) -> None:
    """On no date, and in no region, may the least share be above the greatest."""
    if source.share is None:
        return
    path: Path_ = ("sources", source_id, "share")
    bands: list[tuple[Path_, ShareLimit | RegionShare]] = [(path, source.share)]
    bands += [((*path, "by_region", region), share) for region, share in source.share.by_region.items()]
    for here, share in bands:
        dates = sorted({value.since for value in (*(share.min or ()), *(share.max or ()))})
        crossed = [(since, *_ends(share, since)) for since in dates]
        for since, low, high in [each for each in crossed if each[1] > each[2]][:1]:
            text = _("from {date} the least share {low} is above the greatest share {high}: the band is empty")
            finding = text.format(date=since, low=low, high=high)
            findings.add(here, finding, _("exchange the two, or correct a date"))


def _ends(share: ShareLimit | RegionShare, on: date) -> tuple[Decimal, Decimal]:
    """Least and greatest share on a date."""
    low = in_force(share.min, on) if share.min else None
    high = in_force(share.max, on) if share.max else None
    return (NONE if low is None else low.value), (ALL if high is None else high.value)


def _caps(findings: Findings, source_id: str, source: Source) -> None:
    for position, cap in enumerate(source.caps):
        for dated, amount in enumerate(cap.amount):
            if amount.value < 0:
                path = ("sources", source_id, "caps", position, "amount", dated)
                findings.add(path, _("the amount is negative"), _("write 0 or more"))


def _formula(findings: Findings, source_id: str, source: Source) -> None:
    formula, path = source.formula, ("sources", source_id, "formula")
    if formula is None:
        return
    if source.scope == "estate":
        text = _("a formula's money arrives at a county, an area or the city, not at an estate")
        findings.add(path, text, _("correct the scope of the source"))
    if not source.limited:
        text = _("the source has no limits, so the formula's money adds nothing")
        findings.add(path, text, _("remove the formula, or set limited: true"))
    for field in ("per_household", "per_floor_area", "per_building", "per_estate", "factor"):
        if getattr(formula, field) < 0:
            findings.add((*path, field), _("the rate is negative"), _("write 0 or more"))


def _together(findings: Findings, as_of: date) -> None:
    """Shares of all sources that may pay for one content: the least ones must leave room, the greatest must reach."""
    policy = findings.policy
    told: set[tuple[str, ...]] = set()
    for content, payer in [(each, payer) for each in contents(policy, as_of) for payer in each.payers]:
        own = {name: source for name, source in policy.sources.items() if source.payer == payer}
        parts = {n: _part_ends(source, as_of) for n, source in own.items() if _pays(source, content, as_of)}
        least = sum((low for low, _high in parts.values()), NONE)
        most = sum((high for _low, high in parts.values()), NONE)
        asking = tuple(name for name, (low, _high) in parts.items() if low > 0)
        if least > 1 and asking not in told:
            _too_much(findings, asking, payer, least, content)
        names = tuple(parts)
        if names and most < 1 and not policy.payers[payer].last_resort and names not in told:
            _too_little(findings, names, payer, most, content)
        told |= {asking, names}


def _pays(source: Source, content: Content, as_of: date) -> bool:
    return admits(source.eligible, content) and in_force((source,), as_of) is not None


def _part_ends(source: Source, as_of: date) -> tuple[Decimal, Decimal]:
    """Least and greatest share of its payer's part in any region; shares of other things tell nothing certain of it."""
    if source.share is None or source.share.of != "payer_part":
        return NONE, ALL
    bands: list[ShareLimit | RegionShare] = [source.share, *source.share.by_region.values()]
    ends = [_ends(share, as_of) for share in bands]
    return min(low for low, _high in ends), max(high for _low, high in ends)


def _where(content: Content) -> str:
    return f"{content.work}/{content.component}"


def _too_much(findings: Findings, names: Iterable[str], payer: str, least: Decimal, content: Content) -> None:
    text = _("the least shares of {names} sum to {least} of what {payer!r} pays for {content}: no plan can keep them")
    finding = text.format(names=", ".join(names), least=least.normalize(), payer=payer, content=_where(content))
    findings.add(("sources", next(iter(names)), "share", "min"), finding, _("lower them until they sum to at most 1"))


def _too_little(findings: Findings, names: Iterable[str], payer: str, most: Decimal, content: Content) -> None:
    text = _("the greatest shares of {names} sum to {most} of what {payer!r} pays for {content}, and nothing else pays")
    finding = text.format(names=", ".join(names), most=most.normalize(), payer=payer, content=_where(content))
    cure = _("raise them until they sum to at least 1, or set last_resort: true at the payer")
    findings.add(("sources", next(iter(names)), "share", "max"), finding, cure)
