"""
The IMF's International Trade in Goods by partner (IMTS), saved as a wide table (.csv): one line a series, one column a
year. Imports are CIF, exports FOB, of all goods, in US dollars times the scale of the line.

Where a reporter states nothing the IMF computes its figures from its partners'. The file has no mark for that, but
what was reported has whole dollars, that is six decimals of a million, and what was computed has more: a note says
which years hold such figures. A cell left empty is a series that the file lists and that holds nothing in that year.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import Block, Pull, Release
from tradewatch.sources.eurostat import hs_edition, values_only
from tradewatch.sources.lines import MOST_MONEY, records, text_of, unequal
from tradewatch.sources.tables import first_line, quoted

LAYOUT = "imf_imts"

COLUMNS = (
    "DATASET", "SERIES_CODE", "OBS_MEASURE", "COUNTRY.ID", "COUNTRY", "INDICATOR.ID", "INDICATOR",
    "COUNTERPART_COUNTRY.ID", "COUNTERPART_COUNTRY", "FREQUENCY.ID", "FREQUENCY", "SCALE.ID", "SCALE",
    "TRADE_FLOW.ID", "TRADE_FLOW",
)  # fmt: skip
"""The columns before the years, in this order."""

FLOWS = {
    "MG_CIF_USD": ("import", "CIF"),
    "MG_FOB_USD": ("import", "FOB"),
    "XG_FOB_USD": ("export", "FOB"),
}
"""The indicators, to a flow of `records.FLOWS` and its valuation."""

DATASET = "IMF.STA:IMTS("
CENT = Decimal("0.001")

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_AREA = re.compile(r"[A-Z0-9_]{2,12}")
_SCALE = re.compile(r"[0-9]")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,40})?(?:[eE]-?[0-9]{1,2})?")


class Cell(NamedTuple):
    """One filled cell."""

    line: int
    reporter: str
    partner: str
    indicator: str
    year: date
    value: Decimal  # US dollars, to a thousandth
    computed: bool  # in fractions of a dollar, so by the IMF and not by the reporter


def recognises(body: bytes) -> bool:
    """Whether the first line begins as the IMF's wide tables do."""
    names = [name.strip('" ') for name in first_line(body).decode("latin-1").split(",")]
    return names[:3] == list(COLUMNS[:3]) and "COUNTERPART_COUNTRY.ID" in names


def parse(pull: Pull) -> Release:
    """
    Every filled cell as one row; the series of one reporter and indicator make a block of the years of the file.

    Raises SourceChanged for other columns, indicators, frequencies or measures, DataError for lines that are broken and
    for a series that stands there twice.
    """
    found = records(pull.name, text_of(pull))
    _, header = next(found, (0, []))
    years = _years(pull.name, header)
    lines = [(line, _checked(pull.name, line, fields, len(header))) for line, fields in found]
    _check_once(pull.name, lines)
    cells = [cell for line, fields in lines for cell in _cells(pull.name, line, fields, years)]
    return Release(
        source="imf",
        layout=LAYOUT,
        rows=values_only(_columns(cells)),
        rows_read=len(cells),
        blocks=tuple(_blocks([fields for _, fields in lines], years)),
        notes=tuple(_notes(cells)),
    )


def _years(name: str, header: Sequence[str]) -> list[date]:
    """The columns after those of the series; each a year, once and in order."""
    texts = header[len(COLUMNS) :]
    if tuple(header[: len(COLUMNS)]) != COLUMNS or not texts:
        raise SourceChanged(
            f"{name}: line 1: expected the columns {', '.join(COLUMNS)} and years,"
            f" found {quoted(','.join(header), 200)}; save the table again, series in lines and years in columns."
        )
    wrong = next((text for text in texts if not _YEAR.fullmatch(text)), None)
    if wrong is not None or list(texts) != sorted(set(texts)):
        raise SourceChanged(
            f"{name}: line 1: expected columns that are years, each once and in order, found"
            f" {quoted(wrong or ','.join(texts))}; save annual figures only."
        )
    years = [date(int(text), 1, 1) for text in texts]
    try:
        hs_edition(years[0].year)
    except ValueError as problem:
        raise SourceChanged(f"{name}: line 1: no edition of the Harmonized System in {texts[0]}.") from problem
    return years


def _checked(name: str, line: int, fields: list[str], width: int) -> dict[str, str]:
    """The fields of a line by column, the years' cells under their place; an error when one is not as it must be."""
    if len(fields) != width:
        raise unequal(name, line, fields, width)
    row = dict(zip(COLUMNS, fields, strict=False)) | {str(at): text for at, text in enumerate(fields[len(COLUMNS) :])}
    for column, known in (
        ("DATASET", row["DATASET"] if row["DATASET"].startswith(DATASET) else f"{DATASET}…"),
        ("OBS_MEASURE", "OBS_VALUE"),
        ("FREQUENCY.ID", "A"),
        ("INDICATOR.ID", row["INDICATOR.ID"] if row["INDICATOR.ID"] in FLOWS else ", ".join(FLOWS)),
    ):
        if row[column] != known:
            raise SourceChanged(
                f"{name}, line {line}: expected {known} as {column}, found {quoted(row[column])}; save the table again."
            )
    for column, pattern in (("COUNTRY.ID", _AREA), ("COUNTERPART_COUNTRY.ID", _AREA), ("SCALE.ID", _SCALE)):
        if not pattern.fullmatch(row[column]):
            raise DataError(
                f"{name}, line {line}: expected a {column} that reads {pattern.pattern}, found {quoted(row[column])};"
                " save the table again."
            )
    return row


def _check_once(name: str, lines: Sequence[tuple[int, dict[str, str]]]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for line, row in lines:
        key = (row["COUNTRY.ID"], row["COUNTERPART_COUNTRY.ID"], FLOWS[row["INDICATOR.ID"]][0])
        first = seen.setdefault(key, line)
        if first != line:
            raise DataError(
                f"{name}, lines {first} and {line}: the series {quoted(' '.join(key))} stands there twice;"
                " expected once; save the table again."
            )


def _cells(name: str, line: int, row: dict[str, str], years: Sequence[date]) -> Iterator[Cell]:
    scale = Decimal(10) ** int(row["SCALE.ID"])
    for at, year in enumerate(years):
        text = row[str(at)]
        if not text:
            continue
        if not _NUMBER.fullmatch(text) or (value := Decimal(text) * scale) >= MOST_MONEY:
            raise DataError(
                f"{name}, line {line}: expected a number of at most 15 digits in {year.year}, found {quoted(text)};"
                " save the table again."
            )
        reporter, partner = row["COUNTRY.ID"], row["COUNTERPART_COUNTRY.ID"]
        whole = value == value.to_integral_value()
        yield Cell(line, reporter, partner, row["INDICATOR.ID"], year, value.quantize(CENT), not whole)


def _columns(cells: Sequence[Cell]) -> dict[str, list[object]]:
    return {
        "reporter_code": [cell.reporter for cell in cells],
        "partner_code": [cell.partner for cell in cells],
        "flow": [FLOWS[cell.indicator][0] for cell in cells],
        "freq": ["A"] * len(cells),
        "period": [cell.year for cell in cells],
        "hs_edition": [hs_edition(cell.year.year) for cell in cells],
        "commodity": ["TOTAL"] * len(cells),
        "value": [cell.value for cell in cells],
        "currency": ["USD"] * len(cells),
        "valuation": [FLOWS[cell.indicator][1] for cell in cells],
        "place": [f"line {cell.line}, {cell.year.year}" for cell in cells],
    }


def _blocks(rows: Sequence[dict[str, str]], years: Sequence[date]) -> Iterator[Block]:
    partners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        partners[row["COUNTRY.ID"], FLOWS[row["INDICATOR.ID"]][0]].append(row["COUNTERPART_COUNTRY.ID"])
    for (reporter, flow), listed in partners.items():
        yield Block(
            reporters=(reporter,),
            partners=tuple(listed),
            flow=flow,
            freq="A",
            commodities=("TOTAL",),
            periods=tuple(years),
        )


def _notes(cells: Sequence[Cell]) -> Iterator[str]:
    """Which years hold figures that the reporter did not state, by reporter and flow."""
    counts: dict[tuple[str, str], dict[int, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        counts[cell.reporter, FLOWS[cell.indicator][0]][cell.year.year].append(cell.computed)
    for (reporter, flow), years in counts.items():
        said = [f"{year} ({sum(marks)} of {len(marks)})" for year, marks in sorted(years.items()) if any(marks)]
        if said:
            yield (
                f"{flow}s of {reporter}: figures in fractions of a dollar, which the IMF computed from partners and"
                f" {reporter} did not report: {', '.join(said)}"
            )
