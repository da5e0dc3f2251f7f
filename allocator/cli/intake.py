"""Commands on the counties' tables: ``template`` writes one to fill in, ``collect`` merges what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from allocator.cli.consoles import ERRORS, RESULTS, print_json
from allocator.cli.exits import Exit
from allocator.cli.options import JsonOption, LangOption, QuietOption
from allocator.cli.scenarios import check_free, check_new, find_scenario
from allocator.errors import Problem, ScenarioError
from allocator.files import file_name, move_folder, scratch_folder
from allocator.i18n import _, language
from allocator.inputs.intake.merge import Collected
from allocator.inputs.intake.merge import collect as collect_tables
from allocator.inputs.intake.setting import read_setting
from allocator.inputs.intake.summary import document, summaries
from allocator.inputs.intake.template import template as template_content
from allocator.inputs.intake.words import load_intake_words
from allocator.inputs.intake.written import RETURNED, ids_of, write_collected

ScenarioOption = Annotated[
    str,
    typer.Option("--scenario", metavar="SCENARIO", help=_("Scenario whose counties, works, sources and units count.")),
]
DEFAULT = "xianning-synthetic"


def template(
    county: Annotated[str, typer.Option("--county", metavar="NAME", help=_("County that fills it in."))],
    scenario: ScenarioOption = DEFAULT,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("File to write (default: <county>-填报表.xlsx)."))
    ] = None,
    lang: LangOption = None,
) -> None:
    """Write the workbook that a county fills in."""
    setting = read_setting(find_scenario(scenario))
    name = setting.county(county)
    path = out or Path(f"{file_name(name)}-填报表.xlsx")
    check_free(path)
    content = template_content(name, setting, load_intake_words(), language())
    with scratch_folder(path) as beside:
        written = beside / path.name
        written.write_bytes(content)
        written.replace(path)
    RESULTS.print(str(path), markup=False, soft_wrap=True)


def collect(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=_("Folder with the counties' files."), exists=True, file_okay=False)
    ],
    scenario: ScenarioOption = DEFAULT,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR2", help=_("New folder for register, origins and lists."))],
    before: Annotated[
        Path | None, typer.Option(metavar="DIR3", help=_("Earlier collection, whose ids of estates are kept."))
    ] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Merge the counties' tables into one register; what they have to correct is listed for each."""
    check_new(out)
    if out.resolve().is_relative_to(folder.resolve()):
        finding = _("this lies in the folder that is collected")
        raise ScenarioError([Problem(str(out), finding, _("choose a folder beside it"))])
    setting = read_setting(find_scenario(scenario))
    known = ids_of(before, setting) if before else {}

    def tell(name: str) -> None:
        if not (quiet or as_json):
            ERRORS.print(_("reading {file}").format(file=name), markup=False, soft_wrap=True)

    collected = collect_tables(folder, setting, load_intake_words(), known, tell)
    with scratch_folder(out) as beside:  # the result appears whole, or not at all
        written = beside / out.name
        write_collected(collected, written, language())
        if out.exists():
            out.rmdir()
        move_folder(written, out)
    if as_json:
        print_json(document(collected))
    else:
        _show(collected, out, quiet=quiet)
    if collected.log.remarks:
        raise typer.Exit(Exit.BAD_INPUT)


def _show(collected: Collected, out: Path, *, quiet: bool) -> None:
    """A table by county, and whether something has to go back."""
    if not quiet:
        table = Table(box=None, pad_edge=False, header_style="bold")
        headings = (_("County"), _("Rows read"), _("Entered"), _("Converted"), _("Correct"), _("Confirm"), _("Totals"),
                    _("Personal"))  # fmt: skip
        for position, heading in enumerate(headings):
            table.add_column(heading, justify="left" if position == 0 else "right", overflow="fold")
        for each in summaries(collected):
            figures = (each.rows, each.entered, each.conversions, each.must, each.check)
            totals = f"{each.totals_held}/{each.totals_compared}"
            table.add_row(each.county, *(f"{figure:,}" for figure in figures), totals, str(each.personal))
        RESULTS.print(table)
    RESULTS.print(_("Files: {folder}").format(folder=out), markup=False, soft_wrap=True)
    if collected.log.remarks:
        text = _("{count:,} remarks have to go back to the counties: {folder}")
        told = text.format(count=len(collected.log.remarks), folder=out / RETURNED)
        ERRORS.print(told, markup=False, soft_wrap=True)
