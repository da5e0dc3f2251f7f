"""Charts of the page as plain SVG data: computed here, drawn by the template, readable without scripts."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from allocator.reporting.figures import SHORTFALL, Figures

Point = tuple[float, float]


@dataclass(frozen=True)
class Bar:
    """A piece of a bar: box in SVG units, colour, and what a pointer over it says."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    words: str


@dataclass(frozen=True)
class Mark:
    """A limit: a line across a bar."""

    x: float
    y: float
    width: float
    words: str


@dataclass(frozen=True)
class Tick:
    """A label on an axis."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Bars over years with limits; ``legend`` pairs colours and names."""

    title: str
    width: float
    height: float
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    columns: tuple[Tick, ...]
    rows: tuple[Tick, ...]
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Series:
    colour: str
    name: str
    values: Sequence[int]


_HUES = (210, 30, 130, 275, 50, 180, 335, 95, 240, 15)
"""Hue of each level in degrees."""

_ALARM, _RUNNING, _SERVICE, _PAID = "#c62828", "#8795a5", "#8e5ea2", "#3f7fb5"
_CERTAINTY = {"firm": "#2b8a5a", "pending": "#e6b450", "gap": _ALARM}
_LEFT, _TOP, _BOTTOM = 62.0, 10.0, 22.0


def _stacked(f: Figures, title: str, size: Point, series: Sequence[_Series], limits: Sequence[int | None]) -> Chart:
    """Stacked bars by payment year; ``limits`` has one entry per year, None where there is no limit."""
    (width, height), years = size, f.payment_years
    tops = [sum(s.values[i] for s in series) for i in range(len(years))]
    highest = max([1, *tops, *(limit for limit in limits if limit is not None)])
    step = nice_step(f.amount(highest))
    ceiling = math.ceil(f.amount(highest) / step) * step
    scale = (height - _TOP - _BOTTOM) / ceiling
    slot = (width - _LEFT - 6) / max(1, len(years))
    bars, marks, columns = [], [], []
    for i, year in enumerate(years):
        left, base = _LEFT + slot * (i + 0.19), height - _BOTTOM
        for entry in series:
            tall = f.amount(entry.values[i]) * scale
            base -= tall
            if tall > 0:
                words = f"{f.year(year)} {entry.name}: {f.money(entry.values[i])} {f.unit}"
                bars.append(Bar(left, base, slot * 0.62, tall, entry.colour, words))
        limit = limits[i]
        if limit is not None:
            words = f"{f.year(year)} {f.say('page', 'limit')}: {f.money(limit)} {f.unit}"
            y = height - _BOTTOM - f.amount(limit) * scale
            marks.append(Mark(_LEFT + slot * (i + 0.1), y, slot * 0.8, words))
        columns.append(Tick(left + slot * 0.31, height - 6, str(year)))
    rows = [
        Tick(_LEFT - 6, height - _BOTTOM - value * scale, f"{value:,.{0 if step >= 1 else 2}f}")
        for value in (step * n for n in range(round(ceiling / step) + 1))
    ]
    legend = [(s.colour, s.name) for s in series if any(s.values)]
    return Chart(title, width, height, tuple(bars), tuple(marks), tuple(columns), tuple(rows), tuple(legend))


def nice_step(highest: float) -> float:
    """Step of about four intervals: 1, 2 or 5 times a power of ten."""
    rough = max(highest, 1e-9) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def money_by_year(f: Figures) -> Chart:
    """Payments of the plan by year, stacked by source in the order of levels; the shortfall on top."""
    years = f.payment_years
    wide = f.payments.pivot_table(index="source", columns="year", values="amount", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=years, fill_value=0)
    series = [
        _Series(colour, f.source(source), _whole(wide.loc[[source]].to_numpy()[0]))
        for source, colour in source_colours(f).items()
        if source in wide.index
    ]
    if SHORTFALL in wide.index:
        series.append(_Series(_ALARM, f.source(SHORTFALL), _whole(wide.loc[[SHORTFALL]].to_numpy()[0])))
    return _stacked(f, f.say("page", "by_year"), (760, 340), series, [None] * len(years))


def source_colours(f: Figures) -> dict[str, str]:
    """Colour by source with payments, in the order of levels: a hue per level, a shade per source."""
    sources = f.run.case.policy.sources
    paid = set(f.payments["source"])
    colours = {}
    for position, level in enumerate(f.levels):
        own = [source for source, entry in sources.items() if entry.level == level and source in paid]
        for shade, source in enumerate(own):
            light = 0.32 + 0.42 * shade / max(1, len(own) - 1) if len(own) > 1 else 0.42
            colours[source] = _hex(_HUES[position % len(_HUES)], light)
    return colours


def _hex(hue: float, light: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue / 360, light, 0.55)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def source_charts(f: Figures) -> list[Chart]:
    """A small chart per source with limits: running projects, debt service and the plan, against the money there is."""
    table = f.table("accounts")
    carried = table["carried_in"] + table["limit"] + table["formula"] + table["bonds"]
    table = table.assign(available=carried)
    parts = ["paid", "running", "service", "available"]
    sums = table.groupby(["source", "year"], as_index=False)[parts].sum()
    unlimited = table.groupby("source")["unlimited"].all()
    charts = []
    for source in f.run.case.policy.sources:
        if source not in unlimited.index or unlimited[source]:
            continue
        rows = sums[sums["source"] == source].set_index("year")[parts].reindex(f.payment_years, fill_value=0)
        if not rows[parts].to_numpy().any():
            continue
        series = [
            _Series(_RUNNING, f.say("page", "running"), _whole(rows["running"])),
            _Series(_SERVICE, f.say("page", "service"), _whole(rows["service"])),
            _Series(_PAID, f.say("page", "paid"), _whole(rows["paid"])),
        ]
        charts.append(_stacked(f, f.source(source), (300, 150), series, _whole(rows["available"])))
    return charts


def _whole(values: Iterable[object]) -> list[int]:
    return [int(str(value)) for value in values]


def level_bars(f: Figures, levels: pd.DataFrame) -> list[tuple[str, int, list[Bar]]]:
    """One bar per level, cut into firm, pending and shortfall; as wide as the level's share of the greatest."""
    greatest = max([1, *levels["amount"].tolist()])
    bars = []
    for row in levels.to_dict("records"):
        left, pieces = 0.0, []
        for part, colour in _CERTAINTY.items():
            wide = 420.0 * row[part] / greatest
            if wide > 0:
                words = f"{row['name']} {f.say('words', part)}: {f.money(row[part])} {f.unit}"
                pieces.append(Bar(left, 2, wide, 16, colour, words))
            left += wide
        bars.append((str(row["name"]), int(row["amount"]), pieces))
    return bars
