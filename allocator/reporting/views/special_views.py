"""Views of special-bond projects: what each area issues, invests, earns and owes."""

from __future__ import annotations

import pandas as pd

from allocator.reporting.figures import Figures, rank


def special_projects(f: Figures) -> pd.DataFrame:
    """One row per area with a quota of special bonds; ratios and years of areas that issue nothing are blank."""
    table = f.table("special_bonds")
    issued = table["issued"] > 0
    rows = table.assign(
        name=table["name"].where(table["name"] != "", table["area"]),
        place=table["county"].map(f.place),
        bond_name=[" / ".join(f.label("bonds", bond) for bond in bonds.split("|")) for bonds in table["bonds"]],
        review_text=[f.say("review", state) if state else "" for state in table["review"]],
        pending=table["issued"] - table["firm"],
        order=rank(table["county"], f.counties),
    )
    for name in ("cover", "cover_all_debt", "capital_share"):
        rows[name] = rows[name].where(issued)
    for name in ("first_income", "last_income"):
        rows[name] = rows[name].astype("Int64").mask(rows[name] == 0)
    return rows.sort_values(["order", "area"])


def special_years(f: Figures) -> pd.DataFrame:
    """One row per area that issues and year, to the last repayment; ``section`` is the area."""
    table = f.table("special_years")
    names = f.table("special_bonds").set_index("area")["name"]
    named = table["area"].map(names).fillna("")
    rows = table.assign(
        section=named.where(named != "", table["area"]),
        service=table["principal"] + table["interest"],
        order=rank(table["county"], f.counties),
    )
    return rows.sort_values(["order", "area", "year"])
