"""
A printed table of China's customs as a grid of cells, whether it came as a web page or as a spreadsheet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tradewatch.errors import SourceChanged
from tradewatch.sources.tables import quoted
from tradewatch.sources.workbook import Place

ADVICE = "if the download is untouched, the source changed its layout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell as printed, blanks around it kept: they are the indentation. Row and column are from 0."""

    text: str
    row: int
    column: int
    width: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One table; a cell that spans several rows or columns stands in each of them. All rows have the same width."""

    file: str
    title: str  # beside the table on a page; empty for a sheet
    rows: tuple[tuple[Cell, ...], ...]
    sheet: str = ""  # empty for a web page
    released_at: datetime | None = None  # naive UTC midnight of the day printed on a page

    def place(self, cell: Cell) -> str:
        """Where a cell stands: `table row 7, column 4` or `M102RMB, D7`."""
        if self.sheet:
            return f"{self.sheet}, {Place(cell.row, cell.column)}"
        return f"table row {cell.row + 1}, column {cell.column + 1}"

    def changed(self, cell: Cell, expected: str) -> SourceChanged:
        """The error to raise when a cell is not what the layout has there."""
        found = quoted(cell.text) if cell.text.strip() else "an empty cell"
        return SourceChanged(f"{self.file}, {self.place(cell)}: expected {expected}, found {found}; {ADVICE}.")

    def texts(self, row: int) -> Iterator[str]:
        """What is printed in a row, each cell once, without the empty ones."""
        for cell in dict.fromkeys(self.rows[row]):
            if text := " ".join(cell.text.split()):
                yield text
