"""Bringing every alert up to date with what the rules saw of a month: one event for each thing there is to tell."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import duckdb

from tradewatch.alerts.life import QUIET_MONTHS, Reason, Seen, Told, ended, reason_to_tell
from tradewatch.files import sql_of
from tradewatch.warehouse import first_row, transaction
from tradewatch.words import dollars

AUTHOR = "tradewatch"
"""Who says what the figures say; no person can be called so."""


Stated = tuple[Decimal | None, Decimal | None]
"""What was stated and expected, US dollars; None where it is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A rule family and a subject in one month, as judged on the newest vintage."""

    alert_id: str
    seen: Seen
    quiet_months: int


def update(con: duckdb.DuckDBPyConnection, month: date, now: datetime, as_of: datetime | None = None) -> dict[str, int]:
    """
    Bring every alert up to date with what the rules saw of a month; returns how many events of each reason were added.

    Months are given in order, oldest first. Times are naive UTC; `as_of` limits which vintages of findings are read.
    """
    counts: Counter[str] = Counter()
    with transaction(con):
        lives = read_lives(con)
        for one in _judged(con, month, as_of or now):
            life = lives.get(one.alert_id, [])
            reason = reason_to_tell(life, month, one.seen, one.quiet_months, now.date())
            if reason:
                _add_event(con, one, life, reason, month, now)
                counts[reason.value] += 1
        stand(con, as_of or now)
    return dict(counts)


def stand(con: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Write anew where every alert stands, inside the caller's transaction."""
    con.execute("delete from alerts.alert")
    con.execute(_sql("standing"), {"as_of": as_of})


def read_lives(con: duckdb.DuckDBPyConnection) -> Mapping[str, list[Told]]:
    """Every event of every alert, oldest first, by alert."""
    rows = con.execute(
        "select alert_id, reason, month, amount_usd, severity, verdict, as_of, until from alerts.event"
        " order by event_id"
    ).fetchall()
    lives: dict[str, list[Told]] = defaultdict(list)
    for alert_id, reason, month, amount, level, verdict, vintage, until in rows:
        lives[alert_id].append(
            Told(
                reason=Reason(reason),
                month=month,
                amount_usd=amount,
                severity=level,
                verdict=verdict,
                vintage=vintage,
                until=until,
            )
        )
    return lives


def _judged(con: duckdb.DuckDBPyConnection, month: date, as_of: datetime) -> list[Judged]:
    rows = con.execute(_sql("cases"), {"month": month, "as_of": as_of}).fetchall()
    return [_one(*row) for row in rows]


def _one(
    family: str,
    subject: str,
    verdict: str,
    vintage: datetime,
    quiet_months: int,
    rule: str,
    score: float | None,
    amount_usd: Decimal | None,
    evidence: str | None,
    before: str,
    carried_usd: Decimal | None,
) -> Judged:
    proof = json.loads(evidence) if verdict == "hit" and evidence else {}
    seen = Seen(
        verdict=verdict,
        score=score or 0.0,
        amount_usd=amount_usd or Decimal(0),
        severity=proof.get("severity", "low"),
        sentence=proof.get("sentence", ""),
        rule=rule,
        vintage=vintage,
        before=before,
        carried_usd=carried_usd,
    )
    return Judged(alert_id=f"{family}.{subject}", seen=seen, quiet_months=quiet_months)


def _sql(name: str) -> str:
    return sql_of(f"alerts/{name}")


def _add_event(
    con: duckdb.DuckDBPyConnection, one: Judged, life: Sequence[Told], reason: Reason, month: date, now: datetime
) -> None:
    seen, hit = one.seen, one.seen.verdict == "hit"
    amount = seen.amount_usd if hit else Decimal(0) if reason is Reason.CLOSED else seen.carried_usd or Decimal(0)
    con.execute(
        "insert into alerts.event (event_id, alert_id, reason, month, score, amount_usd, severity, sentence, author,"
        " as_of, happened_at, verdict)"
        " values (nextval('alerts.event_id'), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            *(one.alert_id, reason.value, month, seen.score, amount),
            *(seen.severity if hit else life[-1].severity, _sentence(con, one, life, reason, month)),
            *(AUTHOR, seen.vintage, now, seen.verdict),
        ],
    )


def _sentence(con: duckdb.DuckDBPyConnection, one: Judged, life: Sequence[Told], reason: Reason, month: date) -> str:
    """What happened, in words; for a revision from what to what, beside the rule's own sentence where there is one."""
    says = one.seen.sentence or f"{month:%B %Y} is no longer unusual."
    if reason is Reason.CLOSED:
        return f"{QUIET_MONTHS} published months to {month:%B %Y} without a hit."
    if reason is Reason.RECEDING:
        return f"{month:%B %Y} is no longer unusual; closed after {QUIET_MONTHS} published months like it."
    if reason is Reason.WITHDRAWN:
        carrier = next(event for event in reversed(life) if event.verdict == "hit")
        return f"Withdrawn: {_revised(con, one, carrier)}; with these figures nothing unusual is left."
    if reason is Reason.REOPENED and not ended(life):
        return f"The silence is over, and it is still unusual. {says}"
    if reason in (Reason.REVISED, Reason.REOPENED):
        revised = _revised(con, one, _same_month(life, month))
        return f"{revised[:1].upper()}{revised[1:]}. {says}"
    return one.seen.sentence


def _same_month(life: Sequence[Told], month: date) -> Told | None:
    return next((event for event in reversed(life) if event.verdict and event.month == month), None)


def _revised(con: duckdb.DuckDBPyConnection, one: Judged, told: Told | None) -> str:
    """`data revised from X to Y`, of the month an event told of: as it was then, and as it is now."""
    if told is None:
        return "data revised"
    was, now = (_figures(con, one, told.month, vintage) for vintage in (told.vintage, one.seen.vintage))
    return revision(was, now, told.month)


def _figures(con: duckdb.DuckDBPyConnection, one: Judged, month: date, vintage: datetime) -> Stated:
    """What was stated and expected of a month, US dollars, on the newest vintage up to one."""
    row = first_row(
        con,
        "select value_usd, expected_usd from findings.judged where rule = $rule and subject = $subject"
        " and month = $month and as_of <= $as_of and verdict <> 'not published' order by as_of desc limit 1",
        {"rule": one.seen.rule, "subject": one.alert_id.partition(".")[2], "month": month, "as_of": vintage},
    )
    return (row[0], row[1]) if row else (None, None)


def revision(was: Stated, now: Stated, month: date) -> str:
    """In words, how a month's stated and expected US dollars changed from one vintage to another."""
    for what, before, after in (("", was[0], now[0]), ("what was expected ", was[1], now[1])):
        if before is None or after is None:
            return f"data revised for {month:%B %Y}"
        if before != after:
            shown = [dollars(float(value)) for value in (before, after)]
            if shown[0] == shown[1]:
                shown = [f"${value:,.0f}" for value in (before, after)]
            return f"data revised{': ' if what else ' '}{what}from {shown[0]} to {shown[1]} for {month:%B %Y}"
    return f"the rule now judges {month:%B %Y} otherwise, on the same figures"
