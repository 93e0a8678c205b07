"""
The summary (1) of the Monthly Bulletin of China's customs: all trade by year (A), or by month and year to date (B).

No page of it was at hand: the form is that of public programs that read it, in Chinese in 2018 and in English since. A
line a year: total, exports, imports, balance, and the growth of the first three. Or a line a month (`2026.07`): the
same four of the month, then of the year to date; lines of growth rates may stand below a month. What is otherwise is
refused.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from tradewatch.errors import DataError, SourceChanged
from tradewatch.periods import shift
from tradewatch.sources.gacc_basis import EDITIONS
from tradewatch.sources.gacc_grid import ADVICE, Cell, Grid
from tradewatch.sources.gacc_headings import CHANGE, FLOW, Column, check_day, named_period, plain, squeezed, top
from tradewatch.sources.gacc_release import WORLD
from tradewatch.sources.gacc_sums import check_flows, check_world
from tradewatch.sources.gacc_table import Line, Table, below, number, step_of
from tradewatch.sources.tables import quoted

UNITS = (
    "usd1million", "us$1million", "us$million", "usdmillion", "usd100million", "us$100million", "cny100million",
    "rmb100million", "百万美元", "亿美元", "亿元", "亿元人民币",
)  # fmt: skip

_FOUR = ("total", "export", "import", "balance")
_TO_DATE = re.compile(r"^1(?:-to-|to|-|至)|cumulat|yeartodate|累计")
_PLAIN = re.compile(r"^(?:year|month|monthly|currentmonth|value|year&month|yearandmonth|年月?|月份?|当月|本月|金额)$")
_MONTH = re.compile(r"^([12][0-9]{3})(?:\.|-|/|年)\s*([0-9]{1,2})月?$")
_YEAR = re.compile(r"^([12][0-9]{3})年?$")
_BEFORE = {
    "yoy": re.compile(r"year-?on-?year|同比|去年|上年"),
    "mom": re.compile(r"month-?on-?month|环比|上月"),
}
_NEAR = Decimal("0.1")
"""By which share of a month two years to date may differ from it: 0.023 was seen, for revisions of earlier months."""

_REVISED = Decimal("0.0055")
"""By how much a printed growth may miss that of the printed figures: rounding, and half a point for revisions."""

Period = tuple[str, date]  # the span, and its first day; of a month and its year to date, the month


def read(grid: Grid, *, monthly: bool) -> list[Table]:
    """
    A table of one line for each year or month from 2012 on, checked within itself and against its neighbours.

    Raises DataError for figures that contradict each other, SourceChanged for a table that is built otherwise.
    """
    title, unit, head = top(grid, UNITS)
    height, columns = _columns(grid, head, monthly=monthly)
    rows, noted = below(grid, head + height)
    lines = list(_lines(grid, rows, columns, monthly=monthly))
    _check_newest(grid, title, lines[-1][0][1], monthly=monthly)
    step = step_of(grid, [line for _, line in lines])
    tables = [
        Table(grid=grid, title=title, unit=unit, period=period, lines=(line,), step=step, noted=noted)
        for (_, period), line in lines
    ]
    for table in tables:
        check_flows(table)
        check_world(table, table.lines[0])
    _check_neighbours(tables)
    return [table for table in tables if table.period.year >= EDITIONS[-1][0]]


def _columns(grid: Grid, head: int, *, monthly: bool) -> tuple[int, list[Column]]:
    """How many rows of headings there are, and what each column but the first holds."""
    label = _MONTH if monthly else _YEAR
    height = next((n for n, row in enumerate(grid.rows[head : head + 4]) if label.match(plain(row[0].text))), 0)
    if not height:
        raise SourceChanged(
            f"{grid.file}: expected a line of {'2026.07' if monthly else '2026'} below the headings; {ADVICE}."
        )
    above = [[plain(cell.text) for cell in row] for row in grid.rows[head : head + height]]
    if grid.sheet:
        above = [_filled(texts) for texts in above[:-1]] + above[-1:]
    columns = [
        _column(grid, cell, [texts[at] for texts in above if texts[at]], monthly=monthly)
        for at, cell in enumerate(grid.rows[head + height - 1])
        if at
    ]
    spans = ("M", "YTD") if monthly else ("A",)
    expected = {Column("value", flow, span) for flow in _FOUR for span in spans}
    values = [column for column in columns if column.what == "value"]
    if len(set(columns)) != len(columns) or set(values) != expected or (monthly and len(values) != len(columns)):
        found = ", ".join(" ".join(filter(None, (one.flow, one.what, one.span))) for one in columns)
        raise SourceChanged(
            f"{grid.file}, headings: expected total, exports, imports and balance of "
            f"{'a month and of a year to date' if monthly else 'a year, and growth rates'}, found {found}; {ADVICE}."
        )
    return height, columns


def _filled(texts: Sequence[str]) -> list[str]:
    filled: list[str] = []
    for text in texts:
        filled.append(text or (filled[-1] if filled else ""))
    return filled


def _column(grid: Grid, cell: Cell, texts: Sequence[str], *, monthly: bool) -> Column:
    flow, change, to_date = "", False, False
    for text in map(squeezed, dict.fromkeys(texts)):
        if text in FLOW and flow in ("", FLOW[text]):
            flow = FLOW[text]
        elif CHANGE.search(text):
            change = True
        elif _TO_DATE.search(text):
            to_date = True
        elif not _PLAIN.match(text):
            raise grid.changed(cell, f"a heading that is known, with {quoted(text)} above it")
    if not flow:
        raise grid.changed(cell, "a heading of total, exports, imports or balance")
    if change:
        return Column("change", flow)
    return Column("value", flow, ("YTD" if to_date else "M") if monthly else "A")


def _lines(
    grid: Grid, rows: Sequence[tuple[Cell, ...]], columns: Sequence[Column], *, monthly: bool
) -> Iterator[tuple[Period, Line]]:
    """Each year or month with its line, one after the other; lines of growth are checked and left out."""
    before: dict[date, Line] = {}
    for row in rows:
        text = plain(row[0].text)
        if not any(cell.text.strip() for cell in row):
            continue
        period = _period(text, monthly=monthly)
        if period is None:
            _check_growth(grid, row, columns, before, monthly=monthly)
            continue
        expected = shift(max(before), 1 if monthly else 12) if before else period
        if period != expected:
            raise grid.changed(row[0], f"{expected:%Y.%m}" if monthly else f"{expected:%Y}")
        line = _line(grid, row, columns)
        _check_change(grid, line, before.get(shift(period, -12)))
        before[period] = line
        yield ("M" if monthly else "A", period), line


def _period(text: str, *, monthly: bool) -> date | None:
    found = (_MONTH if monthly else _YEAR).match(text)
    if not found or (monthly and not 1 <= int(found[2]) <= 12):
        return None
    return date(int(found[1]), int(found[2]) if monthly else 1, 1)


def _line(grid: Grid, row: Sequence[Cell], columns: Sequence[Column]) -> Line:
    for cell in row:
        if cell.width != 1 or cell.height != 1:
            raise grid.changed(cell, "a cell of its own in each row and column")
    cells = dict(zip(columns, row[1:], strict=True))
    figures = {column: number(grid, cell, column) for column, cell in cells.items()}
    for column, figure in figures.items():
        if figure is None and column.what == "value":
            raise grid.changed(cells[column], "a figure of all trade")
    return Line(label=WORLD, unit="", cells=cells, figures=figures)


def _check_change(grid: Grid, line: Line, before: Line | None) -> None:
    """The growth of a year is that of its figure on the year before."""
    for column, figure in line.figures.items():
        if column.what == "change" and column.flow != "balance" and figure is not None and before is not None:
            value = Column("value", column.flow, "A")
            if not _grew(line.figures[value], before.figures[value], figure):
                raise DataError(
                    f"{grid.file}, {grid.place(line.cells[column])}: a growth of {figure} %, where the figures of the "
                    "two years make another; a digit, a row or a column is not as customs printed it, save it again."
                )


def _check_growth(
    grid: Grid, row: Sequence[Cell], columns: Sequence[Column], before: dict[date, Line], *, monthly: bool
) -> None:
    """A line of growth rates below a month: each is that of the month, on the month or on the year before."""
    text = squeezed(row[0].text)
    if not monthly or not before or (text and not CHANGE.search(text)):
        raise grid.changed(row[0], "a month such as 2026.07" if monthly else "a year such as 2026")
    kinds = [kind for kind, pattern in _BEFORE.items() if pattern.search(text)] or list(_BEFORE)
    now = max(before)
    for column, cell in zip(columns, row[1:], strict=True):
        figure = number(grid, cell, Column("change", column.flow))
        bases = [before.get(shift(now, -12 if kind == "yoy" else -1)) for kind in kinds]
        if figure is None or column.flow == "balance" or column.span == "YTD" or None in bases:
            continue
        if not any(base and _grew(before[now].figures[column], base.figures[column], figure) for base in bases):
            raise DataError(
                f"{grid.file}, {grid.place(cell)}: a growth of {figure} %, which {now:%Y-%m} has on neither the month "
                "nor the year before; a digit, a row or a column is not as customs printed it, save it again."
            )


def _grew(now: Decimal | None, before: Decimal | None, percent: Decimal) -> bool:
    return not now or not before or abs(now / before - 1 - percent / 100) <= _REVISED


def _check_newest(grid: Grid, title: str, newest: date, *, monthly: bool) -> None:
    """The last line is the month that the title names, where it names one; or its year, or the year before."""
    named = named_period(title)
    wanted = (named,) if monthly else (named and named.replace(month=1), named and shift(named.replace(month=1), -12))
    if named and newest not in wanted:
        raise SourceChanged(
            f"{grid.file}: expected a last line of {named:%Y-%m}, as the title names, found {newest:%Y-%m}; {ADVICE}."
        )
    check_day(grid, named or (newest if monthly else shift(newest, 11)))


def _check_neighbours(tables: Sequence[Table]) -> None:
    """A year to date is that of the month before and the month, but for revisions."""
    for one, other in pairwise(tables):
        line, before = other.lines[0], one.lines[0]
        for flow in ("total", "export", "import"):
            month, to_date = Column("value", flow, "M"), Column("value", flow, "YTD")
            if to_date not in line.figures or other.period.month == 1:
                continue
            grown = (line.figures[to_date] or Decimal(0)) - (before.figures[to_date] or Decimal(0))
            if abs(grown - (line.figures[month] or Decimal(0))) > (line.figures[month] or Decimal(0)) * _NEAR:
                raise other.wrong(line, to_date, f"it grew by {grown}, where the month is {line.figures[month]}")
