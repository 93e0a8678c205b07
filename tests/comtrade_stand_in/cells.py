"""From a question to its cells: totals, roll-ups and every margin of a cube are sums of the same parts."""

import random
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from comtrade_stand_in.questions import MOST_PERIODS, Question
from comtrade_stand_in.releases import Book, Dataset, frequency
from comtrade_stand_in.world import Leaf, Part, World, drawn

LEVELS = (6, 4, 2)
CONVERTIBLE = ("H4", "H5", "H6")


class Key(NamedTuple):
    """Which row of a dataset: flow, edition served, commodity code, partner and the place on the three axes."""

    flow: str
    edition: str
    code: str
    partner: int
    partner2: int
    customs: str
    mode: int


class Cell(NamedTuple):
    """One row to be: its dataset, key, value in 0.001 USD, weight in grams and number of items."""

    data: Dataset
    key: Key
    value: int
    grams: int
    items: int


def answer(book: Book, question: Question) -> list[Cell]:
    """Every cell that a question asks for, in an order that is fixed but follows nothing, as the API's."""
    cells = [cell for data in asked(book, question) for cell in _cells(book.world, data, question)]
    random.Random(drawn(book.world.seed, sorted(question.goods or ()), len(cells))).shuffle(cells)  # noqa: S311 (not for secrets)
    return cells


def asked(book: Book, question: Question) -> list[Dataset]:
    """The released datasets of the question's reporters, periods and frequency; none for services or 13 periods."""
    if question.classification == "services" or len(question.periods or ()) > MOST_PERIODS:
        return []
    return [
        data
        for data in book.released()
        if frequency(data.period) == question.frequency
        and (question.reporters is None or str(data.reporter) in question.reporters)
        and (question.periods is None or data.period in question.periods)
    ]


def _cells(world: World, data: Dataset, question: Question) -> Iterator[Cell]:
    edition = served_edition(world, data, question.classification)
    if data.flaw == "empty" or edition is None:
        return
    for flow in world.flows(data.reporter):
        if question.flows is None or flow in question.flows:
            yield from _flow_cells(world, data, question, (flow, edition))


def served_edition(world: World, data: Dataset, classification: str) -> str | None:
    """The edition of the rows: as filed for HS, converted to an older one; None where there is no such view."""
    filed = world.edition(data.reporter, data.period)
    if classification == "HS":
        return filed
    return classification if classification in CONVERTIBLE and classification <= filed else None


def _flow_cells(world: World, data: Dataset, question: Question, at: tuple[str, str]) -> Iterator[Cell]:
    """The cells of one flow: what its leaves project to, summed by key."""
    flow, edition = at
    sums: dict[tuple[str, int, int, str, int], list[int]] = {}
    axes = world.axes(data.reporter)
    for codes, leaf in _leaves(world, data, question, flow, edition):
        for code, partner in product(codes, _partners(question, data, leaf.partner)):
            for part in leaf.parts:
                _add(sums, (code, partner), part, _margins(question, axes, part))
    for key, (value, grams, items) in sums.items():
        yield Cell(data, Key(flow, edition, *key), value, grams, items)


def _leaves(
    world: World, data: Dataset, question: Question, flow: str, edition: str
) -> Iterator[tuple[list[str], Leaf]]:
    """The leaves that some asked code holds, known to the edition served, each with those codes."""
    known = set(world.leaf_codes(edition))
    hidden = _main_partner(world, data) if data.flaw == "no_main_partner" else None
    for code in world.leaf_codes(world.edition(data.reporter, data.period)):
        if code in known and (codes := _codes(question, code)):
            for leaf in world.leaves_of(data.reporter, data.period, flow, code, data.version):
                yield codes, leaf._replace(partner=-1) if leaf.partner == hidden else leaf


def _main_partner(world: World, data: Dataset) -> int:
    """The partner with the largest exports of all goods."""
    totals = dict.fromkeys(world.partner_codes, 0)
    for leaf in world.leaves(data.reporter, data.period, "X", data.version):
        totals[leaf.partner] += sum(part.value for part in leaf.parts)
    return max(totals, key=totals.__getitem__)


def _codes(question: Question, leaf: str) -> list[str]:
    """The leaf's own code and those that hold it, of these the asked ones; the rest of a heading has no own code."""
    codes = [leaf[:level] for level in LEVELS if not (level == 6 and leaf.endswith("~"))]
    return [code for code in (*codes, "TOTAL") if question.wants(code)]


def _partners(question: Question, data: Dataset, partner: int) -> list[int]:
    """The partner and World, of these the asked ones; -1 is a partner left out, which World still holds."""
    both = [partner] if partner >= 0 else []
    if data.flaw != "no_world":
        both.append(0)
    return [code for code in both if question.partners is None or str(code) in question.partners]


Margin = tuple[int, str, int]


def _margins(question: Question, axes: tuple[str, ...], part: Part) -> list[Margin]:
    """Where a part counts: on each axis broken down its own code and the total, of these the asked ones."""
    seconds = [part.partner2, 0] if "partner2" in axes else [0]
    customs = [part.customs, "C00"] if "customs" in axes else ["C00"]
    modes = [part.mode, 0] if "mode" in axes else [0]
    return [
        (second, procedure, mode)
        for second, procedure, mode in product(seconds, customs, modes)
        if (question.partners2 is None or str(second) in question.partners2)
        and (question.customs is None or procedure in question.customs)
        and (question.modes is None or str(mode) in question.modes)
    ]


def _add(
    sums: dict[tuple[str, int, int, str, int], list[int]], at: tuple[str, int], part: Part, to: list[Margin]
) -> None:
    for margin in to:
        held = sums.setdefault((*at, *margin), [0, 0, 0])
        held[0] += part.value
        held[1] += part.grams
        held[2] += part.items
