"""Rules on what may differ from the adopted plan, and the table that tells what does."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.exact import lookup
from allocator.plan.audit.report import Book, Finding
from allocator.plan.audit.view import View


def check_persistence(view: View, book: Book) -> None:
    """Re-check moves against the adopted plan: settled and frozen starts, their number, and the table of moves."""
    rows = check_held(view, book)
    most = view.facts.case.scenario.persistence.most_moves
    count = int(view.moved.sum())
    many = [Finding(_("projects"), str(count), f"<= {most}")] if most is not None and count > most else []
    book.add("persistence", _("projects that differ from the adopted plan"), len(rows), many)
    _table(view, rows, book)


def check_held(view: View, book: Book) -> pd.DataFrame:
    """Settled and frozen starts are as adopted; returns ``adopted`` and ``start`` by project."""
    adopted = view.facts.adopted
    start = view.starts["start_year"].reindex(adopted.index, fill_value=0).astype("int64")
    rows = pd.DataFrame({"project": adopted.index, "adopted": adopted.to_numpy(), "start": start.to_numpy()})
    frozen = view.facts.case.scenario.persistence.frozen_until or 0
    held = rows["adopted"].map(view.facts.is_held).astype(bool) | rows["start"].between(1, frozen)
    wrong = held & (rows["adopted"] != rows["start"])
    book.none(
        "persistence", _("settled and frozen starts are as adopted"), rows, wrong, (["project"], "start", "adopted"),
    )  # fmt: skip
    return rows


def _table(view: View, rows: pd.DataFrame, book: Book) -> None:
    told = view.tables["moves"]
    differ = rows[rows["adopted"] != rows["start"]].set_index("project")
    extra = told["project"].duplicated() | ~told["project"].isin(differ.index)
    book.none(
        "tables", _("moves differ from the adopted plan"), told, extra, (["project"], _("a row"), _("no difference")),
    )  # fmt: skip
    missing = differ.reset_index()
    book.none(
        "tables", _("every difference from the adopted plan is told"), missing,
        ~missing["project"].isin(told["project"]), (["project"], _("no row"), _("one row")),
    )  # fmt: skip
    known = told[~extra]
    own = pd.DataFrame({name: lookup(known["project"], differ[name], 0) for name in differ}, index=known.index)
    kind = pd.Series("moved", index=known.index).mask(own["adopted"] == 0, "added").mask(own["start"] == 0, "dropped")
    for name, expected in (("adopted_year", own["adopted"]), ("start_year", own["start"]), ("kind", kind)):
        pair = known[["project", name]].assign(expected=expected)
        wrong = pair[name] != pair["expected"]
        book.none("tables", _("moves: {column}").format(column=name), pair, wrong, (["project"], name, "expected"))
    silent = known["reason"] == ""
    book.none("tables", _("every move has a reason"), known, silent, (["project"], _("no reason"), _("a reason")))
