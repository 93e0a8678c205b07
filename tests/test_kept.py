"""Answers that views keep: the same as asked anew, never from before a change, and not read under an as_of."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tradewatch import facts, flow, queries, warehouse
from tradewatch.errors import QueryError
from tradewatch.files import shipped
from tradewatch.records import Told
from tradewatch.settings import Settings

SAMPLE = shipped("data") / "sample" / "eurostat_listed_exports.csv"
KEPT = [query for query in queries.read(shipped("queries"), Path("no-such-folder")) if query.kept]
TRADED = "select commodity, sum(value_usd) from {} group by all order by all"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def sampled(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with the sample, nothing of it kept yet."""
    with warehouse.connect(home.warehouse) as con:
        flow.build(con, home)
        flow.import_file(con, home, SAMPLE, Told(), None, datetime(2026, 11, 1))
        yield con


@pytest.fixture
def con(sampled: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    queries.keep(sampled)
    yield sampled
    sampled.execute("reset variable as_of")


def of_kind(con: duckdb.DuckDBPyConnection, kind: str) -> set[str]:
    rows = con.execute(f"select {kind}_name from duckdb_{kind}s() where schema_name = 'kept'").fetchall()
    return {name for (name,) in rows}


OF_DOUBLES = {"hub_purchases", "listed_purchases_change"}
"""Sums of doubles differ in the last cent from run to run."""

NAMES = {query.view.removeprefix("views.") for query in KEPT}


@pytest.mark.parametrize("query", KEPT, ids=lambda query: query.view)
def test_what_is_kept_is_what_would_be_asked_anew(con: duckdb.DuckDBPyConnection, query: queries.Query) -> None:
    name = query.view.removeprefix("views.")
    assert name in of_kind(con, "table")
    described = [con.execute(f"describe {schema}.{name}").fetchall() for schema in ("views", "plain")]
    assert [row[:2] for row in described[0]] == [row[:2] for row in described[1]]
    shown = query.grain if name in OF_DOUBLES else "*"
    for one, other in (("views", "plain"), ("plain", "views")):
        rows = f"from (select {shown} from {one}.{name}) except all (select {shown} from {other}.{name})"
        assert con.execute(rows).fetchall() == []


def test_the_sample_fills_most_of_them(con: duckdb.DuckDBPyConnection) -> None:
    filled = [name for name in NAMES if warehouse.first_row(con, f"select 1 from kept.{name} limit 1")]
    assert len(filled) > 0.7 * len(NAMES)


def test_they_read_facts_and_lists_only() -> None:
    """What alerts say changes without a release, and today without anything."""
    plain = {query.view: query for query in queries.read(shipped("queries"), Path("no-such-folder"))}
    assert KEPT
    for query in KEPT:
        read, waiting = set(), {query.view}
        while waiting:
            this = plain.get(waiting.pop())
            if this and this.view not in read:
                read.add(this.view)
                waiting |= this.needs
                assert not any(word in this.select for word in ("alerts.", "findings.", "current_date", "now()"))


def test_a_release_lets_all_of_it_go_and_only_when_it_is_in(
    con: duckdb.DuckDBPyConnection, home: Settings, tmp_path: Path
) -> None:
    before = con.execute(TRADED.format("views.goods_exports")).fetchall()
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    (tmp_path / "half.csv").write_text("\n".join(lines[: len(lines) // 2]) + "\n", encoding="utf-8")
    con.execute("begin transaction")
    facts.forget(con)
    assert of_kind(con, "view") == NAMES
    assert con.execute(TRADED.format("views.goods_exports")).fetchall() == []
    con.execute("rollback")
    assert of_kind(con, "table") == NAMES
    assert con.execute(TRADED.format("views.goods_exports")).fetchall() == before
    flow.import_file(con, home, tmp_path / "half.csv", Told(), datetime(2026, 10, 1), datetime(2026, 11, 2))
    assert of_kind(con, "view") == NAMES


def test_an_earlier_time_is_asked_anew(con: duckdb.DuckDBPyConnection) -> None:
    now = con.execute("select count(*) from views.goods_exports").fetchall()
    assert now[0][0] > 0
    con.execute("set variable as_of = timestamp '1990-01-01'")
    assert con.execute("select count(*) from views.goods_exports").fetchall() == [(0,)]
    con.execute("set variable as_of = timestamp '2030-01-01'")
    assert con.execute("select count(*) from views.goods_exports").fetchall() == now


def test_views_made_again_keep_nothing_of_before(con: duckdb.DuckDBPyConnection, home: Settings) -> None:
    flow.build(con, home, anew=True)
    assert (of_kind(con, "view"), of_kind(con, "table")) == (NAMES, set())


def test_an_order_by_no_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "views").mkdir()
    (tmp_path / "views" / "mine.sql").write_text("-- What?\n-- Grain: a\n-- Kept: b\n-- a: one\nselect 1 as a\n")
    with duckdb.connect() as con:
        con.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
        with pytest.raises(QueryError, match=r"mine\.sql.*\"?b\"?"):
            queries.build(con, shipped("queries"), tmp_path)


def test_each_is_made_after_those_it_reads(con: duckdb.DuckDBPyConnection, home: Settings, tmp_path: Path) -> None:
    """DuckDB numbers views anew when it opens a file."""
    flow.build(con, home, anew=True)
    reads = {query.view.removeprefix("views."): query.needs for query in KEPT}
    con.execute("checkpoint")
    with duckdb.connect(str(shutil.copy(home.warehouse, tmp_path / "again.duckdb")), read_only=True) as again:
        order = [name for name, _ in queries.unkept(again)]
    assert set(order) == NAMES
    for place, name in enumerate(order):
        assert not reads[name] & {f"views.{later}" for later in order[place:]}
