"""
The fifth stage: an alert is a case (rule family × subject) with a life, told once for each thing that happens to it.

    new ──► worse ──► … ──► over ──► new again
     └──► revised, withdrawn (the figures changed, not the trade)

Events are only ever added. What to tell about a month is a pure function of what stood before it, what the rules saw in
it, and what was told about it already: judging a month twice on the same figures tells nothing.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import duckdb

from tradewatch.alerts.life import QUIET_MONTHS, Reason, Seen, Told, reason_to_tell
from tradewatch.alerts.why import Figure, Why, why
from tradewatch.files import shipped
from tradewatch.warehouse import transaction

__all__ = ["Figure", "Reason", "Seen", "Told", "Why", "reason_to_tell", "update", "why"]


def update(con: duckdb.DuckDBPyConnection, month: date, now: datetime, as_of: datetime | None = None) -> dict[str, int]:
    """
    Bring every alert up to date with what the rules saw of a month; returns how many events of each reason were added.

    Months are given in order, oldest first. Times are naive UTC; `as_of` limits which vintages of findings are read.
    """
    counts: Counter[str] = Counter()
    with transaction(con):
        for case in _cases(con, month, as_of or now):
            life = _life(con, case.alert_id)
            reason = reason_to_tell(life, month, case.seen, case.quiet_months)
            if reason:
                _add_event(con, case, reason, month, now)
                counts[reason.value] += 1
        con.execute("delete from alerts.alert")
        con.execute(_sql("standing"), {"as_of": as_of or now})
    return dict(counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A rule family and a subject in one month, as judged on the newest vintage."""

    alert_id: str
    family: str
    subject: str
    seen: Seen
    quiet_months: int
    vintage: datetime


def _cases(con: duckdb.DuckDBPyConnection, month: date, as_of: datetime) -> list[Case]:
    rows = con.execute(_sql("cases"), {"month": month, "as_of": as_of}).fetchall()
    return [_case(*row) for row in rows]


def _case(
    family: str,
    subject: str,
    verdict: str,
    vintage: datetime,
    quiet_months: int,
    rule: str,
    score: float | None,
    amount_usd: Decimal | None,
    evidence: str | None,
) -> Case:
    seen = Seen(verdict=verdict, rule=rule)
    if verdict == "hit" and evidence:
        proof = json.loads(evidence)
        seen = Seen(
            verdict=verdict,
            score=score or 0.0,
            amount_usd=amount_usd or Decimal(0),
            severity=proof["severity"],
            sentence=proof["sentence"],
            rule=rule,
        )
    return Case(
        alert_id=f"{family}.{subject}",
        family=family,
        subject=subject,
        seen=seen,
        quiet_months=quiet_months,
        vintage=vintage,
    )


def _sql(name: str) -> str:
    return (shipped("queries") / "alerts" / f"{name}.sql").read_text(encoding="utf-8")


def _life(con: duckdb.DuckDBPyConnection, alert_id: str) -> list[Told]:
    rows = con.execute(
        "select reason, month, amount_usd, severity from alerts.event where alert_id = $1 order by event_id", [alert_id]
    ).fetchall()
    return [
        Told(reason=Reason(reason), month=month, amount_usd=amount, severity=level)
        for reason, month, amount, level in rows
    ]


def _add_event(con: duckdb.DuckDBPyConnection, case: Case, reason: Reason, month: date, now: datetime) -> None:
    con.execute(
        "insert into alerts.event (event_id, alert_id, reason, month, score, amount_usd, severity, sentence, author,"
        " as_of, happened_at) values (nextval('alerts.event_id'), $1, $2, $3, $4, $5, $6, $7, 'tradewatch', $8, $9)",
        [
            *(case.alert_id, reason.value, month, case.seen.score, case.seen.amount_usd, case.seen.severity),
            *(_sentence(case, reason, month), case.vintage, now),
        ],
    )


def _sentence(case: Case, reason: Reason, month: date) -> str:
    if reason is Reason.OVER:
        return f"{QUIET_MONTHS} published months to {month:%B %Y} without a hit."
    if reason is Reason.WITHDRAWN:
        return f"With the figures as revised, {month:%B %Y} is no longer unusual."
    return case.seen.sentence
