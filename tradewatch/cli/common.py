"""What every command shares: the application, the home folder, the one clock, and how an error leaves."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from tradewatch import queries, show, warehouse
from tradewatch.errors import DataError, TradewatchError
from tradewatch.files import plain
from tradewatch.periods import month_from_digits
from tradewatch.settings import Secrets, Settings, read, secrets

DONE_IN_PART = 3

app = typer.Typer(
    name="tradewatch",
    help="Sanctions and dual-use trade monitoring from public trade statistics, every number traceable.",
    epilog="Example: tradewatch demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Folder of the warehouse and the kept bytes; else TRADEWATCH_HOME, else ./tradewatch-home."
    ),
]
AsOf = Annotated[datetime | None, typer.Option("--as-of", help="Answer with what was known then (UTC).")]


def main() -> None:
    """Run a command; whatever goes wrong is one sentence and exit code 1, never a traceback."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except TradewatchError as problem:
        leave(str(problem))
    except (OSError, duckdb.Error) as problem:
        leave(f"{problem}; nothing is half done.")
    except Exception as problem:
        if os.environ.get("TRADEWATCH_DEBUG"):
            raise
        leave(f"a fault of tradewatch itself ({type(problem).__name__}: {problem}); TRADEWATCH_DEBUG=1 shows where.")


def leave(sentence: str, code: int = 1) -> None:
    """End with one sentence for people."""
    print(f"tradewatch: {plain(sentence)}", file=sys.stderr)  # noqa: T201
    sys.exit(code)


def settings_of(home: Path | None) -> Settings:
    """The home folder that the command line, the environment or tradewatch.toml names."""
    return read(os.environ, home)


def secrets_of() -> Secrets:
    """What the channels need and nobody may read."""
    return secrets(os.environ)


def now() -> datetime:
    """The one place that reads the clock: naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def writing(home: Path | None) -> Iterator[tuple[duckdb.DuckDBPyConnection, Settings]]:
    """The warehouse, open to write; left quick to ask: the answers that views keep are made where facts changed."""
    settings = settings_of(home)
    with warehouse.connect(settings.warehouse) as con:
        yield con, settings
        with show.progress("keeping answers", len(queries.unkept(con))) as bar:
            queries.keep(con, lambda name: bar.update(bar.task_ids[0], advance=1, description=f"kept {name}"))


@contextmanager
def reading(home: Path | None) -> Iterator[tuple[duckdb.DuckDBPyConnection, Settings]]:
    """The warehouse, open to read; while a job writes it, the snapshot that the last job left."""
    settings = settings_of(home)
    with warehouse.connect_to_read(settings.warehouse, settings.snapshot) as con:
        yield con, settings


def currency_told(text: str | None) -> str | None:
    """The currency of China's figures as an option tells it."""
    if text is not None and text.upper() not in ("CNY", "USD"):
        raise typer.BadParameter("it is usd or cny", param_hint="--currency")
    return text and text.upper()


def month_told(text: str | None) -> date | None:
    """A month as an option tells it, e.g. 2022-11."""
    if text is None:
        return None
    try:
        return month_from_digits(text)
    except ValueError as problem:
        raise DataError(f"{plain(text)} is not a month; write it as 2022-11.") from problem
