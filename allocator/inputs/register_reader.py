"""Raw tables to canonical frames: every cell parsed, every reference resolved, every fault with its row."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.cells import Unreadable, parser
from allocator.inputs.frames import blank_value, empty_frame, looked_up, series
from allocator.inputs.headings import nearest
from allocator.inputs.raw_tables import RawTable
from allocator.inputs.register_sheets import SHEETS, Column, Sheet
from allocator.inputs.schemas.scenario import Money

MOST_ALIKE = 10
"""Problems of one kind shown for a column; the rest are counted."""


@dataclass
class Sheets:
    """Frames by sheet key, with the raw tables they came from (for the places of problems)."""

    frames: dict[str, pd.DataFrame]
    raw: Mapping[str, RawTable]
    problems: list[Problem] = field(default_factory=list)
    faulty: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    """Records with a cell that has a problem already, by sheet and column."""

    def add(self, sheet: str, key: str, records: Iterable[int], finding: str | Sequence[str], cure: str) -> None:
        """Note a problem at a column for each of ``records`` (row labels of the frame); many alike are counted."""
        at = list(records)
        if not at:
            return
        self.faulty.setdefault((sheet, key), set()).update(at)
        texts = [finding] * len(at) if isinstance(finding, str) else list(finding)
        table = self.raw[sheet]
        for record, text in list(zip(at, texts, strict=True))[:MOST_ALIKE]:
            self.problems.append(Problem(table.at(record, key), text, cure))
        if len(at) > MOST_ALIKE:
            more = _("and {count} more rows like these, down to row {row}")
            text = more.format(count=len(at) - MOST_ALIKE, row=table.rows[at[-1]])
            self.problems.append(Problem(table.at(at[MOST_ALIKE], key), text, cure))


class Names:
    """Ids with the other names they go by; finds the id that a written name means."""

    def __init__(self, ids: Iterable[str], labels: Mapping[str, Sequence[str]] | None = None) -> None:
        self.ids = list(dict.fromkeys(ids))
        self.labels = labels or {}
        self._exact = {name: name for name in self.ids}
        self._loose: dict[str, str | None] = {}
        for name in self.ids:
            for word in {loose(each) for each in (name, *self.labels.get(name, ())) if each}:
                self._loose[word] = name if self._loose.get(word, name) == name else None

    def find(self, written: str) -> str | None:
        """The id that ``written`` means: the id itself, or an id or label that no other shares."""
        return self._exact.get(written) or self._loose.get(loose(written))

    def cure(self, written: str) -> str:
        """Nearest name, or the known ones."""
        shown = [*self.ids, *(word for words in self.labels.values() for word in words if word)]
        near = nearest(written, shown)
        if near:
            return _("did you mean {name!r}?").format(name=near)
        few = ", ".join(self.ids[:10]) + (" …" if len(self.ids) > 10 else "")
        return _("known: {names}").format(names=few or _("none"))


def loose(text: str) -> str:
    """``text`` as names are compared: full-width forms, case and blanks count for nothing."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def read_sheets(tables: Sequence[RawTable], money: Money, layouts: Sequence[Sheet] = SHEETS) -> Sheets:
    """Parse all cells; frames have all columns in their dtypes, and rows labelled by record of the raw table.

    ``layouts`` are the sheets there may be, the register's unless others are given.

    Rows with a cell that cannot be read are kept with a blank in its place, so that other checks go on.
    """
    raw = {table.sheet.key: table for table in tables}
    sheets = Sheets({sheet.key: empty_frame(sheet) for sheet in layouts}, raw)
    for key, table in raw.items():
        sheets.frames[key] = pd.DataFrame(
            {column.key: _column(sheets, table, column, money) for column in table.sheet.columns}
        )
    for sheet in layouts:
        if sheet.required and sheet.key not in raw:
            finding = _("the sheet {name} is missing").format(name=f"{sheet.zh} ({sheet.key})")
            sheets.problems.append(Problem(_("register"), finding, _("add it; the register needs it")))
        elif sheet.required and not raw[sheet.key].rows:
            place = raw[sheet.key].place
            sheets.problems.append(Problem(place, _("the sheet has no rows"), _("fill it in; the register needs it")))
    return sheets


def _column(sheets: Sheets, table: RawTable, column: Column, money: Money) -> pd.Series[Any]:
    position = table.position(column.key)
    blank = _placeholder(column)
    if position is None:
        return series(column, [blank] * len(table.rows))
    cells = table.columns[position]
    parse = parser(table.headings[position], money)
    values: dict[str, object] = {text: parse(text) for text in set(cells) if text}
    wrong = {text: value for text, value in values.items() if isinstance(value, Unreadable)}
    for text, fault in wrong.items():
        records = [record for record, cell in enumerate(cells) if cell == text]
        sheets.add(table.sheet.key, column.key, records, fault.finding, fault.cure)
        values[text] = blank
    if column.required:
        empty = [record for record, cell in enumerate(cells) if not cell]
        sheets.add(table.sheet.key, column.key, empty, _("the cell is blank"), _("fill it in"))
    values[""] = blank
    return series(column, [values[cell] for cell in cells])


def _placeholder(column: Column) -> object:
    """Value of a blank cell; for required numbers 0, which is never used because the blank is a problem."""
    if column.required and column.kind in ("int", "money", "year", "year_or_total"):
        return 0
    return blank_value(column)


def check_duplicates(sheets: Sheets) -> None:
    """Note rows that share the columns that name a row; rows with a fault in these have their problem already."""
    for key, table in sheets.raw.items():
        keys = list(table.sheet.identity)
        frame = sheets.frames[key]
        if not keys:
            continue
        frame = frame[~frame.index.isin({record for each in keys for record in sheets.faulty.get((key, each), ())})]
        again = frame[frame.duplicated(keys)]
        first = frame.drop_duplicates(keys).reset_index(names="first_record")
        before = again[keys].merge(first[[*keys, "first_record"]], on=keys, how="left")["first_record"]
        text = _("{name} stands in row {row} already")
        findings = [
            text.format(name=" / ".join(str(value) for value in values), row=table.rows[record])
            for values, record in zip(again[keys].itertuples(index=False, name=None), before, strict=True)
        ]
        sheets.add(key, keys[0], again.index, findings, _("remove or rename one of the two"))


def resolve(sheets: Sheets, sheet: str, key: str, names: Names, what: str) -> None:
    """Replace written names in a column of ids by the ids they mean; ``what`` names their kind in messages.

    Blank cells stay blank. Names that mean nothing are problems and become blank.
    """
    frame = sheets.frames[sheet]
    if frame.empty:
        return
    written = frame[key]
    several = len(written) > 0 and isinstance(written.iloc[0], tuple)
    words = {word for value in set(written) for word in (value if several else (value,)) if word}
    found = {word: names.find(word) for word in words}
    found[""] = ""
    for word in sorted(word for word, meant in found.items() if meant is None):
        is_here = written.map(lambda value, word=word: word in value) if several else written == word
        finding = _("there is no {what} {found!r}").format(what=what, found=word)
        sheets.add(sheet, key, frame.index[is_here.astype(bool)], finding, names.cure(word))
        found[word] = ""
    if several:
        meant = [tuple(found[word] or "" for word in value if found[word]) for value in written]
        frame[key] = pd.Series(meant, index=frame.index, dtype="object")
    else:
        frame[key] = looked_up(written, {word: meant or "" for word, meant in found.items()})
