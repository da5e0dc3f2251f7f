"""Options of all tests."""

from __future__ import annotations

import pandas as pd
import pytest

pd.options.mode.string_storage = "python"  # cases made in memory are like those that are loaded


def pytest_addoption(parser: pytest.Parser) -> None:
    """Renew golden files with ``pytest --update-golden``; say in the commit why they changed."""
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files instead of comparing")
