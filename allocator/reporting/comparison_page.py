"""The page compare.html: runs side by side, in one file that opens offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import allocator
from allocator.analysis.compare import RUN
from allocator.analysis.moves import MOVE_KINDS
from allocator.reporting.compared import Compared
from allocator.reporting.comparison_charts import levels_chart, moves_map, years_chart
from allocator.reporting.layout import SheetLayout
from allocator.reporting.maps import Maps
from allocator.reporting.page_parts import render
from allocator.reporting.tables import Table, make_table
from allocator.reporting.views.comparison_views import COMPARISON_VIEWS, compared_amounts, compared_extent
from allocator.reporting.workbook import scratch_file

MOST_ROWS = 1000
"""Rows of a table on the page; the workbook has them all."""

_CARDS = ("estates", "households", "points", "cost", "firm", "pending", "shortfall", "local_money")
"""Measures shown as cards, in order."""


@dataclass(frozen=True)
class _Card:
    name: str
    value: str
    before: str
    change: str
    is_worse: bool


@dataclass(frozen=True)
class _Pair:
    """What the page says about one run beside the base."""

    title: str
    cards: tuple[_Card, ...]
    kept: str
    maps: Maps | None


def write_comparison_page(c: Compared, sheets: Sequence[SheetLayout], path: Path) -> Path:
    """Write the page to ``path``, whole or not at all; its tables have the columns that ``sheets`` give them.

    Raises
    ------
    FileError
        When another program holds the file open.
    """
    text = render_comparison(c, sheets)
    with scratch_file(path) as scratch:
        scratch.write_text(text, encoding="utf-8", newline="\n")
    return path


def render_comparison(c: Compared, sheets: Sequence[SheetLayout]) -> str:
    """Text of the page; everything from the data is escaped."""
    return render(
        "compare",
        c,
        "compare",
        pairs=[_pair(c, run) for run in range(1, len(c.comparison.runs))],
        tables=_tables(c, sheets),
        charts=[levels_chart(c), years_chart(c)],
        move_kinds=[label.text(c.language) for label in MOVE_KINDS.values()],
        version=allocator.__version__,
    )


def _tables(c: Compared, sheets: Sequence[SheetLayout]) -> dict[str, Table]:
    return {
        table.view: make_table(table.model_copy(update={"max_rows": MOST_ROWS}), c, COMPARISON_VIEWS)
        for sheet in sheets
        for table in sheet.tables
    }


def _pair(c: Compared, run: int) -> _Pair:
    kept = c.comparison.kept
    projects = kept[(kept[RUN] == run) & (kept["unit"] == "projects")].to_dict("records")[0]
    counts = {str(key): value for key, value in projects.items()}
    return _Pair(c.pair(run), _cards(c, run), c.say("compare", "kept", **counts), moves_map(c, run))


def _cards(c: Compared, run: int) -> tuple[_Card, ...]:
    cards = {}
    for view, is_money in ((compared_extent, False), (compared_amounts, True)):
        rows = view(c)
        for row in rows[rows[RUN] == run].to_dict("records"):
            now, before = (c.money(row[key]) if is_money else f"{row[key]:,}" for key in ("after", "before"))
            change = c.signed(row["change"]) if is_money else c.signed_number(row["change"])
            name = f"{row['name']} ({c.unit})" if is_money else str(row["name"])
            is_worse = row["measure"] == "shortfall" and row["after"] > 0
            cards[row["measure"]] = _Card(name, now, before, change, is_worse)
    return tuple(cards[measure] for measure in _CARDS)
