"""
The generated world: who traded what with whom, as numbers drawn from a seed and nothing stored.

A leaf is one reporter, period, flow, HS6 code and partner; its parts say which second partner, customs procedure and
mode of transport. Values are thousandths of a US dollar, weights grams: whole numbers, so that totals are exact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple

from comtrade_stand_in.codes import GOODS, PARTNERS, REPORTERS, Goods


class Part(NamedTuple):
    """What of a leaf came by one second partner, customs procedure and mode; value in 0.001 USD, weight in grams."""

    partner2: int
    customs: str
    mode: int
    value: int
    grams: int
    items: int


class Leaf(NamedTuple):
    """The parts of one reporter, period, flow, code and partner; `code` may be the rest of a heading, `8542~~`."""

    code: str
    partner: int
    parts: tuple[Part, ...]


AXES = ("partner2", "customs", "mode")


@dataclass(frozen=True, slots=True)
class World:
    """
    Sizes and seed of a world; the first `reporters`, `partners` and `goods` of `codes` trade in `months` months.

    `density` is the share of cells that are not empty; `lag` is how many of the last months a reporter may not have
    released; `cubes` is whether reporters break cells down (no axis, one, two or three of AXES in turn).
    """

    seed: int = 1
    reporters: int = 6
    partners: int = 8
    goods: int = 8
    first: str = "202109"
    months: int = 8
    years: int = 0
    density: float = 0.7
    lag: int = 0
    cubes: bool = True
    rests: bool = True

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "World":
        """A world of these settings; an unknown one is refused, as it would be a slip in a test."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(settings) - known):
            raise ValueError(f"a world has no {unknown}; it has {sorted(known)}")
        return cls(**settings)

    @property
    def reporter_codes(self) -> tuple[int, ...]:
        return tuple(area.code for area in REPORTERS[: self.reporters])

    @property
    def partner_codes(self) -> tuple[int, ...]:
        return tuple(area.code for area in PARTNERS[: self.partners])

    @property
    def periods(self) -> tuple[str, ...]:
        """Months YYYYMM, then years YYYY."""
        years = (str(int(self.first[:4]) + number) for number in range(self.years))
        return (*islice(_months_from(self.first), self.months), *years)

    def goods_of(self, edition: str) -> tuple[Goods, ...]:
        """The goods of the world that the edition (H4, H5 or H6) knows."""
        return tuple(goods for goods in GOODS[: self.goods] if edition[1:] in goods.editions)

    def edition(self, reporter: int, period: str) -> str:
        """The edition filed: H6 from January 2022, some reporters months or years later, two still in H4 before."""
        late = (0, 0, 3, 0, 6, 0, 0, 12)[self.reporter_codes.index(reporter) % 8]
        year, month = divmod(late, 12)
        switch = f"{2022 + year}{month + 1:02}"
        older = "H4" if self.reporter_codes.index(reporter) % 8 == 7 else "H5"
        return "H6" if period.ljust(6, "1") >= switch[: len(period)].ljust(6, "1") else older

    def axes(self, reporter: int) -> tuple[str, ...]:
        """The axes by which a reporter breaks cells down: in turn none, two (sums 4 times too high), one, all."""
        place = self.reporter_codes.index(reporter) % 4
        return ((), ("partner2", "mode"), ("partner2",), AXES)[place] if self.cubes else ()

    def flows(self, reporter: int) -> tuple[str, ...]:
        """M and X; every third reporter also states re-exports, which are inside its X."""
        return ("M", "X", "RX") if self.reporter_codes.index(reporter) % 3 == 1 else ("M", "X")

    def leaves(self, reporter: int, period: str, flow: str, version: int = 0) -> Iterator[Leaf]:
        """Every leaf of a reporter, period and flow, in its edition, as of the given release."""
        for code in self.leaf_codes(self.edition(reporter, period)):
            yield from self.leaves_of(reporter, period, flow, code, version)

    def leaf_codes(self, edition: str) -> tuple[str, ...]:
        """The HS6 codes of an edition and, for the rest that only totals hold, one of each heading."""
        codes = [goods.code for goods in self.goods_of(edition)]
        return (*codes, *sorted({code[:4] + "~~" for code in codes})) if self.rests else tuple(codes)

    def leaves_of(self, reporter: int, period: str, flow: str, code: str, version: int = 0) -> tuple[Leaf, ...]:
        """The leaves of one code, at most one a partner."""
        return _leaves_of(self, reporter, period, flow, code, version)


@lru_cache(maxsize=400_000)
def _leaves_of(world: World, reporter: int, period: str, flow: str, code: str, version: int) -> tuple[Leaf, ...]:
    if flow == "RX":
        exports = _leaves_of(world, reporter, period, "X", code, version)
        return tuple(Leaf(code, leaf.partner, tuple(map(_fifth, leaf.parts))) for leaf in exports)
    leaves = (_leaf(world, (reporter, period, flow, code, partner), version) for partner in world.partner_codes)
    return tuple(leaf for leaf in leaves if leaf is not None)


def _fifth(part: Part) -> Part:
    return part._replace(value=part.value // 5, grams=part.grams // 5, items=part.items // 5)


Place = tuple[int, str, str, str, int]
"""Reporter, period, flow, code, partner."""


def _leaf(world: World, place: Place, version: int) -> Leaf | None:
    """One leaf, or none where there was no trade; a release may change it, about one in eight each time."""
    reporter, _, _, code, partner = place
    number = drawn(world.seed, *place)
    for release in range(1, version + 1):
        again = drawn(world.seed, *place, release)
        number = again if again % 8 == 0 else number
    if reporter == partner or number % 1000 >= world.density * 1000:
        return None
    return Leaf(code, partner, tuple(_parts(number, partner, world.axes(reporter), world.partner_codes)))


def _parts(number: int, partner: int, axes: tuple[str, ...], partners: tuple[int, ...]) -> Iterator[Part]:
    """One to three parts; on an axis that the reporter does not break down, its total."""
    for at in range(1 + (number >> 10) % 3 if axes else 1):
        bits = number >> (12 + 8 * at)
        second = partner if at == 0 else partners[bits % len(partners)]
        yield Part(
            second if "partner2" in axes else 0,
            ("C01", "C05", "C06")[bits % 3] if "customs" in axes else "C00",
            (2100, 3200, 1000, 3100, 9200)[bits % 5] if "mode" in axes else 0,
            value=1000 + bits % 5_000_000_000,
            grams=1 + (bits >> 3) % 90_000_000,
            items=1 + (bits >> 5) % 40_000,
        )


def drawn(*key: object) -> int:
    """A number of 63 bits that depends on the key only, the same in every process."""
    return int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest()) >> 1


def _months_from(month: str) -> Iterator[str]:
    year, number = int(month[:4]), int(month[4:])
    while True:
        yield f"{year}{number:02}"
        year, number = (year + 1, 1) if number == 12 else (year, number + 1)
