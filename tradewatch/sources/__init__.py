"""
The layouts that can be read. Each is a module with `LAYOUT`, `recognises(body)` and `parse(pull)`: recognised by
content, never by the file's name; parsed without a network, a clock or a disk.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType

from tradewatch.errors import DataError
from tradewatch.files import unpacked
from tradewatch.records import Pull, Release
from tradewatch.sources import (
    comtrade_api,
    comtrade_availability,
    comtrade_bulk,
    comtrade_lines,
    comtrade_website,
    eurostat_relational,
    eurostat_workbook,
    gacc_query,
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

unanswered = comtrade_availability.unanswered


def parse(pull: Pull) -> Release:
    """
    Read a pull by the layout of its bytes, or by the one that was asked for; a TradewatchError of one sentence when it
    cannot be trusted.
    """
    if pull.layout:
        answered: Release = ASKED[pull.layout].parse(pull)
        return answered
    plain = replace(pull, body=unpacked(pull.body, pull.name))
    found = [layout for layout in ALL if layout.recognises(plain.body)]
    if found == [comtrade_api] and any(question.lines for question in pull.asked):
        found = [comtrade_lines]  # an answer without rows does not show what it is of; the question does
    if not found:
        raise DataError(_not_known(plain))
    release: Release = found[0].parse(plain)
    return release


def _not_known(pull: Pull) -> str:
    """Why nothing recognised these bytes, in one sentence."""
    if not pull.body.strip():
        return f"{pull.name}: the file is empty; save it again."
    if pull.body[:2000].lstrip().lower().startswith((b"<!doctype", b"<html", b"<head")):
        return f"{pull.name}: a web page, where a file of figures was expected; the site may have refused; save again."
    known = ", ".join(layout.LAYOUT for layout in ALL)
    return f"{pull.name}: not a layout tradewatch knows (it knows {known}); check that it is an untouched download."
