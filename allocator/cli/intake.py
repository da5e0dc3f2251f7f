"""Commands on the counties' tables: ``template`` writes one to fill in, ``collect`` merges what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.consoles import RESULTS
from allocator.cli.options import LangOption
from allocator.cli.scenarios import check_free, find_scenario
from allocator.files import file_name, scratch_folder
from allocator.i18n import _, language
from allocator.inputs.intake.setting import read_setting
from allocator.inputs.intake.template import template as template_content
from allocator.inputs.intake.words import load_intake_words

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
