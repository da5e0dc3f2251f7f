"""Write registers: frames to one workbook, or to a folder of .csv files, that the readers take back unchanged."""

from __future__ import annotations

import csv
import math
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import xlsxwriter

from allocator.errors import FileError
from allocator.i18n import _
from allocator.inputs.case import from_steps
from allocator.inputs.cells import FORMULA_START
from allocator.inputs.headings import heading
from allocator.inputs.register_sheets import SHEET, TOTAL, Column, Sheet
from allocator.inputs.schemas.scenario import Money

_WIDEST = 40
_SAMPLE = 200


def write_xlsx(
    frames: Mapping[str, pd.DataFrame],
    path: Path,
    money: Money,
    language: str = "zh",
    layouts: Mapping[str, Sheet] = SHEET,
) -> None:
    """Write ``frames`` as one workbook, a sheet each, in the order of ``SHEETS``.

    Parameters
    ----------
    frames
        By sheet key, in canonical form (money in steps); columns may be left out, unknown ones are refused.
    path
        The .xlsx file; overwritten.
    money
        The money unit of the headings, and the step.
    language
        ``zh`` or ``en``: sheet names, headings and choice words.
    layouts
        Sheets by key; the register's unless others are given.

    Raises
    ------
    KeyError
        For a sheet or column that the register does not have.
    FileError
        When the file cannot be written, for example because it is open in another program.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})  # same content, same file
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    for sheet, frame in _in_order(frames, layouts):
        page = book.add_worksheet(sheet.zh if language == "zh" else sheet.key)
        page.freeze_panes(1, 0)
        for position, column in enumerate(_columns(sheet, frame)):
            title = heading(column, money, language)
            cells = _cells(column, frame[column.key], money, language)
            page.write_string(0, position, title, bold)
            page.set_column(position, position, _width(title, cells))
            for row, cell in enumerate(cells, start=1):
                _write_cell(page, row, position, cell)
    try:
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        text = _("cannot write {path}: {reason}; close it in other programs and try again")
        raise FileError(text.format(path=path, reason=error)) from error


def write_csv(frames: Mapping[str, pd.DataFrame], folder: Path, money: Money, language: str = "zh") -> None:
    """Write ``frames`` as a folder of .csv files (UTF-8 with a mark, as spreadsheet programs want it).

    Parameters and errors as for ``write_xlsx``. Text that a spreadsheet program would take for a formula gets an
    apostrophe in front, which the reader takes away again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for sheet, frame in _in_order(frames, SHEET):
        columns = _columns(sheet, frame)
        cells = [[_csv_text(cell) for cell in _cells(column, frame[column.key], money, language)] for column in columns]
        path = folder / f"{sheet.zh if language == 'zh' else sheet.key}.csv"
        try:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file, lineterminator="\r\n")
                writer.writerow([heading(column, money, language) for column in columns])
                writer.writerows(zip(*cells, strict=True))
        except PermissionError as error:
            text = _("cannot write {path}: {reason}; close it in other programs and try again")
            raise FileError(text.format(path=path, reason=error)) from error


def _in_order(frames: Mapping[str, pd.DataFrame], layouts: Mapping[str, Sheet]) -> list[tuple[Sheet, pd.DataFrame]]:
    unknown = set(frames) - set(layouts)
    if unknown:
        msg = f"no such sheets in the register: {', '.join(sorted(unknown))}"
        raise KeyError(msg)
    return [(sheet, frames[key]) for key, sheet in layouts.items() if key in frames]


def _columns(sheet: Sheet, frame: pd.DataFrame) -> list[Column]:
    unknown = set(frame.columns) - {column.key for column in sheet.columns}
    if unknown:
        msg = f"no such columns in the sheet {sheet.key}: {', '.join(sorted(unknown))}"
        raise KeyError(msg)
    return [column for column in sheet.columns if column.key in frame.columns]


def _cells(column: Column, values: pd.Series, money: Money, language: str) -> list[object]:
    """Cells as written: None, str, int or Decimal."""
    write = _writer(column, money, language)
    return [None if _is_blank(value) else write(value) for value in values.tolist()]


def written_cell(column: Column, value: object, money: Money, language: str = "zh") -> str:
    """A canonical value as the text of its cell; empty when blank."""
    if _is_blank(value):
        return ""
    text = _plain(_writer(column, money, language)(value))
    return text.removesuffix(".0") if column.kind == "number" else text


def _is_blank(value: object) -> bool:
    return value is None or value is pd.NA or value in ("", ()) or (isinstance(value, float) and math.isnan(value))


def _writer(column: Column, money: Money, language: str) -> Callable[[object], object]:
    words = {value: word for word, value in reversed(list(column.choices.items()))} if language == "zh" else {}
    total = "合计" if language == "zh" else "total"
    by_kind: dict[str, Callable[[object], object]] = {
        "money": lambda value: from_steps(int(str(value)), money),
        "rate": lambda value: Decimal(str(value)),
        "share": lambda value: Decimal(str(value)),
        "number": lambda value: Decimal(str(value)),
        "int": lambda value: int(Decimal(str(value))),
        "year": lambda value: int(Decimal(str(value))),
        "year_or_total": lambda value: total if int(str(value)) == TOTAL else int(str(value)),
        "ids": lambda value: "|".join(value) if isinstance(value, tuple | list) else str(value),
        "bool": lambda value: {"zh": ("否", "是"), "en": ("no", "yes")}[language][bool(value)],
        "choice": lambda value: words.get(str(value), str(value)),
    }
    return by_kind.get(column.kind, str)


def _write_cell(page: xlsxwriter.workbook.Worksheet, row: int, position: int, cell: object) -> None:
    """Numbers as numbers where the file keeps them exactly, everything else as plain text."""
    if cell is None:
        return
    if isinstance(cell, int | Decimal) and Decimal(f"{float(cell):.15G}") == cell:
        page.write_number(row, position, cell)
    else:
        page.write_string(row, position, _plain(cell))


def _csv_text(cell: object) -> str:
    if cell is None:
        return ""
    text = _plain(cell)
    return f"'{text}" if isinstance(cell, str) and FORMULA_START.match(text) else text


def _plain(cell: object) -> str:
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _width(title: str, cells: list[object]) -> int:
    """Column width in characters, wide ones counted twice."""
    longest = max((_length(_plain(cell)) for cell in cells[:_SAMPLE] if cell is not None), default=0)
    return min(max(longest, _length(title)) + 2, _WIDEST)


def _length(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
