"""Views of the reference form that adds money up by source: lines and their sums are the policy model's data.

The plan's payments stand for the money that arrives in the year; what has no source is in no line of the form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from allocator.inputs.register_sheets import DEBT_SERVICE
from allocator.inputs.schemas.rollup import Rollup, RollupLine
from allocator.reporting.figures import SHORTFALL, Figures

Amounts = Mapping[int, int | None]
"""Value by payment year; None where the form is filled in by hand."""

_INDENT = "　"
_COLUMNS = ["section", "code", "name", "unit", "amount", "note"]


def rollup_counts(f: Figures) -> pd.DataFrame:
    """One row per place and line that counts: code, name, ``year_<year>`` for each payment year, note."""
    return _frame(f, "count")


def rollup_money(f: Figures) -> pd.DataFrame:
    """One row per place and line of money, and one that says whether they add up to all payments of the plan."""
    return _frame(f, "money")


def rollup_total(f: Figures) -> dict[int, int]:
    """All money of the plan that has a source, by payment year, found without the lines: what they must add up to."""
    paid = _with_source(f).groupby("year")["amount"].sum()
    return {year: int(paid.get(year, 0)) for year in f.payment_years}


def _frame(f: Figures, unit: str) -> pd.DataFrame:
    years = [f"year_{year}" for year in f.payment_years]
    rollup = f.run.case.policy.rollup
    rows = [row for seen, place in _places(f) for row in _rows(seen, rollup, place, unit)] if rollup else []
    frame = pd.DataFrame(rows, columns=[*_COLUMNS, *years])
    return frame.astype(dict.fromkeys([*years, "amount"], "Int64"))


def _places(f: Figures) -> Iterator[tuple[Figures, str]]:
    """The run as a whole, then each county of it; a county's own form has that county alone."""
    yield f, f.place(f.county)
    if not f.county:
        for county in f.counties:
            yield f.part(county), f.place(county)


def _rows(f: Figures, rollup: Rollup, place: str, unit: str) -> Iterator[dict[str, object]]:
    values = line_values(f, rollup)
    for line in rollup.lines:
        if line.unit == unit:
            name = _INDENT * line.level + line.label.text(f.language)
            cells = _cells(values[line.id], adds=line.holds in ("sources", "sum"))
            yield {"section": place, "code": line.code, "name": name, "note": _note(f, rollup, line), **cells}
    if unit == "money":
        total, whole = values[rollup.total], rollup_total(f)
        off = {year: int(total[year] or 0) - amount for year, amount in whole.items()}
        note = f.say("rollup", "off" if any(off.values()) else "ties")
        yield {"section": place, "code": "", "name": f.say("rollup", "check"), "note": note, **_cells(off, adds=True)}


def _cells(values: Amounts, *, adds: bool) -> dict[str, object]:
    """Columns of the years, and their sum where years may be added up."""
    known = [value for value in values.values() if value is not None]
    return {**{f"year_{year}": value for year, value in values.items()}, "amount": sum(known) if adds else None}


def _note(f: Figures, rollup: Rollup, line: RollupLine) -> str:
    """Which sources of the plan stand in a line; that they belong there is inferred."""
    if line.holds != "sources":
        told = f.say("rollup", line.holds)
        return told if told != line.holds else ""
    used = set(_with_source(f)["source"])
    own = [
        f.source(source)
        for source in f.run.case.policy.sources
        if source in used and rollup.sources.get(source, rollup.other) == line.id
    ]
    return f.say("rollup", "inferred", names=f.say("words", "list_sep").join(own)) if own else ""


def line_values(f: Figures, rollup: Rollup) -> dict[str, Amounts]:
    """Value of every line by payment year: money in whole steps, counts as they are."""
    paid = _with_source(f)
    lines = paid["source"].map(lambda source: rollup.sources.get(source, rollup.other))
    by_line = paid.groupby([lines, "year"])["amount"].sum() if len(paid) else pd.Series(dtype="int64")
    lines_by_id = {line.id: line for line in rollup.lines}
    measures: dict[str, Callable[[int], int]] = {
        "total_cost": lambda year: int(_active(f, year)["cost"].sum()),
        "invested": lambda year: int(sum(table.loc[table["year"] == year, "amount"].sum() for table in _bills(f))),
        "projects": lambda year: len(_active(f, year)),
        "started": lambda year: int((f.table("projects")["start_year"] == year).sum()),
    }

    def value(line: RollupLine, year: int) -> int | None:
        if line.holds == "sources":
            return int(by_line.get((line.id, year), 0))
        if line.holds == "sum":
            return sum(value(lines_by_id[part], year) or 0 for part in line.adds_up)
        return measures[line.holds](year) if line.holds in measures else None

    return {line.id: {year: value(line, year) for year in f.payment_years} for line in rollup.lines}


def _bills(f: Figures) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What falls due: for new starts, and for projects under way."""
    return f.table("payments"), f.table("running")


def _with_source(f: Figures) -> pd.DataFrame:
    """Payments for new starts and for projects under way that have a source: source, year, amount."""
    both = pd.concat([table[["source", "year", "amount"]] for table in _bills(f)], ignore_index=True)
    return both[(both["source"] != SHORTFALL) & (both["amount"] > 0)]


def _active(f: Figures, year: int) -> pd.DataFrame:
    """Projects started in ``year``, or under way with bills in it: project, cost; an estimate where there is one."""
    new = f.table("projects")[["project", "start_year", "cost"]]
    last = f.table("payments").groupby("project")["year"].max()
    until = new["project"].map(last).fillna(new["start_year"])
    new = new[(new["start_year"] <= year) & (until >= year)]
    running = f.table("running")
    projects = running[running["kind"] != DEBT_SERVICE]
    due = projects.loc[(projects["year"] == year) & (projects["amount"] > 0), "project"].unique()
    known = f.run.case.register.running.groupby("project")["estimate"].max()
    bills = running.groupby("project")["amount"].sum()
    cost = known.reindex(due).astype("Int64").fillna(bills.reindex(due).astype("Int64"))
    old = pd.DataFrame({"project": due, "cost": cost.to_numpy(dtype="int64")})
    return pd.concat([new[["project", "cost"]], old], ignore_index=True)
