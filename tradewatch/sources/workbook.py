"""Spreadsheets (.xlsx) read strictly: refused when damaged or swollen, and every complaint names sheet and cell."""

import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from tradewatch.errors import DataError, SourceChanged
from tradewatch.files import MOST_BYTES
from tradewatch.records import Pull
from tradewatch.sources.tables import quoted

Cell = int | float | str | bool | time | date | datetime | timedelta

_EDGE = 1 << 20
_FAR = re.compile(rb"\sr\s*=\s*[\"'](?:[A-Za-z]{3}|[A-Za-z]{0,2}(?:[0-9]{6}|[2-9][0-9]{4}))")
"""
A cell beyond column ZZ or row 19,999: one such cell would make the reader lay out the whole area before it. Comext has
about 35 reporters, 280 partners and 460 months.
"""


class Place(NamedTuple):
    """A cell by its row and column, both from 0."""

    row: int
    column: int

    def __str__(self) -> str:
        return f"{column_letters(self.column)}{self.row + 1}"


def column_letters(column: int) -> str:
    """The letters of a spreadsheet column counted from 0: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters = chr(ord("A") + rest) + letters
        column -= 1
    return letters


def column_number(letters: str) -> int:
    """The column, from 0, that these letters name."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One sheet: its rows from row 1 and column A on, all of the same width."""

    file: str
    sheet: str
    advice: str
    rows: list[list[Cell]]

    @property
    def width(self) -> int:
        """How many columns the sheet has."""
        return len(self.rows[0]) if self.rows else 0

    def text(self, row: int, column: int) -> str:
        """A cell as text without blanks around it; empty beyond the sheet's edge; 2021.0 is `2021`."""
        if row >= len(self.rows) or column >= self.width:
            return ""
        cell = self.rows[row][column]
        return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()

    def expect(self, row: int, texts: Sequence[str], start: int = 0) -> None:
        """Raise SourceChanged unless the row holds just these texts from column `start` on, and nothing after them."""
        for column in range(start, max(self.width, start + len(texts))):
            wanted = texts[column - start] if column - start < len(texts) else ""
            if self.text(row, column) != wanted:
                place = Place(row, column)
                raise self.changed(place, quoted(wanted) if wanted else "an empty cell", self.found(place))

    def found(self, place: Place) -> str:
        """A cell's text as a message quotes it."""
        return quoted(self.text(*place)) if self.text(*place) else "an empty cell"

    def changed(self, place: Place, expected: str, found: str) -> SourceChanged:
        """The error to raise when a cell is not what this layout has there."""
        return SourceChanged(f"{self.file}, {self.sheet}, {place}: expected {expected}, found {found}; {self.advice}.")

    def number(self, place: Place, cell: Cell) -> Decimal:
        """A cell as an exact number, not negative, with at most three decimals; else SourceChanged."""
        if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell) and 0 <= cell < 1e15:
            exact = Decimal(repr(cell))
            if exact == round(exact, 3):
                return exact
        raise self.changed(place, "a number, not negative, with at most three decimals", quoted(str(cell)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """An open workbook."""

    file: str
    advice: str
    names: list[str]
    book: CalamineWorkbook

    def read(self, name: str) -> Cells:
        """The cells of one sheet; SourceChanged when there is no such sheet, DataError when it cannot be read."""
        if name not in self.names:
            raise self.changed(name, "a sheet of this name", "none")
        try:
            rows = self.book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (CalamineError, ValueError, OSError) as problem:
            raise _damaged(self.file, f"sheet {quoted(name)}", problem, self.advice) from problem
        return Cells(file=self.file, sheet=name, advice=self.advice, rows=rows)

    def changed(self, sheet: str, expected: str, found: str) -> SourceChanged:
        """The error to raise when the sheets are not those of this layout."""
        return SourceChanged(f"{self.file}, {sheet}: expected {expected}, found {found}; {self.advice}.")


_TROUBLE = (
    zipfile.BadZipFile,
    zlib.error,
    CalamineError,
    KeyError,  # no such part
    OSError,
    ValueError,
    RuntimeError,  # locked by a password
    NotImplementedError,  # packed in a way of which no spreadsheet program makes use
    EOFError,
    struct.error,
)
"""What zipfile and calamine raise for bytes that are not a sound workbook."""


def looks_like_workbook(body: bytes, sheets: Iterable[str]) -> bool:
    """Whether this is a workbook with one of these sheets, or a workbook that is cut or damaged. Never raises."""
    if not body.startswith(b"PK\x03\x04") or b"xl/" not in body[:_EDGE] + body[-_EDGE:]:
        return False
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive, archive.open("xl/workbook.xml") as directory:
            names = directory.read(_EDGE)
    except _TROUBLE:
        return True
    return any(f'name="{sheet}"'.encode() in names for sheet in sheets)


def opened(pull: Pull, advice: str) -> Sheets:
    """The workbook of a pull, each part of it checked first; DataError when it is damaged or unpacks to too much."""
    try:
        with zipfile.ZipFile(BytesIO(pull.body)) as archive:
            _check_parts(pull.name, archive)
        book = CalamineWorkbook.from_filelike(BytesIO(pull.body))
    except _TROUBLE as problem:
        raise _damaged(pull.name, "the workbook", problem, advice) from problem
    return Sheets(file=pull.name, advice=advice, names=book.sheet_names, book=book)


def _check_parts(name: str, archive: zipfile.ZipFile) -> None:
    """Unpack every part once: its size and checksum must be as declared, and no sheet may reach out without end."""
    size = sum(part.file_size for part in archive.infolist())
    if size > MOST_BYTES:
        raise DataError(f"{name}: the workbook unpacks to {size:,} bytes, more than the {MOST_BYTES:,} read; not read.")
    for part in archive.infolist():
        content = archive.read(part)
        if part.filename.startswith("xl/worksheets/") and _FAR.search(content):
            raise DataError(f"{name}: a cell beyond column ZZ or row 19,999 in {quoted(part.filename)}; not read.")


def _damaged(name: str, what: str, problem: Exception, advice: str) -> DataError:
    return DataError(f"{name}: {what} is cut or damaged ({quoted(str(problem))}); {advice}.")
