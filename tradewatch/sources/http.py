"""
One question to a server, politely: paced over all threads, asked again where that can help, its bytes as they came.

The only module that knows httpx. What a server answers is judged by each source; what is told here is who must act.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import httpx
import stamina.instrumentation

from tradewatch.errors import ConfigError, SourceChanged, SourceUnavailable

stamina.instrumentation.set_on_retry_hooks([])  # its log lines name arguments; our ledger of calls says more

MOST_BYTES: Final = 512 << 20
"""The largest body taken from the wire, packed; 250,000 rows of UN Comtrade have about 16 MB."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: status, headers with names in lower case, and the body as sent, packed where `gzip` says so."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def gzip(self) -> bool:
        """Whether the body was packed for the way."""
        return self.headers.get("content-encoding", "").lower() == "gzip"

    @property
    def kind(self) -> str:
        """The media type, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class TryAgain(SourceUnavailable):
    """
    A failure that may pass; `wait` is the seconds that the server asked for, `quota` says that the day's calls are
    gone.
    """

    def __init__(self, sentence: str, *, wait: float | None = None, quota: bool = False) -> None:
        super().__init__(sentence)
        self.wait, self.quota = wait, quota


def client(seconds: float) -> httpx.Client:
    """A client that waits so long for each piece, follows no redirection (it would carry a key) and takes gzip."""
    return httpx.Client(timeout=httpx.Timeout(seconds, connect=15.0), headers={"Accept-Encoding": "gzip"})


def ask(asker: httpx.Client, path: str, url: str, headers: Mapping[str, str], longest: float) -> Answer:
    """
    One GET of url + path, whole or not at all; `longest` is the most seconds it may take, however slowly it drips.

    Raises TryAgain when the connection fails or takes too long, SourceChanged when the body is larger than MOST_BYTES.
    """
    ends, server = time.monotonic() + longest, httpx.URL(url).host
    try:
        with asker.stream("GET", url + path, headers=dict(headers)) as response:
            pieces = bytearray()
            for piece in response.iter_raw():
                pieces += piece
                if len(pieces) > MOST_BYTES:
                    raise SourceChanged(f"{server} sends more than {MOST_BYTES:,} bytes in one answer; not taken.")
                if time.monotonic() > ends:
                    raise TryAgain(f"{server} took more than {longest:.0f} seconds for one answer.")
            return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(pieces))
    except httpx.TimeoutException as problem:
        raise TryAgain(f"{server} did not answer in time ({type(problem).__name__}).") from problem
    except httpx.HTTPError as problem:
        raise TryAgain(f"the connection to {server} failed ({type(problem).__name__}).") from problem


class Pace:
    """
    The starts of calls, at least so many seconds apart over all threads; further apart after each refusal, and back
    towards `least` while answers come.
    """

    def __init__(self, least: float, most: float = 20.0) -> None:
        self.least, self.most = least, most
        self._lock = threading.Lock()
        self._seconds, self._next = least, 0.0

    def wait(self) -> None:
        """Wait for this call's turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._seconds
        time.sleep(turn - now)

    def refused(self, wait: float) -> None:
        """The server said too fast: nobody calls for `wait` seconds, and calls come further apart."""
        with self._lock:
            self._seconds = min(self._seconds * 1.5, self.most)
            self._next = max(self._next, time.monotonic() + wait)

    def answered(self) -> None:
        """The server answered: calls may come a little closer again."""
        with self._lock:
            self._seconds = max(self._seconds * 0.95, self.least)


def pace_told(environment: Mapping[str, str], name: str, usual: float) -> float:
    """The seconds between two calls that the environment sets, else the usual ones; a ConfigError when malformed."""
    try:
        pace = float(environment.get(name) or usual)
    except ValueError:
        pace = -1.0
    if not 0 <= pace <= 600:
        raise ConfigError(f"{name} is expected to be seconds between two calls, such as {usual:g}.")
    return pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a call is tried and how long is waited between: `first` seconds, then twice that, up to `longest`."""

    attempts: int = 6
    first: float = 1.0
    longest: float = 60.0
    attempts_without_quota: int = 3  # one node of a gateway may refuse while others still answer; not more


USUAL = Patience()


def patiently(patience: Patience, call: Callable[[], Result]) -> Result:
    """
    The result of a call that raises TryAgain while it may still work; the last TryAgain when it does not.

    A wait that the server asks for is kept, with some jitter; one longer than `longest` ends the trying.
    """
    refusals = 0

    def again(problem: Exception) -> bool | float:
        nonlocal refusals
        if not isinstance(problem, TryAgain):
            return False
        refusals += problem.quota
        if problem.quota:
            return refusals < patience.attempts_without_quota
        if problem.wait is None:
            return True
        return problem.wait + jitter() if problem.wait <= patience.longest else False

    tries = stamina.retry_context(
        on=again,
        attempts=patience.attempts,
        timeout=None,
        wait_initial=patience.first,
        wait_max=patience.longest,
        wait_jitter=patience.first,
    )
    for attempt in tries:
        with attempt:
            return call()
    raise AssertionError("stamina ends in a result or an error")


def jitter() -> float:
    """Up to a quarter of a second, so that several callers do not come back at once."""
    return (time.monotonic_ns() % 1000) / 4000
