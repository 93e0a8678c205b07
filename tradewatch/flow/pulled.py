"""What pulls left behind: the quota of the day, and what is known of each month."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from tradewatch.raw import calls
from tradewatch.sources.comtrade_service import USUAL_CALLS, Service

SOURCE, FREQ = "comtrade", "M"
KEYED = ("data", "bulk")
"""The services that one subscription's quota is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many calls a service gives a day (0: unknown), as learned from its refusals, and how many were made today."""

    calls_a_day: int
    used_today: int


def quota(con: duckdb.DuckDBPyConnection, service: Service, now: datetime) -> Quota:
    """What is left of today's calls."""
    asked = KEYED if service.key else ("public",)
    learned = calls.calls_a_day(con, SOURCE, asked, service.calls_a_day)
    return Quota(calls_a_day=learned, used_today=calls.used(con, SOURCE, asked, now).calls)


def calls_a_day(con: duckdb.DuckDBPyConnection, service: str) -> int:
    """The quota of one of the services, learned or usual; 0 where none is known."""
    usual = USUAL_CALLS if service in KEYED else 0
    return calls.calls_a_day(con, SOURCE, KEYED if service in KEYED else (service,), usual)


def states(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """How many months of reporters of the source have which state; the worst of a month counts."""
    return con.execute(
        "select state, count(*) from (select reporter, period, arg_min(state, list_position(['failed', 'partial',"
        " 'not_released', 'value', 'zero'], state)) as state from facts.coverage where source = $source"
        " and freq = $freq group by reporter, period) as worst group by state order by count(*) desc",
        {"source": SOURCE, "freq": FREQ},
    ).fetchall()
