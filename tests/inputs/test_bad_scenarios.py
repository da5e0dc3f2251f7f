"""Faulty scenario files: what is refused, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.errors import ScenarioError
from allocator.inputs.load import load
from tests.worlds import SCENARIO, replaced, write_world

Refusal = Callable[..., str]


def test_everything_wrong_is_said_at_once(refusal: Refusal) -> None:
    """Unknown keys with the nearest right name, missing ones with their meaning, wrong values with what is accepted."""
    text = replaced(
        SCENARIO,
        ("horizon: {first: 2025, last: 2026}", "horizon: {first: 2025, lst: 2026}"),
        ("synthetic: true", "synthetic: maybe"),
    )
    assert refusal(scenario=f"{text}monye: {{}}\nlocks: {{E1: mst}}\ngoals: [{{id: point}}]\n") == (
        "scenario.yaml:3: synthetic: must be true or false, found 'maybe'\n"
        "    -> True when the data are made up: every report then says so (演示数据).\n"
        "scenario.yaml:7: horizon.last: is missing\n    -> add it: Last year of starts.\n"
        "scenario.yaml:7: horizon.lst: unknown key\n    -> did you mean 'last'?\n"
        "scenario.yaml:9: monye: unknown key\n    -> did you mean 'money'?\n"
        "scenario.yaml:10: locks[E1]: must be 'must' or 'never' or a whole number, found 'mst'\n"
        "    -> did you mean 'must'?\n"
        "scenario.yaml:11: goals[0].id: must be 'tasks', 'shortfall', 'hazards', 'points', 'public_money', "
        "'changes' or 'tie_break', found 'point'\n    -> did you mean 'points'?"
    )


ADDED = {
    "years in the wrong order": (
        ("last: 2026", "last: 2024"),
        "scenario.yaml:7: horizon.last: the last year 2024 is before the first, 2025\n    -> exchange the two",
    ),
    "payments that end too early": (
        ("last: 2026", "last: 2026, payments_until: 2025"),
        "scenario.yaml:7: horizon.payments_until: payments end in 2025, before the last start year 2026\n"
        "    -> write a later year, or leave it out",
    ),
    "shares that do not sum": (
        ("synthetic: true", "spend_profile: [0.5, 0.6]"),
        "scenario.yaml:3: spend_profile: the shares sum to 1.1, not to 1\n"
        "    -> change the shares so that they sum to 1",
    ),
    "a county twice": (
        ("[东县, 西县]", "[东县, 西县, 东县]"),
        "scenario.yaml:6: counties: '东县' stands here twice\n    -> remove one of the two",
    ),
    "a lock on nothing": (
        ("synthetic: true", "locks: {E3: must}"),
        "scenario.yaml:3: locks[E3]: there is no project or estate 'E3'\n    -> did you mean 'E1'?",
    ),
    "a lock on no start year": (
        ("synthetic: true", "locks: {E1: 2030}"),
        "scenario.yaml:3: locks[E1]: the year 2030 is no start year\n    -> write a year from 2025 to 2026",
    ),
    "an unknown certainty": (
        ("synthetic: true", "firm: [issud]"),
        "scenario.yaml:3: firm[0]: there is no certainty 'issud'\n    -> did you mean 'issued'?",
    ),
    "an unknown policy model": (
        ("policy_model: tiny", "policy_model: tinny"),
        "scenario.yaml:4: policy_model: there is no policy model 'tinny'",
    ),
    "a register that is not there": (
        ("register: register", "register: registry"),
        "registry: there is no register (a workbook, or a folder of .csv files)",
    ),
    "a register outside the folder": (
        ("register: register", "register: ../register"),
        "scenario.yaml:5: register: the path '../register' leaves the scenario's folder\n"
        "    -> copy the file into the folder, and write its relative path",
    ),
    "a register elsewhere on the machine": (
        ("register: register", "register: /etc"),
        "scenario.yaml:5: register: the path '/etc' leaves the scenario's folder",
    ),
    "a register on a drive": (
        ("register: register", r"register: 'C:\register'"),
        r"scenario.yaml:5: register: the path 'C:\\register' leaves the scenario's folder",
    ),
    "a policy model outside the folder": (
        ("policy_model: tiny", "policy_model: ../models/tiny"),
        "scenario.yaml:4: policy_model: the path '../models/tiny' leaves the scenario's folder",
    ),
    "a base outside the folder": (
        ("synthetic: true", "extends: ../base.yaml"),
        "scenario.yaml:3: extends: the path '../base.yaml' leaves the scenario's folder",
    ),
    "a base that is not there": (
        ("synthetic: true", "extends: base.yaml"),
        "base.yaml: the file cannot be read (No such file or directory)\n    -> check the path",
    ),
    "a scenario that extends itself": (
        ("synthetic: true", "extends: scenario.yaml"),
        "scenario.yaml:3: extends: the files extend one another in a circle: scenario.yaml -> scenario.yaml\n"
        "    -> let the base extend nothing",
    ),
    "an object to construct": (
        ("synthetic: true", "synthetic: !!python/object/apply:os.system [exit]"),
        "scenario.yaml:3: the tag tag:yaml.org,2002:python/object/apply:os.system is refused: "
        "files hold plain data only\n    -> remove the tag",
    ),
    "an unknown tag": (
        ("synthetic: true", "description: !include secret.txt"),
        "scenario.yaml:3: the tag !include is refused: files hold plain data only\n    -> remove the tag",
    ),
    "a key twice": (
        ("synthetic: true", "id: other"),
        "scenario.yaml:3: the key 'id' stands here twice\n    -> remove or rename one of the two",
    ),
    "a number that is none": (
        ("synthetic: true", "money: {step: .nan}"),
        "scenario.yaml:3: '.nan' is no usable number\n    -> write a plain number",
    ),
    "a bracket left open": (
        ("[东县, 西县]", "[东县, 西县"),
        "not valid YAML:",
    ),
}  # fmt: skip
"""Words replaced in the scenario, and the text of the problem, by fault."""


@pytest.mark.parametrize("fault", ADDED)
def test_each_fault_says_where_what_and_the_cure(refusal: Refusal, fault: str) -> None:
    """Each of these is the only problem."""
    pair, text = ADDED[fault]
    found = refusal(scenario=replaced(SCENARIO, pair))
    assert text in found
    assert found.count("    -> ") == 1


def test_links_that_lead_out_of_the_folder_are_refused(tmp_path: Path, refusal: Refusal) -> None:
    """A link is where it leads to."""
    outside = write_world(tmp_path / "outside").parent / "register"
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "linked").symlink_to(outside)
    world = write_world(tmp_path / "inside", scenario=replaced(SCENARIO, ("register: register", "register: linked")))
    with pytest.raises(ScenarioError, match="leaves the scenario's folder"):
        load(world)


def test_aliases_that_explode_are_refused(refusal: Refusal) -> None:
    """Ten aliases of ten aliases, nine times over, are a billion values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    text = refusal(scenario="\n".join(lines))
    assert text.endswith("too many values or levels, aliases (*name) written out\n    -> take the aliases away")


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"", "the file is empty"),
        (b"- a\n- b\n", "the file must hold keys and values"),
        ("id: 小例".encode("gb18030"), "the file is not in UTF-8"),
    ],
)
def test_files_that_are_no_scenario_are_refused(tmp_path: Path, content: bytes, finding: str) -> None:
    """Before anything else is looked at."""
    path = tmp_path / "scenario.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=finding):
        load(path)


def test_a_missing_scenario_is_no_bare_error(tmp_path: Path) -> None:
    """A user may mistype the path."""
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml: the file cannot be read"):
        load(tmp_path / "nowhere.yaml")
