"""The page that follows one yuan of each source says what the plan says."""

from __future__ import annotations

import re

import pytest

from tests.one_yuan import PAGE, TEACHING, computed


@pytest.fixture(scope="module")
def followed() -> str:
    """The page worked out from the teaching case."""
    return computed()


def test_the_page_is_what_the_case_gives(followed: str) -> None:
    """Word by word; ``python -m tests.one_yuan`` renews it."""
    assert PAGE.read_text(encoding="utf-8") == followed


def test_what_comes_is_what_goes(followed: str) -> None:
    """Both sums of every account on the page, one for each source that pays."""
    sums = [re.findall(rf"^\| {side} \| .* = (\d+) \|$", followed, re.MULTILINE) for side in ("来 comes", "去 goes")]
    assert sums[0] == sums[1]
    assert len(sums[0]) == followed.count("| 账户 account |") > 3


def test_the_readme_points_to_it() -> None:
    """Nobody finds a page without a link."""
    assert f"({PAGE.name})" in (TEACHING / "README.md").read_text(encoding="utf-8")
