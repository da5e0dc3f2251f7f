"""Views of the hand-in forms that no other report has: performance targets, and the list that is made public."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from allocator.reporting.audience import unfunded_projects, without_projects
from allocator.reporting.figures import Figures, rank

_COUNTED = ["estates", "households", "floor_area", "buildings", "benefiting"]
_RATES = [f"{measure}_{part}" for measure in ("estates", "households") for part in ("task", "done")]
_NOTHING = pd.DataFrame(columns=["year", "county", *_COUNTED, *_RATES])


def performance(f: Figures) -> pd.DataFrame:
    """One row per start year and county: estates, households, floor area, buildings, households that benefit.

    ``estates_task`` and ``households_task`` are the least numbers asked for (0: none), ``estates_done`` and
    ``households_done`` what counts towards them, as the tasks of the plan say.
    """
    tasks = f.table("tasks")
    rows = _together([_extent(f, ["year", "county"]), *_rates(f, tasks[tasks["county"] != ""])], ["year", "county"])
    rows = rows.assign(order=rank(rows["county"], f.counties)).sort_values(["year", "order"])
    rows["no"] = rows.groupby("year").cumcount() + 1
    return rows.assign(section=rows["year"].map(f.year), place=rows["county"].map(f.place))


def performance_years(f: Figures) -> pd.DataFrame:
    """One row per start year, as ``performance``; the city's own task counts where there is one."""
    tasks = f.table("tasks")
    city = tasks[tasks["county"] == ""]
    covered = set(zip(city["year"], city["measure"], strict=True))
    others = pd.Series(
        [pair not in covered for pair in zip(tasks["year"], tasks["measure"], strict=True)],
        index=tasks.index,
        dtype=bool,
    )
    every = pd.DataFrame({"year": f.start_years})
    rows = _together([every, _extent(f, ["year"]), *_rates(f, city), *_rates(f, tasks[others])], ["year"])
    return rows.assign(year_text=rows["year"].map(f.year))


def _together(parts: Sequence[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """Parts added up by ``keys``; a figure that a part does not have is zero there."""
    columns = [*_COUNTED, *_RATES]
    rows = pd.concat([part.reindex(columns=[*keys, *columns]) for part in parts if len(part)] or [_NOTHING])
    sums = rows.groupby(keys, as_index=False)[columns].sum()
    return sums.astype({name: "int64" for name in ["year", *columns] if name != "floor_area"})


def _extent(f: Figures, keys: list[str]) -> pd.DataFrame:
    """What starts, by ``keys``; a household benefits when any work of its estate is for it."""
    started = f.started
    items = f.run.case.register.items.set_index("item")["benefiting_households"]
    works = f.table("works").query("year > 0")
    most = works.assign(n=works["item"].map(items).astype("Int64")).merge(
        started[["estate", "households"]], on="estate", how="inner"
    )
    most["n"] = most["n"].fillna(most["households"].astype("Int64"))
    # who profits from which work is not known by name: the work for most households is what is certain
    benefiting = most.groupby("estate")["n"].max()
    started = started.assign(benefiting=started["estate"].map(benefiting).fillna(0).astype("int64"))
    sums = {name: (name, "sum") for name in _COUNTED if name != "estates"}
    return (
        started.rename(columns={"start_year": "year"})
        .groupby(keys, as_index=False)
        .agg(estates=("estate", "size"), **sums)
    )


def _rates(f: Figures, tasks: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Tasks of start years with a least number: what is asked for, and what the plan does towards it."""
    asked = tasks[(tasks["minimum"] > 0) & tasks["year"].isin(f.start_years)]
    for measure in ("estates", "households"):
        own = asked.loc[asked["measure"] == measure, ["year", "county", "minimum", "planned"]]
        yield own.rename(columns={"minimum": f"{measure}_task", "planned": f"{measure}_done"})


def public_list(f: Figures) -> pd.DataFrame:
    """One row per estate that starts and whose project has all its money: name, county, works, year, households."""
    run = without_projects(f.run, unfunded_projects(f.run))
    estates = run.tables["estates"]
    started = estates[estates["state"] == "started"]
    projects = run.tables["projects"].set_index("project")
    done = run.tables["works"].query("year > 0")
    names = done["work"].map({work: f.label("works", work) for work in done["work"].unique()})
    separator = f.say("words", "list_sep")
    works = names.groupby(done["estate"]).agg(lambda column: separator.join(dict.fromkeys(column)))
    rows = started.assign(
        shown_name=started["name"].where(started["name"] != "", started["estate"]),
        area_name=[f.place(area) if area else "" for area in started["area"]],
        works=started["estate"].map(works).fillna(""),
        body=started["project"].map(projects["body"]),
        order=rank(started["county"], f.counties),
        section=started["county"].map(f.place),
    )
    rows = rows.sort_values(["order", "start_year", "estate"])
    return rows.assign(no=range(1, len(rows) + 1))
