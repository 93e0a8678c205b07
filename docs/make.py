"""
Writes docs/views.md and docs/questions.md from the files of queries/ and from what they answer on the embedded sample.

    python docs/make.py [FOLDER to write into, else docs]
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tradewatch import answers, queries
from tradewatch.files import shipped

DOCS = Path(__file__).resolve().parent
ROWS = 12
NOWHERE = Path("no-such-folder")

VIEWS = """# The views

Each is one select in [queries/views](../queries/views), made a view by `tradewatch build` and read by
`tradewatch sql "from views.NAME"`. The first sentences say what a view answers, and what it does not establish.
This page is written by `python docs/make.py`.
"""

QUESTIONS = """# The saved questions

Each is a select in [queries/ask](../queries/ask) with parameters; a file of your own in `ask/` of your home folder is
one more. Below is what each answers on the embedded sample (`tradewatch demo`): a part of what six saved workbooks of
Eurostat hold, so some can show little or nothing there. At most twelve lines are shown. This page is written by
`python docs/make.py`.
"""


def views() -> str:
    """Every view with its question, grain and columns."""
    parts = [VIEWS]
    for one in queries.read(shipped("queries"), NOWHERE):
        if not one.view.startswith("checks."):
            columns = "\n".join(f"| `{name}` | {meaning.replace('|', '/')} |" for name, meaning in one.meanings)
            head = f"## {one.view}\n\n{one.question}\n\nOne row for each {one.grain}.\n\n"
            parts.append(f"{head}| column | meaning |\n|---|---|\n{columns}\n")
    return "\n".join(parts)


def questions(home: Path) -> str:
    """Every saved question with the command that asks it and what it answers."""
    parts = [QUESTIONS]
    for one in answers.questions(NOWHERE).values():
        words = ["ask", one.name, *one.takes.split()]
        shown = tradewatch(*words, "--home", str(home)).rstrip().splitlines()
        lines = "\n".join(line.rstrip() for line in shown[: ROWS + 1])
        more = f"\n… {len(shown) - ROWS - 1} more" if len(shown) > ROWS + 1 else ""
        parts.append(f"## {one.name}\n\n{one.sentence}\n\n```\n$ tradewatch {' '.join(words)}\n{lines}{more}\n```\n")
    return "\n".join(parts)


def tradewatch(*words: str) -> str:
    """What a command prints; a CalledProcessError when it fails."""
    command = [sys.executable, "-m", "tradewatch", *words]
    environment = os.environ | {"COLUMNS": "400"}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def main() -> None:
    """Write both pages."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    with tempfile.TemporaryDirectory() as home:
        tradewatch("demo", "--home", home)
        (folder / "questions.md").write_text(questions(Path(home)), encoding="utf-8")
    (folder / "views.md").write_text(views(), encoding="utf-8")


if __name__ == "__main__":
    main()
