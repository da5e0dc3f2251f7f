"""Views of a comparison: every frame has ``run``, and ``section``, a heading that names what is compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pandas as pd

from allocator.analysis.compare import RUN
from allocator.analysis.moves import MOVE_KINDS, move_words
from allocator.reporting.compared import Compared

View = Callable[[Compared], pd.DataFrame]

_AMOUNTS = ("cost", "firm", "pending", "shortfall", "local_money", "running", "issued")
_NOT_COMPARED = frozenset({"tie_break"})
"""Goals whose values mean nothing beside those of another run."""


def _sections(c: Compared, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(section=[c.pair(run) for run in frame[RUN]])


def _measures(c: Compared, *, money: bool) -> pd.DataFrame:
    table = c.comparison.totals
    table = table[table["measure"].isin(_AMOUNTS) == money]
    names = [c.say("compare", measure) for measure in table["measure"]]
    whole = {column: [round(value) for value in table[column]] for column in ("before", "after", "change")}
    return _sections(c, table.assign(name=names, blank="", **whole))


def compared_extent(c: Compared) -> pd.DataFrame:
    """One row per measure that is a number: projects, estates, households …; before, after, change."""
    return _measures(c, money=False)


def compared_amounts(c: Compared) -> pd.DataFrame:
    """One row per measure of money: before, after, change."""
    return _measures(c, money=True)


def compared_goals(c: Compared) -> pd.DataFrame:
    """One row per goal: values and bounds in the goal's unit, change, and whether the gaps alone may explain it."""
    table = c.comparison.goals
    table = table[~table["goal"].isin(_NOT_COMPARED)]
    is_money = table["unit"] == "money"
    step = float(c.shown_money.step)
    numbers = ("value_before", "bound_before", "value", "bound", "change")
    shown = {column: table[column].where(~is_money, table[column] * step) for column in numbers}
    units = [c.unit if unit == "money" else c.say("goal_units", unit) for unit in table["unit"]]
    verdicts = [
        c.say("compare", _verdict(change, within=within))
        for change, within in zip(table["change"], table["within_error"], strict=True)
    ]
    names = [c.say("goals", goal) for goal in table["goal"]]
    return _sections(c, table.assign(name=names, unit_text=units, verdict=verdicts, **shown))


def _verdict(change: float, *, within: bool) -> str:
    if pd.isna(change):
        return "no_goal"
    if not change:
        return "equal"
    return "within" if within else "beyond"


def compared_kept(c: Compared) -> pd.DataFrame:
    """One row for projects and one for estates: before, unchanged, moved, reworked, dropped, added, after."""
    table = c.comparison.kept
    names = [c.say("compare", unit) for unit in table["unit"]]
    other = [f"{moved:,} / {works:,}" for moved, works in zip(table["moved"], table["reworked"], strict=True)]
    return _sections(c, table.assign(name=names, moved_text=other))


def compared_moves(c: Compared) -> pd.DataFrame:
    """One row per estate that was added, dropped, moved or reworked, with its reason in words."""
    table = c.comparison.moves
    words = [
        move_words(reason, detail, c.comparison.runs[run].case, c.language)
        for run, reason, detail in zip(table[RUN], table["reason"], table["reason_detail"], strict=True)
    ]
    rows = table.assign(
        kind_text=[MOVE_KINDS[kind].text(c.language) for kind in table["kind"]],
        shown_name=table["name"].where(table["name"] != "", table["estate"]),
        old_text=[_year(c, year) for year in table["old_year"]],
        new_text=[_year(c, year) for year in table["new_year"]],
        cost=table["new_cost"].where(table["new_year"] > 0, table["old_cost"]),
        points=table["new_points"].where(table["new_year"] > 0, table["old_points"]),
        works_text=[_works(c, *pair) for pair in zip(table["works_added"], table["works_dropped"], strict=True)],
        reason_text=words,
    )
    many = len(c.comparison.runs) > 2
    heads = [
        f"{c.pair(run)} · {kind}" if many else kind for run, kind in zip(rows[RUN], rows["kind_text"], strict=True)
    ]
    return rows.assign(section=heads, no=rows.groupby([RUN, "kind"]).cumcount() + 1)


def _year(c: Compared, year: int) -> str:
    return str(year) if year else c.say("compare", "not_started")


def _works(c: Compared, added: str, dropped: str) -> str:
    signed = [("+", added), ("−", dropped)]
    return c.say("words", "list_sep").join(
        sign + c.label("works", work) for sign, works in signed for work in works.split(",") if work
    )


def compared_levels(c: Compared) -> pd.DataFrame:
    """One row per level: amount, firm, pending, shortfall, each before, after, change."""
    return _summed(c, ["level"]).assign(name=lambda rows: [c.level(level) for level in rows["level"]])


def compared_sources(c: Compared) -> pd.DataFrame:
    """One row per source: amount, firm, pending, shortfall, each before, after, change."""
    rows = _summed(c, ["level", "source"])
    return rows.assign(
        name=[c.source(source) for source in rows["source"]], level_name=[c.level(level) for level in rows["level"]]
    )


def compared_years(c: Compared) -> pd.DataFrame:
    """One row per payment year: amount, firm, pending, shortfall, each before, after, change."""
    return _with_years(c, _summed(c, ["year"]).sort_values([RUN, "year"]))


def _summed(c: Compared, keys: list[str]) -> pd.DataFrame:
    table = c.comparison.money_by_source
    columns = [column for column in table.columns if column not in (RUN, "level", "source", "year")]
    return _sections(c, table.groupby([RUN, *keys], sort=False, as_index=False)[columns].sum())


def compared_counties(c: Compared) -> pd.DataFrame:
    """One row per county: estates, households, money, each before, after, change."""
    table = c.comparison.counties
    return _sections(c, table.assign(name=[c.last.place(county) for county in table["county"]]))


def compared_starts(c: Compared) -> pd.DataFrame:
    """One row per start year: projects, estates, households, cost, each before, after, change."""
    return _with_years(c, _sections(c, c.comparison.starts))


def _with_years(c: Compared, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(year_text=[c.last.year(year) for year in rows["year"]])


def compared_works(c: Compared) -> pd.DataFrame:
    """One row per work type: items and cost, each before, after, change."""
    table = c.comparison.works
    return _sections(c, table.assign(name=[c.label("works", work) for work in table["work"]]))


def compared_debt(c: Compared) -> pd.DataFrame:
    """One row per county and year in which issue, stock, service or room differ."""
    table = c.comparison.debt
    changes = table[[column for column in table.columns if column.endswith("_change")]].fillna(0)
    table = table[(changes != 0).any(axis=1)]
    return _sections(c, table.assign(name=[c.last.place(county) for county in table["county"]]))


def compared_inputs(c: Compared) -> pd.DataFrame:
    """One row per changed value of scenario, policy model and register, in words where there are any."""
    rows = [_input(c, record) for record in c.comparison.inputs.to_dict("records")]
    columns = [RUN, "part_text", "what", "row_text", "kind_text", "before", "after", "unit", "clause"]
    return _sections(c, pd.DataFrame(rows, columns=columns))


def _input(c: Compared, record: Mapping[Any, Any]) -> tuple[Any, ...]:
    part, kind = c.say("compare", record["part"]), c.say("compare", record["kind"])
    sheet, column = record["sheet"], record["column"]
    if not sheet:
        return (record[RUN], part, record["path"], "", kind, record["before"], record["after"], record["unit"],
                record["clause"])  # fmt: skip
    row, name = c.row(sheet, record["keys"]), c.heading(sheet)
    if column:
        before, after = (c.cell(sheet, column, record[key]) for key in ("before", "after"))
        return record[RUN], part, f"{name}·{c.heading(sheet, column)}", row, kind, before, after, record["unit"], ""
    cells = c.cells(sheet, record["cells"])
    before, after = (cells, "") if record["kind"] == "removed" else ("", cells)
    return record[RUN], part, f"{name}·{c.say('compare', 'whole_row')}", row, kind, before, after, "", ""


def compared_register(c: Compared) -> pd.DataFrame:
    """One row per sheet and column of the register with a difference: rows concerned, and what they come to."""
    table = c.comparison.register_totals
    rows = table.assign(
        what=[
            f"{c.heading(sheet)}·{c.heading(sheet, column)}" if column else c.heading(sheet)
            for sheet, column in zip(table["sheet"], table["column"], strict=True)
        ],
        **{f"{key}_text": [_number(value) for value in table[key]] for key in ("before", "after")},
        rows_text=[_rows(c, record) for record in table.to_dict("records")],
        change_text=["" if value is None else _number(value, sign="+") for value in table["change"]],
    )
    return _sections(c, rows)


def _rows(c: Compared, record: Mapping[Any, Any]) -> str:
    return c.say("words", "list_sep").join(
        f"{c.say('compare', kind)} {c.say('compare', 'rows', count=record[kind])}"
        for kind in ("changed", "added", "removed")
        if record[kind]
    )


def _number(value: Decimal | None, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign},f}"


def compared_files(c: Compared) -> pd.DataFrame:
    """One row per input file that differs: name, and the first figures of both hashes."""
    table = c.comparison.files
    kinds = [c.say("compare", kind) for kind in table["kind"]]
    return _sections(
        c, table.assign(kind_text=kinds, blank="", old=table["before"].str[:12], new=table["after"].str[:12])
    )


def goal_text(value: float) -> str:
    """A goal's value as ``compared_goals`` gives it, as text with as many decimals as it has, at most two."""
    return "" if pd.isna(value) else f"{Decimal(str(round(value, 2))).normalize():,f}"


COMPARISON_VIEWS: Mapping[str, View] = MappingProxyType(
    {
        view.__name__: view
        for view in (
            compared_extent, compared_amounts, compared_goals, compared_kept, compared_moves, compared_levels,
            compared_sources, compared_years, compared_counties, compared_starts, compared_works, compared_debt,
            compared_inputs, compared_register, compared_files,
        )
    }
)  # fmt: skip
"""View by name."""
