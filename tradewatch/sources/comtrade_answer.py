"""
An answer of UN Comtrade's API, read from its beginning to its end in chunks of whole rows and never held as a whole.

    {"elapsedTime": …, "count": …, "data": [ row, row, … row ], "error": …}
    └───────────── envelope ──────────────┘ └─── chunks ───┘ └ envelope ┘
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, NamedTuple, NoReturn

import polars as pl

from tradewatch.errors import DataError, SourceChanged
from tradewatch.files import pieces
from tradewatch.records import Pull
from tradewatch.sources.tables import quoted, refuse_unreadable

LONGEST = 4 << 20
"""Bytes in which a row must end, 4 MiB: a real one has 900 to 2,000."""

_DATA = re.compile(rb'"data"\s*:\s*\[')
_FIRST_NAME = re.compile(rb'\s*\{\s*("(?:[^"\\]|\\.)*")\s*:')


class Chunk(NamedTuple):
    """Rows as they came, in brackets as a list of their own, and the place of their first byte in the answer."""

    listed: bytes
    start: int


class Answer:
    """One answer. After `chunks` was read to its end, `envelope` has what stands around the rows, its `data` empty."""

    envelope: dict[str, Any]

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._name = b""

    def chunks(self) -> Iterator[Chunk]:
        """All rows; a DataError as soon as it is clear that this is no whole answer."""
        head, rest, start = b"", b"", 0
        for piece in _sound(self._pull):
            rest += piece
            if not head and (found := _DATA.search(rest)):
                head, rest, start = rest[: found.end()], rest[found.end() :], found.end()
            end = self._last_border(rest) if head else 0
            if end:
                yield Chunk(b"".join((b"[", memoryview(rest)[:end], b"]")), start)
                below = rest[end:].lstrip(b" \t\r\n").removeprefix(b",")
                rest, start = below, start + len(rest) - len(below)
            if len(rest) > LONGEST:
                raise self._not_whole(f"no row ends in {LONGEST:,} bytes")
        yield from self._ended(head, rest, start)

    def _last_border(self, rest: bytes) -> int:
        """
        Where the last row ends that another one follows; 0 when there is none.

        A border is `},{"typeCode":`, by whatever name the first row begins with: inside a text its quotes would be
        escaped, so it never cuts one in two.
        """
        if not self._name and (found := _FIRST_NAME.match(rest[:10_000])):
            self._name = found[1]
        if not self._name:
            return 0
        if (close := rest.rfind(b"},{%b:" % self._name)) >= 0:
            return close + 1
        spaced = re.finditer(rb"\}\s*,\s*\{\s*" + re.escape(self._name) + rb"\s*:", rest)
        return max((found.start() + 1 for found in spaced), default=0)

    def _ended(self, head: bytes, rest: bytes, start: int) -> Iterator[Chunk]:
        """The last rows, which end where their list ends, and the envelope."""
        text = _utf8(self._pull, rest, start)
        if head:
            _, end = self._decoded(json.JSONDecoder().raw_decode, f"[{text}")
            if last := text[: end - 2].strip():
                yield Chunk(b"[%b]" % last.encode(), start)
            text = _utf8(self._pull, head, 0) + "]" + text[end - 1 :]
        self.envelope = self._decoded(exact_json, text)
        if not isinstance(self.envelope, dict):
            raise SourceChanged(f"{self._pull.name}: JSON of another kind, where {{count, data}} was expected.")

    def _decoded(self, read: Any, text: str) -> Any:
        try:
            return read(text)
        except (ValueError, RecursionError) as problem:
            raise self._not_whole(problem) from problem

    def _not_whole(self, problem: object) -> DataError:
        return not_whole(self._pull, problem)


def exact_json(text: str) -> Any:
    """JSON with every number as the text it came in, so that none passes through floating point."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} where a number was expected")


def rows_of(pull: Pull, chunk: Chunk) -> list[dict[str, Any]]:
    """The rows of a chunk with every field, numbers as text: the slow road, which words what is wrong."""
    text = _utf8(pull, chunk.listed, chunk.start - 1)
    try:
        rows = exact_json(text)
    except (ValueError, RecursionError) as problem:
        raise not_whole(pull, problem) from problem
    if not all(isinstance(row, dict) for row in rows):
        raise SourceChanged(f"{pull.name}: something else than rows in 'data'.")
    return list(rows)


def texts(pull: Pull, rows: list[dict[str, Any]], names: Collection[str]) -> pl.DataFrame:
    """These fields of rows, all text; a SourceChanged for a value that is neither text nor a number."""
    words = {True: "true", False: "false"}
    columns: dict[str, pl.Series] = {}
    for name in names:
        values = [row[name] for row in rows]
        if name.startswith("is"):
            values = [words.get(value, value) if isinstance(value, bool) else value for value in values]
        try:
            columns[name] = pl.Series(name, values, dtype=pl.String)
        except (TypeError, ValueError, pl.exceptions.PolarsError) as problem:
            said = f"a value of {name} is neither text nor a number ({quoted(problem)})"
            raise SourceChanged(f"{pull.name}: {said}.") from problem
    return pl.DataFrame(columns)


def not_whole(pull: Pull, problem: object) -> DataError:
    """The error to raise for what is no JSON from beginning to end."""
    said = getattr(problem, "msg", problem)  # json's own message ends in a place inside a chunk, which nobody can find
    return DataError(
        f"{pull.name}: not whole JSON ({quoted(said)}); the answer was cut or changed, save all of it again."
    )


def _sound(pull: Pull) -> Iterator[bytes]:
    """The pieces of the answer, none of them with a NUL, the first one no web page and without a byte order mark."""
    found = pieces(pull.body, pull.name)
    first = next(found, b"")
    refuse_unreadable(replace(pull, body=first))
    yield first
    before = len(first)
    for piece in found:
        if (nul := piece.find(b"\0")) >= 0:
            raise DataError(
                f"{pull.name}: a NUL byte at byte {before + nul + 1:,}; the file is damaged, download it again."
            )
        before += len(piece)
        yield piece


def _utf8(pull: Pull, body: bytes, start: int) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{pull.name}: byte {start + problem.start + 1:,} is not utf-8, the encoding of this layout; "
            "give the untouched download."
        ) from problem
