"""
A pull from UN Comtrade, from what is released to facts: plan, ask, keep, load, and a state for every cell.

An answer's bytes and ledger row are kept the moment it came, before its facts are loaded: a run that is stopped at any
moment asks nothing twice that it kept.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import product

import duckdb

from tradewatch import facts, raw, sources
from tradewatch.errors import TradewatchError
from tradewatch.flow import again_from, build, loading_of, told_of
from tradewatch.flow.pulled import FREQ, SOURCE
from tradewatch.raw import calls, datasets, needs
from tradewatch.records import Call, Dataset, Pull, Question, Release
from tradewatch.settings import Settings
from tradewatch.sources import comtrade_availability, comtrade_lists
from tradewatch.sources.comtrade_calls import Caller
from tradewatch.sources.comtrade_files import FileAsker
from tradewatch.sources.comtrade_lists import Listed
from tradewatch.sources.comtrade_plan import Need, Planned, described, plan
from tradewatch.sources.comtrade_pull import Answered, Asker, Lost, Void
from tradewatch.sources.comtrade_service import MOST_PERIODS, Service
from tradewatch.warehouse import transaction

Wanted = needs.Wanted

USUALLY_FILLED = {False: 0.35, True: 0.6}
"""The share of cells that are filled, where partners are named and where all are asked, before the first count."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a pull did so far."""

    counts: dict[str, int] = field(default_factory=dict)  # flows new, revised, withdrawn, unchanged
    answers: int = 0
    rows: int = 0
    lost: list[Lost] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_released: int = 0  # datasets asked for that the source has not released
    datasets: int = 0  # datasets that were new or changed, or not pulled whole before


class Pulling:
    """
    One pull into an open warehouse. `on_call` is told of each call, from the thread that made it.

    Use it as a context; `planned` asks only what is released, `run` asks the rest.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        settings: Settings,
        service: Service,
        now: Callable[[], datetime],
        on_call: Callable[[Call], None] = lambda _: None,
    ) -> None:
        self.con, self.settings, self.service, self.now = con, settings, service, now
        self.outcome = Outcome()
        self._on_call = on_call
        self._ledger, self._lock = con.cursor(), threading.Lock()
        self._caller = Caller(service, self._note, now)

    def __enter__(self) -> "Pulling":
        build(self.con, self.settings)
        return self

    def __exit__(self, *_: object) -> None:
        self._caller.close()
        self._ledger.close()

    def _note(self, call: Call) -> None:
        """Write a call into the ledger at once, through a connection of its own."""
        with self._lock:
            calls.note(self._ledger, call)
        self._on_call(call)

    def _keep(self, pull: Pull, release: Release) -> int:
        """Land an answer: its bytes, then its ledger row; called from the thread that asked."""
        path = raw.keep(self.settings.landing, SOURCE, pull.body)
        with self._lock:
            entry = _entry(self._ledger, pull, path)
            raw.record_landed(self._ledger, entry, release.rows_read, len(pull.body))
        return entry.pull_id

    def finish_kept(self) -> None:
        """Load what an earlier run kept and did not load, after comparing it with what the service counts now."""
        raw.number_landed_anew(self.con, SOURCE)
        kept = [one for one in map(self._kept, raw.all_landed(self.con, SOURCE)) if one]
        if kept:
            asker = self._asker({})
            self._take(asker.compare(kept))

    def _kept(self, landed: tuple[raw.Entry, int]) -> Answered | None:
        entry, _ = landed
        try:
            pull = raw.kept(self.settings.landing, entry)
            release = sources.parse(pull)
        except TradewatchError as problem:
            raw.record_void(self.con, entry.pull_id, str(problem))
            return None
        return Answered(question=entry.asked[0], pull_id=entry.pull_id, pull=pull, release=release, sure=False)

    def planned(self, wanted: Wanted) -> list[Planned]:
        """What will be asked: asks what is released, keeps that, and compares it with what was answered before."""
        asked = needs.asked(self.con, SOURCE, wanted, self.now())
        self._ask_availability(asked)
        known = self._released(asked)
        released = {dataset: one.known_from for dataset, one in known.items()}
        missing = needs.missing(self.con, SOURCE, asked, released)
        self.outcome.datasets = len({dataset for one in missing for dataset in one.datasets})
        learned = {every: calls.filled(self.con, SOURCE, every_partner=every) for every in (False, True)}
        filled = {every: learned[every] or usual for every, usual in USUALLY_FILLED.items()}
        return plan([_need(one) for one in missing], released, FREQ, self.service, filled)

    def run(self, planned: Sequence[Planned], *, bulk: bool = False) -> Outcome:
        """
        Ask the planned questions, or fetch the bulk files that answer them, and load what comes; what does not come
        gets the state failed.
        """
        known = datasets.known(self.con, SOURCE, FREQ)
        self._ask_notes({dataset for one in planned for dataset in one.question.released if not known[dataset].noted})
        sizes = {dataset: one.rows for dataset, one in known.items()}
        asker = FileAsker(self._caller, self._keep) if bulk else self._asker(sizes)
        self._take(asker.run(one.question for one in planned))
        return self.outcome

    def _asker(self, sizes: dict[Dataset, int]) -> Asker:
        asker = Asker(self._caller, self._keep, sizes)
        asker.most_rows = calls.most_rows(self.con, SOURCE, "data" if self.service.key else "public")
        return asker

    def _take(self, told: Iterable[Answered | Lost | Void]) -> None:
        """Load, mark or void, one by one, as the asker tells."""
        for one in told:
            if isinstance(one, Answered):
                self._load(one)
            elif isinstance(one, Lost):
                self._lose(one)
            else:
                said = f"{one.rows:,} rows came where the service counts {one.count:,}"
                raw.record_void(self.con, one.pull_id, said)

    def _load(self, one: Answered) -> None:
        """Load the facts of an answer and complete its ledger row, in one transaction."""
        entry = raw.entry(self.con, one.pull_id)
        entry = replace(entry, released_at=max(one.question.released.values(), default=entry.fetched_at))
        counts = self._loaded(entry, one.release)
        self.outcome.answers += 1
        self.outcome.rows += one.release.rows_read
        for what, count in counts.items():
            self.outcome.counts[what] = self.outcome.counts.get(what, 0) + count

    def _loaded(self, entry: raw.Entry, release: Release) -> dict[str, int]:
        with transaction(self.con):
            loaded = facts.load(self.con, loading_of(entry, release), again_from(self.con, self.settings))
            counts, notes = told_of(loaded, release)
            raw.record_loaded(self.con, entry, release, counts, notes)
        self.outcome.notes += [note for note in notes if note not in self.outcome.notes]
        return counts

    def _lose(self, lost: Lost) -> None:
        """Give every cell of a question without an answer the state failed, and write why."""
        now, sentence = self.now(), str(lost.error)
        with transaction(self.con):
            pull = Pull(
                name=f"UN Comtrade, {described(lost.question)}", body=b"", fetched_at=now, asked=(lost.question,)
            )
            entry = _entry(self.con, pull, "")
            release = sources.unanswered(entry.asked, now)
            facts.load(self.con, loading_of(entry, release), again_from(self.con, self.settings))
            raw.record_failure(self.con, entry, sentence)
        self.outcome.lost.append(lost)

    def _ask_availability(self, asked: needs.Asked) -> None:
        """Ask what is released, twelve months a call; months whose availability stays unknown are failed."""
        months = asked.questions[0].periods
        for start in range(0, len(months), MOST_PERIODS):
            frame = _listing(asked.reporters, months[start : start + MOST_PERIODS])
            known = datasets.known(self.con, SOURCE, FREQ)
            there = {dataset: one.checksum is not None for dataset, one in known.items()}
            for told in comtrade_lists.released(self._caller, frame, there):
                self._take_availability(asked, told)

    def _take_availability(self, asked: needs.Asked, told: Listed | Lost) -> None:
        about = told.question if isinstance(told, Lost) else told.pull.asked[0]
        within = (_within(question, about) for question in asked.questions)
        asks = [one for one in within if one.reporters]
        if isinstance(told, Lost):
            self._lose_availability(asks, told)
            return
        doubtful = dict.fromkeys(told.doubtful, told.pull.fetched_at)
        pull = replace(told.pull, asked=tuple(replace(one, released=doubtful) for one in asks))
        named = comtrade_availability.stated(pull)
        cells = [one for one in product(about.reporters, about.periods) if one not in told.doubtful]
        with transaction(self.con):
            datasets.see(self.con, SOURCE, FREQ, cells, named, pull.fetched_at, told.absent)
        self._keep_list(pull)
        self.outcome.not_released += len(cells) - len(named.keys() & set(cells))

    def _lose_availability(self, asks: Iterable[Question], told: Lost) -> None:
        """Months that were released when last we knew keep what they have: nothing of them would be asked anew."""
        known = {dataset for dataset, one in datasets.known(self.con, SOURCE, FREQ).items() if one.checksum is not None}
        for one in asks:
            every = {(code, period): self.now() for code in one.reporters for period in one.periods}
            failed = {dataset: at for dataset, at in every.items() if dataset not in known}
            self._lose(Lost(question=replace(one, released=failed), error=told.error))

    def _keep_list(self, pull: Pull) -> None:
        """Keep an answer that holds no figures, and the states that it tells."""
        release = sources.parse(pull)
        entry = raw.entry(self.con, self._keep(pull, release))
        self._loaded(entry, release)

    def _ask_notes(self, wanted: set[Dataset]) -> None:
        """Ask the publishers' notes on datasets; they are worth having, and a pull goes on without them."""
        months = sorted({period for _, period in wanted})
        for start in range(0, len(months), MOST_PERIODS):
            some = set(months[start : start + MOST_PERIODS])
            codes = tuple(sorted({code for code, period in wanted if period in some}, key=int))
            frame = _listing(codes, tuple(sorted(some)))
            for told in comtrade_lists.in_parts(self._caller, "notes", "getMetadata", frame):
                if isinstance(told, Lost):
                    self.outcome.notes.append(f"no publication notes this time: {told.error}")
                    continue
                with transaction(self.con):
                    datasets.keep_notes(self.con, SOURCE, FREQ, comtrade_availability.notes(told))
                self._keep_list(told)

    def _released(self, asked: needs.Asked) -> dict[Dataset, datasets.Known]:
        """The datasets that are there, of the asked reporters and months."""
        periods = set(asked.questions[0].periods)
        return {
            (code, period): one
            for (code, period), one in datasets.known(self.con, SOURCE, FREQ).items()
            if code in asked.areas and period in periods and one.checksum is not None
        }


def _entry(con: duckdb.DuckDBPyConnection, pull: Pull, path: str) -> raw.Entry:
    return raw.Entry(
        pull_id=raw.new_id(con),
        source=SOURCE,
        name=pull.name,
        told=pull.told,
        fetched_at=pull.fetched_at,
        released_at=pull.fetched_at,
        sha256=raw.hash_of(pull.body) if path else "",
        path=path,
        layout=pull.layout,
        asked=pull.asked,
        address=pull.address,
    )


def _within(question: Question, about: Question) -> Question:
    """The part of a question that an answer about some reporters and months can tell of."""
    return replace(
        question,
        reporters=tuple(code for code in question.reporters if code in about.reporters),
        periods=about.periods,
    )


def _listing(reporters: tuple[str, ...], periods: tuple[date, ...]) -> Question:
    """A question of datasets alone."""
    return Question(reporters=reporters, partners=(), flows=(), freq=FREQ, commodities=(), periods=periods)


def _need(one: needs.Missing) -> Need:
    question = one.question
    return Need(one.datasets, one.flows, one.partners, one.commodities, question.every_partner, question.lines)
