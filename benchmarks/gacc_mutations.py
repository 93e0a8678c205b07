"""
What becomes of damaged releases of China's customs: python benchmarks/gacc_mutations.py [500] [FOLDER OF REAL PAGES]

Every page of the folder (those of tests/ without one) is changed in so many ways, one change each, and read: refused in
one sentence, read right, read right with fewer figures, or read wrong. A page without figures must always be refused; an
excerpt of one is read with the tags of a page around it, too.
Changes are those of tests/gacc_mutations.py; what no check can see in principle is among them and is counted.
"""

import sys
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from gacc_mutations import PAGE, Truth, outcome, parsed, stated
from gacc_pages import PAGES

from tradewatch.errors import TradewatchError

ENDS = ("refused", "right", "fewer", "wrong")


def as_page(body: bytes) -> bytes:
    return b"<html><body>" + body + b"</body></html>"


def truth_of(body: bytes) -> Truth:
    """What the page says, as long as it is whole; nothing when it is refused."""
    try:
        return stated(parsed(body))
    except TradewatchError:
        return {}


def main(times: int, folder: Path | None) -> None:
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.html"))} if folder else dict(PAGES)
    files |= {f"{name}, as a page": as_page(body) for name, body in files.items() if b"<html" not in body}
    by_kind: dict[str, Counter[str]] = {kind.__name__: Counter() for kind in PAGE}
    by_file: dict[str, Counter[str]] = {name: Counter() for name in files}
    for name, body in files.items():
        truth = truth_of(body)
        for seed in range(times):
            kind = PAGE[seed % len(PAGE)]
            try:
                changed = kind(Random(seed), body)
            except (IndexError, ValueError):  # nothing of this kind to change in a page without figures
                continue
            end = outcome(changed, truth)
            by_kind[kind.__name__][end] += 1
            by_file[name][end] += 1
            if end in ("wrong", "fewer") and "-v" in sys.argv:
                print(end, name, kind.__name__, seed)
    for counted in (by_file, by_kind):
        print("| what |", " | ".join(ENDS), "|")
        print("|---|", "---|" * len(ENDS), sep="")
        for name, ends in counted.items():
            print(f"| {name} |", " | ".join(f"{ends[end]}" for end in ENDS), "|")


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "-v"]
    main(int(given[0]) if given else 500, Path(given[1]) if len(given) > 1 else None)
