"""The sensitivity block, written out: every variant is a list of changes that the inputs take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allocator.analysis.variants import NamedVariant, variants_of
from allocator.errors import ScenarioError
from allocator.i18n import use_language
from allocator.inputs.case import Case
from allocator.inputs.load import load
from tests.builders import make_case
from tests.worlds import SCENARIO, write_world


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Messages are compared in English."""
    use_language("en")
    yield
    use_language("zh")


NOT_FIRM = ["expected", "applied", "advance"]


def town(sensitivity: dict[str, Any], **scenario: Any) -> Case:
    """A county with a budget half firm, a pledge, a bond with a ceiling, a gate promised, and a bundle that counts."""
    return make_case(
        estates=[{"estate": "a", "area": "A"}, {"estate": "b", "area": "A"}],
        items=[{"estate": "a", "cost": 5}],
        policy={
            "gates": {"consent": {}},
            "bundle": {"at_least": 2, "points_share": 0.1},
            "sources": {"bond": {"payer": "government"}},
            "bonds": {
                "general": {
                    "source": "bond", "lot": 10, "term_years": 2, "coupon": {"value": 0.04}, "repayment": "level",
                    "service_source": "budget",
                }
            },
        },
        limits=[
            {"amount": 6, "certainty": "issued"},
            {"year": 2026, "amount": 8, "minimum_use": 4},
            {"source": "bond", "amount": 10},
        ],
        pledges=[{"estate": "a", "amount": 3}],
        gates=[{"estate": "b", "gate": "consent", "state": "promised", "year": 2026}],
        debt=[{"stock_ceiling": 100}],
        scenario={"sensitivity": sensitivity, **scenario},
    )  # fmt: skip


def written(case: Case) -> dict[str, list[dict[str, Any]]]:
    """Changes by id of the variant; factors as numbers."""
    return {
        variant.id: [
            {key: float(value) if key in ("scale", "add") else value for key, value in change.items()}
            for change in variant.changes
        ]
        for variant in variants_of(case)
    }


def test_each_source_moves_alone_and_only_what_is_not_firm() -> None:
    """Limits with what they must use, pledges for sources of estates; bonds are moved by their quota."""
    case = town({"limits": {"down": 0.5, "up": 1.5}, "quota": [0]})
    assert written(case) == {
        "limits-budget-0.5": _limits("budget", 0.5), "limits-budget-1.5": _limits("budget", 1.5),
        "limits-pledge-0.5": _pledges(0.5), "limits-pledge-1.5": _pledges(1.5),
        "quota-0": _limits("bond", 0)[:1],
    }  # fmt: skip
    assert list(written(town({"limits": {"down": 0.5, "up": None, "sources": ["pledge"]}}))) == ["limits-pledge-0.5"]


def _limits(source: str, factor: float) -> list[dict[str, Any]]:
    where = {"source": [source], "certainty": NOT_FIRM}
    return [{"path": f"register.limits.{key}", "where": where, "scale": factor} for key in ("amount", "minimum_use")]


def _pledges(factor: float) -> list[dict[str, Any]]:
    return [{"path": "register.pledges.amount", "where": {"source": "pledge", "certainty": NOT_FIRM}, "scale": factor}]


def test_the_other_dimensions_change_one_thing_each() -> None:
    """Costs, ceilings, coupons, promised gates, shares that are assumed, and the points of bundles."""
    shares = {"government": {"min": 0.5, "max": 1}, "resident": {"min": 0, "max": 0.5}}
    asked = {
        "price_index": [1.1], "ceiling": [0.9], "interest": [-0.01, 0.01], "gates_slip": [1], "bonus": [0],
        "vague_shares": {"open": [shares]},
    }  # fmt: skip
    found = written(town(asked))
    path = "policy.rules.open.values.0.shares"
    assert found.pop("vague_shares-open-1")[0]["path"] == path
    assert found == {
        "price_index-1.1": [{"path": "register.items.cost", "scale": 1.1}],
        "ceiling-0.9": [{"path": "register.debt.stock_ceiling", "scale": 0.9}],
        "interest--0.01": [{"path": "policy.bonds.general.coupon.value", "add": -0.01}],
        "interest-+0.01": [{"path": "policy.bonds.general.coupon.value", "add": 0.01}],
        "gates_slip-1": [{"path": "register.gates.year", "where": {"state": "promised"}, "add": 1}],
        "bonus-0": [{"path": "policy.bundle.points_share", "scale": 0.0}],
    }


def test_the_ladder_moves_all_limits_and_named_variants_bring_their_own_changes() -> None:
    """The factor 1 is the base; the block may choose among the named variants."""
    change = {"path": "options.fairness", "set": 0.5}
    variants = {"fair": {"label": {"zh": "均衡"}, "changes": [change]}, "other": {"changes": [{"rule_off": "bundles"}]}}
    case = town({"ladder": [0.5, 1], "variants": ["fair"]}, variants=variants)
    ladder, fair = variants_of(case)
    assert (ladder.id, fair.id, fair.dimension) == ("ladder-0.5", "fair", "variants")
    assert ladder.changes[0]["where"] == {"source": ["bond", "budget"], "certainty": NOT_FIRM}
    assert (fair.label.zh if fair.label else "", list(fair.changes)) == ("均衡", [change])
    assert [v.id for v in variants_of(town({}, variants=variants))] == ["fair", "other"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (
            {"limits": {"sources": ["budgt"]}},
            "sensitivity.limits.sources: there is no source 'budgt'\n    -> did you mean",
        ),
        ({"variants": ["fairr"]}, "sensitivity.variants: there is no variant 'fairr'"),
        ({"vague_shares": {"opn": [{"government": {}}]}}, "there is no rule 'opn'"),
        ({"price_index": [1.1, 1.1]}, "two variants have the name price_index-1.1"),
    ],
)
def test_what_the_block_names_must_be_there(asked: dict[str, Any], text: str) -> None:
    """With the nearest name."""
    with pytest.raises(ScenarioError) as caught:
        variants_of(town(asked))
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "asked", [{"quota": [0]}, {"ceiling": [0.9]}, {"interest": [0.1]}, {"gates_slip": [1]}, {"bonus": [0]}]
)
def test_what_the_case_does_not_have_cannot_be_varied(asked: dict[str, Any]) -> None:
    """A variant that changes nothing would say that nothing matters."""
    case = make_case(estates=[{"estate": "a"}], scenario={"sensitivity": asked})
    with pytest.raises(ScenarioError, match=f"sensitivity.{next(iter(asked))}"):
        variants_of(case)


def test_variants_load_as_changes_of_their_scenario(tmp_path: Path) -> None:
    """The inputs take every change, and the limit they scale is what the variant says."""
    text = f"{SCENARIO}sensitivity: {{limits: {{}}, price_index: [1.1], gates_slip: [1], ladder: [0.5]}}\n"
    path = write_world(tmp_path, scenario=text)
    found = {variant.id: load_variant(path, variant) for variant in variants_of(load(path))}
    assert list(found) == [
        "limits-county_budget-0.8", "limits-county_budget-1.2", "price_index-1.1", "gates_slip-1", "ladder-0.5",
    ]  # fmt: skip
    assert list(found["limits-county_budget-0.8"].register.limits["amount"]) == [5000, 3200, 800]
    assert list(found["price_index-1.1"].register.items["cost"]) == [1326, 6600, 825]
    assert list(found["gates_slip-1"].register.gates["year"]) == [2024, 2027]
    assert list(found["ladder-0.5"].register.limits["amount"]) == [5000, 2000, 500]


def load_variant(path: Path, variant: NamedVariant) -> Case:
    """Case of a variant, as its job loads it."""
    return load(path, {"changes": [dict(change) for change in variant.changes]})
