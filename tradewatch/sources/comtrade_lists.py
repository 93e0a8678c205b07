"""
UN Comtrade's lists of datasets, in as many calls as they need; and what is released, proven by what is not.

A list that came short without saying so would make released months look unreleased. So the months that it leaves out
are counted: the service has no figures for them, or the list was not whole.
"""

from collections.abc import Iterator
from dataclasses import replace

from tradewatch.errors import SourceError, SourceRefused, SourceUnavailable
from tradewatch.records import Pull, Question
from tradewatch.sources import comtrade_availability
from tradewatch.sources.comtrade_calls import Caller
from tradewatch.sources.comtrade_plan import described, products, within_address
from tradewatch.sources.comtrade_pull import Lost
from tradewatch.sources.comtrade_service import TooLarge
from tradewatch.sources.http import patiently

TIMES = 3
"""How often a list is asked for while the service counts figures of months that it leaves out."""


def in_parts(caller: Caller, kind: str, name: str, question: Question) -> Iterator[Pull | Lost]:
    """A list in as many calls as it needs; Lost, of the question as asked, where one fails."""
    try:
        yield patiently(caller.service.patience, lambda: caller.listed(kind, name, question))
    except TooLarge:
        middle = len(question.reporters) // 2
        if not middle:
            problem = SourceError(
                f"{caller.service.name} cuts the list of what one reporter released; ask fewer months."
            )
            yield Lost(question=question, error=problem)
            return
        for some in (question.reporters[:middle], question.reporters[middle:]):
            yield from in_parts(caller, kind, name, replace(question, reporters=some))
    except SourceRefused:
        raise
    except SourceError as problem:
        yield Lost(question=question, error=problem)


def released(caller: Caller, question: Question) -> Iterator[Pull | Lost]:
    """
    What is released of the question's reporters and months; after each list, Lost for what it leaves out of them
    though the service may have it.
    """
    for told in in_parts(caller, "availability", "getDa", question):
        yield from (told,) if isinstance(told, Lost) else _proven(caller, told)


def _proven(caller: Caller, pull: Pull) -> Iterator[Pull | Lost]:
    """A list, asked again while what it leaves out has figures."""
    left_out = _left_out(caller, pull)
    for _ in range(TIMES - 1):
        again = _again(caller, pull) if any(isinstance(one.error, _Short) for one in left_out) else None
        if again is None:
            break
        pull, left_out = again, _left_out(caller, again)
    yield pull
    yield from left_out


def _again(caller: Caller, pull: Pull) -> Pull | None:
    try:
        return patiently(caller.service.patience, lambda: caller.listed("availability", "getDa", pull.asked[0]))
    except SourceRefused:
        raise
    except (SourceError, TooLarge):
        return None


class _Short(SourceUnavailable):
    """The service has figures of months that its list leaves out."""


def _left_out(caller: Caller, pull: Pull) -> list[Lost]:
    """Of what the list leaves out, the part that is not proven to be without figures."""
    found = (_unproven(caller, one) for one in _questions(caller, pull))
    return [one for one in found if one is not None]


def _unproven(caller: Caller, question: Question) -> Lost | None:
    name = caller.service.name
    try:
        count = patiently(caller.service.patience, lambda: caller.count(question))
    except SourceRefused:
        raise
    except SourceError as problem:
        return Lost(question=question, error=problem)
    said = f"{name} counts {count:,} rows for {described(question)}, which its list of what is released leaves out."
    return Lost(question=question, error=_Short(said)) if count else None


def _questions(caller: Caller, pull: Pull) -> Iterator[Question]:
    """All totals of the months that a list leaves out, in as few questions as hold none that it names."""
    about, named = pull.asked[0], comtrade_availability.stated(pull)
    every = {(code, period) for code in about.reporters for period in about.periods}
    for reporters, periods in products(every - named.keys(), every & named.keys()):
        totals = Question(
            reporters=reporters,
            partners=(),
            flows=("export", "import"),
            freq=about.freq,
            commodities=("TOTAL",),
            periods=periods,
            released={(code, period): pull.fetched_at for code in reporters for period in periods},
            every_partner=True,
        )
        yield from within_address(totals, caller.service)
