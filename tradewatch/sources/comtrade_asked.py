"""UN Comtrade's answer to a question: only what was asked, and what it says of datasets that are there in part."""

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from tradewatch.errors import SourceChanged
from tradewatch.records import Block, Dataset, Pull, Question, Release
from tradewatch.sources.comtrade_codes import FLOWS, GROUPS, TOTALS, WORLD
from tradewatch.sources.tables import refuse_where

ONE_IN = 200
DOLLARS = 1
"""By half a percent and by a dollar partners may exceed the World row: each row is rounded, and revised by itself."""

DATASET = ("reporter_code", "period")


def refuse_unasked(pull: Pull, frame: pl.DataFrame, question: Question, item: str) -> None:
    """
    A SourceChanged for the first row that is no total, or of a code that was not asked: the service then ignored a
    parameter, and what it left out instead is not known. `frame` has `at` and the codes of the service as text.
    """
    flows = {code for code, flow in FLOWS.items() if flow in question.flows}
    periods = {f"{period:%Y%m}" if question.freq == "M" else f"{period:%Y}" for period in question.periods}
    asked: dict[str, Collection[str]] = {name: {total} for name, total in TOTALS.items()} | {
        "flowCode": flows,
        "freqCode": {question.freq},
        "reporterCode": question.reporters,
        "period": periods,
        "cmdCode": question.commodities,
    }
    if not question.every_partner:
        asked["partnerCode"] = question.partners
    for name, codes in asked.items():
        expected = f"{', '.join(sorted(codes)[:5])}{' …' if len(codes) > 5 else ''}, as asked,"
        strange = ~pl.col(name).is_in(list(codes)).fill_null(value=False)
        refuse_where(pull, frame, strange, name, expected, place=item, error=SourceChanged)


def answered(release: Release, question: Question) -> Release:
    """
    The release, answering for the datasets that were there when we asked. Rows of others are left out: they came out
    while we asked, and perhaps not whole; the next pull takes them.
    """
    rows = release.rows
    if not question.released.keys() >= set(rows.select(DATASET).unique().rows()):  # they rarely are beside it
        there = pl.DataFrame(list(question.released), schema=_SCHEMA, orient="row")
        rows = rows.join(there, on=DATASET, how="semi", maintain_order="left")
    early = release.rows.height - rows.height
    note = f"{early:,} rows left out: released while we asked; the next pull takes them."
    return replace(
        release,
        rows=rows,
        rows_rejected=release.rows_rejected + early,
        blocks=tuple(_block(block, rows, question) for block in question.blocks(question.released)),
        notes=release.notes + ((note,) if early else ()),
    )


_SCHEMA = {"reporter_code": pl.String(), "period": pl.Date()}


def _block(block: Block, rows: pl.DataFrame, question: Question) -> Block:
    """The block with what its rows say: partners that nobody knew of, and datasets that are there in part."""
    found = rows.filter(pl.col("flow") == block.flow)
    new = set(rows["partner_code"].unique()) - set(block.partners) if question.every_partner else set()
    partial = in_part(found) if WORLD in question.partners else frozenset()
    return replace(block, partners=(*block.partners, *sorted(new)), partial=partial)


def in_part(rows: pl.DataFrame) -> frozenset[Dataset]:
    """
    The datasets, of rows of one flow, in which a commodity has partners and no World row, or more than its World row.

    Less than the World proves nothing: trade with partners that were not asked, or that are kept secret.
    """
    world = pl.col("partner_code") == WORLD
    partner = ~world & ~pl.col("partner_code").is_in(GROUPS)
    value = pl.col("value")
    sums = rows.group_by(*DATASET, "commodity").agg(
        value.filter(world).sum().cast(pl.Float64).alias("world"),
        (value.filter(partner).sum() - value.filter(world).sum()).cast(pl.Float64).alias("more"),
        (partner.any() & ~world.any()).alias("alone"),
    )
    too_much = (pl.col("more") * ONE_IN > pl.col("world")) & (pl.col("more") > DOLLARS)
    return frozenset(sums.filter(pl.col("alone") | too_much).select(DATASET).rows())
