"""Rows of the counties' tables as records of the register, each value with the cell it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from allocator.i18n import _
from allocator.inputs.intake.pages import Page, Spot, cell_name
from allocator.inputs.intake.personal import masked
from allocator.inputs.intake.remarks import Dropped, Log, Rule
from allocator.inputs.intake.setting import Setting
from allocator.inputs.intake.tables import Field, Table
from allocator.inputs.intake.values import CellReader, Reading, is_added_up
from allocator.inputs.intake.words import IntakeWords
from allocator.inputs.register_sheets import Column, Sheet
from allocator.inputs.workbook_files import cell_text
from allocator.inputs.write_register import written_cell


@dataclass(eq=False)
class Record:
    """One row of one sheet of the register."""

    sheet: Sheet
    page: Page
    row: int
    """Row in the file, from 0."""
    county: str
    """County of the row, or of its file; empty when not known."""
    values: dict[str, object] = field(default_factory=dict)
    """Canonical values by column; blank ones are absent."""
    spots: dict[str, Spot] = field(default_factory=dict)
    """Cell of each value; absent for values that stand in no cell."""
    how: dict[str, Rule] = field(default_factory=dict)
    """Values that stand in no cell, or mean something else than what stands there."""
    faulty: set[str] = field(default_factory=set)
    """Columns whose cell could not be read: their problem is told already."""
    columns: Mapping[str, int] = field(default_factory=dict)
    """Position of the columns that the table has."""
    beside: Record | None = None
    """The estate in the same row, for works, gates and pledges that stand in columns beside it."""
    address: str = ""
    """Where the estate is, as written; used to find duplicates, not kept."""

    def text(self, key: str) -> str:
        """Value as text; empty when blank."""
        value = self.values.get(key)
        return "" if value is None else str(value)

    def spot(self, key: str) -> Spot:
        """Cell of a column, or the first cell of the row when the table does not have it."""
        return self.spots.get(key, (self.row, self.columns.get(key, 0)))


@dataclass(frozen=True)
class _Cell:
    """A cell of a table: its column, where it stands, where its text stands when it is merged, and its content."""

    at: Field
    spot: Spot
    source: Spot
    content: object


@dataclass
class Read:
    """What one table gave."""

    table: Table
    records: list[Record] = field(default_factory=list)
    amounts: dict[tuple[int, int], Decimal] = field(default_factory=dict)
    """Figures by row and position of the column, in the register's unit and not rounded."""
    unreadable: set[tuple[int, int]] = field(default_factory=set)
    """Rows and positions of figures that could not be read."""


class RecordReader:
    """Reads the rows of tables and notes whatever is not as it should be."""

    def __init__(self, setting: Setting, words: IntakeWords, log: Log) -> None:
        self._setting = setting
        self._words = words
        self._log = log

    def read(self, table: Table, county: str) -> Read:
        """Records of the table's rows; ``county`` is the county of its file."""
        read = Read(table)
        readers = {
            each.position: CellReader(
                each.spread.sheet if each.spread else table.sheet, each, self._setting, self._words,
                is_typed=table.page.is_typed,
            )
            for each in table.fields
        }  # fmt: skip
        own = [each for each in table.fields if each.spread is None]
        spread = [each for each in table.fields if each.spread is not None]
        address = self._address_columns(table)
        columns = {each.column.key: each.position for each in own}
        for row in table.rows:
            record = Record(table.sheet, table.page, row, county, columns=columns)
            for each in own:
                self._take(read, record, each, readers[each.position], row)
            record.address = " ".join(filter(None, (table.page.filled(row, position) for position in address)))
            read.records.append(record)
            read.records.extend(self._spread(read, record, spread, readers, row))
        self._amounts_of_totals(read, readers)
        return read

    def _address_columns(self, table: Table) -> list[int]:
        taken = {each.position for each in table.fields}
        return [
            position
            for position, path in enumerate(table.paths)
            if path and position not in taken and any(word in path[-1] for word in self._words.address)
            and not self._words.personal_kind(path[-1])
        ]  # fmt: skip

    def _take(self, read: Read, record: Record, at: Field, reader: CellReader, row: int) -> None:
        """Read one cell into ``record``."""
        page, spot = read.table.page, (row, at.position)
        source = page.anchors.get(spot, spot)
        is_merged = source != spot
        if is_merged and (source[1] != spot[1] or source[0] <= read.table.bottom):
            return  # merged with its neighbour, or with the headings
        if is_merged and is_added_up(at.column):
            return  # told at the first cell of the range
        if source in page.lost:
            self._lost(record, at, source)
            return
        cell = _Cell(at, spot, source, self._without_personal_data(page, source, at))
        reading = reader.read(cell.content)
        self._note(record, cell, reading)
        if is_merged and reading.value is not None:
            self._converted(record, cell, reading.value, "merged")
        if not is_merged and is_added_up(at.column):
            self._one_figure_for_several_rows(read, record, at, spot)
        if reading.amount is not None:
            read.amounts[spot] = reading.amount
        if reading.fault is not None:
            read.unreadable.add(spot)

    def _note(self, record: Record, cell: _Cell, reading: Reading) -> None:
        """Put the value into the record, and tell what was done to it and what is wrong with it."""
        column, found = cell.at.column, cell_text(cell.content)
        if reading.value is not None:
            record.values[column.key] = reading.value
            record.spots[column.key] = cell.source
        if reading.fault is not None:
            record.faulty.add(column.key)
        if cell.source != cell.spot:
            return  # told at the first cell of the range
        for rule in reading.rules:
            self._converted(record, cell, reading.value, rule)
        told = {"heading": cell.at.written, "found": found}
        if reading.fault is not None:
            self._log.remark("must", record.page, cell.spot, reading.fault.finding, reading.fault.cure, **told)
        elif reading.doubt is not None:
            self._log.remark("check", record.page, cell.spot, reading.doubt.finding, reading.doubt.cure, **told)
        elif "none" in reading.rules and column.default in (0, "0", 0.0) and column.kind != "bool":
            finding = _("{found!r} is taken as blank, and blank counts as 0 here").format(found=found)
            self._log.remark("check", record.page, cell.spot, finding, _("write the figure, or 0"), **told)

    def _converted(self, record: Record, cell: _Cell, value: object, rule: Rule) -> None:
        column, page = cell.at.column, record.page
        became = "" if value is None else shown(column, value, self._setting)
        self._log.convert(
            page, cell.spot, sheet=record.sheet.key, column=column.key, found=cell_text(cell.content), became=became,
            rule=rule,
        )  # fmt: skip

    def _lost(self, record: Record, at: Field, spot: Spot) -> None:
        finding, cure = record.page.lost[spot]
        record.faulty.add(at.column.key)
        self._log.remark("must", record.page, spot, finding, cure, heading=at.written)

    def _without_personal_data(self, page: Page, spot: Spot, at: Field) -> object:
        cell = page.cell(*spot)
        if not isinstance(cell, str) and at.column.kind in ("money", "rate"):
            return cell  # an amount of eleven digits is an amount
        shown_cell, kinds = masked(cell)
        for kind in kinds:
            dropped = Dropped(page.file, page.name, cell_name(spot), at.written, kind, 1)
            if dropped not in self._log.dropped:
                self._log.dropped.append(dropped)
                finding = _("the cell holds personal data ({kind}); it was not kept").format(kind=kind)
                self._log.remark("check", page, spot, finding, _("leave it out"), heading=at.written)
        return shown_cell

    def _one_figure_for_several_rows(self, read: Read, record: Record, at: Field, spot: Spot) -> None:
        """A figure in a merged range is not known for each of its rows."""
        below = (spot[0] + 1, spot[1])
        if record.page.anchors.get(below) == spot and below[0] in read.table.rows and at.column.key in record.values:
            finding = _("one figure stands for several rows; it was counted in the first of them")
            self._log.remark(
                "check", record.page, spot, finding, _("write a figure in each row"), heading=at.written,
                found=record.page.text(*spot),
            )  # fmt: skip

    def _spread(
        self, read: Read, estate: Record, fields: list[Field], readers: dict[int, CellReader], row: int
    ) -> Iterator[Record]:
        """Records of other sheets whose works, gates or sources stand in columns beside the estate."""
        found: dict[tuple[str, str], Record] = {}
        for each in fields:
            if each.spread is None:
                continue
            key = (each.spread.sheet.key, each.spread.name)
            record = found.get(key) or Record(
                each.spread.sheet, estate.page, row, estate.county, columns={"estate": 0}, beside=estate
            )
            self._take(read, record, each, readers[each.position], row)
            if each.column.key in record.values or each.column.key in record.faulty:
                found[key] = record
                record.values[each.spread.name_column] = each.spread.name
                record.spots[each.spread.name_column] = (read.table.bottom, each.position)
        for record in found.values():
            yield record

    def _amounts_of_totals(self, read: Read, readers: dict[int, CellReader]) -> None:
        """Figures in the rows of totals; whatever else stands there is of no interest."""
        for total in read.table.totals:
            for each in read.table.fields:
                reading = readers[each.position].read(read.table.page.cell(total.row, each.position))
                if is_added_up(each.column) and reading.amount is not None:
                    read.amounts[total.row, each.position] = reading.amount


def shown(column: Column, value: object, setting: Setting) -> str:
    """A canonical value as the register shows it."""
    return written_cell(column, value, setting.scenario.money, "zh")
