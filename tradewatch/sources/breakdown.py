"""
Rows that break one cell of trade down further: found, left out beside their total, or summed once.

A cell is what `records.ROWS` can tell apart: reporter, partner, flow, period, edition, commodity. UN Comtrade breaks
cells down by second partner, customs procedure and mode of transport, and serves the margins of that cube beside its
inside: a naive sum is two to four times too high. China's query platform breaks down by customs regime and province.
"""

from typing import NamedTuple

import polars as pl

from tradewatch.errors import DataError
from tradewatch.records import MONEY, Pull

CELL = ("reporter_code", "partner_code", "flow", "freq", "period", "hs_edition", "commodity")

SLACK = 1
"""By how much two sums of the same cell may differ, in units of currency: every source rounds each row."""

SHOWN = 3
"""How many places of a summed row are named; the others are counted."""


class Whole(NamedTuple):
    """One row for each cell, with `places`, the rows it is from; how many rows were left out; which were summed."""

    rows: pl.DataFrame
    left_out: int
    parts: pl.DataFrame


def whole_cells(pull: Pull, rows: pl.DataFrame, dimensions: tuple[str, ...], item: str) -> Whole:
    """
    One row for each cell of `rows`, which has CELL, the measures, `at` and a boolean for each of `dimensions`, true
    where the row shows a part of it and not its total.

    The total of a cell is kept and its breakdown left out. Where a cell has no total, the rows that are totals in as
    many dimensions as possible are summed, and finer ones left out. A DataError when two sets of rows could be summed
    and disagree, when a finer set exceeds the one summed, or when a cell has two totals; it names places as `item`.
    """
    depth = pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in dimensions)
    shape = pl.concat_str(pl.col(name).cast(pl.Int8) for name in dimensions)
    if not rows.select(pl.any_horizontal(dimensions).any()).item():
        return Whole(_once(pull, _alone(rows), item), 0, rows.clear().with_columns(depth=depth, parts=shape))
    rows = rows.with_columns(depth=depth, parts=shape)
    least = rows.with_columns(least=pl.col("depth").min().over(CELL))
    totals = least.filter(pl.col("depth") == 0)
    parts = _summable(pull, least.filter(pl.col("least") > 0))
    summed = summed_over(pull, parts)
    whole = _once(pull, pl.concat([_alone(totals), summed], how="diagonal_relaxed"), item)
    return Whole(whole.sort("first"), rows.height - totals.height - parts.height, parts)


def _alone(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(places=pl.concat_list("at"), first="at", summed=pl.lit(False))


def _once(pull: Pull, rows: pl.DataFrame, item: str) -> pl.DataFrame:
    """The rows, when no cell is there twice."""
    # A hash of each cell is cheap, and cells that share none are certainly different.
    if rows.select(CELL).hash_rows().n_unique() == rows.height:
        return rows
    twice = rows.filter(pl.struct(CELL).is_duplicated())
    if twice.height:
        one = twice.sort("first").head(1)
        same = twice.join(one.select(CELL), on=CELL, maintain_order="left")
        at = ", ".join(item.format(number) for number in same["first"].head(SHOWN))
        values = " and ".join(f"{value:,}" for value in same["value"].head(2))
        raise DataError(
            f"{pull.name}, {at}: the same cell ({named(one)}) more than once, with {values}, where one value was "
            "expected; download the file again, or load the files that were joined in it one by one."
        )
    return rows


def _summable(pull: Pull, rows: pl.DataFrame) -> pl.DataFrame:
    """Of cells without a total, the rows of the coarsest set that makes up each cell."""
    sums = rows.group_by(*CELL, "parts", maintain_order=True).agg(pl.col("depth").first(), pl.col("value").sum())
    sums = sums.sort("depth", "value", descending=[False, True], maintain_order=True)
    best = sums.unique(CELL, keep="first", maintain_order=True)
    rivals = sums.join(best.rename({"parts": "p", "depth": "d", "value": "v"}), on=CELL, maintain_order="left")
    above, below = pl.col("value") > pl.col("v") + SLACK, pl.col("value") < pl.col("v") - SLACK
    off = rivals.filter(above | (below & (pl.col("depth") == pl.col("d"))))
    for row in off.head(1).iter_rows(named=True):
        raise DataError(
            f"{pull.name}: {named(off)} has no total, and its breakdowns make {row['v']:,} and {row['value']:,}, where "
            "one sum was expected; download it again with the totals of second partner, customs and transport."
        )
    return rows.join(best.select(*CELL, "parts"), on=[*CELL, "parts"], maintain_order="left")


def summed_over(pull: Pull, rows: pl.DataFrame) -> pl.DataFrame:
    """
    One row for each cell, its measures summed. A measure that one of the rows does not state is null, and a quantity
    too where the units differ; a valuation that differs is OTHER. A DataError when a sum is too large for MONEY.
    """
    same_unit = (pl.col("quantity_unit").n_unique() == 1) & pl.col("quantity_unit").is_not_null().all()
    quantity = pl.when(same_unit).then(_sum("quantity"))
    summed = rows.group_by(CELL, maintain_order=True).agg(
        pl.col("currency").first(),
        pl.col("value").sum(),
        pl.when(pl.col("valuation").n_unique() == 1).then(pl.col("valuation").first()).otherwise(pl.lit("OTHER")),
        _sum("net_kg"),
        quantity.alias("quantity"),
        pl.when(quantity.is_not_null()).then(pl.col("quantity_unit").first()).alias("quantity_unit"),
        pl.col("quantity_estimated").any(),
        pl.col("at").sort().alias("places"),
        pl.col("at").min().alias("first"),
        pl.lit(True).alias("summed"),
    )
    measures = ("value", "net_kg", "quantity")
    cast = summed.with_columns(pl.col(name).cast(MONEY, strict=False) for name in measures)
    if any(cast[name].null_count() != summed[name].null_count() for name in measures):
        raise DataError(f"{pull.name}: a sum of 10^15 or more, where smaller figures were expected; check the file.")
    return cast


def _sum(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name)


def named(rows: pl.DataFrame) -> str:
    """The first cell of the rows, for a sentence."""
    row = rows.select(CELL).row(0, named=True)
    return (
        f"{row['flow']} of {row['reporter_code']} with {row['partner_code']}, "
        f"commodity {row['commodity']}, {row['period']:%Y-%m}"
    )


def placed(rows: pl.DataFrame, one: str, many: str, item: str) -> pl.DataFrame:
    """The rows with their `place`; where none is a sum, without the lists that `place` needs."""
    if rows["summed"].any():
        return rows.with_columns(place(one, many, item))
    return rows.with_columns(place=pl.format(one + item, "first"))


def place(one: str, many: str, item: str) -> pl.Expr:
    """The column `place` from `places`: `line 5`; `lines 5, 9, 12`; `lines 5, 9, 12 and 14 more`."""
    count = pl.col("places").list.len()
    shown = pl.col("places").list.head(SHOWN).list.eval(pl.format(item, pl.element())).list.join(", ")
    start = pl.when(count > 1).then(pl.lit(many)).otherwise(pl.lit(one))
    more = pl.when(count > SHOWN).then(pl.format(" and {} more", count - SHOWN)).otherwise(pl.lit(""))
    return pl.concat_str(start, shown, more).alias("place")
