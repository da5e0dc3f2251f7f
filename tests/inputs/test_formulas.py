"""Formula grants in files: the performance factor is one line, and a formula obeys its dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.inputs.load import load
from allocator.inputs.schemas.sources import Formula
from tests.inputs.test_bad_money import formula
from tests.worlds import SCENARIO, write_world


def loaded(folder: Path, *changes: tuple[str, str], more: str = "") -> Formula | None:
    """Formula of the county's budget, 1 万元 per estate, in a world with ``more`` lines of the scenario."""
    case = load(write_world(folder, scenario=SCENARIO + more, sources=formula(*changes)))
    return case.policy.sources["county_budget"].formula


@pytest.mark.parametrize(
    "line",
    [
        "policy: {sources: {county_budget: {formula: {factor: 0.8}}}}\n",
        "changes: [{path: policy.sources.county_budget.formula.factor, set: 0.8}]\n",
    ],
)
def test_the_performance_factor_is_one_line_of_the_scenario(tmp_path: Path, line: str) -> None:
    """Either way; the rest of the formula stays."""
    found = loaded(tmp_path, more=line)
    assert found is not None
    assert (found.per_estate, str(found.factor), found.clause) == (1, "0.8", "9")


@pytest.mark.parametrize(
    ("dates", "is_there"),
    [("2025-01-01", True), ("2025-01-02", False), ("2020-01-01, until: 2024-12-31", False)],
)
def test_a_formula_obeys_its_dates(tmp_path: Path, dates: str, is_there: bool) -> None:
    """On 2025-01-01."""
    assert (loaded(tmp_path, ("2020-01-01", dates)) is not None) == is_there
