"""The workbook 名单评估.xlsx of an evaluated list, as ``reports/evaluate`` says."""

from __future__ import annotations

from pathlib import Path

from allocator.analysis.evaluate import Evaluation
from allocator.reporting.comparison_reports import sheets_for
from allocator.reporting.figures import figures
from allocator.reporting.judged import Judged
from allocator.reporting.layout import load_workbook_layout
from allocator.reporting.views.evaluation_views import EVALUATION_VIEWS
from allocator.reporting.workbook import write_sheets

WORKBOOK = "名单评估.xlsx"


def write_evaluation(e: Evaluation, folder: Path, language: str = "zh") -> Path:
    """Write the workbook 名单评估.xlsx of an evaluation to ``folder``, as ``reports/evaluate`` says.

    Raises
    ------
    FileError
        When the file is open in another program.
    """
    last, base = (figures(run, language) for run in reversed(e.comparison.runs))
    layout = load_workbook_layout("evaluate")
    seen = Judged(e.comparison, last, language, last.words, layout, evaluation=e, base=base)
    return write_sheets(seen, sheets_for(seen, layout.sheets), folder / WORKBOOK, EVALUATION_VIEWS)
