"""A tiny world on disk: a scenario file, its policy model and its register, for tests of what users hand in.

Two estates in two counties, three works, one year; everything is made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

SCENARIO = """\
id: tiny
label: {zh: 小例, en: Tiny}
synthetic: true
policy_model: tiny
register: register
counties: [东县, 西县]
horizon: {first: 2025, last: 2026}
as_of: 2025-01-01
"""

POLICY = """\
id: tiny
label: {zh: 小政策, en: Tiny policy}
documents:
  doc: {title: A made-up policy}
classes:
  basic:
    label: {zh: 基础, en: Basic}
    weight: [{value: 4, unit: points, since: 2020-01-01, clause: "1", document: doc, basis: assumption}]
payers:
  government: {label: {zh: 财政}, last_resort: true}
  residents: {label: {zh: 居民}}
levels:
  county: {label: {zh: 县级}}
  residents: {label: {zh: 居民}}
rules:
  public:
    label: {zh: 财政承担}
    values: [{shares: {government: {min: 1}}, since: 2020-01-01, clause: "2", document: doc, basis: law}]
  both:
    label: {zh: 共同承担}
    values: [{shares: {government: {}, residents: {}}, since: 2020-01-01, clause: "2", document: doc, basis: law}]
works:
  roof:
    label: {zh: 屋面修缮, en: Roof}
    work_class: basic
    components:
      civil: {label: {zh: 土建}, share: 0.6, rule: public}
      private: {label: {zh: 表后}, share: 0.4, rule: both}
    since: 2020-01-01
    clause: "3"
    document: doc
    basis: law
  lift:
    label: {zh: 加装电梯, en: Lift}
    work_class: basic
    components: {all: {label: {zh: 全部}, share: 1, rule: both}}
    since: 2020-01-01
    clause: "3"
    document: doc
    basis: law
"""

SOURCES = """\
sources:
  county_budget:
    label: {zh: 县级配套, en: County budget}
    payer: government
    level: county
    ledger: 一般公共预算
    scope: county
    local: true
    since: 2020-01-01
    clause: "4"
    document: doc
    basis: law
  pledge:
    label: {zh: 居民出资, en: Residents}
    payer: residents
    level: residents
    ledger: 社会
    scope: estate
    since: 2020-01-01
    clause: "4"
    document: doc
    basis: law
gates:
  survey: {label: {zh: 入户调查}, since: 2020-01-01, clause: "5", document: doc, basis: law}
scoring:
  hazard_factor: {value: 2, unit: factor, since: 2020-01-01, clause: "6", document: doc, basis: assumption}
  window_years: {value: 10, unit: year, since: 2020-01-01, clause: "6", document: doc, basis: assumption}
"""

SHEETS: dict[str, str] = {
    "小区": """\
小区编号,小区名称,县(市、区),建成年份,户数(户),楼栋数(栋),建筑面积(平方米),安全隐患,评分
E1,东苑,东县,1985,100,4,8000,是,
E2,西苑,西县,1990,60,3,5400.5,否,12.5
""",
    "改造项": """\
改造项编号,小区编号,改造内容,工程量,单价(元),造价(万元),严重程度,是否必做,前置改造项
K1,E1,屋面修缮,1000,120.5,,3,是,
K2,E1,lift,1,,60.00,1,否,K1
K3,E2,roof,,,7.5,2,是,
""",
    "费用构成": """\
改造项编号,构成,造价(万元)
K3,土建,5
K3,private,2.5
""",
    "前置条件": """\
小区编号,前置条件,状态,年度
E1,入户调查,已具备,2024
E2,survey,承诺,2026
""",
    "出资承诺": """\
小区编号,资金来源,承诺金额(元),参与户数比例,落实程度
E1,居民出资,300000,85%,已下达
""",
    "业主表决": """\
小区编号,资金来源,表决日期,参与表决人数比例,参与表决面积比例,同意人数比例,同意面积比例,依据
E1,居民出资,2024-11-05,80%,0.78,66.5%,70%,业主大会决议
""",
    "资金额度": """\
资金来源,县(市、区),年度,额度(万元),落实程度,文号
县级配套,东县,2025,50,已下达,东财〔2025〕1号
县级配套,东县,2026,40,预计,
county_budget,西县,合计,10,预计,
""",
}
"""The register by sheet, as .csv text."""


def write_world(
    folder: Path,
    *,
    scenario: str = SCENARIO,
    policy: str = POLICY,
    sources: str = SOURCES,
    sheets: Mapping[str, str | bytes | None] | None = None,
) -> Path:
    """Write the world into ``folder`` and return its scenario file; a sheet of None is left out."""
    model = folder / "models" / "tiny"
    register = folder / "register"
    for each in (model, register):
        each.mkdir(parents=True, exist_ok=True)
    (model / "policy.yaml").write_text(policy, encoding="utf-8")
    (model / "sources.yaml").write_text(sources, encoding="utf-8")
    for name, content in {**SHEETS, **(sheets or {})}.items():
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (register / f"{name}.csv").write_bytes(data)
    path = folder / "scenario.yaml"
    path.write_text(scenario, encoding="utf-8")
    return path


def replaced(text: str, *pairs: Sequence[str]) -> str:
    """``text`` with each pair's first part, which must occur, replaced by its second."""
    for old, new in pairs:
        if old not in text:
            msg = f"{old!r} does not occur in the text"
            raise ValueError(msg)
        text = text.replace(old, new)
    return text
