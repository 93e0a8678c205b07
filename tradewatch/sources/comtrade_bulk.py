"""UN Comtrade's bulk files: tab-separated text of 34 columns, booleans 0 and 1, no descriptions, blanks for nothing."""

from tradewatch.records import Pull, Release
from tradewatch.sources import comtrade
from tradewatch.sources.tables import decoded, first_line, refuse_long_lines, refuse_unreadable, table

LAYOUT = "comtrade_bulk"
FIELDS = (
    "datasetCode", "typeCode", "freqCode", "refPeriodId", "refYear", "refMonth", "period", "reporterCode",
    "flowCode", "partnerCode", "partner2Code", "classificationSearchCode", "classificationCode",
    "isOriginalClassification", "cmdCode", "customsCode", "mosCode", "motCode", "qtyUnitCode", "qty",
    "isQtyEstimated", "altQtyUnitCode", "altQty", "isAltQtyEstimated", "netWgt", "isNetWgtEstimated", "grossWgt",
    "isGrossWgtEstimated", "cifvalue", "fobvalue", "primaryValue", "legacyEstimationFlag", "isReported",
    "isAggregate",
)  # fmt: skip
"""The 34 columns, in the order of the files."""


def recognises(body: bytes) -> bool:
    """Tab-separated headings, most of them ours."""
    found = first_line(body).decode("latin-1").split("\t")
    return sum(name in FIELDS for name in found) >= len(FIELDS) // 2


def parse(pull: Pull) -> Release:
    """
    The rows of one reporter and period, or of several files joined below one heading.

    A bulk file is complete for its reporter and period, but does not say for which it was asked: `blocks` is empty.
    """
    refuse_unreadable(pull)
    refuse_long_lines(pull)
    frame = table(pull, decoded(pull, "utf-8"), FIELDS, separator="\t", quote=None)
    return comtrade.release(pull, LAYOUT, frame, comtrade.LINES)
