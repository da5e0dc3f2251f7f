"""Sensitivity: the base of a scenario and all its variants, solved side by side, and what they say together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.analysis.common_money import common_money
from allocator.analysis.folder_lock import locked
from allocator.analysis.jobs import Job, JobOptions, Outcome, State, Tell, run_jobs
from allocator.analysis.sensitivity_frames import Solved, sensitivity_frames
from allocator.analysis.variants import BASE, NamedVariant, variants_of
from allocator.errors import InfeasibleError, NoPlanError, Problem, ScenarioError, SolverError
from allocator.i18n import _
from allocator.inputs.case import Case
from allocator.inputs.headings import nearest
from allocator.inputs.load import load
from allocator.inputs.schemas.scenario import Goal, Money
from allocator.plan.keeping import Reports
from allocator.plan.run_folder import Run, read_run

RECORD = "sensitivity.json"
"""What a folder of variants holds once they are solved; while they are, it names the scenario."""


@dataclass(frozen=True)
class Sensitivity:
    """Base and variants of one scenario, and the frames of ``sensitivity_frames``; money is whole steps of ``money``.

    Variants that ended without a plan are in every frame about variants, with their state and error.
    """

    base: Run
    solved: tuple[Solved, ...]
    """The base first, then the variants in the order of their tables."""
    money: Money
    frames: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Plan:
    """What is to be solved: the scenario's file and case, and its variants."""

    scenario: Path
    case: Case
    variants: tuple[NamedVariant, ...]


def plan_sensitivity(scenario: Path, only: Sequence[str] = ()) -> Plan:
    """Read a scenario and write out its variants; ``only`` names the ones that are wanted.

    Raises
    ------
    ScenarioError
        When the scenario is wrong, has no variants, or none of a wanted name.
    """
    case = load(scenario)
    variants = variants_of(case)
    known = [variant.id for variant in variants]
    problems = [
        Problem(str(scenario), _("there is no variant {found!r}").format(found=name), _near(name, known))
        for name in only
        if name not in known
    ]
    if not known:
        cure = _("say in the scenario what to vary: sensitivity: {limits: {down: 0.8, up: 1.2}}")
        problems.append(Problem(str(scenario), _("the scenario has no variants"), cure))
    if problems:
        raise ScenarioError(problems)
    return Plan(scenario, case, tuple(v for v in variants if not only or v.id in only))


def _near(name: str, known: list[str]) -> str:
    near = nearest(name, known)
    return _("did you mean {name!r}?").format(name=near) if near else _("known: {names}").format(names=", ".join(known))


def run_sensitivity(
    plan: Plan,
    folder: Path,
    options: JobOptions,
    *,
    workers: int,
    cores: int,
    tell: Tell,
    reports: Reports | None = None,
) -> Sensitivity:
    """Solve the base with all ``cores``, then the variants, ``workers`` at once, each into a run folder of ``folder``.

    Runs that are there already are used again when their inputs have not changed. Each variant starts from the base
    plan and, among plans that its goals cannot tell apart, takes one that moves fewest projects. Only the base gets
    ``reports``.

    Raises
    ------
    AllocatorError
        When the base has no plan; a variant that has none fails alone.
    ScenarioError
        When the folder holds something else, or another program works in it.
    KeyboardInterrupt
        When the user stops it before the base has a plan.
    """
    _take(folder, plan)
    with locked(folder):
        first = Job(BASE, plan.scenario, {}, folder / BASE, replace(options, workers=cores))
        base = _base(run_jobs([first], 1, tell, reports=reports)[0])
        changes = changes_from(base)
        each = replace(options, workers=max(1, cores // workers))
        jobs = [
            Job(
                v.id, plan.scenario, {"changes": [dict(c) for c in v.changes], **changes}, folder / v.id, each,
                start=folder / BASE,
            )
            for v in plan.variants
        ]  # fmt: skip
        outcomes = run_jobs(jobs, workers, tell)
        solved = [_solved(v, outcome, base) for v, outcome in zip(plan.variants, outcomes, strict=True)]
    return gathered(base, solved)


def _take(folder: Path, plan: Plan) -> None:
    """Make a folder for the runs, or go on with one that holds runs of this kind."""
    if folder.exists() and not (folder.is_dir() and ((folder / RECORD).is_file() or not any(folder.iterdir()))):
        finding, cure = (
            _("this is there already, and holds no sensitivity"),
            _("choose another folder, or move it away"),
        )
        raise ScenarioError([Problem(str(folder), finding, cure)])
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / RECORD
    if not record.exists():
        record.write_text(json.dumps({"scenario": plan.case.scenario.id}) + "\n", encoding="utf-8", newline="\n")


def gathered(base: Run, solved: Sequence[Solved]) -> Sensitivity:
    """What base and variants say together."""
    every = (Solved(NamedVariant(BASE, BASE), State.DONE, "", 0.0, base), *solved)
    common = common_money([each.run for each in every if each.run is not None])
    factors = iter(common.factors)
    with_factor = [(each, next(factors) if each.run is not None else 1) for each in every]
    return Sensitivity(base, every, common.money, sensitivity_frames(with_factor, common.money))


def changes_from(base: Run) -> dict[str, Any]:
    """Changes that let a variant start from the base plan and count what it moves.

    A scenario that has an adopted plan to keep to keeps to that one: persistence and stages are about it.
    """
    scenario = base.case.scenario
    goals = list(scenario.goals)
    changes: dict[str, Any] = {}
    if "changes" not in [goal.id for goal in goals]:
        at = next((n for n, goal in enumerate(goals) if goal.id == "tie_break"), len(goals))
        goals.insert(at, Goal(id="changes"))
        changes["goals"] = [goal.model_dump() for goal in goals]
    if scenario.stage == "申报" and scenario.persistence == type(scenario.persistence)():
        starts = dict.fromkeys(sorted(set(base.tables["estates"]["project"])), 0)
        projects = base.tables["projects"]
        starts |= {str(name): int(year) for name, year in projects.set_index("project")["start_year"].items()}
        changes["adopted"] = starts
    return changes


def _base(outcome: Outcome) -> Run:
    if outcome.has_run:
        return read_run(outcome.job.folder)
    words = _("the base has no plan: {error}").format(error=outcome.error)
    match outcome.state:
        case State.STOPPED:
            raise KeyboardInterrupt
        case State.INFEASIBLE:
            raise InfeasibleError(words)
        case State.NO_PLAN:
            raise NoPlanError(words)
        case State.BAD_INPUT:
            raise ScenarioError([Problem(str(outcome.job.scenario), words, _("correct the scenario"))])
        case _:
            raise SolverError(words)


def _solved(variant: NamedVariant, outcome: Outcome, base: Run) -> Solved:
    """A variant with its run. What a variant of the block changes leaves money and sources as they are in the base."""
    run = None
    if outcome.has_run:
        run = read_run(outcome.job.folder, None if variant.dimension == "variants" else base.case)
    return Solved(variant, outcome.state, outcome.error, outcome.seconds, run)
