"""Rules that tie one source's money to another's, re-checked from the payment lines: matching, splits, kinks."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from allocator.i18n import _
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.matching import Kicker, Matching, Split
from allocator.plan.audit.exact import fraction
from allocator.plan.audit.funding import Funding
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View

PLACES: dict[str, list[str]] = {
    "city": [],
    "county": ["county"],
    "project": ["project"],
    "estate": ["estate"],
}
"""Columns of the place at which a rule adds up."""


def check_matching(view: View, book: Book) -> None:
    """Re-check all three, in whole numbers; each may be off by less than one step."""
    facts = view.facts
    for name, rule in facts.case.policy.matching.items():
        if in_force((rule,), facts.as_of) is not None and facts.now(rule.at_most) is not None:
            _ratio(view, book, name, rule)
    funding = Funding(facts)
    for name, split in facts.case.policy.splits.items():
        if in_force((split,), facts.as_of) is not None:
            _split(view, funding, book, (name, split))
    for name, kicker in facts.case.policy.kickers.items():
        if in_force((kicker,), facts.as_of) is not None and facts.now(kicker.share) is not None:
            _kicker(view, funding, book, (name, kicker))


def _sums(lines: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Amounts by keys; without keys one sum."""
    if keys:
        return lines.groupby(keys)["amount"].sum()
    return pd.Series({"": int(lines["amount"].sum())}, name="amount").rename_axis("city")


def _tell(book: Book, subject: str, table: pd.DataFrame, off: list[Fraction]) -> None:
    """Rows of ``table`` that are ``off`` by a step or more; it has ``paid`` and ``most`` besides its keys."""
    shown = table.reset_index()
    keys = [name for name in shown.columns if name not in ("paid", "most")]
    wrong = [by >= 1 for by in off]
    book.none("matching", subject, shown, wrong, (keys, "paid", "most"), tolerance=_("less than one step"))


def _ratio(view: View, book: Book, name: str, rule: Matching) -> None:
    lines, ratio = view.payments, view.facts.now(rule.at_most) or Fraction(0)
    keys = [*PLACES[rule.at], *(["year"] if rule.over == "year" else [])]
    paid = _sums(lines[lines["source"].isin(rule.sources)], keys)
    matched = _sums(lines[lines["source"].isin(rule.of)], keys).reindex(paid.index, fill_value=0)
    most = [ratio * int(amount) for amount in matched]
    table = pd.DataFrame({"paid": paid, "most": [float(each) for each in most]})
    off = [int(amount) - each for amount, each in zip(paid, most, strict=True)]
    _tell(book, _("{rule}: paid at most in its ratio to what others pay").format(rule=name), table, off)


def _split(view: View, funding: Funding, book: Book, named: tuple[str, Split]) -> None:
    name, split = named
    lines = view.payments[view.payments["part"].isin(_divided(view, funding, split))]
    sides = {source: side for side, part in split.parts.items() for source in part.sources}
    lines = lines[lines["source"].isin(list(sides))]
    keys = [*PLACES[split.at], *(["year"] if split.over == "year" else [])]
    whole = _sums(lines, keys)
    for side, part in split.parts.items():
        share = fraction(part.share)
        paid = _sums(lines[lines["source"].isin(part.sources)], keys).reindex(whole.index, fill_value=0)
        most = [share * int(amount) for amount in whole]
        table = pd.DataFrame({"paid": paid, "most": [float(each) for each in most]})
        off = [abs(int(amount) - each) for amount, each in zip(paid, most, strict=True)]
        _tell(book, _("{rule}: {side} pays its share").format(rule=name, side=side), table, off)


def _divided(view: View, funding: Funding, split: Split) -> set[str]:
    """Parts that every side may pay for, on the route they are done on."""
    without = {key: frozenset(route.without) for key, route in view.facts.case.policy.routes.items()}
    able = funding.candidates.merge(view.done_parts[["part", "route"]], on="part")
    on_route = zip(able["candidate"], able["route"], strict=True)
    able = able[np.array([source not in without.get(route, ()) for source, route in on_route], dtype=bool)]
    found = [set(able.loc[able["candidate"].isin(part.sources), "part"]) for part in split.parts.values()]
    return set.intersection(*found)


def _kicker(view: View, funding: Funding, book: Book, named: tuple[str, Kicker]) -> None:
    name, kicker = named
    facts, lines = view.facts, view.payments
    counted = {work for work in facts.case.policy.works if name in funding.counting(work)}
    payers = facts.sources.index[facts.sources["payer"] == kicker.payer]
    paid = lines[lines["source"] == kicker.source].groupby("estate")["amount"].sum()
    own = lines[lines["source"].isin(payers) & lines["part_work"].isin(counted)].groupby("estate")["amount"].sum()
    parts = view.done_parts[view.done_parts["work"].isin(counted)]
    costs = {str(estate): group for estate, group in parts.groupby("estate")}
    most = [
        _greatest(view, kicker, str(estate), costs.get(str(estate), parts.iloc[:0]), int(own.get(estate, 0)))
        for estate in paid.index
    ]
    table = pd.DataFrame({"paid": paid, "most": [float(each) for each in most]})
    off = [int(amount) - each for amount, each in zip(paid, most, strict=True)]
    _tell(book, _("{rule}: the subsidy stays below its kink at each estate").format(rule=name), table, off)


def _greatest(view: View, kicker: Kicker, estate: str, parts: pd.DataFrame, own: int) -> Fraction:
    """Most that the subsidy may pay at an estate whose payer pays ``own`` for counted ``parts``."""
    cost = int(parts["net"].sum())
    if cost == 0:
        return Fraction(0)
    expected = sum(
        (fraction(kicker.expected[str(kind)]) * int(net.sum()) for kind, net in parts.groupby("work_class")["net"]),
        Fraction(0),
    )
    base, cap = cost, in_force(kicker.base_cap or (), view.facts.as_of)
    if cap is not None:
        base = min(base, view.facts.steps(cap, view.facts.estates.loc[estate, "floor_area"]))
    beyond = (own - expected) / cost
    up, down = fraction(kicker.up) * beyond, fraction(kicker.down) * beyond
    share = (view.facts.now(kicker.share) or Fraction(0)) + min(up, down, fraction(kicker.most))
    return max(base * share, Fraction(0))
