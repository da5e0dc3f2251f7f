"""The proof: a bound that no plan can beat, worked out in exact fractions from stored prices and the audit's own rows.

For prices π of the right signs and columns between 0 and U, every plan that keeps the rows has

    c x <= Σ π_i b_i + Σ_j max over [0, U_j] of (c_j - Σ_i π_i a_ij) x_j

so any prices prove something, good ones prove much. A price of the wrong sign, or of a row that is not known here,
counts as zero; that can only weaken the bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.plan.audit.exact import fraction, lookup
from allocator.plan.audit.facts import SHORTFALL, Facts
from allocator.plan.audit.headline import MAXIMISED
from allocator.plan.audit.money_columns import MoneyColumns
from allocator.plan.audit.parts import shares_in_force
from allocator.plan.audit.points import item_points, required_points
from allocator.plan.audit.program import Program, Rows, label
from allocator.plan.audit.report import Book, Finding
from allocator.plan.audit.rows_accounts import account_rows
from allocator.plan.audit.rows_choices import choice_rows
from allocator.plan.audit.rows_matching import kinked, matching_rows
from allocator.plan.audit.rows_pools import pool_rows
from allocator.plan.audit.rows_special import SpecialRows
from allocator.plan.audit.targets import area_bonus
from allocator.plan.audit.tied import reallocation_price
from allocator.plan.audit.tied_columns import TiedColumns
from allocator.plan.audit.view import View

Values = dict[str, Fraction]
"""Value by column."""

Sums = MutableMapping[str, int | Fraction]
"""Sums by column, in multiples of the smallest unit of the prices."""

TIGHT = Fraction(1, 10**6)
"""How far the stored bound of the first relaxation may be from what its prices prove, as a share."""


@dataclass(frozen=True)
class Proof:
    """Rows, columns and goals of a case."""

    case: Case

    @cached_property
    def program(self) -> Program:
        """Columns of choices."""
        return Program(Facts(self.case))

    @cached_property
    def money(self) -> MoneyColumns:
        """Columns of money."""
        return MoneyColumns(self.program)

    @cached_property
    def special(self) -> SpecialRows:
        """Rows and columns of special bonds."""
        return SpecialRows(self.money)

    def rows(self) -> Rows:
        """All rows."""
        rows = choice_rows(self.program)
        rows.join(pool_rows(self.money))
        rows.join(account_rows(self.money))
        rows.join(matching_rows(self.money))
        rows.join(self.special.rows())
        return rows

    def bound(self, goal: str, prices: Mapping[str, Fraction], kept: Mapping[str, Fraction]) -> Fraction | None:
        """Best value of ``goal`` that the prices leave possible; None when some column it needs has no end.

        ``kept`` are the values of earlier goals that a plan must reach, less what may be given up; a price for such a
        goal stands under ``goal[id]``.
        """
        sign = 1 if goal in MAXIMISED else -1
        # whole multiples of one small unit add up faster than fractions
        unit = lcm(*(price.denominator for price in prices.values()), 1)
        whole = {row: sign * int(price * unit) for row, price in prices.items()}
        terms, total = self._priced(whole, kept)
        gain = {column: -value for column, value in terms.items()}
        _add(gain, {column: sign * unit * value for column, value in self.objective(goal).items()})
        most = self.most
        for column, value in gain.items():
            if value > 0:
                if column not in most:
                    return None
                total += value * most[column]
        return sign * Fraction(total) / unit

    def _priced(self, prices: Mapping[str, int], kept: Mapping[str, Fraction]) -> tuple[Sums, int | Fraction]:
        """Sum of the rows times their prices, by column, and of the ends of the rows times their prices."""
        rows = self.rows()
        ends: int | Fraction = 0
        used: dict[str, int] = {}
        for row, price in prices.items():
            end = rows.upper.get(row) if price > 0 else rows.lower.get(row)
            if end is not None:
                used[row] = price
                ends += price * end
        terms, summed = rows.matrix(frozenset(used)), defaultdict[str, int | Fraction](int)
        for row, column, value in zip(*(terms[name].tolist() for name in ("row", "column", "value")), strict=True):
            summed[column] += used[row] * value
        for goal, least in kept.items():
            price = prices.get(label("goal", goal), 0)
            if price * (1 if goal in MAXIMISED else -1) < 0:
                ends += price * least
                _add(summed, {column: price * value for column, value in self.objective(goal).items()})
        return summed, ends

    @cached_property
    def most(self) -> dict[str, int]:
        """Greatest value of every column; all begin at zero."""
        program, money, facts = self.program, self.money, self.program.facts
        names = [program.starts["column"], program.items["do"], program.acts["column"], program.both["column"]]
        most: dict[str, int] = dict.fromkeys(pd.concat([*names, program.bonuses["column"]]), 1)
        most.update(zip(program.moves["column"], program.moves["most"].astype(int).tolist(), strict=True))
        most.update(dict.fromkeys(self.special.borrows["column"], 1))
        lots = money.issues
        for columns, ends in (
            (money.pays, "most"),
            (money.rests, "own_most"),
            (lots, "most"),
            (money.topups, "most"),
            (money.uses, "most"),
        ):
            most.update(zip(columns["column"], columns[ends].astype("int64").tolist(), strict=True))
        for one in kinked(money):
            most.update(one.most)
        most.update(TiedColumns(money).most())
        every = {
            "estates": len(facts.estates) + int(facts.under_way["estates"].sum()),
            "households": int(facts.estates["households"].sum() + facts.under_way["households"].sum()),
        }
        for (county, year, measure), (least, _most) in self._tasks.items():
            most[label("under", county, year, measure)] = max(least, 0)
            most[label("over", county, year, measure)] = every[measure]
        return most

    @cached_property
    def _tasks(self) -> dict[tuple[str, int, str], tuple[int, int]]:
        """Band of each task by county, year and measure; -1 where there is none."""
        tasks, bands = self.case.register.tasks, {}
        for measure in ("estates", "households"):
            columns = [tasks[f"{side}_{measure}"].fillna(-1).astype("int64") for side in ("min", "max")]
            for county, year, least, most in zip(tasks["county"], tasks["year"], *columns, strict=True):
                bands[(str(county), int(year), measure)] = (int(least), int(most))
        return bands

    def objective(self, goal: str) -> Values:
        """Coefficients of a goal by column, in its own direction; empty for goals that are not proved."""
        known = {
            "points": self._points, "hazards": self._hazards, "shortfall": self._shortfall, "tasks": self._breaches,
            "public_money": self._public_money, "changes": self._changes,
        }  # fmt: skip
        return known[goal]() if goal in known else {}

    def _points(self) -> Values:
        facts, starts, items = self.program.facts, self.program.starts, self.program.items
        worth: Values = {}
        for year, group in starts.groupby("year"):
            years = pd.Series(int(str(year)), index=facts.estates.index)
            points = required_points(facts, years).groupby(facts.estates["project"]).sum()
            worth.update(_values(group["column"], lookup(group["project"], points, 0)))
        optional = items[~items["must"].astype(bool)].reset_index(drop=True)
        rows = facts.items.loc[optional["item"]].reset_index(drop=True)
        worth.update(_values(optional["do"], item_points(facts, rows, optional["year"])))
        bonus = area_bonus(facts)
        bonuses = self.program.bonuses
        worth.update(_values(bonuses["column"], lookup(bonuses["area"], bonus, 0)))
        price = -fraction(facts.case.scenario.persistence.price)
        worth.update(dict.fromkeys(self.program.moves["column"] if price else (), price))
        return worth

    def _changes(self) -> Values:
        return dict.fromkeys(self.program.moves["column"], Fraction(1))

    def _hazards(self) -> Values:
        estates, starts = self.program.facts.estates, self.program.starts
        at_risk = estates["households"].where(estates["hazard"], 0).groupby(estates["project"]).sum()
        return _values(starts["column"], lookup(starts["project"], at_risk, 0))

    def _shortfall(self) -> Values:
        pays = self.money.pays
        missing: Values = dict.fromkeys(pays.loc[pays["source"] == SHORTFALL, "column"], Fraction(1))
        excess, prices = TiedColumns(self.money).excess, self.case.scenario.options.elastic_limits
        for source, column in zip(excess["source"], excess["column"], strict=True):
            missing[column] = fraction(prices[source])
        return missing

    def _breaches(self) -> Values:
        breach: Values = {}
        for (county, year, measure), ends in self._tasks.items():
            for slack, end in zip(("under", "over"), ends, strict=True):
                if end >= 0:
                    breach[label(slack, county, year, measure)] = Fraction(1, max(end, 1))
        return breach

    def _public_money(self) -> Values:
        facts, money = self.program.facts, self.money
        spent: Values = {}
        local = facts.sources.index[facts.sources["local"].astype(bool)]
        pays, rests = money.pays, money.rests
        _add(spent, _values(pays["column"], pays["source"].isin(local).astype("int64")))
        for rule in sorted(set(pays.loc[pays["open"].astype(bool), "rule"])):
            shares = shares_in_force(self.case, rule)
            if shares is None or shares.stands_in is None:
                continue
            here = (pays["rule"] == rule) & pays["open"].astype(bool)
            short = (pays["source"] == SHORTFALL) & (shares.stands_in in self.program.funding.may_fall_short)
            mine = pays[here & ((pays["source_payer"] == shares.stands_in) | short)]
            passed = rests[(rests["rule"] == rule) & (rests["wide_payer"] == shares.stands_in)]
            for columns in (mine["column"], passed["column"]):
                _add(spent, dict.fromkeys(columns, Fraction(1)))
        issues, charged = money.issues, money.charged
        _add(spent, _values(issues["column"], issues["lot"]))
        for _year, rows in charged[charged["due"].between(facts.first, facts.until)].groupby("due"):
            _add(spent, _values(rows["column"], rows["amount"]))
        price = reallocation_price(facts)
        _add(spent, dict.fromkeys(TiedColumns(money).moved["column"] if price else (), price))
        return spent


def read_prices(table: pd.DataFrame) -> dict[str, Fraction]:
    """Prices by row, exactly as they are written; what is no number is left out."""
    prices = {}
    for row, text in zip(table["row"], table["price"], strict=True):
        try:
            number = Decimal(str(text))
        except InvalidOperation:
            continue
        if number.is_finite():
            prices[str(row)] = Fraction(number)
    return prices


def check_proof(view: View, prices: pd.DataFrame | None, manifest: Mapping[str, Any], book: Book) -> None:
    """Re-check that the plan lies within the bound that the stored prices prove, and that this is what is claimed.

    Without prices nothing is proved and nothing is checked. ``root_bound`` of the manifest, when it is there, is the
    bound of the first relaxation, whose prices these are.
    """
    if prices is None or not {"row", "price"} <= set(prices.columns) or not len(prices):
        return
    case = view.facts.case
    goal = case.scenario.headline
    proved = Proof(case).bound(goal, read_prices(prices), _kept(case, manifest))
    sign, failures = (1 if goal in MAXIMISED else -1), []
    for place, claim in (("objective", manifest.get("objective")), ("root_bound", manifest.get("root_bound"))):
        value = None if claim is None else fraction(claim)
        if value is None or proved is None:
            continue
        slack = TIGHT * max(Fraction(1), abs(value))
        beyond = sign * (value - proved) if place == "objective" else sign * (proved - value)
        if beyond > slack:
            failures.append(
                Finding(place, str(claim), _("within the proved bound {bound}").format(bound=float(proved)))
            )
    told = _("nothing") if proved is None else f"{float(proved):.12g}"
    subject = _("the prices prove a bound of {bound}").format(bound=told)
    book.add("proof", subject, len(prices), failures, tolerance=_("exact fractions; a millionth to the stored bound"))


def _kept(case: Case, manifest: Mapping[str, Any]) -> dict[str, Fraction]:
    """What earlier goals than the headline must still reach."""
    stages = {str(stage.get("id")): stage for stage in manifest.get("goals", ()) if isinstance(stage, Mapping)}
    kept: dict[str, Fraction] = {}
    for goal in case.scenario.goals:
        if goal.id == case.scenario.headline:
            break
        stage = stages.get(goal.id, {})
        reached = stage.get("reached", stage.get("value"))
        if reached is not None:
            value = fraction(reached)
            give = max(fraction(goal.abs), fraction(goal.rel) * abs(value))
            kept[goal.id] = value - give if goal.id in MAXIMISED else value + give
    return kept


def _values(columns: pd.Series, values: pd.Series) -> Values:
    """Value by column, zeros left out; columns that stand twice are added up."""
    summed: Values = {}
    for column, value in zip(columns, values, strict=True):
        if value:
            summed[column] = summed.get(column, Fraction(0)) + fraction(value)
    return summed


def _add(total: MutableMapping[str, Any], more: Mapping[str, int | Fraction]) -> None:
    for column, value in more.items():
        total[column] = total.get(column, 0) + value
