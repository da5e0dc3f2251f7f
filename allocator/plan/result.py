"""The plan: its tables, its manifest, and the case it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from allocator.inputs.case import Case
from allocator.plan.tables import TABLES


@dataclass(frozen=True)
class Plan:
    """An audited plan.

    Attributes
    ----------
    case: the inputs it answers.
    tables: frames by name, as in ``plan.tables.TABLES`` (money in whole steps), and ``prices`` of the proof.
    manifest: status, goals, gaps, baseline, seconds, versions, inputs, audit; as written to ``manifest.json``.
    """

    case: Case
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, object]

    @property
    def status(self) -> str:
        """Why solving of the headline goal stopped: ``optimal``, ``gap_reached`` or ``time_limit``."""
        return str(self.manifest["status"])

    @property
    def objective(self) -> float:
        """Value of the headline goal."""
        return float(self.manifest["objective"])  # type: ignore[arg-type]

    @property
    def bound(self) -> float:
        """Proven bound of the headline goal."""
        return float(self.manifest["bound"])  # type: ignore[arg-type]

    @property
    def gap(self) -> float:
        """|bound - objective| / max(|objective|, 1)."""
        return float(self.manifest["gap"])  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Table ``name`` (``plan.payments`` …)."""
        if name in TABLES:
            return self.tables[name]
        msg = f"a plan has no attribute {name!r}; its tables are {', '.join(TABLES)}"
        raise AttributeError(msg)
