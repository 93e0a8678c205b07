"""What a release answered for, written into facts.coverage_history and facts.scope."""

import duckdb

from tradewatch.facts.release import Loading, selected, stage

PARTNERS = 100
"""
A set of fewer partners says nothing about the sum over all: a large trader reports some 200 partners, a small one
leaves half of them out, and the hand-picked sets of a watch have a dozen.
"""


def judge(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    """Fill verdicts: which cells of the staged release came whole. Before anything of it is written or taken back."""
    stage(con, "verdicts", {"source": loading.release.source, "partners": PARTNERS})


def record(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    """Write the states of the staged release's cells, and the ends of the marks that an answer takes away."""
    con.execute(f"insert into facts.coverage_history by name {selected('covered')}", {"pull_id": loading.pull_id})
    con.execute(
        "insert into facts.scope select * from members as m where not exists"
        " (select 1 from facts.scope as s where s.scope = m.scope) order by all"
    )
    con.execute(
        f"insert into facts.coverage_history by name {selected('answered')}",
        {
            "pull_id": loading.pull_id,
            "sha256": loading.sha256,
            "fetched_at": loading.fetched_at or loading.known_from,
        },
    )


def judge_again(con: duckdb.DuckDBPyConnection) -> None:
    """Correct, inside the caller's transaction, the verdicts that were given before an earlier period was loaded."""
    stage(con, "judged_again", {})
    con.execute(
        "update facts.coverage_history as c set whole = j.whole from temp.judged_again as j where c.rowid = j.cell"
    )
