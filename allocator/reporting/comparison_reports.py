"""Reports of a comparison: the workbook 与上稿对比表.xlsx and the page compare.html, as ``reports/compare`` says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from allocator.analysis.compare import Comparison
from allocator.reporting.compared import Compared, compared
from allocator.reporting.comparison_page import write_comparison_page
from allocator.reporting.layout import SheetLayout, TableLayout, load_workbook_layout
from allocator.reporting.views.comparison_views import COMPARISON_VIEWS
from allocator.reporting.workbook import write_sheets

WORKBOOK = "与上稿对比表.xlsx"
PAGE = "compare.html"
_PAIRS = "section"
"""Column of the views whose headings name the runs compared."""


def write_comparison(comparison: Comparison, folder: Path, language: str = "zh") -> list[Path]:
    """Write workbook and page of ``comparison`` to ``folder``, made when missing; older ones there are replaced.

    Raises
    ------
    FileError
        When one of the files is open in another program.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seen = compared(comparison, language)
    sheets = sheets_for(seen, load_workbook_layout("compare").sheets)
    book = write_sheets(seen, sheets, folder / WORKBOOK, COMPARISON_VIEWS)
    return [book, write_comparison_page(seen, sheets, folder / PAGE)]


def sheets_for(c: Compared, sheets: Sequence[SheetLayout]) -> tuple[SheetLayout, ...]:
    """``sheets`` for this many runs: with two of them, headings that only name the pair are left out."""
    if len(c.comparison.runs) > 2:
        return tuple(sheets)
    return tuple(
        sheet.model_copy(update={"tables": tuple(_without_pairs(table) for table in sheet.tables)}) for sheet in sheets
    )


def _without_pairs(table: TableLayout) -> TableLayout:
    if table.section != _PAIRS or table.view == "compared_moves":
        return table
    return table.model_copy(update={"section": "", "subtotal": False, "total": table.subtotal or table.total})
