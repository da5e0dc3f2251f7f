"""Pydantic's findings as problems a planner can act on: file and line, ids in the path, what was found, the cure."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.headings import nearest
from allocator.inputs.yaml_files import Path_, Tree

M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], tree: Tree, problems: list[Problem]) -> M | None:
    """``tree`` as a ``model``, or None after adding everything wrong to ``problems``."""
    try:
        return model.model_validate(tree.data)
    except ValidationError as error:
        problems.extend(_problems(error, model, tree))
        return None


def path_text(path: Path_, model: type[BaseModel]) -> str:
    """Path as shown: keys of a schema after a dot, ids and positions in brackets (``works[lift].components``)."""
    text = ""
    kind: object = model
    for key in path:
        fields = _fields(kind)
        name = str(key)
        text += f"[{name}]" if fields is None else f".{name}" if text else name
        kind = _inner(kind, name)
    return text


def place_text(path: Path_, model: type[BaseModel], tree: Tree) -> str:
    """File, line and path of a value."""
    place = str(tree.place(path))
    shown = path_text(path, model)
    return ": ".join(part for part in (place, shown) if part)


def _problems(error: ValidationError, model: type[BaseModel], tree: Tree) -> Iterable[Problem]:
    """One problem per path: the branches of a union each have their say, the first is kept."""
    by_path: dict[Path_, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        by_path.setdefault(_walked(detail, tree.data), []).append(detail)
    for path, details in by_path.items():
        finding, cure = _text(details, path, model)
        yield Problem(place_text(path, model, tree), finding, cure)


def _walked(detail: ErrorDetails, data: object) -> Path_:
    """The part of pydantic's location that leads through the data: names of union branches are left out."""
    path: list[str | int] = []
    here: Any = data
    for part in detail["loc"]:
        if (isinstance(here, dict) and part in here) or (isinstance(here, list | tuple) and isinstance(part, int)):
            path.append(part)
            here = here[part]  # type: ignore[index]
    if detail["type"] == "missing":
        path.append(detail["loc"][-1])
    return tuple(path)


def _text(details: list[ErrorDetails], path: Path_, model: type[BaseModel]) -> tuple[str, str]:
    detail = details[0]
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, model)
    if kind == "missing":
        meaning = _describe(path, model)
        return _("is missing"), _("add it: {meaning}").format(meaning=meaning) if meaning else _("add it")
    wanted = [text for text in (_wanted(each) for each in details) if text]
    found = _("found {found!r}").format(found=_short(detail["input"]))
    if not wanted:
        return f"{detail['msg']} ({found})", _describe(path, model)
    must = _("must be {wanted}, {found}").format(wanted=_(" or ").join(dict.fromkeys(wanted)), found=found)
    return must, _cure(details) or _describe(path, model)


def _unknown_key(path: Path_, model: type[BaseModel]) -> tuple[str, str]:
    known = list(_fields(_kind_at(path[:-1], model)) or {})
    near = nearest(str(path[-1]), known)
    if near:
        return _("unknown key"), _("did you mean {name!r}?").format(name=near)
    return _("unknown key"), _("remove it; known here: {names}").format(names=", ".join(known))


_WANTED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "literal_error": lambda context: str(context["expected"]).replace(" or ", _(" or ")),
    "greater_than_equal": lambda context: _("at least {limit}").format(limit=context["ge"]),
    "greater_than": lambda context: _("greater than {limit}").format(limit=context["gt"]),
    "less_than_equal": lambda context: _("at most {limit}").format(limit=context["le"]),
    "string_pattern_mismatch": lambda _context: _("an id without blanks at its start, brackets, commas and bars"),
    "string_too_short": lambda context: _("at least {limit} characters long").format(limit=context["min_length"]),
    "string_too_long": lambda context: _("at most {limit} characters long").format(limit=context["max_length"]),
    "too_short": lambda context: _("a list or mapping of at least {limit}").format(limit=context["min_length"]),
    "too_long": lambda context: _("a list of at most {limit}").format(limit=context["max_length"]),
}
"""What a value must be, by pydantic's error type."""

_TYPES = {
    "string": lambda: _("text"), "int": lambda: _("a whole number"), "float": lambda: _("a number"),
    "decimal": lambda: _("a number"), "bool": lambda: _("true or false"), "date": lambda: _("a date like 2024-12-31"),
    "dict": lambda: _("keys with values"), "model": lambda: _("keys with values"), "tuple": lambda: _("a list"),
    "list": lambda: _("a list"),
}  # fmt: skip


def _wanted(detail: ErrorDetails) -> str:
    by_type = _WANTED.get(detail["type"])
    if by_type is not None:
        return by_type(detail.get("ctx", {}))
    family = detail["type"].split("_", maxsplit=1)[0]
    return _TYPES[family]() if family in _TYPES else ""


def _cure(details: list[ErrorDetails]) -> str:
    detail = details[0]
    if detail["type"] == "string_type" and isinstance(detail["input"], int | float):
        return _("put it in quotes")
    if detail["type"] == "literal_error" and isinstance(detail["input"], str):
        words = [word.strip("' ") for word in str(detail["ctx"]["expected"]).replace(" or ", ",").split(",")]
        near = nearest(detail["input"], words)
        return _("did you mean {name!r}?").format(name=near) if near else ""
    return ""


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _describe(path: Path_, model: type[BaseModel]) -> str:
    """What the field is for, from its documentation."""
    fields = _fields(_kind_at(path[:-1], model)) or {}
    field = fields.get(str(path[-1])) if path else None
    return (field.description or "").split("\n")[0] if field is not None else ""


def _kind_at(path: Path_, model: type[BaseModel]) -> object:
    kind: object = model
    for key in path:
        kind = _inner(kind, str(key))
    return kind


def _fields(kind: object) -> dict[str, Any] | None:
    """Fields by key in files when ``kind`` is a schema, else None."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: field for name, field in kind.model_fields.items()}
    return None


def _inner(kind: object, key: str) -> object:
    """Type of the value at ``key`` in a value of the type ``kind``."""
    fields = _fields(kind)
    if fields is not None:
        return _bare(fields[key].annotation) if key in fields else None
    arguments = [_bare(each) for each in get_args(kind) if each is not Ellipsis]
    if get_origin(kind) is dict:
        return arguments[1]
    return arguments[0] if get_origin(kind) in (tuple, list) and arguments else None


def _bare(annotation: object) -> object:
    """``annotation`` without Annotated and Optional; the first schema or container of a union."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        kinds = [_bare(each) for each in get_args(annotation) if each is not type(None)]
        return next((kind for kind in kinds if get_origin(kind) is not Literal), None)
    return annotation
