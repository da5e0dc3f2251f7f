"""Compare the totals that stand in a table with the sums of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from allocator.i18n import _
from allocator.inputs.intake.pages import Spot
from allocator.inputs.intake.records import Read
from allocator.inputs.intake.remarks import Log
from allocator.inputs.intake.tables import Total
from allocator.inputs.intake.values import is_added_up


@dataclass(frozen=True)
class Checked:
    """How many figures of totals were compared, and how many agree."""

    compared: int = 0
    held: int = 0

    def __add__(self, other: Checked) -> Checked:
        """Both together."""
        return Checked(self.compared + other.compared, self.held + other.held)


def check_totals(read: Read, log: Log) -> Checked:
    """Compare every figure in the rows of totals with the sum it should be; differences are remarks.

    A part total sums the rows since the last one, a grand total all rows above it. Where the first total stands before
    any row, totals of its kind stand at the head of what they sum.
    """
    table, checked = read.table, Checked()
    heads = {total.level: not any(row < total.row for row in table.rows) for total in reversed(table.totals)}
    for number, total in enumerate(table.totals):
        candidates = _summed(table.rows, table.totals, number, at_head=heads[total.level])
        for each in table.fields:
            stated = read.amounts.get((total.row, each.position))
            if stated is None or not is_added_up(each.column):
                continue
            sums = [_sum(read, rows, each.position) for rows in candidates]
            held = any(_agree(stated, found) for found in sums)
            checked += Checked(1, int(held))
            if not held:
                _tell(read, (total.row, each.position), sums[0], candidates[0], log)
    return checked


def _summed(rows: Sequence[int], totals: Sequence[Total], number: int, *, at_head: bool) -> list[list[int]]:
    """Rows that a total may sum, the likeliest first."""
    total = totals[number]
    others = [each.row for each in totals if each.level != "grand"]
    before = max((row for row in others if row < total.row), default=-1)
    after = min((row for row in others if row > total.row), default=10**9)
    block = [row for row in rows if (total.row < row < after if at_head else before < row < total.row)]
    everything = [row for row in rows if at_head or row < total.row]
    if total.level == "grand":
        last = max((each.row for each in totals if each.level == "grand" and each.row < total.row), default=-1)
        since = [row for row in everything if row > last] if not at_head else everything
        return [since, everything]
    return [block, everything] if total.level == "either" else [block]


def _agree(stated: Decimal, found: Decimal) -> bool:
    """Whether two figures are equal to the last digit that the total shows."""
    exponent = stated.normalize().as_tuple().exponent
    last = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
    return abs(stated - found) <= (last / 2 if found != found.to_integral_value() else Decimal(0))


def _sum(read: Read, rows: Sequence[int], position: int) -> Decimal:
    return sum((read.amounts.get((row, position), Decimal(0)) for row in rows), Decimal(0))


def _tell(read: Read, spot: Spot, found: Decimal, rows: Sequence[int], log: Log) -> None:
    """Note that the total at ``spot`` is not the sum ``found`` of ``rows``."""
    position, stated = spot[1], read.amounts[spot]
    each = next(one for one in read.table.fields if one.position == position)
    text = _("the total says {stated}, the rows sum to {found}: a difference of {difference}")
    finding = text.format(stated=_plain(stated), found=_plain(found), difference=_plain(stated - found))
    if any((row, position) in read.unreadable for row in rows):
        finding += _(" (some of the rows could not be read)")
    log.remark(
        "must", read.table.page, spot, finding, _("correct the rows, or the total"),
        heading=each.written, found=read.table.page.text(*spot),
    )  # fmt: skip


def _plain(figure: Decimal) -> str:
    return format(figure.normalize(), "f") if figure else "0"
