"""How each column of the template is filled in, in words: its note, its kind, its unit, an example."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.i18n import _
from allocator.inputs.headings import heading
from allocator.inputs.intake.setting import Setting
from allocator.inputs.intake.words import IntakeWords
from allocator.inputs.register_sheets import SHEET, Column, Kind, Sheet
from allocator.inputs.schemas.scenario import Money

GIVEN = (("estates", "estate"), ("items", "item"))
"""Ids that a county may leave blank: they are given when its tables are collected."""


@dataclass(frozen=True)
class Explained:
    """One column of the template."""

    sheet: Sheet
    column: Column
    heading: str
    """With its unit, and an asterisk when it must be filled in."""
    required: bool
    how: str
    """How to fill it in."""
    example: str


def explained(sheet: Sheet, setting: Setting, words: IntakeWords, language: str) -> list[Explained]:
    """Columns of ``sheet`` that a county fills in: all but the county, which the file states once."""
    money = setting.scenario.money
    columns = [column for column in sheet.columns if column.refers != "county"]
    return [_explained(sheet, column, money, words, language) for column in columns]


def _explained(sheet: Sheet, column: Column, money: Money, words: IntakeWords, language: str) -> Explained:
    required = column.required and (sheet.key, column.key) not in GIVEN
    written = heading(column, money, language)
    own = words.column(sheet, column)
    how = own.note.text(language) or _kind_text(column)
    example = own.example.strip() if own.example else _example(column)
    return Explained(sheet, column, f"*{written}" if required else written, required, how, example)


def choice_words(column: Column, language: str) -> list[str]:
    """Words to choose from in a column of choices: one per value."""
    if language == "zh":
        return list({value: word for word, value in reversed(list(column.choices.items()))}.values())[::-1]
    if column.kind == "bool":
        return ["yes", "no"]
    return list(dict.fromkeys(column.choices.values()))


def _kind_text(column: Column) -> str:
    if column.refers in SHEET:
        return _("As in the sheet {sheet}.").format(sheet=SHEET[column.refers].zh)
    if column.refers:
        return _("Choose from the list.")
    texts: dict[Kind, str] = {
        "int": _("A whole number without unit; blank when not known."),
        "number": _("A number without unit; blank when not known."),
        "money": _("A number without unit, 0 or more; blank when not known."),
        "rate": _("A number without unit, 0 or more; blank when not known."),
        "share": _("A percentage from 0 % to 100 %."),
        "year": _("A year of four digits."),
        "year_or_total": _("A year of four digits, or the word for total."),
        "date": _("A date like 2025-03-01."),
        "bool": _("Choose from the list."),
        "choice": _("Choose from the list."),
        "ids": _("Several are divided by |."),
    }
    return texts.get(column.kind, "")


def _example(column: Column) -> str:
    if column.choices:
        return next(iter(column.choices))
    by_kind: dict[Kind, str] = {
        "int": "120", "number": "4560.5", "money": "35.60", "rate": "280", "share": "65%", "year": "1998",
        "year_or_total": "2026", "date": "2025-03-01", "ids": "A-01|A-02",
    }  # fmt: skip
    return "" if column.refers else by_kind.get(column.kind, "")
