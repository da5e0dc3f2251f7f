"""``allocator evaluate``: any list of estates, audited, priced and compared with the tool's own plan."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from allocator.analysis.evaluate import LISTED, OWN, Evaluation
from allocator.analysis.evaluate import evaluate as judge
from allocator.analysis.list_document import evaluation_document
from allocator.analysis.list_price import Effort
from allocator.analysis.list_results import dropped_estates, forced_costs
from allocator.cli.consoles import ERRORS, RESULTS, print_json
from allocator.cli.exits import Exit
from allocator.cli.live import progress_shown
from allocator.cli.options import JsonOption, LangOption
from allocator.cli.scenarios import check_new, default_folder, find_scenario
from allocator.errors import Problem, ScenarioError
from allocator.files import move_folder, scratch_folder
from allocator.i18n import _, language
from allocator.inputs.case import from_steps
from allocator.inputs.load import load
from allocator.plan.result import Plan
from allocator.plan.run_folder import read_run, write_run
from allocator.reporting import write_reports
from allocator.reporting.evaluation_book import write_evaluation
from allocator.reporting.layout import load_words

SHOWN = 12
"""Breaches, dropped estates and forced projects printed before the rest is only counted."""

DOCUMENT = "evaluation.json"


def evaluate(
    listed: Annotated[
        Path, typer.Argument(metavar="LIST", help=_("Workbook or .csv with ids or names of estates, and years if set."))
    ],
    *,
    scenario: Annotated[
        str, typer.Option(metavar="SCENARIO", help=_("Scenario file, or the name of a shipped scenario."))
    ],
    only: Annotated[
        bool, typer.Option("--only", help=_("The list is the whole plan: nothing else starts (default)."))
    ] = False,
    also: Annotated[bool, typer.Option("--also", help=_("The list must start; the tool chooses the rest."))] = False,
    against: Annotated[
        Path | None,
        typer.Option(metavar="RUN", exists=True, file_okay=False, help=_("Run to compare with, instead of solving.")),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("New folder (default: runs/<scenario>-<time>)."))
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=1, help=_("Time for each of: the list, the own plan, the forced costs.")),
    ] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Audit, price and compare a list; the exit code is 5 when it breaks rules."""
    if only and also:
        raise ScenarioError([Problem("--only, --also", _("a list is read one way"), _("leave one of the two out"))])
    file = find_scenario(scenario)
    if out is not None:
        check_new(out)
    case = load(file)
    folder = out or default_folder(f"{case.scenario.id}-list")
    run = read_run(against) if against else None
    with progress_shown(ERRORS, quiet=as_json) as tell:
        effort = Effort(time_limit or case.scenario.solver.time_limit_s, tell)
        found = judge(case, listed, effort, reading="also" if also else "only", against=run)
    _keep(found, listed, folder, own_is_new=run is None)
    if as_json:
        print_json(evaluation_document(found))
    else:
        print_evaluation(RESULTS, found, folder)
    if found.breaches:
        raise typer.Exit(Exit.RULES_BROKEN)


def _keep(found: Evaluation, listed: Path, folder: Path, *, own_is_new: bool) -> None:
    """Write the folder, whole or not at all: both runs, the list, and what was found."""
    with scratch_folder(folder) as beside:
        scratch = beside / folder.name
        scratch.mkdir()
        write_run(found.plan, scratch / LISTED)
        if own_is_new:
            write_run(Plan(found.own.case, found.own.tables, found.own.manifest), scratch / OWN)
        shutil.copyfile(listed, scratch / listed.name)
        text = json.dumps(evaluation_document(found), ensure_ascii=False, indent=2)
        (scratch / DOCUMENT).write_text(text + "\n", encoding="utf-8", newline="\n")
        if folder.exists():
            folder.rmdir()
        move_folder(scratch, folder)
    write_evaluation(found, folder, language())
    # Last, for what was found may have taken long: a layout that does not fit must not cost it.
    for part in (LISTED, OWN):
        if (folder / part).is_dir():
            write_reports(read_run(folder / part), folder / part, language())


def print_evaluation(console: Console, e: Evaluation, folder: Path) -> None:
    """Print rules broken, both plans side by side, who drops out, and the dearest forced projects."""
    reading = _("nothing else starts") if e.asked.reading == "only" else _("the tool chooses the rest")
    title = _("{list}: {projects} projects found; {reading}")
    console.print(
        title.format(list=e.asked.listing.name, projects=len(e.asked.listing.starts), reading=reading),
        style="bold", markup=False, soft_wrap=True,
    )  # fmt: skip
    _print_breaches(console, e)
    console.print(_compared_table(e))
    _print_dropped(console, e)
    _print_forced(console, e)
    console.print(_("Files: {folder}").format(folder=folder), markup=False, soft_wrap=True)


def _print_breaches(console: Console, e: Evaluation) -> None:
    words = load_words()
    if not e.breaches:
        console.print(_("The list keeps all rules."), markup=False)
        return
    console.print(_("Rules broken: {count}").format(count=len(e.breaches)), style="bold red", markup=False)
    for breach in e.breaches[:SHOWN]:
        rule = words.text("list_rules", breach.rule, language())
        rows = ", ".join(breach.rows[:6]) + (" …" if len(breach.rows) > 6 else "")
        where = _("row {rows}").format(rows=rows) if rows else _("the list")
        line = _("{where}: {rule}: {about}: {found}; asked: {expected}").format(
            where=where, rule=rule, about=breach.about, found=breach.found, expected=breach.expected
        )
        source = " ".join(part for part in (breach.document, breach.clause) if part)
        console.print(f"  {line}" + (f" ({source})" if source else ""), markup=False, soft_wrap=True)
        console.print(f"    -> {breach.cure}", markup=False, soft_wrap=True)
    _print_rest(console, len(e.breaches))
    excused = sorted(set(e.plan.case.scenario.excused) - set(e.asked.case.scenario.excused))
    if excused:
        text = _("Priced as if they could start, which they may not: {count} projects.")
        console.print(text.format(count=len(excused)), style="bold red", markup=False, soft_wrap=True)
    if e.priced.lifted or e.priced.payers:
        rules = [*e.priced.lifted, *(["payer_money"] if e.priced.payers else [])]
        names = ", ".join(words.text("list_rules", rule, language()) for rule in rules)
        console.print(_("Lifted to price the list: {rules}").format(rules=names), style="bold red", markup=False)


def _print_rest(console: Console, count: int) -> None:
    if count > SHOWN:
        console.print(_("  … and {count} more, all in the workbook.").format(count=count - SHOWN), markup=False)


def _compared_table(e: Evaluation) -> Table:
    """Extent, points and money of the own plan and of the list."""
    table, money, words = Table(box=None, pad_edge=False), e.comparison.money, load_words()
    table.add_column(_("Measure"))
    for name in (_("Own plan"), _("List"), _("Difference")):
        table.add_column(name, justify="right")
    for record in e.comparison.totals.to_dict("records"):
        is_money = record["kind"] == "money"
        cells = [from_steps(int(record[key]), money) if is_money else record[key] for key in ("before", "after")]
        difference = cells[1] - cells[0]
        name = words.text("compare", record["measure"], language()) + (f" ({money.unit})" if is_money else "")
        decimals = 0 if record["kind"] != "money" else 2
        texts = [f"{cell:,.{decimals}f}" for cell in cells]
        table.add_row(name, *texts, f"{difference:+,.{decimals}f}" if difference else "—")
    return table


def _print_dropped(console: Console, e: Evaluation) -> None:
    table = dropped_estates(e)
    gone = table[table["start_year"] == 0]
    text = _("Drop out of the own plan: {estates} estates, {households:,} households, {points:,.0f} points.")
    console.print(
        text.format(estates=len(gone), households=int(gone["households"].sum()), points=gone["points"].sum()),
        markup=False, soft_wrap=True,
    )  # fmt: skip


def _print_forced(console: Console, e: Evaluation) -> None:
    found = forced_costs(e)
    if found.empty:
        return
    unit = e.comparison.money.unit
    table = Table(box=None, pad_edge=False, title=_("What each forced project costs"), title_justify="left")
    for name, side in ((_("Project"), "left"), (_("Points lost"), "right"), (_("at least"), "right"),
                       (_("Shortfall added ({unit})").format(unit=unit), "right"),
                       (_("freed if struck ({unit})").format(unit=unit), "right"), (_("How"), "left")):  # fmt: skip
        table.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    words, money = load_words(), e.comparison.money
    for row in found.head(SHOWN).to_dict("records"):
        amounts = [row[key] for key in ("added_shortfall", "freed_shortfall")]
        shown = ["-" if pd.isna(value) else f"{from_steps(int(value), money):,}" for value in amounts]
        points = ["-" if pd.isna(value) else f"{value:,.0f}"
                  for value in (row["lost_points"], row["lost_at_least"])]  # fmt: skip
        how = words.text("list_methods", row["method"], language())
        table.add_row(f"{row['project']} {row['name']}", *points, *shown, how)
    console.print(table)
    _print_rest(console, len(found))
