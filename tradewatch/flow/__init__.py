"""The order of the stages, and nothing else: source → raw → facts → views → findings → alerts → digest → channel."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import attrgetter
from pathlib import Path

import duckdb

from tradewatch import alerts, facts, findings, queries, raw, reference, sources
from tradewatch.errors import DataError, TradewatchError
from tradewatch.files import PACKAGE, fingerprint, plain, read_whole, shipped, time_in_name
from tradewatch.periods import months_between, shift
from tradewatch.records import Pull, Release, Told
from tradewatch.settings import Settings
from tradewatch.warehouse import is_made_from, made_from, transaction

Why = alerts.Why

Progress = Callable[[str], None]
"""Called with the name of each thing that is done; long work shows a bar from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one file: `loaded`, `known` (the same bytes came before) or `refused` (see `sentence`)."""

    name: str
    state: str
    source: str = ""
    pull_id: int | None = None
    rows_read: int = 0
    rows_rejected: int = 0
    counts: dict[str, int] = field(default_factory=dict)  # new, revised, withdrawn, unchanged
    notes: tuple[str, ...] = ()
    sentence: str = ""


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Every file in the order named; those inside a named folder oldest first, where their names say when saved."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise DataError(f"{path}: no such file or folder.")
        inside = [p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")]
        inside.sort(key=lambda one: (time_in_name(one.name) or datetime.min, one))
        found += inside if path.is_dir() else [path]
    if not found:
        raise DataError("there is no file in what was named; nothing was imported.")
    return found


def import_files(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    paths: Iterable[Path],
    told: Told,
    released_at: datetime | None,
    now: datetime,
) -> Iterator[Imported]:
    """
    Import files one by one, each in a transaction of its own; of one refused only the reason is kept.

    Files that say nothing of their release become known in the order of the list, a microsecond apart.
    """
    for number, path in enumerate(paths):
        try:
            yield import_file(con, settings, path, told, released_at, now + timedelta(microseconds=number))
        except TradewatchError as problem:
            sentence = plain(str(problem))
            raw.record_refusal(con, path.name, sentence, now)
            yield Imported(name=path.name, state="refused", sentence=sentence)


def import_file(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    path: Path,
    told: Told,
    released_at: datetime | None,
    now: datetime,
) -> Imported:
    """Import one file: read, parse, keep the bytes, load the facts. Raises a TradewatchError with nothing changed."""
    body = read_whole(path)
    pull = Pull(name=path.name, body=body, fetched_at=now, told=told, released_at=released_at)
    for known in raw.loaded_as(con, raw.hash_of(body)):
        if released_at in (None, known.released_at):
            return _known_already(con, known, pull)
    return land(con, settings, pull, sources.parse(pull))


def _known_already(con: duckdb.DuckDBPyConnection, known: raw.Entry, pull: Pull) -> Imported:
    """The same bytes again change nothing; the same bytes told to be another flow are refused."""
    if known.told.flow and pull.told.flow and pull.told.flow != known.told.flow:
        raise DataError(
            f"{pull.name}: these bytes were loaded before as {known.told.flow} (pull {known.pull_id}),"
            f" now they are said to be {pull.told.flow}; nothing was changed."
        )
    rows_read, *counts = raw.counts_of(con, known.pull_id)
    return Imported(
        name=pull.name,
        state="known",
        source=known.source,
        pull_id=known.pull_id,
        rows_read=rows_read,
        counts={"new": 0, "revised": 0, "withdrawn": 0, "unchanged": sum(counts)},
    )


def land(con: duckdb.DuckDBPyConnection, settings: Settings, pull: Pull, release: Release) -> Imported:
    """Keep the bytes of a pull, then load its facts and its ledger row in one transaction."""
    moment, basis = known_from(pull, release)
    path = raw.keep(settings.landing, release.source, pull.body)
    with transaction(con):
        entry = raw.Entry(
            pull_id=raw.new_id(con),
            source=release.source,
            name=pull.name,
            told=pull.told,
            fetched_at=pull.fetched_at,
            released_at=moment,
            sha256=raw.hash_of(pull.body),
            path=path,
            asked=pull.asked,
            address=pull.address,
        )
        loaded = facts.load(con, loading_of(entry, release), again_from(con, settings))
        counts, notes = told_of(loaded, release)
        raw.record(con, entry, release, basis=basis, size=len(pull.body), counts=counts, notes=notes)
        _refuse_contradiction(con, pull, release, entry.pull_id)
    return Imported(
        name=pull.name,
        state="loaded",
        source=release.source,
        pull_id=entry.pull_id,
        rows_read=release.rows_read,
        rows_rejected=counts["rejected"],
        counts=loaded.counts,
        notes=notes,
    )


def _refuse_contradiction(con: duckdb.DuckDBPyConnection, pull: Pull, release: Release, pull_id: int) -> None:
    """A DataError, and so nothing loaded, where a release with years to date contradicts another one of its source."""
    if "YTD" in release.rows["freq"] and (said := facts.contradiction(con, release.source, pull_id)):
        raise DataError(f"{pull.name}: {said}; one of the two is not as it was published, save this one again.")


def told_of(loaded: facts.Loaded, release: Release) -> tuple[dict[str, int], tuple[str, ...]]:
    """What the ledger keeps of a load: counts of flows and rejected rows, and the sentences for people."""
    notes = release.notes + _notes_on_areas(loaded.unknown_areas) + _notes_on_sums(loaded.kept)
    return loaded.counts | {"rejected": release.rows_rejected + loaded.kept}, notes


def known_from(pull: Pull, release: Release) -> tuple[datetime, str]:
    """When these figures became known (naive UTC), and who says so."""
    if pull.released_at:
        return pull.released_at, "told"
    if release.released_at:
        return release.released_at, "release"
    if saved := time_in_name(pull.name):
        return min(saved, pull.fetched_at), "file name"
    return pull.fetched_at, "import"


def _notes_on_areas(unknown: list[str]) -> tuple[str, ...]:
    """An unknown code is kept under its own name and said aloud: it is a finding about the source."""
    if not unknown:
        return ()
    return (f"{len(unknown)} area code(s) not in ref.source_area, kept as X-UNKNOWN: {', '.join(unknown[:5])}",)


def _notes_on_sums(kept: int) -> tuple[str, ...]:
    return (f"{kept:,} sum(s) of parts left out: the total of the same flow is known",) if kept else ()


def loading_of(entry: raw.Entry, release: Release) -> facts.Loading:
    """A release on its way into the facts, at its pull's place in time."""
    return facts.Loading(
        release=release,
        pull_id=entry.pull_id,
        known_from=entry.released_at,
        sha256=entry.sha256,
        fetched_at=entry.fetched_at,
    )


def again_from(con: duckdb.DuckDBPyConnection, settings: Settings) -> facts.Again:
    """How facts get a pull that was loaded before: parsed again from the kept bytes, or failed again without any."""

    def parsed_again(pull_id: int) -> facts.Loading:
        entry = raw.entry(con, pull_id)
        if not entry.path:
            return loading_of(entry, sources.unanswered(entry.asked, entry.fetched_at))
        return loading_of(entry, sources.parse(raw.kept(settings.landing, entry)))

    return parsed_again


def replay(con: duckdb.DuckDBPyConnection, settings: Settings, on_done: Progress) -> int:
    """Parse all kept bytes again and rebuild the facts from them, in one transaction; returns the number of pulls."""
    entries = raw.all_loaded(con)
    again = again_from(con, settings)
    prepare(con, settings)
    with transaction(con):
        facts.forget(con)
        for entry in entries:
            facts.load(con, again(entry.pull_id), again)
            on_done(entry.name)
    return len(entries)


def compact(con: duckdb.DuckDBPyConnection) -> int:
    """Keep the facts in the order in which they are asked, and give unused room back; returns the rows written."""
    with transaction(con):
        rows = facts.compact(con)
    con.execute("checkpoint")
    return rows


def prepare(con: duckdb.DuckDBPyConnection, settings: Settings, *, anew: bool = False) -> None:
    """Load the reference lists, which the facts join, where they or their reader changed since the last time."""
    folders = (shipped("data"), settings.own("watches"), settings.own("gacc_commodity"))
    now = fingerprint(*folders, PACKAGE / "reference.py", shipped("queries") / "tables.sql", words=[reference.rates()])
    if anew or not is_made_from(con, "reference", now):
        reference.load(con, *folders)
        made_from(con, "reference", now)


def pulls(con: duckdb.DuckDBPyConnection) -> int:
    """How many files and answers are kept."""
    return len(raw.all_loaded(con))


def build(con: duckdb.DuckDBPyConnection, settings: Settings, *, anew: bool = False) -> int:
    """Reference lists, views and checks, made again where they changed, or all `anew`; how many views there are."""
    prepare(con, settings, anew=anew)
    folders = (shipped("queries"), settings.own("queries"))
    now = fingerprint(*folders, PACKAGE / "queries.py", words=[duckdb.__version__])
    there = queries.standing(con)
    if not anew and there and is_made_from(con, "views", f"{there} {now}"):
        return there
    made = queries.build(con, *folders)
    made_from(con, "views", f"{made} {now}")
    return made


def check(
    con: duckdb.DuckDBPyConnection, settings: Settings, last: date | None, first: date | None, now: datetime
) -> dict[str, int]:
    """
    Judge a span of months in order (the newest RESCORED published ones when none is named); how many alerts changed.

    Raises DataError when no month can be judged.
    """
    queries.keep(con)
    published, asked = findings.months_published(con), findings.months_asked(con)
    last = last or max(published, default=None)
    if last is None:
        raise DataError("there is no month that a complete answer covers; import figures of the watch's goods first.")
    if last not in asked or (first or last) > last:
        span = f"{min(asked):%Y-%m} to {max(asked):%Y-%m}" if asked else "none"
        raise DataError(f"{first or last:%Y-%m} to {last:%Y-%m} cannot be judged; the figures cover {span}.")
    months = months_between(first or shift(last, 1 - RESCORED), last)
    rules = findings.read(shipped("alerts"), settings.own("alerts"))
    told: Counter[str] = Counter()
    findings.find(con, rules, months, None, now)
    for month in months:
        told.update(alerts.update(con, month, now))
    return dict(told)


RESCORED = 6
"""Months judged again at each check: revisions reach back about so far, and one may withdraw an alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """One figure behind an alert, the file it came in, and where it stands there."""

    figure: alerts.Figure
    file: str
    place: str


def why(
    con: duckdb.DuckDBPyConnection, settings: Settings, alert_id: str, rows: int
) -> tuple[alerts.Why, list[Traced]]:
    """An alert, and its largest figures traced to sheet and cell by reading the kept files again."""
    found = alerts.why(con, alert_id, rows)
    again, key = again_from(con, settings), attrgetter(*facts.KEY.split(", "))
    traced: list[Traced] = []
    for pull_id in sorted({figure.pull_id for figure in found.figures}):
        where = facts.places(con, again(pull_id))
        name = raw.entry(con, pull_id).name
        figures = [figure for figure in found.figures if figure.pull_id == pull_id]
        traced += [Traced(figure=figure, file=name, place=where.get(key(figure), "not found")) for figure in figures]
    return found, sorted(traced, key=lambda one: -(one.figure.value_usd or 0))


def demo(con: duckdb.DuckDBPyConnection, settings: Settings, now: datetime, on_done: Progress) -> None:
    """The whole road on the embedded sample; running it again changes nothing."""
    prepare(con, settings)
    for path in sorted((shipped("data") / "sample").glob("*.csv")):
        import_file(con, settings, path, Told(), None, now)
        on_done(f"imported {path.name}")
    build(con, settings)
    on_done("built the views")
    check(con, settings, date(2022, 11, 1), date(2021, 6, 1), now)
    on_done("judged June 2021 to November 2022")
