"""Rules that tie one source's money to another's, stated for single payments: matching, splits, kinks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocator.inputs.case import rate_to_steps
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.matching import Kicker
from tests.oracle.choices import due
from tests.oracle.facts import fraction

if TYPE_CHECKING:
    from tests.oracle.money import Money, Payment

Key = Callable[["Payment"], Hashable]


def keep_matching(money: Money) -> None:
    """Add the rows of all such rules to the payments of one integer point."""
    policy = money.facts.policy
    for rule in policy.matching.values():
        ratio = float(money.facts.now(rule.at_most))
        where = _where(money, rule.at, by_year=rule.over == "year")
        own = [p for p in money.payments if p.source in rule.sources]
        for place in dict.fromkeys(map(where, own)):
            here = [p for p in money.payments if where(p) == place]
            money.at_most(_paid(here, rule.sources) - ratio * _paid(here, rule.of), 0)
    for split in policy.splits.values():
        where = _where(money, split.at, by_year=split.over == "year")
        sides = [part.sources for part in split.parts.values()]
        divided = [p for p in money.payments if _all_may_pay(money, p, sides)]
        for place in dict.fromkeys(map(where, divided)):
            here = [p for p in divided if where(p) == place]
            whole = sum(_paid(here, sources) for sources in sides)
            for part in split.parts.values():
                money.equal(_paid(here, part.sources) - float(part.share) * whole, 0)
    for kicker in policy.kickers.values():
        for estate in money.facts.estates:
            _keep_kink(money, kicker, estate)


def _where(money: Money, at: str, *, by_year: bool) -> Key:
    """Place and year at which a payment is counted."""
    facts = money.facts

    def key(payment: Payment) -> Hashable:
        estate = payment.part.estate
        place = {
            "city": "",
            "county": facts.county(estate),
            "project": facts.estates[estate]["project"],
            "estate": estate,
        }[at]
        return place, payment.year if by_year else 0

    return key


def _paid(payments: Iterable[Payment], sources: Iterable[str]) -> Any:
    return sum(p.amount for p in payments if p.source in set(sources))


def _all_may_pay(money: Money, payment: Payment, sides: list[tuple[str, ...]]) -> bool:
    """Whether a source of every side may pay for the payment's part."""
    route = money.point.routes.get(money.facts.estates[payment.part.estate]["project"], "")
    able = {s for sources in money.facts.sources_of(payment.part, route).values() for s in sources}
    return all(able & set(sources) for sources in sides)


def _keep_kink(money: Money, kicker: Kicker, estate: str) -> None:
    """At most what the share gives that the payer's money earns, or nothing."""
    facts = money.facts
    own = [p for p in money.payments if p.part.estate == estate]
    subsidy = _paid(own, [kicker.source])
    if isinstance(subsidy, int):
        return
    costs = {
        item: Fraction(0) for item, one in facts.items.items() if one.estate == estate and _counts(money, kicker, item)
    }
    for bills in due(facts, money.point).get(estate, {}).values():
        for (item, _part), bill in bills.items():
            if item in costs:
                costs[item] += bill
    cost = sum(costs.values())
    payers = [name for name, source in facts.policy.sources.items() if source.payer == kicker.payer]
    paid = _paid([p for p in own if p.part.item in costs], payers)
    classes = {item: facts.policy.works[facts.items[item].work].work_class for item in costs}
    expected = sum(fraction(kicker.expected[classes[item]]) * each for item, each in costs.items())
    base, cap = cost, in_force(kicker.base_cap or (), facts.scenario.as_of)
    if cap is not None:
        area = cap.value.__class__(str(facts.estates[estate]["floor_area"]))
        base = min(cost, Fraction(rate_to_steps(cap.value, cap.unit, area, facts.scenario.money)))
    if cost == 0:
        money.at_most(subsidy, 0)
        return
    share, much = fraction(facts.now(kicker.share)), float(10 * cost)
    taken = money.solver.BoolVar("")
    money.at_most(subsidy - much * taken, 0)
    for slope in (fraction(kicker.up), fraction(kicker.down)):
        earned = float(base * share - slope * base * expected / cost) + float(slope * base / cost) * paid
        money.at_most(subsidy - earned + much * taken, much)
    money.at_most(subsidy, float(base * (share + fraction(kicker.most))))


def _counts(money: Money, kicker: Kicker, item: str) -> bool:
    work = money.facts.items[item].work
    return money.facts.policy.works[work].work_class in kicker.expected and work not in kicker.not_works
