"""Views of formula grants: the four totals that a bureau submits, and the money they bring."""

from __future__ import annotations

import pandas as pd

from allocator.reporting.figures import Figures, rank


def formula_totals(f: Figures) -> pd.DataFrame:
    """One row per formula grant, start year and place; ``section`` is the grant. No rows without a formula."""
    rows = f.table("formula_totals")
    rows = rows.assign(
        name=[f.place(place) if place else f.say("words", "city") for place in rows["place"]],
        section=[f.source(source) for source in rows["source"]],
        source_order=rank(rows["source"], list(f.run.case.policy.sources)),
        place_order=rank(rows["place"], ["", *f.counties]),
    )
    return rows.sort_values(["source_order", "start_year", "place_order"])
