"""Commands to begin with: ``init`` copies a shipped example, ``generate`` makes a synthetic one, ``version``."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Literal

import typer

from allocator import __version__
from allocator.cli.consoles import RESULTS
from allocator.cli.options import LangOption
from allocator.cli.scenarios import check_new, copy_example
from allocator.i18n import _
from allocator.inputs.synthetic import generate as generate_scenario

Example = Literal["teaching", "xianning-synthetic", "published-estates"]


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("New folder."))],
    example: Annotated[Example, typer.Option(help=_("Shipped example to copy."))] = "teaching",
    lang: LangOption = None,
) -> None:
    """Copy a shipped example, as a start for a scenario of your own."""
    scenario = copy_example(example, folder)
    RESULTS.print(_("Copied to {folder}. Next:").format(folder=folder), markup=False, soft_wrap=True)
    RESULTS.print(f"    allocator validate {scenario}\n    allocator run {scenario}", markup=False, soft_wrap=True)


def generate(
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("New folder."))],
    estates: Annotated[int, typer.Option(min=1, help=_("Number of estates."))] = 60,
    counties: Annotated[int, typer.Option(min=1, help=_("Number of counties."))] = 3,
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same files."))] = 1,
    lang: LangOption = None,
) -> None:
    """Make a synthetic scenario with its register, of any size."""
    check_new(out)
    scenario = generate_scenario(estates=estates, counties=counties, seed=seed, out=out)
    RESULTS.print(_("Made {scenario} (synthetic data).").format(scenario=scenario), markup=False, soft_wrap=True)


def version() -> None:
    """Print the versions of the program and of what it solves with."""
    parts = [f"{name} {version_of(name)}" for name in ("ortools", "pulp", "pandas", "numpy")]
    RESULTS.print(
        f"allocator {__version__} (Python {platform.python_version()}, {', '.join(parts)})",
        markup=False,
        soft_wrap=True,
    )
