"""Carried money of projects under way, and sources with elastic limits: they must be what the rules can speak of."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import Problem
from allocator.i18n import _
from allocator.inputs.frames import looked_up
from allocator.inputs.headings import nearest
from allocator.inputs.register_reader import Sheets
from allocator.inputs.schema_errors import place_text
from allocator.inputs.schemas.policy import PolicyModel
from allocator.inputs.schemas.scenario import Scenario
from allocator.inputs.yaml_files import Tree


def check_tied(sheets: Sheets, policy: PolicyModel) -> None:
    """Note carried money of projects that are not under way, or whose account it is not."""
    carried, running = sheets.frames["carried"], sheets.frames["running"]
    tied = carried[carried["project"] != ""]
    if tied.empty:
        return
    under_way = dict(zip(running["project"], running["county"], strict=True))
    absent = tied[~tied["project"].isin(set(under_way))]
    for row, name in zip(absent.index.tolist(), absent["project"].tolist(), strict=True):
        near = nearest(name, sorted(under_way))
        cure = _("did you mean {name!r}?").format(name=near) if near else ""
        cure = cure or _("add its bills to 在建项目, or leave the cell blank: the money is then free for any project")
        finding = _("the project {project!r} is not under way").format(project=name)
        sheets.add("carried", "project", [row], finding, cure)
    known = tied[tied["project"].isin(set(under_way))]
    sources = {name: source.scope if source.limited else "" for name, source in policy.sources.items()}
    scope = looked_up(known["source"], sources)
    unfit = known.index[~scope.isin(["city", "county"])]
    finding = _("only money with limits of a county or of the whole city can be tied to a project")
    sheets.add("carried", "project", unfit, finding, _("leave the cell blank"))
    county = known["project"].map(under_way)
    elsewhere = known.index[(scope == "county") & (known["place"] != county)]
    finding = _("the project lies in another county than the money")
    sheets.add("carried", "project", elsewhere, finding, _("correct the place or the project"))


def elastic_problems(scenario: Scenario, tree: Tree, policy: PolicyModel) -> Iterator[Problem]:
    """Elastic limits of sources that are not there, are not local, or have no limits of their own."""
    fed = {bond.source for bond in policy.bonds.values()}
    local = [n for n, s in policy.sources.items() if s.local and s.limited and s.scope != "estate" and n not in fed]
    for name in scenario.options.elastic_limits:
        if name not in local:
            text = _("{source!r} is no local source with limits: only such limits can be elastic")
            cure = _("name some of: {names}").format(names=", ".join(local) or "-")
            place = place_text(("options", "elastic_limits", name), Scenario, tree)
            yield Problem(place, text.format(source=name), cure)
