"""Which draft of the year's plan a scenario is for, what it follows, and who answers for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from allocator.inputs.schemas.base import Strict

Version = Literal["一上", "一下", "二上", "二下", "人大批准", "中期调整"]
"""Steps of the budget year: two rounds up and down, approval by the people's congress, adjustment in the year."""

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12,64}$")]
"""SHA-256 in hexadecimal digits, or its first ones as reports print them."""


class Parent(Strict):
    """The run that a draft follows; `allocator run --parent RUN` fills it in."""

    run: str = Field(min_length=1)
    """Name of its folder."""
    hash: Hash
    """Hash of its seal when it is sealed, else of its manifest."""
    sealed: bool = False
    """Whether it was approved and sealed."""


class Draft(Strict):
    """One draft of the year's plan."""

    version: Version
    """Which one: 一上, 一下, 二上, 二下, 人大批准 or 中期调整."""
    parent: Parent | None = None
    """Run it follows."""
    prepared_by: str = ""
    """Who fills in the forms (填表人)."""
    reviewed_by: str = ""
    """Who reviews them (审核人)."""
    approved_by: str = ""
    """Head of the unit, who signs them (单位负责人)."""
    document: str = ""
    """Document it is handed in or approved with (文号)."""
