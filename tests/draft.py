"""A random case in the making, and ways to draw its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


WORKS = ("roof", "lift", "pipe", "door")
"""Works of the plain policy that estates may need."""


class Draft:
    """A case in the making: what ``make_case`` will be given, and ways to draw things."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.years: list[int] = [2025]
        self.counties: list[str] = []
        self.estates: list[dict[str, Any]] = []
        self.items: list[dict[str, Any]] = []
        self.sheets: dict[str, list[dict[str, Any]]] = {}
        self.policy: dict[str, Any] = {"sources": {}, "rules": {}, "works": {}}
        self.options: dict[str, Any] = {}
        self.scenario: dict[str, Any] = {}
        self.goals: list[str] | None = None

    def one(self, choices: Sequence[T]) -> T:
        """One of ``choices``; the first is the simplest."""
        return self.draw(st.sampled_from(choices))

    def whole(self, low: int, high: int) -> int:
        """A whole number."""
        return self.draw(st.integers(low, high))

    def money(self, low: int, high: int) -> int:
        """An amount that is a multiple of 50."""
        return 50 * self.whole(low // 50, high // 50)

    def share(self, low: int = 1, high: int = 9) -> float:
        """A share in tenths."""
        return self.whole(low, high) / 10

    def add(self, sheet: str, **record: Any) -> None:
        """Add a record to a sheet."""
        self.sheets.setdefault(sheet, []).append(record)

    def limits(self, source: str, low: int, high: int) -> None:
        """A limit of ``source`` for every county and start year."""
        for county in self.counties:
            for year in self.years:
                self.add("limits", source=source, place=county, year=year, amount=self.money(low, high))

    def parts(self) -> dict[str, Any]:
        """What ``make_case`` takes."""
        return {
            "estates": self.estates,
            "items": self.items,
            "policy": self.policy,
            "horizon": (self.years[0], self.years[-1]),
            "options": self.options,
            "scenario": self.scenario,
            **({"goals": self.goals} if self.goals else {}),
            **self.sheets,
        }
