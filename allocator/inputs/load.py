"""Load a scenario: files to a validated case, or everything that is wrong with them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from allocator.errors import Problem, ScenarioError
from allocator.inputs.adopted import adopted_problems
from allocator.inputs.availability import restricted
from allocator.inputs.carried_checks import check_tied, elastic_problems
from allocator.inputs.case import Case, Notice, Register
from allocator.inputs.copying import changes_file
from allocator.inputs.debt_checks import check_debt, lot_notices
from allocator.inputs.formulas import with_formulas_in_force
from allocator.inputs.greatest_costs import by_account, greatest_costs
from allocator.inputs.idle_money import Money, money_notices
from allocator.inputs.idle_rules import check_tasks, rule_notices
from allocator.inputs.limit_checks import check_limits, payment_years
from allocator.inputs.minimum_use_checks import check_minimum_use
from allocator.inputs.plausibility import implausible
from allocator.inputs.policy_checks import policy_problems
from allocator.inputs.policy_files import PolicyFiles, read_policy
from allocator.inputs.raw_tables import read_tables
from allocator.inputs.references import fill_in, resolve_references, sorted_frames
from allocator.inputs.register_changes import change_register
from allocator.inputs.register_checks import check_register, places_of_money, unused_rows
from allocator.inputs.register_reader import Sheets, read_sheets
from allocator.inputs.running_checks import check_running, fill_running, running_notices
from allocator.inputs.scenario_checks import scenario_problems, scenario_references
from allocator.inputs.scenario_files import ScenarioFiles, inside, overlay, read_scenario
from allocator.inputs.schema_errors import validated
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario
from allocator.inputs.special_checks import check_projects
from allocator.inputs.switches import drop_former_gates, joined_routes, with_former_gates
from allocator.inputs.tree_changes import changed_trees
from allocator.inputs.yaml_files import Tree, sha256
from allocator.quick_text import quick_text


@quick_text
def load(path: Path | str, changes: Mapping[str, object] | None = None) -> Case:
    """Load a scenario with its policy model and register.

    Parameters
    ----------
    path
        The scenario file. Everything it names lies in its folder, but for shipped policy models.
    changes
        Values laid over the scenario, by dotted path: ``{"options.shortfall": False}``.

    Returns
    -------
    Case
        All values checked; findings that do not stop a run are in ``notices``.

    Raises
    ------
    ScenarioError
        With every problem found, each with file, line or row, what was found, and the cure.
    """
    problems: list[Problem] = []
    files = read_scenario(Path(path))
    policy_files = _policy_files(files, changes or {}, problems)
    model = policy_files.tree if policy_files else Tree()
    over = overlay(*changed_trees(files.levels, model, []), changes) if changes else Tree()
    tree, policy_tree = changed_trees((*files.levels, over), model, problems)
    files = replace(files, tree=tree)
    scenario = validated(Scenario, tree, problems)
    policy = validated(PolicyModel, policy_tree, problems) if policy_files else None
    if scenario is None:
        raise ScenarioError(problems)
    problems.extend(scenario_problems(scenario, tree))
    if policy is not None:
        problems.extend(policy_problems(policy, policy_tree, scenario.as_of, scenario.money))
        policy = with_formulas_in_force(policy, scenario.as_of)
    sheets, register_files = _sheets(scenario, files, (model, policy_tree), problems)
    notices: list[Notice] = []
    if policy is not None and not problems and {"estates", "items"} <= set(sheets.raw):
        notices = _together(sheets, policy, policy_tree, scenario)
        problems.extend(scenario_references(scenario, tree, policy, sheets))
        problems.extend(adopted_problems(scenario, tree, sheets))
        problems.extend(elastic_problems(scenario, tree, policy))
    problems.extend(sheets.problems)
    if problems or policy is None or policy_files is None:
        raise ScenarioError(problems)
    origins = {files.shown(file): file for file in files.files} | policy_files.files | register_files
    hashes = {name: sha256(file) for name, file in origins.items()}
    if over.data:
        name, text = changes_file(files.files[0].name, over.data, origins)
        hashes[name] = hashlib.sha256(text.encode()).hexdigest()
    years = payment_years(scenario, policy, set(sheets.frames["items"]["work"]))
    policy, frames = restricted(policy, sorted_frames(sheets), scenario, years)
    policy, frames = joined_routes(policy, frames, scenario)
    return Case(
        scenario=scenario,
        policy=policy,
        register=Register(**frames),
        notices=tuple(notices),
        files=hashes,
        path=files.files[0],
        changes=over.data,
        origins=origins,
    )


def _policy_files(files: ScenarioFiles, changes: Mapping[str, object], problems: list[Problem]) -> PolicyFiles | None:
    """Policy model that the scenario, or a change to it, names; other changes may reach into the model."""
    if "policy_model" in changes:
        over = overlay(files.tree, Tree(), {"policy_model": changes["policy_model"]})
        files = replace(files, tree=files.tree.merged(over))
    name = files.tree.data.get("policy_model")
    if not isinstance(name, str):  # the schema says so
        return None
    try:
        return read_policy(name, files)
    except ScenarioError as error:
        problems.extend(error.problems)
        return None


def _sheets(
    scenario: Scenario, files: ScenarioFiles, models: tuple[Tree, Tree], problems: list[Problem]
) -> tuple[Sheets, dict[str, Path]]:
    """Register with references resolved and blanks filled in; faults are in the sheets' problems.

    ``models`` is the policy model before and after the scenario's changes.
    """
    before, policy_tree = models
    try:
        place = f"{files.tree.place(('register',))}: register"
        path = inside(scenario.register_path, files.folder_of("register"), files.folder, place)
        shown = path.relative_to(files.folder).as_posix()
        tables, found = read_tables(path, shown, scenario.money, problems)
    except ScenarioError as error:
        problems.extend(error.problems)
        return Sheets({}, {}), {}
    sheets = read_sheets(tables, scenario.money)
    resolve_references(sheets, with_former_gates(policy_tree.data, before.data), scenario.counties)
    drop_former_gates(sheets, policy_tree.data)
    fill_in(sheets, scenario.money)
    fill_running(sheets, scenario.money)
    if not sheets.problems:
        change_register(sheets, scenario, files.tree, policy_tree.data)
    check_register(sheets, scenario)
    check_running(sheets, scenario)
    return sheets, found


def _together(sheets: Sheets, policy: PolicyModel, policy_tree: Tree, scenario: Scenario) -> list[Notice]:
    """Check the register against policy model and scenario; faulty cells count as blank."""
    years = payment_years(scenario, policy, set(sheets.frames["items"]["work"]))
    places_of_money(sheets, policy, scenario)
    check_limits(sheets, policy, scenario, years)
    check_debt(sheets, scenario)
    check_tied(sheets, policy)
    check_projects(sheets, policy, scenario)
    estates, items = sheets.frames["estates"], sheets.frames["items"]
    notices = implausible(estates, items, scenario.money, sheets.raw["estates"].place)
    notices += [*unused_rows(sheets, scenario, years), *running_notices(sheets, policy, scenario)]
    if not sheets.problems:  # names stand for one thing each
        notices += _without_effect(sheets, policy, policy_tree, scenario, years)
    return notices


def _without_effect(
    sheets: Sheets, policy: PolicyModel, policy_tree: Tree, scenario: Scenario, years: range
) -> list[Notice]:
    """Check what no plan could reach; notices on what can never bind or never be used."""
    greatest = greatest_costs(sheets, policy, scenario.as_of)
    money = Money(sheets, policy, policy_tree, scenario, years, greatest)
    check_minimum_use(sheets, policy, scenario, years, by_account(greatest, sheets, policy))
    check_tasks(money)
    return [*lot_notices(sheets, policy, scenario, years), *money_notices(money), *rule_notices(money)]
