"""The life of an alert: a table of cases, a property, and the same through the tables."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewatch import alerts, digest, queries
from tradewatch.alerts import Answer
from tradewatch.alerts.answer import refusal
from tradewatch.alerts.life import ANSWERS, ENDS, Reason, Seen, Told, answer, ended, reason_to_tell
from tradewatch.alerts.update import Stated, revision
from tradewatch.errors import DataError
from tradewatch.files import shipped
from tradewatch.periods import shift

JAN = date(2024, 1, 1)
FEB, MAR, APR = (shift(JAN, step) for step in (1, 2, 3))
MAY, JUL = shift(JAN, 4), shift(JAN, 6)
MISSING, INHIBITED = Seen(verdict="not published"), Seen(verdict="inhibited")


def hit(amount: int, severity: str = "medium") -> Seen:
    return Seen(verdict="hit", amount_usd=Decimal(amount), severity=severity, score=3.0, sentence="s", rule="r")


def quiet(carried: int | None = 100) -> Seen:
    return Seen(verdict="quiet", carried_usd=None if carried is None else Decimal(carried))


def told(reason: Reason, month: date, amount: int = 100, severity: str = "medium", until: date | None = None) -> Told:
    quiet = reason in {*ENDS, Reason.RECEDING}
    verdict = None if reason in ANSWERS else "quiet" if quiet else "hit"
    return Told(reason=reason, month=month, amount_usd=Decimal(amount), severity=severity, verdict=verdict, until=until)


QUIET, GONE = quiet(), quiet(None)
NEW_IN_JAN = [told(Reason.NEW, JAN)]
RECEDING = [*NEW_IN_JAN, told(Reason.RECEDING, FEB)]
WORSE_IN_FEB = [*NEW_IN_JAN, told(Reason.WORSE, FEB, 250)]
ENDED = [*RECEDING, told(Reason.CLOSED, APR, 0, "low")]
WITHDRAWN = [*NEW_IN_JAN, told(Reason.WITHDRAWN, JAN, 0, "low")]
BY_HAND = Told(reason=Reason.REOPENED, month=APR, amount_usd=Decimal(100), severity="medium", verdict=None)
HELD_OPEN = [*ENDED, BY_HAND]
NEWER = datetime(2024, 6, 2)
TODAY, LATER = date(2024, 6, 1), date(2024, 9, 1)


def said(reason: Reason, life: list[Told] = NEW_IN_JAN) -> list[Told]:
    return [*life, told(reason, FEB, 100, until=LATER if reason is Reason.SILENCED else None)]


def newly(seen: Seen, before: str = "quiet") -> Seen:
    """What revised figures say."""
    return replace(seen, vintage=NEWER, before=before)


@pytest.mark.parametrize(
    ("life", "month", "seen", "quiet_months", "reason"),
    [
        ([], JAN, hit(100), 0, Reason.NEW),
        ([], JAN, QUIET, 9, None),
        ([], JAN, MISSING, 9, None),
        ([], JAN, INHIBITED, 9, None),
        (NEW_IN_JAN, FEB, hit(110), 0, None),
        (NEW_IN_JAN, FEB, hit(50), 0, None),
        (NEW_IN_JAN, FEB, hit(200), 0, Reason.WORSE),
        (NEW_IN_JAN, FEB, hit(110, "high"), 0, Reason.WORSE),
        (NEW_IN_JAN, FEB, hit(90, "high"), 0, None),
        # receding once, closed after three published quiet months
        (NEW_IN_JAN, FEB, QUIET, 1, Reason.RECEDING),
        (RECEDING, FEB, QUIET, 1, None),
        (RECEDING, MAR, QUIET, 2, None),
        (RECEDING, MAR, MISSING, 1, None),
        (RECEDING, MAR, INHIBITED, 3, None),
        (RECEDING, MAR, hit(100), 0, None),
        (RECEDING, MAR, hit(200), 0, Reason.WORSE),
        (RECEDING, APR, QUIET, 3, Reason.CLOSED),
        (RECEDING, APR, MISSING, 3, None),
        # the month last told, on revised figures
        (NEW_IN_JAN, JAN, hit(100), 0, None),
        (NEW_IN_JAN, JAN, hit(124), 0, None),
        (NEW_IN_JAN, JAN, hit(125), 0, Reason.REVISED),
        (NEW_IN_JAN, JAN, hit(70), 0, Reason.REVISED),
        (NEW_IN_JAN, JAN, MISSING, 0, None),
        (RECEDING, FEB, hit(100), 0, Reason.REVISED),
        # a revision that takes the case away, or only the month that was told
        (NEW_IN_JAN, JAN, GONE, 1, Reason.WITHDRAWN),
        (NEW_IN_JAN, FEB, GONE, 2, Reason.WITHDRAWN),
        (RECEDING, FEB, GONE, 2, Reason.WITHDRAWN),
        (WORSE_IN_FEB, FEB, quiet(100), 1, Reason.REVISED),
        (WORSE_IN_FEB, FEB, quiet(100), 3, Reason.CLOSED),
        (WORSE_IN_FEB, JAN, GONE, 1, None),
        # after the end
        (ENDED, MAY, QUIET, 4, None),
        (ENDED, MAY, hit(10), 0, Reason.NEW),
        (ENDED, APR, QUIET, 3, None),
        (ENDED, APR, hit(100), 0, None),
        (ENDED, APR, newly(hit(100)), 0, Reason.REOPENED),
        (ENDED, FEB, newly(hit(900)), 0, Reason.REOPENED),
        (ENDED, JAN, newly(hit(900), "hit"), 0, None),
        (WITHDRAWN, JAN, newly(hit(100)), 0, Reason.REOPENED),
        (WITHDRAWN, JAN, GONE, 1, None),
        # held open by people: no withdrawal, and three quiet months more
        (HELD_OPEN, APR, GONE, 0, None),
        (HELD_OPEN, MAY, GONE, 1, Reason.RECEDING),
        (HELD_OPEN, MAY, hit(100), 0, None),
        (HELD_OPEN, JUL, QUIET, 3, Reason.CLOSED),
        # answered
        (said(Reason.ACKNOWLEDGED), MAR, hit(200), 0, Reason.WORSE),
        (said(Reason.ACKNOWLEDGED), MAR, QUIET, 1, Reason.RECEDING),
        (said(Reason.CONFIRMED), MAR, hit(200), 0, Reason.WORSE),
        (said(Reason.CONFIRMED), JAN, hit(300), 0, None),
        (said(Reason.EXPLAINED), MAR, hit(200), 0, Reason.WORSE),
        (said(Reason.EXPLAINED), MAR, hit(110, "high"), 0, Reason.WORSE),
        (said(Reason.EXPLAINED), MAR, QUIET, 1, None),
        (said(Reason.EXPLAINED), JAN, hit(150), 0, None),
        (said(Reason.EXPLAINED), JAN, GONE, 1, Reason.WITHDRAWN),
        (said(Reason.SILENCED), MAR, hit(199, "critical"), 0, None),
        (said(Reason.SILENCED), MAR, hit(200), 0, Reason.WORSE),
        (said(Reason.SILENCED), JAN, hit(150), 0, None),
        (said(Reason.SILENCED), JAN, hit(250), 0, Reason.REVISED),
        (said(Reason.SILENCED), MAR, QUIET, 1, None),
        (said(Reason.SILENCED), MAY, QUIET, 3, Reason.CLOSED),
        (said(Reason.SILENCED), JAN, GONE, 1, Reason.WITHDRAWN),
    ],
)
def test_reason_to_tell(life: list[Told], month: date, seen: Seen, quiet_months: int, reason: Reason | None) -> None:
    assert reason_to_tell(life, month, seen, quiet_months, TODAY) is reason


def test_a_silence_ends_and_what_is_left_is_told_once() -> None:
    life = said(Reason.SILENCED)
    assert reason_to_tell(life, JAN, hit(100), 0, LATER) is None
    assert reason_to_tell(life, MAR, hit(110), 0, LATER) is Reason.REOPENED
    life.append(told(Reason.REOPENED, MAR, 110))
    assert reason_to_tell(life, MAR, hit(110), 0, LATER) is None
    assert answer(life) is None


def test_an_answer_stands_until_it_is_taken_back_or_broken() -> None:
    for reason in ANSWERS:
        assert answer(said(reason)) == said(reason)[-1]
        assert answer([*said(reason), BY_HAND]) is None
        worse = answer([*said(reason), told(Reason.WORSE, MAR, 300)])
        assert (worse is None) == (reason in {Reason.EXPLAINED, Reason.SILENCED})
        assert answer([*said(reason), told(Reason.CLOSED, MAY)]) is not None


amounts = st.integers(min_value=1, max_value=1000)
sights = st.one_of(
    st.just(QUIET),
    st.just(QUIET),
    st.just(MISSING),
    st.just(INHIBITED),
    st.builds(hit, amounts, st.sampled_from(["medium", "high", "critical"])),
)
steps = st.one_of(
    st.tuples(st.just("month"), sights),
    st.tuples(st.just("revision"), st.integers(0, 5), sights),
    st.tuples(st.just("people"), st.sampled_from(sorted({*ANSWERS, Reason.REOPENED}))),
)


class World:
    """Every vintage of every month of one subject, the life of its alert, and a check as flow.check makes it."""

    def __init__(self) -> None:
        self.months: list[list[Seen]] = []
        self.life: list[Told] = []
        self.clock = 0

    def take(self, step: tuple[Any, ...]) -> None:
        """A month or a revision comes in, or people answer where they may."""
        self.clock += 1
        if step[0] == "month":
            self.months.append([replace(step[1], vintage=self.now)])
        elif step[0] == "revision" and step[1] < len(self.months):
            self.months[-1 - step[1]].append(replace(step[2], vintage=self.now))
        elif step[0] == "people" and self.life:
            self.answer(step[1])

    def answer(self, reason: Reason) -> None:
        """People answer, where they may."""
        if refusal(reason, is_ended=ended(self.life), is_answered=answer(self.life) is not None):
            return
        hits = [one[-1].amount_usd for one in self.months if one[-1].verdict == "hit"]
        until = (self.now + timedelta(days=150)).date() if reason is Reason.SILENCED else None
        by_hand = replace(BY_HAND, reason=reason, month=self.newest, vintage=self.now, until=until)
        self.life.append(replace(by_hand, amount_usd=hits[-1] if hits else Decimal(1)))

    @property
    def now(self) -> datetime:
        return datetime(2024, 1, 1) + timedelta(days=30 * self.clock)

    @property
    def newest(self) -> date:
        return shift(JAN, len(self.months) - 1)

    def check(self) -> list[Reason]:
        """Judge the newest six months, oldest first; what was told."""
        before = len(self.life)
        for place in range(max(0, len(self.months) - 6), len(self.months)):
            seen, count = self.seen(place)
            if reason := reason_to_tell(self.life, shift(JAN, place), seen, count, self.now.date()):
                amount = seen.amount_usd if seen.verdict == "hit" else seen.carried_usd or Decimal(0)
                self.life.append(
                    Told(
                        reason=reason,
                        month=shift(JAN, place),
                        amount_usd=amount,
                        severity=seen.severity,
                        verdict=seen.verdict,
                        vintage=seen.vintage,
                    )
                )
        return [event.reason for event in self.life[before:]]

    def seen(self, place: int) -> tuple[Seen, int]:
        """What queries/alerts/cases.sql answers for a month: the newest vintage, with what stands beside it."""
        newest = self.months[place][-1]
        before = [one.verdict for one in self.months[place][:-1] if one.verdict in ("hit", "quiet")]
        new = max((e.month for e in self.life if e.reason is Reason.NEW), default=None)
        left = [] if new is None else self.hits_since(new, but=place)
        by_hand = [e.month for e in self.life if e.reason is Reason.REOPENED and e.verdict is None]
        count = 0
        for step in range(place, -1, -1):
            verdict = self.months[step][-1].verdict
            if verdict == "hit" or (by_hand and shift(JAN, step) <= max(by_hand)):
                break
            count += verdict == "quiet"
        return replace(newest, before=before[-1] if before else "", carried_usd=left[-1] if left else None), count

    def hits_since(self, month: date, but: int | None = None) -> list[Decimal]:
        """The amounts of the months from one on that hit on the newest vintage that could judge them."""
        found = []
        for place, vintages in enumerate(self.months):
            able = [one for one in vintages if one.verdict in ("hit", "quiet")]
            if place != but and shift(JAN, place) >= month and able and able[-1].verdict == "hit":
                found.append(able[-1].amount_usd)
        return found


@settings(max_examples=400)
@given(st.lists(steps, max_size=40))
def test_each_thing_is_told_once_and_nothing_is_lost(history: list[tuple[Any, ...]]) -> None:
    """Whatever comes in, in whatever order, and whatever people say of it."""
    world = World()
    for step in history:
        world.take(step)
        before = list(world.life)
        said = answer(before)
        told = world.check()
        assert world.check() == []  # the same figures again tell nothing
        if not world.months:
            continue
        newest = world.months[-1][-1].verdict
        if newest == "hit":
            assert not ended(world.life)  # nothing is lost
        if newest == "quiet" and world.life and ended(before) is False and not held_open(world.life):
            new = max(e.month for e in world.life if e.reason is Reason.NEW)
            assert world.hits_since(new) or ended(world.life)  # what rests on nothing is withdrawn
        if said and said.reason is Reason.SILENCED and said.until and world.now.date() < said.until:
            quiet_told = {Reason.REVISED, Reason.RECEDING, Reason.WORSE}
            loud = [e for e in world.life[len(before) :] if e.reason in quiet_told and not ended(before)]
            assert not loud or loud[0].amount_usd >= 2 * said.amount_usd or not answer(world.life)
        assert told == [event.reason for event in world.life[len(before) :]]
    open_now = False
    for event in world.life:
        if event.reason is Reason.NEW:
            assert not open_now
        if event.reason in ENDS:
            assert open_now  # an end ends something, once
        if event.reason not in ENDS | ANSWERS | {Reason.NEW, Reason.REOPENED}:
            assert open_now  # an ended case revives aloud
        open_now = (open_now or event.reason in {Reason.NEW, Reason.REOPENED}) and event.reason not in ENDS


def held_open(life: list[Told]) -> bool:
    """Whether people reopened it after its end, so that only three quiet months end it."""
    by_figures = [event for event in life if event.verdict]
    return bool(by_figures) and ended(by_figures)


VINTAGE, NOW = datetime(2024, 6, 1), datetime(2024, 7, 1)


def judged(con: duckdb.DuckDBPyConnection, month: date, seen: Seen, vintage: datetime = VINTAGE) -> dict[str, int]:
    """Write what a rule saw of Kyrgyzstan, as findings does, and bring the alerts up to date."""
    where = [month, vintage]
    for table in ("judged", "finding"):
        con.execute(f"delete from findings.{table} where month = $1 and as_of = $2", where)
    con.execute(
        "insert into findings.judged values ('jump', 'hub-jump', 'KGZ', $1, $3, '', $2, $2, $4, 50)",
        [*where, seen.verdict, seen.amount_usd + 50],
    )
    if seen.verdict == "hit":
        row = {"period": month.isoformat()}
        proof = {
            "severity": seen.severity,
            "sentence": f"s{month:%m}",
            "view": "views.x",
            "watch": "russia",
            "row": row,
        }
        con.execute(
            "insert into findings.finding values ('jump', 'hub-jump', 'KGZ', $1, $3, $4, $5, $2, $2)",
            [*where, seen.score, seen.amount_usd, json.dumps(proof | {"area": "KGZ"})],
        )
    return alerts.update(con, month, NOW)


def test_the_life_of_an_alert_through_the_tables(con: duckdb.DuckDBPyConnection) -> None:
    months = [shift(JAN, step) for step in range(9)]
    seen = [hit(100), hit(110), hit(250), QUIET, MISSING, QUIET, QUIET, QUIET, hit(100)]
    told = [judged(con, month, sight) for month, sight in zip(months, seen, strict=True)]
    assert told == [{"new": 1}, {}, {"worse": 1}, {"receding": 1}, {}, {}, {"closed": 1}, {}, {"new": 1}]
    assert con.execute("select alert_id, state, first_month, last_month from alerts.alert").fetchall() == [
        ("hub-jump.KGZ", "open", months[8], months[8])
    ]
    before = con.execute("select * from alerts.event order by event_id").fetchall()
    assert [alerts.update(con, month, datetime(2024, 8, 1)) for month in months] == [{}] * 9
    assert con.execute("select * from alerts.event order by event_id").fetchall() == before


def test_an_alert_recedes_before_it_is_over(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, JAN, hit(100))
    judged(con, FEB, QUIET)
    query = "select state, last_month, amount_usd, sentence from alerts.alert"
    assert con.execute(query).fetchall() == [("receding", JAN, Decimal(100), "s01")]
    judged(con, MAR, hit(90))
    assert con.execute(query).fetchall() == [("open", MAR, Decimal(90), "s03")]


def test_that_it_recedes_is_no_news_where_a_later_month_was_a_hit_again(con: duckdb.DuckDBPyConnection) -> None:
    queries.build(con, shipped("queries"), Path("no-such-folder"))
    judged(con, JAN, hit(100))
    digest.outbox.keep(con, digest.compose(con, NOW), [], NOW)
    judged(con, FEB, QUIET)
    (item,) = digest.compose(con, NOW).ongoing
    assert (item.reason, item.event[:13]) == ("receding", "February 2024")
    judged(con, MAR, hit(90))
    judged(con, shift(MAR, 1), QUIET)
    made = digest.compose(con, NOW)
    (item,) = made.ongoing
    assert (item.reason, item.event, len(made.event_ids)) == ("ongoing", "", 1)
    assert item.notes == ("no hit since 2024-03; closed after three published months without one",)


def test_revised_figures_are_told_as_revised(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, JAN, hit(100))
    assert judged(con, JAN, hit(100), datetime(2024, 6, 2)) == {}
    assert judged(con, JAN, hit(160), datetime(2024, 6, 3)) == {"revised": 1}
    assert judged(con, JAN, QUIET, datetime(2024, 6, 4)) == {"withdrawn": 1}
    assert judged(con, JAN, QUIET, datetime(2024, 6, 5)) == {}
    assert con.execute("select state from alerts.alert").fetchall() == [("withdrawn",)]
    assert con.execute("select count(*) from findings.finding").fetchone() == (3,)  # every vintage stays


def test_a_withdrawal_says_from_what_to_what_and_reaches_whoever_was_told(con: duckdb.DuckDBPyConnection) -> None:
    queries.build(con, shipped("queries"), Path("no-such-folder"))
    judged(con, JAN, hit(2_000_000))
    digest.outbox.keep(con, digest.compose(con, NOW), [("stdout", "text")], NOW)
    assert judged(con, JAN, QUIET, datetime(2024, 6, 4)) == {"withdrawn": 1}
    (item,) = digest.compose(con, NOW).worse
    assert item.reason == "withdrawn"
    assert item.event == (
        "Withdrawn: data revised from $2.0 million to $50 for January 2024; with these figures nothing unusual is left."
    )
    assert judged(con, JAN, hit(2_000_000), datetime(2024, 6, 5)) == {"reopened": 1}
    assert con.execute("select state from alerts.alert").fetchall() == [("open",)]
    ((sentence,),) = con.execute("select sentence from alerts.event where reason = 'reopened'").fetchall()
    assert sentence == "Data revised from $50 to $2.0 million for January 2024. s01"


def test_what_was_judged_and_not_told_is_news_to_the_next_run(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, JAN, hit(100))
    assert judged(con, JAN, QUIET, datetime(2024, 6, 2)) == {"withdrawn": 1}
    con.execute(  # a run judged, and was killed before it told
        "insert into findings.judged values ('jump', 'hub-jump', 'KGZ', $1, 'hit', '', $2, $2, 150, 50)",
        [JAN, datetime(2024, 6, 3)],
    )
    assert judged(con, JAN, hit(100), datetime(2024, 6, 4)) == {"reopened": 1}


def test_a_withdrawal_of_a_month_that_was_quiet_reaches_the_desk_of_its_area(con: duckdb.DuckDBPyConnection) -> None:
    queries.build(con, shipped("queries"), Path("no-such-folder"))
    judged(con, JAN, hit(100))
    judged(con, FEB, QUIET)
    assert judged(con, JAN, QUIET, datetime(2024, 6, 2)) == {}
    assert judged(con, FEB, QUIET, datetime(2024, 6, 2)) == {"withdrawn": 1}
    (item,) = digest.compose(con, NOW).worse
    assert (item.reason, item.area) == ("withdrawn", "KGZ")
    reader = digest.Reader(watches=("russia",), areas=("KGZ",))
    assert digest.for_reader(digest.compose(con, NOW), reader).worse == (item,)


def test_an_end_that_no_digest_told_is_said_with_what_began_after_it(con: duckdb.DuckDBPyConnection) -> None:
    queries.build(con, shipped("queries"), Path("no-such-folder"))
    judged(con, JAN, hit(2_000_000))
    digest.outbox.keep(con, digest.compose(con, NOW), [], NOW)
    judged(con, JAN, QUIET, datetime(2024, 6, 4))
    judged(con, FEB, hit(300), datetime(2024, 6, 5))
    (item,) = digest.compose(con, NOW).new
    assert item.event == (
        "Before that: Withdrawn: data revised from $2.0 million to $50 for January 2024;"
        " with these figures nothing unusual is left. s02"
    )


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ((None, None), (Decimal(5), None), "data revised for January 2024"),
        ((Decimal(1_000_000), None), (Decimal(2_000_000), None), "data revised from $1.0 million to $2.0 million"),
        ((Decimal(1_000_001), None), (Decimal(1_000_002), None), "data revised from $1,000,001 to $1,000,002"),
        ((Decimal(5), Decimal(1000)), (Decimal(5), Decimal(2000)), "data revised: what was expected from $1 thousand"),
        ((Decimal(5), Decimal(5)), (Decimal(5), Decimal(5)), "the rule now judges January 2024 otherwise"),
    ],
)
def test_a_revision_in_words(was: Stated, now: Stated, words: str) -> None:
    assert revision(was, now, JAN).startswith(words)


def say(con: duckdb.DuckDBPyConnection, reason: Reason, note: str = "n", by: str = "ann", **more: Any) -> str:
    return alerts.answer(con, "hub-jump.KGZ", Answer(reason=reason, author=by, note=note, **more), NOW)


def standing(con: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
    (row,) = con.execute("select state, answer, owner, until from alerts.alert").fetchall()
    return tuple(row)


def test_people_answer_with_a_reason_and_a_name(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, JAN, hit(100))
    assert say(con, Reason.ACKNOWLEDGED, "I ask customs") == "Acknowledged by ann."
    assert standing(con) == ("open", "acknowledged", "ann", None)
    say(con, Reason.SILENCED, by="bob")
    assert standing(con) == ("open", "silenced", "bob", date(2025, 1, 1))
    assert judged(con, FEB, hit(199, "critical")) == {}
    assert judged(con, MAR, hit(200)) == {"worse": 1}
    assert standing(con) == ("open", None, None, None)
    say(con, Reason.EXPLAINED, "a plant")
    assert judged(con, APR, hit(390)) == {}
    say(con, Reason.REOPENED, "no plant")
    assert standing(con) == ("open", None, None, None)
    events = con.execute(
        "select reason, author, note, as_of, told_at is not null from alerts.event order by event_id"
    ).fetchall()
    assert events == [
        ("new", "tradewatch", None, VINTAGE, False),
        ("acknowledged", "ann", "I ask customs", VINTAGE, True),
        ("silenced", "bob", "n", VINTAGE, True),
        ("worse", "tradewatch", None, VINTAGE, False),
        ("explained", "ann", "a plant", VINTAGE, True),
        ("reopened", "ann", "no plant", VINTAGE, True),
    ]


def test_an_answer_that_takes_a_case_out_of_digests_is_told_once(con: duckdb.DuckDBPyConnection) -> None:
    queries.build(con, shipped("queries"), Path("no-such-folder"))
    judged(con, JAN, hit(100))
    digest.outbox.keep(con, digest.compose(con, NOW), [], NOW)
    say(con, Reason.ACKNOWLEDGED, "I ask customs")
    assert digest.compose(con, NOW).event_ids == ()
    say(con, Reason.EXPLAINED, "a plant")
    (item,) = digest.compose(con, NOW).closed
    assert (item.reason, item.change, item.event) == ("explained", "", "Explained by ann: a plant")
    text = digest.plain(digest.compose(con, NOW))
    assert "0 ongoing, 0 closed, 1 explained or silenced." in text
    assert "\nClosed, explained or silenced\n" in text
    say(con, Reason.REOPENED, "no plant")
    assert (digest.compose(con, NOW).closed, digest.compose(con, NOW).event_ids) == ((), ())
    say(con, Reason.SILENCED, "known")
    made = digest.compose(con, NOW)
    assert made.closed[0].event == "Silenced by ann until 2025-01-01, or until the amount doubles: known"
    digest.outbox.keep(con, made, [], NOW)
    assert digest.compose(con, NOW).items == ()


def test_a_silence_that_is_over_stands_no_longer(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, JAN, hit(100))
    say(con, Reason.SILENCED, until=date(2024, 8, 1))
    judged(con, FEB, hit(100))
    assert standing(con)[1] == "silenced"
    assert alerts.update(con, FEB, datetime(2024, 8, 1)) == {"reopened": 1}
    assert standing(con) == ("open", None, None, None)
    assert alerts.update(con, FEB, datetime(2024, 8, 1)) == {}


@pytest.mark.parametrize(
    ("reason", "more", "says"),
    [
        (Reason.EXPLAINED, {"note": " \x1b "}, "--reason needs"),
        (Reason.EXPLAINED, {"note": "x" * 2001}, "--reason needs"),
        (Reason.EXPLAINED, {"by": ""}, "--by needs a name"),
        (Reason.EXPLAINED, {"by": "Tradewatch"}, "not 'tradewatch'"),
        (Reason.SILENCED, {"until": date(2024, 7, 1)}, "is over already; --until needs a day after today"),
        (Reason.REOPENED, {}, "nothing to reopen"),
    ],
)
def test_an_answer_that_says_nothing_is_refused(
    con: duckdb.DuckDBPyConnection, reason: Reason, more: dict[str, Any], says: str
) -> None:
    judged(con, JAN, hit(100))
    with pytest.raises(DataError, match=says):
        say(con, reason, **more)
    assert con.execute("select count(*) from alerts.event").fetchone() == (1,)


def test_a_case_that_is_over_is_reopened_before_it_is_silenced(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, JAN, hit(100))
    judged(con, JAN, QUIET, datetime(2024, 6, 4))
    with pytest.raises(DataError, match="is over, so it cannot be silenced"):
        say(con, Reason.SILENCED)
    say(con, Reason.REOPENED)
    assert standing(con)[0] == "receding"
    assert alerts.update(con, JAN, NOW) == {}
    say(con, Reason.SILENCED)


def test_a_warehouse_made_before_alerts_had_a_life_goes_on(con: duckdb.DuckDBPyConnection) -> None:
    """The tables as they were: the columns are added, `over` becomes `closed`, and the case can be new again."""
    judged(con, JAN, hit(100))
    for table, columns in OLDER.items():
        for name in columns:
            con.execute(f"alter table {table} drop column {name}")
    con.execute(
        "insert into alerts.event select nextval('alerts.event_id'), alert_id, 'over', date '2024-03-01', 0, 0, 'low',"
        " 's', author, as_of, happened_at, null from alerts.event"
    )
    con.execute("update alerts.alert set state = 'over'")
    for _ in range(2):
        con.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
    assert con.execute("select reason, verdict from alerts.event order by event_id").fetchall() == [
        ("new", "hit"),
        ("closed", "quiet"),
    ]
    assert alerts.update(con, JAN, NOW) == {}
    assert standing(con)[0] == "closed"
    assert judged(con, APR, hit(100)) == {"new": 1}


OLDER = {
    "alerts.event": ("verdict", "note", "until", "expected_usd", "spread_usd"),
    "alerts.alert": ("severity", "watch", "area", "answer", "owner", "until"),
    "findings.judged": (),
}
"""The columns that are newer than the first warehouses."""


def test_why_of_an_unknown_alert_names_those_there_are(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(DataError, match="none yet"):
        alerts.why(con, "hub-jump.KGZ")
    judged(con, JAN, hit(100))
    with pytest.raises(DataError, match=r"there are hub-jump.KGZ"):
        alerts.why(con, "hub-jump.KAZ")
    found = alerts.why(con, "hub-jump.KGZ")
    assert found.finding["sentence"] == "s01"
    assert [event[1] for event in found.events] == ["new"]
    assert found.figures == ()  # no file of queries/why/ for this view
