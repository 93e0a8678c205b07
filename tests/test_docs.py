"""The pages of docs/ that are written from the queries say what the queries say."""

import subprocess
import sys
from pathlib import Path

import pytest
from command import Ran

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.mark.slow
def test_the_pages_on_views_and_questions_are_those_that_the_queries_give(
    demo: tuple[Path, Ran], tmp_path: Path
) -> None:
    home = demo[0] / "tradewatch-demo"
    subprocess.run([sys.executable, str(DOCS / "make.py"), str(tmp_path), str(home)], check=True)
    made = sorted(path.name for path in tmp_path.glob("*.md"))
    assert made == ["questions.md", "views.md"]
    for name in made:
        assert (tmp_path / name).read_text() == (DOCS / name).read_text(), f"docs/{name}: run python docs/make.py"
