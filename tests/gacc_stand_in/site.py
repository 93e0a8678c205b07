"""What the site holds: an index for each release and year, and a table for each link. Figures are made up."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

HOST = "http://english.customs.gov.cn"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMES = {"preliminary": "preliminary", "bulletin": "monthly"}

KINDS = (
    "(1) China's Total Export & Import Values",
    "(2) China's Total Export & Import Values by Trade Mode",
    "(4) China's Total Export & Import Values by Country/Region",
    "(5) China's Major Exports by Quantity and Value",
)
TITLES = {
    "preliminary": (
        *(f"{kind} (in {currency})" for kind in KINDS for currency in ("CNY", "USD")),
        "(7) Statistics Bulletin on Freight Supervision",
    ),
    "bulletin": (
        "（1）Summary of Imports and Exports (In USD) A：Annually",
        "（1）Summary of Imports and Exports (In USD) B:Monthly",
        "（2）Imports and Exports by Country （Region） of Origin/Destination",
        "（3）Imports and Exports by SITC Section and Division",
        "（5）Imports and Exports by Customs Regime",
        "（13）Major Export Commodities in Quantity and Value",
        "（14）Major Import Commodities in Quantity and Value",
        "（15）Exports by Selected Countries (Regions) and by HS Divisions",
        "（16）Imports by Selected Countries (Regions) and by HS Divisions",
        "（17）Major Export Commodities by Customs Regime",
    ),
}

PARTNERS = (
    ("Total", 210_000, 170_000),
    ("&nbsp;&nbsp;European Union", 33_000, 16_000),
    ("&nbsp;&nbsp;&nbsp;&nbsp;of which: Germany", 7_000, 5_000),
    ("&nbsp;&nbsp;United States (US)", 26_000, 9_000),
    ("&nbsp;&nbsp;Russian Federation", 6_400, 8_800),
)
"""Label, and exports and imports of one month in tenths of the unit, before they grow by the month."""

BULLETIN_LABELS = {"Total": "TOTAL", "&nbsp;&nbsp;Russian Federation": "&nbsp;&nbsp;Russia"}

Month = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Months out of each release, as (year, month); the menu of years ends with `newest`."""

    preliminary: Month = (2026, 3)
    bulletin: Month = (2026, 2)
    oldest: int = 2024
    newest: int = 2026

    def pages(self) -> dict[str, str]:
        """Every page by its path."""
        made: dict[str, str] = {}
        for release, titles in TITLES.items():
            for year in range(self.oldest, self.newest + 1):
                made[self.address(release, year)] = self.index(release, year)
                for title in titles:
                    for month in range(1, 13):
                        if self.is_out(release, title, year, month):
                            made[path_of(title, year, month)] = table_page(title, year, month)
        return made

    def address(self, release: str, year: int) -> str:
        """The newest year has no year in its address."""
        return f"/statics/report/{NAMES[release]}{'' if year == self.newest else year}.html"

    def is_out(self, release: str, title: str, year: int, month: int) -> bool:
        """January of the preliminary release never comes; one row never does."""
        last = self.preliminary if release == "preliminary" else self.bulletin
        never = "Freight" in title or (release == "preliminary" and month == 1)
        return (year, month) <= last and not never

    def index(self, release: str, year: int) -> str:
        """One index page, with the site's own mistakes."""
        rows = "".join(self._row(release, title, year) for title in TITLES[release])
        return PAGE.format(
            title="News - Newsroom - GACC",
            content=f"""<div class="g-pth"><a href="/">Home</a> &gt; <a class="g-pth-cur">Monthly Bulletin</a></div>
            <li><a href="http:/statics/report/trade.html" target="_blank">Trade Indices</a></li>
            <div class="m-report-title"><span>Year</span>
            <select id="{NAMES[release]}sel">{self._options()}</select></div>
            <table><thead><tr><th>Title</th><th>Month</th></tr></thead><tbody>{rows}</tbody></table>""",
            script=self._script(release),
        )

    def _row(self, release: str, title: str, year: int) -> str:
        cells = "".join(self._month(release, title, year, month) for month in range(1, 13))
        return f"<tr><td>{title}</td><td>{cells}</td></tr>"

    def _month(self, release: str, title: str, year: int, month: int) -> str:
        after = "</br>" if month == 6 else ""
        if not self.is_out(release, title, year, month):
            return f"<span>{MONTHS[month - 1]}.</span>{after}"
        path = path_of(title, year, month)
        backwards = month == 4  # some links are written so
        address = HOST + path.replace("/", "\\") if backwards else HOST + path
        return f"<a href={address}> {MONTHS[month - 1]}.</a>{after}"

    def _options(self) -> str:
        return "".join(f'<option value="{year}">{year}</option>' for year in range(self.newest, self.oldest - 1, -1))

    def _script(self, release: str) -> str:
        name = NAMES[release]
        return "".join(
            f'if ($("#{name}sel").val() == "{year}") {{ location.replace("{HOST}{self.address(release, year)}") }}\n'
            for year in range(self.oldest, self.newest + 1)
        )


def path_of(title: str, year: int, month: int) -> str:
    """Where a table is: an address that tells nothing."""
    return f"/Statics/{uuid5(NAMESPACE_URL, f'{title} {year} {month}')}.html"


def figures(label: str, year: int, month: int) -> tuple[int, int]:
    """Exports and imports of one partner in one month, in tenths of the unit."""
    exports, imports = next((e, i) for name, e, i in PARTNERS if name.endswith(label))
    grown = (year - 2024) * 12 + month
    return exports + 13 * grown, imports + 7 * grown


def table_page(title: str, year: int, month: int, factor: int = 1) -> str:
    """A table page: by country in full, the others with their frame and one row."""
    full = f"{title.removesuffix(')').rpartition(' (in ')[0]}, {_when(year, month)} (in {title[-4:-1]})"
    full = full if title.endswith(("(in CNY)", "(in USD)")) else f"{title},{month}.{year}"
    by_country = "Country" in title
    joint = by_country and title.startswith("(") and month == 2
    rows = _by_country(title, year, month, factor, joint=joint) if by_country else f"<tr>{_cell('Total')}</tr>"
    width = 7 if joint else 10
    head = f'<tr><td colspan="{width}"><span><b>{full.replace("&", "&amp;")}</b></span></td></tr>'
    unit = f'<tr><td colspan="{width}"><span><b>Unit: {_unit(title)}</b></span></td></tr>'
    note = f'<tr><td colspan="{width}"><span>Note:&nbsp;1. Figures of a stand-in.</span></td></tr>'
    return PAGE.format(
        title=full,
        content=f"""<div class="atcl-main"><div class="atcl-ttl">{full}</div></div>
        <div class="atcl-main"><div class="atcl-date">{_released(title, year, month)}</div>
        <div class="atcl-cnt"><table border="0" cellspacing="0" class="ke-zeroborder">
        <tbody>{head}{unit}{rows}{note}</tbody></table></div>
        <div><a href = '{HOST}\\Excel\\1_7-en-人民币-{year}-{month:02}_N21.xls'>{full}</a></div></div>""",
        script="",
    )


def _when(year: int, month: int) -> str:
    return f"January-February {year}" if month == 2 else f"{MONTHS[month - 1]} {year}"


def _unit(title: str) -> str:
    return "CNY 100 Million" if "CNY" in title else "USD1 Million" if title.startswith("(") else "US$1,000"


def _released(title: str, year: int, month: int) -> str:
    day = 8 if title.startswith("(") else 18
    return f"{year + month // 12}/{month % 12 + 1:02}/{day:02}"


def _by_country(title: str, year: int, month: int, factor: int, *, joint: bool) -> str:
    """The two heading rows and a row for each partner: total, exports and imports, of the month and from January on."""
    spans = [f"1- to-{month}"] if joint else [f"{month}", f"1- to-{month}"]
    heads = ["Export &amp; Import", "Export", "Import"]
    first = ["Import Source", *(head for head in heads for _ in spans)]
    change = f'<td colspan="3"><span><b>1-to-{month} Total Year-on-Year (±%)</b></span></td>'
    second = ["Export Destination", *spans * 3, *heads]
    rows = [f"<tr>{''.join(map(_cell, first))}{change}</tr>", f"<tr>{''.join(map(_cell, second))}</tr>"]
    for label, _, _ in PARTNERS:
        cells = "".join(map(_cell, _numbers(label, year, month, factor, title, joint=joint)))
        printed = BULLETIN_LABELS.get(label, label) if title.startswith("（") else label
        rows.append(f"<tr><td><span>{printed}</span></td>{cells}</tr>")
    return "".join(rows)


def _numbers(label: str, year: int, month: int, factor: int, title: str, *, joint: bool) -> Iterator[str]:
    months = [figures(label, year, one) for one in range(1, month + 1)]
    of_month, to_date = months[-1], (sum(e for e, _ in months), sum(i for _, i in months))
    for flows in ((0, 1), (0,), (1,)):
        for pair in (to_date,) if joint else (of_month, to_date):
            tenths = sum(pair[flow] for flow in flows) * factor
            yield f"{tenths:,}" if title.startswith("（") else f"{tenths / 10:,.1f}&nbsp;"
    yield from ("15.0", "11.9", "-1.7")


def _cell(text: str) -> str:
    return f"<td><span><b>{text}</b></span></td>"


PAGE = """<!DOCTYPE html>
<html>
<head>
    <meta charset="UTF-8"><meta name="generator" content="stand-in">
    <title>{title}</title>
    <link href="~/favicon.ico" rel="shortcut icon" type="image/x-icon" />
</head>
<body>
    <div class="g-top-lks"><a href="/">Home</a><span>|</span><a href="http://www.customs.gov.cn">中文站</a></div>
    {content}
    <p>Address: No.6. Jianguomennei Avenue, Dongcheng District, Beijing, China &nbsp; Postcode: 100730
    <script type="text/javascript">$(document).ready(function () {{ {script} }});</script>
</body>
</html>
"""

SHELL = """<!DOCTYPE html><html><head><meta charset="UTF-8"><script type="text/javascript" charset="utf-8" r='m'>
$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=74310;$_ts.cd="qEpErqAl";</script>
<script type="text/javascript" src="/t3mX/x.js" r='m'></script></head><body></body></html>
"""

DOWN = "<html><head><title>Service Unavailable</title></head><body><h2>Under maintenance</h2></body></html>\n"
