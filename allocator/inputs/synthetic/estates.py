"""Synthetic estates: where they lie, how large and how old they are, whose they are; areas, projects, neighbours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.inputs.synthetic.draw import Ints, between, mix, stream, to_total
from allocator.inputs.synthetic.recipe import Extent, Recipe

AREA_SPREAD = 0.025
"""Degrees over which the areas of a county are scattered (standard deviation)."""
ESTATE_SPREAD = 0.0012
"""Degrees over which the estates of an area are scattered."""


def make_estates(extent: Extent, recipe: Recipe, routes: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Sheets ``estates``, ``areas``, ``neighbours`` and ``projects`` of a synthetic city.

    ``routes`` are the policy model's; the first is every project's, some projects may take the first two.
    """
    frame = _placed(extent, recipe)
    _sized(frame, extent, recipe)
    _described(frame, extent, recipe)
    projects = _projects(frame, extent, recipe, routes)
    areas = frame.drop_duplicates("area")[["area", "area_name", "county"]].rename(columns={"area_name": "name"})
    neighbours = _neighbours(frame, extent)
    estates = frame.drop(columns=["area_name", "short", "number"])
    return {
        "estates": estates,
        "projects": projects,
        "areas": areas.reset_index(drop=True),
        "neighbours": neighbours,
    }


def _placed(extent: Extent, recipe: Recipe) -> pd.DataFrame:
    """Ids, names, counties, areas and coordinates."""
    rng = stream(extent.seed, "places")
    blocks = []
    for county in extent.counties:
        area = _area_numbers(rng, county.estates, recipe.estates.area_size)
        centre = rng.normal(0.0, AREA_SPREAD, (int(area[-1]) + 1, 2))[area]
        spot = centre + rng.normal(0.0, ESTATE_SPREAD, (county.estates, 2))
        number = np.arange(1, county.estates + 1)
        blocks.append(
            pd.DataFrame(
                {
                    "estate": [f"{county.code}-{n:04d}" for n in number],
                    "name": [recipe.names.estate.format(county=county.short, number=n) for n in number],
                    "county": county.id,
                    "area": [f"{county.code}-A{a + 1:03d}" for a in area],
                    "area_name": [recipe.names.area.format(county=county.short, number=a + 1) for a in area],
                    "short": county.short,
                    "number": number,
                    "longitude": np.round(county.longitude + spot[:, 0], 5),
                    "latitude": np.round(county.latitude + spot[:, 1], 5),
                }
            )
        )
    return pd.concat(blocks, ignore_index=True)


def _area_numbers(rng: np.random.Generator, estates: int, size: tuple[int, int]) -> Ints:
    """Area of each estate of a county, from 0; the last area takes a remainder too small for one of its own."""
    sizes = rng.integers(size[0], size[1] + 1, size=estates)
    ends = np.cumsum(sizes)
    area = np.searchsorted(ends, np.arange(estates), side="right").astype(np.int64)
    last = int(area[-1])
    if last > 0 and int((area == last).sum()) < size[0]:
        area[area == last] = last - 1
    return area


def _sized(frame: pd.DataFrame, extent: Extent, recipe: Recipe) -> None:
    """Households, buildings, floor area; totals of the extent are met exactly."""
    rng = stream(extent.seed, "sizes")
    shape, count = recipe.estates, len(frame)
    drawn = rng.lognormal(np.log(shape.households_median), shape.households_sigma, count)
    drawn = np.clip(drawn, *shape.households_range)
    households = np.round(drawn).astype(np.int64)
    if extent.households is not None:
        households = to_total(drawn, extent.households, least=shape.households_range[0])
    area = households * between(rng, shape.floor_area_per_household, count)
    floor_area = np.round(area).astype(np.int64) if extent.floor_area is None else to_total(area, extent.floor_area)
    per_building = shape.households_per_building * between(rng, (0.85, 1.15), count)
    frame["households"] = households
    frame["buildings"] = np.maximum(1, np.round(households / per_building)).astype(np.int64)
    frame["floor_area"] = floor_area.astype(float)


def _described(frame: pd.DataFrame, extent: Extent, recipe: Recipe) -> None:
    """Age, ownership, status, hazard and existing facilities."""
    rng = stream(extent.seed, "descriptions")
    shape, count = recipe.estates, len(frame)
    years = shape.built
    built = np.clip(np.round(rng.normal(years.mean, years.deviation, count)), years.first, years.last)
    newer = rng.random(count) < float(years.newer_share)
    late = rng.integers(years.last + 1, years.newest + 1, count)
    frame["built_year"] = np.where(newer, late, built).astype(np.int64)
    frame["ownership"] = mix(rng, shape.ownership, count)
    housing = shape.public_housing
    public = rng.random(count) < float(housing.share_of_estates)
    shares = np.array(housing.shares, dtype=object)[rng.integers(0, len(housing.shares), count)]
    frame["public_share"] = np.where(public, shares, shares[0] * 0)
    owned = rng.random(count) < float(shape.original_owner)
    owners = [recipe.names.owner.format(number=n) for n in rng.integers(1, 41, count)]
    frame["original_owner"] = np.where(owned, owners, "")
    normal = 1.0 - sum(shape.status.values())
    frame["status"] = mix(rng, {"normal": normal, **shape.status}, count)
    frame["hazard"] = rng.random(count) < float(shape.hazard)
    frame["community_facilities"] = rng.poisson(shape.facilities_mean, count)


def _projects(frame: pd.DataFrame, extent: Extent, recipe: Recipe, routes: tuple[str, ...]) -> pd.DataFrame:
    """One project per estate, but some estates join the one before in their area; sets ``project`` of ``frame``."""
    rng = stream(extent.seed, "projects")
    count = len(frame)
    joins = rng.random(count) < float(recipe.estates.joint_projects)
    joins &= (frame["area"] == frame["area"].shift()).to_numpy()
    first = np.maximum.accumulate(np.where(joins, 0, np.arange(count)))
    frame["project"] = ("P-" + frame["estate"].iloc[first]).to_numpy()
    heads = frame[~joins]
    several = rng.random(len(heads)) < float(recipe.estates.several_routes)
    approved = rng.random(len(heads)) < 0.4
    number = np.arange(1, len(heads) + 1)
    approvals = [recipe.names.approval.format(number=n) for n in number]
    return pd.DataFrame(
        {
            "project": heads["project"].to_numpy(),
            "name": [recipe.names.project.format(estate=name) for name in heads["name"]],
            "body": [recipe.names.body.format(county=short) for short in heads["short"]],
            "approval": np.where(approved, approvals, ""),
            "routes": [routes[: 2 if many else 1] for many in several],
        }
    )


def _neighbours(frame: pd.DataFrame, extent: Extent) -> pd.DataFrame:
    """Each estate touches the next of its area, and some the one after it."""
    rng = stream(extent.seed, "neighbours")
    pairs = []
    for step, share in ((1, 1.0), (2, 0.3)):
        other = frame["estate"].shift(-step)
        touches = (frame["area"] == frame["area"].shift(-step)).to_numpy() & (rng.random(len(frame)) < share)
        pairs.append(pd.DataFrame({"estate": frame["estate"][touches], "neighbour": other[touches]}))
    return pd.concat(pairs).sort_values(["estate", "neighbour"], ignore_index=True)
