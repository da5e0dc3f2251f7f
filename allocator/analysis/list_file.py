"""Read a list as counties and leaders write them: any workbook or .csv with names, ids or projects of estates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from allocator.analysis.listing import ANY_YEAR, Breach, Entry, Listing
from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.inputs.headings import nearest, normal
from allocator.inputs.raw_tables import HEADING_ROWS, Grid, cell_place, csv_grids, workbook_grids
from allocator.inputs.register_reader import loose
from allocator.inputs.workbook_files import WORKBOOKS
from allocator.inputs.yaml_files import sha256

_HEADINGS: dict[str, tuple[str, ...]] = {
    "estate": ("小区编号", "编号", "小区代码", "estate", "estate id"),
    "name": ("小区名称", "小区", "名称", "老旧小区名称", "改造小区名称", "name", "estate name"),
    "project": ("项目编号", "项目代码", "项目", "project", "project id"),
    "county": ("县(市、区)", "县市区", "县(区)", "区县", "县区", "所属县区", "county"),
    "year": (
        "开工年度",
        "开工年份",
        "计划开工年度",
        "年度",
        "改造年度",
        "实施年度",
        "start_year",
        "start year",
        "year",
    ),
}
"""Accepted headings by what they mean; other columns (numbers, notes, amounts) are left alone."""

_MEANS = {normal(text): key for key, texts in _HEADINGS.items() for text in texts}
_SUMS = {normal(text) for text in ("合计", "小计", "总计", "共计", "汇总", "total", "subtotal")}
_YEAR = re.compile(r"^\D*((?:19|20|21)\d\d)(?:\D.*)?$")


@dataclass(frozen=True)
class _Row:
    """Cells of one row by what their column means; missing columns are blank."""

    place: str
    number: str
    cells: Mapping[str, str]

    @property
    def written(self) -> str:
        """What the row calls its estate or project."""
        return self.cells["name"] or self.cells["estate"] or self.cells["project"]


def read_list(path: Path, case: Case) -> Listing:
    """Read the list ``path`` and find its estates in the register of ``case``.

    The first rows may be titles; rows of sums and rows that name nothing are passed over; every sheet with a heading
    row counts. A name must be unique, within its county where the row states one.

    Raises
    ------
    ScenarioError
        When the file cannot be read, or has no column that names estates or projects.
    """
    problems: list[Problem] = []
    rows = _all_rows(_grids(path, problems))
    if problems:
        raise ScenarioError(problems)
    if not rows:
        finding = _("no row of the list names an estate or a project")
        cure = _("give it a heading row with one of: {names}").format(names="小区编号, 小区名称, 项目编号")
        raise ScenarioError([Problem(path.name, finding, cure)])
    book = _Names(case)
    entries: list[Entry] = []
    breaches: list[Breach] = []
    for row in rows:
        found = book.find(row)
        if isinstance(found, Breach):
            breaches.append(found)
            continue
        year, fault = _year(row, case)
        breaches.extend([fault] if fault else [])
        project = book.projects[found[0]]
        entries.append(Entry(row.place, row.number, row.written, found, project, year))
        breaches.extend(book.check_name(row, found))
    if not entries:
        raise ScenarioError(
            [Problem(fault.document, f"{fault.about}: {fault.found}", fault.cure) for fault in breaches]
        )
    return Listing(path.name, sha256(path), tuple(entries), (*breaches, *_among_rows(entries, book)))


def _grids(path: Path, problems: list[Problem]) -> list[Grid]:
    suffix = path.suffix.lower()
    if not path.is_file() or suffix not in (*WORKBOOKS, ".csv"):
        finding, kinds = _("there is no such list"), ", ".join((*WORKBOOKS, ".csv"))
        raise ScenarioError([Problem(str(path), finding, _("name a file of one of: {kinds}").format(kinds=kinds))])
    return csv_grids({path.name: path}, problems) if suffix == ".csv" else workbook_grids(path, path.name, problems)


def _all_rows(grids: list[Grid]) -> list[_Row]:
    """Rows of all sheets; where several have some, each row is known by its sheet too."""
    found = {grid.name: list(_rows(grid)) for grid in grids}
    several = sum(1 for rows in found.values() if rows) > 1
    return [
        replace(row, number=f"{name}!{row.number}") if several else row for name, rows in found.items() for row in rows
    ]


def _rows(grid: Grid) -> Iterator[_Row]:
    """Rows below the heading row, if the sheet has one."""
    top = next((n for n in range(min(HEADING_ROWS, len(grid.rows))) if _meanings(grid.rows[n])), None)
    if top is None:
        return
    position = _meanings(grid.rows[top])
    for number in range(top + 1, len(grid.rows)):
        cells = {key: grid.cell(number, position[key]) if key in position else "" for key in _HEADINGS}
        named = [text for key, text in cells.items() if key in ("estate", "name", "project") and text]
        if named and not any(normal(text) in _SUMS for text in grid.rows[number] if text):
            heading = grid.cell(top, position.get("name", position.get("estate", position.get("project", 0))))
            yield _Row(cell_place(grid.place, number + 1, heading), str(number + 1), cells)


def _meanings(row: list[str]) -> dict[str, int]:
    """Position by meaning of the headings in ``row``; empty when it is no heading row."""
    found: dict[str, int] = {}
    for position, text in enumerate(row):
        key = _MEANS.get(normal(text)) or _MEANS.get(normal(text.split("(")[0].split("（")[0]))
        if key:
            found.setdefault(key, position)
    return found if found.keys() & {"estate", "name", "project"} else {}


class _Names:
    """Estates of a register by id, project and name."""

    def __init__(self, case: Case) -> None:
        estates = case.register.estates
        columns = ("estate", "name", "county", "project")
        self.counties = dict(zip(estates["estate"], estates["county"], strict=True))
        self.projects = dict(zip(estates["estate"], estates["project"], strict=True))
        self.members: dict[str, list[str]] = {}
        self.ids: dict[str, str] = {}
        self.named: dict[str, list[str]] = {}
        self.names: dict[str, str] = {}
        for estate, name, _county, project in estates[list(columns)].itertuples(index=False, name=None):
            self.members.setdefault(project, []).append(estate)
            self.ids[loose(estate)] = estate
            self.names[estate] = name or estate
            if name:
                self.named.setdefault(loose(name), []).append(estate)
        self.project_ids = {loose(project): project for project in self.members}
        listed = case.register.projects
        for project, name in zip(listed["project"], listed["name"], strict=True):
            if name and project in self.members:
                self.named.setdefault(loose(name), self.members[project])

    def find(self, row: _Row) -> tuple[str, ...] | Breach:
        """Estates that a row means, or why it means none."""
        for key in ("estate", "name", "project"):
            text = row.cells[key]
            if not text:
                continue
            if loose(text) in self.ids:
                return (self.ids[loose(text)],)
            if loose(text) in self.project_ids:
                return tuple(self.members[self.project_ids[loose(text)]])
            if key == "estate" and row.cells["name"]:
                continue  # a number of the list's own; the name says what is meant
            return self._by_name(row, text)
        return self._unknown(row, row.written)

    def _by_name(self, row: _Row, text: str) -> tuple[str, ...] | Breach:
        found = self.named.get(loose(text), [])
        county = loose(row.cells["county"])
        if county:
            found = [estate for estate in found if loose(self.counties[estate]) == county]
        if not found:
            return self._unknown(row, text)
        if len({self.projects[estate] for estate in found}) > 1:
            ids = ", ".join(found[:6]) + (" …" if len(found) > 6 else "")
            expected, cure = _("a name that only one estate has"), _("write the estate's id: {ids}").format(ids=ids)
            return _fault("ambiguous_name", row, text, (_("{n} estates have it").format(n=len(found)), expected, cure))
        return tuple(found)

    def _unknown(self, row: _Row, text: str) -> Breach:
        county = loose(row.cells["county"])
        near_by = [e for e, home in self.counties.items() if not county or loose(home) == county]
        known = [*near_by, *(self.names[estate] for estate in near_by)]
        near = nearest(text, known) or nearest(text, [*self.counties, *self.names.values()])
        cure = _("did you mean {name!r}?").format(name=near) if near else _("add it to the register first")
        found, expected = _("no such name"), _("an estate or project of the register")
        return _fault("unknown_name", row, text, (found, expected, cure))

    def check_name(self, row: _Row, found: tuple[str, ...]) -> Iterator[Breach]:
        """An id beside the name of another estate: the id counts, and somebody must look."""
        name, estate = row.cells["name"], row.cells["estate"]
        others = self.named.get(loose(name), [])
        if name and loose(estate) in self.ids and others and found[0] not in others:
            expected = _("{id} is {name}").format(id=found[0], name=self.names[found[0]])
            text = _("{name} is {ids}").format(name=name, ids=", ".join(others[:6]))
            yield _fault("name_differs", row, estate, (text, expected, _("correct the id or the name")), found)


def _year(row: _Row, case: Case) -> tuple[int, Breach | None]:
    """Year of start a row asks for, and what is wrong with it."""
    text, horizon = row.cells["year"], case.scenario.horizon
    if not text:
        return ANY_YEAR, None
    read = _YEAR.match(text)
    if read and horizon.first <= int(read[1]) <= horizon.last:
        return int(read[1]), None
    expected = f"{horizon.first}..{horizon.last}"
    cure = _("write one of these years, or leave it blank: priced as if it were blank")
    return ANY_YEAR, _fault("year_outside", row, row.written, (text, expected, cure))


def _among_rows(entries: list[Entry], names: _Names) -> Iterator[Breach]:
    """Estates that stand in the list twice, projects listed in part, and projects with several years."""
    seen: dict[str, Entry] = {}
    by_project: dict[str, list[Entry]] = {}
    for entry in entries:
        by_project.setdefault(entry.project, []).append(entry)
        again = [estate for estate in entry.estates if estate in seen]
        for estate in entry.estates:
            seen.setdefault(estate, entry)
        if again:
            rows = (seen[again[0]].row, entry.row)
            about, found = f"{again[0]} {names.names[again[0]]}", _("twice: rows {rows}").format(rows=_numbers(rows))
            cure = _("remove one of the two; it counts once")
            yield Breach("duplicate", rows, about, found, _("once"), "", "", cure, (entry.project,), (again[0],))
    for project, own in by_project.items():
        yield from _of_project(project, own, names)


def _of_project(project: str, own: list[Entry], names: _Names) -> Iterator[Breach]:
    rows = tuple(entry.row for entry in own)
    listed = {estate for entry in own for estate in entry.estates}
    missing = [estate for estate in names.members[project] if estate not in listed]
    document = _("estates of one project start together (formulation.md, once)")
    if missing:
        found = _("{n} of {all} estates").format(n=len(listed), all=len(names.members[project]))
        ids = ", ".join(f"{estate} {names.names[estate]}" for estate in missing[:6])
        cure = _("add {names} (they start with it, and are priced)").format(names=ids)
        yield Breach(
            "partial_project", rows, project, found, _("all estates"), "", document, cure, (project,), (project,)
        )
    years = sorted({entry.year for entry in own if entry.year})
    if len(years) > 1:
        cure = _("write one year; priced with {year}").format(year=years[0])
        shown = _numbers(years)
        yield Breach("years_differ", rows, project, shown, _("one year"), "", document, cure, (project,), (project,))


def _fault(rule: str, row: _Row, about: str, told: tuple[str, str, str], estates: tuple[str, ...] = ()) -> Breach:
    """A fault of one row; ``told``: found, expected, cure."""
    found, expected, cure = told
    return Breach(rule, (row.number,), about, found, expected, "", row.place, cure, (), (row.place, *estates))


def _numbers(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values)
