"""The plan's tables: names, columns and kinds, written as Parquet and CSV and read by audit and reports."""

from __future__ import annotations

from typing import Literal

Kind = Literal["text", "int", "money", "number", "bool"]
"""``money``: whole steps (int64) in memory, exact decimals in the money unit in files."""

TABLES: dict[str, dict[str, Kind]] = {
    # One row per estate of the register, started or not.
    "estates": {
        "estate": "text",
        "name": "text",
        "county": "text",
        "project": "text",
        "area": "text",
        "households": "int",
        "buildings": "int",
        "floor_area": "number",
        "built_year": "int",
        "listed_year": "int",  # 列入年度, 0: not listed
        "batch": "text",
        "listing_document": "text",
        "longitude": "number",
        "latitude": "number",
        "hazard": "bool",
        "ready_year": "int",  # 0: never
        "state": "text",  # started | not_eligible | not_ready | not_chosen
        "reason": "text",  # code, see plan/reasons.py; "" when started
        "reason_detail": "text",  # what the code is about (gate ids, status, source id …)
        "start_year": "int",  # 0: not started
        "baseline_year": "int",  # start year in the baseline, 0: not started there
        "points": "number",  # in the plan when started, else at its earliest possible start
        "cost": "money",  # works done when started, else required works
    },
    "projects": {
        "project": "text",
        "name": "text",
        "county": "text",
        "body": "text",
        "approval": "text",
        "start_year": "int",
        "route": "text",
        "estates": "int",
        "buildings": "int",
        "households": "int",
        "floor_area": "number",
        "cost": "money",
        "works_cost": "money",
        "other_fees": "money",
        "contingency": "money",
        "points": "number",
    },  # started projects only
    "works": {
        "item": "text",
        "estate": "text",
        "project": "text",
        "work": "text",
        "work_class": "text",
        "required": "bool",
        "year": "int",  # 0: not done
        "route": "text",
        "cost": "money",
        "works_cost": "money",
        "other_fees": "money",
        "contingency": "money",
        "saving": "money",
        "points": "number",
    },  # items of started projects; cost, and what it is made up of, are net of saving
    # One row per project x estate x item x part x source x year.
    "payments": {
        "project": "text",
        "estate": "text",
        "county": "text",
        "item": "text",
        "component": "text",
        "part": "text",
        "payer": "text",
        "source": "text",
        "level": "text",
        "ledger": "text",
        "year": "int",
        "amount": "money",
        "firm": "money",  # firm: what of the amount is 已落实
        "rule": "text",
        "clause": "text",
        "document": "text",
        "since": "text",
        "basis": "text",
        "stands_in": "bool",  # 政府代担
    },  # source "shortfall" is the last resort; its payer is the one it stands in for
    # 续建: bills of projects under way in the payment years, paid before any new start.
    "running": {
        "project": "text",
        "name": "text",
        "kind": "text",  # project, or debt_service: bonds issued before, which are no project
        "county": "text",
        "start_year": "int",  # 0: not told
        "estates": "int",
        "households": "int",
        "source": "text",
        "level": "text",
        "ledger": "text",
        "year": "int",
        "amount": "money",
        "firm": "money",
    },
    # How arrivals are used, oldest first; place "" is the whole city.
    "source_use": {
        "source": "text",
        "place": "text",
        "arrival_year": "int",
        "year": "int",
        "project": "text",  # project under way whose own carried money pays its own bill; "" money for any
        "amount": "money",
        "firm": "money",
    },
    # 调剂: carried money that arrived for a project under way; carried = own + amount + left.
    "reallocations": {
        "source": "text",
        "place": "text",
        "arrival_year": "int",
        "project": "text",
        "carried": "money",
        "own": "money",  # pays the project's own bills
        "amount": "money",  # moved to other uses
        "left": "money",  # neither; lapses when its time is over
        "price": "number",  # of a yuan moved, in yuan of county money
    },
    # One row per account and payment year.
    "accounts": {
        "source": "text",
        "place": "text",
        "year": "int",
        "limit": "money",
        "firm_limit": "money",
        "formula": "money",
        "bonds": "money",
        "excess": "money",  # 超额自筹: found beyond the limit, where limits are elastic; never firm
        "carried_in": "money",
        "running": "money",
        "service": "money",
        "paid": "money",
        "carried_out": "money",
        "lapsed": "money",
        "unlimited": "bool",
    },
    # 资金来源总表: what every source brings and bears in a county and year. Every row adds up:
    # limit + formula + bonds + excess + as_needed + carried_in + shared
    # = running + service + paid + carried_out + lapsed.
    "source_tree": {
        "county": "text",  # "": accounts of the whole city, before counties spend from them
        "year": "int",  # a payment year; a sum for all years comes in the first
        "level": "text",
        "ledger": "text",
        "source": "text",
        "limit": "money",
        "firm_limit": "money",
        "formula": "money",
        "bonds": "money",
        "excess": "money",  # 超额自筹
        "as_needed": "money",  # of sources without limit, and of residents of projects under way
        "carried_in": "money",
        "shared": "money",  # from the city's accounts to the counties that spend it: sums to zero over the city
        "running": "money",
        "service": "money",
        "paid": "money",
        "firm": "money",  # what of running and paid is 已落实
        "carried_out": "money",
        "lapsed": "money",  # at the end of the year; of a sum for all years, what is left after the last
    },
    # 任务量与补助测算: what each formula grant counts and brings, by place and year of the starts.
    "formula_totals": {
        "source": "text",
        "place": "text",
        "start_year": "int",
        "estates": "int",
        "households": "int",
        "buildings": "int",
        "floor_area": "number",
        "running_estates": "int",  # of projects under way that started in the year; they bring nothing here
        "running_households": "int",
        "by_household": "money",
        "by_floor_area": "money",
        "by_building": "money",
        "by_estate": "money",
        "factor": "number",  # performance factor, counted in the four before
        "gained": "money",  # their sum
        "arrival_year": "int",
        "fixed": "money",  # declared limit of the arrival year
        "total": "money",
    },
    # One row per bond, place of issue and year with a quota. The place is a county (general) or an area (special);
    # the proceeds arrive there. ``county`` is the county the place lies in.
    "bonds": {
        "bond": "text",
        "kind": "text",  # general | special
        "place": "text",
        "county": "text",
        "year": "int",
        "lots": "int",
        "amount": "money",
        "quota": "money",
    },
    "debt": {
        "county": "text",
        "year": "int",
        "issued": "money",
        "principal": "money",  # that is charged: what is due less what is refinanced
        "interest": "money",
        "refinanced": "money",  # 再融资: principal due that new bonds repay, still in the stock
        "existing_service": "money",
        "service_ceiling": "money",
        "stock": "money",
        "stock_ceiling": "money",
        "special_issued": "money",  # the columns before are general debt, these special debt of the county's areas
        "special_principal": "money",
        "special_interest": "money",
        "special_topup": "money",  # what the county pays of the service; income of the projects pays the rest
        "special_existing_service": "money",
        "special_service_ceiling": "money",
        "special_stock": "money",
        "special_stock_ceiling": "money",
    },  # ceiling -1: none declared; all years to the last repayment
    # 现金流量: every row adds up: opening + arrived + issued + excess + shared + shortfall + later_budgets
    # = running + paid + interest + repaid + topup + lapsed + closing. Income of special-bond projects is not in it.
    "cash": {
        "county": "text",  # "": accounts of the whole city
        "year": "int",  # all years to the last repayment
        "opening": "money",
        "arrived": "money",  # limits, formula money, and money that comes as it is asked for
        "issued": "money",
        "excess": "money",  # 超额自筹: what a local level must find beyond its limits
        "shared": "money",
        "shortfall": "money",
        "later_budgets": "money",  # service that budgets of years after the payment years must find
        "running": "money",
        "paid": "money",  # for new starts, shortfall included
        "interest": "money",
        "repaid": "money",  # of general bonds, like interest
        "topup": "money",  # added to the income of projects to pay their special bonds
        "lapsed": "money",
        "closing": "money",
        "existing_service": "money",  # of older debt, which no account of the plan bears
        "service_ceiling": "money",  # -1: none declared
        "stock": "money",
        "stock_ceiling": "money",  # -1: none declared
    },
    # 专项债项目: one row per area with a quota of special bonds, issued or not.
    "special_bonds": {
        "area": "text",
        "name": "text",
        "county": "text",
        "bonds": "text",  # ids, joined by |
        "review": "text",  # none | submitted | passed | refused
        "approved": "money",  # quota of all years
        "issued": "money",
        "firm": "money",  # issued under a firm quota
        "investment": "money",  # cost of the works done, savings taken off
        "other_debt": "money",
        "capital_share": "number",  # 1 - (issued + other debt) / investment; 0 without investment
        "term": "int",  # longest of its bonds
        "first_income": "int",  # 0: no income
        "last_income": "int",
        "income": "money",  # of all years
        "income_in_life": "money",  # after the first issue, to the last repayment
        "service": "money",  # principal and interest of the bonds, all years
        "other_service": "money",
        "cover": "number",  # income_in_life / service, discounted where the rules say so; 0 without bonds
        "cover_all_debt": "number",  # income / (service + other service), likewise
        "topups": "money",  # what the county adds, all years
    },
    # One row per area with special bonds and year, to the last repayment: reserve = before + income + topup - service.
    "special_years": {
        "area": "text",
        "county": "text",
        "year": "int",
        "issued": "money",
        "income": "money",
        "principal": "money",
        "interest": "money",
        "topup": "money",  # charged to the county's account in the payment years, later only shown
        "reserve": "money",
        "stock": "money",
    },
    "shortfall": {"county": "text", "year": "int", "amount": "money"},
    # Money of the plan that falls due after the plan year, by county and source.
    "later_years": {"county": "text", "source": "text", "year": "int", "amount": "money", "firm": "money"},
    "tasks": {
        "county": "text",
        "year": "int",
        "measure": "text",  # measure: estates | households; county "" is the city
        "minimum": "int",
        "maximum": "int",  # -1: none
        "planned": "int",  # running projects that started in the year included
        "breach": "int",
    },
    "bundles": {"area": "text", "name": "text", "county": "text", "year": "int", "estates": "int", "points": "number"},
    # Projects whose start differs from the adopted plan.
    "moves": {
        "project": "text",
        "name": "text",
        "county": "text",
        "households": "int",
        "kind": "text",  # added 调入 | dropped 调出 | moved 年度变动
        "adopted_year": "int",  # 0: not in the adopted plan
        "start_year": "int",  # 0: not started
        "reason": "text",  # code, see plan/reasons.py
        "reason_detail": "text",
    },
    # Estates that cannot start, and works that cannot be done at started ones, because residents' pledges fall short.
    "blocked_pledges": {
        "estate": "text",
        "name": "text",
        "county": "text",
        "item": "text",  # "": the estate itself, with its required works
        "work": "text",
        "pledged": "money",  # by all channels of the residents
        "counted": "money",  # of it, what counts: no vote asked for, or passed
        "needed": "money",  # what residents must bear at least
        "least_share": "money",  # of it, what only their least share asks for
        "short": "money",
        "participation": "number",  # stated share of households, where it is below the gate's; -1: not so
        "cure": "text",  # vote | pledge | participation, separated by commas
    },
    # 越级名单: ready estates not started while a lower score in their county is.
    "passed_over": {
        "estate": "text",
        "county": "text",
        "points": "number",
        "cost": "money",
        "taken_estate": "text",
        "taken_points": "number",
        "taken_cost": "money",
        "taken_year": "int",
        "reason": "text",
    },
}
"""Column -> kind by table, in file order."""
