"""
tradewatch's own compact table (.csv): the embedded sample is written in it, and users may write theirs.

    # title: What this is                     the keys, in any order; see panel_head.KEYS
    # source: eurostat
    reporter,partner,flow,commodity,place,2021-01,2021-02
    DEU,KGZ,export,85423190,"book.xlsx, Sheet 12, row 23",1200,

One column for each month or year; an empty cell states nothing, a zero is written 0. Values are in `currency`, times
`unit`. The `place` of a row says where it was taken from; with `first_column` it ends in a row number, and the places
of its cells are spreadsheet addresses. A `note` of a row becomes a note of the release.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tradewatch.errors import DataError
from tradewatch.records import FLOWS, Block, Pull, Release
from tradewatch.sources.eurostat import VALUATIONS, hs_edition, values_only
from tradewatch.sources.lines import MOST_MONEY, exact, records, text_of, unequal
from tradewatch.sources.panel_head import KEY_LINE, KEYS, LISTS, Head, head_of, released_at
from tradewatch.sources.tables import quoted
from tradewatch.sources.workbook import column_letters, column_number

LAYOUT = "panel"


class Row(NamedTuple):
    """One row as written, checked."""

    file: str
    line: int
    reporter: str
    partner: str
    flow: str
    commodity: str
    place: str
    note: str
    values: list[str]

    def refused(self, expected: str, found: str) -> DataError:
        """The error to raise when a field of this row is not what it must be."""
        return DataError(f"{self.file}, line {self.line}: expected {expected}, found {quoted(found)}; correct it.")


class Cell(NamedTuple):
    """One filled cell."""

    row: Row
    period: date
    value: Decimal  # in currency, whole units
    place: str


def recognises(body: bytes) -> bool:
    """Whether the first line is one of the keys of a panel."""
    first = body[:4096].removeprefix(b"\xef\xbb\xbf").split(b"\n")[0].decode("latin-1").rstrip("\r")
    found = KEY_LINE.fullmatch(first)
    return bool(found and found.group(1) in KEYS)


def parse(pull: Pull) -> Release:
    """
    Every filled cell as one row. With `complete: yes` the lists make one block a flow, else absence proves nothing.

    Raises DataError for an unknown key or column, a value that is no number, and a flow stated twice.
    """
    text = text_of(pull)
    head = head_of(pull.name, text)
    rows = list(_rows(pull.name, text, head))
    cells = [cell for row in rows for cell in _cells(row, head)]
    _check_once(pull.name, cells)
    return Release(
        source=head.keys["source"],
        layout=LAYOUT,
        rows=values_only(_columns(cells, head)),
        rows_read=len(cells),
        blocks=tuple(_blocks(head)),
        released_at=released_at(pull.name, head.keys),
        notes=head.notes + tuple(_notes(rows, head)),
    )


def _rows(name: str, text: str, head: Head) -> Iterator[Row]:
    found = records(name, text.split("\n", head.lines)[head.lines], before=head.lines)
    next(found)  # the columns
    for line, fields in found:
        if len(fields) != head.width:
            raise unequal(name, line, fields, head.width)
        reporter, partner, flow, commodity, place, *rest = fields
        note = rest.pop(0) if head.with_note else ""
        row = Row(name, line, reporter, partner, flow, commodity, place, note, rest)
        _check_row(row, head)
        yield row


def _check_row(row: Row, head: Head) -> None:
    """Codes as the head declares them; every text without control characters and not too long."""
    area = "[A-Z]{3}" if head.keys.get("areas") == "iso3" else r"\S(?:.{0,198}\S)?"
    for column, pattern in (
        ("reporter", area),
        ("partner", area),
        ("flow", "|".join(sorted(FLOWS))),
        ("commodity", "[0-9]{2,10}|TOTAL"),
        ("place", r".+, row [0-9]{1,5}" if "first_column" in head.keys else r"\S.{0,500}"),
        ("note", ".{0,1000}"),
    ):
        text = getattr(row, column)
        if not re.fullmatch(pattern, text) or not text.isprintable():
            raise row.refused(f"a {column} that reads {pattern}", text)
    for column, members in _members(head).items():
        if getattr(row, column) not in members:
            raise row.refused(f"a {column} of the list above the table", getattr(row, column))


def _members(head: Head) -> dict[str, frozenset[str]]:
    """What a complete table may hold, by column; nothing for a table that is not complete."""
    if head.keys["complete"] == "no":
        return {}
    columns = ("flow", "reporter", "partner", "commodity")
    return {column: frozenset(head.listed(name)) for column, name in zip(columns, LISTS, strict=True)}


def _cells(row: Row, head: Head) -> Iterator[Cell]:
    unit = Decimal(head.keys["unit"])
    for at, (text, (column, day)) in enumerate(zip(row.values, head.periods, strict=True)):
        if text:
            value = exact(text)
            if value is None or value * unit >= MOST_MONEY:
                raise row.refused(f"a number of at most 15 digits and three decimals in {column}", text)
            yield Cell(row, day, value * unit, _place(row.place, at, column, head))


def _place(place: str, at: int, column: str, head: Head) -> str:
    """Where a cell's figure was taken from: a spreadsheet address, or the row's place and the period."""
    first = head.keys.get("first_column")
    if first is None:
        return f"{place}, {column}"
    file, _, row = place.rpartition(", row ")
    return f"{file}, {column_letters(column_number(first) + at)}{row}"


def _check_once(name: str, cells: list[Cell]) -> None:
    seen: dict[tuple[str, str, str, str, date], Cell] = {}
    for cell in cells:
        row = cell.row
        first = seen.setdefault((row.reporter, row.partner, row.flow, row.commodity, cell.period), cell)
        if first is not cell:
            raise DataError(
                f"{name}, lines {first.row.line} and {row.line}: the same flow is stated twice for"
                f" {cell.period:%Y-%m}; expected once; leave one of the two."
            )


def _columns(cells: list[Cell], head: Head) -> dict[str, list[object]]:
    valuation, edition = head.keys.get("valuation", "by flow"), head.keys.get("hs_edition", "by year")
    return {
        "reporter_code": [cell.row.reporter for cell in cells],
        "partner_code": [cell.row.partner for cell in cells],
        "flow": [cell.row.flow for cell in cells],
        "freq": [head.keys["freq"]] * len(cells),
        "period": [cell.period for cell in cells],
        "hs_edition": [hs_edition(cell.period.year) if edition == "by year" else edition for cell in cells],
        "commodity": [cell.row.commodity for cell in cells],
        "value": [cell.value for cell in cells],
        "currency": [head.keys["currency"]] * len(cells),
        "valuation": [VALUATIONS[cell.row.flow] if valuation == "by flow" else valuation for cell in cells],
        "place": [cell.place for cell in cells],
    }


def _blocks(head: Head) -> Iterator[Block]:
    for flow in head.listed("flows"):
        yield Block(
            reporters=head.listed("reporters"),
            partners=head.listed("partners"),
            flow=flow,
            freq=head.keys["freq"],
            commodities=head.listed("commodities"),
            periods=tuple(day for _, day in head.periods),
        )


def _notes(rows: list[Row], head: Head) -> Iterator[str]:
    """The notes of single rows, each with what it is about."""
    for row in rows:
        filled = ", ".join(column for text, (column, _) in zip(row.values, head.periods, strict=True) if text)
        if row.note:
            yield f"{row.flow} {row.reporter} {row.partner} {row.commodity} {filled}: {row.note}"
