"""Running tradewatch as a user does, for the tests of its commands and of the README."""

import os
import subprocess
import sys
from pathlib import Path

COMMANDS = (
    "alerts", "ask", "build", "check", "compact", "demo", "digest", "gacc", "import", "init", "pull", "replay", "run",
    "sql", "status", "views",
)  # fmt: skip

Ran = subprocess.CompletedProcess[str]


def tradewatch(*words: str | Path, cwd: Path, **environment: str) -> Ran:
    """Run tradewatch in a folder, with an empty HOME and nothing of ours in the environment."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONWARNINGS": "error"} | environment
    return subprocess.run(
        [sys.executable, "-m", "tradewatch", *map(str, words)], cwd=cwd, env=clean, capture_output=True, text=True
    )
