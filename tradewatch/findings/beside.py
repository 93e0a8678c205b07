"""What is asked beside a rule's own condition: is the month in, does a broader cause explain it, is it confirmed?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from tradewatch.errors import RuleError
from tradewatch.files import sql_of
from tradewatch.findings.rules import Rule

Row = Mapping[str, Any]


def waiting(con: duckdb.DuckDBPyConnection, months: Sequence[date], now: datetime) -> dict[tuple[str, date], str]:
    """The months (by watch) that wait for reporters at a time (naive UTC), each with the reason in words."""
    query = sql_of("findings/waiting")
    rows = con.execute(query, {"months": list(months), "now": now}).fetchall()
    return {
        (watch, month): f"{count} expected reporter(s) have not published ({names[:60]}); it waits until {until}"
        for watch, month, until, count, names in rows
    }


def tested(con: duckdb.DuckDBPyConnection, rule: Rule, row: Row) -> dict[str, bool]:
    """Whether each of the rule's inhibitors explains a row of its view, by name."""
    answers = (_answer(con, rule, one.when, row) for one in rule.inhibit)
    return {one.name: found for one, found in zip(rule.inhibit, answers, strict=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What was expected when a confirmed case began, and one standard deviation of it, US dollars."""

    onset: date
    expected_usd: Decimal
    spread_usd: float


def confirmed(con: duckdb.DuckDBPyConnection, rule: Rule) -> dict[str, Frozen]:
    """The confirmed cases of a rule by subject; none for a rule that does not say what they must still show."""
    if not rule.when_confirmed:
        return {}
    rows = con.execute(
        "select subject, onset, expected_usd, spread_usd from views.confirmed_cases"
        " where family = $1 and expected_usd is not null and spread_usd > 0",
        [rule.family],
    ).fetchall()
    return {
        subject: Frozen(onset=onset, expected_usd=expected, spread_usd=spread)
        for subject, onset, expected, spread in rows
    }


def compared_with_onset(con: duckdb.DuckDBPyConnection, rule: Rule, row: Row, frozen: Frozen) -> dict[str, Any]:
    """
    A judged row of a confirmed case as it stands against what was expected at its onset: amount and score follow from
    that, and it is a hit when it still shows what `when_confirmed` asks, or when it is one on its newer past as well.
    """
    value, expected = row[rule.value_usd], frozen.expected_usd
    if value is None or row["_verdict"] == "not published":
        return dict(row)
    up = 1 if row[rule.amount_usd] is None or _same_sign(row, rule) else -1
    amount = up * (Decimal(value) - expected)
    shown = {
        "value_usd": value,
        "expected_usd": expected,
        "amount_usd": amount,
        "score": round(float(amount) / frozen.spread_usd, 2),
    }
    still = _answer(con, rule, rule.when_confirmed, shown)
    if not still:
        return dict(row)
    figures = {getattr(rule, name): figure for name, figure in shown.items() if name != "value_usd"}
    against = dict(row) | figures | {"_verdict": "hit", "_onset": frozen.onset}
    return against | {"_severity": _severity(con, rule, against)}


def _severity(con: duckdb.DuckDBPyConnection, rule: Rule, row: Row) -> str:
    columns = {name: value for name, value in row.items() if not name.startswith("_")}
    named = ", ".join(f'${name} as "{name}"' for name in columns)
    levels = " ".join(f"when ({when}) then '{level}'" for level, when in rule.severity)
    ((level,),) = con.execute(f"select case {levels} else 'low' end from (select {named}) as r", columns).fetchall()
    return str(level)


def _same_sign(row: Row, rule: Rule) -> bool:
    """Whether the rule counts what lies above the expectation (a jump), and not what lies below it (a drop)."""
    above = row[rule.value_usd] - (row[rule.expected_usd] or 0)
    return bool((above >= 0) == (row[rule.amount_usd] >= 0))


def _answer(con: duckdb.DuckDBPyConnection, rule: Rule, when: str, values: Row) -> bool:
    """The answer to one expression of a rule over $names; RuleError when it does not run."""
    used = {name: values.get(name) for name in re.findall(r"\$(\w+)", when)}
    try:
        ((found,),) = con.execute(f"select coalesce(({when}), false)", used).fetchall()
    except (duckdb.Error, ValueError) as problem:
        raise RuleError(f"{rule.path}: {when!r} does not run: {' '.join(str(problem).split())[:400]}") from problem
    return bool(found)
