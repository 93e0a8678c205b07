"""From the tables to a digest: what is to be told now, and how far the figures can be trusted."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from tradewatch.digest.model import ENDS, HITS, LEVELS, SECTION, SETTLED, Digest, History, Item, Rule, Source
from tradewatch.files import shipped, sql_of
from tradewatch.warehouse import dicts, first_row

ATTRIBUTION: Mapping[str, str] = {
    "eurostat": "Source: Eurostat (Comext)",
    "comtrade": "Source: UN Comtrade",
    "gacc": "Source: General Administration of Customs of China",
    "imf": "Source: International Monetary Fund, International Trade in Goods by partner country (IMTS)",
    "gacc_quoted": "Source: General Administration of Customs of China, as quoted by the press",
}

CAP = 10
"""How many alerts of a section are told, unless the settings say otherwise: more are not read."""

Row = Mapping[str, Any]


def compose(
    con: duckdb.DuckDBPyConnection, now: datetime, as_of: datetime | None = None, *, cap: int = CAP, report: str = ""
) -> Digest:
    """
    What is to be told now (naive UTC), from events not yet told and from alerts that go on.

    The same tables and the same `now` give the same digest. Nothing is marked as told: see `outbox.keep`.
    """
    events = _dicts(con, "untold", {"as_of": as_of or now})
    by_alert: dict[str, list[Row]] = defaultdict(list)
    for event in events:
        by_alert[event["alert_id"]].append(event)
    items = [_item(row, by_alert[row["alert_id"]]) for row in _dicts(con, "standing", {})]
    month, known_at = _judged(con)
    confirmed, explained = _verdicts(con, now)
    return Digest(
        month=month,
        composed_at=now,
        known_at=known_at,
        new=_with_charts(con, _section(items, "new"), cap),
        worse=_with_charts(con, _section(items, "worse"), cap),
        ongoing=_section(items, "ongoing"),
        closed=_section(items, "closed"),
        health=tuple(_health(con, month, now)),
        confirmed=confirmed,
        explained=explained,
        rules=_rules(con),
        sources=_sources(con),
        event_ids=tuple(event["event_id"] for event in events),
        cap=cap,
        report=report,
    )


def reason_told(untold: Sequence[str], *standing: str) -> str:
    """
    One reason for all that happened since the last digest; `ongoing`, or nothing to say of what is settled by its state
    or by what people answered.

    An end or a withdrawal counts most, then the beginning, then whatever is worse, then what happened last.
    """
    if not untold:
        return "settled" if SETTLED.intersection(standing) else "ongoing"
    if untold[-1] in SETTLED:
        return untold[-1]
    if "new" in untold:
        return "new"
    worse = [reason for reason in untold if SECTION[reason] == "worse" and reason not in SETTLED]
    return worse[-1] if worse else untold[-1]


def _section(items: Iterable[Item], name: str) -> tuple[Item, ...]:
    """The items of a section: what was withdrawn first, then the most surprising."""
    found = [item for item in items if SECTION.get(item.reason, item.reason) == name]
    return tuple(sorted(found, key=lambda item: (item.reason != "withdrawn", -item.score, item.alert_id)))


def _item(row: Row, events: Sequence[Row]) -> Item:
    """An alert as it is told; that it recedes is no news where a later month was a hit again before anybody read it."""
    proof = json.loads(row["evidence"]) if row["evidence"] else {}
    untold = [event for event in events if event["reason"] != "receding" or event["month"] > row["last_month"]]
    reason = reason_told([event["reason"] for event in untold], row["answer"] or "", row["state"])
    told = next((event for event in reversed(untold) if event["reason"] == reason), None)
    return Item(
        alert_id=row["alert_id"],
        reason=reason,
        change=told["change"] if told else "",
        title=row["title"],
        severity=proof.get("severity", "low"),
        severity_told=LEVELS[row["severity_told"]],
        watch=proof.get("watch") or row["watch"],
        area=proof.get("area") or row["area"],
        sentence=row["sentence"],
        event=_event(told, untold, row["sentence"]) if told else "",
        first_month=row["first_month"],
        month=row["last_month"],
        score=row["score"],
        amount_usd=row["amount_usd"],
        value_usd=_number(proof.get("value_usd")),
        expected_usd=_number(proof.get("expected_usd")),
        notes=tuple(_notes(row, proof.get("row", {}))) if reason not in SETTLED else (),
        next=tuple(step.replace("{alert_id}", row["alert_id"]) for step in (row["next"] or "").splitlines()),
    )


def _number(value: float | None) -> float | None:
    """A number as the outbox gives it back: whole ones too are floats."""
    return None if value is None else float(value)


def _event(told: Row, untold: Sequence[Row], sentence: str) -> str:
    """
    What happened, where the alert's own sentence does not say it: an end, or the word of a person. An end after which
    it began again, and which no digest told, is said too: whoever read of the first case reads what became of it.
    """
    if told["author"] != "tradewatch":
        return f"{told['sentence'].rstrip('.')}: {told['note']}" if told["note"] else str(told["sentence"])
    if told["reason"] not in HITS:
        return str(told["sentence"])
    ends = [event for event in untold if event["reason"] in ENDS and event["event_id"] < told["event_id"]]
    before = "".join(f"Before that: {event['sentence']} " for event in ends)
    return before + sentence if before else ""


def _notes(row: Row, figures: Row) -> list[str]:
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


MONTHS_SHOWN = 36


def _with_charts(con: duckdb.DuckDBPyConnection, items: tuple[Item, ...], cap: int) -> tuple[Item, ...]:
    """The items with the months behind those that are told in full, read at once for all that share a question."""
    views = dict(
        con.execute("select a.alert_id, r.view from alerts.alert as a join alerts.rule as r using (rule)").fetchall()
    )
    shared: dict[tuple[str, str, date], set[str]] = defaultdict(set)
    for item in items[:cap]:
        shared[views.get(item.alert_id, ""), item.watch, item.month].add(item.area)
    found = {key: _histories(con, *key, sorted(areas)) for key, areas in shared.items()}
    return (
        *(
            replace(item, history=found[views.get(item.alert_id, ""), item.watch, item.month].get(item.area))
            for item in items[:cap]
        ),
        *items[cap:],
    )


def _histories(
    con: duckdb.DuckDBPyConnection, view: str, watch: str, month: date, areas: Sequence[str]
) -> dict[str, History]:
    """The months behind rows of a view, by area; none when it has no file in queries/history/."""
    path = shipped("queries") / "history" / f"{view}.sql"
    if not path.is_file():
        return {}
    values = {"watch": watch, "areas": areas, "period": month, "months": MONTHS_SHOWN}
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for area, *row in con.execute(path.read_text(encoding="utf-8"), values).fetchall():
        rows[area].append(tuple(row))
    return {area: _history(con, tuple(zip(*found, strict=True))) for area, found in rows.items()}


def _history(con: duckdb.DuckDBPyConnection, columns: tuple[Any, ...]) -> History:
    months, usd, low, high = columns
    policy = _dicts(con, "policy", {"first": months[0], "last": months[-1]})
    return History(
        months=months,
        values_usd=usd,
        low_usd=low[0],
        high_usd=high[0],
        policy=tuple((event["month"], event["event"]) for event in policy),
    )


def _judged(con: duckdb.DuckDBPyConnection) -> tuple[date | None, datetime | None]:
    row = first_row(
        con,
        "select max(month), max(as_of) from findings.judged where month ="
        " (select max(month) from findings.judged where verdict <> 'not published')",
    )
    return (row[0], row[1]) if row else (None, None)


def _verdicts(con: duckdb.DuckDBPyConnection, now: datetime) -> tuple[int, int]:
    """How many alerts people confirmed, and explained, in the twelve months to now; the last word of each counts."""
    row = first_row(
        con,
        "select count(*) filter (where reason = 'confirmed'), count(*) filter (where reason = 'explained') from"
        " (select alert_id, arg_max(reason, event_id) as reason from alerts.event"
        " where reason in ('confirmed', 'explained') and happened_at > $since and happened_at <= $now"
        " group by alert_id)",
        {"since": now - timedelta(days=365), "now": now},
    )
    return (row[0], row[1]) if row else (0, 0)


def _health(con: duckdb.DuckDBPyConnection, month: date | None, now: datetime) -> list[str]:
    """One sentence for each thing a reader should not trust blindly; none when all is well."""
    checks = con.execute(
        "select view_name, comment from duckdb_views() where schema_name = 'checks' and not internal order by view_name"
    ).fetchall()
    found = [(name, text, _count(con, f'select count(*) from checks."{name}"')) for name, text in checks]
    lines = [row["line"] for row in _dicts(con, "undelivered", {})]
    lines += [row["line"] for row in _dicts(con, "inhibited", {"month": month})]
    lines += [row["line"] for row in _dicts(con, "changes", {})]
    lines += [f"{name}: {count:,} row(s). {text}" for name, text, count in found if count]
    lines += [row["line"] for row in _dicts(con, "health", {"month": month})]
    return lines + [line for row in _dicts(con, "releases", {"now": now}) if (line := _release(row))]


def _release(row: Row) -> str:
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
    rows = con.execute(
        "select r.rule, r.title, r.thresholds, f.false_rate, f.basis from alerts.rule as r"
        " left join (select rule, arg_max(false_rate, measured_at) as false_rate, arg_max(basis, measured_at) as basis"
        " from alerts.rule_rate group by rule) as f on f.rule = r.rule order by r.rule"
    ).fetchall()
    return tuple(
        Rule(
            id=rule,
            title=title,
            thresholds=tuple(text.splitlines()),
            false_rate="" if rate is None else f"{100 * rate:.0f} % ({basis})",
        )
        for rule, title, text, rate, basis in rows
    )


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
    return dicts(con, sql_of(f"digest/{name}"), values)
