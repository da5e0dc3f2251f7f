"""Figures that can hardly be: notices with the figure, never errors, because the register may still be right."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import Notice, from_steps
from allocator.inputs.schemas.scenario import Money

HOUSEHOLDS_PER_BUILDING = (9, 200)
AREA_PER_HOUSEHOLD = (20, 400)
"""Square metres."""
MOST_AREA = 3_000_000
"""Square metres of one estate; more is usually a wrong unit."""
COST_PER_HOUSEHOLD = (100, 500_000)
"""Yuan; only checked when the scenario's currency is CNY."""

_EXAMPLES = 5


def implausible(estates: pd.DataFrame, items: pd.DataFrame, money: Money, place: str) -> list[Notice]:
    """Notices on households per building, floor area and cost per household, of estates and of the whole register.

    Parameters
    ----------
    estates, items
        Canonical frames; figures that are 0 or missing are not judged.
    place
        File and sheet of the estates, as shown.
    """
    return [
        *_ratios(estates, place, ("households", "buildings"), HOUSEHOLDS_PER_BUILDING, _("households per building")),
        *_ratios(estates, place, ("floor_area", "households"), AREA_PER_HOUSEHOLD, _("m² per household")),
        *_large_areas(estates, place),
        *_costs(estates, items, money, place),
    ]


def _ratios(
    estates: pd.DataFrame, place: str, columns: tuple[str, str], bounds: tuple[int, int], what: str
) -> Iterator[Notice]:
    above, below = columns
    known = estates[(estates[above] > 0) & (estates[below] > 0)]
    yield from _outside(known["estate"], known[above] / known[below], bounds, what, place)
    if len(known):
        total = known[above].sum() / known[below].sum()
        if not bounds[0] <= total <= bounds[1]:
            text = _(
                "all estates together have {figure:,.1f} {what} ({above:,.0f} / {below:,.0f}), which can hardly be"
            )
            finding = text.format(figure=total, what=what, above=known[above].sum(), below=known[below].sum())
            yield Notice(place, finding, _("check both columns and their units"))


def _outside(names: pd.Series, figures: pd.Series, bounds: tuple[int, int], what: str, place: str) -> Iterator[Notice]:
    odd = (figures < bounds[0]) | (figures > bounds[1])
    if odd.any():
        pairs = zip(names[odd].head(_EXAMPLES), figures[odd].head(_EXAMPLES), strict=True)
        shown = ", ".join(f"{name}: {figure:,.1f}" for name, figure in pairs) + (" …" if odd.sum() > _EXAMPLES else "")
        text = _("{count} estates have under {low:,} or over {high:,} {what}: {shown}")
        finding = text.format(count=int(odd.sum()), low=bounds[0], high=bounds[1], what=what, shown=shown)
        yield Notice(place, finding, _("check both figures and their units"))


def _large_areas(estates: pd.DataFrame, place: str) -> Iterator[Notice]:
    large = estates[estates["floor_area"] > MOST_AREA]
    if len(large):
        pairs = zip(large["estate"].head(_EXAMPLES), large["floor_area"].head(_EXAMPLES), strict=True)
        shown = ", ".join(f"{name}: {area:,.0f} m²" for name, area in pairs) + (" …" if len(large) > _EXAMPLES else "")
        text = _("{count} estates have a floor area over {most:,} m²: {shown}")
        finding = text.format(count=len(large), most=MOST_AREA, shown=shown)
        yield Notice(place, finding, _("check the unit in the heading (平方米 or 万平方米)"))


def _costs(estates: pd.DataFrame, items: pd.DataFrame, money: Money, place: str) -> Iterator[Notice]:
    if money.currency != "CNY":
        return
    step = float(from_steps(1, money) * money.unit_value * Decimal(1))
    cost = items.groupby("estate")["cost"].sum() * step
    judged = estates[(estates["households"] > 0) & estates["estate"].map(cost).astype(float).gt(0)]
    per_household = judged["estate"].map(cost).astype(float) / judged["households"]
    yield from _outside(judged["estate"], per_household, COST_PER_HOUSEHOLD, _("yuan of works per household"), place)
