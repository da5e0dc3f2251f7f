"""Which projects to free next: neighbourhoods for a large search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from allocator.formulation.build import Formulation
from allocator.solving.base import Floats

Ints = npt.NDArray[np.int64]
_FREE = -1
"""Project of columns that no project owns; they are always free."""


def owners(f: Formulation) -> Ints:
    """Project row that each column belongs to, ``_FREE`` for those of none (bonds, money, bonuses)."""
    project = np.full(f.columns.count, _FREE, dtype=np.int64)
    of_item = f.index.items["project"].to_numpy(np.int64)
    of_estate = f.index.estates["project"].to_numpy(np.int64)
    by_name = dict(zip(f.index.estates["estate_id"], of_estate, strict=True))
    for kind in ("claim", "package"):
        frame = f.columns[kind]
        project[frame["col"].to_numpy(np.int64)] = frame["estate"].map(by_name).to_numpy(np.int64)
    for kind, key, of_key in (
        ("start", "project", None), ("route", "project", None), ("do", "item", of_item), ("do_route", "item", of_item),
        ("both", "estate", of_estate),
    ):  # fmt: skip
        frame = f.columns[kind]
        value = frame[key].to_numpy(np.int64)
        project[frame["col"].to_numpy(np.int64)] = value if of_key is None else of_key[value]
    return project


def pool_homes(f: Formulation) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Where money columns pay: a project (else ``_FREE``) for pools of an estate, a county (else "") for its pools."""
    table = f.index.pools.table
    row = dict(zip(f.index.estates["estate_id"], f.index.estates["project"], strict=True))
    project = np.full(f.columns.count, _FREE, dtype=np.int64)
    county = np.full(f.columns.count, "", dtype=object)
    of_pool = np.array([row.get(estate, _FREE) for estate in table["estate"]], dtype=np.int64)
    home = np.where(of_pool == _FREE, table["county"].to_numpy(object), "")
    for kind in ("pay", "rest"):
        col, pool = (f.columns[kind][name].to_numpy(np.int64) for name in ("col", "pool"))
        project[col], county[col] = of_pool[pool], home[pool]
    return project, county


@dataclass
class Kind:
    """One way to choose projects, with how well it has done."""

    name: str
    choose: Callable[[int], Ints]
    size: float = 50.0
    score: float = 1.0


@dataclass
class Neighbourhoods:
    """Chooses neighbourhoods, more often of the kinds that helped, and sizes them to what is solved in time."""

    formulation: Formulation
    relaxed: Floats
    seed: int
    incumbent: Floats
    focus: frozenset[str] = frozenset()
    """Counties to look at first, while something is wrong there."""
    kinds: list[Kind] = field(init=False)

    def __post_init__(self) -> None:
        f = self.formulation
        self._random = np.random.default_rng(self.seed)
        self._owner = owners(f)
        self._payer_project, self._payer_county = pool_homes(f)
        self._ready = np.flatnonzero(f.index.projects["ready_year"].to_numpy() > 0)
        self._county = f.index.projects["county"].to_numpy(object)
        self._area = self._areas()
        self._undecided = self._fractional()
        self.kinds = [
            Kind("areas", self._near), Kind("years", self._years), Kind("undecided", self._unsure),
            Kind("county", self._in_county), Kind("works", self._works_only, size=1.0),
        ]  # fmt: skip

    def _areas(self) -> npt.NDArray[np.object_]:
        f = self.formulation
        first = f.index.estates.drop_duplicates("project").set_index("project")["area"]
        return first.reindex(f.index.projects.index).fillna("").to_numpy(object)

    def _fractional(self) -> Ints:
        whole = self.formulation.integer & (self._owner >= 0)
        away = np.abs(self.relaxed - np.round(self.relaxed)) > 1e-6
        return np.intersect1d(np.unique(self._owner[whole & away]), self._ready)

    def start_years(self) -> Ints:
        """Start year of each project in the incumbent, 0 when it does not start."""
        start = self.formulation.columns["start"]
        on = self.incumbent[start["col"].to_numpy(np.int64)] > 0.5
        years = np.zeros(len(self.formulation.index.projects), dtype=np.int64)
        years[start["project"].to_numpy(np.int64)[on]] = start["year"].to_numpy(np.int64)[on]
        return years

    def pick(self) -> tuple[Kind, npt.NDArray[np.bool_]]:
        """A kind and the columns to free; payments stay free where a freed project can change them."""
        local = ("areas", "county")
        weights = np.array([k.score if not self.focus or k.name in local else 0.0 for k in self.kinds])
        kind = self.kinds[self._random.choice(len(self.kinds), p=weights / weights.sum())]
        projects = kind.choose(int(kind.size))
        free = np.isin(self._owner, projects) | (self._owner == _FREE)
        if kind.name == "works":
            free[self.formulation.columns["start"]["col"].to_numpy(np.int64)] = False
        counties = set(self._county[projects])
        elsewhere = (self._payer_county != "") & ~np.isin(self._payer_county, list(counties))
        other = (self._payer_project != _FREE) & ~np.isin(self._payer_project, projects)
        return kind, free & ~elsewhere & ~other

    def learn(self, kind: Kind, *, improved: bool, solved: bool) -> None:
        """Remember how a neighbourhood went."""
        kind.score = 0.8 * kind.score + (0.8 if improved else 0.04)
        if solved:
            kind.size = min(kind.size * 1.1, 400.0)
        elif not improved:
            kind.size = max(kind.size * 0.9, 8.0)

    def _sample(self, projects: Ints, size: int) -> Ints:
        if len(projects) <= size:
            return projects
        return self._random.choice(projects, size, replace=False)

    def _near(self, size: int) -> Ints:
        """Whole areas of one county, so that bundles can be made and broken."""
        own = self._one_county()
        areas = self._random.permutation(np.unique(self._area[own]))
        chosen: list[int] = []
        for area in areas:
            chosen += list(own[self._area[own] == area])
            if len(chosen) >= size:
                break
        return np.array(chosen, dtype=np.int64)

    def _years(self, size: int) -> Ints:
        """Projects started in two years, or in one and not at all."""
        years = self.start_years()
        options = [*self.formulation.index.start_years, 0]
        pair = self._random.choice(options, 2, replace=False)
        return self._sample(self._ready[np.isin(years[self._ready], pair)], size)

    def _unsure(self, size: int) -> Ints:
        """Projects the linear relaxation could not decide."""
        return self._sample(self._undecided if len(self._undecided) else self._ready, size)

    def _in_county(self, size: int) -> Ints:
        """Projects of one county."""
        return self._sample(self._one_county(), size)

    def _one_county(self) -> Ints:
        counties = np.unique(self._county[self._ready])
        looked_at = np.intersect1d(counties, np.array(sorted(self.focus), dtype=object))
        county = self._random.choice(looked_at if len(looked_at) else counties)
        return np.asarray(self._ready[self._county[self._ready] == county], dtype=np.int64)

    def _works_only(self, _size: int) -> Ints:
        """All started projects; starts stay, optional works are chosen anew."""
        return np.flatnonzero(self.start_years() > 0)
