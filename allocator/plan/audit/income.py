"""Income of special-bond projects, worked out anew: who earns which stream, and what it is worth for cover."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from allocator.plan.audit.exact import half_up, split
from allocator.plan.audit.facts import Facts

COLUMNS = ("area", "estate", "item", "project", "after", "years", "amount")


def earners(facts: Facts) -> pd.DataFrame:
    """Who earns which stream: area, estate, item ("" where the estate's start earns it), project, after, years, amount.

    A stream of a whole area is divided among its estates by cost of their first such item, or by households.
    """
    first = facts.items.sort_index().drop_duplicates(["estate", "work"]).set_index(["estate", "work"])
    found: list[tuple[object, ...]] = []
    for row in facts.case.register.income.to_dict("records"):
        estates = facts.estates[facts.estates["area"] == row["area"]]
        estates = estates[(estates["estate"] == row["estate"]) | (row["estate"] == "")]
        able: list[tuple[object, str, object, int]] = []
        for estate, project, households in estates[["estate", "project", "households"]].itertuples(
            index=False, name=None
        ):
            if not row["work"]:
                able.append((estate, "", project, int(households)))
            elif (estate, row["work"]) in first.index:
                item = first.loc[(estate, row["work"])]
                able.append((estate, str(item["item"]), project, int(item["cost"])))
        able = [entry for entry in able if entry[3] > 0]
        if not able:
            continue
        parts = split(np.array([int(row["amount"])]), [Fraction(weight) for *_keys, weight in able])[0].tolist()
        for (estate, named, project, _weight), part in zip(able, parts, strict=True):
            found.append((row["area"], estate, named, project, int(row["after"]), int(row["years"]), int(part)))
    frame = pd.DataFrame(found, columns=list(COLUMNS))
    whole = dict.fromkeys(("after", "years", "amount"), "int64")
    return frame.astype({"area": "str", "estate": "str", "item": "str", "project": "str", **whole})


def yearly(entries: pd.DataFrame) -> pd.DataFrame:
    """``entries`` (with ``year``, in which the work is done) once for each year of their income, now ``year``."""
    entries = entries.reset_index(drop=True)
    frame = entries.loc[entries.index.repeat(entries["years"])]
    nth = frame.groupby(level=0).cumcount() if len(frame) else 0
    frame = frame.assign(year=frame["year"] + frame["after"] + nth)
    return frame[frame["amount"] > 0].reset_index(drop=True)


def present(facts: Facts, amount: int, year: int) -> int:
    """What an amount of a year counts for in a ratio of cover: discounted to the first year, in whole steps."""
    rate = facts.now(facts.case.policy.special_bonds.discount) or Fraction(0)
    return half_up(amount / (1 + rate) ** (year - facts.first)) if rate else amount
