"""
The fifth stage: an alert is a case (rule family × subject) with a life, told once for each thing that happens to it.

    new ──► worse, revised ──► receding ──► closed ──► new again
     └──► withdrawn (the figures changed, not the trade) ──► reopened (they changed back)
    people: acknowledged, confirmed, explained, silenced, reopened

Events are only ever added. What to tell about a month is a pure function of what stood before it, what the rules saw in
it, and what was told about it already: judging a month twice on the same figures tells nothing.
"""

from tradewatch.alerts.answer import Answer, answer
from tradewatch.alerts.case import Case, case
from tradewatch.alerts.life import Reason, Seen, Told, reason_to_tell
from tradewatch.alerts.update import update
from tradewatch.alerts.why import Figure, Why, why

__all__ = [
    "Answer",
    "Case",
    "Figure",
    "Reason",
    "Seen",
    "Told",
    "Why",
    "answer",
    "case",
    "reason_to_tell",
    "update",
    "why",
]
