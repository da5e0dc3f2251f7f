"""Messages in the user's language: gettext catalogues under ``allocator/locale``; English is the source."""

from __future__ import annotations

import gettext
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
"""Folder of the catalogues."""

_language = "zh"
_current: gettext.NullTranslations = gettext.translation("allocator", LOCALE, languages=["zh"], fallback=True)


def use_language(language: str) -> None:
    """Show messages in ``language`` (``zh`` or ``en``) from now on."""
    global _language, _current  # noqa: PLW0603 - one process speaks one language
    _language = language
    _current = gettext.translation("allocator", LOCALE, languages=[language], fallback=True)


def language() -> str:
    """Language messages are shown in at the moment."""
    return _language


def _(message: str) -> str:
    """``message`` in the user's language."""
    return _current.gettext(message)
