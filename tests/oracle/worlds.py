"""How a hand-worked case is told, and the two smallest worlds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allocator.inputs.case import Case
from tests.builders import make_case


@dataclass(frozen=True)
class Worked:
    """A case, the goal values of its best plan (None: there is no plan), and why."""

    why: str
    parts: dict[str, Any]
    """What ``make_case`` takes."""
    values: dict[str, float] | None
    """Goals that matter to the example."""
    starts: dict[str, int] | None = None
    """Start year by project, where only one plan is best."""

    def case(self) -> Case:
        """The case in memory."""
        return make_case(**self.parts)


def two_roofs(**changes: Any) -> dict[str, Any]:
    """Two estates of 10 households: roof a costs 60, roof b 50; points 100 for each year in use left."""
    base: dict[str, Any] = {
        "estates": [{"estate": "a"}, {"estate": "b"}],
        "items": [{"estate": "a", "cost": 60}, {"estate": "b", "cost": 50}],
        "options": {"shortfall": False},
    }
    return {**base, **changes}


def one_roof(**changes: Any) -> dict[str, Any]:
    """One estate of 10 households with one roof of 100, which must start."""
    base: dict[str, Any] = {
        "estates": [{"estate": "a"}],
        "items": [{"estate": "a", "cost": 100}],
        "scenario": {"locks": {"a": "must"}},
    }
    return {**base, **changes}


GRANT = {"grant": {"payer": "government", "scope": "county"}}
RICH = [{"amount": 1000}]
