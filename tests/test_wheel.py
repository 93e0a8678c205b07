"""What is installed is what git tracks, and it runs far from the checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("queries", "alerts", "data")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT], check=True
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_ships_what_git_tracks(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "tradewatch", *SHIPPED], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    tracked = {name for name in listed if name}
    assert len(tracked) > 40, "git lists next to nothing: this is no checkout"
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {name.removeprefix("tradewatch/_shipped/") for name in inside} == tracked


@pytest.mark.slow
def test_the_installed_wheel_runs_the_demo_far_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env")
    python = tmp_path / "env" / "bin" / "python"
    install = ("install", "--quiet", "--no-compile", wheel)  # two hundred of its files are ever read here, of thousands
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *install], check=True)
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | {
        name: value for name, value in os.environ.items() if name.lower().startswith(("pip_", "ssl_"))
    }
    shown = subprocess.run(
        [python, "-m", "tradewatch", "demo"], cwd=tmp_path, env=clean, check=True, capture_output=True, text=True
    ).stdout
    assert "Kyrgyzstan" in shown
    assert "tradewatch alerts why" in shown
    assert str(ROOT) not in shown
