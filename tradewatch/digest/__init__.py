"""
The sixth stage: what a reader sees. `compose` reads the tables into a plain `Digest`; `markdown` and `plain` write it.

The same tables and the same `now` give the same bytes. Nothing is marked as told here until `mark_told`, which the
caller runs in one transaction with the delivery.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from tradewatch.digest.model import Digest, Item, Rule, Source
from tradewatch.digest.text import markdown, plain
from tradewatch.files import shipped
from tradewatch.warehouse import first_row

__all__ = ["Digest", "Item", "Rule", "Source", "compose", "mark_told", "markdown", "plain"]

ATTRIBUTION: Mapping[str, str] = {
    "eurostat": "Source: Eurostat (Comext)",
    "comtrade": "Source: UN Comtrade",
    "gacc": "Source: General Administration of Customs of China",
    "gacc_quoted": "Source: General Administration of Customs of China, as quoted by the press",
}


def compose(con: duckdb.DuckDBPyConnection, now: datetime, as_of: datetime | None = None) -> Digest:
    """What is to be told now (naive UTC), from events not yet told and from alerts that go on."""
    events = _dicts(con, "untold", {"as_of": as_of or now})
    standing = [_item(row, events) for row in _dicts(con, "standing", {})]
    month, known_at = _judged(con)
    return Digest(
        month=month,
        composed_at=now,
        known_at=known_at,
        new=_of(standing, "new"),
        worse=_of(standing, "worse", "revised", "reopened"),
        over=_of(standing, "closed", "withdrawn"),
        still=_of(standing, "still"),
        inhibited=tuple(row["line"] for row in _dicts(con, "inhibited", {"month": month})),
        health=tuple(_health(con, month, now)),
        rules=_rules(con),
        sources=_sources(con),
        event_ids=tuple(event["event_id"] for event in events),
    )


def mark_told(con: duckdb.DuckDBPyConnection, digest: Digest, now: datetime) -> None:
    """Remember that the digest's events were told, inside the caller's transaction."""
    con.execute(
        "update alerts.event set told_at = $1 where told_at is null and list_contains($2, event_id)",
        [now, list(digest.event_ids)],
    )


def _of(items: Sequence[Item], *reasons: str) -> tuple[Item, ...]:
    """The items of these reasons, the most surprising first."""
    return tuple(sorted((i for i in items if i.reason in reasons), key=lambda i: (-i.score, i.alert_id)))


def _item(row: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Item:
    untold = [event for event in events if event["alert_id"] == row["alert_id"]]
    proof = json.loads(row["evidence"]) if row["evidence"] else {}
    return Item(
        alert_id=row["alert_id"],
        reason=_reason([event["reason"] for event in untold], row["state"], row["answer"]),
        title=row["title"],
        severity=proof.get("severity", "low"),
        sentence=row["sentence"],
        event=untold[-1]["sentence"] if untold and untold[-1]["reason"] not in ("new", "worse", "receding") else "",
        first_month=row["first_month"],
        month=row["last_month"],
        score=row["score"],
        amount_usd=row["amount_usd"],
        value_usd=proof.get("value_usd"),
        expected_usd=proof.get("expected_usd"),
        notes=tuple(_notes(row, proof.get("row", {}))),
        next=tuple(step.replace("{alert_id}", row["alert_id"]) for step in (row["next"] or "").splitlines()),
    )


def _reason(untold: Sequence[str], state: str, answer: str | None) -> str:
    """One reason for all that happened since the last digest: the end counts most, then the beginning."""
    told = [reason for reason in untold if reason != "receding"]  # a note beside an alert that goes on
    if not told:
        return "silent" if state in ("closed", "withdrawn") or answer in ("explained", "silenced") else "still"
    if told[-1] in ("closed", "withdrawn"):
        return told[-1]
    return "new" if "new" in told else told[-1]


def _notes(row: Mapping[str, Any], figures: Mapping[str, Any]) -> list[str]:
    """What a reader must know beside the figures: goods left out, months missing, an alert that recedes."""
    notes = []
    if left_out := figures.get("seam_excluded_usd"):
        notes.append(f"left out, because their codes changed inside the window: ${left_out:,.0f}")
    if (published := figures.get("months_published")) and published < 27:
        notes.append(f"{published} of 27 months compared are published by every supplier counted")
    if row["state"] == "receding":
        notes.append(f"no hit since {row['last_month']:%Y-%m}; closed after three published months without one")
    if row["answer"]:
        notes.append(f"{row['answer']} by {row['owner']}" + (f" until {row['until']}" if row["until"] else ""))
    return notes


def _judged(con: duckdb.DuckDBPyConnection) -> tuple[date | None, datetime | None]:
    row = first_row(
        con,
        "select max(month), max(as_of) from findings.judged where month ="
        " (select max(month) from findings.judged where verdict <> 'not published')",
    )
    return (row[0], row[1]) if row else (None, None)


def _health(con: duckdb.DuckDBPyConnection, month: date | None, now: datetime) -> list[str]:
    """One sentence for each thing a reader should not trust blindly; none when all is well."""
    checks = con.execute(
        "select view_name, comment from duckdb_views() where schema_name = 'checks' and not internal order by view_name"
    ).fetchall()
    found = [(name, text, _count(con, f'select count(*) from checks."{name}"')) for name, text in checks]
    lines = [f"{name}: {count:,} row(s). {text}" for name, text, count in found if count]
    lines += [row["line"] for row in _dicts(con, "health", {"month": month})]
    return lines + [line for row in _dicts(con, "releases", {"now": now}) if (line := _release(row))]


def _release(row: Mapping[str, Any]) -> str:
    """What a reader must know of a release: it is late, or waits to be saved by hand; nothing else."""
    gaps = f"not here, though later months are: {row['gap_months']}." if row["gaps"] else ""
    more = f" N{gaps[1:]}" if gaps else ""
    what = f"{row['layout']} {row['next_month']}"
    if row["state"] == "late":
        return (
            f"{what}: due on {row['due_on']} by the calendar, not there when last asked on {row['last_asked']}.{more}"
        )
    if row["state"] == "due" and row["by_hand"]:
        return f"{what}: can be saved by hand since {row['due_on']}.{more}"
    return f"{row['layout']}: {gaps}" if gaps else ""


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = first_row(con, query)
    return int(row[0]) if row else 0


def _rules(con: duckdb.DuckDBPyConnection) -> tuple[Rule, ...]:
    rows = con.execute("select rule, title, thresholds from alerts.rule order by rule").fetchall()
    return tuple(Rule(id=rule, title=title, thresholds=tuple(text.splitlines())) for rule, title, text in rows)


def _sources(con: duckdb.DuckDBPyConnection) -> tuple[Source, ...]:
    rows = con.execute(
        "select source, cast(max(case when freq = 'A' then period + interval 11 month else period end) as date),"
        " max(known_from) from facts.trade group by source order by source"
    ).fetchall()
    return tuple(
        Source(name=name, attribution=ATTRIBUTION.get(name, f"Source: {name}"), newest_period=period, newest_release=at)
        for name, period, at in rows
    )


def _dicts(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    """The rows of a select of queries/digest/."""
    query = (shipped("queries") / "digest" / f"{name}.sql").read_text(encoding="utf-8")
    result = con.execute(query, dict(values))
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
