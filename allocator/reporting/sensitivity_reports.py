"""Reports of a sensitivity: the workbook 敏感性分析.xlsx and the page, as ``reports/sensitivity`` says."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import allocator
from allocator.analysis.sensitivity import Sensitivity
from allocator.reporting.page_parts import render
from allocator.reporting.sensitivity_charts import ladder, tornados
from allocator.reporting.tables import Table, make_table
from allocator.reporting.varied import Varied, varied
from allocator.reporting.views.sensitivity_views import SENSITIVITY_VIEWS, records, tornado_name
from allocator.reporting.workbook import scratch_file, write_sheets

WORKBOOK = {"zh": "敏感性分析.xlsx", "en": "sensitivity.xlsx"}
PAGE = "sensitivity.html"
MOST_ROWS = 1000
"""Rows of a table on the page; the workbook has them all."""


@dataclass(frozen=True)
class Card:
    """A figure at the top of the page."""

    name: str
    value: str


def write_sensitivity(sensitivity: Sensitivity, folder: Path, language: str = "zh") -> list[Path]:
    """Write workbook and page of ``sensitivity`` to ``folder``; older ones there are replaced.

    Raises
    ------
    AllocatorError
        When one of the files is open in another program.
    """
    seen = varied(sensitivity, language)
    book = write_sheets(seen, seen.layout.sheets, folder / WORKBOOK[language], SENSITIVITY_VIEWS)
    page = folder / PAGE
    text = render_sensitivity(seen)
    with scratch_file(page) as scratch:
        scratch.write_text(text, encoding="utf-8", newline="\n")
    return [book, page]


def render_sensitivity(v: Varied) -> str:
    """Text of the page; everything from the data is escaped."""
    return render(
        "sensitivity", v, "sensitivity", cards=cards(v), findings=findings(v), failed=failed(v), tables=_tables(v),
        tornados=tornados(v), ladder=ladder(v), version=allocator.__version__,
    )  # fmt: skip


def _tables(v: Varied) -> dict[str, Table]:
    return {
        table.view: make_table(table.model_copy(update={"max_rows": MOST_ROWS}), v, SENSITIVITY_VIEWS)
        for sheet in v.layout.sheets
        for table in sheet.tables
    }


def cards(v: Varied) -> list[Card]:
    """How many variants have a plan, how many differ, and how many estates are chosen whatever happens."""
    variants = records(v.sensitivity.frames["variants"])[1:]
    solved = [record for record in variants if record["status"] is not None]
    differ = [record for record in solved if not record["within_error"]]
    verdicts = [record["verdict"] for record in records(v.sensitivity.frames["choices"])]

    def of(count: int, among: int) -> str:
        return v.word("of", count=count, all=among)

    return [
        Card(v.word("card_variants"), of(len(solved), len(variants))),
        Card(v.word("card_findings"), of(len(differ), len(solved))),
        Card(v.word("card_always"), str(verdicts.count("always"))),
        Card(v.word("card_depends"), str(verdicts.count("depends"))),
    ]


def findings(v: Varied) -> list[str]:
    """Sentences on what changes the points most, downwards and upwards, and on what more money wins."""
    sides = [
        (float(record[f"{side}_change"]), record, side)
        for record in records(v.sensitivity.frames["tornado"])
        if record["measure"] == "points"
        for side in ("low", "high")
        if record[f"{side}_change"] and not record[f"{side}_within_error"]
    ]
    sentences = []
    for change, record, side in _extremes(sides):
        step = v.step(record["dimension"], record[f"{side}_level"])
        words = v.word("widest", name=tornado_name(v, record), step=step, change=f"{change:+,.0f}")
        sentences.append(words.replace("  ", " ").replace(" ，", "，").replace(" ,", ","))
    rungs = [r for r in records(v.sensitivity.frames["ladder"]) if r["points"] is not None]
    for below, rung in itertools.pairwise(rungs):
        if rung["marginal"] is not None and not rung["within_error"]:
            low, high = (v.word("base") if r["factor"] == 1 else v.step("ladder", r["factor"]) for r in (below, rung))
            line = v.word("marginal_line", marginal=f"{rung['marginal']:,.2f}", low=low, high=high)
            sentences.append(line.replace("{unit}", v.unit))
    return sentences or [v.word("no_finding")]


def _extremes(sides: list[tuple[float, dict[str, Any], str]]) -> list[tuple[float, dict[str, Any], str]]:
    falls, rises = [s for s in sides if s[0] < 0], [s for s in sides if s[0] > 0]
    worst = [min(falls, key=lambda s: s[0])] if falls else []
    return [*worst, *([max(rises, key=lambda s: s[0])] if rises else [])]


def failed(v: Varied) -> list[str]:
    """Variants without a plan, each with its reason."""
    return [
        f"{v.variant(record['id'])}: {v.word('state_' + record['state'])}. {' '.join(str(record['error']).split())}"
        for record in records(v.sensitivity.frames["variants"])
        if record["status"] is None
    ]
