"""
What becomes of damaged releases of China's customs: python benchmarks/gacc_mutations.py [500] [FOLDER OF REAL FILES]

Every page of the folder (those of tests/ without one) is changed in so many ways, one change each, and read: refused in
one sentence, read right, read right with fewer figures, or read wrong. A page without figures must always be refused.
An excerpt of a page is read with the tags of a page around it, too; an extract of a spreadsheet is written as .xls and
as .xlsx. What no check can see in principle is among the changes of tests/gacc_changes.py, and is counted.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from gacc_changes import BYTES, PAGE, SHEET, Truth, outcome, parsed, seeded, stated
from gacc_export_changes import EXPORT
from gacc_pages import PAGES, Sheet, bulletin, express, xls, xlsx

from tradewatch.errors import TradewatchError

ENDS = ("refused", "right", "fewer", "wrong")
Changed = tuple[str, bytes]  # the kind of the change, and the file after it


def as_page(body: bytes) -> bytes:
    return b"<html><body>" + body + b"</body></html>"


def truth_of(body: bytes) -> Truth:
    """What the file says, as long as it is whole; nothing when it is refused."""
    try:
        return stated(parsed(body))
    except TradewatchError:
        return {}


def of_page(body: bytes, seed: int) -> Changed | None:
    kind = PAGE[seed % len(PAGE)]
    try:
        return kind.__name__, kind(seeded(seed), body)
    except (IndexError, ValueError):  # a page without figures has nothing of this kind to change
        return None


def of_book(write: Callable[[dict[str, Sheet]], bytes], sheets: dict[str, Sheet], seed: int) -> Changed:
    """One change of the bytes or of the one sheet."""
    random, number = seeded(seed), seed % (len(BYTES) + len(SHEET))
    if number < len(BYTES):
        return BYTES[number].__name__, BYTES[number](random, write(sheets))
    changed = deepcopy(sheets)
    kind = SHEET[number - len(BYTES)]
    for rows in changed.values():
        kind(random, rows)
    return kind.__name__, write(changed)


def of_export(body: bytes, seed: int) -> Changed:
    kind = EXPORT[seed % len(EXPORT)]
    return kind.__name__, kind(seeded(seed), body)


def files(folder: Path | None) -> Iterator[tuple[str, bytes, Callable[[int], Changed | None]]]:
    """Each file: its name, what it is unchanged, and what makes its change of a seed."""
    pages = {path.name: path.read_bytes() for path in sorted(folder.glob("*.html"))} if folder else dict(PAGES)
    pages |= {f"{name}, as a page": as_page(body) for name, body in pages.items() if b"<html" not in body}
    for name, body in pages.items():
        yield name, body, partial(of_page, body)
    if folder:
        books = {"2026-06": express(folder / "cn_express_by_country_2026-06_cny.csv")}
        for month in ("2024-01", "2024-12", "2025-12"):
            books[month] = bulletin(folder / "bulletin_table2_cny10k_excerpt.csv", month)
        for month, sheets in books.items():
            for write in (xls, xlsx):
                yield f"{next(iter(sheets))} {month}.{write.__name__}", write(sheets), partial(of_book, write, sheets)
        for path in sorted((folder.parent / "query_export").glob("*.csv")):
            yield path.name, path.read_bytes(), partial(of_export, path.read_bytes())


def main(times: int, folder: Path | None) -> None:
    by_kind: dict[str, Counter[str]] = {}
    by_file: dict[str, Counter[str]] = {}
    for name, body, change in files(folder):
        truth = truth_of(body)
        for changed in filter(None, map(change, range(times))):
            end = outcome(changed[1], truth)
            by_kind.setdefault(changed[0], Counter())[end] += 1
            by_file.setdefault(name, Counter())[end] += 1
    for counted in (by_file, by_kind):
        print("| what |", " | ".join(ENDS), "|")
        print("|---|", "---|" * len(ENDS), sep="")
        for name, ends in counted.items():
            print(f"| {name} |", " | ".join(f"{ends[end]:,}" for end in ENDS), "|")
        print()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 500, Path(sys.argv[2]) if sys.argv[2:] else None)
