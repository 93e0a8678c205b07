"""
China's query platform by hand: queries to ask in a browser are printed and remembered, and the files that come of them
are matched to them and loaded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl

from tradewatch import raw, sources
from tradewatch.errors import DataError, TradewatchError
from tradewatch.files import plain, read_whole, write_whole
from tradewatch.flow import Imported, land, prepare
from tradewatch.periods import months_between
from tradewatch.raw import gacc_queries
from tradewatch.raw.gacc_queries import Printed
from tradewatch.records import Pull, Question, Release, Told
from tradewatch.settings import Settings
from tradewatch.sources import gacc_code_book, gacc_form, gacc_query
from tradewatch.sources.gacc_basis import CHINA, EDITIONS
from tradewatch.sources.gacc_query import Shown
from tradewatch.warehouse import transaction

FILES = "downloadData*.csv"
"""What the platform names its files; a browser adds a number."""

BOOKS = "gacc_commodity"
"""The folder of the user's own code books."""

Ask = Callable[[str], str | None]
"""Asks a person whether a file is export or import; None where nobody answers."""

in_words = gacc_form.in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a user wants to ask."""

    watch: str
    year: int | None = None  # None: that of the newest month
    months: tuple[int, int] | None = None  # None: all that the platform has
    flows: tuple[str, ...] = gacc_form.FLOWS
    currency: str = "USD"
    partners: tuple[str, ...] = ()  # areas; none: the target and the hubs of the watch
    codes: tuple[str, ...] = ()  # eight digits; none: those of the watch's goods


def ask(con: duckdb.DuckDBPyConnection, wanted: Wanted, now: datetime) -> tuple[list[Printed], str]:
    """
    The fewest queries that ask it, remembered by their numbers, and a sentence on the codes in them. Needs the
    reference lists and the views; a DataError names what is unknown.
    """
    periods = _periods(wanted, now)
    codes, said = (wanted.codes, "") if wanted.codes else _watched(con, wanted.watch, periods[0].year)
    named = gacc_queries.partners_named(con, wanted.partners)
    question = Question(
        reporters=(CHINA,),
        partners=named or gacc_queries.watched_partners(con, wanted.watch),
        flows=wanted.flows,
        freq="M",
        commodities=codes,
        periods=periods,
    )
    found = gacc_form.queries(question, gacc_queries.every_partner(con), now)
    addresses = [(one, gacc_form.address(one, wanted.currency)) for one in found]
    with transaction(con):
        return gacc_queries.remember(con, addresses, wanted.currency, now), said


def _periods(wanted: Wanted, now: datetime) -> tuple[date, ...]:
    newest = gacc_form.last_released(now)
    year = wanted.year or newest.year
    first, last = wanted.months or (1, newest.month if year == newest.year else 12)
    if not EDITIONS[-1][0] <= year <= newest.year or date(year, first, 1) > newest:
        raise DataError(f"{year}-{first:02} cannot be asked; the platform has 2012-01 to {newest:%Y-%m}.")
    return tuple(months_between(date(year, first, 1), min(date(year, last, 1), newest)))


def _watched(con: duckdb.DuckDBPyConnection, watch: str, year: int) -> tuple[tuple[str, ...], str]:
    """The codes of a watch's goods, and which code book they are of."""
    book = gacc_queries.book_for(con, year)
    if book is None:
        raise DataError(
            f"there is no code book of {year} or before; give one with `tradewatch gacc codes FILE`,"
            " or name eight-digit codes with --code."
        )
    codes = gacc_queries.watched_codes(con, watch, book)
    if not codes:
        raise DataError(f"there is no watch {plain(watch)} with goods of the code book of {book}; see data/watches/.")
    missing = "" if book == year else f"; there is none of {year}, `tradewatch gacc codes FILE` takes one"
    return codes, f"{len(codes)} eight-digit codes, of the code book of {book}{missing}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """
    What became of one file: `loaded`, `known` (its bytes came before), `left` (it answers no printed query) or
    `refused`; `sentence` says why of the last two.
    """

    name: str
    state: str
    query: int | None = None
    imported: Imported | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matched:
    name: str
    body: bytes
    flow: str
    query: Printed | None


def files_of(paths: Iterable[Path]) -> list[tuple[Path, bool]]:
    """The platform's files inside each folder, the oldest first, and each file named itself, which is marked so."""
    found: list[tuple[Path, bool]] = []
    for path in paths:
        if not path.exists():
            raise DataError(f"{path}: no such file or folder.")
        inside = sorted(path.glob(FILES), key=lambda one: (one.stat().st_mtime_ns, one.name)) if path.is_dir() else []
        found += [(one, False) for one in inside] or ([] if path.is_dir() else [(path, True)])
    return found


def collect(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    files: Sequence[tuple[Path, bool]],
    told: str | None,
    ask_flow: Ask,
    now: datetime,
    *,
    currency: str | None = None,
    rows: int | None = None,
) -> Iterator[Collected]:
    """
    Match files to the printed queries and load them one by one, each in a transaction of its own; none is moved.

    A file named itself is loaded as told where it answers no query, if its currency is told as well; one found in a
    folder is then left alone.
    """
    printed = gacc_queries.printed(con)
    seen: set[str] = set()
    matched: list[_Matched] = []
    for path, named in files:
        one = _looked_at(con, path, printed, told, ask_flow, seen, named=named)
        if isinstance(one, _Matched):
            matched.append(one)
        else:
            yield one
    answers = Counter(one.query.number for one in matched if one.query)
    for number, one in enumerate(matched):
        if one.query and answers[one.query.number] > 1 and not told:
            yield Collected(name=one.name, state="refused", query=one.query.number, sentence=_rivals(one, matched))
        else:
            yield _loaded(con, settings, one, (currency, rows), now + timedelta(microseconds=number))


def _looked_at(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    printed: Sequence[Printed],
    told: str | None,
    ask_flow: Ask,
    seen: set[str],
    *,
    named: bool,
) -> _Matched | Collected:
    """A file with its flow and the query that it answers, or why it is not to be loaded."""
    try:
        body = read_whole(path)
        mark = raw.hash_of(body)
        before = raw.loaded_as(con, mark)
        if mark in seen or before:
            _refuse_other_flow(path.name, before, told if named else None)
            return Collected(name=path.name, state="known")
        if not gacc_query.recognises(body):
            return Collected(name=path.name, state="left", sentence=f"{path.name}: no export of the query platform.")
        seen.add(mark)
        shown = gacc_query.shown(Pull(name=path.name, body=body, fetched_at=datetime.min))
        fitting = [one for one in printed if gacc_form.fits(shown, one.question, one.currency)]
        flow = told or _flow(path.name, shown, fitting, ask_flow)
        query = _narrowest([one for one in fitting if one.question.flows == (flow,)])
    except TradewatchError as problem:
        return Collected(name=path.name, state="refused", sentence=plain(str(problem)))
    if flow is None or not (named or any(one.question.flows == (flow,) for one in fitting)):
        return Collected(name=path.name, state="left", sentence=_why_left(path.name, shown))
    return _Matched(name=path.name, body=body, flow=flow, query=query)


def _refuse_other_flow(name: str, before: Sequence[raw.Entry], told: str | None) -> None:
    for entry in before:
        if told and entry.told.flow != told:
            raise DataError(
                f"{name}: these bytes were loaded before as {entry.told.flow} (pull {entry.pull_id}), now they are said"
                f" to be {told}; nothing was changed."
            )


def _flow(name: str, shown: Shown, fitting: Sequence[Printed], ask_flow: Ask) -> str | None:
    """The flow that columns and codes agree on; None where no query fits; asked for where they disagree."""
    flows = {flow for one in fitting for flow in one.question.flows}
    by_order = gacc_form.flow_by_order(shown)
    if not flows or by_order in flows:
        return by_order if flows else None
    numbers = ", ".join(str(one.number) for one in fitting)
    flow = ask_flow(
        f"{name}: its columns come in the order of an {by_order}, its codes and months in query {numbers}"
        f" ({' or '.join(sorted(flows))})"
    )
    if flow is None:
        raise DataError(
            f"{name}: its columns come in the order of an {by_order}, but it fits only query {numbers}"
            f" ({' or '.join(sorted(flows))}); say what it is with --flow export or --flow import."
        )
    return flow


def _narrowest(fitting: Sequence[Printed]) -> Printed | None:
    """
    The query that a file answers whichever of these it came from: the one that asks nothing that another does not, the
    newest where several ask the same. None where each asks something of its own.
    """
    answered = [one for one in fitting if all(gacc_form.within(one.question, other.question) for other in fitting)]
    return answered[-1] if answered else None


def _why_left(name: str, shown: Shown) -> str:
    codes, months = sorted(shown.commodities), sorted(shown.periods)
    about = f"{len(codes)} codes from {codes[0]}, {months[0]:%Y-%m} to {months[-1]:%Y-%m}" if months else "no rows"
    return (
        f"{name}: answers no printed query ({about}, {shown.currency}, columns {', '.join(shown.columns)}) and is left"
        " alone; to load it, name this file with its --flow and --currency."
    )


def _rivals(one: _Matched, matched: Sequence[_Matched]) -> str:
    others = ", ".join(rival.name for rival in matched if rival.query == one.query and rival is not one)
    return (
        f"{one.name}: answers query {one.query.number if one.query else ''}, and so does {others} with other figures;"
        " one may be the other flow or an older download: leave one, or say with --flow what both are."
    )


def _loaded(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    one: _Matched,
    told_of_file: tuple[str | None, int | None],
    now: datetime,
) -> Collected:
    currency, rows = told_of_file
    number = one.query.number if one.query else None
    told = Told(flow=one.flow, currency=one.query.currency if one.query else currency, rows=rows)
    pull = Pull(name=one.name, body=one.body, fetched_at=now, told=told)
    if one.query:
        pull = replace(pull, asked=(one.query.question,), address=one.query.address)
    try:
        imported = land(con, settings, pull, _beside_book(con, sources.parse(pull)))
    except TradewatchError as problem:
        sentence = plain(str(problem))
        raw.record_refusal(con, one.name, sentence, now)
        return Collected(name=one.name, state="refused", query=number, sentence=sentence)
    return Collected(name=one.name, state="loaded", query=number, imported=imported)


def _beside_book(con: duckdb.DuckDBPyConnection, release: Release) -> Release:
    """The release, with a note of codes that the code book of their year does not have; their rows stay."""
    notes = []
    eight = release.rows.filter(pl.col("commodity").str.len_chars() == 8)
    for (year,), rows in eight.group_by(pl.col("period").dt.year(), maintain_order=True):
        book = gacc_queries.book_for(con, int(str(year)))
        unknown = gacc_queries.not_in_book(con, book, rows["commodity"].unique().to_list()) if book else []
        if unknown:
            notes.append(f"{len(unknown)} codes not in the code book of {book}, kept: {', '.join(unknown[:5])}.")
    return replace(release, notes=release.notes + tuple(notes))


def unanswered(con: duckdb.DuckDBPyConnection) -> list[Printed]:
    """The printed queries that no file answered yet."""
    return [one for one in gacc_queries.printed(con) if one.pull_id is None]


def take_code_book(con: duckdb.DuckDBPyConnection, settings: Settings, path: Path) -> str:
    """
    Keep a code book of commodities in the home folder, in place of the shipped one of its year, and load it; of the
    other books say what tradewatch does not know. Returns the sentence for people.
    """
    book = gacc_code_book.parse(Pull(name=path.name, body=read_whole(path), fetched_at=datetime.min))
    if book.kind == gacc_code_book.COMMODITIES:
        year = book.rows["year"][0]
        kept = settings.own(BOOKS) / f"{year}.csv"
        write_whole(kept, book.rows.write_csv().encode())
        prepare(con, settings)
        return f"{book.rows.height:,} codes of {year} are kept in {kept}, in place of the shipped ones of that year."
    said = f"{book.rows.height:,} {book.kind}"
    if book.kind == gacc_code_book.PARTNERS:
        known = set(gacc_queries.every_partner(con))
        unknown = [f"{code} {name}" for code, name in book.rows.rows() if code not in known]
        said += (
            f", of which tradewatch does not know {len(unknown)}: {', '.join(unknown[:5])}"
            if unknown
            else ", all known"
        )
    return f"{said}; nothing of it needs to be kept."
