"""The README is true: its commands exist, and what it says they print is what they print."""

import re
import shlex
from pathlib import Path

import pytest
from command import COMMANDS, Ran, tradewatch

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```\n([^`]*?)\n```\n\n```text\n(.*?)\n```", README, flags=re.DOTALL)
"""Each command that is followed by what it prints."""


def test_the_readme_shows_the_demo_first() -> None:
    commands = [command for command, _ in SHOWN]
    assert len(commands) >= 2
    assert commands[0].endswith(".venv/bin/tradewatch demo")


@pytest.mark.parametrize(("command", "printed"), SHOWN)
def test_what_the_readme_shows_is_printed(command: str, printed: str, demo: tuple[Path, Ran]) -> None:
    folder, first = demo
    words = shlex.split(command.rpartition("&& ")[2])[1:]
    ran = first if words == ["demo"] else tradewatch(*words, cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert [line.rstrip() for line in ran.stdout.splitlines()] == printed.splitlines()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command: str) -> None:
    assert f"tradewatch {command}" in README
