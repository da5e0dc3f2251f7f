"""What is left to spend: accounts by source, place and year, every other limit as a room, and bonds still to issue.

Everything is whole steps and can be undone, so that a project takes all it needs or nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

import pandas as pd

from allocator.formulation.accounts import carried_money, declared, running_bills, yearly_accounts
from allocator.formulation.debt import bond_quotas, is_bond_fed, lot_steps, schedule
from allocator.formulation.families.caps import BASE, unit_caps
from allocator.formulation.index import Index
from allocator.formulation.pledges import counted_pledges
from allocator.formulation.splitting import Schedule
from allocator.inputs.case import rate_to_steps
from allocator.inputs.register_sheets import TOTAL
from allocator.inputs.schemas.base import in_force
from allocator.plan.ties import Tie, sure_subsidies, ties_of


@dataclass(frozen=True)
class Tap:
    """A source as it pays at one place; ``rooms`` are the limits it shares with other places or years."""

    source: str
    place: str
    rooms: tuple[int, ...]
    ties: tuple[Tie, ...] = ()
    """Ratios that what it pays counts in."""


@dataclass(frozen=True)
class _Account:
    """Money by arrival year, and what takes from it by payment year.

    ``arrived`` begins ``usable - 1`` years before ``spent`` does.
    """

    usable: int
    arrived: list[int]
    spent: list[int]

    def free(self, year: int) -> int:
        """The most that can be spent besides in payment year number ``year``, whichever years' money is used for it.

        Spending is possible when, over any run of years, it is at most what is usable in one of them.
        """
        if self.usable == 1:
            return self.arrived[year] - self.spent[year]
        money = [0, *accumulate(self.arrived)]
        paid = [0, *accumulate(self.spent)]
        n = self.usable - 1
        after = min(money[k + n] - paid[k] for k in range(year + 1, len(paid)))
        return after - max(money[k] - paid[k] for k in range(year + 1))


@dataclass(frozen=True)
class _Bond:
    """One lot of a bond and what it costs later."""

    name: str
    lot: int
    plan: Schedule
    service_source: str

    def outstanding(self, years: int) -> int:
        """Principal left so many years after the issue."""
        return self.lot - sum(self.plan.principal[:years])


class Purses:
    """All limits on money of a case, and what has been taken so far.

    ``year`` everywhere is a calendar year; ``now`` is the first year in which lots may still be issued.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._first, self._last = index.payment_years[0], index.payment_years[-1]
        self.now = self._first
        self._left: list[int] = []
        self._room: dict[Hashable, int] = {}
        self._journal: list[tuple[list[int], int, int]] = []
        self._accounts: dict[tuple[str, str], _Account] = {}
        self._bonds: dict[str, list[_Bond]] = {}
        self._ceilings: dict[tuple[str, str], list[int]] = {}
        self._open_accounts()
        self._limit_sources()
        self._limit_estates()
        self._limit_debt()

    # ---------------------------------------------------------------- rooms and undoing

    def limit(self, key: Hashable, amount: int) -> None:
        """Open a room of ``amount``, or narrow the one there is."""
        if key in self._room:
            self._left[self._room[key]] = min(self._left[self._room[key]], amount)
        else:
            self._room[key] = len(self._left)
            self._left.append(amount)

    def rooms(self, keys: Iterable[Hashable]) -> tuple[int, ...]:
        """Numbers of those rooms that exist."""
        return tuple(self._room[key] for key in keys if key in self._room)

    def take(self, key: Hashable, amount: int) -> bool:
        """Take from a room; False, and nothing taken, when too little is left. What has no room has no limit."""
        room = self._room.get(key)
        if room is None or amount == 0:
            return True
        if self._left[room] < amount:
            return False
        self._change(self._left, room, -amount)
        return True

    def mark(self) -> int:
        """A point to return to."""
        return len(self._journal)

    def undo(self, mark: int) -> None:
        """Give back all that was taken after ``mark``."""
        while len(self._journal) > mark:
            values, place, old = self._journal.pop()
            values[place] = old

    def settle(self) -> None:
        """Make all that was taken final."""
        self._journal.clear()

    def _change(self, values: list[int], place: int, by: int) -> None:
        self._journal.append((values, place, values[place]))
        values[place] += by

    # ---------------------------------------------------------------- paying

    def tap(self, source: str, place: str, estate: str, county: str) -> Tap:
        """The tap of a source at its place, paying for an estate ("" for a whole county) of a county."""
        spec, residents = self._index.case.policy.sources[source], self._index.case.policy.residents
        keys: list[Hashable] = [("total", source, place), ("city total", source), ("pledge", source, place)]
        if estate:
            keys += [("cap", source, number, estate) for number in range(len(spec.caps))]
            if residents is not None and spec.payer == residents.payer:
                keys.append(("affordable", estate))
            keys.append(("subsidy", source, estate))
        return Tap(source, place, self.rooms(keys), ties_of(self._index, source, estate, county))

    def available(self, tap: Tap, year: int, want: int) -> int:
        """How much of ``want`` the tap can pay in a year; lots are issued as far as they are needed for it."""
        left = self._left
        for room in tap.rooms:
            want = min(want, left[room])
        city = self._room.get(("city", tap.source, year))
        if city is not None:
            want = min(want, left[city])
        for tie in tap.ties:
            if tie.per_step < 0:
                want = min(want, left[self._tied(tie, year)] // -tie.per_step)
        account = self._accounts.get((tap.source, tap.place))
        if account is None or want <= 0:
            return max(want, 0)
        free = account.free(year - self._first)
        if free < want and tap.source in self._bonds:
            free = self._borrow(tap, account, year, want)
        return max(min(want, free), 0)

    def draw(self, tap: Tap, year: int, amount: int) -> None:
        """Take an amount that is available."""
        for room in tap.rooms:
            self._change(self._left, room, -amount)
        city = self._room.get(("city", tap.source, year))
        if city is not None:
            self._change(self._left, city, -amount)
        for tie in tap.ties:
            self._change(self._left, self._tied(tie, year), amount * tie.per_step)
        account = self._accounts.get((tap.source, tap.place))
        if account is not None:
            self._change(account.spent, year - self._first, amount)

    def _tied(self, tie: Tie, year: int) -> int:
        """Room of a ratio: what others paid times its numerator, less what was matched times its denominator."""
        key = tie.key(year)
        if key not in self._room:
            self.limit(key, 0)
        return self._room[key]

    def add(self, source: str, place: str, year: int, amount: int) -> None:
        """Money that arrives."""
        account = self._accounts.get((source, place))
        if account is not None and self._first <= year <= self._last:
            self._change(account.arrived, year - self._first + account.usable - 1, amount)

    # ---------------------------------------------------------------- borrowing

    def _borrow(self, tap: Tap, account: _Account, year: int, want: int) -> int:
        """Issue lots until ``want`` is there or no more may be issued; what is there then."""
        free = account.free(year - self._first)
        for bond in self._bonds[tap.source]:
            for issued in range(year, max(year - account.usable, self.now - 1), -1):
                while free < want and self._issue(bond, tap, issued):
                    free = account.free(year - self._first)
        return free

    def _issue(self, bond: _Bond, tap: Tap, year: int) -> bool:
        """Issue one lot if quota, ceilings and the account that serves it allow."""
        county, quota = tap.place, ("quota", bond.name, tap.place, year)
        if quota not in self._room:
            return False
        mark = self.mark()
        service = bond.plan.service
        possible = (
            self.take(quota, bond.lot)
            and all(
                self.take(("stock", county, then), bond.outstanding(then - year))
                for then in self._ceilings.get(("stock", county), ())
                if then >= year
            )
            and all(self.take(("service", county, year + k), due) for k, due in enumerate(service, start=1))
            and all(self._serve(bond.service_source, county, year + k, due) for k, due in enumerate(service, start=1))
        )
        if not possible:
            self.undo(mark)
            return False
        self.add(tap.source, county, year, bond.lot)
        return True

    def _serve(self, source: str, county: str, year: int, amount: int) -> bool:
        if not self._first <= year <= self._last or amount == 0:
            return True
        tap = Tap(source, county, self.rooms([("total", source, county), ("city total", source)]))
        account = self._accounts.get((source, county))
        rooms = [*tap.rooms, *self.rooms([("city", source, year)])]
        if any(self._left[room] < amount for room in rooms):
            return False
        if account is not None and account.free(year - self._first) < amount:
            return False
        self.draw(tap, year, amount)
        return True

    # ---------------------------------------------------------------- what the case grants

    def _open_accounts(self) -> None:
        case = self._index.case
        span = self._last - self._first + 1
        for source, place in yearly_accounts(self._index).itertuples(index=False, name=None):
            usable = case.policy.sources[source].usable_years
            self._accounts[source, place] = _Account(usable, [0] * (span + usable - 1), [0] * span)
        fed = is_bond_fed(case)
        for source, place, year, amount in declared(case)[["source", "place", "year", "amount"]].itertuples(
            index=False, name=None
        ):
            if source not in fed and year != TOTAL:
                self._arrive(source, place, int(year), int(amount))
        for source, place, year, amount in carried_money(case).itertuples(index=False, name=None):
            once = case.policy.sources[source].usable_years == 1
            self._arrive(source, place, self._first if once else int(year), int(amount))
        for source, place, year, amount in running_bills(case).itertuples(index=False, name=None):
            if (source, place) in self._accounts and self._first <= year <= self._last:
                self._accounts[source, place].spent[int(year) - self._first] += int(amount)

    def _arrive(self, source: str, place: str, year: int, amount: int) -> None:
        account = self._accounts.get((source, place))
        if account is not None and 0 <= year - self._first + account.usable - 1 < len(account.arrived):
            account.arrived[year - self._first + account.usable - 1] += amount

    def _limit_sources(self) -> None:
        """Limits of the whole city on sources of smaller places, totals, and pledges; less running projects' bills."""
        case, bills = self._index.case, _bills_of_running(self._index)
        fed = is_bond_fed(case)
        for source, place, year, amount in declared(case)[["source", "place", "year", "amount"]].itertuples(
            index=False, name=None
        ):
            if year == TOTAL and place and source not in fed:
                self.limit(("total", source, place), int(amount) - bills[source, place, None])
            elif year == TOTAL and not place:
                self.limit(("city total", source), int(amount) - bills[source, None, None])
            elif not place and case.policy.sources[source].scope != "city":
                self.limit(("city", source, year), int(amount) - bills[source, None, year])
        pledged = counted_pledges(case).groupby(["source", "estate"], as_index=False)["amount"].sum()
        for source, estate, amount in pledged.itertuples(index=False, name=None):
            if case.policy.sources[source].scope == "estate" and case.policy.sources[source].limited:
                self.limit(("pledge", source, estate), int(amount))

    def _limit_estates(self) -> None:
        """Caps of sources, and what residents can afford, by estate."""
        case, estates = self._index.case, self._index.estates
        for name, source in case.policy.sources.items():
            for number, cap in enumerate(source.caps):
                amount = in_force(cap.amount, case.scenario.as_of)
                if amount is None:
                    continue
                if cap.per == "unit":
                    self._limit_units(("cap", name, number), unit_caps(self._index, amount, cap.works))
                    continue
                base = estates[BASE[cap.per]] if BASE[cap.per] else [1] * len(estates)
                for estate, quantity in zip(estates["estate_id"], base, strict=True):
                    most = rate_to_steps(amount.value, amount.unit, Decimal(str(quantity)), case.scenario.money)
                    self.limit(("cap", name, number, estate), most)
        for source_id, estate, most in sure_subsidies(self._index):
            self.limit(("subsidy", source_id, estate), most)
        rules = case.policy.residents
        amount = in_force(rules.affordability or (), case.scenario.as_of) if rules else None
        if amount is not None:
            for estate, households in zip(estates["estate_id"], estates["households"], strict=True):
                most = rate_to_steps(amount.value, amount.unit, Decimal(int(households)), case.scenario.money)
                self.limit(("affordable", estate), most)

    def _limit_units(self, key: tuple[str, str, int], steps: pd.Series) -> None:
        """A cap per unit of work: required items count, for only they are sure to be done."""
        items = self._index.items.loc[steps.index]
        sure = steps.where(items["required"].astype(bool), 0).groupby(items["estate"]).sum()
        for estate, name in self._index.estates["estate_id"].items():
            self.limit((*key, name), int(sure.get(estate, 0)))

    def _limit_debt(self) -> None:
        """Bonds with their quotas, and ceilings on stock and service."""
        case = self._index.case
        for name, bond in case.policy.bonds.items():
            if bond.kind == "special":  # a project of its own is no part of ranking and funding
                continue
            lot = _Bond(name, lot_steps(case, name), schedule(case, name), bond.service_source)
            self._bonds.setdefault(bond.source, []).append(lot)
            quotas = bond_quotas(case, name, self._index.payment_years)[["county", "year", "amount"]]
            for county, year, amount in quotas.itertuples(index=False, name=None):
                self.limit(("quota", name, county, int(year)), int(amount))
        for kind in ("stock", "service"):
            debt = case.register.debt.dropna(subset=[f"{kind}_ceiling"])
            room = (debt[f"{kind}_ceiling"] - debt[f"existing_{kind}"]).astype("int64")
            for county, year, amount in zip(debt["county"], debt["year"].astype(int), room, strict=True):
                self.limit((kind, county, year), int(amount))
                self._ceilings.setdefault((kind, county), []).append(year)


def _bills_of_running(index: Index) -> Counter[tuple[str, str | None, int | None]]:
    """Bills of running projects by source, place and year; None stands for all places or years."""
    bills: Counter[tuple[str, str | None, int | None]] = Counter()
    for source, place, year, amount in running_bills(index.case).itertuples(index=False, name=None):
        bills.update(
            dict.fromkeys([(source, place, None), (source, None, None), (source, None, int(year))], int(amount))
        )
    return bills
