"""Damaged files of UN Comtrade and China's customs: a release that keeps the contract or one sentence, never else."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewatch import sources
from tradewatch.errors import TradewatchError
from tradewatch.records import FLOWS, ROWS, Pull, Question, Release, Told
from tradewatch.sources.comtrade_bulk import files_of_list

FILES = Path(__file__).parents[1] / "files"
NAMES = {
    "comtrade_api.json": "comtrade_api",
    "comtrade_website.csv": "comtrade_website",
    "comtrade_website_old.csv": "comtrade_website",
    "comtrade_bulk.tsv": "comtrade_bulk",
    "comtrade_bulk_lines.tsv": "comtrade_bulk",
    "comtrade_lines.json": "comtrade_lines",
    "gacc_query_zh.csv": "gacc_query",
    "gacc_query_en.csv": "gacc_query",
    "imf_imts.csv": "imf_imts",
}
MODULES: dict[str, ModuleType] = {module.LAYOUT: module for module in sources.ALL}
API: dict[str, Any] = json.loads((FILES / "comtrade_api.json").read_text(encoding="utf-8"))
LINES: dict[str, Any] = json.loads((FILES / "comtrade_lines.json").read_text(encoding="utf-8"))
FUZZ = settings(max_examples=60, deadline=None)
MAY_BE_NULL = {"net_kg", "quantity", "quantity_unit"}


def parsed(layout: str, body: bytes, *asked: Question) -> Release:
    pull = Pull(
        name="file", body=body, fetched_at=datetime(2026, 11, 24), told=Told(flow="export", currency=""), asked=asked
    )
    release: Release = MODULES[layout].parse(pull)
    return release


def check(layout: str, body: bytes, *asked: Question) -> None:
    """Whatever the bytes: the contract of `records`, or a sentence of one line."""
    MODULES[layout].recognises(body)
    try:
        release = parsed(layout, body, *asked)
    except TradewatchError as problem:
        said = str(problem)
    else:
        keeps_the_contract(release)
        return
    assert said.isprintable()
    assert said.startswith("file")
    assert len(said) < 900


def keeps_the_contract(release: Release) -> None:
    rows = release.rows
    assert dict(rows.schema) == dict(ROWS)
    assert list(rows.columns) == list(ROWS)
    assert rows.select(pl.exclude(MAY_BE_NULL)).null_count().transpose().sum().item() in (0, None)
    assert set(rows["flow"]) <= FLOWS
    assert set(rows["valuation"]) <= {"FOB", "CIF", "OTHER"}
    assert rows["commodity"].str.contains("^(?:[0-9]{2,10}|TOTAL)$").all()
    assert (rows["value"] >= 0).all()
    assert release.rows_read >= rows.height + release.rows_rejected or release.rows_read == 0


CUT: st.SearchStrategy[Callable[[bytes], bytes]] = st.integers(0, 10_000).map(
    lambda n: lambda body: body[: n % len(body)]
)


def put(at: int, new: bytes, over: int) -> Callable[[bytes], bytes]:
    """A change that puts bytes at a place, over so many others."""
    return lambda body: body[: at % len(body)] + new + body[at % len(body) + over :]


BYTES = st.one_of(
    st.binary(min_size=1, max_size=4),
    st.sampled_from([b"\0", b'"', b",", b"\n", b"\r", b"-", b"9", b"\t", b"\xff", b"{", b"]"]),
)
PUT = st.builds(put, st.integers(0, 10_000), BYTES, st.integers(0, 4))


def on_lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda body: b"\n".join(change(body.split(b"\n")))


def twice(at: int) -> Callable[[bytes], bytes]:
    return on_lines(lambda lines: lines[: at % len(lines) + 1] + lines[at % len(lines) :])


def columns(first: int, second: int | None, heading_only: bool) -> Callable[[bytes], bytes]:
    """Swap two columns, or drop one, in all lines or in the headings alone; split at separators, quoted or not."""

    def moved(line: bytes) -> bytes:
        separator = b"\t" if b"\t" in line else b","
        fields = line.split(separator)
        one = first % len(fields)
        if second is None:
            return separator.join(fields[:one] + fields[one + 1 :])
        other = second % len(fields)
        fields[one], fields[other] = fields[other], fields[one]
        return separator.join(fields)

    return on_lines(lambda lines: [moved(line) if n == 0 or not heading_only else line for n, line in enumerate(lines)])


COLUMNS = st.builds(columns, st.integers(0, 50), st.none() | st.integers(0, 50), st.booleans())


def recoded(encoding: str) -> Callable[[bytes], bytes]:
    return lambda body: body.decode("gb18030", "replace").encode(encoding, "replace")


CHANGE = st.one_of(
    CUT,
    PUT,
    st.builds(twice, st.integers(0, 10)),
    COLUMNS,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]).map(recoded),
)


@pytest.mark.parametrize(("name", "layout"), NAMES.items())
def test_a_damaged_file_is_read_or_refused_in_one_sentence(name: str, layout: str) -> None:
    body = (FILES / name).read_bytes()
    check(layout, body)

    @FUZZ
    @given(st.lists(CHANGE, min_size=1, max_size=3))
    def damaged(changes: list[Callable[[bytes], bytes]]) -> None:
        changed = body
        for change in changes:
            changed = change(changed) or b" "
        check(layout, changed)

    damaged()


@FUZZ
@given(st.sampled_from(sorted(set(NAMES.values()))), st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_refused_in_one_sentence(layout: str, body: bytes) -> None:
    check(layout, body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@FUZZ
@given(st.sampled_from(sorted(API["data"][0])), JSON)
def test_any_value_in_any_field_of_the_api_is_read_or_refused(field: str, value: object) -> None:
    rows = [API["data"][0] | {field: value}]
    check("comtrade_api", json.dumps(API | {"data": rows, "count": 1}).encode())


@FUZZ
@given(st.sampled_from(sorted(LINES["data"][0])), JSON)
def test_any_value_in_any_field_of_a_tariff_line_is_read_or_refused(field: str, value: object) -> None:
    rows = [LINES["data"][0] | {field: value}, LINES["data"][1]]
    check("comtrade_lines", json.dumps(LINES | {"data": rows, "count": 2}).encode())


MONTH, YEAR = date(2022, 3, 1), date(2023, 1, 1)
QUESTIONS = st.builds(
    Question,
    reporters=st.just(("398",)),
    partners=st.lists(st.sampled_from(["0", "643", "276", "531"])).map(tuple),
    flows=st.lists(st.sampled_from(sorted(FLOWS))).map(tuple),
    freq=st.sampled_from(["A", "M"]),
    commodities=st.lists(st.sampled_from(["854231", "854239", "010121", "TOTAL", "85"])).map(tuple),
    periods=st.just((MONTH, YEAR)),
    released=st.lists(st.sampled_from([MONTH, YEAR])).map(
        lambda days: {("398", day): datetime(2026, 1, 1) for day in days}
    ),
    every_partner=st.booleans(),
    lines=st.booleans(),
)


@FUZZ
@given(
    st.sampled_from(["comtrade_bulk.tsv", "comtrade_bulk_lines.tsv", "comtrade_lines.json"]),
    QUESTIONS,
    st.lists(PUT, max_size=1),
)
def test_what_was_asked_of_a_damaged_file_is_read_or_refused(
    name: str, question: Question, changes: list[Callable[[bytes], bytes]]
) -> None:
    body = (FILES / name).read_bytes()
    for change in changes:
        body = change(body)
    check(NAMES[name], body, question)


LISTED: dict[str, Any] = {
    "fileUrl": "https://elsewhere.example/bulk/v1/file/32/b07f", "fileSize": "183.34 KB", "reporterCode": 32,
    "freqCode": "M", "typeCode": "C", "classificationCode": "H6", "period": 202203, "partitionKey": "32",
    "rowKey": "b07f", "timestamp": "2024-03-10T04:54:11.8900761+00:00", "eTag": "", "isOriginalClassification": True,
    "publicationDate": None,
}  # fmt: skip


@FUZZ
@given(st.sampled_from(sorted(LISTED)), JSON | st.text(max_size=60))
def test_any_value_in_a_list_of_bulk_files_is_read_or_refused(field: str, value: object) -> None:
    body = json.dumps({"count": 1, "data": [LISTED | {field: value}], "error": ""}).encode()
    try:
        (file,) = files_of_list(body, "file")
    except TradewatchError as problem:
        said = str(problem)
    else:
        assert file.path.startswith("/bulk/v1/file")
        assert file.published.tzinfo is None
        return
    assert said.isprintable()
    assert said.startswith("file")


@FUZZ
@given(st.sampled_from(["count", "data", "error", "statusCode", "message", "errorObject"]), JSON)
def test_any_value_in_the_envelope_is_read_or_refused(field: str, value: object) -> None:
    check("comtrade_api", json.dumps(API | {field: value}).encode())


CELL = st.tuples(
    st.integers(1, 999).map(str),
    st.dates(date(2012, 1, 1), date(2026, 12, 1)).map(lambda day: day.replace(day=1)),
    st.text("0123456789", min_size=2, max_size=8),
)
MONEY = st.decimals(0, Decimal(10) ** 12, places=3)
CELLS = st.dictionaries(CELL, MONEY, max_size=8)
Cells = dict[tuple[str, date, str], Decimal]


def read(layout: str, body: bytes) -> Cells:
    rows = parsed(layout, body).rows.select("partner_code", "period", "commodity", "value").rows()
    return {(partner, period, commodity): value for partner, period, commodity, value in rows}


@FUZZ
@given(CELLS)
def test_what_is_written_in_the_layouts_of_comtrade_is_read(cells: Cells) -> None:
    rows = [
        API["data"][0]
        | {"freqCode": "M", "partnerCode": partner, "period": f"{month:%Y%m}", "refYear": f"{month:%Y}"}
        | {"cmdCode": commodity, "primaryValue": f"{value}", "fobvalue": f"{value}"}
        for (partner, month, commodity), value in cells.items()
    ]
    assert read("comtrade_api", json.dumps({"count": len(rows), "data": rows, "error": ""}).encode()) == cells
    for name, separator, quote, end in (("comtrade_website.csv", ",", '"', ","), ("comtrade_bulk.tsv", "\t", "", "")):
        head = (FILES / name).read_bytes().split(b"\n")[0].decode()
        words = {True: "1", False: "0"} if separator == "\t" else {True: "true", False: "false"}
        lines = [head]
        for row in rows:
            known = row | {"datasetCode": "1"}
            values = (known[field] for field in head.split(separator))
            texts = (
                words[value] if isinstance(value, bool) else "" if value is None else str(value) for value in values
            )
            lines.append(separator.join(f"{quote}{text}{quote}" for text in texts) + end)
        assert read(NAMES[name], "\n".join([*lines, ""]).encode()) == cells


def exported(digits: int) -> st.SearchStrategy[Cells]:
    """Cells as an export has them: whole money, codes of one length."""
    code = st.text("0123456789", min_size=digits, max_size=digits)
    cell = st.tuples(st.from_regex("[1-9][0-9]{2}", fullmatch=True), CELL.map(lambda one: one[1]), code)
    return st.dictionaries(cell, st.integers(0, 10**12).map(Decimal), max_size=8)


@FUZZ
@given(
    st.sampled_from([2, 4, 6, 8]).flatmap(exported),
    st.sampled_from(["\n", "\r\n"]),
    st.permutations(["month", "partner", "commodity", "value"]),
)
def test_what_is_written_in_the_layout_of_gacc_is_read(cells: Cells, end: str, order: list[str]) -> None:
    names = {"month": "数据年月", "partner": "贸易伙伴编码", "commodity": "商品编码", "value": "美元"}
    lines = [names]
    for (partner, month, commodity), value in cells.items():
        lines.append({"month": f"{month:%Y%m}", "partner": partner, "commodity": commodity, "value": f"{value:,}"})
    text = "".join("".join(f'"{line[name]}",' for name in order) + end for line in lines)
    assert read("gacc_query", text.encode("gb18030")) == cells


@FUZZ
@given(
    st.dictionaries(st.tuples(st.from_regex("[A-Z]{3}", fullmatch=True), st.integers(2000, 2024)), MONEY, max_size=8)
)
def test_what_is_written_in_the_layout_of_the_imf_is_read(cells: dict[tuple[str, int], Decimal]) -> None:
    head, line = (FILES / "imf_imts.csv").read_bytes().decode("utf-8-sig").split("\n")[:2]
    years = sorted({year for _, year in cells}) or [2024]
    lines = [head.replace('"2021","2022"', ",".join(f'"{year}"' for year in years))]
    for partner in {partner for partner, _ in cells}:
        values = (cells.get((partner, year)) for year in years)
        texts = ("" if value is None else f"{value.scaleb(-6):f}" for value in values)
        series = line.replace('"KGZ"', f'"{partner}"').removesuffix(',"337.902536","788.5449146743192"')
        lines.append(",".join([series, *(f'"{text}"' for text in texts)]))
    expected = {(partner, date(year, 1, 1), "TOTAL"): value for (partner, year), value in cells.items()}
    assert read("imf_imts", "\n".join([*lines, ""]).encode()) == expected
