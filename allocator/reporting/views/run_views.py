"""Views of the run itself: audit, goals, solver, versions, inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from allocator.reporting.figures import Figures, percent


def audit_rules(f: Figures) -> pd.DataFrame:
    """One row per audited rule: checks and failures."""
    rules = (f.manifest.get("audit") or {}).get("by_rule", [])
    rows = [
        {"rule": f.say("families", entry["rule"]), "id": entry["rule"], "checks": int(entry["checks"]),
         "failures": int(entry["failures"]), "result": f.say("audit", _outcome(entry))}
        for entry in rules
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["rule", "id", "checks", "failures", "result"])


def _outcome(entry: Mapping[str, Any]) -> str:
    if not entry["checks"]:
        return "idle"
    return "failed" if entry["failures"] else "passed"


def audit_failures(f: Figures) -> pd.DataFrame:
    """One row per failure of the audit, as the manifest tells it."""
    findings = (f.manifest.get("audit") or {}).get("findings", [])
    return pd.DataFrame({"found": [str(finding) for finding in findings]}, columns=["found"])


def tolerances(f: Figures) -> pd.DataFrame:
    """One row per tolerance of the audit, as the manifest tells it, after what holds for every run."""
    told = (f.manifest.get("audit") or {}).get("tolerances") or []
    always = [f.say("tolerances", key) for key in ("sums", "shares", "rounding")]
    return pd.DataFrame({"tolerance": [*always, *(str(entry) for entry in told)]})


def goals(f: Figures) -> pd.DataFrame:
    """One row per stage of the lexicographic order: status, value, bound, gap, seconds."""
    rows = []
    for position, goal in enumerate(f.manifest.get("goals") or [], start=1):
        rows.append({
            "no": position, "goal": f.say("goals", str(goal["id"])), "status": f.say("status", str(goal["status"])),
            "unit": f.unit if goal.get("unit") == "money" else f.say("goal_units", str(goal.get("unit", ""))),
            "value": _goal_number(f, goal, "value"), "bound": _goal_number(f, goal, "bound"),
            "gap": _share(goal.get("gap")), "seconds": _number(goal.get("seconds")),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=["no", "goal", "status", "unit", "value", "bound", "gap", "seconds"])


def _goal_number(f: Figures, goal: Mapping[str, Any], key: str) -> float | None:
    """A goal's value or bound; those of money are whole steps in the manifest, and shown in the money unit."""
    number = _number(goal.get(key))
    if number is None or goal.get("unit") != "money":
        return number
    return number * float(f.run.case.scenario.money.step)


def _headline(f: Figures, key: str) -> str:
    """Value or bound of the headline goal with its unit."""
    m = f.manifest
    goal: Mapping[str, Any] = next((g for g in m.get("goals") or [] if g["id"] == f.run.case.scenario.headline), {})
    manifest_key = {"value": "objective", "bound": "bound"}[key]
    number = _goal_number(f, {**goal, key: m.get(manifest_key)}, key)
    unit = f.unit if goal.get("unit") == "money" else ""
    return f"{_plain(number)} {unit}".strip()


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _share(value: object) -> str:
    number = _number(value)
    return "" if number is None else percent(number)


def solver_notes(f: Figures) -> pd.DataFrame:
    """Key and value of what was run and how it ended."""
    m = f.manifest
    scenario = f.run.case.scenario
    entries: list[tuple[str, Any]] = [
        ("status", f.status_text()),
        ("headline", _headline(f, "value")),
        ("bound", _headline(f, "bound")),
        ("certified_bound", _plain(m.get("certified_bound"))),
        ("gap", f.gap_text()),
        ("stopped_by", f.say("stopped_by", str(m.get("stopped_by") or ""))),
        ("reproducible", f.say("words", "reproducible" if m.get("reproducible", True) else "not_reproducible")),
        ("method", f.say("method", str(m.get("method", "")))),
        ("solver", m.get("solver", "")),
        ("policy_model", f"{f.run.case.policy.label.text(f.language)} ({m.get('policy_model', '')})"),
        ("first", scenario.horizon.first),
        ("last", scenario.horizon.last),
        ("as_of", scenario.as_of.isoformat()),
        ("memory", _plain(m.get("peak_memory_mb"))),
        ("command", m.get("command", "")),
    ]
    rows = [(f.say("solver_notes", key), str(value)) for key, value in entries if value not in (None, "")]
    for phase, seconds in (m.get("seconds") or {}).items():
        rows.append((f.say("solver_notes", "seconds", phase=f.say("phase", phase)), f"{float(seconds):.2f}"))
    for name, size in (m.get("size") or {}).items():
        rows.append((f.say("solver_notes", "size", name=f.say("size", name)), f"{int(size):,}"))
    versions = {name: text for name, text in (m.get("versions") or {}).items() if name != "platform"}
    for name, version in versions.items():
        rows.append((f.say("solver_notes", "version", name=name), str(version)))
    return pd.DataFrame(rows, columns=["name", "value"])


def _plain(value: object) -> str:
    number = _number(value)
    if number is None:
        return "" if value is None else str(value)
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def inputs(f: Figures) -> pd.DataFrame:
    """One row per input file with its SHA-256."""
    rows = list((f.manifest.get("inputs") or {}).items())
    return pd.DataFrame(rows, columns=["file", "hash"])


def notices(f: Figures) -> pd.DataFrame:
    """One row per finding about the inputs that did not stop the run."""
    rows = [(n.place, n.finding, n.cure) for n in f.run.case.notices]
    return pd.DataFrame(rows, columns=["place", "finding", "cure"])
