"""
The index pages of China's customs (english.customs.gov.cn): which tables are out, of which months, and where.

One page a release and year: rows of a title and twelve months, a link where the month is out and a `<span>` where it is
not. Tables are told by the words of their title: the printed number drifts from year to year. The page says its year
only through the menu of years: the newest stands at the address without a year, the others at one with it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tradewatch.errors import SourceChanged
from tradewatch.sources.tables import quoted

HOST = "http://english.customs.gov.cn"
PATHS = {"preliminary": "/statics/report/preliminary.html", "bulletin": "/statics/report/monthly.html"}
"""Where the newest year of each release is listed; the preliminary page, too, calls itself "Monthly Bulletin"."""

_TOTAL = r"total (?:values? of )?(?:exports? and imports?|imports? and exports?)(?: values?)?"
_IN = r"(?: in (?:cny|rmb|usd))?"
TABLES: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "preliminary": {
        "totals": re.compile(rf"{_TOTAL}{_IN}$"),
        "countries": re.compile(rf"{_TOTAL} by (?:major )?country region\b"),
    },
    "bulletin": {
        "annual totals": re.compile(r"^summary of imports and exports\b.* annual(?:ly)?$"),
        "monthly totals": re.compile(r"^summary of imports and exports\b.* monthly$"),
        "countries": re.compile(rf"^imports and exports by country region of origin destination{_IN}$"),
        "export commodities": re.compile(rf"^major export commodities in quantity and value{_IN}$"),
        "import commodities": re.compile(rf"^major import commodities in quantity and value{_IN}$"),
        "export divisions": re.compile(r"^exports by selected countries regions and by hs divisions?\b"),
        "import divisions": re.compile(r"^imports by selected countries regions and by hs divisions?\b"),
    },
}
"""
The tables that are read, by release: a name, and the words of their titles as `_words` gives them.
"""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One table of one month. January and February of the preliminary release stand under February."""

    release: str  # preliminary or bulletin
    table: str  # a name of TABLES
    currency: str  # CNY or USD, empty where the title does not say
    title: str  # as the index prints it
    month: date
    path: str  # below HOST; empty when the table is not out, or the link is refused
    refusal: str = ""  # why the link is not followed

    @property
    def name(self) -> str:
        """What it is, for people."""
        currency = f" in {self.currency}" if self.currency else ""
        return f"GACC {self.release}, {self.table}{currency}, {self.month:%Y-%m}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index page: the year it is of, where every year of its release is listed, and its links."""

    year: int
    years: Mapping[int, str]  # paths
    links: tuple[Link, ...]
    missing: tuple[str, ...]  # names of TABLES without a row


def read(body: bytes, release: str, path: str) -> Index:
    """The index of a release that was found at `path`; a SourceChanged when it has no menu of years or no known row."""
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    years = _years(tree, release, path)
    named = re.search(r"(\d{4})\.html$", path)
    year = int(named[1]) if named else next((one for one, at in years.items() if at.lower() == path.lower()), None)
    if year is None:
        raise SourceChanged(f"{path}: no menu that says of which year this index is; the site changed its layout.")
    links = tuple(link for row in tree.css("tr") for link in _row(row, release, path, year))
    missing = tuple(name for name in TABLES[release] if name not in {link.table for link in links})
    if not links:
        raise SourceChanged(
            f"{path}: none of the {len(missing)} tables expected was found in the index of the {release} release "
            f"({', '.join(missing)}); the site changed its layout."
        )
    return Index(year=year, years=years, links=links, missing=missing)


def _years(tree: LexborHTMLParser, release: str, path: str) -> dict[int, str]:
    """
    The years of the menu, newest first, and where each is listed: by the page's script, else in the way the site names
    its pages. An address of another place counts as none.
    """
    options = (option.attributes.get("value") or "" for option in tree.css("select option"))
    found = sorted({int(text) for text in options if _is_year(text)}, reverse=True)
    usual = PATHS[release]
    guessed = {year: usual.replace(".html", f"{year}.html") if place else usual for place, year in enumerate(found)}
    told: dict[int, str] = {}
    for script in tree.css("script"):
        for text, address in re.findall(_REPLACE, script.text()):
            where, refusal = _path_of(address, path)
            if _is_year(text) and not refusal and where.lower().startswith(usual.removesuffix(".html")):
                told[int(text)] = where
    return dict(sorted((guessed | told).items(), reverse=True))


_REPLACE = r"""==\s*["'](\d{4})["']\s*\)\s*\{\s*location\.replace\(\s*["']([^"']+)["']"""


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and int(text) in YEARS


def _row(row: LexborNode, release: str, path: str, year: int) -> Iterator[Link]:
    """The months of one row, none when it is not of a table that is read."""
    title, *cells = [" ".join(cell.text().split()) for cell in row.css("td")] or [""]
    words = _words(title)
    table = next((name for name, pattern in TABLES[release].items() if pattern.search(words)), None)
    if table is None or not cells or row.css_first("table"):
        return
    currency = re.search(r"\bin (cny|rmb|usd)\b", words)
    for text, href in _months(row):
        where, refusal = _path_of(href, path) if href else ("", "")
        yield Link(
            release=release,
            table=table,
            currency=currency[1].upper().replace("RMB", "CNY") if currency else "",
            title=title,
            month=date(year, _month(text, f"{path}, {quoted(title)}"), 1),
            path=where,
            refusal=refusal,
        )


def _words(title: str) -> str:
    """A title in plain words: `（1）Summary … (In USD) A：Annually` is `summary … in usd a annually`."""
    plain = unicodedata.normalize("NFKC", title).casefold().replace("&", " and ")
    return " ".join(re.sub(r"[^a-z]+", " ", plain).split())


def _months(row: LexborNode) -> Iterator[tuple[str, str]]:
    """The label of every month of a row and its href, empty where there is none."""
    for node in row.css("td + td a, td + td span"):
        inside = node.tag == "span" and (node.css_first("a") or (node.parent and node.parent.tag == "a"))
        if not inside:
            yield node.text().strip(), (node.attributes.get("href") or "").strip()


def _month(text: str, place: str) -> int:
    """The number of a month, the last one where several are named (`Jan.-Feb.`)."""
    names = [name[:3] for name in re.findall(r"[a-z]+", text.casefold())]
    if not names or any(name not in MONTHS for name in names):
        raise SourceChanged(f"{place}: {quoted(text)} where a month was expected; the site changed its layout.")
    return MONTHS.index(names[-1]) + 1


def _path_of(href: str, page: str) -> tuple[str, str]:
    """The path of a link of a page, fit to be asked; or why it is not followed. Backslashes stand for slashes."""
    try:
        parts = urlsplit(urljoin(HOST + page, href.replace("\\", "/")))
    except ValueError:
        return "", f"the index links to {quoted(href)}, which is no address; not followed."
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != urlsplit(HOST).netloc:
        return "", f"the index links to {quoted(href)}, which is not on {urlsplit(HOST).netloc}; not followed."
    query = f"?{parts.query}" if parts.query else ""
    return quote((parts.path or "/") + query, safe="/%?=&-._~:+,;@!$'()*"), ""
