"""
Rows and blocks of the tables that China's customs releases: exports FOB, imports CIF, in whole yuan or dollars.

A table answers for the partners and goods that it lists, no others: `-` is published, with nothing recorded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import ROWS, Block, Pull, Release
from tradewatch.sources.gacc_basis import CHINA, EDITIONS, VALUATIONS
from tradewatch.sources.gacc_grid import ADVICE, Grid
from tradewatch.sources.gacc_headings import Column
from tradewatch.sources.gacc_table import Line, Table

WORLD = "ALL"
"""Where a table states all partners together without a label for them."""

LISTED = "GACC"
"""The edition of customs' own list of major commodities, whose codes are their labels."""

_MOST = Decimal(10) ** 15
_KILOGRAMS = {"KG": 1, "T": 1000, "TON": 1000, "10000T": 10**7, "千克": 1, "吨": 1000, "万吨": 10**7}

Row = dict[str, object]


def edition(grid: Grid, period: date) -> str:
    """The edition of the Harmonized System in force."""
    for first, name in EDITIONS:
        if period.year >= first:
            return name
    raise SourceChanged(f"{grid.file}: expected {EDITIONS[-1][0]} or later, found {period:%Y}; {ADVICE}.")


def partner_rows(table: Table) -> Iterator[Row]:
    """One row for each partner, flow and span that has a figure."""
    for line in table.lines:
        for column, figure in line.figures.items():
            if column.what == "value" and column.flow in VALUATIONS and figure is not None:
                yield row(table, line, column, partner=line.label, commodity="TOTAL")


def partner_blocks(table: Table) -> Iterator[Block]:
    """What such a table answers for."""
    partners = tuple(line.label for line in table.lines)
    for column in sorted(table.columns, key=str):
        if column.what == "value" and column.flow in VALUATIONS:
            yield block(table, column.flow, column.span, partners, ("TOTAL",))


def block(table: Table, flow: str, span: str, partners: Sequence[str], commodities: Sequence[str]) -> Block:
    """An answer for one flow and the one period of a table."""
    return Block(
        reporters=(CHINA,),
        partners=tuple(partners),
        flow=flow,
        freq=span,
        commodities=tuple(commodities),
        periods=(table.period,),
    )


def row(table: Table, line: Line, column: Column, *, partner: str, commodity: str, flow: str = "") -> Row:
    """One row of `records.ROWS` for a value that is there."""
    flow = flow or column.flow
    return {
        "reporter_code": CHINA,
        "partner_code": partner,
        "flow": flow,
        "freq": column.span,
        "period": table.period,
        "hs_edition": edition(table.grid, table.period),
        "commodity": commodity,
        "value": _money(table, line, column, table.value(line, column)),
        "currency": table.unit.currency,
        "valuation": VALUATIONS[flow],
        "net_kg": None,
        "quantity": None,
        "quantity_unit": None,
        "quantity_estimated": False,
        "summed": False,
        "place": table.place(line, column),
    }


def measured(table: Table, line: Line, value: Row, column: Column) -> Row:
    """The row with the quantity beside its value, in the unit as printed; kilograms where that is one of mass."""
    figure = line.figures.get(column)
    if figure is None or line.unit in ("", "-"):
        return value
    mass = _KILOGRAMS.get(line.unit.upper().replace(" ", ""))
    return value | {
        "quantity": _money(table, line, column, figure),
        "quantity_unit": line.unit,
        "net_kg": None if mass is None else _money(table, line, column, figure * mass),
    }


def _money(table: Table, line: Line, column: Column, figure: Decimal | None) -> Decimal:
    if figure is None or not 0 <= figure < _MOST:
        raise DataError(f"{table.grid.file}, {table.place(line, column)}: expected less than 10^15, found {figure}.")
    return round(figure, 3)


def released(
    pull: Pull, layout: str, tables: Sequence[Table], rows: Iterable[Row], blocks: Iterable[Block], left_out: int = 0
) -> Release:
    """The release of one file; DataError when two of its sheets state the same."""
    made = list(rows)
    key = ("partner_code", "flow", "freq", "period", "commodity", "currency")
    seen: dict[tuple[object, ...], object] = {}
    for each in made:
        known = tuple(each[name] for name in key)
        if known in seen:
            raise DataError(
                f"{pull.name}, {each['place']}: the same figure as {seen[known]}; load the sheets one by one."
            )
        seen[known] = each["place"]
    moments = {table.grid.released_at for table in tables}
    return Release(
        source="gacc",
        layout=layout,
        rows=pl.DataFrame(made, schema=ROWS, orient="row"),
        rows_read=sum(len(line.figures) for table in tables for line in table.lines),
        rows_rejected=left_out,
        blocks=tuple(blocks),
        released_at=_one(moments),
        rounded=max(table.step * table.unit.factor for table in tables) / 2 if tables else Decimal(0),
    )


def _one(moments: set[datetime | None]) -> datetime | None:
    return moments.pop() if len(moments) == 1 else None


def pivoted(table: Table, flows: Mapping[str, str]) -> Table:
    """A table whose lines are flows (`flows` by label) and whose columns are spans, as one line for all partners."""
    cells, figures = {}, {}
    for line in table.lines:
        flow = flows.get(line.label.lower())
        for column, figure in line.figures.items():
            if flow is None or column.flow:
                raise table.grid.changed(line.cells[column], f"a line of {', '.join(sorted(flows))}")
            if column.what == "value":
                moved = Column("value", flow, column.span)
                cells[moved], figures[moved] = line.cells[column], figure
    whole = Line(label=WORLD, unit="", cells=cells, figures=figures)
    return Table(
        grid=table.grid, title=table.title, unit=table.unit, period=table.period, lines=(whole,), step=table.step,
        noted=table.noted,
    )  # fmt: skip
