"""
Exports of the query platform of China's customs (stats.customs.gov.cn): the columns that were chosen, in any order.

A file says neither export nor import, and nothing of what was asked. Where that is known (`pull.asked`, a query that
tradewatch printed), what it does not state was not recorded; else absence proves nothing. gacc_query_lines reads and
checks its lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from tradewatch.errors import DataError
from tradewatch.records import ROWS, Dataset, Pull, Question, Release, Told
from tradewatch.sources import breakdown
from tradewatch.sources.gacc_basis import CHINA, VALUATIONS
from tradewatch.sources.gacc_query_lines import BREAKDOWNS, CODED, HEADINGS, cells_of, currency_of, lines_of
from tradewatch.sources.tables import quoted

LAYOUT = "gacc_query"


def recognises(body: bytes) -> bool:
    """A first line of quoted headings, at least three of them ours, in GB18030 (or UTF-8, to be refused in words)."""
    line = body[:4000].removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    return any(
        sum(name.strip('"\r') in HEADINGS for name in line.decode(encoding, "replace").split(",")) >= 3
        for encoding in ("gb18030", "utf-8")
    )


def parse(pull: Pull) -> Release:
    """
    One row for each month, partner and commodity of the file, summed over regime and province where it has them.

    Values are whole yuan or dollars, exports FOB, imports CIF; kilograms from whichever quantity is in them. Without
    a partner column `partner_code` is ALL, without a commodity column `commodity` is TOTAL. A quantity of 0 beside a
    value stays 0: less than half a unit. Of a file that is broken down the last flow is left out, unless `told.rows`
    says that the file is whole. Raises DataError without `told.flow` and `told.currency` or for rows that were not
    asked, SourceTruncated at exactly 10,000 rows.
    """
    _refuse_untold(pull)
    frame = lines_of(pull)
    _refuse_other_than_told(pull, frame)
    cells = cells_of(pull, frame)
    whole = _without_last(pull, frame, cells)
    rows = breakdown.summed_over(pull, whole).with_columns(
        breakdown.place("line ", "lines ", "{}"), pl.lit(bool(BREAKDOWNS.keys() & set(frame.columns))).alias("summed")
    )
    release = Release(
        source="gacc",
        layout=LAYOUT,
        rows=rows.select(*ROWS),
        rows_read=frame.height,
        rows_rejected=cells.height - whole.height,
        notes=_notes(frame, whole, rows),
    )
    for question in pull.asked:
        release = _answered(pull, release, question)
    return release


def _refuse_untold(pull: Pull) -> None:
    if pull.told.flow not in VALUATIONS:
        raise DataError(
            f"{pull.name}: China's customs platform does not write into its files whether they are exports or "
            "imports; load it again with --flow export or --flow import."
        )
    if pull.told.currency is None:
        raise DataError(
            f"{pull.name}: one heading is all that tells yuan from dollars in a file of China's customs platform; "
            "load it again with the currency that was asked there, --currency CNY or --currency USD."
        )


def _refuse_other_than_told(pull: Pull, frame: pl.DataFrame) -> None:
    currency = currency_of(frame)
    if pull.told.currency not in ("", currency):
        raise DataError(
            f"{pull.name}: its value is headed {currency}, where --currency {pull.told.currency} was said; see what "
            "was asked on the platform, or export the query again."
        )
    if pull.told.rows not in (None, frame.height):
        raise DataError(
            f"{pull.name}: {frame.height:,} rows, where --rows {pull.told.rows} was said; the file is cut or another, "
            "export the query again."
        )


def _counted(pull: Pull) -> bool:
    """Whether somebody said how many rows there are; files of before this was asked are read as they were then."""
    return pull.told.rows is not None or pull.told.currency == ""


def _without_last(pull: Pull, frame: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """
    The cells without those of the last flow where a flow takes several lines: a file that was cut after one of them
    looks whole, and would sum to less. Lines come in the order of month, commodity and partner in every file seen.
    """
    if not BREAKDOWNS.keys() & set(frame.columns) or _counted(pull) or cells.is_empty():
        return cells
    key = pl.struct("period", "commodity", "partner_code")
    runs, flows = cells.select(runs=key.rle_id().max() + 1, flows=key.n_unique()).row(0)
    if runs != flows:
        raise DataError(
            f"{pull.name}: broken down, and lines of one flow stand apart, so that a file that was cut would look "
            "whole; say with --rows how many rows the platform showed."
        )
    return cells.filter(key.rle_id() < runs - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a file shows of the query behind it: `columns` are the codes chosen, in their order."""

    columns: tuple[str, ...]  # of CODED
    currency: str
    periods: frozenset[date]
    commodities: frozenset[str]
    partners: frozenset[str]  # ALL where they were not chosen


def shown(pull: Pull) -> Shown:
    """What a file shows, whatever its flow; raises as `parse` does."""
    frame = lines_of(pull)
    rows, columns = cells_of(replace(pull, told=Told(flow="export", currency="")), frame), frame.columns
    return Shown(
        columns=tuple(name for name in columns if name in CODED),
        currency=currency_of(frame),
        periods=frozenset(rows["period"]),
        commodities=frozenset(rows["commodity"]),
        partners=frozenset(rows["partner_code"]),
    )


def _answered(pull: Pull, release: Release, question: Question) -> Release:
    """
    The release, answering for the question: up to the last month that it states, and for months that were released
    before it was asked; of the others silence may mean that they were not out yet. A file whose rows were not counted
    answers up to its last line.
    """
    rows = release.rows
    for column, asked in (
        ("partner_code", rows["partner_code"].unique().to_list() if question.every_partner else question.partners),
        ("commodity", question.commodities),
        ("period", question.periods),
    ):
        beside = rows.filter(~pl.col(column).is_in(list(asked)))
        for found, place in beside.select(column, "place").head(1).rows():
            raise DataError(
                f"{pull.name}, {place}: {column} is {quoted(found)}, which the query of this file did not ask; "
                "export the query again as it was printed, or load the file with `tradewatch import`."
            )
    moment = pull.released_at or pull.fetched_at
    partners = tuple(dict.fromkeys((*question.partners, *rows["partner_code"])))
    wanted = replace(question, partners=partners)
    blocks = [
        block
        for part in ([wanted] if _counted(pull) else _up_to_last(rows, wanted))
        for block in part.blocks(dict.fromkeys(_answered_months(rows, part), moment))
        if block.known and block.commodities
    ]
    return replace(release, blocks=tuple(blocks))


def _answered_months(rows: pl.DataFrame, asked: Question) -> Iterator[Dataset]:
    last = rows["period"].max()
    for period in asked.periods:
        if (CHINA, period) in asked.released or (isinstance(last, date) and period <= last):
            yield CHINA, period


def _up_to_last(rows: pl.DataFrame, asked: Question) -> Iterator[Question]:
    """
    What a file that nobody counted surely answers: all before its last line, in the order in which every file seen
    comes; after that it may be cut. Nothing where the order is another.
    """
    order = rows.select("period", "commodity", "partner_code")
    if order.is_empty() or not order.equals(order.sort("period", "commodity", "partner_code")):
        return
    month, commodity, partner = order.row(-1)
    yield replace(asked, periods=tuple(period for period in asked.periods if period < month))
    last = replace(asked, periods=(month,))
    yield replace(last, commodities=tuple(code for code in asked.commodities if code < commodity))
    yield replace(last, commodities=(commodity,), partners=tuple(one for one in asked.partners if one <= partner))


def _notes(frame: pl.DataFrame, cells: pl.DataFrame, rows: pl.DataFrame) -> tuple[str, ...]:
    """What was summed or lost, in sentences for people."""
    notes = []
    if over := [label for name, label in BREAKDOWNS.items() if name in frame.columns]:
        notes.append(f"Summed over {' and '.join(over)}, {frame.height:,} rows to {rows.height:,}.")
    per_cell = cells.group_by(breakdown.CELL).agg(pl.col("quantity_unit").n_unique())
    if mixed := per_cell.filter(pl.col("quantity_unit") > 1).height:
        notes.append(f"No quantity for {mixed:,} cells: their rows have different units.")
    zero = (pl.col("value") > 0) & ((pl.col("net_kg") == 0) | (pl.col("quantity") == 0))
    if small := rows.filter(zero).height:
        notes.append(
            f"{small:,} cells have a value beside a quantity of 0 (less than half a unit): no price from these."
        )
    if frame.is_empty():
        notes.append("No rows: China's customs recorded nothing for what was asked.")
    return tuple(notes)
