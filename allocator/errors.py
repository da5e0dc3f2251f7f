"""Errors a user may see.

AllocatorError
├── ScenarioError      the inputs are wrong; lists every problem with place, finding and cure (exit code 2)
├── InfeasibleError    no plan can satisfy the rules; confirmed by a second solver (exit code 3)
├── NoPlanError        no plan was found in time (exit code 4)
├── FileError          a file cannot be written, mostly because another program has it open (exit code 2)
└── SolverError        a solver failed or refused an option (exit code 1)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the inputs: where, what was found, and the cure."""

    place: str
    finding: str
    cure: str

    def __str__(self) -> str:
        """One or two lines, as shown to the user."""
        return f"{self.place}: {self.finding}" + (f"\n    -> {self.cure}" if self.cure else "")


def _by_place(problem: Problem) -> list[tuple[str, int]]:
    """Sort key: row 9 before row 10."""
    parts = re.split(r"(\d+)", problem.place)
    return [(text, int(number)) for text, number in zip(parts[::2], [*parts[1::2], "0"], strict=True)]


class AllocatorError(Exception):
    """Base of every error this program raises on purpose."""


class ScenarioError(AllocatorError):
    """The inputs cannot be used; ``problems`` lists everything wrong, sorted by place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_by_place))
        super().__init__("\n".join(str(p) for p in self.problems))


class InfeasibleError(AllocatorError):
    """No plan satisfies all rules; says which families were involved."""


class NoPlanError(AllocatorError):
    """The clock ended before any plan was found."""


class FileError(AllocatorError):
    """A file cannot be written: another program has it open, or the folder is protected; nothing was lost."""


class SolverError(AllocatorError):
    """A solver failed, or refused an option."""
