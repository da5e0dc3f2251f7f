"""Shares of payers and sources, re-checked pool by pool, part by part and estate by estate: payer_shares."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from allocator.i18n import _
from allocator.inputs.schemas.sources import ShareLimit
from allocator.plan.audit.exact import fraction
from allocator.plan.audit.funding import Funding
from allocator.plan.audit.parts import bands_in_force
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View

Levels = dict[str, list[str]]

LEVELS: Levels = {
    "by pool and year": ["pool", "year"],
    "by part and year": ["part", "year"],
    "by estate, rule and year": ["estate", "rule", "year"],
}


@dataclass(frozen=True)
class Shared:
    """Bills and payments of works done, with the pool of each part."""

    funding: Funding
    due: pd.DataFrame
    """One row per part and payment year: part, year, due, construction (exact), rule, open, estate, county, pools."""
    lines: pd.DataFrame
    """Payment lines of known parts, with the rule of their part, pool and wide_pool."""


def check_shares(view: View, book: Book) -> None:
    """Re-check the shares of payers and sources, cross-multiplied in whole numbers."""
    funding = Funding(view.facts)
    parts = view.done_parts
    pools = funding.pools(parts["part"], parts["route"])
    # what is passed to the county is counted there
    pools["wide_pool"] = pools["wide_pool"].where(pools["wide_pool"] != "", pools["pool"])
    due = view.dues.reset_index()
    due = due.join(parts[["rule", "open", "estate", "county", "construction"]], on="part").join(pools, on="part")
    due["construction"] = due["due"].astype(object) * due["construction"]
    lines = view.payments[view.payments["known"]].join(pools, on="part")
    lines = lines.drop(columns="rule").rename(columns={"part_rule": "rule"})
    shared = Shared(funding, due, lines)
    for title, keys in LEVELS.items():
        _payer_shares(shared, book, title, keys)
    for source, entry in view.facts.case.policy.sources.items():
        if entry.share is not None:
            _source_shares(shared, book, source, entry.share)


def _payer_shares(shared: Shared, book: Book, title: str, keys: list[str]) -> None:
    """Bands of open rules: within one step in a pool; below it one more for each part and source of the payer."""
    due, lines = shared.due[shared.due["open"]], shared.lines[shared.lines["part_open"]]
    per_payer = shared.funding.facts.sources.groupby("payer").size()
    for rule, owed in due.groupby("rule", sort=True):
        cost = owed.groupby(keys)["due"].agg(["sum", "size"])
        for payer, band in bands_in_force(shared.funding.facts.case, str(rule)).items():
            if band.min <= 0 and band.max >= 1:
                continue
            mine = lines[(lines["rule"] == rule) & (lines["payer"] == payer)]
            paid = mine.groupby(keys)["amount"].sum().reindex(cost.index, fill_value=0)
            slack = 0 if title == "by pool and year" else int(per_payer.get(payer, 1)) + 1
            frame = pd.DataFrame({"paid": paid, "base": cost["sum"], "room": 1 + slack * cost["size"]})
            _within(book, f"{rule}, {payer}: {title}", frame, (fraction(band.min), fraction(band.max)))


def _source_shares(shared: Shared, book: Book, source: str, share: ShareLimit) -> None:
    """Share of one source in each pool it may pay for."""
    facts, sources = shared.funding.facts, shared.funding.facts.case.policy.sources
    narrow = shared.funding.narrow
    keys = ["pool" if source in narrow or share.of != "payer_part" else "wide_pool", "year"]
    lines, due = shared.lines, shared.due
    same = lines[lines["payer"] == sources[source].payer]
    if keys[0] == "wide_pool":
        same = same[~same["source"].isin(narrow) | (same["pool"] == same["wide_pool"])]
    bases = {"cost": (due, "due"), "construction": (due, "construction"), "payer_part": (same, "amount")}
    whole, column = bases[share.of]
    base = whole.groupby(keys)[column].sum()
    county = pd.concat([whole[[*keys, "county"]], lines[[*keys, "county"]]]).drop_duplicates(keys).set_index(keys)
    mine, able = lines[lines["source"] == source], shared.funding.candidates
    able = due[due["part"].isin(able.loc[able["candidate"] == source, "part"])]
    concerned = pd.concat([mine[keys], able[keys]]).drop_duplicates()
    base = base[base.index.isin(pd.MultiIndex.from_frame(concerned))]
    paid = mine.groupby(keys)["amount"].sum().reindex(base.index, fill_value=0)
    frame = pd.DataFrame({"paid": paid, "base": base, "room": 1})
    for place, rows in frame.groupby(county["county"].reindex(frame.index)):
        low, high = (facts.share_edge(share, str(place), side) for side in ("min", "max"))
        most = Fraction(1) if share.of != "construction" else None
        _within(
            book, f"{source}, {place}: by pool and year", rows, (low or Fraction(0), most if high is None else high)
        )


def _within(book: Book, subject: str, frame: pd.DataFrame, band: tuple[Fraction, Fraction | None]) -> None:
    """``paid`` is at least and at most (None: no most) its share of ``base``, off by less than ``room`` steps."""
    low, high = band
    paid, base, room = (frame[name].to_numpy().astype(object) for name in ("paid", "base", "room"))
    over = np.zeros(len(frame), dtype=bool)
    if high is not None:
        over = paid * high.denominator - base * high.numerator >= room * high.denominator
    under = base * low.numerator - paid * low.denominator >= room * low.denominator
    rows = frame.reset_index()
    rows["found"] = rows["paid"].astype(str) + " / " + rows["base"].astype(str)
    most = int(frame["room"].max()) if len(frame) else 1
    tolerance = _("less than one step") if most == 1 else _("less than {n} steps").format(n=most)
    place = [str(name) for name in frame.index.names]
    wrong = np.asarray(over | under, dtype=bool)
    book.none(
        "payer_shares",
        subject,
        rows,
        wrong,
        (place, "found", f"{low}..{'' if high is None else high}"),
        tolerance=tolerance,
    )
