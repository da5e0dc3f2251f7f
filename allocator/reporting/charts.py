"""Charts of the page as plain SVG data: computed here, drawn by the template, readable without scripts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from allocator.reporting.figures import SHORTFALL, Figures

Point = tuple[float, float]


@dataclass(frozen=True)
class Bar:
    """A piece of a bar: box in SVG units, colour class, and what a pointer over it says."""

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
    """Bars over years with limits; ``legend`` pairs colour classes and names."""

    title: str
    width: float
    height: float
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    columns: tuple[Tick, ...]
    rows: tuple[Tick, ...]
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Dot:
    """An estate on the map."""

    x: float
    y: float
    estate: int
    """Position of the estate in the page's estate table."""
    year: int
    words: str


@dataclass(frozen=True)
class Region:
    """A county on the map: outline of its estates, and where its name stands."""

    name: str
    outline: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """Estates by start year, on their coordinates; no ground map."""

    width: float
    height: float
    dots: tuple[Dot, ...]
    regions: tuple[Region, ...]
    unplaced: int


@dataclass(frozen=True)
class _Series:
    colour: str
    name: str
    values: Sequence[int]


_LEFT, _TOP, _BOTTOM = 62.0, 10.0, 22.0


def _stacked(f: Figures, title: str, size: Point, series: Sequence[_Series], limits: Sequence[int | None]) -> Chart:
    """Stacked bars by payment year; ``limits`` has one entry per year, None where there is no limit."""
    (width, height), years = size, f.payment_years
    tops = [sum(s.values[i] for s in series) for i in range(len(years))]
    highest = max([1, *tops, *(limit for limit in limits if limit is not None)])
    step = _nice_step(f.amount(highest))
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


def _nice_step(highest: float) -> float:
    """Step of about four intervals: 1, 2 or 5 times a power of ten."""
    rough = max(highest, 1e-9) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def money_by_year(f: Figures) -> Chart:
    """Payments of the plan by year, stacked by source; the shortfall on top."""
    years = f.payment_years
    wide = f.payments.pivot_table(index="source", columns="year", values="amount", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=years, fill_value=0)
    order = [source for source in f.run.case.policy.sources if source in wide.index]
    series = [
        _Series(f"c{position % 12}", f.source(source), _whole(wide.loc[[source]].to_numpy()[0]))
        for position, source in enumerate(order)
    ]
    if SHORTFALL in wide.index:
        series.append(_Series("gap", f.source(SHORTFALL), _whole(wide.loc[[SHORTFALL]].to_numpy()[0])))
    return _stacked(f, f.say("page", "by_year"), (760, 320), series, [None] * len(years))


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
            _Series("running", f.say("page", "running"), _whole(rows["running"])),
            _Series("service", f.say("page", "service"), _whole(rows["service"])),
            _Series("paid", f.say("page", "paid"), _whole(rows["paid"])),
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
        for part in ("firm", "pending", "gap"):
            wide = 420.0 * row[part] / greatest
            if wide > 0:
                words = f"{row['name']} {f.say('words', part)}: {f.money(row[part])} {f.unit}"
                pieces.append(Bar(left, 2, wide, 16, part, words))
            left += wide
        bars.append((str(row["name"]), int(row["amount"]), pieces))
    return bars


def estate_map(f: Figures, estates: pd.DataFrame, width: float = 760.0, highest: float = 620.0) -> Map | None:
    """Estates on their coordinates (degrees, plate carrée at the middle latitude); None when none has coordinates.

    ``estates`` has the rows of the page's estate table in its order.
    """
    placed = estates[estates["longitude"].notna() & estates["latitude"].notna()]
    if placed.empty:
        return None
    squeeze = math.cos(math.radians(float(placed["latitude"].mean())))
    x = placed["longitude"].astype(float) * squeeze
    y = -placed["latitude"].astype(float)
    spread_x, spread_y = float(x.max() - x.min()) or 1e-3, float(y.max() - y.min()) or 1e-3
    pad = 26.0
    scale = min((width - 2 * pad) / spread_x, (highest - 2 * pad) / spread_y)
    height = spread_y * scale + 2 * pad
    left = (width - spread_x * scale) / 2
    xs = ((x - x.min()) * scale + left).round(1).tolist()
    ys = ((y - y.min()) * scale + pad).round(1).tolist()
    dots = [
        Dot(px, py, int(position), int(year), words)
        for px, py, position, year, words in zip(
            xs, ys, placed.index, placed["start_year"], placed["map_words"], strict=True
        )
    ]
    regions = _regions(f, placed["county"].tolist(), list(zip(xs, ys, strict=True)))
    return Map(width, round(height, 1), tuple(dots), tuple(regions), len(estates) - len(placed))


def _regions(f: Figures, counties: Sequence[str], points: Sequence[Point]) -> list[Region]:
    regions = []
    for county in f.counties:
        own = [point for point, name in zip(points, counties, strict=True) if name == county]
        if not own:
            continue
        hull = _hull(own)
        outline = " ".join(f"{px:.1f},{py:.1f}" for px, py in hull) if len(hull) > 2 else ""
        middle = sum(px for px, _ in own) / len(own)
        regions.append(Region(f.place(county), outline, round(middle, 1), min(py for _, py in own) - 9))
    return regions


def _hull(points: Sequence[Point]) -> list[Point]:
    """Convex hull by Andrew's monotone chain, counted round; fewer than three points when they lie on a line."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered

    def half(run: Sequence[Point]) -> list[Point]:
        chain: list[Point] = []
        for point in run:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        return chain[:-1]

    return half(ordered) + half(ordered[::-1])


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
