"""
The second stage: facts that remember. Loading a release is a diff against what was known at its time.

A flow stated as before adds nothing; a changed one ends its version and begins another; one that a complete answer no
longer has is withdrawn. A release that arrives late is put where it belongs: the versions after it are taken back and
the later releases applied again, so that the history does not depend on the order of arrival.
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from tradewatch.facts import coverage, diff, late
from tradewatch.facts.release import KEY, Again, Loading, clear, selected, stage_release
from tradewatch.warehouse import first_row, let_go

__all__ = ["KEY", "Again", "Loaded", "Loading", "compact", "contradiction", "forget", "load", "places", "unknown_areas"]

SORTED = "commodity, reporter, partner, flow, period, source, freq, hs_edition, currency, known_from"
"""The order in which most questions find their rows beside each other: by code first, then by who and with whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a release changed."""

    counts: dict[str, int]  # flows new, revised, withdrawn, unchanged
    kept: int  # totals known before, which a sum of parts does not revise
    unknown_areas: list[str]  # area codes that ref.source_area does not know, as `source:code`


def load(con: duckdb.DuckDBPyConnection, loading: Loading, again: Again) -> Loaded:
    """
    Load one release inside the caller's transaction. Answers that views keep are let go where it changes anything.

    Raises DataError when the release states one flow twice.
    """
    if loading.release.rows.is_empty() and not loading.release.blocks:  # publishers' notes, and lists that lack nothing
        return Loaded(kept=0, counts=dict.fromkeys(diff.CHANGED, 0), unknown_areas=[])
    stage_release(con, loading)
    unknown = unknown_areas(con)
    coverage.note_verdicts(con)
    turns = late.turns_after(con, loading)
    if turns:
        late.rewind(con, loading)
    diff.compare(con, loading)
    counts = late.counts_in_time(con) if turns else diff.counts(con, "changes")
    diff.write(con, loading)
    states = coverage.record(con, loading)
    if turns:
        late.apply_again(con, turns, again)
        counts = {what: number + counts[what] for what, number in late.counts(con).items()}
    coverage.judge(con, loading)
    clear(con)
    if states or turns or any(counts[what] for what in diff.CHANGES):
        let_go(con)
    return Loaded(kept=counts.pop("kept"), counts=counts, unknown_areas=unknown)


CONTRADICTIONS = {
    "swapped": "exports and imports of the month are in each other's place, by what the years to date grew",
    "other_rate": "the figure in yuan and the one in dollars are not of one rate, that of all trade",
}


def contradiction(con: duckdb.DuckDBPyConnection, source: str, pull_id: int) -> str | None:
    """How a release with years to date, just loaded and recorded, contradicts another one of its source; or None."""
    found = first_row(con, selected("contradicted"), {"source": source, "pull_id": pull_id})
    if found is None:
        return None
    what, partner, flow, freq, period, commodity = found
    return f"{flow} of {commodity}, partner {partner}, {period:%Y-%m} {freq}: {CONTRADICTIONS[what]}"


def unknown_areas(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The area codes of the release just staged that ref.source_area does not know, as `source:code`."""
    rows = con.execute(
        "select distinct area from (select reporter as area from incoming union select partner from incoming)"
        " where starts_with(area, 'X-UNKNOWN:') order by area"
    ).fetchall()
    return [area.removeprefix("X-UNKNOWN:") for (area,) in rows]


def places(con: duckdb.DuckDBPyConnection, loading: Loading) -> dict[tuple[Any, ...], str]:
    """Where in its file each flow of a release stands: from the flow's KEY to a place such as `Sheet 12, K23`."""
    stage_release(con, loading, places=True)
    rows = con.execute(f"select place, {KEY} from incoming").fetchall()
    clear(con)
    return {tuple(key): place for place, *key in rows}


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Empty the facts, before every kept pull is loaded again in the same transaction."""
    let_go(con)
    for table in ("trade_history", "coverage_history", "scope"):
        con.execute(f"delete from facts.{table}")


def compact(con: duckdb.DuckDBPyConnection) -> int:
    """
    Write the versions of all flows anew in the order SORTED, inside the caller's transaction; returns how many.

    Releases come by month and reporter, and each adds its rows at the end: a question about one code then reads a
    little of every block.
    """
    con.execute(f"create temp table in_order as select * from facts.trade_history order by {SORTED}")
    con.execute("delete from facts.trade_history")
    con.execute("insert into facts.trade_history by name select * from in_order")
    rows: int = con.execute("select count(*) from in_order").fetchall()[0][0]
    con.execute("drop table in_order")
    return rows
