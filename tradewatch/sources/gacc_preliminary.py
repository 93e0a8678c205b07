"""
The preliminary release of China's customs (统计快讯): all trade, and trade by main partners, in yuan or in dollars.

English pages and Chinese spreadsheets. Figures of the month and of the year to date, which carries revisions of
earlier months: a month is never a difference of two of them. January and February come together, as a year to date.
By partner as pages of 2025-02 and 2026-03 and figures of 2026-06 show it. The table of totals is inferred, no page of
it was at hand, so its lines must be total, exports, imports and balance, and nothing else.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import Pull, Release
from tradewatch.sources import gacc_page, gacc_sheet
from tradewatch.sources.gacc_grid import ADVICE, Grid
from tradewatch.sources.gacc_headings import Column, plain, squeezed
from tradewatch.sources.gacc_release import partner_blocks, partner_rows, pivoted, released
from tradewatch.sources.gacc_sums import (
    check_balanced,
    check_copies,
    check_flows,
    check_made,
    check_parts,
    check_world,
    world_of,
)
from tradewatch.sources.gacc_table import Table, read
from tradewatch.sources.tables import quoted

LAYOUT = "gacc_preliminary"

_TITLE = re.compile(
    r"china'?s\s*total\s*(?:export|value)|主要国别|快讯|(?<!品)进出口商品总值表(?!.*[年月]度)", re.IGNORECASE
)
_BY_PARTNER = re.compile(r"bycountry|bymajorcountry|主要国别")
_OTHERS = re.compile(r"by(?!country|majorcountry)|方式|性质|收发货|商品量值")

_UNITS_BY_PARTNER = ("cny100million", "usd1million", "亿元", "亿元人民币", "百万美元")
_UNITS_OF_TOTALS = ("cny100million", "usd100million", "usd1million", "亿元", "亿元人民币", "亿美元", "百万美元")

PARTNERS: Mapping[str, tuple[str, ...]] = {
    "Total": ("总值",),
    "European Union": ("欧洲联盟", "欧盟"),
    "Germany": ("德国",),
    "Netherlands": ("荷兰",),
    "France": ("法国",),
    "Italy": ("意大利",),
    "United States (US)": ("美国",),
    "ASEAN": ("东南亚国家联盟", "东盟"),
    "Vietnam": ("越南",),
    "Malaysia": ("马来西亚",),
    "Thailand": ("泰国",),
    "Singapore": ("新加坡",),
    "Indonesia": ("印度尼西亚",),
    "Philippines": ("菲律宾",),
    "Japan": ("日本",),
    "Hong Kong, China": ("中国香港",),
    "R. O. Korea": ("韩国",),
    "Taiwan, China": ("中国台湾",),
    "Australia": ("澳大利亚",),
    "Russian Federation": ("俄罗斯", "俄罗斯联邦"),
    "India": ("印度",),
    "United Kingdom (UK)": ("英国",),
    "Canada": ("加拿大",),
    "New Zealand": ("新西兰",),
    "Latin America": ("拉丁美洲",),
    "Brazil": ("巴西",),
    "Africa": ("非洲",),
    "South Africa": ("南非",),
    "Regional Comprehensive Economic Partnership": ("区域全面经济伙伴关系协定(RCEP)成员国",),
    "Jointly build the countries along Belt and Road Routes": ("共建“一带一路”国家和地区",),
}
"""
The lines by partner since 2025, in their order. A line that is missing, new or renamed is refused: the order is what
tells a label that stands beside another line's figures.
"""
_SINCE = 2025
_TOGETHER_SINCE = 2020

_MEMBERS = {"European Union": 4, "ASEAN": 6, "Latin America": 1, "Africa": 1}
"""How many lines after these are of which."""

_RCEP = "Regional Comprehensive Economic Partnership"
_IN_RCEP = ("ASEAN", "Japan", "R. O. Korea", "Australia", "New Zealand")
_IN_ASEAN_ALONE = Decimal("0.002")
"""Of RCEP's trade, what Timor-Leste has, which is in ASEAN since 2025-10: 0.0003 of exports in 2026-03."""

_OVERLAPPING = (_RCEP, "Jointly build the countries along Belt and Road Routes")

_FLOWS = {
    "export & import": "total", "total export & import": "total", "total export & import values": "total",
    "total": "total", "进出口总值": "total", "进出口": "total",
    "export": "export", "exports": "export", "total export": "export", "total export values": "export",
    "出口总值": "export", "出口": "export",
    "import": "import", "imports": "import", "total import": "import", "total import values": "import",
    "进口总值": "import", "进口": "import",
    "balance": "balance", "trade balance": "balance", "进出口差额": "balance", "贸易差额": "balance",
}  # fmt: skip


def recognises(body: bytes) -> bool:
    """A page or a workbook whose title is of the preliminary release."""
    return bool(_TITLE.search(plain(gacc_page.titled(body) or gacc_sheet.titled(body))))


def parse(pull: Pull) -> Release:
    """
    Rows by partner, as labelled, or of all trade, with freq M and YTD. Blocks are the partners that are listed.

    Raises DataError for a table that is cut, an image or contradicts itself, SourceChanged for one built otherwise.
    """
    grids = gacc_sheet.grids(pull) if not gacc_page.titled(pull.body) else [gacc_page.grid(pull)]
    if not grids:
        raise DataError(f"{pull.name}: a workbook without figures; save the attachment again.")
    tables = [_table(grid) for grid in grids]
    return released(
        pull,
        LAYOUT,
        tables,
        (row for table in tables for row in partner_rows(table)),
        (block for table in tables for block in partner_blocks(table)),
    )


def _table(grid: Grid) -> Table:
    title = squeezed(grid.title or next(grid.texts(0), ""))
    by_partner = bool(_BY_PARTNER.search(title))
    if not by_partner and _OTHERS.search(title):
        raise DataError(
            f"{grid.file}: {quoted(grid.title or title, 120)} is not read; of the preliminary release tradewatch reads "
            "the tables of all trade and by country."
        )
    table = read(grid, _UNITS_BY_PARTNER if by_partner else _UNITS_OF_TOTALS)
    table = table if by_partner else pivoted(table, _FLOWS)
    _check_spans(table)
    check_flows(table)
    if by_partner:
        _check_partners(table)
    else:
        check_world(table, table.lines[0])
    return table


def _check_spans(table: Table) -> None:
    """A month and a year to date of all three flows; January and February together are a year to date, since 2020."""
    together = table.period.month == 2 and table.period.year >= _TOGETHER_SINCE
    spans = ("YTD",) if together else ("M", "YTD")
    expected = {Column("value", flow, span) for flow in ("total", "export", "import") for span in spans}
    found = {column for column in table.columns if column.what == "value" and column.flow != "balance"}
    january = {column for column in expected if column.span == "M"}
    if found != expected and not (table.period.month == 1 and found == january):
        raise SourceChanged(
            f"{table.grid.file}, headings: expected {_named(expected)}, found {_named(found)}; {ADVICE}."
        )


def _named(columns: set[Column]) -> str:
    return ", ".join(sorted(f"{column.flow or '?'} {column.span}" for column in columns))


def _check_partners(table: Table) -> None:
    """The lines are those known, in their order; parts never exceed their whole; a page ends with its note."""
    world = world_of(table, ("Total", *PARTNERS["Total"]))
    check_world(table, world)
    check_copies(table, table.lines)
    for line in table.lines:
        check_balanced(table, line, world)
    if not table.noted and not table.grid.sheet:
        raise DataError(f"{table.grid.file}: no note below the table, so it is cut; save the page again.")
    if table.period.year < _SINCE:
        return
    lines = dict(zip(PARTNERS, table.lines, strict=False))
    for name, line in lines.items():
        if line.label not in (name, *PARTNERS[name]):
            raise table.grid.changed(
                next(iter(line.cells.values())), f"the line of {name}, not of {quoted(line.label)}"
            )
    if len(table.lines) != len(PARTNERS):
        raise SourceChanged(
            f"{table.grid.file}: expected the {len(PARTNERS)} lines of customs' main partners, found "
            f"{len(table.lines)}; {ADVICE}."
        )
    names = list(PARTNERS)
    inner: list[str] = []
    for whole, count in _MEMBERS.items():
        members = names[names.index(whole) + 1 :][:count]
        check_parts(table, lines[whole], [lines[name] for name in members], complete=False)
        inner += members
    beside = [line for name, line in lines.items() if name not in (*inner, *_OVERLAPPING, "Total")]
    check_parts(table, world, beside, complete=False)
    for name in _OVERLAPPING:
        check_parts(table, world, [lines[name]], complete=False)
    check_made(table, lines[_RCEP], [lines[name] for name in _IN_RCEP], _IN_ASEAN_ALONE)
