"""
What it costs to remember: loading as a diff against the plain way, deleting a month and inserting it again.

    python benchmarks/history.py [ROWS]

One process for each way, the same rows, three rounds in turn; medians of seconds, peak memory of the process. The table
in benchmarks/README.md is a run of this on 2 cores.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl

from tradewatch import flow, warehouse
from tradewatch.periods import shift
from tradewatch.records import ROWS, Pull, Release
from tradewatch.settings import Settings

MONTHS = 24
START = datetime(2024, 1, 1)
ROUNDS = 3


def rows(count: int, changed: int = 0) -> pl.DataFrame:
    """So many monthly exports of many codes; every tenth value differs when `changed` is 1."""
    n = pl.col("n")
    months = [shift(date(2022, 1, 1), number % MONTHS) for number in range(count)]
    stated = pl.DataFrame({"n": range(count), "period": months}).with_columns(
        *(pl.lit(text).alias(name) for name, text in CONSTANT.items()),
        pl.lit(value=False).alias("quantity_estimated"),
        (n // MONTHS + 10_000_000).cast(pl.String).alias("commodity"),
        (n % 9973 + pl.when(n % 10 == 0).then(changed).otherwise(0) + 1).alias("value"),
    )
    empty = [pl.lit(None).alias(name) for name in ROWS if name not in stated.columns]
    return stated.with_columns(*empty).select([pl.col(name).cast(kind) for name, kind in ROWS.items()])


CONSTANT = {
    "reporter_code": "DEU",
    "partner_code": "KAZ",
    "flow": "export",
    "freq": "M",
    "hs_edition": "HS2022",
    "currency": "USD",
    "valuation": "FOB",
    "place": "line 1",
}


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def as_a_diff(folder: Path, count: int) -> dict[str, float]:
    """Load, load again, load with a tenth revised; then a sum now and as of the first release."""
    settings = Settings(home=folder)
    with warehouse.connect(settings.warehouse) as con:
        flow.build(con, settings)

        def load(frame: pl.DataFrame, number: int) -> None:
            release = Release(source="benchmark", layout="benchmark", rows=frame, rows_read=frame.height)
            moment = START + timedelta(days=number)
            pull = Pull(name=f"{number}", body=f"{number}".encode(), fetched_at=moment)
            flow.land(con, settings, pull, release)

        first, revised = rows(count), rows(count, changed=1)
        found = {
            "first load": timed(lambda: load(first, 1)),
            "same again": timed(lambda: load(first, 2)),
            "a tenth revised": timed(lambda: load(revised, 3)),
        }
        query = "select period, sum(value_usd) from facts.trade group by period"
        found["sum now"] = timed(lambda: con.execute(query).fetchall())
        con.execute("set variable as_of = $1", [START + timedelta(days=2)])
        found["sum as of"] = timed(lambda: con.execute(query).fetchall())
    return found


def as_plain_replacement(folder: Path, count: int) -> dict[str, float]:
    """The rival: no history, each release deletes what it states and inserts it again."""
    with duckdb.connect(str(folder / "plain.duckdb")) as con:
        first, revised = rows(count), rows(count, changed=1)
        con.register("release", first.to_arrow())
        con.execute("create table trade as select * from release limit 0")

        def load(frame: pl.DataFrame) -> None:
            con.register("release", frame.to_arrow())
            con.execute("begin transaction")
            con.execute(
                "delete from trade using (select distinct period from release) as r where trade.period = r.period"
            )
            con.execute("insert into trade select * from release")
            con.execute("commit")

        found = {
            "first load": timed(lambda: load(first)),
            "same again": timed(lambda: load(first)),
            "a tenth revised": timed(lambda: load(revised)),
        }
        query = "select period, sum(value) from trade group by period"
        found["sum now"] = timed(lambda: con.execute(query).fetchall())
    return found


WAYS = {"diff": as_a_diff, "replace": as_plain_replacement}


def one(way: str, count: int) -> None:
    """One way in this process; figures as JSON on stdout."""
    with tempfile.TemporaryDirectory() as folder:
        found = WAYS[way](Path(folder), count)
    found["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def run(way: str, count: int) -> dict[str, float]:
    shown = subprocess.run(
        [sys.executable, __file__, way, str(count)], check=True, capture_output=True, text=True
    ).stdout
    found: dict[str, float] = json.loads(shown)
    return found


def main(count: int) -> None:
    """Both ways in turn; the median of each figure, and the ratio."""
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way in WAYS:
            runs[way].append(run(way, count))
    print(f"| {count:,} rows | tradewatch's diff | delete and insert | ratio |\n|---|---|---|---|")
    for name in runs["diff"][0]:
        ours = statistics.median(found[name] for found in runs["diff"])
        theirs = [found[name] for found in runs["replace"] if name in found]
        rival = statistics.median(theirs) if theirs else None
        print(f"| {name} | {ours:,.2f} | {f'{rival:,.2f} | {ours / rival:.1f}' if rival else 'not possible | '} |")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) == 2 else 1_000_000)
