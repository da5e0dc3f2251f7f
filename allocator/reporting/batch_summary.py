"""The summary workbook of a batch, as its layout says (``reports/batch/batch.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from allocator.analysis.batch_rows import BatchRows, is_missing
from allocator.inputs.schemas.scenario import Money
from allocator.reporting.audience import INTERNAL, Audience
from allocator.reporting.figures import USEFUL_GAP
from allocator.reporting.layout import Words, WorkbookLayout, load_words, load_workbook_layout
from allocator.reporting.speaker import Speaker
from allocator.reporting.tables import Views
from allocator.reporting.workbook import write_sheets


@dataclass(frozen=True)
class BatchSpeaker(Speaker):
    """A batch with its words."""

    batch: str
    """Name of the batch's folder."""
    table: BatchRows
    language: str
    words: Words
    layout: WorkbookLayout
    audience: Audience = INTERNAL

    @property
    def title(self) -> str:
        """Name of the batch's folder."""
        return self.batch

    @property
    def title_values(self) -> Mapping[str, object]:
        """What replaces ``{batch}`` in titles."""
        return {"batch": self.batch}

    @property
    def shown_money(self) -> Money:
        """Unit and step of the amounts."""
        return self.table.money

    @property
    def is_synthetic(self) -> bool:
        """Whether the data of any run are made up."""
        return self.table.synthetic

    @property
    def alarm(self) -> str:
        """How many plans have a shortfall; "" when none has."""
        count = int((self.table.rows["shortfall"].fillna(0).astype(float) > 0).sum())
        return self.say("batch", "alarm", count=count) if count else ""

    def repeats(self, each: str) -> list[tuple[str, str]]:
        """Levels of all runs; there is nothing else to repeat."""
        if each != "levels":
            return super().repeats(each)
        return [(level, label.text(self.language) or level) for level, label in self.table.levels.items()]


def scenarios(speaker: BatchSpeaker) -> pd.DataFrame:
    """One row per scenario (``batch_rows.COLUMNS``), labels and states in words.

    Equal labels carry the name too; a gap so wide that it tells nothing is missing.
    """
    rows = speaker.table.rows
    labels = [label.text(speaker.language) or name for label, name in zip(rows["label"], rows["name"], strict=True)]
    return rows.assign(
        label=[
            f"{label} ({name})" if labels.count(label) > 1 else label
            for label, name in zip(labels, rows["name"], strict=True)
        ],
        gap=rows["gap"].where(rows["gap"].astype(float) <= USEFUL_GAP, None),
        state_text=[speaker.say("batch", state) for state in rows["state"]],
        status_text=["" if is_missing(status) else speaker.say("status", status) for status in rows["status"]],
        audit_text=[_audit_text(speaker, failures) for failures in rows["failures"]],
    )


def scenarios_with_a_plan(speaker: BatchSpeaker) -> pd.DataFrame:
    """The rows of ``scenarios`` that have a plan."""
    rows = scenarios(speaker)
    return rows[rows["cost"].notna()]


def _audit_text(speaker: BatchSpeaker, failures: object) -> str:
    if not isinstance(failures, int):
        return ""
    return speaker.say("batch", "not_passed", count=failures) if failures else speaker.say("batch", "passed")


BATCH_VIEWS: Views = MappingProxyType({view.__name__: view for view in (scenarios, scenarios_with_a_plan)})
"""Views of a batch by name."""


def summary_name(language: str) -> str:
    """File name of the summary."""
    return f"{load_words().text('batch', 'file', language)}.xlsx"


def write_summary(name: str, table: BatchRows, path: Path, language: str = "zh") -> Path:
    """Write the summary of the batch called ``name`` to ``path``, whole or not at all.

    Raises
    ------
    AllocatorError
        When the file is open in another program, or the folder cannot be written to.
    ScenarioError
        When the layout file is wrong.
    """
    speaker = _speaker(name, table, language)
    return write_sheets(speaker, speaker.layout.sheets, path, BATCH_VIEWS)


def scenario_rows(table: BatchRows, language: str) -> pd.DataFrame:
    """Rows of a batch with labels and states in words."""
    return scenarios(_speaker("", table, language))


def _speaker(name: str, table: BatchRows, language: str) -> BatchSpeaker:
    return BatchSpeaker(name, table, language, load_words(), load_workbook_layout("batch"))
