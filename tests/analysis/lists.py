"""A small town and lists for it, as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from allocator.analysis.list_file import read_list
from allocator.analysis.list_rules import broken_rules
from allocator.analysis.list_view import Asked, Reading
from allocator.analysis.listing import Breach
from allocator.inputs.case import Case
from tests.builders import make_case

HEADING = ("小区编号", "小区名称", "项目编号", "县(市、区)", "开工年度")

POLICY: dict[str, Any] = {
    "documents": {"law": {"title": "城市更新办法", "number": "第7号"}},
    "gates": {"vote": {"label": {"en": "Vote", "zh": "表决"}, "clause": "二(二)1", "document": "law", "basis": "law"}},
    "scope": {
        "built_until": {"value": 2000, "clause": "二", "document": "law"},
        "newer_until": 2005,
        "newer_share": 0.5,
        "excluded_status": {"renovated": {"clause": "三", "document": "law"}},
    },
    "works": {"care": {"community": True, "components": {"all": {"rule": "public"}}}},
}

ESTATES: list[dict[str, Any]] = [
    {"estate": "a", "name": "望江小区", "households": 10},
    {"estate": "b", "name": "东门小区", "households": 10},
    {"estate": "late", "name": "晚成小区", "households": 10},
    {"estate": "never", "name": "无票小区", "households": 10},
    {"estate": "done", "name": "已改小区", "status": "renovated"},
    {"estate": "new", "name": "新建小区", "built_year": 2015},
    {"estate": "n", "name": "较新小区", "built_year": 2004, "households": 15},
    {"estate": "p1", "name": "甲一小区", "project": "P"},
    {"estate": "p2", "name": "甲二小区", "project": "P"},
    {"estate": "d1", "name": "东门小区", "county": "d"},
    {"estate": "d2", "name": "西门小区", "county": "d"},
]


def town(**changes: Any) -> Case:
    """Eleven estates in two counties, starts in 2025 and 2026, money enough, every gate met but for two estates."""
    names = [estate["estate"] for estate in ESTATES]
    state: dict[str, dict[str, Any]] = {"late": {"state": "promised", "year": 2026}, "never": {"state": "unmet"}}
    world: dict[str, Any] = {
        "estates": ESTATES,
        "items": [{"estate": name, "cost": 10} for name in names],
        "gates": [{"estate": name, "gate": "vote", **state.get(name, {"state": "met"})} for name in names],
        "limits": [{"place": place, "year": year, "amount": 1000} for place in "cd" for year in (2025, 2026)],
        "policy": POLICY,
        "horizon": (2025, 2026),
    }
    return make_case(**{**world, **changes})


def write_list(folder: Path, rows: Sequence[Sequence[object]], heading: Sequence[str] = HEADING) -> Path:
    """A list as .csv with a title above its headings."""
    lines = [["关于老旧小区改造的建议名单"], heading, *rows]
    path = folder / "名单.csv"
    path.write_text("\n".join(",".join(str(cell) for cell in line) for line in lines) + "\n", encoding="utf-8-sig")
    return path


def by_id(*starts: tuple[str, object]) -> list[tuple[object, ...]]:
    """Rows that name estates by id, with years (or "")."""
    return [(estate, "", "", "", year) for estate, year in starts]


def asked(folder: Path, case: Case, rows: Sequence[Sequence[object]], reading: Reading = "only") -> Asked:
    """The list of ``rows`` held against ``case``."""
    return Asked(case, read_list(write_list(folder, rows), case), reading)


def breaches(folder: Path, case: Case, rows: Sequence[Sequence[object]], reading: Reading = "only") -> list[Breach]:
    """Every rule that a list breaks before any money is looked at."""
    held = asked(folder, case, rows, reading)
    return [*held.listing.breaches, *broken_rules(held)]
