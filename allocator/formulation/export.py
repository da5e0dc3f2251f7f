"""The programme of a case as an MPS or LP file with readable names, for any other solver.

The file holds all rows and columns and the headline goal; the goals before it are no rows of it.
Money is in whole steps. MPS always minimises here: a goal to maximise is written with its sign turned, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from allocator.formulation.build import formulate
from allocator.inputs.case import Case

Floats = npt.NDArray[np.float64]

_TERMS_A_LINE = 5
_NAME_BYTES = 80
_UNSAFE = re.compile(r"[^\w.,()]")


class _Programme(NamedTuple):
    """What both formats write: rows as senses with right-hand sides, two-sided rows as two."""

    name: str
    goal: str
    maximise: bool
    objective: Floats
    matrix: sparse.csr_matrix
    sense: npt.NDArray[np.str_]
    right: Floats
    rows: list[str]
    columns: list[str]
    lower: Floats
    upper: Floats
    integer: npt.NDArray[np.bool_]


def export(case: Case, path: Path, file_format: Literal["mps", "lp"]) -> Path:
    """Write the programme of ``case`` to ``path``, which is replaced when it exists.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    programme = _programme(case)
    lines = _mps(programme) if file_format == "mps" else _lp(programme)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path


def _programme(case: Case) -> _Programme:
    f = formulate(case)
    goal = f.goals[case.scenario.headline]
    low, high = np.isfinite(f.row_lower), np.isfinite(f.row_upper)
    equal = low & high & (f.row_lower == f.row_upper)
    least, most = np.flatnonzero(low & ~equal), np.flatnonzero(high & ~equal)
    exact = np.flatnonzero(equal)
    taken = np.concatenate([exact, least, most])
    names = np.array(f.row_names, dtype=object)
    both = low & high & ~equal
    labels = [
        *names[exact], *names[least], *(f"{names[i]}.most" if both[i] else names[i] for i in most),
    ]  # fmt: skip
    return _Programme(
        name=case.scenario.id,
        goal=goal.id,
        maximise=goal.maximise,
        objective=goal.coefficients,
        matrix=sparse.csr_matrix(f.matrix[taken]),
        sense=np.repeat(np.array(["=", ">=", "<="]), [len(exact), len(least), len(most)]),
        right=np.concatenate([f.row_upper[exact], f.row_lower[least], f.row_upper[most]]),
        rows=_safe(labels, "r"),
        columns=_safe(f.column_names, "c"),
        lower=f.lower,
        upper=f.upper,
        integer=f.integer,
    )


def _safe(names: list[str], kind: str) -> list[str]:
    """Names both formats accept: parentheses for brackets, ``_`` for other signs.

    Long names lose their middle, since some readers fail on them; names that did, or became equal, get a number.
    """
    plain = [_UNSAFE.sub("_", name.replace("[", "(").replace("]", ")")) for name in names]
    short = [name if len(name.encode()) <= _NAME_BYTES else _ends(name) for name in plain]
    clash = pd.Series(short, dtype=object).duplicated(keep=False).to_numpy() | (np.array(short) != np.array(plain))
    return [f"{name}~{kind}{i}" if clash[i] else name for i, name in enumerate(short)]


def _ends(name: str) -> str:
    """Beginning and end of a name: kind and first words of the keys, and the last keys."""
    coded, half = name.encode(), _NAME_BYTES // 2 - 1
    return coded[:half].decode(errors="ignore") + ".." + coded[-half:].decode(errors="ignore")


def _number(value: float) -> str:
    return repr(int(value)) if value == int(value) else repr(float(value))


def _mps(p: _Programme) -> Iterator[str]:
    """Free MPS, column by column."""
    turned = -1.0 if p.maximise else 1.0
    yield f"* {p.goal}{', maximised: the objective is its negative' if p.maximise else ''}; money in whole steps"
    yield f"NAME {_safe([p.name], 'n')[0]}"
    yield "ROWS"
    yield " N goal"
    letters = {"=": "E", ">=": "G", "<=": "L"}
    yield from (f" {letters[sense]} {row}" for sense, row in zip(p.sense, p.rows, strict=True))
    yield "COLUMNS"
    by_column = sparse.csc_matrix(p.matrix)
    marked = False
    for j, column in enumerate(p.columns):
        if bool(p.integer[j]) is not marked:
            marked = not marked
            yield f" marker{j} 'MARKER' '{'INTORG' if marked else 'INTEND'}'"
        yield f" {column} goal {_number(turned * p.objective[j])}"
        for at in range(by_column.indptr[j], by_column.indptr[j + 1]):
            yield f" {column} {p.rows[by_column.indices[at]]} {_number(by_column.data[at])}"
    if marked:
        yield " markerend 'MARKER' 'INTEND'"
    yield "RHS"
    yield from (f" rhs {p.rows[i]} {_number(p.right[i])}" for i in np.flatnonzero(p.right))
    yield "BOUNDS"
    for column, low, high in zip(p.columns, p.lower, p.upper, strict=True):
        yield f" LO bound {column} {_number(low)}"
        yield f" UP bound {column} {_number(high)}" if np.isfinite(high) else f" PL bound {column}"
    yield "ENDATA"


def _lp(p: _Programme) -> Iterator[str]:
    """CPLEX LP, row by row."""
    yield f"\\ {p.goal}; money in whole steps"
    yield "Maximize" if p.maximise else "Minimize"
    used = np.flatnonzero(p.objective)
    yield from _terms(" goal:", p.columns, used, p.objective[used])
    yield "Subject To"
    for i, row in enumerate(p.rows):
        part = slice(p.matrix.indptr[i], p.matrix.indptr[i + 1])
        yield from _terms(f" {row}:", p.columns, p.matrix.indices[part], p.matrix.data[part])
        yield f"   {p.sense[i]} {_number(p.right[i])}"
    yield "Bounds"
    for column, low, high in zip(p.columns, p.lower, p.upper, strict=True):
        yield f" {_number(low)} <= {column}" + (f" <= {_number(high)}" if np.isfinite(high) else "")
    yield "General"
    yield from (f" {p.columns[j]}" for j in np.flatnonzero(p.integer))
    yield "End"


def _terms(head: str, columns: list[str], used: npt.NDArray[np.signedinteger], values: Floats) -> Iterator[str]:
    """``head`` and its terms, a few on a line; a row without terms gets a zero one, which both readers want."""
    parts = [f"{'-' if v < 0 else '+'} {_number(abs(v))} {columns[j]}" for j, v in zip(used, values, strict=True)]
    parts = parts or [f"+ 0 {columns[0]}"]
    for start in range(0, len(parts), _TERMS_A_LINE):
        yield (head if start == 0 else "  ") + " " + " ".join(parts[start : start + _TERMS_A_LINE])
