"""What the tests share: a warehouse in memory, the neighbouring folder of real files, and no other host."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import duckdb
import hypothesis
import pytest
from command import Ran, tradewatch

from tradewatch import flow, queries, warehouse
from tradewatch.files import shipped
from tradewatch.settings import Settings

hypothesis.settings.register_profile("thorough", max_examples=1000)  # pytest --hypothesis-profile thorough

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse in memory, with every table."""
    with duckdb.connect() as connection:
        connection.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
        yield connection


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table and view and no row, for tests to copy: making it takes two seconds."""
    path = tmp_path_factory.mktemp("built") / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
        queries.build(connection, shipped("queries"), Path("no-such-folder"))
    return path


@pytest.fixture
def with_views(built: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse of its own with every table and view and no row."""
    with duckdb.connect(str(shutil.copy(built, tmp_path / "with_views.duckdb"))) as connection:
        yield connection


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse as `tradewatch build` leaves it, lists and views and no figure, for tests to copy."""
    settings = Settings(home=tmp_path_factory.mktemp("ready"))
    with warehouse.connect(settings.warehouse) as connection:
        flow.build(connection, settings)
    return settings.warehouse


@pytest.fixture
def home(ready: Path, tmp_path: Path) -> Path:
    """A home folder as `tradewatch build` leaves it."""
    made = Settings(home=tmp_path / "home")
    made.home.mkdir()
    shutil.copy(ready, made.warehouse)
    return made.home


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A folder in which the demo has run, and what it printed; to be read, or copied by who changes something."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, tradewatch("demo", cwd=folder)


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real files beside a development checkout; a test that needs it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real files is not beside this checkout")
    return SHARED / "data"


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches another host."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
