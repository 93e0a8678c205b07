"""
A layout for the stand-in's tables by country alone, so that a pull is tested whatever the real layouts make of a page.

Totals and Russia of the month, or of January and February together; as the page says its release, month and currency.
"""

import re
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from tradewatch.errors import DataError
from tradewatch.records import ROWS, Pull, Release

LAYOUT = "stand_in"
AREAS = {"total": "ALL", "russian federation": "344", "russia": "344"}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def recognises(body: bytes) -> bool:
    """A page of the stand-in."""
    return b'name="generator" content="stand-in"' in body


def parse(pull: Pull) -> Release:
    """Exports and imports in the unit's tenths; a DataError when the page is not by country."""
    text = pull.body.decode().replace("&nbsp;", " ")
    title = re.search(r'atcl-ttl">(.*?)</div>', text)
    released = re.search(r'atcl-date">(\d+)/(\d+)/(\d+)<', text)
    if not title or not released or "by Country" not in title[1]:
        raise DataError(f"{pull.name}: no table by country.")
    bulletin = re.search(r",(\d+)\.(\d+)$", title[1])
    worded = re.search(r"(\w{3})\w* (\d{4}) ", title[1])
    year, month = (int(bulletin[2]), int(bulletin[1])) if bulletin else _month(worded)
    rows = [
        _row(AREAS[label], flow, date(year, month, 1), number, "CNY" if "CNY" in title[1] else "USD")
        for label, numbers in _figures(text)
        for flow, number in zip(("export", "import"), numbers, strict=True)
    ]
    return Release(
        source="gacc",
        layout="gacc_bulletin" if bulletin else "gacc_preliminary",
        rows=pl.DataFrame(rows, schema=dict(ROWS)),
        rows_read=len(rows),
        released_at=datetime(*(int(part) for part in released.groups())),  # type: ignore[arg-type]
    )


def _month(worded: re.Match[str] | None) -> tuple[int, int]:
    if worded is None:
        raise DataError("no month")
    return int(worded[2]), MONTHS.index(worded[1].lower()) + 1


def _figures(text: str) -> list[tuple[str, tuple[Decimal, Decimal]]]:
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", text):
        label, *cells = (re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row))
        if label.lower() in AREAS:
            numbers = [Decimal(cell.replace(",", "")) for cell in cells]
            found.append((label.lower(), (numbers[2], numbers[4]) if len(cells) == 9 else (numbers[1], numbers[2])))
    return found


def _row(area: str, flow: str, period: date, number: Decimal, currency: str) -> dict[str, object]:
    return {
        "reporter_code": "142", "partner_code": area, "flow": flow, "freq": "M", "period": period,
        "hs_edition": "HS2022", "commodity": "TOTAL", "value": number, "currency": currency, "valuation": "FOB",
        "quantity_estimated": False, "summed": False, "place": "row",
    }  # fmt: skip
