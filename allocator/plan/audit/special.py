"""Special-bond projects, worked out anew: capital, cover, income only from works done: special_bonds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.debt import issues
from allocator.plan.audit.income import earners, present, yearly
from allocator.plan.audit.report import Book, Finding
from allocator.plan.audit.view import View

KEY = ["area", "year"]


@dataclass(frozen=True)
class Bond:
    """Lots of one issue: year of issue, last repayment, service and what it counts for in a ratio."""

    year: int
    last: int
    lots: int
    amount: int
    service: int
    worth: int


@dataclass(frozen=True)
class Projects:
    """Areas that may issue special bonds, with what their works done earn and cost."""

    view: View

    @cached_property
    def income(self) -> pd.Series:
        """Steps by (area, year): of works done, and of estates started."""
        entries, view = earners(self.view.facts), self.view
        done = entries["item"].map(view.done["year"])
        starts = entries["estate"].map(view.started["start_year"]).where(entries["item"] == "")
        year = done.where(entries["item"] != "", starts).fillna(0).astype("int64")
        rows = yearly(entries.assign(year=year)[year > 0])
        return rows.groupby(KEY)["amount"].sum().astype("int64")

    @cached_property
    def investment(self) -> pd.Series:
        """Steps by area: what all works done cost, whoever pays."""
        return self.view.done_parts.groupby("area")["net"].sum().astype("int64")

    @cached_property
    def bonds(self) -> dict[str, list[Bond]]:
        """Issues by area."""
        facts, rows = self.view.facts, issues(self.view)
        found: dict[str, list[Bond]] = {}
        rows = rows[rows["bond"].isin(list(facts.special)) & (rows["lots"] > 0)]
        for key, place, year, lots, amount in rows[["bond", "place", "year", "lots", "amount"]].itertuples(
            index=False, name=None
        ):
            lot = [p + i for p, i, _kept in facts.lot_service(key)]
            worth = sum(present(facts, due, int(year) + after) for after, due in enumerate(lot, start=1))
            bond = Bond(int(year), int(year) + len(lot), int(lots), int(amount), lots * sum(lot), lots * worth)
            found.setdefault(place, []).append(bond)
        return found

    def earned(self, area: str) -> dict[int, int]:
        """Income of an area by year."""
        rows = self.income.reset_index()
        here = rows[rows["area"] == area]
        return dict(zip(here["year"].astype(int).tolist(), here["amount"].astype(int).tolist(), strict=True))

    def worth(self, area: str) -> dict[int, int]:
        """The same as it counts for cover."""
        return {year: present(self.view.facts, amount, year) for year, amount in self.earned(area).items()}

    def rule(self, name: str) -> Fraction:
        """A rule in force, 0 when there is none."""
        return self.view.facts.now(getattr(self.view.facts.case.policy.special_bonds, name)) or Fraction(0)

    def sheet(self, area: str, column: str) -> int:
        """Money that the sheet 片区 tells of an area."""
        areas = self.view.facts.case.register.areas
        return int(areas.loc[areas["area"] == area, column].sum())


def check_special(view: View, book: Book) -> None:
    """Re-check the rules of special-bond projects."""
    projects = Projects(view)
    for subject, failures in (
        (_("capital of special-bond projects"), list(_capital(projects))),
        (_("cover of special bonds in their life"), list(_cover(projects))),
        (_("cover of all debt"), list(_all_debt(projects))),
        (_("income lasts to the last repayment"), list(_life(projects))),
    ):
        book.add("special_bonds", subject, len(projects.bonds), failures)


def _finding(area: str, found: object, expected: str) -> Finding:
    return Finding(f"area {area}", str(found), expected, (("area", area),))


def _capital(projects: Projects) -> Iterator[Finding]:
    least = projects.view.facts.now(projects.view.facts.case.policy.special_bonds.capital_share)
    for area, bonds in projects.bonds.items():
        if least is None:
            return
        cost = int(projects.investment.get(area, 0))
        debt = sum(bond.amount for bond in bonds) + projects.sheet(area, "other_debt")
        if debt > (1 - least) * cost:
            yield _finding(area, cost - debt, f">= {least} x {cost}")


def _cover(projects: Projects) -> Iterator[Finding]:
    """Income goes, year by year, to the bond that is repaid first: if that does not cover all of them, nothing does."""
    ratio = projects.rule("cover")
    for area, bonds in projects.bonds.items():
        wanted = [ratio * bond.worth for bond in bonds]
        order = sorted(range(len(bonds)), key=[bond.last for bond in bonds].__getitem__)
        for year, amount in sorted(projects.worth(area).items()):
            left = Fraction(amount)
            for place in order:
                if bonds[place].year < year <= bonds[place].last:
                    taken = min(left, wanted[place])
                    wanted[place] -= taken
                    left -= taken
        if any(wanted):
            short = _("{n} steps are not covered").format(n=float(sum(wanted)))
            yield _finding(area, short, _("cover {ratio}").format(ratio=float(ratio)))


def _all_debt(projects: Projects) -> Iterator[Finding]:
    ratio = projects.rule("cover_all_debt")
    for area, bonds in projects.bonds.items():
        owed = sum(bond.worth for bond in bonds) + projects.sheet(area, "other_service")
        income = sum(projects.worth(area).values())
        if income < ratio * owed:
            yield _finding(area, income, f">= {ratio} x {owed}")


def _life(projects: Projects) -> Iterator[Finding]:
    for area, bonds in projects.bonds.items():
        earned = projects.earned(area)
        for bond in bonds:
            if not earned.get(bond.last):
                yield _finding(area, _("no income in {year}").format(year=bond.last), _("income in that year"))
