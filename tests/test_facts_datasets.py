"""Answers of many datasets: each has its own moment, comes whole or not, and ends the marks that it was missing."""

from datetime import date, datetime

import duckdb
import polars as pl
import pytest
from ledger import CODE, MONTHS, PARTNERS, Ledger, answer, block, dated, day, new_ledger, release, rows

from tradewatch.facts.late import turns
from tradewatch.files import shipped
from tradewatch.periods import shift
from tradewatch.records import Block, Release

JANUARY, FEBRUARY = MONTHS


@pytest.fixture
def ledger(con: duckdb.DuckDBPyConnection) -> Ledger:
    return new_ledger(con)


def states(ledger: Ledger) -> list[tuple[object, ...]]:
    return ledger.con.execute(
        "select period, state, known_from, pull_id from facts.coverage_history"
        " order by known_from, pull_id, period, state"
    ).fetchall()


# Moments


def test_each_dataset_is_known_from_its_own_moment(ledger: Ledger) -> None:
    both = {("KGZ", JANUARY): 5, ("KGZ", FEBRUARY): 6}
    ledger.load(dated(both, {JANUARY: day(2), FEBRUARY: day(7)}), day(7))
    assert ledger.known(day(6)) == {("KGZ", JANUARY): 5}
    assert ledger.known(day(7)) == both
    assert states(ledger) == [(JANUARY, "value", day(2), 1), (FEBRUARY, "value", day(7), 1)]


def test_a_dataset_without_rows_is_a_zero_and_withdraws(ledger: Ledger) -> None:
    ledger.load(release({("KGZ", JANUARY): 5, ("KGZ", FEBRUARY): 6}), day(0))
    gone = ledger.load(dated({}, {FEBRUARY: day(3)}), day(3))
    assert gone["withdrawn"] == 1
    assert ledger.known() == {("KGZ", JANUARY): 5}
    assert ledger.covered(day(3)) == [(JANUARY, "partial"), (FEBRUARY, "partial"), (FEBRUARY, "zero")]


def test_a_dataset_in_part_withdraws_nothing(ledger: Ledger) -> None:
    ledger.load(dated({("KGZ", JANUARY): 5, ("KAZ", JANUARY): 1}, {JANUARY: day(0)}), day(0))
    again = ledger.load(dated({("KGZ", JANUARY): 7}, {JANUARY: day(1)}, partial=(JANUARY,)), day(1))
    assert again == {"new": 0, "revised": 1, "withdrawn": 0, "unchanged": 0, "kept": 0}
    assert ledger.covered() == [(JANUARY, "partial")]


def test_rows_of_a_dataset_that_no_block_names_are_known_from_the_pull(ledger: Ledger) -> None:
    ledger.load(dated({("KGZ", JANUARY): 5, ("KGZ", FEBRUARY): 6}, {JANUARY: day(2)}), day(4))
    assert ledger.known(day(3)) == {("KGZ", JANUARY): 5}
    assert ledger.known(day(4)) == {("KGZ", JANUARY): 5, ("KGZ", FEBRUARY): 6}


def test_overlapping_scopes_withdraw_a_flow_once(ledger: Ledger) -> None:
    ledger.load(dated({("KGZ", JANUARY): 5}, {JANUARY: day(0)}), day(0))
    known = {JANUARY: day(1)}
    ledger.load(answer(rows({}), block(known=known), block(known=known, partners=("KGZ",))), day(1))
    assert ledger.con.execute("select count(*) from facts.trade_history where withdrawn").fetchone() == (1,)


# Late in one cell, in time in another


def test_a_file_between_two_datasets_is_late_for_the_later_only(ledger: Ledger) -> None:
    ledger.load(dated({("KGZ", JANUARY): 1, ("KGZ", FEBRUARY): 1}, {JANUARY: day(0), FEBRUARY: day(20)}), day(20))
    file = ledger.load(release({("KGZ", JANUARY): 2, ("KGZ", FEBRUARY): 2, ("KAZ", FEBRUARY): 2}), day(10))
    assert file == {"new": 1, "revised": 2, "withdrawn": 0, "unchanged": 0, "kept": 0}
    assert ledger.known(day(10)) == {("KGZ", JANUARY): 2, ("KGZ", FEBRUARY): 2, ("KAZ", FEBRUARY): 2}
    assert ledger.known() == {("KGZ", JANUARY): 2, ("KGZ", FEBRUARY): 1}


def test_a_pull_that_takes_two_turns_is_parsed_again_once(ledger: Ledger) -> None:
    both = {("KGZ", JANUARY): 1, ("KGZ", FEBRUARY): 1}
    ledger.load(dated(both, {JANUARY: day(5), FEBRUARY: day(8)}), day(8))
    ledger.load(dated(dict.fromkeys(both, 2), {JANUARY: day(8), FEBRUARY: day(5)}), day(8))
    ledger.load(release(dict.fromkeys(both, 3)), day(1))
    assert sorted(ledger.parsed_again) == [1, 2]
    assert [ledger.known(day(number)) for number in (1, 5, 8)] == [
        {("KGZ", JANUARY): 3, ("KGZ", FEBRUARY): 3},
        {("KGZ", JANUARY): 1, ("KGZ", FEBRUARY): 2},
        {("KGZ", JANUARY): 2, ("KGZ", FEBRUARY): 1},
    ]


def test_a_partner_that_nobody_asked_for_has_its_place_in_time_too(ledger: Ledger) -> None:
    asked = block(months=(JANUARY,), partners=("KGZ",), known={JANUARY: day(5)})
    ledger.load(answer(rows({("KAZ", JANUARY): 1}), asked), day(5))
    ledger.load(release({("KAZ", JANUARY): 2}), day(1))
    assert ledger.known(day(4)) == {("KAZ", JANUARY): 2}
    assert ledger.known() == {("KAZ", JANUARY): 1}


def test_nothing_is_parsed_again_for_other_partners(ledger: Ledger) -> None:
    ledger.load(answer(rows({("KAZ", JANUARY): 1}), block(partners=("KAZ",))), day(9))
    ledger.load(answer(rows({("KGZ", JANUARY): 1}), block(partners=("KGZ",))), day(1))
    assert ledger.parsed_again == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({1: [7, 8], 2: [8, 9]}, [(7, [1]), (8, [1, 2]), (9, [2])]),
        ({1: [9], 2: [8, 9], 3: [7, 8, 9]}, [(7, [3]), (8, [2, 3]), (9, [1, 2, 3])]),
        ({1: [7, 8], 2: [8, 7]}, [(7, [1]), (8, [1, 2]), (7, [2])]),
    ],
)
def test_turns_keep_the_order_of_every_line(lines: dict[int, list[int]], expected: list[tuple[int, list[int]]]) -> None:
    assert list(turns(lines)) == expected


# Marks, and what ends them


def mark(state: str, *, partners: tuple[str, ...] = PARTNERS, known: dict[date, datetime] | None = None) -> Release:
    return answer(rows({}), block(months=(JANUARY,), partners=partners, state=state, known=known))


@pytest.mark.parametrize("state", ["not_released", "failed"])
def test_a_told_state_stands_and_withdraws_nothing(ledger: Ledger, state: str) -> None:
    ledger.load(dated({("KGZ", JANUARY): 5}, {JANUARY: day(0)}), day(0))
    assert ledger.load(mark(state), day(1))["withdrawn"] == 0
    assert ledger.covered() == [(JANUARY, state)]


def test_a_mark_told_again_adds_no_row(ledger: Ledger) -> None:
    for number in (1, 2):
        ledger.load(mark("failed"), day(number))
    ledger.load(mark("not_released"), day(3))
    ledger.load(mark("failed"), day(4))
    assert [row[1:] for row in states(ledger)] == [
        ("failed", day(1), 1),
        ("not_released", day(3), 3),
        ("failed", day(4), 4),
    ]


def test_only_what_changes_facts_lets_go_of_what_views_keep(ledger: Ledger) -> None:
    ledger.con.execute("create view plain.months as select count(*) as months from facts.coverage")
    told: tuple[tuple[Release, int, bool], ...] = (
        (mark("not_released"), 1, True),
        (mark("not_released"), 2, False),
        (mark("failed"), 3, True),
        (dated({("KGZ", JANUARY): 5}, {JANUARY: day(4)}), 4, True),
        (dated({("KGZ", JANUARY): 5}, {JANUARY: day(2)}), 2, True),
    )
    for what, number, news in told:
        ledger.con.execute("create table kept.months as from plain.months")
        ledger.load(what, day(number))
        let_go = ledger.con.execute("select count(*) from duckdb_views() where schema_name = 'kept'").fetchall()
        assert let_go == [(int(news),)], (what, number)
        ledger.con.execute(f"drop {'view' if news else 'table'} kept.months")


def test_an_answer_for_some_of_its_scope_ends_a_mark(ledger: Ledger) -> None:
    ledger.load(mark("not_released"), day(5))
    ledger.load(answer(rows({}), block(known={JANUARY: day(8)}, partners=("KGZ",))), day(8))
    assert states(ledger)[1:] == [(JANUARY, "answered", day(8), 2), (JANUARY, "zero", day(8), 2)]
    assert ledger.covered(day(7)) == [(JANUARY, "not_released")]
    assert ledger.covered() == [(JANUARY, "zero")]


def test_an_answer_for_other_partners_ends_no_mark(ledger: Ledger) -> None:
    ledger.load(mark("failed", partners=("KAZ",)), day(5))
    ledger.load(answer(rows({}), block(known={JANUARY: day(8)}, partners=("KGZ",))), day(8))
    assert sorted(ledger.covered()) == [(JANUARY, "failed"), (JANUARY, "zero")]


def test_a_failure_ends_when_the_answer_was_fetched(ledger: Ledger) -> None:
    ledger.load(mark("failed", known={JANUARY: day(5)}), day(5), fetched_at=day(6))
    ledger.load(dated({("KGZ", JANUARY): 1}, {JANUARY: day(5)}, partial=(JANUARY,)), day(5), "0", fetched_at=day(9))
    assert [row[1:3] for row in states(ledger)] == [("failed", day(5)), ("partial", day(5)), ("answered", day(9))]
    assert ledger.covered(day(8)) == [(JANUARY, "failed")]
    assert ledger.covered() == [(JANUARY, "partial")]


def test_what_was_released_before_the_mark_ends_it_just_after(ledger: Ledger) -> None:
    ledger.load(mark("not_released"), day(5))
    ledger.load(answer(rows({("KGZ", JANUARY): 1}), block(known={JANUARY: day(3)}, partners=("KGZ",))), day(3))
    ended = states(ledger)[-1]
    assert ended[1] == "answered"
    assert ended[2] == day(5).replace(microsecond=1)
    assert ledger.covered(day(5)) == [(JANUARY, "not_released"), (JANUARY, "value")]
    assert ledger.covered() == [(JANUARY, "value")]


def test_a_mark_that_arrives_after_its_answer_is_ended_too(ledger: Ledger) -> None:
    ledger.load(answer(rows({}), block(known={JANUARY: day(8)}, partners=("KGZ",))), day(8))
    ledger.load(mark("not_released"), day(5))
    assert ledger.covered(day(7)) == [(JANUARY, "not_released")]
    assert ledger.covered() == [(JANUARY, "zero")]


def test_a_mark_after_its_end_stands_again(ledger: Ledger) -> None:
    ledger.load(mark("failed"), day(1))
    ledger.load(answer(rows({}), block(known={JANUARY: day(2)}, partners=("KGZ",))), day(2))
    ledger.load(mark("failed"), day(3))
    assert ledger.covered() == [(JANUARY, "failed"), (JANUARY, "zero")]
    assert [row[1] for row in states(ledger)].count("failed") == 2


# Whole or not

MANY = tuple(f"P{number:02}" for number in range(99))
EVERY = ("WLD", "KGZ", *MANY)


def totals(figures: dict[str, int], month: date = JANUARY) -> pl.DataFrame:
    return rows({(partner, month): value for partner, value in figures.items()}, "TOTAL")


def whole_month(kgz: int | None = 50, rest: int = 1, month: date = JANUARY, **more: int) -> pl.DataFrame:
    """Totals of a month that add up: the world is the sum of the others."""
    figures = dict.fromkeys(MANY, rest) | ({} if kgz is None else {"KGZ": kgz})
    return totals(figures | {"WLD": sum(figures.values())} | more, month)


def asks(*months: date, partners: tuple[str, ...] = EVERY) -> Block:
    known = {month: day(number) for number, month in enumerate(months)}
    return block(months=months, partners=partners, commodities=("TOTAL",), known=known)


def verdicts(ledger: Ledger) -> list[object]:
    return [one for (one,) in ledger.con.execute("select whole from facts.coverage_history order by period").fetchall()]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (whole_month(), True),
        (whole_month(kgz=901, WLD=1004), True),
        (whole_month(kgz=901, WLD=1006), False),
        (whole_month().filter(pl.col("partner_code") != "WLD"), False),
        (pl.concat([whole_month(), totals({"X-EU": 40})]), True),
        (totals({"WLD": 100}), False),
        (totals({}), False),
    ],
    ids=["adds up", "within half a percent", "not within", "no world", "aggregates left out", "no partners", "nothing"],
)
def test_a_month_is_whole_when_its_partners_add_up(ledger: Ledger, stated: pl.DataFrame, expected: bool) -> None:
    ledger.load(answer(stated, asks(JANUARY, partners=(*EVERY, "X-EU"))), day(0))
    assert verdicts(ledger) == [expected]


def test_a_month_without_its_main_partner_is_not_whole(ledger: Ledger) -> None:
    before = shift(JANUARY, -12)
    ledger.load(answer(usd(whole_month(month=before)), asks(before)), day(0))
    ledger.load(answer(usd(whole_month(kgz=None)), asks(JANUARY)), day(1))
    assert verdicts(ledger) == [True, False]
    ledger.load(answer(usd(whole_month(kgz=None, month=FEBRUARY)), asks(FEBRUARY)), day(2))
    assert verdicts(ledger) == [True, False, True]


@pytest.mark.parametrize("known_before", [day(0), day(9)])
def test_a_month_loaded_before_the_one_before_it_is_judged_again(ledger: Ledger, known_before: datetime) -> None:
    """Only by what was known at its moment: a month before that was published later says nothing of it."""
    before = shift(JANUARY, -1)
    earlier = block(months=(before,), partners=EVERY, commodities=("TOTAL",), known={before: known_before})
    ledger.load(answer(usd(whole_month(kgz=None)), asks(JANUARY)), day(0))
    ledger.load(answer(usd(whole_month(month=before)), earlier), known_before)
    assert verdicts(ledger) == [True, known_before > day(0)]


def usd(stated: pl.DataFrame) -> pl.DataFrame:
    return stated.with_columns(pl.lit("USD").alias("currency"))


def test_the_main_partner_is_sought_in_the_release_itself(ledger: Ledger) -> None:
    stated = pl.concat([usd(whole_month()), usd(whole_month(kgz=None, month=FEBRUARY))])
    ledger.load(answer(stated, asks(JANUARY, FEBRUARY)), day(1))
    found = ledger.con.execute("select period, whole from facts.coverage_history order by period").fetchall()
    assert found == [(JANUARY, True), (FEBRUARY, False)]


def test_a_partner_of_less_than_a_tenth_may_be_missing(ledger: Ledger) -> None:
    stated = pl.concat([usd(whole_month(kgz=9)), usd(whole_month(kgz=None, month=FEBRUARY))])
    ledger.load(answer(stated, asks(JANUARY, FEBRUARY)), day(1))
    assert verdicts(ledger) == [True, True]


@pytest.mark.parametrize(
    "asked",
    [
        asks(JANUARY, partners=EVERY[:-1]),
        asks(JANUARY, partners=EVERY[1:]),
        block(months=(JANUARY,), partners=EVERY, commodities=(CODE,), known={JANUARY: day(0)}),
        block(months=(JANUARY,), partners=EVERY, commodities=("TOTAL",), state="failed"),
        block(months=(JANUARY,), partners=EVERY, commodities=("TOTAL",), known={JANUARY: day(0)}, partial=(JANUARY,)),
    ],
    ids=["too few partners", "no world", "no totals", "failed", "in part"],
)
def test_there_is_no_verdict_where_it_cannot_be_given(ledger: Ledger, asked: Block) -> None:
    ledger.load(answer(rows({}), asked), day(0))
    assert verdicts(ledger) == [None]


def test_a_month_that_is_not_whole_is_partial_in_every_scope_until_it_is(ledger: Ledger) -> None:
    ledger.load(dated({("KGZ", JANUARY): 5}, {JANUARY: day(0)}), day(0))
    ledger.load(answer(whole_month(WLD=500), asks(JANUARY)), day(0))
    assert ledger.covered() == [(JANUARY, "partial"), (JANUARY, "partial")]
    known = block(months=(JANUARY,), partners=EVERY, commodities=("TOTAL",), known={JANUARY: day(4)})
    ledger.load(answer(whole_month(), known), day(4))
    assert ledger.covered(day(3)) == [(JANUARY, "partial"), (JANUARY, "partial")]
    assert ledger.covered() == [(JANUARY, "value"), (JANUARY, "value")]


def test_a_warehouse_made_before_the_column_gets_it(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("alter table facts.coverage_history drop column whole")
    con.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
    assert con.execute("select whole from facts.coverage_history").fetchall() == []
