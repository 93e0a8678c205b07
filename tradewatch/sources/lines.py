"""Comma-separated text read line by line: whole lines of UTF-8 and exact numbers. Decoding is that of tables.py."""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import StringIO

from tradewatch.errors import DataError
from tradewatch.records import Pull
from tradewatch.sources.tables import decoded, quoted, refuse_long_lines, refuse_unreadable

MOST_MONEY = Decimal(10) ** 15
"""`records.MONEY` holds 15 digits before the point."""

_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,3})?")


def text_of(pull: Pull) -> str:
    """
    A file's text, lines ended by `\\n` alone, without the byte order mark that spreadsheet programs put before it;
    a DataError when it is not whole UTF-8 text.
    """
    plain = replace(pull, body=pull.body.removeprefix(b"\xef\xbb\xbf"))
    refuse_unreadable(plain)
    refuse_long_lines(plain)
    text = decoded(plain, "utf-8")
    if not text.endswith("\n"):
        raise DataError(f"{pull.name}: the last line has no end, so the file may be cut; download or save it again.")
    return text


def records(name: str, text: str, before: int = 0) -> Iterator[tuple[int, list[str]]]:
    """
    The records of comma-separated text with the number of the line each ends on, `before` lines having been read
    already; blank lines are left out. A DataError where the quoting is broken.
    """
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for fields in reader:
            if fields:
                yield before + reader.line_num, fields
    except csv.Error as problem:
        place = f"line {before + reader.line_num}"
        raise DataError(f"{name}: {place}: not comma-separated text ({problem}); download the file again.") from problem


def exact(text: str) -> Decimal | None:
    """A number of at most 15 digits and three decimals, without sign or grouping; None when it is anything else."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def unequal(name: str, line: int, fields: list[str], columns: int) -> DataError:
    """The error to raise when a record has not as many fields as there are columns."""
    return DataError(
        f"{name}, line {line}: expected {columns} fields, found {len(fields)}, beginning {quoted(','.join(fields))};"
        " the file is cut or was edited; download or save it again."
    )
