"""The files of deploy/ are what their readers take: cron, systemd, a scheduled workflow, a container."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from command import COMMANDS, tradewatch

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
FIELD = r"(?:\*|[0-9]+(?:-[0-9]+)?(?:,[0-9]+)*)(?:/[0-9]+)?"
CRON = re.compile(rf"(?:{FIELD} ){{5}}(?P<user>[a-z]+) (?P<command>.+)")


def commands(text: str) -> list[list[str]]:
    """Every tradewatch command that a file would run: its words."""
    found = re.findall(r"(?:^|[\s\"'/=])tradewatch((?: (?:run|--?[a-z-]+|file|json|stdout|email|slack))+)", text, re.M)
    return [words.split() for words in found]


@pytest.mark.parametrize("name", ["tradewatch.cron", "tradewatch.service", "scheduled.yml"])
def test_the_commands_of_a_file_are_commands(name: str, tmp_path: Path) -> None:
    found = commands((DEPLOY / name).read_text())
    assert found
    for words in found:
        ran = tradewatch(*words, "--help", cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr


def test_the_cron_file_has_one_line_that_runs_the_job() -> None:
    lines = [line for line in (DEPLOY / "tradewatch.cron").read_text().splitlines() if not line.startswith("#")]
    settings = [line for line in lines if re.fullmatch(r"[A-Z_]+=\S+", line)]
    (job,) = (line for line in lines if line not in settings)
    found = CRON.fullmatch(job)
    assert found, job
    assert "%" not in job, "cron takes a percent sign for the end of the command"
    ran = subprocess.run(["sh", "-n", "-c", found["command"]], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_takes_service_and_timer(tmp_path: Path) -> None:
    for name in ("tradewatch.service", "tradewatch.timer"):
        text = (DEPLOY / name).read_text().replace("/opt/tradewatch/bin/tradewatch", sys.executable)
        (tmp_path / name).write_text(text)
    ran = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.glob("*")))], capture_output=True, text=True
    )
    said = [line for line in ran.stderr.splitlines() if "tradewatch" in line]
    assert not said, ran.stderr
    calendar = re.search(r"OnCalendar=(.+)", (DEPLOY / "tradewatch.timer").read_text())
    assert calendar
    ran = subprocess.run(["systemd-analyze", "calendar", calendar[1]], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_the_workflow_keeps_the_warehouse_and_no_secret() -> None:
    text = (DEPLOY / "scheduled.yml").read_text()
    told = yaml.safe_load(text)
    steps = told["jobs"]["run"]["steps"]
    assert [step for step in steps if "upload-artifact" in step.get("uses", "")]
    for step in steps:
        if "run" in step:
            ran = subprocess.run(["bash", "-n", "-c", step["run"]], capture_output=True, text=True)
            assert ran.returncode == 0, ran.stderr
    assert re.findall(r"TRADEWATCH_\w*KEY: (.*)", text) == ["${{ secrets.TRADEWATCH_COMTRADE_KEY }}"]


def test_the_container_has_all_that_the_wheel_needs() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    copied = {word for line in re.findall(r"^COPY (.+)$", text, re.M) for word in line.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = {*build["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"], build["project"]["readme"]}
    assert needed <= copied
    entry = re.search(r"^ENTRYPOINT (.+)$", text, re.M)
    command = re.search(r"^CMD (.+)$", text, re.M)
    assert entry
    assert command
    assert json.loads(entry[1]) == ["tradewatch"]
    assert commands(f"tradewatch {' '.join(json.loads(command[1]))}")


def test_what_operations_tells_to_type_exists(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"(?:`|bin/)tradewatch ([a-z]+)", text))
    assert {"run", "status", "replay", "compact", "build"} <= named <= set(COMMANDS)
    for path in re.findall(r"deploy/[a-z.]+[a-z]", text):
        assert (ROOT / path).exists(), path
    settings = re.search(r"# tradewatch.toml\n(.*?)```", text, re.S)
    assert settings
    (tmp_path / "tradewatch.toml").write_text(settings[1])
    ran = tradewatch("status", cwd=tmp_path)
    assert "there is no warehouse" in ran.stderr, "the settings are read before the warehouse is looked for"
