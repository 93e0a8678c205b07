"""Pulling from the stand-in in process: a home, a fast service, and what the world holds to compare with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from comtrade_stand_in.gate import FREE
from comtrade_stand_in.process import Running
from comtrade_stand_in.world import World

from tradewatch import warehouse
from tradewatch.flow.pull import Outcome, Pulling, Wanted
from tradewatch.settings import Settings
from tradewatch.sources.comtrade_plan import Planned
from tradewatch.sources.comtrade_service import Service
from tradewatch.sources.http import Patience

FAST = Patience(attempts=5, first=0.001, longest=0.1)
EVERYTHING = Wanted(watch="russia", first=date(2021, 9, 1), last=date(2022, 4, 1))


@dataclass(slots=True)
class Site:
    """A stand-in, a home, and how to pull from the one into the other."""

    stand_in: Running
    home: Path
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        self.service = Service(
            url=self.stand_in.url, key=FREE, caps=(100_000, 250_000), pace=0.0, seconds=60.0, patience=FAST
        )

    def pull(self, wanted: Wanted = EVERYTHING, *, bulk: bool = False) -> Outcome:
        """One whole pull, as the command makes it."""
        with self.pulling() as pulling:
            pulling.finish_kept()
            return pulling.run(pulling.planned(wanted), bulk=bulk)

    def plan(self, wanted: Wanted = EVERYTHING) -> list[Planned]:
        with self.pulling() as pulling:
            return pulling.planned(wanted)

    @contextmanager
    def pulling(self) -> Iterator[Pulling]:
        settings = Settings(home=self.home)
        with warehouse.connect(settings.warehouse) as con, Pulling(con, settings, self.service, _now) as pulling:
            yield pulling

    def limits(self, **changes: Any) -> None:
        """Another service from here on."""
        self.service = replace(self.service, **changes)

    def ask(self, query: str, as_of: datetime | None = None) -> list[tuple[Any, ...]]:
        """A question to the warehouse."""
        with duckdb.connect(str(Settings(home=self.home).warehouse), read_only=True) as con:
            if as_of:
                con.execute("set variable as_of = $1", [as_of])
            return con.execute(query).fetchall()

    def facts(self, as_of: datetime | None = None) -> dict[tuple[Any, ...], Decimal]:
        """Reporter, flow, period, partner and commodity to the value in US dollars."""
        query = "select reporter, flow, period, partner, commodity, value from facts.trade where source = 'comtrade'"
        return {tuple(key): value for *key, value in self.ask(query, as_of)}

    def states(self) -> set[tuple[Any, ...]]:
        """Reporter, flow, period and state."""
        return set(self.ask("select distinct reporter, flow, period, state from facts.coverage"))

    def asked(self, *names: str) -> list[dict[str, Any]]:
        """The calls that the stand-in answered since its log was emptied, of these endpoints."""
        return [one for one in self.stand_in.log() if one["path"].split("/")[3].lower() in names]

    def asked_figures(self) -> list[dict[str, Any]]:
        """The calls for figures; not those that count."""
        return [one for one in self.asked("get", "preview") if "countonly" not in one["given"]]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


FLOWS = {"export": "X", "import": "M"}


def expected(
    world: World, areas: dict[int, str], sellers: set[str], buyers: set[str], goods: set[str]
) -> dict[tuple[Any, ...], Decimal]:
    """
    What the three questions of a watch get from a world: exports of `goods` to `buyers` and the world, imports of the
    buyers among the reporters from `sellers` and the world, and totals with every partner.
    """
    sums: dict[tuple[Any, ...], int] = {}
    for reporter in world.reporter_codes:
        for period in world.periods:
            for flow, code in FLOWS.items():
                for leaf in world.leaves(reporter, period, code):
                    amount = sum(part.value for part in leaf.parts)
                    partner, seller = areas[leaf.partner], areas[reporter]
                    month = date(int(period[:4]), int(period[4:]), 1)
                    cells = [(partner, "TOTAL"), ("WLD", "TOTAL")]
                    if leaf.code in goods and (flow == "export" or seller in buyers):
                        cells.append(("WLD", leaf.code))
                        if partner in (buyers if flow == "export" else sellers):
                            cells.append((partner, leaf.code))
                    for cell in cells:
                        key = (seller, flow, month, *cell)
                        sums[key] = sums.get(key, 0) + amount
    return {key: Decimal(amount) / 1000 for key, amount in sums.items()}
