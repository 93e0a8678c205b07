"""A pull from China's customs, against a stand-in of its site on this machine."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import gacc_layout
import pytest
from command import Ran, tradewatch
from gacc_stand_in.process import Running, running
from gacc_stand_in.site import Site, figures, path_of, table_page

from tradewatch import flow, sources, warehouse
from tradewatch.errors import ConfigError, SourceChanged, SourceRefused, SourceUnavailable
from tradewatch.files import sql_of
from tradewatch.flow.pull_gacc import Outcome, Pulling, Wanted
from tradewatch.records import Call, Told
from tradewatch.settings import Settings
from tradewatch.show.pages import spans
from tradewatch.sources.gacc_service import Caller, GivenUp, Service, Walled, from_environment
from tradewatch.sources.http import Patience, TryAgain

FAST = Patience(attempts=3, first=0.001, longest=0.1)
PRELIMINARY, BULLETIN = "/statics/report/preliminary.html", "/statics/report/monthly.html"
CNY, USD = (f"(4) China's Total Export & Import Values by Country/Region (in {one})" for one in ("CNY", "USD"))
FINAL = "（2）Imports and Exports by Country （Region） of Origin/Destination"
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
COUNTRIES = Wanted(first=date(2026, 1, 1), last=MARCH, tables=("countries",))
PAGES = [
    path_of(FINAL, 2026, 1),
    *(path_of(title, 2026, 2) for title in (CNY, USD, FINAL)),
    *(path_of(title, 2026, 3) for title in (CNY, USD)),
]
"""What COUNTRIES asks, in order."""

SPAN = ("--since", "2026-01", "--until", "2026-03", "--table", "countries")


@dataclass(slots=True)
class Target:
    """A stand-in, a home, and how to pull from the one into the other."""

    stand_in: Running
    home: Path
    service: Service = field(init=False)
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None))

    def __post_init__(self) -> None:
        self.service = Service(url=self.stand_in.url, pace=0.0, seconds=30.0, patience=FAST)

    def pull(self, wanted: Wanted = COUNTRIES, *, most: int | None = None) -> Outcome:
        """A pull, as the command makes it; of at most so many links."""
        settings = Settings(home=self.home)
        with warehouse.connect(settings.warehouse) as con, Pulling(con, settings, self.service, self.clock) as pulling:
            list(pulling.run(pulling.links(wanted)[:most], wanted))
            return pulling.outcome

    def clock(self) -> datetime:
        """A moment later each time."""
        self.now += timedelta(microseconds=1)
        return self.now

    def asked(self) -> list[str]:
        """The pages asked since last asked; not the indexes."""
        found = [path for path in self.stand_in.asked() if path.startswith("/Statics/")]
        self.stand_in.forget()
        return found

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """A question to the warehouse."""
        with duckdb.connect(str(Settings(home=self.home).warehouse), read_only=True) as con:
            return con.execute(query).fetchall()

    def states(self) -> list[tuple[Any, ...]]:
        """The states of raw.pull and how many pulls have each."""
        return self.ask("select state, count(*) from raw.pull group by all order by all")


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Running]:
    with running() as one:
        yield one


@pytest.fixture
def site(stand_in: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    """The stand-in without faults, an empty home, and a layout that reads the stand-in's tables by country."""
    monkeypatch.setattr(sources, "ALL", (gacc_layout, *sources.ALL))
    stand_in.faults({})
    stand_in.restore()
    stand_in.forget()
    return Target(stand_in, tmp_path)


def refusal(outcome: Outcome) -> str:
    """Why the one link that was refused was refused."""
    (sentence,) = [one.sentence for one in outcome.taken if one.state == "refused"]
    return sentence


def states(outcome: Outcome) -> list[str]:
    return [one.state for one in outcome.taken if one.link.path]


def test_every_page_that_is_out_is_loaded_in_the_order_of_months(site: Target) -> None:
    outcome = site.pull()
    assert site.asked() == PAGES
    assert outcome.complete
    assert states(outcome) == ["loaded"] * 6
    assert [one.link.name for one in outcome.taken if one.state == "awaited"] == [
        "GACC preliminary, countries in CNY, 2026-01",
        "GACC preliminary, countries in USD, 2026-01",
        "GACC bulletin, countries, 2026-03",
    ]


def test_the_figures_are_those_of_the_pages(site: Target) -> None:
    site.pull()
    found = site.ask(
        "select value from facts.trade where partner = 'RUS' and period = date '2026-03-01' and currency = 'CNY'"
        " order by flow"
    )
    assert found == [(Decimal(number) / 10,) for number in figures("Federation", 2026, 3)]


def test_a_second_run_asks_the_indexes_alone(site: Target) -> None:
    site.pull()
    site.stand_in.forget()
    outcome = site.pull()
    assert site.stand_in.asked() == [PRELIMINARY, BULLETIN]
    assert states(outcome) == ["known"] * 6


def test_a_page_that_comes_out_later_is_all_that_is_asked(site: Target) -> None:
    site.pull()
    site.asked()
    site.stand_in.publish((2026, 3), (2026, 3))
    assert states(site.pull()) == ["known"] * 6 + ["loaded"]
    assert site.asked() == [path_of(FINAL, 2026, 3)]


def test_earlier_years_are_asked_at_their_own_indexes(site: Target) -> None:
    site.pull(Wanted(first=date(2025, 12, 1), last=date(2026, 1, 1), tables=("countries",)))
    assert site.stand_in.asked() == [
        *(PRELIMINARY, "/statics/report/preliminary2025.html", BULLETIN, "/statics/report/monthly2025.html"),
        *(path_of(title, 2025, 12) for title in (CNY, USD, FINAL)),
        path_of(FINAL, 2026, 1),
    ]


def test_a_year_that_is_not_listed_is_said(site: Target) -> None:
    outcome = site.pull(Wanted(first=date(2023, 12, 1), last=date(2024, 1, 1), tables=("countries",)))
    assert outcome.notes == ["GACC lists no preliminary release of 2023.", "GACC lists no bulletin release of 2023."]


def test_pages_are_kept_with_their_address_and_their_date(site: Target) -> None:
    site.pull()
    rows = site.ask("select requested, released_at, path, sha256 from raw.pull where state = 'loaded'")
    found = {json.loads(requested)["address"]: row for requested, *row in rows}
    assert set(found) == set(PAGES)
    released, path, sha256 = found[path_of(CNY, 2026, 3)]
    assert released == datetime(2026, 4, 8)
    assert path == f"gacc/{sha256}.gz"
    assert (site.home / "landing" / path).is_file()


def test_every_call_is_in_the_ledger(site: Target) -> None:
    site.stand_in.faults({PAGES[0]: ["500"], PAGES[1]: ["412"], PAGES[2]: ["404"]})
    site.pull()
    calls = site.ask("select kind, asked, outcome, http_status, bytes > 0 from raw.call order by called_at")
    assert calls[:6] == [
        ("list", PRELIMINARY, "answered", 200, True),
        ("list", BULLETIN, "answered", 200, True),
        ("file", PAGES[0], "again", 500, True),
        ("file", PAGES[0], "answered", 200, True),
        ("file", PAGES[1], "refused", 412, True),
        ("file", PAGES[2], "changed", 404, True),
    ]


def test_the_facts_are_the_same_when_built_again_from_the_kept_pages(site: Target) -> None:
    site.pull()
    before = site.ask("select * exclude (pull_id) from facts.trade order by all")
    settings = Settings(home=site.home)
    with warehouse.connect(settings.warehouse) as con:
        assert flow.replay(con, settings, lambda _: None) == 6
    assert site.ask("select * exclude (pull_id) from facts.trade order by all") == before


@pytest.fixture
def caller(site: Target) -> Iterator[tuple[Caller, list[Call]]]:
    """A caller of the stand-in, and the calls it made."""
    made: list[Call] = []
    one = Caller(replace(site.service, seconds=0.5), made.append, site.clock)
    yield one, made
    one.close()


@pytest.mark.parametrize("fault", ["500", "503", "429", "reset", "cut", "short", "empty", "slow"])
def test_what_passes_is_asked_again(site: Target, caller: tuple[Caller, list[Call]], fault: str) -> None:
    site.stand_in.faults({PAGES[3]: [fault]})
    assert caller[0].page("file", PAGES[3]).decode() == Site().pages()[PAGES[3]]
    assert [call.outcome for call in caller[1]] == ["again", "answered"]


@pytest.mark.parametrize(
    ("fault", "tries", "error", "said"),
    [
        ("412", 1, Walled, "answered 412 with a script shell in place of /Statics/"),
        ("shell", 1, Walled, "answered 200 with a script shell in place of /Statics/"),
        ("404", 1, SourceChanged, "answered 404 to /Statics/"),
        ("302", 1, SourceChanged, "sending on to 'https://english.customs.gov.cn/elsewhere.html'; not followed"),
        ("503", 3, TryAgain, "answered 503 to /Statics/"),
        ("reset", 3, TryAgain, "the connection to 127.0.0.1 failed"),
        ("cut", 3, TryAgain, "the connection to 127.0.0.1 failed"),
        ("short", 3, TryAgain, "the end of the page did not"),
        ("slow", 3, TryAgain, "did not answer in time"),
    ],
)
def test_what_does_not_pass_is_said(
    site: Target, caller: tuple[Caller, list[Call]], fault: str, tries: int, error: type[Exception], said: str
) -> None:
    site.stand_in.faults({PAGES[3]: [f"{fault}*"]})
    with pytest.raises(error, match=re.escape(said)):
        caller[0].page("file", PAGES[3])
    assert site.asked() == [PAGES[3]] * tries
    assert len(caller[1]) == tries


@pytest.mark.parametrize(("fault", "said"), [("412", "script shell"), ("503", "503"), ("down", "a web page")])
def test_a_refusal_loses_one_table_and_is_tried_by_the_next_run(site: Target, fault: str, said: str) -> None:
    lost = PAGES[2]
    site.stand_in.faults({lost: [f"{fault}*"]})
    outcome = site.pull()
    assert states(outcome) == ["loaded"] * 2 + ["refused"] + ["loaded"] * 3
    assert not outcome.complete
    assert refusal(outcome).startswith("GACC preliminary, countries in USD, 2026-02: ")
    assert said in refusal(outcome)
    ((error,),) = site.ask("select error from raw.pull where state = 'refused'")
    (standing,) = site.ask(sql_of("status"))
    loaded = site.ask("select max(released_at) from raw.pull where state = 'loaded'")
    assert (standing[0], standing[2], standing[-1]) == ("gacc", loaded[0][0], error)
    assert error in refusal(outcome)
    site.asked()
    site.stand_in.faults({})
    assert states(site.pull()) == ["known"] * 2 + ["loaded"] + ["known"] * 3
    assert site.asked() == [lost]


def test_a_wall_before_several_pages_ends_the_asking(site: Target) -> None:
    site.stand_in.faults({"*": ["412*"]})
    outcome = site.pull()
    assert states(outcome) == ["refused"] * 3 + ["unasked"] * 3
    assert site.asked() == PAGES[:3]
    (said,) = {one.sentence for one in outcome.taken if one.state == "unasked"}
    assert "refused or failed 3 pages in a row, so nothing more was asked" in said
    site.stand_in.faults({})
    assert states(site.pull()) == ["loaded"] * 6


def test_a_page_that_comes_starts_the_count_anew(site: Target) -> None:
    site.stand_in.faults({path: ["412*"] for path in [*PAGES[:2], *PAGES[3:5]]})
    assert states(site.pull()) == ["refused"] * 2 + ["loaded"] + ["refused"] * 2 + ["loaded"]


def test_an_index_that_does_not_come_loses_its_release_alone(site: Target) -> None:
    site.stand_in.faults({PRELIMINARY: ["412*"]})
    outcome = site.pull()
    assert site.asked() == [path_of(FINAL, 2026, month) for month in (1, 2)]
    assert not outcome.complete
    assert len(outcome.lost) == 1
    assert site.states() == [("loaded", 2), ("refused", 1)]


@pytest.mark.parametrize(
    ("fault", "error"), [("412", SourceRefused), ("shell", Walled), ("503", SourceUnavailable), ("down", SourceChanged)]
)
def test_nothing_is_asked_when_no_index_comes(site: Target, fault: str, error: type[Exception]) -> None:
    site.stand_in.faults({PRELIMINARY: [f"{fault}*"], BULLETIN: [f"{fault}*"]})
    with pytest.raises(error):
        site.pull()
    assert site.asked() == []


def test_a_page_of_another_month_is_refused_and_its_bytes_are_kept(site: Target) -> None:
    site.stand_in.put(PAGES[5], table_page(USD, 2025, 3))
    outcome = site.pull()
    assert states(outcome) == ["loaded"] * 5 + ["refused"]
    assert "for month 2026-03, the page is of 2025-03" in refusal(outcome)
    ((error, path),) = site.ask("select error, path from raw.pull where state = 'refused'")
    assert "nothing of it was loaded" in error
    assert (site.home / "landing" / path).is_file()
    assert site.ask("select count(*) from facts.trade where period = date '2025-03-01'") == [(0,)]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (table_page(CNY, 2026, 3), "for currency USD, the page is of CNY"),
        (table_page(FINAL, 2026, 3), "for release preliminary, the page is of bulletin"),
    ],
)
def test_a_page_of_another_currency_or_release_is_refused(site: Target, page: str, said: str) -> None:
    site.stand_in.put(PAGES[5], page)
    assert said in refusal(site.pull())


def test_of_two_months_that_link_to_one_page_the_wrong_one_is_never_known(site: Target) -> None:
    site.stand_in.put(PRELIMINARY, Site().index("preliminary", 2026).replace(PAGES[5], PAGES[2]))
    assert states(site.pull()) == ["loaded"] * 5 + ["refused"]
    assert states(site.pull()) == ["known"] * 5 + ["refused"]


def test_a_link_to_another_place_is_refused_and_never_followed(site: Target) -> None:
    index = Site().index("preliminary", 2026)
    site.stand_in.put(PRELIMINARY, index.replace(f"http://english.customs.gov.cn{PAGES[1]}", f"{site.stand_in.url}/x"))
    outcome = site.pull()
    assert PAGES[1] not in site.asked()
    assert refusal(outcome).startswith("GACC preliminary, countries in CNY, 2026-02: the index links to")
    assert not outcome.complete


def test_a_table_that_the_index_has_no_more_is_said(site: Target) -> None:
    site.stand_in.put(BULLETIN, Site().index("bulletin", 2026).replace("Imports and Exports by Country", "By planet"))
    assert site.pull().notes == ["The index of the bulletin release of 2026 has no table of countries."]


def test_asked_again_a_page_that_is_the_same_changes_nothing(site: Target) -> None:
    site.pull()
    site.asked()
    outcome = site.pull(replace(COUNTRIES, again=True))
    assert site.asked() == PAGES
    assert states(outcome) == ["known"] * 6
    assert site.states() == [("loaded", 6)]


def test_asked_again_a_page_that_changed_is_a_revision_known_from_now(site: Target) -> None:
    site.pull()
    before = site.now
    site.stand_in.put(PAGES[5], table_page(USD, 2026, 3, factor=2))
    outcome = site.pull(replace(COUNTRIES, again=True))
    assert states(outcome) == ["known"] * 5 + ["loaded"]
    assert [one.imported.counts["revised"] for one in outcome.taken if one.imported] == [4]
    ((value, known_from),) = site.ask(
        "select value, known_from from facts.trade where partner = 'RUS' and flow = 'export' and currency = 'USD'"
        " and period = date '2026-03-01'"
    )
    assert value == Decimal(figures("Federation", 2026, 3)[0] * 2) / 10
    assert known_from > before
    assert states(site.pull(replace(COUNTRIES, again=True))) == ["known"] * 6


def test_a_page_imported_by_hand_is_asked_once_and_changes_nothing(site: Target, tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    saved.write_text(table_page(CNY, 2026, 3))
    settings = Settings(home=site.home)
    with warehouse.connect(settings.warehouse) as con:
        flow.build(con, settings)
        flow.import_file(con, settings, saved, Told(), None, site.clock())
    outcome = site.pull()
    counts = [one.imported.counts for one in outcome.taken if one.imported and one.link.path == path_of(CNY, 2026, 3)]
    assert counts == [{"new": 0, "revised": 0, "withdrawn": 0, "unchanged": 4}]
    site.asked()
    site.pull()
    assert site.asked() == []


def test_a_run_that_was_stopped_asks_nothing_twice(site: Target) -> None:
    site.pull(most=5)
    first = site.asked()
    site.pull()
    assert first + site.asked() == PAGES
    assert first


def test_the_calls_are_a_pause_apart(site: Target) -> None:
    caller = Caller(replace(site.service, pace=0.2), lambda _: None, site.clock)
    begun = time.monotonic()
    for _ in range(4):
        caller.page("list", PRELIMINARY)
    assert time.monotonic() - begun >= 0.6
    caller.close()


def test_https_is_said_to_be_reset(site: Target) -> None:
    secure = replace(site.service, url=site.stand_in.url.replace("http:", "https:"))
    caller = Caller(secure, lambda _: None, site.clock)
    with pytest.raises(TryAgain, match="known to reset https; set TRADEWATCH_GACC_URL to http://"):
        caller.page("list", PRELIMINARY)
    caller.close()


def test_after_three_refusals_nothing_more_is_asked(site: Target, caller: tuple[Caller, list[Call]]) -> None:
    site.stand_in.faults({PAGES[0]: ["412*"]})
    for _ in range(3):
        with pytest.raises(Walled):
            caller[0].page("file", PAGES[0])
    with pytest.raises(GivenUp):
        caller[0].page("file", PAGES[1])
    assert site.asked() == [PAGES[0]] * 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRADEWATCH_GACC_URL", "english.customs.gov.cn"),
        ("TRADEWATCH_GACC_URL", "ftp://x"),
        ("TRADEWATCH_GACC_URL", "http://a:b@x"),
        ("TRADEWATCH_GACC_PACE", "fast"),
        ("TRADEWATCH_GACC_PACE", "-1"),
        ("TRADEWATCH_GACC_PACE", "nan"),
    ],
)
def test_a_malformed_setting_is_said(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        from_environment({name: value})


def test_the_usual_settings() -> None:
    assert from_environment({}) == Service(url="http://english.customs.gov.cn", pace=1.0)
    assert from_environment({"TRADEWATCH_GACC_URL": "http://x/", "TRADEWATCH_GACC_PACE": "0.5"}).url == "http://x"


def test_spans_of_months() -> None:
    assert spans([]) == ""
    assert spans([date(2026, 5, 1), date(2025, 12, 1), date(2026, 1, 1)]) == "2025-12 to 2026-01, 2026-05"


def command(site: Target, *words: str, pace: str = "0") -> Ran:
    """The command as users run it; of the stand-in's tables it reads what the real layouts can read."""
    where = {"TRADEWATCH_GACC_URL": site.stand_in.url, "TRADEWATCH_GACC_PACE": pace}
    return tradewatch("pull", "gacc", *words, "--home", "h", cwd=site.home, **where)


STARTED = """
import gacc_layout
from tradewatch import cli, sources
sources.ALL = (gacc_layout, *sources.ALL)
cli.main()
"""


def started(site: Target, *words: str, pace: str = "0") -> subprocess.Popen[str]:
    """The command, begun, with the layout that reads the stand-in's tables by country."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(site.home), "PYTHONPATH": str(Path(__file__).parent),
        "TRADEWATCH_GACC_URL": site.stand_in.url, "TRADEWATCH_GACC_PACE": pace,
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", STARTED, "pull", "gacc", *words, "--home", "."],
        cwd=site.home, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.slow
def test_a_run_that_was_killed_asks_at_most_one_page_twice(site: Target) -> None:
    with started(site, *SPAN, pace="0.3") as process:
        while len(site.stand_in.asked()) < 5:
            time.sleep(0.02)
        process.kill()
    first = site.asked()
    outcome = site.pull()
    assert outcome.complete
    assert [path for path in first if path in PAGES] == PAGES[: len(first)]
    assert site.asked() in (PAGES[len(first) :], PAGES[len(first) - 1 :])
    assert len(site.ask("select distinct requested from raw.pull where state = 'loaded'")) == 6
    assert site.ask("select count(*) from facts.trade") == [(20,)]


def test_the_summary_of_the_command(site: Target) -> None:
    with started(site, *SPAN) as process:
        said, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert [" ".join(line.split()) for line in said.splitlines()] == [
        "release table currency loaded known not out yet refused not asked",
        "preliminary countries CNY 2026-02 to 2026-03 2026-01",
        "preliminary countries USD 2026-02 to 2026-03 2026-01",
        "bulletin countries 2026-01 to 2026-02 2026-03",
        "6 pages loaded; figures: 20 new, 4 revised, 0 withdrawn.",
    ]


def test_a_dry_run_asks_the_indexes_alone_and_lists_the_pages(site: Target) -> None:
    ran = command(site, *SPAN, "--dry-run")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert site.stand_in.asked() == [PRELIMINARY, BULLETIN]
    assert [path for path in PAGES if site.stand_in.url + path in ran.stdout] == PAGES
    assert "6 pages to ask, in at least 0 minute(s)." in ran.stdout


def test_the_command_tells_what_was_refused(site: Target) -> None:
    site.stand_in.faults({"*": ["shell*"]})
    ran = command(site, *SPAN)
    assert ran.returncode == 3
    assert ran.stderr.count("refused: GACC ") == 3
    assert "nothing more was asked" in ran.stderr
    assert "0 pages loaded" in ran.stdout
    assert "$_ts" not in ran.stdout + ran.stderr


def test_the_command_fails_when_no_index_comes(site: Target) -> None:
    site.stand_in.faults({PRELIMINARY: ["412*"], BULLETIN: ["412*"]})
    ran = command(site)
    assert ran.returncode == 1
    assert ran.stderr.startswith("tradewatch: 127.0.0.1")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--table", "planets"), "planets is none of totals, countries, commodities, divisions"),
        (("--since", "2026-02", "--until", "2026-01"), "holds no month"),
        (("--since", "spring"), "spring is not a month"),
    ],
)
def test_the_command_refuses_words_it_does_not_know(site: Target, words: tuple[str, ...], said: str) -> None:
    ran = command(site, *words)
    assert ran.returncode in (1, 2)
    assert said in " ".join(ran.stderr.split())
    assert site.stand_in.asked() == []


def test_the_command_explains_itself(site: Target) -> None:
    shown = tradewatch("pull", "gacc", "--help", cwd=site.home).stdout
    assert "Example: tradewatch pull gacc --dry-run" in shown
    assert "TRADEWATCH_GACC_PACE" in shown


def test_the_layouts_agree_with_what_the_indexes_say_of_their_pages(site: Target) -> None:
    ours: Any = pytest.importorskip("gacc_pages")
    site.stand_in.publish((2026, 3), (2026, 7))
    pages = {
        path_of(CNY, 2026, 3): ours.MARCH,
        path_of(CNY, 2025, 2): ours.FEBRUARY,
        path_of("(1) China's Total Export & Import Values (in USD)", 2026, 3): ours.TOTALS,
        path_of(FINAL, 2026, 7): ours.BULLETIN,
        path_of("（13）Major Export Commodities in Quantity and Value", 2026, 7): ours.COMMODITIES,
        path_of("（15）Exports by Selected Countries (Regions) and by HS Divisions", 2026, 7): ours.DIVISIONS,
    }
    for path, body in pages.items():
        site.stand_in.put(path, body.decode())
    for month in (date(2025, 2, 1), MARCH, date(2026, 7, 1)):
        outcome = site.pull(Wanted(first=month, last=month))
        expected = {one.link.path: one.sentence for one in outcome.taken if one.link.path in pages}
        assert expected
        assert set(expected.values()) == {""}
    assert pages.keys() <= {json.loads(text)["address"] for (text,) in site.ask(LOADED)}


LOADED = "select requested from raw.pull where state = 'loaded'"


def test_the_real_release_of_march_2026(site: Target, real: Path) -> None:
    pytest.importorskip("tradewatch.sources.gacc_preliminary")
    pages = real / "gacc" / "pages"
    site.stand_in.put(PRELIMINARY, (pages / "seed_2026.html").read_text())
    page = (pages / "release_section4_by_country_mar2026_cny.html").read_text()
    site.stand_in.put("/Statics/2e61c8a1-17b2-4074-b909-c039ccf8c8fb.html", page)
    outcome = site.pull(replace(COUNTRIES, first=MARCH))
    loaded = [one.link.name for one in outcome.taken if one.state == "loaded"]
    assert "GACC preliminary, countries in CNY, 2026-03" in loaded
    query = (
        "select value from facts.trade where partner = 'RUS' and freq = '{}' and currency = 'CNY'"
        " and period = date '2026-03-01' order by flow"
    )
    assert site.ask(query.format("M")) == [(64_980_000_000,), (88_560_000_000,)]
    assert site.ask(query.format("YTD")) == [(193_280_000_000,), (234_760_000_000,)]
