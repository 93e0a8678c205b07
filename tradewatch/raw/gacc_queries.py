"""
The queries of the platform of China's customs: what a watch asks, which were printed, and which a file answered since.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from tradewatch.errors import DataError
from tradewatch.files import plain, sql_of
from tradewatch.raw.asked import from_plain, to_plain
from tradewatch.records import Question
from tradewatch.warehouse import first_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A query by its number; `pull_id` is the newest pull that answered it, None while none did."""

    number: int
    printed_at: datetime  # naive UTC
    currency: str
    question: Question  # of one flow and one calendar year
    address: str
    pull_id: int | None = None


def printed(con: duckdb.DuckDBPyConnection) -> list[Printed]:
    """Every query that was ever printed, by number."""
    rows = con.execute(
        "select q.number, q.printed_at, q.currency, q.asked, q.address, max(p.pull_id) from raw.gacc_query as q"
        " left join raw.pull as p on p.source = 'gacc' and p.state = 'loaded' and p.fetched_at >= q.printed_at"
        " and json_extract_string(p.requested, '$.address') = q.address"
        " group by all order by q.number"
    ).fetchall()
    return [
        Printed(
            number=number,
            printed_at=at,
            currency=currency,
            question=from_plain(json.loads(asked))[0],
            address=address,
            pull_id=pull_id,
        )
        for number, at, currency, asked, address, pull_id in rows
    ]


def remember(
    con: duckdb.DuckDBPyConnection, queries: Sequence[tuple[Question, str]], currency: str, now: datetime
) -> list[Printed]:
    """
    Write queries, each with its address, inside the caller's transaction. One that is printed and not answered yet
    keeps its number, and the day from which it was asked.
    """
    open_ = {one.address: one for one in printed(con) if one.pull_id is None}
    number = int((first_row(con, "select coalesce(max(number), 0) from raw.gacc_query") or (0,))[0])
    found = []
    for question, address in queries:
        if address in open_:
            found.append(open_[address])
            continue
        number += 1
        one = Printed(number=number, printed_at=now, currency=currency, question=question, address=address)
        con.execute(
            "insert into raw.gacc_query (number, printed_at, currency, asked, address) values (?, ?, ?, ?, ?)",
            [number, now, currency, json.dumps(to_plain([question])), address],
        )
        found.append(one)
    return found


def book_for(con: duckdb.DuckDBPyConnection, year: int) -> int | None:
    """The year of the code book that stands for a year: its own, or the newest before it; None where there is none."""
    row = first_row(con, "select max(year) from ref.gacc_commodity where year <= $year", {"year": year})
    return row[0] if row else None


def watched_codes(con: duckdb.DuckDBPyConnection, watch: str, book: int) -> tuple[str, ...]:
    """
    The eight-digit codes of a book under the listed codes of a watch; in books of older editions of the HS than the
    lists', under the codes of the same families too.
    """
    rows = con.execute(
        "select distinct c.commodity from ref.gacc_commodity as c"
        " inner join views.watched_goods as g on g.hs6 = left(c.commodity, 6)"
        " where g.watch = $watch and c.year = $book and (g.listed or $book < $edition) order by c.commodity",
        {"watch": watch, "book": book, "edition": LISTED_SINCE},
    ).fetchall()
    return tuple(code for (code,) in rows)


LISTED_SINCE = 2022
"""The lists of goods are of HS2022."""


def watched_partners(con: duckdb.DuckDBPyConnection, watch: str) -> tuple[str, ...]:
    """The target and the hubs of a watch in the codes of China's customs, without China itself."""
    areas = sql_of("raw/areas")
    rows = con.execute(areas, {"source": "gacc", "watch": watch}).fetchall()
    return tuple(code for role, area, code in rows if role in ("target", "hub") and area != "CHN")


def partners_named(con: duckdb.DuckDBPyConnection, areas: Sequence[str]) -> tuple[str, ...]:
    """The codes of these areas; a DataError for one that China's customs has no code of."""
    rows = con.execute(
        "select area, code from ref.source_area where source = 'gacc' and list_contains($areas, area)"
        " and regexp_full_match(code, '[0-9]+') order by code",
        {"areas": list(areas)},
    ).fetchall()
    if lost := sorted(set(areas) - {area for area, _ in rows}):
        raise DataError(f"{plain(', '.join(lost))}: no partner of China's customs; name areas such as RUS or KAZ.")
    return tuple(code for _, code in rows)


def every_partner(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Every partner code of the platform that is known; the labels of customs' pages stand beside them."""
    query = "select code from ref.source_area where source = 'gacc' and regexp_full_match(code, '[0-9]+') order by code"
    return tuple(code for (code,) in con.execute(query).fetchall())


def not_in_book(con: duckdb.DuckDBPyConnection, book: int, codes: Sequence[str]) -> list[str]:
    """Of these eight-digit codes those that a book has not, though it has others of the same six digits."""
    rows = con.execute(
        "with book as (select commodity from ref.gacc_commodity where year = $book)"
        " select code from (select unnest($codes) as code) where code not in (select commodity from book)"
        " and left(code, 6) in (select left(commodity, 6) from book) order by code",
        {"book": book, "codes": list(codes)},
    ).fetchall()
    return [code for (code,) in rows]
