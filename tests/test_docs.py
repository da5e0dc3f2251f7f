"""Nothing can be added without being documented, tested and cited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from allocator.cli.app import COMMANDS
from allocator.cli.scenarios import find_scenario, shipped_names
from allocator.formulation.families import FAMILIES
from allocator.inputs.load import load
from allocator.inputs.schemas.base import Cited
from allocator.inputs.schemas.changes import FAMILY_NAMES

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh-CN.md")


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _headings(text: str, level: int) -> list[str]:
    return re.findall(rf"^{'#' * level} (.+?)\s*$", text, re.MULTILINE)


def _chapter(text: str, heading: str) -> str:
    """Text below a first-level heading, up to the next one."""
    return re.split(r"^# ", text.split(f"\n# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_in_the_readme(readme: str) -> None:
    """A user finds every command in the README of their language."""
    assert [name for name in COMMANDS if f"allocator {name}" not in _text(readme)] == []


def test_both_readmes_give_the_same_commands() -> None:
    """The two READMEs differ in language only: same code blocks, comments aside."""
    blocks = [re.findall(r"```\w*\n(.*?)```", _text(readme), re.DOTALL) for readme in READMES]
    code = [[re.sub(r"\s*#.*", "", block) for block in found] for found in blocks]
    assert code[0] == code[1]


@pytest.mark.parametrize("readme", READMES)
def test_every_file_a_readme_points_to_exists(readme: str) -> None:
    """No link of a README is dead."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", _text(readme))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "5"])
@pytest.mark.parametrize("readme", READMES)
def test_every_exit_code_is_in_the_readme(readme: str, code: str) -> None:
    """The table of exit codes has a row for each."""
    assert re.search(rf"^\| {code} \|", _text(readme), re.MULTILINE)


def test_every_family_is_explained() -> None:
    """Registry and formulation.md name the same families in the same order."""
    explained = _headings(_chapter(_text("models/xianning-2024/formulation.md"), "Families"), 2)
    assert list(FAMILIES) == explained


def test_the_families_that_may_be_switched_off_are_the_families() -> None:
    """Scenarios name families before any is loaded: the list of names is that of the registry."""
    assert list(FAMILIES) == list(FAMILY_NAMES)


def test_every_family_has_a_test_file_and_a_golden() -> None:
    """A family is a function, a heading, a test and golden rows; this names the ones that lack something."""
    tests = [name for name in FAMILIES if not (ROOT / f"tests/formulation/test_{name}.py").is_file()]
    golden = [name for name in FAMILIES if not list((ROOT / "tests" / "golden").rglob(f"{name}*.txt"))]
    assert (tests, golden) == ([], [])


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_scenario_loads(name: str) -> None:
    """Whatever is shipped can be read, and says where its numbers come from."""
    path = find_scenario(name)
    assert load(path).scenario.id
    assert (path.parent / "SOURCES.md").is_file()


def test_every_rule_of_the_policy_is_cited() -> None:
    """Every dated value names a clause of a document the policy model lists, and every assumption says why."""
    policy = load(find_scenario("xianning-synthetic")).policy
    cited = dict(_cited(policy, "policy"))
    assert len(cited) > 50
    assert {place: value.document for place, value in cited.items() if value.document not in policy.documents} == {}
    assert [place for place, value in cited.items() if value.basis == "assumption" and not value.note.strip()] == []


def _cited(value: Any, place: str) -> Iterator[tuple[str, Cited]]:
    """Every cited thing in ``value``, with its path."""
    if isinstance(value, Cited):
        yield place, value
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _cited(part, f"{place}.{key}")
    elif isinstance(value, tuple | list):
        for position, part in enumerate(value):
            yield from _cited(part, f"{place}.{position}")
