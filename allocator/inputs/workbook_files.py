"""Workbooks and .csv files as they are opened: size limits, encodings, cells as the user sees them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.cells import FORMULA_START

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods")
MAX_BYTES = 1_000_000_000
"""Size of a workbook, unpacked; more is an attack or a mistake."""
MAX_CELLS = 30_000_000
"""Cells of one sheet, blank ones counted; a stray value far away makes a sheet this large."""


def open_sheets(path: Path, shown: str) -> Iterator[tuple[CalamineSheet, bool]]:
    """The sheets of a workbook, and whether each is visible; values are read, formulas and macros are not run.

    Raises
    ------
    ScenarioError
        When the workbook cannot be opened, or is too large; ``shown`` is its name there.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                size = sum(info.file_size for info in archive.infolist())
            if size > MAX_BYTES:
                finding = _("the workbook is larger than {limit} bytes, unpacked").format(limit=f"{MAX_BYTES:,}")
                raise ScenarioError([Problem(shown, finding, _("remove what is not part of the register"))])
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            for about in book.sheets_metadata:
                page = book.get_sheet_by_name(about.name)
                if page.total_height * page.total_width > MAX_CELLS:
                    finding = _("the sheet reaches to row {row} and column {column}")
                    finding = finding.format(row=page.total_height, column=page.total_width)
                    cure = _("delete the empty rows and columns below and beside the table")
                    raise ScenarioError([Problem(f"{shown}[{page.name}]", finding, cure)])
                yield page, about.visible == SheetVisibleEnum.Visible
    except PermissionError as error:
        cure = _("close it in any other program, and see that you may read it")
        raise ScenarioError([Problem(shown, _("the file cannot be read: it is locked or protected"), cure)]) from error
    except (CalamineError, OSError, zipfile.BadZipFile) as error:
        finding = _("the workbook cannot be opened ({reason})").format(reason=str(error) or type(error).__name__)
        raise ScenarioError(
            [Problem(shown, finding, _("open it in a spreadsheet program and save it again"))]
        ) from error


def cell_text(cell: object) -> str:
    """A cell as the user sees it, to the fifteen digits a spreadsheet keeps."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        text = repr(cell)
        return text.removesuffix(".0") if len(text) <= 16 else f"{cell:.15g}"
    if isinstance(cell, datetime) and not any((cell.hour, cell.minute, cell.second)):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def csv_lines(path: Path, shown: str) -> list[list[str]]:
    """Lines of a .csv file in UTF-8 (with or without a mark) or GB 18030, cells stripped.

    Raises
    ------
    ScenarioError
        When it is in another encoding, or no .csv file.
    """
    try:
        text = _decoded(path.read_bytes())
    except PermissionError as error:
        cure = _("close it in any other program, and see that you may read it")
        raise ScenarioError([Problem(shown, _("the file cannot be read: it is locked or protected"), cure)]) from error
    if text is None:
        finding = _("the file is neither in UTF-8 nor in GB 18030 (GBK)")
        raise ScenarioError([Problem(shown, finding, _("save it as 'CSV UTF-8'"))])
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        finding = _("not a .csv file: {reason}").format(reason=error)
        raise ScenarioError([Problem(shown, finding, _("save it as .csv again"))]) from error
    return [[_unquoted(cell.strip()) for cell in line] for line in lines]


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def _unquoted(cell: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet program from reading a formula."""
    return cell[1:] if cell.startswith("'") and FORMULA_START.match(cell) else cell
