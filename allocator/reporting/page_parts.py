"""What every page is made of: one offline file from a template, a script and the style in ``reports/page``."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
from markupsafe import Markup

from allocator.inputs.shipped import shipped
from allocator.reporting.speaker import Speaker
from allocator.reporting.tables import Column


def render(name: str, speaker: Speaker, words: str, **values: Any) -> str:  # noqa: ANN401 - what the template needs
    """Text of a page; everything from the data is escaped.

    Parameters
    ----------
    name
        Template and script: ``<name>.html.jinja`` and ``<name>.js``.
    words
        Section of the words that the template's ``word()`` looks in.
    values
        What the template needs besides ``f`` (the speaker), ``cell``, ``word``, script and style.
    """
    folder = shipped("reports") / "page"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"one": lambda number: f"{number:.1f}", "groups": _groups}
    script = (folder / f"{name}.js").read_text(encoding="utf-8")
    style = (folder / "report.css").read_text(encoding="utf-8")
    return environment.get_template(f"{name}.html.jinja").render(
        f=speaker,
        word=lambda key, **parts: speaker.say(words, key, **parts).replace("{unit}", speaker.unit),
        cell=lambda column, value: cell_text(speaker, column, value),
        script=Markup(script),  # noqa: S704 - our own file, not data
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        style=Markup(style),  # noqa: S704 - our own file, not data
        **values,
    )


def cell_text(speaker: Speaker, column: Column, value: Any) -> str:  # noqa: ANN401 - text or number
    """A cell of a table as text, in the format the workbook shows it in."""
    if value is None or isinstance(value, str):
        return value or ""
    if column.shows_sign and column.kind != "money":
        return f"{value:+,.{column.decimals if column.kind == 'number' else 0}f}" if value else "—"
    if column.kind == "money":
        sign = "+" if column.shows_sign and value > 0 else ""
        return sign + speaker.money(int(value)) if value or column.shows_zero else "—"
    if column.kind == "year" or column.key == "no":
        return str(int(value))
    if column.kind == "share":
        return f"{float(value):.{column.decimals}%}"
    return f"{value:,.{column.decimals if column.kind == 'number' else 0}f}"


@dataclass(frozen=True)
class _Group:
    name: str
    columns: tuple[Column, ...]


def _groups(columns: Sequence[Column]) -> list[_Group]:
    """Neighbouring columns under one heading; a column without a group stands alone."""
    groups: list[_Group] = []
    for column in columns:
        if column.group and groups and groups[-1].name == column.group:
            groups[-1] = _Group(column.group, (*groups[-1].columns, column))
        else:
            groups.append(_Group(column.group, (column,)))
    return groups
