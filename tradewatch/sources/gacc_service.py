"""
China's customs site in English: how it is asked, and what its refusals mean.

Source: english.customs.gov.cn as seen in 2026. Its statistics are static pages, served over plain http without a wall
against programs; https connections are reset. Its Chinese neighbours answer 412, or 200, with a script shell in place
of the page; should this site begin to, it is not asked again and again, and nothing is done to get past it.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from urllib.parse import urlsplit

from tradewatch.errors import (
    ConfigError,
    DataError,
    SourceChanged,
    SourceError,
    SourceRefused,
    SourceUnavailable,
)
from tradewatch.files import unpacked
from tradewatch.records import Call
from tradewatch.sources.gacc_index import HOST
from tradewatch.sources.http import Answer, Pace, Patience, TryAgain, ask, client, pace_told, patiently
from tradewatch.sources.tables import is_web_page, quoted

SOURCE = "gacc"
URL, PACE = "TRADEWATCH_GACC_URL", "TRADEWATCH_GACC_PACE"
POLITE = Patience(attempts=4, first=2.0, longest=60.0)
IN_A_ROW = 3
"""Pages that may be refused or fail one after another before nothing more is asked in a run."""


class Walled(SourceRefused):
    """A script shell for browsers came in place of a page: asking again would not help, and is not polite."""


class GivenUp(SourceUnavailable):
    """The site refused or failed IN_A_ROW pages one after another: this run asks nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Where to ask, and how gently."""

    url: str = HOST
    pace: float = 1.0  # seconds between the starts of two calls
    seconds: float = 60.0  # for the next piece of a page
    longest: float = 180.0  # for a whole page
    patience: Patience = POLITE

    @property
    def name(self) -> str:
        """The server, for sentences."""
        return urlsplit(self.url).netloc


def from_environment(environment: Mapping[str, str]) -> Service:
    """The service that the environment names; a ConfigError when a setting is malformed."""
    url = (environment.get(URL) or HOST).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or "@" in parts.netloc:
        raise ConfigError(f"{URL} is expected to be an address such as {HOST}.")
    return Service(url=url, pace=pace_told(environment, PACE, Service().pace))


class Caller:
    """Asks for one page after another; `note` is given each call."""

    def __init__(self, service: Service, note: Callable[[Call], None], now: Callable[[], datetime]) -> None:
        self.service = service
        self._note, self._now = note, now
        self._pace = Pace(service.pace)
        self._client = client(service.seconds)
        self._failed = 0  # pages one after another

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def page(self, kind: str, path: str) -> bytes:
        """
        The page at a path, unpacked. Raises TryAgain when it did not come in any of the tries, Walled for a script
        shell, SourceChanged for a page that is not there, GivenUp without asking after too many of the first two.
        """
        if self._failed >= IN_A_ROW:
            raise GivenUp(
                f"{self.service.name} refused or failed {IN_A_ROW} pages in a row, so nothing more was asked; "
                "pull again later."
            )
        try:
            body = patiently(self.service.patience, lambda: self._call(kind, path))
        except (TryAgain, Walled):
            self._failed += 1
            raise
        self._failed = 0
        return body

    def _call(self, kind: str, path: str) -> bytes:
        self._pace.wait()
        begun, started = self._now(), time.monotonic()
        answer: Answer | None = None
        outcome = "answered"
        try:
            answer = ask(self._client, path, self.service.url, {}, self.service.longest)
            return judged(answer, path, self.service)
        except SourceError as problem:
            outcome = _outcome(problem)
            if answer is None and self.service.url.startswith("https:"):
                raise TryAgain(f"{problem} The site is known to reset https; set {URL} to {HOST}.") from problem
            raise
        finally:
            self._note(
                Call(
                    source=SOURCE,
                    called_at=begun,
                    service="pages",
                    kind=kind,
                    asked=path,
                    http_status=answer.status if answer else None,
                    outcome=outcome,
                    bytes=len(answer.body) if answer else 0,
                    seconds=time.monotonic() - started,
                )
            )


def _outcome(problem: SourceError) -> str:
    return "again" if isinstance(problem, TryAgain) else "refused" if isinstance(problem, SourceRefused) else "changed"


def judged(answer: Answer, path: str, service: Service) -> bytes:
    """The bytes of a page; else TryAgain for what may pass, Walled for a script shell, SourceChanged for the rest."""
    try:
        body = unpacked(answer.body, path) if answer.gzip else answer.body
    except DataError as spoilt:
        raise TryAgain(str(spoilt)) from spoilt
    if answer.status == 412 or is_shell(body):
        raise Walled(
            f"{service.name} answered {answer.status} with a script shell in place of {path}: a wall against programs, "
            "which is not climbed; open the page in a browser, save it and import the file, or pull again later."
        )
    if answer.status != 200:
        _refuse(answer, path, service)
    if not body.strip() or (is_web_page(body) and b"</html>" not in body[-4000:].lower()):
        raise TryAgain(f"{service.name} sent {path} cut: {len(body):,} bytes came, the end of the page did not.")
    return body


def _refuse(answer: Answer, path: str, service: Service) -> NoReturn:
    said = f"{service.name} answered {answer.status} to {path}"
    if answer.status in (408, 429) or answer.status >= 500:
        after = answer.headers.get("retry-after", "")
        raise TryAgain(f"{said}.", wait=float(after) if re.fullmatch(r"[0-9]{1,6}", after) else None)
    if 300 <= answer.status < 400:
        elsewhere = quoted(answer.headers.get("location", "nowhere"))
        raise SourceChanged(f"{said}, sending on to {elsewhere}; not followed, the site may have moved.")
    raise SourceChanged(f"{said}, where a page was expected; the site may have moved it.")


def is_shell(body: bytes) -> bool:
    """Whether a page is the script of the wall: `$_ts` in a script, and no table."""
    text = body.lower()
    return b"$_ts" in text and b"<table" not in text
