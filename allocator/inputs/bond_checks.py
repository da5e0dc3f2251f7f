"""Whether the bonds of a policy model can be issued and served."""

from __future__ import annotations

from allocator.i18n import _
from allocator.inputs.findings import Findings
from allocator.inputs.schemas.bonds import Bond
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.yaml_files import Path_


def check_bonds(findings: Findings, money: Money) -> None:
    """Sources of bonds exist, lie with counties and are fed once; terms, coupons and shares are possible."""
    for bond_id, bond in findings.policy.bonds.items():
        path = ("bonds", bond_id)
        _sources(findings, path, bond)
        _terms(findings, path, bond, money)
        others = [n for n, other in findings.policy.bonds.items() if other.source == bond.source and n != bond_id]
        if others:
            text = _("{other!r} feeds the source {source!r} too").format(other=others[0], source=bond.source)
            findings.add((*path, "source"), text, _("give each bond a source, and a quota, of its own"))


def _sources(findings: Findings, path: Path_, bond: Bond) -> None:
    sources = findings.policy.sources
    for field, source_id in (("source", bond.source), ("service_source", bond.service_source)):
        findings.known((*path, field), source_id, sources, _("source"))
        source = sources.get(source_id)
        if source is not None and source.scope != "county":
            text = _("the source {source!r} lies with the {scope}, but bonds are a county's")
            cure = _("name a source of scope county")
            findings.add((*path, field), text.format(source=source_id, scope=source.scope), cure)


def _terms(findings: Findings, path: Path_, bond: Bond, money: Money) -> None:
    findings.money_unit((*path, "lot", "unit"), bond.lot.unit, money)
    for position, share in enumerate(bond.refinance_share or ()):
        findings.is_share((*path, "refinance_share", position), share.value)
    if bond.lot.value <= 0:
        findings.add((*path, "lot"), _("a lot must be greater than 0"), _("write the size of one lot"))
    if bond.term_years.value < 1 or bond.term_years.value != bond.term_years.value.to_integral_value():
        findings.add((*path, "term_years"), _("the term must be whole years, 1 or more"), _("correct the term"))
    if not 0 <= bond.coupon.value < 1:
        text = _("the coupon {value} is no share of the principal").format(value=bond.coupon.value)
        findings.add((*path, "coupon"), text, _("write 2.5 % as 0.025"))
