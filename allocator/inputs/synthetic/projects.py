"""Synthetic special-bond projects: a few areas with income, quotas of special bonds, and ceilings of special debt."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.inputs.synthetic.limits import EXPECTED, Purse, lot_steps, service_of


def make_income(purse: Purse, estates: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Sheet ``income``: streams of the areas that are special-bond projects, from works their estates need."""
    recipe, unit = purse.recipe.money.projects, float(purse.money.unit_value * purse.money.step)
    rows: list[tuple[object, ...]] = []
    area = items["estate"].map(estates.set_index("estate")["area"])
    for place in project_areas(purse, estates):
        cost = items[area == place].groupby("work")["cost"].sum()
        households = int(estates.loc[estates["area"] == place, "households"].sum())
        for name, stream in recipe.income.items():
            amount = stream.per_household * households / unit
            if stream.work:
                amount += stream.of_cost * float(cost.get(stream.work, 0))
            if round(amount):
                rows.append((place, name, stream.work or "", stream.years, round(amount)))
    frame = pd.DataFrame(rows, columns=["area", "stream", "work", "years", "amount"])
    return frame.assign(after=1, certainty=EXPECTED, document=purse.recipe.names.document)


def project_areas(purse: Purse, estates: pd.DataFrame) -> list[str]:
    """The largest area of each of the largest counties, by households."""
    recipe = purse.recipe.money.projects
    sizes = estates[estates["area"] != ""].groupby(["county", "area"])["households"].sum().reset_index()
    sizes = sizes.sort_values(["households", "area"], ascending=[False, True]).drop_duplicates("county")
    return sorted(sizes["area"].head(recipe.areas))


def with_projects(purse: Purse, frames: dict[str, pd.DataFrame]) -> None:
    """Add income, quotas, states of review and ceilings of special debt to the sheets; other rows stay as they are."""
    recipe = purse.recipe.money.projects
    bond = next(b for b in purse.policy.bonds.values() if b.source == recipe.source)
    places = project_areas(purse, frames["estates"])
    frames["income"] = income = make_income(purse, frames["estates"], frames["items"])
    cost = frames["items"].groupby(frames["items"]["estate"].map(frames["estates"].set_index("estate")["area"]))["cost"]
    lot, term, quotas = lot_steps(purse, bond), int(bond.term_years.value), []
    for number, place in enumerate(places):
        own = income[income["area"] == place]
        earned = float((own["amount"] * own["years"].clip(upper=term)).sum())
        most = min(earned / recipe.income_per_yuan, float(cost.sum()[place]) * recipe.of_cost)
        each = int(most / len(recipe.certainty) // lot * lot)
        for year, certainty in zip(purse.years, recipe.certainty, strict=False):
            quotas.append((recipe.source, place, year, max(each, int(lot)), certainty))
        frames["areas"].loc[frames["areas"]["area"] == place, "review"] = recipe.review[number % len(recipe.review)]
    rows = pd.DataFrame(quotas, columns=["source", "place", "year", "amount", "certainty"])
    rows = rows.assign(document=purse.recipe.names.document)
    frames["limits"] = pd.concat([frames["limits"], rows], ignore_index=True)
    county = dict(zip(frames["areas"]["area"], frames["areas"]["county"], strict=True))
    frames["debt"] = _with_special_debt(purse, frames["debt"], rows.assign(county=rows["place"].map(county)))


def _with_special_debt(purse: Purse, debt: pd.DataFrame, quotas: pd.DataFrame) -> pd.DataFrame:
    """Special debt beside general debt, in every year to the last repayment: older stock, and room for the quotas."""
    recipe, unit = purse.recipe.money.projects, float(1 / purse.money.step)
    bond = next(b for b in purse.policy.bonds.values() if b.source == recipe.source)
    frames, term = [], float(bond.term_years.value)
    for county, own in debt.groupby("county", sort=False):
        mine = quotas[quotas["county"] == county].groupby("year")["amount"].sum()
        quota = mine.reindex(purse.years, fill_value=0).to_numpy(dtype=float)
        due = service_of(bond, quota)
        last = max(purse.years[0] + len(due) - 1, int(own["year"].max())) if quota.sum() else int(own["year"].max())
        span = pd.RangeIndex(purse.years[0], last + 1)
        rows = own.set_index("year").reindex(span)
        rows["county"] = county
        elapsed = np.arange(len(span))
        stock = float(own["existing_stock"].iloc[0]) * recipe.stock * np.clip(1 - elapsed / term, 0, None)
        owed = np.where(stock > 0, stock[0] / term + stock * float(bond.coupon.value), 0.0)
        rows["special_existing_stock"] = np.round(stock / unit) * unit
        rows["special_existing_service"] = np.round(owed / unit) * unit
        grown = np.cumsum(np.pad(quota, (0, len(span) - len(quota)))) * recipe.stock_room
        rows["special_stock_ceiling"] = rows["special_existing_stock"] + np.round(grown / unit) * unit
        room = np.ceil(due.max() * recipe.service_room / unit) * unit if quota.sum() else 0.0
        rows["special_service_ceiling"] = rows["special_existing_service"] + room
        rows[["existing_stock", "existing_service"]] = rows[["existing_stock", "existing_service"]].fillna(0)
        frames.append(rows.rename_axis("year").reset_index())
    return _whole(pd.concat(frames, ignore_index=True)) if frames else debt


def _whole(debt: pd.DataFrame) -> pd.DataFrame:
    """Money in whole steps; a ceiling that is not declared stays missing."""
    money = [name for name in debt.columns if name not in ("county", "year")]
    return debt.astype(dict.fromkeys(money, "Int64"))
