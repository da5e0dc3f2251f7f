"""What the page's script works on: estates with their reasons, works and payments, as JSON that is safe in HTML."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
from markupsafe import Markup

from allocator.plan.reasons import STATES, reason_words
from allocator.reporting.figures import Figures, rank


def estate_rows(f: Figures) -> pd.DataFrame:
    """Estates in the order of the page's table (county, start year, id), indexed from 0.

    Adds ``reason_text`` and ``map_words``, what a pointer over the estate's dot says.
    """
    table = f.table("estates")
    known = {
        (code, detail): reason_words(code, detail, f.run.case.policy, f.language)
        for code, detail in set(zip(table["reason"], table["reason_detail"], strict=True))
    }
    reasons = [known[pair] for pair in zip(table["reason"], table["reason_detail"], strict=True)]
    rows = table.assign(
        order=rank(table["county"], f.counties),
        later=table["start_year"].where(table["start_year"] > 0, 9999),
        reason_text=reasons,
        map_words=[
            " · ".join(part for part in (name or estate, county, f.year(year) if year else reason) if part)
            for name, estate, county, year, reason in zip(
                table["name"], table["estate"], table["county"], table["start_year"], reasons, strict=True
            )
        ],
    )
    return rows.sort_values(["order", "later", "estate"]).reset_index(drop=True)


def page_json(f: Figures, estates: pd.DataFrame) -> Markup:
    """Data of the estate table as JSON; the characters that could end a script element are escaped."""
    data = {
        "decimals": f.money_decimals,
        "counties": [f.place(county) for county in f.counties],
        "states": [label.text(f.language) for label in STATES.values()],
        "years": f.start_years,
        "sources": (sources := _Ids(f.source)).names,
        "works": (works := _Ids(lambda work: f.label("works", work))).names,
        "estates": _estates(f, estates),
        "payments": _payments(f, estates, sources),
        "done": _works(f, estates, works),
        "words": {
            key: f.say("page", key).replace("{unit}", f.unit)
            for key in ("shown", "page_of", "details", "close", "works", "payments", "no_payments", "hazard")
        }
        | {key: f.say("words", key) for key in ("firm", "total", "amount")}
        | {"year": f.say("one_page", "year"), "source": f.say("page", "source")},
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - no character of it can end the script element


class _Ids:
    """Numbers ids in the order they are met, and keeps their names."""

    def __init__(self, name: Any) -> None:  # noqa: ANN401 - a function str -> str
        self._name = name
        self._numbers: dict[str, int] = {}
        self.names: list[str] = []

    def number(self, key: str) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self.names)
            self.names.append(self._name(key))
        return self._numbers[key]


def _estates(f: Figures, estates: pd.DataFrame) -> list[list[Any]]:
    """One entry per estate, in the order of the script's constants (ID, NAME, COUNTY …)."""
    counties = {county: position for position, county in enumerate(f.counties)}
    states = {state: position for position, state in enumerate(STATES)}
    built = estates["built_year"].astype("Int64").fillna(0).astype(int)
    columns = [
        estates["estate"], estates["name"], estates["county"].map(counties).fillna(-1).astype(int), estates["project"],
        estates["area"].map(lambda area: f.place(area) if area else ""), built,
        estates["households"].astype(int), estates["points"].astype(float).round(2),
        estates["cost"].map(f.amount), estates["state"].map(states).fillna(-1).astype(int),
        estates["start_year"].astype(int), estates["baseline_year"].astype(int),
        estates["reason_text"], estates["hazard"].astype(bool).astype(int),
    ]  # fmt: skip
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _payments(f: Figures, estates: pd.DataFrame, sources: _Ids) -> list[list[list[Any]]]:
    """Per estate, its payments by source and year: [source, year, amount, firm]."""
    position = {estate: number for number, estate in enumerate(estates["estate"])}
    rows: list[list[list[Any]]] = [[] for _ in position]
    sums = f.payments.groupby(["estate", "source", "year"], as_index=False)[["amount", "firm"]].sum()
    order = rank(sums["source"], list(f.run.case.policy.sources))
    sums = sums.assign(order=order).sort_values(["estate", "order", "year"])
    for row in sums.to_dict("records"):
        if row["estate"] in position and row["amount"]:
            entry = [sources.number(row["source"]), int(row["year"]), f.amount(row["amount"]), f.amount(row["firm"])]
            rows[position[row["estate"]]].append(entry)
    return rows


def _works(f: Figures, estates: pd.DataFrame, works: _Ids) -> list[list[list[Any]]]:
    """Per estate, its works done: [work, year, cost]."""
    position = {estate: number for number, estate in enumerate(estates["estate"])}
    rows: list[list[list[Any]]] = [[] for _ in position]
    done = f.table("works")
    done = done[done["year"] > 0]
    for estate, work, year, cost in zip(done["estate"], done["work"], done["year"], done["cost"], strict=True):
        if estate in position:
            rows[position[estate]].append([works.number(work), int(year), f.amount(cost)])
    return rows
