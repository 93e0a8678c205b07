"""The ledger of calls over the network: what was asked and what came, so that quotas are known and kept."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import duckdb

from tradewatch.records import Call
from tradewatch.warehouse import first_row


def note(con: duckdb.DuckDBPyConnection, call: Call) -> None:
    """Write one call, in a transaction of its own."""
    row = asdict(call)
    con.execute(
        f"insert into raw.call ({', '.join(row)}) values ({', '.join(f'${name}' for name in row)})",
        row,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one UTC day saw of one service."""

    calls: int
    rows: int


def used(con: duckdb.DuckDBPyConnection, source: str, services: tuple[str, ...], day: datetime) -> Used:
    """Calls and rows of a day, over all of these services: their limits are one subscription's."""
    start = day.replace(hour=0, minute=0, second=0, microsecond=0)
    row = first_row(
        con,
        "select count(*), coalesce(sum(rows_read) filter (where kind in ('figures', 'file')), 0) from raw.call"
        " where source = $source and list_contains($services, service) and called_at >= $start and called_at < $end",
        {"source": source, "services": list(services), "start": start, "end": start + timedelta(days=1)},
    )
    calls, rows = row or (0, 0)
    return Used(calls=calls, rows=int(rows))


def calls_a_day(con: duckdb.DuckDBPyConnection, source: str, services: tuple[str, ...], usual: int) -> int:
    """The daily quota as learned from the last refusal for it; `usual` while there was none."""
    row = first_row(
        con,
        "with ranked as (select called_at, outcome, row_number() over (partition by date_trunc('day', called_at)"
        " order by called_at) - 1 as before from raw.call where source = $source"
        " and list_contains($services, service))"
        " select before from ranked where outcome = 'quota' order by date_trunc('day', called_at) desc, before limit 1",
        {"source": source, "services": list(services)},
    )
    return int(row[0]) if row else usual


def most_rows(con: duckdb.DuckDBPyConnection, source: str, service: str) -> int:
    """The most rows that one call ever brought: a cap below that is not in force."""
    row = first_row(
        con,
        "select max(rows_read) from raw.call where source = $source and service = $service and kind = 'figures'",
        {"source": source, "service": service},
    )
    return int(row[0] or 0) if row else 0


def filled(con: duckdb.DuckDBPyConnection, source: str, *, every_partner: bool) -> float | None:
    """The share of asked cells that were filled, as counted so far; None before the first count of this kind."""
    row = first_row(
        con,
        "select sum(rows_read) / sum(cells) from raw.call where source = $source and kind = 'count'"
        " and outcome = 'answered' and cells > 0 and contains(asked, 'partnerCode=') <> $every_partner",
        {"source": source, "every_partner": every_partner},
    )
    return float(row[0]) if row and row[0] is not None else None
