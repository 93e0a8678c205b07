"""UN Comtrade's tariff lines, bulk files and lists of them: what they become, and what a call asked of them."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import polars as pl
import pytest
from comtrade_stand_in.gate import PREMIUM
from comtrade_stand_in.process import Running, running
from comtrade_stand_in.world import World

from tradewatch import facts, sources
from tradewatch.errors import DataError, SourceChanged, SourceRefused, SourceTruncated, TradewatchError
from tradewatch.records import ROWS, Pull, Question, Release
from tradewatch.sources import comtrade_codes, comtrade_lines, tables
from tradewatch.sources.comtrade_bulk import BulkFile, files_of_list

FILES = Path(__file__).parent / "files"
BODY = (FILES / "comtrade_lines.json").read_bytes()
BULK = (FILES / "comtrade_bulk.tsv").read_bytes()
BULK_LINES = (FILES / "comtrade_bulk_lines.tsv").read_bytes()
LINE: dict[str, Any] = json.loads(BODY)["data"][0]
"""Kazakhstan's exports of 8542311000 to Russia by sea in March 2022, 1,000.125 USD; invented."""

MARCH = date(2022, 3, 1)
RELEASED = datetime(2022, 5, 2, 10, 30)
ASKED = Question(
    reporters=("398",),
    partners=("0", "643", "276"),
    flows=("export", "import"),
    freq="M",
    commodities=("854231", "854239"),
    periods=(date(2022, 2, 1), MARCH),
    released={("398", MARCH): RELEASED},
    lines=True,
)
YEAR = replace(
    ASKED, freq="A", periods=(date(2023, 1, 1),), released={("398", date(2023, 1, 1)): RELEASED}, lines=False
)


def parsed(body: bytes, *asked: Question) -> Release:
    layout = "comtrade_lines" if asked and body.startswith(b"{") else ""  # whoever asks an answer knows what it is
    return sources.parse(Pull(name="file", body=body, fetched_at=datetime(2026, 11, 24), asked=asked, layout=layout))


def answer(*rows: dict[str, Any], **envelope: object) -> bytes:
    return json.dumps({"elapsedTime": "0.1 secs", "count": len(rows), "data": rows, "error": ""} | envelope).encode()


# ── tariff lines ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("body", "item", "first"), [(BODY, "data[{}]", 0), (BULK_LINES, "{}", 2)])
def test_the_lines_of_a_flow_are_summed(body: bytes, item: str, first: int) -> None:
    release = parsed(body)
    assert release.rows.drop("reporter_code", "freq", "period", "hs_edition", "currency", "place").rows() == [
        ("643", "export", "8542311000", Decimal("5500.625"), "FOB", Decimal(10), Decimal(400), "u", False, True),
        ("643", "export", "85423990", Decimal("895881332.307"), "FOB", None, None, None, False, True),
        ("276", "import", "85423990", Decimal("7.5"), "CIF", Decimal("2.5"), Decimal(100), "u", False, True),
    ]
    assert release.rows.select("reporter_code", "freq", "period", "hs_edition", "currency").unique().rows() == [
        ("398", "M", MARCH, "HS2022", "USD")
    ]
    shown = ", ".join(item.format(first + n) for n in range(3))
    assert release.rows["place"][0] == ("lines " if first else "") + shown + " and 1 more"
    assert dict(release.rows.schema) == dict(ROWS)
    assert (release.rows_read, release.rows_rejected, release.blocks) == (7, 1, ())
    assert [note[:26] for note in release.notes] == [
        "1 rows with a code of 11 d", "1 rows of flow FM left out", "3 cells that came without ",
    ]  # fmt: skip


def test_values_are_exact_and_rounded_only_once() -> None:
    body = answer(LINE).replace(b'"primaryValue": 1000.125', b'"primaryValue": 999999999999999.999')
    assert parsed(body).rows["value"].to_list() == [Decimal("999999999999999.999")]


def test_lines_of_two_partners_periods_and_editions_stay_apart() -> None:
    others = ({"partnerCode": 31}, {"period": "202204"}, {"classificationCode": "H5"}, {"flowCode": "RX"})
    assert parsed(answer(LINE, *(LINE | other for other in others))).rows.height == 5


@pytest.mark.parametrize("digits", [6, 7, 8, 9, 10])
def test_national_codes_are_kept_as_they_are(digits: int) -> None:
    code = "0101211000"[:digits]
    assert parsed(answer(LINE | {"cmdCode": code})).rows["commodity"].to_list() == [code]


def without(name: str) -> dict[str, Any]:
    return {field: value for field, value in LINE.items() if field != name}


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        (answer(LINE | {"cmdCode": "854231100011"}), DataError, "cmdCode is '854231100011'"),
        (answer(LINE | {"cmdCode": "TOTAL"}), SourceChanged, r"data\[0\]: cmdCode is 'TOTAL', where a national code"),
        (answer(LINE, LINE | {"partnerCode": 0}), SourceChanged, r"data\[1\]: partnerCode is '0', where a partner"),
        (answer(LINE | {"period": None}), DataError, "period is blank, where YYYY"),
        (answer(LINE | {"flowCode": "Q"}), SourceChanged, "flowCode is 'Q'"),
        (answer(LINE | {"motCode": "air"}), SourceChanged, "motCode is 'air'"),
        (answer(LINE | {"primaryValue": None}), DataError, "primaryValue is blank"),
        (answer(LINE | {"primaryValue": -1}), DataError, "primaryValue is '-1'"),
        (answer(LINE | {"qty": [1]}), SourceChanged, "qty is neither text nor a number"),
        (answer(LINE, without("qty")), SourceChanged, r"data\[1\]: fields missing '\['qty'\]'.*34 of tariff lines"),
        (answer(LINE | {"newField": 1}), SourceChanged, r"unknown '\['newField'\]'"),
        (answer(LINE, LINE | {"refYear": 2022}), SourceChanged, r"data\[1\]: .*unknown '\['refYear'\]'"),
        (answer(LINE, count=2), DataError, "says that it has '2' rows and holds 1"),
        (answer(LINE)[:-20], DataError, "not whole JSON"),
        (answer(*[LINE] * 500), SourceTruncated, "exactly 500 rows"),
        (answer(LINE, error="Something failed"), SourceRefused, "Something failed"),
        (BULK_LINES.replace(b"motCode\t", b"mot\t", 1), SourceChanged, "'motCode' missing; 'mot' unknown.*the 23"),
        (BULK_LINES.replace(b"\tC01", b"", 1), DataError, "line 2: 22 fields where 23"),
        (BULK_LINES.replace(b"\t643\t", b"\t0\t", 1), SourceChanged, "line 2: partnerCode is '0'"),
    ],
)
def test_what_is_no_tariff_line_is_refused(body: bytes, error: type[TradewatchError], said: str) -> None:
    with pytest.raises(error, match=said):
        parsed(body)


def test_a_sum_too_large_for_a_fact_is_refused() -> None:
    with pytest.raises(DataError, match="a sum of 10\\^15 or more"):
        parsed(answer(*[LINE | {"primaryValue": 9e14}] * 2))


# ── what a call asked of them ─────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_covers_the_national_codes_that_came_and_no_others() -> None:
    release = parsed(BODY, ASKED)
    assert [(block.flow, block.commodities) for block in release.blocks] == [
        ("export", ("8542311000", "85423990")),
        ("import", ("85423990",)),
    ]
    assert {block.partners for block in release.blocks} == {("643", "276")}
    assert [block.known for block in release.blocks] == [ASKED.released] * 2
    assert (release.rows_read, release.rows_rejected) == (7, 1 + 0)


def test_the_codes_of_one_reporter_are_no_zeros_of_another() -> None:
    other = LINE | {"reporterCode": 156, "cmdCode": "85423190"}
    released = {("398", MARCH): RELEASED, ("156", MARCH): RELEASED}
    release = parsed(answer(LINE, other), replace(ASKED, reporters=("398", "156"), released=released))
    assert [(block.reporters, block.commodities, dict(block.known or {})) for block in release.blocks] == [
        (("156",), ("85423190",), {("156", MARCH): RELEASED}),
        (("398",), ("8542311000",), {("398", MARCH): RELEASED}),
    ]


def test_six_digits_are_final_data_s_and_not_covered_by_lines() -> None:
    release = parsed(answer(LINE | {"cmdCode": "854231"}), ASKED)
    assert (release.rows["commodity"].to_list(), release.blocks) == (["854231"], ())


def test_an_answer_without_rows_is_read_as_what_was_asked() -> None:
    assert (parsed(answer(), ASKED).layout, parsed(answer(), ASKED).blocks) == ("comtrade_lines", ())
    assert parsed(answer()).layout == "comtrade_api"


def test_lines_revise_and_withdraw_lines_but_no_final_figure(con: duckdb.DuckDBPyConnection) -> None:
    lines = parsed(answer(LINE, LINE, LINE | {"partnerCode": 276}), ASKED)
    total = lines.rows.head(1).with_columns(commodity=pl.lit("854231"), summed=pl.lit(False))
    final = replace(lines, rows=total, blocks=ASKED.blocks(ASKED.released))
    fewer = parsed(answer(LINE), ASKED)
    parsed_again: dict[int, facts.Loading] = {}  # nothing arrives late here
    for day, release in enumerate((final, lines, fewer), start=1):
        loading = facts.Loading(release=release, pull_id=day, known_from=datetime(2022, 6, day), sha256=f"{day}")
        counts = facts.load(con, loading, parsed_again.__getitem__).counts
    assert counts == {"new": 0, "revised": 1, "withdrawn": 1, "unchanged": 0}
    standing = "select commodity, value from facts.trade_history where known_to is null and not withdrawn order by all"
    assert con.execute(standing).fetchall() == [("854231", Decimal("2000.25")), ("8542311000", Decimal("1000.125"))]


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"commodities": ("854239",)}, 2),
        ({"commodities": ("85",)}, 3),
        ({"commodities": ("854231",)}, 1),
        ({"flows": ("import",)}, 1),
        ({"partners": ("276",)}, 1),
        ({"partners": ("276",), "every_partner": True}, 3),
    ],
)
def test_lines_outside_the_question_are_counted(change: dict[str, Any], left: int) -> None:
    question = replace(ASKED, **change)
    whole = parsed(BODY, ASKED).rows
    for body in (BODY, BULK_LINES):
        release = parsed(body, question)
        assert release.rows.height == left
        assert release.rows.join(whole, on=[*ROWS][:8], how="anti").is_empty()
        assert release.rows_read == 7
        assert release.rows_rejected >= 1


def test_another_file_than_the_one_asked_for_is_refused() -> None:
    other = replace(ASKED, reporters=("156",), released={("156", MARCH): RELEASED})
    for body in (BODY, BULK_LINES):
        with pytest.raises(DataError, match=r"figures of 398 202203 .*where 156 202203 was asked for"):
            parsed(body, other)
    with pytest.raises(DataError, match="where nothing was asked for"):
        parsed(BULK, replace(YEAR, released={}))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [(b"\tX\t0", b"\tExport\t0", "flowCode is 'Export'"), (b"\tX\t0\t", b"\tX\tW00\t", "partnerCode is 'W00'")],
)
def test_a_code_in_a_new_form_is_no_silence(old: bytes, new: bytes, said: str) -> None:
    with pytest.raises(SourceChanged, match=said):
        parsed(BULK.replace(old, new, 1), replace(YEAR, commodities=("999999",)))


def test_a_bulk_file_is_cut_down_to_what_was_asked() -> None:
    release = parsed(BULK, replace(YEAR, flows=("export",), partners=("0", "643")))
    assert release.rows["partner_code"].to_list() == ["0", "643"]
    assert (release.rows_read, release.rows_rejected) == (6, 4)
    assert release.notes[0] == "3 rows that were not asked for left out."
    assert [note[:16] for note in release.notes[1:]] == ["1 rows that brea"]
    assert release.blocks == replace(YEAR, flows=("export",), partners=("0", "643")).blocks(YEAR.released)


def test_a_bulk_file_without_a_dataset_says_nothing_of_it() -> None:
    earlier = {("398", date(2022, 1, 1)): RELEASED}
    question = replace(YEAR, periods=(date(2022, 1, 1), *YEAR.periods), released={**YEAR.released, **earlier})
    assert parsed(BULK, question).blocks == question.blocks(YEAR.released)
    assert parsed(BULK.partition(b"\n")[0] + b"\n", YEAR).blocks == ()


def test_more_than_one_question_is_a_slip_of_the_caller() -> None:
    with pytest.raises(ValueError, match="2 questions"):
        parsed(BULK, YEAR, YEAR)


def test_pieces_of_a_file_are_read_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = parsed(BULK)
    for piece in (len(BULK.partition(b"\n")[0]), 400, len(BULK) - 1):
        monkeypatch.setattr(tables, "PIECE", piece)
        assert parsed(BULK).rows.equals(whole.rows)
        with pytest.raises(DataError, match="line 7: 33 fields where 34 were expected"):
            parsed(BULK[: BULK.rindex(b"\t")])
        with pytest.raises(DataError, match=f"byte {len(BULK) - 1:,} is not utf-8"):
            parsed(BULK[:-2] + b"\xff\n")


# ── against a world of the stand-in ───────────────────────────────────────────────────────────────────────────────

WORLD = World(first="202203", months=2, partners=6, goods=6)
KEY = {"Ocp-Apim-Subscription-Key": PREMIUM}


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Running]:
    world = {"first": WORLD.first, "months": WORLD.months, "partners": WORLD.partners, "goods": WORLD.goods}
    with running(world=world) as found:
        yield found


def call(stand_in: Running, path: str, **given: str) -> bytes:
    reply, body = stand_in.get(f"{path}?{urlencode(given, safe=',')}", **KEY)
    assert reply.status == 200
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") and not path.startswith("/bulk/v1/file") else body


def bulk_file(stand_in: Running, service: str, reporter: str) -> bytes:
    listed = call(stand_in, f"/bulk/v1/{service}/C/M/HS", reporterCode=reporter, period="202203")
    (file,) = files_of_list(listed, "list")
    body = call(stand_in, file.path)
    assert abs(len(body) - file.size) < 10
    return body


def question(reporter: str, **changes: Any) -> Question:
    asked = Question(
        reporters=(reporter,),
        partners=("0", *map(str, WORLD.partner_codes[:4])),
        flows=("export", "import"),
        freq="M",
        commodities=tuple(goods.code for goods in WORLD.goods_of("H6")[:3]),
        periods=(MARCH,),
        released={(reporter, MARCH): RELEASED},
    )
    return replace(asked, **changes)


def data(stand_in: Running, path: str, asked: Question, **pins: str) -> bytes:
    partners = {} if asked.every_partner else {"partnerCode": ",".join(asked.partners)}
    flows = ",".join(code for code, flow in comtrade_codes.FLOWS.items() if flow in asked.flows)
    lists = {"reporterCode": asked.reporters[0], "cmdCode": ",".join(asked.commodities), "flowCode": flows}
    return call(stand_in, path, period="202203", **lists, **partners, **pins)


def comparable(release: Release) -> pl.DataFrame:
    return release.rows.drop("place").sort("partner_code", "flow", "commodity")


@pytest.mark.parametrize("every_partner", [False, True])
@pytest.mark.parametrize("reporter", WORLD.reporter_codes)
def test_a_bulk_file_gives_the_rows_of_the_api(stand_in: Running, reporter: int, every_partner: bool) -> None:
    asked = question(str(reporter), every_partner=every_partner)
    pins = {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}
    from_api = parsed(data(stand_in, "/data/v1/get/C/M/HS", asked, **pins))
    assert from_api.rows.height > 10
    for service in ("get", "getClassic"):
        body = bulk_file(stand_in, service, str(reporter))
        release = parsed(body, asked)
        assert comparable(release).equals(comparable(from_api))
        assert release.blocks == asked.blocks(asked.released)
        lines = gzip.decompress(body).count(b"\n") - 1
        assert (release.rows_read, release.rows_rejected) == (lines, lines - release.rows.height)


@pytest.mark.parametrize("reporter", WORLD.reporter_codes)
def test_tariff_lines_are_the_same_from_either_road_and_make_up_final_data(stand_in: Running, reporter: int) -> None:
    asked = question(str(reporter), lines=True)
    from_api = parsed(data(stand_in, "/data/v1/getTariffline/C/M/HS", asked), asked)
    from_bulk = parsed(bulk_file(stand_in, "getTariffline", str(reporter)), asked)
    assert (from_api.layout, from_bulk.layout) == ("comtrade_lines", "comtrade_bulk")
    assert comparable(from_bulk).equals(comparable(from_api))
    assert from_bulk.blocks == from_api.blocks
    final = parsed(bulk_file(stand_in, "get", str(reporter)), question(str(reporter))).rows
    final = final.filter(pl.col("partner_code") != "0").sort("partner_code", "flow", "commodity")
    rows = from_api.rows.with_columns(pl.col("commodity").str.head(6))
    sums = rows.group_by("partner_code", "flow", "commodity").agg(pl.col("value").sum())
    sums = sums.sort("partner_code", "flow", "commodity")
    assert sums.rows() == final.select("partner_code", "flow", "commodity", "value").rows()
    assert sums.height > 5


def test_a_preview_of_tariff_lines_is_read(stand_in: Running) -> None:
    asked = question("156", lines=True, commodities=("854231",))
    body = data(stand_in, "/public/v1/previewTariffline/C/M/HS", asked)
    assert parsed(body, asked).rows["commodity"].str.head(6).unique().to_list() == ["854231"]


# ── lists of bulk files ───────────────────────────────────────────────────────────────────────────────────────────

LISTED: dict[str, Any] = {
    "fileUrl": "https://elsewhere.example/bulk/v1/file/32/b07f98ee4cfb",
    "fileSize": "183.34 KB",
    "isOriginalClassification": True,
    "reporterCode": 32,
    "freqCode": "A",
    "typeCode": "C",
    "classificationCode": "S1",
    "refPeriodId": 196201,
    "period": 1962,
    "publicationDate": "2003-04-29T11:24:10Z",
    "partitionKey": "32",
    "rowKey": "b07f98ee4cfb",
    "timestamp": "2024-03-10T04:54:11.8900761+00:00",
    "eTag": "W/\"datetime'2024-03-10T04%3A54%3A11.8900761Z'\"",
}


def listed(**changes: object) -> BulkFile:
    (file,) = files_of_list(answer(LISTED | changes), "list")
    return file


def test_a_list_says_where_a_file_is_but_never_on_which_host() -> None:
    assert listed() == BulkFile(
        path="/bulk/v1/file/32/b07f98ee4cfb",
        size=187_740,
        reporter="32",
        freq="A",
        period=date(1962, 1, 1),
        classification="S1",
        published=datetime(2003, 4, 29, 11, 24, 10),
        key="b07f98ee4cfb",
        original=True,
    )
    assert files_of_list(answer(), "list") == ()


@pytest.mark.parametrize(
    ("size", "octets"),
    [("1,024.00 KB", 1 << 20), ("8.48 MB", 8_891_924), ("2 GB", 2 << 30), ("12 B", 12), ("1200.00 KB", 1_228_800)],
)
def test_sizes_are_bytes(size: str, octets: int) -> None:
    assert listed(fileSize=size).size == octets


def test_a_file_is_as_new_as_its_publication_or_else_its_time_stamp() -> None:
    stamped = datetime(2024, 3, 10, 4, 54, 11, 890076)
    assert listed(publicationDate=None).published == stamped
    assert listed(publicationDate="2024-03-14T05:41:55.25+02:00").published == datetime(2024, 3, 14, 3, 41, 55, 250_000)
    few = {name: value for name, value in LISTED.items() if name not in ("publicationDate", "isOriginalClassification")}
    (file,) = files_of_list(answer(few), "list")
    assert (file.published, file.original) == (stamped, None)


@pytest.mark.parametrize(
    "url",
    [
        "b07f98ee4cfb",
        "https://elsewhere.example/bulk/v1/file/32",
        "https://elsewhere.example/bulk/v1/file/32/../../../data/v1/get",
        "https://elsewhere.example/other/bulk/v1/file/32/b07f98ee4cfb",
        "https://[elsewhere/bulk/v1/file/32/b07f98ee4cfb",
        None,
    ],
)
def test_an_address_without_the_path_of_a_file_is_refused(url: str | None) -> None:
    with pytest.raises(SourceChanged, match=r"list, data\[0\]: fileUrl is .*/bulk/v1/file/reporter/key"):
        listed(fileUrl=url)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fileSize": "183,34 KB"}, "fileSize is '183,34 KB'"),
        ({"fileSize": "large"}, "fileSize is 'large'"),
        ({"period": 196213, "freqCode": "M"}, "period is '196213'"),
        ({"period": 196201}, "period is '196201', where a period of freqCode A"),
        ({"freqCode": "Q"}, "freqCode is 'Q'"),
        ({"reporterCode": None}, "reporterCode is 'None'"),
        ({"rowKey": "../x"}, "rowKey is '../x'"),
        ({"publicationDate": "yesterday"}, "publicationDate is 'yesterday'"),
        ({"publicationDate": "0001-01-01T00:00:00+14:00"}, "publicationDate is"),
        ({"isOriginalClassification": "yes"}, "isOriginalClassification is 'yes'"),
        ({"more": 1}, r"unknown '\['more'\]'"),
    ],
)
def test_a_list_of_another_form_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SourceChanged, match=said):
        listed(**changes)


def test_a_refusal_in_place_of_a_list_says_why() -> None:
    with pytest.raises(SourceRefused, match="list: UN Comtrade answered 'Access denied"):
        files_of_list(b'{"statusCode":401,"message":"Access denied due to invalid subscription key."}', "list")
    with pytest.raises(SourceChanged, match="something else than rows"):
        files_of_list(b'{"count":1,"data":[1]}', "list")


def test_recorded_lists(real: Path) -> None:
    recorded = real / "comtrade" / "recorded_responses"
    assert files_of_list((recorded / "bulk_v1_get_C_A_HS__empty.json").read_bytes(), "list") == ()
    body = (recorded / "bulk_v1_get_C_A_HS__ARG_1962.json").read_bytes()
    with pytest.raises(SourceChanged, match="fileUrl is 'b07f98ee"):
        files_of_list(body, "list")  # the recording's addresses were cut to their key
    (file,) = files_of_list(body.replace(b'"fileUrl": "', b'"fileUrl": "/bulk/v1/file/32/'), "list")
    assert (file.size, file.period, file.published) == (187_740, date(1962, 1, 1), datetime(2003, 4, 29, 11, 24, 10))


def test_the_layouts_fields_are_those_of_the_uns_client(real: Path) -> None:
    head = (real / "comtrade/notebook_tables/previewTarifflineData_AUS_202205_head.csv").read_text(encoding="utf-8")
    shown = head.splitlines()[0].split(",")
    fields = comtrade_lines.FIELDS
    assert shown[:10] == list(fields[:10])
    assert shown[-10:] == list(fields[-10:])
