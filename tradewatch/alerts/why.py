"""From an alert back to the figures it rests on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from tradewatch.errors import DataError
from tradewatch.files import plain, shipped
from tradewatch.warehouse import dicts, first_row

NAMED = 20
"""How many alerts an error names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure behind an alert, as facts.trade has it; `pull_id` leads to the file it came in."""

    source: str
    reporter: str
    partner: str
    flow: str
    freq: str
    period: date
    hs_edition: str
    commodity: str
    value: Decimal
    currency: str
    value_usd: Decimal | None
    known_from: datetime
    pull_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """An alert and what is behind it."""

    alert: Mapping[str, Any]  # the row of alerts.alert
    events: tuple[tuple[Any, ...], ...]  # month, reason, score, amount_usd, sentence, as_of, told_at; oldest first
    finding: Mapping[str, Any]  # view, watch, area, severity, sentence, and the view's row under `row`
    figures: tuple[Figure, ...]  # the largest first


def why(con: duckdb.DuckDBPyConnection, alert_id: str, rows: int = 20) -> Why:
    """
    From an alert back to its figures: its events, the newest finding's row, and the largest figures behind that row.

    `alert_id` may lack the suffix of its watch when only one alert fits. Raises DataError when there is no such alert.
    """
    alert = find(con, alert_id)
    finding = newest_finding(con, alert)
    events = con.execute(
        "select month, reason, round(score, 2), amount_usd, sentence, as_of, told_at from alerts.event"
        " where alert_id = $1 order by event_id",
        [alert["alert_id"]],
    ).fetchall()
    return Why(alert=alert, events=tuple(events), finding=finding, figures=_figures(con, finding, rows))


def find(con: duckdb.DuckDBPyConnection, alert_id: str) -> dict[str, Any]:
    """
    The row of alerts.alert; `alert_id` may lack the suffix of its watch when only one alert fits.

    Raises DataError, naming those there are, when there is no such alert.
    """
    found = dicts(con, "select * from alerts.alert where alert_id = $1 or starts_with(alert_id, $1 || '@')", [alert_id])
    exact = [alert for alert in found if alert["alert_id"] == alert_id]
    if len(exact or found) != 1:
        ids = [alert["alert_id"] for alert in dicts(con, "select alert_id from alerts.alert order by 1", [])]
        known = ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
        raise DataError(
            f"there is no alert {plain(alert_id)!r}; there are {known or 'none yet: run tradewatch check'}."
        )
    return (exact or found)[0]


def newest_finding(con: duckdb.DuckDBPyConnection, alert: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence of an alert's newest hit, see findings; empty when there is none."""
    row = first_row(
        con,
        "select evidence from findings.finding where rule = $rule and subject = $subject and month = $month"
        " order by as_of desc limit 1",
        {"rule": alert["rule"], "subject": alert["subject"], "month": alert["last_month"]},
    )
    found: dict[str, Any] = json.loads(row[0]) if row else {}
    return found


def _figures(con: duckdb.DuckDBPyConnection, finding: Mapping[str, Any], rows: int) -> tuple[Figure, ...]:
    return tuple(Figure(**row) for row in behind(con, finding, "select * from figures limit $rows", {"rows": rows}))


def behind(
    con: duckdb.DuckDBPyConnection, finding: Mapping[str, Any], query: str, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """
    The answer to a question about `figures`, those behind a finding's row, the largest first; empty when the finding's
    view has no file in queries/why/.
    """
    path = shipped("queries") / "why" / f"{str(finding.get('view', '')).removeprefix('views.')}.sql"
    if not finding or not path.is_file():
        return []
    of_row = {"watch": finding["watch"], "area": finding["area"], "period": finding["row"]["period"]}
    return dicts(con, f"with figures as ({path.read_text(encoding='utf-8')}) {query}", of_row | dict(values))
