"""
A pull from China's customs: the indexes of its two releases, then every page linked there that is not in yet.

A page is loaded, in one transaction, right after it came: a run that is stopped at any moment asks at most one page
twice. One that is refused loses only itself, and is asked again by the next run.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import duckdb
import polars as pl

from tradewatch import raw, sources
from tradewatch.errors import SourceChanged, SourceError, TradewatchError
from tradewatch.files import plain
from tradewatch.flow import Imported, build, land
from tradewatch.raw import calls
from tradewatch.records import Call, Pull, Release
from tradewatch.settings import Settings
from tradewatch.sources import gacc_index
from tradewatch.sources.gacc_index import PATHS, Index, Link
from tradewatch.sources.gacc_service import SOURCE, Caller, GivenUp, Service
from tradewatch.warehouse import transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The months that are asked for, both included, and which tables; with `again` also the pages that are in."""

    first: date
    last: date
    tables: tuple[str, ...] = ()  # last words of names of gacc_index.TABLES; empty for all
    again: bool = False

    def holds(self, link: Link) -> bool:
        """Whether a link is asked for."""
        named = not self.tables or link.table.split()[-1] in self.tables
        return named and self.first <= link.month <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one link; `sentence` says why it is not in."""

    link: Link
    state: str  # loaded, known (in before, and the same), awaited (not out yet), refused or unasked
    sentence: str = ""
    imported: Imported | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a pull did so far."""

    taken: list[Taken] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # sentences on indexes that did not come
    notes: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether nothing that is out was lost."""
        return not self.lost and all(one.state not in ("refused", "unasked") for one in self.taken)


class Pulling:
    """One pull into an open warehouse; `links` asks the indexes alone, `run` the pages. Use it as a context."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        settings: Settings,
        service: Service,
        now: Callable[[], datetime],
    ) -> None:
        self.con, self.settings, self.now = con, settings, now
        self.outcome = Outcome()
        self._caller = Caller(service, self._note, now)

    def __enter__(self) -> "Pulling":
        build(self.con, self.settings)
        return self

    def __exit__(self, *_: object) -> None:
        self._caller.close()

    def _note(self, call: Call) -> None:
        calls.note(self.con, call)

    def links(self, wanted: Wanted) -> list[Link]:
        """What is asked for as the indexes list it, oldest month first; raises the first problem when no index came."""
        problems: list[SourceError] = []
        indexes = [index for release in PATHS for index in self._indexes(release, wanted, problems)]
        if not indexes:
            raise problems[0]
        links = {(link.name, link.path): link for index in indexes for link in index.links if wanted.holds(link)}
        return sorted(links.values(), key=lambda link: (link.month, list(PATHS).index(link.release)))

    def to_ask(self, links: Sequence[Link], wanted: Wanted) -> list[Link]:
        """Those of the links that a run would ask."""
        known = self._known(links)
        return [link for link in links if link.path and (wanted.again or link not in known)]

    def run(self, links: Sequence[Link], wanted: Wanted) -> Iterator[Taken]:
        """Take one link after another and tell of each; the outcome has them all."""
        known = self._known(links)
        for link in links:
            taken = self._take(link, known.get(link), wanted)
            self.outcome.taken.append(taken)
            yield taken

    def _known(self, links: Iterable[Link]) -> dict[Link, raw.Entry]:
        """Of the links that are in, the last pull. By name too: where two months link to one page, one is wrong."""
        loaded = raw.loaded_from(self.con, SOURCE)
        found = {link: loaded[link.path] for link in links if link.path in loaded}
        return {link: entry for link, entry in found.items() if entry.name == link.name}

    def _indexes(self, release: str, wanted: Wanted, problems: list[SourceError]) -> Iterator[Index]:
        """The indexes of the wanted years, as far as they come: the newest tells where the others are."""
        newest = self._index(release, PATHS[release], problems)
        if newest is None:
            return
        yield newest
        for year in range(wanted.first.year, wanted.last.year + 1):
            path = newest.years.get(year)
            if path is None and year < newest.year:
                self.outcome.notes.append(f"GACC lists no {release} release of {year}.")
            elif path and path != PATHS[release] and (index := self._index(release, path, problems)):
                yield index

    def _index(self, release: str, path: str, problems: list[SourceError]) -> Index | None:
        try:
            index = gacc_index.read(self._caller.page("list", path), release, path)
        except SourceError as problem:
            problems.append(problem)
            self.outcome.lost.append(str(problem))
            raw.record_refusal(self.con, f"GACC {release}, index {path}", plain(str(problem)), self.now(), SOURCE)
            return None
        for name in index.missing:
            self.outcome.notes.append(f"The index of the {release} release of {index.year} has no table of {name}.")
        return index

    def _take(self, link: Link, known: raw.Entry | None, wanted: Wanted) -> Taken:
        if link.refusal:
            return self._refused(link, link.refusal)
        if not link.path or (known and not wanted.again):
            return Taken(link=link, state="known" if link.path else "awaited")
        try:
            body = self._caller.page("file", link.path)
        except GivenUp as problem:
            return Taken(link=link, state="unasked", sentence=str(problem))
        except SourceError as problem:
            return self._refused(link, str(problem))
        if known and known.sha256 == raw.hash_of(body):
            return Taken(link=link, state="known")
        return self._load(link, body, changed=known is not None)

    def _load(self, link: Link, body: bytes, *, changed: bool) -> Taken:
        """Load a page. One that changed at its address was known only from now on, whatever date it carries."""
        now = self.now()
        pull = Pull(name=link.name, body=body, fetched_at=now, released_at=now if changed else None, address=link.path)
        try:
            release = sources.parse(pull)
            _check(link, release)
            imported = land(self.con, self.settings, pull, release)
        except TradewatchError as problem:
            self._keep_unread(pull, plain(str(problem)))
            return Taken(link=link, state="refused", sentence=plain(str(problem)))
        return Taken(link=link, state="loaded", imported=imported)

    def _refused(self, link: Link, sentence: str) -> Taken:
        raw.record_refusal(self.con, link.name, plain(sentence), self.now(), SOURCE)
        return Taken(link=link, state="refused", sentence=f"{link.name}: {plain(sentence)}")

    def _keep_unread(self, pull: Pull, sentence: str) -> None:
        """Keep a page that cannot be read, with the reason, for whoever mends the reader."""
        entry = raw.Entry(
            pull_id=raw.new_id(self.con),
            source=SOURCE,
            name=pull.name,
            told=pull.told,
            fetched_at=pull.fetched_at,
            released_at=pull.fetched_at,
            sha256=raw.hash_of(pull.body),
            path=raw.keep(self.settings.landing, SOURCE, pull.body),
            address=pull.address,
        )
        with transaction(self.con):
            raw.record_landed(self.con, entry, 0, len(pull.body))
            raw.record_void(self.con, entry.pull_id, sentence)


def _check(link: Link, release: Release) -> None:
    """A SourceChanged when a page is not what the index calls it: of another release, month or currency."""
    newest = release.rows.filter(pl.col("freq") != "A")["period"].max()
    found = {
        "release": release.layout.removeprefix("gacc_"),
        "month": f"{newest:%Y-%m}" if isinstance(newest, date) else "",
        "currency": ", ".join(sorted(release.rows["currency"].unique())),
    }
    expected = {"release": link.release, "month": f"{link.month:%Y-%m}", "currency": link.currency}
    for what, said in expected.items():
        if said and found[what] and said != found[what]:
            raise SourceChanged(
                f"{link.name}: the index links to {link.path} for {what} {said}, the page is of {found[what]}; nothing "
                "of it was loaded, the site has linked a wrong page."
            )
