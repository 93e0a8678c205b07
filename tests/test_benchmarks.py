"""The benchmarks still run: each at its smallest, as a process of its own. Their figures are no matter of tests."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
SMALL: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("digest", ("300", "20"), "compose"),
    ("history", ("500",), "sum now"),
    ("gacc_mutations", ("1",), "ours: bulletin by country"),
)


def ran(name: str, *words: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / f"{name}.py"), *map(str, words)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("name", "words", "said"), SMALL, ids=[name for name, *_ in SMALL])
def test_a_benchmark_runs(name: str, words: tuple[str, ...], said: str) -> None:
    assert said in ran(name, *words)


@pytest.mark.slow
def test_the_world_of_the_large_warehouse_has_about_the_rows_that_are_asked(tmp_path: Path) -> None:
    rows, *_ = json.loads(ran("scale", "build", tmp_path, "0.2").splitlines()[-1])
    assert 200_000 < rows < 400_000, "the figures, and the sums of each pair"
    seconds = json.loads(ran("scale", "ask", tmp_path, "mirror gap of all pairs and goods, 12 months"))
    assert len(seconds) == 3
