"""A random feature: areas that issue special bonds, with income from works done."""

from __future__ import annotations

from tests.draft import Draft


def special_bonds(draft: Draft) -> None:
    """An area issues special bonds for its works; the budget, or a fund for it, tops its income up."""
    county = draft.counties[0]
    for estate in draft.estates:
        estate.setdefault("area", draft.one(["x", "x", ""]))
    draft.estates[0]["area"] = "x"
    _needs_money(draft, county)
    draft.policy["sources"]["special_money"] = {
        "payer": "government", "scope": "area", "usable_years": draft.whole(1, 2),
    }  # fmt: skip
    draft.policy["sources"]["sinking_fund"] = {"payer": "government", "local": True, "eligible": {"works": ["roof"]}}
    draft.policy.setdefault("bonds", {})["special"] = {
        "kind": "special", "source": "special_money", "lot": draft.one([100, 150]), "term_years": draft.whole(1, 3),
        "coupon": draft.one([0.05, 0.1]), "repayment": draft.one(["instalments", "level", "bullet"]),
        "service_source": draft.one(["budget", "sinking_fund"]),
    }  # fmt: skip
    rules = {"capital_share": draft.one([0.2, 0.5]), "cover": draft.one([1.1, 0.5]), "cover_all_debt": 1.2}
    draft.policy["special_bonds"] = rules | draft.one([{}, {"discount": 0.05}])
    for year in draft.years[:2]:
        draft.add("limits", source="special_money", place="x", year=year, amount=draft.money(100, 250))
    for year in draft.years:
        draft.add("limits", source="sinking_fund", place=county, year=year, amount=draft.money(0, 200))
    if draft.one([False, False, True]):
        draft.add("limits", source="special_money", place=county, year=draft.years[0], amount=draft.money(100, 200))
    _project(draft)
    _income(draft)
    _ceilings(draft, county)


def _needs_money(draft: Draft, county: str) -> None:
    """The first estate must start and the budget does not last for it, so that bonds are worth issuing."""
    draft.options["shortfall"] = True
    draft.scenario["locks"] = {**draft.scenario.get("locks", {}), draft.estates[0]["estate"]: "must"}
    for limit in draft.sheets["limits"]:
        if limit["source"] == "budget" and limit["place"] == county:
            limit["amount"] = min(limit["amount"], draft.money(0, 200))
            limit.pop("minimum_use", None)
    own = [item["work"] for item in draft.items if item["estate"] == draft.estates[0]["estate"]]
    if "roof" not in own:
        draft.items.insert(0, {"estate": draft.estates[0]["estate"], "work": "roof", "cost": draft.money(200, 500)})


def _project(draft: Draft) -> None:
    known = [row for row in draft.sheets.get("areas", []) if row["area"] == "x"]
    row = known[0] if known else {"area": "x"}
    row["review"] = draft.one(["passed", "submitted", "passed", "passed", "refused"])
    if draft.one([False, True]):
        row.update(other_debt=draft.money(0, 100), other_service=draft.money(50, 150))
    if not known:
        draft.add("areas", **row)


def _income(draft: Draft) -> None:
    first = {"after": draft.whole(0, 1), "years": draft.whole(2, 4), "amount": draft.money(50, 300)}
    draft.add("income", area="x", stream="parking", work="", estate=draft.estates[0]["estate"], **first)
    streams = draft.one([[], ["rents"], ["rents", "fees"]])
    for stream in streams:
        work, estate = draft.one(["roof", "", "lift", "pipe"]), draft.one(["", "", draft.estates[0]["estate"]])
        years, amount = draft.whole(1, 4), draft.money(50, 300)
        told = {"after": draft.whole(0, 1), "years": years, "amount": amount}
        draft.add("income", area="x", stream=stream, work=work, estate=estate, **told)


def _ceilings(draft: Draft, county: str) -> None:
    if draft.one([False, True]):
        year = draft.one(draft.years)
        known = [row for row in draft.sheets.get("debt", []) if (row["county"], row["year"]) == (county, year)]
        row = known[0] if known else {"county": county, "year": year}
        row.update(special_stock_ceiling=draft.money(100, 400), special_existing_stock=draft.money(0, 100))
        row.update(special_service_ceiling=draft.money(50, 400), special_existing_service=draft.money(0, 50))
        if not known:
            draft.add("debt", **row)
