"""Tables of what is chosen: estates, projects, works, tasks, bundles, and who was passed over."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation
from allocator.formulation.construction import SPLIT, split_costs
from allocator.formulation.readiness import bundle_points, gate_years
from allocator.formulation.tasks import already_started, task_bands
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.choices import Choices
from allocator.plan.tables import TABLES


def works_table(f: Formulation, choices: Choices) -> pd.DataFrame:
    """Items of started projects, done or not."""
    index = f.index
    items = index.items.drop(columns="estate").rename(columns={"item_id": "item", "estate_id": "estate"})
    items = items.reset_index(names="row")
    items["project"] = items["project"].map(index.projects["project_id"])
    works = items.merge(choices.works.rename(columns={"item": "row"}), on="row", how="left", suffixes=("_", ""))
    started = works["project"].isin(index.projects["project_id"].iloc[choices.starts["project"].to_numpy(np.int64)])
    works = works[started].copy()
    done = works["year"].notna()
    gross = works["row"].map(index.gross_costs).fillna(0).astype(np.int64)
    due = choices.due.assign(row=index.parts["item_row"].to_numpy()[choices.due["part"].to_numpy(np.int64)])
    net = works["row"].map(due.groupby("row")["due"].sum()).fillna(0).astype(np.int64)
    works["saving"] = (gross - net).where(done, 0)
    # the register's cost says how it is made up
    works[SPLIT] = split_costs(index.case, works, net.where(done, gross))
    works["cost"] = net.where(done, gross)
    works["year"] = works["year"].fillna(0).astype(np.int64)
    works["route"] = works["route"].fillna("")
    years = np.maximum(works["year"].to_numpy() - index.start_years[0], 0)
    works["points"] = np.where(done, index.points.to_numpy(float)[works["row"].to_numpy(), years], 0.0)
    works["work_class"] = works["work"].map({n: w.work_class for n, w in index.case.policy.works.items()})
    return works.sort_values(["project", "estate", "item"], ignore_index=True)[list(TABLES["works"])]


def estates_table(f: Formulation, choices: Choices, works: pd.DataFrame, baseline: pd.Series) -> pd.DataFrame:
    """Every estate with its state; ``reason`` is filled for those outside the plan by rule, not for those not chosen.

    ``baseline``: start year by project id, 0 when not started.
    """
    index = f.index
    estates = index.estates.copy()
    start = choices.starts.set_index("project")["year"]
    estates["start_year"] = estates["project"].map(start).fillna(0).astype(np.int64)
    estates["project"] = estates["project"].map(index.projects["project_id"])
    project_ready = index.projects.set_index("project_id")["ready_year"]
    waits = (estates["project"].map(project_ready) == 0) | (estates["ready_year"] == 0)
    estates["state"] = np.select(
        [estates["start_year"] > 0, estates["ineligible"] != "", waits],
        ["started", "not_eligible", "not_ready"],
        "not_chosen",
    )
    gates = gate_years(index.case)
    lacking = gates[gates["ready"] == 0].groupby("estate")["gate"].agg(",".join)
    reason = estates["ineligible"].str.split(":").str[0]
    detail = estates["ineligible"].str.partition(":")[2]
    detail = detail.mask(reason == "built_after", estates["built_year"].astype(str))
    not_ready = estates["state"] == "not_ready"
    estates["reason"] = reason.mask(not_ready, "gate").mask(estates["state"] == "started", "")
    estates["reason_detail"] = detail.mask(not_ready, estates["estate_id"].map(lacking).astype(object).fillna(""))
    estates["baseline_year"] = estates["project"].map(baseline).fillna(0).astype(np.int64)
    estates["points"], estates["cost"] = _worth(f, estates, works)
    estates = estates.rename(columns={"estate_id": "estate"})
    for name in ("built_year", "listed_year"):
        estates[name] = estates[name].fillna(0).astype(np.int64)
    return estates[list(TABLES["estates"])]


def _worth(f: Formulation, estates: pd.DataFrame, works: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Points and cost: of the works done when started, else of the required works at the earliest start."""
    index = f.index
    done = works[works["year"] > 0].groupby("estate")[["points", "cost"]].sum()
    required = index.items.loc[index.items["required"], ["estate"]].reset_index(names="item")
    ready = required["estate"].map(index.estates["ready_year"]).to_numpy(np.int64)
    years = np.clip(ready - index.start_years[0], 0, len(index.start_years) - 1)
    required["points"] = index.points.to_numpy(float)[required["item"].to_numpy(np.int64), years]
    required["cost"] = required["item"].map(index.gross_costs).fillna(0)
    could = required.groupby("estate")[["points", "cost"]].sum()
    started = estates["start_year"] > 0
    values = []
    for name in ("points", "cost"):
        possible = pd.Series(estates.index, index=estates.index).map(could[name]).fillna(0)
        values.append(estates["estate_id"].map(done[name]).fillna(0).where(started, possible))
    return values[0] + estates["own_points"], values[1].astype(np.int64)


def projects_table(f: Formulation, choices: Choices, estates: pd.DataFrame, works: pd.DataFrame) -> pd.DataFrame:
    """Started projects."""
    started = estates[estates["start_year"] > 0]
    grouped = started.groupby("project")
    table = grouped.agg(
        county=("county", "first"), start_year=("start_year", "first"), estates=("estate", "size"),
        buildings=("buildings", "sum"), households=("households", "sum"), floor_area=("floor_area", "sum"),
        cost=("cost", "sum"), points=("points", "sum"), first_name=("name", "first"),
    ).reset_index()  # fmt: skip
    made_up = works[works["year"] > 0].groupby("project")[SPLIT].sum()
    for name in SPLIT:
        table[name] = table["project"].map(made_up[name]).fillna(0).astype(np.int64)
    listed = f.index.case.register.projects.set_index("project")
    for name in ("name", "body", "approval"):
        table[name] = table["project"].map(listed[name]).fillna("")
    table["name"] = table["name"].where(table["name"] != "", table["first_name"])
    route = choices.starts.assign(id=choices.starts["project"].map(f.index.projects["project_id"])).set_index("id")[
        "route"
    ]
    table["route"] = table["project"].map(route).fillna("")
    return table.sort_values(["start_year", "county", "project"], ignore_index=True)[list(TABLES["projects"])]


def tasks_table(f: Formulation, estates: pd.DataFrame) -> pd.DataFrame:
    """Task bands against the plan; running projects that started in the year count."""
    bands = task_bands(f.index)
    started = estates[estates["start_year"] > 0]
    planned = []
    for county, year, measure in bands[["county", "year", "measure"]].itertuples(index=False, name=None):
        own = started[
            ((started["county"] == county) | (county == "")) & ((started["start_year"] == year) | (year == TOTAL))
        ]
        planned.append(len(own) if measure == "estates" else int(own["households"].sum()))
    bands["planned"] = np.array(planned, dtype=np.int64) + already_started(f.index.case, bands)
    below = (bands["minimum"] - bands["planned"]).clip(lower=0)
    above = (bands["planned"] - bands["maximum"]).clip(lower=0).where(bands["maximum"] >= 0, 0)
    bands["breach"] = (below + above).astype(np.int64)
    return bands[list(TABLES["tasks"])]


def bundles_table(f: Formulation, choices: Choices, estates: pd.DataFrame) -> pd.DataFrame:
    """Areas that earn their bonus."""
    areas = f.index.case.register.areas
    worth = bundle_points(f.index.case)
    rows = []
    for area, year in choices.bonuses[["area", "year"]].itertuples(index=False, name=None):
        own = estates[(estates["area"] == areas["area"].iloc[area]) & (estates["start_year"] == year)]
        record = areas.iloc[area]
        county = record["county"] or (own["county"].iloc[0] if len(own) else "")
        rows.append((record["area"], record["name"], county, int(year), len(own), float(worth.iloc[area])))
    table = pd.DataFrame(rows, columns=list(TABLES["bundles"]))
    return table.sort_values(["year", "county", "area"], ignore_index=True)
