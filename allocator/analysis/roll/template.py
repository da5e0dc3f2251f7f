"""The workbook of actuals, filled in as the plan has it: officers correct what was different."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from allocator.analysis.roll.happened import BILL, Year
from allocator.formulation.funding import SHORTFALL
from allocator.i18n import _
from allocator.inputs.actuals import ACTUAL
from allocator.inputs.cells import ID
from allocator.inputs.frames import blank_value, series
from allocator.inputs.register_reader import Names

_NAMED = {
    ("paid", "arrived"): ("sources", "source"),
    ("issued",): ("bonds", "bond"),
    ("met",): ("gates", "gate"),
}
"""Sheets -> part of the policy model and column: ids that officers know by their Chinese names."""


def _names(labels: Mapping[str, str]) -> dict[str, str]:
    """The Chinese name of each id where no other has the same and it can stand in a cell of ids, else the id."""
    known = Names(labels, {name: (label,) for name, label in labels.items()})
    return {
        name: label if label and ID.match(label) and known.find(label) == name else name
        for name, label in labels.items()
    }


def template(year: Year) -> dict[str, pd.DataFrame]:
    """Sheets of actuals by key: all as planned; in the middle of a year nothing is paid yet, and only firm money is in.

    Projects with a shortfall are filled in as not started: they may not start.
    """
    frames = {
        "started": _started(year), "paid": _paid(year), "arrived": _arrived(year), "issued": _issued(year),
        "met": _met(year),
    }  # fmt: skip
    policy = year.case.policy
    for key, (part, column) in _NAMED.items():
        names = _names({name: entry.label.zh for name, entry in getattr(policy, part).items()})
        for sheet in key:
            frames[sheet][column] = frames[sheet][column].map(names).astype("str")
    return frames


def _frame(sheet: str, records: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(
        {c.key: series(c, [record.get(c.key, blank_value(c)) for record in records]) for c in ACTUAL[sheet].columns}
    )


def _started(year: Year) -> pd.DataFrame:
    gap = _("has money without a source: it may not start")
    return _frame("started", [
        {
            "project": project, "name": name, "started": project not in year.unfunded, "start_year": year.past,
            "estimate": int(cost), "note": gap if project in year.unfunded else "",
        }
        for project, name, cost in year.planned_starts.reset_index()[["project", "name", "cost"]].itertuples(
            index=False, name=None
        )
    ])  # fmt: skip


def _paid(year: Year) -> pd.DataFrame:
    bills = year.planned_bills
    bills = bills[~bills["project"].isin(year.unfunded) & (bills["source"] != SHORTFALL)]
    records = []
    for project, source, when, amount in bills[[*BILL, "amount"]].itertuples(index=False, name=None):
        is_paid = when == year.past and not year.mid_year
        note = _("without this row: as planned") if when > year.past else ""
        records.append(
            {
                "project": project, "source": source, "year": when, "paid": int(amount) if is_paid else 0,
                "unpaid": 0 if is_paid else int(amount), "note": note,
            }
        )  # fmt: skip
    return _frame("paid", records)


def _arrived(year: Year) -> pd.DataFrame:
    column = "firm" if year.mid_year else "limit"
    rows = year.accounts[["source", "place", column]].itertuples(index=False, name=None)
    return _frame(
        "arrived", [{"source": s, "place": p, "year": year.past, "amount": int(amount)} for s, p, amount in rows]
    )


def _issued(year: Year) -> pd.DataFrame:
    rows = year.issues[["bond", "county", "amount"]].itertuples(index=False, name=None)
    return _frame("issued", [
        {"bond": bond, "county": county, "year": year.past, "amount": 0 if year.mid_year else int(amount)}
        for bond, county, amount in rows
    ])  # fmt: skip


def _met(year: Year) -> pd.DataFrame:
    """Gates that were promised for the year or before, as kept: no plan year takes a promise."""
    gates = year.case.register.gates
    promised = gates[(gates["state"] == "promised") & (gates["year"] <= year.past).fillna(False).astype(bool)]
    state = "promised" if year.mid_year else "met"
    return _frame("met", [
        {"estate": estate, "gate": gate, "state": state, "year": int(when)}
        for estate, gate, when in promised[["estate", "gate", "year"]].itertuples(index=False, name=None)
    ])  # fmt: skip
