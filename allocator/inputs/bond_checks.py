"""Whether the bonds of a policy model can be issued and served."""

from __future__ import annotations

from allocator.i18n import _
from allocator.inputs.findings import Findings
from allocator.inputs.schemas.bonds import Bond
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.yaml_files import Path_


def check_bonds(findings: Findings, money: Money) -> None:
    """Sources of bonds exist, lie where they are issued and are fed once; terms, shares and ratios are possible."""
    _rules(findings)
    for bond_id, bond in findings.policy.bonds.items():
        path = ("bonds", bond_id)
        _sources(findings, path, bond)
        _terms(findings, path, bond, money)
        others = [n for n, other in findings.policy.bonds.items() if other.source == bond.source and n != bond_id]
        if others:
            text = _("{other!r} feeds the source {source!r} too").format(other=others[0], source=bond.source)
            findings.add((*path, "source"), text, _("give each bond a source, and a quota, of its own"))


def _sources(findings: Findings, path: Path_, bond: Bond) -> None:
    sources, residents = findings.policy.sources, findings.policy.residents
    home = "area" if bond.kind == "special" else "county"
    for field, source_id, scope in (("source", bond.source, home), ("service_source", bond.service_source, "county")):
        findings.known((*path, field), source_id, sources, _("source"))
        source = sources.get(source_id)
        if source is not None and source.scope != scope:
            text = _("the source {source!r} lies with the {scope}, but here a source of scope {wanted} is needed")
            finding = text.format(source=source_id, scope=source.scope, wanted=scope)
            findings.add((*path, field), finding, _("name a source of scope {wanted}").format(wanted=scope))
    source = sources.get(bond.source)
    if bond.kind == "special" and residents is not None and source is not None and source.payer == residents.payer:
        text = _("special bonds may never pay what residents must pay, but {source!r} is a source of theirs")
        findings.add((*path, "source"), text.format(source=bond.source), _("name a source of the government"))
    if bond.kind == "special" and bond.refinance_share is not None:
        text = _("special bonds are repaid from income and are not refinanced here")
        findings.add((*path, "refinance_share"), text, _("remove it"))
    other = next((b for b in findings.policy.bonds.values() if b.kind == "special"), bond)
    if bond.kind == "special" and bond.service_source != other.service_source:
        text = _("special bonds are topped up from {source!r} and from {other!r}")
        finding = text.format(source=bond.service_source, other=other.service_source)
        findings.add((*path, "service_source"), finding, _("name one source for all of them"))


def _rules(findings: Findings) -> None:
    """Shares and ratios of special-bond projects are possible."""
    rules = findings.policy.special_bonds
    for position, share in enumerate(rules.capital_share or ()):
        findings.is_share(("special_bonds", "capital_share", position), share.value)
    for position, rate in enumerate(rules.discount or ()):
        findings.is_share(("special_bonds", "discount", position), rate.value)
    for name in ("cover", "cover_all_debt"):
        for position, ratio in enumerate(getattr(rules, name) or ()):
            if ratio.value <= 0:
                text = _("a ratio of cover must be greater than 0")
                findings.add(("special_bonds", name, position), text, _("write 1.1 for 1.1 times"))


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
