"""The plan as its tables tell it, joined to the inputs: what starts when, what is done, what falls due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.exact import Ints, fraction, lookup, split, times
from allocator.plan.audit.facts import CITY, NEVER, SHORTFALL, Facts
from allocator.plan.audit.parts import by_weights
from allocator.plan.audit.points import item_points
from allocator.plan.audit.report import Book, Finding
from allocator.plan.tables import TABLES, Kind

_DTYPES: dict[Kind, str] = {"text": "str", "int": "int64", "money": "int64", "number": "float64", "bool": "bool"}


def tidy(tables: Mapping[str, pd.DataFrame], book: Book) -> dict[str, pd.DataFrame]:
    """Every table with exactly its columns and kinds; what is missing or cannot be read is a finding."""
    clean, findings = {}, []
    for name, columns in TABLES.items():
        given = tables.get(name)
        if given is None:
            findings.append(Finding(name, _("no table"), _("a table")))
            given = pd.DataFrame()
        lacking = [column for column in columns if column not in given.columns]
        if lacking and len(given.columns):
            findings.append(Finding(name, _("no column {names}").format(names=", ".join(lacking)), _("all columns")))
        frame = pd.DataFrame(index=range(len(given)))
        for column, kind in columns.items():
            values = given[column].reset_index(drop=True) if column in given.columns else pd.Series(index=frame.index)
            frame[column], wrong = _as_kind(values, kind)
            findings += [Finding(f"{name}.{column}", _("{n} values cannot be read").format(n=wrong), kind)] * (
                wrong > 0
            )
        clean[name] = frame
    book.add("tables", _("tables and columns are all there"), sum(map(len, TABLES.values())), findings)
    return clean


def _as_kind(values: pd.Series, kind: Kind) -> tuple[pd.Series, int]:
    """``values`` in the dtype of ``kind``, and how many could not be read (they become zero)."""
    if values.dtype == _DTYPES[kind] and not values.hasnans:
        return values, 0
    if kind == "text":
        return values.astype(object).where(values.notna(), "").astype("str"), 0
    if kind == "bool":
        known = values.map(lambda value: isinstance(value, bool | np.bool_))
        return (values.astype(object) == True) & known, int((~known.astype(bool)).sum())  # noqa: E712 - per element
    numbers = pd.to_numeric(values, errors="coerce")
    if kind == "number":
        return numbers.astype("float64"), int((numbers.isna() & values.notna()).sum())
    whole = numbers.notna() & (numbers % 1 == 0) if len(numbers) else numbers.notna()
    nulls = values.isna() if kind == "int" else pd.Series(False, index=values.index)
    return numbers.where(whole, 0).astype("int64"), int((~whole & ~nulls).sum())


@dataclass(frozen=True)
class View:
    """Facts and tables side by side."""

    facts: Facts
    tables: Mapping[str, pd.DataFrame]

    @cached_property
    def starts(self) -> pd.DataFrame:
        """Started projects by id: start_year, route."""
        frame = self.tables["projects"].drop_duplicates("project").set_index("project")
        return frame.loc[frame["start_year"] > 0, ["start_year", "route"]]

    @cached_property
    def estates(self) -> pd.DataFrame:
        """All estates of the register by id, with ``start_year`` (0: not started) and ``route`` of their projects."""
        frame = self.facts.estates.copy()
        frame["start_year"] = lookup(frame["project"], self.starts["start_year"], 0)
        frame["route"] = lookup(frame["project"], self.starts["route"], "")
        return frame

    @cached_property
    def started(self) -> pd.DataFrame:
        """Estates that start."""
        return self.estates[self.estates["start_year"] > 0]

    @cached_property
    def moved(self) -> pd.Series:
        """Whether each project's start differs from the adopted plan; no entries without such a plan."""
        adopted = self.facts.adopted
        return self.starts["start_year"].reindex(adopted.index, fill_value=0).astype("int64") != adopted

    @cached_property
    def items(self) -> pd.DataFrame:
        """All items by id, with ``year`` (0: not done), ``start_year`` and ``route`` of their estates."""
        works = self.tables["works"].drop_duplicates("item").set_index("item")
        frame = self.facts.items.copy()
        frame["year"] = works["year"].reindex(frame.index, fill_value=0).astype("int64")
        frame["start_year"] = lookup(frame["estate"], self.estates["start_year"], 0)
        frame["route"] = lookup(frame["estate"], self.estates["route"], "")
        return frame

    @cached_property
    def done(self) -> pd.DataFrame:
        """Items that are done."""
        return self.items[self.items["year"] > 0]

    @cached_property
    def reductions(self) -> pd.DataFrame:
        """Savings earned: one row per saving and part, with ``reduction`` in steps."""
        parts, frames = self.facts.parts, []
        first = self.items.sort_index().drop_duplicates(["estate", "work"])
        for key, saving in self.facts.case.policy.savings.items():
            years = [first[first["work"] == work].set_index("estate")["year"] for work in saving.works]
            pair = pd.concat(years, axis=1, join="inner")
            both = pair.index[(pair.iloc[:, 0] > 0) & (pair.iloc[:, 0] == pair.iloc[:, 1])]
            cheaper = first[(first["work"] == saving.on) & first["estate"].isin(both)].index
            touched = parts[parts["item"].isin(cheaper)]
            saved = times(touched["cost"].to_numpy("int64"), fraction(saving.share))
            frames.append(pd.DataFrame({"saving": key, "part": touched["part"], "reduction": saved}))
        if not frames:
            return pd.DataFrame({"saving": [], "part": [], "reduction": pd.Series(dtype="int64")})
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def done_parts(self) -> pd.DataFrame:
        """Parts of done items, with ``year``, ``route``, ``saved`` and net ``net`` cost."""
        parts = self.facts.parts
        frame = parts[parts["item"].isin(self.done.index)].copy()
        frame["year"] = lookup(frame["item"], self.done["year"], 0)
        frame = frame[frame["year"].between(frame["from_year"], frame["until_year"])]
        frame["route"] = lookup(frame["item"], self.done["route"], "")
        saved = self.reductions.groupby("part")["reduction"].sum()
        frame["saved"] = saved.reindex(frame.index, fill_value=0).astype("int64")
        return frame.assign(net=frame["cost"] - frame["saved"])

    @cached_property
    def dues(self) -> pd.Series:
        """Steps that fall due by (part, year); zero sums are left out."""
        frames = []
        reductions = self.reductions.set_index("part")
        for profile, group in by_weights(self.done_parts):
            gross = split(group["cost"].to_numpy("int64"), profile)
            frames.append(_by_year(group, gross.copy()))
            for _key, rows in reductions[reductions.index.isin(group.index)].groupby("saving"):
                saved = group.loc[rows.index]
                cost = saved["cost"].to_numpy("int64")
                less = split(cost - rows["reduction"].to_numpy("int64"), profile) - split(cost, profile)
                frames.append(_by_year(saved, less))
        if not frames:
            keys = [pd.Index([], dtype="str"), pd.Index([], dtype="int64")]
            empty = pd.MultiIndex.from_arrays(keys, names=["part", "year"])
            return pd.Series(dtype="int64", index=empty, name="due")
        total = pd.concat(frames, ignore_index=True).groupby(["part", "year"])["due"].sum()
        return total[total != 0]

    @cached_property
    def payments(self) -> pd.DataFrame:
        """Payment lines with what the inputs say of their part (columns ``part_…``; "" when there is no such part)."""
        frame = self.tables["payments"].copy()
        facts = self.done_parts[["rule", "payer", "open", "grant", "source", "work", "work_class", "route", "area"]]
        joined = frame.join(facts.add_prefix("part_"), on="part")
        known = joined["part_rule"].notna()
        for column in facts.columns.drop("open"):
            joined[f"part_{column}"] = joined[f"part_{column}"].where(known, "").astype("str")
        joined["part_open"] = joined["part_open"].where(known, False).astype(bool)
        joined["known"] = known
        scope = joined["source"].map(self.facts.sources["scope"]).fillna("")
        joined["scope"] = scope
        joined["place"] = np.select(
            [scope == "county", scope == "area", scope == "estate"],
            [joined["county"], joined["part_area"], joined["estate"]],
            CITY,
        )
        return joined

    @cached_property
    def item_points(self) -> pd.Series:
        """Points of items done; required items of an estate with points of its own count nothing."""
        done = self.done
        worth = item_points(self.facts, done, done["year"])
        own = self.facts.estates["points"].notna()
        return worth.where(~(done["must"] & done["estate"].isin(own.index[own])), 0.0)

    @cached_property
    def estate_points(self) -> pd.Series:
        """Points of started estates: their own, or those of required items, and those of other items done."""
        earned = self.item_points.groupby(self.done["estate"]).sum()
        own = self.started["points"].map(lambda value: float(fraction(value)), na_action="ignore").astype("float64")
        return own.fillna(0.0) + earned.reindex(self.started.index, fill_value=0.0)

    @cached_property
    def unpaid(self) -> pd.DataFrame:
        """Payment lines of the last resort."""
        return self.payments[self.payments["source"] == SHORTFALL]

    @cached_property
    def baseline_projects(self) -> pd.Series:
        """Ready year of each project, ``NEVER`` when one of its estates is not eligible."""
        return self.facts.projects["ready_year"].fillna(NEVER).astype("int64")


def _by_year(parts: pd.DataFrame, amounts: Ints) -> pd.DataFrame:
    """Amounts (parts, payment years from the year done) as rows (part, year, due)."""
    span = amounts.shape[1]
    return pd.DataFrame(
        {
            "part": np.repeat(parts.index.to_numpy(), span),
            "year": (parts["year"].to_numpy("int64")[:, None] + np.arange(span)).ravel(),
            "due": amounts.ravel(),
        }
    )
