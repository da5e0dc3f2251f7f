"""Features of random cases about residents and market firms."""

from __future__ import annotations

from tests.draft import Draft


def _votes(draft: Draft) -> None:
    """Pledges count only once the owners' vote has passed; some have none, or a vote that did not."""
    rule: dict[str, object] = {"people": draft.share(4, 7), "area": draft.share(4, 7)}
    rule["more_than"] = draft.one([False, True])
    if draft.one([False, True]):
        rule["taking_part"] = draft.share(4, 7)
    draft.policy["sources"].setdefault("pledge", {})["vote"] = rule
    shares = ("people_share", "area_share", "people_taking_part", "area_taking_part")
    for estate in draft.estates:
        if draft.one([True, True, False]):
            vote = {name: draft.one([0.9, 0.9, 0.5, 0.7, 0.3, None]) for name in shares}
            draft.add(
                "votes", estate=estate["estate"], date=draft.one(["2023-06-01", "2024-01-01", "2024-06-01", ""]), **vote
            )


def _only_areas(draft: Draft) -> None:
    """A source that pays only in areas of some size."""
    measure, least = draft.one([("estates", 2), ("households", draft.whole(5, 30)), ("floor_area", 1500)])
    source = {"payer": draft.one(["government", "resident"]), "scope": draft.one(["county", "city"])}
    draft.policy["sources"]["firm"] = {**source, "only_areas": {f"at_least_{measure}": least}}
    for estate in draft.estates:
        estate.setdefault("area", draft.one(["x", "x", "w", ""]))
        estate.setdefault("floor_area", 1000.0)
    for place in draft.counties if source["scope"] == "county" else [""]:
        for year in draft.years:
            draft.add("limits", source="firm", place=place, year=year, amount=draft.money(0, 500))


RESIDENTS = (_votes, _only_areas)
"""In the order they are added."""
