"""Read YAML as plain data with the line of every value; nothing in a file is ever executed or constructed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _

Path_ = tuple[str | int, ...]
"""Keys and positions from the top of a tree to a value."""

MAX_BYTES = 10_000_000
MAX_VALUES = 300_000
"""Values in one file, aliases written out; more is an attack, not a scenario."""
MAX_DEPTH = 60

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Place:
    """File (as shown to the user) and line of a value."""

    file: str
    line: int

    def __str__(self) -> str:
        """``file:line``, or the file alone for values that stand in no file."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass
class Tree:
    """Plain data (dict, list, str, int, Decimal, bool, None) and where each value stands."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path_, Place] = field(default_factory=dict)

    def place(self, path: Path_) -> Place:
        """Where the value at ``path`` stands, or the nearest value above it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place("", 0))

    def merged(self, over: Tree) -> Tree:
        """Lay ``over`` on this tree: mappings key by key, everything else replaced."""
        places = dict(self.places)
        data = _laid_over(self.data, over, (), places)
        places.update({path: place for path, place in over.places.items() if path or () not in places})
        return Tree(data, places)

    def under(self, key: str) -> Tree:
        """The mapping at the top-level ``key`` as a tree of its own; empty when there is none."""
        data = self.data.get(key)
        places = {path[1:]: place for path, place in self.places.items() if path[:1] == (key,)}
        return Tree(data if isinstance(data, dict) else {}, places)


def _laid_over(base: dict[str, Any], over: Tree, path: Path_, places: dict[Path_, Place]) -> dict[str, Any]:
    data = dict(base)
    value: Any = over.data
    for key in path:
        value = value[key]
    for key, new in value.items():
        old = data.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            data[key] = _laid_over(old, over, (*path, key), places)
        else:
            data[key] = new
            if isinstance(old, dict | list):
                _forget(places, (*path, key))
    return data


def _forget(places: dict[Path_, Place], path: Path_) -> None:
    for known in [p for p in places if p[: len(path)] == path]:
        del places[known]


def sha256(path: Path) -> str:
    """Hash of a file's bytes, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_yaml(path: Path, shown: str) -> Tree:
    """Read one YAML file; ``shown`` is its name in messages.

    Numbers with a point become Decimal, dates stay text, mapping keys are always text.

    Raises
    ------
    ScenarioError
        When the file is missing, too large, not UTF-8, not YAML, no mapping, or asks for anything but plain data.
    """
    text = _read_text(path, shown)
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(shown, mark.line + 1 if mark else 0)
        finding = _("not valid YAML: {reason}").format(reason=error.problem or error.context)
        raise ScenarioError([Problem(str(place), finding, _("check indentation, colons and quotes"))]) from error
    except (YAMLError, RecursionError, ValueError) as error:
        finding = _("not valid YAML: {reason}").format(reason=str(error).splitlines()[0])
        raise ScenarioError([Problem(shown, finding, _("check the file"))]) from error
    if node is None:
        raise ScenarioError([Problem(shown, _("the file is empty"), _("fill it in, or take away the reference to it"))])
    builder = _Builder(shown)
    data = builder.build(node, ())
    if not isinstance(data, dict):
        builder.problem(node, _("the file must hold keys and values"), _("write 'key: value' lines"))
    if builder.problems or not isinstance(data, dict):
        raise ScenarioError(builder.problems)
    return Tree(data, builder.places)


def _read_text(path: Path, shown: str) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            finding = _("the file is larger than {limit} bytes").format(limit=f"{MAX_BYTES:,}")
            raise ScenarioError([Problem(shown, finding, _("put tables into the register"))])
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        finding = _("the file cannot be read ({reason})").format(reason=error.strerror)
        raise ScenarioError([Problem(shown, finding, _("check the path"))]) from error
    except UnicodeDecodeError as error:
        raise ScenarioError([Problem(shown, _("the file is not in UTF-8"), _("save it as UTF-8"))]) from error


class _Builder:
    """Turns composed nodes into plain data, noting places and problems."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.places: dict[Path_, Place] = {}
        self.problems: list[Problem] = []
        self.values = 0

    def problem(self, node: Node, finding: str, cure: str) -> None:
        self.problems.append(Problem(f"{self.shown}:{node.start_mark.line + 1}", finding, cure))

    def build(self, node: Node, path: Path_) -> object:
        self.values += 1
        if self.values > MAX_VALUES or len(path) > MAX_DEPTH:
            finding = _("too many values or levels, aliases (*name) written out")
            place = f"{self.shown}:{node.start_mark.line + 1}"
            raise ScenarioError([Problem(place, finding, _("take the aliases away"))])
        self.places.setdefault(path, Place(self.shown, node.start_mark.line + 1))
        if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, path)
        if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.build(child, (*path, position)) for position, child in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        self._refuse(node)
        return None

    def _refuse(self, node: Node) -> None:
        finding = _("the tag {tag} is refused: files hold plain data only").format(tag=node.tag)
        self.problem(node, finding, _("remove the tag"))

    def _mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                for part in self._merged(value_node, path):
                    merged = {**part, **merged}
                continue
            if not isinstance(key_node, ScalarNode):
                self.problem(key_node, _("a key must be a word"), _("write the key as plain text"))
                continue
            key = str(key_node.value)
            if key in data:
                finding = _("the key {key!r} stands here twice").format(key=key)
                self.problem(key_node, finding, _("remove or rename one of the two"))
            self.places[(*path, key)] = Place(self.shown, key_node.start_mark.line + 1)
            data[key] = self.build(value_node, (*path, key))
        return {**merged, **data}

    def _merged(self, node: Node, path: Path_) -> Iterator[dict[str, Any]]:
        for part in node.value if isinstance(node, SequenceNode) else [node]:
            value = self.build(part, path)
            if isinstance(value, dict):
                yield value
            else:
                self.problem(part, _("'<<' takes a mapping"), _("name a mapping, or remove the line"))

    def _scalar(self, node: ScalarNode) -> object:
        kind = str(node.tag).removeprefix(_TAG)
        if kind in ("str", "timestamp"):
            return str(node.value)
        if kind == "null":
            return None
        if kind == "bool":
            return str(node.value).lower() == "true"
        if kind == "int":
            return self._whole(node)
        if kind == "float":
            return self._decimal(node)
        self._refuse(node)
        return None

    def _whole(self, node: ScalarNode) -> object:
        try:
            return int(str(node.value).replace("_", ""), 0)
        except ValueError:  # 007, or a number too long to be one
            text = str(node.value)
            return int(text) if text.isdigit() and len(text) < 30 else text

    def _decimal(self, node: ScalarNode) -> object:
        try:
            value = Decimal(str(node.value).replace("_", ""))
            if value.is_finite() and abs(value.adjusted()) < 30:
                return value
        except InvalidOperation:  # .inf, .nan
            pass
        finding = _("{found!r} is no usable number").format(found=node.value)
        self.problem(node, finding, _("write a plain number"))
        return math.nan
