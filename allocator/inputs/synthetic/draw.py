"""Small helpers of chance: streams that do not disturb one another, mixes, and rounding to exact totals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]


def stream(seed: int, name: str) -> np.random.Generator:
    """Generator of its own for every purpose, so that a change to one leaves the others as they were."""
    return np.random.default_rng([seed, *name.encode()])


def between(rng: np.random.Generator, limits: tuple[float, float], size: int) -> Floats:
    """Evenly distributed numbers between two limits."""
    return rng.uniform(limits[0], limits[1], size)


def mix(rng: np.random.Generator, weights: Mapping[str, float], size: int) -> Words:
    """Values drawn with the given weights (they need not sum to 1)."""
    shares = np.array(list(weights.values()), dtype=float)
    picked = rng.choice(len(shares), size=size, p=shares / shares.sum())
    return np.array(list(weights), dtype=object)[picked]


def to_total(values: Floats, total: int, least: int = 0) -> Ints:
    """Whole numbers in proportion to ``values``, none below ``least``, that sum to ``total``.

    Largest remainder; what the floor of ``least`` adds is taken from the others.

    Raises
    ------
    ValueError
        When ``total`` is less than ``least`` for each.
    """
    if total < least * len(values):
        msg = f"{total} cannot be divided into {len(values)} parts of at least {least}"
        raise ValueError(msg)
    above = values - values.min() if values.sum() == 0 else values
    weights = above / above.sum() if above.sum() > 0 else np.full(len(values), 1 / len(values))
    exact = weights * (total - least * len(values))
    whole = np.floor(exact).astype(np.int64)
    rest = int(total - least * len(values) - whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:rest]] += 1
    total_whole: Ints = whole + least
    return total_whole
