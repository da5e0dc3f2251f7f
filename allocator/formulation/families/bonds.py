"""General bonds: quota, stock ceiling, service ceiling to the last repayment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.debt import all_quotas, county_of, lot_sizes, service_terms
from allocator.formulation.frames import summed
from allocator.formulation.index import Index
from allocator.formulation.rows import COUNTY, Rows, make_rows, term


def bonds(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Keep issues within quotas, and each county's stock and service under their ceilings.

    .. math::
        lot_b \, issue_{b,c,y} \le quota_{b,c,y} \\
        existing_{c,\tau} + \sum_{b, y \le \tau} (lot_b - repaid_{b,\tau-y}) issue_{b,c,y} \le ceiling_{c,\tau} \\
        existing\ service_{c,\tau} + \sum_{b,y} service_{b,\tau-y} \, issue_{b,c,y} \le service\ ceiling_{c,\tau}

    Service inside the payment years also draws on the county's account (source_limits). Steps of money.
    Source: register 债务 and 资金额度, policy ``bonds``; formulation.md, bonds.
    """
    case, issue = index.case, columns["issue"]
    issue = issue.assign(
        lot=issue["bond"].map(lot_sizes(case)).astype(float), county=issue["place"].map(county_of(case))
    )
    key = ["bond", "place", "year"]
    quota = issue.drop(columns="county").merge(all_quotas(case, index.payment_years), on=key)
    most = quota["amount"].to_numpy(float)
    within = make_rows("bonds.quota", quota[key], [term(quota, "lot")], upper=most, reach=COUNTY, unit="money")
    return within, _stock(index, columns, issue), _service(index, columns)


def _stock(index: Index, columns: Columns, issue: pd.DataFrame) -> Rows:
    debt = index.case.register.debt.dropna(subset=["stock_ceiling"])
    keys = debt[["county", "year"]].astype({"year": np.int64})
    issued = issue[["county", "year", "col", "lot"]].rename(columns={"year": "event", "lot": "change"})
    due = service_terms(index.case, columns["issue"])
    repaid = due[["county", "year", "col"]].rename(columns={"year": "event"})
    repaid["change"] = -due["principal"].astype(float)
    events = keys.merge(pd.concat([issued, repaid]), on="county")
    events = events[events["event"] <= events["year"]]
    outstanding = summed(events, ["county", "year", "col"], "change")
    room = (debt["stock_ceiling"] - debt["existing_stock"]).to_numpy(float)
    return make_rows("bonds.stock", keys, [term(outstanding, "change")], upper=room, reach=COUNTY, unit="money")


def _service(index: Index, columns: Columns) -> Rows:
    debt = index.case.register.debt.dropna(subset=["service_ceiling"])
    keys = debt[["county", "year"]].astype({"year": np.int64})
    room = (debt["service_ceiling"] - debt["existing_service"]).to_numpy(float)
    due = service_terms(index.case, columns["issue"])[["county", "year", "col", "amount"]]
    terms = [term(due.assign(amount=due["amount"].astype(float)), "amount")]
    return make_rows("bonds.service", keys, terms, upper=room, reach=COUNTY, unit="money")
