"""What of a digest goes to one reader: a pure filter, so that a desk is told of its own alerts alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tradewatch.digest.model import LEVELS, Digest, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Which alerts a reader wants; an empty choice is all of them."""

    watches: Sequence[str] = ()
    areas: Sequence[str] = ()  # the desk: areas as in ref.area
    severity: str = "low"  # the least


def wants(reader: Reader, item: Item) -> bool:
    """
    Whether a reader is told of an alert.

    An alert of no watch is for every watch. The severity that counts is the highest it ever had: whoever was told of it
    is told that it ended or was withdrawn.
    """
    highest = max(_rank(item.severity), _rank(item.severity_told))
    return (
        (not reader.watches or not item.watch or item.watch in reader.watches)
        and (not reader.areas or item.area in reader.areas)
        and highest >= _rank(reader.severity)
    )


def _rank(level: str) -> int:
    """A level that nobody knows counts as the highest: rather told than lost."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def for_reader(digest: Digest, reader: Reader) -> Digest:
    """The digest with the alerts of one reader; data health and footer stay whole."""
    new, worse, ongoing, closed = (
        tuple(item for item in items if wants(reader, item))
        for items in (digest.new, digest.worse, digest.ongoing, digest.closed)
    )
    return replace(digest, new=new, worse=worse, ongoing=ongoing, closed=closed)
