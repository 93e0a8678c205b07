"""UN Comtrade's answers in chunks: wherever they are cut, and whatever the numbers, the rows are as written."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewatch import files, sources
from tradewatch.errors import DataError, TradewatchError
from tradewatch.records import Pull, Release
from tradewatch.sources import comtrade_answer, comtrade_rows

FILE = Path(__file__).parents[1] / "files/comtrade_api.json"
API: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
ROW: dict[str, Any] = API["data"][0]
FUZZ = settings(max_examples=60, deadline=None)


def parsed(body: bytes) -> Release:
    return sources.parse(Pull(name="file", body=body, fetched_at=datetime(2026, 11, 24)))


def frame(body: bytes) -> pl.DataFrame:
    return parsed(body).rows


@cache
def frame_of_the_file() -> pl.DataFrame:
    """Its rows, read with pieces of the usual size."""
    return frame(FILE.read_bytes())


def written(rows: list[dict[str, Any]], **form: Any) -> bytes:
    return json.dumps({"count": len(rows), "data": rows, "error": ""}, **form).encode()


FORMS: list[dict[str, Any]] = [
    {"separators": (",", ":")},
    {},
    {"indent": 4},
    {"indent": 1, "separators": (" ,", " : ")},
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("packed", [False, True])
def test_pieces_of_any_size_give_the_same_rows(
    form: dict[str, Any], packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = written(API["data"], **form)
    whole = frame(body)
    assert whole.height == 4
    for size in (64, 999, 1300):
        monkeypatch.setattr(files, "PIECE", size)
        monkeypatch.setattr(comtrade_rows, "AT_A_TIME", 1 + size % 3)
        assert frame(gzip.compress(body) if packed else body).equals(whole)


@FUZZ
@given(st.lists(st.integers(0, 6000), max_size=4))
def test_every_cut_between_pieces_gives_the_same_rows(cuts: list[int]) -> None:
    body = FILE.read_bytes()
    ends = [0, *sorted(cuts), len(body)]

    def pieces(whole: bytes, _: str) -> Iterator[bytes]:
        return filter(None, (whole[start:end] for start, end in pairwise(ends)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comtrade_answer, "pieces", pieces)
        assert frame(body).equals(frame_of_the_file())


@FUZZ
@given(
    st.permutations(sorted(ROW)), st.lists(st.sampled_from(["},{", '"},{"', "}],", "\\", "é", '{"typeCode":', ", "]))
)
def test_any_order_of_fields_and_any_text_in_those_not_used(order: list[str], parts: list[str]) -> None:
    whole = frame_of_the_file()
    rows = [{name: row[name] for name in order} | {"cmdDesc": "".join(parts)} for row in API["data"]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "PIECE", 500)
        assert frame(written(rows, separators=(",", ":"))).equals(whole)


@FUZZ
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=2))
def test_a_changed_byte_never_changes_the_number_of_rows(at: int, new: bytes) -> None:
    body = written(API["data"], separators=(",", ":"))
    at %= len(body)
    try:
        release = parsed(body[:at] + new + body[at + 1 :])
    except TradewatchError as problem:
        said = str(problem)
    else:
        assert release.rows_read == 6
        return
    assert said.isprintable()


FIGURE = st.one_of(
    st.decimals(0, Decimal(10) ** 14, places=2).map(str),
    st.decimals(0, Decimal(10) ** 12, places=4).map(str),
    st.decimals(0, 10, places=6).map(str),
    st.integers(0, 10**15 - 1).map(str),
    st.integers(0, 10**12).map(lambda n: f"{n}.0005"),
    st.integers(10**11, 10**12).map(lambda n: f"{n}.4994999"),
    st.integers(0, 10**9).map(lambda n: f"{n}.00049999999"),
    st.floats(0, 1e12).map(repr),
    st.floats(0, 1e14).map(repr),
)


@FUZZ
@given(st.lists(FIGURE, min_size=1, max_size=4))
def test_figures_are_those_of_their_text_to_the_last_thousandth(figures: list[str]) -> None:
    rows = [ROW | {"partnerCode": n, "primaryValue": f"·{n}·"} for n in range(len(figures))]
    body = written(rows, ensure_ascii=False)
    for n, figure in enumerate(figures):
        body = body.replace(f'"·{n}·"'.encode(), figure.encode())
    exact = [Decimal(figure).quantize(Decimal("0.001"), ROUND_HALF_EVEN) for figure in figures]
    found = frame(body)["value"].to_list()
    # A text of more than three decimals is rounded; that both roads round it alike is what the typed one is held to.
    text = pl.Series(figures).cast(pl.Decimal(18, 3)).to_list()
    assert found == text
    assert all(abs(one - other) <= Decimal("0.001") for one, other in zip(found, exact, strict=True))


def test_bombs_are_refused_early() -> None:
    start = b'{"count":1,"data":['
    for filling in (b" " * 70_000_000, b"[" * 70_000_000, b'{"typeCode":"' + b"C" * 70_000_000):
        with pytest.raises(DataError, match=r"no row ends|unpacks to more|not whole JSON"):
            parsed(gzip.compress(start + filling))


def test_more_rows_than_any_service_gives_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewatch.sources.comtrade_codes.CAPS", (3,))
    with pytest.raises(DataError, match="more rows than"):
        parsed(written(API["data"]))


@pytest.mark.parametrize("name", ["comtrade_api.json", "comtrade_bulk.tsv"])
def test_packed_files_are_read_as_plain_ones_and_cut_or_damaged_ones_refused(name: str) -> None:
    body = (FILE.parent / name).read_bytes()
    packed = gzip.compress(body)
    assert frame(packed).equals(frame(body))
    for broken in (packed[:-1], packed[: len(packed) // 2], packed[:40] + b"\0\0\0\0" + packed[44:]):
        with pytest.raises(DataError, match="gzip file"):
            parsed(broken)
