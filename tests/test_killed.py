"""kill -9 in the middle of an import loop: what was acknowledged is there, and nothing is half there."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tradewatch import warehouse
from tradewatch.settings import Settings

LOOP = """
import sys
from datetime import datetime
from pathlib import Path
from tradewatch import flow, warehouse
from tradewatch.records import Told
from tradewatch.settings import Settings

settings, files = Settings(home=Path(sys.argv[1])), sorted(Path(sys.argv[2]).glob("*.csv"))
with warehouse.connect(settings.warehouse) as con:
    flow.prepare(con, settings)
    print("ready", flush=True)
    for path in files:
        done = flow.import_file(con, settings, path, Told(), None, datetime(2026, 1, 1))
        print(done.name, done.state, flush=True)
"""

HEADER = "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR\n"
REPORTERS = ("Austria", "Bulgaria", "Croatia", "Finland", "Latvia", "Lithuania", "Poland", "Sweden")
FILES = 120
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def written(folder: Path) -> None:
    """Small files in the layout of Easy Comext, eight rows each."""
    folder.mkdir()
    for number in range(FILES):
        year, month = 2010 + number // 12, MONTHS[number % 12]
        rows = (
            f'"{name}","Armenia","Total","EXPORT","Total","{month}. {year}",{1000 + number}\n' for name in REPORTERS
        )
        (folder / f"file{number:03}.csv").write_text(HEADER + "".join(rows), encoding="utf-8")


def killed(home: Path, files: Path, done: int, after: float) -> set[str]:
    """Run the loop, kill it so many seconds after it has done so many files; returns the files it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", LOOP, str(home), str(files)], stdout=subprocess.PIPE, text=True, cwd=home
    ) as loop:
        assert loop.stdout is not None
        assert loop.stdout.readline() == "ready\n"
        lines = [loop.stdout.readline().rstrip("\n") for _ in range(done)]
        time.sleep(after)
        os.kill(loop.pid, signal.SIGKILL)
        lines += loop.stdout.read().splitlines()
    return {line.split()[0] for line in lines if line.endswith((" loaded", " known"))}


@pytest.mark.slow
def test_thirty_kills_lose_nothing_and_leave_no_half(tmp_path: Path) -> None:
    chance, files, home = random.Random(7), tmp_path / "files", tmp_path / "home"  # noqa: S311 (repeatable)
    written(files)
    home.mkdir()
    acknowledged: set[str] = set()
    for _ in range(30):
        acknowledged |= killed(home, files, chance.randint(0, 2), chance.uniform(0.0, 0.15))
        with warehouse.connect(Settings(home=home).warehouse) as con:
            loaded = con.execute("select requested ->> 'name', rows_new, pull_id from raw.pull").fetchall()
            counts = dict(con.execute("select pull_id, count(*) from facts.trade_history group by pull_id").fetchall())
        assert acknowledged <= {name for name, _, _ in loaded}, "an acknowledged file is lost"
        assert len(loaded) == len({name for name, _, _ in loaded}), "a file was loaded twice"
        assert {pull_id: rows for _, rows, pull_id in loaded} == counts, "a file is half there"
        assert set(counts.values()) <= {len(REPORTERS)}
    assert acknowledged, "every run was killed before its first file: the test proved nothing"
