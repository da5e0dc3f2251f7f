"""From a table's layout and its view to the rows a writer puts down: headings, sections, exact totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.reporting.figures import add_up_rounded
from allocator.reporting.layout import ColumnLayout, Kind, Ratio, TableLayout
from allocator.reporting.speaker import Speaker
from allocator.reporting.views import VIEWS

RowKind = Literal["row", "muted", "section", "subtotal", "total"]
"""``muted``: a row that tells nothing, shown grey."""


@dataclass(frozen=True)
class Column:
    """A column as it is shown."""

    key: str
    head: str
    group: str
    kind: Kind
    decimals: int
    width: float
    span: int
    scale: int
    is_summed: bool
    shows_zero: bool = False
    ratio: Ratio | None = None
    shows_sign: bool = False


@dataclass(frozen=True)
class Row:
    """A line of a table; values by column: text, int, float, Decimal or None (blank). Money is whole steps."""

    kind: RowKind
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """A table ready to be written; ``hidden`` counts the rows that are left out."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str
    hidden: int

    @property
    def has_groups(self) -> bool:
        """Whether there is a second line of headings."""
        return any(column.group for column in self.columns)


Views = Mapping[str, Callable[[Any], pd.DataFrame]]
"""View by name: each is given the speaker."""


def make_table(layout: TableLayout, speaker: Speaker, views: Views = VIEWS) -> Table:
    """Table of ``layout`` filled from its view, with the columns that the report's audience may see.

    An empty view gives a table without rows; ``views`` are those of one run, unless others are given.

    Raises
    ------
    ScenarioError
        When the layout names a view that is not there, or columns that the view does not have.
    """
    if layout.view not in views:
        finding = _("there is no view {found!r} in this kind of report").format(found=layout.view)
        raise ScenarioError([Problem("reports", finding, _("name one of: {names}").format(names=", ".join(views)))])
    frame = views[layout.view](speaker)
    columns = tuple(column for entry in layout.columns_for(speaker.audience) for column in _columns(entry, speaker))
    _check_columns(layout, columns, frame)
    cells = _cells(frame, columns)
    hidden = max(0, len(frame) - layout.max_rows)
    sections = frame[layout.section].tolist() if layout.section else []
    rows = tuple(_rows(columns, cells, sections, layout, speaker)) if len(frame) else ()
    if layout.muted:
        rows = _muted(rows, [bool(each) for each in frame[layout.muted]])
    title = layout.title.text(speaker.language).replace("{unit}", speaker.unit)
    return Table(title, columns, rows, layout.empty.text(speaker.language), hidden)


def _check_columns(layout: TableLayout, columns: Sequence[Column], frame: pd.DataFrame) -> None:
    known = {*frame.columns, "no"}
    asked = [key for c in columns for key in ((c.ratio.part, c.ratio.whole) if c.ratio else (c.key,))]
    asked += [layout.section] if layout.section else []
    if missing := [key for key in asked if key not in known]:
        finding = _("the view {view} has no column {names}").format(view=layout.view, names=", ".join(missing))
        cure = _("name some of: {names}").format(names=", ".join(sorted(map(str, known))))
        raise ScenarioError([Problem("reports", finding, cure)])


def _columns(layout: ColumnLayout, speaker: Speaker) -> Iterator[Column]:
    head = layout.head.text(speaker.language).replace("{unit}", speaker.unit)
    group = layout.group.text(speaker.language).replace("{unit}", speaker.unit)
    decimals = speaker.money_decimals if layout.kind == "money" else layout.decimals
    for key, name in speaker.repeats(layout.each) if layout.each else [("", "")]:
        yield Column(
            layout.key.replace("{}", key), head.replace("{}", name), group, layout.kind, decimals, layout.width,
            layout.span, layout.scale, layout.total, layout.shows_zero, layout.ratio,
            layout.shows_sign,
        )  # fmt: skip


def _cells(frame: pd.DataFrame, columns: Sequence[Column]) -> list[list[Any]]:
    """Values by column, as plain Python objects; missing ones are None."""
    return [_column_cells(frame, column) for column in columns]


def _column_cells(frame: pd.DataFrame, column: Column) -> list[Any]:
    if column.key == "no" and "no" not in frame:
        return list(range(1, len(frame) + 1))
    if column.ratio:
        return [
            _Parts(int(p), int(w)) for p, w in zip(frame[column.ratio.part], frame[column.ratio.whole], strict=True)
        ]
    series = frame[column.key]
    values = series.astype(object).where(series.notna(), None).tolist()
    if column.scale != 1:
        values = [None if value is None else value / column.scale for value in values]
    if column.kind == "number" and column.is_summed:
        return list(add_up_rounded([value or 0 for value in values], column.decimals))
    return [value.item() if isinstance(value, np.generic) else value for value in values]


def _rows(
    columns: Sequence[Column],
    cells: list[list[Any]],
    sections: list[Any],
    layout: TableLayout,
    speaker: Speaker,
) -> Iterator[Row]:
    count = len(cells[0])
    shown = min(count, layout.max_rows)
    starts = [0, *(i for i in range(1, count) if sections[i] != sections[i - 1])] if sections else [0]
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        if sections and layout.has_section_heads and start < shown:
            yield Row("section", (sections[start],))
        for position in range(start, min(end, shown)):
            yield Row("row", tuple(_shown(column[position]) for column in cells))
        if layout.subtotal:
            yield _sum("subtotal", columns, cells, slice(start, end), speaker)
    if layout.total:
        yield _sum("total", columns, cells, slice(0, count), speaker)


def _muted(rows: Sequence[Row], muted: Sequence[bool]) -> tuple[Row, ...]:
    """``rows`` with those of the view that are ``muted`` marked so; sums and headings are not among them."""
    marks = iter(muted)
    return tuple(Row("muted", row.values) if row.kind == "row" and next(marks) else row for row in rows)


@dataclass(frozen=True)
class _Parts:
    """A ratio before it is worked out, so that it can be added up."""

    part: int
    whole: int


def _shown(value: Any) -> Any:  # noqa: ANN401 - a cell
    """A cell as it is shown: ratios become numbers, or blank where there is nothing to compare with."""
    if isinstance(value, _Parts):
        return value.part / value.whole if value.whole else None
    return value


def _sum(kind: RowKind, columns: Sequence[Column], cells: list[list[Any]], part: slice, speaker: Speaker) -> Row:
    values = [_sum_of(column, column_cells[part]) for column, column_cells in zip(columns, cells, strict=True)]
    # the word goes into the first text column: a number column is too narrow for it
    label = next((i for i, c in enumerate(columns) if c.kind == "text" and not c.is_summed), 0)
    values[label] = speaker.say("words", kind)
    return Row(kind, tuple(values))


def _sum_of(column: Column, cells: Sequence[Any]) -> Any:  # noqa: ANN401 - a cell
    if column.ratio:
        return _shown(_Parts(sum(cell.part for cell in cells), sum(cell.whole for cell in cells)))
    if not column.is_summed:
        return None
    return sum((cell for cell in cells if cell is not None), Decimal(0) if column.kind == "number" else 0)
