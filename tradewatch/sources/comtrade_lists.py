"""
UN Comtrade's lists of datasets, in as many calls as they need; and what is released, with its holes looked into.

A list that came short without saying so would make released months look unreleased. It shows itself by holes: a month
that a reporter leaves out though it has later ones, or one that was there before. Holes are counted: the service has
no figures for them, or the list was not whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from tradewatch.errors import SourceError, SourceRefused, SourceUnavailable
from tradewatch.records import Dataset, Pull, Question
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is released; its holes: those that the service has no figures of, and those that it may have some of."""

    pull: Pull
    absent: frozenset[Dataset]
    doubtful: frozenset[Dataset]


def released(caller: Caller, question: Question, known: Mapping[Dataset, bool]) -> Iterator[Listed | Lost]:
    """
    What is released of the question's reporters and months; after each list, Lost for holes that the service has
    figures of, or may have. `known` says of datasets whether they were there (True) or proven absent (False) before.
    """
    for told in in_parts(caller, "availability", "getDa", question):
        yield from (told,) if isinstance(told, Lost) else _looked_into(caller, told, known)


def _looked_into(caller: Caller, pull: Pull, known: Mapping[Dataset, bool]) -> Iterator[Listed | Lost]:
    """A list, asked again while there are figures in its holes."""
    lost = _lost(caller, pull, known)
    for _ in range(TIMES - 1):
        if not any(isinstance(one.error, _Short) for one in lost):
            break
        pull = _again(caller, pull) or pull
        lost = _lost(caller, pull, known)
    doubtful = frozenset(dataset for one in lost for dataset in one.question.released)
    yield Listed(pull=pull, absent=frozenset(holes(pull, known) - doubtful), doubtful=doubtful)
    yield from lost


def _lost(caller: Caller, pull: Pull, known: Mapping[Dataset, bool]) -> list[Lost]:
    """The holes of a list that the service has figures of, or may have."""
    return [one for one in map(partial(_unproven, caller), _questions(caller, pull, known)) if one]


def _again(caller: Caller, pull: Pull) -> Pull | None:
    try:
        return patiently(caller.service.patience, lambda: caller.listed("availability", "getDa", pull.asked[0]))
    except SourceRefused:
        raise
    except (SourceError, TooLarge):
        return None


class _Short(SourceUnavailable):
    """The service has figures of months that its list leaves out."""


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


def holes(pull: Pull, known: Mapping[Dataset, bool]) -> set[Dataset]:
    """What a list leaves out of a reporter that has later months in it, or that was there before."""
    about, named = pull.asked[0], comtrade_availability.stated(pull)
    last = {code: max(period for one, period in named if one == code) for code in {code for code, _ in named}}
    left_out = {(code, period) for code in about.reporters for period in about.periods} - named.keys()
    inside = {one for one in left_out if one[0] in last and one[1] < last[one[0]] and known.get(one) is not False}
    return inside | {one for one in left_out if known.get(one)}


def _questions(caller: Caller, pull: Pull, known: Mapping[Dataset, bool]) -> Iterator[Question]:
    """All totals of the holes of a list, in as few questions as hold nothing that it names."""
    about, named = pull.asked[0], comtrade_availability.stated(pull)
    for reporters, periods in products(holes(pull, known), named.keys()):
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
