"""
Whether a pull from UN Comtrade ever loses a month: seeded plans of faults, all cells compared with a pull without.

    python benchmarks/faults.py [--plans 200] [--seed 0]

A stand-in with 30 reporters, 20 partners, 50 goods and 24 months, 5 of 100 cells filled, gives 4,000 rows a call. Each
plan: a pull into a new home under faults, and one without. Exit code 1 with the seed and the first cell that differs.
The table in benchmarks/README.md is a run of this on 2 cores.

Two things are let pass: lists of what is released never come short in silence here (no such answer was ever seen), and
while one of the twelve months before it is failed, a month may be judged whole or partial (comtrade_cells).
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from comtrade_cells import fast, pulled
from comtrade_plans import Trial, Tried, plan_of, tried
from comtrade_stand_in.codes import GOODS
from comtrade_stand_in.process import running
from comtrade_stand_in.world import World

from tradewatch.flow.pull import Wanted

WORLD = {"reporters": 30, "partners": 20, "goods": 50, "months": 24, "first": "202107", "density": 0.05}
WANTED = Wanted(watch="russia", first=date(2021, 7, 1), last=date(2023, 6, 1))
CAP = 4_000


def matches() -> dict[str, tuple[str, ...]]:
    """What a plan may let fail for ever: a reporter, a month or a code of the world."""
    world = World.of(WORLD)
    codes = tuple(map(str, world.reporter_codes))
    return {"reportercode": codes, "period": world.periods, "cmdcode": tuple(good.code for good in GOODS[:50])}


def run(plans: int, first: int) -> tuple[list[tuple[int, Tried]], float]:
    """Each plan from the first seed on, and the seconds of all."""
    done: list[tuple[int, Tried]] = []
    with tempfile.TemporaryDirectory() as folder, running(world=WORLD, limits={"free": CAP}) as stand_in:
        trial = Trial(stand_in=stand_in, plain=Path(folder) / "plain", wanted=WANTED, cap=CAP)
        pulled(trial.plain, fast(stand_in.url, cap=CAP), WANTED)
        started = time.perf_counter()
        with suppress(KeyboardInterrupt):  # what was done until then is told
            for seed in range(first, first + plans):
                home = Path(folder) / "home"
                done.append((seed, tried(trial, home, plan_of(seed, matches()))))
                shutil.rmtree(home)
                told(*done[-1], time.perf_counter() - started)
        return done, time.perf_counter() - started


def told(seed: int, one: Tried, seconds: float) -> None:
    """A line a plan, as it ends."""
    failed = one.compared.failed if one.compared else 0
    line = (
        f"seed {seed}: {one.requests} requests, {one.faults.total()} faults, {failed:,} cells failed, {seconds:.0f} s"
    )
    print(line, *(f"WRONG: {sentence}" for sentence in one.wrong), sep="\n  ", file=sys.stderr, flush=True)


def table(done: list[tuple[int, Tried]], seconds: float) -> None:
    """The table of benchmarks/README.md."""
    tries = [one for _, one in done]
    compared = [one.compared for one in tries if one.compared]
    faults = sum((one.faults for one in tries), Counter())
    rows = {
        "plans, two pulls each": f"{len(tries):,}",
        "requests": f"{sum(one.requests for one in tries):,}",
        "of these struck by a fault": f"{faults.total():,}",
        "cells compared after the first pull": f"{sum(one.cells for one in compared):,}",
        "of these failed, with the reason": f"{sum(one.failed for one in compared):,}",
        "plans with a loss": f"{sum(1 for one in compared if one.failed):,}",
        "plans with a cell wrong, or lost in silence": f"{sum(1 for one in tries if one.wrong):,}",
        "seconds": f"{seconds:,.0f}",
    }
    print("| what | figures |\n|---|---|", *(f"| {name} | {value} |" for name, value in rows.items()), sep="\n")
    print("\nFaults by kind:", ", ".join(f"{kind} {count:,}" for kind, count in sorted(faults.items())))


def main() -> int:
    parser = argparse.ArgumentParser(description="Pull from UN Comtrade's stand-in under seeded plans of faults.")
    parser.add_argument("--plans", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first plan")
    asked = parser.parse_args()
    done, seconds = run(asked.plans, asked.seed)
    table(done, seconds)
    wrong = [(seed, one.wrong[0]) for seed, one in done if one.wrong]
    for seed, sentence in wrong:
        print(f"seed {seed}: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
