"""
UN Comtrade's tariff lines: figures by the reporter's own codes of 6 to 11 digits, as the API answers them in JSON.

34 fields a row; no row is a total. A reporter states one code in several rows, by second partner, customs procedure
and mode of transport or plainly twice, and only their sum is the flow. Source: the UN's client and its notebook of
2022 and 2023.
"""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from tradewatch.errors import SourceChanged
from tradewatch.records import Pull, Release
from tradewatch.sources import breakdown, comtrade, comtrade_api, comtrade_codes, comtrade_cut
from tradewatch.sources.tables import refuse_where

LAYOUT = "comtrade_lines"
FIELDS = (
    "typeCode", "freqCode", "refPeriodId", "period", "reporterCode", "reporterDesc", "reporterISO", "flowCode",
    "flowDesc", "partnerCode", "partnerDesc", "partnerISO", "partner2Code", "partner2Desc", "partner2ISO",
    "classificationCode", "cmdCode", "cmdDesc", "customsCode", "customsDesc", "mosCode", "motCode", "motDesc",
    "qtyUnitCode", "qtyUnitAbbr", "qty", "altQtyUnitCode", "altQtyUnitAbbr", "altQty", "netWgt", "grossWgt",
    "cifvalue", "fobvalue", "primaryValue",
)  # fmt: skip
"""The 34 fields of a tariff line."""

USED = tuple(name for name in comtrade_codes.USED if name in FIELDS)
MOST_DIGITS = 10
"""Digits of a commodity in facts; lines with one digit more are added up under their first ten."""


def recognises(body: bytes) -> bool:
    """An answer of the API whose first row is a tariff line; an answer without rows is comtrade_api's."""
    return comtrade_api.is_answer(body) and comtrade_api.has_lines(body)


def parse(pull: Pull) -> Release:
    """
    One row for each flow of an answer; errors are those of `comtrade_api.parse`.

    Where a call asked for it, only what was asked, with the blocks of `comtrade_cut.blocks_of_lines`.
    """
    rows = comtrade_api.answered(pull, FIELDS, "tariff lines")
    frame = comtrade_api.text_frame(pull, rows, USED)
    return release(pull, LAYOUT, [frame], comtrade.DATA)


def release(
    pull: Pull, layout: str, frames: Iterable[pl.DataFrame], form: comtrade.Form, *, whole: bool = False
) -> Release:
    """
    The release of frames of USED and `at`, all text; of a `whole` file of datasets, or of an answer.

    Every flow is `summed`, even where one row makes it up: the next release may break it down, and a sum of parts
    never revises what was stated as a total. Lines say nothing of estimates: `quantity_estimated` is false.
    """
    kept = comtrade_cut.kept(pull, map(_ten_digits, frames), (*USED, "longer"), form, lines=True)
    _refuse_totals(pull, kept.frame, form)
    found = comtrade.release(pull, layout, _completed(kept.frame), form, _summed)
    found = replace(found, notes=(*_notes(kept.frame), *found.notes))
    question = comtrade_cut.question_of(pull)
    if question is None:
        return found
    blocks = comtrade_cut.blocks_of_lines(question, found.rows, kept if whole else None)
    return comtrade_cut.told(found, kept, blocks)


def _ten_digits(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with codes of eleven digits cut to ten, which hold them; `longer` says where."""
    code = pl.col("cmdCode").str.strip_chars()
    longer = code.str.contains(f"^[0-9]{{{MOST_DIGITS + 1}}}$")
    return frame.with_columns(cmdCode=pl.when(longer).then(code.str.head(MOST_DIGITS)).otherwise(code), longer=longer)


def _refuse_totals(pull: Pull, frame: pl.DataFrame, form: comtrade.Form) -> None:
    """A SourceChanged where the rows hold totals of goods or partners, which tariff lines have not."""
    for column, total, expected in (("cmdCode", "TOTAL", "a national code"), ("partnerCode", "0", "a partner")):
        bad = pl.col(column).str.strip_chars() == total
        refuse_where(pull, frame, bad, column, expected, place=form.single, error=SourceChanged)


def _completed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with what final data state and lines do not: as filed, nothing estimated."""
    filed = {"isOriginalClassification": "true", "isQtyEstimated": "false", "isNetWgtEstimated": "false"}
    year = pl.col("period").str.strip_chars().str.head(4).replace("", None).fill_null("0000")
    return frame.with_columns(refYear=year, **{name: pl.lit(word) for name, word in filed.items()})


def _summed(pull: Pull, frame: pl.DataFrame, _form: comtrade.Form) -> breakdown.Whole:
    """Every line of a flow added up; no line holds another."""
    parts = comtrade.cells(frame)
    return breakdown.Whole(breakdown.summed_over(pull, parts).sort("first"), 0, parts)


def _notes(frame: pl.DataFrame) -> tuple[str, ...]:
    longer = frame["longer"].sum()
    said = f"{longer:,} rows with a code of {MOST_DIGITS + 1} digits were added up under its first {MOST_DIGITS}."
    return (said,) if longer else ()
