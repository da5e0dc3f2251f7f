"""``allocator compare``: runs beside the first of them, on the terminal, as workbook and as page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from allocator.analysis.compare import RUN, compare_runs
from allocator.analysis.comparison_document import comparison_document
from allocator.cli.consoles import RESULTS, print_json
from allocator.cli.options import JsonOption, LangOption
from allocator.i18n import _, language
from allocator.plan.run_folder import read_run
from allocator.plan.seal import refuse_sealed
from allocator.reporting.compared import Compared, compared
from allocator.reporting.comparison_reports import write_comparison
from allocator.reporting.views import comparison_views as views

SHOWN = 15
"""Moves and changed inputs printed before the rest is only counted."""


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN…", help=_("Run folders; the first is what the others are compared with."),
                       exists=True, file_okay=False),
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("Folder for the workbook 与上稿对比表.xlsx and the page."))
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Compare runs with the first one: inputs, goals, money, moves, debt."""
    if out is not None:
        refuse_sealed(out)
    comparison = compare_runs([read_run(run) for run in runs])
    files = write_comparison(comparison, out, language()) if out else []
    if as_json:
        print_json(comparison_document(comparison))
    else:
        print_comparison(RESULTS, compared(comparison, language()))
        for file in files:
            RESULTS.print(str(file), markup=False, soft_wrap=True)


def print_comparison(console: Console, c: Compared) -> None:
    """Print for each run what changed in the inputs, and what came of it."""
    for run in range(1, len(c.comparison.runs)):
        console.print(c.pair(run), style="bold", markup=False, soft_wrap=True)
        _print_inputs(console, c, run)
        console.print(measures_table(c, run))
        console.print(goals_table(c, run))
        console.print(levels_table(c, run))
        _print_moves(console, c, run)


def _of(frame: pd.DataFrame, run: int) -> pd.DataFrame:
    return frame[frame[RUN] == run]


def _records(frame: pd.DataFrame, run: int) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in record.items()} for record in _of(frame, run).to_dict("records")]


def _print_inputs(console: Console, c: Compared, run: int) -> None:
    """Changed values of scenario and policy, and what those of the register come to."""
    inputs = _of(views.compared_inputs(c), run)
    own = inputs[_of(c.comparison.inputs, run)["part"].to_numpy() != "register"]
    lines = [f"{what}: {old or '-'} -> {new or '-'} {unit}".rstrip() for what, old, new, unit in zip(
        own["what"], own["before"], own["after"], own["unit"], strict=True)]  # fmt: skip
    lines += [register_line(c, record) for record in _records(views.compared_register(c), run)]
    for line in lines[:SHOWN] or [c.say("compare", "no_inputs")]:
        console.print(f"  {line}", markup=False, soft_wrap=True)
    _print_rest(console, c, len(lines))


def register_line(c: Compared, record: dict[str, Any]) -> str:
    """One line on a column of the register: rows concerned, and what its sum comes to."""
    counts = record["rows_text"]
    if not record["change_text"]:
        return f"{record['what']}: {counts}"
    total = c.say("compare", "comes_to", before=record["before_text"], after=record["after_text"],
                  change=record["change_text"], unit=record["unit"])  # fmt: skip
    return f"{record['what']}: {counts}; {total}".rstrip()


def _print_rest(console: Console, c: Compared, count: int) -> None:
    if count > SHOWN:
        console.print(f"  {c.say('compare', 'more', count=count - SHOWN)}", markup=False, soft_wrap=True)


def _table(c: Compared, first: str, *more: str) -> Table:
    table = Table(first, box=None, pad_edge=False)
    for name in (c.say("compare", "base"), c.say("compare", "new"), c.say("compare", "change"), *more):
        table.add_column(name, justify="right")
    return table


def measures_table(c: Compared, run: int) -> Table:
    """Extent and money of both plans."""
    table = _table(c, c.say("compare", "measure"))
    for record in _records(views.compared_extent(c), run):
        table.add_row(record["name"], *(f"{record[key]:,}" for key in ("before", "after")),
                      c.signed_number(record["change"]))  # fmt: skip
    table.add_section()
    for record in _records(views.compared_amounts(c), run):
        table.add_row(f"{record['name']} ({c.unit})", *(c.money(record[key]) for key in ("before", "after")),
                      c.signed(record["change"]))  # fmt: skip
    return table


def goals_table(c: Compared, run: int) -> Table:
    """Goals of both plans, and whether their gaps alone may explain the difference."""
    table = _table(c, c.say("compare", "goal"), c.say("compare", "verdict"))
    for record in _records(views.compared_goals(c), run):
        values = (views.goal_text(record[key]) for key in ("value_before", "value", "change"))
        unit = f" ({record['unit_text']})" if record["unit_text"] not in ("", "—") else ""
        table.add_row(record["name"] + unit, *values, record["verdict"])
    return table


def levels_table(c: Compared, run: int) -> Table:
    """Money by level of both plans."""
    table = _table(c, f"{c.say('compare', 'level')} ({c.unit})")
    for record in _records(views.compared_levels(c), run):
        table.add_row(record["name"], c.money(record["amount_before"]), c.money(record["amount"]),
                      c.signed(record["amount_change"]))  # fmt: skip
    return table


def _print_moves(console: Console, c: Compared, run: int) -> None:
    """How many projects are kept, and the first estates that are not."""
    kept = next(record for record in _records(c.comparison.kept, run) if record["unit"] == "projects")
    console.print(c.say("compare", "kept", **kept), markup=False, soft_wrap=True)
    moves = _of(views.compared_moves(c), run)
    for record in _records(moves.head(SHOWN), run):
        years = f"{record['old_text']} -> {record['new_text']}"
        line = [record["kind_text"], record["shown_name"], record["county"], years, record["works_text"]]
        console.print(
            f"  {' '.join(part for part in line if part)}: {record['reason_text']}", markup=False, soft_wrap=True
        )
    _print_rest(console, c, len(moves))
