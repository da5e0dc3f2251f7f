"""Reports of a run: the workbook and the page, as the layouts in ``reports/`` say."""

from __future__ import annotations

from pathlib import Path

from allocator.plan.run_folder import Run
from allocator.reporting.audience import INTERNAL, Audience
from allocator.reporting.page import write_page
from allocator.reporting.workbook import write_workbook

__all__ = ["write_page", "write_reports", "write_workbook"]

WORKBOOK = "plan.xlsx"
PAGE = "report.html"


def write_reports(run: Run, folder: Path, language: str = "zh", audience: Audience = INTERNAL) -> list[Path]:
    """Write ``plan.xlsx`` and ``report.html`` of ``run`` to ``folder``; older ones there are replaced.

    The page tells everything and is internal: another audience gets the workbook alone, ``plan-<audience>.xlsx``.

    Parameters
    ----------
    language
        ``zh`` or ``en``.

    Raises
    ------
    FileError
        When one of the files is open in another program.
    """
    if audience != INTERNAL:
        return [write_workbook(run, folder / f"{Path(WORKBOOK).stem}-{audience}.xlsx", language, audience)]
    return [write_workbook(run, folder / WORKBOOK, language), write_page(run, folder / PAGE, language)]
