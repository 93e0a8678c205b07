"""Facts that remember: whatever the order of arrival, as-of on each date equals a plain replay up to that date."""

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewatch import facts
from tradewatch.errors import DataError
from tradewatch.files import shipped
from tradewatch.records import ROWS, Block, Release

START = datetime(2024, 1, 1)
MONTHS = (date(2023, 1, 1), date(2023, 2, 1))
PARTNERS = ("KGZ", "KAZ")
Cell = tuple[str, date]  # partner, month


def release(cells: dict[Cell, int], *, complete: bool = False, months: tuple[date, ...] = MONTHS) -> Release:
    """A release of German exports of one commodity: value in EUR by partner and month."""
    rows = [
        {
            "reporter_code": "DEU", "partner_code": partner, "flow": "export", "freq": "M", "period": month,
            "hs_edition": "HS2022", "commodity": "854231", "value": Decimal(value), "currency": "EUR",
            "valuation": "FOB", "quantity_estimated": False, "place": "line 2",
        }
        for (partner, month), value in cells.items()
    ]  # fmt: skip
    block = Block(
        reporters=("DEU",), partners=PARTNERS, flow="export", freq="M", commodities=("854231",), periods=months
    )
    return Release(
        source="eurostat",
        layout="test",
        rows=pl.DataFrame(rows, schema=dict(ROWS)),
        rows_read=len(rows),
        blocks=(block,) if complete else (),
    )


class Ledger:
    """Loads releases the way flow does, and parses them again when an early one arrives late."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.loadings: dict[int, facts.Loading] = {}

    def load(self, what: Release, known_from: datetime, mark: str = "") -> dict[str, int]:
        pull_id = len(self.loadings) + 1
        loading = facts.Loading(release=what, pull_id=pull_id, known_from=known_from, sha256=mark or f"{pull_id:064}")
        loaded = facts.load(self.con, loading, self.loadings.__getitem__)
        self.loadings[pull_id] = loading
        self.con.execute(
            "insert into raw.pull by name select $pull_id as pull_id, 'eurostat' as source, 'test' as layout,"
            " '' as scope, '{}' as requested, $at as fetched_at, $at as released_at, 'release' as released_basis,"
            " 0 as bytes, $sha as sha256, '' as path, 0 as rows_read, 0 as rows_new, 0 as rows_revised,"
            " 0 as rows_withdrawn, 0 as rows_unchanged, 0 as rows_rejected, '' as notes, 'loaded' as state",
            {"pull_id": pull_id, "at": known_from, "sha": loading.sha256},
        )
        return loaded.counts | {"kept": loaded.kept}

    def known(self, as_of: datetime | None = None) -> dict[Cell, int]:
        self.con.execute("set variable as_of = $1", [as_of])
        rows = self.con.execute("select partner, period, value from facts.trade").fetchall()
        self.con.execute("reset variable as_of")
        assert len(rows) == len({row[:2] for row in rows}), "one flow has two versions at one time"
        return {(partner, period): int(value) for partner, period, value in rows}


@pytest.fixture
def ledger(con: duckdb.DuckDBPyConnection) -> Ledger:
    return new_ledger(con)


def new_ledger(con: duckdb.DuckDBPyConnection) -> Ledger:
    con.execute(
        "insert into ref.area by name select unnest(['DEU', 'KGZ', 'KAZ']) as area, '' as name, 'country' as kind"
    )
    trade = (shipped("queries") / "facts" / "trade.sql").read_text(encoding="utf-8")
    con.execute(f"create view facts.trade as {trade}")
    coverage = (shipped("queries") / "facts" / "coverage.sql").read_text(encoding="utf-8")
    con.execute(f"create view facts.coverage as {coverage}")
    return Ledger(con)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def test_the_same_release_twice_changes_nothing(ledger: Ledger) -> None:
    figures = {("KGZ", MONTHS[0]): 5}
    assert ledger.load(release(figures), day(0))["new"] == 1
    again = ledger.load(release(figures), day(1))
    assert again == {"new": 0, "revised": 0, "withdrawn": 0, "unchanged": 1, "kept": 0}
    assert ledger.con.execute("select count(*) from facts.trade_history").fetchone() == (1,)


def test_a_revision_closes_the_old_version(ledger: Ledger) -> None:
    ledger.load(release({("KGZ", MONTHS[0]): 5}), day(0))
    assert ledger.load(release({("KGZ", MONTHS[0]): 7}), day(9))["revised"] == 1
    assert ledger.known(day(8)) == {("KGZ", MONTHS[0]): 5}
    assert ledger.known(day(9)) == ledger.known() == {("KGZ", MONTHS[0]): 7}
    assert ledger.known(day(-1)) == {}


def test_a_complete_answer_withdraws_what_it_no_longer_has(ledger: Ledger) -> None:
    ledger.load(release({("KGZ", MONTHS[0]): 5, ("KAZ", MONTHS[0]): 1}, complete=True), day(0))
    assert ledger.load(release({("KAZ", MONTHS[0]): 1}, complete=True), day(1))["withdrawn"] == 1
    assert ledger.known() == {("KAZ", MONTHS[0]): 1}
    assert ledger.known(day(0)) == {("KGZ", MONTHS[0]): 5, ("KAZ", MONTHS[0]): 1}


def test_an_incomplete_file_withdraws_nothing(ledger: Ledger) -> None:
    ledger.load(release({("KGZ", MONTHS[0]): 5, ("KAZ", MONTHS[0]): 1}), day(0))
    assert ledger.load(release({("KAZ", MONTHS[0]): 1}), day(1))["withdrawn"] == 0


def test_a_month_not_released_yet_is_no_zero_and_withdraws_nothing(ledger: Ledger) -> None:
    both = {("KGZ", MONTHS[0]): 5, ("KGZ", MONTHS[1]): 6}
    ledger.load(release(both, complete=True), day(1))
    early = release({("KGZ", MONTHS[0]): 5}, complete=True)
    assert ledger.load(early, day(2))["withdrawn"] == 0
    assert ledger.known() == both
    states = ledger.con.execute("select period, state from facts.coverage order by period").fetchall()
    assert states == [(MONTHS[0], "value"), (MONTHS[1], "not_released")]


def test_a_month_without_trade_is_a_zero(ledger: Ledger) -> None:
    ledger.load(release({("KAZ", MONTHS[1]): 6}, complete=True), day(1))
    states = ledger.con.execute("select period, state from facts.coverage order by period").fetchall()
    assert states == [(MONTHS[0], "zero"), (MONTHS[1], "value")]


def test_a_flow_stated_twice_is_refused(ledger: Ledger) -> None:
    one = release({("KGZ", MONTHS[0]): 5})
    twice = Release(source="eurostat", layout="test", rows=pl.concat([one.rows, one.rows]), rows_read=2)
    with pytest.raises(DataError, match="KGZ of 854231 in 2023-01 is stated 2 times"):
        ledger.load(twice, day(0))


def test_a_sum_of_parts_does_not_revise_a_known_total(ledger: Ledger) -> None:
    parts = release({("KGZ", MONTHS[0]): 1, ("KAZ", MONTHS[0]): 2})
    summed = Release(
        source="eurostat", layout="test", rows=parts.rows.with_columns(pl.lit(value=True).alias("summed")), rows_read=2
    )
    ledger.load(release({("KGZ", MONTHS[0]): 5}), day(0))
    assert ledger.load(summed, day(1)) == {"new": 1, "revised": 0, "withdrawn": 0, "unchanged": 0, "kept": 1}
    assert ledger.known() == {("KGZ", MONTHS[0]): 5, ("KAZ", MONTHS[0]): 2}
    assert ledger.load(release({("KAZ", MONTHS[0]): 2}), day(2))["revised"] == 1


def test_a_file_that_does_not_say_what_was_asked_covers_in_part(ledger: Ledger) -> None:
    ledger.load(release({("KGZ", MONTHS[0]): 5}), day(0))
    states = ledger.con.execute("select period, state from facts.coverage").fetchall()
    assert states == [(MONTHS[0], "partial")]


def test_an_unknown_area_is_kept_under_its_own_name(ledger: Ledger) -> None:
    ledger.load(release({("Freedonia", MONTHS[0]): 5}), day(0))
    assert facts.unknown_areas(ledger.con) == ["eurostat:Freedonia"]
    assert ledger.known() == {("X-UNKNOWN:eurostat:Freedonia", MONTHS[0]): 5}


def test_an_early_release_that_arrives_late_takes_its_place(ledger: Ledger) -> None:
    ledger.load(release({("KGZ", MONTHS[0]): 5}), day(0))
    ledger.load(release({("KGZ", MONTHS[0]): 5}), day(9))
    late = ledger.load(release({("KGZ", MONTHS[0]): 8, ("KAZ", MONTHS[0]): 1}), day(4))
    assert late == {"new": 1, "revised": 1, "withdrawn": 0, "unchanged": 0, "kept": 0}
    again = ledger.load(release({("KGZ", MONTHS[0]): 8}), day(5))
    assert again == {"new": 0, "revised": 0, "withdrawn": 0, "unchanged": 1, "kept": 0}
    assert [ledger.known(day(n))["KGZ", MONTHS[0]] for n in (0, 4, 8, 9)] == [5, 8, 8, 5]


CELLS = st.dictionaries(st.tuples(st.sampled_from(PARTNERS), st.sampled_from(MONTHS)), st.integers(1, 3))
RELEASES = st.lists(st.tuples(st.integers(0, 4), CELLS, st.booleans()), min_size=1, max_size=6)


def replayed(history: list[tuple[datetime, str, Release]], until: datetime) -> dict[Cell, int]:
    """A plain replay: every release up to a date, one after the other, over a dictionary."""
    now: dict[Cell, int] = {}
    for known_from, _, what in sorted(history, key=lambda entry: entry[:2]):
        if known_from > until:
            break
        stated = {(row["partner_code"], row["period"]): int(row["value"]) for row in what.rows.to_dicts()}
        if what.blocks and stated:
            last = max(month for _, month in stated)
            habits = len({month for _, month in stated})
            assert habits <= len(MONTHS)
            now = {cell: value for cell, value in now.items() if cell[1] > last}
        now |= stated
    return now


@settings(max_examples=60, deadline=None)
@given(plan=RELEASES, data=st.data())
def test_history_is_the_same_whatever_the_order_of_arrival(
    plan: list[tuple[int, dict[Cell, int], bool]], data: st.DataObject
) -> None:
    history = [
        (day(when), hashlib.sha256(bytes([place])).hexdigest(), release(cells, complete=complete))
        for place, (when, cells, complete) in enumerate(plan)
    ]
    arrival = data.draw(st.permutations(history))
    with duckdb.connect() as con:
        con.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
        ledger = new_ledger(con)
        for known_from, mark, what in arrival:
            ledger.load(what, known_from, mark)
        for number in range(-1, 6):
            assert ledger.known(day(number)) == replayed(history, day(number))
        assert ledger.known() == replayed(history, day(99))
