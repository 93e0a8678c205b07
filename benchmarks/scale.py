"""
What the main questions cost on a large warehouse: python benchmarks/scale.py [MILLION ROWS, default 10] [FOLDER]

A made-up world goes through the real history table: 60 reporters, 190 partners, 5,000 codes of six digits and the
listed ones, 72 months, sizes by rank, so that a few series hold most of the trade; every reporter answers for every
month, and the facts are put in order by `tradewatch compact`. Each question runs in a process of its own, twice:
seconds of the first and the second run, and the peak of the process. Beside them the plainest form of the same
question in polars (streaming) on a Parquet file of the rows, and up to 10 million rows in pandas: these know no
versions, no coverage, no list of the date, so they are a floor and no equal.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tradewatch import flow, queries, warehouse
from tradewatch.settings import Settings

LISTED = "select commodity from ref.goods_item where list = 'chpl' and version = '2024-02-23'"
MONTH = "watch = 'russia' and period = date '2024-06-01'"
PAIR = """
    select period, value_usd from facts.trade
    where reporter = 'CHN' and partner = 'RUS' and commodity = '854231' order by period"""
SHARE = f"""
    select * from views.listed_share
    where {MONTH} and cut = 'all' and span = 'month' and target = 'RUS' and version = '2024-02-23'"""
TOTAL = "select flow, period, sum(value_usd) from facts.trade where commodity <> 'TOTAL' group by all"

QUESTIONS = {
    "listed share, one month": SHARE,
    "listed purchases of every buyer, one month": f"select * from views.listed_purchases_change where {MONTH}",
    "roundabout, one month": f"select * from views.roundabout where {MONTH}",
    "mirror gap of all pairs and goods, 12 months": """
        select * from views.mirror_gap where period between date '2023-07-01' and date '2024-06-01'""",
    "listed share, one month, no answer kept": SHARE,
    "listed share, one month, as of 2025": SHARE,
    "effect of a change of the list, 2024 on 2021": """
        select * from views.list_change
        where watch = 'russia' and span = 'year' and base_period = date '2021-01-01' and period = date '2024-01-01'""",
    "who sells what the coalition does not, 2024 on 2021": """
        select * from views.substitution
        where watch = 'russia' and span = 'year' and base_period = date '2021-01-01' and period = date '2024-01-01'""",
    "new corridors and products": "select * from views.first_shipments where watch = 'russia'",
    "one pair, one code": PAIR,
    "one pair, one code, as of 2025": PAIR,
    "sum by month and flow": TOTAL,
    "sum by month and flow, as of 2025": TOTAL,
}


def build(home: Path, million: float) -> list[float]:
    """Fill a new warehouse with about so many rows; how many it has, and seconds to fill, to order and to keep."""
    settings = Settings(home=home)
    with warehouse.connect(settings.warehouse) as con:
        flow.build(con, settings)
        con.execute("set variable rows = $1", [million * 1e6])
        steps: list[Callable[[], object]] = [
            lambda: con.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
            lambda: flow.compact(con),
            lambda: queries.keep(con, lambda name: print(f"kept {name}", file=sys.stderr)),
        ]
        seconds = []
        for step in steps:
            start = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - start)
        con.execute(f"copy ({_plain()}) to '{home / 'plain.parquet'}' (format parquet)")
        return [con.execute("select count(*) from facts.trade_history").fetchall()[0][0], *seconds]


def _plain() -> str:
    return f"""
        select reporter, partner, flow, period, commodity, cast(value_usd as double) as usd,
            commodity in ({LISTED}) as listed
        from facts.trade where commodity <> 'TOTAL'"""


def ask(home: Path, name: str) -> list[float]:
    """Seconds of the first and the second run of a question; `no answer kept` as after a load, from the facts."""
    seconds = []
    anew, path = "no answer kept" in name, Settings(home=home).warehouse
    with warehouse.connect(path) if anew else warehouse.connect_to_read(path) as con:
        if anew:
            con.execute("begin transaction")  # never committed
            warehouse.let_go(con)
        if "as of" in name:
            con.execute("set variable as_of = timestamp '2025-01-01'")
        for _ in range(2):
            start = time.perf_counter()
            con.sql(QUESTIONS[name]).pl()
            seconds.append(time.perf_counter() - start)
    return seconds


def polars(home: Path, _: str) -> list[float]:
    """Listed share of one month, streaming."""
    import polars as pl

    rows = pl.scan_parquet(home / "plain.parquet")
    month = rows.filter(
        (pl.col("flow") == "export") & (pl.col("partner") == "RUS") & pl.col("listed"),
        pl.col("period") == datetime(2024, 6, 1).date(),
    )
    query = month.group_by("reporter").agg(pl.col("usd").sum()).with_columns(share=pl.col("usd") / pl.col("usd").sum())
    return _twice(lambda: query.collect(engine="streaming"))


def pandas(home: Path, _: str) -> list[float]:
    """The same from a frame in memory; reading it is the first run."""
    import pandas as pd  # type: ignore[import-untyped]

    frames: list[pd.DataFrame] = []

    def question() -> object:
        if not frames:
            frames.append(pd.read_parquet(home / "plain.parquet"))
            frames[0]["period"] = pd.to_datetime(frames[0]["period"])
        frame = frames[0]
        wanted = (frame["flow"] == "export") & (frame["partner"] == "RUS") & frame["listed"]
        month = frame[wanted & (frame["period"] == pd.Timestamp(2024, 6, 1))]
        sums = month.groupby("reporter")["usd"].sum()
        return sums / sums.sum()

    return _twice(question)


def _twice(work: Callable[[], object]) -> list[float]:
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


WAYS = {"build": lambda home, million: build(home, float(million)), "ask": ask, "polars": polars, "pandas": pandas}


def _apart(way: str, home: Path, name: str, timeout: float | None = None) -> str:
    """What a way prints in a process of its own."""
    command = [sys.executable, __file__, way, str(home), name]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=timeout).stdout


def run(way: str, home: Path, name: str) -> str:
    """One line of the table; what did not end in ten minutes says so."""
    try:
        first, second, peak = json.loads(_apart(way, home, name, timeout=600))
    except subprocess.TimeoutExpired:
        return f"| {name} | not in 600 | | |"
    return f"| {name} | {first:.2f} | {second:.2f} | {peak:,.0f} |"


def main(million: float, home: Path) -> None:
    rows, fill, order, keep, peak = json.loads(_apart("build", home, str(million)))
    size = Settings(home=home).warehouse.stat().st_size / 1e6
    print(
        f"{rows:,} rows, {size:,.0f} MB: filled in {fill:.0f} s, put in order in {order:.0f} s, answers kept in"
        f" {keep:.0f} s; peak {peak:,.0f} MB\n\n| question | first s | second s | peak MB |\n|---|---|---|---|"
    )
    for name in QUESTIONS:
        print(run("ask", home, name), flush=True)
    print(run("polars", home, "listed share of a month, polars streaming, plain rows"))
    if million <= 10:
        print(run("pandas", home, "listed share of a month, pandas, plain rows"))


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        found = WAYS[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
        peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        print(json.dumps([*found, int(peak.split()[1]) / 1024]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(float(sys.argv[1]) if sys.argv[1:] else 10, Path(sys.argv[2]) if sys.argv[2:] else Path(folder))
