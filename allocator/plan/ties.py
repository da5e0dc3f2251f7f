"""What ties a source to others while bills are paid one by one: ratios, and subsidies that residents' money raises."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from allocator.formulation.index import Index
from allocator.formulation.kickers import counted_items, counted_savings, kickers_in_force
from allocator.formulation.readiness import value_on
from allocator.inputs.case import rate_to_steps
from allocator.inputs.schemas.base import in_force


@dataclass(frozen=True)
class Tie:
    """A ratio that a source's payments count in, at one place: what each step of them adds to what may be paid."""

    rule: str
    place: Hashable
    by_year: bool
    per_step: int
    """Above 0: the source matches others. Below 0: it needs to be matched, at so much of the room for each step."""

    def key(self, year: int) -> Hashable:
        """Room of the rule at the place, in the year where it is of one."""
        return ("matching", self.rule, self.place, year if self.by_year else 0)


def ties_of(index: Index, source: str, estate: str, county: str) -> tuple[Tie, ...]:
    """Ratios that a source counts in where it pays for an estate, or for a whole county (``estate`` "")."""
    case, found = index.case, []
    if "matching" in case.scenario.options.rules_off:
        return ()
    for name, rule in case.policy.matching.items():
        ratio = value_on(rule.at_most, case)
        if ratio is None or in_force((rule,), case.scenario.as_of) is None or source not in (*rule.sources, *rule.of):
            continue
        exact = Fraction(ratio)
        project = index.estates.loc[index.estates["estate_id"] == estate, "project"].tolist()
        place = {"city": "", "county": county, "project": tuple(project), "estate": estate}[rule.at]
        step = -exact.denominator if source in rule.sources else exact.numerator
        found.append(Tie(name, place, rule.over == "year", step))
    return tuple(found)


def sure_subsidies(index: Index) -> Iterator[tuple[str, str, int]]:
    """Subsidy, estate and steps that it pays there whatever its payer pays, for the works that come with the start.

    At the greatest expected share of all classes, and less all savings that could be made: never too much.
    """
    case = index.case
    if "matching" in case.scenario.options.rules_off:
        return
    area = index.estates.set_index("estate_id")["floor_area"]
    for kicker in kickers_in_force(case).values():
        share = Fraction(value_on(kicker.share, case) or 0)
        share -= Fraction(kicker.down) * max(Fraction(each) for each in kicker.expected.values())
        items = counted_items(index, kicker)
        items = items[items["item"].map(index.items["required"]).astype(bool)]
        saved = counted_savings(index, kicker)
        less = saved.groupby(saved["estate"].map(index.estates["estate_id"]))["change"].sum()
        cap = in_force(kicker.base_cap or (), case.scenario.as_of)
        costs = items.groupby("estate")["cost"].sum()
        for estate in index.estates["estate_id"]:
            base = max(int(costs.get(estate, 0)) + int(less.get(estate, 0)), 0)
            if cap is not None:
                exact = cap.value.__class__(str(area[estate]))
                base = min(base, rate_to_steps(cap.value, cap.unit, exact, case.scenario.money))
            yield kicker.source, str(estate), int(max(base * share, Fraction(0)))
