"""References between sheets, to the policy model and to the scenario; and the columns that a register may leave out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd

from allocator.i18n import _
from allocator.inputs.cells import MAX_STEPS
from allocator.inputs.cost_split import SPLIT
from allocator.inputs.frames import blank_value, looked_up, series
from allocator.inputs.register_reader import Names, Sheets, check_duplicates, resolve
from allocator.inputs.register_sheets import SHEET, SHEETS
from allocator.inputs.schemas.scenario import Money


def policy_names(policy: Mapping[str, Any], part: str) -> Names:
    """Names of one part of a policy model that need not be right in form: ids with their Chinese and English labels."""
    entries = policy.get(part)
    if not isinstance(entries, dict):
        return Names([])
    labels = {str(name): _label_words(entry) for name, entry in entries.items()}
    return Names(labels, labels)


def _label_words(entry: object) -> tuple[str, ...]:
    label = entry.get("label") if isinstance(entry, dict) else None
    return tuple(str(word) for word in label.values() if word) if isinstance(label, dict) else ()


def resolve_references(sheets: Sheets, policy: Mapping[str, Any], counties: tuple[str, ...]) -> None:
    """Replace what cells say by the ids they mean, in all sheets; what means nothing is a problem.

    What is missing altogether is not looked up.
    """
    kinds = {
        "county": _("county"), "estates": _("estate"), "projects": _("project"), "areas": _("area"),
        "items": _("work item"), "policy.works": _("work"), "policy.sources": _("source"),
        "policy.gates": _("gate"), "policy.routes": _("route"),
    }  # fmt: skip
    names = {refers: _names(sheets, policy, counties, refers) for refers in kinds}
    for sheet in SHEETS:
        for column in sheet.columns:
            if column.refers and sheet.key in sheets.raw and not _is_left_out(sheets, policy, column.refers):
                resolve(sheets, sheet.key, column.key, names[column.refers], kinds[column.refers])
    _resolve_components(sheets, policy)
    check_duplicates(sheets)


def _is_left_out(sheets: Sheets, policy: Mapping[str, Any], refers: str) -> bool:
    """Whether what a column refers to is not there at all.

    Projects and areas then are those that estates name; a missing estates sheet or policy model is a problem already.
    """
    if refers.startswith("policy."):
        return not (isinstance(policy.get("works"), dict) and isinstance(policy.get("sources"), dict))
    return refers in SHEET and sheets.frames[refers].empty


def _names(sheets: Sheets, policy: Mapping[str, Any], counties: tuple[str, ...], refers: str) -> Names:
    if refers == "county":
        return Names(counties)
    if refers.startswith("policy."):
        return policy_names(policy, refers.removeprefix("policy."))
    key = SHEET[refers].identity[0]
    return Names(name for name in sheets.frames[refers][key] if name)


def _resolve_components(sheets: Sheets, policy: Mapping[str, Any]) -> None:
    """Components go by their id or label within the work of their item."""
    frame = sheets.frames["component_costs"]
    if frame.empty:
        return
    items = sheets.frames["items"]
    work = looked_up(frame["item"], dict(zip(items["item"], items["work"], strict=True)))
    works = policy.get("works")
    for work_id, rows in frame.groupby(work):
        entry = works.get(work_id) if isinstance(works, dict) else None
        if not isinstance(entry, dict):
            continue
        names = policy_names(entry, "components")
        found = {written: names.find(written) for written in set(rows["component"]) if written}
        for written in sorted(word for word, meant in found.items() if meant is None):
            finding = _("the work {work!r} has no component {found!r}").format(work=work_id, found=written)
            at = rows.index[rows["component"] == written]
            sheets.add("component_costs", "component", at, finding, names.cure(written))
        meanings = {word: name or "" for word, name in found.items()}
        frame.loc[rows.index, "component"] = looked_up(rows["component"], meanings)


def fill_in(sheets: Sheets, money: Money) -> None:
    """Fill in what a register may leave out: item costs, projects of estates, rows of projects and areas."""
    _fill_costs(sheets, money)
    _fill_projects(sheets)
    for key, name in (("projects", "project"), ("areas", "area")):
        _add_rows(sheets, key, set(sheets.frames["estates"][name]))
    areas, estates = sheets.frames["areas"], sheets.frames["estates"]
    pairs = estates[["area", "county"]].drop_duplicates()
    pairs = pairs[~pairs["area"].duplicated(keep=False)]
    county = looked_up(areas["area"], dict(zip(pairs["area"], pairs["county"], strict=True)))
    areas["county"] = areas["county"].where(areas["county"] != "", county)


def _fill_costs(sheets: Sheets, money: Money) -> None:
    """Cost of an item: as stated, else the sum of its components, of works, other fees and contingency, or by quantity.

    Quantity x unit cost is rounded half up.
    """
    items, components = sheets.frames["items"], sheets.frames["component_costs"]
    stated = items["cost"]
    made_up = items[list(SPLIT)].sum(axis=1, min_count=len(SPLIT)).astype("Int64")
    parts = components.groupby("item")["cost"].sum().reindex(items["item"]).astype("Int64")
    parts.index = items.index
    product = pd.Series(
        [
            _product(quantity, unit_cost, money)
            for quantity, unit_cost in zip(items["quantity"], items["unit_cost"], strict=True)
        ],
        index=items.index,
        dtype="Int64",
    )
    cost = stated.fillna(parts).fillna(made_up).fillna(product)
    differs = (stated.notna() & parts.notna() & (stated != parts)).fillna(False).astype(bool)
    if differs.any():
        text = _("the cost {cost} is not the sum of its components, {parts}")
        findings = [
            text.format(cost=a * money.step, parts=b * money.step)
            for a, b in zip(stated[differs].astype(int), parts[differs].astype(int), strict=True)
        ]
        sheets.add("items", "cost", items.index[differs], findings, _("correct one of them, or leave the cost blank"))
    read = ("cost", "quantity", "unit_cost", *SPLIT)
    unread = {record for key in read for record in sheets.faulty.get(("items", key), ())}
    absent = cost.isna() & ~items.index.isin(unread)
    cure = _("write the cost, or quantity and unit cost")
    sheets.add("items", "cost", items.index[absent], _("the item has no cost"), cure)
    large = (cost > MAX_STEPS).fillna(False).astype(bool)
    sheets.add(
        "items", "cost", items.index[large], _("the cost is too large"), _("check quantity, unit cost and units")
    )
    items["cost"] = cost.fillna(0).astype("int64")


def _product(quantity: float, unit_cost: Decimal | None, money: Money) -> int | None:
    """Steps of quantity x unit cost (currency), exactly; None when either is missing."""
    if unit_cost is None or np.isnan(quantity):
        return None
    steps = Decimal(repr(quantity)) * unit_cost / (money.unit_value * money.step)
    return min(int(steps.to_integral_value(ROUND_HALF_UP)), MAX_STEPS + 1)


def _fill_projects(sheets: Sheets) -> None:
    """Make an estate without a project a project of its own."""
    estates = sheets.frames["estates"]
    alone = estates["project"] == ""
    clash = alone & estates["estate"].isin(set(estates.loc[~alone, "project"]))
    text = _("the estate has no project, but its id is the project of other estates")
    sheets.add("estates", "project", estates.index[clash], text, _("write its project, or rename the other project"))
    estates["project"] = estates["project"].where(~alone, estates["estate"])


def _add_rows(sheets: Sheets, key: str, names: set[str]) -> None:
    """Add plain rows for ``names`` that the sheet lacks; their labels are negative, as they stand in no file."""
    frame = sheets.frames[key]
    added = sorted(name for name in names - set(frame[SHEET[key].identity[0]]) if name)
    if added:
        columns = {column.key: series(column, [blank_value(column)] * len(added)) for column in SHEET[key].columns}
        columns[SHEET[key].identity[0]] = pd.Series(added, dtype="str")
        new = pd.DataFrame(columns).set_axis(range(-len(added), 0))
        sheets.frames[key] = pd.concat([frame, new]) if len(frame) else new


def sorted_frames(sheets: Sheets) -> dict[str, pd.DataFrame]:
    """Frames with rows sorted by identity (limits: by source, place and year) and numbered from 0."""
    frames = {}
    for sheet in SHEETS:
        by = list(sheet.identity) or ["source", "place", "year"]
        frames[sheet.key] = sheets.frames[sheet.key].sort_values(by, kind="stable", ignore_index=True)
    return frames
