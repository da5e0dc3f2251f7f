"""Bonds: quota, stock ceiling, service ceiling to the last repayment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from allocator.formulation.columns import Columns
from allocator.formulation.debt import all_quotas, county_of, county_quotas, lot_sizes, service_terms, special_bonds
from allocator.formulation.frames import summed
from allocator.formulation.index import Index
from allocator.formulation.rows import COUNTY, Rows, make_rows, term


def bonds(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Keep issues within quotas, and each county's stock and service under their ceilings.

    .. math::
        lot_b \, issue_{b,p,y} \le quota_{b,p,y} \\
        existing_{c,\tau} + \sum_{b, y \le \tau} (lot_b - repaid_{b,\tau-y}) issue_{b,p,y} \le ceiling_{c,\tau} \\
        existing\ service_{c,\tau} + \sum_{b,y} service_{b,\tau-y} \, issue_{b,p,y} \le service\ ceiling_{c,\tau}

    General debt and special debt have ceilings of their own; special bonds are issued at the areas of a county, which
    may have a quota for all of them. Service inside the payment years also draws on the county's account
    (source_limits). Steps of money.
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
    wide = county_quotas(case, index.payment_years)
    key = ["bond", "county", "year"]
    upper, together = wide["amount"].to_numpy(float), [term(issue[[*key, "col", "lot"]], "lot")]
    by_county = make_rows("bonds.county_quota", wide[key], together, upper=upper, reach=COUNTY, unit="money")
    due = service_terms(case, columns["issue"])
    rows = [within, by_county]
    for kind, prefix in (("general", ""), ("special", "special_")):
        own, owed = (f[f["bond"].isin(list(special_bonds(case))) == (kind == "special")] for f in (issue, due))
        rows += [_stock(index, own, owed, prefix), _service(index, owed, prefix)]
    return tuple(rows)


def _stock(index: Index, issue: pd.DataFrame, due: pd.DataFrame, prefix: str) -> Rows:
    debt = index.case.register.debt.dropna(subset=[f"{prefix}stock_ceiling"])
    keys = debt[["county", "year"]].astype({"year": np.int64})
    issued = issue[["county", "year", "col", "lot"]].rename(columns={"year": "event", "lot": "change"})
    repaid = due[["county", "year", "col"]].rename(columns={"year": "event"})
    repaid["change"] = -due["principal"].astype(float)
    events = keys.merge(pd.concat([issued, repaid]), on="county")
    events = events[events["event"] <= events["year"]]
    outstanding = summed(events, ["county", "year", "col"], "change")
    room = (debt[f"{prefix}stock_ceiling"] - debt[f"{prefix}existing_stock"]).to_numpy(float)
    kind, terms = f"bonds.{prefix}stock", [term(outstanding, "change")]
    return make_rows(kind, keys, terms, upper=room, reach=COUNTY, unit="money")


def _service(index: Index, due: pd.DataFrame, prefix: str) -> Rows:
    debt = index.case.register.debt.dropna(subset=[f"{prefix}service_ceiling"])
    keys = debt[["county", "year"]].astype({"year": np.int64})
    room = (debt[f"{prefix}service_ceiling"] - debt[f"{prefix}existing_service"]).to_numpy(float)
    due = due[["county", "year", "col", "amount"]].astype({"amount": float})
    kind, terms = f"bonds.{prefix}service", [term(due, "amount")]
    return make_rows(kind, keys, terms, upper=room, reach=COUNTY, unit="money")
