"""
UN Comtrade's service: its addresses, its key, its limits, and what its refusals mean.

Source: the UN's OpenAPI description and recorded answers; texts of quota and rate limits as users report them. The key
goes into a header, never into an address: addresses are written into ledgers and errors.
"""

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

from tradewatch.errors import ConfigError, SourceChanged, SourceRefused
from tradewatch.records import Question
from tradewatch.sources.comtrade_codes import FLOWS
from tradewatch.sources.http import USUAL, Answer, Patience, TryAgain, pace_told
from tradewatch.sources.tables import is_web_page, quoted

HOST = "https://comtradeapi.un.org"
KEY, URL, PACE = "TRADEWATCH_COMTRADE_KEY", "TRADEWATCH_COMTRADE_URL", "TRADEWATCH_COMTRADE_PACE"
HEADER = "Ocp-Apim-Subscription-Key"

LONGEST_ADDRESS = 4_095
"""Characters; the gateway answers 414, or a web page, to longer ones."""

MOST_PERIODS = 12
USUAL_CALLS = 500
"""Calls a day of a free key, as other clients document it; refusals teach another number."""

PINS = {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}
"""The totals of the dimensions that break a cell down; left open, the service sends totals and parts together."""

FLOW_CODES = {name: code for code, name in FLOWS.items()}


class TooLarge(Exception):
    """The question cannot be answered in one piece: its address is too long, or the answer was cut at a cap."""


class KeyRefused(SourceRefused):
    """The service does not take the key, or wants one: no other question would fare better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Where to ask and within which limits; `caps` are numbers of rows at which the service cuts without a word."""

    url: str = HOST
    key: str = field(default="", repr=False)
    caps: tuple[int, ...] = (500,)
    calls_a_day: int = 0  # 0: no quota is known
    pace: float = 1.05  # seconds between the starts of two calls
    together: int = 3  # calls in flight
    seconds: float = 120.0  # for the next piece of an answer
    longest: float = 600.0  # for a whole answer
    patience: Patience = USUAL

    @property
    def name(self) -> str:
        """The server, for sentences."""
        return urlsplit(self.url).netloc

    @property
    def headers(self) -> dict[str, str]:
        return {HEADER: self.key} if self.key else {}

    def cap(self, most_seen: int = 0) -> int:
        """Rows to plan for: the smallest cap that is not below what one call was seen to bring."""
        return min((cap for cap in self.caps if cap >= most_seen), default=max(self.caps))

    def was_cut(self, rows: int) -> bool:
        """Whether an answer of so many rows may have been cut."""
        return rows in self.caps or rows > max(self.caps)


def from_environment(environment: Mapping[str, str]) -> Service:
    """The service that the environment names; a ConfigError, which never shows the key, when a setting is malformed."""
    url = (environment.get(URL) or HOST).rstrip("/")
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme not in ("https", "http") or not parts.netloc or parts.query or "@" in parts.netloc:
        raise ConfigError(f"{URL} is expected to be an address such as {HOST}.")
    if parts.scheme == "http" and not local:
        raise ConfigError(f"{URL} is expected to begin with https://; a key would travel in the clear.")
    key = environment.get(KEY, "").strip()
    if not re.fullmatch(r"[\x21-\x7e]{0,200}", key):
        raise ConfigError(f"{KEY} is expected to be a subscription key: letters and digits without spaces.")
    pace = pace_told(environment, PACE, Service().pace)
    if not key:
        return Service(url=url, pace=pace)
    return Service(url=url, key=key, pace=pace, caps=(100_000, 250_000), calls_a_day=USUAL_CALLS)


def data_path(question: Question, service: Service, *, count: bool = False) -> str:
    """The path that asks a question, without host and key; TooLarge when the address would be too long."""
    name = ("getTariffline" if question.lines else "get") if service.key else "preview"
    name += "Tariffline" if question.lines and not service.key else ""
    given = _lists(question) | {"cmdCode": ",".join(question.commodities)}
    given |= {"flowCode": ",".join(FLOW_CODES[flow] for flow in question.flows)}
    given |= {} if question.lines else PINS
    if count:
        given["countOnly"] = "true"
    elif service.key:
        given["maxRecords"] = str(max(service.caps))
    return _path(f"/{'data' if service.key else 'public'}/v1/{name}/C/{question.freq}/HS", given, service)


def list_path(kind: str, question: Question, service: Service) -> str:
    """The path of `getDa`, `getMetadata` or, of bulk files, `get` and `getTariffline`: a row a reporter and period."""
    root = "/bulk/v1" if kind in ("get", "getTariffline") else "/data/v1" if service.key else "/public/v1"
    given = {name: value for name, value in _lists(question).items() if name != "partnerCode"}
    return _path(f"{root}/{kind}/C/{question.freq}/HS", given, service)


def _lists(question: Question) -> dict[str, str]:
    periods = ",".join(period_text(period, question.freq) for period in question.periods)
    given = {"reporterCode": ",".join(question.reporters), "period": periods}
    return given if question.every_partner else given | {"partnerCode": ",".join(question.partners)}


def period_text(period: date, freq: str) -> str:
    """A period as the service writes it: 202203 or 2022."""
    return f"{period:%Y%m}" if freq == "M" else f"{period:%Y}"


def _path(path: str, given: Mapping[str, str], service: Service) -> str:
    whole = path + "?" + "&".join(f"{name}={quote(value, safe=',')}" for name, value in given.items())
    if len(service.url) + len(whole) > LONGEST_ADDRESS:
        raise TooLarge
    return whole


def judged(answer: Answer, service: Service) -> Answer:
    """
    The answer when it is one of data; else TryAgain for what may pass, KeyRefused or SourceRefused for what the
    operator must correct (the sentence names the setting), SourceChanged for a path or form that is not known.
    """
    if answer.status == 200 and not is_web_page(plain_start(answer)):
        return answer
    said = _said(answer)
    if answer.status == 403 or (answer.status == 401):
        _refuse_key(said, answer, service)
    if answer.status == 414 or "too long" in said.lower():
        raise TooLarge
    if answer.status in (408, 429) or answer.status >= 500 or answer.status == 200:
        raise TryAgain(f"{service.name} answered {answer.status}: {quoted(said, 120)}.", wait=_wait(answer, said))
    if answer.status == 400:
        raise SourceRefused(f"{service.name} refused a parameter: {quoted(said, 200)}; correct the watch or the dates.")
    raise SourceChanged(f"{service.name} answered {answer.status}: {quoted(said, 120)}; the service may have moved.")


def _refuse_key(said: str, answer: Answer, service: Service) -> NoReturn:
    """401 and 403, read by their message: a quota passes, a switched-off service may, a bad key does not."""
    if "quota" in said.lower():
        raise TryAgain(
            f"the day's calls of {service.name} are gone: {quoted(said, 120)}.", wait=_wait(answer, said), quota=True
        )
    if "rejected by policy" in said.lower():
        calls = "calls at present" if service.key else "calls without a key at present"
        advice = "pull again later" if service.key else f"set {KEY}"
        raise TryAgain(f"{service.name} refuses {calls} ({quoted(said, 80)}); {advice}.")
    wrong = "does not take the key in" if service.key else "wants a key in"
    raise KeyRefused(f"{service.name} {wrong} {KEY} ({quoted(said, 120)}); correct it and pull again.")


def _said(answer: Answer) -> str:
    """The message of a refusal: JSON's, or the title of a web page, or nothing."""
    text = plain_start(answer).decode("utf-8", "replace")
    try:
        told: Any = json.loads(text)
    except ValueError:
        found = re.search(r"<title>(.*?)</title>", text, re.DOTALL | re.IGNORECASE)
        return found[1].strip() if found else "a web page" if is_web_page(text.encode()) else text[:200]
    if not isinstance(told, dict):
        return text[:200]
    names = {name.lower(): value for name, value in told.items()}
    details = names.get("errorobject") or ""
    return f"{names.get('message') or names.get('error') or 'no reason'} {details}".strip()


def plain_start(answer: Answer) -> bytes:
    """The first 4,000 bytes of a body, without the packing of the way; nothing when they cannot be unpacked."""
    if not answer.gzip:
        return answer.body[:4000]
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(answer.body[:8000], 4000)
    except zlib.error:
        return b""


def _wait(answer: Answer, said: str) -> float | None:
    """The seconds that a refusal asks to wait: its header's, or those in its words."""
    header = answer.headers.get("retry-after", "")
    if header.isascii() and header.isdigit():
        return float(header)
    if found := re.search(r"try again in (\d+) second", said, re.IGNORECASE):
        return float(found[1])
    if found := re.search(r"replenished in (?:(\d+)\.)?(\d+):(\d\d):(\d\d)", said):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    return None
