"""
Spreadsheets (.xls and .xlsx) that China's customs attaches to its releases, a table a sheet.

Text and numbers become the text of a grid: a number with the digits that the file holds, 1234.0 as 1234.
"""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from tradewatch.errors import DataError, TradewatchError
from tradewatch.records import Pull
from tradewatch.sources.gacc_grid import Cell, Grid
from tradewatch.sources.workbook import XLS, Sheets, looks_like_workbook, opened
from tradewatch.sources.workbook import Cell as Raw

_MOST = 8 << 20
"""Bytes of a workbook of these tables, packed; real ones have less than a tenth."""

_TOP = 6
"""In how many rows from the top the title stands."""

_OTHERS = ("Summary", "Structure")
"""Sheets of Eurostat's workbooks, which are not opened to look for a title."""

_ADVICE = "save the attachment again"


def is_old_workbook(body: bytes) -> bool:
    """Whether this is an .xls file, sound or not: no other layout comes in one."""
    return body.startswith(XLS)


@lru_cache(maxsize=1)
def titled(body: bytes) -> str:
    """What is written at the top of the sheets, empty when this is no workbook that can be read. Never raises."""
    if len(body) > _MOST or not body.startswith((XLS, b"PK\x03\x04")):
        return ""
    if not body.startswith(XLS) and looks_like_workbook(body, _OTHERS):
        return ""
    try:
        found = grids(Pull(name="", body=body, fetched_at=datetime.min))
        return " ".join(text for grid in found for row in range(len(grid.rows))[:_TOP] for text in grid.texts(row))
    except TradewatchError:
        return ""


def grids(pull: Pull) -> list[Grid]:
    """The sheets that hold anything, without the empty columns and rows around them; DataError when damaged."""
    if len(pull.body) > _MOST:
        raise DataError(f"{pull.name}: {len(pull.body):,} bytes, where a release has less than {_MOST:,}; not read.")
    sheets = opened(pull, _ADVICE)
    found = [_grid(sheets, name) for name in sheets.names]
    return [grid for grid in found if grid.rows]


def _grid(sheets: Sheets, name: str) -> Grid:
    texts = [[_text(cell) for cell in row] for row in sheets.read(name).rows]
    used = [column for row in texts for column, text in enumerate(row) if text.strip()]
    filled = [number for number, row in enumerate(texts) if any(text.strip() for text in row)]
    columns = range(min(used, default=0), max(used, default=-1) + 1)
    rows = tuple(tuple(Cell(text=texts[row][at], row=row, column=at) for at in columns) for row in filled)
    return Grid(file=sheets.file, title="", rows=rows, sheet=name)


def _text(cell: Raw) -> str:
    """A number in plain digits, as the shortest decimal that is the same double."""
    if isinstance(cell, float):
        exact = Decimal(repr(cell))
        return f"{exact:f}".removesuffix(".0")
    return str(cell)
