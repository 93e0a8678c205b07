"""
The query form of China's customs (stats.customs.gov.cn): the fewest queries that fit it, and their addresses.

Only text is made here; nothing is ever asked. The platform answers a person in a browser who solves a puzzle, and one
file holds at most 9,999 rows of one calendar year, flow and currency.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from tradewatch.errors import DataError
from tradewatch.periods import shift
from tradewatch.records import Question
from tradewatch.sources.gacc_basis import CHINA
from tradewatch.sources.gacc_query import Shown
from tradewatch.sources.gacc_query_lines import MOST_ROWS

FORM = "http://stats.customs.gov.cn/queryDataForEN/queryDataByWhereEn"
CURRENCY_TYPES = {"USD": "usd", "CNY": "rmb"}
FLOWS = ("export", "import")
FLOW_TYPES = {"export": 0, "import": 1}
BOXES = {"commodity": "CODE_TS", "partner_code": "ORIGIN_COUNTRY"}
ORDER = {"export": ("commodity", "partner_code"), "import": ("partner_code", "commodity")}
"""The file has its columns in the order in which they were chosen, and no other word on the flow."""

MOST_VALUES = 5
"""Codes in one box of the form."""

NEW_PARTNERS = 20
"""Room for partners that joined the list since it was published: it changed in 2024."""

RELEASE_DAY = 20
"""Of the next month, in Beijing; January comes with February in March."""

SURE = timedelta(days=31)
"""After so long a release that was planned is surely out."""


def last_released(now: datetime) -> date:
    """The newest month that the platform has by its calendar."""
    month = shift(now.date().replace(day=1), -1 if now.day >= RELEASE_DAY else -2)
    return shift(month, -1) if month.month == 1 else month


def queries(wanted: Question, every: Sequence[str], now: datetime) -> list[Question]:
    """
    The fewest queries, each of one flow, that ask what is wanted of one calendar year; `every` are all known partners.

    Five partners fit into a box; where a query for every partner, of fewer codes, makes fewer puzzles, it is that.
    Months that were surely out stand in `released`.
    """
    if len({period.year for period in wanted.periods}) != 1:
        raise DataError("a query of China's customs is of months of one calendar year; ask a year at a time.")
    sure = last_released(now - SURE)
    frame = replace(wanted, released={(CHINA, period): now for period in wanted.periods if period <= sure})
    named = [
        query for partners in _parts(wanted.partners, MOST_VALUES) for query in _by_code(frame, partners, len(partners))
    ]
    whole = replace(frame, every_partner=True)
    of_all = list(_by_code(whole, tuple(every), len(every) + NEW_PARTNERS))
    return named if named and len(named) <= len(of_all) else of_all


def _by_code(frame: Question, partners: tuple[str, ...], count: int) -> Iterator[Question]:
    """
    One query for each flow and as many codes as fit. Where there are several, imports are cut elsewhere than exports,
    so that the codes of a file tell, beside its columns, which of the two it is.
    """
    most = min(MOST_VALUES, (MOST_ROWS - 1) // (count * len(frame.periods)))
    for flow in frame.flows:
        alike = flow == "export" or len(frame.commodities) <= most
        first = most if alike else max(most // 2, 1)
        head, rest = frame.commodities[:first], frame.commodities[first:]
        for codes in (head, *_parts(rest, most)):
            yield replace(frame, flows=(flow,), partners=partners, commodities=codes)


def _parts(values: tuple[str, ...], size: int) -> list[tuple[str, ...]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def address(query: Question, currency: str) -> str:
    """The form with everything filled in, ready for the puzzle."""
    (flow,) = query.flows
    values = {"commodity": query.commodities, "partner_code": () if query.every_partner else query.partners}
    fields: dict[str, object] = {
        "iEType": FLOW_TYPES[flow],
        "currencyType": CURRENCY_TYPES[currency],
        "year": query.periods[0].year,
        "startMonth": query.periods[0].month,
        "endMonth": query.periods[-1].month,
        "monthFlag": 1,
        "codeLength": 8,
    }
    for number, name in enumerate(ORDER[flow], start=1):
        fields |= {f"outerField{number}": BOXES[name], f"outerValue{number}": ",".join(values[name])}
    return f"{FORM}?{urlencode(fields, safe=',')}"


def in_words(query: Question, currency: str) -> str:
    """What a query asks, in one line."""
    partners = "every partner" if query.every_partner else f"partners {' '.join(query.partners)}"
    months = f"{query.periods[0]:%Y-%m} to {query.periods[-1]:%Y-%m}"
    return f"{query.flows[0]}, {months}, {currency}, codes {' '.join(query.commodities)}, {partners}"


def fits(shown: Shown, query: Question, currency: str) -> bool:
    """Whether a file may answer a query, whichever of the two flows it is: commodity and partner alone were chosen."""
    return (
        set(shown.columns) == set(BOXES)
        and shown.currency == currency
        and bool(shown.periods)
        and shown.periods <= set(query.periods)
        and shown.commodities <= set(query.commodities)
        and (query.every_partner or shown.partners <= set(query.partners))
    )


def flow_by_order(shown: Shown) -> str | None:
    """The flow that the order of the columns tells; None where the columns are others than a printed query's."""
    return next((flow for flow, order in ORDER.items() if shown.columns == order), None)


def within(one: Question, other: Question) -> bool:
    """Whether all that one query asks is asked by the other too, so that a file of the other answers both."""
    return (
        one.flows == other.flows
        and set(one.periods) <= set(other.periods)
        and set(one.commodities) <= set(other.commodities)
        and (other.every_partner or (not one.every_partner and set(one.partners) <= set(other.partners)))
    )
