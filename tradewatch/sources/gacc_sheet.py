"""
Spreadsheets (.xls and .xlsx) that China's customs attaches to its releases, a table a sheet.

Text and numbers become the text of a grid: a number with the digits that the file holds, 1234.0 as 1234. The .xls of
Excel 97 is read by xlrd: calamine, which reads the .xlsx, follows the chains of a damaged .xls until memory is gone.
"""

import math
import struct
import zipfile
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from io import BytesIO, StringIO

import xlrd
from xlrd.compdoc import CompDocError

from tradewatch.errors import DataError, TradewatchError
from tradewatch.records import Pull
from tradewatch.sources.gacc_grid import Cell, Grid
from tradewatch.sources.tables import quoted
from tradewatch.sources.workbook import looks_like_workbook, opened

_MOST = 8 << 20
"""Bytes of a workbook of these tables, packed; real ones have less than a tenth."""

_MOST_UNPACKED = 64 << 20

_TOP = 6
"""In how many rows from the top the title stands."""

_OTHERS = ("Summary", "Structure")
"""Sheets of Eurostat's workbooks, which are not opened to look for a title."""

_ADVICE = "save the attachment again"

XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a workbook of Excel 97 to 2003 begins."""

_TROUBLE = (
    xlrd.XLRDError,
    CompDocError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    NotImplementedError,
    TypeError,
    ValueError,
    struct.error,
)
"""What xlrd raises for bytes that are not a sound workbook, of which it expects only the first two."""

Texts = list[list[str]]


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
    sheets = _old(pull) if pull.body.startswith(XLS) else _new(pull)
    found = [_grid(pull, name, texts) for name, texts in sheets.items()]
    return [grid for grid in found if grid.rows]


def _new(pull: Pull) -> dict[str, Texts]:
    if (size := _unpacked_size(pull.body)) > _MOST_UNPACKED:
        raise DataError(f"{pull.name}: a workbook that unpacks to {size:,} bytes, which no release does; not read.")
    sheets = opened(pull, _ADVICE)
    return {name: [[_text(cell) for cell in row] for row in sheets.read(name).rows] for name in sheets.names}


def _unpacked_size(body: bytes) -> int:
    """What the parts of an .xlsx say they unpack to; 0 when it is damaged, of which more is said when it is opened."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            return sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError):
        return 0


def _old(pull: Pull) -> dict[str, Texts]:
    try:
        book = xlrd.open_workbook(file_contents=pull.body, logfile=StringIO())
        return {
            page.name: [[_text(cell) for cell in page.row_values(at)] for at in range(page.nrows)]
            for page in book.sheets()
        }
    except _TROUBLE as problem:
        raise DataError(
            f"{pull.name}: the workbook is cut or damaged ({quoted(str(problem))}); {_ADVICE}."
        ) from problem


def _grid(pull: Pull, name: str, texts: Texts) -> Grid:
    used = [column for row in texts for column, text in enumerate(row) if text.strip()]
    filled = [number for number, row in enumerate(texts) if any(text.strip() for text in row)]
    columns = range(min(used, default=0), max(used, default=-1) + 1)
    rows = tuple(tuple(Cell(text=texts[row][at], row=row, column=at) for at in columns) for row in filled)
    return Grid(file=pull.name, title="", rows=rows, sheet=name)


def _text(cell: object) -> str:
    """A number in plain digits, as the shortest decimal that is the same double."""
    if isinstance(cell, float) and math.isfinite(cell):
        return f"{Decimal(repr(cell)):f}".removesuffix(".0")
    return str(cell)
