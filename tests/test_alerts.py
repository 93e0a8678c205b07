"""The life of an alert: a table of cases, a property, and the same through the tables."""

import json
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewatch import alerts
from tradewatch.alerts.life import ENDS, QUIET_MONTHS, Reason, Seen, Told, reason_to_tell
from tradewatch.errors import DataError
from tradewatch.periods import shift

JAN = date(2024, 1, 1)
FEB, MAR, APR = (shift(JAN, step) for step in (1, 2, 3))
QUIET, MISSING = Seen(verdict="quiet"), Seen(verdict="not published")


def hit(amount: int, severity: str = "medium") -> Seen:
    return Seen(verdict="hit", amount_usd=Decimal(amount), severity=severity, score=3.0, sentence="s", rule="r")


def told(reason: Reason, month: date, amount: int = 100, severity: str = "medium") -> Told:
    return Told(reason=reason, month=month, amount_usd=Decimal(amount), severity=severity)


NEW_IN_JAN = [told(Reason.NEW, JAN)]
ENDED = [*NEW_IN_JAN, told(Reason.OVER, MAR, 0, "low")]


@pytest.mark.parametrize(
    ("life", "month", "seen", "quiet_months", "reason"),
    [
        ([], JAN, hit(100), 0, Reason.NEW),
        ([], JAN, QUIET, 9, None),
        ([], JAN, MISSING, 9, None),
        (NEW_IN_JAN, FEB, hit(110), 0, None),
        (NEW_IN_JAN, FEB, hit(50), 0, None),
        (NEW_IN_JAN, FEB, hit(200), 0, Reason.WORSE),
        (NEW_IN_JAN, FEB, hit(110, "high"), 0, Reason.WORSE),
        (NEW_IN_JAN, FEB, hit(90, "high"), 0, None),
        (NEW_IN_JAN, FEB, QUIET, 1, None),
        (NEW_IN_JAN, MAR, QUIET, 2, None),
        (NEW_IN_JAN, APR, QUIET, 3, Reason.OVER),
        (NEW_IN_JAN, APR, MISSING, 3, None),
        (NEW_IN_JAN, JAN, hit(100), 0, None),
        (NEW_IN_JAN, JAN, hit(124), 0, None),
        (NEW_IN_JAN, JAN, hit(125), 0, Reason.REVISED),
        (NEW_IN_JAN, JAN, hit(70), 0, Reason.REVISED),
        (NEW_IN_JAN, JAN, QUIET, 1, Reason.WITHDRAWN),
        (NEW_IN_JAN, JAN, MISSING, 0, None),
        (ENDED, APR, QUIET, 4, None),
        (ENDED, APR, hit(10), 0, Reason.NEW),
        (ENDED, MAR, QUIET, 3, None),
        (ENDED, MAR, hit(100), 0, Reason.REVISED),
        (ENDED, FEB, hit(900), 0, None),
    ],
)
def test_reason_to_tell(life: list[Told], month: date, seen: Seen, quiet_months: int, reason: Reason | None) -> None:
    assert reason_to_tell(life, month, seen, quiet_months) is reason


amounts = st.integers(min_value=1, max_value=1000)
sights = st.one_of(
    st.just(QUIET), st.just(MISSING), st.builds(hit, amounts, st.sampled_from(["medium", "high", "critical"]))
)


@given(st.lists(sights, max_size=40))
def test_each_thing_is_told_once(history: list[Seen]) -> None:
    """Whatever happens: a month judged twice tells nothing twice, and new and over take turns."""
    life: list[Told] = []
    quiet = 0
    for step, seen in enumerate(history):
        month = shift(JAN, step)
        quiet = {"hit": 0, "quiet": quiet + 1}.get(seen.verdict, quiet)
        before = len(life)
        for _ in range(2):
            if reason := reason_to_tell(life, month, seen, quiet):
                life.append(told(reason, month, int(seen.amount_usd), seen.severity))
        assert len(life) - before <= 1
        assert seen.verdict != "not published" or len(life) == before
    turns = [event.reason for event in life if event.reason in {Reason.NEW, *ENDS}]
    assert turns == [Reason.NEW, Reason.OVER] * (len(turns) // 2) + [Reason.NEW] * (len(turns) % 2)
    if quiet >= QUIET_MONTHS and life:
        assert life[-1].reason is Reason.OVER


VINTAGE = datetime(2024, 6, 1)


def judged(con: duckdb.DuckDBPyConnection, month: date, seen: Seen, vintage: datetime = VINTAGE) -> dict[str, int]:
    """Write what a rule saw of Kyrgyzstan, as findings does, and bring the alerts up to date."""
    where = [month, vintage]
    for table in ("judged", "finding"):
        con.execute(f"delete from findings.{table} where month = $1 and as_of = $2", where)
    con.execute(
        "insert into findings.judged values ('jump', 'hub-jump', 'KGZ', $1, $3, '', $2, $2)", [*where, seen.verdict]
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
    return alerts.update(con, month, datetime(2024, 7, 1))


def test_the_life_of_an_alert_through_the_tables(con: duckdb.DuckDBPyConnection) -> None:
    months = [shift(JAN, step) for step in range(9)]
    seen = [hit(100), hit(110), hit(250), QUIET, MISSING, QUIET, QUIET, QUIET, hit(100)]
    told = [judged(con, month, sight) for month, sight in zip(months, seen, strict=True)]
    assert told == [{"new": 1}, {}, {"worse": 1}, {}, {}, {}, {"over": 1}, {}, {"new": 1}]
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


def test_revised_figures_are_told_as_revised(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, JAN, hit(100))
    assert judged(con, JAN, hit(100), datetime(2024, 6, 2)) == {}
    assert judged(con, JAN, hit(160), datetime(2024, 6, 3)) == {"revised": 1}
    assert judged(con, JAN, QUIET, datetime(2024, 6, 4)) == {"withdrawn": 1}
    assert judged(con, JAN, QUIET, datetime(2024, 6, 5)) == {}
    assert con.execute("select state from alerts.alert").fetchall() == [("over",)]
    assert con.execute("select count(*) from findings.finding").fetchone() == (3,)  # every vintage stays


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
