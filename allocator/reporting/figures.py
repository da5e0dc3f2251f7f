"""What workbook and page both need from a run: words, labels, years, exact sums."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cached_property
from typing import Any

import pandas as pd

from allocator.inputs.schemas.scenario import Money
from allocator.plan.run_folder import Run
from allocator.reporting.audience import INTERNAL, PUBLIC, Audience, unfunded_projects, without_projects
from allocator.reporting.county import of_county
from allocator.reporting.layout import Words, WorkbookLayout, load_words, load_workbook_layout
from allocator.reporting.speaker import Speaker
from allocator.reporting.standing import signature_text, standing_text

SHORTFALL = "shortfall"
"""Source id of money that no limit provides."""

NO_GAP = 1e-8
"""Gaps below this come from floating-point numbers alone."""
USEFUL_GAP = 1.0
"""A greater gap is a bound that says nothing: the relaxation did not end in time."""


@dataclass(frozen=True)
class Figures(Speaker):
    """A run seen through the eyes of a report in one language (``zh`` or ``en``)."""

    run: Run
    language: str
    words: Words
    layout: WorkbookLayout
    audience: Audience = INTERNAL
    county: str = ""
    """County whose part of the run this is; "" is the whole city."""

    # words and labels

    def label(self, part: str, key: str) -> str:
        """Name of an entry of a part of the policy model (``sources``, ``works``, …), or its id."""
        entry = getattr(self.run.case.policy, part).get(key)
        return (entry.label.text(self.language) if entry else "") or key

    def source(self, source: str) -> str:
        """Name of a source; the shortfall has one of its own."""
        return self.say("words", "no_source") if source == SHORTFALL else self.label("sources", source)

    def place(self, place: str) -> str:
        """Name of a county or area; "" is the whole city."""
        return self._area_names.get(place, place) if place else self.say("words", "city")

    def year(self, year: int) -> str:
        """A year as reports write it; 0 is the whole horizon."""
        return self.say("words", "year", year=year) if year else self.say("words", "in_horizon")

    @cached_property
    def _area_names(self) -> dict[str, str]:
        areas = self.run.case.register.areas
        return {area: name or area for area, name in zip(areas["area"], areas["name"], strict=True)}

    @property
    def title(self) -> str:
        """Name of the scenario; with the county in a county's own report."""
        scenario = self.run.case.scenario
        name = scenario.label.text(self.language) or scenario.id
        return self.say("words", "of_county", title=name, county=self.county) if self.county else name

    @property
    def shown_money(self) -> Money:
        """Unit and step of the amounts shown: the scenario's."""
        return self.run.case.scenario.money

    @property
    def title_values(self) -> Mapping[str, object]:
        """What replaces ``{name}`` in the titles of sheets."""
        horizon = self.run.case.scenario.horizon
        return {"scenario": self.title, "first": horizon.first, "last": horizon.last}

    @property
    def is_synthetic(self) -> bool:
        """Whether the data are made up."""
        return self.run.case.scenario.synthetic

    @cached_property
    def standing(self) -> str:
        """Version, parent, approval and hash."""
        return standing_text(self, self.run)

    @cached_property
    def signature(self) -> str:
        """The signature line, with the names the draft gives."""
        return signature_text(self, self.run)

    @property
    def filled_in_by(self) -> str:
        """Unit that fills in the tables, if the scenario names one; a county's own is not known."""
        return "" if self.county else self.run.case.scenario.filled_in_by

    def repeats(self, each: str) -> list[tuple[str, str]]:
        """Keys and names of the columns that a layout's ``each`` stands for: levels, or years."""
        if each == "levels":
            return [(level, self.label("levels", level)) for level in self.levels]
        years: list[int] = getattr(self, each)
        return [(str(year), self.year(year)) for year in years]

    # numbers

    def area(self, square_metres: float) -> str:
        """Floor area in the unit of summaries, as text."""
        decimals = self.layout.area.decimals
        shown = add_up_rounded([square_metres / self.layout.area.scale], decimals)[0]
        return f"{shown:,.{decimals}f}"

    @property
    def area_unit(self) -> str:
        """Unit of floor area in summaries."""
        return self.layout.area.unit.text(self.language)

    @property
    def currency(self) -> str:
        """Everyday name of one unit of the currency (元), else its code."""
        money = self.run.case.scenario.money
        return next((name for name, value in money.other_units.items() if value == 1), money.currency)

    def currency_amount(self, value: Decimal, unit: str) -> Decimal:
        """``value`` in units of the currency; ``unit`` names a money unit before its slash, else it is the currency."""
        money = self.run.case.scenario.money
        units = {money.unit: money.unit_value, **money.other_units}
        return value * units.get(unit.partition("/")[0], Decimal(1))

    def manifest_steps(self, amount: object) -> int:
        """Whole steps of an amount that the manifest gives in the money unit; 0 when it gives none."""
        try:
            return int((Decimal(str(amount)) / self.run.case.scenario.money.step).to_integral_value(ROUND_HALF_UP))
        except (InvalidOperation, OverflowError, ValueError):
            return 0

    # years and tables

    @property
    def start_years(self) -> list[int]:
        """Years of starts."""
        horizon = self.run.case.scenario.horizon
        return list(range(horizon.first, horizon.last + 1))

    @cached_property
    def payment_years(self) -> list[int]:
        """Years in which the plan pays, without gaps."""
        years = [*self.table("payments")["year"], *self.table("running")["year"]]
        last = max((int(year) for year in years), default=self.start_years[-1])
        return list(range(self.start_years[0], max(last, self.start_years[-1]) + 1))

    @property
    def later_years(self) -> list[int]:
        """Payment years after the plan year."""
        return self.payment_years[1:]

    @property
    def levels(self) -> list[str]:
        """Level ids in the order of reports."""
        return list(self.run.case.policy.levels)

    @property
    def counties(self) -> list[str]:
        """Counties in the order of reports."""
        return [self.county] if self.county else list(self.run.case.scenario.counties)

    def part(self, county: str) -> Figures:
        """The part of the run that is one county's, for the same reader."""
        return replace(self, run=of_county(self.run, county), county=county)

    def table(self, name: str) -> pd.DataFrame:
        """A table of the plan."""
        return self.run.tables[name]

    @cached_property
    def payments(self) -> pd.DataFrame:
        """Payments with the columns ``pending`` and ``gap``: amount = firm + pending + gap."""
        table = self.table("payments").copy()
        is_gap = (table["source"] == SHORTFALL).to_numpy()
        table["gap"] = table["amount"].where(is_gap, 0)
        table["firm"] = table["firm"].where(~is_gap, 0)
        table["pending"] = table["amount"] - table["firm"] - table["gap"]
        table["level"] = table["level"].where(~is_gap, "")
        return table

    @cached_property
    def started(self) -> pd.DataFrame:
        """Estates that start."""
        estates = self.table("estates")
        return estates[estates["state"] == "started"]

    @property
    def shortfall(self) -> int:
        """Money that has no source, in steps."""
        return int(self.payments["gap"].sum())

    @property
    def cost(self) -> int:
        """Cost of the plan, in steps."""
        return int(self.payments["amount"].sum())

    @property
    def manifest(self) -> dict[str, Any]:
        """The run's manifest."""
        return dict(self.run.manifest)

    # sentences of status

    def status_text(self) -> str:
        """Why solving stopped, in words."""
        return self.say("status", str(self.manifest.get("status", "")))

    def gap_text(self) -> str:
        """How far the plan can be from the best possible one, in words."""
        gap = self.manifest.get("gap")
        if gap is None or not float(gap) <= USEFUL_GAP:
            return self.say("words", "gap_unknown")
        if float(gap) < NO_GAP:
            return self.say("words", "proven_best")
        return self.say("words", "proven_within", gap=percent(float(gap)))

    def audit_text(self) -> str:
        """Result of the audit, in words."""
        audit = self.manifest.get("audit") or {}
        if not audit.get("checks"):
            return self.say("words", "not_audited")
        failures = int(audit.get("failures", 0))
        return self.say("words", "audit_failed" if failures else "audit_passed", failures=failures,
                        checks=f"{int(audit['checks']):,}")  # fmt: skip

    @property
    def alarm(self) -> str:
        """Loud sentence about money that has no source; "" when there is none."""
        if not self.shortfall:
            return ""
        return self.say("words", "gap_text", amount=self.money(self.shortfall), unit=self.unit)

    @property
    def properties(self) -> str:
        """Status and gap, but not for the public."""
        parts = [] if self.audience == PUBLIC else [self.status_text(), self.gap_text()]
        if self.is_synthetic:
            parts.insert(0, self.say("words", "synthetic_long"))
        return self.say("words", "sentence_end").join(parts)


def figures(run: Run, language: str, audience: Audience = INTERNAL, county: str = "") -> Figures:
    """``run``, or the part of it that is one county's, with the shipped words.

    The public sees no project that still lacks money, for it may not start.
    """
    if county:
        run = of_county(run, county)
    if audience == PUBLIC:
        run = without_projects(run, unfunded_projects(run))
    return Figures(run, language, load_words(), load_workbook_layout(), audience, county)


def percent(share: float) -> str:
    """A share in per cent, never rounded towards zero so far that a gap looks like none."""
    return "0.00%" if abs(share) < NO_GAP else f"{math.ceil(share * 10000 - 1e-9) / 100:.2f}%"


def rank(values: pd.Series[Any], order: Sequence[str]) -> pd.Series[Any]:
    """Position of each value in ``order``; unknown values come last."""
    return values.map({value: position for position, value in enumerate(order)}).fillna(len(order))


def add_up_rounded(values: Sequence[float], decimals: int) -> list[Decimal]:
    """Values rounded so that they add up to the rounded sum; the largest remainders are rounded up."""
    unit = Decimal(1).scaleb(-decimals)
    exact = [Decimal(str(value)) / unit for value in values]
    floors = [int(value.to_integral_value("ROUND_FLOOR")) for value in exact]
    left = int(sum(exact, Decimal(0)).to_integral_value(ROUND_HALF_UP)) - sum(floors)
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for position in order[: max(0, left)]:
        floors[position] += 1
    return [value * unit for value in floors]
