"""No start before the gates are met, never when the estate is outside the policy's scope."""

from __future__ import annotations

from allocator.formulation.columns import Columns
from allocator.formulation.index import Index
from allocator.formulation.rows import Rows, make_rows, term


def gates(index: Index, columns: Columns) -> tuple[Rows, ...]:
    r"""Forbid starts before the ready year.

    .. math:: start_{p,t} = 0 \quad \text{for } t < ready_p \text{ or } ready_p \text{ never}

    One row per forbidden (project, year). Source: policy ``gates`` and ``scope``, register 前置条件; formulation.md,
    gates.
    """
    start = columns["start"]
    ready = start["project"].map(index.projects["ready_year"])
    forbidden = start[(ready == 0) | (start["year"] < ready)]
    return (make_rows("gates", forbidden[["project", "year"]], [term(forbidden, 1.0)], upper=0.0),)
