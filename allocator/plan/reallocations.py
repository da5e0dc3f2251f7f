"""Carried money tied to projects under way, as a plan uses it: own bills, what moves elsewhere (调剂), what lapses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from allocator.formulation.accounts import ACCOUNT
from allocator.formulation.build import Formulation
from allocator.formulation.frames import summed
from allocator.formulation.reallocation import TIED, reallocation_price, tied_money
from allocator.plan.tables import TABLES
from allocator.solving.base import Floats


@dataclass(frozen=True)
class MovedMoney:
    """Whole steps, zero left out.

    Attributes
    ----------
    own: ``TIED``, ``year``, ``amount``: what tied money pays of its own project's bills.
    moved: ``TIED``, ``amount``: what of it is free for others.
    tied: ``TIED``, ``amount``: all there is.
    excess: ``ACCOUNT``, ``amount``: money found beyond limits.
    """

    own: pd.DataFrame
    moved: pd.DataFrame
    tied: pd.DataFrame
    excess: pd.DataFrame

    @property
    def kept(self) -> pd.DataFrame:
        """What is tied and not moved; ``TIED``, ``amount``."""
        both = pd.concat([self.tied, self.moved.assign(amount=-self.moved["amount"])], ignore_index=True)
        return summed(both, TIED, "amount")


def moved_money(f: Formulation, x: Floats) -> MovedMoney:
    """Read tied money and money beyond limits off the columns of ``x``."""

    def amounts(kind: str, keys: list[str]) -> pd.DataFrame:
        frame = f.columns[kind]
        steps = np.round(x[frame["col"].to_numpy(np.int64)]).astype(np.int64)
        found: pd.DataFrame = frame.loc[steps > 0, keys].assign(amount=steps[steps > 0]).reset_index(drop=True)
        return found

    return MovedMoney(
        amounts("own", [*TIED, "year"]), amounts("reallocated", TIED), tied_money(f.index.case),
        amounts("excess", ACCOUNT),
    )  # fmt: skip


def reallocations_table(f: Formulation, money: MovedMoney) -> pd.DataFrame:
    """Table ``reallocations``: one row per sum of tied money."""
    own, moved = (frame.groupby(TIED)["amount"].sum() for frame in (money.own, money.moved))
    rows = money.tied.rename(columns={"amount": "carried"})
    keys = pd.MultiIndex.from_frame(rows[TIED])
    rows["own"] = own.reindex(keys, fill_value=0).to_numpy(np.int64)
    rows["amount"] = moved.reindex(keys, fill_value=0).to_numpy(np.int64)
    rows["left"] = rows["carried"] - rows["own"] - rows["amount"]
    rows["price"] = reallocation_price(f.index.case)
    rows = rows.rename(columns={"arrival": "arrival_year", "running": "project"})
    return rows.sort_values(["source", "place", "arrival_year", "project"])[list(TABLES["reallocations"])]
