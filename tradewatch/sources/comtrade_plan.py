"""
From what is needed to the fewest calls: which questions cover the missing datasets, and how one too large is parted.

Pure: no network, no clock, no tables. Codes are UN Comtrade's own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil
from typing import Any, NamedTuple, TypeVar

from tradewatch.records import Dataset, Question
from tradewatch.sources.comtrade_service import MOST_PERIODS, Service, TooLarge, data_path

First = TypeVar("First", str, date)
Second = TypeVar("Second", str, date)
Value = TypeVar("Value", str, date)

FILL = 0.85
"""How full of a cap the parts of a question are planned: parts are never equally large."""

USUAL_PARTNERS = 250
"""Partners that a large reporter states in one month, at most: what a question without partner names may bring."""


class Need(NamedTuple):
    """One thing that is missing: in these datasets, these flows × partners × commodities. Codes of the source."""

    datasets: frozenset[Dataset]
    flows: tuple[str, ...]
    partners: tuple[str, ...]
    commodities: tuple[str, ...]
    every_partner: bool
    lines: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One question that will be asked, the rows it is expected to bring, and the calls: one to count and the rest."""

    question: Question
    rows: int
    calls: int


def plan(
    needs: Iterable[Need],
    released: Mapping[Dataset, datetime],
    freq: str,
    service: Service,
    filled: Mapping[bool, float],
) -> list[Planned]:
    """
    The questions for all needs, each within the limits of periods and address; not yet of rows, which only the
    service knows. `released` is every dataset that is there, with the moment it is known from; `filled` says how many
    of 100 cells were filled before, for questions that name partners (False) and those that do not (True).
    """
    return [
        _planned(question, service, filled[need.every_partner])
        for need in needs
        for question in _questions(need, released, freq, service)
    ]


def _planned(question: Question, service: Service, filled: float) -> Planned:
    rows = ceil(cells(question) * filled)
    return Planned(question=question, rows=rows, calls=1 + max(1, ceil(rows / (FILL * service.cap()))))


def cells(question: Question) -> int:
    """The most rows that an answer can have."""
    partners = USUAL_PARTNERS if question.every_partner else len(question.partners)
    return len(question.released) * len(question.flows) * partners * len(question.commodities)


def _questions(need: Need, released: Mapping[Dataset, datetime], freq: str, service: Service) -> Iterator[Question]:
    for reporters, periods in products(need.datasets, released):
        for start in range(0, len(periods), MOST_PERIODS):
            asked = Question(
                reporters=reporters,
                partners=need.partners,
                flows=need.flows,
                freq=freq,
                commodities=need.commodities,
                periods=periods[start : start + MOST_PERIODS],
                every_partner=need.every_partner,
                lines=need.lines,
            )
            question = _of_datasets(asked, {dataset: released[dataset] for dataset in need.datasets})
            if question.released:
                yield from within_address(question, service)


def _of_datasets(question: Question, known: Mapping[Dataset, datetime]) -> Question:
    """The question with, of the known datasets, those that lie in it; lists shrink to what these need."""
    inside = {
        dataset: at
        for dataset, at in sorted(known.items())
        if dataset[0] in question.reporters and dataset[1] in question.periods
    }
    return replace(
        question,
        released=inside,
        reporters=tuple(code for code in question.reporters if any(code == dataset[0] for dataset in inside)),
        periods=tuple(period for period in question.periods if any(period == dataset[1] for dataset in inside)),
    )


def within_address(question: Question, service: Service) -> Iterator[Question]:
    """The question, or halves of it along its longest list while its address would be too long."""
    try:
        data_path(question, service, count=True)
    except TooLarge:
        lists = ("reporters", "commodities") if question.every_partner else ("reporters", "commodities", "partners")
        for part in _cut(question, max(lists, key=lambda name: len(getattr(question, name))), 2, {}):
            yield from within_address(part, service)
    else:
        yield question


def products(
    needed: Collection[Dataset], released: Collection[Dataset]
) -> list[tuple[tuple[str, ...], tuple[date, ...]]]:
    """
    Lists of reporters and periods whose products hold every needed dataset once and no released one that is not
    needed; holes that are not released may lie inside. Of two ways to group them, that with fewer calls.
    """
    spared = set(released) - set(needed)
    by_reporter = _grouped(needed, spared)
    turned = _grouped([(period, code) for code, period in needed], {(period, code) for code, period in spared})
    by_period = [(codes, periods) for periods, codes in turned]
    return min(by_reporter, by_period, key=lambda groups: sum(ceil(len(p) / MOST_PERIODS) for _, p in groups))


def _grouped(
    needed: Iterable[tuple[First, Second]], spared: Iterable[tuple[First, Second]]
) -> list[tuple[tuple[First, ...], tuple[Second, ...]]]:
    """Groups of the first members that may share the union of their second members."""
    wanted: defaultdict[First, set[Second]] = defaultdict(set)
    barred: defaultdict[First, set[Second]] = defaultdict(set)
    for first, second in needed:
        wanted[first].add(second)
    for first, second in spared:
        barred[first].add(second)
    groups: list[tuple[list[First], set[Second]]] = []
    firsts: list[First] = sorted(wanted, key=lambda one: (-len(wanted[one]), one))
    for first in firsts:
        group = next((one for one in groups if _may_join(first, one, wanted, barred)), None)
        if group is None:
            groups.append(([first], set(wanted[first])))
        else:
            group[0].append(first)
            group[1].update(wanted[first])
    return [(tuple(sorted(members)), tuple(sorted(seconds))) for members, seconds in groups]


def _may_join(
    first: First,
    group: tuple[list[First], set[Second]],
    wanted: Mapping[First, set[Second]],
    barred: Mapping[First, set[Second]],
) -> bool:
    """Whether the product of the grown group would hold nothing that is barred."""
    union = group[1] | wanted[first]
    others = all(union.isdisjoint(barred[member]) for member in group[0] if member in barred)
    return others and (first not in barred or union.isdisjoint(barred[first]))


def fitting(question: Question, rows: int, cap: int, sizes: Mapping[Dataset, int]) -> list[Question]:
    """
    Parts of a question of so many rows that should fit under a cap each, by the sizes of whole datasets.

    Along periods, then reporters, commodities, flows and partners, never within one cell: a dataset stays in one
    answer as long as it can. What cannot be parted comes back as it is.
    """
    count = ceil(rows / (FILL * cap))
    names = [name for name in _parted(question) if len(getattr(question, name)) > 1]
    if count <= 1 or not names:
        return [question]
    found = _cut(question, names[0], min(count, len(getattr(question, names[0]))), sizes)
    whole = sum(_weight(part, sizes) for part in found)
    shares = ((part, ceil(rows * _weight(part, sizes) / whole)) for part in found)
    return [one for part, share in shares for one in fitting(part, share, cap, sizes)]


def halves(question: Question, sizes: Mapping[Dataset, int]) -> list[Question]:
    """The question in two, in the order of `fitting`; TooLarge when it is one cell, or all partners of one."""
    for name in _parted(question):
        if len(getattr(question, name)) > 1:
            return _cut(question, name, 2, sizes)
    raise TooLarge


def datasets_apart(question: Question, sizes: Mapping[Dataset, int]) -> list[Question]:
    """The question in two, reporters apart and then months: to find the dataset that fails; TooLarge when it is one."""
    for name in ("reporters", "periods"):
        if len(getattr(question, name)) > 1:
            return _cut(question, name, 2, sizes)
    raise TooLarge


def _parted(question: Question) -> tuple[str, ...]:
    """The lists along which a question may be parted, in order."""
    lists = ("periods", "reporters", "commodities", "flows")
    return lists if question.every_partner else (*lists, "partners")


def _cut(question: Question, name: str, count: int, sizes: Mapping[Dataset, int]) -> list[Question]:
    """The question in runs of one of its lists, of nearly equal weight; a run without a released dataset is dropped."""
    values = getattr(question, name)
    at = {"reporters": 0, "periods": 1}.get(name)
    if at is None:
        weights = [1] * len(values)
    else:
        weights = [sum(sizes.get(one, 1) for one in question.released if one[at] == value) for value in values]
    changes: list[dict[str, Any]] = [{name: tuple(run)} for run in _runs(values, weights, count)]
    found = [_of_datasets(replace(question, **change), question.released) for change in changes]
    return [part for part in found if part.released]


def _weight(question: Question, sizes: Mapping[Dataset, int]) -> int:
    datasets = sum(sizes.get(one, 1) for one in question.released)
    partners = 1 if question.every_partner else len(question.partners)
    return max(1, datasets) * len(question.commodities) * len(question.flows) * partners


def _runs(values: Sequence[Value], weights: Sequence[int], count: int) -> Iterator[Sequence[Value]]:
    """The values in so many runs, each of at least one, of nearly equal weight."""
    start = 0
    for number in range(count):
        most = len(values) - (count - number - 1)
        goal, end = sum(weights[start:]) / (count - number), start + 1
        while end < most and sum(weights[start:end]) + weights[end] / 2 <= goal:
            end += 1
        end = most if number == count - 1 else end
        yield values[start:end]
        start = end


def described(question: Question) -> str:
    """A question in words: `2 reporters, 17 partners, 56 commodities, 2022-01 to 2022-12`."""
    names = {"reporters": "reporter", "partners": "partner", "commodities": "commodity"}
    counts = {many: len(getattr(question, many)) for many in names}
    words = [f"{count} {names[many] if count == 1 else many}" for many, count in counts.items() if count]
    return f"{', '.join(words)}, {question.periods[0]:%Y-%m} to {question.periods[-1]:%Y-%m}"
