"""Special-bond projects of a small case: what an integer point earns, spends and may owe, record by record."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from allocator.inputs.schemas.base import in_force
from tests.oracle.facts import Facts, Item, Row, fraction, half_up, largest_remainder

Lots = Mapping[tuple[str, str, int], int]
"""Lots by (bond, place, year)."""

Service = list[tuple[int, int]]
"""Principal and interest of a lot by year after its issue."""


def is_special(facts: Facts, bond: str) -> bool:
    """Whether areas issue a bond."""
    return facts.policy.bonds[bond].kind == "special"


def _first_item(facts: Facts, estate: str, work: str) -> Item | None:
    named = sorted(name for name, item in facts.items.items() if (item.estate, item.work) == (estate, work))
    return facts.items[named[0]] if named else None


def income(facts: Facts, point: Any, area: str) -> dict[int, int]:
    """Net income of an area by year, from works done and estates started only."""
    earned: dict[int, int] = {}
    for row in facts.rows("income"):
        if row["area"] != area:
            continue
        estates = [e for e, told in facts.estates.items() if told["area"] == area and row["estate"] in ("", e)]
        if row["work"]:
            items = {e: _first_item(facts, e, row["work"]) for e in estates}
            weights = {e: cost(facts, item) for e, item in items.items() if item is not None}
            years = {e: point.done.get(items[e].item) for e in weights}  # type: ignore[union-attr]
        else:
            weights = {e: int(facts.estates[e]["households"]) for e in estates}
            years = {e: point.starts.get(facts.estates[e]["project"]) for e in weights}
        weights = {e: weight for e, weight in weights.items() if weight > 0}
        if not weights:
            continue
        shares = largest_remainder(int(row["amount"]), [Fraction(weight) for weight in weights.values()])
        for estate, share in zip(weights, shares, strict=True):
            begun = years[estate]
            for k in range(int(row["years"])) if begun is not None else ():
                year = begun + int(row["after"]) + k
                earned[year] = earned.get(year, 0) + share
    return {year: amount for year, amount in earned.items() if amount}


def cost(facts: Facts, item: Item) -> int:
    """What the register says that an item costs."""
    return next(int(row["cost"]) for row in facts.rows("items") if row["item"] == item.item)


def worth(facts: Facts, amount: int, year: int) -> int:
    """An amount as it counts in a ratio of cover."""
    rate = _rule(facts, "discount") or Fraction(0)
    return half_up(Fraction(amount) / (1 + rate) ** (year - facts.first))


def _rule(facts: Facts, name: str) -> Fraction | None:
    value = in_force(getattr(facts.policy.special_bonds, name) or (), facts.scenario.as_of)
    return None if value is None else fraction(value.value)


def projects_allowed(
    facts: Facts, point: Any, spent: Mapping[str, int], services: Mapping[str, Service], sizes: Mapping[str, int]
) -> bool:
    """Whether every area with special bonds keeps the rules of projects.

    ``spent`` is what its works cost by area; ``services`` and ``sizes`` of one lot by bond.
    """
    lots = {key: count for key, count in point.lots if count and is_special(facts, key[0])}
    for area in {place for _bond, place, _year in lots}:
        row = next(told for told in facts.rows("areas") if told["area"] == area)
        own = {key: count for key, count in lots.items() if key[1] == area}
        principal = sum(count * sizes[bond] for (bond, _place, _year), count in own.items())
        least = _rule(facts, "capital_share")
        if least is not None and principal + int(row["other_debt"]) > (1 - least) * spent.get(area, 0):
            return False
        if not _carried(facts, own, services, income(facts, point, area), row):
            return False
    return True


def _carried(facts: Facts, lots: Lots, services: Mapping[str, Service], earned: dict[int, int], row: Row) -> bool:
    """Whether income carries the bonds: to the last repayment, in the life of each, and with all other debt."""
    spans, owed = [], []
    for (bond, _place, year), count in lots.items():
        service = services[bond]
        spans.append((year, year + len(service)))
        owed.append(count * sum(worth(facts, p + i, year + k) for k, (p, i) in enumerate(service, start=1)))
    if any(not earned.get(last) for _first, last in spans):
        return False
    value = {year: worth(facts, amount, year) for year, amount in earned.items()}
    cover = _rule(facts, "cover")
    for begin in {first for first, _last in spans} if cover is not None else ():
        for end in {last for _first, last in spans}:
            inside = [amount for (f, e), amount in zip(spans, owed, strict=True) if f >= begin and e <= end]
            if cover * sum(inside) > sum(amount for year, amount in value.items() if begin < year <= end):  # type: ignore[operator]
                return False
    ratio = _rule(facts, "cover_all_debt")
    return ratio is None or ratio * (sum(owed) + int(row["other_service"])) <= sum(value.values())
