"""Paying the bills of a project from what is left, in the order a treasurer would: no choice is ever taken back."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from allocator.formulation.funding import SHORTFALL
from allocator.formulation.index import Index
from allocator.formulation.normal_form import rules_in_force
from allocator.formulation.readiness import value_on
from allocator.inputs.schemas.sources import Source
from allocator.plan.plain_projects import Plain
from allocator.plan.purses import Purses, Tap


@dataclass(frozen=True)
class _Share:
    """Least and greatest share of a source, of the whole cost or of its payer's part."""

    low: Fraction
    high: Fraction
    of_cost: bool

    def ends(self, amount: int, cost: int) -> tuple[int, int]:
        """Steps; where no whole number lies between, less than a step is forgiven."""
        return _whole_ends(self.low, self.high, cost if self.of_cost else amount)


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
        self._shares = {name: _share(index, source) for name, source in index.case.policy.sources.items()}
        self._rules = rules_in_force(index.case)
        self._pools: dict[int, _Pool] = {}

    def pays(self, project: int, year: int, plain: Plain) -> bool:
        """Pay all bills of a project that starts in a year; what was taken stays taken when it fails."""
        for source, place, lag, amount in plain.gains.get(project, ()):
            self.purses.add(source, place, year + lag, amount)
        return all(
            self._pay(pool, year + offset, amount)
            for offset, pool, amount in plain.bills.get(project, ())
            if year + offset <= self._last
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
                tap = self.purses.tap(source, places[scopes[source].scope], row["estate"])
                taps.setdefault(row["payer"] or payer, []).append((tap, self._shares[source]))
            bands = None
            if not row["payer"]:
                shares = self._rules[row["rule"]].shares
                bands = {p: (Fraction(b.min), Fraction(b.max)) for p, b in shares.items() if b.max > 0}
            wide = row["payer"] or row["wide_payer"]
            self._pools[number] = _Pool(taps, bands, row["parent"], wide)
        return self._pools[number]

    def _pay(self, number: int, year: int, amount: int) -> bool:
        """Pay a bill in full, or fail."""
        pool = self._pool(number)
        if pool.bands is None:
            return self._fill(pool, pool.wide_payer, year, amount, amount) == amount
        payers = [*(p for p in pool.taps), *(p for p in pool.bands if p not in pool.taps)]
        ends = {p: self._ends_of(pool, p, amount) for p in payers}
        left = amount
        later = sum(low for low, _high in ends.values())
        for payer in payers:
            low, high = ends[payer]
            later -= low
            paid = self._most(pool, payer, year, min(high, left - later), amount)
            if paid < low:
                return False
            left -= paid
        return left == 0

    @staticmethod
    def _ends_of(pool: _Pool, payer: str, cost: int) -> tuple[int, int]:
        """Least and greatest steps a payer bears of an open bill."""
        low, high = _whole_ends(*(pool.bands or {})[payer], cost)
        shares = [share for _tap, share in pool.taps.get(payer, ()) if share is not None and share.of_cost]
        return max(low, sum(share.ends(0, cost)[0] for share in shares)), high

    def _most(self, pool: _Pool, payer: str, year: int, amount: int, cost: int | None) -> int:
        """Pay as much of ``amount`` as a payer can; shares of the payer's part are of what is paid in the end."""
        shared = any(share is not None for _tap, share in pool.taps.get(payer, ()))
        while amount > 0:
            mark = self.purses.mark()
            paid = self._fill(pool, payer, year, amount, amount if cost is None else cost)
            if paid == amount or not shared:
                return paid
            self.purses.undo(mark)
            amount = paid
        return 0

    def _fill(self, pool: _Pool, payer: str, year: int, amount: int, cost: int) -> int:
        """Pay up to ``amount``: least shares first, then taps in order, then the parent; what it came to.

        When a least share cannot be had: an amount for which it can, or 0.
        """
        purses, left = self.purses, amount
        room: list[int] = []
        taps = pool.taps.get(payer, [])
        for tap, share in taps:
            least, most = (0, amount) if share is None else share.ends(amount, cost)
            if least > 0:
                least = min(least, left)
                found = purses.available(tap, year, least)
                if found < least:
                    return 0 if share is None or share.of_cost else int(found / share.low)
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


def _share(index: Index, source: Source) -> _Share | None:
    if source.share is None:
        return None
    low, high = value_on(source.share.min, index.case), value_on(source.share.max, index.case)
    return _Share(Fraction(low or 0), Fraction(1 if high is None else high), source.share.of == "cost")
