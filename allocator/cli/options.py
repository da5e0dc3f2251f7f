"""Arguments and options that several commands share; read after the language is known, see ``allocator.cli.main``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.language import Language
from allocator.i18n import _
from allocator.reporting.audience import Audience

ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help=_("Scenario file, or the name of a shipped scenario."))
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help=_("Run folder."), exists=True, file_okay=False)]
LangOption = Annotated[
    Language | None, typer.Option("--lang", help=_("Language of messages and reports (default zh, or ALLOCATOR_LANG)."))
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("Print only JSON."))]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help=_("Print only the run folder, and what went wrong."))]
AudienceOption = Annotated[
    Audience,
    typer.Option(
        "--audience",
        help=_("For whom: 公示 (without points, gaps and debt), 内部 (everything) or 上报 (higher levels)."),
    ),
]
SolverOption = Annotated[
    str | None, typer.Option("--solver", metavar="NAME", help=_("highs, scip, or any solver PuLP finds (cbc …)."))
]
GapOption = Annotated[
    float | None, typer.Option("--gap", metavar="SHARE", min=0, help=_("Stop at this gap; 0.001 means 0.1 %."))
]
