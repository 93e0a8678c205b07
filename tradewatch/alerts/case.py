"""One alert with all that a reader weighs: figures, their line, who reports them, what was tested, and its history."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from tradewatch.alerts.why import behind, find, newest_finding
from tradewatch.files import shipped, sql_of
from tradewatch.periods import shift
from tradewatch.warehouse import dicts, first_row

MONTHS = 36
"""How far back the line of a case goes."""

REPORTERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A month of the line: what was stated and what was expected, US dollars; None where it is not published."""

    month: date
    value_usd: Decimal | None
    expected_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """An innocent explanation that was looked at, and what came of it, in words."""

    explanation: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All of one alert. Amounts are US dollars, times naive UTC."""

    alert: Mapping[str, Any]  # the row of alerts.alert
    title: str
    value_usd: float | None
    expected_usd: float | None
    line: tuple[Point, ...]  # oldest first
    reporters: tuple[Mapping[str, Any], ...]  # reporter, value_usd, share; the largest first
    mirror: tuple[Mapping[str, Any], ...]  # supplier, exports_usd, imports_usd, months; empty where no books are held
    tested: tuple[Tested, ...]
    history: tuple[Mapping[str, Any], ...]  # the columns of alerts.event, from happened_at to told_at; oldest first
    sql: str  # answers with the row behind the newest hit
    command: str  # asks it, as known then


def case(con: duckdb.DuckDBPyConnection, alert_id: str) -> Case:
    """
    All of one alert, on the newest vintage of its newest hit; `alert_id` as in `why`.

    Raises DataError when there is no such alert.
    """
    alert = find(con, alert_id)
    finding = newest_finding(con, alert)
    query = _query(finding)
    return Case(
        alert=alert,
        title=_title(con, alert),
        value_usd=finding.get("value_usd"),
        expected_usd=finding.get("expected_usd"),
        line=_line(con, alert, finding),
        reporters=_reporters(con, finding),
        mirror=_mirror(con, finding),
        tested=tuple(_tested(finding)),
        history=tuple(_history(con, alert["alert_id"])),
        sql=query,
        command=_command(con, alert, query),
    )


def _title(con: duckdb.DuckDBPyConnection, alert: Mapping[str, Any]) -> str:
    row = first_row(con, "select title from alerts.rule where rule = $rule", {"rule": alert["rule"]})
    return str(row[0]) if row else str(alert["rule"])


def _history(con: duckdb.DuckDBPyConnection, alert_id: str) -> list[dict[str, Any]]:
    return dicts(
        con,
        "select happened_at, reason, month, amount_usd, author, note, sentence, as_of, told_at from alerts.event"
        " where alert_id = $1 order by event_id",
        [alert_id],
    )


def _subject(finding: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the finding's view that name its subject, with their values."""
    row, columns = finding["row"], finding["columns"]["subject"]
    return {name: row[name] for name in (*columns, "watch") if row.get(name) is not None}


def _query(finding: Mapping[str, Any]) -> str:
    """The select that answers with the finding's row; empty for a finding that does not say where it stands."""
    if "columns" not in finding:
        return ""
    where = [f"{name} = {_literal(value)}" for name, value in _subject(finding).items()]
    month = finding["columns"]["month"]
    where.append(f"{month} = date '{finding['row'][month]}'")
    return f"select * from {finding['view']} where {' and '.join(where)}"


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _command(con: duckdb.DuckDBPyConnection, alert: Mapping[str, Any], query: str) -> str:
    """The command that asks it as of the finding's vintage, rounded up to the second that the option takes."""
    row = first_row(
        con,
        "select max(as_of) from findings.finding where rule = $rule and subject = $subject and month = $month",
        {"rule": alert["rule"], "subject": alert["subject"], "month": alert["last_month"]},
    )
    if not query or not row or not row[0]:
        return ""
    seen_at: datetime = row[0]
    moment = seen_at.replace(microsecond=0) + timedelta(seconds=1 if seen_at.microsecond else 0)
    return f"tradewatch sql {_quoted(query)} --as-of {moment:%Y-%m-%dT%H:%M:%S}"


def _quoted(query: str) -> str:
    """A query as one word of a shell, plain to read where nothing in it is special inside double quotes."""
    return shlex.quote(query) if set(query) & set('"$`\\!') else f'"{query}"'


def _line(con: duckdb.DuckDBPyConnection, alert: Mapping[str, Any], finding: Mapping[str, Any]) -> tuple[Point, ...]:
    """The months up to the newest one judged: as judged last, and, of months never judged, as the view has them now."""
    last = _newest_month(con, alert)
    months = [shift(last, step) for step in range(1 - MONTHS, 1)]
    rows = con.execute(
        "select distinct on (month) month, value_usd, expected_usd from findings.judged"
        " where rule = $rule and subject = $subject and list_contains($months, month)"
        " and (value_usd is not null or verdict = 'not published') order by month, as_of desc",
        {"rule": alert["rule"], "subject": alert["subject"], "months": months},
    ).fetchall()
    known = {month for month, *_ in rows}
    rows += _of_the_view(con, finding, [month for month in months if month not in known])
    return tuple(
        Point(month=month, value_usd=stated, expected_usd=expected) for month, stated, expected in sorted(rows)
    )


def _of_the_view(
    con: duckdb.DuckDBPyConnection, finding: Mapping[str, Any], months: Sequence[date]
) -> list[tuple[Any, ...]]:
    if "columns" not in finding or not months:
        return []
    columns, subject = finding["columns"], _subject(finding)
    published = f"coalesce(({columns['published']}), false)"
    where = " and ".join(f"{name} = ${name}" for name in subject)
    return con.execute(
        f"select {columns['month']}, case when {published} then {columns['value_usd']} end,"
        f" case when {published} then {columns['expected_usd']} end from {finding['view']}"
        f" where {where} and list_contains($months, {columns['month']})",
        subject | {"months": list(months)},
    ).fetchall()


def _newest_month(con: duckdb.DuckDBPyConnection, alert: Mapping[str, Any]) -> date:
    row = first_row(
        con,
        "select max(month) from findings.judged where rule = $rule and subject = $subject"
        " and verdict <> 'not published'",
        {"rule": alert["rule"], "subject": alert["subject"]},
    )
    month: date = (row[0] if row else None) or alert["last_month"]
    return month


def _reporters(con: duckdb.DuckDBPyConnection, finding: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    query = (
        "select reporter, sum(value_usd) as value_usd, sum(value_usd) / sum(sum(value_usd)) over () as share"
        " from figures group by reporter order by value_usd desc, reporter limit $rows"
    )
    return tuple(behind(con, finding, query, {"rows": REPORTERS}))


def _mirror(con: duckdb.DuckDBPyConnection, finding: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The same trade in the books of the other side; empty where there are no figures of suppliers to compare."""
    if not (shipped("queries") / "why" / f"{str(finding.get('view', '')).removeprefix('views.')}.sql").is_file():
        return ()
    query = sql_of("alerts/mirror")
    values = {"watch": finding["watch"], "area": finding["area"], "period": finding["row"]["period"]}
    return tuple(dicts(con, query, values))


def _tested(finding: Mapping[str, Any]) -> Iterator[Tested]:
    """The inhibitors of the rule, then what the row says of goods left out and of growth elsewhere."""
    for name, holds in finding.get("tested", {}).items():
        yield Tested(explanation=name, outcome="explains it" if holds else "does not explain it")
    if onset := finding.get("onset"):
        yield Tested(
            explanation="growth and prices since its onset",
            outcome=f"not taken off: confirmed, and compared with what was expected in {onset[:7]}",
        )
        return
    row = finding.get("row", {})
    for column, explanation, form in EXPLANATIONS:
        if row.get(column) is not None:
            yield Tested(explanation=explanation, outcome=form.format(row[column]))


EXPLANATIONS: Sequence[tuple[str, str, str]] = (
    ("seam_excluded_usd", "codes that changed inside the window", "left out, ${:,.0f} in the three months"),
    ("elsewhere_growth", "the same suppliers sold more of it to everybody", "taken off: {:.2f} times"),
    ("partner_growth", "a boom of all its trade with them", "stated, not taken off: {:.2f} times"),
)
"""Columns of a view that test an innocent explanation: what it is, and how its figure reads."""
