"""The README is true: its commands exist, and what it says they print is what they print."""

import re
import shlex
from pathlib import Path

import pytest
from command import COMMANDS, tradewatch

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```\n([^`]*?)\n```\n\n```text\n(.*?)\n```", README, flags=re.DOTALL)
"""Each command that is followed by what it prints."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readme")


def test_the_readme_shows_the_demo_first() -> None:
    commands = [command for command, _ in SHOWN]
    assert len(commands) >= 2
    assert commands[0].endswith(".venv/bin/tradewatch demo")


@pytest.mark.parametrize(("command", "printed"), SHOWN)
def test_what_the_readme_shows_is_printed(command: str, printed: str, folder: Path) -> None:
    words = shlex.split(command.rpartition("&& ")[2])
    ran = tradewatch(*words[1:], cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert [line.rstrip() for line in ran.stdout.splitlines()] == printed.splitlines()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command: str) -> None:
    assert f"tradewatch {command}" in README
