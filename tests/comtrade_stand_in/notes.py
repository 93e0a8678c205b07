"""Availability, publication notes, the last releases, and the reference files."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from comtrade_stand_in.codes import AREAS, CUSTOMS, FLOWS, MODES, PARTNERS, REPORTERS, UNITS, Area
from comtrade_stand_in.gate import HOST
from comtrade_stand_in.releases import Book, Dataset, availability, dataset_code, frequency, stamp
from comtrade_stand_in.rows import goods_name
from comtrade_stand_in.world import World

Row = dict[str, Any]
EDITIONS = ("H4", "H5", "H6")
FINAL_ONLY = ("reporterDesc", "classificationSearchCode")
"""What getDa has and getDaTariffline has not."""


def matching(book: Book, path: tuple[str, str, str], given: Mapping[str, str]) -> list[Dataset]:
    """The datasets of getDa, getMetadata and the bulk lists: by type, frequency, reporter, period and last release."""
    since, until = given.get("publisheddatefrom") or "0", given.get("publisheddateto") or "9"
    return [
        data
        for data in book.released()
        if data.flaw != "unlisted"
        and (path[0].upper(), path[1].upper()) == ("C", frequency(data.period))
        and path[2].upper() in ("HS", book.world.edition(data.reporter, data.period))
        and str(data.reporter) in (_named(given, "reportercode") or [str(data.reporter)])
        and data.period in (_named(given, "period") or [data.period])
        and since <= f"{data.last:%Y-%m-%d}" <= until
    ]


def _named(given: Mapping[str, str], name: str) -> list[str]:
    return [value.strip() for value in given.get(name, "").split(",") if value.strip()]


def available(book: Book, found: list[Dataset], tariffline: bool, now: datetime) -> list[Row]:
    """Rows of getDa, 20 fields, or of getDaTariffline, 19."""
    rows = [availability(book.world, data, now) for data in found]
    if not tariffline:
        return rows
    return [_of_lines(row) for row in rows]


def _of_lines(row: Row) -> Row:
    """The row of getDaTariffline: the length of national codes stands before the two dates."""
    dates = {name: row.pop(name) for name in ("firstReleased", "lastReleased")}
    return {name: row[name] for name in row if name not in FINAL_ONLY} | {"lengthCmdCode": 8} | dates


def metadata(book: Book, found: list[Dataset]) -> list[Row]:
    """One entry a dataset, each with its notes: one a release."""
    return [{"datasetCode": dataset_code(book.world, data), "notes": _notes(book.world, data)} for data in found]


def _notes(world: World, data: Dataset) -> list[Row]:
    first = _note(world, data, "New", data.first)
    return [first] if data.last == data.first else [first, _note(world, data, "Revised", data.last)]


def _note(world: World, data: Dataset, kind: str, at: datetime) -> Row:
    row = {"datasetCode": dataset_code(world, data), "typeCode": "C", "freqCode": frequency(data.period)}
    row |= {"period": data.period, "reporterCode": data.reporter, "currency": "USD", "importConvFactor": 1.0}
    row |= {"exportConvFactor": 1.0, "tradeSystem": "General" if data.reporter % 2 else "Special"}
    valuation = {484: "FOB", 398: "CIF/FOB"}.get(data.reporter, "CIF")
    row |= {"classificationCode": world.edition(data.reporter, data.period), "importValuation": valuation}
    row |= {"exportValuation": "FOB"}
    row |= {"importPartnerCountry": "Origin", "exportPartnerCountry": "Last Known Destination"}
    consignment = "Consignment" if "partner2" in world.axes(data.reporter) else ""
    row |= {"importPartner2Country": consignment, "exportPartner2Country": ""}
    row |= {"publicationNote": f"{kind} Data: a generated dataset.", "publicationDate": stamp(at)}
    return row | {"publicationDateShort": f"{at:%d/%m/%Y}"}


def live_update(book: Book, now: datetime) -> list[Row]:
    """The last 20 releases, latest first; the reporter is text here."""
    latest = sorted(book.released(), key=lambda data: data.last, reverse=True)[:20]
    return [_released(book.world, data, min(data.last, now)) for data in latest]


def _released(world: World, data: Dataset, at: datetime) -> Row:
    day = f"{at:%A, %B} {at.day}, {at.year}"
    hour, half = (at.hour - 1) % 12 + 1, "AM" if at.hour < 12 else "PM"
    return {
        "size": availability(world, data, at)["totalRecords"] * 90,
        "startedAt": f"{at:%Y-%m-%d %H:%M:%S}Z",
        "completedAt": f"{at + timedelta(seconds=4):%Y-%m-%d %H:%M:%S}Z",
        "status": "Success",
        "lastUpdated": day,
        "queuedAt": f"{day} {hour}:{at:%M:%S} {half}",
        "releaseStatus": "Released",
        "reporterCode": str(data.reporter),
        "freqCode": frequency(data.period),
        "typeCode": "C",
        "classificationCode": world.edition(data.reporter, data.period),
        "period": data.period,
    }


CATEGORIES = {
    "reporter": "Reporters.json", "partner": "partnerAreas.json", "mot": "ModeOfTransportCodes.json",
    "customs": "CustomsCodes.json", "flow": "tradeRegimes.json", "qtyunit": "QuantityUnits.json",
    "cmd:HS": "HS.json", "cmd:H4": "H4.json", "cmd:H5": "H5.json", "cmd:H6": "H6.json",
}  # fmt: skip
"""Category and file; the names of the customs, flow and unit files are inferred."""


def reference(world: World, name: str) -> bytes | None:
    """A reference file as JSON, {results: [...]}, or None where there is none of this name."""
    if name == "ListofReferences.json":
        rows = [_listed(category, file) for category, file in CATEGORIES.items()]
    elif name in CATEGORIES.values():
        rows = list(_references(world, name))
    elif name == "country_area_code_iso.json":
        rows = [{"country_area_code": area.code, "iso3": area.iso.strip()} for area in AREAS.values()]
    else:
        return None
    return json.dumps({"results": rows}, ensure_ascii=False, indent=2).encode()


def _listed(category: str, file: str) -> Row:
    uri = f"{HOST}/files/v1/app/reference/{file}"
    return {"category": category, "variable": category, "description": category, "fileuri": uri}


def _references(world: World, name: str) -> Iterator[Row]:
    texts: dict[str, Mapping[Any, str]] = {
        "ModeOfTransportCodes.json": MODES, "CustomsCodes.json": CUSTOMS, "tradeRegimes.json": FLOWS,
        "QuantityUnits.json": UNITS,
    }  # fmt: skip
    if name in texts:
        return ({"id": str(code), "text": text} for code, text in texts[name].items())
    if name == "Reporters.json":
        return (_area("reporter", area) for area in REPORTERS)
    if name == "partnerAreas.json":
        return (_area("Partner", area) for area in (AREAS[0], *PARTNERS))
    return _commodities(world, EDITIONS if name == "HS.json" else (name[:2],))


def _area(kind: str, area: Area) -> Row:
    row = {"id": area.code, "text": area.name, f"{kind}Code": area.code, f"{kind}Desc": area.name}
    row |= {f"{kind}Note": area.name, f"{kind}CodeIsoAlpha3": area.iso}
    return row | {"entryEffectiveDate": "1900-01-01T00:00:00", "isGroup": False}


def _commodities(world: World, editions: tuple[str, ...]) -> Iterator[Row]:
    leaves = {goods.code for edition in editions for goods in world.goods_of(edition)}
    codes = sorted({code[:level] for code in leaves for level in (2, 4, 6)})
    yield {"id": "TOTAL", "text": "Total", "parent": "#", "isLeaf": "0", "aggrLevel": 0, "standardUnitAbbr": "n/a"}
    for code in codes:
        parent, leaf = code[:-2] or "TOTAL", "1" if len(code) == 6 else "0"
        row = {"id": code, "text": f"{code} - {goods_name(code)}", "parent": parent, "isLeaf": leaf}
        yield row | {"aggrLevel": len(code), "standardUnitAbbr": "n/a"}
