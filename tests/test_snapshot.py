"""Analysts read on while a job writes: the snapshot is whole, and is found when the warehouse is held."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from command import tradewatch

from tradewatch import warehouse
from tradewatch.settings import Settings

HOLDER = "import sys, duckdb; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home")
    with warehouse.connect(made.warehouse) as con:
        con.execute("create table t as select 1 as n")
        warehouse.publish(con, made.warehouse, made.snapshot)
        con.execute("update t set n = 2")
    return made


def test_a_snapshot_is_read_while_the_warehouse_is_held(settings: Settings) -> None:
    words = ("sql", "select n from t", "--format", "csv", "--home", settings.home)
    assert tradewatch(*words, cwd=settings.home).stdout.split() == ["n", "2"]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(settings.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        assert tradewatch(*words, cwd=settings.home).stdout.split() == ["n", "1"]
        settings.snapshot.unlink()
        refused = tradewatch(*words, cwd=settings.home)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "in use by another" in refused.stderr
        holder.communicate()


@pytest.mark.parametrize(("folder", "file"), [(0o755, 0o644), (0o750, 0o640), (0o700, 0o600), (0o777, 0o644)])
def test_a_snapshot_can_be_read_by_whoever_may_read_its_folder(settings: Settings, folder: int, file: int) -> None:
    settings.home.chmod(folder)
    with warehouse.connect(settings.warehouse) as con:
        warehouse.publish(con, settings.warehouse, settings.snapshot)
    assert settings.snapshot.stat().st_mode & 0o777 == file


def test_a_snapshot_holds_what_was_committed_and_needs_no_log(settings: Settings) -> None:
    with warehouse.connect(settings.warehouse) as con:
        con.execute("update t set n = 3")
        warehouse.publish(con, settings.warehouse, settings.snapshot)
        alone = settings.home / "elsewhere" / "copy.duckdb"
        alone.parent.mkdir()
        alone.write_bytes(settings.snapshot.read_bytes())
        con.execute("update t set n = 4")
    with duckdb.connect(str(alone), read_only=True) as copy:
        assert copy.execute("select n from t").fetchall() == [(3,)]
    assert not list(settings.home.glob(".*"))
