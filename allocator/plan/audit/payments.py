"""Rules on every payment line: balance, sources, citations, routes, payer_shares, caps, residents, shortfall."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from allocator.i18n import _
from allocator.inputs.schemas.base import Cited, Quantity, in_force
from allocator.inputs.schemas.sources import Cap
from allocator.plan.audit.admission import passed_votes
from allocator.plan.audit.facts import SHORTFALL
from allocator.plan.audit.funding import Funding
from allocator.plan.audit.parts import shares_in_force
from allocator.plan.audit.report import Book, Finding
from allocator.plan.audit.resident_shares import check_least_share
from allocator.plan.audit.view import View


def check_payments(view: View, book: Book) -> None:
    """Re-check every payment line, and the rules that bind the lines of one estate."""
    funding = Funding(view.facts)
    _balance(view, book)
    _sources(view, funding, book)
    _citations(view, book)
    _routes(view, book)
    _caps(view, book)
    _residents(view, book)
    _shortfall(view, funding, book)


def _balance(view: View, book: Book) -> None:
    lines = view.payments
    paid = lines.groupby(["part", "year"])["amount"].sum()
    book.equal(
        "balance", _("every part of every work is paid exactly, in every payment year"), paid, view.dues, money=True
    )
    book.none(
        "balance", _("amounts are positive"), lines, lines["amount"] <= 0, (["part", "source", "year"],
        "amount", "> 0"),
    )  # fmt: skip
    outside = ~lines["year"].between(view.facts.first, view.facts.until)
    book.none(
        "balance", _("payments lie within the payment years"), lines, outside, (["part", "source", "year"],
        "year", f"{view.facts.first}..{view.facts.until}"),
    )  # fmt: skip
    keys = ["part", "payer", "source", "year"]
    book.none(
        "balance", _("one line per part, source and year"), lines, lines.duplicated(keys), (["part", "source", "year"],
        _("two lines"), _("one line")),
    )  # fmt: skip


def _sources(view: View, funding: Funding, book: Book) -> None:
    lines = view.payments[view.payments["known"]]
    columns = ["part_work", "component", "part_rule", "part_payer", "part_open", "part_source", "payer", "source"]
    kinds = lines[columns].drop_duplicates()
    verdict = kinds.assign(allowed=[_may_pay(funding, row) for row in kinds.to_dict("records")])
    lines = lines.merge(verdict, on=columns, how="left")
    book.none(
        "sources", _("sources pay only for what their payer bears and their eligibility admits"), lines,
        lines["allowed"] != "", (["part", "source", "year"], "allowed", _("an eligible source")),
    )  # fmt: skip
    real = lines[lines["source"] != SHORTFALL]
    money = funding.has_money(real["source"], real["place"])
    book.none(
        "sources", _("sources pay only where they have money"), real, ~money, (["part", "source", "year"],
        "place", _("a limit, pledge or allotment at that place")),
    )  # fmt: skip
    book.none(
        "sources", _("sources for large areas pay in no other"), real,
        ~funding.in_large_area(real["source"], real["part_area"]), (["part", "source", "year"],
        "part_area", _("an area of the size the source asks for")),
    )  # fmt: skip


def _may_pay(funding: Funding, line: Mapping[Hashable, Any]) -> str:
    """Why a line's source may not pay for such a part in the name of its payer; "" when it may."""
    payer, source, rule, granted = line["payer"], line["source"], line["part_rule"], line["part_source"]
    if payer not in funding.payers_of(rule, line["part_payer"], line["part_open"]):
        return _("payer {payer} bears nothing of it").format(payer=payer)
    if source == SHORTFALL:
        return ""
    entry = funding.facts.case.policy.sources.get(source)
    if entry is None or entry.payer != payer:
        return _("{source} is no source of {payer}").format(source=source, payer=payer)
    if granted:
        return "" if source == granted else _("the grant is paid by {source}").format(source=granted)
    admitted = funding.admits(source, line["part_work"], line["component"], rule, is_open=line["part_open"])
    return "" if admitted else _("{source} may not pay for it").format(source=source)


def _citations(view: View, book: Book) -> None:
    lines = view.payments[view.payments["known"]]
    lines = lines.assign(granted=lines["year"].where(lines["part_grant"] != "", 0))
    kinds = lines[["part_rule", "part_grant", "granted", "part_open", "payer"]].drop_duplicates()
    cited = [_citation(view, row) for row in kinds.itertuples(index=False, name=None)]
    names = ["rule", "clause", "document", "since", "basis", "stands_in"]
    told = pd.DataFrame(cited, columns=[f"cited_{name}" for name in names], index=kinds.index)
    lines = lines.merge(pd.concat([kinds, told], axis=1), on=list(kinds.columns), how="left")
    for name in names:
        book.none(
            "citations", _("{column} of each payment line").format(column=name), lines,
            lines[name].astype(object) != lines[f"cited_{name}"].astype(object), (["part", "source", "year"],
            name, f"cited_{name}"),
        )  # fmt: skip
    levels = view.facts.sources.loc[:, ["level", "ledger"]].reindex(lines["source"])
    for name in ("level", "ledger"):
        expected = levels[name].fillna("").astype("str").to_numpy()
        rows = lines.assign(expected=expected)
        wrong = (rows["source"] != SHORTFALL) & (rows[name] != rows["expected"])
        book.none(
            "citations", _("{column} of each payment line").format(column=name), rows, wrong,
            (["part", "source", "year"], name, "expected"),
        )  # fmt: skip


def _citation(view: View, line: tuple[str, str, int, bool, str]) -> tuple[str, str, str, str, str, bool]:
    """Rule, clause, document, date in force, basis, and whether the payer stands in for somebody else.

    ``line`` has the rule and unit grant of a line's part, the year of payment (which decides what amounts of a grant
    count; else 0), whether the part is open, and the payer.
    """
    case = view.facts.case
    rule, grant, granted, is_open, payer = line
    shares = shares_in_force(case, rule)
    cited: Cited | None = case.policy.unit_grants[grant].paid_in(granted) if grant else shares
    if cited is None:
        return (grant or rule, "", "", "", "", False)
    stands_in = bool(not grant and is_open and shares is not None and shares.stands_in == payer)
    return (grant or rule, cited.clause, cited.document, cited.since.isoformat(), cited.basis, stands_in)


def _routes(view: View, book: Book) -> None:
    policy = view.facts.case.policy
    lines = view.payments
    without = {key: frozenset(route.without) for key, route in policy.routes.items()}
    pairs = zip(lines["part_route"], lines["source"], strict=True)
    book.none(
        "routes", _("sources that a route leaves out do not pay on it"), lines,
        [source in without.get(route, ()) for route, source in pairs], (["part", "source", "year"],
        "source", _("another source")),
    )  # fmt: skip
    exclusive = [(key, other) for key, source in policy.sources.items() for other in source.excludes]
    payers = lines.groupby("source")["item"].agg(frozenset).to_dict()
    failures = [
        Finding(f"item {item}", f"{one}, {other}", _("one of them"))
        for one, other in exclusive
        for item in sorted(payers.get(one, frozenset()) & payers.get(other, frozenset()))
    ]
    book.add("routes", _("sources that exclude each other do not pay for one work"), len(exclusive), failures)


def _caps(view: View, book: Book) -> None:
    estates = view.estates
    started = estates["start_year"] > 0
    counts = {
        "household": estates["households"],
        "floor_area": estates["floor_area"],
        "estate": estates["households"] * 0 + 1,
    }
    paid = view.payments.groupby(["source", "estate"])["amount"].sum()
    for key, source in view.facts.case.policy.sources.items():
        for cap in source.caps:
            amount = in_force(cap.amount, view.facts.as_of)
            if amount is None:
                continue
            if cap.per == "unit":
                most = _per_units_done(view, amount, cap)
            else:
                most = view.facts.per_estate(amount, counts[cap.per]).where(started, 0).rename_axis("estate")
            book.at_most(
                "caps", _("{source}: most per {unit} at each estate").format(source=key, unit=cap.per),
                _of(paid, key), most, money=True,
            )  # fmt: skip


def _per_units_done(view: View, amount: Quantity, cap: Cap) -> pd.Series:
    """What the works done at each estate allow, by their quantities."""
    done = view.done[view.done["work"].isin(cap.works)]
    sums = view.facts.per_estate(amount, done["quantity"].fillna(0)).groupby(done["estate"]).sum()
    return sums.reindex(view.estates.index, fill_value=0).astype("int64").rename_axis("estate")


def _residents(view: View, book: Book) -> None:
    case = view.facts.case
    _votes(view, book)
    pledges = view.facts.pledges.groupby(["source", "estate"])["amount"].sum().astype("int64")
    lines = view.payments
    for key, source in case.policy.sources.items():
        if source.scope == "estate" and source.limited:
            paid = lines[lines["source"] == key].groupby("estate")["amount"].sum()
            limit = _of(pledges, key).reindex(view.estates.index, fill_value=0).rename_axis("estate")
            book.at_most("source_limits", _("{source}: pledges").format(source=key), paid, limit, money=True)
    check_least_share(case, view.facts.parts, view.dues, lines, book)
    rules = case.policy.residents
    most = in_force(rules.affordability, view.facts.as_of) if rules and rules.affordability else None
    if rules is None or most is None:
        return
    real = lines[(lines["payer"] == rules.payer) & (lines["source"] != SHORTFALL)]
    limit = view.facts.per_estate(most, view.estates["households"]).rename_axis("estate")
    limit = limit.where(view.estates["start_year"].to_numpy() > 0, 0)
    book.at_most(
        "residents", _("what residents pay, per household"), real.groupby("estate")["amount"].sum(), limit, money=True
    )


def _votes(view: View, book: Book) -> None:
    """Money that needs a vote of the owners is paid only where the vote has passed."""
    for key, source in view.facts.case.policy.sources.items():
        if source.vote is not None:
            lines = view.payments[view.payments["source"] == key]
            book.none(
                "residents", _("{source}: paid only where the owners' vote has passed").format(source=key), lines,
                ~lines["estate"].isin(passed_votes(view.facts.case, key)), (["part", "year"], "estate",
                _("a vote that has passed")),
            )  # fmt: skip


def _shortfall(view: View, funding: Funding, book: Book) -> None:
    lines = view.unpaid
    book.none(
        "shortfall", _("the last resort stands in only for payers that allow it"), lines,
        ~lines["payer"].isin(list(funding.last_resort)), (["part", "year"], "payer",
        ", ".join(sorted(funding.last_resort)) or _("no shortfall")),
    )  # fmt: skip
    declared = view.tables["shortfall"].groupby(["county", "year"])["amount"].sum()
    shown = lines.groupby(["county", "year"])["amount"].sum()
    book.equal("shortfall", _("declared shortfall is what the payments show"), declared, shown, money=True)


def _of(series: pd.Series, source: str) -> pd.Series:
    """Entries of one source of a series by (source, estate)."""
    if source not in series.index.get_level_values(0):
        return pd.Series(dtype="int64")
    return series.xs(source, level=0)
