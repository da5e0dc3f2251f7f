"""Maps of the page: estates on their coordinates, the whole and each county in its own scale; no ground map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from allocator.reporting.figures import Figures

Point = tuple[float, float]

_KM_PER_DEGREE = 111.32
_PAD = 20.0
_NARROWEST = 0.4 / _KM_PER_DEGREE
"""Degrees a panel shows at least: one estate alone is not blown up to fill it."""


@dataclass(frozen=True)
class Dot:
    """An estate on a map; ``estate`` is its position in the page's estate table."""

    x: float
    y: float
    estate: int
    year: int
    words: str


@dataclass(frozen=True)
class Region:
    """A county on the overview: outline of its estates, and where its name stands."""

    name: str
    outline: str
    x: float
    y: float


@dataclass(frozen=True)
class Panel:
    """One map with its scale bar."""

    title: str
    width: float
    height: float
    radius: float
    dots: tuple[Dot, ...]
    regions: tuple[Region, ...]
    bar: float
    """Length of the scale bar in SVG units."""
    bar_words: str


@dataclass(frozen=True)
class Maps:
    """The overview, then a panel for each county; ``unplaced`` estates have no coordinates."""

    panels: tuple[Panel, ...]
    unplaced: int


def estate_maps(f: Figures, estates: pd.DataFrame) -> Maps | None:
    """Maps of the estates (degrees, plate carrée at the middle latitude); None when none has coordinates.

    Parameters
    ----------
    estates
        Rows of the page's estate table in its order.
    """
    placed = estates[estates["longitude"].notna() & estates["latitude"].notna()]
    if placed.empty:
        return None
    squeeze = math.cos(math.radians(float(placed["latitude"].mean())))
    placed = placed.assign(across=placed["longitude"].astype(float) * squeeze, down=-placed["latitude"].astype(float))
    inhabited = [county for county in f.counties if (placed["county"] == county).any()]
    overview = _panel(f, f.say("page", "overview"), placed, (760.0, 460.0), with_regions=len(inhabited) > 1)
    size = (370.0, 260.0)
    counties = [_panel(f, f.place(county), placed[placed["county"] == county], size) for county in inhabited]
    panels = (overview, *counties) if len(inhabited) > 1 else (overview,)
    return Maps(panels, len(estates) - len(placed))


def _panel(f: Figures, title: str, rows: pd.DataFrame, size: Point, *, with_regions: bool = False) -> Panel:
    x, y = rows["across"], rows["down"]
    spread_x = max(float(x.max() - x.min()), _NARROWEST)
    spread_y = max(float(y.max() - y.min()), _NARROWEST)
    width, highest = size
    scale = min((width - 2 * _PAD) / spread_x, (highest - 2 * _PAD - 14) / spread_y)
    middle_x, middle_y = (float(x.max()) + float(x.min())) / 2, (float(y.max()) + float(y.min())) / 2
    xs = ((x - middle_x) * scale + width / 2).round(1).tolist()
    ys = ((y - middle_y) * scale + highest / 2).round(1).tolist()
    columns = zip(xs, ys, rows.index.tolist(), rows["start_year"].tolist(), rows["map_words"], strict=True)
    dots = sorted((Dot(*values) for values in columns), key=lambda dot: dot.year)
    regions = _regions(f, rows["county"].tolist(), list(zip(xs, ys, strict=True))) if with_regions else []
    length = _nice_length((width / 4) / scale * _KM_PER_DEGREE)
    radius = 4.0 if len(dots) < 400 and not with_regions else 2.8
    return Panel(
        title, width, highest, radius, tuple(dots), tuple(regions), length / _KM_PER_DEGREE * scale, f"{length:g} km"
    )


def _nice_length(most: float) -> float:
    """Greatest of 1, 2 or 5 times a power of ten that is not above ``most``."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(power * factor for factor in (1, 2, 5) if power * factor <= most)


def _regions(f: Figures, counties: Sequence[str], points: Sequence[Point]) -> list[Region]:
    regions = []
    for county in f.counties:
        own = [point for point, name in zip(points, counties, strict=True) if name == county]
        if not own:
            continue
        hull = _hull(own)
        outline = " ".join(f"{px:.1f},{py:.1f}" for px, py in hull) if len(hull) > 2 else ""
        middle = sum(px for px, _ in own) / len(own)
        regions.append(Region(f.place(county), outline, round(middle, 1), max(14.0, min(py for _, py in own) - 9)))
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
