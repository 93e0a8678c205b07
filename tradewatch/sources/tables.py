"""
Tables in files of text: decoding, headings, strict rows, exact numbers, and the one sentence when something is off.

Everything is read as text and cast by name afterwards, so that codes keep their zeros. A frame has an integer column
`at`, the place of each row in the file, 1-based lines here.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from io import StringIO

import polars as pl

from tradewatch.errors import DataError, SourceChanged, TradewatchError
from tradewatch.records import MONEY, Pull

LONGEST_LINE = 1_000_000
"""Bytes of one line of a table; real lines have fewer than 2,000."""

PIECE = 16 << 20
"""Bytes of a large table that are read at once; more than LONGEST_LINE."""

MARK = "."
"""Put after every line as one more field, so that a short or a long line shows itself."""

NUMBER = r"^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
"""A number without sign, thousands separator, NaN or infinity."""

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def quoted(text: object, most: int = 80) -> str:
    """Text of a source, fit for a sentence: one line, no control characters, cut at `most` letters, in quotes."""
    whole = "".join(letter for letter in " ".join(str(text)[: most * 4].split()) if letter.isprintable())
    return f"'{whole[:most]}…'" if len(whole) > most or len(str(text)) > most * 4 else f"'{whole}'"


def first_line(body: bytes) -> bytes:
    """The first line without byte order mark and line end, at most 10,000 bytes: enough to recognise a layout."""
    return body[:10_000].removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].rstrip(b"\r")


def is_web_page(body: bytes) -> bool:
    """Whether the bytes are HTML, as gateways answer when they refuse or fail."""
    return body[:2000].lstrip().lower().startswith((b"<!doctype", b"<html", b"<head", b"<?xml"))


def refuse_unreadable(pull: Pull) -> None:
    """A DataError for bytes that are no text table at all: empty, a web page, a byte order mark, a NUL, a cut code."""
    body = pull.body
    if not body.strip():
        raise DataError(f"{pull.name}: the file is empty; save it again.")
    if is_web_page(body):
        raise DataError(
            f"{pull.name}: a web page, where figures were expected; the site refused or failed, save again."
        )
    if body.startswith(_BOMS):
        raise DataError(
            f"{pull.name}: begins with a byte order mark, which the source does not write; another program saved it "
            "again and may have changed codes; give the untouched download."
        )
    if (nul := body.find(b"\0")) >= 0:
        raise DataError(f"{pull.name}: a NUL byte at byte {nul + 1:,}; the file is damaged, download it again.")


def refuse_long_lines(pull: Pull) -> None:
    """A DataError when a line is longer than LONGEST_LINE; looks only once or twice in every LONGEST_LINE bytes."""
    start = 0
    while start + LONGEST_LINE < len(pull.body):
        end = pull.body.rfind(b"\n", start, start + LONGEST_LINE + 1)
        if end < 0:
            line = pull.body.count(b"\n", 0, start) + 1
            raise DataError(
                f"{pull.name}, line {line}: longer than {LONGEST_LINE:,} bytes, which no line of this layout is; "
                "the file is damaged, download it again."
            )
        start = end + 1


def decoded(pull: Pull, encoding: str, start: int = 0, end: int | None = None) -> str:
    """
    The text, or that of the bytes from `start` to `end`, lines ended by `\\n` alone; a DataError with the byte that
    does not belong to the encoding.
    """
    try:
        text = pull.body[start:end].decode(encoding)
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{pull.name}: byte {start + problem.start + 1:,} is not {encoding}, the encoding of this layout; "
            "give the untouched download."
        ) from problem
    return text.replace("\r\n", "\n")


def check_headings(pull: Pull, found: Sequence[str], known: Collection[str]) -> None:
    """A SourceChanged when a known heading is missing or doubled, or an unknown one is there."""
    wrong = {
        "missing": [name for name in known if name not in found],
        "unknown": [name for name in found if name not in known],
        "doubled": [name for place, name in enumerate(found) if name in found[:place]],
    }
    if any(wrong.values()):
        said = "; ".join(f"{_listed(names)} {word}" for word, names in wrong.items() if names)
        raise SourceChanged(
            f"{pull.name}, headings: {said}, where the {len(known)} of this layout were expected; "
            "if the download is untouched, the source changed its layout."
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(quoted(name, 40) for name in names[:5]) + (" …" if len(names) > 5 else "")


def table(pull: Pull, text: str, known: Collection[str], separator: str = ",", quote: str | None = '"') -> pl.DataFrame:
    """
    The rows of a table with exactly the known headings in any order, all text, blanks null, and `at`, the line.

    Each row has as many fields as there are headings; or, in every row, one blank field more, where the source ends
    its lines with a separator. Raises SourceChanged for headings and DataError for lines.
    """
    head, _, below = text.rstrip("\n").partition("\n")
    found = _headings(pull, head, known, separator, quote)
    return _rows_below(pull, below, found, separator, quote) if below else _no_rows(found)


def table_in_pieces(pull: Pull, encoding: str, known: Collection[str], separator: str) -> Iterator[pl.DataFrame]:
    """
    The same of a large table without quotes, in frames of about PIECE bytes of text, at least one: for who keeps only
    some of the rows. Lines are at most LONGEST_LINE bytes.
    """
    body, end = pull.body, len(pull.body.rstrip(b"\r\n"))
    start = body.find(b"\n", 0, end) + 1 or end
    found = _headings(pull, decoded(pull, encoding, 0, start).rstrip("\r\n"), known, separator, None)
    line = 2
    yield _no_rows(found)
    while start < end:
        stop = end if start + PIECE >= end else body.rfind(b"\n", start, start + PIECE) + 1
        below = decoded(pull, encoding, start, stop).removesuffix("\n")
        yield _rows_below(pull, below, found, separator, None, line)
        line += below.count("\n") + 1
        start = stop


def _headings(pull: Pull, head: str, known: Collection[str], separator: str, quote: str | None) -> list[str]:
    found = _fields(pull, head, 1, separator, quote)
    found = found[:-1] if found[-1:] == [""] else found
    check_headings(pull, found, known)
    return found


def _no_rows(found: list[str]) -> pl.DataFrame:
    return pl.DataFrame(schema={name: pl.String() for name in found} | {"at": pl.Int64()})


def _rows_below(
    pull: Pull, below: str, found: list[str], separator: str, quote: str | None, first: int = 2
) -> pl.DataFrame:
    """The rows of a text that begins with line `first`."""
    width = len(_fields(pull, below.partition("\n")[0], first, separator, quote))
    blank = ["·blank"] if width == len(found) + 1 else []
    frame = _read(pull, below, [*found, *blank], separator, quote, first)
    if blank:
        refuse_where(pull, frame, pl.col("·blank").is_not_null(), "·blank", "nothing after the last heading's field")
    return frame.select(*found, "at")


def _read(pull: Pull, below: str, names: list[str], separator: str, quote: str | None, first: int) -> pl.DataFrame:
    lines = below.count("\n") + 1
    head = separator.join([*(f"c{n}" for n in range(len(names))), "mark\n"])
    marked = below.replace("\n", f"{separator}{MARK}\n") + f"{separator}{MARK}\n"
    try:
        frame = pl.read_csv((head + marked).encode(), separator=separator, quote_char=quote, infer_schema=False)
    except pl.exceptions.PolarsError as problem:
        raise _not_strict(pull, below, len(names), separator, quote, first) from problem
    frame.columns = [*names, "mark"]
    if frame.height != lines or not frame["mark"].eq_missing(MARK).all():
        raise _not_strict(pull, below, len(names), separator, quote, first)
    blank_is_null = pl.col(names).replace("", None)
    return frame.select(blank_is_null).with_columns(at=pl.int_range(first, lines + first, dtype=pl.Int64))


def _not_strict(pull: Pull, below: str, width: int, separator: str, quote: str | None, first: int) -> TradewatchError:
    """The sentence for the first line that has not `width` fields: read again, slowly, only when something is off."""
    for number, line in enumerate(below.split("\n"), start=first):
        count = len(_fields(pull, line, number, separator, quote))
        if count != width:
            return DataError(
                f"{pull.name}, line {number}: {count} fields where {width} were expected, in {quoted(line)}; "
                "the file was cut or changed, download it again."
            )
    return DataError(f"{pull.name}: quotes do not match or a line breaks inside a field; download it again.")


def _fields(pull: Pull, line: str, number: int, separator: str, quote: str | None) -> list[str]:
    if quote is None:
        return line.split(separator)
    try:
        return next(csv.reader(StringIO(line), delimiter=separator, quotechar=quote, strict=True), [])
    except csv.Error as problem:
        raise DataError(
            f"{pull.name}, line {number}: quotes do not match, in {quoted(line)}; "
            "the file was cut or changed, download it again."
        ) from problem


def refuse_where(
    pull: Pull,
    frame: pl.DataFrame,
    bad: pl.Expr,
    column: str,
    expected: str,
    *,
    place: str = "line {}",
    error: type[TradewatchError] = DataError,
) -> None:
    """Raise `error` for the first row where `bad` holds: where it is, what `column` has, and what was expected."""
    rows = frame.filter(bad).select("at", pl.col(column).cast(pl.String).alias("found")).head(1).rows()
    for at, found in rows:
        shown = "blank" if found is None else quoted(found)
        raise error(f"{pull.name}, {place.format(at)}: {column} is {shown}, where {expected} was expected.")


def with_numbers(pull: Pull, frame: pl.DataFrame, columns: Sequence[str], *, place: str = "line {}") -> pl.DataFrame:
    """The frame with these columns of text as exact MONEY (rounded to 3 decimals); blanks stay null."""
    cast = frame.with_columns(pl.col(name).cast(MONEY, strict=False) for name in columns)
    for name in columns:
        sound = pl.col(name).str.contains(NUMBER) & pl.col(name).cast(MONEY, strict=False).is_not_null()
        expected = "a number below 10^15, without sign or thousands separators,"
        refuse_where(pull, frame, pl.col(name).is_not_null() & ~sound, name, expected, place=place)
    return cast
