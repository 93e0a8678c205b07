"""Where tradewatch keeps its things. Read once, at the edge; nothing here reads the environment at import."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradewatch.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The home folder and what lies in it: the warehouse, the landing folder of kept bytes, the user's own files."""

    home: Path

    @property
    def warehouse(self) -> Path:
        return self.home / "tradewatch.duckdb"

    @property
    def snapshot(self) -> Path:
        """The warehouse as it was after the last job: to be read while the next one writes."""
        return self.home / "tradewatch.snapshot.duckdb"

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def digests(self) -> Path:
        return self.home / "digests"

    def own(self, folder: str) -> Path:
        """The user's own `queries`, `alerts`, `watches` or `gacc_commodity`, read after the shipped ones."""
        return self.home / folder


FILE = "tradewatch.toml"


def read(environment: Mapping[str, str], home: Path | None = None, here: Path | None = None) -> Settings:
    """Settings from `--home`, else TRADEWATCH_HOME, else tradewatch.toml here, else the folder tradewatch-home here."""
    here = here or Path.cwd()
    chosen = home or Path(environment.get("TRADEWATCH_HOME") or _home_in_file(here / FILE) or "tradewatch-home")
    if chosen.exists() and not chosen.is_dir():
        raise ConfigError(f"{chosen} is a file; --home, TRADEWATCH_HOME and {FILE} name a folder.")
    return Settings(home=here / chosen.expanduser())


def _home_in_file(path: Path) -> str:
    """What tradewatch.toml says of the home folder; nothing when there is no such file."""
    if not path.is_file():
        return ""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: not readable as TOML ({problem}).") from problem
    if unknown := set(told) - {"home"}:
        raise ConfigError(f"{path}: unknown setting {', '.join(sorted(unknown))}; it may say home.")
    if not isinstance(told.get("home", ""), str):
        raise ConfigError(f"{path}: home is expected to be a folder in quotes.")
    return str(told.get("home", ""))
