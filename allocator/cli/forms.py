"""``allocator forms``: the hand-in set of a run, for the city or county by county."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.consoles import RESULTS
from allocator.cli.notices import print_left_out
from allocator.cli.options import AudienceOption, LangOption, RunArgument
from allocator.cli.records import read_whole
from allocator.i18n import _, language
from allocator.plan.seal import refuse_sealed
from allocator.reporting.forms import SUBMITTED, write_forms


def forms(
    run: RunArgument,
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Folder for the forms."))],
    form: Annotated[
        list[str] | None, typer.Option(metavar="ID", help=_("Form to write; may be given again (default: all)."))
    ] = None,
    per_county: Annotated[
        bool, typer.Option("--per-county", help=_("One file for each county, with its own figures."))
    ] = False,
    audience: AudienceOption = SUBMITTED,
    against: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help=_("Run to compare with, for 与上稿对比表."), exists=True, file_okay=False),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Write the forms of a run that are handed in: one workbook, or one for each county."""
    refuse_sealed(out)
    kept = read_whole(run)
    before = read_whole(against) if against else None
    out.mkdir(parents=True, exist_ok=True)
    for file in write_forms(kept, out, language(), audience, wanted=form or (), per_county=per_county, against=before):
        RESULTS.print(str(file), markup=False, soft_wrap=True)
    print_left_out(kept, audience)
