"""
How well do suppliers' exports tell a target's imports? EU members to Russia, 2019 to 2021, where both sides are known.

    python benchmarks/reconstruction.py FOLDER

FOLDER holds Easy Comext files of members' exports to Russia (russia_export_eurostat) and the IMF's table of Russia's
imports by partner (imts_….csv). Eurostat's months are added up to years and converted at the ECB's rate of the year.
Three ways to tell are compared; the interval is set on one part of the data and tried on another.
"""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from math import ceil, exp, log
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

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
BIG = 1_000_000_000
"""Exports from which the narrower interval is stated, US dollars, as in views.reconstructed_imports."""

Pair = tuple[str, int, float, float, float | None, float | None, float | None, float, float]
Limits = dict[bool, float]


def pairs(folder: Path) -> list[Pair]:
    """Supplier, year, exports, recorded, expected, low, high, CIF low, CIF high; US dollars."""
    with TemporaryDirectory() as home, warehouse.connect(Path(home) / "w.duckdb") as con:
        settings = Settings(home=Path(home))
        flow.prepare(con, settings)
        paths = [*folder.rglob("russia_export_eurostat/*.csv"), *folder.rglob("imts_*.csv")]
        for one in flow.import_files(con, settings, paths, Told(), None, datetime.now(UTC).replace(tzinfo=None)):
            if one.state == "refused":
                raise SystemExit(one.sentence)
        flow.build(con, settings)
        rows = con.execute(PAIRS).fetchall()
    return [(name, year, *(None if value is None else float(value) for value in rest)) for name, year, *rest in rows]  # type: ignore[misc]


def quantile(values: Iterable[float], share: float = 0.9) -> float:
    """The value that a new one stays below with this probability, if it is like these: rank (n + 1) × share."""
    ranked = sorted(values)
    return ranked[min(len(ranked), ceil((len(ranked) + 1) * share)) - 1]


def errors(found: Iterable[Pair], years: tuple[int, ...], keep: Callable[[Pair], bool]) -> list[float]:
    """How far the recorded figure lies from the expected one, in logarithms, without sign."""
    return [abs(log(pair[3] / pair[4])) for pair in found if pair[4] and pair[1] in years and keep(pair)]


def held(found: Iterable[Pair], years: tuple[int, ...], keep: Callable[[Pair], bool], limits: Limits) -> str:
    """Of the errors of some pairs, how many stay within the limit of their size."""
    chosen = [pair for pair in found if pair[4] and pair[1] in years and keep(pair)]
    inside = sum(abs(log(pair[3] / (pair[4] or 1))) <= limits[pair[2] >= BIG] for pair in chosen)
    return f"{inside} of {len(chosen)} ({100 * inside / len(chosen):.0f} %)"


def limits_from(found: list[Pair], years: tuple[int, ...], keep: Callable[[Pair], bool]) -> Limits:
    """The limits for large and small flows, set on some of the pairs."""
    return {
        big: quantile(errors(found, years, lambda pair, big=big: keep(pair) and (pair[2] >= BIG) == big))  # type: ignore[misc]
        for big in (True, False)
    }


def main(folder: Path) -> None:
    found = pairs(folder)
    every = sorted({pair[0] for pair in found})
    half = set(every[::2])
    print(f"{len(found)} pairs of {len(every)} members and three years\n")
    print("median error of the recorded figure against")
    for year in (2019, 2020, 2021):
        now = [pair for pair in found if pair[1] == year]
        margin = median(abs(pair[3] / (1.06 * pair[2]) - 1) for pair in now)
        inside = sum(pair[7] <= pair[3] <= pair[8] for pair in now)
        own = [abs(pair[3] / pair[4] - 1) for pair in now if pair[4]]
        said = f"{100 * median(own):.1f} %" if own else "no year before"
        print(
            f"  {year}: exports × 1.06 {100 * margin:.1f} %; × own ratio {said};"
            f" within 1.03 to 1.10 of exports {inside} of {len(now)}"
        )
    total = {year: [sum(p[i] or 0 for p in found if p[1] == year) for i in (2, 3, 4)] for year in (2019, 2020, 2021)}
    print("\nall members together, recorded over")
    for year, (exports, recorded, expected) in total.items():
        print(
            f"  {year}: exports {recorded / exports:.3f}"
            + (f"; expected {recorded / expected:.3f}" if expected else "")
        )
    print("\n90 % interval, set on one part and tried on another")
    for title, set_on, tried_on in (
        ("set on 2020, tried on 2021", ((2020,), lambda p: True), ((2021,), lambda p: True)),
        ("set on 2021, tried on 2020", ((2021,), lambda p: True), ((2020,), lambda p: True)),
        ("set on one half of the members, tried on the other", ((2020, 2021), lambda p: p[0] in half),
         ((2020, 2021), lambda p: p[0] not in half)),
        ("and the halves changed", ((2020, 2021), lambda p: p[0] not in half),
         ((2020, 2021), lambda p: p[0] in half)),
        ("set on all, tried on the same (no test)", ((2020, 2021), lambda p: True), ((2020, 2021), lambda p: True)),
    ):  # fmt: skip
        limits = limits_from(found, *set_on)
        factors = f"factor {exp(limits[True]):.2f} from $1 billion, {exp(limits[False]):.2f} below"
        print(f"  {title}: {factors}; holds in {held(found, *tried_on, limits)}")
    print("\nthe interval that the view states, by member and year (recorded over expected; * outside)")
    for name in every:
        said = []
        for _, year, _, recorded, expected, low, high, *_ in (p for p in found if p[0] == name and p[4]):
            mark = "" if (low or 0) <= recorded <= (high or 0) else "*"
            said.append(f"{year} {recorded / (expected or 1):.2f}{mark}")
        print(f"  {name}: {', '.join(said)}")
    for year in (2020, 2021):
        chosen = [p for p in found if p[1] == year and p[4]]
        inside = sum((p[5] or 0) <= p[3] <= (p[6] or 0) for p in chosen)
        print(f"{year}: holds in {inside} of {len(chosen)} ({100 * inside / len(chosen):.0f} %)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
