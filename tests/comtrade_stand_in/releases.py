"""What is released: one dataset a reporter and period, with dates and checksum that change when it is revised."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from comtrade_stand_in.codes import AREAS
from comtrade_stand_in.world import World, drawn

FLAWS = ("", "no_world", "no_main_partner", "empty", "unlisted")
"""
How a released month may be loaded in part: without World, without its largest partner, without any row; or whole, and
missing in the list of what is released.
"""

Place = tuple[int, str]
"""Reporter and period."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A released reporter and period; times are UTC without a zone."""

    reporter: int
    period: str
    first: datetime
    last: datetime
    version: int = 0
    flaw: str = ""


class Book:
    """The datasets that are released now; safe to use from several threads."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.serial = 0
        self._lock = threading.Lock()
        self._datasets = {(data.reporter, data.period): data for data in _first_datasets(world)}

    def get(self, reporter: int, period: str) -> Dataset | None:
        """The dataset, or None where nothing is released."""
        with self._lock:
            return self._datasets.get((reporter, period))

    def released(self) -> list[Dataset]:
        """Every dataset, by reporter and period."""
        with self._lock:
            return [self._datasets[place] for place in sorted(self._datasets)]

    def change(self, reporter: int, period: str, kind: str, now: datetime, flaw: str = "") -> Dataset | None:
        """
        Publish (first time), revise (some cells change), withdraw, or spoil (`flaw`, one of FLAWS) a dataset.

        Every change but a withdrawal moves the last release and the checksum; returns the dataset as it now is.
        """
        if (reporter, period) not in _places(self.world) or flaw not in FLAWS:
            raise ValueError(f"the world has no dataset {reporter} {period}, or there is no flaw {flaw!r}")
        with self._lock:
            self.serial += 1
            old = self._datasets.pop((reporter, period), None)
            if kind == "withdraw":
                return None
            changed = _changed(old or Dataset(reporter, period, now, now), old is not None, kind, now, flaw)
            self._datasets[reporter, period] = changed
            return changed


def _changed(data: Dataset, known: bool, kind: str, now: datetime, flaw: str) -> Dataset:
    if kind not in ("publish", "revise", "spoil"):
        raise ValueError(f"a release is publish, revise, spoil or withdraw, not {kind!r}")
    version = data.version + 1 if known and kind == "revise" else data.version
    return replace(data, last=now, version=version, flaw=flaw)


def _places(world: World) -> list[Place]:
    return [(reporter, period) for reporter in world.reporter_codes for period in world.periods]


def _first_datasets(world: World) -> Iterator[Dataset]:
    """Every dataset but the last months of reporters that are late, released some weeks after its period."""
    late = {code: drawn(world.seed, "lag", code) % (world.lag + 1) for code in world.reporter_codes}
    months = world.periods[: world.months]
    for reporter, period in _places(world):
        if period in months[len(months) - late[reporter] :]:
            continue
        day = datetime(int(period[:4]), int(period[4:] or "12"), 28) + timedelta(days=30)
        at = day + timedelta(microseconds=drawn(world.seed, "at", reporter, period) % 10**12)
        yield Dataset(reporter, period, at, at)


def availability(world: World, data: Dataset, now: datetime) -> dict[str, Any]:
    """A row of getDa: 20 fields. `totalRecords` has the right order of size only: what the UN counts is not known."""
    edition, axes = world.edition(data.reporter, data.period), world.axes(data.reporter)
    return {
        "datasetCode": dataset_code(world, data),
        "typeCode": "C",
        "freqCode": frequency(data.period),
        "period": int(data.period),
        "reporterCode": data.reporter,
        "reporterISO": AREAS[data.reporter].iso,
        "reporterDesc": AREAS[data.reporter].name,
        "classificationCode": edition,
        "classificationSearchCode": "HS",
        "isOriginalClassification": True,
        "isExtendedFlowCode": len(world.flows(data.reporter)) > 2,
        "isExtendedPartnerCode": True,
        "isExtendedPartner2Code": "partner2" in axes,
        "isExtendedCmdCode": True,
        "isExtendedCustomsCode": "customs" in axes,
        "isExtendedMotCode": "mode" in axes,
        "totalRecords": _size(world, data, edition),
        "datasetChecksum": checksum(world, data),
        "firstReleased": stamp(data.first),
        "lastReleased": stamp(min(data.last, now)),
    }


def checksum(world: World, data: Dataset) -> int:
    """A signed number of 32 bits that changes with what the dataset holds."""
    return drawn(world.seed, data.reporter, data.period, data.version, data.flaw) % 2**32 - 2**31


def dataset_code(world: World, data: Dataset) -> int:
    """2 or 3 for the frequency, reporter in 4 digits, YYYYMM (01 for a year), edition in 2 digits, 2100."""
    edition = {"H4": 16, "H5": 18, "H6": 20}[world.edition(data.reporter, data.period)]
    frequent = {"A": 2, "M": 3}[frequency(data.period)]
    return int(f"{frequent}{data.reporter:04}{data.period.ljust(5, '0').ljust(6, '1')}{edition}2100")


def frequency(period: str) -> str:
    """A for YYYY, M for YYYYMM."""
    return "A" if len(period) == 4 else "M"


def stamp(at: datetime) -> str:
    """A time as getDa writes it: without zone, decimals only when it has some, without zeros at the end."""
    return at.isoformat().rstrip("0") if at.microsecond else at.isoformat()


def _size(world: World, data: Dataset, edition: str) -> int:
    cells = len(world.goods_of(edition)) * world.partners * len(world.flows(data.reporter))
    return int(cells * world.density * 2 ** (1 + len(world.axes(data.reporter)))) - data.version
