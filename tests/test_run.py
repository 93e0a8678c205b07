"""The job: every step in order, a source that fails does not stop the others, a second job is refused."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Ran, tradewatch
from comtrade_stand_in import process as comtrade
from comtrade_stand_in.gate import FREE
from gacc_stand_in import process as gacc

from tradewatch.flow.run import Step, exit_code
from tradewatch.sources import comtrade_service, gacc_service

WORLD = {"reporters": 3, "partners": 12, "goods": 6, "months": 4, "first": "202109", "density": 0.5}
WATCH = """
title = "Job"
list = "chpl"
version = "2024-02-23"
event_date = 2022-02-24
baseline_from = 2021-09-01
baseline_to = 2021-12-01
target = ["RUS"]
hub = ["KAZ", "KGZ"]
coalition = ["DEU", "USA"]
control_partner = []
control_product = []
"""
HOLDER = "import sys, duckdb; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
STEPS = ["pull comtrade", "pull gacc", "build", "check", "tell", "publish"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def services() -> Iterator[tuple[comtrade.Running, gacc.Running]]:
    with comtrade.running(world=WORLD) as un, gacc.running() as customs:
        yield un, customs


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "tradewatch-home" / "watches").mkdir(parents=True)
    (tmp_path / "tradewatch-home" / "watches" / "job.toml").write_text(WATCH)
    return tmp_path


def run(home: Path, services: tuple[comtrade.Running, gacc.Running], *words: str, key: str = FREE) -> Ran:
    un, customs = services
    return tradewatch(
        "run", "--watch", "job", "--log-format", "json", *words, cwd=home,
        **{comtrade_service.URL: un.url, comtrade_service.KEY: key, comtrade_service.PACE: "0"},
        **{gacc_service.URL: customs.url, gacc_service.PACE: "0"},
    )  # fmt: skip


def steps(ran: Ran) -> dict[str, dict[str, object]]:
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert all({"at", "step", "state", "seconds"} <= line.keys() for line in lines)
    return {line["step"]: line for line in lines}


def test_the_job_takes_every_step_and_a_second_one_does_nothing_twice(
    home: Path, services: tuple[comtrade.Running, gacc.Running]
) -> None:
    un, customs = services
    ran = run(home, services, "--to", "stdout")
    told = steps(ran)
    assert list(told) == STEPS
    assert told["pull comtrade"]["state"] == "done", ran.stderr
    assert told["publish"]["state"] == "done"
    assert told["tell"]["news"] is False, "no month could be judged, so a job has nothing to say"
    assert ran.stdout == ""
    assert FREE not in ran.stdout + ran.stderr
    un.forget()
    customs.forget()
    again = steps(run(home, services, "--to", "stdout"))
    assert again["pull comtrade"]["answers"] == 0
    assert {one["path"].split("/")[3] for one in un.log()} == {"getDa"}
    assert "loaded" not in again["pull gacc"]
    count = "select count(*) as n from facts.trade"
    snapshot = home / "tradewatch-home" / "tradewatch.snapshot.duckdb"
    code = f"import duckdb; print(duckdb.connect({str(snapshot)!r}, read_only=True).execute({count!r}).fetchone()[0])"
    read = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(read.stdout) > 100


def test_a_source_that_fails_does_not_stop_the_others(
    home: Path, services: tuple[comtrade.Running, gacc.Running]
) -> None:
    ran = run(home, services, key="a-wrong-key-4711")
    told = steps(ran)
    assert list(told) == STEPS
    assert told["pull comtrade"]["state"] == "failed"
    assert comtrade_service.KEY in str(told["pull comtrade"]["problem"])
    assert told["build"]["state"] == "done"
    assert ran.returncode == 3
    assert "a-wrong-key-4711" not in ran.stdout + ran.stderr


def test_without_a_key_un_comtrade_is_skipped_with_a_reason(
    home: Path, services: tuple[comtrade.Running, gacc.Running]
) -> None:
    told = steps(run(home, services, "--source", "comtrade", key=""))
    assert told["pull comtrade"]["state"] == "skipped"
    assert comtrade_service.KEY in str(told["pull comtrade"]["problem"])


def test_a_second_job_is_refused_while_one_runs(home: Path, services: tuple[comtrade.Running, gacc.Running]) -> None:
    run(home, services, "--source", "comtrade", key="")
    warehouse = home / "tradewatch-home" / "tradewatch.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        ran = run(home, services)
        holder.communicate()
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "in use by another" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_exit_codes() -> None:
    def code(*states: str) -> int:
        return exit_code([Step(name=str(number), state=state) for number, state in enumerate(states)])

    assert code("done", "skipped") == 0
    assert code("done", "failed") == code("part", "done") == code("part") == 3
    assert code("failed", "failed") == code("failed", "skipped") == 1
