"""UN Comtrade's website downloads: today's 47 columns, and the 35 of the site that was closed in 2023."""

from collections.abc import Collection

import polars as pl

from tradewatch.errors import SourceChanged, SourceTruncated
from tradewatch.records import Pull, Release
from tradewatch.sources import comtrade, comtrade_codes
from tradewatch.sources.tables import (
    decoded,
    first_line,
    refuse_long_lines,
    refuse_unreadable,
    refuse_where,
    table,
)

LAYOUT = "comtrade_website"

OLD = {
    "Classification": "classificationCode",
    "Year": "refYear",
    "Period": "period",
    "Period Desc.": None,
    "Aggregate Level": None,
    "Is Leaf Code": None,
    "Trade Flow Code": "flowCode",
    "Trade Flow": None,
    "Reporter Code": "reporterCode",
    "Reporter": None,
    "Reporter ISO": None,
    "Partner Code": "partnerCode",
    "Partner": None,
    "Partner ISO": None,
    "2nd Partner Code": "partner2Code",
    "2nd Partner": None,
    "2nd Partner ISO": None,
    "Customs Proc. Code": "customsCode",
    "Customs": None,
    "Mode of Transport Code": "motCode",
    "Mode of Transport": None,
    "Commodity Code": "cmdCode",
    "Commodity": None,
    "Qty Unit Code": "qtyUnitCode",
    "Qty Unit": None,
    "Qty": "qty",
    "Alt Qty Unit Code": None,
    "Alt Qty Unit": None,
    "Alt Qty": None,
    "Netweight (kg)": "netWgt",
    "Gross weight (kg)": None,
    "Trade Value (US$)": "primaryValue",
    "CIF Trade Value (US$)": "cifvalue",
    "FOB Trade Value (US$)": "fobvalue",
    "Flag": "Flag",
}
"""The old site's headings, and the field of today that each is; the value columns stood in either order."""

OLD_FLOWS = {"1": "M", "2": "X", "3": "RX", "4": "RM"}

OLD_FLAGS = {"0": "false", "2": "true", "4": "true", "6": "true"}
"""Whether the UN estimated the quantity (2), the net weight (4) or both (6)."""

OLD_BLANKS = {"partner2Code": "0", "customsCode": "C00", "motCode": "0", "qtyUnitCode": "-1"}
"""What a blank means in the columns that the old site left blank."""

CAPS = (100_000, 250_000)
"""Downloads of exactly so many rows were cut by the website."""


def recognises(body: bytes) -> bool:
    """Comma-separated headings, most of them of today's or of the old download."""
    return any(_share(body, known) >= 0.5 for known in (comtrade_codes.FIELDS, OLD))


def _share(body: bytes, known: Collection[str]) -> float:
    """How many of the known headings the first line has, from 0 to 1."""
    found = {name.strip('"') for name in first_line(body).decode("latin-1").split(",")}
    return len(found.intersection(known)) / len(known)


def parse(pull: Pull) -> Release:
    """
    The rows of one download, of either site.

    Blank second partner, customs and transport of the old site are totals. Raises SourceTruncated at the site's caps.
    """
    refuse_unreadable(pull)
    refuse_long_lines(pull)
    if _share(pull.body, OLD) > _share(pull.body, comtrade_codes.FIELDS):
        frame = _from_old(pull, table(pull, _text(pull), OLD))
    else:
        frame = _from_today(pull, table(pull, _text(pull), comtrade_codes.FIELDS))
    if frame.height in CAPS:
        raise SourceTruncated(
            f"{pull.name}: exactly {frame.height:,} rows, where UN Comtrade cuts downloads without saying so; "
            "ask for fewer partners, codes or periods at once."
        )
    return comtrade.release(pull, LAYOUT, frame, comtrade.LINES)


def _text(pull: Pull) -> str:
    """The text as UTF-8 where it is that, else as the site writes it, Windows-1252; only codes are used of it."""
    try:
        pull.body.decode("utf-8")
    except UnicodeDecodeError:
        return decoded(pull, "cp1252")
    return decoded(pull, "utf-8")


def _from_today(pull: Pull, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame, when no row lost a field: the comma too many would then leave the last column blank."""
    last = pl.col("isAggregate")
    refuse_where(pull, frame, last.is_null() | ~last.is_in(["true", "false"]), "isAggregate", "true or false")
    return frame


def _from_old(pull: Pull, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame of the old headings as one of `comtrade_codes.USED`."""
    flow, flag = pl.col("Trade Flow Code"), pl.col("Flag")
    known = flow.is_in(list(OLD_FLOWS))
    refuse_where(pull, frame, ~known | flow.is_null(), "Trade Flow Code", "1, 2, 3 or 4", error=SourceChanged)
    refuse_where(
        pull, frame, ~flag.is_in(list(OLD_FLAGS)) | flag.is_null(), "Flag", "0, 2, 4 or 6", error=SourceChanged
    )
    renamed = frame.rename({old: new for old, new in OLD.items() if new})
    annual = pl.col("period").str.len_bytes() == 4
    return renamed.with_columns(
        *(pl.col(name).fill_null(total) for name, total in OLD_BLANKS.items()),
        pl.col("flowCode").replace_strict(OLD_FLOWS, default=None, return_dtype=pl.String),
        flag.replace_strict(OLD_FLAGS, default="false", return_dtype=pl.String).alias("isNetWgtEstimated"),
        typeCode=pl.lit("C"),
        freqCode=pl.when(annual).then(pl.lit("A")).otherwise(pl.lit("M")),
        isOriginalClassification=pl.lit("true"),
        isQtyEstimated=pl.lit("false"),
        mosCode=pl.lit("0"),
    ).select("at", *comtrade_codes.USED)
