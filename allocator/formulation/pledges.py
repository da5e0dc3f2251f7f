"""What counts of the pledges: money that needs a vote of the owners is money only once the vote has passed.

Source: models/<id>/formulation.md, "Sources of a part" and source_limits.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from allocator.formulation.readiness import value_on
from allocator.inputs.case import Case
from allocator.inputs.frames import looked_up
from allocator.inputs.schemas.base import Dated
from allocator.inputs.schemas.sources import VoteRule

NOT_HELD, TOO_FEW, NOT_PASSED = "not_held", "too_few", "not_passed"
"""Why a pledge does not count: no vote held on or before ``as_of``, too few took part, too few in favour."""


def counted_pledges(case: Case) -> pd.DataFrame:
    """Pledges with ``amount`` as far as it counts [steps], and ``uncounted``: why it does not ("" when it does)."""
    pledges = case.register.pledges
    why = pd.Series("", index=pledges.index, dtype="str")
    for name, source in case.policy.sources.items():
        if source.vote is not None:
            here = pledges["source"] == name
            why[here] = looked_up(pledges.loc[here, "estate"], _votes(case, name, source.vote), NOT_HELD)
    return pledges.assign(amount=pledges["amount"].where(why == "", 0), uncounted=why)


def _votes(case: Case, source: str, rule: VoteRule) -> dict[str, str]:
    """What is wrong with the vote of each estate that has one ("" when it passed)."""
    votes = case.register.votes
    own = votes[votes["source"] == source]
    held = ((own["date"] != "") & (own["date"] <= case.scenario.as_of.isoformat())).to_numpy(bool)
    enough = _reaches(case, rule.taking_part, own["people_taking_part"]) & _reaches(
        case, rule.taking_part, own["area_taking_part"]
    )
    passed = _reaches(case, rule.people, own["people_share"], more=rule.more_than) & _reaches(
        case, rule.area, own["area_share"], more=rule.more_than
    )
    found = np.select([~held, ~enough, ~passed], [NOT_HELD, TOO_FEW, NOT_PASSED], "")
    return dict(zip(own["estate"], found.tolist(), strict=True))


def _reaches(case: Case, least: Dated | None, shares: pd.Series, *, more: bool = False) -> np.ndarray:
    """Whether each share reaches the least one in force, or exceeds it when ``more``; a blank one does not."""
    value = value_on(least, case) if least is not None else None
    if value is None:
        return np.ones(len(shares), dtype=bool)
    return np.array([_is_above(share, value, more=more) for share in shares], dtype=bool)


def _is_above(share: Decimal | None, value: Decimal, *, more: bool) -> bool:
    return share is not None and (share > value if more else share >= value)
