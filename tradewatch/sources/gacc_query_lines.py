"""
The lines of an export of the query platform of China's customs, checked: whatever does not fit refuses the file.

Every field is quoted, every line ends with a comma; GB18030 in the Chinese and in the English interface. Names hold
unbalanced quotes (HS 4011 in English), so fields are split at `","`.
"""

from itertools import pairwise

import polars as pl

from tradewatch.errors import DataError, SourceChanged, SourceTruncated
from tradewatch.records import MONEY, Pull
from tradewatch.sources.gacc_basis import CHINA, EDITIONS, VALUATIONS
from tradewatch.sources.tables import (
    check_headings,
    decoded,
    quoted,
    refuse_long_lines,
    refuse_unreadable,
    refuse_where,
    with_numbers,
)

HEADINGS = {
    "数据年月": "month",
    "Date of data": "month",
    "商品编码": "commodity",
    "Commodity code": "commodity",
    "商品名称": "commodity_name",
    "Commodity": "commodity_name",
    "贸易伙伴编码": "partner_code",
    "Trading partner code": "partner_code",
    "贸易伙伴名称": "partner_code_name",
    "Trading partner": "partner_code_name",
    "贸易方式编码": "regime",
    "Customs Regime code": "regime",
    "贸易方式名称": "regime_name",
    "Customs Regime": "regime_name",
    "注册地编码": "province",
    "Locations of importers and exporters code": "province",
    "注册地名称": "province_name",
    "Locations of importers and exporters": "province_name",
    "第一数量": "quantity",
    "Quantity": "quantity",
    "第一计量单位": "quantity_unit",
    "Unit": "quantity_unit",
    "第二数量": "quantity2",
    "Supplementary Quantity": "quantity2",
    "Supplimentary Quantity": "quantity2",
    "第二计量单位": "unit2",
    "Supplementary Unit": "unit2",
    "Supplimentary Unit": "unit2",
    "人民币": "CNY",
    "Renminbi Yuan": "CNY",
    "美元": "USD",
    "US dollar": "USD",
}
"""The headings of both interfaces; the English second quantity was spelt with an i until 2026."""

BREAKDOWNS = {"regime": "customs regime", "province": "province of the trader"}
CODED = ("commodity", "partner_code", *BREAKDOWNS)
PAIRS = (("quantity", "quantity_unit"), ("quantity2", "unit2"))
FIGURES = ("value", "quantity", "quantity2")
ABSENT = {
    "commodity": "TOTAL",
    "partner_code": "ALL",
    **dict.fromkeys((*BREAKDOWNS, "quantity", "quantity_unit", "quantity2", "unit2")),
}
"""What stands for a column that was not chosen: the total over it, or nothing."""

MONEY_FORM = "^[0-9]{1,3}(?:,[0-9]{3})*$"
PLAIN_FORM = r"^[0-9]+(?:\.[0-9]+)?$"
"""Money has commas and no decimals, quantities have none of the first: each shows a column out of its place."""

KILOGRAMS = {"千克": 1, "Kilogram": 1, "克": 0.001, "Gram": 0.001}
"""Kilograms in one unit of mass."""

NO_UNIT = "?"
UNITS = frozenset(
    (
        "Kilogram", "Number of item", "Metre", "Cubic Metre", "Square Metre", "Gram", "Pair", "Litre", "In Thousands",
        "Carat", "Million Bq", "Kilolitre", "In Hundreds", "Kilowatt-hour", "Piece", "千克", "克", "个", "台", "米",
        "只", "立方米", "平方米", "双", "升", "支", "头", "克拉", "百万贝可", "片", "枝", "千支", "千升", "千瓦时",
        "百个", "百支", "辆", "件", "套", "架", "艘", "块", "条", "张", NO_UNIT,
    )
)  # fmt: skip
"""Words of the code books that are units and no names; others are units too."""

MANY = 10
"""Lines from which on an order is no chance."""

MOST_ROWS = 10_000
"""The platform's page and download cap."""


def lines_of(pull: Pull) -> pl.DataFrame:
    """The rows by our names, all text, and `at`, the line; blanks null. As many as one download may hold."""
    refuse_unreadable(pull)
    refuse_long_lines(pull)
    text = _text(pull)
    head, *records = text.removesuffix('",\n').removesuffix('",').split('",\n')
    headings = [name.strip() for name in head.removeprefix('"').split('","')]
    names = _names(pull, headings)
    at = pl.Series("at", [0, *(record.count("\n") for record in records[:-1])][: len(records)], dtype=pl.Int64)
    frame = pl.DataFrame({"record": pl.Series(records, dtype=pl.String)}).with_columns(
        at=at.cum_sum() + pl.int_range(2, len(records) + 2, dtype=pl.Int64, eager=True)
    )
    fields = pl.col("record").str.strip_prefix('"').str.split('","')
    whole = pl.col("record").str.starts_with('"') & (fields.list.len() == len(names))
    expected = f"a line of {len(names)} quoted fields"
    refuse_where(pull, frame, ~whole, "record", expected)
    by_name = (fields.list.get(n).str.strip_chars().replace("", None).alias(name) for n, name in enumerate(names))
    if frame.height == MOST_ROWS:
        raise SourceTruncated(
            f"{pull.name}: exactly {MOST_ROWS:,} rows, the platform's cap, so rows are missing; "
            "ask for fewer months, partners or codes at once."
        )
    return frame.select("at", *by_name)


def _text(pull: Pull) -> str:
    """The text, when it is GB18030 as the platform writes it and its last line is whole."""
    try:
        utf8 = not pull.body.isascii() and any("\u4e00" <= letter <= "\u9fff" for letter in pull.body.decode("utf-8"))
    except UnicodeDecodeError:
        utf8 = False
    if utf8:
        raise DataError(f"{pull.name}: UTF-8, where the platform writes GB18030; give the untouched download.")
    text = decoded(pull, "gb18030").rstrip("\n")
    if not text.endswith('",'):
        raise DataError(
            f"{pull.name}: ends with {quoted(text[-30:])}, where every line of the platform ends with a quote "
            "and a comma; the file was cut or saved again by another program, give the untouched download."
        )
    return text + "\n"


def _names(pull: Pull, headings: list[str]) -> list[str]:
    """Our names of the headings, when each is known, once, and those without which nothing can be read are there."""
    unknown = [heading for heading in headings if heading not in HEADINGS]
    if unknown:
        check_headings(pull, headings, [heading for heading in headings if heading in HEADINGS])
    names = [HEADINGS[heading] for heading in headings]
    check_headings(pull, names, set(names))
    if "month" not in names:
        raise DataError(
            f"{pull.name}: no column 数据年月 (Date of data); tick the monthly display (分月展示) and export again."
        )
    _refuse_moved(pull, headings, names)
    lost = [name for name in CODED if f"{name}_name" in names and name not in names]
    lost += [one for pair in PAIRS for one, other in (pair, pair[::-1]) if other in names and one not in names]
    if lost or ("CNY" in names) == ("USD" in names):
        raise SourceChanged(
            f"{pull.name}: the code beside each name, a unit beside each quantity and one column of value, 人民币 "
            f"(yuan) or 美元 (US dollar), were expected, found {quoted(headings, 200)}; export the file again."
        )
    return names


def _refuse_moved(pull: Pull, headings: list[str], names: list[str]) -> None:
    """A heading that stands above another's column: the two interfaces never mix, and pairs stand side by side."""
    languages = {heading.isascii() for heading in headings}
    beside = [(name, f"{name}_name") for name in CODED] + list(PAIRS)
    apart = [
        pair for pair in beside if set(pair) <= set(names) and abs(names.index(pair[0]) - names.index(pair[1])) > 1
    ]
    if len(languages) > 1 or apart:
        raise SourceChanged(
            f"{pull.name}: headings of one language, each name beside its code and each unit beside its quantity, were "
            f"expected, found {quoted(headings, 200)}; give the untouched download."
        )


def currency_of(frame: pl.DataFrame) -> str:
    return "CNY" if "CNY" in frame.columns else "USD"


def cells_of(pull: Pull, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of `records.ROWS` but `place`, with `at`; a DataError when one row is there twice."""
    currency = currency_of(frame)
    given = frame.rename({currency: "value"})
    absent = {name: pl.lit(value, dtype=pl.String) for name, value in ABSENT.items() if name not in given.columns}
    filled = given.with_columns(**absent)
    _refuse_twice(pull, filled)
    exact = _exact(pull, filled)
    return _measured(exact).with_columns(
        reporter_code=pl.lit(CHINA),
        flow=pl.lit(pull.told.flow),
        freq=pl.lit("M"),
        currency=pl.lit(currency),
        valuation=pl.lit(VALUATIONS[pull.told.flow or ""]),
        quantity_estimated=pl.lit(False),
    )


def _refuse_twice(pull: Pull, frame: pl.DataFrame) -> None:
    key = ("month", "partner_code", "commodity", *BREAKDOWNS)
    twice = pl.struct(key).is_duplicated() & ~pl.struct(key).is_first_distinct()
    refuse_where(pull, frame, twice, "commodity", "one line for each month, partner, commodity, regime and province")


def _exact(pull: Pull, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its codes checked, its month as `period` with its edition, its figures as numbers."""
    year = pl.col("period").dt.year()
    frame = frame.with_columns(period=(pl.col("month") + "01").str.to_date("%Y%m%d", strict=False))
    for column, bad, expected in (
        ("month", pl.col("period").is_null() | (pl.col("month").str.len_chars() != 6), "a month such as 202401"),
        ("month", year < EDITIONS[-1][0], f"a month of {EDITIONS[-1][0]} or later"),
        ("commodity", ~pl.col("commodity").str.contains("^(?:[0-9]{2,10}|TOTAL)$"), "a code of 2 to 10 digits"),
        ("partner_code", ~pl.col("partner_code").str.contains("^(?:[0-9]{3}|ALL)$"), "a code of three digits"),
    ):
        refuse_where(pull, frame, pl.col(column).is_null() | bad, column, expected)
    for name in BREAKDOWNS:
        refuse_where(pull, frame, ~pl.col(name).str.contains("^[0-9]{2}$"), name, "a code of two digits")
    _refuse_other_names(pull, frame)
    _refuse_strange_lines(pull, frame)
    length = pl.col("commodity").str.len_chars()
    other = (length != length.first()) | ((length % 2 == 1) & (pl.col("commodity") != "TOTAL"))
    refuse_where(pull, frame, other, "commodity", "a code of as many digits as the others, an even number,")
    for name, form, expected in (
        ("value", MONEY_FORM, "whole money such as 1,234"),
        ("quantity", PLAIN_FORM, "a number without commas"),
        ("quantity2", PLAIN_FORM, "a number without commas"),
    ):
        refuse_where(pull, frame, ~pl.col(name).str.contains(form).fill_null(name != "value"), name, expected)
    _refuse_without_unit(pull, frame)
    frame = frame.with_columns(pl.col("value").str.replace_all(",", ""))
    edition = pl.coalesce(pl.when(year >= first).then(pl.lit(name)) for first, name in EDITIONS)
    return with_numbers(pull, frame, FIGURES).with_columns(hs_edition=edition)


def _refuse_strange_lines(pull: Pull, frame: pl.DataFrame) -> None:
    """
    No line is blank in part, or has the figures of another partner's; and no single one stands out of the order of
    month, commodity and partner, in which every file seen comes.
    """
    for name in frame.columns:
        if not name.endswith("_name") and frame[name].is_not_null().any():
            refuse_where(pull, frame, pl.col(name).is_null(), name, "something in each line")
    figures = ("month", "commodity", *BREAKDOWNS, *FIGURES, "quantity_unit", "unit2")
    large = (pl.col("value").str.len_chars() >= len("1,000")) & (pl.col("quantity").str.len_chars() >= len("100"))
    same = pl.struct(figures).is_duplicated() & ~pl.struct(figures).is_first_distinct()
    refuse_where(pull, frame, same & large, "value", "a figure of its own, not those of another partner,")
    order = frame.select("at", key=pl.concat_str("month", "commodity", "partner_code", separator="|"))
    if (moved := _out_of_place(order["key"].to_list())) is not None:
        refuse_where(pull, order[moved : moved + 1], pl.lit(True), "key", "a line in the order of the others")


def _out_of_place(keys: list[str]) -> int | None:
    """The one line but for which a file of many lines is in order; None where there is none or another order."""
    falls = [n for n in range(1, len(keys)) if keys[n] < keys[n - 1]]
    if len(keys) < MANY or not 1 <= len(falls) <= 2:
        return None
    for one in (falls[0] - 1, falls[0]):
        rest = keys[:one] + keys[one + 1 :]
        if all(a <= b for a, b in pairwise(rest)):
            return one
    return None


def _refuse_other_names(pull: Pull, frame: pl.DataFrame) -> None:
    """A code has one name, which is no unit, and a name of a partner, regime or province one code."""
    for code in CODED:
        name = f"{code}_name"
        if name not in frame.columns:
            continue
        pairs = frame.select("at", code, name).unique([code, name], keep="first", maintain_order=True)
        again = pl.col(code).is_duplicated() & ~pl.col(code).is_first_distinct()
        if code != "commodity":
            again |= pl.col(name).is_duplicated() & ~pl.col(name).is_first_distinct()
        refuse_where(pull, pairs, again, name, f"the one name of {code} that stands in other lines")
        refuse_where(pull, pairs, pl.col(name).is_in(list(UNITS)), name, "a name, not a unit,")


def _refuse_without_unit(pull: Pull, frame: pl.DataFrame) -> None:
    """Only a second quantity may have no unit, and is then 0: anything else is a column out of its place."""
    nothing = pl.col("quantity2").is_null() | (pl.col("quantity2") == "0")
    no_second = pl.col("unit2").is_null() | (pl.col("unit2") == NO_UNIT)
    refuse_where(pull, frame, no_second & ~nothing, "quantity2", "0 beside a second unit of ?")
    refuse_where(
        pull, frame, pl.col("quantity").is_not_null() & (pl.col("quantity_unit") == NO_UNIT), "quantity_unit", "a unit"
    )
    units = pl.concat_str(pl.col("quantity_unit", "unit2"), ignore_nulls=True)
    refuse_where(pull, frame, units.str.contains("[0-9]"), "quantity_unit", "a unit in words")


def _measured(frame: pl.DataFrame) -> pl.DataFrame:
    """
    The frame with `net_kg`; quantities that have no unit (`"0","?"`) are null. Of two units `quantity` is in the one
    that is no kilogram, so that both are kept.
    """
    stated = frame.with_columns(
        pl.when(pl.col(unit).is_not_null() & (pl.col(unit) != NO_UNIT)).then(pl.col(quantity, unit))
        for quantity, unit in (("quantity", "quantity_unit"), ("quantity2", "unit2"))
    )
    kilograms = (
        pl.when(pl.col(unit) == name).then(pl.col(quantity) * pl.lit(factor, dtype=MONEY)).cast(MONEY)
        for quantity, unit in (("quantity", "quantity_unit"), ("quantity2", "unit2"))
        for name, factor in KILOGRAMS.items()
    )
    first_is_mass = pl.col("quantity_unit").is_in(list(KILOGRAMS)) & pl.col("unit2").is_not_null()
    return stated.with_columns(
        pl.when(first_is_mass).then("quantity2").otherwise("quantity").alias("quantity"),
        pl.when(first_is_mass).then("unit2").otherwise("quantity_unit").alias("quantity_unit"),
        net_kg=pl.coalesce(kilograms),
    )
