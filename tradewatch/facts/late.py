"""
A release that arrives late: the versions after it are taken back, and the later releases applied again.

Late is a matter of each cell: two releases may follow each other in one order here and in the other order there. Cells
do not touch each other, so several of them take one step at once, and a pull is applied again as few times as can be.
"""

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from tradewatch.facts import diff
from tradewatch.facts.release import KEY, Again, Loading, same, stage, stage_release
from tradewatch.warehouse import first_row

Turn = tuple[int, list[int]]
"""A pull_id, and the lines of cells where it comes next."""


def turns_after(con: duckdb.DuckDBPyConnection, loading: Loading) -> list[Turn]:
    """Which later pulls must be applied again after the staged release, in order; fills late_cells where any must."""
    if not _any_later(con, loading):
        return []
    stage(con, "late_cells", {"source": loading.release.source, "sha256": loading.sha256})
    return list(turns(dict(con.execute("select distinct line, pulls from late_cells").fetchall())))


def _any_later(con: duckdb.DuckDBPyConnection, loading: Loading) -> bool:
    """The cheap question first: releases usually arrive in order."""
    return bool(
        first_row(
            con,
            "select 1 from facts.coverage_history where source = $source"
            " and known_from >= (select min(known_from) from asked) limit 1",
            {"source": loading.release.source},
        )
    )


def turns(lines: Mapping[int, Sequence[int]]) -> Iterator[Turn]:
    """
    The pulls of each line in its order, each pull once where the lines agree on an order.

    >>> list(turns({1: [7, 8], 2: [8, 9]}))
    [(7, [1]), (8, [1, 2]), (9, [2])]
    >>> list(turns({1: [7, 8], 2: [8, 7]}))
    [(7, [1]), (8, [1, 2]), (7, [2])]
    """
    left = {line: list(pulls) for line, pulls in lines.items()}
    while left:
        first = {pulls[0] for pulls in left.values()}
        waiting = {pull for pulls in left.values() for pull in pulls[1:]}
        pull = min(first - waiting or first)
        ready = [line for line, pulls in left.items() if pulls[0] == pull]
        yield pull, ready
        left = {line: pulls[1:] if line in ready else pulls for line, pulls in left.items()}
        left = {line: pulls for line, pulls in left.items() if pulls}


def rewind(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    """Take the flows of the late cells back to what was known just before this release; fills affected, before_it."""
    stage(con, "affected", {})
    _set_aside(con, "before_it")
    con.execute(
        f"delete from facts.trade_history as h using affected as a, raw.pull as p where {same(KEY, 'h', 'a')}"
        " and p.pull_id = h.pull_id and (h.known_from > a.known_from"
        " or (h.known_from = a.known_from and p.sha256 > $sha256))",
        {"sha256": loading.sha256},
    )
    con.execute(
        f"update facts.trade_history as h set known_to = null from affected as a where {same(KEY, 'h', 'a')}"
        " and h.known_to >= a.known_from and not exists (select 1 from facts.trade_history as n"
        f" where {same(KEY, 'n', 'h')} and n.known_from = h.known_to)"
    )


def apply_again(con: duckdb.DuckDBPyConnection, turns: Sequence[Turn], again: Again) -> None:
    """Apply later releases to the affected flows; their ledger rows and coverage stand as they are."""
    kept: dict[int, Loading] = {}
    for place, (pull_id, lines) in enumerate(turns):
        loading = kept.pop(pull_id, None) or again(pull_id)
        if any(pull_id == later for later, _ in turns[place + 1 :]):
            kept[pull_id] = loading  # parsed once, though it takes several turns
        stage_release(con, loading)
        diff.compare(con, loading)
        diff.keep_only(con, lines)
        diff.write(con, loading)


def counts_in_time(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What the staged release changes in the flows of cells where it is not late, and all that it keeps."""
    con.execute(
        "create or replace temp table in_time as select c.what from changes as c"
        " left join incoming as i on i.rowid = c.stated left join facts.trade_history as h on h.rowid = c.version"
        " where c.what = 'kept' or not exists (select 1 from late_cells as l"
        " where l.reporter = coalesce(i.reporter, h.reporter) and l.flow = coalesce(i.flow, h.flow)"
        " and l.freq = coalesce(i.freq, h.freq) and l.period = coalesce(i.period, h.period))"
    )
    return diff.counts(con, "in_time")


def counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What the release changed in the affected flows, once the later ones were applied again."""
    _set_aside(con, "after_it")
    stage(con, "late_counts", {})
    return diff.counts(con, "late_counts")


def _set_aside(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Keep the affected flows' versions aside, to tell what a late release changed."""
    con.execute(
        f"create or replace temp table {name} as select {KEY}, value, withdrawn, known_from, known_to"
        f" from facts.trade_history as h where exists (select 1 from affected as a where {same(KEY, 'a', 'h')})"
    )
