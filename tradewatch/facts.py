"""
The second stage: facts that remember. Loading a release is a diff against what was known at its time.

A flow stated as before adds nothing; a changed one ends its version and begins another; one that a complete answer no
longer has is withdrawn. A release that arrives late is put where it belongs: the versions after it are taken back and
the later releases applied again, so that the history does not depend on the order of arrival.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from tradewatch.errors import DataError
from tradewatch.files import shipped
from tradewatch.records import Block, Release
from tradewatch.warehouse import first_row

KEY = "source, reporter, partner, flow, freq, period, hs_edition, commodity, currency"

VERSION = (
    "source, reporter, partner, flow, freq, period, hs_edition, commodity, value_usd, value, currency, valuation,"
    " net_kg, quantity, quantity_unit, quantity_estimated, summed"
)

WHATS = ("new", "revised", "withdrawn", "unchanged", "kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """One release on its way into the facts: its place in time is (known_from, sha256)."""

    release: Release
    pull_id: int
    known_from: datetime  # naive UTC
    sha256: str


Again = Callable[[int], Loading]
"""From a pull_id to its release, parsed again from the kept bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a release changed."""

    counts: dict[str, int]  # flows new, revised, withdrawn, unchanged
    kept: int  # totals known before, which a sum of parts does not revise
    unknown_areas: list[str]  # area codes that ref.source_area does not know, as `source:code`


def load(con: duckdb.DuckDBPyConnection, loading: Loading, again: Again) -> Loaded:
    """
    Load one release inside the caller's transaction.

    Raises DataError when the release states one flow twice.
    """
    _stage_release(con, loading)
    later = _later_pulls(con, loading)
    if later:
        _stage(con, "affected", {"complete": bool(loading.release.blocks)})
        _set_aside(con, "before_it")
        _rewind(con, loading)
    unknown = unknown_areas(con)
    counts = _apply(con, loading)
    _record_coverage(con, loading)
    for pull_id in later:
        _apply_again(con, again(pull_id))
    if later:
        counts |= _late_counts(con)
    return Loaded(kept=counts.pop("kept"), counts=counts, unknown_areas=unknown)


def unknown_areas(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The area codes of the release just staged that ref.source_area does not know, as `source:code`."""
    rows = con.execute(
        "select distinct area from (select reporter as area from incoming union select partner from incoming)"
        " where starts_with(area, 'X-UNKNOWN:') order by area"
    ).fetchall()
    return [area.removeprefix("X-UNKNOWN:") for (area,) in rows]


def places(con: duckdb.DuckDBPyConnection, loading: Loading) -> dict[tuple[Any, ...], str]:
    """Where in its file each flow of a release stands: from the flow's KEY to a place such as `Sheet 12, K23`."""
    _stage_release(con, loading)
    rows = con.execute(f"select place, {KEY} from incoming").fetchall()
    return {tuple(key): place for place, *key in rows}


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Empty the facts, before every kept pull is loaded again in the same transaction."""
    for table in ("trade_history", "coverage_history", "scope"):
        con.execute(f"delete from facts.{table}")


def _stage(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> None:
    """Fill a temporary table from the select of queries/load/ that bears its name."""
    select = (shipped("queries") / "load" / f"{name}.sql").read_text(encoding="utf-8")
    con.execute(f"create or replace temp table {name} as {select}", dict(values))


def _stage_release(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    release = loading.release
    source: dict[str, object] = {"source": release.source}
    cells, members = _asked(release)
    for name, frame in (("rows", release.rows), ("cells", cells), ("members", members)):
        con.register(f"release_{name}", frame.to_arrow())
    _stage(con, "incoming", source)
    _stage(con, "members", source)
    _stage(con, "asked", source | {"complete": bool(release.blocks)})
    for name in ("rows", "cells", "members"):
        con.unregister(f"release_{name}")
    _refuse_twice(con)


def _refuse_twice(con: duckdb.DuckDBPyConnection) -> None:
    twice = first_row(
        con,
        f"select reporter, partner, flow, period, commodity, count(*) from incoming group by {KEY}"
        f" having count(*) > 1 order by {KEY} limit 1",
    )
    if twice:
        reporter, partner, flow, period, commodity, times = twice
        raise DataError(
            f"{flow} {reporter} to {partner} of {commodity} in {period:%Y-%m} is stated {times} times;"
            " expected once; nothing was loaded."
        )


def _asked(release: Release) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    What a release answers for, in the source's codes: cells (scope, reporter_code, flow, freq, period) and members
    (scope, partner_code, commodity). Without blocks it is what the rows show, and only where they show something.
    """
    if not release.blocks:
        return _asked_by_rows(release)
    parts = [_asked_by_block(release.source, block) for block in release.blocks]
    return pl.concat([cells for cells, _ in parts]), pl.concat([members for _, members in parts])


def _asked_by_rows(release: Release) -> tuple[pl.DataFrame, pl.DataFrame]:
    pairs = release.rows.select("partner_code", "commodity").unique().sort("partner_code", "commodity")
    scope = pl.lit(_scope_name(release.source, pairs)).alias("scope")
    cells = release.rows.select("reporter_code", "flow", "freq", "period").unique()
    return cells.select(scope, pl.all()), pairs.select(scope, pl.all())


def _asked_by_block(source: str, block: Block) -> tuple[pl.DataFrame, pl.DataFrame]:
    partners = pl.DataFrame({"partner_code": block.partners}, schema={"partner_code": pl.String})
    pairs = partners.join(pl.DataFrame({"commodity": block.commodities}), how="cross")
    pairs = pairs.sort("partner_code", "commodity")
    scope = pl.lit(_scope_name(source, pairs)).alias("scope")
    reporters = pl.DataFrame({"reporter_code": block.reporters}, schema={"reporter_code": pl.String})
    flow = reporters.with_columns(pl.lit(block.flow).alias("flow"), pl.lit(block.freq).alias("freq"))
    cells = flow.join(pl.DataFrame({"period": block.periods}), how="cross")
    return cells.select(scope, pl.all()), pairs.select(scope, pl.all())


def _scope_name(source: str, pairs: pl.DataFrame) -> str:
    """The name of an asked set, the same for the same set: `eurostat, 7 partners, 110 commodities, 3f9a0c1d2b4e`."""
    text = "\n".join(pairs.select(pl.concat_str(pl.all(), separator="\t")).to_series())
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]
    partners, commodities = (pairs[name].n_unique() for name in pairs.columns)
    return f"{source}, {partners} partners, {commodities} commodities, {mark}"


def _later_pulls(con: duckdb.DuckDBPyConnection, loading: Loading) -> list[int]:
    if not _any_later(con, loading):
        return []
    _stage(
        con,
        "later_pulls",
        {"source": loading.release.source, "known_from": loading.known_from, "sha256": loading.sha256},
    )
    rows = con.execute("select pull_id from later_pulls order by released_at, sha256").fetchall()
    return [pull_id for (pull_id,) in rows]


def _any_later(con: duckdb.DuckDBPyConnection, loading: Loading) -> bool:
    """The cheap question first: releases usually arrive in order."""
    return bool(
        first_row(
            con,
            "select 1 from raw.pull where source = $source and state = 'loaded' and released_at >= $known_from limit 1",
            {"source": loading.release.source, "known_from": loading.known_from},
        )
    )


def _set_aside(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Keep the affected flows' versions aside, to tell what a late release changed."""
    con.execute(
        f"create or replace temp table {name} as select {KEY}, value, withdrawn, known_from, known_to"
        f" from facts.trade_history as h where exists (select 1 from affected as a where {_same_key('a', 'h')})"
    )


def _rewind(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    """Take the affected flows back to what was known just before this release."""
    con.execute(
        f"delete from facts.trade_history as h using affected as a, raw.pull as p where {_same_key('h', 'a')}"
        " and p.pull_id = h.pull_id and (h.known_from > $known_from"
        " or (h.known_from = $known_from and p.sha256 > $sha256))",
        {"known_from": loading.known_from, "sha256": loading.sha256},
    )
    con.execute(
        f"update facts.trade_history as h set known_to = null from affected as a where {_same_key('h', 'a')}"
        " and h.known_to >= $known_from and not exists (select 1 from facts.trade_history as n"
        f" where {_same_key('n', 'h')} and n.known_from = h.known_to)",
        {"known_from": loading.known_from},
    )


def _same_key(left: str, right: str) -> str:
    return " and ".join(f"{left}.{column} = {right}.{column}" for column in KEY.split(", "))


def _apply(con: duckdb.DuckDBPyConnection, loading: Loading, *, only_affected: bool = False) -> dict[str, int]:
    """Write the staged release as the newest word on its flows, or on those of the affected ones alone."""
    _stage(con, "changes", {"source": loading.release.source, "complete": bool(loading.release.blocks)})
    if only_affected:
        con.execute(
            f"delete from changes as c where not exists (select 1 from affected as a where {_same_key('a', 'c')})"
        )
    _end_versions(con, loading.known_from)
    con.execute(
        f"insert into facts.trade_history ({VERSION}, withdrawn, known_from, pull_id)"
        f" select {VERSION}, what = 'withdrawn', $known_from, $pull_id from changes"
        " where what not in ('unchanged', 'kept') order by commodity, reporter, partner, flow, period",
        {"known_from": loading.known_from, "pull_id": loading.pull_id},
    )
    return _counts(con, "changes")


def _end_versions(con: duckdb.DuckDBPyConnection, known_from: datetime) -> None:
    """End the versions that changed; one that began at the very same instant was never visible and goes."""
    ended = "select version from changes where what in ('revised', 'withdrawn')"
    values = {"known_from": known_from}
    con.execute(f"delete from facts.trade_history where rowid in ({ended}) and known_from = $known_from", values)
    con.execute(f"update facts.trade_history set known_to = $known_from where rowid in ({ended})", values)


def _counts(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, int]:
    found = dict(con.execute(f"select what, count(*) from {name} group by what").fetchall())
    return {what: found.get(what, 0) for what in WHATS}


def _late_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What the release changed once the later ones were applied again; `kept` stands as it was counted."""
    _set_aside(con, "after_it")
    _stage(con, "late_counts", {})
    counts = _counts(con, "late_counts")
    del counts["kept"]
    return counts


def _apply_again(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    """Apply a later release again to the affected flows only; its ledger row and coverage stand as they are."""
    _stage_release(con, loading)
    _apply(con, loading, only_affected=True)


def _record_coverage(con: duckdb.DuckDBPyConnection, loading: Loading) -> None:
    con.execute(
        "insert into facts.coverage_history select *, $known_from, $pull_id from asked order by all",
        {"known_from": loading.known_from, "pull_id": loading.pull_id},
    )
    con.execute(
        "insert into facts.scope select * from members as m where not exists"
        " (select 1 from facts.scope as s where s.scope = m.scope) order by all"
    )
