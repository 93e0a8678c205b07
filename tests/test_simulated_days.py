"""A month of the job with faults and kills, see simulation.py; benchmarks/simulated_days.py has a thousand days."""

from pathlib import Path

import pytest
from simulation import Simulation


@pytest.mark.slow
def test_no_alert_is_lost_or_told_twice(tmp_path: Path) -> None:
    made = Simulation(tmp_path, seed=5, days=28, every=7)
    made.run()
    assert made.wrong == []
    assert made.figures["kills"] > 0
    assert made.figures["source faults"] > 0
    assert made.figures["deliveries"] > 0
    assert made.figures["figures"] > 0
