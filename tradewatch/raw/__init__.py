"""The first stage: bytes kept for ever by their hash, and one ledger row for each file or answer taken."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from operator import attrgetter
from pathlib import Path

import duckdb
import polars as pl

from tradewatch.errors import DataError
from tradewatch.files import packed, read_whole, unpacked, write_whole
from tradewatch.raw.asked import from_plain, to_plain
from tradewatch.records import Pull, Question, Release, Told
from tradewatch.warehouse import first_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of raw.pull, as far as loading needs it. Times are naive UTC."""

    pull_id: int
    source: str
    name: str
    told: Told
    fetched_at: datetime
    released_at: datetime
    sha256: str
    path: str
    layout: str = ""  # known beforehand for an answer; a file's is recognised by its content
    asked: tuple[Question, ...] = ()  # what a call asked
    address: str = ""  # where


def hash_of(body: bytes) -> str:
    """The name under which bytes are kept: their SHA-256 in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def keep(landing: Path, source: str, body: bytes) -> str:
    """
    Keep bytes under the landing folder, packed, named by their hash; returns the path inside it.

    What came packed over the wire is kept as it came; its hash is that of the packed bytes.
    """
    path = Path(source) / f"{hash_of(body)}.gz"
    if not (landing / path).exists():
        write_whole(landing / path, body if body.startswith(GZIP) else packed(body))
    return path.as_posix()


GZIP = b"\x1f\x8b"


def kept(landing: Path, entry: Entry) -> Pull:
    """A pull as it once came, from the kept bytes; a DataError when they are gone or are not the same."""
    body = read_whole(landing / entry.path)
    if hash_of(body) != entry.sha256:
        body = unpacked(body, entry.name)
    if hash_of(body) != entry.sha256:
        raise DataError(f"{landing / entry.path}: the kept bytes have changed; restore this file from a backup.")
    return Pull(
        name=entry.name,
        body=body,
        fetched_at=entry.fetched_at,
        told=entry.told,
        released_at=entry.released_at,
        layout=entry.layout,
        asked=entry.asked,
        address=entry.address,
    )


def new_id(con: duckdb.DuckDBPyConnection) -> int:
    """The next pull_id. A number is never used twice, even when its pull was rolled back."""
    row = first_row(con, "select nextval('raw.pull_id')")
    return int(row[0]) if row else 0


def record(
    con: duckdb.DuckDBPyConnection,
    entry: Entry,
    release: Release,
    *,
    basis: str,
    size: int,
    counts: Mapping[str, int],
    notes: tuple[str, ...],
) -> None:
    """Write the ledger row of a pull, inside the transaction that loads its facts."""
    _write(
        con,
        _row(entry, size)
        | {"layout": release.layout, "scope": scope_in_words(release), "released_basis": basis}
        | _outcome(release, counts, notes),
    )


def _row(entry: Entry, size: int) -> dict[str, object]:
    """What the ledger says of a pull before anything of it is loaded."""
    requested: dict[str, object] = {"name": entry.name, "told": asdict(entry.told)}
    if entry.asked or entry.address:
        requested |= {"address": entry.address, "asked": to_plain(entry.asked)}
    return {
        "pull_id": entry.pull_id,
        "source": entry.source,
        "layout": entry.layout,
        "scope": "",
        "requested": json.dumps(requested, ensure_ascii=False),
        "fetched_at": entry.fetched_at,
        "released_at": entry.released_at,
        "released_basis": "import",
        "bytes": size,
        "sha256": entry.sha256,
        "path": entry.path,
        "notes": "",
    } | dict.fromkeys((f"rows_{what}" for what in _ROWS), 0)


def _outcome(release: Release, counts: Mapping[str, int], notes: tuple[str, ...]) -> dict[str, object]:
    told = {"rows_read": release.rows_read, "notes": "\n".join(notes), "state": "loaded"}
    return told | {f"rows_{name}": number for name, number in counts.items()}


def record_landed(con: duckdb.DuckDBPyConnection, entry: Entry, rows_read: int, size: int) -> None:
    """Write that an answer is kept, before its facts are loaded: it will never be asked for again."""
    _write(con, _row(entry, size) | {"http_status": 200, "rows_read": rows_read, "state": "landed"})


def record_loaded(
    con: duckdb.DuckDBPyConnection, entry: Entry, release: Release, counts: Mapping[str, int], notes: tuple[str, ...]
) -> None:
    """Complete the row of a landed answer, inside the transaction that loads its facts."""
    row = {"scope": scope_in_words(release), "released_at": entry.released_at, "released_basis": "release"}
    row |= _outcome(release, counts, notes)
    marks = ", ".join(f"{column} = ${column}" for column in row)
    con.execute(f"update raw.pull set {marks} where pull_id = $pull_id", row | {"pull_id": entry.pull_id})


def record_void(con: duckdb.DuckDBPyConnection, pull_id: int, sentence: str) -> None:
    """Write that a landed answer is not to be loaded: its bytes stay, with the reason."""
    con.execute("update raw.pull set state = 'refused', error = $2 where pull_id = $1", [pull_id, sentence])


def record_failure(con: duckdb.DuckDBPyConnection, entry: Entry, sentence: str) -> None:
    """Write that a question got no answer, and why."""
    _write(con, _row(entry, 0) | {"state": "failed", "error": sentence})


def record_refusal(
    con: duckdb.DuckDBPyConnection, name: str, sentence: str, now: datetime, source: str = "none"
) -> None:
    """Write into the ledger that a file was refused, or did not come, and why; nothing of it is kept or loaded."""
    row = {
        "pull_id": new_id(con),
        "requested": json.dumps({"name": name}, ensure_ascii=False),
        "fetched_at": now,
        "released_at": now,
        "error": sentence,
        "state": "refused",
    }
    row |= dict.fromkeys(("layout", "scope", "sha256", "path", "notes"), "")
    row |= {"source": source, "released_basis": "none"}
    row |= dict.fromkeys((f"rows_{what}" for what in _ROWS), 0) | {"bytes": 0}
    _write(con, row)


def _write(con: duckdb.DuckDBPyConnection, row: Mapping[str, object]) -> None:
    columns, marks = ", ".join(row), ", ".join(f"${column}" for column in row)
    con.execute(f"insert into raw.pull ({columns}) values ({marks})", dict(row))


_ROWS = ("read", "new", "revised", "withdrawn", "unchanged", "rejected")


def scope_in_words(release: Release) -> str:
    """What a release is about, for people: `27 reporters, 7 partners, 110 commodities, 2020-01 to 2022-11`."""
    rows = release.rows
    if rows.is_empty():
        return "nothing recorded"
    counts = ((rows[column].n_unique(), one, many) for column, one, many in _COUNTED)
    words = ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in counts)
    first, last = rows.select(pl.col("period").min(), last=pl.col("period").max()).row(0)
    return f"{words}, {first:%Y-%m} to {last:%Y-%m}"


_COUNTED = (
    ("reporter_code", "reporter", "reporters"),
    ("partner_code", "partner", "partners"),
    ("commodity", "commodity", "commodities"),
)


def loaded_as(con: duckdb.DuckDBPyConnection, sha256: str) -> list[Entry]:
    """The pulls that already brought these very bytes: more than one when a source went back to an earlier file."""
    return _entries(con, "state = 'loaded' and sha256 = $sha256", {"sha256": sha256})


def loaded_from(con: duckdb.DuckDBPyConnection, source: str) -> dict[str, Entry]:
    """The address of every answer of a source that is loaded, with the last pull from there."""
    entries = _entries(con, "state = 'loaded' and source = $source", {"source": source})
    return {entry.address: entry for entry in sorted(entries, key=attrgetter("pull_id")) if entry.address}


def counts_of(con: duckdb.DuckDBPyConnection, pull_id: int) -> tuple[int, ...]:
    """Rows read, new, revised and unchanged of a pull, as its ledger row has them."""
    row = first_row(
        con,
        "select rows_read, rows_new, rows_revised, rows_unchanged from raw.pull where pull_id = $pull_id",
        {"pull_id": pull_id},
    )
    return tuple(row or ())


def entry(con: duckdb.DuckDBPyConnection, pull_id: int) -> Entry:
    """The ledger row of one pull; a DataError when there is none."""
    found = _entries(con, "pull_id = $pull_id", {"pull_id": pull_id})
    if not found:
        raise DataError(f"there is no pull {pull_id}; `tradewatch status` lists what was taken.")
    return found[0]


def all_loaded(con: duckdb.DuckDBPyConnection) -> list[Entry]:
    """
    Every pull whose facts or failure are known, in the order of release: in which loading gives the plainest history.
    """
    return _entries(con, "state in ('loaded', 'failed')", {})


def number_landed_anew(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Give what was landed before this run newer numbers than the failures written since: it will be loaded after."""
    con.execute(
        "update raw.pull set pull_id = nextval('raw.pull_id') where state = 'landed' and source = $source",
        {"source": source},
    )


def all_landed(con: duckdb.DuckDBPyConnection, source: str) -> list[tuple[Entry, int]]:
    """The answers of a source that are kept and not loaded yet, with their rows: a run was stopped before that."""
    entries = _entries(con, "state = 'landed' and source = $source", {"source": source})
    return [(entry, counts_of(con, entry.pull_id)[0]) for entry in entries]


def _entries(con: duckdb.DuckDBPyConnection, where: str, values: Mapping[str, object]) -> list[Entry]:
    rows = con.execute(
        "select pull_id, source, requested, fetched_at, released_at, sha256, path, layout, http_status is not null"
        f" or state = 'failed' from raw.pull where {where} order by released_at, sha256",
        dict(values),
    ).fetchall()
    return [_entry(*row) for row in rows]


def _entry(
    pull_id: int,
    source: str,
    requested: str,
    fetched: datetime,
    released: datetime,
    sha256: str,
    path: str,
    layout: str,
    was_asked: bool,
) -> Entry:
    told = json.loads(requested)
    return Entry(
        pull_id=pull_id,
        source=source,
        name=told["name"],
        told=Told(**{"currency": "", **told["told"]}),  # files of before the currency was asked
        fetched_at=fetched,
        released_at=released,
        sha256=sha256,
        path=path,
        layout=layout if was_asked else "",
        asked=from_plain(told.get("asked", [])),
        address=told.get("address", ""),
    )
