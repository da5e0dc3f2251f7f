"""Compared runs seen through the eyes of a report in one language: names, words, amounts in the unit all share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from allocator.analysis.compare import Comparison
from allocator.inputs.case import from_steps
from allocator.inputs.register_sheets import SHEET, Column
from allocator.inputs.schemas.scenario import Money
from allocator.reporting.audience import INTERNAL, Audience
from allocator.reporting.figures import SHORTFALL, Figures, figures
from allocator.reporting.layout import Words, WorkbookLayout
from allocator.reporting.speaker import Speaker


@dataclass(frozen=True)
class Compared(Speaker):
    """A comparison with its words; the last run compared gives marks, and names that several runs have."""

    comparison: Comparison
    last: Figures
    language: str
    words: Words
    layout: WorkbookLayout
    audience: Audience = INTERNAL

    @property
    def title(self) -> str:
        """Name of the last scenario."""
        return self.last.title

    @property
    def shown_money(self) -> Money:
        """Unit and step of the comparison."""
        return self.comparison.money

    @property
    def title_values(self) -> Mapping[str, object]:
        """What replaces ``{name}`` in titles: the scenario, and the runs by name."""
        names = self.comparison.names
        separator = self.say("words", "list_sep")
        return {"scenario": self.title, "base": names[0], "new": separator.join(names[1:])}

    @property
    def is_synthetic(self) -> bool:
        """Whether the data of any run are made up."""
        return any(run.case.scenario.synthetic for run in self.comparison.runs)

    @property
    def alarm(self) -> str:
        """Loud sentence when the last plan has money without a source."""
        return self.last.alarm

    @property
    def standing(self) -> str:
        """Which draft the last plan is, and who approved it."""
        return self.last.standing

    @property
    def signature(self) -> str:
        """The signature line of the last plan."""
        return self.last.signature

    @property
    def filled_in_by(self) -> str:
        """Unit that fills in the tables of the last scenario."""
        return self.last.filled_in_by

    @property
    def properties(self) -> str:
        """Which runs are compared."""
        return self.say("words", "list_sep").join(self.comparison.names)

    def label(self, part: str, key: str) -> str:
        """Name of an entry of a policy model: that of the last run which has it, or its id."""
        for run in reversed(self.comparison.runs):
            entry = getattr(run.case.policy, part).get(key)
            if entry:
                return str(entry.label.text(self.language)) or key
        return key

    def source(self, source: str) -> str:
        """Name of a source; the shortfall has one of its own."""
        return self.say("words", "no_source") if source == SHORTFALL else self.label("sources", source)

    def level(self, level: str) -> str:
        """Name of a level; money without a source has none."""
        return self.label("levels", level) if level else self.say("words", "no_source")

    def pair(self, run: int) -> str:
        """Heading of what compares run ``run`` with the base."""
        names = self.comparison.names
        return self.say("compare", "pair", new=names[run], base=names[0])

    # differences as text

    def signed(self, steps: int) -> str:
        """Difference of money in the shared unit, with its sign; a dash when there is none."""
        return f"{from_steps(int(steps), self.shown_money):+,.{self.money_decimals}f}" if steps else "—"

    @staticmethod
    def signed_number(number: Any, decimals: int = 0) -> str:  # noqa: ANN401 - any number
        """Difference of a number with its sign; a dash when there is none."""
        text = f"{number:+,.{decimals}f}"
        return "—" if Decimal(text.replace(",", "")) == 0 else text

    # names of the register

    def heading(self, sheet: str, column: str = "") -> str:
        """Heading of a register sheet, or of one of its columns, as the register has it."""
        found = SHEET[sheet]
        if not column:
            return found.zh if self.language == "zh" else found.key
        entry = self._columns[sheet][column]
        return entry.zh if self.language == "zh" else entry.key

    def cell(self, sheet: str, column: str, text: str) -> str:
        """A canonical cell of the register as people read it: ids by name, states in words."""
        entry = self._columns[sheet][column]
        if not text:
            return ""
        if entry.kind == "year_or_total":
            return self.last.year(int(text)) if text == "0" else text
        if entry.kind in ("choice", "bool") and self.language == "zh":
            return next((word for word, value in entry.choices.items() if value == text), text)
        if entry.kind in ("money", "int", "number"):
            return f"{Decimal(text):,f}"
        return self._name(entry, text)

    def row(self, sheet: str, keys: tuple[tuple[str, str], ...]) -> str:
        """What names a row of the register."""
        return " · ".join(self.cell(sheet, column, text) for column, text in keys)

    def cells(self, sheet: str, cells: tuple[tuple[str, str], ...]) -> str:
        """The cells of a row that was added or removed."""
        named = (f"{self.heading(sheet, column)} {self.cell(sheet, column, text)}" for column, text in cells)
        return self.say("words", "list_sep").join(named)

    def _name(self, column: Column, text: str) -> str:
        part = column.refers.partition("policy.")[2]
        if part in ("sources", "works", "gates", "routes"):
            return self.say("words", "list_sep").join(self.label(part, key) for key in text.split("|"))
        if column.refers == "estates" or column.key == "estate":
            name = self._estate_names.get(text, "")
            return f"{text} {name}" if name and name != text else text
        return text

    @cached_property
    def _estate_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for run in self.comparison.runs:
            estates = run.case.register.estates
            names |= dict(zip(estates["estate"], estates["name"], strict=True))
        return names

    @cached_property
    def _columns(self) -> Mapping[str, Mapping[str, Column]]:
        return {name: {column.key: column for column in sheet.columns} for name, sheet in SHEET.items()}


def compared(comparison: Comparison, language: str) -> Compared:
    """``comparison`` with the shipped words."""
    last = figures(comparison.runs[-1], language)
    return Compared(comparison, last, language, last.words, last.layout)
