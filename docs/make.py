"""
Writes docs/views.md and docs/questions.md from the files of queries/ and from what they answer on the embedded sample.

    python docs/make.py [FOLDER to write into, else docs [HOME in which the demo has run]]
"""

import os
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

os.environ["COLUMNS"] = "400"  # read where the commands' console is made, so before they are imported

from tradewatch import answers, cli, queries
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
    """What a command prints; raises what ends it. In this process: twenty interpreters would start for twenty lines."""
    with redirect_stdout(StringIO()) as printed:
        cli.app(words, standalone_mode=False)
    return printed.getvalue()


def main() -> None:
    """Write both pages."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    with tempfile.TemporaryDirectory() as empty:
        home = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(empty)
        if home == Path(empty):
            tradewatch("demo", "--home", empty)
        (folder / "questions.md").write_text(questions(home), encoding="utf-8")
    (folder / "views.md").write_text(views(), encoding="utf-8")


if __name__ == "__main__":
    main()
