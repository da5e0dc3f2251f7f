"""Instances that other people published, through the files a user keeps, have their published optima."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.inputs.load import load
from tests.published.programmes import DO_NOT_FIT, LATER, PUBLISHED, instances, programme, value
from tests.published.translate import write

INSTANCES = instances()
FITTING = sorted(name for name, i in INSTANCES.items() if name not in DO_NOT_FIT and i["type"] not in LATER)

pytestmark = pytest.mark.skipif(
    not INSTANCES, reason=f"published cases are not beside the repository: {PUBLISHED.name}"
)


@pytest.mark.parametrize("solver", ["highs", pytest.param("cbc", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", FITTING)
def test_published_optimum(name: str, solver: str, tmp_path: Path) -> None:
    """Value, proof and audit of an instance at zero gap."""
    instance = INSTANCES[name]
    plan = allocator.solve(load(write(programme(instance), tmp_path)), solver=solver, gap=0.0)
    tolerance = float(instance.get("tolerance", 1e-6))
    assert plan.objective == pytest.approx(float(value(instance)), rel=tolerance)
    assert plan.status == "optimal"
    audit: Any = plan.manifest["audit"]
    assert audit["findings"] == []


def test_every_published_instance_fits_or_says_why_not() -> None:
    """No instance is left out silently, and every reason is in the README."""
    readme = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
    left_out = {n for n, i in INSTANCES.items() if n in DO_NOT_FIT or i["type"] in LATER}
    assert left_out | set(FITTING) == set(INSTANCES)
    assert [name for name in (*DO_NOT_FIT, *LATER) if f"`{name}`" not in readme] == []
