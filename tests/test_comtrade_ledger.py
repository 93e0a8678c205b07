"""The ledgers of a pull: datasets as the source states them, calls and their quota, and what is still needed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tradewatch import answers, facts, flow, raw, warehouse
from tradewatch.raw import calls, datasets, needs
from tradewatch.raw.asked import from_plain, to_plain
from tradewatch.records import ROWS, Call, Dataset, Question, Release, Stated, Told
from tradewatch.settings import Settings

MARCH = ("276", date(2022, 3, 1))
FIRST = datetime(2022, 5, 1, 12)
NOW = datetime(2026, 11, 1)


@pytest.fixture
def opened(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with reference lists and views."""
    with warehouse.connect(Settings(home=home).warehouse) as con:
        yield con


def stated(last: datetime = FIRST, checksum: int = 1) -> dict[Dataset, Stated]:
    one = Stated(
        dataset=MARCH,
        hs_edition="HS2022",
        original=True,
        first_released=FIRST,
        last_released=last,
        checksum=checksum,
        rows=100,
    )
    return {MARCH: one}


def seen(con: duckdb.DuckDBPyConnection, what: dict[Dataset, Stated], now: datetime = NOW) -> datetime | None:
    """Write what is stated; the moment it is known from, None when nothing changed."""
    changed = datasets.see(con, "comtrade", "M", [MARCH], what, now)
    return datasets.known(con, "comtrade", "M")[MARCH].known_from if changed else None


def test_a_dataset_is_known_from_its_release_and_unchanged_afterwards(con: duckdb.DuckDBPyConnection) -> None:
    assert seen(con, stated()) == FIRST
    assert seen(con, stated()) is None


def test_a_new_release_is_known_from_its_own_moment(con: duckdb.DuckDBPyConnection) -> None:
    seen(con, stated())
    later = FIRST + timedelta(days=30)
    assert seen(con, stated(last=later)) == later


def test_where_only_the_checksum_moves_the_figures_are_known_from_now(con: duckdb.DuckDBPyConnection) -> None:
    seen(con, stated())
    assert seen(con, stated(checksum=2), NOW) == NOW


def test_a_release_named_for_the_future_is_known_from_now(con: duckdb.DuckDBPyConnection) -> None:
    assert seen(con, stated(last=NOW + timedelta(hours=3)), NOW) == NOW


def test_a_dataset_taken_back_and_given_again_is_new_each_time(con: duckdb.DuckDBPyConnection) -> None:
    seen(con, stated())
    assert seen(con, {}, NOW) == NOW
    assert datasets.known(con, "comtrade", "M")[MARCH].checksum is None
    again = NOW + timedelta(days=1)
    assert seen(con, stated(), again) == again


def test_notes_stay_with_the_release_they_came_for(con: duckdb.DuckDBPyConnection) -> None:
    seen(con, stated())
    datasets.keep_notes(con, "comtrade", "M", {MARCH: "[1]"})
    assert datasets.known(con, "comtrade", "M")[MARCH].noted
    seen(con, stated(checksum=2))
    assert not datasets.known(con, "comtrade", "M")[MARCH].noted


def noted(con: duckdb.DuckDBPyConnection, at: datetime, outcome: str = "answered", **more: object) -> None:
    call = Call(source="comtrade", called_at=at, service="data", kind="figures", asked="/data", outcome=outcome)
    calls.note(con, replace(call, **more))  # type: ignore[arg-type]


def test_the_quota_is_what_the_last_refusal_taught(con: duckdb.DuckDBPyConnection) -> None:
    assert calls.calls_a_day(con, "comtrade", ("data",), 500) == 500
    for day, count in ((1, 3), (2, 7)):
        for number in range(count):
            noted(con, datetime(2026, 11, day, 1, number), rows_read=10)
        for minute in (30, 40):
            noted(con, datetime(2026, 11, day, 1, minute), "quota", again_at=datetime(2026, 11, day + 1))
    assert calls.calls_a_day(con, "comtrade", ("data",), 500) == 7
    today = calls.used(con, "comtrade", ("data", "bulk"), datetime(2026, 11, 2, 15))
    assert today == calls.Used(calls=9, rows=70)
    assert calls.used(con, "comtrade", ("data",), datetime(2026, 11, 3, 1)).calls == 0


def test_status_says_what_is_left_and_when_the_quota_is_back(with_views: duckdb.DuckDBPyConnection) -> None:
    now, back = datetime(2026, 11, 2, 15), datetime(2026, 11, 3)
    noted(with_views, datetime(2026, 11, 2, 1))
    (row,) = answers.status(with_views, now)["calls"].to_dicts()
    assert (row["calls"], row["left"], row["quota_back_at"]) == (1, 499, None)
    noted(with_views, datetime(2026, 11, 2, 2), "quota", again_at=back)
    (row,) = answers.status(with_views, now)["calls"].to_dicts()
    assert (row["calls"], row["calls_a_day"], row["left"], row["quota_back_at"]) == (2, 1, 0, back)


def test_what_was_seen_of_rows_is_learned(con: duckdb.DuckDBPyConnection) -> None:
    assert calls.most_rows(con, "comtrade", "data") == 0
    assert calls.filled(con, "comtrade", every_partner=False) is None
    noted(con, NOW, rows_read=120_000)
    noted(con, NOW, kind="count", asked="?partnerCode=1", cells=1000, rows_read=300)
    noted(con, NOW, kind="count", asked="?cmdCode=TOTAL", cells=100, rows_read=80)
    assert calls.most_rows(con, "comtrade", "data") == 120_000
    assert calls.filled(con, "comtrade", every_partner=False) == pytest.approx(0.3)
    assert calls.filled(con, "comtrade", every_partner=True) == pytest.approx(0.8)


QUESTION = Question(
    reporters=("276", "398"),
    partners=("0", "643", "417"),
    flows=("export",),
    freq="M",
    commodities=("854231", "854232", "854239"),
    periods=(date(2022, 3, 1), date(2022, 4, 1)),
    released=dict.fromkeys(product(("276", "398"), (date(2022, 3, 1), date(2022, 4, 1))), FIRST),
)
ASKED = needs.Asked(questions=(QUESTION,), areas={"276": "DEU", "398": "KAZ"})


def test_a_question_survives_the_ledger() -> None:
    for question in (QUESTION, replace(QUESTION, every_partner=True, lines=True)):
        assert from_plain(to_plain([question])) == (question,)


def answered(con: duckdb.DuckDBPyConnection, question: Question, state: str | None = None) -> None:
    """Load an answer without rows for a question, as the road does."""
    blocks = question.blocks(question.released, state)
    release = Release(
        source="comtrade", layout="comtrade_api", rows=pl.DataFrame(schema=dict(ROWS)), rows_read=0, blocks=blocks
    )
    entry = raw.Entry(
        pull_id=raw.new_id(con), source="comtrade", name="", told=Told(), fetched_at=NOW, released_at=FIRST,
        sha256="0", path="x", layout="comtrade_api", asked=(question,),
    )  # fmt: skip
    facts.load(con, flow.loading_of(entry, release), flow.again_from(con, Settings(home=Path())))
    raw.record_landed(con, entry, 0, 0)
    raw.record_loaded(con, entry, release, {}, ())


def missing(con: duckdb.DuckDBPyConnection, asked: needs.Asked = ASKED) -> set[tuple[object, ...]]:
    """The cells that are still needed: dataset, flow, partner and commodity."""
    return {
        (dataset, *rest)
        for one in needs.missing(con, "comtrade", asked, QUESTION.released)
        for dataset in one.datasets
        for rest in product(one.flows, one.partners, one.commodities)
    }


def cells(question: Question) -> set[tuple[object, ...]]:
    return set(product(question.released, question.flows, question.partners, question.commodities))


def test_what_is_needed_is_what_was_not_answered(opened: duckdb.DuckDBPyConnection) -> None:
    assert missing(opened) == cells(QUESTION)
    part = replace(QUESTION, partners=("643",), commodities=("854231", "854232"))
    answered(opened, part)
    assert missing(opened) == cells(QUESTION) - cells(part)
    answered(opened, QUESTION)
    assert missing(opened) == set()


def test_what_failed_is_still_needed(opened: duckdb.DuckDBPyConnection) -> None:
    answered(opened, QUESTION, "failed")
    assert missing(opened) == cells(QUESTION)


def test_a_newer_release_and_a_new_code_are_needed_again(opened: duckdb.DuckDBPyConnection) -> None:
    answered(opened, QUESTION)
    newer = dict(QUESTION.released) | {MARCH: FIRST + timedelta(days=9)}
    found = needs.missing(opened, "comtrade", ASKED, newer)
    assert [one.datasets for one in found] == [frozenset({MARCH})]
    wider = replace(QUESTION, commodities=(*QUESTION.commodities, "848210"))
    assert missing(opened, replace(ASKED, questions=(wider,))) == cells(replace(QUESTION, commodities=("848210",)))


def test_a_file_saved_by_hand_answers_no_question(opened: duckdb.DuckDBPyConnection) -> None:
    answered(opened, QUESTION)
    opened.execute("update raw.pull set http_status = null")
    assert missing(opened) == cells(QUESTION)


def test_the_questions_of_a_watch_name_each_area_by_the_code_in_use(opened: duckdb.DuckDBPyConnection) -> None:
    asked = needs.asked(opened, "comtrade", needs.Wanted(watch="russia"), datetime(2026, 1, 15))
    sold, bought, totals = asked.questions
    assert {"842", "251", "757", "579", "276"} <= set(sold.reporters)
    assert not {"840", "250", "756", "578", "356"} & set(sold.reporters)
    assert {"0", "643", "398", "699"} <= set(sold.partners)
    assert set(bought.reporters) == set(sold.partners) - {"0"}
    assert {"854231", "854140", "854890"} <= set(sold.commodities)
    assert (totals.commodities, totals.every_partner, len(totals.partners) > 250) == (("TOTAL",), True, True)
    assert (sold.periods[0], sold.periods[-1]) == (date(2021, 1, 1), date(2025, 12, 1))


def test_controls_are_asked_where_they_are_wanted(opened: duckdb.DuckDBPyConnection) -> None:
    wanted = needs.Wanted(watch="russia", controls=True)
    sold, *_ = needs.asked(opened, "comtrade", wanted, NOW).questions
    assert {"32", "76"} & set(sold.partners)
    assert "845720" in sold.commodities
