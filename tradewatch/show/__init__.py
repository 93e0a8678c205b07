"""Tables and small charts for people, on the terminal. Everything said to people goes to stderr or is asked for."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tradewatch.files import plain
from tradewatch.flow import Imported, Traced, Why

WIDE = 160
"""Columns of a table that goes into a pipe or a file, where there is no edge to fold at."""


def _console(*, stderr: bool) -> Console:
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal or "COLUMNS" in os.environ else Console(stderr=stderr, highlight=False, width=WIDE)


out = _console(stderr=False)
"""What was asked for: stdout."""

err = _console(stderr=True)
"""What is said beside it: stderr."""


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = ()) -> Table:
    """A table; cells come from sources and users, so markup and control characters in them are shown, not obeyed."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="bold")
    for name in columns:
        made.add_column(name, justify="right" if name in set(right) else "left", overflow="fold")
    for row in rows:
        made.add_row(*(cell(value) for value in row))
    return made


def cell(value: object) -> str:
    """One value as text: nothing for null, thousands apart, never markup."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape(plain(str(value)))


IMPORT_COLUMNS = ("file", "source", "state", "read", "new", "revised", "withdrawn", "unchanged", "rejected")


def imports(done: Sequence[Imported]) -> Table:
    """One row for each file imported: what it held and what it changed."""
    rows = [_import_row(one) for one in done]
    return table("", IMPORT_COLUMNS, rows, right=IMPORT_COLUMNS[3:])


def imports_by_source(done: Sequence[Imported]) -> Table:
    """The same for hundreds of files: one row for each source and state."""
    groups = sorted({(one.source, one.state) for one in done})
    rows = [
        _group_row(source, state, [o for o in done if (o.source, o.state) == (source, state)])
        for source, state in groups
    ]
    return table("", ("files", *IMPORT_COLUMNS[1:]), rows, right=("files", *IMPORT_COLUMNS[3:]))


def _import_row(one: Imported) -> tuple[object, ...]:
    return (one.name, one.source, one.state, one.rows_read, *_counts([one]), one.rows_rejected)


def _group_row(source: str, state: str, ones: Sequence[Imported]) -> tuple[object, ...]:
    read, rejected = sum(one.rows_read for one in ones), sum(one.rows_rejected for one in ones)
    return (len(ones), source, state, read, *_counts(ones), rejected)


def _counts(ones: Sequence[Imported]) -> list[int]:
    return [sum(one.counts.get(what, 0) for one in ones) for what in ("new", "revised", "withdrawn", "unchanged")]


def bars(title: str, rows: Sequence[tuple[str, float, str]], width: int = 40) -> str:
    """A bar chart in plain characters: (label, value ≥ 0, text behind the bar), scaled to the largest value."""
    most = max((value for _, value, _ in rows), default=0.0) or 1.0
    label_width = max((len(label) for label, _, _ in rows), default=0)
    lines = [f"{label:<{label_width}} {_bar(value / most * width):<{width}} {text}" for label, value, text in rows]
    return "\n".join([title, *lines])


def _bar(length: float) -> str:
    """A bar of so many characters, to an eighth of one; a value above nothing shows at least the thinnest mark."""
    eighths = max(round(length * 8), 1 if length > 0 else 0)
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]


@contextmanager
def progress(what: str, total: int) -> Iterator[Progress]:
    """A bar on a terminal, silence in a pipe; call `advance(0)` on it, or `update(0, description=…)`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        bar.add_task(what, total=total)
        yield bar


def why(found: Why, traced: Sequence[Traced]) -> Iterator[Table | str]:
    """An alert from its sentence down to the cells of its files."""
    yield f"{found.alert['alert_id']} ({found.alert['state']})\n{escape(plain(str(found.alert['sentence'])))}\n"
    events = [(f"{event[0]:%Y-%m}", event[1], event[2], f"{event[3]:,.0f}", _told(event[6])) for event in found.events]
    yield table("What happened to it", ("month", "what", "score", "USD", "told"), events, right=("score", "USD"))
    row = found.finding.get("row", {})
    yield table(f"\nThe row of {found.finding.get('view')}", ("column", "value"), row.items(), right=("value",))
    columns = ("from", "to", "month", "goods", "value", "", "known", "where")
    title = f"\nThe {len(traced)} largest figures behind it"
    yield table(title, columns, [_traced_row(one) for one in traced], right=("value",))


def _told(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "not yet"


def _traced_row(one: Traced) -> tuple[object, ...]:
    figure = one.figure
    return (
        *(figure.reporter, figure.partner, f"{figure.period:%Y-%m}", figure.commodity, f"{figure.value:,.0f}"),
        *(figure.currency, f"{figure.known_from:%Y-%m-%d}", f"{one.file}: {one.place}"),
    )
