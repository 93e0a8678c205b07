"""kill -9 in the middle of a pull from UN Comtrade: nothing kept is asked twice, and the end is that of a quiet run."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from command import tradewatch
from comtrade_cells import compare, landed
from comtrade_stand_in.process import Running, running

from tradewatch import warehouse
from tradewatch.settings import Settings

WORLD = {"reporters": 6, "partners": 12, "goods": 12, "months": 12, "first": "202107", "density": 0.3}
WORDS = ("pull", "comtrade", "--since", "2021-07", "--until", "2022-06")
CAP = 500
KILLS = 5


def environment(stand_in: Running) -> dict[str, str]:
    """Without a key, so that the usual 500 rows a call make many calls; as fast as the pace allows."""
    return {"TRADEWATCH_COMTRADE_URL": stand_in.url, "TRADEWATCH_COMTRADE_PACE": "0"}


def killed(home: Path, stand_in: Running, answers: int, after: float) -> bool:
    """Start a pull and kill it so many seconds after it has asked for so many answers; whether it was still running."""
    stand_in.forget()
    words = [sys.executable, "-m", "tradewatch", *WORDS, "--home", str(home)]
    with subprocess.Popen(
        words, env=os.environ | environment(stand_in), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as pull:
        while pull.poll() is None and len(called(stand_in)) < answers:
            time.sleep(0.02)
        time.sleep(after)
        running_still = pull.poll() is None
        pull.send_signal(signal.SIGKILL)
    return running_still


def called(stand_in: Running) -> set[str]:
    """The figures that the server was asked for, each in the one form of `same`."""
    return {
        f"{entry['path']}?{urlencode(sorted(entry['given'].items()), safe=',')}"
        for entry in stand_in.log()
        if "countonly" not in entry["given"] and entry["path"].lower().startswith("/public/v1/preview/")
    }


def same(address: str) -> str:
    """An address of the ledger as `called` writes it."""
    parts = urlsplit(address)
    given = sorted((name.lower(), value) for name, value in parse_qsl(parts.query))
    return f"{parts.path}?{urlencode(given, safe=',')}"


def whole(home: Path) -> int:
    """How many answers are loaded; every one of them with all its rows, and none twice."""
    with warehouse.connect(Settings(home=home).warehouse) as con:
        rows = con.execute(
            "select p.pull_id, p.rows_read, coalesce(t.rows, 0), p.requested ->> 'address' from raw.pull as p"
            " left join (select pull_id, count(*) as rows from facts.trade_history group by all) as t using (pull_id)"
            " where p.state = 'loaded' and p.layout = 'comtrade_api'"
        ).fetchall()
        strays = con.execute(
            "select count(*) from facts.trade_history anti join (from raw.pull where state = 'loaded') using (pull_id)"
        ).fetchall()
    assert [row for row in rows if row[1] != row[2]] == [], "an answer is half there"
    assert strays == [(0,)], "facts of no loaded answer"
    assert len({address for *_, address in rows}) == len(rows), "an answer was loaded twice"
    return len(rows)


@pytest.mark.slow
def test_kills_lose_nothing_and_ask_nothing_twice(tmp_path: Path) -> None:
    chance, home, plain = random.Random(11), tmp_path / "home", tmp_path / "plain"  # noqa: S311 (repeatable)
    with running(world=WORLD, limits={"keyless": CAP, "rate": 0}) as stand_in:
        assert tradewatch(*WORDS, "--home", plain, cwd=tmp_path, **environment(stand_in)).returncode == 0
        stand_in.faults(options={"always_seconds": 0.2})
        kills, answers = 0, [0]
        while kills < KILLS:
            kept = set(map(same, landed(home))) if home.exists() else set()
            if not killed(home, stand_in, chance.randint(1, 2), chance.uniform(0.0, 0.5)):
                break
            kills += 1
            assert called(stand_in) & kept == set(), "an answer that was kept is asked for again"
            answers.append(whole(home))
        kept = set(map(same, landed(home)))
        stand_in.forget()
        last = tradewatch(*WORDS, "--home", home, cwd=tmp_path, **environment(stand_in))
        assert (last.returncode, called(stand_in) & kept) == (0, set()), last.stderr
    assert kills > KILLS // 2, "the pull ended before it was killed often: the test proves little"
    assert answers == sorted(answers)
    assert 0 < answers[-1] <= whole(home)
    assert compare(home, plain, settled=True).wrong == ()
