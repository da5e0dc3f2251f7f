"""One made-up run, written once in each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.plan.run_folder import Run
from allocator.reporting import write_reports
from tests.reporting.fake_run import fake_run

HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
)
"""Names of estates that must stay names."""


@pytest.fixture(scope="session")
def run() -> Run:
    """Forty estates with hostile names among them; a plan with a shortfall."""
    return fake_run(40, names=HOSTILE)


@pytest.fixture(scope="session", params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Both languages of the reports."""
    return str(request.param)


@pytest.fixture(scope="session")
def folder(run: Run, language: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with ``plan.xlsx`` and ``report.html`` in ``language``."""
    made = tmp_path_factory.mktemp(f"reports-{language}")
    write_reports(run, made, language)
    return made
