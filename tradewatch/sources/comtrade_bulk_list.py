"""UN Comtrade's lists of bulk files: where each file is, of what, how large and how new; JSON of 11 or 14 fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from tradewatch.errors import SourceChanged
from tradewatch.records import Pull
from tradewatch.sources import comtrade_api
from tradewatch.sources.tables import quoted

STATED = frozenset(
    ("fileUrl", "fileSize", "reporterCode", "freqCode", "typeCode", "classificationCode", "period", "partitionKey",
     "rowKey", "timestamp", "eTag")
)  # fmt: skip
"""The fields of every list; those of tariff lines have no others."""

MAY_BE = frozenset(("isOriginalClassification", "refPeriodId", "publicationDate"))
PATH = re.compile(r"/bulk/v1/file(?:Classic|Tariffline)?/[0-9]{1,5}/[0-9A-Za-z_-]{1,200}")
SIZE = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(\.[0-9]{1,6})? (Bytes|B|KB|MB|GB)")
UNITS = {"Bytes": 1, "B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


@dataclass(frozen=True, slots=True)
class BulkFile:
    """One file of a list."""

    path: str  # below the host that is asked: a key never goes to the host that a list names
    size: int  # bytes, as exactly as the list says it (183.34 KB)
    reporter: str  # the source's code
    freq: str  # M month, A year
    period: date  # its first day
    classification: str  # H6 …, as the list writes it
    published: datetime  # naive UTC
    key: str  # changes with each release
    original: bool | None  # false: converted by the UN; None where the list does not say


def files_of_list(body: bytes, name: str) -> tuple[BulkFile, ...]:
    """
    The files of a list, in its order; `name` is for sentences. Raises as `comtrade_api.parse` does for answers that are
    no data, and SourceChanged for an address, a size or a date of another form.
    """
    rows = comtrade_api.rows_of(Pull(name=name, body=body, fetched_at=datetime(1970, 1, 1)))  # no time is needed
    return tuple(_file(f"{name}, data[{at}]", row) for at, row in enumerate(rows))


def _file(where: str, row: dict[str, Any]) -> BulkFile:
    missing, unknown = sorted(STATED - row.keys()), sorted(row.keys() - STATED - MAY_BE)
    if missing or unknown:
        raise SourceChanged(
            f"{where}: fields missing {quoted(missing)}, unknown {quoted(unknown)}, where those of a list of bulk "
            "files were expected; if the answer is untouched, the source changed its layout."
        )
    freq = _text(where, row, "freqCode", "[AM]", "A (annual) or M (monthly)")
    return BulkFile(
        path=_path(where, row),
        size=_size(where, row),
        reporter=_text(where, row, "reporterCode", "[0-9]{1,5}", "a number"),
        freq=freq,
        period=_period(where, row, freq),
        classification=_text(where, row, "classificationCode", "[0-9A-Z]{1,10}", "a classification such as H6"),
        published=_published(where, row),
        key=_text(where, row, "rowKey", "[0-9A-Za-z_-]{1,200}", "a key"),
        original=_original(where, row),
    )


def _text(where: str, row: Mapping[str, Any], field: str, pattern: str, expected: str) -> str:
    value = row[field]
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise _changed(where, row, field, expected)
    return value


def _changed(where: str, row: Mapping[str, Any], field: str, expected: str) -> SourceChanged:
    return SourceChanged(f"{where}: {field} is {quoted(row[field])}, where {expected} was expected.")


def _path(where: str, row: Mapping[str, Any]) -> str:
    """The path of fileUrl, whatever its host."""
    try:
        path = urlsplit(str(row["fileUrl"])).path
    except ValueError:
        path = ""
    if not PATH.fullmatch(path):
        raise _changed(where, row, "fileUrl", "an address that ends in /bulk/v1/file/reporter/key")
    return path


def _size(where: str, row: Mapping[str, Any]) -> int:
    found = SIZE.fullmatch(str(row["fileSize"]))
    if not found:
        raise _changed(where, row, "fileSize", "a size such as 183.34 KB")
    whole, rest, unit = found.groups(default="")
    return round(Decimal(whole.replace(",", "") + rest) * UNITS[unit])


def _period(where: str, row: Mapping[str, Any], freq: str) -> date:
    form, pattern = ("%Y", "[0-9]{4}") if freq == "A" else ("%Y%m", "[0-9]{6}")
    text = _text(where, row, "period", pattern, f"a period of freqCode {freq}")
    try:
        return datetime.strptime(text, form).date()
    except ValueError as problem:
        raise _changed(where, row, "period", f"a period of freqCode {freq}") from problem


def _published(where: str, row: Mapping[str, Any]) -> datetime:
    """The date of publication; the time stamp of the file where the list has none."""
    field = "timestamp" if row.get("publicationDate") is None else "publicationDate"
    try:
        at = datetime.fromisoformat(str(row[field]))
        return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, OverflowError) as problem:
        raise _changed(where, row, field, "a date with its time") from problem


def _original(where: str, row: Mapping[str, Any]) -> bool | None:
    found = row.get("isOriginalClassification")
    if found is not None and not isinstance(found, bool):
        raise _changed(where, row, "isOriginalClassification", "true or false")
    return found
