"""What became of a plan's first year: starts, bills, arrivals and issues, as planned and as they really were."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from allocator.errors import Problem, ScenarioError
from allocator.formulation.debt import is_bond_fed
from allocator.formulation.funding import SHORTFALL
from allocator.i18n import _
from allocator.inputs.actuals import Actuals
from allocator.inputs.case import Case
from allocator.plan.ledgers import overall_accounts
from allocator.plan.run_folder import Run

BILL = ["project", "source", "year"]


@dataclass(frozen=True)
class Year:
    """A run, and whether its first year is over (the next one is planned) or still goes on (中期调整)."""

    run: Run
    case: Case
    """The run's case with money of every certainty, as its register has it."""
    mid_year: bool = False

    @property
    def past(self) -> int:
        """The year that the actuals are about: the first of the run."""
        return self.run.case.scenario.horizon.first

    @property
    def first(self) -> int:
        """First year of the new scenario."""
        return self.past if self.mid_year else self.past + 1

    @cached_property
    def planned_starts(self) -> pd.DataFrame:
        """Projects that the plan starts in the year, by id."""
        table = self.run.tables["projects"]
        return table[table["start_year"] == self.past].set_index("project")

    @cached_property
    def planned_bills(self) -> pd.DataFrame:
        """What the plan pays for these projects and for those under way; ``project``, ``source``, ``year``, ``amount``.

        The source may be the shortfall: money that the plan does not have.
        """
        payments = self.run.tables["payments"]
        own = payments[payments["project"].isin(self.planned_starts.index)]
        both = pd.concat([own[[*BILL, "amount"]], self.run.tables["running"][[*BILL, "amount"]]], ignore_index=True)
        return both.groupby(BILL, as_index=False)[["amount"]].sum()

    @cached_property
    def unfunded(self) -> frozenset[str]:
        """Projects with money that no source gives: they may not start (政府投资条例 第22条)."""
        bills = self.planned_bills
        return frozenset(bills.loc[bills["source"] == SHORTFALL, "project"])

    @property
    def under_way(self) -> frozenset[str]:
        """Projects that were under way when the plan was made."""
        return frozenset(self.case.register.running["project"])

    @property
    def projects(self) -> frozenset[str]:
        """Every project there may be."""
        return frozenset(self.case.register.projects["project"]) | self.under_way

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """Accounts with money of the year: ``source``, ``place``, ``limit`` (with formula money), ``firm``."""
        table = self.run.tables["accounts"]
        fed = is_bond_fed(self.case)
        scope = table["source"].map({name: source.scope for name, source in self.case.policy.sources.items()})
        own = table[(table["year"] == self.past) & ~table["unlimited"] & (scope != "estate")]
        own = own.assign(limit=own["limit"].where(~own["source"].isin(fed), 0) + own["formula"], firm=own["firm_limit"])
        own["firm"] = own["firm"].where(~own["source"].isin(fed), 0)
        rows = own.loc[own["limit"] > 0, ["source", "place", "limit", "firm"]].sort_values(["source", "place"])
        overall = overall_accounts(self.case)
        keep = [account not in overall for account in rows[["source", "place"]].itertuples(index=False, name=None)]
        return rows[np.array(keep, dtype=bool)].reset_index(drop=True)

    @cached_property
    def issues(self) -> pd.DataFrame:
        """Bonds that the plan issues in the year."""
        bonds = self.run.tables["bonds"]
        return bonds[(bonds["year"] == self.past) & (bonds["amount"] > 0)].reset_index(drop=True)


@dataclass(frozen=True)
class Happened:
    """A year as it really was."""

    year: Year
    started: pd.DataFrame
    """Projects that started, by id: start_year, estimate, contract, done, expected_end, document."""
    bills: pd.DataFrame
    """``project``, ``source``, ``year``, ``paid``, ``unpaid`` of projects started or under way."""
    arrived: pd.DataFrame
    """``source``, ``place``, ``amount``."""
    issued: pd.DataFrame
    """``bond``, ``county``, ``amount``."""
    met: pd.DataFrame


@dataclass
class _Checks:
    """Collects what is missing from actuals, or contradicts the plan."""

    actuals: Actuals
    problems: list[Problem] = field(default_factory=list)

    def missing(self, sheet: str, rows: Collection[str], cure: str) -> None:
        """Note rows that the sheet must have."""
        names = {"started": "实际开工", "paid": "实际支付", "arrived": "实际到位", "issued": "实际发行"}
        place = self.actuals.sheets.raw[sheet].place if sheet in self.actuals.sheets.raw else names[sheet]
        self.problems += [Problem(place, _("there is no row for {row}").format(row=row), cure) for row in sorted(rows)]

    def wrong(self, sheet: str, key: str, rows: pd.Index, finding: str, cure: str) -> None:
        """Note rows that cannot be right."""
        self.actuals.sheets.add(sheet, key, rows, finding, cure)

    def raise_all(self) -> None:
        """Raise everything noted."""
        if found := [*self.problems, *self.actuals.sheets.problems]:
            raise ScenarioError(found)


def what_happened(year: Year, actuals: Actuals) -> Happened:
    """The year as ``actuals`` tell it; bills of later years that they leave out are as planned.

    Raises
    ------
    ScenarioError
        With every row that is missing or cannot be right.
    """
    checks = _Checks(actuals)
    started = _started(year, actuals, checks)
    bills = _bills(year, actuals, frozenset(started.index), checks)
    _check_money(year, actuals, checks)
    checks.raise_all()
    arrived = actuals.arrived.groupby(["source", "place"], as_index=False)[["amount"]].sum()
    issued = actuals.issued.groupby(["bond", "county"], as_index=False)[["amount"]].sum()
    return Happened(year, started, bills, arrived, issued, actuals.met)


def _started(year: Year, actuals: Actuals, checks: _Checks) -> pd.DataFrame:
    table = actuals.started
    missing = set(year.planned_starts.index) - set(table["project"])
    checks.missing("started", missing, _("say whether it started"))
    running = table.index[table["project"].isin(year.under_way)]
    checks.wrong("started", "project", running, _("the project was under way already"), _("remove the row"))
    early = table.index[(table["start_year"] != year.past).fillna(False).astype(bool) & table["started"]]
    cure = _("write {year}, or leave the cell blank").format(year=year.past)
    finding = _("only starts of {year} are reported here").format(year=year.past)
    checks.wrong("started", "start_year", early, finding, cure)
    own = table[table["started"]].set_index("project")
    planned = year.planned_starts["cost"].reindex(own.index).astype("Int64")
    return own.assign(start_year=year.past, estimate=own["estimate"].fillna(planned))


def _bills(year: Year, actuals: Actuals, started: frozenset[str], checks: _Checks) -> pd.DataFrame:
    table = actuals.paid
    allowed = started | year.under_way
    idle = table[~table["project"].isin(allowed) & ((table["paid"] > 0) | (table["unpaid"] > 0))]
    finding = _("the project has neither started nor was it under way")
    checks.wrong("paid", "project", idle.index, finding, _("set both amounts to 0, or report its start"))
    early = table.index[table["year"] < year.past]
    checks.wrong("paid", "year", early, _("the year is over already"), _("report its bills in the year they are due"))
    late = table.index[(table["year"] > year.past) & (table["paid"] > 0)]
    finding = _("a bill of a later year is paid already")
    checks.wrong("paid", "paid", late, finding, _("report what was paid in {year}").format(year=year.past))
    planned = year.planned_bills
    planned = planned[planned["project"].isin(allowed) & (planned["source"] != SHORTFALL)]
    told = set(table[BILL].itertuples(index=False, name=None))
    absent = planned[[key not in told for key in planned[BILL].itertuples(index=False, name=None)]]
    now = absent[absent["year"] == year.past]
    rows = [f"{project}, {source}, {when}" for project, source, when in now[BILL].itertuples(index=False, name=None)]
    checks.missing("paid", rows, _("say what was paid and what is due and unpaid"))
    unpaid = started - set(table["project"]) - set(planned["project"])
    checks.missing("paid", unpaid, _("say what was paid and what is still to be paid, by source and year"))
    checks.missing("paid", started & year.unfunded - set(table["project"]), _("say which source pays the shortfall"))
    later = absent[absent["year"] > year.past].rename(columns={"amount": "unpaid"}).assign(paid=0)
    kept = table[table["project"].isin(allowed)]
    columns = [*BILL, "paid", "unpaid"]
    return pd.concat([kept[columns], later[columns]], ignore_index=True).astype({"year": np.int64})


def _check_money(year: Year, actuals: Actuals, checks: _Checks) -> None:
    sources = year.case.policy.sources
    table = actuals.arrived
    other = table.index[table["year"] != year.past]
    finding = _("only money of {year} is reported here").format(year=year.past)
    checks.wrong("arrived", "year", other, finding, _("remove the row"))
    checks.wrong(
        "issued", "year", actuals.issued.index[actuals.issued["year"] != year.past], finding, _("remove the row")
    )
    scope = table["source"].map({name: source.scope for name, source in sources.items()})
    misplaced = table.index[(scope == "city") != (table["place"] == "")]
    checks.wrong("arrived", "place", misplaced, _("the source has no money there"), _("write the place of its account"))
    told = set(table[["source", "place"]].itertuples(index=False, name=None))
    keys = year.accounts[["source", "place"]].itertuples(index=False, name=None)
    rows = [f"{source}, {place or _('the whole city')}" for source, place in keys if (source, place) not in told]
    checks.missing("arrived", rows, _("say what arrived; 0 when nothing did"))
    told = set(actuals.issued[["bond", "county"]].itertuples(index=False, name=None))
    pairs = year.issues[["bond", "county"]].itertuples(index=False, name=None)
    rows = [f"{bond}, {county}" for bond, county in pairs if (bond, county) not in told]
    checks.missing("issued", rows, _("say what was issued; 0 when nothing was"))
    areas = {name for name, source in sources.items() if source.scope == "area"}
    here = actuals.paid.index[actuals.paid["source"].isin(areas)]
    finding, cure = _("money of an area cannot be carried into the next year"), _("charge it to another source")
    checks.wrong("paid", "source", here, finding, cure)
