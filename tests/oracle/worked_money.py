"""Tiny cases with answers worked out by hand: who pays what, when."""

from __future__ import annotations

from tests.oracle.worlds import GRANT, RICH, Worked, one_roof, two_roofs

CASES: dict[str, Worked] = {  # balance
    "balance_profile_spreads_the_bills": Worked(
        "100 falls due as 34, 33, 33; the third year lacks 3",
        one_roof(
            scenario={"locks": {"a": "must"}, "spend_profile": ("0.34", "0.33", "0.33")},
            limits=[{"amount": 34, "year": 2025}, {"amount": 50, "year": 2026}, {"amount": 30, "year": 2027}],
        ),
        {"shortfall": 3},
    ),
    "balance_largest_remainder": Worked(
        "10 in three thirds is 4, 3, 3: the second year lacks 1",
        one_roof(
            items=[{"estate": "a", "cost": 10}],
            scenario={"locks": {"a": "must"}, "spend_profile": ("0.3333333334", "0.3333333333", "0.3333333333")},
            limits=[{"amount": 4, "year": 2025}, {"amount": 2, "year": 2026}, {"amount": 3, "year": 2027}],
        ),
        {"shortfall": 1},
    ),
    # payer_shares
    "shares_exact": Worked(
        "half of 100 each; residents pledged only 49 and nobody stands in for them",
        one_roof(
            items=[{"estate": "a", "work": "pipe", "cost": 100}], limits=RICH, pledges=[{"estate": "a", "amount": 49}]
        ),
        None,
    ),
    "shares_open_band": Worked(
        "residents bear 20 to 40 of 100; the county pays as little as it may: 60",
        one_roof(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={"rules": {"open": {"values": [{"shares": {"government": (0, 1), "resident": (0.2, 0.4)}}]}}},
            limits=RICH,
            pledges=[{"estate": "a", "amount": 90}],
        ),
        {"shortfall": 0, "public_money": 60},
    ),
    "shares_of_a_source": Worked(
        "the grant pays at most 0.3 of the government's part (50): 15; the budget has 30: 5 short",
        one_roof(
            items=[{"estate": "a", "work": "pipe", "cost": 100}],
            policy={"sources": {"grant": {**GRANT["grant"], "share": {"of": "payer_part", "max": 0.3}}}},
            limits=[{"amount": 30}, {"source": "grant", "amount": 50}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 5, "public_money": 30},
    ),
    "shares_of_the_cost": Worked(
        "open rule: the grant pays at most 0.3 of the whole 100; pledge 50, so 20 are short",
        one_roof(
            items=[{"estate": "a", "work": "lift", "cost": 100}],
            policy={"sources": {"grant": {**GRANT["grant"], "share": {"of": "cost", "max": 0.3}}}},
            limits=[{"source": "grant", "amount": 90}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 20, "public_money": 0},
    ),
    "shares_beside_a_pledge": Worked(
        "the fund pays at most half of the residents' 100, beside a pledge of 50: together they cover it",
        one_roof(
            items=[{"estate": "a", "work": "door", "cost": 100}],
            policy={"sources": {"fund": {"payer": "resident", "share": {"of": "payer_part", "max": 0.5}}}},
            limits=[{"source": "fund", "amount": 90}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 0},
    ),
    # source_limits
    "limits_by_year": Worked(
        "50 in the first year and 60 in the second: b first (100), then a (90)",
        two_roofs(horizon=(2025, 2026), limits=[{"amount": 50, "year": 2025}, {"amount": 60, "year": 2026}]),
        {"points": 190},
        {"b": 2025, "a": 2026},
    ),
    "limits_carry_over": Worked(
        "80 in the first year, 30 in the second; what the first leaves is usable in the second",
        two_roofs(
            horizon=(2025, 2026),
            policy={"sources": {"budget": {"usable_years": 2}}},
            limits=[{"amount": 80, "year": 2025}, {"amount": 30, "year": 2026}],
        ),
        {"points": 190},
    ),
    "limits_carry_over_lapses": Worked(
        "usable in the year of arrival only: one start in the first year, 30 are not enough in the second",
        two_roofs(horizon=(2025, 2026), limits=[{"amount": 80, "year": 2025}, {"amount": 30, "year": 2026}]),
        {"points": 100},
    ),
    "limits_carried_money_and_running_bills": Worked(
        "20 carried + 100 declared - 30 for a running project = 90: one of the two",
        two_roofs(
            limits=[{"amount": 100}],
            carried=[{"amount": 20, "arrival_year": 2024}],
            running=[{"project": "old", "amount": 30}],
        ),
        {"points": 100},
    ),
    "limits_carried_money_moves": Worked(
        "40 came for a project that owes 20: the other 20 move to the roof of 50, beside 30 of the year, at a quarter",
        two_roofs(
            policy={"reallocation": {"price": 0.25}},
            limits=[{"amount": 30}],
            carried=[{"amount": 40, "arrival_year": 2024, "project": "old"}],
            running=[{"project": "old", "amount": 20}],
        ),
        {"points": 100, "public_money": 55},
    ),
    "limits_carried_money_lasts": Worked(
        "money of 2024 pays its own project's bill of 2025, not that of 2026; 20 of the other 25 move to a roof",
        two_roofs(
            policy={"reallocation": {"price": 0.2}, "sources": {"budget": {"usable_years": 2}}},
            horizon=(2025, 2026),
            limits=[{"amount": 30, "year": 2025}, {"amount": 35, "year": 2026}],
            carried=[{"amount": 40, "arrival_year": 2024, "project": "old"}],
            running=[{"project": "old", "amount": 15}, {"project": "old", "amount": 10, "year": 2026}],
        ),
        {"points": 100, "public_money": 54},
    ),
    "limits_beyond_at_a_price": Worked(
        "a roof of 50 must start with 40: 10 are found beyond the limit, at one and a half",
        two_roofs(
            options={"elastic_limits": {"budget": 1.5}, "shortfall": False},
            scenario={"locks": {"b": "must", "a": "never"}},
            limits=[{"amount": 40}],
        ),
        {"shortfall": 15, "points": 100},
    ),
    "limits_minimum_use": Worked(
        "55 of the grant must be used: only a can take it, though b has more households",
        two_roofs(
            estates=[{"estate": "a"}, {"estate": "b", "households": 20}],
            policy={"sources": GRANT},
            limits=[{"source": "grant", "amount": 60, "minimum_use": 55}],
        ),
        {"points": 100},
        {"a": 2025},
    ),
    "limits_of_the_whole_city": Worked(
        "each county has 60, the city only 100 in all",
        two_roofs(
            estates=[{"estate": "a", "county": "c"}, {"estate": "b", "county": "d"}],
            limits=[{"place": "c", "amount": 60}, {"place": "d", "amount": 60}, {"place": "", "amount": 100}],
        ),
        {"points": 100},
    ),
    "limits_on_the_total": Worked(
        "60 a year, 100 in total",
        two_roofs(
            horizon=(2025, 2026),
            limits=[{"amount": 60, "year": 2025}, {"amount": 60, "year": 2026}, {"amount": 100, "year": 0}],
        ),
        {"points": 100},
    ),
    "limits_formula_money_pays_later_starts": Worked(
        "every start brings 5 per household a year later: 50 pay for b in 2026",
        two_roofs(
            horizon=(2025, 2026),
            policy={"sources": {"reward": {"payer": "government", "formula": {"per_household": 5, "lag_years": 1}}}},
            limits=[{"amount": 60, "year": 2025}],
        ),
        {"points": 190},
        {"a": 2025, "b": 2026},
    ),
    "limits_unit_grant": Worked(
        "7 per unit up to size 5, else 9: 4 units of size 6 give 36 of 100; the budget has 60",
        one_roof(
            items=[{"estate": "a", "work": "tower", "cost": 100, "quantity": 4, "size": 6}],
            policy={
                "works": {"tower": {"components": {"all": {"rule": "public", "unit_grant": "each"}}}},
                "sources": {**GRANT, "budget": {"eligible": {"works": ["roof", "tower"]}}},
                "unit_grants": {
                    "each": {"source": "grant", "values": {"tiers": [{"up_to": 5, "amount": 7}, {"amount": 9}]}}
                },
            },
            limits=[{"amount": 60}, {"source": "grant", "amount": 100}],
        ),
        {"shortfall": 0, "public_money": 0},
    ),
    "limits_only_eligible_works": Worked(
        "the grant pays roofs only: pipes of 50 stay short",
        one_roof(
            items=[{"estate": "a", "cost": 60}, {"estate": "a", "work": "pipe", "cost": 100}],
            policy={"sources": {"grant": {**GRANT["grant"], "eligible": {"works": ["roof"]}}}},
            limits=[{"source": "grant", "amount": 500}],
            pledges=[{"estate": "a", "amount": 50}],
        ),
        {"shortfall": 50},
    ),
    "limits_of_an_area": Worked(
        "the award is for estates of area x",
        two_roofs(
            estates=[{"estate": "a"}, {"estate": "b", "area": "x"}],
            policy={"sources": {"award": {"payer": "government", "scope": "area"}}},
            limits=[{"source": "award", "place": "x", "amount": 500}],
        ),
        {"points": 100},
        {"b": 2025},
    ),
    "limits_minimum_use_out_of_reach": Worked(
        "the second year of county d asks for 100, but its only work costs 250 and there are 150: no plan",
        {
            "estates": [{"estate": "a"}, {"estate": "b", "county": "d"}],
            "items": [
                {"estate": "a", "work": "pipe", "cost": 600},
                {"estate": "b", "cost": 250},
                {"estate": "b", "work": "door", "cost": 200, "required": False},
            ],
            "horizon": (2025, 2026),
            "pledges": [{"estate": "a", "amount": 550}, {"estate": "b", "amount": 400}],
            "limits": [
                {"amount": 50, "year": 2025},
                {"amount": 450, "year": 2026},
                {"place": "d", "amount": 650, "year": 2025},
                {"place": "d", "amount": 150, "year": 2026, "minimum_use": 100},
            ],
            "options": {"shortfall": False},
        },
        None,
    ),
    "limits_of_residents_out_of_reach": Worked(
        "doors of 450 must be paid by residents: a pledge of 100 and at most 300 of the fund in one year",
        one_roof(
            items=[{"estate": "a", "work": "door", "cost": 450}],
            policy={"sources": {"fund": {"payer": "resident"}}},
            horizon=(2025, 2027),
            pledges=[{"estate": "a", "amount": 100}],
            limits=[
                {"source": "fund", "amount": 300, "year": 2025},
                {"source": "fund", "amount": 50, "year": 2026},
                {"amount": 150, "year": 2025},
            ],
        ),
        None,
    ),
    # routes
    "routes_exclude_sources": Worked(
        "one of two channels: with the grant 40, with the loan 70; only the loan reaches 100 with the budget's 30",
        one_roof(
            projects=[{"project": "a", "routes": ["by_grant", "by_loan"]}],
            policy={
                "sources": {**GRANT, "loan": {"payer": "government", "excludes": ["grant"]}},
                "routes": {"by_grant": {"without": ["loan"]}, "by_loan": {"without": ["grant"]}},
            },
            limits=[{"amount": 30}, {"source": "grant", "amount": 40}, {"source": "loan", "amount": 70}],
        ),
        {"shortfall": 0, "public_money": 30},
    ),
    # caps
    "caps_are_not_pooled": Worked(
        "1 per household: a takes 10 of its 100, b all of its 10, where a county pool would pay 110",
        {
            "estates": [{"estate": "a", "households": 10}, {"estate": "b", "households": 100}],
            "items": [{"estate": "a", "cost": 100}, {"estate": "b", "cost": 10}],
            "policy": {"sources": {"budget": {"caps": [{"per": "household", "amount": 1}]}}},
            "limits": [{"amount": 1000}],
            "scenario": {"locks": {"a": "must", "b": "must"}},
        },
        {"shortfall": 90, "public_money": 20},
    ),
    "caps_beside_unlike_sources": Worked(
        "roof and pipe share the capped 10; beside it the roof has a grant of 30, the pipe a loan of 90",
        {
            "estates": [{"estate": "a"}],
            "items": [{"estate": "a", "cost": 100}, {"estate": "a", "work": "pipe", "cost": 100}],
            "policy": {
                "works": {"pipe": {"components": {"all": {"rule": "public"}}}},
                "sources": {
                    "budget": {"caps": [{"per": "estate", "amount": 10}]},
                    "grant": {**GRANT["grant"], "eligible": {"works": ["roof"]}},
                    "loan": {"payer": "government", "eligible": {"works": ["pipe"]}},
                },
            },
            "limits": [{"amount": 1000}, {"source": "grant", "amount": 30}, {"source": "loan", "amount": 90}],
            "scenario": {"locks": {"a": "must"}},
        },
        {"shortfall": 70, "public_money": 10},
    ),
    "caps_over_all_years": Worked(
        "50 per estate in all, though 60 falls due in each of two years",
        one_roof(
            items=[{"estate": "a", "cost": 120}],
            scenario={"locks": {"a": "must"}, "spend_profile": ("0.5", "0.5")},
            policy={"sources": {"budget": {"caps": [{"per": "estate", "amount": 50}]}}},
            limits=[{"amount": 100, "year": 2025}, {"amount": 100, "year": 2026}],
        ),
        {"shortfall": 70},
    ),
}
