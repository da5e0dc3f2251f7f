"""A list of estates that somebody wants started: its rows, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

ANY_YEAR = 0
"""Year of a row that leaves the year to the tool."""


@dataclass(frozen=True)
class Entry:
    """One row of a list whose estate, or whole project, is known."""

    place: str
    """File, sheet and row, as shown."""
    row: str
    """Row number in the file, after the sheet's name where several sheets have rows."""
    written: str
    """What the row calls its estate or project."""
    estates: tuple[str, ...]
    """Estates it means: one, or all of the project it names."""
    project: str
    year: int
    """Year of start it asks for; ``ANY_YEAR`` leaves it to the tool."""


@dataclass(frozen=True)
class Breach:
    """One rule that a list does not keep, and what would cure it."""

    rule: str
    """Code, a key of the report words ``list_rules``."""
    rows: tuple[str, ...]
    """Rows of the list that it is about."""
    about: str
    """Estate, project, county or year, in words."""
    found: str
    expected: str
    clause: str
    """Article of the document; "" when the rule is no document's."""
    document: str
    """Title of the document, or the sheet or key that states the rule."""
    cure: str
    projects: tuple[str, ...] = ()
    """Projects that it is about."""
    key: tuple[str, ...] = field(default=(), compare=False)
    """What tells it from other breaches of the same rule."""

    def __str__(self) -> str:
        """One line, as shown to the user."""
        rows = ",".join(self.rows[:8]) + (" …" if len(self.rows) > 8 else "")
        return f"[{rows}] {self.about}: {self.found} ({self.expected})"


@dataclass(frozen=True)
class Listing:
    """A list as read: rows in their order, and the faults of the rows themselves."""

    name: str
    """File name."""
    sha256: str
    entries: tuple[Entry, ...]
    breaches: tuple[Breach, ...]

    @property
    def starts(self) -> dict[str, int]:
        """Year by listed project, in the order of the list; the earliest year that any of its rows asks for."""
        years: dict[str, list[int]] = {}
        for entry in self.entries:
            years.setdefault(entry.project, []).append(entry.year)
        return {project: min((y for y in all_ if y), default=ANY_YEAR) for project, all_ in years.items()}

    @property
    def has_all_years(self) -> bool:
        """Whether the list says of every project when it starts."""
        return all(self.starts.values())

    def rows_of(self, projects: Iterable[str]) -> tuple[str, ...]:
        """Rows of the list that name one of ``projects``, in their order."""
        wanted = set(projects)
        return tuple(dict.fromkeys(entry.row for entry in self.entries if entry.project in wanted))
