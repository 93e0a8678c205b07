"""
Easy Comext's "Relational View" (.csv): one line for each flow that is not empty. Values are whole euros; exports FOB,
imports CIF. The file does not say what was asked for, so absence proves nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import Pull, Release
from tradewatch.sources.eurostat import FLOWS, VALUATIONS, hs_edition, period, values_only, without_history
from tradewatch.sources.lines import MOST_MONEY, exact, records, text_of, unequal
from tradewatch.sources.tables import quoted

LAYOUT = "eurostat_relational"

COLUMNS = ["REPORTER", "PARTNER", "PRODUCT", "FLOW", "STAT_PROCEDURE", "PERIOD", "VALUE_IN_EUR"]
TOTALS = frozenset({"Total", "T-Total"})
FLOW_CODES = {"1": "import", "2": "export"}
FRENCH = ("EXPORTATION", "IMPORTATION")
FRENCH_SLIPS = {"Guinea": "Guinea-Bissau"}
"""
Labels that French files use for another area than English files. EU exports to "Guinea" in the French file for 2016 are
126 million euros, those to "Guinée" 901; English files have Guinea-Bissau at 117 in 2015 and at 148 in 2017.
"""

_PRODUCT = re.compile(r"([0-9]{2,10}|TOTAL)(?:-.*)?")
_COUNTRY_CODE = re.compile(r"\A[A-Z]{2}-(?=\S)")


class Key(NamedTuple):
    """Which flow a line states, in Comext's labels without their history."""

    reporter: str
    partner: str
    commodity: str
    flow: str
    freq: str
    period: date


class Line(NamedTuple):
    """One line of the file, checked."""

    places: tuple[int, ...]  # line numbers
    key: Key
    procedure: str
    value: Decimal  # euros


def recognises(body: bytes) -> bool:
    """Whether the first line has most of the columns of a Relational View."""
    first = body[:4096].removeprefix(b"\xef\xbb\xbf").split(b"\n")[0].decode("latin-1")
    names = {name.strip('" \r') for name in first.split(",")}
    return len(names & set(COLUMNS)) >= len(COLUMNS) - 2


def parse(pull: Pull) -> Release:
    """
    Every line of the file's totals as one row; lines of single customs procedures are left out beside their totals, or
    summed where the file has no totals. Aggregates as reporters stay as rows under their own labels, never added.

    Raises SourceChanged for other columns or unknown labels, DataError for broken text and for lines that disagree.
    """
    lines = _lines(pull)
    kept, notes = _totals(pull.name, lines)
    return Release(
        source="eurostat",
        layout=LAYOUT,
        rows=values_only(_columns(kept, summed=not any(line.procedure in TOTALS for line in lines))),
        rows_read=len(lines),
        rows_rejected=len(lines) - sum(len(line.places) for line in kept),
        notes=notes,
    )


def _lines(pull: Pull) -> list[Line]:
    found = records(pull.name, text_of(pull))
    _, header = next(found, (0, []))
    if header != COLUMNS:
        raise SourceChanged(
            f"{pull.name}: line 1: expected the columns {', '.join(COLUMNS)}, found {quoted(','.join(header))};"
            " save the Relational View with these columns and no others."
        )
    return [_line(pull.name, number, fields) for number, fields in found]


def _line(name: str, number: int, fields: list[str]) -> Line:
    if len(fields) != len(COLUMNS):
        raise unequal(name, number, fields, len(COLUMNS))
    reporter, partner, product, flow, procedure, when, value = (field.strip() for field in fields)
    place = f"{name}, line {number}"
    freq, day = _period(place, when)
    one, other = (_area(place, label, flow.endswith(FRENCH)) for label in (reporter, partner))
    key = Key(one, other, _commodity(place, product), _flow(place, flow), freq, day)
    if not procedure:
        raise DataError(f"{place}: expected a STAT_PROCEDURE such as 'Total', found nothing; save the file again.")
    return Line((number,), key, procedure, _value(place, value))


def _area(place: str, label: str, french: bool) -> str:
    if not label:
        raise DataError(f"{place}: expected the label of a reporter and of a partner, found nothing; save it again.")
    plain = without_history(_COUNTRY_CODE.sub("", label, count=1))
    return FRENCH_SLIPS.get(plain, plain) if french else plain


def _commodity(place: str, label: str) -> str:
    found = _PRODUCT.fullmatch(label)
    if label != "Total" and not found:
        raise DataError(
            f"{place}: expected a product with its code, as '84715000-…', found {quoted(label)};"
            " save the file again with codes and labels."
        )
    return found.group(1) if found else "TOTAL"


def _flow(place: str, label: str) -> str:
    code, dash, name = label.rpartition("-")
    flow = FLOWS.get(name)
    if flow is None or (dash and FLOW_CODES.get(code) != flow):
        raise SourceChanged(
            f"{place}: expected a FLOW such as EXPORT, 2-EXPORT or IMPORT, found {quoted(label)};"
            " if Comext writes this, add it to FLOWS in sources/eurostat.py."
        )
    return flow


def _period(place: str, label: str) -> tuple[str, date]:
    try:
        freq, day = period(label)
        hs_edition(day.year)
    except ValueError as problem:
        raise SourceChanged(
            f"{place}: expected a PERIOD such as 'Jun. 2024' or 'Jan.-Dec. 2021', found {quoted(label)};"
            " save the file again with months or whole years."
        ) from problem
    return freq, day


def _value(place: str, text: str) -> Decimal:
    value = exact(text)
    if value is None:
        raise DataError(f"{place}: expected a VALUE_IN_EUR in digits, found {quoted(text)}; save the file again.")
    return value


def _totals(name: str, lines: list[Line]) -> tuple[list[Line], tuple[str, ...]]:
    """One line a flow, and what was done to get there."""
    once = _once(name, lines)
    totals = [line for line in once if line.procedure in TOTALS]
    parts = [line for line in once if line.procedure not in TOTALS]
    notes = _note(len(lines) - len(once), "repeat an earlier line and were left out")
    if not totals:
        return _summed(name, parts), notes + _note_on_sum(parts)
    _check_covered(name, totals, parts)
    return totals, notes + _note(len(parts), "of single customs procedures were left out beside their totals")


def _once(name: str, lines: Iterable[Line]) -> list[Line]:
    """The lines without those that say the same again; a DataError when two disagree."""
    kept: dict[tuple[Key, str], Line] = {}
    for line in lines:
        procedure = "Total" if line.procedure in TOTALS else line.procedure
        first = kept.setdefault((line.key, procedure), line)
        if first.value != line.value:
            raise DataError(
                f"{name}, lines {first.places[0]} and {line.places[0]}: expected one value of the same flow,"
                f" found {first.value} and {line.value}; save each download on its own."
            )
    return list(kept.values())


def _check_covered(name: str, totals: list[Line], parts: list[Line]) -> None:
    known = {line.key for line in totals}
    for line in parts:
        if line.key not in known:
            raise DataError(
                f"{name}, line {line.places[0]}: expected a total beside {quoted(line.procedure)}, as other lines have,"
                " found none; save the file again with STAT_PROCEDURE Total."
            )


def _summed(name: str, parts: list[Line]) -> list[Line]:
    groups: dict[Key, list[Line]] = defaultdict(list)
    for line in parts:
        groups[line.key].append(line)
    return [_sum(name, group) for group in groups.values()]


def _sum(name: str, group: list[Line]) -> Line:
    places = tuple(line.places[0] for line in group)
    total = sum((line.value for line in group), Decimal(0))
    if total >= MOST_MONEY:
        raise DataError(f"{name}, line {places[0]}: expected at most 15 digits, found a sum of {total}; not read.")
    return Line(places, group[0].key, "Total", total)


def _note(lines: int, what: str) -> tuple[str, ...]:
    return (f"{lines:,} lines {what}",) if lines else ()


def _note_on_sum(parts: list[Line]) -> tuple[str, ...]:
    procedures = sorted({line.procedure for line in parts})
    named = ", ".join(quoted(procedure) for procedure in procedures[:12])
    return (f"summed over the customs procedures {named}: totals only if these are all",) if parts else ()


def _columns(lines: list[Line], *, summed: bool) -> dict[str, list[object]]:
    return {
        "reporter_code": [line.key.reporter for line in lines],
        "partner_code": [line.key.partner for line in lines],
        "flow": [line.key.flow for line in lines],
        "freq": [line.key.freq for line in lines],
        "period": [line.key.period for line in lines],
        "hs_edition": [hs_edition(line.key.period.year) for line in lines],
        "commodity": [line.key.commodity for line in lines],
        "value": [line.value for line in lines],
        "currency": ["EUR"] * len(lines),
        "valuation": [VALUATIONS[line.key.flow] for line in lines],
        "summed": [summed] * len(lines),
        "place": [f"line{'s' * (len(line.places) > 1)} {', '.join(map(str, line.places))}" for line in lines],
    }
