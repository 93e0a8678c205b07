"""
Workbooks of Eurostat's Data Browser (.xlsx) with the Comext datasets DS-045409 and DS-059322: a sheet Summary, a sheet
Structure, then one sheet for each product and flow. Values are whole euros; exports FOB, imports CIF.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from tradewatch.periods import month_from_digits, utc
from tradewatch.records import Block, Pull, Release
from tradewatch.sources.eurostat import FLOWS, VALUATIONS, hs_edition, values_only, without_history
from tradewatch.sources.eurostat_contents import Axes, Described, axes_of, listed_in
from tradewatch.sources.tables import quoted
from tradewatch.sources.workbook import Cells, Place, Sheets, column_letters, looks_like_workbook, opened

LAYOUT = "eurostat_workbook"

MARK = ":"
"""Not available: nothing was recorded, or nothing is released yet. It is not a zero, which is written 0."""

PRODUCT, FLOW, INDICATOR, TIME, FREQ, AREAS, DATA = 4, 5, 6, 8, 9, 10, 11
"""The rows of a data sheet, from 0; the data begin in column C."""

LEGEND = (("",), ("Special value",), (MARK, "not available"))
FREQS = {"Monthly": "M", "Annual": "A"}
_DATASET = re.compile(r"\[DS-(?:045409|059322)(?:__custom_[0-9]+)?\]$")
_PRODUCT = re.compile(r"\[([0-9]{2,10}|TOTAL)\]$")
_ADVICE = "open the dataset again in the Data Browser and download it as a full spreadsheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One data sheet, checked: what it is about, and its filled cells."""

    dataset: str
    released_at: datetime  # naive UTC
    commodity: str
    flow: str
    freq: str
    periods: tuple[date, ...]
    pairs: tuple[tuple[str, str], ...]  # reporter and partner of each row, as labelled
    values: tuple[tuple[int, int, Decimal], ...]  # index of the row in pairs, index of the column in periods, euros
    sheet: str


def recognises(body: bytes) -> bool:
    """Whether this is a workbook with the Data Browser's sheets, or one that is too damaged to tell."""
    return looks_like_workbook(body, ("Summary", "Structure", "Sheet 1"))


def parse(pull: Pull) -> Release:
    """
    Every filled cell of every data sheet as one row; a cell with `:` gives none. The blocks are what was asked for.

    Raises DataError when the file is damaged, SourceChanged when it is not built as the Data Browser builds it.
    """
    sheets = opened(pull, _ADVICE)
    axes = axes_of(sheets)
    listed = listed_in(sheets, axes)
    tables = [_table(sheets.read(name), listed[name], axes) for name in listed]
    _same(sheets, tables)
    rows = pl.concat([_rows(table) for table in tables])
    return Release(
        source="eurostat",
        layout=LAYOUT,
        rows=rows,
        rows_read=rows.height,
        blocks=tuple(_blocks(tables)),
        released_at=tables[0].released_at,
    )


def _table(cells: Cells, described: Described, axes: Axes) -> Table:
    """One data sheet; it must say of itself what the Summary says, and hold every reporter × partner × period."""
    _check_head(cells, described)
    last = _check_legend(cells)
    return Table(
        sheet=cells.sheet,
        dataset=cells.text(1, 1),
        released_at=_released_at(cells),
        commodity=_commodity(cells),
        flow=_flow(cells),
        freq=_freq(cells),
        periods=tuple(_periods(cells, axes["TIME_PERIOD"])),
        pairs=_pairs(cells, last, axes),
        values=tuple(_values(cells, last)),
    )


def _check_head(cells: Cells, described: Described) -> None:
    product, flow, indicator = described
    if not cells.text(0, 0).startswith("Data extracted on "):
        raise cells.changed(Place(0, 0), "'Data extracted on' and a time", cells.found(Place(0, 0)))
    cells.expect(1, ["Dataset:", cells.text(1, 1)])
    cells.expect(2, ["Last updated:", cells.text(2, 1)])
    cells.expect(3, [])
    cells.expect(PRODUCT, ["PRODUCT [PRODUCT]", "", product])
    cells.expect(FLOW, ["FLOW", "", flow])
    cells.expect(INDICATOR, ["INDICATORS", "", indicator])
    cells.expect(7, [])
    cells.expect(TIME, ["TIME", "TIME", *(cells.text(TIME, column) for column in range(2, cells.width))])
    cells.expect(FREQ, ["FREQ (Labels)"] * 2 + [cells.text(FREQ, 2)] * (cells.width - 2))
    cells.expect(AREAS, ["REPORTER (Labels)", "PARTNER (Labels)"])
    _check_dataset(cells, indicator)


def _check_dataset(cells: Cells, indicator: str) -> None:
    if not _DATASET.search(cells.text(1, 1)):
        raise cells.changed(Place(1, 1), "the dataset DS-045409 or DS-059322", cells.found(Place(1, 1)))
    if indicator != "VALUE_IN_EUROS":
        raise cells.changed(Place(INDICATOR, 2), "VALUE_IN_EUROS, the only indicator read", quoted(indicator))


def _check_legend(cells: Cells) -> int:
    """The row after the last data row, where the legend begins; without it the sheet is cut."""
    last = max(len(cells.rows) - len(LEGEND), DATA)
    for at, texts in enumerate(LEGEND, start=last):
        cells.expect(at, texts)
    return last


def _commodity(cells: Cells) -> str:
    found = _PRODUCT.search(cells.text(PRODUCT, 2))
    if not found:
        place = Place(PRODUCT, 2)
        raise cells.changed(place, "a product with its code in square brackets", cells.found(place))
    return found.group(1)


def _flow(cells: Cells) -> str:
    flow = FLOWS.get(cells.text(FLOW, 2))
    if flow is None:
        raise cells.changed(Place(FLOW, 2), "EXPORT or IMPORT", cells.found(Place(FLOW, 2)))
    return flow


def _freq(cells: Cells) -> str:
    freq = FREQS.get(cells.text(FREQ, 2))
    if freq is None:
        raise cells.changed(Place(FREQ, 2), "Monthly or Annual", cells.found(Place(FREQ, 2)))
    return freq


def _periods(cells: Cells, asked: list[str]) -> Iterator[date]:
    """The periods of the columns, which are those of the Structure in the same order."""
    for column, text in enumerate(asked, start=2):
        if cells.text(TIME, column) != text:
            place = Place(TIME, column)
            raise cells.changed(place, f"{quoted(text)}, as Structure lists the periods", cells.found(place))
        yield _period(cells, column, text)
    cells.expect(TIME, [], start=2 + len(asked))


def _period(cells: Cells, column: int, text: str) -> date:
    annual = _freq(cells) == "A"
    try:
        day = month_from_digits(f"{text}-01" if annual else text)
        hs_edition(day.year)
    except ValueError as problem:
        wanted = "a year such as 2024" if annual else "a month such as 2024-01"
        raise cells.changed(Place(TIME, column), wanted, quoted(text)) from problem
    return day


def _released_at(cells: Cells) -> datetime:
    text = cells.text(2, 1)
    try:
        return utc(datetime.strptime(text, "%d/%m/%Y %H:%M"), "Europe/Brussels")
    except (ValueError, OverflowError) as problem:
        raise cells.changed(Place(2, 1), "a time such as 13/01/2023 11:00", quoted(text)) from problem


def _pairs(cells: Cells, last: int, axes: Axes) -> tuple[tuple[str, str], ...]:
    """Reporter and partner of every data row: each pair of the Structure once, or rows were lost."""
    pairs = tuple((cells.text(at, 0), cells.text(at, 1)) for at in range(DATA, last))
    asked = {(reporter, partner) for reporter in axes["REPORTER"] for partner in axes["PARTNER"]}
    for at, pair in enumerate(pairs, start=DATA):
        if pair not in asked:
            raise cells.changed(
                Place(at, 0), "a pair of Structure's reporters and partners, once", quoted(" to ".join(pair))
            )
        asked.remove(pair)
    if asked:
        raise cells.changed(Place(last, 0), f"a row for {quoted(' to '.join(min(asked)))}", "the end of the data")
    return pairs


def _values(cells: Cells, last: int) -> Iterator[tuple[int, int, Decimal]]:
    for at, row in enumerate(cells.rows[DATA:last]):
        for column, cell in enumerate(row[2:]):
            if cell != MARK:
                yield at, column, cells.number(Place(DATA + at, column + 2), cell)


def _same(sheets: Sheets, tables: list[Table]) -> None:
    """All sheets are of one download, and none is there twice."""
    first = tables[0]
    for table in tables:
        if (table.dataset, table.released_at, table.freq) != (first.dataset, first.released_at, first.freq):
            raise sheets.changed(table.sheet, f"the dataset, frequency and last update of {first.sheet}", "others")
    if len({(table.flow, table.commodity) for table in tables}) < len(tables):
        raise sheets.changed("Summary", "every product and flow once", "one of them twice")


def _rows(table: Table) -> pl.DataFrame:
    """The filled cells of one sheet as `records.ROWS`."""
    reporters = [without_history(reporter) for reporter, _ in table.pairs]
    partners = [without_history(partner) for _, partner in table.pairs]
    editions = [hs_edition(day.year) for day in table.periods]
    letters = [column_letters(column + 2) for column in range(len(table.periods))]
    filled = table.values
    always = {"flow": table.flow, "freq": table.freq, "commodity": table.commodity}
    always |= {"currency": "EUR", "valuation": VALUATIONS[table.flow]}
    return values_only(
        {name: [text] * len(filled) for name, text in always.items()}
        | {
            "reporter_code": [reporters[at] for at, _, _ in filled],
            "partner_code": [partners[at] for at, _, _ in filled],
            "period": [table.periods[column] for _, column, _ in filled],
            "hs_edition": [editions[column] for _, column, _ in filled],
            "value": [value for _, _, value in filled],
            "place": [f"{table.sheet}, {letters[column]}{at + DATA + 1}" for at, column, _ in filled],
        }
    )


def _blocks(tables: list[Table]) -> Iterator[Block]:
    """One block a flow: all products × all reporters × all partners × all periods, as asked for."""
    for flow in sorted({table.flow for table in tables}):
        alike = [table for table in tables if table.flow == flow]
        yield Block(
            reporters=tuple(dict.fromkeys(without_history(reporter) for reporter, _ in alike[0].pairs)),
            partners=tuple(dict.fromkeys(without_history(partner) for _, partner in alike[0].pairs)),
            flow=flow,
            freq=alike[0].freq,
            commodities=tuple(table.commodity for table in alike),
            periods=alike[0].periods,
        )
