"""What the service's refusals mean, what the environment may say, and that a key is shown nowhere."""

import gzip
import json

import pytest

from tradewatch.errors import ConfigError, SourceChanged, SourceRefused, TradewatchError
from tradewatch.sources.comtrade_service import HOST, KEY, PACE, URL, Service, TooLarge, from_environment, judged
from tradewatch.sources.http import Answer, Patience, TryAgain, patiently

KEYED, KEYLESS = Service(key="a-secret"), Service()
PAGE = b"<!DOCTYPE html><html><head><title>502 - Web server received an invalid response</title></head></html>"


def answer(status: int, body: bytes, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def gateway(status: int, message: str, **headers: str) -> Answer:
    return answer(status, json.dumps({"statusCode": status, "message": message}).encode(), **headers)


@pytest.mark.parametrize(
    ("refusal", "wait", "quota"),
    [
        (gateway(429, "Rate limit is exceeded. Try again in 7 seconds."), 7.0, False),
        (gateway(429, "Rate limit is exceeded.", retry_after="3"), 3.0, False),
        (gateway(403, "Out of call volume quota. Quota will be replenished in 03:14:17."), 11_657.0, True),
        (gateway(403, "Out of call volume quota. Quota will be replenished in 2.00:00:01."), 172_801.0, True),
        (gateway(500, "Internal server error"), None, False),
        (answer(502, PAGE), None, False),
        (answer(502, gzip.compress(PAGE), content_encoding="gzip"), None, False),
        (answer(200, PAGE), None, False),
        (answer(503, b""), None, False),
    ],
)
def test_what_may_pass_is_tried_again(refusal: Answer, wait: float | None, quota: bool) -> None:
    with pytest.raises(TryAgain) as found:
        judged(refusal, KEYED)
    assert (found.value.wait, found.value.quota) == (wait, quota)


@pytest.mark.parametrize(
    ("refusal", "service", "error", "said"),
    [
        (gateway(401, "Access denied due to missing subscription key."), KEYLESS, SourceRefused, KEY),
        (gateway(401, "Access denied due to invalid subscription key."), KEYED, SourceRefused, KEY),
        (gateway(403, "Forbidden"), KEYED, SourceRefused, KEY),
        (gateway(404, "Resource not found"), KEYED, SourceChanged, "404"),
        (
            answer(
                400,
                b'{"elapsedTime":"0 secs","count":-1,"data":[],"error":"Invalid parameter value","errorObject":'
                b'[{"MemberNames":["partnerCode"],"ErrorMessage":"The field partnerCode is invalid"}]}',
            ),
            KEYED,
            SourceRefused,
            "partnerCode",
        ),
    ],
)
def test_what_cannot_pass_says_who_must_act(
    refusal: Answer, service: Service, error: type[TradewatchError], said: str
) -> None:
    with pytest.raises(error, match=said) as found:
        judged(refusal, service)
    assert "a-secret" not in str(found.value)


@pytest.mark.parametrize("status", [414, 404])
def test_an_address_that_is_too_long_is_parted(status: int) -> None:
    with pytest.raises(TooLarge):
        judged(answer(status, b"<html><title>Request URL Too Long</title></html>"), KEYED)


def test_the_preview_that_is_switched_off_names_the_key() -> None:
    with pytest.raises(TryAgain, match=KEY):
        judged(gateway(403, "All calls are rejected by policy."), KEYLESS)


def test_a_service_that_is_switched_off_is_not_the_keys_fault() -> None:
    with pytest.raises(TryAgain, match="pull again later"):
        judged(gateway(403, "All calls are rejected by policy."), KEYED)


def test_data_pass() -> None:
    data = answer(200, b'{"count":0,"data":[]}')
    assert judged(data, KEYED) is data


def test_a_key_changes_service_and_limits_and_is_not_shown() -> None:
    service = from_environment({KEY: " a-secret "})
    assert (service.url, service.key, service.cap(), service.calls_a_day) == (HOST, "a-secret", 100_000, 500)
    assert "a-secret" not in repr(service)
    assert from_environment({}).cap() == 500


@pytest.mark.parametrize(
    "environment",
    [
        {KEY: "a key with spaces"},
        {KEY: "sëcret"},
        {URL: "ftp://comtradeapi.un.org"},
        {URL: "http://comtradeapi.un.org", KEY: "a-secret"},
        {URL: "https://user:word@comtradeapi.un.org"},
        {URL: "nonsense"},
        {PACE: "fast"},
        {PACE: "-1"},
        {PACE: "nan"},
    ],
)
def test_a_malformed_setting_is_named_and_not_shown(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as found:
        from_environment(environment)
    shown = str(found.value)
    assert any(name in shown for name in environment)
    assert not any(value in shown for value in environment.values() if "://" not in value)


def test_a_cap_below_what_came_is_not_in_force() -> None:
    service = Service(key="k", caps=(100_000, 250_000))
    assert (service.cap(), service.cap(99_999), service.cap(180_000)) == (100_000, 100_000, 250_000)
    assert [service.was_cut(rows) for rows in (99_999, 100_000, 180_000, 250_000, 250_001)] == [
        False, True, False, True, True,
    ]  # fmt: skip


FAST = Patience(attempts=4, first=0.001, longest=0.05)


def tried(*problems: Exception | None) -> tuple[int, Exception | None]:
    """How often a call that fails so was tried, and how it ended."""
    calls = iter(problems)
    count = 0

    def call() -> None:
        nonlocal count
        count += 1
        if problem := next(calls, None):
            raise problem

    try:
        patiently(FAST, call)
    except TradewatchError as problem:
        return count, problem
    return count, None


def test_a_failure_that_passes_is_forgotten() -> None:
    assert tried(TryAgain("no"), TryAgain("no", wait=0.01), None) == (3, None)


def test_trying_has_a_bound() -> None:
    count, problem = tried(*[TryAgain("no")] * 10)
    assert count == FAST.attempts
    assert isinstance(problem, TryAgain)


def test_a_quota_is_tried_on_other_nodes_and_then_believed() -> None:
    gone = TryAgain("gone", wait=10_000, quota=True)
    assert tried(gone, None) == (2, None)
    assert tried(*[gone] * 10)[0] == FAST.attempts_without_quota


def test_a_wait_that_is_too_long_and_a_refusal_end_it_at_once() -> None:
    assert tried(TryAgain("later", wait=3600), None)[0] == 1
    assert tried(SourceRefused("key"), None)[0] == 1
