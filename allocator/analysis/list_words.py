"""What the audit finds in a list, told to whoever wrote the list: rows, figures, whose rule it is, and the cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from allocator.analysis.list_view import Asked
from allocator.analysis.listing import Breach
from allocator.formulation.readiness import NEVER, gate_years
from allocator.i18n import _, language
from allocator.inputs.case import from_steps
from allocator.inputs.register_sheets import STATUS
from allocator.inputs.schemas.base import Cited, in_force
from allocator.plan.audit.facts import SHORTFALL
from allocator.plan.audit.report import Finding
from allocator.plan.audit.view import View


def _cited(asked: Asked, rule: Cited | None) -> tuple[str, str]:
    """Clause, and title of the document with its number."""
    if rule is None:
        return "", ""
    document = asked.case.policy.documents.get(rule.document)
    title = f"{document.title} {document.number}".strip() if document else rule.document
    return rule.clause, title + (_(" (assumption)") if rule.basis == "assumption" else "")


def ineligible(asked: Asked, _view: View, finding: Finding) -> Breach | None:
    """An estate outside the policy's scope."""
    estate = dict(finding.at)["estate"]
    row, scope, on = asked.facts.estates.loc[estate], asked.case.policy.scope, asked.facts.as_of
    project = str(row["project"])
    if scope is None:
        return None
    until = in_force(scope.newer_until, on) if scope.newer_until else None
    until = until or in_force(scope.built_until, on)
    status = str(row["status"])
    if status in scope.excluded_status:
        rule: Cited | None = scope.excluded_status[status]
        named = {value: word for word, value in STATUS.items()}
        found = _("status: {status}").format(status=named.get(status, status))
        expected = _("an estate within the policy's scope")
    else:
        rule, limit = until, until.value if until else ""
        built = row["built_year"]
        found = _("completed in {year}").format(year=built) if pd.notna(built) else _("year of completion unknown")
        expected = _("completed by {year}").format(year=limit)
    cure = _("strike it from the list, or correct the register with evidence")
    return Breach(
        "ineligible", asked.listing.rows_of([project]), asked.name(estate), found, expected, *_cited(asked, rule), cure,
        (project,), (estate,),
    )  # fmt: skip


def gates(asked: Asked, view: View, finding: Finding) -> Breach | None:
    """A start before all gates are met."""
    at = dict(finding.at)
    estate, start = at["estate"], int(at["start_year"])
    project = str(view.estates["project"][estate])
    years = gate_years(asked.case)
    own = years[(years["estate"] == estate) & ((years["ready"] == NEVER) | (years["ready"] > start))]
    lacking = [str(gate) for gate in own["gate"]]
    policy_gates = asked.case.policy.gates
    names = ", ".join(policy_gates[gate].label.text(language()) or gate for gate in lacking)
    never = bool((own["ready"] == NEVER).any())
    ready = int(asked.facts.projects["ready_year"][project])
    if never:
        expected, cure = _("all gates met"), _("have met first: {gates}; else strike it").format(gates=names)
    elif ready > asked.facts.last:
        expected = _("ready in {year}").format(year=ready)
        cure = _("strike it: it is ready after the last start year {last}").format(last=asked.facts.last)
    else:
        expected, cure = _("ready in {year}").format(year=ready), _("start year {year} or later").format(year=ready)
    asked_year = asked.listing.starts[project]
    found = _("start in {year}; not met: {gates}").format(year=asked_year or _("any year"), gates=names)
    rule = policy_gates[lacking[0]] if lacking else None
    return Breach(
        "gates", asked.listing.rows_of([project]), asked.name(estate), found, expected, *_cited(asked, rule), cure,
        (project,), (estate,),
    )  # fmt: skip


def locks(asked: Asked, _view: View, finding: Finding) -> Breach | None:
    """A listed project that the scenario locks otherwise, or one it demands that the list lacks."""
    project = dict(finding.at)["project"]
    listed = project in asked.listing.starts
    if not listed and asked.reading == "also":
        return None
    rule = "locked_never" if finding.expected == "never" else "locked_year" if listed else "locked_must"
    cures = {
        "locked_never": _("strike it, or lift the lock"),
        "locked_year": _("write {year}, or lift the lock"),
        "locked_must": _("add it to the list, or lift the lock"),
    }
    found = _("in the list") if rule == "locked_never" else finding.found if listed else _("not in the list")
    expected = _("never") if rule == "locked_never" else _("must") if finding.expected == "must" else finding.expected
    estates = asked.facts.estates
    members = estates.index[estates["project"] == project]
    about = asked.name(str(members[0])) if len(members) == 1 else project
    return Breach(
        rule, asked.listing.rows_of([project]), about, found, expected, "", _("scenario: locks"),
        cures[rule].format(year=finding.expected), (project,), (project,),
    )  # fmt: skip


def exclusion(asked: Asked, _view: View, finding: Finding) -> Breach | None:
    """Listed projects that exclude each other."""
    projects = tuple(project for _key, project in finding.at)
    return Breach(
        "exclusion", asked.listing.rows_of(projects), ", ".join(projects), _("{n} in the list").format(n=len(projects)),
        _("at most one"), "", _("scenario: exclusions"), _("keep one of them"), projects, projects,
    )  # fmt: skip


def settled(asked: Asked, _view: View, finding: Finding) -> Breach | None:
    """A start that the settled list, or the frozen years of the adopted plan, do not allow; or one they demand."""
    project = dict(finding.at)["project"]
    listed, adopted = project in asked.listing.starts, int(finding.expected)
    if not listed and asked.reading == "also":
        return None
    found = finding.found if listed else _("not in the list")
    expected = str(adopted) if adopted else _("not in the adopted plan")
    cure = _("write {year}").format(year=adopted) if adopted else _("strike it from the list")
    return Breach(
        "settled", asked.listing.rows_of([project]), project, found, expected, "", _("register: 既定方案"), cure,
        (project,), (project,),
    )  # fmt: skip


def listed_year(asked: Asked, _view: View, finding: Finding) -> Breach | None:
    """A start in another year than that of the official list, where every route has a source that asks for it."""
    project, policy = dict(finding.at)["project"], asked.case.policy
    routes = asked.facts.projects["allowed_routes"][project] or ("",)
    if not all(asked.facts.asks_for_list(route) for route in routes):
        return None
    rule = next((s.listed_year for s in policy.sources.values() if s.listed_year is not None), None)
    return Breach(
        "listed_year", asked.listing.rows_of([project]), project, finding.found, finding.expected,
        *_cited(asked, rule), _("start it in {year}, or have it listed anew").format(year=finding.expected),
        (project,), (project,),
    )  # fmt: skip


def community(asked: Asked, view: View, finding: Finding) -> Breach | None:
    """An estate that misses the community minimum even with all its community works."""
    estate = dict(finding.at)["estate"]
    project = str(view.estates["project"][estate])
    return Breach(
        "community", asked.listing.rows_of([project]), asked.name(estate),
        _("{n} with all its works").format(n=finding.found), finding.expected,
        *_cited(asked, asked.case.policy.community), _("add community works to its works, or strike it"), (project,),
        (estate,),
    )  # fmt: skip


def start_capacity(asked: Asked, view: View, finding: Finding) -> Breach | None:
    """More starts than a county can carry out in a year."""
    over = int(finding.found) - int(finding.expected.removeprefix("<= "))
    cure = _("move at least {n} estates to another year, or strike them").format(n=over)
    found = _("{n} estates").format(n=finding.found)
    return _of_year(asked, view, "start_capacity", finding, found=found, cure=cure)


def spend_capacity(asked: Asked, view: View, finding: Finding) -> Breach | None:
    """More works due in a year than a county can carry out, with the required works alone."""
    cure = _("move estates to another year, or strike them")
    return _of_year(asked, view, "spend_capacity", finding, found=finding.found, cure=cure)


def _of_year(asked: Asked, view: View, rule: str, finding: Finding, *, found: str, cure: str) -> Breach:
    county, year = _county_year(finding)
    expected, starts = finding.expected, _starts(view)
    return Breach(
        rule, asked.rows_in(starts, county, year if rule == "start_capacity" else 0), asked.place(county, year), found,
        expected, "", _("register: 实施能力"), cure, (), (county, str(year)),
    )  # fmt: skip


def newer(asked: Asked, view: View, finding: Finding) -> Breach | None:
    """Too many households in newer estates."""
    at = dict(finding.at)
    county, year = at["county"], int(at["start_year"])
    scope = asked.case.policy.scope
    rule = in_force(scope.newer_share, asked.facts.as_of) if scope and scope.newer_share else None
    own = view.started[(view.started["county"] == county) & (view.started["start_year"] == year)]
    every, some = int(own["households"].sum()), int(own.loc[own["newer"], "households"].sum())
    found = _("{some} of {all} households ({share:.1%})").format(some=some, all=every, share=some / max(every, 1))
    expected = _("at most {share:.1%}").format(share=rule.value) if rule else ""
    projects = tuple(own.loc[own["newer"], "project"])
    return Breach(
        "newer_share", asked.listing.rows_of(projects), asked.place(county, year), found, expected,
        *_cited(asked, rule), _("strike or move newer estates, or add older ones"), projects, (county, str(year)),
    )  # fmt: skip


def fairness(asked: Asked, view: View, finding: Finding) -> Breach | None:
    """A county left too far behind the city."""
    county = dict(finding.at)["county"]
    ready = view.estates[view.estates["project_ready"] <= asked.facts.last]
    did, could = view.started["households"], ready["households"]
    own = int(did[view.started["county"] == county].sum()) / max(int(could[ready["county"] == county].sum()), 1)
    city = int(did.sum()) / max(int(could.sum()), 1)
    least = float(asked.case.scenario.options.fairness)
    found = _("{share:.1%} of its ready households").format(share=own)
    expected = _("at least {least:.0%} of the city's {city:.1%}").format(least=least, city=city)
    return Breach(
        "fairness", asked.rows_in(_starts(view), county, 0), asked.place(county, 0), found,
        expected, "", _("scenario: options.fairness"), _("add estates of the county"), (), (county,),
    )  # fmt: skip


def task(
    place: tuple[str, Sequence[str], tuple[str, ...]],
    rule: str,
    measure: str,
    *,
    planned: int,
    bound: int,
    document: str,
) -> Breach:
    """A task band that the list leaves; ``place``: where in words, rows, key."""
    about, rows, key = place
    unit = _("{n} estates") if measure == "estates" else _("{n} households")
    low = rule == "task_minimum"
    more = _("add at least {n}") if low else _("strike or move at least {n}")
    return Breach(
        rule, tuple(rows), about, unit.format(n=planned), (">= " if low else "<= ") + unit.format(n=bound), "",
        document or _("register: 年度任务"), more.format(n=unit.format(n=abs(bound - planned))), (), key,
    )  # fmt: skip


def payer_money(asked: Asked, tables: Mapping[str, pd.DataFrame]) -> Iterator[Breach]:
    """Payers whose own accounts cannot pay their part of the priced list, and who are no last resort."""
    policy, money = asked.case.policy, asked.case.scenario.money
    lines = tables["payments"][tables["payments"]["source"] == SHORTFALL]
    strict = [payer for payer, entry in policy.payers.items() if not entry.last_resort]
    lines = lines[lines["payer"].isin(strict)]
    for (payer, county), own in lines.groupby(["payer", "county"], sort=True):
        projects = tuple(dict.fromkeys(own["project"]))
        name = policy.payers[str(payer)].label.text(language()) or str(payer)
        found = _("{amount} {unit} short, in {years}").format(
            amount=f"{from_steps(int(own['amount'].sum()), money):,}", unit=money.unit,
            years=", ".join(str(year) for year in sorted(set(own["year"]))),
        )  # fmt: skip
        yield Breach(
            "payer_money", asked.listing.rows_of(projects), f"{county} {name}", found, _("within its own accounts"), "",
            _("register: 资金额度"), _("secure its commitment, move the start, or strike it"), projects,
            (str(payer), str(county)),
        )  # fmt: skip


def minimum_use(asked: Asked, tables: Mapping[str, pd.DataFrame]) -> Iterator[Breach]:
    """Accounts of which the priced list uses less in a year than must be used."""
    money, sources = asked.case.scenario.money, asked.case.policy.sources
    limits = asked.case.register.limits
    if "source_limits" in asked.case.scenario.options.rules_off:
        return
    account = ["source", "place", "year"]
    used = tables["accounts"].set_index(account)[["paid", "running"]].sum(axis=1)
    asking = limits[limits["minimum_use"].fillna(0) > 0]
    for (source, place, year), rows in asking.groupby(account, sort=False):
        spent, least = int(used.get((source, place, year), 0)), int(rows["minimum_use"].sum())
        if spent >= least:
            continue
        found, expected = (f"{from_steps(amount, money):,} {money.unit}" for amount in (spent, least))
        name = sources[str(source)].label.text(language()) or str(source)
        document = str(rows["document"].iloc[0] or "") or _("register: 资金额度")
        cure = _("add projects that it may pay for, or have the minimum use lowered")
        key = (str(source), str(place), str(year))
        about = f"{asked.place(key[1], int(key[2]))} {name}"
        yield Breach("minimum_use", (), about, found, f">= {expected}", "", document, cure, (), key)


def _county_year(finding: Finding) -> tuple[str, int]:
    at = dict(finding.at)
    return at["county"], int(at["year"])


def _starts(view: View) -> dict[str, int]:
    """Start year by project of a view."""
    return {str(project): int(year) for project, year in view.starts["start_year"].items()}
