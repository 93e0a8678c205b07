"""
The stand-in for UN Comtrade's API is faithful: the UN's own client, pointed at it, gets the rows that its world holds.

The one patch to that client is the host: its addresses are written into it.
"""

import gzip
import importlib
import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from http.client import IncompleteRead, RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from comtrade_stand_in.codes import FIELDS, TARIFFLINE_FIELDS
from comtrade_stand_in.gate import FREE, HOST, PREMIUM
from comtrade_stand_in.process import Running, running
from comtrade_stand_in.world import World

from tradewatch.records import Pull
from tradewatch.sources import comtrade_api, comtrade_bulk

MONTHS = ("202203", "202204", "202202")
PINS = {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}
NOW = datetime(2026, 1, 1)
KEY = {"Ocp-Apim-Subscription-Key": FREE}


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    """One stand-in for the tests that only ask."""
    with running(limits={"keyless": 40, "free": 100, "premium": 250, "rate": 0}, host="self") as stand_in:
        yield stand_in


@pytest.fixture
def stand_in(shared: Running) -> Running:
    """The shared stand-in, without faults and with an empty log."""
    shared.faults()
    shared.forget()
    return shared


@pytest.fixture
def un(stand_in: Running, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The UN's own client, its host replaced by the stand-in's."""
    client = pytest.importorskip("comtradeapicall", reason="the UN's client is not installed", exc_type=ImportError)
    manager = importlib.import_module("urllib3").PoolManager
    request = manager.request

    def redirected(self: object, method: str, url: str, *rest: object, **named: object) -> object:
        return request(self, method, url.replace(HOST, stand_in.url, 1), *rest, **named)

    monkeypatch.setattr(manager, "request", redirected)
    return client


def asked(stand_in: Running, service: str, key: str = FREE, **given: str) -> tuple[int, Any]:
    """Status and JSON of a call, all of it asked unless given."""
    headers = {"Ocp-Apim-Subscription-Key": key} if key else {}
    answer, body = stand_in.get(f"/{service}/C/M/HS?{urlencode(given, safe=',')}", **headers)
    return answer.status, json.loads(body)


def held(world: World, reporter: int, period: str, flow: str) -> dict[tuple[str, int], int]:
    """What a world holds by HS6 code and partner, World included, in thousandths of a dollar."""
    sums: dict[tuple[str, int], int] = {}
    for leaf in world.leaves(reporter, period, flow):
        for partner in (leaf.partner, 0):
            value = sum(part.value for part in leaf.parts)
            sums[leaf.code, partner] = sums.get((leaf.code, partner), 0) + value
    return {place: value for place, value in sums.items() if "~" not in place[0]}


def thousandths(value: float) -> int:
    return round(value * 1000)


@pytest.mark.parametrize("reporter", [156, 398, 417, 792])
def test_the_uns_client_gets_what_the_world_holds(un: Any, stand_in: Running, reporter: int) -> None:
    frame = un._getFinalData(FREE, "C", "M", "HS", ",".join(MONTHS), str(reporter), "AG6", "M", None, "0", "C00", "0")
    assert list(frame.columns) == list(FIELDS)
    for month in MONTHS:
        rows = frame[frame.period == month].itertuples()
        got = {(row.cmdCode, row.partnerCode): thousandths(row.primaryValue) for row in rows}
        assert got == held(stand_in.world, reporter, month, "M")
        assert got, "a test that compares nothing"


def test_the_uns_client_gets_preview_availability_and_notes(un: Any, stand_in: Running) -> None:
    counted = un.previewCountFinalData("C", "M", "HS", "202203", "156", "AG6", "X", None, "0", "C00", "0")
    assert counted["count"].tolist() == [len(held(stand_in.world, 156, "202203", "X"))]
    available = un._getFinalDataAvailability("C", "M", "HS", "202203", "156,398")
    assert available.reporterCode.tolist() == [156, 398]
    assert available.classificationCode.tolist() == ["H6", "H6"]
    assert len(un._getMetadata("C", "M", "HS", "202203", "156", showHistory=True)) == 1
    assert un.getLiveUpdate(FREE).reporterCode.map(type).unique().tolist() == [str]
    assert un.convertCountryIso3ToCode("RUS,USA") == "643,842"
    assert "Road" in un.getReference("mot").text.tolist()


def test_the_uns_client_downloads_bulk_files(un: Any, stand_in: Running, tmp_path: Path) -> None:
    un.bulkDownloadFinalFile(PREMIUM, str(tmp_path), "C", "M", "HS", "202203", "398", decompress=True)
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("COMTRADE-FINAL-CM398202203H6[")
    release = comtrade_bulk.parse(Pull(name=file.name, body=file.read_bytes(), fetched_at=NOW))
    wanted = {place: value for place, value in held(stand_in.world, 398, "202203", "M").items() if place[1]}
    got = release.rows.filter(flow="import").select("commodity", "partner_code", "value").rows()
    values = {(code, int(partner)): thousandths(float(value)) for code, partner, value in got}
    assert {place: values[place] for place in wanted} == wanted


def test_a_gateway_page_loses_the_uns_client_a_month(un: Any, stand_in: Running) -> None:
    """What the connector must not do: 502 in HTML for one of three months gives two, and raises nothing."""
    stand_in.faults(rules=[{"match": "period=202204", "kind": "502_html"}])
    frame = un._getFinalData(FREE, "C", "M", "HS", ",".join(MONTHS), "156", "AG6", "X", None, "0", "C00", "0")
    assert sorted(frame.period.unique()) == ["202202", "202203"]
    assert [entry["status"] for entry in stand_in.log()] == [200, 502, 200]
    assert {entry["key_in"] for entry in stand_in.log()} == {"query"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["429", "403_quota", "500"])
def test_other_refusals_lose_the_uns_client_a_month(un: Any, stand_in: Running, kind: str) -> None:
    stand_in.faults(rules=[{"match": "period=202204", "kind": kind}])
    frame = un._getFinalData(FREE, "C", "M", "HS", ",".join(MONTHS), "156", "AG6", "X", None, "0", "C00", "0")
    assert sorted(frame.period.unique()) == ["202202", "202203"]


def test_tradewatch_reads_the_answers(stand_in: Running) -> None:
    target = f"/data/v1/get/C/M/HS?reporterCode=392,484&period=202203&cmdCode=AG6&{urlencode(PINS)}"
    answer, body = stand_in.get(target, **KEY | {"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    rows = comtrade_api.parse(Pull(name="answer.json", body=gzip.decompress(body), fetched_at=NOW)).rows
    assert rows.height == json.loads(gzip.decompress(body))["count"]


def test_values_are_exact_text(stand_in: Running) -> None:
    """No number passes through floating point on its way into the answer."""
    _, body = stand_in.get(f"/data/v1/get/C/M/HS?reporterCode=156&period=202203&cmdCode=AG6&{urlencode(PINS)}", **KEY)
    rows = json.loads(body, parse_float=str)["data"]
    assert any(len(row["primaryValue"].partition(".")[2]) == 3 for row in rows)


@pytest.mark.parametrize(
    ("target", "key", "status", "message"),
    [
        ("/data/v1/get/C/M/HS", "", 401, "Access denied due to missing subscription key. Make sure to include "),
        ("/data/v1/get/C/M/HS", "x", 401, "Access denied due to invalid subscription key. Make sure to provide a "),
        ("/bulk/v1/get/C/M/HS", FREE, 401, "Access denied due to invalid subscription key."),
        ("/data/v1/getFinalDataAvailability/C/M/HS", FREE, 404, "Resource not found"),
        ("/nothing", "", 404, "Resource not found"),
    ],
)
def test_refusals(stand_in: Running, target: str, key: str, status: int, message: str) -> None:
    answer, body = stand_in.get(target, **({"Ocp-Apim-Subscription-Key": key} if key else {}))
    assert (answer.status, json.loads(body)["statusCode"]) == (status, status)
    assert json.loads(body)["message"].startswith(message)


def test_bad_parameters_are_400_and_odd_ones_are_empty(stand_in: Running) -> None:
    status, refused = asked(stand_in, "data/v1/get", partnercode="RUS")
    assert (status, refused["count"], refused["error"]) == (400, -1, "Invalid parameter value")
    assert refused["errorObject"] == [
        {"MemberNames": ["partnerCode"], "ErrorMessage": "The field partnerCode is invalid"}
    ]
    for odd in ({"period": "2022-03"}, {"flowCode": "-1"}, {"reporterCode": "4"}, {"cmdCode": "999999"}):
        status, empty = asked(stand_in, "data/v1/get", **odd)
        assert (status, empty["count"], empty["data"], empty["error"]) == (200, 0, [], "")
    assert asked(stand_in, "data/v1/get", period=",".join(f"2021{m:02}" for m in range(1, 14)))[0] == 400


def test_a_long_address_is_414(stand_in: Running) -> None:
    target = "/public/v1/preview/C/M/HS?partnerCode="
    longest = target + "0" * (4096 - len(HOST) - len(target))
    assert stand_in.get(longest)[0].status == 400
    answer, body = stand_in.get(longest + "0")
    assert (answer.status, b"Request URL Too Long" in body) == (414, True)


@pytest.mark.parametrize(("service", "key", "cap"), [("public/v1/preview", "", 40), ("data/v1/get", FREE, 100),
                                                     ("data/v1/get", PREMIUM, 250)])  # fmt: skip
def test_caps_cut_without_a_word(stand_in: Running, service: str, key: str, cap: int) -> None:
    status, page = asked(stand_in, service, key, maxRecords="10" if not key else "")
    assert (status, page["count"], len(page["data"]), page["error"]) == (200, cap, cap, "")
    counted = asked(stand_in, service, key, countOnly="true")[1]
    assert counted["count"] > cap
    assert counted["data"] == []


@pytest.mark.parametrize(("reporter", "times"), [("156", 1), ("417", 2), ("398", 4), ("792", 8)])
def test_what_is_not_pinned_is_counted_again(stand_in: Running, reporter: str, times: int) -> None:
    given = {"reporterCode": reporter, "period": "202203", "cmdCode": "854231", "partnerCode": "0", "flowCode": "M"}
    pinned, whole = (asked(stand_in, "data/v1/get", **given, **pins)[1]["data"] for pins in (PINS, {}))
    (one,) = pinned
    assert sum(thousandths(row["primaryValue"]) for row in whole) == times * thousandths(one["primaryValue"])
    assert one in whole
    assert asked(stand_in, "data/v1/get", **given, breakdownMode="classic")[1]["data"] == pinned


def test_names_are_null_unless_asked_and_parameters_have_no_case(stand_in: Running) -> None:
    given = {"REPORTERCODE": "156", "Period": "202203", "cmdcode": "total", "PARTNERCODE": "0", "flowcode": "M"}
    (bare,), (named,) = (
        asked(stand_in, "public/v1/preview", "", **given, **more)[1]["data"] for more in ({}, {"includedesc": "TRUE"})
    )
    assert list(bare) == list(named) == list(FIELDS)
    assert (bare["partnerISO"], bare["aggrLevel"], bare["cmdDesc"]) == (None, None, None)
    assert (named["partnerISO"], named["aggrLevel"], named["partnerDesc"]) == ("W00", 0, "World")


def test_a_release_changes_checksum_and_some_cells() -> None:
    given = {"reporterCode": "156", "period": "202203"}
    with running() as stand_in:
        before, rows = (asked(stand_in, f"data/v1/{name}", **given, **PINS)[1]["data"] for name in ("getDa", "get"))
        stand_in.release(156, "202203")
        after, new = (asked(stand_in, f"data/v1/{name}", **given, **PINS)[1]["data"] for name in ("getDa", "get"))
        changed = {name for name in after[0] if before[0][name] != after[0][name]}
        assert changed == {"datasetChecksum", "lastReleased", "totalRecords"}
        same = sum(row in rows for row in new)
        assert 0 < same < len(new)
        stand_in.release(156, "202203", "withdraw")
        assert asked(stand_in, "data/v1/getDa", **given)[1]["data"] == []


def test_months_can_be_loaded_in_part(stand_in: Running) -> None:
    with running() as other:
        for month, flaw in zip(("202202", "202203", "202204"), ("no_world", "no_main_partner", "empty"), strict=True):
            other.release(156, month, "spoil", flaw)
        given = {"reporterCode": "156", "cmdCode": "TOTAL", "flowCode": "X", **PINS}
        rows = {month: asked(other, "data/v1/get", **given, period=month)[1]["data"] for month in MONTHS}
        whole = asked(stand_in, "data/v1/get", **given, period="202203")[1]["data"]
    assert 0 not in {row["partnerCode"] for row in rows["202202"]}
    main = max((row for row in whole if row["partnerCode"]), key=lambda row: row["primaryValue"])
    assert [row for row in whole if row not in rows["202203"]] == [main]
    assert rows["202204"] == []


def test_editions_change_within_the_months_and_codes_with_them(stand_in: Running) -> None:
    for reporter, month, edition in (("156", "202112", "H5"), ("156", "202201", "H6"), ("417", "202202", "H5")):
        rows = asked(stand_in, "data/v1/get", reporterCode=reporter, period=month, cmdCode="AG6", **PINS)[1]["data"]
        assert {row["classificationCode"] for row in rows} == {edition}
        assert ("854800" in {row["cmdCode"] for row in rows}) == (edition == "H6")
        assert ("854890" in {row["cmdCode"] for row in rows}) == (edition == "H5")


def test_older_editions_are_converted_and_newer_ones_are_not_there(stand_in: Running) -> None:
    old, new = (
        json.loads(stand_in.get(f"/data/v1/get/C/M/{edition}?reporterCode=156&period={month}&cmdCode=AG6", **KEY)[1])
        for edition, month in (("H5", "202203"), ("H6", "202112"))
    )
    assert {(row["classificationCode"], row["isOriginalClassification"]) for row in old["data"]} == {("H5", False)}
    assert "854800" not in {row["cmdCode"] for row in old["data"]}
    assert new["data"] == []


def test_late_reporters_have_no_last_months() -> None:
    with running(world={"lag": 2, "years": 1}) as stand_in:
        months = [row["period"] for row in asked(stand_in, "data/v1/getDa")[1]["data"]]
        assert (months.count(202202), months.count(202204) < 6) == (6, True)
        years = json.loads(stand_in.get("/data/v1/getDa/C/A/HS", **KEY)[1])["data"]
    assert {row["period"] for row in years} == {2021}


def test_roll_ups_hold_their_parts_and_something_more(stand_in: Running) -> None:
    """Detail kept secret sits in the heading only, so HS6 may sum to less than HS4, and HS4 to no more than HS2."""
    given = {"reporterCode": "156", "period": "202203", "partnerCode": "0", "flowCode": "X", **PINS}
    sums = {
        level: sum(
            thousandths(row["primaryValue"])
            for row in asked(stand_in, "data/v1/get", **given, cmdCode=level)[1]["data"]
        )
        for level in ("AG6", "AG4", "AG2", "TOTAL", "8542*", "8542??", "8542")
    }
    assert sums["AG6"] < sums["AG4"] == sums["AG2"] == sums["TOTAL"]
    assert 0 < sums["8542??"] < sums["8542"]
    assert sums["8542*"] == sums["8542??"] + sums["8542"]


def test_a_seed_is_a_world() -> None:
    """Two processes of one seed answer byte for byte the same, in the same order; another seed does not."""
    bodies = []
    for seed in (3, 3, 4):
        with running(seed=seed, world={"reporters": 2, "months": 8}) as stand_in:
            bodies.append(stand_in.get("/data/v1/get/C/M/HS?period=202203&cmdCode=AG6,TOTAL", **KEY)[1])
    assert bodies[0] == bodies[1] != bodies[2]
    partners = [row["partnerCode"] for row in json.loads(bodies[0])["data"]]
    assert partners != sorted(partners)


def test_tariff_lines_sum_to_the_final_cell(stand_in: Running) -> None:
    given = {"reporterCode": "398", "period": "202203", "cmdCode": "854231", "partnerCode": "643", "flowCode": "M"}
    (cell,) = asked(stand_in, "data/v1/get", **given, **PINS)[1]["data"]
    lines = asked(stand_in, "data/v1/getTariffline", **given)[1]["data"]
    assert list(lines[0]) == list(TARIFFLINE_FIELDS)
    assert sum(thousandths(row["primaryValue"]) for row in lines) == thousandths(cell["primaryValue"])


ASKED = f"/data/v1/get/C/M/HS?{urlencode({'reporterCode': '156', 'period': '202203', 'cmdCode': 'AG6', **PINS})}"


@pytest.mark.parametrize(
    ("kind", "status", "waits", "message"),
    [
        ("429", 429, "1", "Rate limit is exceeded. Try again in 1 seconds."),
        ("403_quota", 403, "11657", "Out of call volume quota. Quota will be replenished in 03:14:17."),
        ("403_policy", 403, None, "All calls are rejected by policy."),
        ("500", 500, None, "Internal server error"),
    ],
)
def test_faults_in_json(stand_in: Running, kind: str, status: int, waits: str | None, message: str) -> None:
    stand_in.faults(at={"1": kind})
    answer, body = stand_in.get(ASKED, **KEY)
    assert (answer.status, answer.headers["Retry-After"]) == (status, waits)
    assert json.loads(body) == {"statusCode": status, "message": message}
    assert stand_in.get(ASKED, **KEY)[0].status == 200


def test_a_quota_longer_than_a_day_is_written_with_days(stand_in: Running) -> None:
    stand_in.faults(at={"1": "403_quota"}, options={"quota_seconds": 90_061})
    assert b"replenished in 1.01:01:01." in stand_in.get(ASKED, **KEY)[1]


@pytest.mark.parametrize(("kind", "status"), [("502_html", 502), ("504_html", 504), ("wrong_type", 200)])
def test_faults_in_html(stand_in: Running, kind: str, status: int) -> None:
    stand_in.faults(at={"1": kind})
    answer, body = stand_in.get(ASKED, **KEY)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html; charset=iso-8859-1")
    assert body.startswith(b"<!DOCTYPE html")


@pytest.mark.parametrize(
    ("kind", "raised"),
    [("reset", ConnectionResetError), ("timeout", RemoteDisconnected), ("cut_body", IncompleteRead)],
)
def test_faults_of_the_connection(stand_in: Running, kind: str, raised: type[Exception]) -> None:
    stand_in.faults(at={"1": kind}, options={"hang_seconds": 0.1})
    with pytest.raises(raised):
        stand_in.get(ASKED, **KEY)
    assert stand_in.get(ASKED, **KEY)[0].status == 200


@pytest.mark.parametrize(("kind", "honest"), [("short_page", True), ("silent_short_page", False)])
def test_short_pages(stand_in: Running, kind: str, honest: bool) -> None:
    stand_in.faults(at={"1": kind})
    short, whole = (json.loads(stand_in.get(ASKED, **KEY)[1]) for _ in range(2))
    assert len(short["data"]) == whole["count"] * 2 // 3
    assert short["count"] == (whole["count"] if honest else len(short["data"]))


def test_a_gzip_bomb_is_small_on_the_wire(stand_in: Running) -> None:
    stand_in.faults(at={"1": "gzip_bomb"}, options={"bomb_megabytes": 20})
    answer, body = stand_in.get(ASKED, **KEY)
    assert (answer.status, answer.headers["Content-Encoding"], len(body) < 200_000) == (200, "gzip", True)
    assert len(zlib.decompressobj(31).decompress(body)) > 20 << 20


def test_a_plan_repeats_and_ends(stand_in: Running) -> None:
    """The same seed fails the same requests; by target a question fails at most so often, then answers."""
    seen = []
    for _ in range(2):
        stand_in.forget()
        stand_in.faults(seed=5, rates={"500": 0.3, "502_html": 0.3}, most=9)
        seen.append([stand_in.get(ASKED, **KEY)[0].status for _ in range(12)])
    assert seen[0] == seen[1]
    assert {500, 502, 200} == set(seen[0])
    stand_in.faults(seed=5, rates={"500": 1}, by="target", most=2)
    assert [stand_in.get(ASKED, **KEY)[0].status for _ in range(3)] == [500, 500, 200]
    with pytest.raises(ValueError, match="no such fault"):
        stand_in.faults(rates={"418": 1})


def test_quota_and_rate_are_kept() -> None:
    with running(limits={"quota": 2, "rate": 0.001, "burst": 4}) as stand_in:
        statuses = [stand_in.get(ASKED, **KEY)[0].status for _ in range(5)]
        assert statuses == [200, 200, 403, 403, 429]
        assert stand_in.get("/public/v1/getDa/C/M/HS")[0].status == 200
        stand_in.advance(86_400)
        assert stand_in.get(ASKED, **KEY)[0].status == 200


def test_the_log_holds_no_key(stand_in: Running) -> None:
    stand_in.get(ASKED, **KEY)
    stand_in.get(f"{ASKED}&subscription-key={FREE}")
    assert [entry["key_in"] for entry in stand_in.log()] == ["header", "query"]
    assert FREE not in json.dumps(stand_in.log())


def test_recordings_are_served_for_what_they_answer(real: Path) -> None:
    """And our rows have the fields of the recorded ones, each of a kind that was recorded."""
    folder = real / "comtrade"
    recorded = json.loads((folder / "recorded_responses/data_v1_get_C_A_HS__CHN_TOTAL_2010_live2024.json").read_bytes())
    given = {"cmdCode": "TOTAL", "partnerCode": "32,280,276", "reporterCode": "156", "period": "2010"}
    target = f"/data/v1/get/C/A/HS?{urlencode(given | PINS | {'includeDesc': 'TRUE'})}"
    with running(recorded=folder) as stand_in:
        answer, body = stand_in.get(target, **KEY)
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        assert json.loads(body) == recorded
        assert len(json.loads(stand_in.get("/files/v1/app/reference/Reporters.json")[1])["results"]) > 200
        rows = asked(stand_in, "data/v1/get", **PINS, includeDesc="true")[1]["data"]
    assert list(rows[0]) == list(recorded["data"][0])
    assert kinds(recorded["data"]).keys() == kinds(rows).keys()
    for name, kind in kinds(recorded["data"]).items():
        assert kind <= kinds(rows)[name] | {"null"}, name


def kinds(rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The JSON kinds of each field: text, number, boolean, null."""
    names = {str: "text", int: "number", float: "number", bool: "boolean", type(None): "null"}
    return {name: {names[type(row[name])] for row in rows} for name in rows[0]}


@pytest.mark.parametrize(
    ("table", "service"),
    [
        ("getDa_C_A_HS_2021_head", "data/v1/getDa/C/M/HS"),
        ("getDaTariffline_C_M_HS_202206_head", "data/v1/getDaTariffline/C/M/HS"),
        ("getLiveUpdate_head", "data/v1/getLiveUpdate"),
        ("bulk_get_C_A_S1_2021_head", "bulk/v1/get/C/M/HS"),
        ("bulk_getClassic_C_A_HS_head", "bulk/v1/getClassic/C/M/HS"),
        ("bulk_getTariffline_C_M_HS_202206_head", "bulk/v1/getTariffline/C/M/HS"),
    ],
)
def test_the_lists_have_the_columns_that_the_uns_client_printed(
    real: Path, stand_in: Running, table: str, service: str
) -> None:
    printed = (real / f"comtrade/notebook_tables/{table}.csv").read_text(encoding="utf-8").splitlines()[0]
    rows = json.loads(stand_in.get(f"/{service}?reporterCode=156", **{"Ocp-Apim-Subscription-Key": PREMIUM})[1])
    assert list(rows["data"][0]) == printed.split(",")


def test_the_notes_have_the_columns_that_the_uns_client_printed(real: Path, stand_in: Running) -> None:
    table = real / "comtrade/notebook_tables/getMetadata_C_M_HS_202205_head.csv"
    printed = table.read_text(encoding="utf-8").splitlines()[0].split(",")
    notes = asked(stand_in, "public/v1/getMetadata", "", reporterCode="156", period="202203")[1]["data"][0]["notes"]
    assert [*notes[0], "isLatestPublication"] == printed
