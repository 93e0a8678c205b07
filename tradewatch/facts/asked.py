"""What a release answers for, still in the source's own codes."""

import hashlib
from collections.abc import Mapping

import polars as pl

from tradewatch.records import Block, Release

CELLS: Mapping[str, pl.DataType] = {
    "scope": pl.String(),
    "reporter_code": pl.String(),
    "flow": pl.String(),
    "freq": pl.String(),
    "period": pl.Date(),
    "dated": pl.Boolean(),  # the source says that this dataset is released
    "known_from": pl.Datetime("us"),  # of the dataset, naive UTC; null when it is that of the pull
    "told": pl.String(),  # not_released or failed, null where the rows tell
    "partial": pl.Boolean(),  # not all of it came
}


def asked(release: Release) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    The cells (columns CELLS) and members (scope, partner_code, commodity) of a release. Without blocks it is what the
    rows show, and only where they show something.
    """
    if not release.blocks:
        return _by_rows(release.source, release.rows)
    parts = [_by_block(release.source, block) for block in release.blocks]
    beside = release.rows.join(
        pl.concat([members for _, members in parts]), on=["partner_code", "commodity"], how="anti"
    )
    if not beside.is_empty():  # an answer for every partner may name one that nobody knew
        parts.append(_by_rows(release.source, beside))
    return pl.concat([cells for cells, _ in parts]), pl.concat([members for _, members in parts])


def _by_rows(source: str, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    pairs = rows.select("partner_code", "commodity").unique().sort("partner_code", "commodity")
    scope = pl.lit(_scope_name(source, pairs)).alias("scope")
    cells = rows.select("reporter_code", "flow", "freq", "period").unique()
    return _shaped(cells.select(scope, pl.all(), dated=False, partial=True)), pairs.select(scope, pl.all())


def _by_block(source: str, block: Block) -> tuple[pl.DataFrame, pl.DataFrame]:
    partners = pl.DataFrame({"partner_code": block.partners}, schema={"partner_code": pl.String})
    pairs = partners.join(pl.DataFrame({"commodity": block.commodities}), how="cross")
    pairs = pairs.sort("partner_code", "commodity")
    scope = pl.lit(_scope_name(source, pairs)).alias("scope")
    cells = _datasets(block).with_columns(
        scope, flow=pl.lit(block.flow), freq=pl.lit(block.freq), told=pl.lit(block.state)
    )
    return _shaped(cells), pairs.select(scope, pl.all())


def _datasets(block: Block) -> pl.DataFrame:
    """The datasets that a block answers for: of those it dates the ones inside reporters × periods, else all inside."""
    reporters = pl.DataFrame({"reporter_code": block.reporters}, schema={"reporter_code": pl.String})
    inside = reporters.join(pl.DataFrame({"period": block.periods}, schema={"period": pl.Date}), how="cross")
    known = [(*dataset, moment, dataset in block.partial) for dataset, moment in (block.known or {}).items()]
    schema = {name: CELLS[name] for name in ("reporter_code", "period", "known_from", "partial")}
    dated = pl.DataFrame(known, schema=schema, orient="row")
    found = inside.unique().join(dated, on=["reporter_code", "period"], how="left" if block.known is None else "inner")
    return found.with_columns(pl.col("partial").fill_null(value=False), dated=block.known is not None)


def _shaped(cells: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None).alias(name) for name in CELLS if name not in cells.columns]
    return cells.with_columns(*missing).select([pl.col(name).cast(kind) for name, kind in CELLS.items()])


def _scope_name(source: str, pairs: pl.DataFrame) -> str:
    """The name of an asked set, the same for the same set: `eurostat, 7 partners, 110 commodities, 3f9a0c1d2b4e`."""
    text = "\n".join(pairs.select(pl.concat_str(pl.all(), separator="\t")).to_series())
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]
    partners, commodities = (pairs[name].n_unique() for name in pairs.columns)
    return f"{source}, {partners} partners, {commodities} commodities, {mark}"
