"""UN Comtrade's API, final data as JSON: `{"elapsedTime", "count", "data": [47 fields a row], "error"}`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tradewatch.errors import DataError, SourceChanged, SourceRefused, SourceTruncated, SourceUnavailable
from tradewatch.records import Pull, Release
from tradewatch.sources import comtrade, comtrade_codes
from tradewatch.sources.comtrade_answer import Answer
from tradewatch.sources.comtrade_rows import Reader
from tradewatch.sources.tables import quoted

LAYOUT = "comtrade_api"
PACKED = True
"""`parse` takes the gzip bytes as they came and unpacks them as it reads."""


def recognises(body: bytes) -> bool:
    """A JSON object with the API's envelope, or one of the gateway's refusals, at its beginning or end."""
    ends = body[:4000] + body[-4000:]
    if not body.removeprefix(b"\xef\xbb\xbf")[:100].lstrip().startswith(b"{"):
        return False
    envelope = b'"data"' in ends and (b'"count"' in ends or b'"elapsedTime"' in ends)
    return envelope or b'"primaryValue"' in ends or (b'"statusCode"' in ends and b'"message"' in ends)


def parse(pull: Pull) -> Release:
    """
    The rows of one answer, gzip or plain, each number exact to three decimals as its text has it.

    Raises SourceRefused and SourceUnavailable for the API's own errors, DataError when `count` is not the number of
    rows or they are more than the API ever gives, SourceTruncated at the API's caps, SourceChanged for a missing field.
    """
    answer, reader = Answer(pull), Reader(pull)
    for chunk in answer.chunks():
        reader.take(chunk)
    table = reader.table()
    _refuse_errors(pull, answer.envelope)
    _refuse_count(pull, answer.envelope, reader.rows)
    release = comtrade.released(pull, LAYOUT, table, comtrade.DATA)
    return replace(release, notes=release.notes + _new_fields(reader.new))


def _refuse_count(pull: Pull, envelope: Mapping[str, Any], found: int) -> None:
    """An error when the answer does not count itself right, or was cut where the API cuts."""
    count = envelope.get("count")
    if not isinstance(envelope.get("data"), list) or not isinstance(count, str):
        raise SourceChanged(f"{pull.name}: no list 'data' with its number 'count', as UN Comtrade answers.")
    if count != str(found):
        raise DataError(
            f"{pull.name}: the answer says that it has {quoted(count, 20)} rows and holds {found:,}; "
            "it was cut or edited, save all of it again."
        )
    if found in comtrade_codes.CAPS and not pull.asked:
        raise SourceTruncated(
            f"{pull.name}: exactly {found:,} rows, where UN Comtrade cuts without saying so; "
            "ask for fewer partners, codes or periods at once."
        )


def _new_fields(new: set[str]) -> tuple[str, ...]:
    """The UN adds fields without warning; what it adds changes none of those that are read."""
    return (f"fields {quoted(', '.join(sorted(new)))} are new and were not read.",) if new else ()


def _refuse_errors(pull: Pull, envelope: Mapping[str, Any]) -> None:
    """The API's own error, by who must act."""
    message = envelope.get("message") if "statusCode" in envelope else envelope.get("error")
    if not message and envelope.get("count") != "-1" and "statusCode" not in envelope:
        return
    status = str(envelope.get("statusCode", ""))
    said = f"{pull.name}: UN Comtrade answered {quoted(message or 'an error', 200)}"
    if status == "429" or status.startswith("5") or "quota" in str(message).lower():
        raise SourceUnavailable(f"{said} instead of data; try again later.")
    detail = f" ({quoted(envelope['errorObject'], 200)})" if envelope.get("errorObject") else ""
    raise SourceRefused(f"{said}{detail} instead of data; correct the key or the question and save the answer again.")
