"""Cells of a workbook that have no value to read: error values, and formulas saved without a result.

The spreadsheet reader gives both as blank. A blank may be allowed where a value was meant, so they are told apart here,
in the workbook's own text. Only Office Open XML (.xlsx, .xlsm) says which they are.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from allocator.errors import Problem
from allocator.i18n import _

KINDS = (".xlsx", ".xlsm")

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CELL = re.compile(r"<(?:\w+:)?c\s([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA = re.compile(r"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(r"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>([^<]+)<")
_MAYBE = re.compile(r"t\s*=\s*[\"']e[\"']|<(?:\w+:)?f[\s/>]")


@dataclass(frozen=True)
class Lost:
    """One such cell: its sheet, its name (B7), what it shows, and the cure."""

    sheet: str
    cell: str
    finding: str
    cure: str


def lost_cells(path: Path, shown: str, sheets: Collection[str]) -> list[Problem]:
    """Every cell of a workbook with an error value, or with a formula that was saved without its result.

    Parameters
    ----------
    path, shown
        The workbook, and its name as shown. Other kinds than :data:`KINDS` have none to tell.
    sheets
        Names of the sheets to look at.
    """
    return [
        Problem(
            _("{place}, cell {cell}").format(place=f"{shown}[{lost.sheet}]", cell=lost.cell), lost.finding, lost.cure
        )
        for lost in find_lost(path, sheets)
    ]


def find_lost(path: Path, sheets: Collection[str]) -> list[Lost]:
    """The cells of :func:`lost_cells` one by one."""
    return [lost for name, text in sheet_texts(path) if name in sheets for lost in _lost(text, name)]


def sheet_texts(path: Path) -> Iterator[tuple[str, str]]:
    """Name of each sheet of a workbook, and the markup that holds it; nothing for other kinds than :data:`KINDS`."""
    if path.suffix.lower() not in KINDS or not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        members = set(archive.namelist())
        for name, member in _sheets(archive):
            if member in members:
                yield name, archive.read(member).decode("utf-8", "replace")


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name of each sheet, and the file in the archive that holds it."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= set(archive.namelist()):
        return
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {link.get("Id"): link.get("Target", "") for link in map(_attributes, _LINK.findall(links))}
    for sheet in map(_attributes, _SHEET.findall(archive.read("xl/workbook.xml").decode("utf-8", "replace"))):
        link = next((value for key, value in sheet.items() if key.endswith(":id")), None)
        yield sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", targets.get(link, ""))).lstrip("/")


def _attributes(tag: str) -> dict[str, str]:
    return {key: html.unescape(one or other) for key, one, other in _ATTRIBUTE.findall(tag)}


def _lost(text: str, sheet: str) -> Iterator[Lost]:
    if not _MAYBE.search(text):
        return
    for written, inside in _CELL.findall(text):
        cell = _attributes(written)
        here = cell.get("r", "?")
        value = _VALUE.search(_without_formula(inside))
        if cell.get("t") == "e":
            finding = _("the cell shows the error {error}").format(error=value[1] if value else "#")
            yield Lost(sheet, here, finding, _("correct the formula, or write the value itself"))
        elif _FORMULA.search(inside) and value is None and cell.get("t") != "str":
            finding = _("the formula was saved without its result")
            yield Lost(
                sheet, here, finding, _("open the workbook in a spreadsheet program and save it, or write the value")
            )


def _without_formula(inside: str) -> str:
    return re.sub(r"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>.*?</(?:\w+:)?f>)", "", inside, flags=re.DOTALL)
