"""Subsidies with a kink: which works they count, what those cost, and the contents an estate may end up with.

Source: models/<id>/formulation.md, matching.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from allocator.errors import Problem, ScenarioError
from allocator.formulation.costs import done, saved_amounts, saving_pairs
from allocator.formulation.frames import stack, summed
from allocator.formulation.funding import counted_works
from allocator.formulation.index import Index
from allocator.formulation.readiness import value_on
from allocator.i18n import _
from allocator.inputs.case import Case, rate_to_steps
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.matching import Kicker

if TYPE_CHECKING:
    from allocator.formulation.columns import Columns

MOST_PACKAGES = 64
"""Contents of one estate that are enumerated for a subsidy with a limited base."""

NO_EXTRAS = "-"
"""Name of the content that has only what comes with the start."""


class Element(NamedTuple):
    """Something an estate may have or not: an optional item, or a saving that is made."""

    name: str
    cost: int
    expected: Decimal
    """Steps that the payer is expected to pay for it."""
    group: str
    needs: frozenset[str]
    """Optional items of the estate that must be done as well."""


def kickers_in_force(case: Case) -> dict[str, Kicker]:
    """Subsidies with a kink that are in force, by id."""
    found = case.policy.kickers.items()
    on = case.scenario.as_of
    return {name: k for name, k in found if in_force((k,), on) is not None and in_force(k.share, on) is not None}


def needs_claim(kicker: Kicker, case: Case) -> bool:
    """Whether the subsidy's share can fall below nothing, so that not taking it must be a choice."""
    share = value_on(kicker.share, case) or Decimal(0)
    return kicker.base_cap is None and share < kicker.down * max(kicker.expected.values())


def subsidised_estates(index: Index, kicker: Kicker) -> pd.Series:
    """Ids of the estates where the subsidy may pay, sorted."""
    own = index.pools.sources.loc[index.pools.sources["source"] == kicker.source, "pool"]
    estates = own.map(index.pools.table["estate"])
    return pd.Series(sorted(set(estates) - {""}), dtype=object)


def counted_items(index: Index, kicker: Kicker) -> pd.DataFrame:
    """Items that a subsidy counts; ``item``, ``estate`` (id), ``cost``, ``share`` (expected), by row."""
    shares = counted_works(kicker, index.case.policy)
    items = index.items[index.items["work"].isin(list(shares))]
    frame = pd.DataFrame(
        {
            "item": items.index,
            "estate": items["estate"].map(index.estates["estate_id"]).to_numpy(),
            "cost": index.gross_costs.reindex(items.index, fill_value=0).to_numpy("int64"),
            "share": items["work"].map(shares).to_numpy(),
        }
    )
    return frame[(frame["cost"] > 0) & frame["estate"].isin(subsidised_estates(index, kicker))]


def counted_savings(index: Index, kicker: Kicker) -> pd.DataFrame:
    """Savings on counted items; ``saving``, ``estate`` (row), ``change`` [steps, negative], ``share`` (expected).

    As in the first start year: what is saved on an item is the same in others, but for steps lost to rounding.
    """
    shares = counted_works(kicker, index.case.policy)
    saved = index.in_era(saved_amounts(index).assign(done=index.start_years[0]), "done")
    saved = saved.assign(share=saved["part"].map(index.parts["work"]).map(shares))
    saved = saved[saved["share"].notna()]
    saved = saved[saved["estate"].map(index.estates["estate_id"]).isin(subsidised_estates(index, kicker))]
    total = summed(saved, ["saving", "estate"], "change")
    first = saved.drop_duplicates(["saving", "estate"])[["saving", "estate", "share"]]
    return total.merge(first, on=["saving", "estate"])


def counted_costs(index: Index, columns: Columns, kicker: Kicker) -> pd.DataFrame:
    """What a subsidy counts, by column; ``estate`` (id), ``col``, ``cost``, ``expected`` [steps]."""
    by_item = counted_items(index, kicker).merge(done(index, columns)[["item", "col"]], on="item")
    savings = counted_savings(index, kicker).merge(columns["both"], on=["saving", "estate"])
    savings = savings.rename(columns={"change": "cost"})
    savings["estate"] = savings["estate"].map(index.estates["estate_id"])
    every = stack([by_item, savings], ["estate", "col", "cost", "share"])
    every["expected"] = every["cost"] * every["share"].astype(float)
    return summed(every, ["estate", "col"], "cost", "expected")


def packages(index: Index) -> pd.DataFrame:
    """Contents each estate may end up with, for subsidies with a limited base.

    Columns ``kicker``, ``estate`` (id), ``package`` (name), ``elements`` (tuple), ``cost``, ``base``, ``expected``.

    Raises
    ------
    ScenarioError
        When an estate has more than ``MOST_PACKAGES``.
    """
    records: list[tuple[object, ...]] = []
    problems: list[Problem] = []
    for name, kicker in kickers_in_force(index.case).items():
        cap = in_force(kicker.base_cap or (), index.case.scenario.as_of)
        if cap is None:
            continue
        area = index.estates.set_index("estate_id")["floor_area"]
        for estate, always, elements in _contents(index, kicker):
            chosen = list(_combinations(elements))
            if len(chosen) > MOST_PACKAGES:
                problems.append(_too_many(name, estate, len(chosen)))
                continue
            most = rate_to_steps(cap.value, cap.unit, Decimal(str(area[estate])), index.case.scenario.money)
            for each in chosen:
                cost = int(always[0]) + sum(e.cost for e in each)
                expected = sum((e.expected for e in each), always[1])
                if cost > 0:
                    names = tuple(e.name for e in each)
                    package = "+".join(names) or NO_EXTRAS
                    records.append((name, estate, package, names, cost, min(cost, most), float(expected)))
    if problems:
        raise ScenarioError(problems)
    keys = ["kicker", "estate", "package", "elements", "cost", "base", "expected"]
    frame = pd.DataFrame(records, columns=keys, dtype=object)
    return frame.astype({"cost": "int64", "base": "int64", "expected": "float64"})


def _too_many(kicker: str, estate: str, count: int) -> Problem:
    finding = _("{kicker}: the optional works of {estate} can be combined in more than {count} ways, {limit} at most")
    cure = _("count fewer works (not_works), make some of them required or alternatives, or remove base_cap")
    place = f"policy.kickers[{kicker}].base_cap"
    return Problem(place, finding.format(kicker=kicker, estate=estate, count=count - 1, limit=MOST_PACKAGES), cure)


def _contents(index: Index, kicker: Kicker) -> Iterator[tuple[str, tuple[int, Decimal], list[Element]]]:
    """Estates with steps that come with their start (cost, expected), and what they may have besides."""
    items = counted_items(index, kicker)
    facts = index.items.loc[items["item"], ["required", "item_id", "choice_group"]].set_axis(items.index)
    items = items.join(facts)
    savings = _saving_elements(index, kicker)
    for estate, group in items.groupby("estate", sort=True):
        fixed, free = group[group["required"]], group[~group["required"]].sort_values("item_id")
        expected = sum((Decimal(int(c)) * s for c, s in zip(fixed["cost"], fixed["share"], strict=True)), Decimal(0))
        elements = [
            Element(name, int(cost), Decimal(int(cost)) * share, choice, frozenset())
            for name, cost, share, choice in free[["item_id", "cost", "share", "choice_group"]].itertuples(
                index=False, name=None
            )
        ]
        optional = {element.name for element in elements}
        elements += [s._replace(needs=s.needs & optional) for s in savings.get(str(estate), ())]
        yield str(estate), (int(fixed["cost"].sum()), expected), elements


def _saving_elements(index: Index, kicker: Kicker) -> dict[str, list[Element]]:
    """Savings on counted items by estate (id); they need the two items."""
    pairs = saving_pairs(index).merge(counted_savings(index, kicker), on=["saving", "estate"])
    found: dict[str, list[Element]] = {}
    names = index.items["item_id"]
    for saving, estate, one, two, change, share in pairs[
        ["saving", "estate", "item_1", "item_2", "change", "share"]
    ].itertuples(index=False, name=None):
        element = Element(
            f"saving:{saving}", int(change), Decimal(int(change)) * share, "", frozenset({names[one], names[two]})
        )
        found.setdefault(str(index.estates["estate_id"][estate]), []).append(element)
    return found


def _combinations(elements: Sequence[Element]) -> Iterator[tuple[Element, ...]]:
    """Subsets that can be; one more than the limit at most."""
    count = 0
    for bits in product((False, True), repeat=len(elements)):
        chosen = tuple(e for e, on in zip(elements, bits, strict=True) if on)
        groups = [e.group for e in chosen if e.group]
        if len(groups) > len(set(groups)) or not all(e.needs <= {c.name for c in chosen} for e in chosen):
            continue
        yield chosen
        count += 1
        if count > MOST_PACKAGES:
            return


def greatest_cost(index: Index, kicker: Kicker) -> pd.Series:
    """Gross steps of all items that a subsidy counts, by estate (id)."""
    return counted_items(index, kicker).groupby("estate")["cost"].sum()


def claim_slack(kicker: Kicker) -> int:
    """Whole multiple of the cost that the subsidy's share cannot fall below nothing by."""
    return math.ceil(kicker.down * max(kicker.expected.values()))
