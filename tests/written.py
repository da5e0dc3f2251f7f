"""Write a case back to the files a user keeps, so that its scenario can be changed as theirs can."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from allocator.inputs.case import Case
from allocator.inputs.register_sheets import SHEETS
from allocator.inputs.write_register import write_csv


def write_case(case: Case, folder: Path, **scenario: Any) -> Path:
    """Write scenario, policy model and register of ``case``; ``scenario`` adds or replaces keys. Its path."""
    model = folder / "models" / case.policy.id
    model.mkdir(parents=True, exist_ok=True)
    _dump(json.loads(case.policy.model_dump_json(exclude_none=True, by_alias=True)), model / "policy.yaml")
    frames = {sheet.key: getattr(case.register, sheet.key) for sheet in SHEETS}
    write_csv({key: frame for key, frame in frames.items() if len(frame)}, folder / "register", case.scenario.money)
    kept = json.loads(case.scenario.model_dump_json(exclude_none=True, exclude_defaults=True, by_alias=True))
    path = folder / "scenario.yaml"
    _dump({**kept, **scenario}, path)
    return path


def _dump(data: dict[str, Any], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(data, file)
