"""What a digest says, as plain values: every format is written from the same model, and it is what the outbox keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

SECTION: Mapping[str, str] = {
    "new": "new",
    "worse": "worse",
    "revised": "worse",
    "withdrawn": "worse",
    "reopened": "worse",
    "receding": "ongoing",
    "acknowledged": "ongoing",
    "confirmed": "ongoing",
    "explained": "closed",
    "silenced": "closed",
    "closed": "closed",
}
"""The section that tells of an event, by its reason. A new reason needs a line here, and nothing else in the digest."""

SETTLED = frozenset({"closed", "withdrawn", "explained", "silenced"})
"""States and reasons after which an alert is not ongoing: it is told once, then left out."""

ENDS = frozenset({"closed", "withdrawn"})
"""Reasons after which there is no case any more, until it begins again."""

HITS = frozenset({"new", "worse", "revised", "reopened"})
"""Reasons whose sentence is that of a finding: the newest finding's is shown in its place."""

LEVELS = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """
    The months behind an alert, for its chart: US dollars a month, null where no supplier counted has published it, and
    the band in which the middle half of the 24 baseline months lies.
    """

    months: tuple[date, ...]
    values_usd: tuple[float | None, ...]
    low_usd: float
    high_usd: float
    policy: tuple[tuple[date, str], ...]  # first day of the month, what happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One alert as a digest tells it. Amounts are US dollars over the three months to `month`."""

    alert_id: str
    reason: str  # the reason of the event told, a key of SECTION, or `ongoing`
    change: str  # what changed: `new month`, `revision`, or nothing when a person acted or nothing happened
    title: str
    severity: str
    severity_told: str  # the highest that any event of the alert had: who heard of that one hears of its end too
    watch: str
    area: str
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
    history: History | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source of the figures: how far it reaches and when it was last released or taken (naive UTC)."""

    name: str
    attribution: str
    newest_period: date  # its newest month, the last one of the year for annual figures
    newest_release: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule whose thresholds the digest states, with its false rate as a backtest measured it, in words."""

    id: str
    title: str
    thresholds: tuple[str, ...]
    false_rate: str  # empty when it is not measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """All that a digest says, in the order it says it. Every section holds the whole of it, ranked; formats cut it."""

    month: date | None  # the newest month that was judged
    composed_at: datetime  # naive UTC
    known_at: datetime | None  # the vintage of the newest judgement
    new: tuple[Item, ...]
    worse: tuple[Item, ...]  # worse, revised, withdrawn, reopened; withdrawn first
    ongoing: tuple[Item, ...]
    closed: tuple[Item, ...]
    health: tuple[str, ...]
    confirmed: int  # alerts that people confirmed in the last twelve months
    explained: int  # and explained
    rules: tuple[Rule, ...]
    sources: tuple[Source, ...]
    event_ids: tuple[int, ...]  # the events this digest tells for the first time
    cap: int  # how many alerts of a section are told; the rest are counted
    report: str  # address of the report, empty when there is none

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in the order told."""
        return self.new + self.worse + self.ongoing + self.closed
