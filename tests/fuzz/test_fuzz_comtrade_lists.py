"""Lists of datasets, notes, counts and refusals: whatever comes, one of our errors or a sound answer."""

import contextlib
import gzip
import json
from datetime import datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tradewatch.errors import TradewatchError
from tradewatch.records import Pull
from tradewatch.sources import comtrade_availability
from tradewatch.sources.comtrade_service import Service, TooLarge, judged
from tradewatch.sources.http import Answer

ROW: dict[str, Any] = {
    "datasetCode": 20024202101182100, "typeCode": "C", "freqCode": "M", "period": 202201, "reporterCode": 24,
    "classificationCode": "H5", "isOriginalClassification": True, "totalRecords": 112758,
    "datasetChecksum": -1349955130, "firstReleased": "2022-10-06T10:53:32.8266667",
    "lastReleased": "2022-10-06T10:53:32",
}  # fmt: skip
BODY = json.dumps({"elapsedTime": "0 secs", "count": 2, "data": [ROW, ROW | {"period": 202202}], "error": ""}).encode()

values = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)
)


def pull(body: bytes) -> Pull:
    return Pull(name="list", body=body, fetched_at=datetime(2026, 1, 1))


def read(body: bytes) -> None:
    for reader in (comtrade_availability.stated, comtrade_availability.notes, comtrade_availability.counted):
        with contextlib.suppress(TradewatchError):
            reader(pull(body))


def test_the_row_is_sound() -> None:
    assert len(comtrade_availability.stated(pull(BODY))) == 2
    assert len(comtrade_availability.stated(pull(gzip.compress(BODY)))) == 2


@given(st.dictionaries(st.sampled_from([*ROW, "notes", "new"]), values, max_size=3))
@example({"totalRecords": float("inf")})
def test_a_field_of_another_kind(changes: dict[str, Any]) -> None:
    read(json.dumps({"count": 1, "data": [ROW | changes]}).encode())


@given(st.integers(0, len(BODY) - 1), st.binary(min_size=0, max_size=3))
def test_a_list_that_is_cut_or_changed(at: int, new: bytes) -> None:
    read(BODY[:at] + new)
    read(BODY[:at] + new + BODY[at + 1 :])


@given(st.binary(max_size=50) | st.recursive(values, lambda inner: st.dictionaries(st.text(max_size=5), inner)).map(
    lambda value: json.dumps(value).encode()
))  # fmt: skip
def test_anything(body: bytes) -> None:
    read(body)
    read(gzip.compress(body))


@given(
    st.sampled_from([200, 204, 301, 400, 401, 403, 404, 408, 414, 429, 500, 502, 599]),
    st.binary(max_size=60)
    | st.dictionaries(st.sampled_from(["message", "error", "statusCode", "errorObject"]), values).map(
        lambda value: json.dumps(value).encode()
    ),
    st.dictionaries(st.sampled_from(["retry-after", "content-encoding", "content-type"]), st.text(max_size=8)),
)
def test_any_answer_of_the_gateway(status: int, body: bytes, headers: dict[str, str]) -> None:
    with contextlib.suppress(TradewatchError, TooLarge):
        judged(Answer(status, headers, body), Service(key="a-secret"))
