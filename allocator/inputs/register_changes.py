"""Changes by path to the rows of a register, made exactly, before anything is checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import pandas as pd

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.case import from_steps
from allocator.inputs.cells import Unreadable, parser
from allocator.inputs.cost_split import agree
from allocator.inputs.frames import blank_value, series
from allocator.inputs.headings import Heading, nearest
from allocator.inputs.references import policy_names
from allocator.inputs.register_parts import half_up, without_rows
from allocator.inputs.register_reader import Names, Sheets
from allocator.inputs.register_sheets import SHEET, SHEETS, TOTAL, Column
from allocator.inputs.schemas.changes import Change
from allocator.inputs.schemas.scenario import Money, Scenario
from allocator.inputs.tree_changes import KEY, RefusedError, is_number, place_of
from allocator.inputs.yaml_files import Tree

_SHEETS = {name: sheet for sheet in SHEETS for name in (sheet.key, sheet.zh)}

_COMPUTED = {("items", "quantity"), ("items", "unit_cost")}
"""Columns that costs were computed from already."""
_KEPT = ("projects", "areas")
"""Sheets whose rows exist as long as an estate names them."""


def change_register(sheets: Sheets, scenario: Scenario, tree: Tree, policy: Mapping[str, Any]) -> None:
    """Make the scenario's changes to the register, in their order; what cannot be made is a problem.

    Parameters
    ----------
    sheets
        With references resolved and blanks filled in.
    scenario, tree
        The scenario, and where its changes stand.
    policy
        Policy model as plain data, for the names of its parts.
    """
    for position, change in enumerate(scenario.changes):
        if not change.is_of_register or len(change.operations) != 1:
            continue
        try:
            _Edit(sheets, scenario, policy, change).make()
        except RefusedError as refused:
            place = place_of(tree.place((KEY, position)), change)
            sheets.problems.append(Problem(place, refused.finding, refused.cure))


class _Edit:
    """One change to one sheet."""

    def __init__(self, sheets: Sheets, scenario: Scenario, policy: Mapping[str, Any], change: Change) -> None:
        self.sheets, self.scenario, self.policy, self.change = sheets, scenario, policy, change
        words = change.path.split(".")
        self.sheet = _known(words[1] if len(words) > 1 else "", _SHEETS, _("the register has no sheet {found!r}"))
        self.words = words[2:]

    @property
    def frame(self) -> pd.DataFrame:
        return self.sheets.frames[self.sheet.key]

    def make(self) -> None:
        """Change the frame.

        Raises
        ------
        RefusedError
            When it touches nothing, or cannot be made.
        """
        if self.change.remove:
            self._remove()
            return
        column = self._column()
        rows = self._rows()
        chosen = self.frame.loc[rows, column.key]
        if self.change.operations != ["set"]:
            chosen = chosen[[not _is_blank(value, column) for value in chosen]]
        if not len(chosen):
            cure = _("loosen where, or take the change away")
            raise RefusedError(_("the change touches no row"), cure)
        before, items = self.frame[column.key], self.sheets.frames["items"].copy()
        meant = _by_value(chosen, self._edit(column))
        changed = [meant.get(label, value) for label, value in before.items()]
        self.frame[column.key] = series(column, changed).set_axis(before.index)
        agree(self.sheets, self.sheet.key, column.key, chosen.index, items)
        self._check_identity()

    def _remove(self) -> None:
        if self.words:
            cure = _("name the sheet alone, {path}, or set the cells to null").format(path=f"register.{self.sheet.key}")
            raise RefusedError(_("remove takes away whole rows"), cure)
        if self.sheet.key in _KEPT:
            raise RefusedError(_("rows of this sheet belong to estates"), _("remove the estates, or lock the project"))
        rows = self._rows()
        if not len(rows):
            raise RefusedError(_("the change touches no row"), _("loosen where, or take the change away"))
        without_rows(self.sheets, self.sheet, rows)

    def _column(self) -> Column:
        if not self.words:
            finding = _("{path} names a sheet without a column").format(path=self.change.path)
            raise RefusedError(finding, _("write register.sheet.column"))
        column = self._named(".".join(self.words))
        if column.kind == "id" and column.key in self.sheet.identity:
            raise RefusedError(_("the column names its rows"), _("change another column"))
        if column.refers in SHEET:
            raise RefusedError(_("the column ties sheets together"), _("edit the register instead"))
        if (self.sheet.key, column.key) in _COMPUTED:
            finding = _("costs have been computed from this column already")
            raise RefusedError(finding, _("change register.items.cost"))
        return column

    def _named(self, name: str) -> Column:
        columns = {each: column for column in self.sheet.columns for each in (column.key, column.zh)}
        return _known(name, columns, _("the sheet has no column {found!r}"))

    def _rows(self) -> pd.Index:
        """Labels of the rows that ``where`` chooses."""
        keep = pd.Series(data=True, index=self.frame.index)
        for name, wanted in self.change.where.items():
            column = self._named(name)
            values = wanted if isinstance(wanted, list) else [wanted]
            meant = [self._sought(column, value) for value in values]
            keep &= self.frame[column.key].map(lambda cell, meant=meant: _key(cell) in meant).astype(bool)
        return self.frame.index[keep]

    def _sought(self, column: Column, value: object) -> object:
        """Canonical value that a word of ``where`` means; it must be one that the column can hold."""
        if value in (None, ""):
            return _key(blank_value(column))
        if column.kind != "id":
            return _key(self._parsed(column, value))
        names = self._names(column) or Names(str(each) for each in self.frame[column.key] if each)
        found = names.find(str(value))
        if found is None:
            finding = _("the column {name} has no {found!r}").format(name=column.zh, found=value)
            raise RefusedError(finding, names.cure(str(value)))
        return found

    def _names(self, column: Column) -> Names | None:
        """Names that a column of ids may hold beyond those in it, or None."""
        if column.refers == "county":
            return Names(self.scenario.counties)
        if column.refers.startswith("policy."):
            return policy_names(self.policy, column.refers.removeprefix("policy."))
        return None

    def _edit(self, column: Column) -> Callable[[Any], object]:
        change = self.change
        if change.operations == ["set"]:
            new = self._set_value(column, change.set_)
            return lambda _old: new
        if column.kind == "ids" and change.add is not None:
            added = self._set_value(column, change.add)
            return lambda old: (*old, *(each for each in added if each not in old)) if isinstance(added, tuple) else old
        if column.kind not in _NUMBERS or not (change.scale is not None or is_number(change.add)):
            finding = _("{operation} does not go with the column {name}")
            cure = _("scale and add take columns of numbers; set takes any")
            raise RefusedError(finding.format(operation=change.operations[0], name=column.zh), cure)
        if change.scale is not None and column.kind in ("year", "year_or_total"):
            raise RefusedError(_("a year cannot be scaled"), _("add years to it"))
        return lambda old: self._checked(column, _number_of(old, column, self.scenario.money))

    def _checked(self, column: Column, old: Decimal) -> object:
        """Result of scaling or adding as the reader would take it from a cell."""
        change, money = self.change, self.scenario.money
        new = (
            Fraction(old) * Fraction(change.scale) if change.scale is not None else Fraction(old) + Fraction(change.add)
        )
        if column.kind == "money":
            exact = from_steps(half_up(new / Fraction(money.step)), money)
        elif column.kind in ("int", "year", "year_or_total"):
            exact = Decimal(half_up(new))
        else:
            exact = Decimal(new.numerator) / Decimal(new.denominator)
        found = parser(Heading(column, Decimal(1)), money)(format(exact, "f"))
        if isinstance(found, Unreadable):
            text = _("{old} would become {new}: {finding}")
            raise RefusedError(text.format(old=old, new=exact, finding=found.finding), _("change it by less"))
        return found

    def _set_value(self, column: Column, value: object) -> object:
        """Canonical value of a plain value that a change states."""
        if value is None or value == "":
            if column.required:
                raise RefusedError(_("the column may not be blank"), _("write a value"))
            return blank_value(column)
        if column.refers:
            names = self._names(column)
            words = value if isinstance(value, list) else [value]
            found = [names.find(str(word)) if names else str(word) for word in words]
            for word, meant in zip(words, found, strict=True):
                if meant is None and names is not None:
                    finding = _("the column {name} has no {found!r}").format(name=column.zh, found=word)
                    raise RefusedError(finding, names.cure(str(word)))
            return tuple(found) if column.kind == "ids" else found[0]
        return self._parsed(column, value)

    def _parsed(self, column: Column, value: object) -> object:
        found = parser(Heading(column, Decimal(1)), self.scenario.money)(_text(value))
        if isinstance(found, Unreadable):
            raise RefusedError(found.finding, found.cure)
        return found

    def _check_identity(self) -> None:
        keys = list(self.sheet.identity)
        again = self.frame[self.frame.duplicated(keys)] if keys else self.frame.head(0)
        if len(again):
            row = " / ".join(str(again[key].iloc[0]) for key in keys)
            raise RefusedError(_("two rows would have the name {name}").format(name=row), _("choose fewer rows"))


T = TypeVar("T")

_NUMBERS = ("money", "int", "number", "rate", "share", "year", "year_or_total")


def _known(word: str, among: Mapping[str, T], text: str) -> T:
    if word in among:
        return among[word]
    near = nearest(word, list(among))
    shown = [name for name in among if name.isascii()]
    known = _("known: {names}").format(names=", ".join(shown))
    raise RefusedError(text.format(found=word), _("did you mean {name!r}?").format(name=near) if near else known)


def _by_value(chosen: pd.Series, edit: Callable[[Any], object]) -> dict[Any, object]:
    """New value by row label; equal cells are worked out once."""
    new: dict[object, object] = {}
    for cell in chosen:
        if _key(cell) not in new:
            new[_key(cell)] = edit(cell)
    return {label: new[_key(cell)] for label, cell in chosen.items()}


def _key(cell: object) -> object:
    """A cell as compared: missing is None, numbers by their value."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return None
    return cell if isinstance(cell, str | tuple | bool | Decimal) else Fraction(str(cell))


def _is_blank(cell: object, column: Column) -> bool:
    return _key(cell) in (None, "") or (column.kind == "year_or_total" and cell == TOTAL)


def _number_of(cell: object, column: Column, money: Money) -> Decimal:
    """A cell as an exact number, money in the scenario's unit."""
    return from_steps(int(str(cell)), money) if column.kind == "money" else Decimal(str(cell))


def _text(value: object) -> str:
    """A plain value of a file as it would stand in a cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list):
        return "|".join(str(each) for each in value)
    return str(value)
