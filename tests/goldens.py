"""Golden rows: what a family writes, as text that a reviewer can read.

``tests/golden/<family>.txt`` has one section per hand-worked case of the family: its name, its story and its rows, for
example ``once[a]: 0 <= 1 start[a,2025] + 1 start[a,2026] <= 1 [count]``. Bounds that are not there are not shown; the
unit is followed by the reach of the row where it links a county or the city.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from allocator.formulation.build import Formulation
from allocator.formulation.rows import CITY, COUNTY, LOCAL

FOLDER = Path(__file__).parent / "golden"

_REACH = {LOCAL: "", COUNTY: ", county", CITY: ", city"}


def rows_of(f: Formulation, family: str) -> list[str]:
    """Rows of one family, in row order."""
    names, lines = f.column_names, []
    first = 0
    for block in f.blocks_of_rows:
        if block.kind.split(".")[0] == family:
            for row in range(first, first + len(block)):
                terms = f.matrix[row].sorted_indices()
                left = expression(terms.data, [names[col] for col in terms.indices])
                mark = block.unit + _REACH[int(f.row_reach[row])]
                lines.append(f"{f.row_names[row]}: {_bounded(left, f.row_lower[row], f.row_upper[row])} [{mark}]")
        first += len(block)
    return lines


def expression(coefficients: Sequence[float], names: Sequence[str]) -> str:
    """``2 x - 1 y``; ``0`` when there is nothing."""
    text = ""
    for value, name in zip(coefficients, names, strict=True):
        sign = ("-" if value < 0 else "+") if text else ("-" if value < 0 else "")
        text += f" {sign} " if text else sign
        text += f"{abs(value):.12g} {name}"
    return text or "0"


def _bounded(left: str, low: float, high: float) -> str:
    if low == high:
        return f"{left} = {low:.12g}"
    text = left if np.isinf(low) else f"{low:.12g} <= {left}"
    return text if np.isinf(high) else f"{text} <= {high:.12g}"


def sections(family: str) -> dict[str, list[str]]:
    """Sections of a golden file by case: the story, then the rows."""
    path = FOLDER / f"{family}.txt"
    if not path.exists():
        return {}
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            name = line[2:]
            found[name] = []
        elif line:
            found[name].append(line)
    return found


def write(family: str, content: dict[str, list[str]]) -> None:
    """Write the golden file of a family."""
    FOLDER.mkdir(exist_ok=True)
    blocks = ["\n".join([f"# {name}", *lines]) + "\n" for name, lines in content.items()]
    (FOLDER / f"{family}.txt").write_text("\n".join(blocks), encoding="utf-8")
