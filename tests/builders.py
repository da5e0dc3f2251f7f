"""Small cases in memory, written the way one would tell them.

``make_case`` takes the sheets of the register as lists of dicts with only the columns that matter, and the policy model
as a partial, abbreviated mapping that is merged into ``POLICY`` below. Amounts are whole steps (one step is one ``k``).
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import pandas as pd
from pydantic import BaseModel

from allocator.inputs.case import Case, Register
from allocator.inputs.frames import EXACT_NUMBERS, blank_value, series
from allocator.inputs.register_sheets import SHEET, SHEETS, Column
from allocator.inputs.schemas.base import Cited, Label, Quantity
from allocator.inputs.schemas.policy import Band, PolicyModel
from allocator.inputs.schemas.scenario import DEFAULT_GOALS, Money, Scenario

Record = Mapping[str, Any]

COUNTY = "c"
"""The county of estates that name none."""

UNIT = "k"
"""Money unit of every built case; one step is one unit."""

CITATION = {"since": date(2000, 1, 1), "clause": "1", "document": "doc", "basis": "assumption"}

POLICY: dict[str, Any] = {
    "id": "test",
    "documents": {"doc": {"title": "A made-up policy for tests"}},
    "classes": {"basic": {"weight": 1}},
    "payers": {"government": {"last_resort": True}, "resident": {}},
    "levels": {"local": {}, "private": {}},
    "rules": {
        "public": {"values": [{"shares": {"government": 1}}]},
        "private": {"values": [{"shares": {"resident": 1}}]},
        "half": {"values": [{"shares": {"government": 0.5, "resident": 0.5}}]},
        "open": {"values": [{"shares": {"government": (0, 1), "resident": (0, 1)}}]},
    },
    "works": {
        "roof": {"components": {"all": {"rule": "public"}}},
        "door": {"components": {"all": {"rule": "private"}}},
        "pipe": {"components": {"all": {"rule": "half"}}},
        "lift": {"components": {"all": {"rule": "open"}}},
    },
    "sources": {
        "budget": {"payer": "government", "level": "local", "scope": "county", "local": True},
        "pledge": {"payer": "resident", "level": "private", "scope": "estate"},
    },
    "scoring": {"hazard_factor": 2, "window_years": 10},
}
"""One class; ``government`` (the last resort) and ``resident``; a rule and a work for each way to divide a cost.

``budget`` is the county's own money, ``pledge`` is what residents promise. Abbreviations as in ``expand``.
"""

_SHORT: dict[str, Any] = {
    "level": "local",
    "ledger": "budget",
    "scope": "county",
    "unit": UNIT,
    "share": 1,
    "work_class": "basic",
}
"""What a required field of the policy model is when a test does not care."""


def make_case(
    *,
    estates: Sequence[Record],
    items: Sequence[Record] = (),
    policy: Record | None = None,
    horizon: tuple[int, ...] = (2025, 2025),
    options: Record | None = None,
    goals: Sequence[str | Record] | None = None,
    counties: Sequence[str] | None = None,
    scenario: Record | None = None,
    **sheets: Sequence[Record],
) -> Case:
    """Case with the given records; everything else takes the plainest value.

    Parameters
    ----------
    estates, items
        Records of the two required sheets. An estate needs ``estate``; it lies in county ``c``, was built in 1990 and
        has 10 households unless it says otherwise. An item needs ``estate`` and ``cost`` (or rows of component costs);
        it is a ``roof`` with the id ``<estate>-<work>``.
    policy
        Changes to ``POLICY``, merged key by key; abbreviated as ``expand`` allows.
    horizon
        First and last start year, and the last payment year if it matters.
    goals
        Ids or records; the default is every goal with no tolerance, so that optima are exact.
    scenario
        Other fields of the scenario (``locks``, ``exclusions``, ``spend_profile`` …).
    sheets
        Other sheets by key. A limit or carried sum without ``place`` is that of county ``c`` for a source of scope
        county, else of the whole city; without ``year`` it is the first year's; without ``source`` it is ``budget``'s.
    """
    model = PolicyModel.model_validate(expand(PolicyModel, merge(POLICY, policy or {})))
    first = horizon[0]
    records = {sheet.key: [dict(record) for record in sheets.pop(sheet.key, ())] for sheet in SHEETS}
    records["estates"] = [{"county": COUNTY, "built_year": 1990, "households": 10, **r} for r in estates]
    records["items"] = [{"work": "roof", **r} for r in items]
    if sheets:
        msg = f"unknown sheets: {', '.join(sheets)}"
        raise TypeError(msg)
    if counties is None:
        counties = sorted({record["county"] for record in records["estates"]})
    _complete(records, model, counties[0], first)
    data = {
        "id": "test",
        "label": {},
        "policy_model": "test",
        "register": "register",
        "counties": tuple(counties),
        "horizon": dict(zip(("first", "last", "payments_until"), horizon, strict=False)),
        "as_of": date(2024, 1, 1),
        "money": Money(unit=UNIT, unit_value=Decimal(1000), step=Decimal(1), other_units={}),
        "goals": tuple(_goal(g) for g in (goals if goals is not None else [g.id for g in DEFAULT_GOALS])),
        "options": dict(options or {}),
        **(scenario or {}),
    }
    register = Register(**{sheet.key: frame(sheet.key, records[sheet.key]) for sheet in SHEETS})
    return Case(Scenario.model_validate(data), model, register, (), {}, Path("test.yaml"))


def frame(sheet: str, records: Sequence[Record]) -> pd.DataFrame:
    """Frame of ``sheet`` with every column in its own dtype, rows sorted by identity."""
    layout = SHEET[sheet]
    known = {column.key for column in layout.columns}
    if wrong := sorted({key for record in records for key in record} - known):
        msg = f"unknown columns of {sheet}: {', '.join(wrong)}"
        raise TypeError(msg)
    columns = {column.key: _series(column, [record.get(column.key) for record in records]) for column in layout.columns}
    table = pd.DataFrame(columns)
    if sheet == "items":
        table["cost"] = table["cost"].astype("int64")
    return table.sort_values(list(layout.identity), ignore_index=True, kind="stable") if layout.identity else table


def merge(base: Record, changes: Record) -> dict[str, Any]:
    """``base`` with ``changes`` put in key by key; a value of None removes the key."""
    merged = dict(base)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def expand(kind: Any, value: Any) -> Any:
    """``value`` as ``kind`` would have it in full.

    Citations and labels may be left out; a number stands for a quantity, a band (both ends), or a dated value; a pair
    of numbers for a band; a single record for a tuple of one.
    """
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return expand(args[0], value)
    if origin in (Union, types.UnionType):
        models = [arg for arg in args if arg is not type(None)]
        return value if value is None or len(models) > 1 else expand(models[0], value)
    if origin is dict:
        return {key: expand(args[1], entry) for key, entry in value.items()}
    if origin is tuple and args[-1] is Ellipsis:
        entries = value if isinstance(value, list | tuple) else [value]
        return tuple(expand(args[0], entry) for entry in entries)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _expand_model(kind, value)
    return Decimal(str(value)) if isinstance(value, float) else value


def _expand_model(kind: type[BaseModel], value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value
    if issubclass(kind, Band) and not isinstance(value, Mapping):
        low, high = value if isinstance(value, tuple) else (value, value)
        return {"min": Decimal(str(low)), "max": Decimal(str(high))}
    given = {"value": value} if issubclass(kind, Quantity) and not isinstance(value, Mapping) else dict(value)
    full: dict[str, Any] = dict(CITATION) if issubclass(kind, Cited) else {}
    for name, field in kind.model_fields.items():
        if name in given:
            # pydantic keeps constraints of Annotated apart; the bare annotation is enough to know the shape
            full[name] = expand(field.annotation, given.pop(name))
        elif field.is_required() and name not in full:
            if field.annotation is Label:
                full[name] = {}
            elif name in _SHORT:
                full[name] = _SHORT[name]
    return {**full, **given}


def _complete(records: dict[str, list[dict[str, Any]]], model: PolicyModel, county: str, first: int) -> None:
    """Fill in what the readers fill in, and the places and years that go without saying."""
    _complete_estates(records, county)
    _complete_items(records)
    for sheet in ("limits", "carried", "running"):
        for record in records[sheet]:
            record.setdefault("source", "budget")
    for record in (*records["limits"], *records["carried"]):
        record.setdefault("place", county if model.sources[record["source"]].scope == "county" else "")
    for sheet, year in (("limits", "year"), ("carried", "arrival_year"), ("tasks", "year"), ("running", "year")):
        for record in records[sheet]:
            record.setdefault(year, first)
    for sheet in ("tasks", "capacity", "debt", "running"):
        for record in records[sheet]:
            record.setdefault("county", county)
            record.setdefault("year", first)
    for sheet in ("pledges", "votes"):
        for record in records[sheet]:
            record.setdefault("source", "pledge")


def _complete_estates(records: dict[str, list[dict[str, Any]]], county: str) -> None:
    """Every estate has a project, every project and area a row."""
    for estate in records["estates"]:
        estate["project"] = estate.get("project") or estate["estate"]
    for sheet, key in (("projects", "project"), ("areas", "area")):
        named = {record[key] for record in records[sheet]}
        used = {estate[key] for estate in records["estates"] if estate.get(key)}
        records[sheet] += [{key: name} for name in sorted(used - named)]
    for area in records["areas"]:
        area.setdefault("county", county)


def _complete_items(records: dict[str, list[dict[str, Any]]]) -> None:
    """Every item has an id and a cost: its own, or that of its components."""
    for item in records["items"]:
        item.setdefault("item", f"{item['estate']}-{item['work']}")
        parts = [record["cost"] for record in records["component_costs"] if record["item"] == item["item"]]
        item.setdefault("cost", sum(parts))


def _goal(goal: str | Record) -> dict[str, Any]:
    return {"id": goal} if isinstance(goal, str) else dict(goal)


def _series(column: Column, values: list[Any]) -> pd.Series[Any]:
    """Values of one column as the readers hand them on."""
    exact = column.kind in ("share", "rate") or column.key in EXACT_NUMBERS
    converted = [
        blank_value(column)
        if value is None
        else Decimal(str(value))
        if exact
        else tuple(value)
        if column.kind == "ids"
        else value
        for value in values
    ]
    return series(column, converted)
