"""Changes by path: what a variant does to a scenario, its policy model, or rows of its register."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from allocator.inputs.schemas.base import Strict

OPERATIONS = ("set", "scale", "add", "remove", "rule_off")
"""Of these keys a change has exactly one."""

FAMILY_NAMES = (
    "once",
    "gates",
    "scope",
    "complete_community",
    "balance",
    "payer_shares",
    "source_limits",
    "routes",
    "caps",
    "matching",
    "bonds",
    "special_bonds",
    "residents",
    "bundles",
    "tasks",
    "capacity",
    "persistence",
    "shortfall",
)
"""Families of rules that may be switched off, in the order of the rows."""


class Change(Strict):
    """One change; exactly one of ``set``, ``scale``, ``add``, ``remove`` and ``rule_off``."""

    path: str = ""
    """Dotted path of what is changed: a value of the scenario (``options.fairness``), of the policy model
    (``policy.sources.levy.usable_years``; a position of a list counts from 0), or a column of the register
    (``register.limits.amount``; a sheet alone, ``register.limits``, to remove rows)."""
    where: dict[str, Any] = Field(default={})
    """Rows of the register's sheet that are changed: column -> value, or list of values; words as in the register."""
    set_: Any = Field(default=None, alias="set")
    """The new value; null makes a cell of the register blank."""
    scale: Decimal | None = Field(default=None, ge=0)
    """Factor for a number; amounts are rounded half up to whole steps."""
    add: Any = None
    """Number added to a number (money in the scenario's unit), values added to a list, or keys added to a mapping."""
    remove: bool = False
    """True: the value is taken away, or the rows of the register are, with the rows that refer to them."""
    rule_off: str = ""
    """Instead of a path: a family of rules that is switched off."""
    note: str = ""
    """Why; for the reader."""

    @property
    def operations(self) -> list[str]:
        """Operations the change states; a valid one has exactly one."""
        stated = {"set": "set_" in self.model_fields_set, "scale": self.scale is not None, "remove": self.remove}
        stated |= {"add": self.add is not None, "rule_off": bool(self.rule_off)}
        return [name for name in OPERATIONS if stated[name]]

    @property
    def is_of_register(self) -> bool:
        """Whether it changes rows of the register."""
        return self.path == "register" or self.path.startswith("register.")
