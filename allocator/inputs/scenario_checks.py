"""What a scenario must satisfy beyond its form: years in order, shares that sum, ids that exist."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.headings import nearest
from allocator.inputs.register_reader import Sheets
from allocator.inputs.register_sheets import CERTAINTY
from allocator.inputs.schema_errors import place_text
from allocator.inputs.schemas.changes import FAMILY_NAMES
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario
from allocator.inputs.yaml_files import Path_, Tree

Fault = tuple[Path_, str, str]
"""Path, finding, cure."""


def scenario_problems(scenario: Scenario, tree: Tree) -> Iterator[Problem]:
    """Faults of a scenario that is right in form, as far as they need neither policy model nor register."""
    for faults in (_horizon(scenario), _profiles(scenario), _twice(scenario), _words(scenario)):
        for path, finding, cure in faults:
            yield Problem(place_text(path, Scenario, tree), finding, cure)


def _horizon(scenario: Scenario) -> Iterator[Fault]:
    horizon = scenario.horizon
    if horizon.last < horizon.first:
        text = _("the last year {last} is before the first, {first}").format(last=horizon.last, first=horizon.first)
        yield ("horizon", "last"), text, _("exchange the two")
    if horizon.payments_until is not None and horizon.payments_until < horizon.last:
        text = _("payments end in {until}, before the last start year {last}")
        finding = text.format(until=horizon.payments_until, last=horizon.last)
        yield ("horizon", "payments_until"), finding, _("write a later year, or leave it out")


def _profiles(scenario: Scenario) -> Iterator[Fault]:
    named: list[tuple[Path_, tuple[Decimal, ...]]] = [(("spend_profile",), scenario.spend_profile)]
    named += [(("class_profiles", name), profile) for name, profile in scenario.class_profiles.items()]
    for path, profile in named:
        total = sum(profile, Decimal(0))
        if total != 1:
            text = _("the shares sum to {total}, not to 1").format(total=total)
            yield path, text, _("change the shares so that they sum to 1")


def _twice(scenario: Scenario) -> Iterator[Fault]:
    goals = tuple(str(goal.id) for goal in scenario.goals)
    for name, values in (("counties", scenario.counties), ("goals", goals)):
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield (name,), _("{value!r} stands here twice").format(value=value), _("remove one of the two")
    if scenario.headline not in goals:
        text = _("the headline {goal!r} is not among the goals").format(goal=scenario.headline)
        yield ("headline",), text, _("name one of: {names}").format(names=", ".join(goals))


def _words(scenario: Scenario) -> Iterator[Fault]:
    no_certainty, no_family = _("there is no certainty {found!r}"), _("there is no family of rules {found!r}")
    lists: tuple[tuple[Path_, tuple[str, ...], tuple[str, ...], str], ...] = (
        (("firm",), scenario.firm, tuple(CERTAINTY.values()), no_certainty),
        (("available",), scenario.available, tuple(CERTAINTY.values()), no_certainty),
        (("options", "rules_off"), scenario.options.rules_off, FAMILY_NAMES, no_family),
    )
    for path, words, known, text in lists:
        for position, word in enumerate(words):
            if word not in known:
                near = nearest(word, list(known))
                all_known = _("known: {names}").format(names=", ".join(known))
                cure = _("did you mean {name!r}?").format(name=near) if near else all_known
                yield (*path, position), text.format(found=word), cure
    for name, value in scenario.money.other_units.items():
        if value <= 0:
            text = _("a money unit must be worth more than 0")
            yield ("money", "other_units", name), text, _("write its value in units of the currency")


def scenario_references(scenario: Scenario, tree: Tree, policy: PolicyModel, sheets: Sheets) -> Iterator[Problem]:
    """Ids in a scenario that neither the policy model nor the register has, and locks outside the start years."""
    projects = set(sheets.frames["projects"]["project"]) | set(sheets.frames["estates"]["project"])
    lockable = projects | set(sheets.frames["estates"]["estate"])
    known: list[tuple[Path_, str, set[str], str]] = [
        (("class_profiles", name), name, set(policy.classes), _("class")) for name in scenario.class_profiles
    ]
    known += [(("locks", name), name, lockable, _("project or estate")) for name in scenario.locks]
    known += [(("excused", place), name, projects, _("project")) for place, name in enumerate(scenario.excused)]
    known += [
        (("exclusions", group, position), name, projects, _("project"))
        for group, names in enumerate(scenario.exclusions)
        for position, name in enumerate(names)
    ]
    yield from _regions(scenario, tree, policy)
    for path, name, among, what in known:
        if name not in among:
            near = nearest(name, sorted(among))
            cure = _("did you mean {name!r}?").format(name=near) if near else _("remove it")
            finding = _("there is no {what} {found!r}").format(what=what, found=name)
            yield Problem(place_text(path, Scenario, tree), finding, cure)
    years = range(scenario.horizon.first, scenario.horizon.last + 1)
    for name, lock in scenario.locks.items():
        if isinstance(lock, int) and lock not in years:
            finding = _("the year {year} is no start year").format(year=lock)
            cure = _("write a year from {first} to {last}").format(first=years[0], last=years[-1])
            yield Problem(place_text(("locks", name), Scenario, tree), finding, cure)


def _regions(scenario: Scenario, tree: Tree, policy: PolicyModel) -> Iterator[Problem]:
    """Counties in no region that a share is stated for, where it differs by region and says nothing of the others."""
    for name, source in policy.sources.items():
        share = source.share
        if share is None or not share.by_region or share.max is not None or share.min is not None:
            continue
        for county in [name for name in scenario.counties if scenario.regions.get(name) not in share.by_region]:
            finding = _("{county} lies in no region that the share of {source!r} is stated for")
            cure = _("write regions: {{{county}: 中部}}, or what region it is; or add that to by_region")
            cure = cure.format(county=county)
            at = place_text(("regions",), Scenario, tree)
            yield Problem(at, finding.format(county=county, source=name), cure)
