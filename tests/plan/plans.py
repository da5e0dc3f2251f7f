"""Tables of the best plan of a small case, with exact money, without baseline and audit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from allocator.formulation.build import Formulation, formulate
from allocator.plan.assemble import assemble
from allocator.plan.money import exact_money
from allocator.solving.base import Floats
from allocator.solving.process import borrow, give_back
from tests.builders import make_case
from tests.solved import SECONDS, solved


def exact_plan(f: Formulation, money_goals: tuple[str, ...] = ("shortfall", "public_money")) -> Floats:
    """Best plan with exact money."""
    plan = solved(f)
    assert plan is not None
    process = borrow("highs")
    try:
        x = exact_money(f, plan.x, money_goals, process, SECONDS)
    finally:
        give_back(process)
    assert x is not None
    return x


def tables_of(**parts: Any) -> dict[str, pd.DataFrame]:
    """Tables of the best plan of a case."""
    f = formulate(make_case(**parts))
    return assemble(f, exact_plan(f), pd.Series(0, index=f.index.projects["project_id"]))


def paid(f: Formulation, x: Floats) -> dict[tuple[str, int], int]:
    """What each source pays in each year, zero left out."""
    pay = f.columns["pay"]
    amounts = np.round(x[pay["col"].to_numpy()]).astype(int)
    found = pay.assign(amount=amounts).groupby(["source", "year"])["amount"].sum()
    return {(str(source), int(year)): int(value) for (source, year), value in found.items() if value}
