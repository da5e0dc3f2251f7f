"""Special bonds are issued only by areas whose works carry them: capital, cover, income to the last repayment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.debt import lot_sizes
from allocator.formulation.debt import special_bonds as bonds_of_areas
from allocator.formulation.frames import summed
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, term
from allocator.formulation.special import (
    debt_service,
    income_terms,
    investment_terms,
    other_debts,
    present_income,
    rule_value,
)


def special_bonds(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Keep each area's bonds within what its works cost and earn.

    .. math::
        \sum lot_b \, issue_{b,a,y} + other_a \, borrows_a \le (1 - capital) \cdot investment_a \\
        cover \sum_{y \ge s, \, y + n_b \le e} service_b \, issue_{b,a,y} \le \sum_{s < \tau \le e} income_{a,\tau} \\
        cover_{all} \, (\sum service_b \, issue_{b,a,y} + other\ service_a \, borrows_a) \le \sum_\tau income_{a,\tau}

    The second row, for every year s of issue and e of last repayment, says that each bond is covered by income of its
    own life, every yuan of it used once. Income still flows in the year of the last repayment. Areas without a quota
    have no columns and no rows. Steps of money. Source: policy ``special_bonds``, register 片区 and 片区收益;
    formulation.md, special_bonds.
    """
    issue = columns["issue"]
    issue = issue[issue["bond"].isin(list(bonds_of_areas(index.case)))]
    if issue.empty:
        return ()
    income = income_terms(index, columns)
    service = debt_service(index, columns)
    present = present_income(index, income)
    return (
        *_capital(index, columns, issue),
        *_cover(index, service, present),
        *_all_debt(index, columns, service, present),
        _life(columns, service, income),
        _borrows(columns, issue),
    )


def _capital(index: Index, columns: Columns, issue: pd.DataFrame) -> tuple[Rows, ...]:
    share = rule_value(index.case, index.case.policy.special_bonds.capital_share)
    if share is None:
        return ()
    borrowed = issue.assign(lot=issue["bond"].map(lot_sizes(index.case)).astype(float))[["place", "col", "lot"]]
    loans = columns["borrows"].merge(other_debts(index.case), on="place")
    spent = investment_terms(index, columns)
    spent = spent.assign(amount=-spent["amount"].astype(float) * float(1 - share))
    terms = [term(borrowed, "lot"), term(loans[["place", "col", "principal"]], "principal"), term(spent, "amount")]
    return (make_rows("special_bonds.capital", _places(issue), terms, upper=0.0, unit="money"),)


def _cover(index: Index, service: pd.DataFrame, income: pd.DataFrame) -> tuple[Rows, ...]:
    ratio = rule_value(index.case, index.case.policy.special_bonds.cover)
    if ratio is None:
        return ()
    starts = service[["place", "year"]].drop_duplicates().rename(columns={"year": "from"})
    ends = service[["place", "last"]].drop_duplicates().rename(columns={"last": "until"})
    spans = starts.merge(ends, on="place")
    owed = spans.merge(service, on="place")
    owed = owed[(owed["year"] >= owed["from"]) & (owed["last"] <= owed["until"])]
    owed["amount"] = owed["service"].astype(float) * float(ratio)
    keys = owed[["place", "from", "until"]].drop_duplicates().sort_values(["place", "from", "until"])
    earned = _within(keys, income)
    terms = [term(owed[["place", "from", "until", "col", "amount"]], "amount"), term(earned, "amount")]
    return (make_rows("special_bonds.cover", keys, terms, upper=0.0, unit="money"),)


def _within(spans: pd.DataFrame, income: pd.DataFrame) -> pd.DataFrame:
    """Income after ``from`` and not after ``until``, taken off."""
    inside = spans.merge(income, on="place")
    inside = inside[(inside["year"] > inside["from"]) & (inside["year"] <= inside["until"])]
    inside = summed(inside, ["place", "from", "until", "col"], "amount")
    return inside.assign(amount=-inside["amount"].astype(float))


def _all_debt(index: Index, columns: Columns, service: pd.DataFrame, income: pd.DataFrame) -> tuple[Rows, ...]:
    ratio = rule_value(index.case, index.case.policy.special_bonds.cover_all_debt)
    if ratio is None:
        return ()
    owed = service.assign(amount=service["service"].astype(float) * float(ratio))[["place", "col", "amount"]]
    loans = columns["borrows"].merge(other_debts(index.case), on="place")
    loans = loans.assign(amount=loans["service"].astype(float) * float(ratio))[["place", "col", "amount"]]
    earned = summed(income, ["place", "col"], "amount")
    earned = earned.assign(amount=-earned["amount"].astype(float))
    terms = [term(frame, "amount") for frame in (owed, loans, earned)]
    return (make_rows("special_bonds.all_debt", _places(service), terms, upper=0.0, unit="money"),)


def _life(columns: Columns, service: pd.DataFrame, income: pd.DataFrame) -> Rows:
    """No lot whose last repayment falls in a year in which nothing done earns income any more."""
    key = ["bond", "place", "year"]
    most = np.concatenate(columns.upper)
    late = service.assign(lots=most[service["col"].to_numpy(np.int64)])
    flowing = late.drop(columns="col").merge(
        income[["place", "year", "col"]].rename(columns={"year": "last"}), on=["place", "last"]
    )
    terms = [term(late[[*key, "col"]], 1.0), term(flowing.assign(lots=-flowing["lots"])[[*key, "col", "lots"]], "lots")]
    return make_rows("special_bonds.life", late[key], terms, upper=0.0)


def _borrows(columns: Columns, issue: pd.DataFrame) -> Rows:
    """Whether an area with other debt issues anything."""
    borrows = columns["borrows"]
    lots = issue.assign(most=np.concatenate(columns.upper)[issue["col"].to_numpy(np.int64)])
    most = borrows.merge(summed(lots, ["place"], "most"), on="place")
    terms = [
        term(issue[["place", "col"]], 1.0),
        term(most.assign(most=-most["most"])[["place", "col", "most"]], "most"),
    ]
    return make_rows("special_bonds.borrows", borrows[["place"]], terms, upper=0.0)


def _places(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[["place"]].drop_duplicates().sort_values("place")
