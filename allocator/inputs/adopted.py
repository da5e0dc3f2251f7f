"""The adopted plan (既定方案): which projects it starts, and when."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.inputs.headings import nearest
from allocator.inputs.register_reader import Sheets
from allocator.inputs.schema_errors import place_text
from allocator.inputs.schemas.scenario import Scenario
from allocator.inputs.yaml_files import Tree

NOT_STARTED = 0
"""Start year of a project that the adopted plan leaves out."""


def adopted_starts(case: Case) -> dict[str, int] | None:
    """Start year of every project in the adopted plan (0: not in it), or None when there is no adopted plan.

    The scenario's ``adopted`` is laid over the register's sheet 既定方案.
    """
    sheet, stated = case.register.adopted, case.scenario.adopted
    if sheet.empty and not stated:
        return None
    starts = dict.fromkeys(case.register.estates["project"].sort_values(), NOT_STARTED)
    starts |= dict(zip(sheet["project"], sheet["start_year"].fillna(NOT_STARTED).astype(int).tolist(), strict=True))
    return starts | stated


def adopted_problems(scenario: Scenario, tree: Tree, sheets: Sheets) -> Iterator[Problem]:
    """What is wrong with the adopted plan: names that mean no project, and stages that need one; sheet faults too."""
    estates, sheet = sheets.frames["estates"], sheets.frames["adopted"]
    projects = set(estates["project"])
    cures = {name: _cure(name, projects) for name in {*sheet["project"], *scenario.adopted} - projects if name}
    finding = _("there is no {what} {found!r}")
    for name, cure in sorted(cures.items()):
        told = finding.format(what=_("project"), found=name)
        sheets.add("adopted", "project", sheet.index[sheet["project"] == name], told, cure)
        if name in scenario.adopted:
            yield Problem(place_text(("adopted", name), Scenario, tree), told, cure)
    if scenario.stage != "申报" and sheet.empty and not scenario.adopted:
        told = _("the stage {stage} starts from an adopted plan, and there is none").format(stage=scenario.stage)
        cure = _("fill in the sheet 既定方案, or write `adopted`")
        yield Problem(place_text(("stage",), Scenario, tree), told, cure)
    yield from _settled(scenario, tree, sheets)


def _cure(name: str, projects: set[str]) -> str:
    near = nearest(name, sorted(projects))
    return _("did you mean {name!r}?").format(name=near) if near else _("remove it")


def _settled(scenario: Scenario, tree: Tree, sheets: Sheets) -> Iterator[Problem]:
    """Starts of a settled list that lie outside the start years, or that a lock contradicts."""
    if scenario.stage != "定案":
        return
    sheet = sheets.frames["adopted"]
    stated = dict(zip(sheet["project"], sheet["start_year"].fillna(NOT_STARTED).astype(int).tolist(), strict=True))
    first, last = scenario.horizon.first, scenario.horizon.last
    for name, year in sorted((stated | scenario.adopted).items()):
        if year != NOT_STARTED and not first <= year <= last:
            told = _("the year {year} is no start year").format(year=year)
            cure = _("write a year from {first} to {last}").format(first=first, last=last)
            sheets.add("adopted", "start_year", sheet.index[sheet["project"] == name], told, cure)
            if name in scenario.adopted:
                yield Problem(place_text(("adopted", name), Scenario, tree), told, cure)
        lock = scenario.locks.get(name)
        if lock is not None and lock not in (("must", year) if year else ("never",)):
            told = _("the lock {lock!r} contradicts the settled list, which says {year}").format(
                lock=lock, year=year or _("not started")
            )
            yield Problem(place_text(("locks", name), Scenario, tree), told, _("remove the lock, or change the list"))
