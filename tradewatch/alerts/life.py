"""What to tell about an alert: a pure function of its life so far and of what the rules saw in a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

LEVELS = ("low", "medium", "high", "critical")

WORSE_BY = Decimal(2)
"""An alert is told again when its amount is at least twice the one last told, or its severity rises."""

REVISED_BY = Decimal("0.25")
"""Revised figures are told when they move the amount of the month last told by a quarter or more."""

QUIET_MONTHS = 3
"""An alert is over after so many published months in a row without a hit; a month not published does not count."""


class Reason(StrEnum):
    """Why an alert is told."""

    NEW = "new"
    WORSE = "worse"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"
    OVER = "over"


ENDS = frozenset({Reason.OVER, Reason.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a rule saw of one subject in one month; score, amount and the rest only for a hit."""

    verdict: str  # hit, quiet or not published
    score: float = 0.0
    amount_usd: Decimal = Decimal(0)
    severity: str = "low"  # one of LEVELS
    sentence: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event of an alert's life, told or about to be told."""

    reason: Reason
    month: date
    amount_usd: Decimal
    severity: str


def reason_to_tell(life: Sequence[Told], month: date, seen: Seen, quiet_months: int) -> Reason | None:
    """
    Why an alert is told for a month, or None.

    `life` is every event so far, oldest first; `quiet_months` how many published months in a row, this one included,
    were without a hit. Nothing is told of a month that lies before the newest event.
    """
    if seen.verdict == "not published" or any(event.month > month for event in life):
        return None
    last = life[-1] if life else None
    if last and last.month == month:
        return _reason_to_tell_again(last, seen)
    if last is None or last.reason in ENDS:
        return Reason.NEW if seen.verdict == "hit" else None
    if seen.verdict == "hit":
        return Reason.WORSE if _worse(last, seen) else None
    return Reason.OVER if quiet_months >= QUIET_MONTHS else None


def _reason_to_tell_again(last: Told, seen: Seen) -> Reason | None:
    """The month of the newest event, judged again: only changed figures are worth telling."""
    if last.reason in ENDS:
        return Reason.REVISED if seen.verdict == "hit" else None
    if seen.verdict == "quiet":
        return Reason.WITHDRAWN
    moved = abs(seen.amount_usd - last.amount_usd) >= REVISED_BY * abs(last.amount_usd)
    return Reason.REVISED if moved and seen.amount_usd != last.amount_usd else None


def _worse(last: Told, seen: Seen) -> bool:
    return (
        LEVELS.index(seen.severity) > LEVELS.index(last.severity) or seen.amount_usd >= WORSE_BY * last.amount_usd
    ) and seen.amount_usd > last.amount_usd
