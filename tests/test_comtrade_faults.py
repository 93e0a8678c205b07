"""Whatever the service does, a pull from UN Comtrade has every asked cell as it is, or a state that says why not."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from comtrade_cells import compare, fast, now, pulled
from comtrade_plans import IMPATIENT, KINDS, OPTIONS, Trial, plan_of, tried
from comtrade_stand_in.process import running

from tradewatch import warehouse
from tradewatch.flow.pull import Wanted
from tradewatch.settings import Settings

pytestmark = pytest.mark.slow

WORLD = {"reporters": 4, "partners": 12, "goods": 8, "months": 4, "first": "202111", "density": 0.4}
WANTED = Wanted(watch="russia", first=date(2021, 11, 1), last=date(2022, 2, 1))
CAP = 200
MATCHES = {"reportercode": ("156", "398"), "period": ("202112", "202201"), "cmdcode": ("854231", "TOTAL")}

Rule = dict[str, Any]


@pytest.fixture(scope="module")
def trial(ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A stand-in, and a home that was filled from it without faults."""
    plain = tmp_path_factory.mktemp("plain")
    shutil.copy(ready, Settings(home=plain).warehouse)
    with running(world=WORLD, limits={"free": CAP}) as stand_in:
        assert not pulled(plain, fast(stand_in.url, cap=CAP), WANTED).lost
        yield Trial(stand_in=stand_in, plain=plain, wanted=WANTED, cap=CAP)


def calm(trial: Trial, home: Path) -> None:
    """Pull without faults: everything is as if there had been none."""
    trial.stand_in.faults()
    assert not pulled(home, fast(trial.stand_in.url, cap=CAP), WANTED).lost
    assert compare(home, trial.plain, settled=True).wrong == ()


def struck(trial: Trial, home: Path, *rules: Rule) -> tuple[int, int]:
    """Pull while the rules strike; how many questions were lost and how many cells failed."""
    trial.stand_in.forget()
    trial.stand_in.faults(rules=rules, options=OPTIONS)
    outcome = pulled(home, fast(trial.stand_in.url, cap=CAP, seconds=IMPATIENT), WANTED)
    compared = compare(home, trial.plain, settled=False)
    assert compared.wrong == ()
    return len(outcome.lost), compared.failed


def test_the_comparison_sees_what_it_should(trial: Trial, home: Path) -> None:
    """A lost figure, another figure, a state never told: each is found, or the other tests prove nothing."""
    calm(trial, home)
    spoilings = {
        "is lost": "delete from facts.trade_history where commodity = '854231' and reporter = 'CHN'",
        "is not there": "update facts.trade_history set value = value + 1 where rowid = 0",
        "state that differs": "update facts.coverage_history set state = 'not_released' where rowid in"
        " (select rowid from facts.coverage_history where state = 'value' limit 1)",
    }
    for said, spoiling in spoilings.items():
        with warehouse.connect(Settings(home=home).warehouse) as con:
            con.execute(spoiling)
        for settled in (True, False):
            assert said in "".join(compare(home, trial.plain, settled=settled).wrong)


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_of_faults_loses_nothing_in_silence(trial: Trial, home: Path, seed: int) -> None:
    found = tried(trial, home, plan_of(seed, MATCHES))
    assert found.wrong == []
    assert found.compared is not None
    assert found.compared.cells > 10_000


FIRSTS = {"figures": "/data/v1/get/(?!.*countonly)", "count": "/data/v1/get/.*countonly", "list": "/data/v1/getDa/"}


@pytest.mark.parametrize("kind", KINDS)
def test_one_fault_of_any_kind_is_overcome(trial: Trial, home: Path, kind: str) -> None:
    """At the first list, the first count and the first figures."""
    rules = [{"match": match, "kind": kind, "times": 1} for match in FIRSTS.values()]
    assert struck(trial, home, *rules) == (0, 0)
    assert [entry["fault"] for entry in trial.stand_in.log() if entry["fault"]] == [kind] * 3
    assert compare(home, trial.plain, settled=True).wrong == ()


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("502_html", FIRSTS["count"]),
        ("silent_short_page", FIRSTS["figures"]),
        ("cut_body", FIRSTS["list"]),
        ("gzip_bomb", FIRSTS["list"]),
        ("gzip_bomb", "/data/v1/get/"),
    ],
)
def test_what_fails_for_ever_is_typed_and_comes_later(trial: Trial, home: Path, kind: str, where: str) -> None:
    """The silent ones: figures that are always short, and a bomb that always reads as an answer of no rows."""
    lost, failed = struck(trial, home, {"match": where, "kind": kind})
    assert lost > 0
    assert failed > 0
    calm(trial, home)


def test_an_answer_kept_before_a_failure_ends_it(trial: Trial, home: Path) -> None:
    """One part of a question is lost, another is kept and cannot be compared: the next run loads it after that."""
    rules = (
        {"match": "cmdcode=TOTAL&.*period=[0-9,]*202201", "kind": "500", "but": "countonly"},
        {"match": "cmdcode=TOTAL&countonly.*period=[0-9,]*202112", "kind": "500", "but": "period=202111,202112,202201"},
    )
    lost, failed = struck(trial, home, *rules)
    assert lost > 1
    assert failed > 0
    assert _pulls(home, "landed") == 1
    calm(trial, home)
    assert _pulls(home, "landed") == 0


def _pulls(home: Path, state: str) -> int:
    with duckdb.connect(str(Settings(home=home).warehouse)) as con:
        return len(con.execute("from raw.pull where state = $1", [state]).fetchall())


def test_what_is_known_keeps_its_state_when_the_lists_fail(trial: Trial, home: Path) -> None:
    calm(trial, home)
    lost, failed = struck(trial, home, {"match": "getDa", "kind": "503"})
    assert lost > 0, "the exit code must tell"
    states = _states(home)
    assert states["CHN"] <= {"value", "zero"}
    assert states["RUS"] == {"failed"}, "of what was not released, nobody knows"
    assert failed > 0
    calm(trial, home)


def _states(home: Path) -> dict[str, set[str]]:
    with duckdb.connect(str(Settings(home=home).warehouse)) as con:
        rows = con.execute("select reporter, list(distinct state) from facts.coverage group by reporter").fetchall()
    return {reporter: set(states) for reporter, states in rows}


def test_a_gateway_page_does_not_lose_us_the_month_that_it_loses_the_uns_client(trial: Trial, home: Path) -> None:
    """The plan of the stand-in's own test: 502 in HTML for whatever asks for one month alone, here from the start."""
    rule = {"match": "period=202201", "kind": "502_html"}
    lost, failed = struck(trial, home, rule)
    assert lost > 0
    assert failed > 0
    assert "failed" in _states(home)["CHN"]
    calm(trial, home)


def test_the_ledger_knows_every_call_under_faults(trial: Trial, home: Path) -> None:
    started = now()
    trial.stand_in.forget()
    trial.stand_in.faults(**plan_of(1, MATCHES) | {"only": ""})
    pulled(home, fast(trial.stand_in.url, cap=CAP, seconds=IMPATIENT), WANTED)
    with duckdb.connect(str(Settings(home=home).warehouse)) as con:
        calls = con.execute("select http_status from raw.call where called_at >= $1", [started]).fetchall()
    assert len(calls) == len(trial.stand_in.log())
