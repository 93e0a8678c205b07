"""Exports of the query platform of China's customs: what their rows become, and every way in which one is refused."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tradewatch import sources
from tradewatch.errors import DataError, SourceChanged, SourceTruncated, TradewatchError
from tradewatch.records import ROWS, Pull, Question, Release, Told

FILES = Path(__file__).parent / "files"
ZH = (FILES / "gacc_query_zh.csv").read_bytes()
EN = (FILES / "gacc_query_en.csv").read_bytes()


def parsed(
    body: bytes, flow: str | None = "export", name: str = "downloadData.csv", rows: int | None = None
) -> Release:
    told = Told(flow=flow, currency="CNY" if "人民币".encode("gb18030") in body else "USD", rows=rows)
    return sources.parse(Pull(name=name, body=body, fetched_at=datetime(2026, 11, 24), told=told))


def table(*lines: str) -> bytes:
    """A file as the platform writes it, of lines of fields separated by |."""
    return "".join("".join(f'"{field}",' for field in line.split("|")) + "\n" for line in lines).encode("gb18030")


@pytest.mark.parametrize("body", [ZH, EN])
def test_it_is_recognised_by_one_module_alone(body: bytes) -> None:
    assert [module.LAYOUT for module in sources.ALL if module.recognises(body)] == ["gacc_query"]


def test_the_chinese_interface_in_yuan() -> None:
    release = parsed(ZH)
    assert dict(release.rows.schema) == dict(ROWS)
    assert release.rows.rows()[0] == (
        "142", "344", "export", "M", date(2024, 1, 1), "HS2022", "85423100", Decimal(1234567), "CNY", "FOB",
        Decimal(38), Decimal(1520), "个", False, False, "line 2",
    )  # fmt: skip
    shown = release.rows.select("partner_code", "commodity", "value", "net_kg", "quantity", "quantity_unit").rows()
    assert shown[1:] == [
        ("145", "85423100", 89, 0, 0, "个"),
        ("344", "01012100", 45000, 1500, 3, "头"),
        ("399", "84821020", 2100, 700, 700, "千克"),
    ]
    assert (release.source, release.rows_read, release.rows_rejected) == ("gacc", 4, 0)
    assert release.notes == (
        "1 cells have a value beside a quantity of 0 (less than half a unit): no price from these.",
    )


def test_the_english_interface_in_dollars_is_summed_over_regime_and_province() -> None:
    release = parsed(EN, "import", rows=3)
    shown = release.rows.select("partner_code", "commodity", "value", "net_kg", "quantity", "quantity_unit", "place")
    assert shown.rows() == [
        ("344", "40117010", 12500, 2900, 150, "Number of item", "lines 2, 3"),
        ("109", "44011100", 1096, 1093, 1093, "Kilogram", "line 4"),
    ]
    assert release.rows.select("currency", "valuation").unique().rows() == [("USD", "CIF")]
    assert release.notes == ("Summed over customs regime and province of the trader, 3 rows to 2.",)


@pytest.mark.parametrize("flow", [None, "re_export", ""])
def test_without_the_flow_it_says_how_to_tell_it(flow: str | None) -> None:
    with pytest.raises(DataError, match=r"does not write .* exports or imports; load it again with --flow"):
        parsed(ZH, flow)


def test_columns_come_in_any_order_and_need_not_be_there() -> None:
    row = parsed(table("US dollar|Trading partner|Trading partner code|Date of data", "1,000|Russia|344|201901"))
    assert row.rows.select("partner_code", "commodity", "hs_edition", "value", "quantity").rows() == [
        ("344", "TOTAL", "HS2017", 1000, None)
    ]
    row = parsed(table("数据年月|商品编码|商品名称|人民币", "202301|01|活动物|12"))
    assert row.rows.select("partner_code", "commodity").rows() == [("ALL", "01")]


MEASURED = "Date of data|Commodity code|Commodity|Quantity|Unit|Supplementary Quantity|Supplementary Unit|US dollar"


@pytest.mark.parametrize(
    ("line", "net_kg", "quantity", "unit"),
    [
        ("85423111|chip|1520|Number of item|38|Kilogram", "38", "1520", "Number of item"),
        ("85299010|part|38|Kilogram|1520|Number of item", "38", "1520", "Number of item"),  # both, either way round
        ("85291010|aerial|38|Kilogram|0|?", "38", "38", "Kilogram"),
        ("71081200|gold|38|Gram|0|?", "0.038", "38", "Gram"),
        ("28444310|isotope|38|Gram|7|Million Bq", "0.038", "7", "Million Bq"),
        ("27160000|current|7|Kilowatt-hour|0|?", None, "7", "Kilowatt-hour"),
    ],
)
def test_both_quantities_are_kept(line: str, net_kg: str | None, quantity: str, unit: str) -> None:
    rows = parsed(table(MEASURED, f"202501|{line}|9")).rows
    mass = Decimal(net_kg) if net_kg else None
    assert rows.select("net_kg", "quantity", "quantity_unit").rows() == [(mass, Decimal(quantity), unit)]


def test_a_quantity_of_zero_beside_a_value_stays_zero_and_is_said() -> None:
    release = parsed(table(MEASURED, "202501|85423111|chip|0|Number of item|0|Kilogram|9"))
    assert release.rows.select("value", "net_kg", "quantity").rows() == [(9, 0, 0)]
    assert release.notes == (
        "1 cells have a value beside a quantity of 0 (less than half a unit): no price from these.",
    )
    assert parsed(table(MEASURED, "202501|85423111|chip|0|Number of item|0|Kilogram|0")).notes == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"partners": ("145",)}, "line 2: partner_code is '344', which the query of this file did not ask"),
        ({"commodities": ("85423100",)}, "line 4: commodity is '01012100'"),
        ({"periods": (date(2024, 1, 1),)}, "line 4: period is '2024-02-01'"),
    ],
)
def test_rows_that_were_not_asked_are_refused(changed: dict[str, Any], said: str) -> None:
    question = Question(
        reporters=("142",),
        partners=("344", "145", "399"),
        flows=("export",),
        freq="M",
        commodities=("85423100", "01012100", "84821020"),
        periods=(date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)),
    )
    pull = Pull(
        name="f.csv",
        body=ZH,
        fetched_at=datetime(2026, 11, 24),
        told=Told(flow="export", currency="CNY", rows=4),
        asked=(question,),
    )
    (block,) = sources.parse(pull).blocks
    assert block.known == {("142", month): pull.fetched_at for month in question.periods[:2]}
    with pytest.raises(DataError, match=said):
        sources.parse(replace(pull, asked=(replace(question, **changed),)))


def test_units_that_differ_are_not_summed() -> None:
    head = "数据年月|贸易方式编码|贸易方式名称|第一数量|第一计量单位|第二数量|第二计量单位|人民币"
    release = parsed(table(head, "202301|10|一般贸易|5|台|7|千克|9", "202301|19|边境|6|个|8|千克|10"), rows=2)
    assert release.rows.select("value", "net_kg", "quantity", "quantity_unit").rows() == [(19, 15, None, None)]
    assert "No quantity for 1 cells: their rows have different units." in release.notes


def test_a_name_with_a_line_break_does_not_shift_the_lines() -> None:
    head = "Date of data|Commodity code|Commodity|US dollar"
    rows = parsed(table(head, "202301|01|Live\nanimals|1", "202301|02|Meat|2")).rows
    assert rows["place"].to_list() == ["line 2", "line 4"]


def test_ten_thousand_rows_are_a_cut_file() -> None:
    lines = [f"202301|{number:08}|x|1" for number in range(10_000)]
    with pytest.raises(SourceTruncated, match="exactly 10,000 rows"):
        parsed(table("Date of data|Commodity code|Commodity|US dollar", *lines))
    assert parsed(table("Date of data|Commodity code|Commodity|US dollar", *lines[1:])).rows_read == 9_999


def test_a_heading_alone_is_a_release_without_rows() -> None:
    release = parsed(table("Date of data|Commodity code|Commodity|US dollar"))
    assert (release.rows.height, len(release.notes), dict(release.rows.schema)) == (0, 1, dict(ROWS))


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        ("数据年月", "年月", SourceChanged, "'年月' unknown"),
        ('"数据年月",', "", DataError, "tick the monthly display"),
        ('"商品编码",', "", SourceChanged, "the code beside each name"),
        ('"人民币",', '"人民币","美元",', SourceChanged, "one column of value"),
        ('"第二数量"', '"第一数量"', SourceChanged, "doubled"),
        ('"202401","145"', '"202401-202402","145"', DataError, "line 3: month is '202401-202402'"),
        ('"202401","145"', '"202413","145"', DataError, "line 3: month"),
        ('"202401","145"', '"201001","145"', DataError, "line 3: month .* 2012 or later"),
        ('"1,234,567"', '"1,23,567"', DataError, "line 2: value is '1,23,567'"),
        ('"1,234,567"', '"-5"', DataError, "line 2: value is '-5'"),
        ('"1,234,567"', '"nan"', DataError, "line 2: value is 'nan'"),
        ('"1,234,567"', '""', DataError, "line 2: value is blank"),
        ('"1520"', '"1.5.2"', DataError, "line 2: quantity is"),
        ('"01012100"', '"1.012E7"', DataError, "line 4: commodity is"),
        ('"145",', "", DataError, "line 3: record is .* 10 quoted fields"),
        ('"202402","344","俄罗斯","01012100"', '"202401","344","俄罗斯","85423100"', DataError, "line 4: .*one line"),
    ],
)
def test_a_changed_file_is_refused(old: str, new: str, error: type[TradewatchError], said: str) -> None:
    text = ZH.decode("gb18030")
    assert old in text
    with pytest.raises(error, match=said) as refused:
        parsed(text.replace(old, new, 1).encode("gb18030"))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (ZH.decode("gb18030").encode("utf-8"), "UTF-8, where the platform writes GB18030"),
        (ZH.decode("gb18030").encode("utf-8-sig"), "byte order mark"),
        (ZH[:-4], "the file was cut"),
        (ZH.replace(b'"344"', b'"3\x0044"', 1), "NUL"),
        (ZH.replace("个".encode("gb18030"), b"\xff\xff", 1), "is not gb18030"),
        (ZH.replace(b'",\n', b'"\n'), "the file was cut or saved again"),
        (ZH.replace(b'"344"', b'"' + b"3" * 1_000_001 + b'"', 1), "line 2: longer than"),
    ],
)
def test_damaged_bytes_are_refused(body: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        parsed(body)


@pytest.mark.parametrize(
    ("name", "currency", "rows", "value"),
    [
        ("2023.csv", "CNY", 40, 402_526_956_940),
        ("2024in.csv", "CNY", 36, 359_701_179_444),
        ("2024out.csv", "CNY", 29, 5_409_809),
        ("downloadData (63).csv", "USD", 98, 537_401_672),
    ],
)
def test_real_exports(real: Path, name: str, currency: str, rows: int, value: int) -> None:
    release = parsed((real / "gacc/query_export" / name).read_bytes(), rows=rows)
    assert (release.rows_read, release.rows["value"].sum()) == (rows, value)
    assert set(release.rows["currency"]) == {currency}


def test_russia_in_a_real_export(real: Path) -> None:
    release = parsed((real / "gacc/query_export/downloadData (63).csv").read_bytes(), "import", rows=98)
    russia = release.rows.filter(pl.col("partner_code") == "344")
    assert russia["place"].to_list() == ["lines 16, 17, 18 and 3 more", "lines 60, 61, 62"]  # nine rows of the file
    assert russia["value"].sum() == 1_950_686
