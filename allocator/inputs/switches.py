"""Rules that one line of a scenario switches off, where more than rows of the programme has to go with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from allocator.inputs.register_reader import Sheets
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario

ROUTES = "routes"
"""Family whose switch joins all routes into one."""


def joined_routes(
    policy: PolicyModel, frames: dict[str, pd.DataFrame], scenario: Scenario
) -> tuple[PolicyModel, dict[str, pd.DataFrame]]:
    """Policy model and register without routes when that family is off: every source may pay beside every other.

    Costs hang on the route of a project, so routes cannot be left open; there is one then, with all sources, and no
    source asks for the year of a list.
    """
    if ROUTES not in scenario.options.rules_off:
        return policy, frames
    free = {
        name: source.model_copy(update={"excludes": (), "listed_year": None}) for name, source in policy.sources.items()
    }
    projects = frames["projects"]
    single = pd.Series([()] * len(projects), index=projects.index, dtype="object")
    return policy.model_copy(update={"routes": {}, "sources": free}), {
        **frames, "projects": projects.assign(routes=single),
    }  # fmt: skip


def with_former_gates(policy: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The policy model as plain data, with the gates that changes took away: the register still names them."""
    former, current = before.get("gates"), policy.get("gates")
    if not isinstance(former, dict):
        return dict(policy)
    return {**policy, "gates": {**former, **(current if isinstance(current, dict) else {})}}


def drop_former_gates(sheets: Sheets, policy: Mapping[str, Any]) -> None:
    """Leave out rows of gates that changes took away."""
    current, frame = policy.get("gates"), sheets.frames["gates"]
    kept = set(current) if isinstance(current, dict) else set()
    sheets.frames["gates"] = frame[frame["gate"].isin(kept) | (frame["gate"] == "")]
