"""A release on its way into the facts: staged in temporary tables, with areas instead of codes and a moment a cell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from tradewatch.errors import DataError
from tradewatch.facts.asked import asked
from tradewatch.files import sql_of
from tradewatch.records import Release
from tradewatch.warehouse import first_row, lend

KEY = "source, reporter, partner, flow, freq, period, hs_edition, commodity, currency"

CELL = "reporter, flow, freq, period"
"""What a release answers for at once, within its source; it has one moment in one release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """
    One release on its way into the facts. The place in time of each of its cells is (known_from, sha256), where a
    dataset that a block dates has its own known_from instead of the pull's.
    """

    release: Release
    pull_id: int
    known_from: datetime  # naive UTC; the latest of the moments where blocks date their datasets
    sha256: str
    fetched_at: datetime | None = None  # naive UTC; None when it is known_from


Again = Callable[[int], Loading]
"""From a pull_id to its release, parsed again from the kept bytes."""


def stage(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> None:
    """Fill a temporary table from the select of queries/load/ that bears its name."""
    con.execute(f"create or replace temp table {name} as {selected(name)}", dict(values))


def selected(name: str) -> str:
    """The select of queries/load/ that bears this name."""
    return sql_of(f"load/{name}")


def stage_release(con: duckdb.DuckDBPyConnection, loading: Loading, *, places: bool = False) -> None:
    """
    Fill cells, incoming, members and asked from a release; `places` keeps where in its file each row stands.

    Raises DataError when the release states one flow twice.
    """
    release = loading.release
    source: dict[str, object] = {"source": release.source}
    moment = {"known_from": loading.known_from}
    cells, members = asked(release)
    for name, frame in (("rows", release.rows), ("cells", cells), ("members", members)):
        lend(con, f"release_{name}", frame)
    stage(con, "cells", source)
    stage(con, "incoming", source | moment | {"places": places})
    stage(con, "members", source)
    for name in ("rows", "cells", "members"):
        con.unregister(f"release_{name}")
    stage(con, "asked", source | moment | {"complete": bool(release.blocks)})
    _refuse_twice(con)


def clear(con: duckdb.DuckDBPyConnection) -> None:
    """Let go of what was staged: it is as large as the release, and would stand beside the next one."""
    for name in STAGED:
        con.execute(f"drop table if exists temp.{name}")


STAGED = ("incoming", "changes", "affected", "before_it", "after_it", "in_time")
"""The temporary tables that have a row a flow."""


def _refuse_twice(con: duckdb.DuckDBPyConnection) -> None:
    """Keys are compared by their hashes first, which take a tenth of the memory."""
    twice = first_row(
        con,
        "select reporter, partner, flow, period, commodity, count(*) from incoming"
        f" where hash({KEY}) in (select hash({KEY}) from incoming group by 1 having count(*) > 1)"
        f" group by {KEY} having count(*) > 1 order by {KEY} limit 1",
    )
    if twice:
        reporter, partner, flow, period, commodity, times = twice
        raise DataError(
            f"{flow} {reporter} to {partner} of {commodity} in {period:%Y-%m} is stated {times} times;"
            " expected once; nothing was loaded."
        )


def same(columns: str, left: str, right: str) -> str:
    """SQL that says that two tables agree in these columns, such as KEY or CELL."""
    return " and ".join(f"{left}.{column} = {right}.{column}" for column in columns.split(", "))
