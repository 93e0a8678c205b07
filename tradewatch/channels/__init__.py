"""
Where a digest goes. Each channel is a module with one function, `deliver`, that returns once the channel took it.

It raises DeliveryError with one sentence, without any secret, when the channel did not; Doubtful when nobody can know.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import stamina.instrumentation

from tradewatch.errors import DeliveryError

stamina.instrumentation.set_on_retry_hooks([])  # its log lines name arguments, which hold secrets

TRIES: Final = 3
LONGEST_WAIT: Final = 30.0
"""Seconds; a channel that asks for more is tried again by the next run."""

Result = TypeVar("Result")


class Doubtful(DeliveryError):
    """The connection broke after all was sent and before the answer: it may have arrived, or not."""


class NotNow(DeliveryError):
    """A refusal that may pass; `wait` is the seconds that the channel asked for."""

    def __init__(self, sentence: str, wait: float | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


def patiently(send: Callable[[], Result]) -> Result:
    """The result of `send`, tried again while it raises NotNow and waiting can help; else the last NotNow."""

    def again(problem: Exception) -> bool | float:
        if not isinstance(problem, NotNow):
            return False
        return True if problem.wait is None else problem.wait if problem.wait <= LONGEST_WAIT else False

    for attempt in stamina.retry_context(on=again, attempts=TRIES, timeout=None, wait_initial=1.0, wait_max=10.0):
        with attempt:
            return send()
    raise AssertionError("a retry that neither returns nor raises")
