"""Synthetic scenarios of any size, for tests, benchmarks and demonstrations; the same seed gives the same files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from allocator.inputs.frames import blank_value, series
from allocator.inputs.register_sheets import SHEET
from allocator.inputs.schemas.scenario import Money
from allocator.inputs.synthetic.duties import make_capacity, make_debt, make_tasks
from allocator.inputs.synthetic.estates import make_estates
from allocator.inputs.synthetic.items import make_items
from allocator.inputs.synthetic.limits import Purse, make_carried, make_limits, make_running
from allocator.inputs.synthetic.needs import expected_payments
from allocator.inputs.synthetic.projects import with_projects
from allocator.inputs.synthetic.readiness import make_gates, make_pledges
from allocator.inputs.synthetic.recipe import (
    CountyExtent,
    Extent,
    Recipe,
    Setting,
    read_extent,
    read_recipe,
    shipped_policy,
)
from allocator.inputs.synthetic.scenario_file import scenario_text
from allocator.inputs.synthetic.votes import make_votes
from allocator.inputs.write_register import write_csv, write_xlsx

__all__ = ["calibrated_register", "generate", "synthetic_register"]


def generate(
    estates: int,
    counties: int,
    seed: int,
    out: Path,
    *,
    name: str = "synthetic",
    register: Literal["xlsx", "csv"] = "xlsx",
    language: str = "zh",
) -> Path:
    """Write a synthetic scenario of any size: ``base.yaml`` and its register.

    Parameters
    ----------
    estates, counties
        How many; every county has at least one estate.
    seed
        The same seed gives the same files.
    out
        Folder; made when missing.
    name
        Id of the scenario.
    register
        One workbook, or a folder of .csv files.
    language
        Of the register's headings, ``zh`` or ``en``.

    Returns
    -------
    Path
        The scenario file.

    Raises
    ------
    ValueError
        When there are fewer estates than counties.
    """
    recipe, money = read_recipe(), Money()
    extent = _extent(estates, counties, seed, name, recipe)
    frames = synthetic_register(Setting(extent, recipe, shipped_policy(recipe.policy_model), money))
    out.mkdir(parents=True, exist_ok=True)
    if register == "xlsx":
        write_xlsx(frames, out / "register.xlsx", money, language)
    else:
        write_csv(frames, out / "register", money, language)
    path = out / "base.yaml"
    beside = "register.xlsx" if register == "xlsx" else "register"
    path.write_text(scenario_text(extent, recipe, beside), encoding="utf-8", newline="\n")
    return path


def calibrated_register(extent_file: Path) -> dict[str, pd.DataFrame]:
    """Sheets of the register whose size and totals the YAML file ``extent_file`` states, with the recipe's defaults."""
    extent, recipe = read_extent(extent_file), read_recipe()
    return synthetic_register(Setting(extent, recipe, shipped_policy(recipe.policy_model), Money()))


def synthetic_register(setting: Setting) -> dict[str, pd.DataFrame]:
    """Sheets of a synthetic register, by sheet key, in canonical form with all columns; money in steps."""
    extent = setting.extent
    frames = make_estates(extent, setting.recipe, tuple(setting.policy.routes))
    estates = frames["estates"]
    items = make_items(estates, setting)
    payments = expected_payments(items, estates, setting)
    joins = (estates["project"] == estates["project"].shift()).to_numpy()
    frames["items"] = items
    frames["gates"], unmet = make_gates(estates, joins, setting)
    frames["pledges"] = make_pledges(estates, payments, unmet, setting)
    frames["votes"] = make_votes(frames["pledges"], setting)
    need = payments.pivot_table(index="county", columns="payer", values="amount", aggfunc="sum", fill_value=0.0)
    need = need.reindex([county.id for county in extent.counties], fill_value=0.0)
    purse = Purse(extent, setting.recipe, setting.policy, setting.money, need)
    frames["carried"] = make_carried(purse)
    frames["running"] = make_running(purse, frames["carried"])
    frames["limits"] = make_limits(purse, frames["running"])
    frames["tasks"] = make_tasks(purse, estates)
    cost = items["cost"].groupby(items["estate"].map(estates.set_index("estate")["county"])).sum()
    frames["capacity"] = make_capacity(purse, estates, cost)
    frames["debt"] = make_debt(purse, frames["limits"])
    with_projects(purse, frames)
    return {key: _canonical(key, frames[key]) for key in SHEET if key in frames}


def _canonical(key: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with the sheet's columns in order, each of its kind; columns it lacks are blank."""
    found = {
        c.key: frame[c.key].tolist() if c.key in frame else [blank_value(c)] * len(frame) for c in SHEET[key].columns
    }
    return pd.DataFrame({column.key: series(column, found[column.key]) for column in SHEET[key].columns})


def _extent(estates: int, counties: int, seed: int, name: str, recipe: Recipe) -> Extent:
    """Counties of even size, the first ones larger by one, on a grid."""
    if not 1 <= counties <= estates:
        msg = f"{counties} counties need at least as many estates, not {estates}"
        raise ValueError(msg)
    sizes = [len(part) for part in np.array_split(np.arange(estates), counties)]
    wide = math.ceil(math.sqrt(counties))
    return Extent(
        id=name,
        zh=f"演示数据:{estates}个小区、{counties}个县",
        en=f"Synthetic data: {estates} estates in {counties} counties",
        seed=seed,
        counties=tuple(
            CountyExtent(
                id=recipe.names.county.format(number=n + 1),
                code=f"C{n + 1:02d}",
                short=recipe.names.county.format(number=n + 1),
                estates=size,
                longitude=114.0 + 0.4 * (n % wide),
                latitude=29.5 + 0.4 * (n // wide),
            )
            for n, size in enumerate(sizes)
        ),
    )
