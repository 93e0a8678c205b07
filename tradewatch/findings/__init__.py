"""
The fourth stage: what a rule saw. For one month, each subject of each rule is a hit, quiet, inhibited (a
hit that a broader cause explains), or not published (or not yet by all who are expected).

The vintage of a finding (`as_of`) is the release time of the newest figure the views could see, or the moment of
judging when figures of an older release came late: the same figures give the same vintage, so that judging twice writes
the same rows once, and other figures give another one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from tradewatch.errors import RuleError
from tradewatch.files import PACKAGE, fingerprint, sql_of
from tradewatch.findings import beside
from tradewatch.findings.rules import Rule, Sentence, read
from tradewatch.warehouse import dicts, first_row, is_made_from, made_from, transaction

__all__ = ["Rule", "find", "judge", "months_asked", "months_published", "read", "vintage"]

PLAIN_WATCH = "russia"
"""Subjects of this watch carry no suffix: `KGZ`. Those of another do: `KGZ@iran`."""

MONTHS_AT_ONCE = 6
"""Each month compares 27 months of every series: more at once is quicker, and takes more memory."""

Row = Mapping[str, Any]


def find(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], months: Sequence[date], as_of: datetime | None, now: datetime
) -> dict[str, int]:
    """
    Judge every rule for some months, on what was known at `as_of` (naive UTC; None is now); counts of verdicts.

    Findings of the same rule, month and vintage are replaced. Raises RuleError when a rule does not fit its view.
    """
    with _known_at(con, as_of), transaction(con):
        waits = beside.waiting(con, months, now)
        seen_at = vintage(con) if as_of else _newest_vintage(con, now)
        onsets = {rule.id: beside.confirmed(con, rule) for rule in rules}
        if as_of or not _is_judged(con, rules, months, (seen_at, waits, onsets)):
            _judge_anew(con, rules, months, seen_at, now, waits, onsets)
        return _counts(con, rules, months, seen_at)


def _is_judged(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], months: Sequence[date], seen: tuple[object, ...]
) -> bool:
    """Whether these rules judged these months on these figures, views and lists the last time; remembers it."""
    views = con.execute("select * from ref.made_from where part in ('reference', 'views') order by part").fetchall()
    readers = sorted((PACKAGE / "findings").glob("*.py"))
    now = fingerprint(*readers, *(rule.path for rule in rules), words=[repr((views, months, seen))])
    if views and is_made_from(con, "judged", now):
        return True
    made_from(con, "judged", now)
    return False


def _judge_anew(
    con: duckdb.DuckDBPyConnection,
    rules: Sequence[Rule],
    months: Sequence[date],
    seen_at: datetime,
    now: datetime,
    waits: Mapping[tuple[str, date], str],
    onsets: Mapping[str, Mapping[str, beside.Frozen]],
) -> None:
    say = Sentence(dict(con.execute("select area, name from ref.area").fetchall()))
    for rule in rules:
        _forget(con, rule, months, seen_at)
        _record_rule(con, rule, now)
        for judged in _judged(con, rule, months):
            _record(con, rule, _looked_at(con, rule, judged, waits, onsets[rule.id]), seen_at, now, say)


def _counts(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], months: Sequence[date], seen_at: datetime
) -> dict[str, int]:
    rows = con.execute(
        "select verdict, count(*) from findings.judged where list_contains($1, rule) and list_contains($2, month)"
        " and as_of = $3 group by verdict",
        [[rule.id for rule in rules], list(months), seen_at],
    ).fetchall()
    return {"hit": 0, "quiet": 0, "inhibited": 0, "not published": 0} | dict(rows)


def _judged(con: duckdb.DuckDBPyConnection, rule: Rule, months: Sequence[date]) -> Iterator[dict[str, Any]]:
    query = f"select * from views.{rule.view} where list_contains($months, {rule.month})"
    for start in range(0, len(months), MONTHS_AT_ONCE):
        yield from judge(con, rule, query, {"months": list(months[start : start + MONTHS_AT_ONCE])})


def _looked_at(
    con: duckdb.DuckDBPyConnection,
    rule: Rule,
    row: dict[str, Any],
    waits: Mapping[tuple[str, date], str],
    onsets: Mapping[str, beside.Frozen],
) -> dict[str, Any]:
    """A judged row after what is asked beside the rule: it may wait, stand against its onset, or be inhibited."""
    if wait := waits.get((row.get("watch", ""), row[rule.month])):
        return row | {"_verdict": "not published", "_reason": wait}
    onset = onsets.get(_subject(rule, row))
    if onset and row[rule.month] >= onset.onset:
        return beside.compared_with_onset(con, rule, row, onset)
    if row["_verdict"] != "hit":
        return row
    tested = beside.tested(con, rule, row)
    if causes := [name for name, holds in tested.items() if holds]:
        return row | {"_verdict": "inhibited", "_reason": "; ".join(causes)}
    return row | {"_tested": tested}


class _known_at:  # noqa: N801 (reads as a word: with _known_at(con, as_of))
    """Turns the warehouse to what was known at a time, and back."""

    def __init__(self, con: duckdb.DuckDBPyConnection, as_of: datetime | None) -> None:
        self.con, self.as_of = con, as_of

    def __enter__(self) -> None:
        if self.as_of:
            self.con.execute("set variable as_of = $1", [self.as_of])

    def __exit__(self, *_: object) -> None:
        if self.as_of:
            self.con.execute("reset variable as_of")


def vintage(con: duckdb.DuckDBPyConnection) -> datetime:
    """The release time of the newest figure that can be seen (naive UTC); the epoch when there is none."""
    row = first_row(
        con,
        "select coalesce(max(known_from), timestamp '1970-01-01') from"
        " (select known_from from facts.trade union all select known_from from facts.coverage) as known",
    )
    found: datetime = row[0] if row else datetime(1970, 1, 1)
    return found


def _newest_vintage(con: duckdb.DuckDBPyConnection, now: datetime) -> datetime:
    """
    The vintage of all that is known. Other figures are never of a vintage that was judged: those of an older release
    that came late are of the moment of judging, else what they change would look as if nothing had changed.
    """
    figures = first_row(con, sql_of("findings/figures"))
    newest = first_row(con, "select max(as_of) from findings.judged")
    judged: datetime | None = newest[0] if newest else None
    seen_at, part = vintage(con), "findings"
    if judged is None or seen_at > judged:
        found = seen_at
    elif is_made_from(con, part, str(figures)):
        found = judged
    else:
        found = max(now, judged + timedelta(microseconds=1))
    made_from(con, part, str(figures))
    return found


def months_published(con: duckdb.DuckDBPyConnection) -> list[date]:
    """Every month in which any supplier has published watched goods, oldest first: those that can be judged."""
    rows = con.execute(
        "select distinct period from views.supplier_months where published = 1 order by period"
    ).fetchall()
    return [month for (month,) in rows]


def months_asked(con: duckdb.DuckDBPyConnection) -> list[date]:
    """Every month that any supplier was asked for, published or not, oldest first."""
    rows = con.execute("select distinct period from views.supplier_months order by period").fetchall()
    return [month for (month,) in rows]


def judge(con: duckdb.DuckDBPyConnection, rule: Rule, rows: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    """
    The rows of a select over the rule's view that the rule is about, each with `_verdict`, `_reason` and `_severity`.

    This is the one place where a rule's SQL runs: for its view, and for its cases.
    """
    levels = " ".join(f"when ({when}) then '{level}'" for level, when in rule.severity)
    query = (
        f"select *, case when not coalesce(({rule.published}), false) then 'not published'"
        f" when coalesce(({rule.when}), false) then 'hit' else 'quiet' end as _verdict,"
        f" cast(({rule.unpublished_reason}) as varchar) as _reason, case {levels} else 'low' end as _severity"
        f" from ({rows}) as r where coalesce(({rule.about}), false) order by all"
    )
    try:
        return dicts(con, query, values)
    except duckdb.Error as problem:
        raise RuleError(
            f"{rule.path} does not fit views.{rule.view}: {' '.join(str(problem).split())[:400]}"
        ) from problem


def _forget(con: duckdb.DuckDBPyConnection, rule: Rule, months: Sequence[date], seen_at: datetime) -> None:
    for table in ("finding", "judged"):
        con.execute(
            f"delete from findings.{table} where rule = $1 and list_contains($2, month) and as_of = $3",
            [rule.id, list(months), seen_at],
        )


def _record_rule(con: duckdb.DuckDBPyConnection, rule: Rule, now: datetime) -> None:
    con.execute("delete from alerts.rule where rule = $1", [rule.id])
    thresholds = "\n".join(f"{name}: {words}" for name, words in rule.thresholds)
    con.execute(
        "insert into alerts.rule values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [rule.id, rule.family, rule.title, rule.view, rule.when, rule.why, "\n".join(rule.next), thresholds, now],
    )


def _record(
    con: duckdb.DuckDBPyConnection, rule: Rule, row: Row, seen_at: datetime, now: datetime, say: Sentence
) -> None:
    """Write the verdict on one row of the view and, for a hit, the finding with its evidence."""
    subject, month = _subject(rule, row), row[rule.month]
    con.execute(
        "insert into findings.judged values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            *(rule.id, rule.family, subject, month, row["_verdict"], row["_reason"] or "", seen_at, now),
            *((None, None) if row["_verdict"] == "not published" else (row[rule.value_usd], row[rule.expected_usd])),
        ],
    )
    if row["_verdict"] == "hit":
        con.execute(
            "insert into findings.finding values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                *(rule.id, rule.family, subject, month),
                *(float(row[rule.score]), row[rule.amount_usd], _evidence(rule, row, say), seen_at, now),
            ],
        )


def _subject(rule: Rule, row: Row) -> str:
    plain = ".".join(str(row[column]) for column in rule.subject)
    watch = row.get("watch", PLAIN_WATCH)
    return plain if watch == PLAIN_WATCH else f"{plain}@{watch}"


def _evidence(rule: Rule, row: Row, say: Sentence) -> str:
    """The view's row as JSON, with what is needed to read it without the rule file."""
    plain = {name: _json_value(value) for name, value in row.items() if not name.startswith("_")}
    since = f"Confirmed, compared with what was expected in {row['_onset']:%B %Y}: " if "_onset" in row else ""
    return json.dumps(
        {
            "view": f"views.{rule.view}",
            "watch": plain.get("watch"),
            "area": plain[rule.subject[0]],
            "severity": row["_severity"],
            "value_usd": plain[rule.value_usd],
            "expected_usd": plain[rule.expected_usd],
            "sentence": since + say.format(rule.say, **plain),
            "onset": row["_onset"].isoformat() if "_onset" in row else None,
            "tested": row.get("_tested", {}),
            "columns": {
                "subject": rule.subject,
                "month": rule.month,
                "published": rule.published,
                "value_usd": rule.value_usd,
                "expected_usd": rule.expected_usd,
            },
            "row": plain,
        },
        ensure_ascii=False,
    )


def _json_value(value: Any) -> Any:
    """A value as JSON has it: dates as ISO text, exact decimals as numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
