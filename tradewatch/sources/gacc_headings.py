"""
What stands above the lines of a table of China's customs: its title with the month, its unit, its headings.

What a column holds is told by its headings alone, never by its place. Months are told apart from years to date by
`3` and `1-to-3` (3月, 1至3月), which must agree with the title; a unit that is not known is refused, never guessed.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of figures holds. `change` is the growth of the year to date on the year before, in percent."""

    what: str  # value, quantity or change
    flow: str = ""  # total, export, import, balance; empty where the title tells
    span: str = ""  # M or YTD; empty for a change
    partner: str = ""  # where partners stand side by side


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


def columns_of(grid: Grid, head: int, labels: int, period: date, partners: bool) -> tuple[int, list[Column]]:
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
