"""Projects under way: facts told once stand on every row, and estimate, contract, bills and payments must agree."""

from __future__ import annotations

from typing import Any

import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import Notice, from_steps
from allocator.inputs.frames import looked_up
from allocator.inputs.register_reader import Sheets
from allocator.inputs.register_sheets import SHEET
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Money, Scenario

PROJECT_FACTS = (
    "name",
    "county",
    "start_year",
    "estates",
    "households",
    "estimate",
    "contract",
    "done",
    "expected_end",
)
"""Facts of a project: told on any of its rows, the same wherever they are told."""
SOURCE_FACTS = ("arrived", "paid")
"""Facts of a project and source."""
RETENTION_YEARS = 2
"""Years after the end in which retention may fall due: 缺陷责任期 is at most two years (建质〔2017〕138号)."""

_KINDS = {column.key: column.kind for column in SHEET["running"].columns}
_EXAMPLES = 5


def fill_running(sheets: Sheets, money: Money) -> None:
    """Note facts that contradict each other between rows, and write each fact on every row it holds for."""
    frame = sheets.frames["running"]
    if frame.empty:
        return
    for keys, facts in ((["project"], PROJECT_FACTS), (["project", "source"], SOURCE_FACTS)):
        for fact in facts:
            told = _told(frame[fact])
            first = told.groupby([frame[key] for key in keys]).transform("first")
            differs = (told.notna() & (told != first)).fillna(False).astype(bool)
            text = _("the project {project!r} has {here} here and {there} further up")
            findings = [
                text.format(project=project, here=_shown(fact, here, money), there=_shown(fact, there, money))
                for project, here, there in zip(frame["project"][differs], told[differs], first[differs], strict=True)
            ]
            cure = _("write it once, or the same on every row of the project")
            sheets.add("running", fact, frame.index[differs], findings, cure)
            frame[fact] = first.where(first.notna(), frame[fact]).astype(frame[fact].dtype)


def _told(values: pd.Series[Any]) -> pd.Series[Any]:
    """Cells that say something; blank ones and counts of zero are missing."""
    if values.dtype == "str":
        return values.astype(object).where(values != "", None)
    if values.dtype == "int64":
        return values.astype("Int64").where(values != 0)
    return values


def _shown(fact: str, value: object, money: Money) -> str:
    """Fact as written in the register."""
    return f"{from_steps(int(str(value)), money)} {money.unit}" if _KINDS[fact] == "money" else str(value)


def check_running(sheets: Sheets, scenario: Scenario) -> None:
    """Note payments above what arrived, bills above the estimate, and years that contradict each other."""
    frame, money = sheets.frames["running"], scenario.money
    over = (frame["paid"] > frame["arrived"]).fillna(False).astype(bool) & ~frame.duplicated(["project", "source"])
    findings = [
        _("{paid} were paid, of {arrived} that arrived").format(
            paid=_shown("paid", paid, money), arrived=_shown("arrived", arrived, money)
        )
        for paid, arrived in zip(frame["paid"][over], frame["arrived"][over], strict=True)
    ]
    sheets.add("running", "paid", frame.index[over], findings, _("correct one of the two"))
    committed = _committed(frame)
    over = (committed > frame["estimate"]).fillna(False).astype(bool) & ~frame["project"].duplicated()
    findings = [
        _("payments and bills come to {sum}, the estimate is {estimate}").format(
            sum=_shown("estimate", both, money), estimate=_shown("estimate", estimate, money)
        )
        for both, estimate in zip(committed[over], frame["estimate"][over], strict=True)
    ]
    cure = _("correct the bills, or write the estimate as approved after its adjustment")
    sheets.add("running", "estimate", frame.index[over], findings, cure)
    _years(sheets, scenario)


def _years(sheets: Sheets, scenario: Scenario) -> None:
    """Bills after the end (retention apart), and starts after the first year planned."""
    frame = sheets.frames["running"]
    late = (frame["year"] > frame["expected_end"] + RETENTION_YEARS).fillna(False).astype(bool) & (frame["amount"] > 0)
    text = _("the project is to be finished in {end}; its bill of {year} is later than retention runs")
    findings = [
        text.format(end=end, year=year)
        for end, year in zip(frame["expected_end"][late], frame["year"][late], strict=True)
    ]
    sheets.add("running", "expected_end", frame.index[late], findings, _("correct the year of the end, or of the bill"))
    first = scenario.horizon.first
    late = (frame["start_year"] > first).fillna(False).astype(bool)
    finding = _("the project starts after {year}, the first year planned").format(year=first)
    cure = _("correct the year; a project that has not started stands among the projects and estates")
    sheets.add("running", "start_year", frame.index[late], finding, cure)


def _committed(frame: pd.DataFrame) -> pd.Series[Any]:
    """Payments so far and bills still to come of each row's project."""
    once = ~frame.duplicated(["project", "source"])
    sums = frame["amount"].astype("Int64") + frame["paid"].where(once, 0).fillna(0)
    return sums.groupby(frame["project"]).transform("sum")


def running_notices(sheets: Sheets, policy: PolicyModel, scenario: Scenario) -> list[Notice]:
    """Contracts exceeded, and money that arrived for projects and is not among the carried money."""
    frame, money = sheets.frames["running"], scenario.money
    if frame.empty:
        return []
    place = sheets.raw["running"].place
    notices = []
    projects = frame.assign(committed=_committed(frame)).drop_duplicates("project")
    for above, below, what in (
        ("committed", "contract", _("payments and bills are above the contracts")),
        ("contract", "estimate", _("the contracts are above the estimate")),
    ):
        odd = projects[(projects[above] > projects[below]).fillna(False).astype(bool)]
        if len(odd):
            shown = ", ".join(
                f"{row[0]}: {_shown('paid', row[1], money)} > {_shown('paid', row[2], money)}"
                for row in odd[["project", above, below]].head(_EXAMPLES).itertuples(index=False, name=None)
            )
            finding = f"{what}: {shown}" + (" …" if len(odd) > _EXAMPLES else "")
            notices.append(Notice(place, finding, _("check both figures")))
    return [*notices, *_unspent(sheets, policy, scenario)]


def _unspent(sheets: Sheets, policy: PolicyModel, scenario: Scenario) -> list[Notice]:
    """Accounts whose projects hold more money that arrived and was not paid than the register carries over."""
    money, first = scenario.money, scenario.horizon.first
    pairs = sheets.frames["running"].drop_duplicates(["project", "source"])
    pairs = pairs[pairs["source"].isin([name for name, source in policy.sources.items() if source.limited])]
    scope = looked_up(pairs["source"], {name: source.scope for name, source in policy.sources.items()})
    pairs = pairs.assign(place=pairs["county"].where(scope == "county", ""), held=pairs["arrived"] - pairs["paid"])
    held = pairs.dropna(subset=["held"]).groupby(["source", "place"], as_index=False)["held"].sum()
    carried = sheets.frames["carried"]
    carried = carried[(carried["arrival_year"] <= first).fillna(False).astype(bool)]
    known = carried.groupby(["source", "place"])["amount"].sum().to_dict()
    text = _("projects under way hold {held} of {source}, {place}, and {known} are carried over")
    notices = []
    for source, at, amount in held.itertuples(index=False, name=None):
        has = int(known.get((source, at), 0))
        if amount > has:
            finding = text.format(
                held=_shown("paid", amount, money), source=source, place=at or _("the whole city"),
                known=_shown("paid", has, money),
            )  # fmt: skip
            cure = _("add what may still be used to the carried money; what may not has lapsed")
            notices.append(Notice(sheets.raw["running"].place, finding, cure))
    return notices
