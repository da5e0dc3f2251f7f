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


def _least_share(draft: Draft) -> None:
    """Residents bear at least a share of each class; perhaps not of pipes, perhaps with somebody to stand in."""
    draft.policy["classes"] = {**draft.policy.get("classes", {}), "basic": {"weight": 1}, "extra": {"weight": 1}}
    draft.policy["works"]["lift"] = {
        **draft.policy["works"].get("lift", {}),
        "work_class": draft.one(["extra", "basic"]),
    }
    least = {"classes": {"basic": draft.share(1, 6), "extra": draft.share(1, 7)}}
    if draft.one([False, True]):
        least["not_works"] = [draft.one(["pipe", "lift"])]
    draft.policy["residents"] = {"payer": "resident", **draft.policy.get("residents", {}), "least_share": least}
    if draft.one([False, False, True]):
        draft.policy["payers"] = {
            **draft.policy.get("payers", {}),
            "resident": {"last_resort": True},
            "government": {"last_resort": False},
        }


RESIDENTS = (_votes, _only_areas, _least_share)
"""In the order they are added."""
