"""Running tradewatch as a user does, for the tests of its commands and of the README."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from tradewatch import cli, show

COMMANDS = (
    "alerts", "ask", "build", "check", "compact", "demo", "digest", "gacc", "import", "init", "pull", "replay", "run",
    "sql", "status", "views",
)  # fmt: skip

Ran = subprocess.CompletedProcess[str]

for console in (show.out, show.err):
    console.width = show.WIDE  # as a process without a terminal has it; the workers of pytest-xdist set COLUMNS


def tradewatch(*words: str | Path, cwd: Path, **environment: str) -> Ran:
    """Run tradewatch in a folder, with an empty HOME and nothing of ours in the environment."""
    return subprocess.run(
        [sys.executable, "-m", "tradewatch", *map(str, words)],
        cwd=cwd,
        env=_clean(cwd, environment),
        capture_output=True,
        text=True,
    )


def typed(*words: str | Path, cwd: Path, **environment: str) -> Ran:
    """The same in this process, which saves the second that an interpreter and its imports take."""
    command = ["tradewatch", *map(str, words)]
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with _instead(_clean(cwd, environment), command), chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        code = _ended()
    return subprocess.CompletedProcess(command, code, _text(out), _text(err))


def _clean(cwd: Path, environment: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONWARNINGS": "error"} | environment


@contextmanager
def _instead(environment: dict[str, str], command: list[str]) -> Iterator[None]:
    """Another environment and other words, for the length of a `with`."""
    before, words = dict(os.environ), sys.argv
    try:
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = command
        yield
    finally:
        sys.argv = words
        os.environ.clear()
        os.environ.update(before)


def _ended() -> int:
    """The exit code of the command that stands in sys.argv."""
    try:
        cli.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _text(written: io.TextIOWrapper) -> str:
    written.seek(0)
    return written.read()
