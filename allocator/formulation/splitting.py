"""Exact division of whole amounts: largest remainder, ratios of decimals, bond schedules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def common_ratio(shares: Sequence[Decimal]) -> tuple[list[int], int]:
    """Numerators and the common denominator of ``shares``, exact."""
    fractions = [Fraction(share) for share in shares]
    denominator = math.lcm(*(fraction.denominator for fraction in fractions))
    return [int(f * denominator) for f in fractions], denominator


def largest_remainder(group: Ints, total: Ints, numerator: Ints, denominator: Ints) -> Ints:
    """Divide each group's total by weights ``numerator / denominator``, by largest remainder.

    Every entry gets its floor, and one step more goes to the largest remainders; ties go to the earlier position.
    One entry per (group, position), sorted by group and then position; ``total`` and ``denominator`` are constant
    within a group and the numerators of a group sum to its denominator.
    """
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    # A share typed as a long decimal has a large denominator: the product may not fit in 64 bits.
    fits = int(total.max()) * int(numerator.max()) <= np.iinfo(np.int64).max
    scaled = total * numerator if fits else total.astype(object) * numerator
    floor = (scaled // denominator).astype(np.int64)
    remainder = (scaled % denominator).astype(np.int64)
    _, start, codes = np.unique(group, return_index=True, return_inverse=True)
    left = total[start] - np.bincount(codes, weights=floor, minlength=len(start)).astype(np.int64)
    order = np.lexsort((np.arange(len(group)), -remainder, codes))
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - start[codes[order]]
    return floor + (rank < left[codes])


@dataclass(frozen=True)
class Schedule:
    """What one lot of a bond costs in the years after its issue, in whole steps."""

    principal: tuple[int, ...]
    """Principal that is charged: what is due, less what is refinanced."""
    interest: tuple[int, ...]
    refinanced: tuple[int, ...]
    """Principal due that new bonds repay; it stays in the stock and bears interest."""

    @property
    def years(self) -> tuple[tuple[int, int, int], ...]:
        """Principal charged, interest and principal refinanced by year after issue."""
        return tuple(zip(self.principal, self.interest, self.refinanced, strict=True))

    @property
    def service(self) -> tuple[int, ...]:
        """Principal and interest by year after issue."""
        return tuple(p + i for p, i in zip(self.principal, self.interest, strict=True))


def half_up(value: Fraction | Decimal) -> int:
    """Nearest whole number, halves away from zero."""
    decimal = value if isinstance(value, Decimal) else Decimal(value.numerator) / Decimal(value.denominator)
    return int(decimal.to_integral_value(ROUND_HALF_UP))


def bond_schedule(
    lot: int, term: int, coupon: Decimal, repayment: str, *, refinanced: Decimal = Decimal(0), years: int = 0
) -> Schedule:
    """Principal and interest of one lot over its term, and of what is refinanced for as long as it stands.

    Parameters
    ----------
    lot: size of the lot [steps].
    term: years to the last repayment.
    coupon: yearly interest as a fraction of what is outstanding.
    repayment: ``level`` (equal sums of both), ``bullet`` (all at the end) or ``instalments`` (equal principal).
    refinanced: share of the principal due that new bonds repay, rounded down; it bears the coupon until the end.
    years: years to the end, at least ``term``; only what is refinanced has any service after ``term``.
    """
    rate = Fraction(coupon)
    if repayment == "bullet":
        principal = [0] * (term - 1) + [lot]
    elif repayment == "instalments":
        base, left = divmod(lot, term)
        principal = [base + (1 if year < left else 0) for year in range(term)]
    else:
        principal = _annuity_principal(lot, term, rate)
    principal += [0] * (years - term)
    share = Fraction(refinanced)
    renewed = [repaid * share.numerator // share.denominator for repaid in principal]
    principal = [repaid - kept for repaid, kept in zip(principal, renewed, strict=True)]
    outstanding = lot
    interest = []
    for repaid in principal:
        interest.append(half_up(outstanding * rate))
        outstanding -= repaid
    return Schedule(tuple(principal), tuple(interest), tuple(renewed))


def _annuity_principal(lot: int, term: int, rate: Fraction) -> list[int]:
    total = half_up(Fraction(lot, term) if rate == 0 else lot * rate / (1 - 1 / (1 + rate) ** term))
    outstanding, principal = lot, []
    for _ in range(term - 1):
        repaid = min(outstanding, total - half_up(outstanding * rate))
        principal.append(repaid)
        outstanding -= repaid
    return [*principal, outstanding]
