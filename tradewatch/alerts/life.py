"""What to tell about an alert: a pure function of its life so far and of what the rules saw in a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

LEVELS = ("low", "medium", "high", "critical")

WORSE_BY = Decimal(2)
"""An alert is told again when its amount is at least twice the one last told, or its severity rises."""

REVISED_BY = Decimal("0.25")
"""Revised figures are told when they move the amount of the month last told by a quarter or more."""

QUIET_MONTHS = 3
"""An alert is closed after so many published months in a row without a hit; a month not published does not count."""


class Reason(StrEnum):
    """What happened to an alert: told by the figures, or answered by people."""

    NEW = "new"
    WORSE = "worse"
    REVISED = "revised"
    RECEDING = "receding"
    WITHDRAWN = "withdrawn"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    EXPLAINED = "explained"
    SILENCED = "silenced"
    REOPENED = "reopened"
    CLOSED = "closed"


ENDS = frozenset({Reason.CLOSED, Reason.WITHDRAWN})
TURNS = ENDS | {Reason.NEW, Reason.REOPENED}
ANSWERS = frozenset({Reason.ACKNOWLEDGED, Reason.CONFIRMED, Reason.EXPLAINED, Reason.SILENCED})
MUTED = {
    Reason.EXPLAINED: frozenset({Reason.REVISED, Reason.RECEDING}),
    Reason.SILENCED: frozenset({Reason.REVISED, Reason.RECEDING, Reason.WORSE}),
}
"""What is not told while an answer stands. An end is always told: whoever read of an alert reads of its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a rule saw of one subject in one month; score, amount and the rest only for a hit."""

    verdict: str  # hit, quiet, inhibited or not published; only the first two say anything
    score: float = 0.0
    amount_usd: Decimal = Decimal(0)
    severity: str = "low"  # one of LEVELS
    sentence: str = ""
    rule: str = ""
    vintage: datetime = datetime.min  # of the figures, naive UTC
    before: str = ""  # hit or quiet, on the newest vintage told of that could judge the month; empty when none could
    carried_usd: Decimal | None = None  # amount of the newest other month since it was new that hits; None without one


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event of an alert's life."""

    reason: Reason
    month: date
    amount_usd: Decimal
    severity: str
    verdict: str | None  # hit or quiet: what the month it tells of was then; None when people say it
    vintage: datetime = datetime.min
    until: date | None = None  # of a silence: its first day without it


def reason_to_tell(
    life: Sequence[Told], month: date, seen: Seen, quiet_months: int, today: date = date.min
) -> Reason | None:
    """
    Why an alert is told for a month, or None.

    `life` is every event so far, oldest first; `quiet_months` how many published months in a row, this one included,
    were without a hit since the last one, or since people reopened it. Months are judged in order, oldest first: of a
    month before the newest one told, only an ended case that revised figures bring back is told.
    """
    if seen.verdict not in ("hit", "quiet"):
        return None
    told = [event for event in _since_new(life) if event.verdict]
    if not told:
        return Reason.NEW if seen.verdict == "hit" else None
    if ended(life):
        return _after_the_end(told, month, seen)
    if any(event.month > month for event in told):
        return None
    hit = seen.verdict == "hit"
    reason = _of_a_hit(life, told[-1], month, seen, today) if hit else _of_quiet(told, month, seen, quiet_months)
    return None if reason and _muted(reason, answer(life), seen, today) else reason


def ended(life: Sequence[Told]) -> bool:
    """Whether it is closed or withdrawn, and neither new since then nor reopened."""
    return next((event.reason in ENDS for event in reversed(life) if event.reason in TURNS), True)


def answer(life: Sequence[Told]) -> Told | None:
    """What people said that still stands: not before it was new or reopened, and no mute that a worse case broke."""
    broken = False
    for event in reversed(life):
        if event.reason in ANSWERS:
            return None if broken and event.reason in MUTED else event
        if event.reason in (Reason.NEW, Reason.REOPENED):
            return None
        broken = broken or event.reason is Reason.WORSE
    return None


def _since_new(life: Sequence[Told]) -> Sequence[Told]:
    starts = [place for place, event in enumerate(life) if event.reason is Reason.NEW]
    return life[starts[-1] :] if starts else life


def _after_the_end(told: Sequence[Told], month: date, seen: Seen) -> Reason | None:
    """A later month that hits is a new case; the told months come back only when revised figures bring a new hit."""
    if seen.verdict == "quiet":
        return None
    if month > told[-1].month:
        return Reason.NEW
    is_news = seen.before != "hit" and seen.vintage > max(event.vintage for event in told)
    return Reason.REOPENED if is_news else None


def _of_a_hit(life: Sequence[Told], last: Told, month: date, seen: Seen, today: date) -> Reason | None:
    said = answer(life)
    if said and said.until and today >= said.until and month >= said.month:
        return Reason.REOPENED
    if last.month < month:
        return Reason.WORSE if _worse(_last_amount(life), seen) else None
    if last.verdict == "quiet":
        return Reason.REVISED
    if said and said.reason is Reason.CONFIRMED and _after(life, last, said):
        return None  # since then it is compared with what was expected at its onset: that is no revision
    moved = abs(seen.amount_usd - last.amount_usd) >= REVISED_BY * abs(last.amount_usd)
    return Reason.REVISED if moved and seen.amount_usd != last.amount_usd else None


def _after(life: Sequence[Told], first: Told, second: Told) -> bool:
    places = {id(event): place for place, event in enumerate(life)}
    return places[id(second)] > places[id(first)]


def _of_quiet(told: Sequence[Told], month: date, seen: Seen, quiet_months: int) -> Reason | None:
    """Withdrawn when no hit is left at all, unless people hold it open; closed when hits are left, but long ago."""
    last, held_open = told[-1], ended(told)
    if seen.carried_usd is None and not held_open:
        return Reason.WITHDRAWN
    if quiet_months >= QUIET_MONTHS:
        return Reason.CLOSED
    if last.month == month:
        return Reason.REVISED if last.verdict == "hit" else None
    return None if last.reason is Reason.RECEDING else Reason.RECEDING


def _muted(reason: Reason, said: Told | None, seen: Seen, today: date) -> bool:
    if said is None or reason not in MUTED.get(said.reason, ()):
        return False
    if said.reason is Reason.SILENCED:
        return today < (said.until or date.min) and seen.amount_usd < WORSE_BY * said.amount_usd
    return True


def _last_amount(life: Sequence[Told]) -> Told:
    """The event whose amount readers know: the newest that is neither an end nor a month without a hit."""
    silent = ENDS | {Reason.RECEDING}
    return next(event for event in reversed(life) if event.reason not in silent)


def _worse(last: Told, seen: Seen) -> bool:
    return (
        LEVELS.index(seen.severity) > LEVELS.index(last.severity) or seen.amount_usd >= WORSE_BY * last.amount_usd
    ) and seen.amount_usd > last.amount_usd
