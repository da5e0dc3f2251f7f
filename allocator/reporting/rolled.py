"""The workbook 结转对账表.xlsx: how a rolled-over scenario ties to the run it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from allocator.analysis.roll import Rolled
from allocator.inputs.schemas.scenario import Money
from allocator.reporting.audience import INTERNAL, Audience
from allocator.reporting.figures import rank
from allocator.reporting.layout import Words, WorkbookLayout, load_words, load_workbook_layout
from allocator.reporting.speaker import Speaker
from allocator.reporting.workbook import write_sheets

FILE = "结转对账表.xlsx"


@dataclass(frozen=True)
class RolledFigures(Speaker):
    """A roll-over seen through the eyes of a report in one language."""

    rolled: Rolled
    language: str
    words: Words
    layout: WorkbookLayout
    audience: Audience = INTERNAL

    @property
    def title(self) -> str:
        """Name of the new scenario."""
        scenario = self.rolled.case.scenario
        return scenario.label.text(self.language) or scenario.id

    @property
    def shown_money(self) -> Money:
        """Unit and step of the scenario."""
        return self.rolled.case.scenario.money

    @property
    def is_synthetic(self) -> bool:
        """Whether the data are made up."""
        return self.rolled.case.scenario.synthetic

    @property
    def filled_in_by(self) -> str:
        """Unit that fills in the tables."""
        return self.rolled.case.scenario.filled_in_by

    def source(self, source: str) -> str:
        """Name of a source."""
        entry = self.rolled.case.policy.sources.get(source)
        return (entry.label.text(self.language) if entry else "") or source

    def place(self, place: str) -> str:
        """Name of a place; "" is the whole city."""
        return place or self.say("words", "city")


def write_reconciliation(rolled: Rolled, path: Path, language: str = "zh") -> Path:
    """Write the reconciliation of ``rolled`` to ``path``, whole or not at all.

    Raises
    ------
    AllocatorError
        When the file is open in another program, or the folder cannot be written to.
    """
    layout = load_workbook_layout("roll")
    seen = RolledFigures(rolled, language, load_words(), layout)
    return write_sheets(seen, layout.sheets, path, VIEWS)


def rolled_money(f: RolledFigures) -> pd.DataFrame:
    """One row per account: opening, arrived, issued, paid, lapsed, closing, difference."""
    return _named(f, f.rolled.reconciliation.money)


def rolled_lapsed(f: RolledFigures) -> pd.DataFrame:
    """One row per account and year of arrival with money that may no longer be used."""
    return _named(f, f.rolled.reconciliation.lapsed)


def _named(f: RolledFigures, table: pd.DataFrame) -> pd.DataFrame:
    rows = table.assign(
        name=[f.source(source) for source in table["source"]],
        place_name=[f.place(place) for place in table["place"]],
        section=[f.source(source) for source in table["source"]],
        source_order=rank(table["source"], list(f.rolled.case.policy.sources)),
        order=rank(table["place"], ["", *f.rolled.case.scenario.counties]),
    )
    return rows.sort_values(["source_order", "order"], kind="stable")


def rolled_projects(f: RolledFigures) -> pd.DataFrame:
    """One row per project under way: estimate, payments, what is still to pay; those before and new ones apart."""
    table = f.rolled.reconciliation.projects
    rows = table.assign(
        section=[f.say("roll", kind) for kind in table["kind"]],
        kind_order=rank(table["kind"], ["old", "new"]),
        order=rank(table["county"], list(f.rolled.case.scenario.counties)),
    )
    return rows.sort_values(["kind_order", "order", "project"])


def rolled_debt(f: RolledFigures) -> pd.DataFrame:
    """One row per county and year: stock before, issued, repaid, new stock, difference."""
    table = f.rolled.reconciliation.debt
    return table.assign(section=table["county"])


def rolled_notes(f: RolledFigures) -> pd.DataFrame:
    """What was changed in the scenario beyond years and names."""
    return pd.DataFrame({"note": list(f.rolled.reconciliation.notes)}, dtype=object)


VIEWS: Mapping[str, Callable[..., pd.DataFrame]] = MappingProxyType(
    {view.__name__: view for view in (rolled_money, rolled_projects, rolled_debt, rolled_lapsed, rolled_notes)}
)
"""View by name, for the layout ``reports/roll/roll.yaml``."""
