"""Rows that are there twice: the same id, or estates that look the same, within and across counties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from rapidfuzz import fuzz, process

from allocator.i18n import _
from allocator.inputs.headings import normal
from allocator.inputs.intake.pages import cell_name
from allocator.inputs.intake.records import Record
from allocator.inputs.intake.remarks import Log
from allocator.inputs.register_reader import Names
from allocator.inputs.register_sheets import Sheet

ALIKE_NAMES, ALIKE_PLACES = 85, 80
"""Likeness from 0 to 100 from which two names, or two addresses, are told as alike."""
SAME_SPOT = 5
"""Decimals of a degree to which two estates must agree to be at one spot (about a metre)."""
_CHUNK = 500
_FIGURES = re.compile(r"\d+|[一二三四五六七八九十]+(?=[期区号栋院])")


def drop_repeated(records: Sequence[Record], sheet: Sheet, names: Mapping[str, Names], log: Log) -> list[Record]:
    """Rows without those whose identity stands in an earlier row; these are told, in both files when there are two.

    Parameters
    ----------
    names
        Names of the policy model by what columns refer to, so that an id and a label of it are the same.
    """
    if not sheet.identity:
        return list(records)
    first: dict[tuple[object, ...], Record] = {}
    kept = []
    for each in records:
        identity = tuple(_meant(each, key, sheet, names) for key in sheet.identity)
        if not all(key in each.values for key in sheet.identity if _is_required(sheet, key)):
            kept.append(each)  # its problem is told already
        elif identity in first:
            _tell_repeated(first[identity], each, " / ".join(str(value) for value in identity), log)
        else:
            first[identity] = each
            kept.append(each)
    return kept


def _is_required(sheet: Sheet, key: str) -> bool:
    return next(column.required for column in sheet.columns if column.key == key)


def _meant(record: Record, key: str, sheet: Sheet, names: Mapping[str, Names]) -> object:
    column = next(each for each in sheet.columns if each.key == key)
    value = record.values.get(key, "")
    known = names.get(column.refers)
    return (known.find(str(value)) or value) if known and value else value


def _tell_repeated(first: Record, again: Record, shown: str, log: Log) -> None:
    key = again.sheet.identity[0]
    finding = _("{name} stands in {place} already; this row does not enter the register")
    cure = _("remove or rename one of the two")
    for here, other in ((again, first), (first, again)):
        text = finding if here is again else _("{name} stands in {place} too; that row does not enter the register")
        if here is again or here.page.file != other.page.file:
            log.remark(
                "must", here.page, here.spot(key), text.format(name=shown, place=place(other)), cure,
                heading=_heading(here, key), found=here.text(key),
            )  # fmt: skip


def place(record: Record) -> str:
    """File, sheet and row of a record, as told to another county."""
    page = record.page
    where = page.file if not page.is_typed else f"{page.file}[{page.name}]"
    return _("{place}, row {row}").format(place=where, row=record.row + 1)


def _heading(record: Record, key: str) -> str:
    return next(column.zh for column in record.sheet.columns if column.key == key)


def tell_alike_estates(estates: Sequence[Record], generic: Sequence[str], log: Log) -> int:
    """Tell estates that may be one and the same under different ids; gives the number of pairs.

    Alike are: the same name; the same spot on the map; a similar name (of the same figures) with a similar address, or
    with the same households and floor area. Words in ``generic`` make no difference between similar names.
    """
    pairs: dict[tuple[int, int], str] = {}
    for one, two in _same_names(estates):
        pairs.setdefault((one, two), _("the same name"))
    for one, two in _same_spots(estates):
        pairs.setdefault((one, two), _("the same coordinates"))
    for one, two in _similar_names(estates, generic):
        reason = _also_alike(estates[one], estates[two])
        if reason:
            pairs.setdefault((one, two), reason)
    for (one, two), reason in sorted(pairs.items()):
        _tell_alike(estates[one], estates[two], reason, log)
    return len(pairs)


def _same_names(estates: Sequence[Record]) -> Iterator[tuple[int, int]]:
    yield from _groups({number: normal(each.text("name")) for number, each in enumerate(estates)})


def _same_spots(estates: Sequence[Record]) -> Iterator[tuple[int, int]]:
    spots = {}
    for number, each in enumerate(estates):
        longitude, latitude = each.values.get("longitude"), each.values.get("latitude")
        if isinstance(longitude, float) and isinstance(latitude, float):
            spots[number] = f"{longitude:.{SAME_SPOT}f} {latitude:.{SAME_SPOT}f}"
    yield from _groups(spots)


def _groups(keys: Mapping[int, str]) -> Iterator[tuple[int, int]]:
    """Pairs of numbers with the same key; without a key, none."""
    groups: dict[str, list[int]] = {}
    for number, key in keys.items():
        if key:
            groups.setdefault(key, []).append(number)
    for numbers in groups.values():
        yield from combinations(numbers, 2)


def _similar_names(estates: Sequence[Record], generic: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of similar, but not equal, names with the same figures in them: 东门1号院 is not 东门2号院."""
    by_figures: dict[tuple[str, ...], list[int]] = {}
    names = [normal(each.text("name")) for each in estates]
    plain = [_without(name, generic) for name in names]
    for number, name in enumerate(names):
        if name:
            by_figures.setdefault(tuple(_FIGURES.findall(name)), []).append(number)
    for numbers in by_figures.values():
        words = [plain[number] for number in numbers]
        for start in range(0, len(words), _CHUNK):
            likeness = process.cdist(words[start : start + _CHUNK], words, scorer=fuzz.ratio, score_cutoff=ALIKE_NAMES)
            for row, column in zip(*likeness.nonzero(), strict=True):
                one, two = start + int(row), int(column)
                if one < two and names[numbers[one]] != names[numbers[two]]:
                    yield numbers[one], numbers[two]


def _without(name: str, generic: Sequence[str]) -> str:
    """``name`` without words that tell no estate from another; the name itself when nothing else is in it."""
    rest = name
    for word in generic:
        rest = rest.replace(word, "")
    return rest or name


def _also_alike(one: Record, two: Record) -> str:
    """What else two estates with similar names have in common; empty when nothing."""
    if one.address and two.address and fuzz.ratio(normal(one.address), normal(two.address)) >= ALIKE_PLACES:
        return _("similar names and addresses")
    same = [
        key
        for key in ("households", "floor_area")
        if one.values.get(key) and one.values.get(key) == two.values.get(key)
    ]
    return _("similar names, the same households and floor area") if len(same) == 2 else ""


def _tell_alike(one: Record, two: Record, reason: str, log: Log) -> None:
    finding = _("may be the same estate as {name} ({place}, {cell}): {reason}")
    for here, other in ((two, one), (one, two)):
        if here is two or here.page.file != other.page.file:
            told = finding.format(
                name=other.text("name") or other.text("estate"),
                place=place(other),
                cell=cell_name(other.spot("name")),
                reason=reason,
            )
            log.remark(
                "check", here.page, here.spot("name"), told, _("confirm that they are two, or remove one"),
                heading=_heading(here, "name"), found=here.text("name"),
            )  # fmt: skip
