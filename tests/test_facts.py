"""Facts that remember: whatever the order of arrival, as-of on each date equals a plain replay up to that date."""

import hashlib
from datetime import date, datetime

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger import MONTHS, PARTNERS, Cell, Ledger, answer, block, day, new_ledger, release, rows

from tradewatch import facts
from tradewatch.errors import DataError
from tradewatch.files import shipped
from tradewatch.records import Release


@pytest.fixture
def ledger(con: duckdb.DuckDBPyConnection) -> Ledger:
    return new_ledger(con)


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
    assert ledger.unknown_areas == ["eurostat:Freedonia"]
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
KINDS = st.sampled_from(("loose", "complete", "dated", "dated in part", "dated, one partner", "failed"))
DAYS = st.integers(0, 4)
RELEASES = st.lists(st.tuples(KINDS, CELLS, st.tuples(DAYS, st.none() | DAYS)), min_size=1, max_size=6)
Event = tuple[datetime, str, Release]  # moment of the pull, hash, release


def event(place: int, kind: str, cells: dict[Cell, int], days: tuple[int, int | None]) -> Event:
    """A release of some kind; the second day is that of February in a dated one, None where it is not released."""
    mark = hashlib.sha256(bytes([place])).hexdigest()
    if not kind.startswith("dated"):
        what = {
            "loose": release(cells),
            "complete": release(cells, complete=True),
            "failed": answer(rows({}), block(state="failed")),
        }[kind]
        return day(days[0]), mark, what
    known = {month: day(number) for month, number in zip(MONTHS, days, strict=True) if number is not None}
    partners = PARTNERS[: 1 if kind.endswith("one partner") else 2]
    stated = {cell: value for cell, value in cells.items() if cell[1] in known and cell[0] in partners}
    partial = MONTHS[:1] if kind.endswith("in part") else ()
    what = answer(rows(stated), block(known=known, partners=partners, partial=partial))
    return max(known.values()), mark, what


def moment_of(what: Release, month: date, otherwise: datetime) -> datetime | None:
    """From when a month of a release is known; None where the release does not answer for it."""
    known = what.blocks[0].known if what.blocks else None
    return otherwise if known is None else known.get(("DEU", month))


def proven(what: Release, month: date) -> set[str]:
    """The partners of which a release proves that they have nothing when it does not state it."""
    if not what.blocks or what.blocks[0].state or ("DEU", month) in what.blocks[0].partial:
        return set()
    stated = what.rows["period"].to_list()
    released = what.blocks[0].known is not None or (stated and month <= max(stated))
    return set(what.blocks[0].partners) if released else set()


def replayed(history: list[Event], until: datetime) -> dict[Cell, int]:
    """A plain replay: month by month every release in the order of its moment there, over a dictionary."""
    now: dict[Cell, int] = {}
    for month in MONTHS:
        moments = [(moment_of(what, month, known_from), mark, what) for known_from, mark, what in history]
        due = [(moment, mark, what) for moment, mark, what in moments if moment is not None and moment <= until]
        for _, _, what in sorted(due, key=lambda one: one[:2]):
            gone = proven(what, month)
            now = {cell: value for cell, value in now.items() if cell[1] != month or cell[0] not in gone}
            stated = what.rows.filter(pl.col("period") == month)
            now |= {(partner, month): int(value) for partner, value in stated.select("partner_code", "value").rows()}
    return now


@settings(max_examples=settings().max_examples // 5, deadline=None)  # 20, or 200 in the thorough profile
@given(plan=RELEASES, data=st.data())
def test_history_is_the_same_whatever_the_order_of_arrival(
    plan: list[tuple[str, dict[Cell, int], tuple[int, int | None]]], data: st.DataObject
) -> None:
    history = [event(place, *what) for place, what in enumerate(plan)]
    arrival = data.draw(st.permutations(history))
    with duckdb.connect() as con:
        con.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
        ledger = new_ledger(con)
        for known_from, mark, what in arrival:
            ledger.load(what, known_from, mark)
        for number in range(-1, 6):
            assert ledger.known(day(number)) == replayed(history, day(number))
        assert ledger.known() == replayed(history, day(99))


def test_compacting_changes_the_order_of_rows_and_no_figure(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "insert into facts.trade_history by name select 'x' as source, 'DEU' as reporter, 'KGZ' as partner, 'export' as"
        " flow, 'M' as freq, date '2024-01-01' as period, 'HS2022' as hs_edition, cast(854000 + hash(n) % 999 as"
        " varchar) as commodity, n as value, 'USD' as currency, 'FOB' as valuation, false as quantity_estimated, false"
        " as withdrawn, timestamp '2024-01-01' as known_from, n as pull_id from range(5000) as r (n)"
    )
    before = con.execute("from facts.trade_history order by all").fetchall()
    codes = [code for (code,) in con.execute("select commodity from facts.trade_history").fetchall()]
    assert codes != sorted(codes)
    assert facts.compact(con) == 5000
    assert con.execute("from facts.trade_history order by all").fetchall() == before
    codes = [code for (code,) in con.execute("select commodity from facts.trade_history").fetchall()]
    assert codes == sorted(codes)
