"""The best plan of a small case, found by looking at every integer point.

Points are taken in descending order of the goals that integers decide; the linear programme over unpooled parts is only
solved for those that can still matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from allocator.inputs.case import Case
from tests.oracle.choices import Point, breaches, moved, points, started_estates, started_in
from tests.oracle.facts import Facts, fraction, given, half_up
from tests.oracle.money import Money

MONEY_GOALS = ("shortfall", "public_money")
"""Goals whose value the linear programme decides; both are minimised."""

CLOSE = 1e-4
"""Steps of money that count as nothing."""


@dataclass(frozen=True)
class Oracle:
    """Goal values of the best plans (tasks and money are minimised, the others maximised), and those plans."""

    values: dict[str, float]
    chosen: tuple[Point, ...]
    examined: int
    """Integer points that keep the integer rules."""


def best(case: Case, limit: int = 2000) -> Oracle | None:
    """Lexicographic optimum of ``case`` over all integer points; None when no plan exists.

    The tie-break is not looked at: ``chosen`` has the plans that are equal in all other goals (those looked at).

    Raises
    ------
    TooManyError
        When there are more than ``limit`` combinations.
    """
    search = _Search(Facts(case), limit)
    goals = [goal for goal in case.scenario.goals if goal.id != "tie_break"]
    assert not any(goal.abs or goal.rel for goal in goals), "the oracle knows goals without tolerance"
    found = search.best(search.points, [goal.id for goal in goals], {})
    if found is None:
        return None
    values, chosen = found
    return Oracle(values, tuple(chosen), len(search.points))


class _Search:
    def __init__(self, facts: Facts, limit: int) -> None:
        self.facts = facts
        self.points = points(facts, limit)
        self._money: dict[int, Money] = {}
        self._integer: dict[str, Callable[[Point], Fraction]] = {
            "tasks": self._tasks,
            "hazards": self._hazards,
            "points": self._points,
            "changes": self._changes,
        }

    def best(
        self, candidates: Sequence[Point], goals: Sequence[str], ceilings: dict[str, float]
    ) -> tuple[dict[str, float], list[Point]] | None:
        """Best goal values among ``candidates``, with money goals already settled in ``ceilings``."""
        if not goals:
            payable = next((p for p in candidates if self._least(p, "shortfall", ceilings) is not None), None)
            return None if payable is None else ({}, [payable])
        leading, rest = _leading(goals)
        if not leading:
            return self._best_money(candidates, goals, ceilings)
        for scores, group in self._groups(candidates, leading):
            found = self.best(group, rest, ceilings)
            if found is not None:
                shown = {g: float(-s if g in ("tasks", "changes") else s) for g, s in zip(leading, scores, strict=True)}
                return {**shown, **found[0]}, found[1]
        return None

    def _best_money(
        self, candidates: Sequence[Point], goals: Sequence[str], ceilings: dict[str, float]
    ) -> tuple[dict[str, float], list[Point]] | None:
        """Least value of the money goal ``goals[0]``, then the rest among the points that reach it.

        Candidates are taken best first by the integer goals that come next, so the first one that needs nothing ends
        the search: only its equals can still matter.
        """
        goal, rest = goals[0], goals[1:]
        leading, _ = _leading(rest)
        least: float | None = None
        reached: list[Point] = []
        for _, group in self._groups(candidates, leading):
            for point in group:
                value = self._least(point, goal, ceilings)
                if value is None or (least is not None and value > least + CLOSE):
                    continue
                if least is None or value < least - CLOSE:
                    least, reached = value, []
                reached.append(point)
            if least is not None and least <= CLOSE:
                break
        if least is None:
            return None
        found = self.best(reached, rest, {**ceilings, goal: least})
        assert found is not None, "a point that was payable is no longer"
        return {goal: max(least, 0.0), **found[0]}, found[1]

    def _groups(
        self, candidates: Sequence[Point], goals: Sequence[str]
    ) -> Iterator[tuple[list[Fraction], list[Point]]]:
        """Candidates grouped by their scores in ``goals``, best group first."""

        def scores(point: Point) -> list[Fraction]:
            return [self._integer[goal](point) for goal in goals]

        for key, group in groupby(sorted(candidates, key=scores, reverse=True), key=scores):
            yield key, list(group)

    def _least(self, point: Point, goal: str, ceilings: dict[str, float]) -> float | None:
        if id(point) not in self._money:
            self._money[id(point)] = Money(self.facts, point)
        return self._money[id(point)].least(goal, ceilings)

    def _tasks(self, point: Point) -> Fraction:
        return -sum((Fraction(breach, max(bound, 1)) for breach, bound in breaches(self.facts, point)), Fraction(0))

    def _hazards(self, point: Point) -> Fraction:
        started = (self.facts.estates[estate] for estate in started_estates(self.facts, point))
        return Fraction(sum(int(row["households"]) for row in started if row["hazard"]))

    def _points(self, point: Point) -> Fraction:
        items = sum((self.facts.items[item].points[year] for item, year in point.done.items()), Fraction(0))
        estates = sum((self.facts.estate_points(e) for e in started_estates(self.facts, point)), Fraction(0))
        bonuses = sum((self._bonus(point, area) for area in self.facts.rows("areas")), Fraction(0))
        price = fraction(self.facts.scenario.persistence.price)
        return items + estates + bonuses - price * len(moved(self.facts, point))

    def _changes(self, point: Point) -> Fraction:
        return Fraction(-len(moved(self.facts, point)))

    def _bonus(self, point: Point, area: dict[str, object]) -> Fraction:
        """Points of a bundle: those of its area when enough estates start in one year."""
        bundle = self.facts.policy.bundle
        members = [e for e, row in self.facts.estates.items() if row["area"] == area["area"]]
        if bundle is None or not members:
            return Fraction(0)
        needed = area["at_least"] if given(area["at_least"]) else bundle.at_least
        least = len(members) if needed == "all" else int(str(needed))
        started = [
            started_in(self.facts, point, e) for e in members if self.facts.estates[e]["project"] in point.starts
        ]
        if not any(started.count(year) >= least for year in self.facts.start_years):
            return Fraction(0)
        if given(area["bonus_points"]):
            worth = fraction(area["bonus_points"])
        else:
            items = [i for i in self.facts.items.values() if i.estate in members and i.required]
            total = sum((i.points[self.facts.first] for i in items), Fraction(0))
            total += sum((self.facts.estate_points(e) for e in members), Fraction(0))
            worth = Fraction(half_up(fraction(bundle.points_share) * total))
        return max(worth, Fraction(0))


def _leading(goals: Sequence[str]) -> tuple[list[str], list[str]]:
    """The goals up to the first one that money decides, and the rest."""
    count = next((k for k, goal in enumerate(goals) if goal in MONEY_GOALS), len(goals))
    return list(goals[:count]), list(goals[count:])
