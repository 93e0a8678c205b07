"""UN Comtrade's three layouts: what their rows become, and every way in which a file is refused."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tradewatch import sources
from tradewatch.errors import (
    DataError,
    SourceChanged,
    SourceRefused,
    SourceTruncated,
    SourceUnavailable,
    TradewatchError,
)
from tradewatch.records import ROWS, Pull, Release
from tradewatch.sources import comtrade_codes
from tradewatch.sources.comtrade_bulk import FIELDS as BULK_FIELDS
from tradewatch.sources.comtrade_bulk import parse as parse_bulk
from tradewatch.sources.comtrade_website import parse as parse_website
from tradewatch.sources.tables import LONGEST_LINE

FILES = Path(__file__).parent / "files"
ROW: dict[str, Any] = json.loads((FILES / "comtrade_api.json").read_text(encoding="utf-8"))["data"][0]
"""Kazakhstan's exports of 854231 to the world in 2023, 305,000.125 USD; invented."""


def parsed(body: bytes, name: str = "file") -> Release:
    return sources.parse(Pull(name=name, body=body, fetched_at=datetime(2026, 11, 24)))


def answer(rows: Sequence[dict[str, Any]], **envelope: object) -> bytes:
    """An answer of the API."""
    return json.dumps({"elapsedTime": "0.1 secs", "count": len(rows), "data": rows, "error": ""} | envelope).encode()


def download(rows: Sequence[dict[str, Any]], ending: str = ",\n", encoding: str = "cp1252") -> bytes:
    """A download of the website: all quoted, nulls blank, one comma too many."""
    out = StringIO()
    out.write(",".join(comtrade_codes.FIELDS) + "\n")
    for row in rows:
        words = (str(word).lower() if isinstance(word, bool) else word for word in map(row.get, comtrade_codes.FIELDS))
        out.write(",".join("" if word is None else f'"{word}"' for word in words) + ending)
    return out.getvalue().encode(encoding)


def export(value: str, **changes: object) -> dict[str, Any]:
    return ROW | {"fobvalue": float(value), "primaryValue": float(value)} | changes


def only(release: Release) -> dict[str, Any]:
    assert release.rows.height == 1
    return release.rows.row(0, named=True)


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("comtrade_api.json", "comtrade_api"),
        ("comtrade_website.csv", "comtrade_website"),
        ("comtrade_website_old.csv", "comtrade_website"),
        ("comtrade_bulk.tsv", "comtrade_bulk"),
        ("comtrade_lines.json", "comtrade_lines"),
        ("comtrade_bulk_lines.tsv", "comtrade_bulk"),
    ],
)
def test_each_layout_is_recognised_by_one_module_alone(name: str, layout: str) -> None:
    body = (FILES / name).read_bytes()
    assert [module.LAYOUT for module in sources.ALL if module.recognises(body)] == [layout]


@pytest.mark.parametrize(
    ("name", "first"), [("comtrade_api.json", 0), ("comtrade_website.csv", 2), ("comtrade_bulk.tsv", 2)]
)
def test_the_three_layouts_give_the_same_rows(name: str, first: int) -> None:
    release = parsed((FILES / name).read_bytes())
    place = "data[{}]" if first == 0 else "line {}"
    assert release.rows.drop("summed", "place").rows() == [
        ("398", "0", "export", "A", date(2023, 1, 1), "HS2022", "854231", Decimal("305000.125"), "USD", "FOB",
         Decimal("61.25"), Decimal(1200), "u", False),
        ("398", "643", "export", "A", date(2023, 1, 1), "HS2022", "854231", Decimal("300000.125"), "USD", "FOB",
         Decimal("60.5"), Decimal(1150), "u", False),
        ("398", "531", "export", "A", date(2023, 1, 1), "HS2022", "854231", Decimal(5000), "USD", "FOB",
         None, None, None, True),
        ("398", "276", "import", "A", date(2023, 1, 1), "HS2022", "010121", Decimal(74251272075), "USD", "CIF",
         Decimal("61.25"), Decimal(1200), "kg", False),
    ]  # fmt: skip
    assert release.rows["place"].to_list() == [place.format(first + n) for n in (0, 1, 3, 4)]
    assert dict(release.rows.schema) == dict(ROWS)
    assert (release.rows_read, release.rows_rejected) == (6, 2)
    assert [note[:16] for note in release.notes] == ["1 rows of flow M", "1 rows that brea"]
    assert (release.source, release.blocks, release.released_at) == ("comtrade", (), None)


def test_the_old_site_has_months_years_and_flow_numbers() -> None:
    release = parsed((FILES / "comtrade_website_old.csv").read_bytes())
    assert release.rows.drop("reporter_code", "currency", "summed", "place").rows() == [
        ("276", "import", "M", date(2016, 3, 1), "HS2012", "010121", Decimal(40000), "CIF",
         Decimal(6000), Decimal(12), "u", False),
        ("643", "re_export", "A", date(2016, 1, 1), "HS2012", "854231", Decimal(61234), "FOB",
         Decimal(75), None, None, True),
    ]  # fmt: skip


def test_the_old_site_headings_come_in_either_order() -> None:
    lines = list(csv.reader((FILES / "comtrade_website_old.csv").read_text(encoding="utf-8").splitlines()))
    turned = "\n".join(",".join(f'"{field}"' for field in reversed(line)) for line in lines).encode()
    assert only_values(parsed(turned)) == [Decimal(40000), Decimal(61234)]


def only_values(release: Release) -> list[Decimal]:
    return release.rows["value"].to_list()


def test_the_old_site_as_reported_without_an_edition_is_refused() -> None:
    body = (FILES / "comtrade_website_old.csv").read_bytes().replace(b'"H4"', b'"HS"')
    with pytest.raises(DataError, match=r"line 2: classificationCode is 'HS', where a stated HS edition"):
        parsed(body)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [(b",1,1,", b",1,9,", "Trade Flow Code is '9'"), (b',"","",0\n', b',"","",8\n', "Flag is '8'")],
)
def test_unknown_codes_of_the_old_site_are_refused(old: bytes, new: bytes, said: str) -> None:
    body = (FILES / "comtrade_website_old.csv").read_bytes().replace(b",,,0\n", b',"","",0\n').replace(old, new, 1)
    with pytest.raises(SourceChanged, match=said):
        parsed(body)


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("895881332.307", "895881332.307"),
        ("74251272075.0", "74251272075"),
        ("999999999999999.999", "999999999999999.999"),
        ("2.5E7", "25000000"),
        ("0.1", "0.1"),
        ("12.34567", "12.346"),
    ],
)
def test_values_are_exact_to_three_decimals(text: str, exact: str) -> None:
    body = answer([ROW]).replace(b'"primaryValue": 305000.125', f'"primaryValue": {text}'.encode())
    assert only(parsed(body))["value"] == Decimal(exact)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-5", '"1,234"', '"$5"', "null", "1e400", '"nan"', "[1]", "true"])
def test_what_is_no_number_is_refused(text: str) -> None:
    body = answer([ROW]).replace(b'"primaryValue": 305000.125', f'"primaryValue": {text}'.encode())
    with pytest.raises(TradewatchError):
        parsed(body)


@pytest.mark.parametrize("text", ["nan", "inf", "-5", "(5)", "1.234,5", "$5", ""])
def test_what_is_no_number_in_a_table_is_refused_with_its_line(text: str) -> None:
    body = (FILES / "comtrade_website.csv").read_bytes().replace(b'"300000.125"', f'"{text}"'.encode(), 2)
    with pytest.raises(DataError, match=r"line 3: (fobvalue|primaryValue) is"):
        parsed(body)


def test_weights_and_quantities_of_nought_are_not_stated() -> None:
    row = only(parsed(answer([ROW | {"qty": 0.0, "netWgt": 0}])))
    assert (row["net_kg"], row["quantity"], row["quantity_unit"]) == (None, None, None)


def test_an_unknown_unit_keeps_its_number() -> None:
    assert only(parsed(answer([ROW | {"qtyUnitCode": 99}])))["quantity_unit"] == "unit 99"


def test_imports_valued_at_fob_say_so() -> None:
    imports = ROW | {"flowCode": "M", "cifvalue": 0, "fobvalue": 5.5, "primaryValue": 5.5}
    assert only(parsed(answer([imports])))["valuation"] == "FOB"
    assert only(parsed(answer([imports | {"cifvalue": 5.5}])))["valuation"] == "CIF"
    assert only(parsed(answer([imports | {"cifvalue": 6, "primaryValue": 6}])))["valuation"] == "CIF"


def test_months_and_spaces_in_codes() -> None:
    changes = {"freqCode": "M", "period": "202311", "refMonth": 11, "mosCode": "0 ", "partnerCode": "643 "}
    row = only(parsed(answer([ROW | changes])))
    assert (row["freq"], row["period"], row["partner_code"]) == ("M", date(2023, 11, 1), "643")


def test_converted_rows_are_noted() -> None:
    release = parsed(answer([ROW | {"isOriginalClassification": False, "classificationCode": "H4"}]))
    assert release.notes == ("1 rows were converted by the UN to an HS edition they were not reported in.",)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"typeCode": "S"}, DataError, "typeCode is 'S', where C"),
        ({"classificationCode": "S3"}, DataError, "classificationCode is 'S3', where a stated HS edition"),
        ({"classificationCode": "H7"}, DataError, "classificationCode is 'H7'"),
        ({"flowCode": "Q"}, SourceChanged, "flowCode is 'Q'"),
        ({"freqCode": "Q"}, SourceChanged, "freqCode is 'Q'"),
        ({"period": "202313", "freqCode": "M"}, DataError, "period is '202313'"),
        ({"period": "202301"}, DataError, "period is '202301'"),
        ({"period": "2022"}, DataError, "refYear is '2023'"),
        ({"reporterCode": None}, SourceChanged, "reporterCode is blank"),
        ({"reporterCode": "KAZ\x07" + "x" * 500}, SourceChanged, "reporterCode is 'KAZx{77}…'"),
        ({"cmdCode": "8542.31"}, DataError, "cmdCode is '8542.31'"),
        ({"isQtyEstimated": 2}, SourceChanged, "isQtyEstimated is '2'"),
        ({"partnerCode": {"id": 1}}, SourceChanged, "partnerCode is neither text nor a number"),
        ({"partnerCode": "\ud800"}, SourceChanged, "partnerCode is neither text nor a number"),
    ],
)
def test_unknown_codes_are_refused(changes: dict[str, Any], error: type[TradewatchError], said: str) -> None:
    with pytest.raises(error, match=said) as refused:
        parsed(answer([ROW | changes]))
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


# ── answers of the API that are no data ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        (answer([ROW], count=205), DataError, "says that it has '205' rows and holds 1"),
        (answer([ROW], count=None), SourceChanged, "'count'"),
        (answer([], count=-1, error="Invalid parameter value"), SourceRefused, "Invalid parameter value"),
        (answer([], error="Something failed"), SourceRefused, "Something failed"),
        (b'{"statusCode":401,"message":"Access denied due to missing subscription key."}', SourceRefused, "Access"),
        (b'{"statusCode":403,"message":"Out of call volume quota."}', SourceUnavailable, "quota.*later"),
        (b'{"statusCode":429,"message":"Rate limit is exceeded."}', SourceUnavailable, "Rate limit"),
        (b'{"statusCode":404,"message":"Resource not found"}', SourceRefused, "Resource not found"),
        (answer([ROW, {k: v for k, v in ROW.items() if k != "qty"}]), SourceChanged, r"data\[1\]: .*missing '\['qty'"),
        (answer([ROW])[:-30], DataError, "not whole JSON"),
        (answer([ROW]).replace(b"Kazakhstan", b"K\xe9"), DataError, "is not utf-8"),
        (answer([ROW]).replace(b"Kazakhstan", b"K\x00"), DataError, "NUL"),
        (b"\xef\xbb\xbf" + answer([ROW]), DataError, "byte order mark"),
        (b'{"count":1,"data":' + b"[" * 100_000, DataError, "not whole JSON"),
        (answer([ROW] * 500), SourceTruncated, "exactly 500 rows"),
    ],
)
def test_answers_that_are_no_data_say_why(body: bytes, error: type[TradewatchError], said: str) -> None:
    with pytest.raises(error, match=said):
        parsed(body, "answer.json")


def test_extra_keys_around_the_data_are_tolerated() -> None:
    assert parsed(answer([ROW], url="https://…", tail=["]", "}"])).rows_read == 1


def test_fields_that_the_un_added_are_noted() -> None:
    release = parsed(answer([ROW | {"newField": 1}, ROW | {"partnerCode": 276, "other": [{"a": 1}]}]))
    assert release.rows_read == 2
    assert release.notes == ("fields 'newField, other' are new and were not read.",)


def test_an_empty_answer_is_a_release_without_rows() -> None:
    release = parsed(answer([]))
    assert (release.rows.height, release.rows_read, dict(release.rows.schema)) == (0, 0, dict(ROWS))
    assert release.notes == ("No rows: nothing was recorded for what was asked, or it is not yet released.",)


# ── tables that were cut or changed ───────────────────────────────────────────────────────────────────────────────


def test_a_download_may_be_windows_1252_or_utf_8_with_or_without_the_last_comma() -> None:
    rows = [ROW | {"partnerDesc": "Curaçao"}]
    for body in (download(rows), download(rows, encoding="utf-8"), download(rows, "\n"), download(rows, ",\r\n")):
        assert only_values(parsed(body)) == [Decimal("305000.125")]


def test_a_heading_alone_is_a_release_without_rows() -> None:
    assert parsed(download([])).rows.height == 0


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        (b"netWgt,", b"netWeight,", SourceChanged, "headings: 'netWgt' missing"),
        (b"isAggregate\n", b"isAggregate,extra\n", SourceChanged, "headings: 'extra' unknown"),
        (b"altQty,", b"qty,", SourceChanged, "headings: 'altQty' missing"),
        (b'"KAZ",', b"", DataError, "line 3: 48 fields where 47 were expected"),
        (b'"KAZ"', b'"KAZ","KAZ"', DataError, "fields where"),
        (b'"KAZ"', b'"KAZ', DataError, "quotes do not match"),
        (b'"KAZ"', b'"K\nZ"', DataError, "line 2"),
        (b'"KAZ"', b'"K\x81Z"', DataError, "is not cp1252"),
        (b'"KAZ"', b'"' + b"K" * (LONGEST_LINE + 1) + b'"', DataError, "line 2: longer than 1,000,000 bytes"),
        (b'"true",\n', b'"true","9"\n', DataError, "line 2: "),
        (b'"false","true",\n', b'"fa', DataError, "line 2: quotes do not match"),
    ],
)
def test_a_changed_download_is_refused(old: bytes, new: bytes, error: type[TradewatchError], said: str) -> None:
    body = (FILES / "comtrade_website.csv").read_bytes()
    assert old in body
    with pytest.raises(error, match=said):
        parsed(body.replace(old, new, 1))


def test_a_download_cut_anywhere_in_its_last_row_is_refused() -> None:
    body = (FILES / "comtrade_website.csv").read_bytes().rstrip(b"\n")
    start = body.rindex(b"\n") + 2
    for end in range(start, len(body) - 1):
        with pytest.raises(TradewatchError):
            parsed(body[:end])


def test_a_field_lost_in_the_only_row_does_not_shift_the_others() -> None:
    with pytest.raises(DataError, match="line 2: isAggregate is blank"):
        parsed(download([ROW]).replace(b'"0.0","false",,', b'"false",,'))


def test_a_bulk_file_with_a_short_line_is_refused() -> None:
    body = (FILES / "comtrade_bulk.tsv").read_bytes()
    with pytest.raises(DataError, match="line 7: 33 fields where 34 were expected"):
        parsed(body[: body.rindex(b"\t")])


def test_a_download_in_utf_16_is_refused() -> None:
    with pytest.raises(TradewatchError):
        parse_website(Pull(name="f", body=download([ROW], encoding="utf-16"), fetched_at=datetime(2026, 1, 1)))


def test_a_web_page_is_refused() -> None:
    page = Pull(name="f", body=b"<!DOCTYPE html><title>502</title>", fetched_at=datetime(2026, 1, 1))
    for parse in (parse_website, parse_bulk):
        with pytest.raises(DataError, match="a web page"):
            parse(page)
        with pytest.raises(DataError, match="empty"):
            parse(replace(page, body=b" "))


# ── breakdowns ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_total_is_kept_and_its_breakdown_left_out() -> None:
    release = parsed(answer([export("10", motCode=1000), export("10"), export("10", partner2Code=643)]))
    assert only_values(release) == [10]
    assert (release.rows_read, release.rows_rejected, release.rows["place"][0]) == (3, 2, "data[1]")


@pytest.mark.parametrize("dimension", [{"partner2Code": 643}, {"customsCode": "C01"}, {"motCode": 2100}])
def test_without_a_total_one_dimension_is_summed(dimension: dict[str, Any]) -> None:
    other = {"partner2Code": 276, "customsCode": "C02", "motCode": 3100}
    rows = [export("4", **dimension), export("6.5", **{key: other[key] for key in dimension})]
    release = parsed(answer(rows))
    row = only(release)
    assert (row["value"], row["net_kg"], row["quantity"], row["place"]) == (
        Decimal("10.5"), Decimal("122.5"), 2400, "data[0], data[1]",
    )  # fmt: skip
    assert "1 cells that came without a total were summed" in release.notes[0]


def test_margins_are_summed_and_the_inside_left_out() -> None:
    margins = [export("4", motCode=1000), export("6", motCode=2100)]
    inside = [export("4", motCode=1000, partner2Code=1), export("6", motCode=2100, partner2Code=2)]
    release = parsed(answer(inside + margins))
    assert (only(release)["value"], release.rows_rejected, only(release)["place"]) == (10, 2, "data[2], data[3]")


def test_the_inside_alone_is_summed() -> None:
    inside = [export(str(n), motCode=mode, partner2Code=n) for n in (1, 2, 4) for mode in (1000, 2100)]
    assert only(parsed(answer(inside)))["value"] == 14
    assert only(parsed(answer(inside)))["place"] == "data[0], data[1], data[2] and 3 more"


@pytest.mark.parametrize(
    "rows",
    [
        [export("4", motCode=1000), export("9", partner2Code=1)],
        [
            export("4", motCode=1000),
            export("4", motCode=1000, partner2Code=1),
            export("9", motCode=2100, partner2Code=1),
        ],
        [export("4", motCode=2000), export("4", motCode=2100)],
        [export("4", motCode=9100), export("4", motCode=9110)],
        [export("4", motCode=1000), export("5", motCode=1000)],
        [export("4", motCode=1000, partner2Code=1), export("4", motCode=1000, partner2Code=1)],
    ],
)
def test_sums_that_could_be_another_are_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(DataError):
        parsed(answer(rows))


def test_units_that_differ_are_not_summed() -> None:
    rows = [export("4", motCode=1000), export("6", motCode=2100, qtyUnitCode=8, netWgt=None)]
    row = only(parsed(answer(rows)))
    assert (row["quantity"], row["quantity_unit"], row["net_kg"]) == (None, None, None)


def test_the_same_cell_twice_is_refused_with_both_values() -> None:
    with pytest.raises(DataError, match=r"data\[0\], data\[1\]: .*export of 398 with 0.*5\.000 and 6\.000"):
        parsed(answer([export("5"), export("6")]))


# ── the real files beside the checkout ────────────────────────────────────────────────────────────────────────────


def test_recorded_answers_of_the_api(real: Path) -> None:
    recorded = real / "comtrade" / "recorded_responses"
    for name in ("data_v1_get_C_A_HS__CHN_TOTAL_2010.json", "data_v1_get_C_A_HS__CHN_TOTAL_2010_live2024.json"):
        rows = parsed((recorded / name).read_bytes()).rows
        germany = rows.filter((pl.col("partner_code") == "276") & (pl.col("flow") == "import"))
        assert (rows.height, germany["value"].to_list()) == (4, [Decimal(74251272075)])
        assert set(rows["hs_edition"]) == {"HS2007"}
    assert parsed((recorded / "data_v1_get_S_A_EB__empty.json").read_bytes()).rows.is_empty()
    with pytest.raises(DataError, match="says that it has '205' rows and holds 3"):
        parsed((recorded / "preview_C_A_HS_699_X_2022_cmd30__first3of205.json").read_bytes())
    with pytest.raises(SourceChanged, match="fields missing"):
        parsed((recorded / "bulk_v1_get_C_A_HS__ARG_1962.json").read_bytes())


def test_thailand_partners_sum_to_the_world_in_every_year(real: Path) -> None:
    body = (real / "comtrade/extracts/website_thailand_8542_imports_2014-2024.csv").read_bytes()
    release = parsed(body)
    world = pl.col("partner_code") == "0"
    years = release.rows.group_by("period").agg(
        pl.col("value").filter(world).sum().alias("world"), pl.col("value").filter(~world).sum().alias("partners")
    )
    assert (release.rows_read, release.rows.height, years.height) == (1178, 1178, 11)
    assert years.filter((pl.col("world") - pl.col("partners")).abs() > 3).is_empty()
    latest = years.filter(pl.col("period") == date(2024, 1, 1))["world"].item()
    assert round(latest) == 24_427_995_898


def test_the_portuguese_cube_is_not_summed_four_times(real: Path) -> None:
    lines = (real / "comtrade/extracts/cube_portugal_angola_2016_partner2_by_mot.csv").read_text(encoding="utf-8")
    read = [row for row in csv.DictReader(lines.splitlines()) if row["flowCode"] == "M"]
    cube = [
        ROW
        | {"reporterCode": 620, "partnerCode": 24, "flowCode": "M", "cmdCode": "TOTAL", "fobvalue": None}
        | {"partner2Code": int(row["partner2Code"]), "motCode": int(row["motCode"])}
        | {"primaryValue": float(row["primaryValue"].replace("$", "").replace(",", ""))}
        for row in read
    ]
    total = next(row for row in cube if row["partner2Code"] == row["motCode"] == 0)
    total["primaryValue"] = 895881332.307  # the exact figure; the extract prints cents
    for body in (answer(cube), download(cube)):
        release = parsed(body)
        assert only(release)["value"] == Decimal("895881332.307")
        assert release.rows_rejected == len(cube) - 1
    naive = sum(row["primaryValue"] for row in cube) / 895881332.307
    assert round(naive, 2) == 4.00
    without_total = only(parsed(answer([row for row in cube if row is not total])))
    assert abs(without_total["value"] - Decimal("895881332.307")) < 1


def test_a_bulk_file_rebuilt_from_its_hundred_rows(real: Path) -> None:
    frame = pl.read_parquet(real / "comtrade/bulk/bulk_sample_100_rows_34_columns.parquet")
    frame.columns = list(BULK_FIELDS)
    release = parsed(frame.write_csv(separator="\t").encode())
    assert (release.layout, release.rows.height, release.rows["value"][0]) == ("comtrade_bulk", 100, 26341029193)
    assert set(release.rows["hs_edition"]) == {"HS1992"}


def test_five_thousand_european_rows(real: Path) -> None:
    frame = pl.read_parquet(real / "comtrade/extracts/eu_imports_world_2018-2022.parquet")
    frame.columns = list(comtrade_codes.FIELDS)
    release = parsed(answer(frame.to_dicts()))
    assert (release.rows_read, release.rows.height) == (5004, 5004)
    assert release.rows["value"].sum() == frame["primaryValue"].cast(pl.Decimal(18, 3)).sum()
