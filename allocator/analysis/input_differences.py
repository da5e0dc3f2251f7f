"""What differs between the inputs of two cases, by path: scenario, policy model, register, files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from allocator.analysis.register_differences import plain_number, register_differences
from allocator.inputs.case import Case
from allocator.inputs.schemas.scenario import Money

INPUT_COLUMNS = (
    "part", "path", "sheet", "row", "column", "estate", "kind", "before", "after", "unit", "clause", "document",
    "basis", "keys", "cells",
)  # fmt: skip
"""Columns of ``input_differences``; texts, but for ``keys`` and ``cells``: pairs of column and text."""

FILE_COLUMNS = ("file", "kind", "before", "after")
"""Columns of ``file_differences``."""

_SEEN_ELSEWHERE = frozenset({"policy", "changes", "extends"})
"""Scenario keys whose effect is seen in the policy model and the register."""

_CITED = ("unit", "clause", "document", "basis")


@dataclass(frozen=True)
class _Leaf:
    """A single value of a tree, as text, with the unit and citation of the record it belongs to."""

    text: str
    cited: Mapping[str, str]


def input_differences(base: Case, new: Case, money: Money, factors: tuple[int, int]) -> pd.DataFrame:
    """One row per value that differs: scenario first, then policy model, then register; columns ``INPUT_COLUMNS``.

    ``part`` is scenario, policy or register; ``path`` names the value as a change by path would (positions in lists
    count from 0); ``kind`` is changed, added or removed. Texts are canonical and know no language; ``""`` is a blank.
    A whole row of the register that was added or removed is one row here, its cells in ``cells``.

    Parameters
    ----------
    money, factors
        Unit and step that both cases share, and how many of its steps a step of each case has.
    """
    rows = [
        *_tree_rows("scenario", "", _scenario(base), _scenario(new)),
        *_tree_rows("policy", "policy", base.policy.model_dump(), new.policy.model_dump()),
        *register_differences((base.register, new.register), money, factors),
    ]
    blank = dict.fromkeys(INPUT_COLUMNS, "") | {"keys": (), "cells": ()}
    return pd.DataFrame([blank | row for row in rows], columns=list(INPUT_COLUMNS), dtype=object)


def file_differences(base: Case, new: Case) -> pd.DataFrame:
    """One row per input file whose content (SHA-256) differs, or that only one case has; columns ``FILE_COLUMNS``."""
    pairs = {name: (base.files.get(name, ""), new.files.get(name, "")) for name in (*base.files, *new.files)}
    rows = [(name, _kind(*pair), *pair) for name, pair in pairs.items() if pair[0] != pair[1]]
    return pd.DataFrame(rows, columns=list(FILE_COLUMNS), dtype=object)


def _scenario(case: Case) -> dict[str, Any]:
    values = case.scenario.model_dump(by_alias=True)
    return {key: value for key, value in values.items() if key not in _SEEN_ELSEWHERE}


def _kind(before: str, after: str) -> str:
    if before and after:
        return "changed"
    return "removed" if before else "added"


def _tree_rows(part: str, prefix: str, base: object, new: object) -> Iterator[dict[str, object]]:
    old, now = dict(_leaves(base, prefix, {})), dict(_leaves(new, prefix, {}))
    for path in dict.fromkeys([*now, *old]):
        was, becomes = old.get(path), now.get(path)
        if was is not None and becomes is not None and was.text == becomes.text:
            continue
        told = becomes or was
        if told is not None:
            before, after = (was.text if was else ""), (becomes.text if becomes else "")
            yield {
                "part": part,
                "path": path,
                "kind": _kind(before, after),
                "before": before,
                "after": after,
                **told.cited,
            }


def _leaves(value: object, path: str, cited: Mapping[str, str]) -> Iterator[tuple[str, _Leaf]]:
    """Single values below ``value`` by path; empty ones are left out, lists of single values are one value."""
    if isinstance(value, Mapping):
        own = {key: str(value[key]) for key in _CITED if value.get(key) is not None and not _is_nested(value[key])}
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key), {**cited, **own})
    elif isinstance(value, list | tuple) and _named(value):
        yield path, _Leaf(", ".join(str(entry["id"]) for entry in value), cited)
        for entry in value:
            yield from _leaves({k: v for k, v in entry.items() if k != "id"}, f"{path}.{entry['id']}", cited)
    elif isinstance(value, list | tuple) and any(_is_nested(entry) for entry in value):
        for position, entry in enumerate(value):
            yield from _leaves(entry, f"{path}.{position}", cited)
    elif value not in (None, "", (), [], {}):
        yield path, _Leaf(_text(value), cited)


def _named(values: Sequence[Any]) -> bool:
    """Whether ``values`` are records with names of their own (goals): an order of names, then each by name."""
    return bool(values) and all(isinstance(entry, Mapping) and "id" in entry for entry in values)


def _is_nested(value: object) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_text(entry) for entry in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain_number(Decimal(str(value))) if isinstance(value, int | float | Decimal) else str(value)
