"""Which rules a list breaks by itself, before any money is looked at.

The checks are the audit's own, run on a plan that starts what the list names and does the required works;
``list_words`` says what they find, whose rule it is, which rows it is about, and what would cure it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from allocator.analysis import list_words as words
from allocator.analysis.list_view import Asked
from allocator.analysis.listing import Breach
from allocator.inputs.register_sheets import TOTAL
from allocator.plan.audit.choices import (
    check_community,
    check_eligible,
    check_exclusions,
    check_gates,
    check_listed_years,
    check_locks,
)
from allocator.plan.audit.persistence import check_held
from allocator.plan.audit.report import Book, Finding
from allocator.plan.audit.targets import (
    check_fairness,
    check_newer,
    check_spend_capacity,
    check_start_capacity,
    task_rows,
)
from allocator.plan.audit.view import View

Check = Callable[[View, Book], None]
Tell = Callable[[Asked, View, Finding], Breach | None]


def _settled(view: View, book: Book) -> None:
    """Settled and frozen starts are as adopted."""
    check_held(view, book)


_STARTS: tuple[tuple[Check, Tell], ...] = (
    (check_eligible, words.ineligible),
    (check_gates, words.gates),
    (check_locks, words.locks),
    (check_exclusions, words.exclusion),
    (_settled, words.settled),
    (check_listed_years, words.listed_year),
)
"""Rules on each start."""

_AT_MOST: tuple[tuple[Check, Tell], ...] = (
    (check_start_capacity, words.start_capacity),
    (check_spend_capacity, words.spend_capacity),
)
"""Rules on a year that more starts can only break further."""

_WHOLE: tuple[tuple[Check, Tell], ...] = ((check_newer, words.newer),)
"""Rules on a year that only a whole plan can break or keep."""


def broken_rules(asked: Asked) -> tuple[Breach, ...]:
    """Rules that the starts of a list break, whatever the money.

    Rules on one year look at the projects whose year the list states. Where it states all of them and is the whole
    plan, minima and shares are looked at too; else they can only be judged when the years are chosen:
    ``broken_by_starts``.
    """
    assumed = asked.view(asked.assumed)
    found = [*_run(asked, assumed, _STARTS)]
    found += _run(asked, asked.view(asked.assumed, community=True), ((check_community, words.community),))
    found += _run(asked, asked.view(asked.dated), _AT_MOST)
    only = asked.reading == "only"
    whole = only and asked.listing.has_all_years
    if only:
        found += _run(asked, assumed, ((check_fairness, words.fairness),))
    found += _run(asked, asked.view(asked.dated), _WHOLE) if whole else []
    found += _tasks(asked, asked.view(asked.dated), asked.dated, minima=whole, total=False)
    found += _tasks(asked, assumed, asked.assumed, minima=only, total=True)
    return tuple(found)


def broken_by_starts(asked: Asked, starts: Mapping[str, int]) -> tuple[Breach, ...]:
    """Rules on years and on the whole that ``starts`` (the list, its years chosen by the tool) break."""
    view = asked.view(starts)
    found = [*_run(asked, view, (*_AT_MOST, *_WHOLE))]
    return (*found, *_tasks(asked, view, starts, minima=True, total=False))


def _run(asked: Asked, view: View, rules: tuple[tuple[Check, Tell], ...]) -> list[Breach]:
    """What the audit's checks find, in words."""
    found = []
    for check, tell in rules:
        book = Book(asked.case.scenario.money, frozenset(asked.case.scenario.options.rules_off))
        check(view, book)
        told = [tell(asked, view, finding) for one in book.checks for finding in one.failures]
        found += [breach for breach in told if breach is not None]
    return found


def _tasks(asked: Asked, view: View, starts: Mapping[str, int], *, minima: bool, total: bool) -> Iterator[Breach]:
    """Task bands that the starts leave; ``total`` looks at those of all years, else at those of one."""
    if "tasks" in asked.case.scenario.options.rules_off:
        return
    rows: pd.DataFrame = task_rows(view).reset_index()
    rows = rows[(rows["year"] == TOTAL) == total]
    documents = asked.case.register.tasks.set_index(["county", "year"])["document"]
    for county, year, measure, low, high, planned, under, over in rows[
        ["county", "year", "measure", "minimum", "maximum", "planned", "under", "over"]
    ].itertuples(index=False, name=None):
        document = str(documents.get((county, year), ""))
        place = asked.place(county, year), asked.rows_in(starts, county, year), (county, str(year), measure)
        if under and minima:
            yield words.task(place, "task_minimum", measure, planned=planned, bound=low, document=document)
        if over:
            yield words.task(place, "task_maximum", measure, planned=planned, bound=high, document=document)
