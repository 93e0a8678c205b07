"""The gateway before the service: who may ask, how often, and how much is left of the day."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from comtrade_stand_in.answers import Answer, bad_key, keyless, out_of_quota, too_many

LONGEST_URL = 4096
HOST = "https://comtradeapi.un.org"
FREE, PREMIUM = "stand-in-free-key", "stand-in-premium-key"
"""The keys that exist here."""

PREMIUM_ONLY = ("bulk",)


@dataclass(frozen=True, slots=True)
class Limits:
    """Row caps of one call, calls a UTC day and key (0: no limit), and calls a second and caller (0: no limit)."""

    keyless: int = 500
    free: int = 100_000
    premium: int = 250_000
    quota: int = 0
    rate: float = 0.0
    burst: int = 3
    many_periods: str = "refuse"

    def cap(self, key: str | None) -> int:
        """The most rows a call of this key gets."""
        return {FREE: self.free, PREMIUM: self.premium}.get(key or "", self.keyless)


@dataclass(slots=True)
class Gate:
    """Counts the calls of each key and day, and of each caller and second."""

    limits: Limits
    _used: Counter[tuple[str, str]] = field(default_factory=Counter)
    _tokens: dict[str, tuple[datetime, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refusal(self, service: str, key: str | None, now: datetime) -> Answer | None:
        """Why a call to data, public, tools or bulk is not let through, or None."""
        if service != "public":
            if not key:
                return keyless()
            if key not in (FREE, PREMIUM) or (service in PREMIUM_ONLY and key != PREMIUM):
                return bad_key()
        with self._lock:
            return self._too_fast(key or "", now) or self._used_up(key, now)

    def _too_fast(self, caller: str, now: datetime) -> Answer | None:
        """A bucket of `burst` calls that fills by `rate` a second."""
        if not self.limits.rate:
            return None
        since, left = self._tokens.get(caller, (now, float(self.limits.burst)))
        left = min(self.limits.burst, left + (now - since).total_seconds() * self.limits.rate)
        self._tokens[caller] = (now, left - 1 if left >= 1 else left)
        return None if left >= 1 else too_many(1)

    def _used_up(self, key: str | None, now: datetime) -> Answer | None:
        if not key or not self.limits.quota:
            return None
        self._used[key, f"{now:%Y-%m-%d}"] += 1
        if self._used[key, f"{now:%Y-%m-%d}"] <= self.limits.quota:
            return None
        return out_of_quota(86_400 - (now.hour * 3600 + now.minute * 60 + now.second))


def key_of(headers: Mapping[str, str], given: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The subscription key and where it came: header or query."""
    if key := headers.get("Ocp-Apim-Subscription-Key"):
        return key, "header"
    key = given.get("subscription-key")
    return key, "query" if key else None
