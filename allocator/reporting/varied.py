"""A sensitivity seen through the eyes of a report in one language: names of variants, words, amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allocator.analysis.sensitivity import Sensitivity
from allocator.analysis.variants import BASE
from allocator.inputs.case import from_steps
from allocator.inputs.schemas.scenario import Money
from allocator.reporting.audience import INTERNAL, Audience
from allocator.reporting.figures import SHORTFALL, Figures, figures
from allocator.reporting.layout import Words, WorkbookLayout, load_workbook_layout
from allocator.reporting.speaker import Speaker

_FACTORS = ("limits", "price_index", "quota", "ceiling", "bonus", "ladder")
"""Dimensions whose level is a factor, shown as a change in per cent."""


@dataclass(frozen=True)
class Varied(Speaker):
    """A sensitivity with its words; the base gives marks and names."""

    sensitivity: Sensitivity
    base: Figures
    language: str
    words: Words
    layout: WorkbookLayout
    audience: Audience = INTERNAL

    @property
    def title(self) -> str:
        """Name of the scenario."""
        return self.base.title

    @property
    def shown_money(self) -> Money:
        """Unit and step that all runs share."""
        return self.sensitivity.money

    @property
    def title_values(self) -> Mapping[str, object]:
        """What replaces ``{name}`` in titles: the scenario, how many variants there are, how many have a plan."""
        variants = self.sensitivity.solved[1:]
        done = sum(1 for each in variants if each.run is not None)
        return {"scenario": self.title, "variants": len(variants), "done": done, "unit": self.unit}

    @property
    def is_synthetic(self) -> bool:
        """Whether the data are made up."""
        return self.base.is_synthetic

    @property
    def filled_in_by(self) -> str:
        """Unit that fills in the tables."""
        return self.base.filled_in_by

    def word(self, key: str, **values: object) -> str:
        """Word of the section ``sensitivity``."""
        return self.say("sensitivity", key, **values)

    def source(self, source: str) -> str:
        """Name of a source; the shortfall has one of its own."""
        if source == SHORTFALL:
            return self.say("words", "no_source")
        found = self.base.run.case.policy.sources.get(source)
        return found.label.text(self.language) if found else source

    def level_name(self, level: str) -> str:
        """Name of a level of money; money without a source has none."""
        found = self.base.run.case.policy.levels.get(level)
        return found.label.text(self.language) if found else self.say("words", "no_source")

    def subject(self, dimension: str, subject: str) -> str:
        """Name of the source or rule that a variant is about, or of its dimension."""
        if dimension == "limits":
            return self.source(subject)
        if dimension == "vague_shares":
            rule = self.base.run.case.policy.rules.get(subject)
            return self.word("reading_of", name=rule.label.text(self.language) if rule else subject)
        return self.word(f"dimension_{dimension}")

    def step(self, dimension: str, level: float | None) -> str:
        """How far a variant goes, in words: −20 %, +1 year."""
        if level is None:
            return ""
        if dimension in _FACTORS:
            return f"{level - 1:+.0%}".replace("-", "−")
        text = f"{level * 100:+g}".replace("-", "−") if dimension == "interest" else f"{level:g}"
        return self.word(f"step_{dimension}", level=text)

    def variant(self, name: str) -> str:
        """Name of a variant by its id."""
        if name == BASE:
            return self.word("base")
        found = next(each.variant for each in self.sensitivity.solved if each.variant.id == name)
        if found.dimension == "variants":
            return (found.label.text(self.language) if found.label else "") or found.id
        level = None if found.level is None else float(found.level)
        return f"{self.subject(found.dimension, found.subject)} {self.step(found.dimension, level)}".strip()

    def verdict(self, change: Any, within: Any) -> str:  # noqa: ANN401 - cells of a frame
        """Whether a difference is one; "" where there is none to judge."""
        if change is None or within is None:
            return ""
        return self.word("equal" if not change else "within" if within else "beyond")

    def signed(self, steps: int) -> str:
        """Difference of money with its sign; a dash when there is none."""
        return f"{from_steps(int(steps), self.shown_money):+,.{self.money_decimals}f}" if steps else "—"


def varied(sensitivity: Sensitivity, language: str) -> Varied:
    """``sensitivity`` with the shipped words."""
    base = figures(sensitivity.base, language)
    return Varied(sensitivity, base, language, base.words, load_workbook_layout("sensitivity"))
