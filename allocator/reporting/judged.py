"""An evaluated list seen through the eyes of a report: the comparison with the own plan, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from allocator.analysis.evaluate import Evaluation
from allocator.reporting.compared import Compared
from allocator.reporting.figures import Figures


@dataclass(frozen=True)
class Judged(Compared):
    """An evaluation with its words; ``last`` is the priced list."""

    evaluation: Evaluation = field(kw_only=True)
    base: Figures = field(kw_only=True)
    """The own plan."""

    @property
    def title_values(self) -> Mapping[str, object]:
        """What replaces ``{name}`` in titles: the scenario and the list's file."""
        return {**super().title_values, "list": self.evaluation.asked.listing.name}
