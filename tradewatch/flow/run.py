"""
The whole road as a job for a scheduler: pull, build, check, tell, publish. Doing it twice does nothing twice.

A step that fails is told and the others go on: what did not come is no zero, and a rule does not judge it. DuckDB's own
lock on the warehouse, which the kernel gives back when a process dies, keeps a second job out.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import duckdb

from tradewatch import findings, queries, warehouse
from tradewatch.errors import TradewatchError
from tradewatch.files import plain
from tradewatch.flow import build, check, pull, pull_gacc
from tradewatch.flow.tell import tell
from tradewatch.periods import shift
from tradewatch.settings import Settings, secrets
from tradewatch.sources import comtrade_service, gacc_service

SOURCES = ("comtrade", "gacc")

GACC_MONTHS = 12
"""How far back the pages of China's customs are asked for; a revision reaches the months before through the totals."""

Said = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one step; `said` has its counts, and under `problem` why it did not end well."""

    name: str
    state: str  # done, part (some of it failed), failed or skipped (there was nothing it could do)
    seconds: float = 0.0
    said: Said = field(default_factory=dict)


class Skip(Exception):
    """There is nothing for a step to do; the message says why."""


@dataclass(slots=True, kw_only=True)
class Job:
    """One run of the job on an open warehouse; times are naive UTC."""

    con: duckdb.DuckDBPyConnection
    settings: Settings
    environment: Mapping[str, str]
    now: Callable[[], datetime]
    watch: str = "russia"

    def run(self, sources: Sequence[str], channels: Sequence[str]) -> Iterator[Step]:
        """Every step in order, each told when it has ended."""
        pulls: dict[str, Callable[[], tuple[str, Said]]] = {"comtrade": self._comtrade, "gacc": self._gacc}
        yield from (self._step(f"pull {source}", pulls[source]) for source in sources)
        yield self._step("build", self._build)
        yield self._step("check", self._check)
        yield self._step("tell", partial(self._tell, channels))
        yield self._step("publish", self._publish)

    def _step(self, name: str, work: Callable[[], tuple[str, Said]]) -> Step:
        start = time.monotonic()
        try:
            state, said = work()
        except Skip as reason:
            state, said = "skipped", {"problem": str(reason)}
        except (TradewatchError, duckdb.Error, OSError) as problem:
            state, said = "failed", {"problem": plain(str(problem))}
        return Step(name=name, state=state, seconds=round(time.monotonic() - start, 3), said=said)

    def _comtrade(self) -> tuple[str, Said]:
        service = comtrade_service.from_environment(self.environment)
        if not service.key:
            raise Skip(f"no key in {comtrade_service.KEY}; the preview service is too small for a job")
        with pull.Pulling(self.con, self.settings, service, self.now) as pulling:
            pulling.finish_kept()
            outcome = pulling.run(pulling.planned(pull.Wanted(watch=self.watch)))
        said: dict[str, object] = {"answers": outcome.answers, "rows": outcome.rows, **outcome.counts}
        if outcome.lost:
            said |= {"lost": len(outcome.lost), "problem": str(outcome.lost[0].error)}
        return ("part" if outcome.lost else "done"), said

    def _gacc(self) -> tuple[str, Said]:
        this = self.now().date()
        wanted = pull_gacc.Wanted(first=shift(this, -GACC_MONTHS), last=shift(this, -1))
        service = gacc_service.from_environment(self.environment)
        with pull_gacc.Pulling(self.con, self.settings, service, self.now) as pulling:
            taken = list(pulling.run(pulling.links(wanted), wanted))
        outcome = pulling.outcome
        said: dict[str, object] = dict(Counter(one.state for one in taken))
        lost = [*outcome.lost, *(one.sentence for one in taken if one.state in ("refused", "unasked"))]
        if lost:
            said |= {"lost": len(lost), "problem": lost[0]}
        return ("part" if lost else "done"), said

    def _build(self) -> tuple[str, Said]:
        views = build(self.con, self.settings)
        queries.keep(self.con)
        return "done", {"views": views}

    def _check(self) -> tuple[str, Said]:
        if not findings.months_published(self.con):
            raise Skip("no month that a complete answer covers can be judged yet")
        return "done", dict(check(self.con, self.settings, None, None, self.now()))

    def _tell(self, channels: Sequence[str]) -> tuple[str, Said]:
        told = tell(self.con, self.settings, secrets(self.environment), channels, self.now(), by_hand=False)
        said: dict[str, object] = {"news": told.news, "arrived": len(told.arrived)}
        if told.failed:
            said |= {"failed": len(told.failed), "problem": told.failed[0]}
        return ("part" if told.failed else "done"), said

    def _publish(self) -> tuple[str, Said]:
        warehouse.publish(self.con, self.settings.warehouse, self.settings.snapshot)
        return "done", {"bytes": self.settings.snapshot.stat().st_size}


def exit_code(steps: Sequence[Step]) -> int:
    """0 when all went well, 3 when a part failed and the rest went on, 1 when nothing went."""
    if all(step.state in ("done", "skipped") for step in steps):
        return 0
    return 3 if any(step.state in ("done", "part") for step in steps) else 1
