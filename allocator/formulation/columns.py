"""Decision columns: one labelled block per kind, numbered in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from allocator.formulation.accounts import carry_windows, pay_places
from allocator.formulation.costs import greatest_demand, saving_pairs
from allocator.formulation.debt import all_quotas, lot_sizes, service_terms, special_bonds
from allocator.formulation.frames import stack, summed
from allocator.formulation.funding import SHORTFALL
from allocator.formulation.index import Index, adopted_years
from allocator.formulation.kickers import kickers_in_force, needs_claim, packages, subsidised_estates
from allocator.formulation.labels import readable
from allocator.formulation.reallocation import TIED, excess_windows, own_windows, tied_money
from allocator.formulation.special import other_debts
from allocator.formulation.tasks import running_starts, task_bands
from allocator.inputs.adopted import NOT_STARTED

Floats = npt.NDArray[np.float64]


@dataclass
class Columns:
    """Blocks of columns. Each block is a frame of keys with ``col``, the column's number.

    ``lower`` and ``upper`` are finite; ``integer`` says which columns are whole; ``money`` which are steps of money.
    """

    blocks: dict[str, pd.DataFrame] = field(default_factory=dict)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    integer: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    money: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    count: int = 0

    def add(self, kind: str, keys: pd.DataFrame, upper: object, *, integer: bool, money: bool = False) -> None:
        """Append a block with bounds 0 .. ``upper``."""
        n = len(keys)
        frame = keys.reset_index(drop=True)
        frame["col"] = np.arange(self.count, self.count + n, dtype=np.int64)
        self.blocks[kind] = frame
        self.lower.append(np.zeros(n))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (n,)).copy())
        self.integer.append(np.full(n, integer))
        self.money.append(np.full(n, money))
        self.count += n

    def __getitem__(self, kind: str) -> pd.DataFrame:
        return self.blocks[kind]

    def names(self, index: Index) -> list[str]:
        """Readable names, ``kind[key,key]``, in column order."""
        names: list[str] = []
        for kind, frame in self.blocks.items():
            keys = readable(frame.drop(columns="col"), index)
            names += [f"{kind}[{key}]" for key in keys]
        return names


def _cross(frame: pd.DataFrame, years: Sequence[int], name: str = "year") -> pd.DataFrame:
    return frame.merge(pd.DataFrame({name: list(years)}), how="cross")


def build_columns(index: Index) -> Columns:
    """All columns of a case, in the order: choices, bonds, money, subsidies with a kink, breaches."""
    columns = Columns()
    _add_choices(columns, index)
    _add_bonds(columns, index)
    _add_money(columns, index)
    _add_kickers(columns, index)
    _add_breaches(columns, index)
    return columns


def _add_choices(columns: Columns, index: Index) -> None:
    years = index.start_years
    projects = index.projects[["routes"]].reset_index(names="project")
    columns.add("start", _cross(projects[["project"]], years), 1.0, integer=True)
    several = projects[projects["routes"].map(len) > 1]
    spread = several.explode("routes").rename(columns={"routes": "route"})
    columns.add("route", _cross(spread[["project", "route"]], years)[["project", "year", "route"]], 1.0, integer=True)
    staged = range(years[0], years[-1] + index.case.scenario.options.staging_years + 1)
    optional = index.items.loc[~index.items["required"], ["project"]].reset_index(names="item")
    # A group that must have one of its items done is done with the start: no later years.
    late = index.items["group_required"].groupby([index.items["estate"], index.items["choice_group"]]).transform("any")
    grid = _cross(optional, staged)
    grid = grid[(grid["year"] <= years[-1]) | ~grid["item"].map(late).astype(bool)]
    columns.add("do", grid[["item", "year"]], 1.0, integer=True)
    routed = grid.merge(spread[["project", "route"]], on="project")
    columns.add("do_route", routed[["item", "year", "route"]], 1.0, integer=True)
    pairs = saving_pairs(index).merge(projects[["project", "routes"]].explode("routes"), on="project")
    pairs = _cross(pairs.rename(columns={"routes": "route"}), staged)
    required = _cross(index.items.loc[index.items["required"], []].reset_index(names="item"), years)
    able = pd.concat([grid[["item", "year"]], required])
    for item in ("item_1", "item_2"):
        pairs = pairs.merge(able.rename(columns={"item": item}), on=[item, "year"])
    pairs = pairs.sort_values(["saving", "estate", "route", "year"])
    columns.add("both", pairs[["saving", "estate", "year", "route"]], 1.0, integer=True)
    areas = pd.DataFrame({"area": index.case.register.areas.index})
    if index.case.policy.bundle is None:
        areas = areas.iloc[:0]
    columns.add("bonus", _cross(areas, years), 1.0, integer=True)
    _add_moves(columns, index)


def _add_moves(columns: Columns, index: Index) -> None:
    """Whether a project's start differs from the adopted plan; what is settled or frozen may not."""
    adopted, scenario = adopted_years(index), index.case.scenario
    frozen = (adopted > NOT_STARTED) & (adopted <= (scenario.persistence.frozen_until or NOT_STARTED))
    held = frozen | (scenario.stage == "定案")
    keys = pd.DataFrame({"project": adopted.index.to_numpy(np.int64)})
    columns.add("moved", keys, np.where(held, 0.0, 1.0), integer=True)


def _add_bonds(columns: Columns, index: Index) -> None:
    quota = all_quotas(index.case, index.payment_years)
    lot = quota["bond"].map(lot_sizes(index.case)).astype(np.int64)
    issue = quota.assign(lots=quota["amount"] // lot)
    issue = issue[issue["lots"] > 0]
    columns.add("issue", issue[["bond", "place", "year"]], issue["lots"].to_numpy(float), integer=True)
    special = issue[issue["bond"].isin(list(special_bonds(index.case)))]
    keys = special[["place"]].drop_duplicates().merge(other_debts(index.case)[["place"]], on="place")
    columns.add("borrows", keys, 1.0, integer=True)


def _add_money(columns: Columns, index: Index) -> None:
    """Payments, rests and carry-over; a column exists where its pool can have costs in that year."""
    demand = greatest_demand(index, columns)
    table = index.pools.table
    passing = demand[demand["pool"].map(table["parent"]) >= 0]
    onward = passing.assign(pool=passing["pool"].map(table["parent"]))
    demand_all = summed(pd.concat([demand, onward]), ["pool", "year"], "amount")
    pay = index.pools.sources.merge(demand_all, on="pool").sort_values(["pool", "source", "year"], kind="stable")
    upper = pay["amount"].to_numpy(float)
    if not index.case.scenario.options.shortfall:
        upper = np.where(pay["source"] == SHORTFALL, 0.0, upper)
    columns.add("pay", pay[["pool", "source", "year"]], upper, integer=False, money=True)
    columns.add("rest", passing[["pool", "year"]], passing["amount"].to_numpy(float), integer=False, money=True)
    use = carry_windows(index, pay.assign(upper=upper))
    columns.add(
        "use", use[["source", "place", "arrival", "year"]], use["upper"].to_numpy(float), integer=False, money=True
    )
    _add_moved_money(columns, index, pay.assign(upper=upper, place=pay_places(index, pay)))
    _add_topups(columns, index)


def _add_moved_money(columns: Columns, index: Index, pay: pd.DataFrame) -> None:
    """Tied carried money: what pays its own project's bills, what is moved elsewhere; and money beyond limits."""
    own, tied = own_windows(index), tied_money(index.case)
    columns.add("own", own[[*TIED, "year"]], own["upper"].to_numpy(float), integer=False, money=True)
    columns.add("reallocated", tied[TIED], tied["amount"].to_numpy(float), integer=False, money=True)
    excess = excess_windows(index, pay)
    columns.add(
        "excess", excess[["source", "place", "year"]], excess["upper"].to_numpy(float), integer=False, money=True
    )


def _add_topups(columns: Columns, index: Index) -> None:
    """What a county adds to a project's income to pay its special bonds; at most all their service."""
    issue = columns["issue"]
    issue = issue[issue["bond"].isin(list(special_bonds(index.case)))]
    lots = pd.Series(np.concatenate(columns.upper))
    due = service_terms(index.case, issue)
    due = due[due["year"].isin(index.payment_years)]
    due = summed(due.assign(amount=due["amount"] * due["col"].map(lots)), ["place"], "amount")
    keys = _cross(due, index.payment_years)
    keys["from"] = keys["place"].map(issue.groupby("place")["year"].min()).astype(np.int64)
    keys = keys[keys["year"] > keys["from"]]
    columns.add("topup", keys[["place", "year"]], keys["amount"].to_numpy(float), integer=False, money=True)


def _add_kickers(columns: Columns, index: Index) -> None:
    """Whether a subsidy that may fall to nothing is taken, and which content the base of a limited one is of."""
    claims = [
        pd.DataFrame({"estate": subsidised_estates(index, kicker)}).assign(kicker=name)
        for name, kicker in kickers_in_force(index.case).items()
        if needs_claim(kicker, index.case)
    ]
    columns.add("claim", stack(claims, ["kicker", "estate"]), 1.0, integer=True)
    contents = packages(index)
    keys = contents[["kicker", "estate", "package"]]
    columns.add("package", keys, 1.0, integer=True)
    columns.add("counted", keys, contents["cost"].to_numpy(float), integer=False, money=True)


def _add_breaches(columns: Columns, index: Index) -> None:
    tasks = task_bands(index)
    if not index.case.scenario.options.elastic_tasks:
        tasks = tasks.iloc[:0]
    keys = ["county", "year", "measure"]
    under, over = tasks[tasks["minimum"] > 0], tasks[tasks["maximum"] >= 0]
    columns.add("under", under[keys], under["minimum"].to_numpy(float), integer=False)
    running = running_starts(index.case)
    total = {
        "estates": len(index.estates) + int(running["estates"].sum()),
        "households": int(index.projects["households"].sum() + running["households"].sum()),
    }
    columns.add("over", over[keys], over["measure"].map(total).to_numpy(float), integer=False)
