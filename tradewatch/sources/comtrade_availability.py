"""
What UN Comtrade says that it released (getDa), the notes of the publishers (getMetadata), and the count of a question.

None of these holds figures. A getDa answer becomes a release without rows: of what was asked, the datasets that it
does not name are not released.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from tradewatch.errors import DataError, SourceChanged
from tradewatch.files import unpacked
from tradewatch.periods import month_from_digits
from tradewatch.records import ROWS, Block, Dataset, Pull, Question, Release, Stated
from tradewatch.sources.comtrade_codes import EDITIONS
from tradewatch.sources.tables import decoded, quoted, refuse_unreadable

LAYOUT, NOTES = "comtrade_availability", "comtrade_notes"

CAPS = (500, 1_000, 10_000, 100_000, 250_000)
"""Numbers of rows at which a list may have been cut. No cap is known for lists; a round number is not trusted."""


FIELDS = (
    "typeCode", "freqCode", "period", "reporterCode", "classificationCode", "isOriginalClassification", "totalRecords",
    "datasetChecksum", "firstReleased", "lastReleased",
)  # fmt: skip
"""The fields of getDa that are used, of 20."""


def parse(pull: Pull) -> Release:
    """
    A release without rows that marks as not released what the questions ask and the answer does not name, but for
    the datasets of which they know better (`released`).
    """
    if pull.layout == NOTES:
        return _without_rows(NOTES, len(notes(pull)), ())
    named = stated(pull)
    blocks: list[Block] = []
    for question in pull.asked:
        asked = ((code, period) for code in question.reporters for period in question.periods)
        gone = {one: pull.fetched_at for one in asked if one not in named and one not in question.released}
        blocks += question.blocks(gone, "not_released") if gone else ()
    return _without_rows(LAYOUT, len(named), tuple(blocks))


def _without_rows(layout: str, read: int, blocks: tuple[Block, ...]) -> Release:
    rows = pl.DataFrame(schema=dict(ROWS))
    return Release(source="comtrade", layout=layout, rows=rows, rows_read=read, blocks=blocks)


def unanswered(asked: Iterable[Question], at: datetime) -> Release:
    """
    The release of questions that got no answer: every dataset of theirs failed at this moment. Not of tariff lines:
    the failure of a reporter's own codes says nothing of the HS6 codes that they begin with.
    """
    final = (one for one in asked if not one.lines)
    blocks = (block for one in final for block in one.blocks(dict.fromkeys(one.released, at), "failed"))
    return _without_rows("none", 0, tuple(blocks))


def stated(pull: Pull) -> dict[Dataset, Stated]:
    """
    The datasets that getDa names, goods in the Harmonized System by their month or year. Of two for one month (two
    editions) the original one counts, then the one released last. Raises SourceChanged for a row of another form.
    """
    found: dict[Dataset, Stated] = {}
    for place, row in enumerate(listed(pull)):
        one = _stated(pull, place, row)
        if one is not None and _rank(one) > _rank(found.get(one.dataset)):
            found[one.dataset] = one
    return found


def _rank(one: Stated | None) -> tuple[bool, datetime]:
    return (one.original, one.last_released) if one else (False, datetime.min)


def _stated(pull: Pull, place: int, row: Mapping[str, Any]) -> Stated | None:
    try:
        values = [row[name] for name in FIELDS]
        kind, freq, period, reporter, edition, original, rows, checksum, first, last = values
        if kind != "C" or edition not in EDITIONS:
            return None
        return Stated(
            dataset=(str(int(reporter)), _period(str(period), freq)),
            hs_edition=EDITIONS[edition],
            first_released=_time(first),
            last_released=_time(last),
            checksum=int(checksum),
            rows=int(rows),
            original=bool(original),
        )
    except (KeyError, OverflowError, TypeError, ValueError) as problem:
        raise SourceChanged(
            f"{pull.name}, data[{place}]: {quoted(problem, 60)}, where {', '.join(FIELDS)} of a dataset were expected."
        ) from problem


def _period(text: str, freq: str) -> date:
    return month_from_digits(text) if freq == "M" else date(int(text), 1, 1)


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def notes(pull: Pull) -> dict[Dataset, str]:
    """
    The publication notes of each dataset, newest last, as JSON text: trade system, valuation, currency, what was
    revised and when. Raises SourceChanged for a row of another form.
    """
    found: dict[Dataset, list[Mapping[str, Any]]] = {}
    for place, row in enumerate(listed(pull)):
        try:
            for note in row.get("notes", [row]):
                dataset = (str(int(note["reporterCode"])), _period(str(note["period"]), note["freqCode"]))
                found.setdefault(dataset, []).append(note)
        except (KeyError, TypeError, ValueError) as problem:
            raise SourceChanged(
                f"{pull.name}, data[{place}]: {quoted(problem, 60)}, where notes were expected."
            ) from problem
    return {dataset: json.dumps(told, ensure_ascii=False) for dataset, told in found.items()}


def counted(pull: Pull) -> int:
    """The number of a `countOnly` answer; a SourceChanged when it is none."""
    envelope = _envelope(pull)
    if type(count := envelope.get("count")) is not int or count < 0 or envelope.get("error"):
        raise SourceChanged(f"{pull.name}: {quoted(envelope, 80)}, where a count of rows was expected.")
    return count


def listed(pull: Pull) -> list[dict[str, Any]]:
    """The rows of a list; a DataError when they are not as many as it says, a SourceChanged when it is no list."""
    envelope = _envelope(pull)
    rows, count = envelope.get("data"), envelope.get("count")
    if envelope.get("error") or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceChanged(f"{pull.name}: {quoted(envelope, 80)}, where a list of rows was expected.")
    if count != len(rows):
        raise DataError(f"{pull.name}: says that it has {quoted(count, 20)} rows and holds {len(rows):,}; it was cut.")
    return rows


def _envelope(pull: Pull) -> dict[str, Any]:
    body = unpacked(pull.body, pull.name)
    refuse_unreadable(Pull(name=pull.name, body=body, fetched_at=pull.fetched_at))
    try:
        envelope = json.loads(decoded(Pull(name=pull.name, body=body, fetched_at=pull.fetched_at), "utf-8"))
    except (ValueError, RecursionError) as problem:
        raise DataError(f"{pull.name}: not whole JSON ({quoted(problem, 60)}); the answer was cut.") from problem
    if not isinstance(envelope, dict):
        raise SourceChanged(f"{pull.name}: JSON of another kind, where {{count, data}} was expected.")
    return envelope
