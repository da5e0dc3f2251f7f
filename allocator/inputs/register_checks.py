"""What a register must satisfy beyond its cells: things that belong together must agree."""

from __future__ import annotations

import pandas as pd

from allocator.i18n import _
from allocator.inputs.case import Notice
from allocator.inputs.cost_split import check_split
from allocator.inputs.frames import looked_up
from allocator.inputs.register_reader import Sheets
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario


def check_register(sheets: Sheets, scenario: Scenario) -> None:
    """Note everything that contradicts itself between rows and sheets."""
    _estates(sheets, scenario)
    _items(sheets)
    check_split(sheets, scenario.money)
    _bands(sheets)


def _estates(sheets: Sheets, scenario: Scenario) -> None:
    estates, areas = sheets.frames["estates"], sheets.frames["areas"]
    future = (estates["built_year"] > scenario.as_of.year).fillna(False).astype(bool)
    finding = _("the year of completion is after {date}").format(date=scenario.as_of)
    sheets.add("estates", "built_year", estates.index[future], finding, _("correct the year"))
    stated = looked_up(estates["area"], dict(zip(areas["area"], areas["county"], strict=True)))
    elsewhere = (stated != "") & (estates["county"] != "") & (stated != estates["county"])
    text = _("the estate lies in {county!r}, its area in {other!r}")
    findings = [
        text.format(county=a, other=b) for a, b in zip(estates["county"][elsewhere], stated[elsewhere], strict=True)
    ]
    sheets.add("estates", "area", estates.index[elsewhere], findings, _("correct one of the two counties"))
    named = estates[(estates["county"] != "") & (estates["project"] != "")]
    first = named.groupby("project")["county"].transform("first")
    split = named.index[named["county"] != first]
    text = _("the project {project!r} has estates in {county!r} and in {other!r}")
    findings = [
        text.format(project=p, county=a, other=b)
        for p, a, b in zip(named["project"][split], first[split], named["county"][split], strict=True)
    ]
    sheets.add("estates", "project", split, findings, _("give each county a project of its own"))
    _listed(sheets, named)
    neighbours = sheets.frames["neighbours"]
    same = (neighbours["estate"] == neighbours["neighbour"]) & (neighbours["estate"] != "")
    sheets.add(
        "neighbours", "neighbour", neighbours.index[same], _("the estate is its own neighbour"), _("remove the row")
    )


def _listed(sheets: Sheets, named: pd.DataFrame) -> None:
    """Estates of one project stand in the list of the same year, or in none."""
    first = named.groupby("project")["listed_year"].transform("min").astype("Int64")
    differs = named.index[(named["listed_year"].fillna(0) != first.fillna(0)).astype(bool)]
    text = _("the project {project!r} has estates listed in different years, or not all of them listed")
    findings = [text.format(project=project) for project in named["project"][differs]]
    sheets.add("estates", "listed_year", differs, findings, _("write one year for all estates of the project"))


def _items(sheets: Sheets) -> None:
    items = sheets.frames["items"]
    own = pd.Series(
        [item in requires for item, requires in zip(items["item"], items["requires"], strict=True)],
        index=items.index, dtype="bool",
    )  # fmt: skip
    sheets.add("items", "requires", items.index[own], _("the item requires itself"), _("remove it from the list"))


def _bands(sheets: Sheets) -> None:
    tasks = sheets.frames["tasks"]
    for measure in ("estates", "households"):
        low, high = tasks[f"min_{measure}"], tasks[f"max_{measure}"]
        crossed = (low > high).fillna(False).astype(bool)
        finding = _("the lower bound is above the upper bound")
        sheets.add("tasks", f"min_{measure}", tasks.index[crossed], finding, _("exchange the two"))


def places_of_money(sheets: Sheets, policy: PolicyModel, scenario: Scenario) -> None:
    """Resolve and check the place of limits, carried money, pledges and bills against the scope of their source."""
    for sheet in ("limits", "carried"):
        _places(sheets, sheet, policy, scenario)
    scopes: dict[str, str] = {name: source.scope for name, source in policy.sources.items()}
    for sheet, text, cure in (
        (
            "pledges", _("the source {source!r} lies with the {scope}; pledges are an estate's"),
            _("write it among the limits, or name another source"),
        ),
        (
            "votes", _("the source {source!r} lies with the {scope}; owners vote on money of their estate"),
            _("name the source that is pledged"),
        ),
    ):  # fmt: skip
        frame = sheets.frames[sheet]
        scope = looked_up(frame["source"], scopes, "estate")
        wrong = scope != "estate"
        findings = [text.format(source=a, scope=b) for a, b in zip(frame["source"][wrong], scope[wrong], strict=True)]
        sheets.add(sheet, "source", frame.index[wrong], findings, cure)
    running = sheets.frames["running"]
    scope = looked_up(running["source"], scopes, "county")
    wrong = scope == "area"
    text = _(
        "the source {source!r} lies with the {scope}; bills are charged to a county, the city or the project itself"
    )
    findings = [text.format(source=a, scope=b) for a, b in zip(running["source"][wrong], scope[wrong], strict=True)]
    sheets.add("running", "source", running.index[wrong], findings, _("name a source of scope county, city or estate"))


def _places(sheets: Sheets, sheet: str, policy: PolicyModel, scenario: Scenario) -> None:
    frame = sheets.frames[sheet]
    scope = looked_up(frame["source"], {name: source.scope for name, source in policy.sources.items()})
    places = {
        "county": list(scenario.counties), "area": list(sheets.frames["areas"]["area"]), "city": [], "estate": [],
    }  # fmt: skip
    special = [bond.source for bond in policy.bonds.values() if bond.kind == "special"]
    # What all areas of a county may issue together stands at the county.
    of_county = frame["source"].isin(special if sheet == "limits" else []) & frame["place"].isin(scenario.counties)
    cures = {
        "county": _("write one of the counties: {names}").format(names=", ".join(scenario.counties)),
        "area": _("write the id of an area"),
        "city": _("leave the place blank: the source is the whole city's"),
        "estate": _("write it among the pledges: the source is an estate's"),
    }
    for each, known in places.items():
        here = scope == each
        blank_is_wrong = each == "estate" or (sheet == "carried" and each in ("county", "area"))
        blank = here & (frame["place"] == "") & blank_is_wrong
        sheets.add(sheet, "place", frame.index[blank], _("the place is blank"), cures[each])
        wrong = here & (frame["place"] != "") & ~frame["place"].isin(known) & ~of_county
        text = _("the source {source!r} has no money at {place!r}")
        findings = [
            text.format(source=a, place=b)
            for a, b in zip(frame["source"][wrong], frame["place"][wrong], strict=True)
        ]  # fmt: skip
        sheets.add(sheet, "place", frame.index[wrong], findings, cures[each])


def unused_rows(sheets: Sheets, scenario: Scenario, years: range) -> list[Notice]:
    """Rows that lie outside the years of the scenario, and projects without estates: read, but of no effect."""
    horizon = scenario.horizon
    start_years = range(horizon.first, horizon.last + 1)
    notices = []
    for sheet, allowed in (("limits", years), ("tasks", start_years), ("capacity", years), ("running", years)):
        frame = sheets.frames[sheet]
        outside = frame[~frame["year"].isin([0, *allowed])]
        if len(outside):
            found = ", ".join(str(year) for year in sorted(set(outside["year"].astype(int))))
            text = _("{count} rows are for years outside {first}-{last} and have no effect: {years}")
            finding = text.format(count=len(outside), first=allowed[0], last=allowed[-1], years=found)
            notices.append(Notice(sheets.raw[sheet].place, finding, _("none needed, unless the years are mistaken")))
    projects, estates = sheets.frames["projects"], sheets.frames["estates"]
    idle = projects[~projects["project"].isin(set(estates["project"]))]
    if len(idle):
        names = ", ".join(idle["project"].head(5)) + (" …" if len(idle) > 5 else "")
        finding = _("{count} projects have no estate and are left out: {names}").format(count=len(idle), names=names)
        notices.append(Notice(sheets.raw["projects"].place, finding, _("name them at their estates, or remove them")))
        sheets.frames["projects"] = projects.drop(index=idle.index)
    return notices
