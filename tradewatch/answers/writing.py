"""An answer as a table for people, or in the formats of programs."""

import json
import re
import sys
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import polars as pl
from rich.table import Table

from tradewatch import show
from tradewatch.errors import DataError, QueryError
from tradewatch.files import plain, write_whole

FORMATS = ("table", "csv", "json", "parquet", "xlsx")


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose texts no spreadsheet takes for a formula: a mark before =, +, -, @, a tab or a line break."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    formula = r"^[=+\-@\t\r\n]"
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(formula)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in texts
    )


def write(frame: pl.DataFrame, form: str, output: Path | None) -> None:
    """
    Write an answer in a format, to a file or to stdout; one without rows is told on stderr, since it is no zero.

    Files are written whole or not at all.
    """
    if form not in FORMATS:
        raise DataError(f"{plain(form)} is not a format; there are {', '.join(FORMATS)}.")
    if frame.columns and not frame.height:
        show.err.print("no rows; `tradewatch status` shows what the warehouse holds.")
    if form == "table" and not output:
        show.out.print(as_table(frame))
        return
    body = _encoded(frame, "csv" if form == "table" else form)
    if output:
        write_whole(output, body)
    elif form in ("parquet", "xlsx"):
        raise DataError(f"{form} is not text; name a file with --output.")
    else:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()


def as_table(frame: pl.DataFrame) -> Table:
    """An answer as a table for people; numbers to the right, thousands apart but for years."""
    right = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    years = [name for name in right if name == "year" or name.endswith("_year")]
    return show.table("", frame.columns, frame.cast(dict.fromkeys(years, pl.String)).iter_rows(), right=right)


def _encoded(frame: pl.DataFrame, form: str) -> bytes:
    if form == "json":
        return as_json(frame.to_dicts()).encode()
    body = BytesIO()
    try:
        if form == "parquet":
            frame.write_parquet(body)
        elif form == "csv":
            _flat(frame).write_csv(body)
        else:
            _flat(frame).write_excel(body)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as problem:
        raise QueryError(f"the answer cannot be written as {form} ({plain(str(problem))[:200]}); cast it.") from problem
    return body.getvalue()


def as_json(value: object) -> str:
    """A value as JSON text that ends in a line break; what a terminal would obey is written as its number."""
    text = json.dumps(value, default=_plain_value, ensure_ascii=False, indent=1)
    return OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n"


OBEYED = re.compile("[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Control and direction marks beyond those that JSON escapes by itself."""


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame that fits into cells: lists and structs as JSON text, whole numbers of 128 bits as text."""
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    texts = [pl.Series(name, [_as_json(value) for value in frame[name].to_list()], pl.String) for name in nested]
    return frame.with_columns(*texts, pl.selectors.by_dtype(pl.Int128).cast(pl.String))


def _as_json(value: object) -> str | None:
    return None if value is None else json.dumps(value, default=_plain_value, ensure_ascii=False)


def _plain_value(value: object) -> object:
    """Dates as ISO text; exact decimals as numbers where a float holds them exactly, as text otherwise."""
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
