"""The commands, put together."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from typer.core import TyperGroup

from allocator.cli.approve import approve
from allocator.cli.batch import batch
from allocator.cli.compare import compare
from allocator.cli.consoles import survive_any_encoding
from allocator.cli.evaluate import evaluate
from allocator.cli.exits import guarded
from allocator.cli.forms import forms
from allocator.cli.intake import collect, template
from allocator.cli.options import LangOption
from allocator.cli.records import audit, export, report, validate
from allocator.cli.roll import roll_over
from allocator.cli.run import run
from allocator.cli.sensitivity import sensitivity
from allocator.cli.start import generate, init, version
from allocator.i18n import _

COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "run": (run, _("Find a plan, audit it, and write tables, workbook and page.")),
    "batch": (
        batch,
        _("Solve many scenarios side by side into one folder, with one summary; goes on where it stopped."),
    ),
    "validate": (validate, _("Read a scenario and tell everything that is wrong or doubtful.")),
    "audit": (audit, _("Check a run again from its inputs alone.")),
    "approve": (approve, _("Approve an audited run: seal it, read-only, with a hash.")),
    "report": (report, _("Write workbook and page of a run again.")),
    "forms": (forms, _("Write the hand-in forms of a run, for the city or for each county.")),
    "roll": (roll_over, _("From a run and what really happened, make the scenario of the next year.")),
    "template": (template, _("Write the workbook that a county fills in.")),
    "collect": (collect, _("Merge the counties' tables into one register.")),
    "sensitivity": (sensitivity, _("Solve a scenario and its variants, and tell what changes the plan.")),
    "compare": (compare, _("Compare runs with the first one: inputs, goals, money, moves, debt.")),
    "evaluate": (evaluate, _("Audit, price and compare a list of estates from a county or a leader.")),
    "generate": (generate, _("Make a synthetic scenario with its register, of any size.")),
    "init": (init, _("Copy a shipped example, as a start for a scenario of your own.")),
    "export": (export, _("Write columns and rows of a scenario with readable names, for any other solver.")),
    "version": (version, _("Print the versions of the program and of what it solves with.")),
}
"""Commands with their help, in the order of ``allocator --help``."""


def start(arguments: Sequence[str]) -> None:
    """Run the command that ``arguments`` name; ends in SystemExit."""
    survive_any_encoding()
    command_group()(list(arguments), prog_name="allocator")


def command_group() -> TyperGroup:
    """The command line, with help in the language spoken when this module was imported."""
    commands = typer.Typer(
        name="allocator",
        help=_(
            "Which old estates to renovate in which year, and who pays every yuan of it: proven, audited, explained."
        ),
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    commands.callback()(_common)
    for name, (command, told) in COMMANDS.items():
        commands.command(name, help=told)(guarded(command))
    group = typer.main.get_command(commands)
    if not isinstance(group, TyperGroup):
        msg = "several commands make a group"
        raise TypeError(msg)
    return group


def _common(
    debug: Annotated[bool, typer.Option("--debug", help=_("Show the traceback of an error."))] = False,
    lang: LangOption = None,
) -> None:
    """Options before any command."""
    if debug:
        os.environ["ALLOCATOR_DEBUG"] = "1"
