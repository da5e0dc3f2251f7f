"""What a priced list would be freed of without one of its projects, all other starts and works as they are."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from allocator.formulation.build import Formulation, formulate
from allocator.inputs.case import Case
from allocator.plan.first_choices import choices_of
from allocator.solving.base import Answer, Floats, Progress, Request
from allocator.solving.process import SolverProcess, borrow, give_back
from allocator.solving.stages import Clock, Search

_MONEY = ("tasks", "capacity", "complete_community", "persistence")
"""Families that ask nothing of the money; their rules are told as breaches of the list, not here."""


@dataclass(frozen=True)
class StruckGain:
    """What goes away with one project [steps]; None when the time did not allow it.

    ``divisible``: bonds counted as if they could be issued in any amount, not in whole lots; the figures are estimates.
    """

    project: str
    shortfall: int | None = None
    public_money: int | None = None
    divisible: bool = False


def fixed_choices(f: Formulation, tables: Mapping[str, pd.DataFrame]) -> Floats:
    """Whole columns of ``f`` that a plan's tables tell: starts, routes, works, savings and bonuses; no bonds."""
    x = choices_of(f, tables)
    earned = set(zip(tables["bundles"]["area"], tables["bundles"]["year"], strict=True))
    bonus = f.columns["bonus"]
    areas = bonus["area"].map(f.index.case.register.areas["area"])
    on = [key in earned for key in zip(areas, bonus["year"], strict=True)]
    x[bonus["col"].to_numpy(np.int64)[np.array(on, dtype=bool)]] = 1.0
    return x


class Ledger:
    """The money of a priced list with starts and works fixed, one project struck after another."""

    def __init__(self, case: Case, tables: Mapping[str, pd.DataFrame], *, divisible: bool) -> None:
        self._divisible = divisible
        options = case.scenario.options
        off = tuple(sorted({*options.rules_off, *_MONEY}))
        free = {"locks": {}, "exclusions": (), "options": options.model_copy(update={"rules_off": off})}
        self.f = formulate(replace(case, scenario=case.scenario.model_copy(update=free)))
        self._x = fixed_choices(self.f, tables)
        self.search = Search(self.f, "highs", 0.0, case.scenario.solver.seed, 1, Clock(np.inf), _silent)
        self._base: tuple[float, float] | None = None

    def gain(self, process: SolverProcess, project: str, end: float) -> StruckGain:
        """Shortfall and county money that go away with ``project``, both at their least."""
        if self._base is None:
            self._base = self._least(process, None, end)
        without = self._least(process, project, end)
        if self._base is None or without is None:
            return StruckGain(project, divisible=self._divisible)
        shortfall, public_money = (round(a - b) for a, b in zip(self._base, without, strict=True))
        return StruckGain(project, shortfall, public_money, self._divisible)

    def _least(self, process: SolverProcess, project: str | None, end: float) -> tuple[float, float] | None:
        """Least shortfall, and least county money and debt beside it."""
        lower, upper = self._bounds(project)
        found: list[float] = []
        extra = None
        for goal in ("shortfall", "public_money"):
            objective = self.f.goals[goal]
            request = Request(objective.coefficients, objective.maximise, extra, lower, upper, relax=self._divisible)
            answer = self._answer(process, request, end)
            if answer is None or answer.x is None or answer.gap > 1e-6:
                return None
            found.append(answer.objective)
            extra = sparse.csr_matrix(objective.coefficients), np.array([-np.inf]), np.array([answer.objective + 1e-3])
        return found[0], found[1]

    def _answer(self, process: SolverProcess, request: Request, end: float) -> Answer | None:
        """Answer in the time left; a bonus that is not whole is not earned."""
        left = end - time.monotonic()
        answer = process.solve(replace(request, time_limit_s=left)) if left > 0 else None
        if answer is None or answer.x is None or request.upper is None or not self._divisible:
            return answer
        bonus = self.f.columns["bonus"]["col"].to_numpy(np.int64)
        broken = bonus[np.abs(answer.x[bonus] - np.round(answer.x[bonus])) > 1e-6]
        if not len(broken):
            return answer
        upper = request.upper.copy()
        upper[broken] = 0.0
        return self._answer(process, replace(request, upper=upper), end)

    def _bounds(self, project: str | None) -> tuple[Floats, Floats]:
        """All whole columns as the plan has them, bonds free; a struck project has none, a bonus may be lost."""
        f, x = self.f, self._x.copy()
        if project is not None:
            x[self._columns_of(project)] = 0.0
        held = f.integer.copy()
        for kind in ("issue", "borrows", "moved"):
            held[f.columns[kind]["col"].to_numpy(np.int64)] = False
        lower, upper = np.where(held, x, f.lower), np.where(held, x, f.upper)
        lower[f.columns["bonus"]["col"].to_numpy(np.int64)] = 0.0
        return lower, upper

    def _columns_of(self, project: str) -> npt.NDArray[np.int64]:
        """Numbers of the whole columns of a project."""
        index = self.f.index
        row = index.projects.index[index.projects["project_id"] == project]
        of_item, of_estate = index.items["project"], index.estates["project"]
        found = []
        for kind, names in (("start", None), ("route", None), ("do", of_item), ("do_route", of_item),
                            ("both", of_estate)):  # fmt: skip
            frame = self.f.columns[kind]
            owner = frame["project"] if names is None else frame["item" if "item" in frame else "estate"].map(names)
            found.append(frame.loc[owner.isin(row), "col"].to_numpy(np.int64))
        return np.concatenate(found)


def struck_gains(
    case: Case, tables: Mapping[str, pd.DataFrame], projects: Sequence[str], seconds: float, *, divisible: bool = False
) -> Iterator[StruckGain]:
    """Gains for ``projects`` of a priced list in their order, as far as the time allows.

    ``divisible``: bonds may be issued in any amount, which is quick; otherwise in whole lots.
    """
    end = time.monotonic() + seconds
    ledger = Ledger(case, tables, divisible=divisible)
    process = borrow("highs")
    try:
        process.load(ledger.search.problem)
        for project in projects:
            yield ledger.gain(process, project, end)
    finally:
        give_back(process)


def _silent(_progress: Progress) -> None:
    """Tell nobody."""
