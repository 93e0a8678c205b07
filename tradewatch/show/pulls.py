"""A pull from a live service for people: its plan, its progress, and what came of it."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import ceil

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tradewatch.flow.pull import Outcome
from tradewatch.flow.pulled import Quota
from tradewatch.records import Call
from tradewatch.show import err, out, table
from tradewatch.sources.comtrade_plan import Planned, described
from tradewatch.sources.comtrade_pull import Lost
from tradewatch.sources.comtrade_service import Service, data_path

SHOWN = 10
"""How many lost questions are named; the others are counted."""


class Bar:
    """Calls done, rows that came and what is left of the day's quota; told from several threads."""

    def __init__(self, progress: Progress, quota: Quota) -> None:
        self._progress, self._quota = progress, quota
        self._task = progress.add_task("asking what is released", total=None)
        self._lock = threading.Lock()
        self._calls, self._rows, self._planned = 0, 0, 0

    def planned(self, planned: Sequence[Planned]) -> None:
        """From here on the number of calls is known, about."""
        self._planned = self._calls + sum(one.calls for one in planned)
        self._progress.update(self._task, total=max(self._planned, self._calls))

    def called(self, call: Call) -> None:
        """One more call was made."""
        with self._lock:
            self._calls += 1
            self._rows += call.rows_read or 0 if call.kind == "figures" else 0
            total = max(self._planned, self._calls) if self._planned else None
            said = f"{self._rows:,} rows{self._left()}"
            self._progress.update(self._task, completed=self._calls, total=total, description=said)

    def _left(self) -> str:
        if not self._quota.calls_a_day:
            return ""
        left = max(0, self._quota.calls_a_day - self._quota.used_today - self._calls)
        return f", {left} of {self._quota.calls_a_day} calls left today"


@contextmanager
def calls(quota: Quota) -> Iterator[Bar]:
    """A bar on a terminal, silence in a pipe."""
    columns = (TextColumn("calls"), MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True, disable=not err.is_terminal) as progress:
        yield Bar(progress, quota)


def plan(planned: Sequence[Planned], outcome: Outcome, service: Service, quota: Quota) -> Iterator[Table | str]:
    """What will be asked, in how many calls, and how many days of quota that takes."""
    rows = [(number, *_planned_row(one)) for number, one in enumerate(planned, start=1)]
    columns = ("", "asks", "flows", "datasets", "expected rows", "calls")
    yield table("", columns, rows, right=("", *columns[3:]))
    made = sum(one.calls for one in planned)
    yield (
        f"{made:,} calls for about {sum(one.rows for one in planned):,} rows of {outcome.datasets:,} datasets that are "
        f"new, changed or not pulled whole; {outcome.not_released:,} asked for are not released."
    )
    minutes, a_day, used = ceil(made * service.pace / 60), quota.calls_a_day, quota.used_today
    days = f"{ceil(made / a_day)} day(s) of {a_day} calls" if a_day else "no known quota"
    yield f"At least {minutes} minute(s) at one call in {service.pace:g} seconds; {days}, {used} used today."


def _planned_row(one: Planned) -> tuple[object, ...]:
    question = one.question
    return (described(question), ", ".join(question.flows), len(question.released), one.rows, one.calls)


def addresses(planned: Iterable[Planned], service: Service) -> Iterator[str]:
    """The first call of each question: it counts; those for figures follow from what it says."""
    for one in planned:
        yield service.url + data_path(one.question, service, count=True)


def pulled(outcome: Outcome, states: Iterable[tuple[str, int]]) -> None:
    """What came, what it changed, and what is missing and why."""
    changed = ", ".join(f"{count:,} {what}" for what, count in outcome.counts.items() if what != "rejected")
    out.print(f"{outcome.rows:,} rows in {outcome.answers:,} answers; figures: {changed or 'nothing to ask'}.")
    months = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in states)
    out.print(f"Months of reporters, by what is known of them: {months}.")
    for note in outcome.notes:
        err.print(note, markup=False, soft_wrap=True)
    _lost(outcome.lost)


def _lost(lost: Sequence[Lost]) -> None:
    for one in lost[:SHOWN]:
        err.print(f"failed: {described(one.question)}: {one.error}", markup=False, soft_wrap=True)
    reasons = Counter(str(one.error) for one in lost[SHOWN:])
    for reason, count in reasons.most_common(3):
        err.print(f"failed: {count:,} more questions: {reason}", markup=False, soft_wrap=True)
    if lost:
        err.print(
            "What failed is marked so and is no zero; run the same command again for it, after the quota is back."
        )
