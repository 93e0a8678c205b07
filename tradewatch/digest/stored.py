"""A digest as JSON: what the outbox keeps, and what a program reads; the same model gives the same bytes, both ways."""

import msgspec

from tradewatch.digest.model import Digest


def as_json(digest: Digest) -> str:
    """The whole digest as JSON, nothing cut; amounts that must be exact are text."""
    return msgspec.json.format(msgspec.json.encode(digest), indent=1).decode() + "\n"


def from_json(text: str) -> Digest:
    """The digest that `as_json` wrote."""
    return msgspec.json.decode(text, type=Digest)
