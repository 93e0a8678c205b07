"""Recorded answers of the real service, where their folder is at hand: served for exactly the question they answer."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from comtrade_stand_in.answers import Answer, packed
from comtrade_stand_in.questions import parameters

Asked = tuple[str, tuple[tuple[str, str], ...]]
"""Path in lower case, and sorted parameters without the key."""

KEPT = ("Cache-Control", "ETag", "Last-Modified", "Request-Context")
"""Headers of a recording that are sent again; the rest belongs to the connection."""


def asked(path: str, given: Mapping[str, str]) -> Asked:
    """A question in one form."""
    return path.lower(), tuple(sorted((name, value) for name, value in given.items() if name != "subscription-key"))


def answers(folder: Path) -> dict[Asked, Answer]:
    """The answers below a folder: every `X` that has a `X.headers.json` with the address it was asked at."""
    return dict(_recorded(folder)) if folder.is_dir() else {}


def _recorded(folder: Path) -> Iterator[tuple[Asked, Answer]]:
    for beside in sorted(folder.rglob("*.headers.json")):
        note = json.loads(beside.read_text(encoding="utf-8"))
        parts = urlsplit(note["url"])
        body = beside.with_name(beside.name.removesuffix(".headers.json")).read_bytes()
        headers = {name: note["headers"][name] for name in KEPT if name in note["headers"]}
        answer = Answer(note["status_code"], packed([body]), note["headers"]["Content-Type"], headers)
        yield asked(parts.path, parameters(parts.query)), answer
