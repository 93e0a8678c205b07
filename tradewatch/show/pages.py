"""A pull of published pages for people: what it would ask, its progress, and what came of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from math import ceil

from rich.table import Table

from tradewatch.flow.pull_gacc import Outcome, Taken
from tradewatch.periods import shift
from tradewatch.show import err, out, table
from tradewatch.sources.gacc_index import TABLES, Link
from tradewatch.sources.gacc_service import Service

SHOWN = 10
"""How many refusals are named; the others are counted."""

STATES = {"loaded": "loaded", "known": "known", "awaited": "not out yet", "refused": "refused", "unasked": "not asked"}


def links(found: Sequence[Link], service: Service) -> Iterator[Table | str]:
    """The pages that would be asked, with their addresses."""
    rows = [(f"{one.month:%Y-%m}", one.release, one.table, one.currency, service.url + one.path) for one in found]
    yield table("", ("month", "release", "table", "currency", "address"), rows)
    yield f"{len(found):,} pages to ask, in at least {ceil(len(found) * service.pace / 60)} minute(s)."


def pulled(outcome: Outcome, *, dry_run: bool = False) -> None:
    """The months of every table by what became of them, what they changed, and what is missing and why."""
    if not dry_run:
        _pages(outcome)
    notes = [note for one in outcome.taken if one.imported for note in one.imported.notes]
    for note in dict.fromkeys(outcome.notes + notes):
        err.print(note, markup=False, soft_wrap=True)
    _lost([*outcome.lost, *(one.sentence for one in outcome.taken if one.state == "refused")])
    for sentence in dict.fromkeys(one.sentence for one in outcome.taken if one.state == "unasked"):
        err.print(sentence, markup=False, soft_wrap=True)


def _pages(outcome: Outcome) -> None:
    out.print(table("", ("release", "table", "currency", *STATES.values()), _rows(outcome.taken)))
    loaded = [one.imported for one in outcome.taken if one.imported]
    sums = {what: sum(one.counts.get(what, 0) for one in loaded) for what in ("new", "revised", "withdrawn")}
    changed = ", ".join(f"{count:,} {what}" for what, count in sums.items())
    out.print(f"{len(loaded):,} pages loaded; figures: {changed}.")


def _lost(sentences: Sequence[str]) -> None:
    for sentence in sentences[:SHOWN]:
        err.print(f"refused: {sentence}", markup=False, soft_wrap=True)
    if len(sentences) > SHOWN:
        err.print(f"refused: {len(sentences) - SHOWN:,} more; `from raw.pull where state = 'refused'` has the reasons.")
    if sentences:
        err.print("What was refused is not in; the next pull asks for it again.")


def _rows(taken: Iterable[Taken]) -> Iterator[tuple[str, ...]]:
    def kind(one: Taken) -> tuple[int, int, str]:
        link = one.link
        return list(TABLES).index(link.release), list(TABLES[link.release]).index(link.table), link.currency

    for _, group in groupby(sorted(taken, key=kind), kind):
        ones = list(group)
        link = ones[0].link
        months: dict[str, set[date]] = {state: set() for state in STATES}
        for one in ones:
            months[one.state].add(one.link.month)
        yield (link.release, link.table, link.currency, *(spans(found) for found in months.values()))


def spans(months: Iterable[date]) -> str:
    """Months in words: `2025-11 to 2026-03, 2026-05`."""
    found: list[tuple[date, date]] = []
    for month in sorted(months):
        if found and shift(found[-1][1], 1) == month:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return ", ".join(f"{a:%Y-%m} to {b:%Y-%m}" if a != b else f"{a:%Y-%m}" for a, b in found)
