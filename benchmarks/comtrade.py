"""
What it costs to pull from UN Comtrade into a warehouse: tradewatch against the UN's own client and a plain table.

    python benchmarks/comtrade.py

One answer, nearly as large as the service's largest: both sides ask the stand-in of the tests the same question, and it
sends both the same gzip bytes, which it made for a first, untimed call. Ours counts, asks, unpacks, checks, keeps the
bytes, compares and loads, with ledger and coverage; the rival asks, and writes the client's frame into a new file.
Then a world of many calls, likewise from answers that the stand-in has ready after a first, untimed pull, for which it
needs minutes; and the same pull once more, when nothing has changed.

Each run is a process of its own, five rounds in turn, medians; seconds without imports and reference lists, until the
file is closed; the peak is that of the whole process.
"""

import importlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from comtrade_stand_in.gate import HOST, PREMIUM
from comtrade_stand_in.process import running

ROUNDS = 5

ANSWER = {"reporters": 20, "partners": 64, "goods": 55, "first": "202301", "months": 12, "density": 1.0, "cubes": False}
WORLD = {"reporters": 30, "partners": 20, "goods": 50, "first": "202201", "months": 24}

WATCH = """
title = "Benchmark"
list = "chpl"
version = "2024-02-23"
event_date = 2022-02-24
baseline_from = {first}
baseline_to = 2023-12-01
target = ["RUS"]
hub = ["TWN", "ARE", "BLR", "UKR", "CHN", "KAZ", "KGZ", "TUR", "DEU", "USA", "IND", "ARM", "FRA", "CHE", "NOR", "GEO",
  "UZB", "HKG", "JPN"]
coalition = ["KOR", "POL", "MEX", "BRA", "CAN", "MYS", "THA", "GBR", "NLD", "ITA", "CZE", "FIN", "EST", "LVA", "LTU"]
control_partner = []
control_product = []
"""

Found = dict[str, Any]


@contextmanager
def pulling(url: str, home: Path) -> Iterator[Any]:
    """A pull into the warehouse of a home folder, which is closed at the end; nothing waits between calls."""
    from tradewatch import flow, warehouse
    from tradewatch.flow.pull import Pulling
    from tradewatch.settings import Settings
    from tradewatch.sources.comtrade_service import Service

    settings = Settings(home=home)
    service = Service(url=url, key=PREMIUM, caps=(300_000,), pace=0)  # a cap above the answer, which comes in one piece
    with warehouse.connect(settings.warehouse) as con:
        flow.prepare(con, settings)
        with Pulling(con, settings, service, lambda: datetime.now(UTC).replace(tzinfo=None)) as pull:
            yield pull


def planned(pull: Any) -> list[Any]:
    """What the watch asks until the end of 2023 and is not there yet."""
    from tradewatch.flow.pull import Wanted

    found: list[Any] = pull.planned(Wanted(watch="benchmark", last=date(2023, 12, 1)))
    return found


def asked(pull: Any) -> list[Any]:
    """Of that, the question for the exports of the watched goods."""
    return [one for one in planned(pull) if one.question.flows == ("export",) and len(one.question.commodities) > 1]


def answer(url: str, home: Path) -> Found:
    """Ours, and what it asked."""
    from tradewatch.sources.comtrade_service import data_path

    with pulling(url, home) as pull:
        questions = asked(pull)
        start = time.perf_counter()
        rows = pull.run(questions).counts["new"]
    seconds = time.perf_counter() - start
    (path,) = (data_path(one.question, pull.service) for one in questions)
    return {"rows": rows, "seconds": seconds, "path": path}


def again(url: str, home: Path) -> Found:
    """The same question once more, all of whose figures are known already."""
    with pulling(url, home) as pull:
        questions = asked(pull)
        pull.run(questions)
        start = time.perf_counter()
        rows = pull.run(questions).counts["unchanged"]
    return {"rows": rows, "seconds": time.perf_counter() - start}


def rival(url: str, home: Path) -> Found:
    """The UN's client, which ends in a frame, and a table made of it in a new file."""
    import duckdb

    given = json.loads((home / "question.json").read_text())
    client = redirected(url)
    start = time.perf_counter()
    frame = client.getFinalData(PREMIUM, "C", "M", "HS", **given)
    with duckdb.connect(str(home / "rival.duckdb")) as con:
        con.register("frame", frame)
        con.execute("create table trade as select * from frame")
    return {"rows": len(frame), "seconds": time.perf_counter() - start}


def redirected(url: str) -> Any:
    """The UN's client, its host replaced by the stand-in's."""
    manager = importlib.import_module("urllib3").PoolManager
    request = manager.request

    def elsewhere(self: object, method: str, address: str, *rest: object, **named: object) -> object:
        return request(self, method, address.replace(HOST, url, 1), *rest, **named)

    manager.request = elsewhere
    return importlib.import_module("comtradeapicall")


def world(url: str, home: Path) -> Found:
    """All that a watch asks, from what is released to facts; in a home that has it, nothing is left to ask."""
    with pulling(url, home) as pull:
        before = sizes(pull)
        start = time.perf_counter()
        lost = pull.run(planned(pull)).lost
        after = sizes(pull)
    seconds = time.perf_counter() - start
    if lost:
        raise SystemExit(f"a question got no answer: {lost[0].error}")
    return {"seconds": seconds, "calls": after[0] - before[0], "rows": after[1] - before[1]}


def sizes(pull: Any) -> tuple[int, int]:
    """Calls in the ledger, and versions of flows in the facts."""
    found = pull.con.execute("select (select count(*) from raw.call), (select count(*) from facts.trade_history)")
    calls, rows = found.fetchone()
    return calls, rows


WAYS = {"answer": answer, "again": again, "rival": rival, "world": world}


def one(way: str, url: str, home: Path) -> None:
    """One way in this process; figures as JSON on stdout."""
    found = WAYS[way](url, home)
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def run(way: str, url: str, home: Path) -> Found:
    command = [sys.executable, __file__, way, url, str(home)]
    found: Found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found


@contextmanager
def new_home(first: str) -> Iterator[Path]:
    """A home folder with the watch, whose figures begin in a month."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "watches").mkdir()
        (home / "watches" / "benchmark.toml").write_text(WATCH.format(first=first), encoding="utf-8")
        yield home


def one_answer() -> dict[str, list[Found]]:
    """The three ways to take one answer, in turn."""
    runs: dict[str, list[Found]] = {way: [] for way in ("answer", "rival", "again")}
    with running(world=ANSWER, limits={"premium": 300_000}) as stand_in:
        with new_home("2023-01-01") as home:
            path = run("answer", stand_in.url, home)["path"]
        given = dict(pair.split("=", 1) for pair in path.partition("?")[2].split("&"))
        for _ in range(ROUNDS):
            for way, found in runs.items():
                with new_home("2023-01-01") as home:
                    (home / "question.json").write_text(json.dumps(given))
                    found.append(run(way, stand_in.url, home))
    return runs


def many_calls() -> dict[str, list[Found]]:
    """A first pull of the world, and a second one into the same home."""
    runs: dict[str, list[Found]] = {"first": [], "unchanged": []}
    with running(world=WORLD) as stand_in:
        with new_home("2022-01-01") as home:
            run("world", stand_in.url, home)
        for _ in range(ROUNDS):
            with new_home("2022-01-01") as home:
                for found in runs.values():
                    found.append(run("world", stand_in.url, home))
    return runs


def median(runs: list[Found], name: str) -> float:
    return float(statistics.median(found[name] for found in runs))


def show_answer(runs: dict[str, list[Found]]) -> None:
    names = {"answer": "tradewatch", "rival": "comtradeapicall, a plain table", "again": "tradewatch, the same again"}
    seconds, peak = ({way: median(found, what) for way, found in runs.items()} for what in ("seconds", "peak"))
    print(f"| one answer, {runs['answer'][0]['rows']:,} rows | rows/s | times faster | peak MB | of the rival's |")
    print("|---|---|---|---|---|")
    for way, name in names.items():
        shown = f"{median(runs[way], 'rows') / seconds[way]:,.0f} | {seconds['rival'] / seconds[way]:.1f}"
        print(f"| {name} | {shown} | {peak[way]:,.0f} | {peak[way] / peak['rival']:.2f} |")


def show_calls(runs: dict[str, list[Found]]) -> None:
    names = {"first": "first", "unchanged": "again, nothing changed"}
    print("\n| a pull of many questions | calls | rows added | seconds | peak MB |\n|---|---|---|---|---|")
    for way, name in names.items():
        calls, rows, seconds, peak = (median(runs[way], what) for what in ("calls", "rows", "seconds", "peak"))
        print(f"| {name} | {calls:,.0f} | {rows:,.0f} | {seconds:.1f} | {peak:,.0f} |")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        one(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        show_answer(one_answer())
        show_calls(many_calls())
