"""Views of an evaluated list: verdict, rules broken, what is in it, who drops out, what forced projects cost, gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from allocator.analysis.list_results import dropped_estates, forced_costs, listed_estates
from allocator.reporting.judged import Judged
from allocator.reporting.views.comparison_views import COMPARISON_VIEWS

View = Callable[[Judged], pd.DataFrame]


def list_verdict(j: Judged) -> pd.DataFrame:
    """Sentences a reader must have seen, gravest first."""
    sentences = enumerate(_sentences(j), start=1)
    return pd.DataFrame({"text": [f"{number}. {sentence}" for number, sentence in sentences]}, columns=["text"])


def _sentences(j: Judged) -> Iterator[str]:
    e = j.evaluation
    listed, gone = listed_estates(e), dropped_estates(e)
    yield j.say(
        "evaluate", f"reading_{e.asked.reading}", list=e.asked.listing.name, projects=len(e.asked.listing.starts),
        estates=len(listed), households=f"{int(listed['households'].sum()):,}",
    )  # fmt: skip
    if not e.breaches:
        yield j.say("evaluate", "keeps_all")
    else:
        counts = pd.Series([breach.rule for breach in e.breaches]).value_counts(sort=False)
        told = [f"{j.say('list_rules', str(rule))} {count}" for rule, count in counts.items()]
        yield j.say("evaluate", "breaks", count=len(e.breaches), rules=j.say("words", "list_sep").join(told))
    excused = listed[listed["excused"]]
    if len(excused):
        yield j.say("evaluate", "excused", projects=excused["project"].nunique(), estates=len(excused))
    lifted = [*e.priced.lifted, *(["payer_money"] if e.priced.payers else [])]
    if lifted:
        names = j.say("words", "list_sep").join(j.say("list_rules", rule) for rule in lifted)
        yield j.say("evaluate", "lifted", rules=names)
    dropped = gone[gone["start_year"] == 0]
    if len(dropped):
        yield j.say(
            "evaluate", "dropped", estates=len(dropped), households=f"{int(dropped['households'].sum()):,}",
            points=f"{dropped['points'].sum():,.0f}",
        )  # fmt: skip
    if j.last.shortfall:
        yield j.say("evaluate", "shortfall", amount=j.money(j.last.shortfall), unit=j.unit)
    yield j.say("evaluate", "proof", own=j.base.gap_text(), list=j.last.gap_text())


def list_breaches(j: Judged) -> pd.DataFrame:
    """One row per broken rule: rows, rule, about, found, expected, source (document and clause), cure."""
    rows = [
        (j.say("words", "list_sep").join(b.rows) or j.say("evaluate", "whole_list"), j.say("list_rules", b.rule),
         b.about, b.found, b.expected, " ".join(part for part in (b.document, b.clause) if part), b.cure)
        for b in j.evaluation.breaches
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["rows", "rule", "about", "found", "expected", "source", "cure"])


def list_estates(j: Judged) -> pd.DataFrame:
    """One row per estate that the list starts, with years as asked, priced and in the own plan, and its state."""
    table = listed_estates(j.evaluation)
    none = j.say("compare", "not_started")
    states = [
        j.say("evaluate", "not_ready") if excused
        else j.say("words", "list_sep").join(j.say("list_rules", rule) for rule in rules)
        for excused, rules in zip(table["excused"], table["breaches"], strict=True)
    ]  # fmt: skip
    return table.assign(
        rows=table["rows"].where(table["rows"] != "", j.say("evaluate", "beside")),
        shown_name=table["name"].where(table["name"] != "", table["estate"]),
        asked_text=[str(year) if year else j.say("evaluate", "any_year") for year in table["asked_year"]],
        start_text=[str(year) if year else none for year in table["start_year"]],
        own_text=[str(year) if year else none for year in table["own_year"]],
        ready_text=[str(year) if year else j.say("evaluate", "never") for year in table["ready_year"]],
        state=states,
    )


def list_dropped(j: Judged) -> pd.DataFrame:
    """One row per estate of the own plan that the list leaves out or moves, those left out first."""
    table = dropped_estates(j.evaluation)
    section = [j.say("evaluate", "moved" if year else "left_out") for year in table["start_year"]]
    rows = table.assign(
        section=section, shown_name=table["name"].where(table["name"] != "", table["estate"]),
        hazard_text=[j.say("answer", "true") if hazard else "" for hazard in table["hazard"]],
        own_text=table["own_year"].astype(str),
        start_text=[str(year) if year else j.say("compare", "not_started") for year in table["start_year"]],
    )  # fmt: skip
    return rows.sort_values("start_year", key=lambda years: years > 0, kind="stable", ignore_index=True)


def list_forced(j: Judged) -> pd.DataFrame:
    """One row per forced project: what it brings, what it costs the own plan, what striking it frees, and how known."""
    table = forced_costs(j.evaluation)
    notes = []
    estimated = table["freed_divisible"] & table["freed_public"].notna()
    for within, worse, rough in zip(table["within_gap"], table["worse"], estimated, strict=True):
        parts = [j.say("compare", "within")] if within else []
        parts += [j.say("evaluate", "worse", goal=j.say("goals", goal)) for goal in worse]
        parts += [j.say("evaluate", "divisible")] if rough else []
        notes.append(j.say("words", "list_sep").join(parts))
    return table.assign(
        how=[j.say("list_methods", method) for method in table["method"]], note=notes,
        start_text=[str(year) if year else "" for year in table["start_year"]],
        own_text=[str(year) if year else j.say("compare", "not_started") for year in table["own_year"]],
    )  # fmt: skip


def list_shortfall(j: Judged) -> pd.DataFrame:
    """One row per county and year with money that no source provides: in the own plan, in the list, difference."""
    keys = ["county", "year"]
    now, own = (
        run.tables["shortfall"].groupby(keys)["amount"].sum() for run in (j.comparison.runs[-1], j.comparison.runs[0])
    )
    index = now.index.union(own.index)
    table = pd.DataFrame({"own": own.reindex(index, fill_value=0), "listed": now.reindex(index, fill_value=0)})
    table = table.astype("int64").rename_axis(keys).reset_index()
    return table.assign(
        change=table["listed"] - table["own"], place=[j.last.place(county) for county in table["county"]],
        year_text=[str(year) for year in table["year"]],
    )  # fmt: skip


EVALUATION_VIEWS: Mapping[str, Callable[..., pd.DataFrame]] = MappingProxyType(
    {
        **COMPARISON_VIEWS,
        **{
            view.__name__: view
            for view in (
                list_verdict, list_breaches, list_estates, list_dropped, list_forced, list_shortfall,
            )
        },
    }
)  # fmt: skip
"""View by name; those of a comparison compare the list with the own plan."""
