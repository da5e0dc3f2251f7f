"""One cell's text as a value of its column's kind, exactly; what cannot be read says what was found and the cure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from allocator.i18n import _
from allocator.inputs.case import to_steps
from allocator.inputs.frames import EXACT_NUMBERS
from allocator.inputs.headings import Heading, nearest
from allocator.inputs.register_sheets import TOTAL
from allocator.inputs.schemas.scenario import Money

FIRST_YEAR, LAST_YEAR = 1900, 2200
MAX_STEPS = 2**53
"""Greatest amount, in steps: above it neither spreadsheets nor solvers keep whole numbers."""
FORMULA_START = re.compile(r"^'*[=+\-@\t\r]")
"""Text that a spreadsheet program would take for a formula when it opens a .csv file."""
MAX_COUNT = 10**9
MAX_SEVERITY = 3

_NUMBER = re.compile(
    r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[+-]?\d{1,2})?$|^[+-]?\.\d+(?:e[+-]?\d{1,2})?$", re.I
)
_YEAR = re.compile(r"^(\d{4})(?:\.0+)?(?:年度?)?$")
_DATE = re.compile(r"^(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:t.*)?$", re.I)
ID = re.compile(r"^[^\s\[\],|][^\[\],|]*$")
"""What can be an id, or stand for one."""
_IDS_SPLIT = re.compile(r"[|｜,，]")
_SIGNED = ("longitude", "latitude", *EXACT_NUMBERS)
"""``number`` columns that may be negative."""
_BETWEEN = {"longitude": (-180, 180), "latitude": (-90, 90), "severity": (0, MAX_SEVERITY)}


@dataclass(frozen=True)
class Unreadable:
    """Why a cell cannot be used, and the cure."""

    finding: str
    cure: str


Value = object
Parser = Callable[[str], "Value | Unreadable"]


def half_width(text: str) -> str:
    """``text`` in half width without any blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def parser(heading: Heading, money: Money) -> Parser:
    """Function from the text of a cell (not blank) to its canonical value, or to what is wrong with it."""
    column = heading.column
    parsers: dict[str, Parser] = {
        "text": lambda text: text,
        "id": _id,
        "ids": _ids,
        "bool": lambda text: _choice(text, heading),
        "choice": lambda text: _choice(text, heading),
        "year": _year,
        "year_or_total": lambda text: (
            TOTAL if half_width(text).casefold() in ("合计", "total", "总计") else _year(text)
        ),
        "date": _date,
        "share": lambda text: _share(text, heading.factor),
        "money": lambda text: _money(text, heading.factor, money),
        "rate": lambda text: _amount(text, heading.factor),
        "int": lambda text: _whole(text, heading),
        "number": lambda text: _plain_number(text, heading),
    }
    return parsers[column.kind]


def number(text: str) -> Decimal | Unreadable:
    """Exact number: full-width digits, thousands commas and stray blanks are accepted."""
    plain = half_width(text)
    if plain.startswith("="):
        return Unreadable(_("{found!r} is a formula as text").format(found=text), _("write the value itself"))
    if not _NUMBER.match(plain):
        return Unreadable(
            _("{found!r} is not a number").format(found=text), _("write digits only; the unit belongs in the heading")
        )
    return Decimal(plain.replace(",", ""))


def _amount(text: str, factor: Decimal) -> Decimal | Unreadable:
    found = number(text)
    if isinstance(found, Unreadable):
        return found
    if found < 0:
        return Unreadable(_("the amount {found} is negative").format(found=text), _("write 0 or more"))
    return found * factor


def _money(text: str, factor: Decimal, money: Money) -> int | Unreadable:
    found = _amount(text, factor)
    if isinstance(found, Unreadable):
        return found
    if found / money.step >= MAX_STEPS:
        finding = _("{found} is too large an amount").format(found=text)
        return Unreadable(finding, _("check the unit in the heading"))
    return to_steps(found, money)


def _whole(text: str, heading: Heading) -> int | Unreadable:
    found = number(text)
    if isinstance(found, Unreadable):
        return found
    value = found * heading.factor
    if value != value.to_integral_value():
        return Unreadable(_("{found!r} is not a whole number").format(found=text), _("write a whole number"))
    key = heading.column.key
    return _within(text, value, key) or (
        int(value)
        if value <= MAX_COUNT
        else Unreadable(_("{found} is too large").format(found=text), _("check the figure and its unit"))
    )


def _plain_number(text: str, heading: Heading) -> float | Decimal | Unreadable:
    found = number(text)
    if isinstance(found, Unreadable):
        return found
    key = heading.column.key
    value = found * heading.factor
    wrong = _within(text, value, key)
    if wrong is not None:
        return wrong
    return value if key in EXACT_NUMBERS else float(value)


def _within(text: str, value: Decimal, key: str) -> Unreadable | None:
    if key in _BETWEEN:
        low, high = _BETWEEN[key]
        if not low <= value <= high:
            finding = _("{found} is not between {low} and {high}").format(found=text, low=low, high=high)
            return Unreadable(finding, _("correct the value"))
    elif value < 0 and key not in _SIGNED:
        return Unreadable(_("{found} is negative").format(found=text), _("write 0 or more"))
    return None


def _share(text: str, factor: Decimal) -> Decimal | Unreadable:
    plain = half_width(text)
    percent = plain.endswith("%")
    found = number(plain.removesuffix("%"))
    if isinstance(found, Unreadable):
        return Unreadable(_("{found!r} is not a share").format(found=text), _("write 30% or 0.3"))
    value = found * (Decimal("0.01") if percent else factor)
    if not 0 <= value <= 1:
        return Unreadable(_("the share {found} is not between 0 and 1").format(found=text), _("write 30% or 0.3"))
    return value


def _year(text: str) -> int | Unreadable:
    plain = half_width(text)
    year = _YEAR.match(plain)
    dated = _DATE.match(plain)
    cure = _("write a year like 2025")
    if dated is not None and not _is_date(dated):
        return Unreadable(_("there is no date {found!r}").format(found=text), cure)
    found = year or dated
    if found is None:
        return Unreadable(_("{found!r} is not a year").format(found=text), cure)
    value = int(found[1])
    if not FIRST_YEAR <= value <= LAST_YEAR:
        limits = {"first": FIRST_YEAR, "last": LAST_YEAR}
        return Unreadable(_("the year {found} is not between {first} and {last}").format(found=value, **limits), cure)
    return value


def _date(text: str) -> str | Unreadable:
    dated = _DATE.match(half_width(text))
    cure = _("write a date like 2025-03-01")
    if dated is None or dated[3] is None:
        return Unreadable(_("{found!r} is not a date").format(found=text), cure)
    year = _year(text)
    if isinstance(year, Unreadable):
        return Unreadable(year.finding, cure)
    return f"{year:04d}-{int(dated[2]):02d}-{int(dated[3]):02d}"


def _is_date(dated: re.Match[str]) -> bool:
    """Whether month and day exist; days are counted as in a leap year."""
    days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    month, day = int(dated[2]), int(dated[3] or 1)
    return 1 <= month <= 12 and 1 <= day <= days[month - 1]


def _id(text: str) -> str | Unreadable:
    if not ID.match(text) or len(text) > 80 or not text.isprintable():
        cure = _("use at most 80 characters without brackets, commas, bars and line breaks")
        return Unreadable(_("{found!r} cannot be an id").format(found=text), cure)
    return text


def _ids(text: str) -> tuple[str, ...] | Unreadable:
    found = [_id(part.strip()) for part in _IDS_SPLIT.split(text) if part.strip()]
    wrong = next((each for each in found if isinstance(each, Unreadable)), None)
    return wrong or tuple(str(each) for each in found)


def _choice(text: str, heading: Heading) -> object:
    choices = {half_width(word).casefold(): value for word, value in heading.column.choices.items()}
    choices.update({value.casefold(): value for value in heading.column.choices.values()})
    found = choices.get(half_width(text).casefold())
    if found is None:
        words = list(heading.column.choices)
        near = nearest(text, words)
        cure = (
            _("did you mean {name!r}?").format(name=near)
            if near
            else _("write one of: {names}").format(names=", ".join(words))
        )
        return Unreadable(_("{found!r} is not one of the words for this column").format(found=text), cure)
    return found == "true" if heading.column.kind == "bool" else found
