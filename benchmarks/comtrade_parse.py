"""
What it costs to read one answer of UN Comtrade: tradewatch against the usual ways, each in a process of its own.

    python benchmarks/comtrade_parse.py [ROWS]

The answer is made up, as large as the service's largest: unique cells, integers and decimals mixed as the service
writes them, descriptions null as it writes them unless asked. All begin with the same gzip bytes. The rivals only
decode; tradewatch checks every field and row, and ends with typed rows that can be loaded. Medians of five rounds
in turn.
"""

import gzip
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

ROUNDS = 5
MONTHS, PARTNERS = 12, 230

ALWAYS: dict[str, Any] = {
    "typeCode": "C", "freqCode": "M", "refPeriodId": 0, "refYear": 2024, "refMonth": 0, "period": "",
    "reporterCode": 398, "reporterISO": None, "reporterDesc": None, "flowCode": "", "flowDesc": None,
    "partnerCode": 0, "partnerISO": None, "partnerDesc": None, "partner2Code": 0, "partner2ISO": None,
    "partner2Desc": None, "classificationCode": "H6", "classificationSearchCode": "HS",
    "isOriginalClassification": True, "cmdCode": "", "cmdDesc": None, "aggrLevel": 6, "isLeaf": True,
    "customsCode": "C00", "customsDesc": None, "mosCode": "0", "motCode": 0, "motDesc": None, "qtyUnitCode": 5,
    "qtyUnitAbbr": None, "qty": None, "isQtyEstimated": False, "altQtyUnitCode": -1, "altQtyUnitAbbr": None,
    "altQty": None, "isAltQtyEstimated": False, "netWgt": None, "isNetWgtEstimated": False, "grossWgt": None,
    "isGrossWgtEstimated": False, "cifvalue": None, "fobvalue": None, "primaryValue": 0,
    "legacyEstimationFlag": 0, "isReported": False, "isAggregate": True,
}  # fmt: skip
"""A row in the order of the service; what differs between rows is put in below."""


def rows(count: int) -> Iterator[dict[str, Any]]:
    """So many rows of cells that are all different."""
    chance = Random(1)  # noqa: S311 (figures made up, no secret)
    for number in range(count):
        cell, month = divmod(number // 2, MONTHS)
        code, partner = divmod(cell, PARTNERS)
        value = figure(chance)
        measured = {"qty": chance.choice([None, figure(chance)]), "netWgt": chance.choice([None, 0, figure(chance)])}
        stated = {"flowCode": "X", "fobvalue": value} if number % 2 else {"flowCode": "M", "cifvalue": value}
        period = {"period": f"2024{month + 1:02}", "refPeriodId": 20240001 + month * 100 + 100, "refMonth": month + 1}
        codes = {"partnerCode": partner, "cmdCode": f"{840000 + code}", "primaryValue": value}
        yield ALWAYS | measured | stated | period | codes


def figure(chance: Random) -> float:
    """Dollars or kilograms as the service writes them: 1250, 1250.0 or 1250.375."""
    value = round(10 ** chance.uniform(1, 9), 3)
    return chance.choice([value, value, round(value), float(round(value))])


def write_answer(path: Path, count: int) -> int:
    """
    Write the answer as gzip; returns its unpacked size in bytes. Row by row: a child's peak of memory begins at what
    its parent had.
    """
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as out:
        size = out.write(f'{{"elapsedTime":"9.15 secs","count":{count},"data":[')
        for number, row in enumerate(rows(count)):
            size += out.write("," * (number > 0) + json.dumps(row, separators=(",", ":")))
        return size + out.write('],"error":""}')


def ours(path: Path) -> int:
    from tradewatch import sources
    from tradewatch.records import Pull

    return sources.parse(Pull(name="answer", body=path.read_bytes(), fetched_at=datetime(2026, 1, 1))).rows.height


def with_pandas(path: Path) -> int:
    pandas = importlib.import_module("pandas")
    return len(pandas.json_normalize(json.loads(gzip.decompress(path.read_bytes()))["data"]))


def with_orjson(path: Path) -> int:
    orjson = importlib.import_module("orjson")
    return len(orjson.loads(gzip.decompress(path.read_bytes()))["data"])


def with_simdjson(path: Path) -> int:
    simdjson = importlib.import_module("simdjson")  # not a dependency: used where it happens to be installed
    return len(simdjson.Parser().parse(gzip.decompress(path.read_bytes()))["data"])


def with_msgspec(path: Path) -> int:
    import msgspec

    return len(msgspec.json.decode(gzip.decompress(path.read_bytes()))["data"])


WAYS: dict[str, tuple[Callable[[Path], int], str, str]] = {
    "tradewatch": (ours, "tradewatch", "checked, typed rows, a release"),
    "json, pandas.json_normalize": (with_pandas, "pandas", "a frame of guessed types, nothing checked"),
    "orjson.loads": (with_orjson, "orjson", "dictionaries"),
    "pysimdjson, parse": (with_simdjson, "simdjson", "a parsed document, no row of it read"),
    "msgspec, untyped": (with_msgspec, "msgspec", "dictionaries"),
}


def one(way: str, path: Path) -> None:
    """Run one way in this process and print rows, seconds without imports, and the peak in MB with everything."""
    read = WAYS[way][0]
    importlib.import_module(WAYS[way][1])
    if way == "tradewatch":
        importlib.import_module("tradewatch.sources")
    start = time.perf_counter()
    count = read(path)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([count, seconds, peak]))


def measured(way: str, path: Path) -> tuple[int, float, float]:
    command = [sys.executable, __file__, "--one", way, str(path)]
    count, seconds, peak = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return int(count), float(seconds), float(peak)


def main(count: int) -> None:
    there = {way: bool(importlib.util.find_spec(module)) for way, (_, module, _) in WAYS.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.json.gz"
        size = write_answer(path, count)
        print(
            f"{count:,} rows of 47 fields, {size / 1e6:,.0f} MB of JSON, {path.stat().st_size / 1e6:,.1f} MB packed\n"
        )
        rounds = [{way: measured(way, path) for way, found in there.items() if found} for _ in range(ROUNDS)]
    print("| way | what it ends with | seconds | rows/s | peak MB |\n|---|---|---|---|---|")
    for way, (_, _, ends) in WAYS.items():
        print(line(way, ends, [found[way] for found in rounds]) if there[way] else f"| {way} | not installed | | | |")


def line(way: str, ends: str, runs: list[tuple[int, float, float]]) -> str:
    seconds, peak = (statistics.median(run[part] for run in runs) for part in (1, 2))
    return f"| {way} | {ends} | {seconds:.2f} | {runs[0][0] / seconds:,.0f} | {peak:,.0f} |"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 249_999)
