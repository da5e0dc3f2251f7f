"""One money unit and step for several runs, so that their amounts are compared as whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import gcd

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.schemas.scenario import Money
from allocator.plan.run_folder import Run


@dataclass(frozen=True)
class CommonMoney:
    """The unit of the first run, and a step that every amount of every run is a whole number of."""

    money: Money
    factors: tuple[int, ...]
    """By run, common steps in one step of its own."""


def common_money(runs: Sequence[Run]) -> CommonMoney:
    """Unit and step that all ``runs`` share.

    Raises
    ------
    ScenarioError
        When their currencies differ, or no decimal step divides the steps of all.
    """
    base = runs[0].case.scenario.money
    for run in runs[1:]:
        other = run.case.scenario.money.currency
        if other != base.currency:
            finding = _("amounts are in {other}, those of the first run in {first}").format(
                other=other, first=base.currency
            )
            raise ScenarioError([Problem(str(run.path), finding, _("compare runs of one currency"))])
    steps = [_step_in_currency(run.case.scenario.money) for run in runs]
    common = steps[0]
    for step in steps[1:]:
        common = _greatest_divisor(common, step)
    money = base.model_copy(update={"step": _decimal(common / Fraction(base.unit_value), runs)})
    return CommonMoney(money, tuple(int(step / common) for step in steps))


def _step_in_currency(money: Money) -> Fraction:
    return Fraction(money.step) * Fraction(money.unit_value)


def _greatest_divisor(one: Fraction, other: Fraction) -> Fraction:
    return Fraction(
        gcd(one.numerator * other.denominator, other.numerator * one.denominator), one.denominator * other.denominator
    )


def _decimal(number: Fraction, runs: Sequence[Run]) -> Decimal:
    found = Decimal(number.numerator) / Decimal(number.denominator)
    if Fraction(found) != number:
        places = [str(run.path) for run in runs]
        finding = _("the money steps of these runs have no common step that can be written as a decimal")
        raise ScenarioError([Problem(", ".join(places), finding, _("give the scenarios the same money unit and step"))])
    return found
