"""What a county's headings mean: one to three levels of headings, other names, units, works as columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from allocator.i18n import _
from allocator.inputs.headings import accepted_units, known_heading, money_units, names_of_columns, nearest, normal
from allocator.inputs.intake.setting import Setting
from allocator.inputs.intake.words import IntakeWords
from allocator.inputs.register_reader import Names
from allocator.inputs.register_sheets import SHEET, Column, Sheet

Path_ = tuple[str, ...]
"""Texts of a column's heading cells from top to bottom, each once."""

SPREADS = (
    ("policy.works", "items", "work", "cost"),
    ("policy.gates", "gates", "gate", "state"),
    ("policy.sources", "pledges", "source", "amount"),
)
"""What may stand side by side in columns beside an estate: names of, sheet, column of the name, column of the value."""

_BRACKET = re.compile(r"^(?P<name>.+?)\((?P<unit>[^()]*)\)$")
_MARKS = re.compile(r"^[★☆●※◎▲]+|[★☆●※◎▲]+$")
_LONGEST = 60
"""Letters of a heading; longer text is none."""
_NUMBERED = re.compile(r"^[(（]?[一二三四五六七八九十\d]+[)）]?[、.．]")


@dataclass(frozen=True)
class Found:
    """The column of the register that a heading means."""

    column: Column
    factor: Decimal
    """Brings figures to the register's unit."""
    states_unit: bool
    written: str


@dataclass(frozen=True)
class Spread:
    """A work, gate or source that stands as a column (or several) beside its estate."""

    sheet: Sheet
    name_column: str
    name: str
    """As written; leads to one entry of the policy model."""
    found: Found
    """Which of the sheet's columns this one holds."""


class HeadingReader:
    """Reads headings of one sheet of the register, with the words counties use."""

    def __init__(self, sheet: Sheet, setting: Setting, words: IntakeWords) -> None:
        self.sheet = sheet
        self.money = setting.scenario.money
        self._columns = {
            normal(name): column for column in sheet.columns for name in words.column(sheet, column).also
        } | names_of_columns(sheet)
        self._grand = {normal(word) for word in words.rows.grand}
        self._read: dict[str, Found | None] = {}
        self._unit_names = unit_names(setting, words)

    def column(self, path: Path_) -> Found | None:
        """Meaning of a heading of one or more levels, or None."""
        found = next((each for text in self._texts(path) if (each := self._one(text))), None)
        if found is None or found.states_unit:
            return found
        for level in path[:-1]:  # a unit stated above counts for the columns below
            split = _BRACKET.match(normal(level))
            factor = self._factor(found.column, split["unit"]) if split else None
            if factor is not None:
                return Found(found.column, factor, states_unit=True, written=found.written)
        return found

    def nearest(self, path: Path_) -> str:
        """Heading of the register most like this one, empty when none is near."""
        plain = [_plain(level) for level in path]
        known = [column.zh for column in self.sheet.columns]
        return next((near for level in reversed(plain) if (near := nearest(level, known))), "")

    def _texts(self, path: Path_) -> Sequence[str]:
        """Texts that a path may be read as, the likeliest first."""
        last = path[-1]
        if len(path) == 1:
            return [last]
        above = path[-2]
        if normal(last).strip("()") in self._unit_names:
            return [f"{above}({normal(last).strip('()')})"]
        if normal(last) in self._grand:
            return [above]
        return [last, f"{above}{last}", "".join(path)]

    def _one(self, text: str) -> Found | None:
        if len(text) > _LONGEST:
            return None
        if text not in self._read:
            self._read[text] = self._looked_up(text)
        return self._read[text]

    def _looked_up(self, text: str) -> Found | None:
        cleaned = _MARKS.sub("", _NUMBERED.sub("", _MARKS.sub("", text.strip())))
        for written in (text, cleaned, self._with_known_unit(cleaned)):
            read = known_heading(written, self._columns, self.money)
            if read is not None:
                return Found(read.column, read.factor, normal(written) not in self._columns, text)
        return None

    def _with_known_unit(self, text: str) -> str:
        """``text`` with its unit as the register writes it: 投资/万元, 投资(单位:万元) and 面积(平米) are read too."""
        plain = normal(text).replace("(单位", "(")
        split = _BRACKET.match(plain)
        if split:
            return f"{split['name']}({self._unit_names.get(split['unit'], split['unit'])})"
        for unit in sorted(self._unit_names, key=len, reverse=True):
            name = plain.removesuffix(unit).rstrip("/,、-")
            if plain.endswith(unit) and name in self._columns:
                return f"{name}({self._unit_names[unit]})"
        return text

    def _factor(self, column: Column, unit: str) -> Decimal | None:
        return accepted_units(column, self.money).get(self._unit_names.get(unit, unit))


def _plain(text: str) -> str:
    """Heading without its bracket."""
    split = _BRACKET.match(normal(text))
    return split["name"] if split else normal(text)


def unit_names(setting: Setting, words: IntakeWords) -> dict[str, str]:
    """Normalised name of every unit a county may write -> the register's (normalised) name of it."""
    units = {name: name for name in money_units(setting.scenario.money)}
    for sheet in SHEET.values():
        for column in sheet.columns:
            units.update({name: name for name in accepted_units(column, setting.scenario.money)})
    for name, others in words.cells.units.items():
        units.update({normal(other): normal(name) for other in others})
    return units


class SpreadReader:
    """Reads headings that name a work, a gate or a source, beside an estate."""

    def __init__(self, setting: Setting, words: IntakeWords) -> None:
        self._parts = [
            (setting.names(refers.removeprefix("policy.")), SHEET[key], name, value)
            for refers, key, name, value in SPREADS
        ]
        self._readers = {key: HeadingReader(SHEET[key], setting, words) for _refers, key, _name, _value in SPREADS}

    def spread(self, path: Path_) -> Spread | None:
        """Meaning of a heading one of whose levels names a work, gate or source; None when none does."""
        for names, sheet, name_column, value in self._parts:
            level = next((text for text in path if _named(names, text)), None)
            if level is None:
                continue
            named = _named(names, level)
            rest = tuple(text for text in path[path.index(level) + 1 :])
            reader = self._readers[sheet.key]
            found = reader.column((*path[: path.index(level)], *rest)) if rest else None
            if found is None and not rest:
                found = self._value(sheet, value, path, level, reader)
            if found is not None and found.column.key not in (name_column, *sheet.identity):
                return Spread(sheet, name_column, named, found)
        return None

    def _value(self, sheet: Sheet, key: str, path: Path_, level: str, reader: HeadingReader) -> Found:
        """The column a heading holds that names the work alone, with the unit stated in it or above it."""
        column = next(each for each in sheet.columns if each.key == key)
        for text in (level, *reversed(path[: path.index(level)])):
            split = _BRACKET.match(normal(text))
            read = reader.column((f"{column.zh}({split['unit']})",)) if split else None
            if read is not None:
                return Found(column, read.factor, states_unit=True, written=level)
        return Found(column, Decimal(1), states_unit=False, written=level)


def _named(names: Names, text: str) -> str:
    """What ``text`` names, with or without a unit in brackets; empty when nothing."""
    split = _BRACKET.match(normal(text))
    return next((each for each in (text, split["name"] if split else "") if each and names.find(each)), "")


def heading_paths(rows: Sequence[Sequence[str]]) -> list[Path_]:
    """Path of every column from its heading cells in ``rows`` (merged ranges filled): blanks and repeats left out."""
    paths = []
    for levels in zip(*rows, strict=True):
        path: list[str] = []
        for level in levels:
            text = " ".join(level.split())
            if text and (not path or path[-1] != text):
                path.append(text)
        paths.append(tuple(path))
    return paths


def unknown_heading(path: Path_) -> str:
    """A path as shown in messages."""
    return "/".join(path) or _("(no heading)")
