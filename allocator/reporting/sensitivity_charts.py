"""Charts of a sensitivity: tornado and budget ladder, as plain SVG data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from allocator.analysis.sensitivity_frames import MEASURES
from allocator.reporting.charts import Bar, Mark, Tick, nice_step
from allocator.reporting.varied import Varied
from allocator.reporting.views.sensitivity_views import records, tornado_name

DOWN, UP, WITHIN, POINT, BOUND = "#3f7fb5", "#d98324", "#cdd3da", "#1f4e79", "#9aa7b5"
"""Colours: a level below the base, one above it, a difference within the error, a rung, the way to its bound."""

MOST_BARS = 24
"""Rows of a tornado; the table has the rest."""

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 900.0, 290.0, 24.0, 24.0, 26.0
_SHOWN = ("points", "households", "shortfall", "local_money")


@dataclass(frozen=True)
class Tornado:
    """Lying bars on both sides of the base; ``axis`` is where the base stands."""

    title: str
    width: float
    height: float
    axis: float
    bars: tuple[Bar, ...]
    names: tuple[Tick, ...]
    ends: tuple[Tick, ...]
    ticks: tuple[Tick, ...]
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ladder:
    """Points by limits: a line through the rungs, each with its way up to the bound."""

    title: str
    width: float
    height: float
    line: str
    dots: tuple[Bar, ...]
    bounds: tuple[Mark, ...]
    labels: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    rows: tuple[Tick, ...]


def tornados(v: Varied) -> list[Tornado]:
    """A tornado for each measure that anything changes."""
    charts = [_tornado(v, measure) for measure in _SHOWN]
    return [chart for chart in charts if chart is not None]


def _tornado(v: Varied, measure: str) -> Tornado | None:
    is_money = MEASURES[measure] == "money"
    rows = [r for r in records(v.sensitivity.frames["tornado"]) if r["measure"] == measure and r["width"]]
    rows = rows[:MOST_BARS]
    if not rows:
        return None
    changes = [_shown(v, r[f"{side}_change"], r["kind"]) for r in rows for side in ("low", "high")]
    low, high = min([0.0, *changes]), max([0.0, *changes])
    room = 86.0  # for the figures beside the longest bars
    scale = (_WIDTH - _LEFT - _RIGHT - 2 * room) / (high - low)
    axis = _LEFT + room - low * scale
    bars, names, ends = [], [], []
    for place, row in enumerate(rows):
        y = _TOP + place * _ROW
        names.append(Tick(_LEFT - 8, y + _ROW / 2, tornado_name(v, row)))
        for side in _sides(row):
            bar, end = _bar(v, row, side, _Place(axis, scale, y))
            bars.append(bar)
            if row[f"{side}_change"]:
                ends.append(end)
    step = nice_step(max(high, -low))
    ticks = tuple(
        Tick(axis + value * scale, _TOP - 10, f"{value:+,.0f}" if value else v.word("base"))
        for value in (step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1))
    )
    title = v.word(f"measure_{measure}") + (f" ({v.unit})" if is_money else "")
    legend = ((DOWN, v.word("down")), (UP, v.word("up")), (WITHIN, v.word("within")))
    height = _TOP + len(rows) * _ROW + 8
    return Tornado(title, _WIDTH, height, axis, tuple(bars), tuple(names), tuple(ends), ticks, legend)


def _sides(row: dict[str, Any]) -> list[str]:
    return [side for side in ("low", "high") if row[f"{side}_change"] is not None]


@dataclass(frozen=True)
class _Place:
    axis: float
    scale: float
    y: float


def _bar(v: Varied, row: dict[str, Any], side: str, at: _Place) -> tuple[Bar, Tick]:
    """A bar with its figure at the end; two bars of a row lie above one another."""
    sides = _sides(row)
    tall = (_ROW - 6) / len(sides)
    top = at.y + 3 + tall * sides.index(side)
    change = _shown(v, row[f"{side}_change"], row["kind"])
    colour = WITHIN if row[f"{side}_within_error"] else DOWN if side == "low" else UP
    figure = f"{change:+,.0f}" if change else "0"
    step = v.step(row["dimension"], row[f"{side}_level"])
    verdict = v.verdict(change, row[f"{side}_within_error"])
    words = " · ".join(part for part in (tornado_name(v, row), step, figure, verdict) if part)
    left, wide = at.axis + min(0.0, change) * at.scale, abs(change) * at.scale
    beside = left + wide + 4 if change >= 0 else left - 4
    return Bar(left, top, wide, tall - 1, colour, words), Tick(beside, top + tall - 2.5, f"{step} {figure}".strip())


def _shown(v: Varied, change: Any, kind: str) -> float:  # noqa: ANN401 - a cell
    if change is None:
        return 0.0
    return v.amount(int(change)) if kind == "money" else float(change)


def ladder(v: Varied) -> Ladder | None:
    """Points by limits; None without at least two rungs that have a plan."""
    rungs = [r for r in records(v.sensitivity.frames["ladder"]) if r["points"] is not None]
    if len(rungs) < 2:
        return None
    width, height, left, bottom, top = 900.0, 360.0, 90.0, 44.0, 20.0
    money = [v.amount(int(r["limits"])) for r in rungs]
    most = [float(r["points"]) + float(r["points_error"]) for r in rungs]
    least = min(float(r["points"]) for r in rungs)
    step = nice_step(max(most) - min(least, max(most) - 1))
    low, high = math.floor(least / step) * step, math.ceil(max(most) / step) * step
    right = (width - left - 110) / max(money[-1] - money[0], 1e-9)
    up = (height - top - bottom) / (high - low)
    places = [(left + 20 + (m - money[0]) * right, height - bottom - (float(r["points"]) - low) * up)
              for m, r in zip(money, rungs, strict=True)]  # fmt: skip
    dots, bounds, labels, columns = [], [], [], []
    for (x, y), rung, amount, bound in zip(places, rungs, money, most, strict=True):
        name = v.word("base") if rung["factor"] == 1 else v.step("ladder", rung["factor"])
        words = f"{name}: {float(rung['points']):,.0f} {v.word('points_of')}"
        dots.append(Bar(x, y, 5, 5, POINT, words))
        bounds.append(Mark(x, height - bottom - (bound - low) * up, y, f"{words} ≤ {bound:,.0f}"))
        labels.append(Tick(x + 8, y + 16, f"{float(rung['points']):,.0f}"))
        columns.append(Tick(x, height - 24, name))
        columns.append(Tick(x, height - 9, f"{amount:,.0f}"))
    rows = tuple(
        Tick(left, height - bottom - (value - low) * up, f"{value:,.0f}")
        for value in (low + step * n for n in range(round((high - low) / step) + 1))
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    title = f"{v.word('points_of')} / {v.word('limits_of').replace('{unit}', v.unit)}"
    return Ladder(title, width, height, line, tuple(dots), tuple(bounds), tuple(labels), tuple(columns), rows)
