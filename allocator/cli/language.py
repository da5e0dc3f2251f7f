"""Which language the command line speaks, its help and the command framework's own words included."""

from __future__ import annotations

import gettext
import os
from collections.abc import Sequence
from enum import StrEnum

from allocator.i18n import LOCALE, use_language


class Language(StrEnum):
    """Languages of messages and reports."""

    zh = "zh"
    en = "en"


def wanted_language(arguments: Sequence[str]) -> Language:
    """Language asked for by ``--lang`` among ``arguments``, else by ALLOCATOR_LANG, else Chinese.

    It is looked up before the arguments are parsed, because the help texts and the parser's errors need it; a wrong
    value is left to the parser.
    """
    asked = os.environ.get("ALLOCATOR_LANG", "")
    for position, argument in enumerate(arguments):
        if argument == "--lang":
            asked = "".join(arguments[position + 1 : position + 2])
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    return Language.en if asked.lower().startswith("en") else Language.zh


def speak(language: Language) -> None:
    """Make this process speak ``language``: our messages, and the command framework's own."""
    use_language(language)
    # The framework takes its words from the process's default gettext domain, in the language of the environment.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("allocator", str(LOCALE))
    gettext.textdomain("allocator")


def _marked(message: str) -> str:
    """``message`` itself; the name marks it for extraction."""
    return message


N_ = _marked

FRAMEWORK_WORDS = (
    N_("Arguments"),
    N_("Options"),
    N_("Commands"),
    N_("Error"),
    N_("Aborted."),
    N_("[default: {}]"),
    N_("[required]"),
    N_("Missing command."),
    N_("No such command {name!r}."),
    N_("Try [blue]'{command_path} {help_option}'[/] for help."),
)
"""Words of the command framework that our catalogues translate; they are nowhere else in the code."""
