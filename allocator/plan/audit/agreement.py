"""The tables agree with the inputs and with one another: tables, points, and the list of estates passed over."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.plan.audit.blocked import check_blocked
from allocator.plan.audit.construction import SPLIT, made_up
from allocator.plan.audit.facts import NEVER
from allocator.plan.audit.points import required_points
from allocator.plan.audit.report import Book
from allocator.plan.audit.view import View

COPIED = (
    "name",
    "county",
    "project",
    "area",
    "households",
    "buildings",
    "floor_area",
    "hazard",
    "listed_year",
    "batch",
    "listing_document",
)


def check_tables(view: View, book: Book) -> None:
    """Re-check that every table tells the same plan, and that counts and points are what the inputs make them."""
    _estates(view, book)
    _states(view, book)
    _estate_figures(view, book)
    _projects(view, book)
    _works(view, book)
    _lines(view, book)
    _later_years(view, book)
    _passed_over(view, book)
    check_blocked(view, book)


def _estates(view: View, book: Book) -> None:
    table, estates = view.tables["estates"], view.estates
    listed = set(table["estate"])
    missing = estates.reset_index(drop=True)
    book.none(
        "tables", _("every estate of the register has a row"), missing, ~missing["estate"].isin(listed), (["estate"],
        _("no row"), _("one row")),
    )  # fmt: skip
    extra = table["estate"].duplicated() | ~table["estate"].isin(estates.index)
    book.none(
        "tables", _("one row per estate of the register"), table, extra, (["estate"], _("a row too many"), _("one row"))
    )
    known = table[~extra].set_index("estate", drop=False).rename_axis(None)
    facts = estates.reindex(known.index)
    facts["listed_year"] = facts["listed_year"].astype("Int64").fillna(0).astype("int64")
    for name in (*COPIED, "start_year"):
        pair = known[["estate", name]].assign(expected=facts[name])
        wrong = pair[name].astype(object) != pair["expected"].astype(object)
        book.none("tables", _("estates: {column}").format(column=name), pair, wrong, (["estate"], name, "expected"))


def _states(view: View, book: Book) -> None:
    rows = view.tables["estates"].drop_duplicates("estate")
    rows = rows[rows["estate"].isin(view.estates.index)].set_index("estate", drop=False).rename_axis(None)
    facts = view.estates.loc[rows.index]
    able = facts["eligible"] & (facts["project_ready"] <= view.facts.last)
    # an estate of a project that another one holds back may carry its own reason or the other's
    unfit = ~facts["eligible"] | (facts["project_ready"] == NEVER)
    possible = pd.DataFrame(
        {
            "started": facts["start_year"] > 0,
            "not_eligible": (facts["start_year"] == 0) & unfit,
            "not_ready": (facts["start_year"] == 0) & ~able,
            "not_chosen": (facts["start_year"] == 0) & (able | (facts["eligible"] & (facts["ready_year"] < NEVER))),
        }
    )
    state = rows["state"]
    right = pd.Series(
        [bool(possible.at[key, s]) if s in possible else False for key, s in state.items()], index=rows.index
    )
    book.none("tables", _("estates: state"), rows, ~right, (["estate"], "state", _("the state that the inputs give")))
    own = facts["ready_year"].where(facts["ready_year"] < NEVER, 0)
    wrong = (rows["ready_year"] != own) & (facts["eligible"] | (rows["ready_year"] != 0))
    book.none("tables", _("estates: ready_year"), rows.assign(own=own), wrong, (["estate"], "ready_year", "own"))


def _estate_figures(view: View, book: Book) -> None:
    rows = view.tables["estates"].drop_duplicates("estate").set_index("estate")
    rows = rows[rows.index.isin(view.estates.index)]
    started = view.started.index
    told = rows["points"].reindex(started, fill_value=0.0)
    book.close("points", _("points of started estates"), told, view.estate_points)
    cost = view.done_parts.groupby("estate")["net"].sum().reindex(started, fill_value=0).astype("int64")
    book.equal("tables", _("cost of started estates"), rows["cost"].reindex(started, fill_value=0), cost, money=True)
    idle = rows.index[~rows.index.isin(started)]
    facts = view.estates.loc[idle]
    # where an estate can never start, its points are those of the first year
    for column in ("ready_year", "project_ready"):
        facts[column] = facts[column].where(facts[column] <= view.facts.last, view.facts.first)
    own = required_points(
        view.facts, view.estates["ready_year"].where(view.estates["ready_year"] <= view.facts.last, view.facts.first)
    )
    joint = required_points(
        view.facts,
        view.estates["project_ready"].where(view.estates["project_ready"] <= view.facts.last, view.facts.first),
    )
    told = rows.loc[idle, "points"]
    expected = joint.reindex(idle).where(
        (told - joint.reindex(idle)).abs() <= (told - own.reindex(idle)).abs(), own.reindex(idle)
    )
    book.close("points", _("points of other estates at their earliest start"), told, expected)
    must = view.facts.items[view.facts.items["must"]].index
    parts = view.facts.parts
    parts = parts[parts["from_year"] == view.facts.first]  # a cost is the same whenever the work is done
    gross = parts[parts["item"].isin(must)].groupby("estate")["cost"].sum().reindex(idle, fill_value=0).astype("int64")
    book.equal("tables", _("cost of other estates' required works"), rows.loc[idle, "cost"], gross, money=True)


def _projects(view: View, book: Book) -> None:
    table = view.tables["projects"].drop_duplicates("project").set_index("project")
    register = view.facts.projects
    table = table[table.index.isin(register.index)]
    first_estate = view.estates.groupby("project")["name"].first()
    named = register["name"].where(register["name"] != "", first_estate.reindex(register.index))
    told = register.assign(name=named.fillna(""))
    for name in ("name", "body", "approval"):
        pair = table[[name]].assign(expected=told[name].reindex(table.index)).rename_axis("project").reset_index()
        book.none(
            "tables",
            _("projects: {column}").format(column=name),
            pair,
            pair[name] != pair["expected"],
            (["project"], name, "expected"),
        )
    groups = view.estates.groupby("project")
    county = groups["county"].first().reindex(table.index)
    pair = table[["county"]].assign(expected=county).rename_axis("project").reset_index()
    book.none(
        "tables",
        _("projects: {column}").format(column="county"),
        pair,
        pair["county"] != pair["expected"],
        (["project"], "county", "expected"),
    )
    book.equal(
        "tables", _("projects: {column}").format(column="estates"), table["estates"], groups.size().reindex(table.index)
    )
    for name in ("buildings", "households"):
        own = groups[name].sum().reindex(table.index).astype("int64")
        book.equal("tables", _("projects: {column}").format(column=name), table[name], own)
    book.close(
        "tables",
        _("projects: {column}").format(column="floor_area"),
        table["floor_area"],
        groups["floor_area"].sum().reindex(table.index),
    )
    cost = view.done_parts.groupby("project")["net"].sum().reindex(table.index, fill_value=0)
    book.equal("tables", _("projects: {column}").format(column="cost"), table["cost"], cost, money=True)
    built = view.tables["works"].loc[lambda works: works["year"] > 0].groupby("project")[list(SPLIT)].sum()
    for name in SPLIT:
        own = built[name].reindex(table.index, fill_value=0)
        book.equal("tables", _("projects: {column}").format(column=name), table[name], own, money=True)
    points = view.estate_points.groupby(view.started["project"]).sum().reindex(table.index, fill_value=0.0)
    book.close("points", _("points of projects"), table["points"], points)


def _works(view: View, book: Book) -> None:
    table = view.tables["works"].drop_duplicates("item").set_index("item", drop=False).rename_axis(None)
    items = view.items
    table = table[table["item"].isin(items.index)]
    facts = items.loc[table.index].assign(required=lambda frame: frame["must"])
    for name in ("estate", "project", "work", "work_class", "required"):
        pair = table[["item", name]].assign(expected=facts[name])
        wrong = pair[name].astype(object) != pair["expected"].astype(object)
        book.none("tables", _("works: {column}").format(column=name), pair, wrong, (["item"], name, "expected"))
    lines = items[items["start_year"] > 0].reset_index(drop=True)
    book.none(
        "tables", _("works of started projects are all listed"), lines, ~lines["item"].isin(table.index), (["item"],
        _("no row"), _("one row")),
    )  # fmt: skip
    done = table[table["year"] > 0]
    figures = view.done_parts.groupby("item")[["net", "saved"]].sum().reindex(done.index, fill_value=0).astype("int64")
    book.equal("scope", _("works: cost after savings"), done["cost"], figures["net"], money=True)
    book.equal("scope", _("works: savings of works done together"), done["saving"], figures["saved"], money=True)
    parts = made_up(view.facts.case, facts, table["cost"].to_numpy("int64"))
    for name, own in zip(SPLIT, parts.T, strict=True):
        told = pd.Series(own, index=table.index)
        book.equal("tables", _("works: {column}").format(column=name), table[name], told, money=True)
    stated = view.facts.estates["points"].notna()
    counted = done[
        ~(done["estate"].map(stated).astype("boolean").fillna(False).astype(bool) & facts.loc[done.index, "must"])
    ]
    book.close("points", _("points of works done"), counted["points"], view.item_points.reindex(counted.index))


def _lines(view: View, book: Book) -> None:
    lines = view.payments[view.payments["known"]]
    facts = view.facts.parts.reindex(lines["part"])
    for name in ("project", "estate", "county", "item", "component"):
        pair = lines.assign(expected=facts[name].to_numpy())
        book.none(
            "tables", _("payments: {column}").format(column=name), pair, pair[name] != pair["expected"],
            (["part", "source", "year"], name, "expected"),
        )  # fmt: skip


def _later_years(view: View, book: Book) -> None:
    lines = view.payments[view.payments["year"] > view.facts.first]
    keys = ["county", "source", "year"]
    for name in ("amount", "firm"):
        told = view.tables["later_years"].groupby(keys)[name].sum()
        own = lines.groupby(keys)[name].sum()
        book.equal("tables", _("later_years: {column}").format(column=name), told, own, money=True)


def _passed_over(view: View, book: Book) -> None:
    """Score: what the required works of an estate's whole project are worth in the first year."""
    table = view.tables["passed_over"]
    estates = view.tables["estates"].drop_duplicates("estate").set_index("estate")
    worth = required_points(view.facts, pd.Series(view.facts.first, index=view.facts.estates.index))
    score = worth.groupby(view.facts.estates["project"]).transform("sum")
    estates["score"] = score.reindex(estates.index, fill_value=0.0)
    left, taken = estates.reindex(table["estate"]), estates.reindex(table["taken_estate"])
    pairs = (
        ("points", left["score"]), ("cost", left["cost"]), ("county", left["county"]),
        ("taken_points", taken["score"]), ("taken_cost", taken["cost"]), ("taken_year", taken["start_year"]),
    )  # fmt: skip
    for name, own in pairs:
        rows = table.assign(expected=own.to_numpy())
        wrong = rows[name].astype(object) != rows["expected"].astype(object)
        book.none("tables", _("passed_over: {column}").format(column=name), rows, wrong, (["estate"], name, "expected"))
    fair = (left["state"] == "not_chosen").to_numpy() & (taken["start_year"] > 0).to_numpy()
    fair &= left["county"].to_numpy() == taken["county"].to_numpy()
    fair &= (table["taken_points"] < table["points"]).to_numpy()
    told = (["estate"], "taken_estate", _("a started estate with a lower score"))
    book.none("tables", _("passed_over: a lower score was started in the county"), table, ~fair, told)
    lowest = estates[estates["start_year"] > 0].groupby("county")["score"].min()
    idle = estates[estates["state"] == "not_chosen"]
    idle = idle[idle["score"] > idle["county"].map(lowest).astype("float64")].reset_index()
    missing = ~idle["estate"].isin(table["estate"])
    book.none("tables", _("passed_over: nobody is left out"), idle, missing, (["estate"], _("no row"), _("a row")))
