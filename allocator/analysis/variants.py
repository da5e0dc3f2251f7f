"""Variants of a scenario: its sensitivity block, written out as named changes. A variant is nothing but changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.inputs.headings import nearest
from allocator.inputs.register_sheets import CERTAINTY
from allocator.inputs.schemas.base import Label, in_force

BASE = "base"
"""Name of the run that every variant is compared with."""

DIMENSIONS = (
    "limits", "price_index", "quota", "ceiling", "interest", "gates_slip", "vague_shares", "bonus", "ladder",
    "variants",
)  # fmt: skip
"""What is changed, in the order of the tables."""

CEILINGS = ("stock_ceiling", "service_ceiling", "special_stock_ceiling", "special_service_ceiling")
"""Columns of the sheet 债务 that limit debt."""


@dataclass(frozen=True)
class NamedVariant:
    """A variant: what it changes (``dimension``), of what (``subject``, a source or rule), and how far (``level``).

    ``level`` is the factor, the years, what is added to a coupon, or the number of the reading; None for variants that
    the scenario names itself, which bring their ``label``.
    """

    id: str
    dimension: str
    subject: str = ""
    level: Decimal | None = None
    label: Label | None = None
    changes: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)


def variants_of(case: Case) -> list[NamedVariant]:
    """Variants that the scenario's block asks for, in the order of ``DIMENSIONS``.

    Raises
    ------
    ScenarioError
        When the block names what is not there, or asks to change what the case does not have.
    """
    problems: list[Problem] = []
    variants = list(_Expansion(case, problems).all())
    again = {variant.id for variant in variants if [each.id for each in variants].count(variant.id) > 1}
    for name in sorted(again):
        finding = _("two variants have the name {name}").format(name=name)
        problems.append(Problem("sensitivity", finding, _("take one of the two away")))
    if problems:
        raise ScenarioError(problems)
    return variants


class _Expansion:
    """The block of one case, dimension by dimension."""

    def __init__(self, case: Case, problems: list[Problem]) -> None:
        self.case, self.problems = case, problems
        self.block = case.scenario.sensitivity
        self.pending = [word for word in CERTAINTY.values() if word not in case.scenario.firm]
        limits, pledges = case.register.limits, case.register.pledges
        self.limits = limits[limits["certainty"].isin(self.pending)]
        self.pledges = pledges[pledges["certainty"].isin(self.pending)]
        self.bond_sources = sorted({bond.source for bond in case.policy.bonds.values()})

    def all(self) -> Iterator[NamedVariant]:
        yield from self._limits()
        yield from self._costs()
        yield from self._debt()
        yield from self._gates()
        yield from self._shares()
        yield from self._bonus()
        for factor in self.block.ladder:
            if factor != 1:
                changes = self._scaled_limits(sorted(set(self.limits["source"])), factor)
                yield from self._asked("ladder", "", factor, changes, _("there are no limits that are not yet firm"))
        yield from self._named()

    def _asked(
        self, dimension: str, subject: str, level: Decimal | int, changes: list[dict[str, Any]], finding: str
    ) -> Iterator[NamedVariant]:
        """A variant; a problem, told by ``finding``, when it changes nothing."""
        if not changes:
            place = ".".join(part for part in ("sensitivity", dimension, subject) if part)
            self.problems.append(Problem(place, finding, _("take it out of the sensitivity block")))
            return
        step = format(Decimal(level), "+f" if dimension == "interest" else "f")
        name = "-".join(part for part in (dimension, subject, step) if part)
        yield NamedVariant(name, dimension, subject, Decimal(level), changes=tuple(changes))

    def _limits(self) -> Iterator[NamedVariant]:
        steps = self.block.limits
        if steps is None:
            return
        moving = {*self.limits["source"], *self.pledges["source"]} - set(self.bond_sources)
        policy = self.case.policy.sources
        for source in steps.sources:
            self._known(source, list(policy), ("limits", "sources"), _("source"))
        for source in [name for name in policy if name in (steps.sources or moving)]:
            for factor in (steps.down, steps.up):
                if factor is not None and factor != 1:
                    finding = _("the source has no money that is not yet firm")
                    changes = [*self._scaled_limits([source], factor), *self._scaled_pledges(source, factor)]
                    yield from self._asked("limits", source, factor, changes, finding)

    def _scaled_limits(self, sources: list[str], factor: Decimal) -> list[dict[str, Any]]:
        """Limits that are not yet firm scaled, with what they ask to be used at least."""
        rows = self.limits[self.limits["source"].isin(sources)]
        where = {"source": sources, "certainty": self.pending}
        paths = [("amount", len(rows)), ("minimum_use", int(rows["minimum_use"].notna().sum()))]
        return [{"path": f"register.limits.{key}", "where": where, "scale": factor} for key, count in paths if count]

    def _scaled_pledges(self, source: str, factor: Decimal) -> list[dict[str, Any]]:
        if not (self.pledges["source"] == source).any():
            return []
        where = {"source": source, "certainty": self.pending}
        return [{"path": "register.pledges.amount", "where": where, "scale": factor}]

    def _costs(self) -> Iterator[NamedVariant]:
        for factor in self.block.price_index:
            yield from self._asked("price_index", "", factor, [{"path": "register.items.cost", "scale": factor}], "")

    def _debt(self) -> Iterator[NamedVariant]:
        none = _("there are no bonds")
        for factor in self.block.quota:
            sources = [name for name in self.bond_sources if (self.limits["source"] == name).any()]
            yield from self._asked("quota", "", factor, self._scaled_limits(sources, factor), none)
        debt = self.case.register.debt
        columns = [key for key in CEILINGS if debt[key].notna().any()]
        for factor in self.block.ceiling:
            changes: list[dict[str, Any]] = [{"path": f"register.debt.{key}", "scale": factor} for key in columns]
            yield from self._asked("ceiling", "", factor, changes, _("there are no ceilings on debt"))
        for more in self.block.interest:
            changes = [{"path": f"policy.bonds.{name}.coupon.value", "add": more} for name in self.case.policy.bonds]
            yield from self._asked("interest", "", more, changes, none)

    def _gates(self) -> Iterator[NamedVariant]:
        gates = self.case.register.gates
        waiting = ((gates["state"] == "promised") & gates["year"].notna()).any()
        for years in self.block.gates_slip:
            changes = [{"path": "register.gates.year", "where": {"state": "promised"}, "add": years}] if waiting else []
            yield from self._asked("gates_slip", "", years, changes, _("no gate is promised for a later year"))

    def _shares(self) -> Iterator[NamedVariant]:
        rules = self.case.policy.rules
        for rule, readings in self.block.vague_shares.items():
            if not self._known(rule, list(rules), ("vague_shares", rule), _("rule")):
                continue
            values = rules[rule].values
            current = in_force(values, self.case.scenario.as_of)
            if current is None or current.basis != "assumption":
                finding = _("the shares of {rule} are no assumption").format(rule=rule)
                self._note(("vague_shares", rule), finding, _("only what a document leaves open can be read otherwise"))
                continue
            path = f"policy.rules.{rule}.values.{values.index(current)}.shares"
            for number, shares in enumerate(readings, start=1):
                new = {payer: band.model_dump() for payer, band in shares.items()}
                yield from self._asked("vague_shares", rule, number, [{"path": path, "set": new}], "")

    def _bonus(self) -> Iterator[NamedVariant]:
        areas, bundle = self.case.register.areas, self.case.policy.bundle
        for factor in self.block.bonus:
            changes: list[dict[str, Any]] = []
            if bundle is not None and bundle.points_share:
                changes.append({"path": "policy.bundle.points_share", "scale": factor})
            if areas["bonus_points"].notna().any():
                changes.append({"path": "register.areas.bonus_points", "scale": factor})
            yield from self._asked("bonus", "", factor, changes, _("bundles earn no points"))

    def _named(self) -> Iterator[NamedVariant]:
        stated = self.case.scenario.variants
        wanted = list(stated) if self.block.variants is None else list(self.block.variants)
        for name in wanted:
            if self._known(name, list(stated), ("variants",), _("variant")):
                changes = [change.model_dump(by_alias=True, exclude_unset=True) for change in stated[name].changes]
                yield NamedVariant(name, "variants", label=stated[name].label, changes=tuple(changes))

    def _known(self, name: str, among: list[str], at: tuple[str, ...], what: str) -> bool:
        if name in among:
            return True
        near = nearest(name, among)
        known = _("known: {names}").format(names=", ".join(among[:10]) or _("none"))
        cure = _("did you mean {name!r}?").format(name=near) if near else known
        self._note(at, _("there is no {what} {found!r}").format(what=what, found=name), cure)
        return False

    def _note(self, at: tuple[str, ...], finding: str, cure: str) -> None:
        self.problems.append(Problem(f"sensitivity.{'.'.join(at)}", finding, cure))
