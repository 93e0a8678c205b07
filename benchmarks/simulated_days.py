"""
Whether an alert is ever lost or told twice: a thousand days of the real job, with faults and kills, beside a twin.

    python benchmarks/simulated_days.py [--pieces 9] [--days 112] [--seed 1]

Each piece is a story of its own, drawn from its seed: 30 months of history, then so many days on which five suppliers
publish and revise what they sold to four hubs, the target and another. See tests/simulation.py for what goes wrong and
what must hold. Pieces can run beside each other, each with its own --seed and --pieces 1. Exit code 1 when something
did not hold, with the seed and the first sentences. The table in benchmarks/README.md is a run of this on 2 cores.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from simulation import Simulation


def run(seed: int, days: int) -> Simulation:
    """One piece, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        made = Simulation(Path(folder), seed, days, on_day=told)
        made.run()
    return made


def told(made: Simulation, day: date) -> None:
    """How far a piece has come, once a month."""
    if day.day == 1:
        print(f"seed {made.seed}: {day}, {len(made.wrong)} wrong", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Simulated days of the job, with faults and kills.")
    parser.add_argument("--pieces", type=int, default=9)
    parser.add_argument("--days", type=int, default=112, help="of each piece")
    parser.add_argument("--seed", type=int, default=1, help="of the first piece")
    asked = parser.parse_args()
    figures, wrong, started = Counter[str](), 0, time.perf_counter()
    for seed in range(asked.seed, asked.seed + asked.pieces):
        made = run(seed, asked.days)
        figures += made.figures
        wrong += len(made.wrong)
        print(*(f"seed {seed}: WRONG: {one}" for one in made.wrong[:20]), sep="\n", file=sys.stderr, flush=True)
    print("| what | figures |\n|---|---|", *(f"| {what} | {figures[what]:,} |" for what in sorted(figures)), sep="\n")
    print(f"| what did not hold | {wrong:,} |\n| seconds | {time.perf_counter() - started:,.0f} |")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
