"""Pages and workbooks built as China's customs builds them, with markup of our own."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]
import xlwt

FILES = Path(__file__).parent / "files"
Head = tuple[str, int, int]  # text, how many columns, how many rows
Line = Sequence[str]

FLOWS = ("Export & Import", "Export", "Import")
NOTE = "Note: groups of countries overlap."


def row(cells: Sequence[Head]) -> str:
    spans = (
        f'<td colspan="{wide}" rowspan="{high}"><span><b>{text}</b></span></td>\n'.replace(' colspan="1"', "").replace(
            ' rowspan="1"', ""
        )
        for text, wide, high in cells
    )
    return f"<tr>\n{''.join(spans)}</tr>\n"


def page(
    title: str, unit: str, heads: Sequence[Sequence[Head]], lines: Sequence[Line], day: str, note: str = NOTE
) -> bytes:
    """A page with one table, as wide as its lines."""
    width = len(lines[0])
    rows = [row([(title, width, 1)]), row([(unit, width, 1)]), *map(row, heads)]
    rows += [row([(text.replace("> ", "&nbsp;" * 8), 1, 1) for text in line]) for line in lines]
    rows += [row([(note, width, 1)])] if note else []
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="UTF-8"><title>{title}</title></head>\n<body>\n'
        f'<div class="atcl-main"><div class="atcl-ttl">{title}</div></div>\n<div class="atcl-date">{day}</div>\n'
        f'<div class="atcl-cnt"><table>\n<tbody>\n{"".join(rows)}</tbody>\n</table></div>\n</body>\n</html>\n'
    ).encode()


def figures(name: str) -> list[list[str]]:
    """Figures that China's customs released in 2025-03 and 2026-04, one line each; `> ` stands for the indentation."""
    with (FILES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def heads(label: Sequence[str], spans: Sequence[str], change: str) -> list[list[Head]]:
    """The two rows of headings of a table by country."""
    above = [(label[0], 1, 1), *((flow, 1, 1) for flow in FLOWS for _ in spans), (change, 3, 1)]
    return [above, [(text, 1, 1) for text in (label[1], *spans, *spans, *spans, *FLOWS)]]


SIDES = ("Import Source", "Export Destination")
BY_COUNTRY = "(4) China's Total Export &amp; Import Values by Country/Region, "
MARCH = page(
    BY_COUNTRY + "Mar 2026 (in CNY)",
    "Unit: CNY 100 Million",
    heads(SIDES, ("3", "1- to-3"), "1-to-3 Total Year-on-Year (±%)"),
    figures("gacc_preliminary_2026-03.csv"),
    "2026/04/08",
)
FEBRUARY = page(
    BY_COUNTRY + "January-February 2025 (in CNY)",
    "Unit: CNY 100 Million",
    heads(SIDES, ("1- to-2",), "1-to-2 Total Year-on-Year (±%)"),
    figures("gacc_preliminary_2025-02.csv"),
    "2025/03/11",
)
TOTALS = page(
    "(1) China's Total Export &amp; Import Values, Mar 2026 (in USD)",
    "Unit: USD 100 Million",
    [[("Item", 1, 1), ("3", 1, 1), ("1- to-3", 1, 1), ("1-to-3 Year-on-Year (±%)", 1, 1)]],
    [
        ("Total Export &amp; Import Values", "5,900.1", "17,000.0", "15.0"),
        ("Total Export Values", "3,200.0", "9,800.5", "11.9"),
        ("Total Import Values", "2,700.1", "7,199.5", "19.6"),
        ("Balance", "499.9", "2,601.0", "-"),
    ],
    "2026/04/14",
)
MACHINES = ("Mechanical and electrical products*", "-", "-", "180,000,000", "-", "1,200,000,000", "-", "9.0")
OTHERS = [
    (f"Commodity {n}", "T", f"{2_000 * n + 7:,}", f"{4_400 * n + 13:,}", f"{14_000 * n + 5:,}", f"{30_000 * n + 1:,}",
     "1.0", "2.5")
    for n in range(1, 31)
]  # fmt: skip
"""So many that a list of major commodities is as long as one; figures of ours."""

COMMODITIES = page(
    "（13）Major Export Commodities in Quantity and Value,1-7.2026",
    "Unit:US$1,000",
    [
        [("Commodity", 1, 2), ("Quantity<br />\nUnit", 1, 2), ("7", 2, 1), ("1to7", 2, 1), ("Percentage Change", 2, 1)],
        [(text, 1, 1) for text in ("Quantity", "Value") * 3],
    ],
    [
        ("Agriculture products*", "-", "-", "9,153,853", "-", "62,120,896", "-", "9.3"),
        ("> Meat(including&nbsp;&nbsp;meat offal)", "10000T", "14", "296,930", "81", "1,793,238", "62.7", "31.9"),
        ("Integrated circuits", "100MN", "310", "18,153,000", "2,105", "120,653,000", "20.1", "30.2"),
        ("Tungsten ores", "T", "-", "-", "12", "1,250", "-80.0", "-81.5"),
        MACHINES,
        *OTHERS,
    ],
    "2026/08/18",
    note="",
)
DIVISIONS = page(
    "（15）Exports by Selected Countries (Regions) and by HS Divisions,7.2026",
    "Unit:US$1,000",
    [
        [("HS Division", 1, 2), ("United States", 2, 1), ("Russia", 2, 1)],
        [(text, 1, 1) for text in ("7", "1to7", "7", "1to7")],
    ],
    [
        ("TOTAL", "114,000,100", "798,000,000", "9,500,050", "61,000,000"),
        ("Section I Live animals; animal products", "100", "1,000", "50", "1,000"),
        ("> 01 Live animals", "100", "1,000", "-", "-"),
        ("> 02 Meat", "-", "-", "50", "1,000"),
        ("Section XVI Machinery", "114,000,000", "797,999,000", "9,500,000", "60,999,000"),
        ("> 84 Machinery", "66,000,000", "440,999,000", "5,500,000", "35,999,000"),
        ("> 85 Electrical machinery", "48,000,000", "357,000,000", "4,000,000", "25,000,000"),
    ],
    "2026/08/18",
    note="",
)
BULLETIN = page(
    "（2）Imports and Exports by Country （Region） of Origin/Destination,7.2026",
    "Unit:US$1,000",
    heads(("Country (Region)", ""), ("7", "1to7"), "Percentage Change"),
    [
        ("TOTAL", "600,000,100", "4,000,000,000", "350,000,100", "2,300,000,000", "250,000,000", "1,700,000,000",
         "11.7", "9.5", "14.8"),
        ("Asia:", "300,000,000", "2,000,000,000", "170,000,000", "1,100,000,000", "130,000,000", "900,000,000",
         "11.1", "10.0", "12.5"),
        ("> Japan", "200,000,000", "1,400,000,000", "110,000,000", "700,000,000", "90,000,000", "700,000,000",
         "12.0", "7.7", "16.7"),
        ("> Korea, Rep.", "100,000,000", "600,000,000", "60,000,000", "400,000,000", "40,000,000", "200,000,000",
         "9.1", "14.3", "0.0"),
        ("Africa:", "100,000,000", "500,000,000", "50,000,000", "250,000,000", "50,000,000", "250,000,000",
         "-", "-", "-"),
        ("Europe:", "200,000,100", "1,500,000,000", "130,000,100", "950,000,000", "70,000,000", "550,000,000",
         "12.8", "8.0", "22.2"),
        ("> Germany", "179,000,000", "1,350,000,000", "121,000,000", "900,000,000", "58,000,000", "450,000,000",
         "12.5", "5.9", "28.6"),
        ("> Russia", "21,000,000", "149,999,000", "9,000,000", "49,999,000", "12,000,000", "100,000,000",
         "15.4", "66.7", "0.0"),
        ("> Svalbard and Jan Mayen", "100", "1,000", "100", "1,000", "-", "-", "-", "-", "-"),
        *((region, *"-" * 9) for region in ("Latin America:", "North America:", "Oceania:")),
    ],
    "2026/08/18",
)  # fmt: skip


def summary_of_months(first: tuple[int, int], last: tuple[int, int]) -> list[Line]:
    """A line a month in millions of dollars, figures of ours; where the year before is there, its growth below."""
    lines: list[Line] = []
    known: dict[tuple[int, int], tuple[int, int]] = {}
    to_date = (0, 0)
    for year, month in ((at // 12, at % 12 + 1) for at in range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])):
        now = known[year, month] = (300_000 + 1_700 * month + 9_000 * (year - 2020), 200_000 + 1_300 * month)
        to_date = now if month == 1 else (to_date[0] + now[0], to_date[1] + now[1])
        lines.append([f"{year}.{month:02}", *_four(*now), *_four(*to_date)])
        if before := known.get((year - 1, month)):
            grown = [f"{(a / b - 1) * 100:.1f}" for a, b in ((sum(now), sum(before)), *zip(now, before, strict=True))]
            lines.append(["Year-on-Year (±%)", *grown, "-", *"-" * 4])
    return lines


def _four(exports: int, imports: int) -> list[str]:
    return [f"{figure:,}" for figure in (exports + imports, exports, imports, exports - imports)]


FOUR = ("Total", "Exports", "Imports", "Balance")
MONTHS = page(
    "（1）Summary of Imports and Exports (In USD) B：Monthly,7.2026",
    "Unit:US$1 Million",
    [
        [("Year & Month", 1, 2), ("Monthly", 4, 1), ("1 to the Month", 4, 1)],
        [(text, 1, 1) for text in FOUR * 2],
    ],
    summary_of_months((2025, 1), (2026, 7)),
    "2026/08/18",
)
YEARS = page(
    "（1）Summary of Imports and Exports (In USD) A：Annually,12.2025",
    "Unit:US$1 Million",
    [
        [("Year", 1, 2), *((text, 1, 2) for text in FOUR), ("Percentage Change", 3, 1)],
        [(text, 1, 1) for text in FOUR[:3]],
    ],
    [
        ("2010", "2,973,998", "1,577,754", "1,396,244", "181,510", "-", "-", "-"),
        *((f"{year}", *_four(1_577_754 + 140_000 * (year - 2010), 1_396_244 + 79_000 * (year - 2010)), "-", "-", "-")
          for year in range(2011, 2024)),
        ("2024", "6,144,752", "3,577,222", "2,567,530", "1,009,692", "-", "-", "-"),
        ("2025", "6,354,738", "3,771,842", "2,582,896", "1,188,946", "3.4", "5.4", "0.6"),
    ],
    "2026/01/18",
)  # fmt: skip
"""The totals of 2025 are customs' own, those before of ours."""

PAGES = {
    "bulletin summary by month": MONTHS,
    "bulletin summary by year": YEARS,
    "preliminary by country": MARCH,
    "preliminary of two months": FEBRUARY,
    "preliminary totals": TOTALS,
    "bulletin by country": BULLETIN,
    "bulletin commodities": COMMODITIES,
    "bulletin divisions": DIVISIONS,
}

Figure = str | float | None
Sheet = list[list[Figure]]
ZH = ("进出口", "出口", "进口")


def sheet(title: str, unit: str, label: str, spans: Sequence[str], lines: Sequence[Sequence[Figure]]) -> Sheet:
    """A sheet as customs writes it: column A empty, title and labels in B, the unit at the right edge."""
    width = len(lines[0])
    above: list[Figure] = [label]
    for flow in ZH:
        above += [flow, *[None] * (len(spans) - 1)]
    rows: Sheet = [[title], [*[None] * (width - 1), unit], [*above, "累计比去年同期±%", None, None]]
    rows.append([None, *spans, *spans, *spans, *ZH])
    return [[None, *line] for line in (*rows, *lines)]


def grouped(text: str) -> str | None:
    """A figure as the bulletin's spreadsheets write it, text with commas; nothing where it is empty."""
    return f"{Decimal(text):,f}" if text else None


def express(path: Path) -> dict[str, Sheet]:
    """The preliminary sheet of 2026-06 from its extract, numbers as numbers."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows: Sheet = [[line[0], *map(float, line[1:])] for line in list(csv.reader(lines))[1:]]
    made = sheet(
        "（4）2026年6月进出口商品主要国别（地区）总值表（人民币值）", "单位：亿元人民币", "国别（地区）",
        ("6月", "1至6月"), rows,
    )  # fmt: skip
    return {"M139RMBADD": made}


SUMS = ("total_month", "total_ytd", "export_month", "export_ytd", "import_month", "import_ytd")
GROWTH = ("total_ytd_yoy", "export_ytd_yoy", "import_ytd_yoy")
OURS = {
    "2024-12": ("407000000", "4384000000", "241000000", "2545000000", "166000000", "1839000000"),
    "2025-12": ("420000000", "4540000000", "250000000", "2700000000", "170000000", "1840000000"),
}
"""Sizes of all trade for extracts that lack it, made by us: what is not in the extract is given to Asia."""


def bulletin(path: Path, month: str) -> dict[str, Sheet]:
    """The bulletin's sheet of a month from its extract, completed so that regions add up; January has a month only."""
    with path.open(encoding="utf-8", newline="") as lines:
        known = [line for line in csv.DictReader(lines) if line["period"] == month]
    names = [name for name in SUMS if month[5:] != "01" or name.endswith("month")]
    found = {line["name_zh"]: [Decimal(line[name] or 0) for name in names] for line in known}
    nothing = [Decimal(0) for _ in names]
    growth = {line["name_zh"]: [line[name] or None for name in GROWTH] for line in known}
    if month in OURS:
        americas = {"拉丁美洲": found.pop("拉丁美洲")}
        europe = {"欧洲": [sum(column, Decimal(0)) for column in zip(*found.values(), strict=True)]} | found
        whole = [Decimal(text) for text in OURS[month]]
        asia = [
            all_ - one - other for all_, one, other in zip(whole, europe["欧洲"], americas["拉丁美洲"], strict=True)
        ]
        found = {"总值": whole, "亚洲": asia} | {"非洲": nothing} | europe | americas
    else:
        inner = [figures for name, figures in found.items() if name not in ("总值", "亚洲")]
        rest = [all_ - sum(column) for all_, column in zip(found["亚洲"], zip(*inner, strict=True), strict=True)]
        found |= {"亚洲其他国家(地区)": rest, "非洲": nothing, "拉丁美洲": nothing}
        found |= {"欧洲": [all_ - asia for all_, asia in zip(found["总值"], found["亚洲"], strict=True)]}
    found |= {"北美洲": nothing, "大洋洲": nothing}
    spans = [f"{int(month[5:])}月", f"1至{int(month[5:])}月"][: len(names) // 3]
    rows: Sheet = [
        [name, *(grouped(str(figure or "")) for figure in figures), *growth.get(name, [None] * 3)]
        for name, figures in found.items()
    ]
    title = f"（2）{month[:4]}年{int(month[5:])}月进出口商品国别（地区）总值表（人民币值）"
    return {"M102RMB": sheet(title, "单位：万元人民币", "进口原产国（地）\n出口最终目的国（地）", spans, rows)}


def xls(sheets: dict[str, Sheet]) -> bytes:
    book = xlwt.Workbook(encoding="cp936")
    for name, rows in sheets.items():
        page = book.add_sheet(name)
        for at, line in enumerate(rows):
            for column, cell in enumerate(line):
                if cell is not None:
                    page.write(at, column, cell)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(sheets: dict[str, Sheet]) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for at, line in enumerate(rows):
                for column, cell in enumerate(line):
                    if cell is not None:
                        page.write(at, column, cell)
    return out.getvalue()
