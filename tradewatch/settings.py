"""Where tradewatch keeps its things, and whom it tells. Read once, at the edge; never at import."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from tradewatch.errors import ConfigError

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Recipient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gets letters, and which alerts: an empty list is all of them."""

    address: str
    watches: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()  # the desk's partners, as in ref.area
    severity: Literal["low", "medium", "high", "critical"] = "low"  # the least
    weekdays: tuple[Weekday, ...] = ()  # a letter waits until one of them (UTC)


class Email(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An SMTP server and whom it writes to. Its password is no setting: see Secrets."""

    host: str
    sender: str = msgspec.field(name="from")
    to: tuple[Recipient, ...]
    security: Literal["starttls", "tls", "none"] = "starttls"
    port: int = 0  # 0: 587 for starttls, 465 for tls, 25 for none
    user: str = ""
    ca_file: str = ""  # certificates to trust instead of the system's
    timeout_seconds: float = 30.0

    @property
    def port_used(self) -> int:
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]


class Channels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The channels that need settings; stdout and file need none, Slack and apprise only their secret."""

    email: Email | None = None


class Digests(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every digest is made with: how many alerts of a section are told, and where the report is."""

    cap: int = 10
    report: str = ""  # an address; links to it stand in digests only when it is set


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """tradewatch.toml as a whole."""

    home: str = ""
    digest: Digests = msgspec.field(default_factory=Digests)
    channels: Channels = msgspec.field(default_factory=Channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What channels need and nobody may read: from the environment only, never shown, logged or stored."""

    smtp_password: str = field(default="", repr=False)
    slack_webhook: str = field(default="", repr=False)
    apprise_urls: tuple[str, ...] = field(default=(), repr=False)


def secrets(environment: Mapping[str, str]) -> Secrets:
    """The secrets of the channels, from TRADEWATCH_SMTP_PASSWORD, _SLACK_WEBHOOK and _APPRISE_URLS (spaces between)."""
    return Secrets(
        smtp_password=environment.get("TRADEWATCH_SMTP_PASSWORD", ""),
        slack_webhook=environment.get("TRADEWATCH_SLACK_WEBHOOK", "").strip(),
        apprise_urls=tuple(environment.get("TRADEWATCH_APPRISE_URLS", "").split()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The home folder and what lies in it: the warehouse, the landing folder of kept bytes, the user's own files."""

    home: Path
    digest: Digests = field(default_factory=Digests)
    channels: Channels = field(default_factory=Channels)

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
    told = _told(here / FILE)
    chosen = home or Path(environment.get("TRADEWATCH_HOME") or told.home or "tradewatch-home")
    if chosen.exists() and not chosen.is_dir():
        raise ConfigError(f"{chosen} is a file; --home, TRADEWATCH_HOME and {FILE} name a folder.")
    return Settings(home=here / chosen.expanduser(), digest=told.digest, channels=told.channels)


def _told(path: Path) -> _File:
    """What tradewatch.toml says; nothing when there is no such file. A ConfigError names what it should not say."""
    if not path.is_file():
        return _File()
    try:
        told = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), type=_File)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: not readable as TOML ({problem}).") from problem
    except msgspec.ValidationError as problem:
        raise ConfigError(f"{path}: {_plainly(str(problem))}.") from problem
    for wrong in _wrong(told):
        raise ConfigError(f"{path}: {wrong}.")
    return told


def _plainly(problem: str) -> str:
    """The validator's sentence in the words of a settings file: `unknown setting x in channels.email`."""
    what, _, where = problem.partition(" - at ")
    said = re.sub(r"Object contains unknown field `(.*)`", r"unknown setting \1", what)
    said = re.sub(r"Object missing required field `(.*)`", r"setting \1 is missing", said)
    place = where.strip("`").removeprefix("$").removeprefix(".")
    return f"{said} in {place}" if place else said


def _wrong(told: _File) -> list[str]:
    """What types cannot say: addresses that are none, a password that would travel in the clear."""
    wrong = []
    if told.digest.cap < 1:
        wrong.append(f"digest.cap is {told.digest.cap}; it counts alerts, at least 1")
    if told.digest.report and not re.fullmatch(r"https?://[^\s<>|\"'()]+", told.digest.report):
        wrong.append("digest.report is expected to be an address that begins with https://, without spaces or quotes")
    if email := told.channels.email:
        addresses = (email.sender, *(one.address for one in email.to))
        wrong += [f"channels.email: {one!r} is no mail address" for one in addresses if not _ADDRESS.fullmatch(one)]
        if not email.to:
            wrong.append("channels.email names nobody; add [[channels.email.to]] with an address")
        if len({one.address for one in email.to}) < len(email.to):
            wrong.append("channels.email names an address twice; join the two entries")
        if email.user and email.security == "none":
            wrong.append("channels.email: a password never goes over an open line; set security to starttls or tls")
    return wrong


_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""Plain addresses only: no names, no quotes, nothing that could add a header line."""
