"""Rows and columns of a case, as the solver gets them and as the audit derives them."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pytest

from allocator.formulation.build import formulate
from allocator.inputs.case import Case
from allocator.plan.audit.proof import Proof


@dataclass(frozen=True)
class Stated:
    """Rows by name (terms by column, least, most) and the greatest value of each column."""

    rows: dict[str, tuple[dict[str, float], float, float]]
    most: dict[str, float]


def formulated(case: Case) -> Stated:
    """As the solver gets them."""
    f = formulate(case)
    names, terms, matrix = f.column_names, defaultdict[int, dict[str, float]](dict), f.matrix.tocoo()
    for row, column, value in zip(matrix.row, matrix.col, matrix.data, strict=True):
        terms[int(row)][names[column]] = float(value)
    ends = zip(f.row_names, f.row_lower.tolist(), f.row_upper.tolist(), strict=True)
    rows = {name: (terms[row], low, high) for row, (name, low, high) in enumerate(ends)}
    return Stated(rows, dict(zip(names, f.upper.tolist(), strict=True)))


def audited(case: Case) -> Stated:
    """As the audit derives them from the inputs."""
    proof = Proof(case)
    rows, terms = proof.rows(), defaultdict[str, dict[str, float]](lambda: defaultdict(float))
    for row, column, value in rows.matrix().itertuples(index=False, name=None):
        terms[row][column] += float(value)
    found = {name: (terms[name], *(_end(rows.lower[name], -1), _end(rows.upper[name], 1))) for name in rows.lower}
    return Stated(found, {column: float(most) for column, most in proof.most.items()})


def _end(end: Any, sign: int) -> float:
    return sign * math.inf if end is None else float(end)


def differences(case: Case) -> list[tuple[object, ...]]:
    """Rows and columns of the formulation that the audit does not have just so.

    Columns that cannot be other than zero are left aside, and a greatest value may be smaller in the audit.
    """
    ours, theirs = formulated(case), audited(case)
    free = {column for column, most in ours.most.items() if most > 0}
    found: list[tuple[object, ...]] = [(column,) for column in free if column not in theirs.most]
    for name, (terms, low, high) in ours.rows.items():
        kept = {column: value for column, value in terms.items() if column in free and value}
        if not kept and low <= 0 <= high:
            continue
        if name not in theirs.rows:
            found.append((name, kept))
            continue
        other, other_low, other_high = theirs.rows[name]
        same = {column: value for column, value in other.items() if column in free and value}
        if kept != pytest.approx(same, rel=1e-9) or (low, high) != (other_low, other_high):
            found.append((name, kept, same, (low, high), (other_low, other_high)))
    return found
