"""View of the assumptions: every value of the policy model that no document states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pandas as pd
from pydantic import BaseModel

from allocator.inputs.schemas.base import Cited, Label, Quantity
from allocator.inputs.schemas.policy import Band, PayerShares
from allocator.reporting.figures import Figures

_CITATION = frozenset(Cited.model_fields)
_ARROW = " › "
_SHARES = frozenset({"share", "min", "max", "points_share"})
"""Fields that are shown in per cent."""


def assumptions(f: Figures) -> pd.DataFrame:
    """One row per value with basis ``assumption``: part, where, value, unit, clause, document, note."""
    policy = f.run.case.policy
    rows = []
    for part in type(policy).model_fields:
        value = getattr(policy, part)
        for path, cited in _walk(f, value, ()):
            if cited.basis == "assumption":
                shown, unit = _value(f, cited)
                document = policy.documents.get(cited.document)
                rows.append({
                    "section": f.say("parts", part), "where": _ARROW.join(path) or f.say("parts", part),
                    "value": shown, "unit": unit, "since": cited.since.isoformat(), "clause": cited.clause,
                    "document_name": document.title if document else cited.document, "note": cited.note,
                })  # fmt: skip
    columns = ["section", "where", "value", "unit", "since", "clause", "document_name", "note"]
    return pd.DataFrame(rows, columns=columns)


def _walk(f: Figures, value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Cited]]:
    """Every cited value at or under ``value``, with the names on the way to it."""
    if isinstance(value, Cited):
        yield path, value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in _CITATION and name != "label":
                yield from _walk(f, getattr(value, name), (*path, *_field_name(f, value, name)))
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _walk(f, entry, (*path, _entry_name(f, str(key), entry)))
    elif isinstance(value, tuple):
        for entry in value:
            yield from _walk(f, entry, path)


def _field_name(f: Figures, owner: BaseModel, name: str) -> tuple[str, ...]:
    # the values of a rule are the rule: their field adds nothing to its name
    return () if name == "values" and not isinstance(owner, Cited) else (f.say("fields", name),)


def _entry_name(f: Figures, key: str, entry: object) -> str:
    label = getattr(entry, "label", None)
    return (label.text(f.language) if isinstance(label, Label) else "") or f.say("entries", key)


def _value(f: Figures, cited: Cited) -> tuple[str, str]:
    """The value as text, and its unit."""
    if isinstance(cited, Quantity):
        return _plain(f, cited.value), f.say("units", cited.unit)
    if isinstance(cited, PayerShares):
        separator = f.say("words", "list_sep")
        return separator.join(f"{f.label('payers', key)} {_band(band)}" for key, band in cited.shares.items()), ""
    fields = [name for name in type(cited).model_fields if name not in _CITATION and name not in ("label", "unit")]
    shown = []
    for name in fields:
        value = getattr(cited, name)
        if value not in (None, "", (), {}) and value != type(cited).model_fields[name].default:
            text = _field(f, name, value)
            shown += [f"{f.say('fields', name)}: {text}"] if text else []
    return "; ".join(shown), str(getattr(cited, "unit", ""))


def _band(band: Band) -> str:
    return _percent(band.min) if band.min == band.max else f"{_percent(band.min)}–{_percent(band.max)}"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def _plain(f: Figures, value: object) -> str:
    """A value in words; parts that are cited themselves have rows of their own."""
    if isinstance(value, Cited):
        return ""
    if isinstance(value, bool):
        return f.say("answer", str(value).lower())
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, BaseModel):
        return _fields(f, value)
    return f.say("words", "list_sep").join(_entries(f, value))


def _entries(f: Figures, value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{_entry_name(f, str(key), entry)} {_plain(f, entry)}".strip() for key, entry in value.items()]
    if isinstance(value, tuple):
        return [part for part in (_plain(f, entry) for entry in value) if part]
    return [_known_name(f, str(value))]


def _fields(f: Figures, value: BaseModel) -> str:
    shown = []
    for name, field in type(value).model_fields.items():
        entry = getattr(value, name)
        if name != "label" and entry not in (None, "", (), {}) and entry != field.default:
            text = _field(f, name, entry)
            shown += [f"{f.say('fields', name)} {text}"] if text else []
    return ", ".join(shown)


def _field(f: Figures, name: str, value: object) -> str:
    return _percent(value) if name in _SHARES and isinstance(value, Decimal) else _plain(f, value)


def _known_name(f: Figures, key: str) -> str:
    """Name of an id of the policy model, or a word, or the text itself."""
    policy = f.run.case.policy
    for part in ("works", "sources", "payers", "levels", "rules", "classes", "gates"):
        if key in getattr(policy, part):
            return f.label(part, key)
    return f.say("entries", key)
