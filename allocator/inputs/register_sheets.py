"""The register's sheets and columns: the one table from which readers, templates, generator and docs are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "text", "id", "ids", "int", "number", "money", "rate", "share", "year", "year_or_total", "date", "bool", "choice"
]
"""``money``: whole steps (int64); ``rate``: Decimal in currency units (元); ``ids``: tuple of ids, written a|b;
``year_or_total``: int, 0 for the total over the horizon; ``date``: text YYYY-MM-DD; nullable int kinds become pandas
``Int64``."""

TOTAL = 0
"""Year of a limit or task that holds over the whole horizon."""


@dataclass(frozen=True)
class Column:
    """One column of a sheet: key (English heading), Chinese heading, kind, and what a blank cell means."""

    key: str
    zh: str
    kind: Kind
    required: bool = False
    default: object = None
    """Value of a blank cell; None stays missing."""
    unit: str = ""
    """Unit in the heading, for example 户; ``money`` columns take the scenario's money unit."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Accepted words -> value."""
    refers: str = ""
    """Sheet (its key column), or ``policy.<part>``, or ``county`` that the value must exist in."""
    doc: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet (or .csv file) of the register."""

    key: str
    zh: str
    columns: tuple[Column, ...]
    identity: tuple[str, ...]
    """Columns that name a row; two rows may not share them. Empty when rows may repeat."""
    required: bool = False
    doc: str = ""


# fmt: off
YES_NO = {
    "是": "true", "否": "false", "yes": "true", "no": "false", "true": "true", "false": "false",
    "1": "true", "0": "false",
}
STATUS = {
    "正常": "normal", "已改造": "renovated", "拟征收拆迁": "to_be_demolished", "C级危房": "dangerous_c",
    "D级危房": "dangerous_d",
}
GATE_STATE = {"已具备": "met", "承诺": "promised", "不具备": "unmet"}
DEBT_SERVICE = "debt_service"
BILL_KINDS = {"项目": "project", "债券还本付息": DEBT_SERVICE}
CERTAINTY = {
    "预计": "expected", "申报中": "applied", "提前下达": "advance", "已下达": "issued", "已到位": "arrived",
}
REVIEW = {"未申报": "none", "已申报": "submitted", "审核通过": "passed", "未通过": "refused"}
STREAM = {
    "停车": "parking", "充电": "charging", "广告": "advertising", "租金": "rents", "收费": "fees", "其他": "other",
}

SHEETS: tuple[Sheet, ...] = (
    Sheet("estates", "小区", identity=("estate",), required=True, columns=(
        Column("estate", "小区编号", "id", required=True),
        Column("name", "小区名称", "text", default=""),
        Column("county", "县(市、区)", "id", required=True, refers="county"),
        Column("project", "项目编号", "id", refers="projects", doc="blank: the estate is a project of its own"),
        Column("area", "片区编号", "id", refers="areas"),
        Column("built_year", "建成年份", "year"),
        Column("households", "户数", "int", required=True, unit="户"),
        Column("buildings", "楼栋数", "int", default=0, unit="栋"),
        Column("floor_area", "建筑面积", "number", default=0.0, unit="平方米"),
        Column("longitude", "经度", "number"),
        Column("latitude", "纬度", "number"),
        Column("ownership", "产权性质", "text", default=""),
        Column("public_share", "公房比例", "share", default="0"),
        Column("original_owner", "原产权单位", "text", default=""),
        Column("status", "状态", "choice", default="normal", choices=STATUS),
        Column("hazard", "安全隐患", "bool", default=False, choices=YES_NO),
        Column("community_facilities", "已有社区服务设施", "int", default=0, unit="处"),
        Column("points", "评分", "number", doc="overrides the points of the whole estate's mandatory works"),
        Column("listed_year", "列入年度", "year", doc="year in whose official list it stands; blank: not listed yet"),
        Column("batch", "批次", "text", default=""),
        Column("listing_document", "文号", "text", default="", doc="document that lists it"),
        Column("note", "备注", "text", default=""),
    )),
    Sheet("projects", "项目", identity=("project",), columns=(
        Column("project", "项目编号", "id", required=True),
        Column("name", "项目名称", "text", default=""),
        Column("body", "实施主体", "text", default=""),
        Column("approval", "批复文号", "text", default=""),
        Column("routes", "资金渠道", "ids", default=(), refers="policy.routes",
               doc="routes it may take; blank: the first"),
        Column("note", "备注", "text", default=""),
    )),
    Sheet("items", "改造项", identity=("item",), required=True, columns=(
        Column("item", "改造项编号", "id", required=True),
        Column("estate", "小区编号", "id", required=True, refers="estates"),
        Column("work", "改造内容", "id", required=True, refers="policy.works", doc="id or Chinese name of the work"),
        Column("quantity", "工程量", "number"),
        Column("size", "规格", "number", doc="size that a unit grant's tiers look at (lift stops)"),
        Column("unit_cost", "单价", "rate", unit="元"),
        Column("cost", "造价", "money", doc="blank: sum of the next three if all are there, else quantity x unit cost"),
        Column("works_cost", "工程费", "money", doc="construction, of the cost; blank: by the policy"),
        Column("other_fees", "工程建设其他费", "money", doc="design, supervision …; blank: by the policy"),
        Column("contingency", "预备费", "money", doc="of the cost; blank: by the policy"),
        Column("severity", "严重程度", "int", default=1, doc="0-3, condition survey"),
        Column("required", "是否必做", "bool", default=True, choices=YES_NO),
        Column("choice_group", "互斥组", "text", default="", doc="items of one estate of which at most one is done"),
        Column("requires", "前置改造项", "ids", default=(), refers="items"),
        Column("benefiting_households", "受益户数", "int", unit="户", doc="blank: all of the estate's"),
        Column("requester", "提出方", "text", default=""),
        Column("asset_owner", "产权人", "text", default=""),
        Column("points", "评分", "number", doc="overrides the scoring rule: points per start, whatever the year"),
        Column("note", "备注", "text", default=""),
    )),
    Sheet("component_costs", "费用构成", identity=("item", "component"), columns=(
        Column("item", "改造项编号", "id", required=True, refers="items"),
        Column("component", "构成", "id", required=True, doc="component of the item's work"),
        Column("cost", "造价", "money", required=True),
    )),
    Sheet("areas", "片区", identity=("area",), columns=(
        Column("area", "片区编号", "id", required=True),
        Column("name", "片区名称", "text", default=""),
        Column("county", "县(市、区)", "id", refers="county"),
        Column("at_least", "最少小区数", "int", unit="个", doc="blank: the policy model's"),
        Column("bonus_points", "连片加分", "number", doc="blank: the policy model's share"),
        Column("review", "专项债审核状态", "choice", default="none", choices=REVIEW,
               doc="of the area as one special-bond project; what may be issued stands in 资金额度"),
        Column("other_debt", "其他债务", "money", default=0, doc="principal of the project's loans"),
        Column("other_service", "其他债务本息", "money", default=0, doc="their principal and interest, all years"),
    )),
    Sheet("income", "片区收益", identity=("area", "stream", "work", "estate"), columns=(
        Column("area", "片区编号", "id", required=True, refers="areas"),
        Column("stream", "收益类型", "choice", required=True, choices=STREAM),
        Column("work", "改造内容", "id", refers="policy.works",
               doc="work that must be done for it; blank: the estate's start"),
        Column("estate", "小区编号", "id", refers="estates",
               doc="blank: the area's; divided among its estates by cost of the work, or by households"),
        Column("after", "起算年数", "int", default=1, unit="年", doc="years from doing the work to the first income"),
        Column("years", "收益年限", "int", required=True, unit="年"),
        Column("amount", "年净收益", "money", required=True, doc="income less running cost"),
        Column("certainty", "落实程度", "choice", default="expected", choices=CERTAINTY),
        Column("document", "依据", "text", default=""),
    )),
    Sheet("neighbours", "相邻", identity=("estate", "neighbour"), columns=(
        Column("estate", "小区编号", "id", required=True, refers="estates"),
        Column("neighbour", "相邻小区编号", "id", required=True, refers="estates"),
    )),
    Sheet("gates", "前置条件", identity=("estate", "gate"), columns=(
        Column("estate", "小区编号", "id", required=True, refers="estates"),
        Column("gate", "前置条件", "id", required=True, refers="policy.gates"),
        Column("state", "状态", "choice", required=True, choices=GATE_STATE),
        Column("year", "年度", "year", doc="year it was, or will be, met"),
        Column("evidence", "佐证材料", "text", default=""),
    )),
    Sheet("pledges", "出资承诺", identity=("estate", "source"), columns=(
        Column("estate", "小区编号", "id", required=True, refers="estates"),
        Column("source", "资金来源", "id", required=True, refers="policy.sources"),
        Column("amount", "承诺金额", "money", required=True),
        Column("participation", "参与户数比例", "share"),
        Column("certainty", "落实程度", "choice", default="expected", choices=CERTAINTY),
        Column("document", "依据", "text", default=""),
    )),
    Sheet("votes", "业主表决", identity=("estate", "source"),
          doc="Latest vote of an estate's owners on money of a source; a new vote takes the place of the old one.",
          columns=(
        Column("estate", "小区编号", "id", required=True, refers="estates"),
        Column("source", "资金来源", "id", required=True, refers="policy.sources"),
        Column("date", "表决日期", "date", doc="blank or after as_of: not held yet"),
        Column("people_taking_part", "参与表决人数比例", "share", doc="of all owners"),
        Column("area_taking_part", "参与表决面积比例", "share", doc="of all owners' floor area"),
        Column("people_share", "同意人数比例", "share", doc="of the owners who took part"),
        Column("area_share", "同意面积比例", "share", doc="of the floor area of the owners who took part"),
        Column("document", "依据", "text", default=""),
    )),
    Sheet("adopted", "既定方案", identity=("project",), columns=(
        Column("project", "项目编号", "id", required=True, doc="projects without a row are not in the adopted plan"),
        Column("start_year", "开工年度", "year", doc="blank: not in the adopted plan"),
        Column("document", "文号", "text", default=""),
        Column("note", "备注", "text", default=""),
    )),
    Sheet("running", "在建项目", identity=("project", "source", "year"), columns=(
        Column("project", "项目编号", "id", required=True),
        Column("name", "项目名称", "text", default=""),
        Column("county", "县(市、区)", "id", required=True, refers="county"),
        Column("start_year", "开工年度", "year"),
        Column("estates", "小区数", "int", default=0, unit="个"),
        Column("households", "户数", "int", default=0, unit="户"),
        Column("estimate", "概算", "money", doc="approved estimate; once per project, on any of its rows"),
        Column("contract", "合同额", "money", doc="sum of the contracts; once per project"),
        Column("done", "已完成投资", "money", doc="works carried out so far; once per project"),
        Column("expected_end", "预计完工年度", "year", doc="once per project"),
        Column("source", "资金来源", "id", required=True, refers="policy.sources"),
        Column("arrived", "累计到位", "money", doc="arrived from this source so far; once per project and source"),
        Column("paid", "累计支付", "money", doc="paid from this source so far; once per project and source"),
        Column("year", "年度", "year", required=True),
        Column("amount", "应付金额", "money", required=True, doc="bill that falls due, charged before any new start"),
        Column("document", "依据", "text", default=""),
        Column("kind", "类别", "choice", default="project", choices=BILL_KINDS,
               doc="债券还本付息 on each bill of bonds issued before: no project, and counted as none"),
    )),
    Sheet("carried", "结转资金", identity=("source", "place", "project", "arrival_year"), columns=(
        Column("source", "资金来源", "id", required=True, refers="policy.sources"),
        Column("place", "县(市、区)", "id", doc="blank: the whole city"),
        Column("project", "项目编号", "id",
               doc="project under way that it arrived for; what pays others is 调剂; blank: for any"),
        Column("arrival_year", "到位年度", "year", required=True),
        Column("amount", "结转金额", "money", required=True),
        Column("document", "依据", "text", default=""),
    )),
    Sheet("limits", "资金额度", identity=(), columns=(
        Column("source", "资金来源", "id", required=True, refers="policy.sources"),
        Column("place", "县(市、区)", "id", doc="county or area; blank: the whole city"),
        Column("year", "年度", "year_or_total", required=True, doc="a year, or 合计 / total"),
        Column("amount", "额度", "money", required=True),
        Column("minimum_use", "最低使用", "money"),
        Column("certainty", "落实程度", "choice", default="expected", choices=CERTAINTY),
        Column("document", "文号", "text", default=""),
    )),
    Sheet("tasks", "年度任务", identity=("county", "year"), columns=(
        Column("county", "县(市、区)", "id", refers="county", doc="blank: the whole city"),
        Column("year", "年度", "year_or_total", required=True),
        Column("min_estates", "小区数下限", "int", unit="个"),
        Column("max_estates", "小区数上限", "int", unit="个"),
        Column("min_households", "户数下限", "int", unit="户"),
        Column("max_households", "户数上限", "int", unit="户"),
        Column("document", "文号", "text", default=""),
    )),
    Sheet("capacity", "实施能力", identity=("county", "year"), columns=(
        Column("county", "县(市、区)", "id", required=True, refers="county"),
        Column("year", "年度", "year", required=True),
        Column("max_estates", "开工小区数上限", "int", unit="个"),
        Column("max_spend", "投资上限", "money"),
    )),
    Sheet("debt", "债务", identity=("county", "year"), columns=(
        Column("county", "县(市、区)", "id", required=True, refers="county"),
        Column("year", "年度", "year", required=True),
        Column("stock_ceiling", "债务限额", "money"),
        Column("existing_stock", "存量债务", "money", default=0),
        Column("service_ceiling", "还本付息上限", "money"),
        Column("existing_service", "存量还本付息", "money", default=0),
        Column("special_stock_ceiling", "专项债务限额", "money", doc="the columns before are those of general debt"),
        Column("special_existing_stock", "存量专项债务", "money", default=0),
        Column("special_service_ceiling", "专项债还本付息上限", "money"),
        Column("special_existing_service", "存量专项债还本付息", "money", default=0),
    )),
)
# fmt: on
"""In file order. English sheet and column names are the keys."""

SHEET: dict[str, Sheet] = {sheet.key: sheet for sheet in SHEETS}
