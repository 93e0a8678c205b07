"""What people say of an alert: an event with its author and reason, added to what the figures say."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from tradewatch.alerts.life import Reason, ended
from tradewatch.alerts.life import answer as standing_answer
from tradewatch.alerts.update import AUTHOR, read_lives, stand
from tradewatch.alerts.why import find
from tradewatch.errors import DataError
from tradewatch.files import plain
from tradewatch.periods import shift
from tradewatch.warehouse import first_row, transaction

SILENT_MONTHS = 6
"""How long a silence lasts unless told otherwise."""

TAKES_OUT = frozenset({Reason.EXPLAINED, Reason.SILENCED})
"""Answers after which digests list a case no longer: they say so once, so that nobody misses it without a word."""

LONGEST_NOTE, LONGEST_NAME = 2000, 100

NEEDS_OPEN = frozenset({Reason.ACKNOWLEDGED, Reason.SILENCED})
"""What makes no sense of a case that is closed or withdrawn; it can still be confirmed or explained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody says: `reason` is acknowledged, confirmed, explained, silenced or reopened."""

    reason: Reason
    author: str
    note: str
    until: date | None = None  # of a silence: its first day without it; six months from now when it is not named


def answer(con: duckdb.DuckDBPyConnection, alert_id: str, said: Answer, now: datetime) -> str:
    """
    Add what somebody says of an alert (naive UTC); returns the sentence of the event.

    A confirmed case keeps, from the finding that opened it, what was expected and how far chance spreads it. Raises
    DataError when there is no such alert, no reason or author, or nothing that could be answered so.
    """
    alert = find(con, alert_id)
    author, note, until = _author(said), _note(said), _until(said, now.date())
    with transaction(con):
        life = read_lives(con).get(alert["alert_id"], [])
        if problem := refusal(said.reason, is_ended=ended(life), is_answered=standing_answer(life) is not None):
            raise DataError(f"{alert['alert_id']} {problem}.")
        onset = _onset(con, alert) if said.reason is Reason.CONFIRMED else None
        sentence = _sentence(said.reason, author, until)
        con.execute(  # an answer that no digest told is overtaken by this one
            "update alerts.event set told_at = $1 where alert_id = $2 and author <> $3 and told_at is null",
            [now, alert["alert_id"], AUTHOR],
        )
        con.execute(
            "insert into alerts.event (event_id, alert_id, reason, month, score, amount_usd, severity, sentence,"
            " author, as_of, happened_at, told_at, note, until, expected_usd, spread_usd) values"
            " (nextval('alerts.event_id'), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            [
                *(alert["alert_id"], said.reason.value, _judged_month(con, alert), alert["score"], alert["amount_usd"]),
                *(alert["severity"] or "low", sentence, author, life[-1].vintage, now),
                *(None if said.reason in TAKES_OUT else now, note, until),
                *(onset or (None, None)),
            ],
        )
        stand(con, now)
    return sentence


def refusal(reason: Reason, *, is_ended: bool, is_answered: bool) -> str | None:
    """Why an alert cannot be answered so, or None: only what stands can be taken back, only what is open be silent."""
    if reason is Reason.REOPENED:
        return None if is_ended or is_answered else "is open and nobody has answered it: there is nothing to reopen"
    if is_ended and reason in NEEDS_OPEN:
        return f"is over, so it cannot be {reason}; reopen it first, or confirm or explain it"
    return None


def _author(said: Answer) -> str:
    name = plain(said.author)
    if not name or len(name) > LONGEST_NAME or name.lower() == AUTHOR:
        raise DataError(f"who says it? --by needs a name of 1 to {LONGEST_NAME} characters that is not {AUTHOR!r}.")
    return name


def _note(said: Answer) -> str:
    note = plain(said.note)
    if not note or len(note) > LONGEST_NOTE:
        raise DataError(f"--reason needs 1 to {LONGEST_NOTE} characters that others can understand later.")
    return note


def _until(said: Answer, today: date) -> date | None:
    if said.reason is not Reason.SILENCED:
        return None
    until = said.until or _same_day(today, SILENT_MONTHS)
    if until <= today:
        raise DataError(f"a silence until {until} is over already; --until needs a day after today, {today}.")
    return until


def _same_day(today: date, months: int) -> date:
    """The same day of a later month, or that month's 28th where it may have no such day."""
    return shift(today, months).replace(day=min(today.day, 28))


def _judged_month(con: duckdb.DuckDBPyConnection, alert: dict[str, Any]) -> date:
    """The newest month that was judged: what people say is said of what they could see."""
    row = first_row(
        con,
        "select max(month) from findings.judged where family = $family and subject = $subject"
        " and verdict in ('hit', 'quiet')",
        {"family": alert["family"], "subject": alert["subject"]},
    )
    month: date = (row[0] if row else None) or alert["last_month"]
    return month


def _onset(con: duckdb.DuckDBPyConnection, alert: dict[str, Any]) -> tuple[Decimal, float] | None:
    """What was expected in the month the case was new, US dollars, and one standard deviation of it."""
    row = first_row(
        con,
        "select amount_usd, score, evidence from findings.finding where rule = $rule and subject = $subject"
        " and month = $month order by as_of desc limit 1",
        {"rule": alert["rule"], "subject": alert["subject"], "month": alert["first_month"]},
    )
    expected = json.loads(row[2]).get("expected_usd") if row else None
    if not row or expected is None or not row[1]:
        return None
    return Decimal(str(expected)), abs(float(row[0]) / row[1])


def _sentence(reason: Reason, author: str, until: date | None) -> str:
    ends = f" until {until}, or until the amount doubles" if until else ""
    return f"{reason.value.capitalize()} by {author}{ends}."
