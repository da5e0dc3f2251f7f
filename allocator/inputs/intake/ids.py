"""Ids across counties: missing ones are given, clashing ones told apart, names looked up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from allocator.i18n import _
from allocator.inputs.headings import normal
from allocator.inputs.intake.records import Record
from allocator.inputs.intake.remarks import Log, Rule
from allocator.inputs.register_reader import Names
from allocator.inputs.register_sheets import SHEET, SHEETS

Records = Mapping[str, Sequence[Record]]
"""Records by sheet of the register."""

_NUMBERED = re.compile(r"^(.*?)(\d+)$")
_DIGITS = 4
_FILE = "file:"
REFERRED = tuple(sheet.key for sheet in SHEETS if len(sheet.identity) == 1)
"""Sheets whose rows have an id that other sheets name."""


def number_estates(estates: Sequence[Record], before: Mapping[tuple[str, str], str], log: Log) -> None:
    """Give an id to estates without one: the county's commonest prefix and a running number.

    Parameters
    ----------
    estates
        All counties' estates, in the order of files, sheets and rows: the same tables give the same ids.
    before
        Ids of an earlier collection by (county, normalised name): they are kept, whatever the order is now.
    """
    taken = {each.text("estate") for each in estates if each.text("estate")} | set(before.values())
    by_county: dict[str, list[Record]] = {}
    for each in estates:
        by_county.setdefault(each.county, []).append(each)
    for county, rows in by_county.items():
        own = [each.text("estate") for each in rows if each.text("estate")]
        own += [known for (place, _name), known in before.items() if place == county]
        prefix, width, number = _prefix(own, county)
        used = set(own)
        for each in rows:
            if each.text("estate") or "estate" in each.faulty:
                continue
            if not each.text("name"):
                fault(
                    each, "estate", _("the row has neither an id nor a name"), _("write one of them, or delete it"), log
                )
                continue
            value = before.get((county, normal(each.text("name"))), "")
            if not value or value in used - set(before.values()):
                number += 1
                while (value := f"{prefix}{number:0{width}d}") in taken:
                    number += 1
            taken.add(value)
            _give(each, "estate", value, log)


def _prefix(ids: Iterable[str], county: str) -> tuple[str, int, int]:
    """Commonest start of a county's ids, their number of digits, and the greatest number used."""
    split = [found.groups() for each in ids if (found := _NUMBERED.match(each)) and found[1]]
    starts = Counter(start for start, _number in split)
    if not starts:
        return f"{county or 'X'}-", _DIGITS, 0
    prefix = max(starts, key=lambda start: (starts[start], start))
    numbers = [number for start, number in split if start == prefix]
    return prefix, max(map(len, numbers)), max(map(int, numbers))


def number_items(items: Sequence[Record], log: Log) -> None:
    """Give an id to work items without one: running numbers within their estate; without a known estate none."""
    key = "item"
    taken = {each.text(key) for each in items}
    numbers: Counter[str] = Counter()
    for each in items:
        estate = each.text("estate")
        if each.text(key) or key in each.faulty or not estate:
            continue
        numbers[estate] += 1
        while f"{estate}-{numbers[estate]:02d}" in taken:
            numbers[estate] += 1
        _give(each, key, f"{estate}-{numbers[estate]:02d}", log)


def _give(record: Record, key: str, value: str, log: Log) -> None:
    _became(record, key, found="", became=value, rule="id_given", log=log)
    record.values[key] = value
    record.how[key] = "id_given"


def _became(record: Record, key: str, *, found: str, became: str, rule: Rule, log: Log) -> None:
    log.convert(
        record.page, record.spot(key), sheet=record.sheet.key, column=key, found=found, became=became, rule=rule
    )


def tell_counties_apart(records: Records, log: Log) -> None:
    """Put the county before ids that several counties use for different things, and before what refers to them."""
    for key in REFERRED:
        name = SHEET[key].identity[0]
        users: dict[str, dict[str, str]] = {}
        for each in records.get(key, ()):
            if each.text(name):
                users.setdefault(each.text(name), {}).setdefault(each.county, normal(each.text("name")))
        clashing = {each for each, counties in users.items() if len(counties) > 1 and _differ(counties.values())}
        if clashing:
            _prefixed(records, key, clashing, log)


def _differ(names: Iterable[str]) -> bool:
    """Whether two counties give an id to two things: the same name would be the same thing reported twice."""
    known = list(names)
    return len(set(known)) == len(known) or not all(known)


def _prefixed(records: Records, key: str, clashing: set[str], log: Log) -> None:
    for sheet in SHEETS:
        for column in sheet.columns:
            is_own = sheet.key == key and column.key == sheet.identity[0]
            if not is_own and column.refers != key:
                continue
            for each in records.get(sheet.key, ()):
                value = each.values.get(column.key)
                new: Any = value
                if isinstance(value, tuple):
                    new = tuple(f"{each.county}-{part}" if part in clashing else part for part in value)
                elif value in clashing:
                    new = f"{each.county}-{value}"
                if new != value:
                    each.values[column.key] = new
                    each.how[column.key] = "id_prefixed"
                    _became(each, column.key, found=_text(value), became=_text(new), rule="id_prefixed", log=log)


def _text(value: object) -> str:
    return "|".join(value) if isinstance(value, tuple) else str(value)


def look_up_names(records: Records, log: Log) -> None:
    """Replace names of estates, projects, areas and items in other sheets by their ids, within the county."""
    for each in (record for rows in records.values() for record in rows if record.beside is not None):
        _beside(each)
    for key in REFERRED:
        names = _NamesOf(records.get(key, ()))
        for sheet in SHEETS:
            for column in sheet.columns:
                if column.refers == key and column.kind == "id":
                    for each in records.get(sheet.key, ()):
                        _look_up(each, column.key, names, log)


def _beside(record: Record) -> None:
    """Works, gates and pledges in columns belong to the estate of their row."""
    estate = record.beside
    if estate is None or not estate.text("estate"):
        record.faulty.add("estate")
        return
    record.values["estate"] = estate.values["estate"]
    record.how["estate"] = estate.how.get("estate", "name_to_id")
    if "estate" in estate.spots:
        record.spots["estate"] = estate.spots["estate"]


class _NamesOf:
    """Ids and names of the rows of one sheet, within a county or a file."""

    def __init__(self, rows: Sequence[Record]) -> None:
        self._ids: dict[str, dict[str, set[str]]] = {}
        self._named: dict[str, dict[str, set[str]]] = {}
        for each in rows:
            value = each.text(each.sheet.identity[0])
            if not value:
                continue
            for scope in (each.county, _FILE + each.page.file, ""):
                self._ids.setdefault(scope, {}).setdefault(normal(value), set()).add(value)
                if each.text("name"):
                    self._named.setdefault(scope, {}).setdefault(normal(each.text("name")), set()).add(value)

    def meant(self, record: Record, written: str) -> set[str]:
        """Ids that ``written`` may mean: of the county first, then of the same file; ids before names."""
        plain = normal(written)
        for scope in (record.county, _FILE + record.page.file):
            for known in (self._ids, self._named):
                found = known.get(scope, {}).get(plain, set())
                if found:
                    return {written} if written in found else found
        return set()

    def knows(self, county: str) -> bool:
        """Whether the county has any rows."""
        return county in self._ids

    def cure(self, county: str, written: str) -> str:
        """The nearest name or id of the county."""
        labels: dict[str, list[str]] = {}
        for name, ids in self._named.get(county, {}).items():
            for each in ids:
                labels.setdefault(each, []).append(name)
        known = [value for values in self._ids.get(county, {}).values() for value in sorted(values)]
        return Names(known, labels).cure(written)


def _look_up(record: Record, key: str, names: _NamesOf, log: Log) -> None:
    written = record.text(key)
    if not written or key in record.how:
        return
    found = names.meant(record, written)
    if found == {written}:
        return
    if len(found) == 1:
        meant = next(iter(found))
        _became(record, key, found=written, became=meant, rule="name_to_id", log=log)
        record.values[key] = meant
        record.how[key] = "name_to_id"
    elif found:
        finding = _("{name!r} is the name of several: {ids}").format(name=written, ids=", ".join(sorted(found)))
        fault(record, key, finding, _("write the id"), log)
    elif names.knows(record.county):
        finding = _("the county reports nothing of the id or name {name!r}").format(name=written)
        fault(record, key, finding, names.cure(record.county, written), log)


def fault(record: Record, key: str, finding: str, cure: str, log: Log) -> None:
    """Note a problem at a value and take the value away."""
    column = next(each for each in record.sheet.columns if each.key == key)
    log.remark("must", record.page, record.spot(key), finding, cure, heading=column.zh, found=record.text(key))
    record.values.pop(key, None)
    record.faulty.add(key)
