"""Tiny cases with answers worked out by hand: what may start, with which works."""

from __future__ import annotations

from tests.oracle.worlds import RICH, Worked, one_roof, two_roofs

CASES: dict[str, Worked] = {
    # once
    "once_a_project_starts_in_the_best_year": Worked(
        "starting earlier is worth 10 x 10, a year later 10 x 9",
        one_roof(limits=[{"amount": 100, "year": 2025}, {"amount": 100, "year": 2026}], horizon=(2025, 2026)),
        {"shortfall": 0, "points": 100},
        {"a": 2025},
    ),
    "once_exclusion": Worked(
        "money for both, but only one of the set may start; a has 11 households",
        two_roofs(
            estates=[{"estate": "a", "households": 11}, {"estate": "b"}],
            limits=RICH,
            scenario={"exclusions": (("a", "b"),)},
        ),
        {"points": 110},
        {"a": 2025},
    ),
    "once_lock_never": Worked(
        "a may never start", two_roofs(limits=RICH, scenario={"locks": {"a": "never"}}), {"points": 100}, {"b": 2025}
    ),
    "once_lock_year": Worked(
        "a must start in the second year: 90 points, and b first: 100",
        two_roofs(
            horizon=(2025, 2026),
            limits=[{"amount": 60, "year": 2025}, {"amount": 60, "year": 2026}],
            scenario={"locks": {"a": 2026}},
        ),
        {"points": 190},
        {"a": 2026, "b": 2025},
    ),
    "once_lock_must_without_money": Worked(
        "must start, 100 needed, 99 there, no shortfall allowed",
        one_roof(limits=[{"amount": 99}], options={"shortfall": False}),
        None,
    ),
    # gates
    "gates_promised_opens_next_year": Worked(
        "the promise opens the gate in 2026, one year of points lost",
        one_roof(
            policy={"gates": {"g": {}}},
            gates=[{"estate": "a", "gate": "g", "state": "promised", "year": 2025}],
            horizon=(2025, 2026),
            limits=[{"amount": 100, "year": 2025}, {"amount": 100, "year": 2026}],
        ),
        {"shortfall": 0, "points": 90},
        {"a": 2026},
    ),
    "gates_too_few_take_part": Worked(
        "the greatest stated participation is 0.6, 0.7 is asked for: never ready",
        two_roofs(
            policy={"gates": {"g": {"participation": 0.7}}},
            gates=[{"estate": e, "gate": "g", "state": "met"} for e in "ab"],
            pledges=[{"estate": "a", "amount": 1, "participation": 0.6}],
            limits=RICH,
        ),
        {"points": 100},
        {"b": 2025},
    ),
    "gates_built_too_late": Worked(
        "a was built in 2001, the scope ends in 2000",
        two_roofs(
            estates=[{"estate": "a", "built_year": 2001}, {"estate": "b"}],
            policy={"scope": {"built_until": 2000, "excluded_status": {}}},
            limits=RICH,
        ),
        {"points": 100},
        {"b": 2025},
    ),
    # scope
    "scope_optional_item_needs_its_start": Worked(
        "the optional door of a is worth more than both roofs but the start of a costs 60, the door 10: 70",
        two_roofs(
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "a", "work": "pipe", "cost": 20, "required": False, "points": 500},
                {"estate": "b", "cost": 50},
            ],
            limits=[{"amount": 70}],
            pledges=[{"estate": "a", "amount": 10}],
        ),
        {"points": 600},
        {"a": 2025},
    ),
    "scope_choice_group_of_which_one_is_required": Worked(
        "one of the two must come with the start: 70 + 40 is too much, so the cheap one",
        one_roof(
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "a", "item": "good", "cost": 70, "choice_group": "g", "points": 9, "work": "pipe"},
                {"estate": "a", "item": "poor", "cost": 40, "choice_group": "g", "points": 2, "work": "pipe"},
            ],
            limits=[{"amount": 80}],
            pledges=[{"estate": "a", "amount": 50}],
            options={"shortfall": False},
        ),
        {"points": 102},
    ),
    "scope_prerequisite_in_another_estate": Worked(
        "b is worth more but needs a done before or with it; money for one a year",
        two_roofs(
            items=[{"estate": "a", "cost": 60}, {"estate": "b", "cost": 60, "requires": ["a-roof"], "points": 500}],
            horizon=(2025, 2026),
            limits=[{"amount": 60, "year": 2025}, {"amount": 60, "year": 2026}],
        ),
        {"points": 600},
        {"a": 2025, "b": 2026},
    ),
    "scope_saving_of_digging_once": Worked(
        "roof 60 and pipe 40: a quarter of the pipe is saved, 90 needed (20 of the pipe is the residents', 15 net)",
        one_roof(
            items=[{"estate": "a", "cost": 60}, {"estate": "a", "work": "pipe", "cost": 40}],
            policy={"savings": {"dig": {"works": ("roof", "pipe"), "on": "pipe", "share": 0.25}}},
            limits=[{"amount": 75}],
            pledges=[{"estate": "a", "amount": 15}],
        ),
        {"shortfall": 0, "points": 200, "public_money": 75},
    ),
    "scope_staged_item_waits_for_money": Worked(
        "the optional pipe comes a year after the start, when there is money; 90 points then",
        one_roof(
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "a", "work": "roof", "item": "late", "cost": 40, "required": False},
            ],
            horizon=(2025, 2025, 2026),
            limits=[{"amount": 60, "year": 2025}, {"amount": 40, "year": 2026}],
            options={"staging_years": 1, "shortfall": False},
        ),
        {"points": 190},
    ),
    # complete_community
    "community_counts_what_is_there": Worked(
        "two needed: a has one and may add the optional one (pays 10 for it), b has one and nothing to add",
        two_roofs(
            estates=[{"estate": "a", "community_facilities": 1}, {"estate": "b", "community_facilities": 1}],
            items=[
                {"estate": "a", "cost": 60},
                {"estate": "b", "cost": 50},
                {"estate": "a", "work": "hall", "cost": 10, "required": False, "points": -5},
            ],
            policy={
                "community": {"minimum": 2},
                "works": {"hall": {"community": True, "components": {"all": {"rule": "public"}}}},
            },
            limits=RICH,
        ),
        {"points": 95},
        {"a": 2025},
    ),
    "community_class_always_needed": Worked(
        "the optional roof of a needed class is required: 60 + 50 in one go, and 100 is not enough",
        one_roof(
            items=[{"estate": "a", "cost": 60}, {"estate": "a", "work": "pipe", "cost": 100, "required": False}],
            policy={"classes": {"basic": {"always_needed": True}}},
            limits=[{"amount": 100}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 10, "points": 200},
    ),
}
