"""What a collection came to, by county: for the terminal, the summary workbook and ``collect.json``."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from allocator.i18n import _
from allocator.inputs.intake.merge import Collected
from allocator.inputs.intake.totals import Checked


@dataclass(frozen=True)
class CountySummary:
    """Counts of one county's files."""

    county: str
    files: int
    sheets: int
    rows: int
    """Rows of data that were read."""
    entered: int
    """Rows of the register that come from them."""
    values: int
    conversions: int
    must: int
    """Remarks that have to be corrected."""
    check: int
    """Remarks that are to be confirmed."""
    totals_compared: int
    totals_held: int
    personal: int
    """Columns and cells with personal data that were not kept."""


def sender(collected: Collected, file: str) -> str:
    """Who is told about a file: its county, or everybody for a file of several."""
    return collected.counties.get(file, "") or _("no county")


def senders(collected: Collected) -> list[str]:
    """All who sent files, counties in the scenario's order first."""
    files = [*collected.counties, *(remark.file for remark in collected.log.remarks)]
    found = {sender(collected, file) for file in files}
    known = [county for county in collected.setting.scenario.counties if county in found]
    return [*known, *sorted(found - set(known))]


def summaries(collected: Collected) -> list[CountySummary]:
    """One summary per county, in the scenario's order."""
    log = collected.log
    files: Counter[str] = Counter()
    sheets: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    totals: dict[str, Checked] = {}
    for file in collected.counties:
        who = sender(collected, file)
        files[who] += 1
        sheets[who] += collected.sheets[file]
        rows[who] += collected.rows[file]
        totals[who] = totals.get(who, Checked()) + collected.totals.get(file, Checked())
    entered: Counter[str] = Counter()
    values: Counter[str] = Counter()
    for records in collected.records.values():
        for record in records:
            who = sender(collected, record.page.file)
            entered[who] += 1
            values[who] += len(record.values)
    remarks = Counter((sender(collected, each.file), each.severity) for each in log.remarks)
    conversions = Counter(sender(collected, each.file) for each in log.conversions)
    personal = Counter(sender(collected, each.file) for each in log.dropped)
    return [
        CountySummary(
            who, files[who], sheets[who], rows[who], entered[who], values[who], conversions[who],
            remarks[who, "must"], remarks[who, "check"], totals.get(who, Checked()).compared,
            totals.get(who, Checked()).held, personal[who],
        )
        for who in senders(collected)
    ]  # fmt: skip


def document(collected: Collected) -> dict[str, Any]:
    """``collect.json``: counts per county and in all."""
    counties = summaries(collected)
    return {
        "scenario": collected.setting.scenario.id,
        "seconds": round(collected.seconds, 2),
        "files": len(collected.counties),
        "problems": len(collected.log.remarks),
        "alike_estates": collected.alike,
        "register": {sheet: len(rows) for sheet, rows in collected.records.items() if rows},
        "counties": {each.county: {k: v for k, v in asdict(each).items() if k != "county"} for each in counties},
        "personal": [asdict(each) for each in collected.log.dropped],
        "not_taken": [asdict(each) for each in collected.log.not_taken],
    }
