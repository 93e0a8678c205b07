"""What stands above the rows of a panel: its keys and its columns."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tradewatch.errors import DataError
from tradewatch.periods import month_from_digits
from tradewatch.records import FLOWS
from tradewatch.sources.eurostat import hs_edition
from tradewatch.sources.lines import records
from tradewatch.sources.tables import quoted

_LIST = r"\S+(?: \S+)*"
KEYS: Mapping[str, str] = {
    "title": r".{1,500}",
    "publisher": r".{1,500}",
    "address": r".{1,500}",  # where it was published
    "licence": r".{1,500}",
    "source": r"[a-z][a-z0-9_]{0,40}",  # the value of facts.trade.source
    "areas": r"iso3|source",  # whether areas are ISO 3166-1 alpha-3 or the source's own codes (the default)
    "currency": r"[A-Z]{3}",
    "unit": r"10{0,9}",  # 1000 when values are in thousands
    "freq": r"[MA]",
    "hs_edition": r"by year|HS[0-9]{4}",  # by year (the default): the edition in force in the year of the value
    "valuation": r"by flow|FOB|CIF|OTHER",  # by flow (the default): exports FOB, imports CIF
    "released_at": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}",  # UTC
    "first_column": r"[A-Z]{1,2}",  # the spreadsheet column that the first period was in
    "complete": r"yes|no",  # yes: what the four lists span is all stated here, or was not recorded
    "flows": _LIST,
    "reporters": _LIST,
    "partners": _LIST,
    "commodities": _LIST,
    "note": r".{1,500}",  # may be repeated
}
"""The keys above the table and what they may say; all but `note` at most once."""

NEEDED = ("title", "publisher", "licence", "source", "currency", "unit", "freq", "complete")
LISTS = ("flows", "reporters", "partners", "commodities")
COLUMNS = ("reporter", "partner", "flow", "commodity", "place")

KEY_LINE = re.compile(r"# ([a-z_]+): (.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Everything above the first row."""

    keys: Mapping[str, str]
    notes: tuple[str, ...]
    periods: tuple[tuple[str, date], ...]  # as written, and its first day
    with_note: bool
    lines: int

    @property
    def first(self) -> int:
        """The field of a row in which the first period stands, from 0."""
        return len(COLUMNS) + self.with_note

    @property
    def width(self) -> int:
        """How many fields a row has."""
        return self.first + len(self.periods)

    def listed(self, name: str) -> tuple[str, ...]:
        """The members of one of LISTS."""
        return tuple(self.keys.get(name, "").split())


def head_of(name: str, text: str) -> Head:
    """The keys and columns of a panel; a DataError when one is unknown, missing, twice or malformed."""
    lines = text.split("\n")
    count = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    keys: dict[str, str] = {}
    notes: list[str] = []
    for number, line in enumerate(lines[:count], start=1):
        key, words = _key(f"{name}, line {number}", line.rstrip("\r"), keys)
        if key == "note":
            notes.append(words)
        else:
            keys[key] = words
    _check_together(name, keys)
    number, columns = next(records(name, text.split("\n", count)[count], before=count), (count, []))
    periods, with_note = _columns(f"{name}, line {number}", columns, keys["freq"])
    return Head(keys=keys, notes=tuple(notes), periods=periods, with_note=with_note, lines=count)


def released_at(name: str, keys: Mapping[str, str]) -> datetime | None:
    """The key released_at as naive UTC, or None; a DataError when there is no such day or time."""
    text = keys.get("released_at")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M") if text else None  # naive UTC throughout
    except ValueError as problem:
        raise DataError(
            f"{name}: released_at: expected a day and time that exist, found {quoted(text or '')}."
        ) from problem


def _key(place: str, line: str, keys: Mapping[str, str]) -> tuple[str, str]:
    found = KEY_LINE.fullmatch(line)
    key, words = found.groups() if found else ("", "")
    if key not in KEYS:
        raise DataError(f"{place}: expected '# key: words' with one of {', '.join(KEYS)}, found {quoted(line)}.")
    if key in keys:
        raise DataError(f"{place}: the key {key} stands there twice; leave one of the two.")
    if not re.fullmatch(KEYS[key], words) or not words.isprintable():
        raise DataError(f"{place}: {key} must read {KEYS[key]}, found {quoted(words)}; correct it.")
    return key, words


def _check_together(name: str, keys: Mapping[str, str]) -> None:
    needed = NEEDED + LISTS if keys.get("complete") == "yes" else NEEDED
    missing = [key for key in needed if key not in keys]
    if missing:
        raise DataError(f"{name}: expected the keys {', '.join(missing)} above the table, found none; add them.")
    if keys["complete"] == "no" and any(key in keys for key in LISTS):
        raise DataError(f"{name}: {', '.join(LISTS)} are for 'complete: yes' only; say yes or leave them out.")
    unknown = sorted(set(keys.get("flows", "").split()) - FLOWS)
    if unknown:
        raise DataError(f"{name}: flows: expected some of {', '.join(sorted(FLOWS))}, found {quoted(unknown[0])}.")


def _columns(place: str, found: list[str], freq: str) -> tuple[tuple[tuple[str, date], ...], bool]:
    """The periods, and whether there is a column of notes before them."""
    with_note = found[len(COLUMNS) : len(COLUMNS) + 1] == ["note"]
    first = len(COLUMNS) + with_note
    if tuple(found[: len(COLUMNS)]) != COLUMNS or len(found) == first:
        wanted = f"{','.join(COLUMNS)}[,note] and one column a period"
        raise DataError(f"{place}: expected the columns {wanted}, found {quoted(','.join(found))}; correct them.")
    periods = tuple((text, _period(place, text, freq)) for text in found[first:])
    days = [day for _, day in periods]
    if days != sorted(set(days)):
        raise DataError(f"{place}: expected each period once and in order, found {quoted(','.join(found[first:]))}.")
    return periods, with_note


def _period(place: str, text: str, freq: str) -> date:
    try:
        return _day(text, freq)
    except ValueError as problem:
        wanted = "a month such as 2024-01" if freq == "M" else "a year such as 2024"
        raise DataError(f"{place}: expected a column that is {wanted}, found {quoted(text)}; correct it.") from problem


def _day(text: str, freq: str) -> date:
    if len(text) != len("2024-01" if freq == "M" else "2024"):
        raise ValueError(text)
    day = month_from_digits(text if freq == "M" else f"{text}-01")
    hs_edition(day.year)
    return day
