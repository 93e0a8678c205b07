"""
The outbox: what was told, and what has to reach whom. A digest and its deliveries are written in one transaction with
the events that it tells; each delivery is then sent and marked on its own.

    waiting ──► sending ──► sent
       ▲  ▲         └─ refused: waiting again, with the error
       │  └─ a run that died, or a channel that went silent: nobody knows whether it arrived, so it is sent again
       └─ a recipient's weekday has not come
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from tradewatch.digest.model import Digest
from tradewatch.digest.stored import as_json, from_json
from tradewatch.warehouse import first_row, transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One digest on its way to one recipient of one channel; `state` as in alerts.delivery."""

    digest_id: str
    channel: str
    recipient: str  # empty for a channel that has one reader
    state: str
    attempts: int

    @property
    def doubtful(self) -> bool:
        """Whether a run died after it began to send, so that this may be a repetition."""
        return self.state == "sending"


def keep(con: duckdb.DuckDBPyConnection, digest: Digest, to: Iterable[tuple[str, str]], now: datetime) -> str:
    """Write the digest, a delivery for each (channel, recipient), and that its events are told; returns its id."""
    body = as_json(digest)
    digest_id = (
        f"{f'{digest.month:%Y-%m}' if digest.month else 'no-month'}.{hashlib.sha256(body.encode()).hexdigest()[:16]}"
    )
    with transaction(con):
        con.execute(
            "update alerts.event set told_at = $1 where told_at is null and list_contains($2, event_id)",
            [now, list(digest.event_ids)],
        )
        con.execute(
            "insert into alerts.digest values ($1, $2, $3, $4, $5)",
            [digest_id, digest.composed_at, digest.month, digest.known_at, body],
        )
        for channel, recipient in to:
            con.execute(
                "insert into alerts.delivery values ($1, $2, $3, 'waiting', 0, $4, null, null, null)",
                [digest_id, channel, recipient, now],
            )
    return digest_id


def recipients(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Channel and recipient of every delivery so far."""
    return con.execute("select distinct channel, recipient from alerts.delivery order by 1, 2").fetchall()


def undelivered(con: duckdb.DuckDBPyConnection) -> list[Delivery]:
    """What has not arrived, the oldest first; what a dead run was sending included."""
    rows = con.execute(
        "select digest_id, channel, recipient, state, attempts from alerts.delivery"
        " where state in ('waiting', 'sending') order by queued_at, digest_id, channel, recipient"
    ).fetchall()
    return [
        Delivery(digest_id=digest_id, channel=channel, recipient=recipient, state=state, attempts=attempts)
        for digest_id, channel, recipient, state, attempts in rows
    ]


def sending(con: duckdb.DuckDBPyConnection, one: Delivery, now: datetime) -> None:
    """Remember, before anything leaves, that it is being sent: who dies now leaves a trace."""
    _mark(con, one, "state = 'sending', attempts = attempts + 1, tried_at = $4, error = null", now)


def sent(con: duckdb.DuckDBPyConnection, one: Delivery, now: datetime) -> None:
    """Remember that the channel took it: it is never sent again."""
    _mark(con, one, "state = 'sent', sent_at = $4, error = null", now)


def refused(con: duckdb.DuckDBPyConnection, one: Delivery, sentence: str, now: datetime, *, doubtful: bool) -> None:
    """Remember why it was not taken, or that nobody knows whether it was (`doubtful`); the next run tries again."""
    state = "sending" if doubtful else "waiting"
    _mark(con, one, "state = $6, tried_at = $4, error = $5", now, sentence, state)


def skipped(con: duckdb.DuckDBPyConnection, one: Delivery, sentence: str, now: datetime) -> None:
    """Remember why it is not to be sent at all."""
    _mark(con, one, "state = 'skipped', tried_at = $4, error = $5", now, sentence)


def _mark(con: duckdb.DuckDBPyConnection, one: Delivery, change: str, *values: object) -> None:
    with transaction(con):
        con.execute(
            f"update alerts.delivery set {change} where digest_id = $1 and channel = $2 and recipient = $3",
            [one.digest_id, one.channel, one.recipient, *values],
        )


def read(con: duckdb.DuckDBPyConnection, digest_id: str) -> Digest:
    """A digest as it was told."""
    row = first_row(con, "select body from alerts.digest where digest_id = $id", {"id": digest_id})
    if row is None:
        raise KeyError(digest_id)
    return from_json(row[0])


def as_told(con: duckdb.DuckDBPyConnection, at: datetime) -> Digest | None:
    """The newest digest that had been told at a time (naive UTC), or None."""
    row = first_row(
        con,
        "select body from alerts.digest where composed_at <= $at order by composed_at desc, digest_id limit 1",
        {"at": at},
    )
    return from_json(row[0]) if row else None


def has_news(con: duckdb.DuckDBPyConnection, digest: Digest) -> bool:
    """Whether a digest tells what no digest told: an event, or that a newer month was judged and all is quiet."""
    row = first_row(con, "select max(month) from alerts.digest")
    told = row[0] if row else None
    return bool(digest.event_ids) or (digest.month is not None and (told is None or digest.month > told))
