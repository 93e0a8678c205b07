"""How each source, release and channel stands: `tradewatch status`."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import duckdb
import polars as pl
from rich.markup import escape
from rich.table import Table

from tradewatch.answers.asking import ask
from tradewatch.answers.writing import as_table
from tradewatch.files import plain, sql_of
from tradewatch.flow.pulled import calls_a_day


def status(con: duckdb.DuckDBPyConnection, now: datetime) -> dict[str, pl.DataFrame]:
    """
    By name: sources line by line, then the stages after them, the releases against their calendar, the calls of today
    and what is left of them, and the channels with their last delivery and last refusal.
    """
    sources = ask(con, sql_of("status"))
    stages = ask(
        con,
        "select 'facts' as stage, count(*) as rows, max(known_from) as newest from facts.trade_history"
        " union all select 'findings', count(*), max(found_at) from findings.finding"
        " union all select 'alerts', count(*), max(changed_at) from alerts.alert"
        " union all select 'told', count(told_at), max(told_at) from alerts.event",
    )
    calendar = sql_of("digest/releases")
    return {
        "sources": sources,
        "stages": stages,
        "releases": ask(con, calendar, values={"now": f"{now:%Y-%m-%d}"}),
        "calls": _calls(con, now),
        "channels": ask(con, sql_of("digest/channels")),
    }


def status_shown(found: Mapping[str, pl.DataFrame]) -> Iterator[Table | str]:
    """The status for people: a table for each part that is in use."""
    for name, frame in found.items():
        if frame.height or name in ("sources", "stages"):
            yield as_table(frame.with_columns(_TO_THE_MINUTE).drop(_ERRORS, strict=False))
            yield from _errors(frame)


_TO_THE_MINUTE = pl.selectors.datetime().dt.strftime("%Y-%m-%d %H:%M")
_ERRORS = ("last_error", "last_error_at")


def _errors(frame: pl.DataFrame) -> Iterator[str]:
    """The last error of each line that has one, below the table, which it would tear."""
    if "last_error" in frame.columns:
        for row in frame.filter(pl.col("last_error").is_not_null()).iter_rows(named=True):
            at = f", {row['last_error_at']:%Y-%m-%d %H:%M}" if row.get("last_error_at") else ""
            yield escape(plain(f"{next(iter(row.values()))}{at}: {row['last_error']}"))


def _calls(con: duckdb.DuckDBPyConnection, now: datetime) -> pl.DataFrame:
    """The calls of this UTC day by source and service, with the quota as it was learned or as it usually is."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    select = sql_of("raw/calls_today")
    found: pl.DataFrame = con.sql(select, params={"day": day}).pl()
    quotas = [calls_a_day(con, row["service"]) or None for row in found.iter_rows(named=True)]
    a_day = pl.Series("calls_a_day", quotas, dtype=pl.Int64)
    left = (pl.col("calls_a_day") - pl.col("calls")).clip(lower_bound=0).alias("left")
    return found.with_columns(a_day).select(
        "source", "service", "calls", "calls_a_day", left, pl.col(found.columns[3:])
    )
