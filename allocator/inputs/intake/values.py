"""One cell as counties write it: the register's value, what was done to get it, and what is doubtful about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from allocator.i18n import _
from allocator.inputs.cells import FIRST_YEAR, LAST_YEAR, Unreadable, half_width, number, parser
from allocator.inputs.headings import Heading, accepted_units
from allocator.inputs.intake.columns import unit_names
from allocator.inputs.intake.remarks import Rule
from allocator.inputs.intake.setting import Setting
from allocator.inputs.intake.tables import Field
from allocator.inputs.intake.words import IntakeWords
from allocator.inputs.register_sheets import Column, Sheet
from allocator.inputs.workbook_files import cell_text

FIRST_SERIAL, LAST_SERIAL = 10_000, 80_000
"""Serial numbers of dates from 1927 to 2119; numbers between them are no years."""
_SERIAL_ZERO = 693_594
"""Ordinal of the day that a spreadsheet counts as 0."""
_FIGURES = ("int", "number", "money", "rate", "share")
_FIGURE = re.compile(r"^([+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?)(.*)$")
_FOUR_DIGITS = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_UNIT_LEFT_OUT = re.compile(r"^[a-zA-Z\u4e00-\u9fff]{1,4}[23]?$")


@dataclass(frozen=True)
class Reading:
    """What a cell says."""

    value: object = None
    """Canonical, as in the register's frames; None when blank or unreadable."""
    rules: tuple[Rule, ...] = ()
    """What was done to it; empty when it is taken as it stands."""
    fault: Unreadable | None = None
    """Why it cannot be read."""
    doubt: Unreadable | None = None
    """What is to be confirmed about it."""
    amount: Decimal | None = None
    """A figure before it is rounded, in the register's unit: totals are compared with it."""


class CellReader:
    """Reads the cells of one column of a table."""

    def __init__(self, sheet: Sheet, field: Field, setting: Setting, words: IntakeWords, *, is_typed: bool) -> None:
        self._column = field.column
        self._field = field
        self._money = setting.scenario.money
        self._words = words.cells
        self._is_typed = is_typed
        self._none = {_squeezed(word) for word in words.cells.none}
        self._units = _cell_units(field, setting, words)
        self._choices = _choice_words(sheet, field.column, words)
        self._known: dict[tuple[type, object], Reading] = {}

    def read(self, cell: object) -> Reading:
        """Meaning of a cell; a blank one has no value and nothing wrong with it."""
        key = (type(cell), cell)
        if key not in self._known:
            self._known[key] = self._read(cell)
        return self._known[key]

    def _read(self, cell: object) -> Reading:
        text = cell_text(cell)
        if not text:
            return Reading()
        if _squeezed(text) in self._none:
            return Reading(rules=("none",))
        if self._column.kind in _FIGURES:
            return self._figure(cell, text)
        by_kind: dict[str, Callable[[str], Reading]] = {
            "year": self._year, "year_or_total": self._year, "bool": self._choice, "choice": self._choice,
            "id": self._id, "ids": self._id, "date": self._date,
        }  # fmt: skip
        return by_kind.get(self._column.kind, Reading)(text)

    def _parsed(self, text: str, factor: Decimal = Decimal(1)) -> object:
        return parser(Heading(self._column, factor), self._money)(text)

    def _figure(self, cell: object, text: str) -> Reading:
        rules: list[Rule] = []
        plain = unicodedata.normalize("NFKC", text)
        if plain != text:
            rules.append("full_width")
        squeezed = "".join(plain.split())
        if squeezed != plain:
            rules.append("blanks")
        figure, factor, doubt = self._parts(squeezed, rules)
        if "," in figure:
            rules.append("commas")
        value = self._parsed(figure, factor)
        if isinstance(value, Unreadable):
            return Reading(rules=(), fault=_about(value, text, figure))
        amount = self._amount(figure, factor)
        if factor != 1 and "unit" not in rules and self._column.kind != "share":
            rules.append("unit")
        if self._column.kind == "money" and amount % self._money.step:
            rules.append("rounded")
        if self._is_typed and isinstance(cell, str) and not rules and self._column.kind != "share":
            rules.append("text_number")
        return Reading(value, tuple(rules), doubt=doubt, amount=amount)

    def _amount(self, figure: str, factor: Decimal) -> Decimal:
        found = number(figure.removesuffix("%"))
        return found * factor if isinstance(found, Decimal) else Decimal(0)

    def _parts(self, squeezed: str, rules: list[Rule]) -> tuple[str, Decimal, Unreadable | None]:
        """Figure, factor to the register's unit, and the doubt that a word like 约 leaves."""
        text, is_about = self._without_about(squeezed)
        doubt = _inexact(squeezed) if is_about else None
        factor = self._field.factor
        found = _FIGURE.match(text)
        tail = found[2] if found else ""
        if found and tail and not (self._column.kind == "share" and tail == "%"):
            if tail in self._units:
                text, factor = found[1], self._units[tail]
                rules.append("unit")
            elif self._column.kind == "number" and not self._column.unit and _UNIT_LEFT_OUT.match(tail):
                text = found[1]
                rules.append("unit_left_out")
                doubt = doubt or Unreadable(
                    _("the unit {unit!r} was left out").format(unit=tail), _("see that it is the unit of the work")
                )
        if is_about:
            rules.append("about")
        return text, factor, doubt

    def _without_about(self, text: str) -> tuple[str, bool]:
        """``text`` without the words that make a figure inexact, and whether there were any."""
        rest = text
        for word in sorted(self._words.about_before, key=len, reverse=True):
            if rest.startswith(word):
                rest = rest.removeprefix(word)
        for word in sorted(self._words.about_after, key=len, reverse=True):
            if rest.endswith(word):
                rest = rest.removesuffix(word)
        found = _FIGURE.match(rest)
        if found and found[2]:  # 120余户: the word stands between figure and unit
            for word in self._words.about_after:
                if found[2].startswith(word):
                    rest = found[1] + found[2].removeprefix(word)
        return rest, rest != text

    def _year(self, text: str) -> Reading:
        plain = half_width(text)
        if re.fullmatch(r"\d{5}(?:\.\d+)?", plain) and FIRST_SERIAL <= float(plain) <= LAST_SERIAL:
            return Reading(_year_of(int(float(plain))), ("serial",))
        value = self._parsed(text)
        if isinstance(value, int):
            if re.fullmatch(r"\d{4}(?:\.0+)?", plain) or value == 0:
                return Reading(value, ("full_width",) if plain != text.strip() else ())
            return Reading(value, ("date",))
        years = _FOUR_DIGITS.findall(plain)
        rest = _FOUR_DIGITS.sub("", plain)
        if len(years) != 1 or re.search(r"\d", rest) or "年代" in rest or not FIRST_YEAR <= int(years[0]) <= LAST_YEAR:
            return Reading(fault=value if isinstance(value, Unreadable) else None)
        return Reading(int(years[0]), ("year_in_words",), doubt=_inexact(text))

    def _date(self, text: str) -> Reading:
        value = self._parsed(text)
        return Reading(fault=value) if isinstance(value, Unreadable) else Reading(value)

    def _choice(self, text: str) -> Reading:
        value = self._parsed(text)
        if not isinstance(value, Unreadable):
            return Reading(value)
        other = self._choices.get(_squeezed(text))
        return Reading(fault=value) if other is None else Reading(self._parsed(other), ("word",))

    def _id(self, text: str) -> Reading:
        """Ids of the county in half width; names of works, sources and estates are compared without regard to it."""
        own = self._column.kind == "id" and not self._column.refers
        plain = " ".join(unicodedata.normalize("NFKC", text).split()) if own else text
        value = self._parsed(plain)
        if isinstance(value, Unreadable):
            return Reading(fault=value)
        return Reading(value, ("full_width",) if plain != text else ())


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def _inexact(text: str) -> Unreadable:
    return Unreadable(_("{found!r} is not exact").format(found=text), _("write the exact figure, or confirm this one"))


def _about(fault: Unreadable, text: str, figure: str) -> Unreadable:
    """``fault``, telling the cell as it stands rather than the part that was read."""
    return fault if figure == text else Unreadable(fault.finding.replace(repr(figure), repr(text)), fault.cure)


def _year_of(serial: int) -> int:
    """Year of a date's serial number (1 is 1 January 1900, and 1900 is taken for a leap year)."""
    return date.fromordinal(serial + _SERIAL_ZERO).year


def _cell_units(field: Field, setting: Setting, words: IntakeWords) -> dict[str, Decimal]:
    """Factor to the register's unit, by unit as it may stand behind a figure."""
    column, money = field.column, setting.scenario.money
    units = dict(accepted_units(column, money))
    aliases = {other: name for other, name in unit_names(setting, words).items() if name in units}
    units.update({other: units[name] for other, name in aliases.items()})
    if column.kind in ("money", "rate"):
        unit_value = money.unit_value if column.kind == "money" else Decimal(1)
        units.update({"万": Decimal(10_000) / unit_value, "亿": Decimal(100_000_000) / unit_value})
    elif column.kind in ("int", "number") and column.unit:
        units["万"] = Decimal(10_000)
    return {unicodedata.normalize("NFKC", name): factor for name, factor in units.items()}


def _choice_words(sheet: Sheet, column: Column, words: IntakeWords) -> dict[str, str]:
    """Value by squeezed word, besides the register's own words."""
    known = {_squeezed(word): value for value, others in words.column(sheet, column).values.items() for word in others}
    if column.kind == "bool":
        known.update({_squeezed(word): "true" for word in words.cells.yes})
        known.update({_squeezed(word): "false" for word in words.cells.no})
    return known


def is_added_up(column: Column) -> bool:
    """Whether figures of a column may be summed: amounts and counts, not years, shares, unit costs or places."""
    return (
        column.kind == "money" or (column.kind in ("int", "number") and bool(column.unit)) or column.key == "quantity"
    )
