"""One yuan of each source, followed from its limit to a component of the teaching case; writes the page of the docs.

``python -m tests.one_yuan`` solves the case and renews ``scenarios/teaching/one-yuan.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

import allocator
from allocator.formulation.build import formulate
from allocator.inputs.case import Case
from allocator.inputs.load import load

TEACHING = Path(__file__).resolve().parents[1] / "scenarios" / "teaching"
PAGE = TEACHING / "one-yuan.md"

HEAD = """\
# 一元钱的去向 · One yuan, followed

*English summary: for each source of the teaching case, the account and year with most to tell, from its limit to one
payment line. What comes is what goes; a pool's money is divided among its components; every line names clause and
document. Amounts in 万元.*

教学案例的最优方案(`allocator run teaching`)。每个来源取收支项目最多的一个账户和其中一笔:额度从哪里来、
先付什么、还剩多少,进哪个资金池,落到哪个小区的哪一项。
数字由程序算出,`tests/test_one_yuan.py` 逐字核对,改了案例而没改本页会报错。
"""

WORDS = {
    "limit": "额度", "formula": "因素法", "bonds": "发行债券", "carried_in": "上年结转", "running": "续建",
    "service": "还本付息", "paid": "新开工", "carried_out": "结转下年", "lapsed": "失效",
}  # fmt: skip


def page(case: Case, tables: dict[str, pd.DataFrame]) -> str:
    """The whole page."""
    parts, pools = _pools(case)
    sections = [_section(case, tables, source, parts, pools) for source in case.policy.sources]
    return HEAD + "".join(sections)


def _pools(case: Case) -> tuple[dict[str, str], dict[str, int]]:
    """Name of the pool of each part, and how many parts each pool has; the case has one route."""
    index = formulate(case).index
    members = index.pools.members
    names = members["pool"].map(index.pools.table["pool"])
    by_part = dict(zip(members["part_row"].map(index.parts["part"]), names, strict=True))
    return by_part, names.value_counts().to_dict()


def _section(
    case: Case, tables: dict[str, pd.DataFrame], source: str, pool_of: dict[str, str], size: dict[str, int]
) -> str:
    accounts = tables["accounts"]
    paying = accounts[(accounts["source"] == source) & (accounts["paid"] > 0)]
    if paying.empty:
        return f"\n## {case.policy.sources[source].label.zh} ({source})\n\n本方案未用。\n"
    told = (paying[list(WORDS)] > 0).sum(axis=1)
    account = paying.assign(told=-told).sort_values(["told", "year", "place"]).iloc[0]
    lines = tables["payments"]
    lines = lines[lines["source"] == source]
    at_estate = case.policy.sources[source].scope == "estate"
    here = lines[lines["estate" if at_estate else "county"] == account["place"]]
    line = (here if at_estate else here[here["year"] == account["year"]]).iloc[0]
    came = [(WORDS[name], int(account[name])) for name in ("carried_in", "limit", "formula", "bonds")]
    went = [(WORDS[name], int(account[name])) for name in ("running", "service", "paid", "carried_out", "lapsed")]
    pool = pool_of[line["part"]]
    share = (
        here.loc[here["part"].map(pool_of) == pool, "amount"] if at_estate else _of_pool(here, account, pool_of, pool)
    )
    when = "各年合计" if account["year"] == 0 else f"{account['year']}年"
    label, shown = case.policy.sources[source].label.zh, " · ".join(word for word in pool.split("|") if word)
    return (
        f"\n## {label} ({source})\n\n"
        "| 步骤 step | 数 figures |\n|---|---|\n"
        f"| 账户 account | {account['place'] or '全市'},{when} |\n"
        f"| 来 comes | {_sum(came)} |\n"
        f"| 去 goes | {_sum(went)} |\n"
        f"| 资金池 pool | `{shown}`,{size[pool]} 个部分可入,本账户付 {int(share.sum())} |\n"
        f"| 落到 component | {line['project']} {line['item']} / {line['component']},出资主体 {_payer(case, line)},"
        f"{line['year']}年 {line['amount']} |\n"
        f"| 依据 basis | 规则 {case.policy.rules[line['rule']].label.zh},{line['clause']},"
        f"{case.policy.documents[line['document']].title},{'条文' if line['basis'] == 'law' else '假设'} |\n"
    )


def _of_pool(here: pd.DataFrame, account: pd.Series[Any], pool_of: dict[str, str], pool: str) -> pd.Series[Any]:
    same = (here["year"] == account["year"]) & (here["part"].map(pool_of) == pool)
    return here.loc[same, "amount"]


def _payer(case: Case, line: pd.Series[Any]) -> str:
    return case.policy.payers[line["payer"]].label.zh


def _sum(terms: list[tuple[str, int]]) -> str:
    kept = [(name, amount) for name, amount in terms if amount]
    return " + ".join(f"{name} {amount}" for name, amount in kept) + f" = {sum(amount for _name, amount in kept)}"


def computed() -> str:
    """The page as it follows from the case."""
    plan = allocator.solve(load(TEACHING / "base.yaml"), gap=0.0)
    return page(load(TEACHING / "base.yaml"), dict(plan.tables))


if __name__ == "__main__":
    PAGE.write_text(computed(), encoding="utf-8")
