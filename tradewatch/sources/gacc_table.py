"""
The tables that China's customs prints, read from a grid: title, unit, headings, lines, note.

What a column holds is told by its headings alone, never by its place. Months are told apart from years to date by
`3` and `1-to-3` (3月, 1至3月), which must agree with the title; a unit that is not known is refused, never guessed.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tradewatch.errors import DataError, SourceChanged
from tradewatch.periods import month, shift
from tradewatch.sources.gacc_grid import ADVICE, Cell, Grid
from tradewatch.sources.tables import quoted


class Unit(NamedTuple):
    """What one printed unit of value is: so many whole units of a currency."""

    currency: str
    factor: int


UNITS: Mapping[str, Unit] = {
    "cny100million": Unit("CNY", 10**8),
    "usd100million": Unit("USD", 10**8),
    "usd1million": Unit("USD", 10**6),
    "us$1000": Unit("USD", 1000),
    "us$1million": Unit("USD", 10**6),
    "us$million": Unit("USD", 10**6),
    "usdmillion": Unit("USD", 10**6),
    "us$100million": Unit("USD", 10**8),
    "rmb100million": Unit("CNY", 10**8),
    "cny10000": Unit("CNY", 10**4),
    "10000cny": Unit("CNY", 10**4),
    "亿元": Unit("CNY", 10**8),
    "亿元人民币": Unit("CNY", 10**8),
    "万元": Unit("CNY", 10**4),
    "万元人民币": Unit("CNY", 10**4),
    "亿美元": Unit("USD", 10**8),
    "百万美元": Unit("USD", 10**6),
    "千美元": Unit("USD", 1000),
}
"""Units as printed, without blanks and commas, in small letters."""

_UNIT = re.compile(r"^(?:unit|单位):?(.+)$")
_CURRENCIES = {"CNY": r"\bCNY\b|\bRMB\b|人民币", "USD": r"\bUSD\b|US\s?dollars?|美元"}

_FLOWS = {
    "total": (
        "export&import",
        "exports&imports",
        "import&export",
        "importsandexports",
        "imports&exports",
        "total",
        "进出口",
        "合计",
    ),
    "export": ("export", "exports", "出口"),
    "import": ("import", "imports", "进口"),
    "balance": ("balance", "balanceoftrade", "tradebalance", "贸易差额", "差额"),
}
FLOW = {text: flow for flow, texts in _FLOWS.items() for text in texts}
_MEASURE = {"quantity": "quantity", "数量": "quantity", "value": "value", "金额": "value"}
CHANGE = re.compile(r"year-?on-?year|month-?on-?month|percentagechange|比去年|同比|环比|±")
_MONTH = re.compile(r"^([0-9]{1,2})月?$")
_YTD = re.compile(r"^1(?:-to-|to|-|至|—|–)([0-9]{1,2})月?(?:累计)?$")
_CHANGE_SPAN = re.compile(r"^1(?:-to-|to|-|至)([0-9]{1,2})")

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_TITLES = (
    re.compile(
        r"(?:(?P<a>[A-Z][a-z]{2,8})\.?\s*(?:-|to)\s*)?(?P<b>[A-Z][a-z]{2,8})\.?,?\s*(?P<year>20[0-9]{2})(?![0-9])"
    ),
    re.compile(r",\s*(?:(?P<a>[0-9]{1,2})\s*(?:-|to)\s*)?(?P<b>[0-9]{1,2})\.(?P<year>20[0-9]{2})(?![0-9])"),
    re.compile(r"(?P<year>20[0-9]{2})年(?:(?P<a>[0-9]{1,2})\s*[-至]\s*)?(?P<b>[0-9]{1,2})月"),
)

_PLAIN = re.compile(r"^-?[0-9]+(?:\.[0-9]+)?$")
_GROUPED = re.compile(r"^-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?$")
_NIL = frozenset({"-", "—", "–", "－"})
_NOTE = re.compile(r"^(?:note|notes|注|说明|备注)\s*[:0-9.]")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of figures holds. `change` is the growth of the year to date on the year before, in percent."""

    what: str  # value, quantity or change
    flow: str = ""  # total, export, import, balance; empty where the title tells
    span: str = ""  # M or YTD; empty for a change
    partner: str = ""  # where partners stand side by side


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


def plain(text: str) -> str:
    """Text with one form for full-width letters and one blank between words."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def label(text: str) -> str:
    """
    A label as the reference lists have it: without `of which:` and footnote marks, one blank after a comma.

    >>> label("\\u00a0\\u00a0of which: Germany"), label("Agriculture products*"), label("其中：德国"), label("Asia:")
    ('Germany', 'Agriculture products', '德国', 'Asia')
    >>> label("Hong Kong，China"), label("亚　洲"), label("越南①")
    ('Hong Kong, China', '亚洲', '越南')
    """
    text = plain(re.sub(r"[\u2460-\u2473\u00b9\u00b2\u00b3*＊†‡#]+\s*$", "", text.strip()))
    text = re.sub(r"^(?:of which|其中)\s*:\s*", "", text, flags=re.IGNORECASE).rstrip(": ").strip()
    text = re.sub(r"\s*,\s*", ", ", text)
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", text)


def squeezed(text: str) -> str:
    """Text for comparing: no blanks, small letters."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def titled_period(grid: Grid, title: str) -> date:
    """The last month that a title names: `Mar 2026`, `January-February 2025`, `1-7.2026`, `2026年1至6月`."""
    named = named_period(title)
    if named is None:
        raise SourceChanged(f"{grid.file}: expected a title that names a month, found {quoted(title)}; {ADVICE}.")
    return named


def named_period(title: str) -> date | None:
    """The same, None for a title that names no month."""
    for pattern in _TITLES:
        for found in pattern.finditer(plain(title)):
            first, last = (_month_number(found[name]) for name in ("a", "b"))
            if last and (found["a"] is None or first == 1) and (first or 0) < last:
                return month(int(found["year"]), last)
    return None


def _month_number(text: str | None) -> int:
    """1 to 12, or 0 for what is no month."""
    if text and text.isascii() and text.isdigit():
        return int(text) if 1 <= int(text) <= 12 else 0
    name = (text or "").lower()
    return next((n for n, whole in enumerate(_MONTHS, start=1) if name in (whole, whole[:3], whole[: 3 + (n == 9)])), 0)


def read(grid: Grid, units: Collection[str], *, labels: int = 1, partners: bool = False) -> Table:
    """
    The table of a grid whose first `labels` columns are no figures; with `partners`, names of them head the others.

    Raises SourceChanged when title, unit, headings or lines are not those of these tables, DataError for figures that
    are none.
    """
    title, unit, head = top(grid, units)
    period = titled_period(grid, title)
    check_day(grid, period)
    height, columns = _columns(grid, head, labels, period, partners)
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


def top(grid: Grid, units: Collection[str]) -> tuple[str, Unit, int]:
    """The title, the unit, and the row where the headings begin: above it, every row has one text."""
    above: list[tuple[Cell, str]] = []
    for number, row in enumerate(grid.rows[:6]):
        texts = list(grid.texts(number))
        if len(texts) != 1:
            break
        above.append((next(cell for cell in row if cell.text.strip()), texts[0]))
    first = grid.rows[0][0]
    if len(above) != 2:
        raise grid.changed(above[-1][0] if above else first, "a title and a unit above the headings")
    (cell, title), (unit_cell, text) = above
    if not grid.sheet and squeezed(title) != squeezed(grid.title):
        raise grid.changed(cell, f"the title of the page, {quoted(grid.title)}")
    return title, _unit(grid, unit_cell, text, title, units), 2


def _unit(grid: Grid, cell: Cell, text: str, title: str, units: Collection[str]) -> Unit:
    found = _UNIT.match(squeezed(text).replace(",", ""))
    if not found or found[1] not in units:
        raise grid.changed(cell, f"a unit such as {' or '.join(sorted(units))}")
    unit = UNITS[found[1]]
    named = f"{plain(title)} {re.sub('RMB', ' RMB ', re.sub('USD', ' USD ', grid.sheet))}"
    said = {currency for currency, pattern in _CURRENCIES.items() if re.search(pattern, named)}
    if said and said != {unit.currency}:
        raise DataError(
            f"{grid.file}, {grid.place(cell)}: the unit is {quoted(text)}, but the title says "
            f"{' and '.join(sorted(said))} ({quoted(title, 120)}); one of them is wrong, so no figure is read."
        )
    return unit


def check_day(grid: Grid, period: date) -> None:
    """
    The day of a page lies within eleven months after its own month: it may precede publication by days, pages are put
    up again later, and a title of the year before or after falls outside.
    """
    day = grid.released_at
    if day is not None and not shift(period, 1) <= day.date().replace(day=1) <= shift(period, 11):
        raise SourceChanged(
            f"{grid.file}, div.atcl-date: expected a day in the eleven months after {period:%Y-%m}, the month of the "
            f"title, found {day:%Y-%m-%d}; {ADVICE}."
        )


def _columns(grid: Grid, head: int, labels: int, period: date, partners: bool) -> tuple[int, list[Column]]:
    """How many rows of headings there are, and what each column after the labels holds."""
    rows: list[list[str]] = []
    for row in grid.rows[head : head + 4]:
        texts = [plain(cell.text) for cell in row]
        if rows and not all(_heading(text) or (grid.sheet and not text) for text in texts[labels:]):
            break
        rows.append(texts)
    if grid.sheet:
        rows = [_filled(texts) for texts in rows[:-1]] + rows[-1:]
    columns: list[Column] = []
    for cell in grid.rows[head + len(rows) - 1][labels:] if rows else ():
        at = labels + len(columns)
        column = _column(grid, cell, [row[at] for row in rows if row[at]], period, partners)
        if column in columns and (column.what != "change" or column.flow):
            raise grid.changed(cell, "a column of its own, not one that is there already")
        columns.append(column)
    return len(rows), columns


def _filled(texts: Sequence[str]) -> list[str]:
    """Headings of a sheet, where one that spans columns is written in the first of them."""
    filled: list[str] = []
    for text in texts:
        filled.append(text or (filled[-1] if filled else ""))
    return filled


def _heading(text: str) -> tuple[str, str] | None:
    """What a heading says: one of flow, M, YTD, measure or change, and its word or month; None for other words."""
    text = squeezed(text)
    if CHANGE.search(text):
        found = _CHANGE_SPAN.match(text)
        return "change", found[1] if found else ""
    if text in FLOW:
        return "flow", FLOW[text]
    if text in _MEASURE:
        return "measure", _MEASURE[text]
    for kind, pattern in (("M", _MONTH), ("YTD", _YTD)):
        if found := pattern.match(text):
            return kind, found[1]
    return None


def _column(grid: Grid, cell: Cell, texts: Sequence[str], period: date, partners: bool) -> Column:
    """What one column holds, by the headings above it; SourceChanged where they are unknown or contradict."""
    said: dict[str, str] = {}
    for number, text in enumerate(texts):
        heading = _heading(text) or (("partner", label(text)) if partners and not number else None)
        if heading is None or said.get(heading[0], heading[1]) != heading[1]:
            raise grid.changed(cell, f"a heading that is known, with {quoted(text)} above it")
        said[heading[0]] = heading[1]
    if any(int(said[kind]) != period.month for kind in ("M", "YTD", "change") if said.get(kind)):
        raise grid.changed(cell, f"month {period.month}, which the title names")
    flow, partner = said.get("flow", ""), said.get("partner", "")
    if "change" in said:
        return Column("change", flow, partner=partner)
    if ("M" in said) == ("YTD" in said) or (partners and not partner):
        raise grid.changed(cell, "a heading for a month or for a year to date" + (" of a partner" if partners else ""))
    return Column(said.get("measure", "value"), flow, "M" if "M" in said else "YTD", partner)


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
