"""Exact arithmetic of the audit: fractions, rounding, largest remainder."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]

_SAFE = 2**62


def fraction(value: object) -> Fraction:
    """``value`` (Decimal, int, or a float as it is written) as a fraction; a missing value is zero."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return Fraction(0)
    return Fraction(Decimal(str(value)))


def half_up(value: Fraction) -> int:
    """Nearest whole number, halves away from zero."""
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


def whole_weights(weights: Sequence[Fraction]) -> list[int]:
    """Smallest whole numbers in the ratio of ``weights``.

    Raises
    ------
    ValueError
        When no weight is positive: nothing could be split.
    """
    base = lcm(*(w.denominator for w in weights))
    whole = [int(w * base) for w in weights]
    if min(whole) < 0 or sum(whole) <= 0:
        msg = f"weights cannot split an amount: {[str(w) for w in weights]}"
        raise ValueError(msg)
    return whole


def split(amounts: Ints, weights: Sequence[Fraction]) -> Ints:
    """Largest remainder: each amount (n,) in whole parts (n, m) in the ratio of ``weights`` (m,).

    Floors first, then one step each to the largest remainders, ties to the earlier position. Rows sum to the amounts.
    """
    whole = whole_weights(weights)
    total = sum(whole)
    biggest = int(np.abs(amounts).max(initial=0)) * max(whole)
    kind = object if biggest >= _SAFE else np.int64
    scaled = np.asarray(amounts).astype(kind)[:, None] * np.array(whole, dtype=kind)[None, :]
    floors = scaled // total
    remainders = scaled - floors * total
    left = np.asarray(amounts) - floors.sum(axis=1)
    order = np.argsort(-remainders, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return np.asarray(floors + (rank < left[:, None]), dtype=np.int64)


def times(amounts: Ints, factor: Fraction) -> Ints:
    """``floor(amount x factor)`` of every amount."""
    wide = amounts.astype(object) if int(np.abs(amounts).max(initial=0)) * factor.numerator >= _SAFE else amounts
    return np.asarray(wide * factor.numerator // factor.denominator, dtype=np.int64)


def lookup(keys: pd.Series, table: pd.Series, default: str | int) -> pd.Series:
    """Entry of ``table`` (unique keys) for each of ``keys``, ``default`` where it has none; also for empty tables."""
    known = table.reindex(pd.Index(keys), fill_value=default)
    return known.set_axis(keys.index)


def service_per_lot(
    lot: int, coupon: Fraction, term: int, repayment: str, *, renewed: Fraction = Fraction(0), years: int = 0
) -> list[tuple[int, int, int]]:
    """Principal, interest and principal refinanced of one lot, in whole steps, by year after its issue.

    ``level``: equal yearly totals (annuity), the last year pays what is left; ``instalments``: equal principal;
    ``bullet``: all principal at the end. Interest of a year is what is outstanding times the coupon, rounded half up.
    Of the principal due, the share ``renewed`` (rounded down) is refinanced: it is not charged and bears the coupon for
    all of ``years``, when these are more than the term.
    """
    if repayment == "level":
        factor = coupon / (1 - (1 + coupon) ** -term) if coupon else Fraction(1, term)
        yearly = half_up(lot * factor)
        planned = None
    else:
        yearly = 0
        even = split(np.array([lot]), [Fraction(1)] * term)[0].tolist()
        planned = even if repayment == "instalments" else [0] * (term - 1) + [lot]
    planned = planned or _annuity(lot, coupon, term, yearly)
    outstanding, schedule = lot, []
    for due in [*planned, *[0] * (years - term)]:
        interest, kept = half_up(outstanding * coupon), due * renewed.numerator // renewed.denominator
        schedule.append((due - kept, interest, kept))
        outstanding -= due - kept
    return schedule


def _annuity(lot: int, coupon: Fraction, term: int, yearly: int) -> list[int]:
    """Principal due by year when every year but the last has the same total."""
    left, planned = lot, []
    for _year in range(term - 1):
        planned.append(yearly - half_up(left * coupon))
        left -= planned[-1]
    return [*planned, left]
