"""Options of all tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Renew golden files with ``pytest --update-golden``; say in the commit why they changed."""
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files instead of comparing")
