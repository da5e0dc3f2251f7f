"""Find the table of a sheet: its headings, its unit, which rows are data, totals, notes, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from allocator.inputs.headings import accepted_units, normal
from allocator.inputs.intake.columns import (
    Found,
    HeadingReader,
    Path_,
    Spread,
    SpreadReader,
    heading_paths,
    unit_names,
)
from allocator.inputs.intake.explain import GIVEN
from allocator.inputs.intake.pages import Page
from allocator.inputs.intake.setting import Setting
from allocator.inputs.intake.words import IntakeWords
from allocator.inputs.register_sheets import SHEETS, Column, Sheet
from allocator.inputs.schemas.scenario import Money

SEARCHED_ROWS = 20
"""The headings must end among these first rows that are not blank."""
LEVELS = 3

Level = Literal["grand", "part", "either"]
"""``either``: a name with a word for totals behind it (温泉街道合计) may sum a block or everything."""

_LONGEST_TOTAL = 14
"""Letters of a name with a word for totals behind it; longer text is no total."""

_NUMBER_SIGNS = ("甲", "乙", "丙", "丁", "戊", "栏次", "栏次行")
_SECTION = re.compile(r"^(?:[一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十\d]+[)）])")
_SHEET_PREFIX = re.compile(r"^(?:附件|附表|表)?[\d一二三四五六七八九十]*[-—.、:_]*")
NUMBERING = {normal(word) for word in ("序号", "No.", "No", "编号No", "顺序号", "序")}


@dataclass(frozen=True)
class Field:
    """One column of a table: where it stands, and what it means."""

    position: int
    column: Column
    factor: Decimal
    states_unit: bool
    written: str
    """Heading as written, its levels joined."""
    spread: Spread | None = None
    """Set when the column names a work, gate or source beside an estate."""


@dataclass(frozen=True)
class Total:
    """A row of totals: grand ones sum all rows, part ones a block."""

    row: int
    level: Level


@dataclass
class Table:
    """The table of a sheet."""

    page: Page
    sheet: Sheet
    money_unit: str
    rate_unit: str
    """Units of amounts where none is stated."""
    fields: list[Field]
    paths: list[Path_]
    """Headings of all columns, by position."""
    top: int
    """First row of the headings."""
    bottom: int
    """Last row of the headings."""
    rows: list[int] = field(default_factory=list)
    """Rows of data."""
    totals: list[Total] = field(default_factory=list)
    breakdowns: list[int] = field(default_factory=list)
    """Rows that repeat a part of others (其中)."""
    sections: list[int] = field(default_factory=list)
    """Rows that head the rows below them."""
    notes: int = 0
    """How many lines of text stand around the table."""
    clashes: list[tuple[int, Column]] = field(default_factory=list)
    """Columns that mean the same as another one; none of them is taken."""

    def position(self, key: str) -> int | None:
        """Position of the column ``key`` of the register, or None."""
        return next((each.position for each in self.fields if each.column.key == key and not each.spread), None)


_Best = tuple[tuple[int, ...], Sheet, int, int, list[Path_]]
"""Rank, sheet, first and last row of the headings, and the headings."""


class TableFinder:
    """Finds the tables of any number of sheets."""

    def __init__(self, setting: Setting, words: IntakeWords) -> None:
        self._words = words
        self._money = setting.scenario.money
        self._readers = {sheet.key: HeadingReader(sheet, setting, words) for sheet in SHEETS}
        self._spreads = SpreadReader(setting, words)
        self._units = unit_names(setting, words)
        self._by_name = {
            normal(name): sheet for sheet in SHEETS for name in (sheet.zh, sheet.key, *words.sheet(sheet).also)
        }
        self._not_data = {normal(name) for name in words.not_data}
        self._counties = setting.scenario.counties

    def reader(self, sheet: Sheet) -> HeadingReader:
        """Reader of the headings of ``sheet``."""
        return self._readers[sheet.key]

    def is_data(self, page: Page) -> bool:
        """Whether a sheet can hold a table: it is not blank, and is none of the explanations."""
        return normal(page.name) not in self._not_data and any(
            any(str(cell).strip() for cell in row) for row in page.cells
        )

    def find(self, page: Page) -> Table | None:
        """The table of a sheet, or None when no row of it can be its headings."""
        named = self._named(page.name)
        best = (self._best(page, [named], named) if named else None) or self._best(page, SHEETS, None)
        if best is None:
            return None
        _rank, sheet, top, bottom, paths = best
        table = Table(page, sheet, self._money.unit, _rate_unit(self._money), [], paths, top, bottom)
        self._take_columns(table)
        self._classify(table)
        return table

    def _best(self, page: Page, sheets: Sequence[Sheet], named: Sheet | None) -> _Best | None:
        """Sheet of the register and rows of headings that fit best: most columns, then the first rows, most levels."""
        best: _Best | None = None
        for top, bottom in _spans(page):
            paths = _paths(page, top, bottom)
            for number, sheet in enumerate(sheets):
                score = self._score(sheet, self._columns_found(sheet, paths), sheet is named)
                if score is None:
                    continue
                rank = (*score, -bottom, bottom - top, -number)
                if best is None or rank > best[0]:
                    best = (rank, sheet, top, bottom, paths)
        return best

    def _columns_found(self, sheet: Sheet, paths: Sequence[Path_]) -> set[str]:
        reader = self._readers[sheet.key]
        found = {each.column.key for path in paths if path and (each := reader.column(path))}
        if sheet.key == "estates":
            spreads = [spread for path in paths if (spread := self._spread(sheet, path))]
            found |= {f"{spread.name}.{spread.found.column.key}" for spread in spreads}
        return found

    def _spread(self, sheet: Sheet, path: Path_) -> Spread | None:
        return self._spreads.spread(path) if path and sheet.key == "estates" else None

    def _score(self, sheet: Sheet, found: set[str], is_named: bool) -> tuple[int, int] | None:
        """How well columns fit a sheet: (columns, required columns); None when too badly."""
        required = {
            column.key for column in sheet.columns
            if column.required and column.refers != "county" and (sheet.key, column.key) not in GIVEN
        }  # fmt: skip
        fits = len(found & required)
        if len(found) < (1 if is_named else 2) or (not is_named and required and not fits):
            return None
        return (len(found), fits)

    def _named(self, name: str) -> Sheet | None:
        plain = normal(name)
        for county in self._counties:
            plain = plain.replace(normal(county), "")
        return self._by_name.get(plain) or self._by_name.get(_SHEET_PREFIX.sub("", plain).strip("()"))

    def _take_columns(self, table: Table) -> None:
        """Fields of the table, one per column of the register."""
        reader = self._readers[table.sheet.key]
        candidates: dict[str, list[tuple[int, Found, Spread | None]]] = {}
        for position, path in enumerate(table.paths):
            if not path or normal(path[-1]) in NUMBERING:
                continue
            found, spread = reader.column(path), None
            if found is None:
                spread = self._spread(table.sheet, path)
                found = spread.found if spread else None
            if found is not None:
                key = f"{spread.sheet.key}.{spread.name}.{found.column.key}" if spread else found.column.key
                candidates.setdefault(key, []).append((position, found, spread))
        units = self._table_units(table)
        for rivals in candidates.values():
            chosen = self._chosen(table, rivals)
            if chosen is None:
                table.clashes.extend((position, found.column) for position, found, _spread in rivals)
                continue
            position, found, spread = chosen
            factor, states = found.factor, found.states_unit
            if not states:
                accepted = accepted_units(found.column, self._money)
                unit = next((name for name in units if name in accepted), None) if found.column.kind != "rate" else None
                factor, states = (accepted[unit], True) if unit else (factor, False)
            written = "/".join(table.paths[position])
            table.fields.append(Field(position, found.column, factor, states, written, spread))
        table.fields.sort(key=lambda each: each.position)

    def _chosen(
        self, table: Table, rivals: list[tuple[int, Found, Spread | None]]
    ) -> tuple[int, Found, Spread | None] | None:
        """The one column among several of one meaning: the only plain one, or the one that is headed as the total."""
        if len(rivals) == 1:
            return rivals[0]
        grand = {normal(word) for word in self._words.rows.grand}
        plain = [each for each in rivals if len(table.paths[each[0]]) == 1]
        total = [each for each in rivals if any(normal(level) in grand for level in table.paths[each[0]])]
        for meant in (plain, total):
            if len(meant) == 1:
                return meant[0]
        return None

    def _table_units(self, table: Table) -> list[str]:
        """Units named in a line 单位:… above the headings, as the register names them."""
        units: list[str] = []
        for row in range(table.top):
            for column in range(len(table.page.cells[row])):
                text = normal(table.page.text(row, column))
                if "单位" not in text and "unit" not in text:
                    continue
                said = re.split(r"单位|unit", text)[-1]
                parts = re.split(r"[、,/;()\s]+", said)
                units += [self._units[part] for part in parts if part in self._units]
        return units

    def _classify(self, table: Table) -> None:
        """Sort the rows below the headings."""
        kinds = _Rows(table, self._words)
        for row in range(table.bottom + 1, len(table.page.cells)):
            kinds.take(row)
        table.notes += sum(not table.page.is_blank(row) for row in range(table.top))


class _Rows:
    """Tells what a row of a table is."""

    def __init__(self, table: Table, words: IntakeWords) -> None:
        self._table = table
        self._grand = {normal(word) for word in words.rows.grand}
        self._part = {normal(word) for word in words.rows.part}
        self._breakdown = tuple(normal(word) for word in words.rows.breakdown)
        notes = "|".join(sorted((re.escape(normal(word)) for word in words.rows.notes), key=len, reverse=True))
        self._note = re.compile(rf"^(?:{notes})(?:[:：\d、.(]|$)")
        self._positions = [each.position for each in table.fields]
        self._headings = {each.position: normal(table.paths[each.position][-1]) for each in table.fields}
        self._totals_free = {each.position for each in table.fields if each.column.kind == "year_or_total"}
        self._in_notes = False

    def take(self, row: int) -> None:
        """Add ``row`` to the list of its kind."""
        table = self._table
        texts = {column: table.page.text(row, column) for column in range(len(table.page.cells[row]))}
        texts = {column: text for column, text in texts.items() if text}
        if not texts or self._is_numbering(row, texts) or self._is_heading(texts):
            return
        first, word = next(iter(texts.items()))
        level = self._total_level(texts)
        if level:
            table.totals.append(Total(row, level))
        elif self._is_note(row, texts, word):
            table.notes += 1
        elif any(normal(text).startswith(self._breakdown) for text in list(texts.values())[:2]):
            table.breakdowns.append(row)
        elif len(texts) == 1 and self._is_wide(row, first):
            table.sections.append(row)
        elif any(self._has_value(row, position) for position in self._positions):
            table.rows.append(row)

    def _has_value(self, row: int, position: int) -> bool:
        """Whether a cell says something of its own: a merged range says it in its first row."""
        return bool(self._table.page.text(row, position)) or (row, position) in self._table.page.lost

    def _is_numbering(self, row: int, texts: dict[int, str]) -> bool:
        """1, 2, 3 … or 甲, 乙, 1, 2 … right below the headings."""
        if row != self._table.bottom + 1 or len(texts) < 3:
            return False
        figures = [text for text in map(normal, texts.values()) if text not in _NUMBER_SIGNS]
        counted = [str(number) for number in range(1, len(figures) + 1)]
        return figures in (counted, [f"({number})" for number in counted]) or (
            bool(figures) and figures == [chr(97 + number) for number in range(len(figures))]
        )

    def _is_heading(self, texts: dict[int, str]) -> bool:
        """The headings again, as at the top of a printed page."""
        again = [position for position, heading in self._headings.items() if normal(texts.get(position, "")) == heading]
        return len(again) >= 2 and 2 * len(again) >= len(self._headings)

    def _total_level(self, texts: dict[int, str]) -> Level | None:
        """Whether the first words of a row say that it is a total."""
        words = [text for column, text in texts.items() if column not in self._totals_free][:2]
        for text in words:
            plain = re.sub(r"[:(（].*$|\d+个.*$", "", normal(text))
            if plain in self._grand:
                return "grand"
            if len(plain) <= _LONGEST_TOTAL and plain.endswith(tuple(self._part)):
                return "part"
            if len(plain) <= _LONGEST_TOTAL and plain.endswith(tuple(self._grand)):
                return "either"
        return None

    def _is_note(self, row: int, texts: dict[int, str], word: str) -> bool:
        if self._note.match(normal(word)) and (len(texts) <= 3 or ":" in normal(word)):
            self._in_notes = True
            return True
        return self._in_notes and len(texts) <= 2 and not self._is_plain_row(row)

    def _is_plain_row(self, row: int) -> bool:
        return sum(self._has_value(row, position) for position in self._positions) >= 2

    def _is_wide(self, row: int, first: int) -> bool:
        """Whether the only text of a row stands in a merged range, or the row names a section."""
        anchors = self._table.page.anchors
        merged = sum(spot[0] == row and anchor == (row, first) for spot, anchor in anchors.items()) if anchors else 0
        return merged >= 2 or bool(_SECTION.match(self._table.page.text(row, first)))


def _rate_unit(money: Money) -> str:
    return next((name for name, value in money.other_units.items() if value == 1), money.currency)


def _spans(page: Page) -> Iterator[tuple[int, int]]:
    """First and last row of what may be the headings."""
    filled = [row for row in range(len(page.cells)) if not page.is_blank(row)][:SEARCHED_ROWS]
    for bottom in filled:
        for top in range(bottom, max(-1, bottom - LEVELS), -1):
            if top < bottom and not _may_head(page, top):
                break
            yield top, bottom


def _may_head(page: Page, row: int) -> bool:
    """Whether a row can be an upper level of headings: not blank, no title, no line of notes or units."""
    texts = {page.filled(row, column) for column in range(page.width)} - {""}
    return len(texts) > 1 and not any(normal(text).startswith(("单位", "填报", "unit")) for text in texts)


def _paths(page: Page, top: int, bottom: int) -> list[Path_]:
    rows = [[page.filled(row, column) for column in range(page.width)] for row in range(top, bottom + 1)]
    return heading_paths(rows)
