"""What a run came to, as a short table on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from allocator.i18n import _, language
from allocator.inputs.case import from_steps
from allocator.inputs.register_sheets import DEBT_SERVICE
from allocator.plan.run_folder import Run
from allocator.reporting.figures import USEFUL_GAP, figures
from allocator.reporting.views.summary import residents_line, residents_per_household

STATUS_WORDS: dict[str, Callable[[], str]] = {
    "optimal": lambda: _("optimal: proven best"),
    "gap_reached": lambda: _("gap reached: proven within the gap asked for"),
    "time_limit": lambda: _("time limit: best plan found in the time given"),
}


def print_summary(console: Console, run: Run) -> None:
    """Print status and proof, starts by year, money by level, baseline, shortfall, and where the files are."""
    scenario = run.case.scenario
    title = scenario.label.text(language()) or scenario.id
    if scenario.synthetic and _("synthetic data") not in title:
        title += " " + _("(synthetic data)")
    console.print(title, style="bold", markup=False)
    if standing := figures(run, language()).standing:
        console.print(standing, markup=False, soft_wrap=True)
    console.print(proof_line(run), markup=False, soft_wrap=True)
    if len(run.tables["running"]):
        console.print(running_line(run), markup=False, soft_wrap=True)
    console.print(starts_table(run))
    console.print(money_table(run))
    if told := residents_text(run):
        console.print(told, markup=False, soft_wrap=True)
    console.print(baseline_line(run), markup=False, soft_wrap=True)
    console.print(_("Files: {folder}").format(folder=run.path), markup=False, soft_wrap=True)


def proof_line(run: Run) -> str:
    """Status and gap of the headline goal in words."""
    manifest: Mapping[str, Any] = run.manifest
    status = STATUS_WORDS.get(manifest["status"], lambda: str(manifest["status"]))()
    gap = manifest["gap"]
    useful = gap is not None and gap <= USEFUL_GAP
    proof = _("at most {gap:.2%} below the best possible").format(gap=gap) if useful else _("no useful bound yet")
    if manifest.get("stopped_by") == "user":
        status = _("stopped by the user: best plan so far")
    return _("{status}; {proof}").format(status=status, proof=proof)


def running_line(run: Run) -> str:
    """Projects under way (续建) and their bills, which come before any new start."""
    bills = run.tables["running"]
    years, projects = sorted(set(bills["year"])), bills.loc[bills["kind"] != DEBT_SERVICE, "project"]
    return _(
        "Under way: {projects:,} projects with bills of {amount} {unit} in {first}-{last} (firm: {firm}), "
        "charged before the new starts below."
    ).format(
        projects=projects.nunique(), amount=amount(run, bills["amount"].sum()),
        unit=run.case.scenario.money.unit, first=years[0], last=years[-1], firm=amount(run, bills["firm"].sum()),
    )  # fmt: skip


def residents_text(run: Run) -> str:
    """What residents pay per household, at most and on average, and how many estates pay more than the warning line."""
    f = figures(run, language())
    each = residents_per_household(f)
    if each.empty or not each.max():
        return ""
    households = run.tables["estates"].set_index("estate")["households"].reindex(each.index)
    line = residents_line(f)
    mean = (each * households).sum() / households.sum()
    text = _("Residents of {estates:,} estates pay {mean:,.0f} {currency} per household, at most {most:,.0f}.")
    told = text.format(mean=mean, most=each.max(), estates=len(each), currency=f.currency)
    if line is None:
        return told
    above = _("{count} estates are above the warning line of {line:,.0f}.").format(count=(each > line).sum(), line=line)
    return f"{told} {above}"


def starts_table(run: Run) -> Table:
    """Estates, households and cost of works started, by year."""
    started = run.tables["estates"].query("start_year > 0")
    by_year = started.groupby("start_year")[["households", "cost"]].sum()
    by_year.insert(0, "estates", started.groupby("start_year").size())
    table = _table(_("Start year"), _("Estates"), _("Households"), _("Cost ({unit})"), run=run)
    for year, estates, households, cost in by_year.itertuples():
        table.add_row(str(year), f"{estates:,}", f"{households:,}", amount(run, cost))
    table.add_section()
    table.add_row(
        _("Total"), f"{len(started):,}", f"{started['households'].sum():,}", amount(run, started["cost"].sum())
    )
    return table


def money_table(run: Run) -> Table:
    """Payments by level: all, firm (已落实) and not firm yet (待争取)."""
    levels = run.case.policy.levels
    sums = run.tables["payments"].groupby("level")[["amount", "firm"]].sum()
    present = [str(level) for level in sums.index]
    order = [level for level in levels if level in present] + [level for level in present if level not in levels]
    table = _table(_("Money from"), _("Amount ({unit})"), _("firm"), _("not firm yet"), run=run)
    for level in order:
        paid, firm = (float(sums[column][level]) for column in ("amount", "firm"))
        label = levels[level].label.text(language()) if level in levels else _("funding gap")
        table.add_row(label or level, amount(run, paid), amount(run, firm), amount(run, paid - firm))
    paid, firm = (float(sums[column].sum()) for column in ("amount", "firm"))
    table.add_section()
    table.add_row(_("Total"), amount(run, paid), amount(run, firm), amount(run, paid - firm))
    return table


def baseline_line(run: Run) -> str:
    """What the plan gains over the baseline: rank by score, fund until the money is gone."""
    manifest: Mapping[str, Any] = run.manifest
    baseline, started = manifest["baseline"], run.tables["estates"].query("start_year > 0")
    return _(
        "By rank until the money is gone: {points:,.0f} points, {estates:,} estates, {households:,} households. "
        "This plan: {more_points:+,.0f} points, {more_estates:+,} estates, {more_households:+,} households."
    ).format(
        points=baseline["points"],
        estates=baseline["estates"],
        households=baseline["households"],
        more_points=_points(run) - baseline["points"],
        more_estates=len(started) - baseline["estates"],
        more_households=int(started["households"].sum()) - baseline["households"],
    )


def _points(run: Run) -> float:
    """Points of the plan, whatever its headline goal is."""
    manifest: Mapping[str, Any] = run.manifest
    values = [goal["value"] for goal in manifest["goals"] if goal["id"] == "points"]
    return float(values[0]) if values else float(run.tables["projects"]["points"].sum())


def print_shortfall(console: Console, run: Run) -> None:
    """Say loudly that a plan needs money that no limit provides; nothing when it does not."""
    gap: pd.Series[int] = run.tables["shortfall"].groupby("year")["amount"].sum()
    if not gap.sum():
        return
    years = ", ".join(f"{year}: {amount(run, steps)}" for year, steps in gap[gap > 0].items())
    console.print(
        _("FUNDING GAP: {total} {unit} of this plan has no source yet ({years}).").format(
            total=amount(run, gap.sum()), unit=run.case.scenario.money.unit, years=years
        ),
        style="bold red",
        markup=False,
        soft_wrap=True,
    )


def print_excess(console: Console, run: Run) -> None:
    """Say what local levels must find beyond their limits; nothing when they need not."""
    beyond: pd.Series[int] = run.tables["accounts"].groupby("year")["excess"].sum()
    if not beyond.sum():
        return
    years = ", ".join(f"{year}: {amount(run, steps)}" for year, steps in beyond[beyond > 0].items())
    text = _("BEYOND LIMITS: local levels must find {total} {unit} more than their limits ({years}), none of it firm.")
    console.print(
        text.format(total=amount(run, beyond.sum()), unit=run.case.scenario.money.unit, years=years),
        style="bold red",
        markup=False,
        soft_wrap=True,
    )


def amount(run: Run, steps: float) -> str:
    """Whole steps as an amount in the money unit, with thousands separators and every decimal of the step."""
    money = run.case.scenario.money
    decimals = max(0, -int(Decimal(money.step).normalize().as_tuple().exponent))
    return f"{from_steps(int(steps), money):,.{decimals}f}"


def _table(*headings: str, run: Run) -> Table:
    """Empty table whose first column is text and whose others are figures."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        text = heading.format(unit=run.case.scenario.money.unit)
        table.add_column(text, justify="left" if position == 0 else "right")
    return table
