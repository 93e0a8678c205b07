"""
The code books of China's customs (stats.customs.gov.cn): its eight-digit codes with their units, a file a year; its
trading partners; its customs regimes. GB18030 in the Chinese and in the English interface.

Every line ends with a comma. Names are not quoted, or hold quotes (`herring-bone" tread`), commas (`Korea,DPR`) and
line breaks, so no reader of comma-separated text can read them: a record is told by what stands around its name.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import Pull
from tradewatch.sources.tables import decoded, quoted, refuse_long_lines, refuse_unreadable

COMMODITIES, PARTNERS = "commodities", "trading partners"
HEADINGS = {
    ("CODES", "DESCRIPTION", "YEAR", "UNIT_1_CODES", "UNIT_1_DESCRIPTION", "UNIT_2_CODES", "UNIT_2_DESCRIPTION"):
        COMMODITIES,
    ("商品编码", "商品名称", "年份", "第一计量单位编码", "第一计量单位名称", "第二计量单位编码", "第二计量单位名称"):
        COMMODITIES,
    ("CODES", "DESCRIPTION"): PARTNERS,
    ("贸易伙伴编码", "贸易伙伴名称"): PARTNERS,
    ("Customs Regime code", "Customs Regime"): "customs regimes",
    ("贸易方式编码", "贸易方式名称"): "customs regimes",
    ("收发货人注册地编码", "收发货人注册地名称"): "provinces",
}  # fmt: skip

UNITS = {
    "01": "Number of item",
    "02": "Pair",
    "04": "Metre",
    "05": "Square Metre",
    "06": "Cubic Metre",
    "07": "Litre",
    "09": "Kilogram",
    "21": "In Hundreds",
    "31": "In Thousands",
    "37": "Kilolitre",
    "49": "Carat",
    "58": "Kilowatt-hour",
    "59": "Gram",
    "63": "Million Bq",
}
"""
The units by their codes, as the English book of 2022 names them. The code decides: that book names 09 `Metre` in eleven
lines where the Chinese one says kilogram, and the Chinese one has a dozen counters (台, 个, 辆 …) for 01.
"""

NO_UNIT = "?"
BOOK = {
    "year": pl.Int16(),
    "commodity": pl.String(),
    "unit_code": pl.String(),
    "unit": pl.String(),
    "unit2_code": pl.String(),
    "unit2": pl.String(),
}
"""The columns of a book of commodities, as ref.gacc_commodity has them; unit2 is null where there is one unit."""

_UNIT = r'([0-9]{2}|\?),"([^"\n]*)",'
_COMMODITY = re.compile(rf'([0-9]{{8}}),"(.*?)",([0-9]{{4}}),{_UNIT}{_UNIT}(?=\n)', re.DOTALL)
_NAMED = re.compile(r"([0-9]{2,3}),([^\n]*),(?=\n)")
_ANOTHER = re.compile(r"\n[0-9]{8},|,(?:19|20)[0-9]{2},")
"""What begins or ends a record, and is in no name."""


class Book(NamedTuple):
    """A code book: what its codes stand for, and its rows: BOOK for commodities, else code and name."""

    kind: str
    rows: pl.DataFrame


def parse(pull: Pull) -> Book:
    """
    Read a code book. Raises SourceChanged for other headings; DataError for a line that is no record, a code that is
    there twice, a book without codes, or one of commodities of more than one year.
    """
    # The English book of partners has a NUL in place of one name (349).
    pull = replace(pull, body=pull.body.replace(b",\0,", b",,"))
    refuse_unreadable(pull)
    refuse_long_lines(pull)
    head, _, below = (decoded(pull, "gb18030").rstrip("\n") + "\n").partition("\n")
    found = tuple(name.strip('" ') for name in head.removesuffix(",").split(","))
    kind = HEADINGS.get(found)
    if kind is None:
        raise SourceChanged(
            f"{pull.name}, line 1: headings {quoted(head, 120)}, where those of a code book of China's customs were"
            " expected; give the untouched file."
        )
    rows = _commodities(pull, below) if kind == COMMODITIES else _names(pull, below)
    twice = [code for code, times in Counter(rows["commodity" if kind == COMMODITIES else "code"]).items() if times > 1]
    if twice or rows.is_empty():
        what = f"the code {twice[0]} more than once" if twice else "no codes"
        raise DataError(f"{pull.name}: {what}, where each code once was expected; give the untouched file.")
    return Book(kind, rows)


def _commodities(pull: Pull, text: str) -> pl.DataFrame:
    rows = [
        (int(found[3]), found[1], *_unit(found[4], found[5]), *_unit(found[6], found[7]))
        for found in _records(pull, text, _COMMODITY)
    ]
    frame = pl.DataFrame(rows, schema=BOOK, orient="row")
    if frame["year"].n_unique() > 1:
        raise DataError(f"{pull.name}: codes of {frame['year'].n_unique()} years, where one was expected.")
    if frame["unit_code"].null_count():
        raise DataError(f"{pull.name}: a code without a first unit, where each has one; give the untouched file.")
    return frame


def _unit(code: str, name: str) -> tuple[str | None, str | None]:
    return (None, None) if code == NO_UNIT else (code, UNITS.get(code, name.strip() or code))


def _names(pull: Pull, text: str) -> pl.DataFrame:
    rows = [(found[1], found[2].strip()) for found in _records(pull, text, _NAMED)]
    return pl.DataFrame(rows, schema={"code": pl.String(), "name": pl.String()}, orient="row")


def _records(pull: Pull, text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The records, when they make up the whole text and no name has swallowed a part of another record."""
    start, line = 0, 2
    while start < len(text):
        found = pattern.match(text, start)
        if found is None or _ANOTHER.search(found[2]):
            shown = text[start:].partition("\n")[0]
            raise DataError(
                f"{pull.name}, line {line}: {quoted(shown)}, where a code, its name and what belongs to it were"
                " expected; the file was cut or changed, give the untouched one."
            )
        yield found
        start, line = found.end() + 1, line + found[0].count("\n") + 1
