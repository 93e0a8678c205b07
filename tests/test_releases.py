"""A release against its calendar: not due, due, late, gaps; what status and the digest say of it."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from tradewatch import answers, digest, warehouse
from tradewatch.files import shipped
from tradewatch.settings import Settings

NO_RELEASE = "no release is in use"


def loaded(con: duckdb.DuckDBPyConnection, layout: str, *months: str) -> None:
    """Files of a layout, each with one month of China's exports."""
    for number, month in enumerate(months, start=len(con.execute("from raw.pull").fetchall()) + 1):
        con.execute(
            "insert into raw.pull select $1, 'gacc', $2, '', '', '2026-01-01', '2026-01-01', 'told', null, 1, $3, '',"
            " 1, 1, 0, 0, 0, 0, '', 'loaded', null",
            [number, layout, f"{number}"],
        )
        con.execute(
            "insert into facts.coverage_history values"
            " ('gacc', 'CHN', 'export', 'M', cast($1 || '-01' as date), 'all', 'value', '2026-01-01', $2, null)",
            [month, number],
        )


def asked(con: duckdb.DuckDBPyConnection, at: str) -> None:
    con.execute(
        "insert into raw.call values ('gacc', cast($1 as timestamp), 'pages', 'availability', '/', 200, 'answered',"
        " null, null, 1, 0.1, null)",
        [at],
    )


@pytest.fixture
def gacc(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.connect(Settings(home=home).warehouse) as con:
        yield con


def state(con: duckdb.DuckDBPyConnection, now: str) -> tuple[str, str]:
    """The next month of the one release in use, and how it stands."""
    select = (shipped("queries") / "digest" / "releases.sql").read_text(encoding="utf-8")
    said = f"select next_month, cast(due_on as varchar) || ' ' || state from ({select})"
    ((month, stands),) = con.execute(said, {"now": now}).fetchall()
    return month, stands


def test_a_release_is_due_on_its_day_and_late_when_asked_two_days_after(gacc: duckdb.DuckDBPyConnection) -> None:
    loaded(gacc, "gacc_preliminary", "2026-08", "2026-09")
    assert state(gacc, "2026-11-09") == ("2026-10", "2026-11-10 not due")
    assert state(gacc, "2026-11-10") == ("2026-10", "2026-11-10 due")
    assert state(gacc, "2026-12-01") == ("2026-10", "2026-11-10 due"), "nobody looked"
    asked(gacc, "2026-11-11 09:00")
    assert state(gacc, "2026-12-01") == ("2026-10", "2026-11-10 due"), "English pages may lag a day"
    asked(gacc, "2026-11-12 09:00")
    assert state(gacc, "2026-12-01") == ("2026-10", "2026-11-10 late")


def test_january_and_february_come_in_march_and_other_years_go_by_rule(gacc: duckdb.DuckDBPyConnection) -> None:
    loaded(gacc, "gacc_preliminary", "2026-12")
    assert state(gacc, "2027-03-01") == ("2027-02", "2027-03-10 not due")
    loaded(gacc, "gacc_preliminary", "2027-02")
    assert state(gacc, "2027-04-13") == ("2027-03", "2027-04-14 not due")


def test_what_a_person_must_save_is_never_late(gacc: duckdb.DuckDBPyConnection) -> None:
    loaded(gacc, "gacc_query", "2026-08")
    asked(gacc, "2026-12-01 09:00")
    assert state(gacc, "2026-12-01") == ("2026-09", "2026-10-20 due")


def test_the_digest_tells_what_is_late_waits_or_is_missing_between(gacc: duckdb.DuckDBPyConnection) -> None:
    loaded(gacc, "gacc_bulletin", "2026-05", "2026-08")
    loaded(gacc, "gacc_query", "2026-08")
    asked(gacc, "2026-10-30 09:00")
    lines = digest.compose(gacc, datetime(2026, 11, 2)).health
    assert (
        "gacc_bulletin 2026-09: due on 2026-10-18 by the calendar, not there when last asked on 2026-10-30."
        " Not here, though later months are: 2026-06, 2026-07." in lines
    )
    assert "gacc_query 2026-09: can be saved by hand since 2026-10-20." in lines
    before = [line for line in digest.compose(gacc, datetime(2026, 10, 1)).health if "gacc" in line]
    assert before == ["gacc_bulletin: not here, though later months are: 2026-06, 2026-07."]


def test_many_gaps_are_named_in_part_and_counted(gacc: duckdb.DuckDBPyConnection) -> None:
    loaded(gacc, "gacc_bulletin", "2025-06", "2026-02")
    (said,) = [line for line in digest.compose(gacc, datetime(2026, 3, 1)).health if "gacc" in line]
    assert said == (
        "gacc_bulletin: not here, though later months are: 2025-07, 2025-08, 2025-09, 2025-10, 2025-11, 2025-12"
        " and 1 more."
    )


def test_status_shows_the_releases_in_use_and_no_others(gacc: duckdb.DuckDBPyConnection) -> None:
    def shown() -> list[str]:
        found = answers.status(gacc, datetime(2026, 11, 2))
        tables = [made for made in answers.status_shown(found) if not isinstance(made, str)]
        return [cell for made in tables for column in made.columns for cell in map(str, column.cells)]

    assert "gacc_bulletin" not in shown(), NO_RELEASE
    loaded(gacc, "gacc_bulletin", "2026-08")
    assert {"gacc_bulletin", "2026-08", "2026-09", "due"} <= set(shown())
    told = answers.status(gacc, datetime(2026, 11, 2))
    assert list(told) == ["sources", "stages", "releases", "calls", "channels"]
    assert told["releases"].select("next_month", "due_on", "state").rows() == [("2026-09", date(2026, 10, 18), "due")]
