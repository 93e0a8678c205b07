"""What a digest says, as plain values: every channel and the terminal write the same model."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One alert as a digest tells it. Amounts are US dollars over the three months to `month`."""

    alert_id: str
    reason: str  # new, worse, revised, reopened, withdrawn, closed, or still
    title: str
    severity: str
    sentence: str
    event: str  # what happened, where the sentence does not say it
    first_month: date
    month: date
    score: float
    amount_usd: Decimal
    value_usd: float | None
    expected_usd: float | None
    notes: tuple[str, ...]
    next: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source of the figures: how far it reaches and when it was last released or taken (naive UTC)."""

    name: str
    attribution: str
    newest_period: date  # its newest month, the last one of the year for annual figures
    newest_release: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule whose thresholds the digest states."""

    id: str
    title: str
    thresholds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """All that a digest says, in the order it says it."""

    month: date | None  # the newest month that was judged
    composed_at: datetime  # naive UTC
    known_at: datetime | None  # the vintage of the newest judgement
    new: tuple[Item, ...]
    worse: tuple[Item, ...]  # and revised and reopened
    over: tuple[Item, ...]  # closed and withdrawn
    still: tuple[Item, ...]
    inhibited: tuple[str, ...]  # hits that a broader cause explains, a line for each cause
    health: tuple[str, ...]
    rules: tuple[Rule, ...]
    sources: tuple[Source, ...]
    event_ids: tuple[int, ...]  # the events this digest tells for the first time
