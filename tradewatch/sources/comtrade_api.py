"""UN Comtrade's API, final data as JSON: `{"elapsedTime", "count", "data": [47 fields a row], "error"}`."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from tradewatch.errors import DataError, SourceChanged, SourceRefused, SourceTruncated, SourceUnavailable
from tradewatch.records import Pull, Release
from tradewatch.sources import comtrade, comtrade_answer, comtrade_asked, comtrade_codes
from tradewatch.sources.comtrade_answer import Answer
from tradewatch.sources.comtrade_rows import Reader
from tradewatch.sources.tables import quoted

LAYOUT = "comtrade_api"
PACKED = True
"""`parse` takes the gzip bytes as they came and unpacks them as it reads."""


ONLY_FINAL = ("refYear", "isReported", "isAggregate")
"""Fields of final data that tariff lines have not."""


def recognises(body: bytes) -> bool:
    """
    A JSON object with the API's envelope, or one of the gateway's refusals, at its beginning or end; without rows too,
    but not with those of tariff lines.
    """
    return is_answer(body) and not has_lines(body)


def has_lines(body: bytes) -> bool:
    """Whether the first row has a value and none of the fields of final data."""
    try:
        row, _ = json.JSONDecoder().raw_decode(body[:20_000].partition(b"[")[2].lstrip().decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and "primaryValue" in row and row.keys().isdisjoint(ONLY_FINAL)


def is_answer(body: bytes) -> bool:
    """Whether it is an answer of the API or its gateway, whatever it holds."""
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
    When a question was asked (`pull.asked` has exactly one), the release answers for it.
    """
    answer, reader = Answer(pull), Reader(pull)
    for chunk in answer.chunks():
        reader.take(chunk)
    table = reader.table()
    _refuse_errors(pull, answer.envelope)
    _refuse_count(pull, answer.envelope, reader.rows)
    _refuse_caps(pull, reader.rows)
    release = comtrade.released(pull, LAYOUT, table, comtrade.DATA, columns=reader.unchecked)
    release = replace(release, notes=release.notes + _new_fields(reader.new))
    for question in pull.asked:
        comtrade_asked.refuse_unasked(pull, table, question, comtrade.DATA.single)
        release = comtrade_asked.answered(release, question)
    return release


def answered(pull: Pull, fields: Collection[str], kind: str) -> list[dict[str, Any]]:
    """The rows of an answer, numbers as text, each with exactly these fields of a `kind` of data; raises as `parse`."""
    rows = rows_of(pull)
    _refuse_caps(pull, len(rows))
    _refuse_fields(pull, rows, frozenset(fields), kind)
    return rows


def rows_of(pull: Pull) -> list[dict[str, Any]]:
    """What an answer holds in `data`, of any kind, when it is no error, whole, and counts itself right."""
    answer = Answer(pull)
    rows = [row for chunk in answer.chunks() for row in comtrade_answer.rows_of(pull, chunk)]
    _refuse_errors(pull, answer.envelope)
    _refuse_count(pull, answer.envelope, len(rows))
    return rows


def _refuse_count(pull: Pull, envelope: Mapping[str, Any], found: int) -> None:
    """An error when the answer does not count itself right."""
    count = envelope.get("count")
    if not isinstance(envelope.get("data"), list) or not isinstance(count, str):
        raise SourceChanged(f"{pull.name}: no list 'data' with its number 'count', as UN Comtrade answers.")
    if count != str(found):
        raise DataError(
            f"{pull.name}: the answer says that it has {quoted(count, 20)} rows and holds {found:,}; "
            "it was cut or edited, save all of it again."
        )


def _refuse_caps(pull: Pull, found: int) -> None:
    """An error where the API may have cut; whoever asked knows the cap of its service and judges for itself."""
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


def _refuse_fields(pull: Pull, rows: list[dict[str, Any]], known: frozenset[str], kind: str) -> None:
    """A SourceChanged for the first row that has not exactly the known fields."""
    kinds = {tuple(row) for row in rows}
    if all(set(names) == known for names in kinds):
        return
    at = next(number for number, row in enumerate(rows) if row.keys() != known)
    missing, unknown = sorted(known - rows[at].keys()), sorted(rows[at].keys() - known)
    raise SourceChanged(
        f"{pull.name}, data[{at}]: fields missing {quoted(missing)}, unknown {quoted(unknown)}, where the "
        f"{len(known)} of {kind} were expected; if the answer is untouched, the source changed its layout."
    )


def text_frame(pull: Pull, rows: list[dict[str, Any]], names: Collection[str]) -> pl.DataFrame:
    """These fields of the rows, all text, and `at`, the index in `data`."""
    frame = comtrade_answer.texts(pull, rows, names)
    return frame.with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
