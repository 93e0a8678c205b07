"""The digest as a file, one for each month that has something to tell."""

from datetime import date
from pathlib import Path

from tradewatch.errors import DeliveryError
from tradewatch.files import write_whole


def deliver(text: str, folder: Path, month: date | None, suffix: str = "md") -> Path:
    """
    Write the digest to `<folder>/2022-11.md`, or `2022-11-2.md` … when that holds another text; returns the path.

    The same text again changes nothing. Raises DeliveryError when the folder cannot be written to.
    """
    body = text.encode()
    path = _free_name(folder, f"{month:%Y-%m}" if month else "no-month", suffix, body)
    try:
        write_whole(path, body)
    except OSError as problem:
        raise DeliveryError(
            f"{path}: the digest cannot be written ({problem.strerror}); the next run tries again."
        ) from problem
    return path


def _free_name(folder: Path, stem: str, suffix: str, body: bytes) -> Path:
    path, number = folder / f"{stem}.{suffix}", 1
    while path.exists() and path.read_bytes() != body:
        number += 1
        path = folder / f"{stem}-{number}.{suffix}"
    return path
