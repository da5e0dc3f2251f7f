"""A list seen as a plan: what it starts, with the required works, for the audit's checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from allocator.analysis.listing import Listing
from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.plan.audit.facts import Facts
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View, tidy

Reading = Literal["only", "also"]
"""``only``: nothing but the list starts; ``also``: the list must start, the tool chooses the rest."""


@dataclass(frozen=True)
class Asked:
    """A list, the inputs it is held against, and how it is read."""

    case: Case
    listing: Listing
    reading: Reading

    @cached_property
    def facts(self) -> Facts:
        """What the inputs say, as the audit works it out."""
        return Facts(self.case)

    @cached_property
    def assumed(self) -> dict[str, int]:
        """Year by listed project: as asked for, else locked by the scenario, else the first in which it is ready."""
        ready, locks = self.facts.projects["ready_year"], self.case.scenario.locks
        by_project = {str(self.facts.estates["project"].get(key, key)): lock for key, lock in locks.items()}
        years = {}
        for project, year in self.listing.starts.items():
            lock = by_project.get(project)
            own = lock if isinstance(lock, int) else min(max(int(ready[project]), self.facts.first), self.facts.last)
            years[project] = year or own
        return years

    @property
    def dated(self) -> dict[str, int]:
        """Year by listed project, of those that the list gives a year."""
        return {project: year for project, year in self.listing.starts.items() if year}

    def view(self, starts: Mapping[str, int], *, community: bool = False) -> View:
        """Plan that starts projects in given years with the required works, and all community works if asked for."""
        facts = self.facts
        projects = pd.DataFrame({"project": list(starts), "start_year": list(starts.values())})
        routes = facts.projects["allowed_routes"]
        projects["route"] = [next(iter(routes.get(project, ())), "") for project in starts]
        items = facts.items[facts.items["project"].isin(list(starts))]
        items = items[items["must"] | (items["community"] & community)]
        works = items[["item", "project"]].assign(year=items["project"].map(dict(starts)))
        book = Book(self.case.scenario.money)
        return View(facts, tidy({"projects": projects, "works": works}, book))

    def name(self, estate: str) -> str:
        """Id and name of an estate."""
        return f"{estate} {self.facts.estates['name'].get(estate, '')}".strip()

    def place(self, county: str, year: int) -> str:
        """County and year in words; "" is the whole city, 0 all years."""
        return f"{county or _('the whole city')} {year or _('all years')}"

    def rows_in(self, starts: Mapping[str, int], county: str, year: int) -> tuple[str, ...]:
        """Rows whose projects start in a county ("": any) and year (0: any)."""
        counties = self.facts.estates.groupby("project")["county"].first()
        inside = [p for p, y in starts.items() if county in ("", counties[p]) and year in (0, y)]
        return self.listing.rows_of(inside)
