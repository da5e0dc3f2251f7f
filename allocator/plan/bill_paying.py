"""Paying the bills of a project from what is left, in the order a treasurer would: no choice is ever taken back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from allocator.formulation.funding import SHORTFALL, share_edges
from allocator.formulation.index import Index
from allocator.formulation.normal_form import rules_in_force
from allocator.inputs.schemas.sources import Source
from allocator.plan.plain_projects import Plain
from allocator.plan.purses import Purses, Tap


class _Whole(NamedTuple):
    """A bill in full: all of it, and what of it is construction [steps]."""

    cost: int
    construction: int


@dataclass(frozen=True)
class _Share:
    """Least and greatest share of a source, of its payer's part, of the whole cost or of construction."""

    low: Fraction
    high: Fraction | None
    of: str

    def ends(self, amount: int, whole: _Whole) -> tuple[int, int]:
        """Steps; where no whole number lies between, less than a step is forgiven."""
        base = {"payer_part": amount, "cost": whole.cost, "construction": whole.construction}[self.of]
        if self.high is None:
            most = amount if self.of == "payer_part" else whole.cost
            return min(-(-self.low.numerator * base // self.low.denominator), most), most
        return _whole_ends(self.low, self.high, base)


def _whole_ends(low: Fraction, high: Fraction, base: int) -> tuple[int, int]:
    most = high.numerator * base // high.denominator
    return min(-(-low.numerator * base // low.denominator), most), most


@dataclass(frozen=True)
class _Pool:
    """Who pays into a pool: taps by payer, bands of an open rule, and the pool that pays the rest."""

    taps: dict[str, list[tuple[Tap, _Share | None]]]
    bands: dict[str, tuple[Fraction, Fraction]] | None
    parent: int
    wide_payer: str


class Payer:
    """Pays bills from purses: sources in their declared order, narrow ones first, payer by payer in open rules."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.purses = Purses(index)
        self._last = index.payment_years[-1]
        self._table = index.pools.table.to_dict("records")
        sources = index.pools.sources
        self._sources: dict[int, list[tuple[str, str]]] = {}
        for pool, source, payer in sources[["pool", "source", "payer"]].itertuples(index=False, name=None):
            if source != SHORTFALL:
                self._sources.setdefault(pool, []).append((source, payer))
        self._area = dict(zip(index.estates["estate_id"], index.estates["area"], strict=True))
        self._edges = {name: _edges(index, source) for name, source in index.case.policy.sources.items()}
        self._rules = rules_in_force(index.case)
        self._pools: dict[int, _Pool] = {}

    def pays(self, project: int, year: int, plain: Plain) -> bool:
        """Pay all bills of a project that starts in a year; what was taken stays taken when it fails."""
        for source, place, lag, amount in plain.gains.get(project, ()):
            self.purses.add(source, place, year + lag, amount)
        return all(
            self._pay(bill.pool, year + bill.offset, _Whole(bill.amount, bill.construction))
            for bill in plain.bills.get(project, ())
            if year + bill.offset <= self._last and bill.falls_due(year)
        )

    def _pool(self, number: int) -> _Pool:
        if number not in self._pools:
            row = self._table[number]
            scopes = self._index.case.policy.sources
            places = {
                "estate": row["estate"], "area": self._area.get(row["estate"], ""), "county": row["county"], "city": "",
            }  # fmt: skip
            taps: dict[str, list[tuple[Tap, _Share | None]]] = {}
            for source, payer in self._sources.get(number, ()):
                tap = self.purses.tap(source, places[scopes[source].scope], row["estate"], row["county"])
                share = _share(scopes[source], *(edge.get(row["county"]) for edge in self._edges[source]))
                taps.setdefault(row["payer"] or payer, []).append((tap, share))
            bands = None
            if not row["payer"]:
                shares = self._rules[row["rule"]].shares
                bands = {p: (Fraction(b.min), Fraction(b.max)) for p, b in shares.items() if b.max > 0}
            wide = row["payer"] or row["wide_payer"]
            self._pools[number] = _Pool(taps, bands, row["parent"], wide)
        return self._pools[number]

    def _pay(self, number: int, year: int, whole: _Whole) -> bool:
        """Pay a bill in full, or fail."""
        pool, amount = self._pool(number), whole.cost
        if pool.bands is None:
            return self._fill(pool, pool.wide_payer, year, amount, whole) == amount
        payers = [*(p for p in pool.taps), *(p for p in pool.bands if p not in pool.taps)]
        ends = {p: self._ends_of(pool, p, whole) for p in payers}
        left = amount
        later = sum(low for low, _high in ends.values())
        for payer in payers:
            low, high = ends[payer]
            later -= low
            paid = self._most(pool, payer, year, min(high, left - later), whole)
            if paid < low:
                return False
            left -= paid
        return left == 0

    @staticmethod
    def _ends_of(pool: _Pool, payer: str, whole: _Whole) -> tuple[int, int]:
        """Least and greatest steps a payer bears of an open bill."""
        low, high = _whole_ends(*(pool.bands or {})[payer], whole.cost)
        shares = [share for _tap, share in pool.taps.get(payer, ()) if share is not None and share.of != "payer_part"]
        return max(low, sum(share.ends(0, whole)[0] for share in shares)), high

    def _most(self, pool: _Pool, payer: str, year: int, amount: int, whole: _Whole | None) -> int:
        """Pay as much of ``amount`` as a payer can; shares of the payer's part are of what is paid in the end."""
        shared = any(share is not None for _tap, share in pool.taps.get(payer, ()))
        while amount > 0:
            mark = self.purses.mark()
            paid = self._fill(pool, payer, year, amount, whole or _Whole(amount, 0))
            if paid == amount or not shared:
                return paid
            self.purses.undo(mark)
            amount = paid
        return 0

    def _fill(self, pool: _Pool, payer: str, year: int, amount: int, whole: _Whole) -> int:
        """Pay up to ``amount``: least shares first, then taps in order, then the parent; what it came to.

        When a least share cannot be had: an amount for which it can, or 0.
        """
        purses, left = self.purses, amount
        room: list[int] = []
        taps = pool.taps.get(payer, [])
        for tap, share in taps:
            least, most = (0, amount) if share is None else share.ends(amount, whole)
            if least > 0:
                least = min(least, left)
                found = purses.available(tap, year, least)
                if found < least:
                    return 0 if share is None or share.of != "payer_part" else int(found / share.low)
                purses.draw(tap, year, least)
                left -= least
            room.append(most - least)
        for (tap, _share_of), most in zip(taps, room, strict=True):
            if left == 0:
                break
            found = purses.available(tap, year, min(left, most))
            if found:
                purses.draw(tap, year, found)
                left -= found
        if left and pool.parent >= 0 and payer == pool.wide_payer:
            parent = self._pool(pool.parent)
            left -= self._most(parent, parent.wide_payer, year, left, None)
        return amount - left


def _edges(index: Index, source: Source) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Least and greatest share of a source by county, where they can bind."""
    share = source.share
    return ({}, {}) if share is None else (share_edges(index.case, share, "min"), share_edges(index.case, share, "max"))


def _share(source: Source, low: Decimal | None, high: Decimal | None) -> _Share | None:
    if source.share is None or (low is None and high is None):
        return None
    return _Share(Fraction(low or 0), None if high is None else Fraction(high), source.share.of)
