"""One alert on the terminal: its sentence, its line, who reports it, what was tested, and what people said."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.markup import escape
from rich.table import Table

from tradewatch.alerts import Case
from tradewatch.alerts.case import Point
from tradewatch.files import plain
from tradewatch.show import table
from tradewatch.words import dollars

BLOCKS = "▁▂▃▄▅▆▇█"

NOTHING, MISSING = "_", "·"
"""A month in which nothing was stated, and one that is not published."""

MOST = 100
"""How many letters of a rule's sentence the history shows."""


def case(found: Case) -> Iterator[Table | str]:
    """All of one alert, from its sentence to the SQL that reproduces it."""
    alert = found.alert
    yield f"{_text(alert['alert_id'])}: {_text(found.title)}"
    yield f"{_state(alert)}\n\n{_text(alert['sentence'])}\n"
    yield (
        f"stated {_dollars(found.value_usd)}, expected {_dollars(found.expected_usd)},"
        f" difference {_dollars(alert['amount_usd'])}, score {alert['score']:.1f}"
    )
    if found.line:
        yield "\n" + line(found.line)
    yield _reporters(found.reporters)
    if found.mirror:
        yield _mirror(found.mirror)
    else:
        yield "\nMirror figures: none are held for these suppliers and months."
    rows = [(one.explanation, one.outcome) for one in found.tested]
    yield table("\nExplanations tested", ("explanation", "outcome"), rows or [("none", "this finding kept no tests")])
    columns = ("when", "what", "month", "USD", "by", "words")
    yield table("\nHistory", columns, [_event(event) for event in found.history], right=("USD",))
    if found.command:
        yield f"\nThe row behind it:\n{_text(found.command)}"


def line(points: Sequence[Point]) -> str:
    """The months of a case as two lines of blocks on one scale: what was stated, and what was expected."""
    amounts = [value for point in points for value in (point.value_usd, point.expected_usd) if value is not None]
    most = max((float(amount) for amount in amounts), default=0.0)
    first, last = points[0].month, points[-1].month
    return "\n".join(
        [
            f"stated    {''.join(_block(point.value_usd, most) for point in points)}  at most {dollars(most)}",
            f"expected  {''.join(_block(point.expected_usd, most) for point in points)}",
            f"          {first:%Y-%m} to {last:%Y-%m}; {MISSING} not published, {NOTHING} nothing stated",
        ]
    )


def _block(value: Decimal | None, most: float) -> str:
    if value is None:
        return MISSING
    return BLOCKS[min(7, int(float(value) / most * 8))] if value > 0 else NOTHING


def _state(alert: Mapping[str, Any]) -> str:
    words = f"{alert['state']}, {alert['severity']}, {alert['first_month']:%Y-%m} to {alert['last_month']:%Y-%m}"
    if not alert["answer"]:
        return words
    until = f" until {alert['until']}" if alert["until"] else ""
    return f"{words}; {alert['answer']} by {_text(alert['owner'])}{until}"


def _reporters(rows: Sequence[Mapping[str, Any]]) -> Table | str:
    if not rows:
        return "\nReporters: the figures behind this view are not listed one by one."
    shown = [(row["reporter"], f"{row['value_usd']:,.0f}", f"{100 * row['share']:.0f} %") for row in rows]
    return table(
        "\nWho reports it", ("reporter", "USD in three months", "share"), shown, right=("USD in three months", "share")
    )


def _mirror(rows: Sequence[Mapping[str, Any]]) -> Table:
    shown = [
        (row["supplier"], f"{row['exports_usd']:,.0f}", f"{row['imports_usd']:,.0f}", row["months"]) for row in rows
    ]
    columns = ("supplier", "exports it states", "imports the buyer states", "months stated")
    return table(
        "\nMirror figures, USD in three months (import values carry freight)", columns, shown, right=columns[1:]
    )


def _event(event: Mapping[str, Any]) -> tuple[object, ...]:
    words = f"{event['sentence']} {event['note'] or ''}"
    if event["reason"] in ("new", "worse"):  # the rule's own sentence, which stands above for the newest hit
        words = words[: words.find("(") if "(" in words else MOST].strip()[:MOST] + " …"
    return (
        *(f"{event['happened_at']:%Y-%m-%d %H:%M}", event["reason"], f"{event['month']:%Y-%m}"),
        *(f"{event['amount_usd']:,.0f}", event["author"], words),
    )


def _dollars(value: float | Decimal | None) -> str:
    return "not known" if value is None else dollars(float(value))


def _text(value: object) -> str:
    return escape(plain(str(value)))
