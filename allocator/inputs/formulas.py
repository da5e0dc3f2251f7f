"""Formula grants on the scenario's date."""

from __future__ import annotations

from datetime import date

from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.policy import PolicyModel


def with_formulas_in_force(policy: PolicyModel, as_of: date) -> PolicyModel:
    """The policy model without formulas that are not in force yet, or no longer; their sources keep their limits."""
    ended = {
        name: source.model_copy(update={"formula": None})
        for name, source in policy.sources.items()
        if source.formula is not None and in_force((source.formula,), as_of) is None
    }
    return policy.model_copy(update={"sources": {**policy.sources, **ended}}) if ended else policy
