"""
Build eurostat_listed_exports.csv from workbooks of Eurostat's Data Browser:

    python data/sample/make_sample.py FOLDER_OF_WORKBOOKS

Taken over: exports of every CN8 code whose first six digits are on the newest Common High Priority List as listed, of
88033000 (what 88073000 was called before 2022), and of TOTAL, in the months that are released. The same workbooks give
the same bytes.
"""

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import tradewatch.sources.eurostat_workbook as eurostat_workbook
from tradewatch.records import Pull, Release

DATA = Path(__file__).resolve().parents[1]
TARGET = DATA / "sample" / "eurostat_listed_exports.csv"
PREDECESSOR = "88033000"
FIRST_COLUMN = "C"

Row = tuple[str, str, str, str]  # commodity, reporter, partner, place
Cells = dict[Row, dict[date, Decimal]]


def main(folder: Path) -> None:
    """Read every workbook of the folder and write the sample."""
    releases = [(path.name, _read(path)) for path in sorted(folder.glob("*.xlsx"))]
    cells, asked = _cells(releases), _asked(releases)
    months = sorted({month for row in cells.values() for month in row})
    with TARGET.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"# {key}: {words}\n" for key, words in _head(releases, cells, asked))
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["reporter", "partner", "flow", "commodity", "place", *(f"{month:%Y-%m}" for month in months)])
        for (commodity, reporter, partner, place), values in sorted(cells.items()):
            texts = [f"{values[month].normalize():f}" if month in values else "" for month in months]
            writer.writerow([reporter, partner, "export", commodity, place, *texts])


def _read(path: Path) -> Release:
    pull = Pull(name=path.name, body=path.read_bytes(), fetched_at=datetime.now(UTC).replace(tzinfo=None))
    return eurostat_workbook.parse(pull)


def _wanted() -> re.Pattern[str]:
    with (DATA / "goods_item.csv").open(encoding="utf-8", newline="") as lines:
        items = [row for row in csv.DictReader(lines) if row["list"] == "chpl"]
    newest = max(row["version"] for row in items)
    codes = sorted(row["commodity"] for row in items if row["version"] == newest)
    return re.compile(rf"(?:{'|'.join(codes)})[0-9]{{2}}|{PREDECESSOR}|TOTAL")


def _areas() -> dict[str, str]:
    with (DATA / "source_area.csv").open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["area"] for row in csv.DictReader(lines) if row["source"] == "eurostat"}


def _cells(releases: list[tuple[str, Release]]) -> Cells:
    """Values by row of a workbook and by month, in EUR."""
    wanted, areas = _wanted(), _areas()
    found: Cells = defaultdict(dict)
    for name, release in releases:
        for row in release.rows.filter(flow="export").iter_rows(named=True):
            if wanted.fullmatch(row["commodity"]):
                place = re.sub(r"([A-Z]+)([0-9]+)$", r"row \2", f"{name}, {row['place']}")
                reporter, partner = areas[row["reporter_code"]], areas[row["partner_code"]]
                found[row["commodity"], reporter, partner, place][row["period"]] = row["value"]
    return found


def _asked(releases: list[tuple[str, Release]]) -> dict[str, str]:
    """The lists of the table: what the workbooks were asked for, whether or not a flow was recorded."""
    wanted, areas = _wanted(), _areas()
    blocks = [block for _, release in releases for block in release.blocks if block.flow == "export"]
    reporters = {tuple(sorted(areas[label] for label in block.reporters)) for block in blocks}
    partners = {tuple(sorted(areas[label] for label in block.partners)) for block in blocks}
    codes = {code for block in blocks for code in block.commodities if wanted.fullmatch(code)}
    if (len(reporters), len(partners)) != (1, 1):
        raise SystemExit("the workbooks were not asked for the same reporters and partners")
    return {
        "reporters": " ".join(reporters.pop()),
        "partners": " ".join(partners.pop()),
        "commodities": " ".join(sorted(codes)),
    }


def _head(releases: list[tuple[str, Release]], cells: Cells, asked: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The keys of the table; see tradewatch/sources/panel_head.py."""
    released = {release.released_at for _, release in releases}
    if len(released) != 1:
        raise SystemExit("the workbooks are not of one release")
    moment = released.pop()
    listed = {code[:6] for code in asked["commodities"].split() if code not in (PREDECESSOR, "TOTAL")}
    months = sorted({month for row in cells.values() for month in row})
    yield (
        "title",
        "EU members' monthly exports of listed high-priority goods, and of all goods, to RUS BLR and five neighbours",
    )
    yield "publisher", "Eurostat"
    yield (
        "address",
        "https://ec.europa.eu/eurostat/databrowser/view/ds-045409/default/table (Comext, dataset DS-045409)",
    )
    yield "licence", "Eurostat allows reuse of its data, commercial or not, when the source is named: Source: Eurostat."
    yield "source", "eurostat"
    yield "areas", "iso3"
    yield "currency", "EUR"
    yield "unit", "1"
    yield "freq", "M"
    yield "released_at", f"{moment:%Y-%m-%dT%H:%M}"
    yield "first_column", FIRST_COLUMN
    yield "complete", "yes"
    yield "flows", "export"
    yield from asked.items()
    yield "note", f"months up to {months[-1]:%Y-%m}: the next was asked for too, but was not released yet"
    yield (
        "note",
        f"{len(listed)} of the 50 listed HS6 codes, some with only part of their CN8 codes: not the whole list",
    )
    yield "note", f"{PREDECESSOR} is not listed; until 2021 it held what 88073000 holds since"
    yield "note", "tidied by tradewatch from the untouched workbooks; the place of a value is its cell there"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
