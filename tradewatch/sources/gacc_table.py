"""The tables that China's customs prints, read from a grid: what stands above (gacc_headings), lines, note."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tradewatch.errors import DataError, SourceChanged
from tradewatch.sources.gacc_grid import ADVICE, Cell, Grid
from tradewatch.sources.gacc_headings import Column, Unit, check_day, columns_of, label, plain, titled_period, top
from tradewatch.sources.tables import quoted

_PLAIN = re.compile(r"^-?[0-9]+(?:\.[0-9]+)?$")
_GROUPED = re.compile(r"^-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?$")
_NIL = frozenset({"-", "—", "–", "－"})
_NOTE = re.compile(r"^(?:note|notes|注|说明|备注)\s*[:0-9.]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row: its label, normalised, and its figures, None where nothing is recorded."""

    label: str
    unit: str  # of quantity; empty where the table has none
    cells: Mapping[Column, Cell]
    figures: Mapping[Column, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, read."""

    grid: Grid
    title: str
    unit: Unit
    period: date  # the month, or the last month of the year to date
    lines: tuple[Line, ...]
    step: Decimal  # the last printed digit of values, in printed units
    noted: bool  # whether a note ends it

    @property
    def columns(self) -> frozenset[Column]:
        """The columns of figures."""
        return frozenset(self.lines[0].figures)

    def place(self, line: Line, column: Column) -> str:
        """Where a figure stands."""
        return self.grid.place(line.cells[column])

    def value(self, line: Line, column: Column) -> Decimal | None:
        """A value in whole units of currency."""
        figure = line.figures[column]
        return None if figure is None else round(figure * self.unit.factor, 3)

    def wrong(self, line: Line, column: Column, what: str) -> DataError:
        """The error to raise when figures contradict each other."""
        return DataError(
            f"{self.grid.file}, {self.place(line, column)} ({quoted(line.label)}): {what}; "
            "a digit, a row or a column is not as customs printed it, save it again."
        )


def read(grid: Grid, units: Collection[str], *, labels: int = 1, partners: bool = False) -> Table:
    """
    The table of a grid whose first `labels` columns are no figures; with `partners`, names of them head the others.

    Raises SourceChanged when title, unit, headings or lines are not those of these tables, DataError for figures that
    are none.
    """
    title, unit, head = top(grid, units)
    period = titled_period(grid, title)
    check_day(grid, period)
    height, columns = columns_of(grid, head, labels, period, partners)
    body, noted = below(grid, head + height)
    lines = [_line(grid, row, columns, labels) for row in body]
    _refuse_twice(grid, lines)
    if not lines:
        raise SourceChanged(f"{grid.file}: a table without lines, where figures were expected; {ADVICE}.")
    step = step_of(grid, lines)
    _check_changes(grid, lines)
    return Table(
        grid=grid, title=title, unit=unit, period=period, lines=tuple(lines), step=step, noted=noted
    )  # fmt: skip


def below(grid: Grid, start: int) -> tuple[list[tuple[Cell, ...]], bool]:
    """The lines, and whether a note follows them; SourceChanged for anything after it that is no note."""
    for number in range(start, len(grid.rows)):
        if _NOTE.match(next(grid.texts(number), "").lower().replace("：", ":")):
            for rest in range(number, len(grid.rows)):
                if len(list(grid.texts(rest))) > 1:
                    raise grid.changed(grid.rows[rest][0], "nothing but notes after the note")
            return list(grid.rows[start:number]), True
    return list(grid.rows[start:]), False


def _line(grid: Grid, row: Sequence[Cell], columns: Sequence[Column], labels: int) -> Line:
    for cell in row:
        if cell.width != 1 or cell.height != 1:
            raise grid.changed(cell, "a cell of its own in each row and column")
    if not label(row[0].text):
        raise grid.changed(row[0], "a label")
    cells = dict(zip(columns, row[labels:], strict=True))
    return Line(
        label=label(row[0].text),
        unit=plain(row[1].text) if labels > 1 else "",
        cells=cells,
        figures={column: number(grid, cell, column) for column, cell in cells.items()},
    )


def number(grid: Grid, cell: Cell, column: Column) -> Decimal | None:
    """An exact figure. Thousands are grouped on pages, which shows a digit that was lost; a sheet may write either."""
    text = plain(cell.text)
    if text in _NIL or (grid.sheet and not text):
        return None
    whole = text.lstrip("-").partition(".")[0]
    sound = _GROUPED.match(text) or (_PLAIN.match(text) and (grid.sheet or len(whole) <= 3 or column.what == "change"))
    signed = column.what == "change" or column.flow == "balance"
    if not sound or len(whole) > 15 or (text.startswith("-") and not signed):
        raise DataError(
            f"{grid.file}, {grid.place(cell)}: expected a number, or - for nothing recorded, "
            f"found {quoted(cell.text) if text else 'an empty cell'}; save it again."
        )
    return Decimal(text.replace(",", ""))


def _refuse_twice(grid: Grid, lines: Sequence[Line]) -> None:
    seen: set[str] = set()
    for line in lines:
        if line.label in seen:
            cell, found = next(iter(line.cells.values())), f"found {quoted(line.label)} again"
            raise SourceChanged(f"{grid.file}, {grid.place(cell)}: expected each label once, {found}; {ADVICE}.")
        seen.add(line.label)


def _check_changes(grid: Grid, lines: Sequence[Line]) -> None:
    """On a page a growth rate has one decimal, always: a figure of another column does not."""
    for line in lines:
        for column, figure in line.figures.items():
            if column.what == "change" and figure is not None and not grid.sheet and figure.as_tuple().exponent != -1:
                raise grid.changed(line.cells[column], "a percentage with one decimal")


def step_of(grid: Grid, lines: Sequence[Line]) -> Decimal:
    """The last printed digit of values; on a page all have as many decimals."""
    finest: int | None = None
    for line in lines:
        for column, figure in line.figures.items():
            if column.what == "value" and figure is not None:
                decimals = -min(int(figure.as_tuple().exponent), 0)
                if not grid.sheet and finest not in (None, decimals):
                    raise grid.changed(line.cells[column], f"a figure with {finest} decimals, as the others have")
                finest = max(finest or 0, decimals)
    return Decimal(1).scaleb(-(finest or 0))
