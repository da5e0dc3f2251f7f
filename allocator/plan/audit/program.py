"""The choices of a plan as columns of a linear programme, and what each choice does; names of rows and columns.

This is the audit's own statement of ``formulation.md``, made only to check the proof. A label is built by ``label`` and
nowhere else; keys stand in the order of the tables of ``formulation.md``.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from allocator.plan.audit.exact import lookup
from allocator.plan.audit.facts import Facts
from allocator.plan.audit.funding import Funding

Bound = int | Fraction | None


def label(kind: str, *keys: object) -> str:
    """Name of one row or column: ``kind[key,key,…]``."""
    return f"{kind}[{','.join(str(key) for key in keys)}]"


def labels(kind: str, frame: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Names of rows or columns, one for each row of ``frame``."""
    text = frame[keys[0]].astype("str")
    for key in keys[1:]:
        text = text + "," + frame[key].astype("str")
    return f"{kind}[" + text + "]"


def blank(*texts: str, whole: Sequence[str] = ()) -> pd.DataFrame:
    """Frame without rows, with columns of text and of whole numbers."""
    kinds = dict.fromkeys(texts, "str") | dict.fromkeys(whole, "int64")
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


@dataclass
class Rows:
    """Rows with their terms: row, column, value; and bounds by row (None: no bound)."""

    terms: list[pd.DataFrame] = field(default_factory=list)
    lower: dict[str, Bound] = field(default_factory=dict)
    upper: dict[str, Bound] = field(default_factory=dict)

    def put(self, rows: Iterable[str], *, lower: Bound = None, upper: Bound = None) -> None:
        """Give every one of ``rows`` the same bounds."""
        names = list(rows)
        self.lower.update(dict.fromkeys(names, lower))
        self.upper.update(dict.fromkeys(names, upper))

    def put_each(self, rows: Iterable[str], *, lower: Iterable[Bound] = (), upper: Iterable[Bound] = ()) -> None:
        """Give each of ``rows`` its own bounds."""
        names = list(rows)
        self.lower.update(zip(names, lower or [None] * len(names), strict=True))
        self.upper.update(zip(names, upper or [None] * len(names), strict=True))

    def add(self, rows: pd.Series, columns: pd.Series, values: object = 1) -> None:
        """Add ``values`` of ``columns`` to ``rows``, one by one; rows without bounds are left out at the end."""
        frame = pd.DataFrame({"row": rows, "column": columns})
        frame["value"] = pd.Series(values, index=frame.index, dtype=object)
        self.terms.append(frame)

    def join(self, other: Rows) -> None:
        """Take over all rows of ``other``."""
        self.terms += other.terms
        self.lower |= other.lower
        self.upper |= other.upper

    def matrix(self, wanted: Container[str] | None = None) -> pd.DataFrame:
        """Terms of the ``wanted`` rows (None: of all that have bounds); a column may stand twice in a row."""
        rows = self.lower if wanted is None else wanted
        kept = [frame[[row in rows for row in frame["row"]]] for frame in self.terms if len(frame)]
        return pd.concat(kept, ignore_index=True)


@dataclass(frozen=True)
class Program:
    """Columns of the choices of a case."""

    facts: Facts

    @cached_property
    def funding(self) -> Funding:
        """Sources and pools."""
        return Funding(self.facts)

    @cached_property
    def starts(self) -> pd.DataFrame:
        """Columns ``start``: project, year, column; with ``many`` for projects with several routes."""
        projects = self.facts.projects
        years = pd.DataFrame({"year": range(self.facts.first, self.facts.last + 1)})
        frame = pd.DataFrame({"project": projects.index, "many": [len(r) > 1 for r in projects["allowed_routes"]]})
        frame = frame.merge(years, how="cross")
        return frame.assign(column=labels("start", frame, ["project", "year"]))

    @cached_property
    def routes(self) -> pd.DataFrame:
        """Routes of every project: project, route ("" without routes), many."""
        projects = self.facts.projects
        names = [tuple(routes) or ("",) for routes in projects["allowed_routes"]]
        frame = pd.DataFrame({"project": projects.index, "route": names})
        frame["many"] = [len(routes) > 1 for routes in names]
        return frame.explode("route", ignore_index=True)

    @cached_property
    def items(self) -> pd.DataFrame:
        """Items, one row for each year in which they may be done: item, year, must and facts of the item."""
        columns = ["item", "estate", "project", "county", "work", "must", "group", "group_needed", "community"]
        items = self.facts.items[columns]
        starts = pd.DataFrame({"year": range(self.facts.first, self.facts.last + 1)})
        later = pd.DataFrame({"year": range(self.facts.first, self.facts.last + self.facts.staging + 1)})
        must = items[items["must"]].merge(starts, how="cross")
        optional = items[~items["must"]].merge(later, how="cross")
        frame = pd.concat([must, optional], ignore_index=True)
        start, do = labels("start", frame, ["project", "year"]), labels("do", frame, ["item", "year"])
        return frame.assign(start=start, do=do, act=np.where(frame["must"], start, do))

    @cached_property
    def acts(self) -> pd.DataFrame:
        """What says that an item is done in a year on a route: item rows with route, many and column."""
        frame = self.items.merge(self.routes, on="project")
        route = labels("route", frame, ["project", "year", "route"])
        do_route = labels("do_route", frame, ["item", "year", "route"])
        many = frame["many"].astype(bool)
        column = frame["act"].where(~many, route.where(frame["must"].astype(bool), do_route))
        return frame.assign(column=column)

    @cached_property
    def both(self) -> pd.DataFrame:
        """Columns ``both``: saving, estate, year, route, column; acts ``one`` and ``other``, and the item ``on``."""
        acts, frames = self.acts, []
        first = self.facts.items.sort_index().drop_duplicates(["estate", "work"])
        acts = acts[acts["item"].isin(first.index)]
        for key, saving in self.facts.case.policy.savings.items():
            pair = [
                acts.loc[acts["work"] == work, ["estate", "year", "route", "item", "column"]] for work in saving.works
            ]
            frame = pair[0].merge(pair[1], on=["estate", "year", "route"], suffixes=("_one", "_other"))
            cheaper = "item_one" if saving.on == saving.works[0] else "item_other"
            frame = frame.assign(saving=key, on=frame[cheaper]).rename(
                columns={"column_one": "one", "column_other": "other"}
            )
            frames.append(frame[["saving", "estate", "year", "route", "one", "other", "on"]])
        if not frames:
            return blank("saving", "estate", "route", "one", "other", "on", "column", whole=("year",))
        every = pd.concat(frames, ignore_index=True)
        return every.assign(column=labels("both", every, ["saving", "estate", "year", "route"]))

    @cached_property
    def bonuses(self) -> pd.DataFrame:
        """Columns ``bonus``: area, year, column, of areas with estates."""
        areas = self.facts.estates["area"]
        frame = pd.DataFrame({"area": pd.Series(sorted(set(areas) - {""}), dtype="str")})
        frame = frame.merge(pd.DataFrame({"year": range(self.facts.first, self.facts.last + 1)}), how="cross")
        return frame.assign(column=labels("bonus", frame, ["area", "year"]))

    @cached_property
    def moves(self) -> pd.DataFrame:
        """Columns ``moved``: project, column, greatest value; none without an adopted plan."""
        adopted = self.facts.adopted
        frame = pd.DataFrame({"project": pd.Series(adopted.index, dtype="str")})
        frame["most"] = [0 if self.facts.is_held(int(year)) else 1 for year in adopted]
        return frame.assign(column=labels("moved", frame, ["project"]))

    def with_county(self) -> pd.DataFrame:
        """Columns ``start`` with county, estates and households of their projects, and newer households."""
        estates = self.facts.estates
        newer = estates["households"].where(estates["newer"], 0)
        figures = estates.assign(newer_households=newer, count=1).groupby("project")
        frame = self.starts.copy()
        frame["county"] = lookup(frame["project"], figures["county"].first(), "")
        for name, column in (("estates", "count"), ("households", "households"), ("newer", "newer_households")):
            frame[name] = lookup(frame["project"], figures[column].sum(), 0)
        return frame
