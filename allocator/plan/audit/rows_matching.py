"""Rows and columns of matching, splits and subsidies with a kink, for the proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import ceil

import numpy as np
import pandas as pd

from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.matching import Kicker
from allocator.plan.audit.exact import fraction, lookup, times
from allocator.plan.audit.matching import PLACES
from allocator.plan.audit.money_columns import MoneyColumns
from allocator.plan.audit.program import Program, Rows, label, labels


@dataclass(frozen=True)
class Content:
    """What an estate may end up with of the works that a subsidy counts."""

    estate: str
    extras: tuple[str, ...]
    cost: int
    expected: Fraction

    @property
    def name(self) -> str:
        """Name of its column."""
        return "+".join(self.extras) or "-"


@dataclass(frozen=True)
class Kinked:
    """A subsidy with a kink: its estates, what it counts and its columns."""

    money: MoneyColumns
    name: str
    kicker: Kicker

    @property
    def program(self) -> Program:
        """Columns of choices."""
        return self.money.program

    @cached_property
    def share(self) -> Fraction:
        """Share at the kink."""
        return self.program.facts.now(self.kicker.share) or Fraction(0)

    @cached_property
    def estates(self) -> list[str]:
        """Estates where the subsidy may pay."""
        pays = self.money.pays
        return sorted(set(pays.loc[pays["source"] == self.kicker.source, "estate"]))

    @cached_property
    def items(self) -> pd.DataFrame:
        """Counted items of these estates: estate, must, group, cost, expected share."""
        facts = self.program.facts
        works = [w for w in facts.case.policy.works if self.name in self.program.funding.counting(w)]
        items = facts.items[facts.items["work"].isin(works) & facts.items["estate"].isin(self.estates)]
        parts = facts.parts[facts.parts["from_year"] == facts.first]  # a cost is the same whenever the work is done
        cost = parts.groupby("item")["cost"].sum().reindex(items.index, fill_value=0).astype("int64")
        share = [fraction(self.kicker.expected[kind]) for kind in items["work_class"]]
        items = items[["estate", "work", "must", "group"]].assign(
            cost=cost, share=pd.Series(share, items.index, dtype=object)
        )
        return items[items["cost"] > 0].sort_index()

    @cached_property
    def savings(self) -> pd.DataFrame:
        """Savings on counted items: saving, estate, on, one, other, change (negative)."""
        facts, rows = self.program.facts, []
        first = facts.items.sort_index().drop_duplicates(["estate", "work"])
        parts = facts.parts[facts.parts["from_year"] == facts.first]
        for key, saving in facts.case.policy.savings.items():
            for estate in self.estates:
                here = first[first["estate"] == estate].set_index("work", drop=False)["item"]
                if not set(saving.works) <= set(here.index) or here[saving.on] not in self.items.index:
                    continue
                cost = parts.loc[parts["item"] == here[saving.on], "cost"].to_numpy("int64")
                change = -int(times(cost, fraction(saving.share)).sum())
                if change:
                    rows.append((key, estate, here[saving.on], *(here[work] for work in saving.works), change))
        return pd.DataFrame(rows, columns=["saving", "estate", "on", "one", "other", "change"])

    @cached_property
    def claims(self) -> bool:
        """Whether taking the subsidy is a choice of its own."""
        return self.kicker.base_cap is None and self.share < fraction(self.kicker.down) * max(
            fraction(each) for each in self.kicker.expected.values()
        )

    @cached_property
    def contents(self) -> list[Content]:
        """All contents with costs, for a limited base."""
        if self.kicker.base_cap is None:
            return []
        return [content for estate in self.estates for content in self._contents(estate) if content.cost > 0]

    def _contents(self, estate: str) -> Iterator[Content]:
        items = self.items[self.items["estate"] == estate]
        must = items["must"].astype(bool)
        free, savings = items[~must], self.savings[self.savings["estate"] == estate]
        extras = [*free.index, *("saving:" + savings["saving"])]
        cost = {**free["cost"].to_dict(), **dict(zip(extras[len(free) :], savings["change"], strict=True))}
        share = {**free["share"].to_dict()}
        share |= dict(zip(extras[len(free) :], self.items["share"].reindex(savings["on"]), strict=True))
        needs = {
            e: set(pair) & set(free.index)
            for e, *pair in zip(extras[len(free) :], savings["one"], savings["other"], strict=True)
        }
        fixed = sum(
            (c * s for c, s in zip(items.loc[must, "cost"], items.loc[must, "share"], strict=True)), Fraction(0)
        )
        for count in range(len(extras) + 1):
            for chosen in combinations(extras, count):
                groups = [g for g in free["group"].reindex(chosen).dropna() if g]
                if len(groups) == len(set(groups)) and all(needs.get(e, set()) <= set(chosen) for e in chosen):
                    total = int(items.loc[must, "cost"].sum()) + sum(int(cost[e]) for e in chosen)
                    yield Content(
                        estate, chosen, total, fixed + sum((int(cost[e]) * share[e] for e in chosen), Fraction(0))
                    )

    def base(self, content: Content) -> int:
        """Steps that the shares of a content are of."""
        facts = self.program.facts
        cap = in_force(self.kicker.base_cap or (), facts.as_of)
        most = content.cost if cap is None else facts.steps(cap, facts.estates.loc[content.estate, "floor_area"])
        return min(content.cost, most)

    @cached_property
    def most(self) -> dict[str, int]:
        """Greatest value of its columns."""
        found = {label("claim", self.name, estate): 1 for estate in self.estates if self.claims}
        for content in self.contents:
            found[label("package", self.name, content.estate, content.name)] = 1
            found[label("counted", self.name, content.estate, content.name)] = content.cost
        return found


def kinked(money: MoneyColumns) -> list[Kinked]:
    """Subsidies with a kink that are in force."""
    facts = money.program.facts
    return [
        Kinked(money, name, kicker)
        for name, kicker in facts.case.policy.kickers.items()
        if in_force((kicker,), facts.as_of) is not None and facts.now(kicker.share) is not None
    ]


def matching_rows(money: MoneyColumns) -> Rows:
    """All rows of the family."""
    rows = Rows()
    _ratios(money, rows)
    _splits(money, rows)
    for one in kinked(money):
        _kink(one, rows)
    return rows


def _placed(money: MoneyColumns) -> pd.DataFrame:
    """Payments with year and project of their pool; the project is right where the pool is an estate's."""
    projects = money.program.facts.estates["project"]
    pays = money.pays
    return pays.assign(year=pays["tau"], project=lookup(pays["estate"], projects, ""))


def _ratios(money: MoneyColumns, rows: Rows) -> None:
    facts, pays = money.program.facts, _placed(money)
    for name, rule in facts.case.policy.matching.items():
        ratio = facts.now(rule.at_most)
        if ratio is None or in_force((rule,), facts.as_of) is None:
            continue
        keys = ["matching", *PLACES[rule.at], *(["year"] if rule.over == "year" else [])]
        for sources, value in ((rule.sources, Fraction(1)), (rule.of, -ratio)):
            mine = pays[pays["source"].isin(sources)].assign(matching=name)
            names = labels("matching", mine, keys)
            rows.add(names, mine["column"], value)
            if value == 1:
                rows.put(names, upper=0)


def _splits(money: MoneyColumns, rows: Rows) -> None:
    facts, pays = money.program.facts, _placed(money)
    for name, split in facts.case.policy.splits.items():
        if in_force((split,), facts.as_of) is None:
            continue
        able = [set(pays.loc[pays["source"].isin(part.sources), "pool"]) for part in split.parts.values()]
        here = pays[pays["pool"].isin(set.intersection(*able))]
        keys = ["split", "part", *PLACES[split.at], *(["year"] if split.over == "year" else [])]
        every = here[here["source"].isin([source for part in split.parts.values() for source in part.sources])]
        for side, part in split.parts.items():
            whole = every.assign(split=name, part=side)
            names = labels("matching.split", whole, keys)
            rows.put(names, lower=0, upper=0)
            own = whole["source"].isin(part.sources)
            rows.add(names, whole["column"], [int(mine) - fraction(part.share) for mine in own])


def _kink(one: Kinked, rows: Rows) -> None:
    """Rows of one subsidy at all its estates."""
    pays = one.money.pays
    own = pays[pays["source"] == one.kicker.source]
    marks = pays["pool"].str.split("|")
    counts = pd.Series([len(m) == 6 and one.name in m[4].split("+") for m in marks], index=pays.index, dtype=bool)
    paid = pays[counts & (pays["source_payer"] == one.kicker.payer)]
    slopes = {"up": fraction(one.kicker.up), "down": fraction(one.kicker.down)}
    slack = ceil(fraction(one.kicker.down) * max(fraction(e) for e in one.kicker.expected.values()))
    gross = {str(estate): int(cost) for estate, cost in one.items.groupby("estate")["cost"].sum().items()}
    for side in (*slopes, "most"):
        names = {estate: label(f"matching.{side}", one.name, estate) for estate in one.estates}
        rows.put(names.values(), upper=0)
        rows.add(own["estate"].map(names), own["column"])
        if one.kicker.base_cap is None:
            _of_cost(one, rows, side, slopes.get(side))
            if side in slopes:
                rows.add(paid["estate"].map(names), paid["column"], -slopes[side])
            if side in slopes and one.claims:
                for estate, name in names.items():
                    most = slack * int(gross.get(estate, 0))
                    rows.put([name], upper=most)
                    rows.add(pd.Series([name]), pd.Series([label("claim", one.name, estate)]), [most])
        else:
            _of_contents(one, rows, side, slopes.get(side))
    if one.claims:
        _claimed(one, rows, own, gross)
    if one.kicker.base_cap is not None:
        _packages(one, rows, paid)


def _claimed(one: Kinked, rows: Rows, own: pd.DataFrame, gross: dict[str, int]) -> None:
    for estate in one.estates:
        name = label("matching.claim", one.name, estate)
        rows.put([name], upper=0)
        rows.add(pd.Series([name]), pd.Series([label("claim", one.name, estate)]), [-int(gross.get(estate, 0))])
    names = own["estate"].map(lambda estate: label("matching.claim", one.name, estate))
    rows.add(names, own["column"])


def _of_cost(one: Kinked, rows: Rows, side: str, slope: Fraction | None) -> None:
    """Base terms of a proportional subsidy: by column that does an item or makes a saving."""
    greatest = one.share + fraction(one.kicker.most)

    def value(cost: int, expected: Fraction) -> Fraction:
        return -greatest * cost if slope is None else (slope * expected - one.share) * cost

    acts = one.program.items[["item", "act"]].merge(one.items.reset_index(names="item"), on="item")
    names = acts["estate"].map(lambda estate: label(f"matching.{side}", one.name, estate))
    rows.add(names, acts["act"], [value(int(c), s) for c, s in zip(acts["cost"], acts["share"], strict=True)])
    both = one.program.both.merge(one.savings[["saving", "estate", "change"]], on=["saving", "estate"])
    shares = one.items["share"].reindex(both["on"])
    names = both["estate"].map(lambda estate: label(f"matching.{side}", one.name, estate))
    rows.add(names, both["column"], [value(int(c), s) for c, s in zip(both["change"], shares, strict=True)])


def _of_contents(one: Kinked, rows: Rows, side: str, slope: Fraction | None) -> None:
    """Base terms of a limited subsidy: by content, and what is counted for it."""
    greatest = one.share + fraction(one.kicker.most)
    for content in one.contents:
        base, keys = one.base(content), (one.name, content.estate, content.name)
        row, package = label(f"matching.{side}", *keys[:2]), label("package", *keys)
        if slope is None:
            rows.add(pd.Series([row]), pd.Series([package]), [-greatest * base])
            continue
        rate = slope * base / content.cost
        rows.add(pd.Series([row]), pd.Series([package]), [rate * content.expected - one.share * base])
        rows.add(pd.Series([row]), pd.Series([label("counted", *keys)]), [-rate])


def _packages(one: Kinked, rows: Rows, paid: pd.DataFrame) -> None:
    """At most one content of a started estate, only the one it has, and what is counted for it."""
    for content in one.contents:
        keys = (one.name, content.estate, content.name)
        counted, package = label("counted", *keys), label("package", *keys)
        within = label("matching.counted_most", *keys)
        rows.put([within], upper=0)
        rows.add(pd.Series([within, within]), pd.Series([counted, package]), [1, -content.cost])
        rows.add(pd.Series([label("matching.counted", *keys[:2])]), pd.Series([counted]))
        rows.add(pd.Series([label("matching.package", *keys[:2])]), pd.Series([package]))
        for extra in {e for other in one.contents if other.estate == content.estate for e in other.extras}:
            row = label("matching.with" if extra in content.extras else "matching.without", *keys[:2], extra)
            rows.add(pd.Series([row]), pd.Series([package]))
    rows.add(paid["estate"].map(lambda estate: label("matching.counted", one.name, estate)), paid["column"], -1)
    for kind in ("counted", "package"):
        rows.put([label(f"matching.{kind}", one.name, estate) for estate in one.estates], upper=0)
    facts = one.program.facts.estates
    starts = facts.loc[facts.index.isin(one.estates), ["estate", "project"]].merge(one.program.starts, on="project")
    rows.add(starts["estate"].map(lambda estate: label("matching.package", one.name, estate)), starts["column"], -1)
    _doing(one, rows)


def _doing(one: Kinked, rows: Rows) -> None:
    """What says that an optional item is done, or a saving made."""
    items = one.program.items
    done = items.loc[~items["must"].astype(bool), ["estate", "item", "do"]]
    done = done.rename(columns={"item": "extra", "do": "column"})
    both = one.program.both[["estate", "saving", "column"]].rename(columns={"saving": "extra"})
    both["extra"] = "saving:" + both["extra"].astype("str")
    known = {(content.estate, extra) for content in one.contents for extra in content.extras}
    for frame in (done, both):
        mine = frame[
            np.array([pair in known for pair in zip(frame["estate"], frame["extra"], strict=True)], dtype=bool)
        ]
        for kind, value, upper in (("with", -1, 0), ("without", 1, 1)):
            names = pd.Series(
                [label(f"matching.{kind}", one.name, e, x) for e, x in zip(mine["estate"], mine["extra"], strict=True)],
                index=mine.index, dtype="str",
            )  # fmt: skip
            rows.add(names, mine["column"], value)
            rows.put(names, upper=upper)
