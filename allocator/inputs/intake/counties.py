"""Which county a file comes from, by its title, its name, its folder, or the counties in its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from allocator.i18n import _
from allocator.inputs.headings import normal
from allocator.inputs.intake.pages import Page
from allocator.inputs.intake.remarks import Log
from allocator.inputs.intake.tables import Table

_KINDS = ("自治县", "市", "县", "区")


class Counties:
    """Finds the counties of a scenario in text."""

    def __init__(self, counties: Sequence[str]) -> None:
        self.counties = tuple(counties)
        shorts: dict[str, list[str]] = {}
        for county in counties:
            shorts.setdefault(_short(county), []).append(county)
        self._short = {short: found[0] for short, found in shorts.items() if len(found) == 1 and len(short) > 1}

    def named(self, text: str) -> str:
        """The one county that ``text`` names, in full or without its last letter; empty when none or several."""
        plain = normal(text)
        full = {county for county in self.counties if normal(county) in plain}
        found = full or {county for short, county in self._short.items() if normal(short) in plain}
        return found.pop() if len(found) == 1 else ""

    def exactly(self, text: str) -> str:
        """The county that ``text`` is the name of, in full or short; empty when it is none's."""
        plain = normal(text)
        by_name = {normal(county): county for county in self.counties}
        by_name.update({normal(short): county for short, county in self._short.items() if normal(short) not in by_name})
        return by_name.get(plain, "")


def _short(county: str) -> str:
    kind = next((kind for kind in _KINDS if county.endswith(kind)), "")
    return county.removesuffix(kind)


def county_of_file(file: str, pages: Sequence[Page], tables: Sequence[Table], counties: Counties, log: Log) -> str:
    """County of a file; empty when nothing tells. Titles and names of sheets count before the file's, then folders."""
    tops = {id(table.page): table.top for table in tables}
    titles = _only(
        counties.named(text)
        for page in pages
        for text in (
            page.name if page.is_typed else "",
            *(page.text(row, column) for row in range(tops.get(id(page), 0)) for column in range(len(page.cells[row]))),
        )
    )
    path = PurePosixPath(file)
    names = [counties.named(part) for part in (path.stem, *reversed(path.parent.parts))]
    name = next((found for found in names if found), "")
    if titles and name and titles != name:
        finding = _("the title says {title}, the name of the file {name}").format(title=titles, name=name)
        log.file_remark("check", file, finding, _("correct one of them; it was taken for a table of the title"))
    return titles or name or _only(_in_rows(tables, counties))


def _in_rows(tables: Sequence[Table], counties: Counties) -> Iterable[str]:
    for table in tables:
        position = next((each.position for each in table.fields if each.column.refers == "county"), None)
        if position is not None:
            yield from (counties.exactly(table.page.filled(row, position)) or "?" for row in table.rows)


def _only(found: Iterable[str]) -> str:
    """The one name among ``found``; empty when there is none, or more than one."""
    names = {name for name in found if name}
    return names.pop() if len(names) == 1 and "?" not in names else ""
