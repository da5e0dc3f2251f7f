"""What an audit says: one check per rule and subject, with every place where the rule does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import from_steps
from allocator.inputs.schemas.scenario import Money

Amounts: TypeAlias = "pd.Series[Any]"
"""Figures by key; steps of money as whole numbers."""

Shown: TypeAlias = tuple[Sequence[str], str, str]
"""How a wrong row is told: columns of its place, then what was found and what was expected (texts, or columns)."""

TINY = 1e-6
"""Tolerance of figures that may be fractions (points, square metres)."""


@dataclass(frozen=True)
class Finding:
    """One place where a rule does not hold."""

    place: str
    found: str
    expected: str
    at: tuple[tuple[str, str], ...] = ()
    """Keys of the place: pairs of what it is (``estate``, ``county``, ``year`` …) and its id."""

    def __str__(self) -> str:
        """One line, as shown to the user."""
        return _("{place}: found {found}, expected {expected}").format(
            place=self.place, found=self.found, expected=self.expected
        )


@dataclass(frozen=True)
class Check:
    """One rule, looked at in one place of the plan."""

    rule: str
    """Family (``balance`` …) or promise (``tables``, ``citations``, ``certainty``, ``manifest``, ``proof`` …)."""
    subject: str
    """What was compared with what."""
    checked: int
    """Number of things looked at."""
    tolerance: str
    """How far off a figure may be, in words."""
    failures: tuple[Finding, ...]


@dataclass(frozen=True)
class AuditReport:
    """All checks of one plan."""

    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the checks."""
        return tuple(finding for check in self.checks for finding in check.failures)

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not any(check.failures for check in self.checks)

    def by_rule(self) -> dict[str, tuple[int, int]]:
        """Things checked and failures, by rule."""
        counts: dict[str, tuple[int, int]] = {}
        for check in self.checks:
            checked, failed = counts.get(check.rule, (0, 0))
            counts[check.rule] = (checked + check.checked, failed + len(check.failures))
        return counts

    def to_dict(self) -> dict[str, object]:
        """The report as plain values, for the manifest and ``--json``."""
        return {
            "checks": sum(check.checked for check in self.checks),
            "failures": len(self.failures),
            "passed": self.passed,
            "rules": [
                {
                    "rule": check.rule,
                    "subject": check.subject,
                    "checked": check.checked,
                    "tolerance": check.tolerance,
                    "failures": [{"place": f.place, "found": f.found, "expected": f.expected} for f in check.failures],
                }
                for check in self.checks
            ],
        }


@dataclass
class Book:
    """Where checks are written down while the audit goes on; rules that the scenario switched off are not kept."""

    money: Money
    rules_off: frozenset[str] = frozenset()
    checks: list[Check] = field(default_factory=list)

    def add(self, rule: str, subject: str, checked: int, failures: Sequence[Finding], *, tolerance: str = "") -> None:
        """Write down one check."""
        if rule not in self.rules_off:
            self.checks.append(Check(rule, subject, checked, tolerance or _("exact"), tuple(failures)))

    def none(
        self, rule: str, subject: str, frame: pd.DataFrame, wrong: object, show: Shown, *, tolerance: str = ""
    ) -> None:
        """No row of ``frame`` may be ``wrong``; ``show`` says how such a row is told."""
        place, found, expected = show
        bad = frame[np.asarray(wrong, dtype=bool)]
        texts = [bad[c].astype(str) if c in frame.columns else pd.Series(c, index=bad.index) for c in (found, expected)]
        keys = bad[list(place)].itertuples(index=False, name=None)
        rows = zip(keys, *texts, strict=True)
        failures = [Finding(_place(place, key), str(one), str(other), _at(place, key)) for key, one, other in rows]
        self.add(rule, subject, len(frame), failures, tolerance=tolerance)

    def equal(self, rule: str, subject: str, found: Amounts, expected: Amounts, *, money: bool = False) -> None:
        """``found`` equals ``expected``, key by key; a key that one of them lacks counts as zero there."""
        left, right = _aligned(found, expected)
        wrong = left.to_numpy() != right.to_numpy()
        self.add(rule, subject, len(left), self._findings(left, right, wrong, money=money))

    def close(self, rule: str, subject: str, found: Amounts, expected: Amounts) -> None:
        """As ``equal``, for points and areas, which may be fractions: within a millionth."""
        left, right = _aligned(found.astype(float), expected.astype(float))
        own = right.to_numpy(float)
        wrong = ~(np.abs(left.to_numpy(float) - own) <= TINY * np.maximum(1.0, np.abs(own)))
        self.add(rule, subject, len(left), self._findings(left, right, wrong), tolerance=_("a millionth"))

    def at_most(self, rule: str, subject: str, found: Amounts, limit: Amounts, *, money: bool = False) -> None:
        """``found <= limit`` for every key of ``limit``; a key without a value is zero."""
        left = found.reindex(limit.index, fill_value=0)
        wrong = left.to_numpy() > limit.to_numpy()
        self.add(rule, subject, len(left), self._findings(left, limit, wrong, sign="<= ", money=money))

    def at_least(self, rule: str, subject: str, found: Amounts, least: Amounts, *, money: bool = False) -> None:
        """``found >= least`` for every key of ``least``; a key without a value is zero."""
        left = found.reindex(least.index, fill_value=0)
        wrong = left.to_numpy() < least.to_numpy()
        self.add(rule, subject, len(left), self._findings(left, least, wrong, sign=">= ", money=money))

    def _findings(
        self, left: Amounts, right: Amounts, wrong: object, *, sign: str = "", money: bool = False
    ) -> list[Finding]:
        bad = np.asarray(wrong, dtype=bool)
        names = [str(name) for name in left.index.names]
        rows = zip(left.index[bad], left[bad], right[bad], strict=True)
        return [
            Finding(
                _place(names, key), self._text(one, money=money), sign + self._text(other, money=money), _at(names, key)
            )
            for key, one, other in rows
        ]

    def _text(self, value: object, *, money: bool) -> str:
        return f"{from_steps(int(str(value)), self.money)} {self.money.unit}" if money else str(value)


def _aligned(found: Amounts, expected: Amounts) -> tuple[Amounts, Amounts]:
    """Both series on the keys of either, zero where a key is missing."""
    if found.index.equals(expected.index):
        return found, expected
    if len(found) and len(expected):
        index = expected.index.union(found.index, sort=False)
    else:
        index = expected.index if len(expected) else found.index
    both = [part.reindex(index, fill_value=0) if len(part) else pd.Series(0, index=index) for part in (found, expected)]
    return both[0], both[1]


def _place(names: Sequence[str], values: object) -> str:
    """Keys of a row in words; an empty key (the whole city) is shown as a dash."""
    each = values if isinstance(values, tuple) else (values,)
    return ", ".join(f"{name} {value}" if value != "" else f"{name} -" for name, value in zip(names, each, strict=True))


def _at(names: Sequence[str], values: object) -> tuple[tuple[str, str], ...]:
    """Keys of a row as pairs."""
    each = values if isinstance(values, tuple) else (values,)
    return tuple((name, str(value)) for name, value in zip(names, each, strict=True))
