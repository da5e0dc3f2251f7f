"""Actuals: what became of a plan's year, as a workbook or a folder of .csv files that officers fill in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from allocator.errors import Problem, ScenarioError
from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.inputs.raw_tables import read_tables
from allocator.inputs.register_reader import Names, Sheets, check_duplicates, read_sheets, resolve
from allocator.inputs.register_sheets import GATE_STATE, YES_NO, Column, Sheet
from allocator.inputs.schemas.bonds import Bond
from allocator.inputs.schemas.policy import Gate
from allocator.inputs.schemas.sources import Source

# fmt: off
ACTUALS: tuple[Sheet, ...] = (
    Sheet("started", "实际开工", identity=("project",), required=True, columns=(
        Column("project", "项目编号", "id", required=True),
        Column("name", "项目名称", "text", default=""),
        Column("started", "是否开工", "bool", required=True, choices=YES_NO),
        Column("start_year", "开工年度", "year", doc="blank: the year that is over"),
        Column("estimate", "概算", "money", doc="blank: as planned"),
        Column("contract", "合同额", "money"),
        Column("done", "已完成投资", "money"),
        Column("expected_end", "预计完工年度", "year"),
        Column("document", "依据", "text", default=""),
        Column("note", "备注", "text", default=""),
    )),
    Sheet("paid", "实际支付", identity=("project", "source", "year"), required=True, columns=(
        Column("project", "项目编号", "id", required=True),
        Column("source", "资金来源", "id", required=True, refers="policy.sources"),
        Column("year", "年度", "year", required=True),
        Column("paid", "已支付", "money", default=0),
        Column("unpaid", "应付未付", "money", default=0, doc="due and not paid yet; of later years: still to be paid"),
        Column("note", "备注", "text", default=""),
    )),
    Sheet("arrived", "实际到位", identity=("source", "place", "year"), columns=(
        Column("source", "资金来源", "id", required=True, refers="policy.sources"),
        Column("place", "县(市、区)", "id", refers="county", doc="blank: the whole city"),
        Column("year", "年度", "year", required=True),
        Column("amount", "到位金额", "money", required=True, doc="without the proceeds of bonds"),
        Column("document", "文号", "text", default=""),
    )),
    Sheet("issued", "实际发行", identity=("bond", "county", "year"), columns=(
        Column("bond", "债券", "id", required=True, refers="policy.bonds"),
        Column("county", "县(市、区)", "id", required=True, refers="county"),
        Column("year", "年度", "year", required=True),
        Column("amount", "发行额", "money", required=True),
        Column("document", "文号", "text", default=""),
    )),
    Sheet("met", "实际具备", identity=("estate", "gate"), columns=(
        Column("estate", "小区编号", "id", required=True, refers="estates"),
        Column("gate", "前置条件", "id", required=True, refers="policy.gates"),
        Column("state", "状态", "choice", required=True, choices=GATE_STATE),
        Column("year", "年度", "year", doc="year it was, or will be, met"),
        Column("evidence", "佐证材料", "text", default=""),
    )),
)
# fmt: on
"""In file order; what each row means stands in the template."""

ACTUAL: dict[str, Sheet] = {sheet.key: sheet for sheet in ACTUALS}


@dataclass(frozen=True)
class Actuals:
    """Frames by sheet, one row per record, money in whole steps; ``sheets`` has the places of problems."""

    started: pd.DataFrame
    paid: pd.DataFrame
    arrived: pd.DataFrame
    issued: pd.DataFrame
    met: pd.DataFrame
    sheets: Sheets


def read_actuals(path: Path, case: Case, projects: Collection[str]) -> Actuals:
    """Read actuals of a run of ``case``; names of sources, bonds, gates and counties are resolved as in a register.

    Parameters
    ----------
    path
        Workbook, or folder of .csv files.
    projects
        Projects there may be: those of the register and those under way.

    Raises
    ------
    ScenarioError
        With every cell, name and heading that is wrong.
    """
    problems: list[Problem] = []
    tables, _files = read_tables(path, path.name, case.scenario.money, problems, ACTUALS)
    sheets = read_sheets(tables, case.scenario.money, ACTUALS)
    known = _names(case, projects)
    for sheet in ACTUALS:
        for column in sheet.columns:
            kind = "projects" if column.key == "project" else column.refers
            if kind and sheet.key in sheets.raw:
                resolve(sheets, sheet.key, column.key, *known[kind])
    check_duplicates(sheets)
    problems += sheets.problems
    if problems:
        raise ScenarioError(problems)
    return Actuals(**sheets.frames, sheets=sheets)


def _names(case: Case, projects: Collection[str]) -> Mapping[str, tuple[Names, str]]:
    """Names by what a column refers to, and the word for their kind."""
    policy = case.policy
    parts: dict[str, Mapping[str, Source | Bond | Gate]] = {
        "sources": dict(policy.sources), "bonds": dict(policy.bonds), "gates": dict(policy.gates),
    }  # fmt: skip
    words = {"sources": _("source"), "bonds": _("bond"), "gates": _("gate")}
    found = {
        f"policy.{part}": (Names(entries, {n: (e.label.zh, e.label.en) for n, e in entries.items()}), words[part])
        for part, entries in parts.items()
    }
    found["county"] = (Names(case.scenario.counties), _("county"))
    found["projects"] = (Names(sorted(projects)), _("project"))
    found["estates"] = (Names(case.register.estates["estate"]), _("estate"))
    return found
