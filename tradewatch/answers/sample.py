"""What the embedded sample shows: `tradewatch demo`."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
from rich.markup import escape
from rich.table import Table

from tradewatch import show
from tradewatch.files import plain, sql_of


def demo(con: duckdb.DuckDBPyConnection, home: Path) -> Iterator[Table | str]:
    """What the sample shows: where listed goods went in 2021 and in 2022, the alerts with reasons, what to try next."""
    rows = con.execute(_demo("destinations")).fetchall()
    held, listed = _codes_held(con)
    yield f"High-priority goods ({held} of the {listed} listed codes) sold by EU members, EUR million"
    yield "January to November of each year; source: Eurostat, as released on 13 January 2023\n"
    columns = ("destination", "2021", "2022", "times*")
    cells = [(name, f"{before:,.3f}", f"{now:,.3f}", f"{times:.2f}") for name, before, now, times in rows]
    yield show.table("", columns, cells, right=columns[1:])
    yield "* like for like: only what is published in both years." + _unpublished(con)
    yield show.bars(
        "\nOf each 100 euro sold in 2021, so many in 2022", [_bar(name, times) for name, _, _, times in rows]
    )
    yield "\nAlerts: unusual figures and what they rest on, never proof of a breach"
    alerts = con.execute(
        "select alert_id, sentence from alerts.alert where state not in ('closed', 'withdrawn') order by score desc"
    )
    for number, (alert_id, sentence) in enumerate(alerts.fetchall(), start=1):
        yield f"\n{number}. {escape(alert_id)}: {escape(plain(sentence))}"
    yield "\nTry next"
    yield from (f"  {command} --home {home}" for command in NEXT)


NEXT = (
    "tradewatch alerts why hub-jump.KGZ",
    "tradewatch ask destinations -p year=2022",
    "tradewatch sql \"from views.supplier_share where tier = '1' and period = '2022-01-01'\"",
)
"""What a newcomer tries after the demo: from an alert to its cells, a saved question, free SQL."""


def _demo(name: str) -> str:
    return sql_of(f"demo/{name}")


def _codes_held(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """How many codes of the watch's list the figures hold, and how many the list has."""
    ((held, listed),) = con.execute(_demo("codes_held")).fetchall()
    return held, listed


def _unpublished(con: duckdb.DuckDBPyConnection) -> str:
    missing = [f"{name} {period:%B %Y}" for name, period in con.execute(_demo("not_published")).fetchall()]
    return f" Not yet published, so not read as zero: {', '.join(missing)}." if missing else ""


def _bar(name: str, times: Decimal) -> tuple[str, float, str]:
    return name, float(times), f"{100 * float(times):,.0f}"
