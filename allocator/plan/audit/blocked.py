"""The table of what residents' pledges block: figures from the inputs, and that nothing in it starts or is done."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.exact import lookup
from allocator.plan.audit.facts import Facts
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View


def check_blocked(view: View, book: Book) -> None:
    """Re-check the table ``blocked_pledges``."""
    table, facts = view.tables["blocked_pledges"], view.facts
    keys = ["estate", "item"]
    is_estate = table["item"] == ""
    started = lookup(table["estate"], view.estates["start_year"], 0) > 0
    items = view.items
    done, must = (lookup(table["item"], items[name].astype("int64"), 0) > 0 for name in ("year", "must"))
    home = lookup(table["item"], items["estate"].astype("str"), "") == table["estate"]
    wrong = (is_estate & started) | (~is_estate & (~started | done | must | ~home)) | table.duplicated(keys)
    book.none(
        "tables", _("blocked_pledges: estates not started, and works not done at started ones"), table, wrong,
        (keys, _("started, done or required"), _("neither")),
    )  # fmt: skip
    for name, pledges in (("pledged", facts.case.register.pledges), ("counted", facts.pledges)):
        own = pledges[pledges["source"].isin(_channels(facts))].groupby("estate")["amount"].sum()
        rows = table.assign(expected=lookup(table["estate"], own.astype("int64"), 0))
        differs = rows[name] != rows["expected"]
        subject = _("blocked_pledges: {column}").format(column=name)
        book.none("tables", subject, rows, differs, (keys, name, "expected"))
    figures = (table["short"] < table["needed"] - table["counted"]) | (table["short"] < 0)
    figures |= (table["least_share"] < 0) | (table["least_share"] > table["needed"])
    figures |= (table["short"] == 0) & (table["participation"] < 0)
    book.none("tables", _("blocked_pledges: what is short"), table, figures, (keys, "short", _("needed less counted")))
    _all_told(view, table, book)


def _channels(facts: Facts) -> list[str]:
    residents, sources = facts.case.policy.residents, facts.sources
    payer = residents.payer if residents else ""
    own = (sources["payer"] == payer) & (sources["scope"] == "estate") & sources["limited"].astype(bool)
    return list(sources.index[own])


def _all_told(view: View, table: pd.DataFrame, book: Book) -> None:
    """Estates that do not start and whose residents must bear more than all their pledges that count have a row.

    Only what residents alone bear of required works, by their pledges alone; works that a saving may make cheaper, and
    what the least shares ask for besides, are left aside.
    """
    facts = view.facts
    residents, parts, channels = facts.case.policy.residents, facts.parts, _channels(facts)
    if residents is None or facts.case.policy.payers[residents.payer].last_resort:
        return
    others = set(facts.sources.index[facts.sources["payer"] == residents.payer]) - set(channels)
    cheaper = [saving.on for saving in facts.case.policy.savings.values()]
    must = facts.items["must"].reindex(parts["item"]).to_numpy(bool)
    own = parts[must & (parts["payer"] == residents.payer) & ~parts["work"].isin(cheaper)]
    if others:
        own = own.iloc[:0]
    needed = own.groupby("estate")["cost"].sum()
    counted = facts.pledges[facts.pledges["source"].isin(channels)].groupby("estate")["amount"].sum()
    rows = pd.DataFrame({"needed": needed, "counted": counted.reindex(needed.index, fill_value=0)}).reset_index()
    short = (rows["needed"] > rows["counted"]) & ~rows["estate"].isin(view.started.index)
    missing = short & ~rows["estate"].isin(table.loc[table["item"] == "", "estate"])
    book.none("tables", _("blocked_pledges: nothing is left out"), rows, missing, (["estate"], _("no row"), _("a row")))
