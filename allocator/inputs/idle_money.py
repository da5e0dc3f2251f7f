"""Rules about money that can never bind, or money that can never be used: notices, with the cure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import Notice, from_steps, rate_to_steps
from allocator.inputs.greatest_costs import by_account
from allocator.inputs.register_reader import Sheets
from allocator.inputs.register_sheets import TOTAL
from allocator.inputs.schema_errors import place_text
from allocator.inputs.schemas.base import Cited, Quantity, in_force
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario
from allocator.inputs.schemas.sources import Source
from allocator.inputs.yaml_files import Path_, Tree

_EXAMPLES = 5
_BASE = {"household": "households", "floor_area": "floor_area", "estate": ""}


@dataclass(frozen=True)
class Money:
    """What the notices look at: the register, the policy model with its places, and the most each source may pay."""

    sheets: Sheets
    policy: PolicyModel
    tree: Tree
    scenario: Scenario
    years: range
    """Payment years."""
    greatest: pd.DataFrame
    """As from ``greatest_costs``."""

    def notice(self, path: Path_, finding: str, cure: str) -> Notice:
        """A notice at a value of the policy model."""
        return Notice(place_text(path, PolicyModel, self.tree), finding, cure)

    def current(self, values: tuple[Quantity, ...] | None) -> Quantity | None:
        """Value in force on the scenario's date."""
        return in_force(values, self.scenario.as_of) if values else None

    def is_in_force(self, rule: Cited) -> bool:
        """Whether a rule is in force on the scenario's date."""
        return in_force((rule,), self.scenario.as_of) is not None

    def per_estate(self, amount: Quantity, base: str) -> pd.Series:
        """Steps of a rate by estate; ``base`` is the column it is multiplied with, "" for none."""
        estates = self.sheets.frames["estates"].set_index("estate")
        counts = estates[base] if base else pd.Series(1, index=estates.index)
        steps = [rate_to_steps(amount.value, amount.unit, Decimal(str(n)), self.scenario.money) for n in counts]
        return pd.Series(steps, index=estates.index, dtype="int64")


def money_notices(money: Money) -> list[Notice]:
    """Everything about sources, payers and limits that can have no effect."""
    found: list[Notice] = []
    for name, source in money.policy.sources.items():
        if money.is_in_force(source):
            found += [*_shares(money, name, source), *_caps(money, name, source), *_years(money, name, source)]
        else:
            found += _not_in_force(money, name)
    return [*found, *_residents(money), *_nobody_pays(money), *_lapsed(money), *_limits(money), *_city_limits(money)]


def _shares(money: Money, name: str, source: Source) -> Iterator[Notice]:
    for side, idle in (("min", 0), ("max", 1)):
        value = money.current(getattr(source.share, side, None))
        never = source.share is None or source.share.of not in (
            "payer_part",
            "cost",
        )  # 1 of construction is less than all
        if value is not None and value.value == idle and not (side == "max" and never):
            text = (
                _("a least share of 0 asks for nothing") if side == "min" else _("a greatest share of 1 can never bind")
            )
            yield money.notice(("sources", name, "share", side), text, _("remove it, or write the share that is meant"))


def _caps(money: Money, name: str, source: Source) -> Iterator[Notice]:
    most = money.greatest[money.greatest["source"] == name].set_index("estate")["amount"]
    for position, cap in enumerate(source.caps):
        amount = money.current(cap.amount)
        if amount is None or cap.per not in _BASE or most.empty:
            continue
        allowed = money.per_estate(amount, _BASE[cap.per]).reindex(most.index)
        path = ("sources", name, "caps", position)
        if amount.value == 0:
            yield money.notice(path, _("the cap lets the source pay nothing"), _("correct it, or remove the source"))
        elif (allowed >= most).all():
            text = _("the cap can never bind: at no estate may the source pay for works that cost more")
            yield money.notice(path, text, _("remove it, or check the amount and its unit"))


def _years(money: Money, name: str, source: Source) -> Iterator[Notice]:
    first, last = money.years[0], money.years[-1]
    if source.usable_years > len(money.years) and source.limited:
        text = _("money is usable for {count} years, longer than payments go on ({first}-{last}): nothing ever lapses")
        finding = text.format(count=source.usable_years, first=first, last=last)
        cure = _("correct it, unless the money really never lapses")
        yield money.notice(("sources", name, "usable_years"), finding, cure)
    formula = source.formula
    if formula is None:
        return
    rates = (formula.per_household, formula.per_floor_area, formula.per_building, formula.per_estate)
    path = ("sources", name, "formula")
    if not any(rates) or formula.factor == 0:
        yield money.notice(path, _("the formula brings nothing"), _("write a rate and a factor above 0, or remove it"))
    elif first + formula.lag_years > last:
        text = _("money of the first starts would arrive in {year}, after the last payments in {last}")
        finding = text.format(year=first + formula.lag_years, last=last)
        yield money.notice((*path, "lag_years"), finding, _("shorten the lag, or let payments go on longer"))


def _not_in_force(money: Money, name: str) -> Iterator[Notice]:
    """Rows of a source that pays nothing."""
    for sheet in ("limits", "pledges", "carried"):
        frame = money.sheets.frames[sheet]
        rows = frame[(frame["source"] == name) & (frame["amount"] > 0)]
        if len(rows):
            text = _("{count} rows are of the source {source}, which is not in force on {date} and pays nothing")
            finding = text.format(count=len(rows), source=name, date=money.scenario.as_of)
            yield Notice(money.sheets.raw[sheet].place, finding, _("correct its dates or as_of, or remove the rows"))


def _residents(money: Money) -> Iterator[Notice]:
    rules = money.policy.residents
    if rules is None:
        return
    afford, warn = money.current(rules.affordability), money.current(rules.warn_above)
    own = {name for name, source in money.policy.sources.items() if source.payer == rules.payer}
    if afford is not None:
        pledges = money.sheets.frames["pledges"]
        pledged = pledges[pledges["source"].isin(own)].groupby("estate")["amount"].sum()
        limited = all(
            money.policy.sources[name].scope == "estate" and money.policy.sources[name].limited for name in own
        )
        most = (
            pledged if limited else money.greatest[money.greatest["source"].isin(own)].groupby("estate")["amount"].sum()
        )
        allowed = money.per_estate(afford, "households").reindex(most.index)
        if len(most) and (allowed >= most).all():
            text = _("the limit per household can never bind: no estate's residents could pay more")
            cure = _("none needed if that is meant; else check the amount and its unit")
            yield money.notice(("residents", "affordability"), text, cure)
    if afford is not None and warn is not None and _rate(money, warn) >= _rate(money, afford):
        text = _("the warning can never come: residents may not be asked for more than {amount} {unit}")
        finding = text.format(amount=afford.value, unit=afford.unit)
        yield money.notice(("residents", "warn_above"), finding, _("write less than the limit per household"))


def _rate(money: Money, amount: Quantity) -> int:
    return rate_to_steps(amount.value, amount.unit, Decimal(1), money.scenario.money)


def _nobody_pays(money: Money) -> Iterator[Notice]:
    """Payers who must bear something, and have no source that may pay it; nothing stands in for them."""
    policy = money.policy
    for name, payer in policy.payers.items():
        own = [source for source in policy.sources.values() if source.payer == name and money.is_in_force(source)]
        asking = [rule for rule, value in _current_rules(money) if value.get(name, Decimal(0)) > 0]
        if asking and not own and not payer.last_resort:
            text = _("must bear a part under {rules}, and has no source: works under these rules can never be paid")
            cure = _("add a source of this payer, or set last_resort: true")
            yield money.notice(("payers", name), text.format(rules=", ".join(asking[:_EXAMPLES])), cure)


def _current_rules(money: Money) -> Iterator[tuple[str, dict[str, Decimal]]]:
    """Rules in force with the least share of each payer; a payer alone bears all."""
    for rule, entry in money.policy.rules.items():
        value = in_force(entry.values, money.scenario.as_of) if entry.values else None
        if value is not None:
            alone = len(value.shares) == 1
            yield rule, {payer: Decimal(1) if alone else band.min for payer, band in value.shares.items()}


def _lapsed(money: Money) -> Iterator[Notice]:
    """Carried money of sources usable for several years that lapsed before the first year."""
    carried, first = money.sheets.frames["carried"], money.years[0]
    span = carried["source"].map({name: source.usable_years for name, source in money.policy.sources.items()})
    gone = carried[
        (span > 1).fillna(False).astype(bool) & (carried["arrival_year"] + span <= first) & (carried["amount"] > 0)
    ]
    if len(gone):
        shown = ", ".join(
            f"{s} {int(y)}" for s, y in gone[["source", "arrival_year"]].head(_EXAMPLES).itertuples(index=False)
        )
        text = _("{amount} {unit} lapsed before {first} and cannot be used: {shown}")
        amount = from_steps(int(gone["amount"].sum()), money.scenario.money)
        finding = text.format(amount=amount, unit=money.scenario.money.unit, first=first, shown=shown)
        yield Notice(money.sheets.raw["carried"].place, finding, _("correct the year of arrival, or remove the rows"))


def _limits(money: Money) -> Iterator[Notice]:
    """Sources whose every account has, in every year, more than it could ever be asked to pay."""
    limits, policy = money.sheets.frames["limits"], money.policy
    if limits.empty:
        return
    service = {bond.service_source for bond in policy.bonds.values()} | {bond.source for bond in policy.bonds.values()}
    at_home = limits["place"] != ""
    at_home |= limits["source"].isin([name for name, source in policy.sources.items() if source.scope == "city"])
    own = limits[at_home & ~limits["source"].isin(service) & limits["year"].isin([TOTAL, *money.years])]
    yearly = own.groupby(["source", "place", "year"], as_index=False)["amount"].sum()
    least = yearly.groupby(["source", "place"], as_index=False).agg(
        least=("amount", "min"), years=("year", "nunique"), total=("year", "min")
    )
    least = least[(least["total"] == TOTAL) | (least["years"] == len(money.years))]
    bills = money.sheets.frames["running"].groupby("source")["amount"].sum()
    most = by_account(money.greatest, money.sheets, policy)
    found = least.merge(most, on=["source", "place"], how="left").fillna({"amount": 0})
    found["amount"] += found["source"].map(bills).fillna(0)
    found["idle"] = found["least"] >= found["amount"]
    counted = own.groupby("source")[["place"]].nunique()["place"]
    for source, rows in found[found["least"] > 0].groupby("source"):
        if rows["idle"].all() and len(rows) == counted[source]:
            text = _(
                "the limits of {source} can never bind: everywhere and every year they are above all it may pay for"
            )
            cure = _("check the amounts and their unit; none needed if the money is really so much")
            yield Notice(money.sheets.raw["limits"].place, text.format(source=source), cure)


def _city_limits(money: Money) -> Iterator[Notice]:
    """Limits of the whole city on local sources, at or above the sum of the places' own."""
    limits, policy = money.sheets.frames["limits"], money.policy
    local = limits["source"].isin(
        [n for n, s in policy.sources.items() if s.scope in ("county", "area") and s.formula is None]
    )
    city = limits[local & (limits["place"] == "") & limits["year"].isin(list(money.years))]
    spans = {name: source.usable_years for name, source in policy.sources.items()}
    places = limits[local & (limits["place"] != "")]
    carried = money.sheets.frames["carried"].groupby("source")["amount"].sum()
    for source, rows in city.groupby("source"):
        own = places[places["source"] == source]
        if TOTAL in set(own["year"]) or source in set(carried.index):
            continue
        idle = []
        for year, amount in rows.groupby("year")["amount"].sum().items():
            usable = own[(own["year"] > int(str(year)) - spans[str(source)]) & (own["year"] <= int(str(year)))]
            if amount >= usable["amount"].sum():
                idle.append(str(year))
        if idle:
            text = _(
                "the limits of {source} for the whole city can never bind in {years}: the places have no more together"
            )
            finding = text.format(source=source, years=", ".join(idle))
            yield Notice(money.sheets.raw["limits"].place, finding, _("remove them, or check the amounts"))
