"""
The Monthly Bulletin of China's customs (统计月报): summary, by country, major commodities, countries by HS division.

English pages (in thousands of dollars) and Chinese spreadsheets (in ten thousands of yuan). Major commodities as the
page of 2026-07 shows them. The others are inferred, from figures of Chinese spreadsheets of 2024 and 2025 and from
descriptions: no page of them was at hand, so what is not as described is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import Block, Pull, Release
from tradewatch.sources import gacc_page, gacc_preliminary, gacc_sheet, gacc_summary
from tradewatch.sources.gacc_grid import ADVICE, Grid
from tradewatch.sources.gacc_headings import Column, label, squeezed
from tradewatch.sources.gacc_release import (
    LISTED,
    WORLD,
    Row,
    block,
    measured,
    partner_blocks,
    partner_rows,
    released,
    row,
)
from tradewatch.sources.gacc_sums import (
    check_copies,
    check_flows,
    check_largest,
    check_parts,
    check_price,
    check_selected,
    check_spans,
    check_turned,
    check_world,
    world_of,
)
from tradewatch.sources.gacc_table import Line, Table, read
from tradewatch.sources.tables import quoted

LAYOUT = "gacc_bulletin"

_UNITS = ("us$1000", "万元", "万元人民币", "千美元")

TOTAL = ("TOTAL", "Total", "总值", "合计")

REGIONS = (
    ("Asia", "亚洲"),
    ("Africa", "非洲"),
    ("Europe", "欧洲"),
    ("Latin America", "拉丁美洲"),
    ("North America", "北美洲"),
    ("Oceania", "大洋洲"),
)
_REGION = {name.lower() for names in REGIONS for name in names}
_BESIDE = re.compile(
    r"^(?:asean|eu$|european union|apec|rcep|regional comprehensive|association|jointly|countries|un |united nations)"
    r"|联盟|东盟|欧盟|亚太|经济合作|协定|一带一路|不详|联合国|国际组织|中性包装",
    re.IGNORECASE,
)
"""Labels that belong to no region: groups that overlap the countries, and what has no country."""

_DIVISION = re.compile(r"^(?:chapter |第)?([0-9]{1,2})(?:章|[ .:、]|(?=[\u4e00-\u9fff])|$)", re.IGNORECASE)
_SECTION = re.compile(
    r"^(?:section\s+[ivx]+\b|第[一二三四五六七八九十]+类|[ivx]+\.?\s|[一二三四五六七八九十]+、)", re.IGNORECASE
)


class Kind(NamedTuple):
    """One table of the bulletin: words of its title without blanks, and which flow it is of."""

    title: re.Pattern[str]
    name: str  # summary, partners, commodities or divisions
    flow: str = ""  # of a summary, what its lines are of


KINDS = (
    Kind(re.compile(r"^summaryofimportsandexports.*annual|进出口商品总值表.*年度表"), "summary", "years"),
    Kind(re.compile(r"^summaryofimportsandexports.*monthly|进出口商品总值表.*月度表"), "summary", "months"),
    Kind(re.compile(r"^importsandexportsbycountry|(?<!主要)国别"), "partners"),
    Kind(re.compile(r"^majorexportcommodities|出口主要商品|主要出口商品"), "commodities", "export"),
    Kind(re.compile(r"^majorimportcommodities|进口主要商品|主要进口商品"), "commodities", "import"),
    Kind(re.compile(r"^exportsbyselectedcountries.*hsdivisions|部分国家.*出口商品类章"), "divisions", "export"),
    Kind(re.compile(r"^importsbyselectedcountries.*hsdivisions|部分国家.*进口商品类章"), "divisions", "import"),
)
_NUMBER = re.compile(r"^\([0-9]+[ab]?\)")
"""The printed number of a table, which drifts from year to year."""


def recognises(body: bytes) -> bool:
    """A page of customs, or a workbook with a title of the bulletin, or an .xls file of which nothing can be read."""
    title = gacc_page.titled(body)
    found = title or gacc_sheet.titled(body)
    if gacc_preliminary.recognises(body):
        return False
    return bool(title) or gacc_sheet.is_old_workbook(body) or bool(_kinds(found))


def _kinds(title: str) -> list[Kind]:
    text = _NUMBER.sub("", squeezed(title))
    return [kind for kind in KINDS if kind.title.search(text)]


def parse(pull: Pull) -> Release:
    """
    Rows by partner and by HS division as labelled, or by major commodity for all partners together, with freq M and
    YTD. Blocks are the partners and goods that are listed.

    Raises DataError for a table that is cut or contradicts itself, SourceChanged for one that is built otherwise.
    """
    grids = [gacc_page.grid(pull)] if gacc_page.titled(pull.body) else gacc_sheet.grids(pull)
    if not grids:
        raise DataError(f"{pull.name}: a workbook without figures; save the attachment again.")
    tables: list[Table] = []
    rows: list[Row] = []
    blocks: list[Block] = []
    left_out = 0
    for grid in grids:
        kind = _kind(grid)
        found, made, answered = _READERS[kind.name](grid, kind.flow)
        tables.extend(found)
        rows.extend(made)
        blocks.extend(answered)
        left_out += sum(bool(_SECTION.match(line.label)) * len(line.figures) for table in found for line in table.lines)
    return released(pull, LAYOUT, tables, rows, blocks, left_out)


def _kind(grid: Grid) -> Kind:
    title = grid.title or next(grid.texts(0), "")
    kinds = _kinds(title)
    if len(kinds) != 1:
        raise DataError(
            f"{grid.file}: {quoted(title, 120)} is not read; of the Monthly Bulletin tradewatch reads the summary, the "
            "tables by country, of major commodities, and of selected countries by HS division."
        )
    return kinds[0]


Read = tuple[list[Table], list[Row], list[Block]]


def _summary(grid: Grid, kind: str) -> Read:
    tables = gacc_summary.read(grid, monthly=kind == "months")
    rows = [made for table in tables for made in partner_rows(table)]
    periods = tuple(table.period for table in tables)
    blocks = [replace(one, periods=periods) for table in tables[-1:] for one in partner_blocks(table)]
    return tables, rows, blocks


def _partners(grid: Grid, _flow: str) -> Read:
    table = read(grid, _UNITS)
    check_spans_of(table, [Column("value", flow) for flow in ("total", "export", "import")])
    check_flows(table)
    world = world_of(table, TOTAL)
    check_world(table, world)
    _check_regions(table, world)
    check_copies(table, table.lines)
    return [table], list(partner_rows(table)), list(partner_blocks(table))


def check_spans_of(table: Table, columns: Sequence[Column]) -> None:
    """A month and a year to date of each column; a spreadsheet of January may print the month alone."""
    found = {column for column in table.columns if column.what != "change" and column.flow != "balance"}
    both, month = ({_at(column, span) for column in columns for span in spans} for spans in (("M", "YTD"), ("M",)))
    if found != both and not (table.period.month == 1 and found == month):
        raise SourceChanged(
            f"{table.grid.file}, headings: expected a month and a year to date of {len(columns)} columns each, found "
            f"{', '.join(sorted(' '.join(filter(None, (c.partner, c.flow, c.what, c.span))) for c in found))[:300]}; "
            f"{ADVICE}."
        )


def _at(column: Column, span: str) -> Column:
    return Column(column.what, column.flow, span, column.partner)


def _check_regions(table: Table, world: Line) -> None:
    """The countries below a region make it, and the six regions the world, to half a percent."""
    regions: list[Line] = []
    members: dict[str, list[Line]] = {}
    at: list[Line] | None = None
    for line in table.lines:
        if line.label.lower() in _REGION:
            regions.append(line)
            at = members[line.label] = []
        elif line is world or _BESIDE.search(line.label):
            at = None
        elif at is not None:
            at.append(line)
    for region in regions:
        if members[region.label]:
            check_parts(table, region, members[region.label], complete=True)
    if len(regions) != len(REGIONS):
        found = ", ".join(quoted(region.label, 30) for region in regions) or "none"
        raise SourceChanged(f"{table.grid.file}: expected the lines of six regions, found {found}; {ADVICE}.")
    check_parts(table, world, regions, complete=True)


def _commodities(grid: Grid, flow: str) -> Read:
    table = read(grid, _UNITS, labels=2)
    check_spans_of(table, [Column("quantity"), Column("value")])
    _refuse_without_unit(table)
    for line in table.lines:
        check_spans(table, line)
        check_price(table, line)
    check_largest(table)
    check_copies(table, table.lines)
    check_turned(table)
    _check_indented(table)
    rows = []
    for line in table.lines:
        for column, figure in line.figures.items():
            if column.what == "value" and figure is not None:
                value = row(table, line, column, partner=WORLD, commodity=line.label, flow=flow) | {
                    "hs_edition": LISTED
                }
                rows.append(measured(table, line, value, Column("quantity", "", column.span)))
    labels = tuple(line.label for line in table.lines)
    spans = sorted({column.span for column in table.columns if column.what == "value"})
    return [table], rows, [block(table, flow, span, (WORLD,), labels) for span in spans]


def _refuse_without_unit(table: Table) -> None:
    """A quantity has a unit, and what has none has no quantity: a row that lost a cell shows itself."""
    for line in table.lines:
        for column, figure in line.figures.items():
            if line.unit and re.fullmatch(r"[-0-9.,]*[0-9][-0-9.,]*", line.unit):
                raise table.grid.changed(
                    line.cells[column], f"the unit of {quoted(line.label)} before it, not a number"
                )
            if column.what == "quantity" and figure is not None and line.unit in ("", "-"):
                raise table.wrong(line, column, "a quantity without a unit")


def _check_indented(table: Table) -> None:
    """What is indented below a commodity is part of it, so it is never more."""
    above: list[tuple[int, Line]] = []
    first = {line.label: indent for line, indent in zip(table.lines, _indents(table), strict=True)}
    for line in table.lines:
        above = [(indent, one) for indent, one in above if indent < first[line.label]]
        for _, one in above:
            check_parts(table, one, [line], complete=False)
        above.append((first[line.label], line))


def _indents(table: Table) -> Iterator[int]:
    texts = {label(cells[0].text): cells[0].text for cells in table.grid.rows}
    for line in table.lines:
        text = texts[line.label].strip("\r\n\t ")
        yield len(text) - len(text.lstrip())


def _divisions(grid: Grid, flow: str) -> Read:
    table = read(grid, _UNITS, partners=True)
    partners = list(dict.fromkeys(column.partner for column in table.columns if column.what == "value"))
    check_spans_of(table, [Column("value", partner=partner) for partner in partners])
    codes = _codes(table)
    whole = world_of(table, TOTAL)
    parts = [line for line in table.lines if len(codes.get(line.label, "")) == 2]
    for line in table.lines:
        check_spans(table, line)
    check_parts(table, whole, parts, complete=True)
    check_copies(table, parts)
    check_selected(table, whole, [column for column in table.columns if column.what == "value"])
    rows = [
        row(table, line, column, partner=column.partner, commodity=codes[line.label], flow=flow)
        for line in table.lines
        for column, figure in line.figures.items()
        if line.label in codes and column.what == "value" and figure is not None
    ]
    spans = sorted({column.span for column in table.columns if column.what == "value"})
    return [table], rows, [block(table, flow, span, partners, tuple(codes.values())) for span in spans]


def _codes(table: Table) -> Mapping[str, str]:
    """The commodity of each line that is a division or the total; sections, which are their sums, have none."""
    codes: dict[str, str] = {}
    for line in table.lines:
        found = _DIVISION.match(line.label)
        code = "TOTAL" if line.label in TOTAL else f"{int(found[1]):02}" if found and int(found[1]) else ""
        if not code and not _SECTION.match(line.label):
            raise table.grid.changed(
                next(iter(line.cells.values())), f"a line of an HS division, not of {quoted(line.label)}"
            )
        if code in codes.values():
            raise table.grid.changed(next(iter(line.cells.values())), f"division {code} once, not again")
        if code:
            codes[line.label] = code
    return codes


_READERS: Mapping[str, Callable[[Grid, str], Read]] = {
    "summary": _summary,
    "partners": _partners,
    "commodities": _commodities,
    "divisions": _divisions,
}
