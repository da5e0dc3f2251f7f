"""The shipped policy model holds what the policy says: its catalogue, payers, gates and sources, each cited."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import pytest
from pydantic import BaseModel

from allocator.formulation.normal_form import rules_in_force
from allocator.inputs.load import load
from allocator.inputs.schemas.base import Cited
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.shipped import shipped

SCENARIOS = shipped("scenarios")

CATALOGUE = {
    "basic": [
        "gas_pipes", "water_pipes", "secondary_water", "drainage", "power_lines", "telecom_lines", "cable_tv_lines",
        "stairways", "flues", "ventilation_shafts", "internal_passages", "facade_safety", "facade_renewal",
        "roof_repair", "building_reinforcement", "roads", "fire_safety", "security", "waste_pavilions",
        "construction_waste",
    ],
    "improvement": [
        "gas_first_connection", "lift_addition", "energy_saving", "windows", "shading", "greening", "lighting",
        "parking", "ebike_charging", "car_charging", "ageing_friendly", "child_friendly", "barrier_free",
        "parcel_lockers", "culture", "sports", "property_rooms", "management_setup",
    ],
    "upgrade": ["public_health", "education", "elderly_care", "childcare", "meals"],
}  # fmt: skip
"""Works of 二(一)1-3, 二 and 二(三), by class after 国办发〔2020〕23号."""

PAYERS = {
    "windows": {"residents"},
    "lift_addition": {"residents"},
    "gas_first_connection": {"residents"},
    "roof_repair": {"residents", "original_owner", "government"},
    "facade_renewal": {"residents", "original_owner", "government"},
    "water_pipes": {"government", "water_utility", "residents"},
    "gas_pipes": {"government", "gas_utility"},
    "telecom_lines": {"government", "telecom_operator"},
    "cable_tv_lines": {"government", "cable_operator"},
    "secondary_water": {"water_utility", "residents", "secondary_water_owner"},
    "power_lines": {"government", "residents", "power_utility"},
    "elderly_care": {"market_firm", "government"},
}
"""Who may have to pay for a work, by 二(三)1, 3 and 4."""


@cache
def policy() -> PolicyModel:
    """The reference policy model."""
    return load(SCENARIOS / "xianning-synthetic" / "base.yaml").policy


def cited(value: object, place: str) -> Iterator[tuple[str, Cited]]:
    """Every cited thing in ``value``, with its path."""
    if isinstance(value, Cited):
        yield place, value
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, dict):
        for key, part in value.items():
            yield from cited(part, f"{place}.{key}")
    elif isinstance(value, tuple | list):
        for position, part in enumerate(value):
            yield from cited(part, f"{place}.{position}")


def payers_of(work: str) -> set[str]:
    """Payers that any component of a work may fall to, whatever its choices and parts but public housing."""
    model, found = policy(), set()
    waiting = [component.rule for component in model.works[work].components.values()]
    while waiting:
        rule = model.rules[waiting.pop()]
        if rule.choose is not None:
            waiting += [*rule.choose.cases.values(), rule.choose.otherwise]
        for value in rule.values:
            found |= set(value.shares)
    return found


def test_the_catalogue_is_complete() -> None:
    """Every work the policy lists, in its class, and nothing else."""
    by_class = {name: [w for w, work in policy().works.items() if work.work_class == name] for name in policy().classes}
    assert {name: sorted(works) for name, works in by_class.items()} == {k: sorted(v) for k, v in CATALOGUE.items()}


@pytest.mark.parametrize("work", PAYERS)
def test_who_pays_for_a_work(work: str) -> None:
    """As the clauses of 二(三) say."""
    assert payers_of(work) == PAYERS[work]


def test_pipeline_jobs_have_several_payers() -> None:
    """Civil works of all five utilities fall to the local budget, by law."""
    civil = {w: work.components["civil"].rule for w, work in policy().works.items() if "civil" in work.components}
    lines = ["gas_pipes", "water_pipes", "power_lines", "telecom_lines", "cable_tv_lines"]
    assert civil == dict.fromkeys(lines, "government_civil")
    assert policy().rules["government_civil"].values[0].basis == "law"


def test_the_six_gates() -> None:
    """二(二)1, all of them law; the participation of 60 % is an assumption."""
    gates = policy().gates
    assert list(gates) == ["party_organisation", "consultation", "covenant", "demolition", "contribution", "management"]
    assert {(g.clause, g.basis) for g in gates.values()} == {("二(二)1", "law")}
    participation = gates["contribution"].participation
    assert participation is not None
    assert (participation.value, participation.basis) == (Decimal("0.6"), "assumption")


def test_the_sources_of_the_policy() -> None:
    """The residents' channels, the transfers, and the county sources that 二(三) names."""
    sources = policy().sources
    by_payer = {payer: [s for s, source in sources.items() if source.payer == payer] for payer in policy().payers}
    assert by_payer["residents"] == [
        "residents_direct", "residents_earmarked", "residents_maintenance_fund", "residents_public_revenue",
    ]  # fmt: skip
    assert by_payer["government"] == [
        "central_grant", "central_investment", "provincial_award", "city_departments", "special_treasury_bond",
        "infrastructure_fee", "land_revenue", "lottery_fund", "general_bond", "special_bond", "county_budget",
    ]  # fmt: skip
    assert [payer for payer, found in by_payer.items() if not found] == []


def test_central_money_of_two_kinds_is_never_mixed() -> None:
    """The two sources exclude each other, and no route allows both."""
    pair = {"central_grant", "central_investment"}
    assert {s: set(policy().sources[s].excludes) for s in pair} == {s: pair - {s} for s in pair}
    assert [name for name, route in policy().routes.items() if not pair & set(route.without)] == []


@pytest.mark.parametrize("scenario", ["xianning-synthetic", "teaching"])
def test_everything_is_cited(scenario: str) -> None:
    """Every value names a document that the model lists, and every assumption says why it was made."""
    model = load(SCENARIOS / scenario / "base.yaml").policy
    found = dict(cited(model, "policy"))
    assert found
    assert [place for place, value in found.items() if value.document not in model.documents] == []
    assert [place for place, value in found.items() if value.basis == "assumption" and not value.note.strip()] == []


def test_every_rule_has_a_citation() -> None:
    """A rule states shares with a clause, or chooses among rules that do."""
    rules = policy().rules
    assert [
        name for name, rule in rules.items() if rule.choose is None and not all(v.clause for v in rule.values)
    ] == []
    assert [name for name, rule in rules.items() if rule.choose is None and not rule.values] == []


def test_numbers_the_policy_does_not_give_are_assumptions() -> None:
    """No band between 0 and 1, weight, bond term or bonus is presented as law."""
    model = policy()
    partial = [
        name
        for name, rule in model.rules.items()
        for value in rule.values
        if value.basis == "law" and any((band.min, band.max) != (1, 1) for band in value.shares.values())
    ]
    weights = {w.basis for c in model.classes.values() for w in c.weight}
    bond = model.bonds["general"]
    assert partial == []
    assert weights | {bond.lot.basis, bond.term_years.basis, bond.coupon.basis} == {"assumption"}
    assert model.bundle is not None
    assert model.bundle.basis == "assumption"
    assert [w for w, work in model.works.items() if len(work.components) > 1 and work.basis == "law"] == []


def test_the_literal_variant_asks_residents_for_six_tenths() -> None:
    """The base lets pledges decide and the government stand in; the variant fixes 60 % of roof and façade."""
    base, literal = (
        rules_in_force(load(SCENARIOS / "xianning-synthetic" / f"{name}.yaml"))["residents_mainly"]
        for name in ("base", "literal-resident-share")
    )
    assert (base.shares["residents"].min, base.shares["residents"].max, base.stands_in) == (0, 1, "government")
    assert literal.shares["residents"].min == Decimal("0.6")
