"""The least share of cost that residents bear, by class of works: which parts of cost it looks at.

Source: models/<id>/formulation.md, "Pools" and residents.
"""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from allocator.formulation.normal_form import rules_in_force
from allocator.formulation.readiness import value_on
from allocator.inputs.case import Case


def least_shares(case: Case) -> dict[str, Decimal]:
    """Least share by class in force; classes that ask for nothing are left out."""
    rules = case.policy.residents
    if rules is None or rules.least_share is None:
        return {}
    values = {name: value_on(dated, case) for name, dated in rules.least_share.classes.items()}
    return {name: value for name, value in values.items() if value is not None and value > 0}


def shared_classes(case: Case, parts: pd.DataFrame) -> pd.Series:
    """Class of each part that the least share of its class looks at, else "", by row of ``parts``.

    Parts whose rule lets residents pay, unit grants and the works that are not counted left out.
    """
    shares, residents = least_shares(case), case.policy.residents
    if residents is None or residents.least_share is None or not shares:
        return pd.Series("", index=parts.index, dtype=object)
    theirs = [
        name
        for name, rule in rules_in_force(case).items()
        if residents.payer in rule.shares and rule.shares[residents.payer].max > 0
    ]
    counted = (
        parts["work_class"].isin(list(shares)) & parts["rule"].isin(theirs) & (parts["grant_source"] == "")
        & ~parts["work"].isin(list(residents.least_share.not_works))
    )  # fmt: skip
    return parts["work_class"].where(counted, "").astype(object)
