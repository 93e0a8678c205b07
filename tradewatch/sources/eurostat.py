"""What the files of Eurostat's Comext have in common: labels with history, periods, the HS edition of a CN year."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from tradewatch.records import MONEY, ROWS

EDITIONS = (
    (2028, "HS2028"),
    (2022, "HS2022"),
    (2017, "HS2017"),
    (2012, "HS2012"),
    (2007, "HS2007"),
    (2002, "HS2002"),
    (1996, "HS1996"),
    (1988, "HS1992"),
)
"""From which January the Combined Nomenclature follows which HS edition, newest first."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "janv"),
            ("feb", "févr"),
            ("mar", "mars"),
            ("apr", "avr"),
            ("may", "mai"),
            ("jun", "juin"),
            ("jul", "juil"),
            ("aug", "août"),
            ("sep", "sept"),
            ("oct",),
            ("nov",),
            ("dec", "déc"),
        ),
        start=1,
    )
    for name in names
}
"""The months as Easy Comext abbreviates them, in English and in French, in small letters and without the dot."""

VALUATIONS = {
    "export": "FOB",
    "domestic_export": "FOB",
    "re_export": "FOB",
    "import": "CIF",
    "re_import": "CIF",
}
"""How customs values a flow in Comext, and by the rules of the UN in most countries: by `records.FLOWS`."""

FLOWS = {
    "EXPORT": "export",
    "EXPORTATION": "export",
    "IMPORT": "import",
    "IMPORTATION": "import",
}
"""The flows as Comext labels them in English and in French, to `records.FLOWS`."""

_PERIOD = re.compile(r"(?:([0-9]{6})-)?([^\W\d]+)\.?(?:-([^\W\d]+)\.?)? ([0-9]{4})")
_MEMBERS = re.compile(r"[A-Z]{2}[-,)]")


def without_history(label: str) -> str:
    """
    A Comext label without its trailing bracket of history or of members: `Germany (incl. German Democratic Republic
    'DD' from 1991)` is `Germany`. A bracket that is part of the name, as in `Belarus (Belorussia)`, stays.
    """
    label = label.strip()
    opening = _opening_of_last_bracket(label)
    if opening < 1:
        return label
    inside = label[opening + 1 :]
    if inside.startswith(("incl. ", "depuis ")) or _MEMBERS.match(inside):
        return label[:opening].rstrip()
    return label


def _opening_of_last_bracket(label: str) -> int:
    """Where the bracket that ends the label opens, brackets inside it matched; -1 when it does not end with one."""
    if not label.endswith(")"):
        return -1
    depth = 0
    for position in range(len(label) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(label[position], 0)
        if depth == 0:
            return position
    return -1


def hs_edition(year: int) -> str:
    """The HS edition that the CN8 codes of a year follow; raises ValueError before 1988, when there was none."""
    for first_year, edition in EDITIONS:
        if year >= first_year:
            return edition
    raise ValueError(f"{year} is before the Harmonized System (1988)")


def period(label: str) -> tuple[str, date]:
    """
    A period as Easy Comext labels it, as (freq, first day): `Jun. 2024`, `202406-Jun. 2024`, `févr. 2024` are months;
    `Jan.-Dec. 2021`, `202152-Jan.-Dec. 2021` are years. Raises ValueError for anything else, other ranges included.
    """
    found = _PERIOD.fullmatch(label.strip())
    if not found:
        raise ValueError(f"{label!r} is not a month such as 'Jun. 2024' or a year such as 'Jan.-Dec. 2021'")
    code, first, last, year = found.groups()
    freq, number = _freq(first, last)
    if code and code != year + ("52" if freq == "A" else f"{number:02}"):
        raise ValueError(f"the code {code} is not that of {first} {year}")
    return freq, date(int(year), number, 1)


def _freq(first: str, last: str | None) -> tuple[str, int]:
    start, end = _month(first), _month(last) if last else None
    if end is None:
        return "M", start
    if (start, end) != (1, 12):
        raise ValueError("a range of months other than January to December")
    return "A", 1


def _month(name: str) -> int:
    if name.lower() not in MONTHS:
        raise ValueError(f"{name!r} is not the abbreviation of a month")
    return MONTHS[name.lower()]


def values_only(columns: Mapping[str, Sequence[object]]) -> pl.DataFrame:
    """`records.ROWS` of a file that states values and neither weights nor quantities, from lists of equal length."""
    stated = pl.DataFrame(dict(columns), schema={name: ROWS[name] for name in columns})
    whole = [] if "summed" in columns else [pl.lit(False).alias("summed")]
    return stated.with_columns(
        *whole,
        pl.lit(None, dtype=MONEY).alias("net_kg"),
        pl.lit(None, dtype=MONEY).alias("quantity"),
        pl.lit(None, dtype=pl.String).alias("quantity_unit"),
        pl.lit(False).alias("quantity_estimated"),
    ).select(*ROWS)
