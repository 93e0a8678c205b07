"""
A small made-up world with a story: what five suppliers sold to four hubs, the target and one other, month by month.

Trade goes its usual way until the story multiplies it: diversions begin, grow, end, are revised away or revised in; the
direct trade falls; a supplier stops stating a partner, or publishes nothing for months. The story is drawn from a seed.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from comtrade_stand_in.codes import GOODS, Goods
from comtrade_stand_in.releases import Book
from comtrade_stand_in.world import Leaf, Part, World, drawn

from tradewatch.periods import shift

SUPPLIERS = {276: "DEU", 842: "USA", 251: "FRA", 616: "POL", 380: "ITA"}
TARGET, HUBS, OTHERS = 643, {398: "KAZ", 417: "KGZ", 51: "ARM", 268: "GEO"}, (76,)
CODES = ("854231",)
HISTORY = 30
"""Months that are published when the story begins."""

MONTHLY = {TARGET: 1_200_000, **dict.fromkeys(HUBS, 180_000), **dict.fromkeys(OTHERS, 240_000)}
"""US dollars a month and supplier, about."""

WATCH = """
title = "Simulated"
list = "chpl"
version = "2024-02-23"
event_date = 2022-02-24
baseline_from = {first}
baseline_to = {last}
target = ["RUS"]
hub = ["KAZ", "KGZ", "ARM", "GEO"]
coalition = ["DEU", "USA", "FRA", "POL", "ITA"]
control_partner = []
control_product = []
"""


@dataclass(frozen=True, slots=True)
class Told(World):
    """A world in which each release of a reporter and period has its own factors by partner."""

    factors: dict[tuple[int, str, int], dict[int, float]] = field(default_factory=dict, compare=False)

    @property
    def reporter_codes(self) -> tuple[int, ...]:
        return tuple(SUPPLIERS)

    @property
    def partner_codes(self) -> tuple[int, ...]:
        return tuple(MONTHLY)

    def edition(self, reporter: int, period: str) -> str:  # noqa: ARG002
        return "H6"

    def axes(self, reporter: int) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def flows(self, reporter: int) -> tuple[str, ...]:  # noqa: ARG002
        return ("X",)

    def goods_of(self, edition: str) -> tuple[Goods, ...]:  # noqa: ARG002
        return tuple(goods for goods in GOODS if goods.code in CODES)

    def leaf_codes(self, edition: str) -> tuple[str, ...]:  # noqa: ARG002
        return CODES

    def leaves_of(self, reporter: int, period: str, flow: str, code: str, version: int = 0) -> tuple[Leaf, ...]:  # noqa: ARG002
        told = self.factors.get((reporter, period, version), {})
        amounts = ((p, int(self._usual(reporter, period, code, p, version) * told.get(p, 1.0))) for p in MONTHLY)
        return tuple(Leaf(code, p, (Part(0, "C00", 0, value, value // 50 + 1, 1),)) for p, value in amounts if value)

    def _usual(self, reporter: int, period: str, code: str, partner: int, version: int) -> float:
        """Thousandths of a US dollar; a release moves a quarter of the cells by a few per cent."""
        size = 0.5 + drawn(self.seed, reporter, partner, code) % 1000 / 1000
        month = 0.85 + drawn(self.seed, reporter, partner, code, period) % 300 / 1000
        draws = (drawn(self.seed, reporter, partner, code, period, n) for n in range(1, version + 1))
        moved = next((0.97 + n % 61 / 1000 for n in reversed([*draws]) if n % 4 == 0), 1.0)
        return 1000.0 * MONTHLY[partner] * size * month * moved


def release_day(day: date) -> date:
    """The Tuesday or Friday on which what is ready on a day is released."""
    return next(one for one in (day + timedelta(days=n) for n in range(7)) if one.weekday() in (1, 4))


def text(month: date) -> str:
    return f"{month:%Y%m}"


@dataclass(slots=True)
class Story:
    """What happens, drawn day by day; `book` is what the stand-in has released."""

    seed: int
    start: date
    days: int
    chance: random.Random = field(init=False)
    world: Told = field(init=False)
    book: Book = field(init=False)
    truth: dict[tuple[int, str], float] = field(default_factory=dict)  # by partner and period
    stopped: dict[tuple[int, int], tuple[str, str]] = field(
        default_factory=dict
    )  # supplier, partner: months of silence
    due: dict[date, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    again: dict[date, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    planted: list[str] = field(default_factory=list)
    released: int = 0
    revised: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(f"story {self.seed}")  # noqa: S311 (repeatable)
        first = shift(self.start, -HISTORY)
        months = HISTORY + self.days // 28 + 2
        self.world = Told(seed=self.seed, first=text(first), months=months)
        self.book = Book(self.world)
        self._plan([shift(first, n) for n in range(months)])

    def watch(self) -> str:
        first = shift(self.start, -HISTORY)
        return WATCH.format(first=first, last=shift(first, 11))

    def _plan(self, months: list[date]) -> None:
        """When each reporter publishes each month: three to seven weeks after it, now and then months later."""
        for reporter in SUPPLIERS:
            usual = self.chance.randint(22, 40)
            silent = self.chance.randrange(HISTORY, len(months)) if self.chance.random() < 0.3 else len(months)
            for number, month in enumerate(months):
                late = self.chance.randint(30, 80) if self.chance.random() < 0.05 else 0
                late += (silent + 4 - number) * 30 if silent <= number < silent + 4 else 0
                day = release_day(shift(month, 1) + timedelta(days=usual + self.chance.randint(0, 6) + late))
                if day < self.start:
                    self.book.change(reporter, text(month), "publish", datetime.combine(day, time(3)))
                else:
                    self.book.change(reporter, text(month), "withdraw", datetime.combine(day, time(3)))
                    self.due[day].append((reporter, text(month)))

    def release(self, day: date) -> int:
        """Everything that is published or revised on a day, before the job runs; how many datasets."""
        before = self.released + self.revised
        self._turn(day)
        for reporter, period in self.due.pop(day, []):
            self._tell(reporter, period, "publish", day)
            self.released += 1
        revised = self.again.pop(day, [])
        if self.chance.random() < 0.5 and day == release_day(day):
            month = shift(day.replace(day=1), -self.chance.randint(2, 8))
            revised.append((self.chance.choice([*SUPPLIERS]), text(month)))
        for reporter, period in dict.fromkeys(revised):
            if self.book.get(reporter, period):
                self._tell(reporter, period, "revise", day)
                self.revised += 1
        return self.released + self.revised - before

    def _tell(self, reporter: int, period: str, kind: str, day: date) -> None:
        known = self.book.get(reporter, period)
        version = known.version + 1 if known else 0
        factors = {partner: factor for (partner, month), factor in self.truth.items() if month == period}
        for (supplier, partner), (first, last) in self.stopped.items():
            if supplier == reporter and first <= period <= last:
                factors[partner] = 0.0
        self.world.factors[reporter, period, version] = factors
        at = datetime.combine(day, time(self.chance.randrange(5), self.chance.randrange(60), self.chance.randrange(60)))
        self.book.change(reporter, period, kind, at)

    def _turn(self, day: date) -> None:
        """Something new in the story, about every four days."""
        if self.chance.random() > 0.25:
            return
        turns = (self._divert, self._divert, self._correct, self._correct, self._late_onset, self._fall, self._stop)
        turn = self.chance.choice(turns)
        if said := turn(day):
            self.planted.append(f"{day} {turn.__name__.strip('_')} {said}")

    def _divert(self, day: date) -> str:
        """A hub buys several times as much for some months, perhaps more and more, from a month not yet published."""
        hub, length = self.chance.choice([*HUBS]), self.chance.randint(1, 6)
        first, factor = shift(day.replace(day=1), -self.chance.randint(0, 1)), self.chance.uniform(2.2, 5.0)
        growth = self.chance.choice((1.0, 1.0, 1.6))
        for number in range(length):
            self.truth[hub, text(shift(first, number))] = factor * growth**number
        return f"{HUBS[hub]} {first:%Y-%m} {length} months x {factor:.1f}"

    def _correct(self, day: date) -> str:
        """A jump that was stated is revised away, by every supplier within some days."""
        stated = [place for place, factor in self.truth.items() if factor > 1 and place[1] < text(day)]
        if not stated:
            return ""
        hub = self.chance.choice(stated)[0]
        months = [month for partner, month in stated if partner == hub]
        for month in months:
            self.truth[hub, month] = 1.0
            self._revise_soon(day, month)
        return f"{HUBS.get(hub, 'RUS')} {', '.join(months)}"

    def _late_onset(self, day: date) -> str:
        """A jump that nobody had stated is revised into months that were published."""
        hub = self.chance.choice([*HUBS])
        months = [text(shift(day.replace(day=1), -back)) for back in (4, 5)]
        for month in months:
            self.truth[hub, month] = self.chance.uniform(3.0, 5.0)
            self._revise_soon(day, month)
        return f"{HUBS[hub]} {', '.join(months)}"

    def _fall(self, day: date) -> str:
        """The direct trade falls to a fifth for some months."""
        first, length = shift(day.replace(day=1), -1), self.chance.randint(2, 6)
        for number in range(length):
            self.truth[TARGET, text(shift(first, number))] = self.chance.uniform(0.05, 0.25)
        return f"RUS {first:%Y-%m} {length} months"

    def _stop(self, day: date) -> str:
        """A supplier states a partner no longer, for good or for some months."""
        supplier, partner = self.chance.choice([*SUPPLIERS]), self.chance.choice([TARGET, *HUBS])
        first = shift(day.replace(day=1), -1)
        self.stopped[supplier, partner] = text(first), text(shift(first, self.chance.choice((4, 6, 40))))
        return f"{SUPPLIERS[supplier]} {HUBS.get(partner, 'RUS')} from {first:%Y-%m}"

    def _revise_soon(self, day: date, month: str) -> None:
        for reporter in SUPPLIERS:
            self.again[release_day(day + timedelta(days=self.chance.randint(0, 3)))].append((reporter, month))

    def calendar(self) -> Iterator[date]:
        """Every day of the story."""
        return (self.start + timedelta(days=number) for number in range(self.days))
