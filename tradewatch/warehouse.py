"""The DuckDB file: opening it, and the transactions around every change."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from tradewatch.errors import ConfigError
from tradewatch.files import copied_whole, sql_of

STORAGE = "v1.5.0"
"""Files are written so that DuckDB 1.5 opens them too; 2.0 writes the same size and speed (DECISIONS.md)."""


class InUse(ConfigError):
    """Another process has the warehouse open."""


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse to write, making it on first use. One process writes at a time; DuckDB holds the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    con = _opened(path, read_only=False)
    con.execute(sql_of("tables"))
    return con


def connect_to_read(path: Path, snapshot: Path | None = None) -> duckdb.DuckDBPyConnection:
    """
    Open the warehouse to read, with no way out of it: no files, no network, no settings can be changed. While another
    process writes it, the snapshot is opened in its place, where there is one.
    """
    if not path.is_file():
        raise ConfigError(f"there is no warehouse at {path}; run `tradewatch demo` or `tradewatch import` first.")
    try:
        con = _opened(path, read_only=True)
    except InUse:
        if snapshot is None or not snapshot.is_file():
            raise
        con = _opened(snapshot, read_only=True)
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    return con


def publish(con: duckdb.DuckDBPyConnection, path: Path, snapshot: Path) -> None:
    """
    Put a copy of the warehouse where readers find it while this process writes: all of it, or the one before.

    Everything committed is written into the file first, so that the copy needs no log beside it.
    """
    con.execute("force checkpoint")
    copied_whole(path, snapshot)


def _opened(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection in UTC, without extension downloads, that sums in a fixed order of magnitude."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if not read_only:
        config["storage_compatibility_version"] = STORAGE
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.IOException as problem:
        if "lock" in str(problem).lower():
            said = f"{path} is in use by another tradewatch or DuckDB process; wait for it to end and try again."
            raise InUse(said) from problem
        said = f"{path} is not a warehouse that can be opened: {str(problem).splitlines()[0]}"
        raise ConfigError(said) from problem


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of what happens inside, or nothing of it."""
    con.execute("begin transaction")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


class _Lent:
    """A frame that shows nothing but its columns: DuckDB takes one it knows to be of Polars through pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def lend(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """
    Let a frame be read as a view until `con.unregister(name)`: its columns where they lie, text too. `to_arrow` would
    copy all text, and load pyarrow (40 MB) for nothing else. To be read once: see `stage`.
    """
    oldest = pl.CompatLevel.oldest()  # DuckDB 1.5 reads through pyarrow, which warns of and cannot filter newer text
    con.register(name, _Lent(frame) if duckdb.__version__ >= "2" else frame.to_arrow(compat_level=oldest))


def stage(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """A frame as a temporary table, for queries that read it more than once."""
    lend(con, f"lent_{name}", frame)
    con.execute(f"create or replace temp table {name} as select * from lent_{name}")
    con.unregister(f"lent_{name}")


def first_row(
    con: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object] | None = None
) -> tuple[Any, ...] | None:
    """The first row of an answer, or None. Every row is fetched: DuckDB 2 takes no other work before that."""
    rows = con.execute(query, dict(values or {})).fetchall()
    return rows[0] if rows else None


def dicts(
    con: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object] | Sequence[object]
) -> list[dict[str, Any]]:
    """The rows of an answer, each by column."""
    result = con.execute(query, dict(values) if isinstance(values, Mapping) else list(values))
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def let_go(con: duckdb.DuckDBPyConnection) -> None:
    """
    Ask views anew that were kept as tables (see queries.keep); inside the transaction that changes what they read.

    What reads others goes first: they are still tables then, and DuckDB need not follow them down to the facts.
    """
    kept = con.execute(
        "select k.table_name from duckdb_tables() as k inner join duckdb_views() as p"
        " on p.view_name = k.table_name and p.schema_name = 'plain' and p.database_name = k.database_name"
        " where k.schema_name = 'kept' and k.database_name = current_database() order by p.comment desc"
    ).fetchall()
    for (name,) in kept:
        con.execute(f"drop table kept.{name}")
        con.execute(f"create view kept.{name} as select * from plain.{name}")


def is_made_from(con: duckdb.DuckDBPyConnection, part: str, sha256: str) -> bool:
    """Whether a part of the warehouse was made from what has this hash."""
    query = "select 1 from ref.made_from where part = $part and sha256 = $sha256"
    return first_row(con, query, {"part": part, "sha256": sha256}) is not None


def made_from(con: duckdb.DuckDBPyConnection, part: str, sha256: str) -> None:
    """Remember it, inside the caller's transaction if there is one."""
    con.execute("delete from ref.made_from where part = $1", [part])
    con.execute("insert into ref.made_from values ($1, $2)", [part, sha256])
