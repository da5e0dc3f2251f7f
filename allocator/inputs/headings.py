"""Headings and units of the register: how they are written, and what a written one means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz, process

from allocator.i18n import _
from allocator.inputs.register_sheets import Column, Sheet
from allocator.inputs.schemas.scenario import Money

AREA_UNITS = {
    "平方米": Decimal(1), "m2": Decimal(1), "sqm": Decimal(1), "万平方米": Decimal(10_000), "万m2": Decimal(10_000),
}  # fmt: skip
"""Square metres in one unit, by normalised name (㎡ and m² become m2)."""

_TRAILING_UNIT = re.compile(r"^(?P<name>.+?)\((?P<unit>[^()]*)\)$")
_NO_NAME = re.compile(r"[\s_*:]+")


@dataclass(frozen=True)
class Heading:
    """What a written heading means: the column, and the factor that brings its numbers to canonical units."""

    column: Column
    factor: Decimal


@dataclass(frozen=True)
class UnknownHeading:
    """Why a written heading means nothing, and the cure."""

    finding: str
    cure: str


def normal(text: str) -> str:
    """``text`` as compared: half width, lower case, without blanks, underscores, asterisks and colons."""
    return _NO_NAME.sub("", unicodedata.normalize("NFKC", text)).casefold()


def nearest(word: str, known: list[str]) -> str | None:
    """The name in ``known`` most like ``word``, or None when none is near."""
    plain = normal(word)
    names = {name: normal(name) for name in known}
    # in a word of two letters one wrong letter is half of it
    scorer, cutoff = (fuzz.ratio, 50) if len(plain) <= 4 else (fuzz.WRatio, 60)
    found = process.extractOne(plain, names, scorer=scorer, score_cutoff=cutoff)
    return str(found[2]) if found else None


def money_units(money: Money) -> dict[str, Decimal]:
    """Value in units of the currency, by normalised name of the money unit; the money unit itself comes first."""
    named = {money.unit: money.unit_value, **money.other_units}
    named.setdefault(money.currency, Decimal(1))
    return {normal(name): value for name, value in named.items()}


def heading(column: Column, money: Money, language: str) -> str:
    """Heading of ``column`` with its unit, in ``language`` (``zh`` or ``en``), as written to files."""
    unit = _written_unit(column, money, language)
    if language == "zh":
        return f"{column.zh}({unit})" if unit else column.zh
    return f"{column.key} ({unit})" if unit else column.key


def _written_unit(column: Column, money: Money, language: str) -> str:
    if column.kind == "money":
        return money.unit
    if column.kind == "rate":
        return next((name for name, value in money.other_units.items() if value == 1), money.currency)
    if language == "en":  # counts say what they count; only the area needs its unit
        return "m2" if column.unit == "平方米" else ""
    return column.unit


def read_heading(text: str, sheet: Sheet, money: Money) -> Heading | UnknownHeading:
    """Meaning of a written heading of ``sheet``, or what is wrong with it.

    Accepts the Chinese and the English name, in full or half width, with or without blanks, and with a unit in
    parentheses where the column has one.
    """
    columns = names_of_columns(sheet)
    found = known_heading(text, columns, money)
    if found is not None:
        return found
    split = _TRAILING_UNIT.match(normal(text))
    if split is None or split["name"] not in columns:
        near = nearest(text, [name for each in sheet.columns for name in (each.zh, each.key)])
        cure = _("did you mean {name!r}?").format(name=near) if near else _("remove the column")
        return UnknownHeading(_("unknown heading"), cure)
    units = accepted_units(columns[split["name"]], money)
    accepted = _("write one of: {names}").format(names=", ".join(units))
    cure = accepted if units else _("leave the unit out: this column has none")
    return UnknownHeading(_("unknown unit {unit!r}").format(unit=split["unit"]), cure)


def names_of_columns(sheet: Sheet) -> dict[str, Column]:
    """Columns of ``sheet`` by normalised Chinese and English name."""
    return {normal(name): column for column in sheet.columns for name in (column.zh, column.key)}


def known_heading(text: str, columns: Mapping[str, Column], money: Money) -> Heading | None:
    """Meaning of a written heading among ``columns`` (by normalised name), with or without a unit; None when none."""
    whole = normal(text)
    if whole in columns:
        return Heading(columns[whole], Decimal(1))
    split = _TRAILING_UNIT.match(whole)
    if split is None or split["name"] not in columns:
        return None
    factor = accepted_units(columns[split["name"]], money).get(split["unit"])
    return None if factor is None else Heading(columns[split["name"]], factor)


def accepted_units(column: Column, money: Money) -> dict[str, Decimal]:
    """Factor to the canonical unit, by normalised name of the units a heading of ``column`` may state.

    Canonical are: the money unit for ``money``, the currency for ``rate``, square metres, and plain counts.
    """
    if column.kind == "money":
        return {name: value / money.unit_value for name, value in money_units(money).items()}
    if column.kind == "rate":
        return money_units(money)
    if column.kind == "share":
        return {"%": Decimal("0.01")}
    if column.unit == "平方米":
        return AREA_UNITS
    if column.kind in ("year", "year_or_total"):
        return {"年": Decimal(1)}
    return {normal(column.unit): Decimal(1), f"万{normal(column.unit)}": Decimal(10_000)} if column.unit else {}
