"""Files: what the package ships, and writing without leaving halves."""

import gzip
import hashlib
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from tradewatch.errors import DataError

PACKAGE = Path(__file__).resolve().parent

MOST_BYTES = 2 << 30
"""The largest file read at once, packed or unpacked: 2 GiB. Statistics files of one pull are far smaller."""

MOST_RATIO = 200
"""
How many times its packed size a file may unpack to, beyond SMALL bytes. Figures as JSON were seen at 40 times; a bomb
packs 230 to a thousand times, and what is refused without need is lost.
"""

SMALL = 1 << 20
PIECE = 256 << 10


def shipped(folder: str) -> Path:
    """
    The folder `queries`, `alerts` or `data` that came with tradewatch: inside the wheel, or beside the package in a
    checkout. Nothing is ever written there.
    """
    inside = PACKAGE / "_shipped" / folder
    return inside if inside.is_dir() else PACKAGE.parent / folder


def sql_of(name: str) -> str:
    """The text of a file of queries/, by its path without the ending: `digest/releases`."""
    return (shipped("queries") / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """
    A file that takes the place of another when it is written and on the disk, or leaves no trace. Whoever may read its
    folder may read it: analysts read snapshots and digests under accounts of their own.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(path.parent.stat().st_mode & 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_whole(path: Path, body: bytes) -> None:
    """Write a file so that a reader, or a crash, sees all of it or nothing of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _whole(path) as out:
        out.write(body)


def copied_whole(source: Path, target: Path) -> None:
    """Copy a file so that a reader, or a crash, sees all of the copy or what was there before."""
    with _whole(target) as out, source.open("rb") as body:
        shutil.copyfileobj(body, out, 16 << 20)


def read_whole(path: Path) -> bytes:
    """The bytes of a user's file; a DataError when it cannot be read or is larger than MOST_BYTES."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError(f"{path.name}: {size:,} bytes, more than the {MOST_BYTES:,} read at once; split the file.")
        return path.read_bytes()
    except OSError as problem:
        raise DataError(f"{path}: cannot be read ({problem.strerror}).") from problem


def unpacked(body: bytes, name: str) -> bytes:
    """The content of a gzip body, or the body itself; a DataError when the archive is cut or unpacks to too much."""
    return b"".join(pieces(body, name)) if body.startswith(GZIP) else body


def pieces(body: bytes, name: str) -> Iterator[bytes]:
    """
    The content of a gzip body, or the body itself, in pieces of at most PIECE bytes; a DataError in time when the
    archive is damaged, cut or unpacks to too much. Only the piece at hand is in memory.
    """
    if not body.startswith(GZIP):
        yield from (body[start : start + PIECE] for start in range(0, len(body), PIECE))
        return
    room = min(MOST_BYTES, max(SMALL, len(body) * MOST_RATIO))
    for piece in _inflated(body, name):
        room -= len(piece)
        if room < 0:
            raise DataError(f"{name}: unpacks to more than so small an archive of figures can hold; not read.")
        yield piece


GZIP = b"\x1f\x8b"
_STEP = 64 << 10


def _inflated(body: bytes, name: str) -> Iterator[bytes]:
    """Pieces of the content, as much as there is; the packed bytes are fed in steps, so that none are copied twice."""
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        for start in range(0, len(body), _STEP):
            rest = body[start : start + _STEP]
            while rest and not reader.eof:
                yield reader.decompress(rest, PIECE)
                rest = reader.unconsumed_tail
        yield reader.flush()
    except zlib.error as problem:
        raise DataError(f"{name}: a damaged gzip file ({problem}); fetch it again.") from problem
    if not reader.eof:
        raise DataError(f"{name}: a cut gzip file, its end is missing; fetch it again.")


def packed(body: bytes) -> bytes:
    """A body as gzip, the same bytes for the same input (no time stamp inside)."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def fingerprint(*roots: Path, words: Iterable[str] = ()) -> str:
    """One hash of files and of everything below folders, by relative name and content; absent ones count as absent."""
    found = hashlib.sha256("\n".join(words).encode())
    for root in roots:
        for path in sorted(path for path in (root, *root.rglob("*")) if path.is_file()):
            found.update(f"\0{path.relative_to(root)}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def time_in_name(name: str) -> datetime | None:
    """
    When a file was saved, where the site that made it writes that into the name (naive UTC), else None.

    Easy Comext: `Relational_View_2024-11-16T06_38_12.719Z.csv`. UN Comtrade: `TradeData_6_23_2024_10_5_59.csv`, local
    time of an unnamed zone, taken as UTC: it may be half a day off.
    """
    for pattern, form in _TIMES:
        if found := re.search(pattern, name):
            try:
                return datetime.strptime(found.group(1), form)
            except ValueError:
                return None
    return None


_TIMES = (
    (r"Relational_View_(\d{4}-\d\d-\d\dT\d\d_\d\d_\d\d\.\d+)Z", "%Y-%m-%dT%H_%M_%S.%f"),
    (r"TradeData_(\d{1,2}_\d{1,2}_\d{4}_\d{1,2}_\d{1,2}_\d{1,2})", "%m_%d_%Y_%H_%M_%S"),
)


def plain(text: str) -> str:
    """Text of a source or user, fit to be shown: line breaks become spaces, control characters vanish."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
