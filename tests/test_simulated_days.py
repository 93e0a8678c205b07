"""Twelve days of the job with faults and kills, see simulation.py; benchmarks/simulated_days.py has a thousand days."""

from collections import Counter
from pathlib import Path

import pytest
from simulation import Arrivals, Day, Simulation


@pytest.mark.slow
def test_no_alert_is_lost_or_told_twice(tmp_path: Path) -> None:
    made = Simulation(tmp_path, seed=225, days=12, every=6, settling=4)
    made.run()
    assert made.wrong == []
    happened = (
        "source faults",
        "deliveries",
        "figures",
        "events: new",
        "events: withdrawn",
        "heard: withdrawn",
    )
    assert [what for what in happened if not made.figures[what]] == [], made.figures


@pytest.mark.parametrize(
    ("arrived", "explained"),
    [
        ({("a", "email", "x"): [1, 2]}, True),
        ({("a", "email", "x"): [0, 1]}, False),
        ({("a", "email", "x"): [1, 2], ("a", "slack", ""): [1, 2]}, False),
        ({("a", "slack", ""): [2, 3]}, True),
        ({("a", "email", "x"): [2, 3]}, False),
        ({("a", "email", "x"): [1], ("b", "email", "x"): [2]}, True),
    ],
)
def test_a_repetition_needs_a_kill_or_a_broken_line_of_its_own(
    tmp_path: Path, arrived: Arrivals, explained: bool
) -> None:
    made = Simulation(tmp_path, seed=1, days=1)
    made.lived += [Day(), Day(killed=1), Day(unanswered=Counter({"slack": 1})), Day()]
    made.explain(arrived)
    assert (made.wrong == []) is explained
