"""A pull from UN Comtrade as its user sees it: figures, what changed, what is missing, what it costs in calls."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from command import tradewatch, typed
from comtrade_stand_in.gate import FREE, PREMIUM
from comtrade_stand_in.process import Running, running
from pulling import EVERYTHING, Site, expected

from tradewatch.errors import DataError, SourceRefused
from tradewatch.flow.pulled import quota
from tradewatch.settings import Settings
from tradewatch.sources.comtrade_service import KEY, PACE, URL

WORLD = {"reporters": 6, "partners": 24, "goods": 10, "months": 8, "first": "202109", "density": 0.5}


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    """One stand-in for all tests that ask the usual world within the usual limits."""
    with running(world=WORLD, host="self") as found:
        yield found


@pytest.fixture
def stand_in(shared: Running) -> Running:
    """The shared stand-in as it started."""
    shared.reset()
    return shared


@pytest.fixture
def site(stand_in: Running, home: Path) -> Site:
    return Site(stand_in, home)


@pytest.fixture(scope="module")
def once(shared: Running, ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one whole pull."""
    home = tmp_path_factory.mktemp("once")
    shutil.copy(ready, Settings(home=home).warehouse)
    shared.reset()
    assert not Site(shared, home).pull().lost
    return home


@pytest.fixture
def pulled(once: Path, stand_in: Running, tmp_path: Path) -> Site:
    """A copy of it."""
    return Site(stand_in, shutil.copytree(once, tmp_path / "pulled"))


def whole(site: Site) -> dict[tuple[Any, ...], Any]:
    """What the world holds of the questions."""
    codes = "select cast(code as integer), area from ref.source_area where source = 'comtrade'"
    members = "select role, list(distinct member) from ref.watch_member where watch = 'russia' group by role"
    role: dict[str, list[str]] = dict(site.ask(members))
    buyers = {*role["target"], *role["hub"]}
    goods = {code for (code,) in site.ask("select hs6 from views.watched_goods where watch = 'russia'")}
    return expected(site.stand_in.world, dict(site.ask(codes)), {*buyers, *role["coalition"]}, buyers, goods)


def test_a_pull_brings_every_cell_of_the_world_and_nothing_else(site: Site) -> None:
    outcome = site.pull()
    assert not outcome.lost
    assert site.facts() == whole(site)
    assert len(site.facts()) == outcome.rows > 5_000
    assert {state for *_, state in site.states()} >= {"value", "not_released"}
    released = {(reporter, period) for reporter, _, period, state in site.states() if state != "not_released"}
    assert len(released) == 6 * 8


def test_a_second_pull_of_unchanged_data_asks_no_figures_and_adds_no_row(pulled: Site, stand_in: Running) -> None:
    tables = ("facts.trade_history", "facts.coverage_history", "facts.scope", "raw.dataset")
    before = [pulled.ask(f"select count(*) from {table}") for table in tables]
    stand_in.forget()
    outcome = pulled.pull()
    assert (outcome.answers, outcome.lost) == (0, [])
    assert {one["path"].split("/")[3] for one in stand_in.log()} == {"getDa"}
    assert [pulled.ask(f"select count(*) from {table}") for table in tables] == before


@pytest.mark.slow
def test_only_the_revised_dataset_is_asked_and_the_past_stays(pulled: Site, stand_in: Running) -> None:
    first, before = pulled.facts(), pulled.ask("select max(known_from) from facts.trade")[0][0]
    stand_in.forget()
    stand_in.release(276, "202203")
    outcome = pulled.pull()
    assert {(one["given"]["reportercode"], one["given"]["period"]) for one in pulled.asked_figures()} == {
        ("276", "202203")
    }
    now = pulled.facts()
    changed = {key for key in first.keys() | now.keys() if first.get(key) != now.get(key)}
    assert {(reporter, period) for reporter, _, period, *_ in changed} == {("DEU", date(2022, 3, 1))}
    assert outcome.counts["revised"] > 0
    assert pulled.facts(as_of=before) == first
    newest = pulled.ask("select distinct known_from from facts.trade_history where known_to is null and period ="
                      " '2022-03-01' and reporter = 'DEU' and known_from > timestamp '2024-01-01'")  # fmt: skip
    assert newest == pulled.ask("select last_released from raw.dataset where reporter_code = '276' and period ="
                              " '2022-03-01' order by seen_at desc limit 1")  # fmt: skip


@pytest.mark.slow
def test_figures_are_known_from_their_release_and_not_from_the_pull(pulled: Site) -> None:
    released = dict(pulled.ask("select (reporter_code, period), last_released from raw.dataset"))
    codes = dict(pulled.ask("select area, code from ref.source_area where source = 'comtrade' and code in"
                          " ('156', '398', '417', '792', '276', '842')"))  # fmt: skip
    known = pulled.ask("select distinct reporter, period, known_from from facts.trade")
    assert len(known) == 48
    assert all(released[codes[reporter], period] == at for reporter, period, at in known)


@pytest.mark.slow
def test_a_month_released_later_was_not_released_before(home: Path) -> None:
    with running(world=WORLD | {"lag": 3}, seed=3) as stand_in:
        site = Site(stand_in, home)
        site.pull()
        gone = {
            (r, p)
            for r, _, p, state in site.states()
            if state == "not_released" and r in ("CHN", "KAZ", "KGZ", "TUR", "DEU", "USA")
        }
        assert gone
        assert not any((reporter, period) in gone for reporter, _, period, *_ in site.facts())
        for code in stand_in.world.reporter_codes:
            for period in ("202202", "202203", "202204"):
                stand_in.release(code, period, "publish")
        site.pull()
        assert {(r, p) for r, _, p, state in site.states() if state == "not_released"}.isdisjoint(gone)
        assert site.facts() == whole(site)


@pytest.mark.slow
def test_a_dataset_taken_back_is_not_released_and_no_zero(pulled: Site, stand_in: Running) -> None:
    stand_in.release(417, "202112", "withdraw")
    pulled.pull()
    states = {
        state for reporter, _, period, state in pulled.states() if (reporter, period) == ("KGZ", date(2021, 12, 1))
    }
    assert "not_released" in states
    assert "zero" not in states


@pytest.mark.slow
def test_a_hole_in_the_list_is_looked_into(site: Site, stand_in: Running) -> None:
    stand_in.release(417, "202112", "spoil", "unlisted")
    stand_in.release(276, "202201", "withdraw")
    outcome = site.pull()
    assert [str(one.error) for one in outcome.lost if "leaves out" in str(one.error)]
    of_hole = {
        state for reporter, _, period, state in site.states() if (reporter, period) == ("KGZ", date(2021, 12, 1))
    }
    of_gap = {state for reporter, _, period, state in site.states() if (reporter, period) == ("DEU", date(2022, 1, 1))}
    assert (of_hole, of_gap) == ({"failed"}, {"not_released"})
    stand_in.forget()
    stand_in.release(417, "202112", "spoil", "")
    assert not site.pull().lost
    assert len([one for one in stand_in.log() if one["given"].get("period") == "202201"]) == 0, "a proven gap is known"
    assert {state for r, _, period, state in site.states() if (r, period) == ("KGZ", date(2021, 12, 1))} == {"value"}


@pytest.mark.slow
@pytest.mark.parametrize("flaw", ["no_world", "no_main_partner", "empty"])
def test_a_month_that_is_there_in_part_is_partial_for_all_that_read_it(
    site: Site, stand_in: Running, flaw: str
) -> None:
    stand_in.release(276, "202203", "spoil", flaw)
    site.pull()
    of_month = {(flow, state) for r, flow, period, state in site.states() if (r, period) == ("DEU", date(2022, 3, 1))}
    others = {state for reporter, _, period, state in site.states() if reporter == "DEU" and period < date(2022, 3, 1)}
    assert ("export", "partial") in of_month
    assert not {("export", "value"), ("export", "zero")} & of_month
    assert others == {"value"}
    stand_in.release(276, "202203", "spoil", "")
    site.pull()
    assert ("DEU", "export", date(2022, 3, 1), "partial") not in site.states()


@pytest.mark.slow
@pytest.mark.parametrize(("cap", "months"), [(500, 8), (97, 3)])
def test_answers_at_a_cap_are_parted_and_nothing_is_lost(home: Path, cap: int, months: int) -> None:
    with running(world=WORLD | {"months": months}, limits={"free": cap}) as stand_in:
        site = Site(stand_in, home)
        site.limits(caps=(cap,))
        outcome = site.pull()
        assert not outcome.lost
        assert site.facts() == whole(site)
        loaded = site.ask("select max(rows_read) from raw.pull where state = 'loaded' and layout = 'comtrade_api'")
        assert loaded[0][0] < cap


@pytest.mark.slow
def test_what_does_not_fit_even_alone_is_failed_and_the_rest_is_there(home: Path) -> None:
    with running(world=WORLD | {"reporters": 1, "months": 1, "goods": 4}, limits={"free": 10}) as stand_in:
        site = Site(stand_in, home)
        site.limits(caps=(10,))
        outcome = site.pull()
        assert outcome.lost
        assert all("cannot be parted further" in str(one.error) for one in outcome.lost)
        totals = {key for key in whole(site) if key[-1] == "TOTAL"}
        assert site.facts().keys() == whole(site).keys() - totals
        failed = site.ask("select distinct reporter, flow, period from facts.coverage where state = 'failed'")
        assert sorted(failed) == sorted({key[:3] for key in totals})


@pytest.mark.slow
def test_the_days_quota_stops_it_and_the_next_day_goes_on(home: Path) -> None:
    with running(world=WORLD, limits={"free": 400, "quota": 12}) as stand_in:
        site = Site(stand_in, home)
        site.limits(caps=(400,), together=1)
        days = 0
        while (outcome := site.pull()).lost:
            days += 1
            assert all("quota" in str(one.error).lower() for one in outcome.lost)
            failed = {
                key[:3] for key in site.ask("select reporter, flow, period from facts.coverage where state = 'failed'")
            }
            assert failed
            stand_in.advance(86_400)
            assert days < 30
        assert days >= 2
        assert site.facts() == whole(site)
        answered = [str(one["given"]) for one in site.asked_figures() if one["status"] == 200]
        assert len(answered) == len(set(answered))
        assert not [state for *_, state in site.states() if state == "failed"]


@pytest.mark.slow
def test_the_quota_is_learned_from_its_refusal(home: Path) -> None:
    with running(world=WORLD, limits={"quota": 7}) as stand_in:
        site = Site(stand_in, home)
        site.limits(calls_a_day=500)
        site.pull()
        with site.pulling() as pulling:
            left = quota(pulling.con, site.service, datetime.now())  # noqa: DTZ005
        assert left.calls_a_day == 7


@pytest.mark.slow
def test_no_more_is_lost_than_the_dataset_that_cannot_be_had(site: Site, stand_in: Running) -> None:
    stand_in.faults(rules=[{"match": "data/v1/get/.*period=[0-9,]*202201.*reportercode=[0-9,]*276", "kind": "500"}])
    outcome = site.pull()
    assert {tuple(one.question.released) for one in outcome.lost} == {(("276", date(2022, 1, 1)),)}
    rest = {key: value for key, value in whole(site).items() if key[0] != "DEU" or key[2] != date(2022, 1, 1)}
    assert site.facts() == rest
    assert {key[:1] + key[2:] for key in site.states() if key[-1] == "failed"} == {("DEU", date(2022, 1, 1), "failed")}


@pytest.mark.slow
def test_a_service_that_is_down_is_not_asked_on_and_on(site: Site, stand_in: Running) -> None:
    stand_in.faults(rules=[{"match": "/data/v1/get", "kind": "503", "but": "getDa/.*period=202109,202110"}])
    outcome = site.pull()
    assert outcome.lost
    assert len(stand_in.log()) < 60
    assert not {state for *_, state in site.states()} & {"value", "zero"}


def test_a_bad_key_is_refused_at_once_and_stands_nowhere(site: Site, stand_in: Running) -> None:
    site.limits(key="a-key-that-is-wrong-4711")
    with pytest.raises(SourceRefused, match=KEY):
        site.pull()
    assert len(stand_in.log()) == 1
    assert site.ask("select count(*) from facts.trade_history") == [(0,)]
    assert not _found(site.home, b"a-key-that-is-wrong-4711")


@pytest.mark.slow
def test_a_good_key_goes_into_the_header_and_stands_nowhere(site: Site, stand_in: Running) -> None:
    site.pull()
    assert {one["key_in"] for one in stand_in.log()} == {"header"}
    assert not _found(site.home, FREE.encode())


def _found(home: Path, text: bytes) -> list[Path]:
    """Files of a home that hold a text."""
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if text in path.read_bytes()]


@pytest.mark.slow
def test_without_a_key_the_preview_is_asked_within_its_cap(site: Site, stand_in: Running) -> None:
    site.limits(key="", caps=(500,))
    wanted = replace(EVERYTHING, reporters=("KGZ",), first=date(2022, 1, 1))
    assert not site.pull(wanted).lost
    assert {one["path"].split("/")[1] for one in stand_in.log()} == {"public"}
    mine = {key: value for key, value in whole(site).items() if key[0] == "KGZ" and key[2] >= date(2022, 1, 1)}
    assert site.facts() == mine


def test_a_plan_asks_what_is_released_and_nothing_else(site: Site, stand_in: Running) -> None:
    planned = site.plan()
    assert {one["path"].split("/")[3] for one in stand_in.log()} == {"getDa"}
    assert len(planned) == 3
    assert site.ask("select count(*) from facts.trade_history") == [(0,)]


def test_a_watch_or_reporter_that_is_unknown_is_named(site: Site) -> None:
    with pytest.raises(DataError, match="there is no watch iran; there are russia"):
        site.plan(replace(EVERYTHING, watch="iran"))
    with pytest.raises(DataError, match="FRO is no area of the watch russia"):
        site.plan(replace(EVERYTHING, reporters=("FRO",)))


@pytest.mark.slow
def test_bulk_files_bring_the_same_facts(site: Site, stand_in: Running, tmp_path: Path) -> None:
    wanted = replace(EVERYTHING, first=date(2022, 3, 1))
    site.pull(wanted)
    other = Site(stand_in, tmp_path / "bulk")
    other.limits(key=PREMIUM)
    stand_in.forget()
    assert not other.pull(wanted, bulk=True).lost
    assert other.facts() == site.facts()
    assert not other.asked_figures() or {one["path"].split("/")[1] for one in other.asked_figures()} == {"bulk"}
    assert other.states() == site.states()
    assert other.pull(wanted, bulk=True).answers == 0


@pytest.mark.slow
def test_tariff_lines_add_up_to_the_final_figures_and_are_not_asked_twice(site: Site, stand_in: Running) -> None:
    wanted = replace(EVERYTHING, first=date(2022, 3, 1), reporters=("DEU",))
    site.pull(wanted)
    final = {key: value for key, value in site.facts().items() if key[-1] != "TOTAL" and key[3] != "WLD"}
    assert not site.pull(replace(wanted, lines=True)).lost
    lines: dict[tuple[Any, ...], Any] = {}
    for (*rest, code), value in site.facts().items():
        if len(code) > 6:
            key = (*rest, code[:6])
            lines[key] = lines.get(key, 0) + value
    assert {key: lines[key] for key in final} == final
    stand_in.forget()
    assert site.pull(replace(wanted, lines=True)).answers == 0
    assert {one["path"].split("/")[3] for one in stand_in.log()} == {"getDa"}


@pytest.mark.slow
def test_replay_reads_the_kept_answers_to_the_same_facts_and_states(site: Site, stand_in: Running) -> None:
    stand_in.faults(rules=[{"match": "data/v1/get/.*flowcode=X&", "kind": "500"}], by="target")
    site.pull(replace(EVERYTHING, reporters=("DEU",), last=date(2022, 5, 1)))
    stand_in.faults()
    site.pull(replace(EVERYTHING, reporters=("KGZ", "KAZ")))
    stand_in.release(417, "202201")
    site.pull(replace(EVERYTHING, reporters=("KGZ", "KAZ")))
    facts, states = site.ask("select * exclude (pull_id) from facts.trade_history order by all"), site.states()
    assert {state for *_, state in states} >= {"failed", "value", "not_released"}
    ran = tradewatch("replay", "--home", site.home, cwd=site.home)
    assert ran.returncode == 0, ran.stderr
    assert site.ask("select * exclude (pull_id) from facts.trade_history order by all") == facts
    assert site.states() == states


def environment(stand_in: Running, key: str = FREE) -> dict[str, str]:
    return {URL: stand_in.url, KEY: key, PACE: "0"}


SPAN = ("--since", "2022-01", "--until", "2022-03")


@pytest.mark.slow
def test_the_command_says_what_came_and_ends_with_0(stand_in: Running, tmp_path: Path) -> None:
    ran = tradewatch("pull", "comtrade", *SPAN, cwd=tmp_path, **environment(stand_in))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "rows in" in ran.stdout
    assert "not released" in ran.stdout


@pytest.mark.slow
def test_the_command_ends_with_3_when_a_part_failed_and_says_which(stand_in: Running, home: Path) -> None:
    stand_in.faults(rules=[{"match": "get/C/M/HS.*flowcode=M&", "kind": "401_invalid"}], by="target")
    ran = typed("pull", "comtrade", *SPAN, cwd=home, TRADEWATCH_HOME=str(home), **environment(stand_in))
    assert ran.returncode == 3
    assert KEY in ran.stderr
    assert FREE not in ran.stdout + ran.stderr


@pytest.mark.slow
def test_the_command_ends_with_1_when_nothing_can_be_asked(stand_in: Running, home: Path) -> None:
    ran = typed(
        "pull", "comtrade", *SPAN, cwd=home, TRADEWATCH_HOME=str(home), **environment(stand_in, key="wrong-key")
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.count("\n") == 1
    assert KEY in ran.stderr
    assert "wrong-key" not in ran.stderr


@pytest.mark.slow
def test_a_dry_run_shows_addresses_without_a_key(stand_in: Running, home: Path) -> None:
    ran = typed("pull", "comtrade", "--dry-run", *SPAN, cwd=home, TRADEWATCH_HOME=str(home), **environment(stand_in))
    assert ran.returncode == 0, ran.stderr
    addresses = [line for line in ran.stdout.splitlines() if line.startswith("http")]
    assert len(addresses) == 3
    assert FREE not in ran.stdout
    assert {one["path"].split("/")[3] for one in stand_in.log()} == {"getDa"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pull", "imf"), 2),
        (("pull", "comtrade", "--since", "yesterday"), 1),
        (("pull", "comtrade", "--reporter", "Germany"), 1),
        (("pull", "comtrade", "--since", "2023-01", "--until", "2022-01"), 1),
    ],
)
def test_wrong_words_are_refused_before_anything_is_asked(
    stand_in: Running, home: Path, words: tuple[str, ...], code: int
) -> None:
    ran = typed(*words, cwd=home, TRADEWATCH_HOME=str(home), **environment(stand_in))
    assert ran.returncode == code
    assert stand_in.log() == []


@pytest.mark.slow
def test_the_list_of_thirty_reporters_and_two_years_takes_at_most_sixty_calls(home: Path) -> None:
    """A fifth of the goods of a real list, at a fifth of the real cap: the stand-in takes half a minute for all."""
    world = {"reporters": 30, "partners": 20, "goods": 12, "months": 24, "first": "202101", "density": 0.1}
    with running(world=world, limits={"free": 20_000}) as stand_in:
        site = Site(stand_in, home)
        site.limits(caps=(20_000,))
        outcome = site.pull(replace(EVERYTHING, first=date(2021, 1, 1), last=date(2022, 12, 1)))
        assert not outcome.lost
        assert len(stand_in.log()) <= 60
        assert outcome.rows > 40_000
