"""
UN Comtrade's bulk files: tab-separated text, booleans 0 and 1, no descriptions, blanks for nothing.

Files of final data have 34 columns, as a sample of them shows. Those of tariff lines are inferred: the fields of a
tariff line without its descriptions, after the code of the dataset; no such file was at hand.
"""

from tradewatch.records import Pull, Release
from tradewatch.sources import comtrade, comtrade_codes, comtrade_cut, comtrade_lines
from tradewatch.sources.comtrade_bulk_list import BulkFile, files_of_list
from tradewatch.sources.tables import first_line, refuse_long_lines, refuse_unreadable, table_in_pieces

__all__ = ["FIELDS", "LAYOUT", "LINE_FIELDS", "BulkFile", "files_of_list", "parse", "recognises"]

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

LINE_FIELDS = (
    "datasetCode",
    *(name for name in comtrade_lines.FIELDS if not name.endswith(("Desc", "ISO", "Abbr"))),
)
"""The 23 columns of a file of tariff lines (inferred)."""


def recognises(body: bytes) -> bool:
    """Tab-separated headings, most of them ours."""
    found = _headings(body)
    return sum(name in FIELDS for name in found) >= len(FIELDS) // 2


def _headings(body: bytes) -> list[str]:
    return first_line(body).decode("latin-1").split("\t")


def parse(pull: Pull) -> Release:
    """
    The rows of one reporter and period, or of several files joined below one heading.

    A bulk file is complete for its reporter and period, but does not say for which it was asked: `blocks` is empty.
    Where a call asked for some of it, only that is read, and the blocks are those of `comtrade_cut`.
    """
    refuse_unreadable(pull)
    refuse_long_lines(pull)
    if set(_headings(pull.body)).isdisjoint(set(FIELDS) - set(LINE_FIELDS)):
        lines = table_in_pieces(pull, "utf-8", LINE_FIELDS, "\t")
        return comtrade_lines.release(pull, LAYOUT, lines, comtrade.LINES, whole=True)
    return _final(pull)


def _final(pull: Pull) -> Release:
    pieces = table_in_pieces(pull, "utf-8", FIELDS, "\t")
    kept = comtrade_cut.kept(pull, pieces, comtrade_codes.USED, comtrade.LINES)
    release = comtrade.release(pull, LAYOUT, kept.frame, comtrade.LINES)
    question = comtrade_cut.question_of(pull)
    return comtrade_cut.told(release, kept, comtrade_cut.blocks_of_file(question, kept)) if question else release
