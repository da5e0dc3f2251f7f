"""The least share of cost that residents bear, by class: what counts, and whether the plan keeps it: residents."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.inputs.schemas.base import in_force
from allocator.plan.audit.exact import fraction
from allocator.plan.audit.parts import bands_in_force
from allocator.plan.audit.report import Book


def least_shares(case: Case) -> dict[str, Fraction]:
    """Least share by class that is above zero on the scenario's date."""
    residents = case.policy.residents
    asked = residents.least_share.classes if residents and residents.least_share else {}
    values = {key: in_force(dated, case.scenario.as_of) for key, dated in asked.items()}
    return {key: fraction(value.value) for key, value in values.items() if value is not None and value.value > 0}


def shared_classes(case: Case, parts: pd.DataFrame) -> pd.Series:
    """Class of the parts that count, by part: residents may pay by their rule, no unit grant, no work left out."""
    asked, residents = least_shares(case), case.policy.residents
    if residents is None or residents.least_share is None:
        return pd.Series(dtype="str")
    counted = parts[parts["work_class"].isin(list(asked)) & (parts["grant"] == "")]
    counted = counted[~counted["work"].isin(residents.least_share.not_works)]
    bands = {rule: bands_in_force(case, rule).get(residents.payer) for rule in counted["rule"].unique()}
    theirs = [rule for rule, band in bands.items() if band is not None and band.max > 0]
    found: pd.Series = counted.loc[counted["rule"].isin(theirs), "work_class"]
    return found


def check_least_share(case: Case, parts: pd.DataFrame, dues: pd.Series, lines: pd.DataFrame, book: Book) -> None:
    """What residents bear at an estate of each class, against its share of the cost.

    ``dues`` by (part, year); ``lines``: payments with part and payer.
    """
    asked, residents = least_shares(case), case.policy.residents
    if residents is None or not asked:
        return
    classes = shared_classes(case, parts)
    counted = pd.DataFrame({"estate": parts["estate"].reindex(classes.index), "work_class": classes})
    counted["cost"] = dues.groupby("part").sum().reindex(classes.index, fill_value=0)
    paid = lines[lines["payer"] == residents.payer].groupby("part")["amount"].sum()
    counted["borne"] = paid.reindex(classes.index, fill_value=0)
    keys = ["estate", "work_class"]
    frame = counted.groupby(keys)[["cost", "borne"]].sum().reset_index()
    least = [asked[name] * int(cost) for name, cost in zip(frame["work_class"], frame["cost"], strict=True)]
    short = [share - int(borne) for share, borne in zip(least, frame["borne"], strict=True)]
    frame["least"] = [f">= {float(share):.2f}" for share in least]
    book.none(
        "residents", _("least share of residents, by estate and class of works"), frame,
        np.array([gap >= 1 for gap in short], dtype=bool), (keys, "borne", "least"), tolerance=_("less than one step"),
    )  # fmt: skip
