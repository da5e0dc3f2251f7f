"""Messages and their catalogue cannot drift apart."""

from __future__ import annotations

import gettext
import io
import string
from pathlib import Path
from typing import BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from allocator.i18n import LOCALE

CATALOGUE = LOCALE / "zh" / "LC_MESSAGES" / "allocator.po"
PACKAGE = Path(__file__).resolve().parents[1] / "allocator"


def _catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file)


def _messages_in_code() -> set[str]:
    return {str(message) for _file, _line, message, _comments, _context in extract_from_dir(str(PACKAGE))}


def _placeholders(text: str) -> set[str | None]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def test_every_message_is_translated() -> None:
    """Whatever the code says in English, it says in Chinese; run .ci/messages to see what is missing."""
    translated = {str(message.id) for message in _catalogue() if message.id and message.string and not message.fuzzy}
    assert sorted(_messages_in_code() - translated) == []


def test_no_translation_is_left_over() -> None:
    """A message that is gone takes its translation with it."""
    assert sorted({str(message.id) for message in _catalogue() if message.id} - _messages_in_code()) == []


def test_translations_keep_their_placeholders() -> None:
    """A translation shows the same figures as the message."""
    pairs = [(str(message.id), str(message.string)) for message in _catalogue() if message.id]
    assert [pair for pair in pairs if _placeholders(pair[0]) != _placeholders(pair[1])] == []


def test_compiled_catalogue_is_up_to_date() -> None:
    """The .mo file says what the .po file says."""
    compiled = io.BytesIO()
    write_mo(compiled, _catalogue())
    compiled.seek(0)
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        assert _entries(file) == _entries(compiled)


def _entries(file: BinaryIO) -> dict[str, str]:
    """Messages of a compiled catalogue, without its header."""
    entries: dict[str, str] = vars(gettext.GNUTranslations(file))["_catalog"]
    return {message: translation for message, translation in entries.items() if message}
