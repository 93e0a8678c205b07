"""
UN Comtrade's final data in one form: the checks that its three layouts share, and the cells that become facts.

A layout brings a frame of text with the columns `comtrade_codes.USED` and `at`, the place of a row. Source: the UN's
OpenAPI description, its reference lists of January 2023 to March 2024, recorded answers of 2024 to 2026.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

import polars as pl

from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import ROWS, Pull, Release
from tradewatch.sources import breakdown
from tradewatch.sources.comtrade_codes import (
    CODES,
    DIMENSIONS,
    EDITIONS,
    FALSE,
    FLOWS,
    NO_UNIT,
    NUMBERS,
    PARTIAL_FLOWS,
    TOTALS,
    TRUE,
    UNITS,
    USED,
)
from tradewatch.sources.tables import refuse_where, with_numbers


class Form(NamedTuple):
    """How a layout names the place of a row: `line 5` or `data[17]`."""

    one: str
    many: str
    item: str

    @property
    def single(self) -> str:
        return self.one + self.item


LINES = Form("line ", "lines ", "{}")
DATA = Form("", "", "data[{}]")


Wholes = Callable[[Pull, pl.DataFrame, Form], breakdown.Whole]
"""How rows of USED, their numbers read, become one row for each cell."""


def release(pull: Pull, layout: str, frame: pl.DataFrame, form: Form, wholes: Wholes | None = None) -> Release:
    """The release of a frame of USED and `at`, all text; see `released`."""
    return released(pull, layout, with_exact_numbers(pull, frame, form), form, wholes)


def with_exact_numbers(pull: Pull, text: pl.DataFrame, form: Form) -> pl.DataFrame:
    """A frame of USED and `at`, all text, with CODES stripped and NUMBERS as MONEY; a DataError for what is none."""
    return with_numbers(pull, stripped(text.select("at", *USED)), NUMBERS, place=form.single)


def stripped(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame, its text without spaces around it, blanks null."""
    return frame.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))


def released(
    pull: Pull,
    layout: str,
    frame: pl.DataFrame,
    form: Form,
    wholes: Wholes | None = None,
    columns: Collection[str] = USED,
) -> Release:
    """
    The release of a frame of `at`, CODES as text and NUMBERS as MONEY; one row for each cell, as `wholes` makes it:
    unless told otherwise, as `breakdown.whole_cells` does.

    Values are whole US dollars, weights kilograms; 0 in weight or quantity means "not stated" and is null. Imports
    are CIF unless the row's value is its FOB value. Raises SourceChanged for unknown codes, DataError for the rest;
    only `columns` are looked at, which may leave out what whoever read the frame has checked already.
    """
    checked = checked_codes(pull, frame, form, columns)
    kept = checked.filter(~pl.col("flowCode").is_in(PARTIAL_FLOWS))
    whole = (wholes or _totals)(pull, kept, form)
    rows = breakdown.placed(whole.rows, *form).select(*ROWS)
    return Release(
        source="comtrade",
        layout=layout,
        rows=rows,
        rows_read=frame.height,
        rows_rejected=checked.height - kept.height + whole.left_out,
        notes=_notes(checked, whole),
    )


def _totals(pull: Pull, frame: pl.DataFrame, form: Form) -> breakdown.Whole:
    """Final data: the total of a cell where there is one, else its coarsest breakdown, summed."""
    whole = breakdown.whole_cells(pull, cells(frame), tuple(TOTALS), form.single)
    if whole.parts.height:
        _refuse_overlaps(pull, frame.join(whole.parts.select("at"), on="at", how="semi"), form)
    return whole


def checked_codes(pull: Pull, frame: pl.DataFrame, form: Form, columns: Collection[str]) -> pl.DataFrame:
    """The frame, when in these columns every code is known; all of USED: rows of goods in the Harmonized System."""
    refuse = [
        (pl.col("typeCode") != "C", "typeCode", "C (goods; services are not read)", DataError),
        (~_is("classificationCode", "H[0-6]"), "classificationCode", "a stated HS edition, H0 to H6,", DataError),
        (~pl.col("freqCode").is_in(["A", "M"]), "freqCode", "A (annual) or M (monthly)", SourceChanged),
        (~pl.col("flowCode").is_in([*FLOWS, *PARTIAL_FLOWS]), "flowCode", "a known flow", SourceChanged),
        (~_is("cmdCode", "TOTAL|[0-9]{2,10}"), "cmdCode", "TOTAL or 2 to 10 digits", DataError),
        (~_is("customsCode", "C[0-9]{2}|-1"), "customsCode", "a customs procedure such as C00", SourceChanged),
        (pl.col("refYear") != pl.col("period").str.head(4), "refYear", "the year of the period", DataError),
    ]
    digits = ("reporterCode", "partnerCode", "partner2Code", "mosCode", "motCode", "qtyUnitCode")
    refuse += [(~_is(name, "-?[0-9]{1,5}"), name, "a number", SourceChanged) for name in digits]
    booleans = ("isOriginalClassification", "isQtyEstimated", "isNetWgtEstimated")
    refuse += [(~pl.col(name).is_in([*TRUE, *FALSE]), name, "true or false", SourceChanged) for name in booleans]
    refuse.append((_month().is_null(), "period", "YYYY for freqCode A or YYYYMM for M", DataError))
    refuse.append((pl.col("primaryValue").is_null(), "primaryValue", "a value", DataError))
    for bad, column, expected, error in (check for check in refuse if check[1] in columns):
        wrong = pl.col(column).is_null() | bad
        # Codes repeat: the few distinct ones are judged, and rows are looked at only when one of them is wrong.
        if frame.select(sorted(set(wrong.meta.root_names()))).unique().select(wrong.any()).item():
            refuse_where(pull, frame, wrong, column, expected, place=form.single, error=error)
    return frame


def _is(column: str, pattern: str) -> pl.Expr:
    return pl.col(column).str.contains(f"^(?:{pattern})$")


def _month() -> pl.Expr:
    """The first day of the period, null when it is not one of its frequency."""
    annual = (pl.col("freqCode") == "A") & _is("period", "[0-9]{4}")
    monthly = (pl.col("freqCode") == "M") & _is("period", "[0-9]{6}")
    text = pl.when(annual).then(pl.col("period") + "0101").when(monthly).then(pl.col("period") + "01")
    return text.str.to_date("%Y%m%d", strict=False)


def cells(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of `records.ROWS` but `place`, with `at`, and for each of TOTALS whether the row is a part only."""
    unit = pl.col("qtyUnitCode")
    units = UNITS | dict.fromkeys(NO_UNIT)
    stated = unit.replace_strict(units, default="unit " + unit, return_dtype=pl.String)
    quantity = pl.when((pl.col("qty") > 0) & stated.is_not_null()).then("qty")
    return frame.select(
        "at",
        reporter_code="reporterCode",
        partner_code="partnerCode",
        flow=pl.col("flowCode").replace_strict(FLOWS, return_dtype=pl.String),
        freq="freqCode",
        period=_month(),
        hs_edition=pl.col("classificationCode").replace_strict(EDITIONS, return_dtype=pl.String),
        commodity="cmdCode",
        value="primaryValue",
        currency=pl.lit("USD"),
        valuation=pl.when(_is_import() & ~_at_fob()).then(pl.lit("CIF")).otherwise(pl.lit("FOB")),
        net_kg=pl.when(pl.col("netWgt") > 0).then("netWgt"),
        quantity=quantity,
        quantity_unit=pl.when(quantity.is_not_null()).then(stated),
        quantity_estimated=pl.any_horizontal(pl.col("isQtyEstimated", "isNetWgtEstimated").is_in(TRUE)),
        **{name: pl.col(name) != total for name, total in TOTALS.items()},
    )


def _is_import() -> pl.Expr:
    return pl.col("flowCode").is_in(["M", "RM"])


def _at_fob() -> pl.Expr:
    """Whether the value is the row's FOB value and not its CIF value: some reporters value imports so."""
    value = pl.col("primaryValue")
    return (value == pl.col("fobvalue")).fill_null(False) & (value != pl.col("cifvalue")).fill_null(True)


def _refuse_overlaps(pull: Pull, parts: pl.DataFrame, form: Form) -> None:
    """A DataError when rows to be summed hold one part twice, or a mode of transport and one inside it (2000, 2100)."""
    beside = [name for name in CODES if name not in ("motCode", "qtyUnitCode") and not name.startswith("is")]
    mode = pl.col("motCode")
    part = pl.struct(*beside, mode)
    expected = "each second partner, customs procedure and mode once, where there is no total,"
    refuse_where(pull, parts, part.is_duplicated() & ~part.is_first_distinct(), "motCode", expected, place=form.single)
    for outer in (mode.str.head(1) + "000", mode.str.head(2) + "00"):
        inner = parts.filter(mode != outer).with_columns(outer=outer)
        both = inner.join(parts, left_on=[*beside, "outer"], right_on=[*beside, "motCode"], how="semi")
        expected = "either the modes of transport inside a group (2100 in 2000) or the group, but not both,"
        refuse_where(pull, both, pl.lit(True), "motCode", expected, place=form.single)


def _notes(frame: pl.DataFrame, whole: breakdown.Whole) -> tuple[str, ...]:
    """What was left out or summed, in sentences for people."""
    parts = frame.filter(pl.col("flowCode").is_in(PARTIAL_FLOWS)).group_by("flowCode").len().sort("flowCode").rows()
    notes = [f"{count:,} rows of flow {flow} left out: a part of all imports or exports." for flow, count in parts]
    if whole.left_out:
        notes.append(f"{whole.left_out:,} rows that break a cell down by {DIMENSIONS} left out, beside their totals.")
    if summed := whole.parts.select(breakdown.CELL).n_unique():
        notes.append(
            f"{summed:,} cells that came without a total were summed over {DIMENSIONS}; "
            "they are whole only if the download was not limited to some of these."
        )
    if converted := frame.filter(pl.col("isOriginalClassification").is_in(FALSE)).height:
        notes.append(f"{converted:,} rows were converted by the UN to an HS edition they were not reported in.")
    if frame.is_empty():
        notes.append("No rows: nothing was recorded for what was asked, or it is not yet released.")
    return tuple(notes)
