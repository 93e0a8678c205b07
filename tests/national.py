"""National import statistics by partner, in euros a year, written as files of our own layout."""

import csv
from pathlib import Path

from tradewatch.files import shipped

FILES = {"KGZ": "kyrgyz", "KAZ": "kazakhstan", "UZB": "uzbek", "ARM": "armenia"}
PARTIAL = {("ARM", 2023)}
"""Years whose file does not hold the whole year."""

HEAD = """\
# title: Imports of {reporter} by partner, of its national statistics, converted to euros by who collected them
# publisher: the statistical office of {reporter}
# licence: not established
# source: national
# currency: EUR
# unit: 1
# freq: A
# complete: {complete}
"""
LISTS = """\
# flows: import
# reporters: {reporter}
# partners: {partners}
# commodities: TOTAL
"""


def panels(folder: Path, target: Path) -> list[Path]:
    """Two panels a country at most: the years that are whole, as complete answers, and those that are not."""
    written = []
    for reporter, name in FILES.items():
        rows = _rows(folder / f"{name}_import_yearly.csv")
        partial = {year for country, year in PARTIAL if country == reporter}
        for kind, years in (
            ("whole", sorted({year for _, year in rows} - partial)),
            ("partial", sorted(partial)),
        ):
            if years:
                path = target / f"{reporter}_{kind}.csv"
                path.write_text(_panel(reporter, rows, years, complete=kind == "whole"), encoding="utf-8")
                written.append(path)
    return written


def _rows(path: Path) -> dict[tuple[str, int], str]:
    """
    Euros by partner and year; labels that are no area of ours (continents, unions of states) are left out, and so is
    the world: Kyrgyzstan's partners of 2021 add up to it within 0.6 %, which is not enough to be judged whole.
    """
    areas: dict[str, str] = {}
    with (shipped("data") / "source_area.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["source"] == "eurostat":
                areas |= {row["code"]: row["area"], row["label"]: row["area"]}
    areas |= {"European Union - 27 countries (from 2020)": "X-EU27", "The Republic of Korea": "KOR"}
    areas |= {"SAR-Hong Kong": "HKG", "Macau (Macau)": "MAC", "Macedonia": "MKD", "Salvador": "SLV"}
    with path.open(encoding="utf-8", newline="") as lines:
        found: dict[tuple[str, int], str] = {}
        for row in csv.DictReader(lines):
            key = areas.get(row["PARTNER"], ""), int(row["PERIOD"].removeprefix("Y"))
            if key[0] not in ("", "WLD"):
                found.setdefault(key, f"{float(row['VALUE_IN_EUR'] or 0):.2f}")
        return found


def _panel(reporter: str, rows: dict[tuple[str, int], str], years: list[int], *, complete: bool) -> str:
    partners = sorted({partner for partner, _ in rows})
    head = HEAD.format(reporter=reporter, complete="yes" if complete else "no")
    lists = LISTS.format(reporter=reporter, partners=" ".join(partners)) if complete else ""
    lines = [",".join(["reporter", "partner", "flow", "commodity", "place", *map(str, years)])]
    lines += [
        ",".join([reporter, partner, "import", "TOTAL", "its row", *(rows.get((partner, year), "") for year in years)])
        for partner in partners
        if any((partner, year) in rows for year in years)
    ]
    return head + lists + "\n".join([*lines, ""])
