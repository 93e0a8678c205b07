"""Twelve days of the job with faults and kills, see simulation.py; benchmarks/simulated_days.py has a thousand days."""

from pathlib import Path

import pytest
from simulation import Simulation


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
