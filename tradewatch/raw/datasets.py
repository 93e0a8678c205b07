"""What a source says that it released, and when each dataset last changed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

from tradewatch.records import Dataset, Stated
from tradewatch.warehouse import lend, stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A dataset as we know it: `known_from` is when its figures became known, `noted` whether its notes were kept."""

    known_from: datetime
    last_released: datetime | None
    checksum: int | None
    rows: int
    noted: bool


def known(con: duckdb.DuckDBPyConnection, source: str, freq: str) -> dict[Dataset, Known]:
    """The newest row of every dataset of a source that is there."""
    rows = con.execute(
        "select reporter_code, period, known_from, last_released, checksum, rows_stated, notes is not null"
        " from raw.dataset where source = $source and freq = $freq"
        " qualify row_number() over (partition by reporter_code, period order by seen_at desc, rowid desc) = 1",
        {"source": source, "freq": freq},
    ).fetchall()
    return {
        (code, period): Known(known_from=known_from, last_released=last, checksum=checksum, rows=size or 0, noted=noted)
        for code, period, known_from, last, checksum, size, noted in rows
    }


def see(
    con: duckdb.DuckDBPyConnection,
    source: str,
    freq: str,
    asked: Iterable[Dataset],
    stated: Mapping[Dataset, Stated],
    now: datetime,
    absent: Collection[Dataset] = (),
) -> list[Dataset]:
    """
    Write what is new or changed among the asked datasets, inside the caller's transaction; returns these datasets.

    Figures are known from the release the source names. When only the checksum moved, or the source names a release
    that is no later than the one before, they are known from now: the older figures were seen and stay in the history.
    One that the source no longer states, or that is proven `absent`, is written without a checksum, once.
    """
    before = known(con, source, freq)
    rows = {key: _row(stated.get(key), before.get(key), now, absent=key in absent) for key in asked}
    changed = {dataset: row for dataset, row in rows.items() if row is not None}
    if changed:
        frame = pl.DataFrame([(*key, *row) for key, row in changed.items()], schema=_SCHEMA, orient="row")
        lend(con, "seen", frame.with_columns(source=pl.lit(source), freq=pl.lit(freq)))
        con.execute("insert into raw.dataset by name select * from seen")
        con.unregister("seen")
    return list(changed)


_SCHEMA = {
    "reporter_code": pl.String(),
    "period": pl.Date(),
    "hs_edition": pl.String(),
    "first_released": pl.Datetime("us"),
    "last_released": pl.Datetime("us"),
    "checksum": pl.Int64(),
    "rows_stated": pl.Int64(),
    "known_from": pl.Datetime("us"),
    "seen_at": pl.Datetime("us"),
}


def _row(stated: Stated | None, before: Known | None, now: datetime, *, absent: bool) -> tuple[object, ...] | None:
    """What to write behind the key of a dataset, or None when nothing changed."""
    if stated is None:
        gone = before.checksum is not None if before else absent
        return (None, None, None, None, None, now, now) if gone else None
    if before and (before.last_released, before.checksum) == (stated.last_released, stated.checksum):
        return None
    at = min(stated.last_released, now)
    known_from = at if before is None or at > before.known_from else now
    dates = (stated.first_released, stated.last_released)
    return (stated.hs_edition, *dates, stated.checksum, stated.rows, known_from, now)


def keep_notes(con: duckdb.DuckDBPyConnection, source: str, freq: str, notes: Mapping[Dataset, str]) -> None:
    """Keep the publication notes (JSON text) of datasets with their newest row, inside the caller's transaction."""
    values = [(source, freq, code, period, text) for (code, period), text in notes.items()]
    schema = {"source": pl.String(), "freq": pl.String(), "reporter_code": pl.String(), "period": pl.Date()}
    frame = pl.DataFrame(values, schema=schema | {"notes": pl.String()}, orient="row")
    stage(con, "noted", frame)
    con.execute(
        "update raw.dataset as d set notes = n.notes from noted as n where d.source = n.source and d.freq = n.freq"
        " and d.reporter_code = n.reporter_code and d.period = n.period and d.notes is null"
    )
    con.execute("drop table temp.noted")
