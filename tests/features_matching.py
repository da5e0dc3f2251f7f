"""Features of random cases: matching, residual splits, subsidies with a kink."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.draft import Draft


def _award(draft: Draft) -> None:
    """A source of the city that pays the government's part."""
    draft.policy["sources"].setdefault("award", {"payer": "government", "scope": "city"})
    if not any(row["source"] == "award" for row in draft.sheets.get("limits", [])):
        for year in draft.years:
            draft.add("limits", source="award", year=year, amount=draft.money(0, 900))


def _matching(draft: Draft) -> None:
    """The award pays as far as the budget, or the residents, do."""
    _award(draft)
    draft.policy["matching"] = {
        "match": {
            "sources": ["award"],
            "of": draft.one([["budget"], ["budget", "pledge"], ["pledge"]]),
            "at_most": draft.one([0.5, 1, 0.2, 2]),
            "at": draft.one(["county", "city", "project", "estate"]),
            "over": draft.one(["year", "total"]),
        }
    }


def _splits(draft: Draft) -> None:
    """Two levels pay the government's part in fixed shares where both may; neither is paid estate by estate."""
    draft.policy["sources"].get("budget", {}).pop("caps", None)
    if draft.policy.get("matching", {}).get("match", {}).get("at") in ("project", "estate"):
        draft.policy["matching"]["match"]["at"] = "county"
    source: dict[str, Any] = {"payer": "government", "local": True}
    if draft.one([False, True]):
        source["eligible"] = {"works": [draft.one(["roof", "lift", "pipe"])]}
    draft.policy["sources"]["street"] = source
    for county in draft.counties[: draft.whole(1, 2)]:
        for year in draft.years:
            draft.add("limits", source="street", place=county, year=year, amount=draft.money(0, 400))
    share = draft.one([0.3, 0.5, 0.2])
    draft.policy["splits"] = {
        "levels": {
            "parts": {
                "county": {"sources": ["budget"], "share": round(1 - share, 1)},
                "street": {"sources": ["street"], "share": share},
            },
            "at": draft.one(["county", "city"]),
            "over": draft.one(["year", "total"]),
        }
    }


def _kickers(draft: Draft) -> None:
    """A subsidy that rises with what residents pay, of the cost or of a limited base."""
    _award(draft)
    kicker: dict[str, Any] = {
        "source": "award",
        "payer": "resident",
        "share": draft.one([0.3, 0.2, 0.5]),
        "expected": {"basic": draft.one([0.1, 0.2, 0.4])},
        "up": draft.one([1, 0.5, 0]),
        "down": draft.one([2, 1]),
        "most": draft.one([0.1, 0.2]),
        "not_works": draft.one([[], ["door"], ["roof"]]),
    }
    if draft.one([True, False]):
        kicker["base_cap"] = draft.one([5, 10, 20])
        for estate in draft.estates:
            estate["floor_area"] = float(draft.whole(1, 40))
    draft.policy["kickers"] = {"kick": kicker}


FEATURES_OF_MATCHING: dict[str, Callable[[Draft], None]] = {
    "matching": _matching,
    "splits": _splits,
    "kickers": _kickers,
}
"""Features of this file by name, in the order they are added."""
