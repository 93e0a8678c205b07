"""
How well do suppliers' exports tell a target's imports? EU members to Russia, 2019 to 2021, where both sides are known.

    python benchmarks/reconstruction.py FOLDER

FOLDER holds Easy Comext files of members' exports to Russia (russia_export_eurostat) and the IMF's table of Russia's
imports by partner (imts_….csv). Eurostat's months are added up to years and converted at the ECB's rate of the year.
Three ways to tell are compared; the interval is set on one part of the data and tried on another.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import ceil, exp, log
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tradewatch import flow, warehouse
from tradewatch.records import Told
from tradewatch.settings import Settings

PAIRS = """
select r.supplier, year(r.period), r.exports_usd, r.recorded_usd, r.expected_usd, r.low_usd, r.high_usd,
    r.cif_low_usd, r.cif_high_usd
from views.reconstructed_imports as r
inner join ref.area_group as g on g.area_group = 'eu27' and g.area = r.supplier
where r.target = 'RUS' and year(r.period) between 2019 and 2021 and not r.recorded_estimated and r.exports_usd > 0
order by all
"""
YEARS = (2019, 2020, 2021)
BIG = 1_000_000_000
"""Exports from which the narrower interval is stated, US dollars, as in views.reconstructed_imports."""

Limits = dict[bool, float]
"""Logarithms of the interval's factor, for large flows (true) and small ones."""


class Pair(NamedTuple):
    """A supplier's year, US dollars; the expected figure and its interval are 0 without a year before."""

    supplier: str
    year: int
    exports: float
    recorded: float
    expected: float
    low: float
    high: float
    cif_low: float
    cif_high: float

    @property
    def big(self) -> bool:
        return self.exports >= BIG

    @property
    def error(self) -> float:
        """How far the recorded figure lies from the expected one, in logarithms, without sign."""
        return abs(log(self.recorded / self.expected))

    @property
    def inside(self) -> bool:
        """Whether the interval that the view states holds."""
        return self.low <= self.recorded <= self.high


def pairs(folder: Path) -> list[Pair]:
    """What the view says of each member and year, on a warehouse of its own."""
    with TemporaryDirectory() as home, warehouse.connect(Path(home) / "w.duckdb") as con:
        settings = Settings(home=Path(home))
        flow.prepare(con, settings)
        paths = [*folder.rglob("russia_export_eurostat/*.csv"), *folder.rglob("imts_*.csv")]
        for one in flow.import_files(con, settings, paths, Told(), None, datetime.now(UTC).replace(tzinfo=None)):
            if one.state == "refused":
                raise SystemExit(one.sentence)
        flow.build(con, settings)
        rows = con.execute(PAIRS).fetchall()
    return [Pair(row[0], row[1], *(float(value or 0) for value in row[2:])) for row in rows]


def quantile(values: Iterable[float], share: float = 0.9) -> float:
    """The value that a new one stays below with this probability, if it is like these: rank (n + 1) × share."""
    ranked = sorted(values)
    return ranked[min(len(ranked), ceil((len(ranked) + 1) * share)) - 1]


def limits_from(found: Sequence[Pair]) -> Limits:
    return {big: quantile(pair.error for pair in found if pair.big == big) for big in (True, False)}


def of(count: int, every: int) -> str:
    return f"{count} of {every} ({100 * count / every:.0f} %)"


def print_errors(found: Sequence[Pair]) -> None:
    print("median error of the recorded figure against")
    for year in YEARS:
        now = [pair for pair in found if pair.year == year]
        margin = median(abs(pair.recorded / (1.06 * pair.exports) - 1) for pair in now)
        own = [abs(pair.recorded / pair.expected - 1) for pair in now if pair.expected]
        said = f"{100 * median(own):.1f} %" if own else "no year before"
        cif = sum(pair.cif_low <= pair.recorded <= pair.cif_high for pair in now)
        print(
            f"  {year}: exports × 1.06 {100 * margin:.1f} %; exports × own ratio {said};"
            f" within 1.03 to 1.10 of exports {of(cif, len(now))}"
        )
    print("\nall members together, recorded over")
    for year in YEARS:
        now = [pair for pair in found if pair.year == year]
        recorded = sum(pair.recorded for pair in now)
        expected = sum(pair.expected for pair in now)
        said = f"; expected {recorded / expected:.3f}" if expected else ""
        print(f"  {year}: exports {recorded / sum(pair.exports for pair in now):.3f}{said}")


def print_intervals(told: Sequence[Pair]) -> None:
    """The interval set on one part of the pairs and tried on another."""
    half = set(sorted({pair.supplier for pair in told})[::2])
    parts = {
        "2020": [pair for pair in told if pair.year == 2020],
        "2021": [pair for pair in told if pair.year == 2021],
        "one half of the members": [pair for pair in told if pair.supplier in half],
        "the other half": [pair for pair in told if pair.supplier not in half],
        "all": list(told),
    }
    print("\n90 % interval, set on one part and tried on another")
    for set_on, tried_on in (
        ("2020", "2021"),
        ("2021", "2020"),
        ("one half of the members", "the other half"),
        ("the other half", "one half of the members"),
        ("all", "all"),
    ):
        limits = limits_from(parts[set_on])
        holds = sum(pair.error <= limits[pair.big] for pair in parts[tried_on])
        print(
            f"  {set_on}, tried on {tried_on}: factor {exp(limits[True]):.2f} from 1 billion dollars,"
            f" {exp(limits[False]):.2f} below; holds in {of(holds, len(parts[tried_on]))}"
        )


def print_by_member(told: Sequence[Pair]) -> None:
    print("\nthe interval that the view states, recorded over expected; * outside")
    for name in sorted({pair.supplier for pair in told}):
        texts = [
            f"{pair.year} {pair.recorded / pair.expected:.2f}{'' if pair.inside else '*'}"
            for pair in told
            if pair.supplier == name
        ]
        print(f"  {name}: {', '.join(texts)}")
    for year in YEARS[1:]:
        now = [pair for pair in told if pair.year == year]
        print(f"{year}: holds in {of(sum(pair.inside for pair in now), len(now))}")


def main(folder: Path) -> None:
    found = pairs(folder)
    told = [pair for pair in found if pair.expected]
    print(f"{len(found)} pairs of {len({pair.supplier for pair in found})} members and three years\n")
    print_errors(found)
    print_intervals(told)
    print_by_member(told)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
