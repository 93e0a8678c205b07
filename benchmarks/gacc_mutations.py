"""
What becomes of damaged releases of China's customs: python benchmarks/gacc_mutations.py [500] [FOLDER OF REAL FILES]

Every page of ours and of the folder is changed in so many ways, one change each, and read: refused in one sentence,
read right, read right with fewer figures, or read wrong. First the six kinds that must never end wrong (cut, swapped
columns, changed unit, other encoding, extra row, merged cell), then what a table cannot always tell by itself. A page
without figures must always be refused. An excerpt of a page is read with the tags of a page around it, too; an extract
of a spreadsheet is written as .xls and as .xlsx; an export of the query platform is imported with its flow, currency
and, where it is broken down, rows told, and is collected as the answer to a printed query.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import gacc_changes as changes
import gacc_export_changes as exports
from gacc_changes import Truth, outcome, seeded, stated_by
from gacc_export_changes import collected
from gacc_pages import PAGES, Sheet, bulletin, express, xls, xlsx

from tradewatch.errors import TradewatchError
from tradewatch.records import Told

ENDS = ("refused", "right", "fewer", "wrong")
Changed = tuple[str, bytes]  # the kind of the change, and the file after it
VERBOSE = "-v" in sys.argv  # names each change that ended wrong
EXPORTS = {
    "2023.csv": Told(flow="import", currency="CNY"),
    "2024in.csv": Told(flow="import", currency="CNY"),
    "2024out.csv": Told(flow="export", currency="CNY"),
    "downloadData (63).csv": Told(flow="export", currency="USD", rows=98),
}
"""What is told of the saved exports; the last is broken down, so that it answers no query that is ever printed."""


class Kinds(NamedTuple):
    """Kinds of changes, by what they befall."""

    page: Sequence[Callable[..., bytes]]
    sheet: Sequence[Callable[..., None]]
    book: Sequence[Callable[..., bytes]]
    export: Sequence[Callable[..., bytes]]


SETS = {
    "The six kinds": Kinds(changes.PAGE, changes.SHEET, changes.BYTES, exports.EXPORT),
    "What a table cannot always tell by itself": Kinds(
        changes.PAGE_HARDER, changes.SHEET_HARDER, changes.BYTES_HARDER, exports.EXPORT_HARDER
    ),
}


def as_page(body: bytes) -> bytes:
    return b"<html><body>" + body + b"</body></html>"


class File(NamedTuple):
    """One file, how it is read, and what changes it: a set of kinds and a seed give a change."""

    name: str
    body: bytes
    read: Callable[[bytes], Truth]
    change: Callable[[Kinds, int], Changed | None]


def of_page(body: bytes, kinds: Kinds, seed: int) -> Changed | None:
    kind = kinds.page[seed % len(kinds.page)]
    try:
        return kind.__name__, kind(seeded(seed), body)
    except (IndexError, ValueError):  # a page without figures has nothing of this kind to change
        return None


def of_book(write: Callable[[dict[str, Sheet]], bytes], sheets: dict[str, Sheet], kinds: Kinds, seed: int) -> Changed:
    """One change of the bytes or of the one sheet."""
    random, number = seeded(seed), seed % (len(kinds.book) + len(kinds.sheet))
    if number < len(kinds.book):
        return kinds.book[number].__name__, kinds.book[number](random, write(sheets))
    changed = deepcopy(sheets)
    kind = kinds.sheet[number - len(kinds.book)]
    for rows in changed.values():
        kind(random, rows)
    return kind.__name__, write(changed)


def of_export(body: bytes, kinds: Kinds, seed: int) -> Changed:
    kind = kinds.export[seed % len(kinds.export)]
    return kind.__name__, kind(seeded(seed), body)


def files(folder: Path | None) -> Iterator[File]:
    pages = {f"ours: {name}": body for name, body in PAGES.items()}
    pages |= {path.name: path.read_bytes() for path in sorted(folder.glob("*.html"))} if folder else {}
    pages |= {f"{name}, as a page": as_page(body) for name, body in pages.items() if b"<html" not in body}
    for name, body in pages.items():
        yield File(name, body, stated_by, partial(of_page, body))
    if folder:
        yield from files_beside(folder)


def files_beside(folder: Path) -> Iterator[File]:
    """Exports and spreadsheets."""
    for name, told in EXPORTS.items():
        body = (folder.parent / "query_export" / name).read_bytes()
        yield File(f"{name}, imported", body, partial(stated_by, told=told), partial(of_export, body))
        if told.rows is None:
            yield File(f"{name}, collected", body, partial(collected, flow=told.flow), partial(of_export, body))
    for name, sheets in books(folder):
        for write in (xls, xlsx):
            yield File(f"{name}.{write.__name__}", write(sheets), stated_by, partial(of_book, write, sheets))


def books(folder: Path) -> Iterator[tuple[str, dict[str, Sheet]]]:
    yield "M139RMBADD 2026-06", express(folder / "cn_express_by_country_2026-06_cny.csv")
    for month in ("2024-01", "2024-12", "2025-12"):
        yield f"M102RMB {month}", bulletin(folder / "bulletin_table2_cny10k_excerpt.csv", month)


def measure(kinds: Kinds, times: int, folder: Path | None) -> None:
    by_kind: dict[str, Counter[str]] = {}
    by_file: dict[str, Counter[str]] = {}
    for file in files(folder):
        try:
            truth = file.read(file.body)
        except TradewatchError:
            truth = {}
        for seed in range(times):
            if changed := file.change(kinds, seed):
                end = outcome(changed[1], truth, file.read)
                by_kind.setdefault(changed[0], Counter())[end] += 1
                by_file.setdefault(file.name, Counter())[end] += 1
                if end == "wrong" and VERBOSE:
                    print(file.name, changed[0], seed, file=sys.stderr)
    for counted in (by_file, by_kind):
        print("| what |", " | ".join(ENDS), "|")
        print("|---|", "---|" * len(ENDS), sep="")
        for name, ends in counted.items():
            print(f"| {name} |", " | ".join(f"{ends[end]:,}" for end in ENDS), "|")
        print()


def main(times: int, folder: Path | None) -> None:
    for title, kinds in SETS.items():
        print(f"{title}:\n")
        measure(kinds, times, folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 500, Path(sys.argv[2]) if sys.argv[2:] else None)
