"""Collect what is wrong with a policy model, with the place of each finding in its files."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.headings import nearest
from allocator.inputs.schema_errors import place_text
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.yaml_files import Path_, Tree


class Findings:
    """Collects problems of a policy model by path; the place is looked up in the files it came from."""

    def __init__(self, policy: PolicyModel, tree: Tree) -> None:
        self.policy = policy
        self.tree = tree
        self.problems: list[Problem] = []

    def add(self, path: Path_, finding: str, cure: str) -> None:
        """Note one problem at ``path``."""
        self.problems.append(Problem(place_text(path, PolicyModel, self.tree), finding, cure))

    def known(self, path: Path_, found: str, among: Collection[str], what: str) -> None:
        """Note a problem unless ``found`` is one of the ids ``among``; ``what`` names their kind."""
        if found in among:
            return
        near = nearest(found, list(among))
        cure = (
            _("did you mean {name!r}?").format(name=near)
            if near
            else _("known: {names}").format(names=", ".join(among))
        )
        self.add(path, _("there is no {what} {found!r}").format(what=what, found=found), cure)

    def sums_to_one(self, path: Path_, shares: Collection[Decimal]) -> None:
        """Note a problem unless ``shares`` sum to 1."""
        total = sum(shares, Decimal(0))
        if total != 1:
            text = _("the shares sum to {total}, not to 1").format(total=total.normalize())
            self.add(path, text, _("change the shares so that they sum to 1"))

    def is_share(self, path: Path_, value: Decimal) -> None:
        """Note a problem unless ``value`` lies between 0 and 1."""
        if not 0 <= value <= 1:
            self.add(path, _("{value} is no share").format(value=value), _("write 30 % as 0.3"))

    def money_unit(self, path: Path_, unit: str, money: Money) -> None:
        """Note a problem unless ``unit`` begins with a money unit of the scenario (元/户)."""
        known = {money.unit, money.currency, *money.other_units}
        self.known(path, unit.split("/", maxsplit=1)[0], sorted(known), _("money unit"))
