"""Item costs in parts, each with the rule that says who pays it: the normal form, worked out anew from the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pandas as pd

from allocator.inputs.case import Case, rate_to_steps
from allocator.inputs.schemas.base import in_force
from allocator.inputs.schemas.costs import GrantTiers, UnitGrant
from allocator.inputs.schemas.policy import Band, PayerShares
from allocator.plan.audit.exact import Ints, fraction, half_up, split

KEPT = ["item", "component", "estate", "county", "area", "project", "work", "work_class", "construction"]


def cost_parts(case: Case, items: pd.DataFrame) -> pd.DataFrame:
    """Parts of all items, indexed by their names.

    Columns: item, component, estate, county, area, project, work, work_class; ``construction`` (exact share of
    the cost); ``cost`` in steps; ``rule`` in force; ``payer`` ("" when the part is open); ``open``; ``grant`` and
    ``source`` (of a unit grant's part, else ""); ``weights`` of what falls due in the year a work is done and those
    after; ``from_year`` and ``until_year``: the years of doing that it is for.
    """
    components = _components(case, items)
    components["rule"] = _in_force(case, components["rule"], components)
    components["part"] = components["item"] + "/" + components["component"]
    horizon = case.scenario.horizon
    components["weights"] = components["work"].map(
        {work: spend_profile(case, str(work)) for work in components["work"].unique()}
    )
    components["from_year"] = horizon.first
    components["until_year"] = horizon.last + case.scenario.options.staging_years
    grants, remaining = _unit_grants(case, components)
    leaving, staying = _estate_parts(case, remaining)
    shared = _payers(case, pd.concat([*leaving, staying], ignore_index=True))
    frames = [frame for frame in (*grants, *shared) if len(frame)]
    columns = [*KEPT, "part", "cost", "rule", "payer", "open", "grant", "source", "weights", "from_year", "until_year"]
    if not frames:
        kinds = dict.fromkeys(columns, "str") | dict.fromkeys(("cost", "from_year", "until_year"), "int64")
        kinds |= {"open": "bool", "weights": "object"}
        nothing = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
        return nothing.set_index("part", drop=False).rename_axis(None)
    parts = pd.concat(frames, ignore_index=True)[columns]
    parts = parts[parts["cost"] != 0].sort_values("part", kind="stable")
    return parts.set_index("part", drop=False).rename_axis(None)


def shares_in_force(case: Case, rule: str) -> PayerShares | None:
    """Shares of ``rule`` on the scenario's date."""
    known = case.policy.rules.get(rule)
    return in_force(known.values, case.scenario.as_of) if known else None


def bands_in_force(case: Case, rule: str) -> dict[str, Band]:
    """Band by payer of ``rule`` on the scenario's date; empty when nothing is in force."""
    shares = shares_in_force(case, rule)
    return dict(shares.shares) if shares else {}


def spend_profile(case: Case, work: str) -> tuple[Fraction, ...]:
    """Shares of a work's cost that fall due in the year it is done and the years after."""
    entry = case.policy.works[work]
    profile = entry.spend_profile or case.scenario.class_profiles.get(entry.work_class) or case.scenario.spend_profile
    return tuple(fraction(share) for share in profile)


def by_weights(parts: pd.DataFrame) -> Iterator[tuple[tuple[Fraction, ...], pd.DataFrame]]:
    """Parts grouped by the weights of what falls due."""
    for _number, group in parts.groupby(parts["weights"].map(hash), sort=False):
        for weights in dict.fromkeys(group["weights"]):
            yield weights, group[[one == weights for one in group["weights"]]]


def _components(case: Case, items: pd.DataFrame) -> pd.DataFrame:
    """One row per item and component with its cost."""
    stated = case.register.component_costs
    whole = items[~items["item"].isin(stated["item"])]
    frames = [_stated(case, items, stated)]
    for work, group in whole.groupby("work", sort=True):
        parts = case.policy.works[str(work)].components
        costs = split(group["cost"].to_numpy("int64"), [fraction(c.share) for c in parts.values()])
        for position, (component, entry) in enumerate(parts.items()):
            frames.append(
                group.assign(
                    component=component, cost=costs[:, position], rule=entry.rule, unit_grant=entry.unit_grant or ""
                )
            )
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled or frames, ignore_index=True)


def _stated(case: Case, items: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    """Components whose costs the register states."""
    frame = stated.join(items.drop(columns=["item", "cost"]), on="item", how="inner")
    entries = [
        case.policy.works[work].components[name] for work, name in zip(frame["work"], frame["component"], strict=True)
    ]
    return frame.assign(
        rule=pd.Series([entry.rule for entry in entries], index=frame.index, dtype="str"),
        unit_grant=pd.Series([entry.unit_grant or "" for entry in entries], index=frame.index, dtype="str"),
    )


def _in_force(case: Case, rules: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Each rule, replaced by the one its attribute chooses until none chooses any more."""
    current = rules.copy()
    choosing = {key: rule.choose for key, rule in case.policy.rules.items() if rule.choose is not None}
    for _round in range(len(choosing) + 1):
        if not current.isin(list(choosing)).any():
            break
        for key, choice in choosing.items():
            here = current == key
            value = rows[choice.attribute].map(choice.cases).astype(object)
            current = current.mask(here, value.fillna(choice.otherwise))
    return current


def _unit_grants(case: Case, rows: pd.DataFrame) -> tuple[list[pd.DataFrame], pd.DataFrame]:
    """Parts wholly paid by a unit grant, and all rows with what remains of their costs.

    Rows that a grant pays for are for years of doing after which its amounts are the same in every payment year.
    """
    parts, rests = [], [rows[~rows["unit_grant"].isin(list(case.policy.unit_grants))]]
    for key, grant in case.policy.unit_grants.items():
        mine = rows[rows["unit_grant"] == key]
        for work, group in mine.groupby("work", sort=True):
            profile = spend_profile(case, str(work))
            spans = _spans(case, grant, profile)
            for first, last in spans:
                named = group["part"] + (f"/from:{first}" if len(spans) > 1 else "")
                own = group.assign(part=named, from_year=first, until_year=last)
                paid, rest = _granted(case, key, own, profile)
                parts.append(paid)
                rests.append(rest)
    return parts, pd.concat(rests, ignore_index=True)


def _spans(case: Case, grant: UnitGrant, profile: tuple[Fraction, ...]) -> list[tuple[int, int]]:
    """First and last years of runs of doing years that meet the same amounts in all years something falls due."""
    horizon = case.scenario.horizon
    years = range(horizon.first, horizon.last + case.scenario.options.staging_years + 1)
    met = {year: [grant.paid_in(year + k) for k, share in enumerate(profile) if share > 0] for year in years}
    begins = [year for year in years if year == years[0] or met[year] != met[year - 1]]
    return list(zip(begins, [year - 1 for year in begins[1:]] + [years[-1]], strict=True))


def _granted(
    case: Case, key: str, rows: pd.DataFrame, profile: tuple[Fraction, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a grant pays of each row when it is done from ``from_year`` on, and what it leaves.

    The sum is that of the shares falling due, each of what would be paid at the amounts of its year; what is paid and
    what is left fall due in those proportions.
    """
    grant, first = case.policy.unit_grants[key], int(rows["from_year"].iloc[0]) if len(rows) else 0
    by_year = [_grant_amounts(case, grant, grant.paid_in(first + k), rows) for k in range(len(profile))]
    sums, left, paying, leaving = [], [], [], []
    for row, cost in enumerate(rows["cost"].tolist()):
        pays = [share * min(int(amounts[row]), cost) for share, amounts in zip(profile, by_year, strict=True)]
        keeps = [share * cost - paid for share, paid in zip(profile, pays, strict=True)]
        sums.append(half_up(sum(pays, Fraction(0))))
        left.append(cost - sums[-1])
        paying.append(tuple(pays))
        leaving.append(tuple(keeps))
    paid = rows.assign(cost=sums, grant=key, source=grant.source, open=False, weights=_tuples(paying, rows.index))
    paid = paid.assign(part=paid["part"] + f"/grant:{key}", payer=case.policy.sources[grant.source].payer)
    return paid.astype({"cost": "int64"}), rows.assign(cost=left, weights=_tuples(leaving, rows.index)).astype(
        {"cost": "int64"}
    )


def _tuples(values: list[tuple[Fraction, ...]], index: pd.Index) -> pd.Series:
    return pd.Series(values, index=index, dtype=object)


def _grant_amounts(case: Case, grant: UnitGrant, value: GrantTiers | None, rows: pd.DataFrame) -> Ints:
    """Steps granted to each row: amount of its tier times its quantity."""
    amounts = []
    for size, quantity in zip(rows["size"], rows["quantity"], strict=True):
        tiers = value.tiers if value else ()
        tier = next((t for t in tiers if t.up_to is None or fraction(size) <= fraction(t.up_to)), None)
        count = fraction(quantity)
        times = tier.amount * count.numerator / count.denominator if tier else 0
        amounts.append(
            rate_to_steps(tier.amount.__class__(times), grant.unit, tier.amount.__class__(1), case.scenario.money)
            if tier
            else 0
        )
    return np.array(amounts, dtype=np.int64)


def _estate_parts(case: Case, rows: pd.DataFrame) -> tuple[list[pd.DataFrame], pd.DataFrame]:
    """Parts that an attribute of the estate moves to another rule, and all rows with what stays."""
    leaving, staying = [], rows.copy()
    for key, entry in case.policy.estate_parts.items():
        applies = staying["rule"].isin(entry.applies_to)
        stated = staying[entry.attribute].astype("str").where(applies, "0")
        for text in sorted(set(stated)):
            here, share = applies & (stated == text), fraction(text)
            if share <= 0:
                continue
            parts = split(staying.loc[here, "cost"].to_numpy("int64"), [1 - share, share])
            moved = staying[here].assign(cost=parts[:, 1], rule=entry.rule)
            moved["rule"] = _in_force(case, moved["rule"], moved)
            leaving.append(moved.assign(part=moved["part"] + f"/part:{key}"))
            staying.loc[here, "cost"] = parts[:, 0]
    return leaving, staying


def _payers(case: Case, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Rows divided among the payers of their rules where the rule leaves no room, else left open."""
    for rule, group in rows.assign(grant="", source="").groupby("rule", sort=True):
        bands = bands_in_force(case, str(rule))
        if len(bands) == 1:
            yield group.assign(payer=next(iter(bands)), open=False)
        elif bands and all(band.min == band.max for band in bands.values()):
            yield from _exact_payers(group, bands)
        else:
            yield group.assign(payer="", open=True)


def _exact_payers(group: pd.DataFrame, bands: dict[str, Band]) -> Iterator[pd.DataFrame]:
    costs = split(group["cost"].to_numpy("int64"), [fraction(band.min) for band in bands.values()])

    for position, payer in enumerate(bands):
        yield group.assign(payer=payer, open=False, cost=costs[:, position], part=group["part"] + f"/payer:{payer}")
