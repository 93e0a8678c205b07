"""What a release answered for, written into facts.coverage_history and facts.scope."""

import duckdb

from tradewatch.facts.release import Loading, selected, stage
from tradewatch.warehouse import first_row

PARTNERS = 100
"""
A set of fewer partners says nothing about the sum over all: a large trader reports some 200 partners, a small one
leaves half of them out, and the hand-picked sets of a watch have a dozen.
"""


def note_verdicts(con: duckdb.DuckDBPyConnection) -> None:
    """Fill verdicts: which cells of the staged release can be judged whole or not."""
    stage(con, "verdicts", {"partners": PARTNERS})


def record(con: duckdb.DuckDBPyConnection, loading: Loading) -> int:
    """
    Write the states of the staged release's cells, and the ends of the marks that an answer takes away; how many are
    news.
    """
    covered = con.execute(
        f"insert into facts.coverage_history by name {selected('covered')}", {"pull_id": loading.pull_id}
    ).fetchall()
    con.execute(
        "insert into facts.scope select * from members as m where not exists"
        " (select 1 from facts.scope as s where s.scope = m.scope) order by all"
    )
    answered = con.execute(
        f"insert into facts.coverage_history by name {selected('answered')}",
        {
            "pull_id": loading.pull_id,
            "sha256": loading.sha256,
            "fetched_at": loading.fetched_at or loading.known_from,
        },
    ).fetchall()
    return int(covered[0][0] + answered[0][0])


def judge(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    """Write which cells came whole, of the release and of the periods after it, once its facts are written."""
    if not first_row(con, "select 1 from verdicts limit 1"):
        return
    stage(con, "whole", {"source": loading.release.source})
    con.execute("update facts.coverage_history as c set whole = w.whole from temp.whole as w where c.rowid = w.cell")
