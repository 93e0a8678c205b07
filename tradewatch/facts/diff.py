"""The diff: what a staged release changes in the versions that stand, and the writing of it."""

from collections.abc import Sequence

import duckdb

from tradewatch.facts.release import KEY, Loading, same, selected, stage

CHANGES = ("new", "revised", "withdrawn")
CHANGED = (*CHANGES, "unchanged")
WHATS = (*CHANGED, "kept")


def compare(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    """Fill changes from the staged release and the standing versions."""
    release = loading.release
    currencies = release.rows["currency"].unique().to_list()
    asked = {"source": release.source, "complete": bool(release.blocks), "currencies": currencies}
    stage(con, "changes", asked | {"rounded": release.rounded})


def keep_only(con: duckdb.DuckDBPyConnection, lines: Sequence[int]) -> None:
    """Of the changes, leave those of the affected flows of these lines."""
    flows = f"select * from affected as a where a.line in (select unnest($lines)) and {same(KEY, 'a', 'f')}"
    con.execute(
        "delete from changes where rowid not in ("
        f"select c.rowid from changes as c inner join incoming as f on f.rowid = c.stated where exists ({flows})"
        " union all select c.rowid from changes as c inner join facts.trade_history as f on f.rowid = c.version"
        f" where c.what = 'withdrawn' and exists ({flows}))",
        {"lines": list(lines)},
    )


def write(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    """Write the changes as the newest word on their flows: first what begins, which may copy what ends."""
    con.execute(f"insert into facts.trade_history by name {selected('written')}", {"pull_id": loading.pull_id})
    _end_versions(con)


def _end_versions(con: duckdb.DuckDBPyConnection) -> None:
    """End the versions that changed; one that began at the very same instant was never visible and goes."""
    ended = "from changes as c where c.what in ('revised', 'withdrawn') and c.version = h.rowid"
    con.execute(f"delete from facts.trade_history as h where exists (select 1 {ended} and h.known_from = c.known_from)")
    con.execute(f"update facts.trade_history as h set known_to = c.known_from {ended}")


def counts(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    """How many flows of a table with a column `what` are new, revised, withdrawn, unchanged, kept."""
    found = dict(con.execute(f"select what, count(*) from {table} group by what").fetchall())
    return {what: found.get(what, 0) for what in WHATS}
