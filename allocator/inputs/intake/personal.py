"""Personal data in the counties' tables: found, and never kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from allocator.i18n import _

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}(\d{4})(\d{2})(\d{2})\d{3}[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")


def masked(cell: object) -> tuple[object, tuple[str, ...]]:
    """``cell`` without identity and mobile numbers, and the kinds found; the cell itself when it has none.

    Identity numbers have 18 digits with a date of birth in them, the last may be an X; mobile numbers have 11, divided
    or not. A number in a cell is looked at as text.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return cell, ()
    text = cell if isinstance(cell, str) else f"{cell:.0f}" if float(cell).is_integer() else ""
    if len(text) < 11:
        return cell, ()
    kinds: list[str] = []
    plain = unicodedata.normalize("NFKC", text)
    shown = _IDENTITY.sub(_replacement(kinds, _("identity number"), _is_birth), plain)
    shown = _MOBILE.sub(_replacement(kinds, _("telephone number"), lambda _found: True), shown)
    return (shown, tuple(dict.fromkeys(kinds))) if kinds else (cell, ())


def _replacement(
    kinds: list[str], kind: str, is_meant: Callable[[re.Match[str]], bool]
) -> Callable[[re.Match[str]], str]:
    def mask(found: re.Match[str]) -> str:
        if not is_meant(found):
            return found[0]
        kinds.append(kind)
        return f"[{kind}]"

    return mask


def _is_birth(found: re.Match[str]) -> bool:
    year, month, day = (int(part) for part in found.groups())
    return 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31
