"""
The layouts that can be read. Each is a module with `LAYOUT`, `recognises(body)` and `parse(pull)`: recognised by
content, never by the file's name; parsed without a network, a clock or a disk. A layout with
`PACKED` unpacks gzip itself, in pieces, and is recognised by the beginning alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType

from tradewatch.errors import DataError
from tradewatch.files import pieces, unpacked
from tradewatch.records import Pull, Release
from tradewatch.sources import (
    comtrade_api,
    comtrade_availability,
    comtrade_bulk,
    comtrade_lines,
    comtrade_website,
    eurostat_relational,
    eurostat_workbook,
    gacc_bulletin,
    gacc_preliminary,
    gacc_query,
    imf_imts,
    panel,
)

ALL: tuple[ModuleType, ...] = (
    eurostat_workbook,
    eurostat_relational,
    comtrade_api,
    comtrade_lines,
    comtrade_website,
    comtrade_bulk,
    gacc_query,
    gacc_preliminary,
    gacc_bulletin,
    imf_imts,
    panel,
)


ASKED: Mapping[str, ModuleType] = {
    comtrade_api.LAYOUT: comtrade_api,
    comtrade_lines.LAYOUT: comtrade_lines,
    comtrade_bulk.LAYOUT: comtrade_bulk,
    comtrade_availability.LAYOUT: comtrade_availability,
    comtrade_availability.NOTES: comtrade_availability,
}
"""The layouts of answers to calls: whoever asked knows which it is."""

BEGINNING = 10_000

unanswered = comtrade_availability.unanswered


def parse(pull: Pull) -> Release:
    """
    Read a pull by the layout of its bytes, or by the one that was asked for; a TradewatchError of one sentence when it
    cannot be trusted.
    """
    if pull.layout:
        return parsed_by(ASKED[pull.layout], pull)
    start = next(pieces(pull.body, pull.name), b"")
    for layout in ALL:
        if getattr(layout, "PACKED", False) and layout.recognises(start[:BEGINNING]):
            return parsed_by(layout, pull)
    plain = replace(pull, body=unpacked(pull.body, pull.name))
    found = [layout for layout in ALL if layout.recognises(plain.body)]
    if not found:
        raise DataError(_not_known(plain))
    return parsed_by(found[0], plain)


def parsed_by(layout: ModuleType, pull: Pull) -> Release:
    """What one layout reads in a pull."""
    packed = getattr(layout, "PACKED", False)
    release: Release = layout.parse(pull if packed else replace(pull, body=unpacked(pull.body, pull.name)))
    return release


def _not_known(pull: Pull) -> str:
    """Why nothing recognised these bytes, in one sentence."""
    if not pull.body.strip():
        return f"{pull.name}: the file is empty; save it again."
    if pull.body[:2000].lstrip().lower().startswith((b"<!doctype", b"<html", b"<head")):
        return f"{pull.name}: a web page, where a file of figures was expected; the site may have refused; save again."
    known = ", ".join(layout.LAYOUT for layout in ALL)
    return f"{pull.name}: not a layout tradewatch knows (it knows {known}); check that it is an untouched download."
