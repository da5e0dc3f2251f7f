"""Charts and map of a comparison: money by level and year for each run, and where the moves are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from allocator.analysis.compare import RUN
from allocator.analysis.moves import MOVE_KINDS
from allocator.reporting.charts import Bar, Chart, Tick, nice_step
from allocator.reporting.compared import Compared
from allocator.reporting.maps import Maps, estate_maps
from allocator.reporting.views.comparison_views import compared_levels, compared_moves, compared_years

RUN_COLOURS = ("#9aa7b5", "#1f4e79", "#2b8a5a", "#d98324", "#8e5ea2", "#b3464b")
"""Colour of each run, the base first; used again from the start when there are more."""

_LEFT, _RIGHT, _BAR, _GAP, _TOP = 150.0, 100.0, 15.0, 14.0, 8.0
_WIDTH = 860.0


def levels_chart(c: Compared) -> Chart:
    """Money by level, a bar per run."""
    return _bars(c, c.say("compare", "by_level"), compared_levels(c), "name")


def years_chart(c: Compared) -> Chart:
    """Payments by year, a bar per run."""
    return _bars(c, c.say("compare", "by_year"), compared_years(c), "year_text")


def _bars(c: Compared, title: str, rows: pd.DataFrame, name: str) -> Chart:
    """Lying bars of ``amount``: a group per ``name``, in it a bar per run with its amount at the end."""
    groups = list(dict.fromkeys(rows[name]))
    runs = range(len(c.comparison.runs))
    amounts = {(str(row[name]), int(row[RUN])): int(row["amount"]) for row in rows.to_dict("records")}
    amounts |= {(str(row[name]), 0): int(row["amount_before"]) for row in rows.to_dict("records")}
    step = nice_step(c.amount(max([1, *amounts.values()])))
    ceiling = math.ceil(c.amount(max([1, *amounts.values()])) / step) * step
    scale = (_WIDTH - _LEFT - _RIGHT) / ceiling
    bars, labels, ends = [], [], []
    tall = _BAR * len(runs) + _GAP
    for place, group in enumerate(groups):
        top = _TOP + place * tall
        labels.append(Tick(_LEFT - 8, top + (tall - _GAP) / 2, group))
        for run in runs:
            amount = amounts.get((group, run), 0)
            words = f"{c.comparison.names[run]} {group}: {c.money(amount)} {c.unit}"
            y = top + run * _BAR
            bars.append(Bar(_LEFT, y, max(0.0, c.amount(amount) * scale), _BAR - 2, _colour(run), words))
            ends.append(Tick(_LEFT + c.amount(amount) * scale + 4, y + _BAR - 4, c.money(amount)))
    legend = tuple((_colour(run), c.comparison.names[run]) for run in runs)
    height = _TOP + tall * max(1, len(groups))
    return Chart(title, _WIDTH, height, tuple(bars), (), tuple(ends), tuple(labels), legend)


def _colour(run: int) -> str:
    return RUN_COLOURS[run % len(RUN_COLOURS)]


def moves_map(c: Compared, run: int) -> Maps | None:
    """Estates of run ``run`` on their coordinates; a dot's year is its kind of move, counted from 1, and 0 for none."""
    estates = _estates(c, run)
    moves = compared_moves(c)
    moves = moves[moves[RUN] == run].set_index("estate")
    kinds = {kind: number for number, kind in enumerate(MOVE_KINDS, start=1)}
    code = estates["estate"].map(moves["kind"].map(kinds)).fillna(0).astype(int)
    texts = zip(moves.index, moves["kind_text"], moves["reason_text"], strict=True)
    told = {estate: f"{kind}: {reason}" for estate, kind, reason in texts}
    words = [
        " · ".join(part for part in (name, told.get(estate, "")) if part)
        for estate, name in zip(estates["estate"], _named(estates), strict=True)
    ]
    return estate_maps(c.last, estates.assign(start_year=code, map_words=words))


def _estates(c: Compared, run: int) -> pd.DataFrame:
    """Estates of the base and of run ``run``; where both have one, as the latter has it."""
    tables = [c.comparison.runs[which].tables["estates"] for which in (run, 0)]
    columns = ["estate", "name", "county", "longitude", "latitude"]
    return pd.concat([t[columns] for t in tables]).drop_duplicates("estate").reset_index(drop=True)


def _named(estates: pd.DataFrame) -> Sequence[str]:
    names = zip(estates["name"], estates["estate"], estates["county"], strict=True)
    return [f"{name or estate} · {county}" for name, estate, county in names]
