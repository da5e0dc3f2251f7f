"""What protects residents."""

from __future__ import annotations

from allocator.inputs.schemas.base import Dated, Id, Strict


class ResidentRules(Strict):
    """What protects residents."""

    payer: Id
    affordability: Dated | None = None
    """Greatest payment per household over the life of the works (money unit / 户)."""
    warn_above: Dated | None = None
    """Payment per household above which reports warn (money unit / 户)."""
