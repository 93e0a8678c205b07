"""
Rows of UN Comtrade's API, from JSON to columns: typed at once where they are as the service writes them, else slowly.

Both roads give the same frame, to the last thousandth: `at`, the codes as text, the numbers as MONEY.
"""

from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
import polars as pl

from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import MONEY, Pull
from tradewatch.sources import comtrade, comtrade_codes
from tradewatch.sources.comtrade_answer import Chunk, rows_of, texts
from tradewatch.sources.tables import quoted

KNOWN = frozenset(comtrade_codes.FIELDS)
BOOLEANS = frozenset(name for name in comtrade_codes.CODES if name.startswith("is"))
INTEGERS = frozenset({"refYear", "reporterCode", "partnerCode", "partner2Code", "motCode", "qtyUnitCode"})

MOST_FLOAT = 1e12
UNSURE = 2.0**-52
"""
A text read as a double is off by at most 2^-53 of itself, and a thousandfold of the double by as much again: the true
thousandths are within UNSURE of those computed. Where no half of a thousandth is as near as that, both round alike;
where one is, and from MOST_FLOAT on, the text itself is read.
"""

PINNED: dict[str, Any] = {
    "typeCode": Literal["C"],
    "partner2Code": Literal[0],
    "customsCode": Literal["C00"],
    "mosCode": Literal["0"],
    "motCode": Literal[0],
}
"""Fields that have one value in every row of an answer that was asked with totals alone: checked, never stored."""

LONGEST_CODE = 100
"""Letters kept of a code and allowed in a number: far more than any has, few enough for a bomb to stay small."""

CHECKED: dict[str, Any] = {
    "typeCode": Literal["C"],
    "freqCode": Literal["A", "M"],
    "flowCode": Literal[*sorted((*comtrade_codes.FLOWS, *comtrade_codes.PARTIAL_FLOWS))],
    "classificationCode": Literal[*comtrade_codes.EDITIONS],
    "primaryValue": float,
}
CHECKED |= {name: Annotated[int, msgspec.Meta(ge=-99_999, le=99_999)] for name in INTEGERS}
CHECKED |= dict.fromkeys(BOOLEANS, bool)
"""Fields whose values are checked as they are decoded; a row with another value is read slowly and judged there."""

UNCHECKED = frozenset(comtrade_codes.USED) - (CHECKED.keys() - {"refYear"})
"""What is still to be judged of rows that were typed at once; `refYear` must agree with `period`."""

AT_A_TIME = 48
"""Chunks that become columns together: decoding is fastest in small pieces, columns are made fastest of many rows."""

_Decoder = msgspec.json.Decoder[list[Any]]


class Reader:
    """
    Takes chunks one by one; then has a `table` of them, the number of `rows`, the names of `new` fields and the columns
    that are still `unchecked`.
    """

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._decoders: list[tuple[_Decoder, tuple[str, ...]]] | None = None
        self._held: list[Chunk] = []
        self._frames: list[pl.DataFrame] = [_EMPTY]
        self.rows = 0
        self.new: set[str] = set()
        self.unchecked: frozenset[str] = UNCHECKED - PINNED.keys()

    def take(self, chunk: Chunk) -> None:
        """Read a chunk, or keep it until there are enough; a SourceChanged or DataError when a row is wrong."""
        self._held.append(chunk)
        if len(self._held) == AT_A_TIME:
            self._read_held()

    def table(self) -> pl.DataFrame:
        """All rows taken: `at`, their index in `data`, CODES as text, NUMBERS as MONEY."""
        self._read_held()
        alike = (pl.concat(run) for _, run in groupby(self._frames, key=lambda frame: frame.schema))
        whole = pl.concat([_finished(self._pull, frame) for frame in alike])
        self._frames.clear()
        return whole.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("at"), *comtrade_codes.USED)

    def _read_held(self) -> None:
        held, self._held = self._held, []
        self._read(held)

    def _read(self, chunks: list[Chunk]) -> None:
        """Read chunks at once; where that fails, each alone; where that fails, slowly."""
        frame = self._at_once(chunks) if chunks else _EMPTY
        if frame is None and len(chunks) > 1:
            for chunk in chunks:
                self._read([chunk])
            return
        frame = self._slowly(chunks[0]) if frame is None else frame
        self.rows += frame.height
        self._frames.append(frame)
        if self.rows > max(comtrade_codes.CAPS):
            raise DataError(f"{self._pull.name}: more rows than UN Comtrade gives in one answer; load them in parts.")

    def _at_once(self, chunks: list[Chunk]) -> pl.DataFrame | None:
        """None when a row is not as the service writes it, or has a number that a double does not hold exactly."""
        if self._decoders is None:
            self._decoders = self._learned(chunks[0].listed)
        for decoder, names in self._decoders:
            try:
                frame = _typed(decoder, chunks, names)
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                continue
            self.unchecked |= UNCHECKED.intersection(names)
            return frame
        return None

    def _learned(self, listed: bytes) -> list[tuple[_Decoder, tuple[str, ...]]]:
        """Decoders for rows with the fields of the first one, in its order: each is found where it is looked for."""
        try:
            first = msgspec.json.decode(listed, type=list[dict[str, msgspec.Raw]])[0]
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return []
        if not first.keys() >= KNOWN:
            return []
        self.new |= first.keys() - KNOWN
        free = tuple(name for name in comtrade_codes.USED if name not in PINNED)
        return [(_decoder(tuple(first), PINNED), free), (_decoder(tuple(first), {}), comtrade_codes.USED)]

    def _slowly(self, chunk: Chunk) -> pl.DataFrame:
        self.unchecked |= frozenset(comtrade_codes.USED)
        rows = rows_of(self._pull, chunk)
        self.new |= set().union(*{tuple(row) for row in rows}) - KNOWN
        _refuse_missing(self._pull, rows, self.rows)
        return _text(self._pull, rows).with_columns(at=pl.int_range(self.rows, self.rows + len(rows), dtype=pl.Int64))


def _decoder(order: tuple[str, ...], pinned: dict[str, Any]) -> _Decoder:
    """Of rows with exactly these fields; those that are not used may be anything."""
    names = {f"field{n}" if name not in KNOWN else name: name for n, name in enumerate(order)}
    kinds = [(field, pinned.get(name, _kind(name))) for field, name in names.items()]
    row = msgspec.defstruct("Row", kinds, rename=names, forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(list[row])  # type: ignore[valid-type]


def _kind(name: str) -> Any:
    """How the service writes a field."""
    if name in CHECKED:
        return CHECKED[name]
    if name in comtrade_codes.NUMBERS:
        return float | None
    return Annotated[str, msgspec.Meta(max_length=LONGEST_CODE)] if name in comtrade_codes.CODES else Any


def _typed(decoder: _Decoder, chunks: list[Chunk], names: tuple[str, ...]) -> pl.DataFrame | None:
    """The columns of chunks; None when a number must be read as text to be exact."""
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for chunk in chunks:
        rows = decoder.decode(chunk.listed)
        for name, values in columns.items():
            values += map(attrgetter(name), rows)
    try:
        frame = pl.DataFrame({name: pl.Series(values, dtype=_type(name)) for name, values in columns.items()})
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return None
    return frame if frame.select(_EXACT).item() else None


_THOUSANDTHS = pl.col(comtrade_codes.NUMBERS) * 1000
_EXACT = pl.all_horizontal(
    (
        pl.col(comtrade_codes.NUMBERS).is_between(0, MOST_FLOAT)
        & ((_THOUSANDTHS - _THOUSANDTHS.round()).abs() + _THOUSANDTHS * UNSURE < 0.499)
    ).all()
)


def _finished(pull: Pull, frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of one road in the form of both: text and MONEY, the fields that are pinned filled in."""
    if "at" in frame.columns:
        return comtrade.with_exact_numbers(pull, frame, comtrade.DATA).select(comtrade_codes.USED)
    fixed = [pl.lit(str(_only(kind))).alias(name) for name, kind in PINNED.items() if name not in frame.columns]
    columns = [pl.col(name) for name in comtrade_codes.USED if name in frame.columns]
    casts = (column.cast(_EMPTY.schema[column.meta.output_name()]) for column in columns)
    texts = [
        pl.col(name).str.strip_chars().replace("", None) for name in UNCHECKED if frame.schema.get(name) == pl.String
    ]
    return frame.select(*casts, *fixed).with_columns(texts).select(comtrade_codes.USED)


_EMPTY = pl.DataFrame(
    schema={name: MONEY if name in comtrade_codes.NUMBERS else pl.String() for name in comtrade_codes.USED}
)


def _only(kind: Any) -> object:
    """The one value of a Literal."""
    return kind.__args__[0]


def _type(name: str) -> pl.DataType:
    if name in comtrade_codes.NUMBERS:
        return pl.Float64()
    if name in BOOLEANS:
        return pl.Boolean()
    return pl.Int64() if name in INTEGERS else pl.String()


def _refuse_missing(pull: Pull, rows: list[dict[str, Any]], before: int) -> None:
    """A SourceChanged for the first row that has not all the known fields."""
    for at, row in enumerate(rows, start=before):
        if not row.keys() >= KNOWN:
            raise SourceChanged(
                f"{pull.name}, data[{at}]: fields missing {quoted(sorted(KNOWN - row.keys()))}, where the "
                f"{len(KNOWN)} of final data were expected; if the answer is untouched, the source changed its layout."
            )


def _text(pull: Pull, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The fields used, all text."""
    frame = texts(pull, rows, comtrade_codes.USED)
    longest = frame.select(pl.max_horizontal(pl.col(comtrade_codes.NUMBERS).str.len_bytes().max().fill_null(0))).item()
    if longest > LONGEST_CODE:
        raise DataError(f"{pull.name}: a number of {longest:,} letters; the answer was changed, save all of it again.")
    return frame.with_columns(pl.col(comtrade_codes.CODES).str.head(LONGEST_CODE))
