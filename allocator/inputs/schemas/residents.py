"""What protects residents, and what is asked of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from allocator.inputs.schemas.base import Dated, Id, Strict


class LeastShare(Strict):
    """What residents of an estate bear at least, over the life of the works (居民出资最低比例)."""

    classes: Annotated[dict[Id, Dated], Field(min_length=1)]
    """Least share by class of works: of the cost of the parts whose payer rule lets residents pay."""
    not_works: tuple[Id, ...] = ()
    """Works that are not counted (不含电梯): neither their cost nor what residents pay for them."""


class ResidentRules(Strict):
    """What protects residents, and what is asked of them."""

    payer: Id
    affordability: Dated | None = None
    """Greatest payment per household over the life of the works (money unit / 户)."""
    warn_above: Dated | None = None
    """Payment per household above which reports warn (money unit / 户)."""
    least_share: LeastShare | None = None
    """What residents bear at least; an estate whose pledges cannot meet it cannot start."""
