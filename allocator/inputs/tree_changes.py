"""Changes by path to the scenario and its policy model, made level by level from the base upwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeGuard

from pydantic import ValidationError

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.headings import nearest
from allocator.inputs.schemas.changes import OPERATIONS, Change
from allocator.inputs.yaml_files import Path_, Place, Tree

KEY = "changes"
"""Key of the changes in a scenario file."""

_PLAIN_KEYS = ("extends", "policy_model", "register", "policy", KEY, "variants", "sensitivity")
"""What no change may replace as a whole: a file states it as a key."""


class RefusedError(Exception):
    """Why a change cannot be made, and the cure."""

    def __init__(self, finding: str, cure: str) -> None:
        super().__init__(finding)
        self.finding, self.cure = finding, cure


def stacked(levels: Sequence[Tree]) -> Tree:
    """Scenario files merged, the base first, without making their changes; the lists of changes are joined."""
    merged = Tree()
    for level in levels:
        merged = _laid_on(merged, level)
    return merged


def _laid_on(base: Tree, level: Tree) -> Tree:
    merged = base.merged(level)
    before, own = base.data.get(KEY), level.data.get(KEY)
    if isinstance(before, list) and isinstance(own, list):
        merged.data[KEY] = [*before, *own]
        merged.places |= {path: place for path, place in base.places.items() if path[:1] == (KEY,)}
        for path, place in level.places.items():
            if path[:1] == (KEY,) and len(path) > 1 and isinstance(path[1], int):
                merged.places[(KEY, path[1] + len(before), *path[2:])] = place
    return merged


def changed_trees(levels: Sequence[Tree], policy: Tree, problems: list[Problem]) -> tuple[Tree, Tree]:
    """Scenario and policy model with all their changes; those to the register are left to it.

    Parameters
    ----------
    levels
        Scenario files, the base first. What a file changes are its own values laid on those of the files before it,
        with their changes made; files after it are laid on the result.
    policy
        The policy model before any change.
    problems
        Gains what cannot be made.
    """
    scenario = Tree()
    for level in levels:
        scenario = _laid_on(scenario, level)
        policy = policy.merged(level.under("policy"))
        stated = level.data.get(KEY)
        for position, entry in enumerate(stated if isinstance(stated, list) else ()):
            change = _read(entry)
            if change is None:  # the schema of the scenario says why
                continue
            place = level.place((KEY, position))
            try:
                check_form(change)
                if not change.is_of_register:
                    scenario, policy = _made(scenario, policy, change, place)
            except RefusedError as refused:
                problems.append(Problem(place_of(place, change), refused.finding, refused.cure))
    return scenario, policy


def place_of(place: Place, change: Change) -> str:
    """Where a change stands, with its path."""
    return ": ".join(part for part in (str(place), KEY, change.path or change.rule_off) if part)


def _read(entry: object) -> Change | None:
    try:
        return Change.model_validate(entry)
    except ValidationError:
        return None


def check_form(change: Change) -> None:
    """Refuse a change without exactly one operation, or with one that does not go with its path.

    Raises
    ------
    RefusedError
        With the cure.
    """
    one_of = _("write exactly one of: {names}").format(names=", ".join(OPERATIONS))
    if len(change.operations) != 1:
        found = ", ".join(change.operations) or _("none")
        raise RefusedError(_("the change has these operations: {found}").format(found=found), one_of)
    if change.rule_off and (change.path or change.where):
        raise RefusedError(_("rule_off takes neither path nor where"), _("write it as a change of its own"))
    if not change.rule_off and not change.path:
        raise RefusedError(_("the change has no path"), _("name a value as the files do: key.key.key"))
    if change.where and not change.is_of_register:
        raise RefusedError(_("where chooses rows of the register only"), _("name the value by its path alone"))


def _made(scenario: Tree, policy: Tree, change: Change, place: Place) -> tuple[Tree, Tree]:
    """Scenario and policy model with one change made."""
    if change.rule_off:
        off = Change.model_validate({"path": "options.rules_off", "add": change.rule_off})
        if "rules_off" not in (scenario.data.get("options") or {}):
            off = Change.model_validate({"path": "options.rules_off", "set": [change.rule_off]})
        return _changed(scenario, "options.rules_off", off, place), policy
    if change.path in _PLAIN_KEYS:
        cure = _("write it as a key of the scenario file, or name a value inside it")
        raise RefusedError(_("{path} cannot be changed as a whole").format(path=change.path), cure)
    if change.path.startswith("policy."):
        return scenario, _changed(policy, change.path.removeprefix("policy."), change, place, strict=True)
    return _changed(scenario, change.path, change, place), policy


def _changed(tree: Tree, dotted: str, change: Change, place: Place, *, strict: bool = False) -> Tree:
    found, rest = _resolved(tree.data, dotted)
    if rest:
        is_new_value = change.operations == ["set"] and (len(rest) == 1 or (not found and not strict))
        if not is_new_value:
            raise _absent(tree.data, found, rest)
    path = (*found, *rest)
    if change.remove:
        data = _edited(tree.data, path, lambda _old: _GONE)
    else:
        old = None if rest else _at(tree.data, path)
        new = _new_value(old, change, dotted)
        data = _edited(tree.data, path, lambda _old: new)
    places = {known: where for known, where in tree.places.items() if known[: len(path)] != path}
    if not change.remove:
        places[path] = place
    return Tree(data if isinstance(data, dict) else {}, places)


def _resolved(data: dict[str, Any], dotted: str) -> tuple[Path_, tuple[str, ...]]:
    """Keys and positions that exist, and the words beyond them; the longest key counts, as ids may contain dots."""
    path: list[str | int] = []
    here: object = data
    rest = dotted.split(".")
    while rest:
        if isinstance(here, list):
            if not rest[0].isdigit() or int(rest[0]) >= len(here):
                text = _("the list has {count} values, no position {found!r} (they count from 0)")
                raise RefusedError(text.format(count=len(here), found=rest[0]), _("write a position that it has"))
            path.append(int(rest[0]))
            here, rest = here[int(rest[0])], rest[1:]
        elif isinstance(here, dict):
            size = next((n for n in range(len(rest), 0, -1) if ".".join(rest[:n]) in here), 0)
            if not size:
                break
            path.append(".".join(rest[:size]))
            here, rest = here[".".join(rest[:size])], rest[size:]
        elif here is None:
            break
        else:
            finding = _("{path} is a single value").format(path=".".join(str(key) for key in path))
            raise RefusedError(finding, _("name a value as the files do: key.key.key"))
    return tuple(path), tuple(rest)


def _absent(data: dict[str, Any], found: Path_, rest: tuple[str, ...]) -> RefusedError:
    here = _at(data, found)
    known = list(here) if isinstance(here, dict) else []
    near = nearest(rest[0], known) or nearest(".".join(rest), known)
    known_text = _("known: {names}").format(names=", ".join(known[:10]) or _("none"))
    cure = _("did you mean {name!r}?").format(name=near) if near else known_text
    where = ".".join(str(key) for key in found)
    text = _("{path} states no {found!r}") if where else _("the files state no {found!r}")
    return RefusedError(text.format(path=where, found=rest[0]), cure)


def _at(data: object, path: Path_) -> object:
    for key in path:
        data = data[key]  # type: ignore[index]
    return data


_GONE = object()


def _edited(data: object, path: Path_, edit: Callable[[object], object]) -> object:
    """Copy of ``data`` with the value at ``path`` edited; missing mappings on the way are made."""
    if not path:
        return edit(data)
    key = path[0]
    if isinstance(data, list):
        position = int(key)
        new = _edited(data[position], path[1:], edit)
        return [*data[:position], *([] if new is _GONE else [new]), *data[position + 1 :]]
    mapping = dict(data) if isinstance(data, dict) else {}
    new = _edited(mapping.get(str(key)), path[1:], edit)
    if new is _GONE:
        del mapping[str(key)]
    else:
        mapping[str(key)] = new
    return mapping


def _new_value(old: object, change: Change, dotted: str) -> object:
    if change.operations == ["set"]:
        return change.set_
    if is_number(old) and (change.scale is not None or is_number(change.add)):
        return changed_number(old, change)
    if change.add is not None and isinstance(old, list):
        return [*old, *(change.add if isinstance(change.add, list) else [change.add])]
    if isinstance(change.add, dict) and isinstance(old, dict):
        return _with_keys(old, change.add, dotted)
    text = _("{path} is {found!r}: this cannot be done to it")
    cure = _("scale numbers; add to numbers, lists and mappings; set anything")
    raise RefusedError(text.format(path=dotted, found=_short(old)), cure)


def _with_keys(old: dict[str, Any], added: dict[str, Any], dotted: str) -> dict[str, Any]:
    again = sorted(set(old) & set(added))
    if again:
        finding = _("{path} has {names} already").format(path=dotted, names=", ".join(again))
        raise RefusedError(finding, _("set them instead"))
    return {**old, **added}


def is_number(value: object) -> TypeGuard[int | Decimal]:
    """Whether a plain value is a number."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def changed_number(old: int | Decimal, change: Change) -> int | Decimal:
    """``old`` scaled, or with a number added, exactly."""
    exact = Fraction(old)
    new = exact * Fraction(change.scale) if change.scale is not None else exact + Fraction(change.add)
    if new.denominator == 1:
        return new.numerator
    return Decimal(new.numerator) / Decimal(new.denominator)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
