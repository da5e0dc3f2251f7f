"""Whether a roll-up counts every yuan once: its lines add up as a tree, and every source has a place in it."""

from __future__ import annotations

from collections import Counter

from allocator.i18n import _
from allocator.inputs.findings import Findings
from allocator.inputs.schemas.rollup import Rollup
from allocator.inputs.yaml_files import Path_


def check_rollup(findings: Findings) -> None:
    """Lines of the roll-up exist, are unlike, and each is added up once below the total; sources go to such lines."""
    rollup = findings.policy.rollup
    if rollup is None:
        return
    known = [line.id for line in rollup.lines]
    for line_id in sorted({name for name in known if known.count(name) > 1}):
        findings.add(("rollup", "lines"), _("{value!r} stands here twice").format(value=line_id), _("rename one"))
    for position, line in enumerate(rollup.lines):
        path = ("rollup", "lines", position)
        for part in line.adds_up:
            findings.known((*path, "adds_up"), part, known, _("line"))
        if bool(line.adds_up) != (line.holds == "sum"):
            findings.add(path, _("a line adds up others or holds something itself"), _("correct holds or adds_up"))
    findings.known(("rollup", "total"), rollup.total, known, _("line"))
    for source in rollup.sources:
        findings.known(("rollup", "sources", source), source, findings.policy.sources, _("source"))
    _counted_once(findings, rollup)


def _counted_once(findings: Findings, rollup: Rollup) -> None:
    parts = {line.id: line.adds_up for line in rollup.lines}
    holds = {line.id: line.holds for line in rollup.lines}
    counts: Counter[str] = Counter()
    waiting = [rollup.total]
    while waiting and max(counts.values(), default=0) <= 1:
        line = waiting.pop()
        counts[line] += 1
        waiting += parts.get(line, ())
    if twice := sorted(line for line, count in counts.items() if count > 1):
        text = _("the total counts twice: {names}").format(names=", ".join(twice))
        findings.add(("rollup", "lines"), text, _("let each line be added up once"))
    named: list[tuple[Path_, str]] = [(("rollup", "other"), rollup.other)]
    named += [(("rollup", "sources", source), line) for source, line in rollup.sources.items()]
    for path, line in named:
        if line not in counts or holds.get(line) != "sources":
            text = _("the line {found!r} holds no money of sources below the total").format(found=line)
            findings.add(path, text, _("name a line with `holds: sources` that the total adds up"))
