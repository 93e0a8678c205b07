"""
What a call asked of UN Comtrade: the rows of a larger file that answer it, taken before anything is checked or summed.

The codes by which rows are chosen are checked in every row, those of the others only where a row is kept: a code that
the source writes in a new way must not turn into silence.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from tradewatch.errors import DataError
from tradewatch.records import Block, Dataset, Pull, Question, Release
from tradewatch.sources import comtrade
from tradewatch.sources.comtrade_codes import FLOWS

CHOOSING = ("freqCode", "period", "reporterCode", "flowCode", "partnerCode", "cmdCode")
"""The codes by which rows are chosen."""

PLACE = pl.concat_str("reporterCode", "period", separator=" ")
"""The dataset of a row, as `398 202203`."""


class Kept(NamedTuple):
    """The rows that were asked for, or all; how many others there were; and the datasets (as PLACE) of them all."""

    frame: pl.DataFrame
    outside: int
    datasets: frozenset[str]


def question_of(pull: Pull) -> Question | None:
    """What the one call asked, None for a file saved by hand; a ValueError for more than one."""
    if len(pull.asked) > 1:
        raise ValueError(f"{len(pull.asked)} questions, where one was expected for one answer")
    return pull.asked[0] if pull.asked else None


def kept(
    pull: Pull, frames: Iterable[pl.DataFrame], columns: Iterable[str], form: comtrade.Form, *, lines: bool = False
) -> Kept:
    """
    Of frames of text (CHOOSING, `columns` and `at`), one after the other: the rows that were asked for, with `columns`
    and `at`. In `lines` a commodity belongs when it starts with an asked one.

    Raises SourceChanged or DataError for a code of CHOOSING that is unknown, a DataError when a file has rows but none
    of the datasets that were asked for.
    """
    question = question_of(pull)
    if question is None:
        return Kept(pl.concat([frame.select("at", *columns) for frame in frames]), 0, frozenset())
    belongs = _belongs(question, lines=lines)
    taken, outside, datasets = [], 0, set[str]()
    for frame in frames:
        plain = frame.with_columns(pl.col(CHOOSING).str.strip_chars().replace("", None))
        comtrade.checked_codes(pull, plain, form, CHOOSING)
        datasets.update(plain.select(PLACE.unique()).to_series())
        taken.append(plain.filter(belongs).select("at", *columns))
        outside += frame.height - taken[-1].height
    _refuse_others(pull, question, datasets)
    return Kept(pl.concat(taken), outside, frozenset(datasets))


def _belongs(question: Question, *, lines: bool) -> pl.Expr:
    """Whether a row was asked for, by its stripped codes."""
    flows = [code for code, flow in FLOWS.items() if flow in question.flows]
    places = [_place(question, dataset) for dataset in _datasets(question)]
    asked = [pl.col("freqCode") == question.freq, pl.col("flowCode").is_in(flows), PLACE.is_in(places)]
    if not question.every_partner:
        asked.append(pl.col("partnerCode").is_in(question.partners))
    goods = pl.col("cmdCode")
    lengths = sorted({len(code) for code in question.commodities}) if lines else []
    heads = [goods.str.head(length).is_in([c for c in question.commodities if len(c) == length]) for length in lengths]
    asked.append(pl.any_horizontal(pl.lit(False), *heads) if lines else goods.is_in(question.commodities))
    return pl.all_horizontal(asked)


def _datasets(question: Question) -> list[Dataset]:
    """The datasets that are asked: released, and of the question's reporters and periods."""
    reporters, periods = set(question.reporters), set(question.periods)
    return sorted(dataset for dataset in question.released if dataset[0] in reporters and dataset[1] in periods)


def _place(question: Question, dataset: Dataset) -> str:
    reporter, period = dataset
    return f"{reporter} {period:%Y}" if question.freq == "A" else f"{reporter} {period:%Y%m}"


def _refuse_others(pull: Pull, question: Question, found: set[str]) -> None:
    """A DataError for another file than the one that was asked for: its silence would read as no trade."""
    asked = {_place(question, dataset) for dataset in _datasets(question)}
    if found and not found & asked:
        raise DataError(
            f"{pull.name}: figures of {_some(found)} (reporter and period), where {_some(asked)} was asked for; "
            "fetch it again."
        )


def _some(places: set[str]) -> str:
    return (", ".join(sorted(places)[:3]) or "nothing") + (" …" if len(places) > 3 else "")


def told(release: Release, kept: Kept, blocks: tuple[Block, ...]) -> Release:
    """The release with what it answers for, the rows that were not asked for counted and noted."""
    if not kept.outside:
        return replace(release, blocks=blocks)
    note = f"{kept.outside:,} rows that were not asked for left out."
    return replace(
        release,
        rows_read=release.rows_read + kept.outside,
        rows_rejected=release.rows_rejected + kept.outside,
        blocks=blocks,
        notes=(note, *release.notes),
    )


def blocks_of_file(question: Question, kept: Kept) -> tuple[Block, ...]:
    """
    What a whole file of final data answers: the datasets that were asked and of which it has any row, asked for or not.

    Of a dataset that the file does not have nothing is known: no reporter trades nothing at all in a month.
    """
    known = {d: question.released[d] for d in _datasets(question) if _place(question, d) in kept.datasets}
    return question.blocks(known) if known else ()


def blocks_of_lines(question: Question, rows: pl.DataFrame, kept: Kept | None = None) -> tuple[Block, ...]:
    """
    What tariff lines answer: of each reporter and flow the national codes that came, in the datasets asked (of a file,
    those that it has), for every partner but the world, which has no lines. There a gap is nothing recorded.

    Not the asked HS6 codes: final data state them, and a complete answer without them would withdraw those figures.
    Nor codes that did not come, since nobody knows which exist: absence proves nothing, and a code that a revision
    empties everywhere stays as it was known. Codes of six digits or fewer, which some reporters have as lines, are left
    out too: they are final data's as well. An answer without lines has no blocks.
    """
    asked = [d for d in _datasets(question) if kept is None or _place(question, d) in kept.datasets]
    codes = rows.filter(pl.col("commodity").str.len_chars() > 6).group_by("reporter_code", "flow")
    came = codes.agg(pl.col("commodity").unique().sort()).sort("reporter_code", "flow").rows()
    partners = tuple(code for code in question.partners if code != "0")
    return tuple(
        replace(block, reporters=(reporter,), partners=partners, commodities=tuple(commodities))
        for reporter, flow, commodities in came
        for block in question.blocks({d: question.released[d] for d in asked if d[0] == reporter})
        if block.flow == flow
    )
