"""Workbooks as layouts say: ``plan.xlsx`` (``reports/plan/plan.yaml``), and any other choice of sheets."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from allocator.errors import FileError, Problem, ScenarioError
from allocator.i18n import _
from allocator.plan.run_folder import Run
from allocator.reporting.audience import INTERNAL, Audience
from allocator.reporting.figures import Figures, figures
from allocator.reporting.layout import SheetLayout
from allocator.reporting.one_page import headline, risk_lines
from allocator.reporting.sheets import SheetWriter, grid_widths
from allocator.reporting.speaker import Speaker
from allocator.reporting.styles import Styles
from allocator.reporting.tables import Views, make_table
from allocator.reporting.views import VIEWS

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
    "remove_timezone": True,
}

_CREATED = datetime(2000, 1, 1)
"""No moment at all: the same run makes the same file, to the byte, and an approved one the same hash."""


def write_workbook(run: Run, path: Path, language: str = "zh", audience: Audience = INTERNAL) -> Path:
    """Write the workbook of ``run`` to ``path``, whole or not at all, with what ``audience`` may see.

    Texts are written as texts and never as formulas; totals are values, added up exactly before they are written.

    Raises
    ------
    FileError
        When the file is open in another program, or the folder cannot be written to.
    ScenarioError
        When the layout file is wrong, or has nothing for ``audience``.
    """
    seen = figures(run, language, audience)
    return write_sheets(seen, seen.layout.sheets, path)


@dataclass(frozen=True)
class Part:
    """Sheets of a workbook that one speaker fills; ``views`` are those of one run, unless others are given."""

    seen: Speaker
    sheets: Sequence[SheetLayout]
    views: Views = field(default_factory=lambda: VIEWS)

    @property
    def shown(self) -> list[SheetLayout]:
        """Sheets with something for the speaker's audience."""
        return [layout for layout in self.sheets if layout.tables_for(self.seen.audience)]


def write_sheets(seen: Speaker, sheets: Sequence[SheetLayout], path: Path, views: Views = VIEWS) -> Path:
    """Write one workbook with those of ``sheets`` that have something for the audience of ``seen``; see write_parts."""
    return write_parts([Part(seen, sheets, views)], path)


def write_parts(parts: Sequence[Part], path: Path) -> Path:
    """Write one workbook with the sheets of ``parts``, in order; the first speaker gives title, font and properties.

    Raises
    ------
    FileError
        When the file is open in another program, or the folder cannot be written to.
    ScenarioError
        When no sheet has anything for the audience.
    """
    seen = parts[0].seen
    if not any(part.shown for part in parts):
        finding = _("the layout has nothing for the audience {audience}").format(audience=seen.audience)
        cure = _("add the audience to sheets, tables and columns in reports/")
        raise ScenarioError([Problem(path.name, finding, cure)])
    with scratch_file(path) as scratch, Workbook(str(scratch), _OPTIONS) as book:
        book.set_properties({"title": seen.title, "comments": seen.properties, "created": _CREATED})
        styles = Styles(book, seen.layout.font)
        for part in parts:
            for layout in part.shown:
                _sheet(book, styles, layout, part)
    return path


@contextmanager
def scratch_file(path: Path) -> Iterator[Path]:
    """Empty file beside ``path`` that takes its place in one step when it has been written without error.

    Raises
    ------
    FileError
        When another program holds ``path`` open, or the folder may not be written to.
    """
    msg = _(
        "{file} cannot be written: close it in the program that has it open, or see that the folder may be written to"
    ).format(file=path)
    try:
        handle, name = tempfile.mkstemp(suffix=path.suffix, prefix=".", dir=path.parent)
    except PermissionError as error:
        raise FileError(msg) from error
    os.close(handle)
    scratch = Path(name)
    try:
        yield scratch
        scratch.chmod(0o644)
        scratch.replace(path)
    except PermissionError as error:
        raise FileError(msg) from error
    finally:
        scratch.unlink(missing_ok=True)


def _sheet(book: Workbook, styles: Styles, layout: SheetLayout, part: Part) -> None:
    seen = part.seen
    tables = [make_table(entry, seen, part.views) for entry in layout.tables_for(seen.audience)]
    widths = grid_widths(tables)
    sheet = book.add_worksheet(layout.name.text(seen.language))
    writer = SheetWriter(sheet, layout, styles, seen, widths)
    has_money = any(column.kind == "money" for table in tables for column in table.columns)
    writer.start(seen.filled(layout.title.text(seen.language)), has_money=has_money)
    one_page = seen if layout.kind == "one_page" and isinstance(seen, Figures) else None
    if one_page:
        headline(writer, one_page)
    headings = None
    for position, table in enumerate(tables):
        if position:
            writer.gap()
        headings = writer.table(table)
    if headings and layout.has_filter and tables[-1].rows:
        totals = sum(1 for row in tables[-1].rows if row.kind == "total") + bool(tables[-1].hidden)
        sheet.autofilter(headings[1], 0, writer.line - 1 - totals, len(tables[-1].columns) - 1)
    if one_page:
        risk_lines(writer, one_page)
    writer.finish(headings, table_starts=len(tables))
