"""Who speaks in a report: words, money unit, marks and repeated columns, whatever the report is about."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property

from allocator.inputs.case import from_steps
from allocator.inputs.schemas.scenario import Money
from allocator.reporting.audience import Audience
from allocator.reporting.layout import Words, WorkbookLayout

TO_SIGN = "______________"
"""Where somebody writes a name by hand."""


class Speaker(ABC):
    """What sheets and tables need to know besides their layout and rows.

    ``reporting.figures.Figures`` speaks about one run; reports about several runs, or none, have speakers of their own.
    """

    language: str
    words: Words
    layout: WorkbookLayout
    audience: Audience

    @property
    @abstractmethod
    def title(self) -> str:
        """What the report is about; it is on every page."""

    @property
    @abstractmethod
    def shown_money(self) -> Money:
        """Unit and step of the amounts shown."""

    @property
    def title_values(self) -> Mapping[str, object]:
        """What replaces ``{name}`` in titles and notes of sheets."""
        return {"scenario": self.title}

    def filled(self, text: str) -> str:
        """Title or note with ``title_values`` put in."""
        for name, value in self.title_values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    @property
    def is_synthetic(self) -> bool:
        """Whether the data are made up; every page says so."""
        return False

    @property
    def alarm(self) -> str:
        """Loud sentence at the top of every sheet about money without a source; "" when there is none."""
        return ""

    @property
    def standing(self) -> str:
        """Which draft this is and who approved it; "" for what is neither a draft nor approved."""
        return ""

    @property
    def signature(self) -> str:
        """The signature line at the end of a sheet."""
        return self.say("words", "signature", **dict.fromkeys(("head", "reviewer", "writer"), TO_SIGN))

    @property
    def filled_in_by(self) -> str:
        """Unit that fills in the tables, if it is known."""
        return ""

    @property
    def properties(self) -> str:
        """Sentences for the properties of the file."""
        return ""

    def repeats(self, each: str) -> list[tuple[str, str]]:
        """Keys and names of the columns that a layout's ``each`` stands for."""
        msg = f"no columns for each of {each!r} here"
        raise LookupError(msg)

    def say(self, section: str, key: str, **values: object) -> str:
        """Words for ``key`` of a section, with ``{name}`` replaced by values."""
        text = self.words.text(section, key, self.language)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    @property
    def unit(self) -> str:
        """Money unit."""
        return self.shown_money.unit

    @cached_property
    def money_decimals(self) -> int:
        """Decimals that show every whole step exactly."""
        exponent = self.shown_money.step.normalize().as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0

    def amount(self, steps: int) -> float:
        """Amount in the money unit, for a number cell."""
        return float(from_steps(int(steps), self.shown_money))

    def money(self, steps: int) -> str:
        """Amount in the money unit, as text with thousands separators."""
        return f"{from_steps(int(steps), self.shown_money):,.{self.money_decimals}f}"
