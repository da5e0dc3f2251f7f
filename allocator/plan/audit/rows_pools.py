"""Rows on what is paid to pools, for the proof: balance, payer_shares, caps, residents, capacity, shortfall."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from allocator.inputs.schemas.base import in_force
from allocator.plan.audit.exact import fraction, lookup
from allocator.plan.audit.facts import SHORTFALL
from allocator.plan.audit.money_columns import (
    CELL,
    MoneyColumns,
)
from allocator.plan.audit.parts import bands_in_force
from allocator.plan.audit.program import Rows, label, labels
from allocator.plan.audit.resident_shares import least_shares


def pool_rows(money: MoneyColumns) -> Rows:
    """Rows of all families that bind what is paid to pools."""
    rows = Rows()
    for family in (_balance, _payer_shares, _source_shares, _caps, _residents, _least_share, _spend, _shortfall):
        family(money, rows)
    return rows


def _balance(money: MoneyColumns, rows: Rows) -> None:
    cells, pays, rests, dues = money.cells, money.pays, money.rests, money.dues
    rows.put(labels("balance", cells, CELL), lower=0, upper=0)
    rows.add(labels("balance", pays, CELL), pays["column"])
    rows.add(labels("balance", dues, CELL), dues["column"], -dues["due"].astype(object))
    rows.add(labels("balance", rests, CELL), rests["column"])
    rows.add(labels("balance", rests, ["wide_pool", "tau"]), rests["column"], -1)


def _payer_shares(money: MoneyColumns, rows: Rows) -> None:
    facts, dues = money.program.facts, money.dues[money.dues["open"]]
    for rule in sorted(set(dues["rule"])):
        for payer, band in bands_in_force(facts.case, rule).items():
            for side, edge in (("min", fraction(band.min)), ("max", fraction(band.max))):
                if (side == "min" and edge <= 0) or (side == "max" and edge >= 1):
                    continue
                owed = dues[dues["rule"] == rule].assign(payer=payer)
                names = labels(f"payer_shares.{side}", owed, ["pool", "payer", "tau"])
                rows.add(names, owed["column"], [-edge * int(due) for due in owed["due"]])
                rows.put(names, **{"lower" if side == "min" else "upper": 0})
                _paid_by(money, rows, f"payer_shares.{side}", rule, payer)


def _paid_by(money: MoneyColumns, rows: Rows, kind: str, rule: str, payer: str) -> None:
    """What a payer pays in pools of an open rule: its sources, the shortfall, the rest where it is the wide one."""
    may_fall_short = payer in money.program.funding.may_fall_short
    pays = money.pays[(money.pays["rule"] == rule) & money.pays["open"]].assign(payer=payer)
    mine = pays[(pays["source_payer"] == payer) | ((pays["source"] == SHORTFALL) & may_fall_short)]
    rows.add(labels(kind, mine, ["pool", "payer", "tau"]), mine["column"])
    rests = money.rests
    rests = rests[(rests["rule"] == rule) & rests["open"] & (rests["wide_payer"] == payer)].assign(payer=payer)
    rows.add(labels(kind, rests, ["pool", "payer", "tau"]), rests["column"])


@dataclass(frozen=True)
class ShareRow:
    """A least or greatest share of a source in a county."""

    kind: str
    source: str
    edge: Fraction
    of: str


def _source_shares(money: MoneyColumns, rows: Rows) -> None:
    facts = money.program.facts
    for key, source in facts.case.policy.sources.items():
        if source.share is None:
            continue
        mine = money.pays[money.pays["source"] == key]
        for side in ("min", "max"):
            for county, pays in mine.groupby("county", sort=True):
                edge = facts.share_edge(source.share, str(county), side)
                if edge is None:
                    continue
                kind = f"payer_shares.source_{side}"
                names = labels(kind, pays, ["pool", "source", "tau"])
                rows.add(names, pays["column"])
                rows.put(names, **{"lower" if side == "min" else "upper": 0})
                by_payer = pays["open"].astype(bool) & (source.share.of == "payer_part")
                share = ShareRow(kind, key, edge, source.share.of)
                _base_is_cost(money, rows, share, pays[~by_payer])
                _base_is_paid(money, rows, share, pays[by_payer])


def _base_is_cost(money: MoneyColumns, rows: Rows, share: ShareRow, pays: pd.DataFrame) -> None:
    cells = pays[CELL].assign(source=share.source)
    owed = money.dues.merge(cells, on=CELL)
    rows.add(
        labels(share.kind, owed, ["pool", "source", "tau"]),
        owed["column"],
        [
            -share.edge * int(due) * (built if share.of == "construction" else 1)
            for due, built in zip(owed["due"], owed["construction"], strict=True)
        ],
    )
    passed = money.rests.drop(columns="pool").rename(columns={"wide_pool": "pool"}).merge(cells, on=CELL)
    rows.add(labels(share.kind, passed, ["pool", "source", "tau"]), passed["column"], -share.edge)


def _base_is_paid(money: MoneyColumns, rows: Rows, share: ShareRow, pays: pd.DataFrame) -> None:
    payer = money.program.facts.case.policy.sources[share.source].payer
    short = payer in money.program.funding.may_fall_short
    every = (
        money.pays.drop(columns="source")
        .assign(other=money.pays["source"])
        .merge(pays[CELL].assign(source=share.source), on=CELL)
    )
    mine = every[(every["source_payer"] == payer) | ((every["other"] == SHORTFALL) & short)]
    rows.add(labels(share.kind, mine, ["pool", "source", "tau"]), mine["column"], -share.edge)


def _caps(money: MoneyColumns, rows: Rows) -> None:
    facts = money.program.facts
    estates = facts.estates
    counts = {
        "household": estates["households"],
        "floor_area": estates["floor_area"],
        "estate": estates["households"] * 0 + 1,
    }
    for key, source in facts.case.policy.sources.items():
        for number, cap in enumerate(source.caps):
            amount = in_force(cap.amount, facts.as_of)
            if amount is None:
                continue
            pays = money.pays[money.pays["source"] == key].assign(number=number)
            names = labels("caps", pays, ["estate", "source", "number"])
            rows.add(names, pays["column"])
            if cap.per == "unit":
                rows.put(names, upper=0)
                items = money.program.items
                works = items[items["work"].isin(cap.works)].assign(source=key, number=number)
                quantity = lookup(works["item"], facts.items["quantity"].fillna(0).astype("str"), "0")
                allowed = facts.per_estate(amount, quantity)
                rows.add(labels("caps", works, ["estate", "source", "number"]), works["act"], -allowed.astype(object))
                continue
            _up_to_start(
                money, rows, ("caps", key, number), facts.per_estate(amount, counts[cap.per]), set(pays["estate"])
            )


def _residents(money: MoneyColumns, rows: Rows) -> None:
    facts = money.program.facts
    rules = facts.case.policy.residents
    most = in_force(rules.affordability, facts.as_of) if rules and rules.affordability else None
    if rules is None or most is None:
        return
    pays = money.pays[(money.pays["source_payer"] == rules.payer) & (money.pays["estate"] != "")]
    pays = pays[pays["pool"].str.split("|").str[0] == pays["estate"]]
    rows.add(labels("residents", pays, ["estate"]), pays["column"])
    _up_to_start(money, rows, ("residents",), facts.per_estate(most, facts.estates["households"]), set(pays["estate"]))


def _least_share(money: MoneyColumns, rows: Rows) -> None:
    """What residents bear of a class at an estate, less its least share of the cost."""
    facts, kind, keys = money.program.facts, "residents.least_share", ["estate", "pool_class"]
    asked, residents = least_shares(facts.case), facts.case.policy.residents
    if residents is None or not asked:
        return
    dues = money.dues.assign(pool_class=lookup(money.dues["part"], facts.shared_classes, ""))
    dues = dues[dues["pool_class"] != ""]
    borne = lookup(dues["part"], facts.parts["payer"], "") == residents.payer
    shares = [int(own) - asked[name] for own, name in zip(borne, dues["pool_class"], strict=True)]
    values = [share * int(due) for share, due in zip(shares, dues["due"], strict=True)]
    rows.add(labels(kind, dues, keys), dues["column"], values)
    rows.put(labels(kind, dues, keys), lower=0)
    pays = money.pays[money.pays["pool_class"] != ""]
    short = (pays["source"] == SHORTFALL) & (residents.payer in money.program.funding.may_fall_short)
    pays = pays[(pays["source_payer"] == residents.payer) | short]
    rows.add(labels(kind, pays, keys), pays["column"])


def _up_to_start(money: MoneyColumns, rows: Rows, keys: tuple[object, ...], most: pd.Series, estates: set[str]) -> None:
    """Estates pay at most ``most`` when they start, else nothing; ``keys``: kind of row, keys after the estate."""
    facts = money.program.facts.estates
    starts = facts.loc[facts.index.isin(estates), ["estate", "project"]].merge(money.program.starts, on="project")
    names = pd.Series(
        [label(str(keys[0]), estate, *keys[1:]) for estate in starts["estate"]], index=starts.index, dtype="str"
    )
    rows.add(names, starts["column"], -lookup(starts["estate"], most, 0).astype(object))
    rows.put(names, upper=0)


def _spend(money: MoneyColumns, rows: Rows) -> None:
    capacity = money.program.facts.case.register.capacity
    most = capacity[capacity["max_spend"].notna()]
    rows.put_each(labels("capacity.spend", most, ["county", "year"]), upper=most["max_spend"].astype(int).tolist())
    dues = money.dues
    rows.add(labels("capacity.spend", dues, ["county", "tau"]), dues["column"], dues["due"].astype(object))


def _shortfall(money: MoneyColumns, rows: Rows) -> None:
    if money.program.facts.case.scenario.options.shortfall:
        return
    pays = money.pays[money.pays["source"] == SHORTFALL]
    names = labels("shortfall", pays, ["county", "tau"])
    rows.add(names, pays["column"])
    rows.put(names, upper=0)
