"""What intake needs of a scenario: counties, money and the names of its policy model; its register is not read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.headings import nearest
from allocator.inputs.policy_files import read_policy
from allocator.inputs.references import policy_names
from allocator.inputs.register_reader import Names
from allocator.inputs.scenario_files import read_scenario
from allocator.inputs.schema_errors import validated
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario


@dataclass(frozen=True)
class Setting:
    """A scenario without its register."""

    scenario: Scenario
    policy: dict[str, Any]
    """The policy model as read, with the scenario's changes to it."""
    model: PolicyModel | None
    """The same, checked; None when it is not right in form: ``validate`` says why."""

    def names(self, part: str) -> Names:
        """Names of a ``part`` of the policy model: works, sources, gates or routes."""
        return policy_names(self.policy, part)

    def label(self, part: str, key: str, language: str) -> str:
        """Name of an entry of the policy model in ``language``; its id when a label would not lead back to it."""
        entry = self.policy[part][key]
        label = entry.get("label") if isinstance(entry, dict) else None
        word = str(label.get(language) or "") if isinstance(label, dict) else ""
        return word if word and self.names(part).find(word) == key else key

    def county(self, written: str) -> str:
        """County of the scenario called ``written``.

        Raises
        ------
        ScenarioError
            When the scenario has no such county.
        """
        found = Names(self.scenario.counties).find(written)
        if found is None:
            near = nearest(written, list(self.scenario.counties))
            cure = (
                _("did you mean {name!r}?").format(name=near)
                if near
                else _("known: {names}").format(names=", ".join(self.scenario.counties))
            )
            raise ScenarioError([Problem(written, _("the scenario has no such county"), cure)])
        return found


def read_setting(path: Path) -> Setting:
    """Read a scenario and its policy model, without the register: there may be none yet.

    Raises
    ------
    ScenarioError
        When the scenario or its policy model cannot be read.
    """
    files = read_scenario(path)
    problems: list[Problem] = []
    scenario = validated(Scenario, files.tree, problems)
    if scenario is None:
        raise ScenarioError(problems)
    policy = read_policy(scenario.policy_model, files).tree.merged(files.tree.under("policy"))
    return Setting(scenario, policy.data, validated(PolicyModel, policy, []))
