"""The manifest: values of the goals, gap, status, shortfall, and hashes of the inputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from allocator.i18n import _
from allocator.inputs.case import from_steps
from allocator.inputs.schemas.draft import Draft
from allocator.plan.audit.debt import issues, lots_service
from allocator.plan.audit.exact import fraction
from allocator.plan.audit.report import Book, Finding
from allocator.plan.audit.targets import NO_BOUND, task_rows
from allocator.plan.audit.tied import reallocation_price
from allocator.plan.audit.view import View

GAP_TOLERANCE = Fraction(1, 10**9)
OPTIMAL_GAP = Fraction(1, 10**6)
VALUE_TOLERANCE = Fraction(1, 10**6)
MAXIMISED = ("hazards", "points")
MONEY_GOALS = ("shortfall", "public_money", "missing")
STATUSES = ("optimal", "gap_reached", "time_limit")


def goal_values(view: View) -> dict[str, Fraction]:
    """Value of every goal that can be told from the tables; money in steps."""
    measures: dict[str, Callable[[View], Fraction]] = {
        "tasks": _tasks, "shortfall": _shortfall, "hazards": _hazards, "points": _points, "public_money": _public_money,
        "changes": _changes,
    }  # fmt: skip
    return {name: measure(view) for name, measure in measures.items()}


def _tasks(view: View) -> Fraction:
    total = Fraction(0)
    rows = task_rows(view)
    for breaches, bounds in ((rows["under"], rows["minimum"]), (rows["over"], rows["maximum"])):
        for breach, bound in zip(breaches.tolist(), bounds.tolist(), strict=True):
            if bound != NO_BOUND:
                total += Fraction(breach, max(bound, 1))
    return total


def _shortfall(view: View) -> Fraction:
    """Money that no limit provides, and money beyond limits at its price."""
    prices = view.facts.case.scenario.options.elastic_limits
    beyond = view.tables["accounts"].groupby("source")["excess"].sum()
    priced = (fraction(prices[source]) * int(amount) for source, amount in beyond.items() if source in prices)
    return sum(priced, Fraction(int(view.unpaid["amount"].sum())))


def _hazards(view: View) -> Fraction:
    started = view.started
    return Fraction(int(started.loc[started["hazard"], "households"].sum()))


def _points(view: View) -> Fraction:
    earned = fraction(float(view.estate_points.sum())) + fraction(float(view.tables["bundles"]["points"].sum()))
    return earned - fraction(view.facts.case.scenario.persistence.price) * _changes(view)


def _changes(view: View) -> Fraction:
    return Fraction(int(view.moved.sum()))


def _public_money(view: View) -> Fraction:
    lines, sources = view.payments, view.facts.sources
    local = lines["source"].isin(sources.index[sources["local"].astype(bool)])
    service = lots_service(view)
    general = ~service["bond"].isin(list(view.facts.special))
    service = service[general & service["year"].between(view.facts.first, view.facts.until)]
    years = view.tables["special_years"]
    topups = years.loc[years["year"].between(view.facts.first, view.facts.until), "topup"].sum()
    parts = (
        lines.loc[local, "amount"].sum(), issues(view)["amount"].sum(), service["principal"].sum(),
        service["interest"].sum(), topups, lines.loc[lines["stands_in"], "amount"].sum(),
    )  # fmt: skip
    moved = int(view.tables["reallocations"]["amount"].sum())
    return sum(int(part) for part in parts) + reallocation_price(view.facts) * moved


def check_manifest(view: View, manifest: Mapping[str, object], book: Book) -> None:
    """Re-check the figures and claims of the manifest against tables and inputs."""
    values, scenario = goal_values(view), view.facts.case.scenario
    claims: list[tuple[str, str, object]] = [(scenario.headline, "objective", manifest.get("objective"))]
    goals = manifest.get("goals")
    stages = [goal for goal in goals if isinstance(goal, Mapping)] if isinstance(goals, list | tuple) else []
    names = [str(stage.get("id", "")) for stage in stages]
    figures = [stage.get("value", stage.get("objective")) for stage in stages]
    claims += [(name, f"goals.{name}", figure) for name, figure in zip(names, figures, strict=True)]
    values["missing"] = Fraction(int(view.unpaid["amount"].sum()))
    claims.append(("missing", "shortfall", manifest.get("shortfall")))
    failures = [
        Finding(place, str(found), _told(view, goal, values[goal]))
        for goal, place, found in claims
        if goal in values and not _is_value(view, goal, values[goal], found)
    ]
    adopted = not view.facts.adopted.empty
    declared = [goal.id for goal in scenario.goals if goal.id != "changes" or adopted]
    # when time ended, the last goals may not have been reached
    ended = "time_limit" in (manifest.get("status"), *(stage.get("status") for stage in stages))
    if names != (declared[: len(names)] if ended and scenario.headline in names else declared):
        failures.append(Finding("goals", ", ".join(names) or "-", ", ".join(declared)))
    book.add("manifest", _("values of the goals"), len(claims), failures, tolerance=_("a millionth; money exact"))
    _gaps(view, manifest, book)
    _draft(scenario.draft, manifest.get("draft"), book)
    given, own = _hashes(manifest.get("inputs")), dict(view.facts.case.files)
    wrong = sorted(name for name in {*given, *own} if given.get(name) != own.get(name))
    changed = [Finding(name, given.get(name, _("no hash")), own.get(name, _("no such file"))) for name in wrong]
    book.add("manifest", _("hashes of the inputs"), len(own), changed)


def _draft(draft: Draft | None, told: object, book: Book) -> None:
    """The manifest tells the draft that the scenario is for."""
    own = draft.model_dump(mode="json") if draft else None
    failures = [] if told == own else [Finding("draft", _in_words(told), _in_words(own))]
    book.add("manifest", _("draft"), 1, failures)


def _in_words(draft: object) -> str:
    return json.dumps(draft, ensure_ascii=False) if draft else _("none")


def _is_value(view: View, goal: str, own: Fraction, found: object) -> bool:
    """Whether a figure of the manifest is the goal's value; money may be told in steps or in the money unit."""
    number = _number(found)
    if goal in MONEY_GOALS:
        if own.denominator > 1:  # at a price: the manifest tells six decimals
            return number is not None and abs(number - own) <= VALUE_TOLERANCE
        return number in (own, fraction(from_steps(int(own), view.facts.case.scenario.money)))
    return number is not None and abs(number - own) <= VALUE_TOLERANCE * max(Fraction(1), abs(own))


def _told(view: View, goal: str, own: Fraction) -> str:
    is_whole = goal in MONEY_GOALS and own.denominator == 1
    return str(from_steps(int(own), view.facts.case.scenario.money) if is_whole else float(own))


def _gaps(view: View, manifest: Mapping[str, object], book: Book) -> None:
    objective, bound = _number(manifest.get("objective")), _number(manifest.get("bound"))
    gap = _number(manifest.get("gap"))
    failures, status = [], str(manifest.get("status"))
    if status not in STATUSES:
        failures.append(Finding("status", status, ", ".join(STATUSES)))
    if objective is None or bound is None or gap is None:
        if status in STATUSES[:2] or gap is not None:
            failures.append(Finding("gap", str(manifest.get("gap")), _("objective, bound and gap")))
        book.add("manifest", _("gap and status"), 3, failures)
        return
    own = abs(bound - objective) / max(abs(objective), Fraction(1))
    if abs(own - gap) > GAP_TOLERANCE:
        failures.append(Finding("gap", str(float(gap)), str(float(own))))
    better = bound - objective if view.facts.case.scenario.headline in MAXIMISED else objective - bound
    if better < -VALUE_TOLERANCE * max(Fraction(1), abs(objective)):
        failures.append(
            Finding("bound", str(float(bound)), _("no worse than the objective {value}").format(value=float(objective)))
        )
    if status == "optimal" and own > OPTIMAL_GAP + GAP_TOLERANCE:
        failures.append(Finding("status", status, _("a gap of at most {gap}").format(gap=float(OPTIMAL_GAP))))
    if status == "gap_reached":
        failures += _gap_reached(view, manifest, objective, bound)
    book.add("manifest", _("gap and status"), 3, failures, tolerance=_("a billionth"))


def _gap_reached(view: View, manifest: Mapping[str, object], objective: Fraction, bound: Fraction) -> list[Finding]:
    """The stage ended within the gap asked for; later stages gave up no more of it than the goal allows."""
    scenario, stages = view.facts.case.scenario, manifest.get("goals")
    own = [stage for stage in stages if stage.get("id") == scenario.headline] if isinstance(stages, list) else []
    stated = _number(own[0].get("reached")) if own else None
    reached = objective if stated is None else stated
    asked = _number(manifest.get("gap_asked"))
    failures, allowed = [], fraction(scenario.solver.gap) if asked is None else asked
    if abs(bound - reached) / max(abs(reached), Fraction(1)) > allowed + GAP_TOLERANCE:
        failures.append(Finding("status", "gap_reached", _("a gap of at most {gap}").format(gap=float(allowed))))
    goal = next(goal for goal in scenario.goals if goal.id == scenario.headline)
    slack = max(fraction(goal.abs), fraction(goal.rel) * abs(reached))
    given_up = reached - objective if scenario.headline in MAXIMISED else objective - reached
    if given_up > slack + VALUE_TOLERANCE * max(Fraction(1), abs(objective)):
        told = _("within {slack} of {value}").format(slack=float(slack), value=float(reached))
        failures.append(Finding("objective", str(float(objective)), told))
    return failures


def _hashes(inputs: object) -> dict[str, str]:
    return {str(name): str(digest) for name, digest in inputs.items()} if isinstance(inputs, Mapping) else {}


def _number(value: object) -> Fraction | None:
    """A figure of the manifest, exactly as it is written; None when there is none."""
    if isinstance(value, Mapping):
        value = value.get("amount")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return fraction(number) if number.is_finite() else None
