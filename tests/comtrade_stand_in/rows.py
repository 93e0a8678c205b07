"""From cells to the rows of the API: 47 fields in order, joined from pieces that repeat, as text."""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from comtrade_stand_in.cells import Cell, Key
from comtrade_stand_in.codes import AREAS, CUSTOMS, DESCRIPTIONS, FLOWS, GOODS, MODES, UNITS
from comtrade_stand_in.releases import Dataset, frequency
from comtrade_stand_in.world import World, drawn

KINDS = {goods.code: goods.unit for goods in GOODS}


def final_rows(world: World, cells: Iterable[Cell], classification: str, described: bool) -> Iterator[str]:
    """One JSON object a cell; without `described` every name, ISO code, unit and level is null."""
    for cell in cells:
        data, key = cell.data, cell.key
        broken_down = bool(world.axes(data.reporter))
        pieces = (
            _dataset(data, key.flow, described),
            _partner(key, described),
            _goods(key, classification, key.edition == world.edition(data.reporter, data.period), described),
            _breakdown(key.customs, key.mode, described),
            _amounts(world, cell, described),
            _origin(key.code, broken_down),
        )
        yield "{" + ",".join(pieces) + "}"


def period_fields(period: str) -> dict[str, Any]:
    """refPeriodId, refYear, refMonth (52 for a year) and the period as text."""
    year, month = int(period[:4]), int(period[4:] or "52")
    return {
        "refPeriodId": year * 10_000 + (101 if month == 52 else month * 100 + 1),
        "refYear": year,
        "refMonth": month,
        "period": period,
    }


def _piece(described: bool, values: dict[str, Any]) -> str:
    """The inside of a JSON object, without its braces."""
    shown = {name: value if described or name not in DESCRIPTIONS else None for name, value in values.items()}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))[1:-1]


@lru_cache(maxsize=50_000)
def _dataset(data: Dataset, flow: str, described: bool) -> str:
    area = AREAS[data.reporter]
    values = {"typeCode": "C", "freqCode": frequency(data.period), **period_fields(data.period)}
    values |= {"reporterCode": area.code, "reporterISO": area.iso, "reporterDesc": area.name}
    return _piece(described, values | {"flowCode": flow, "flowDesc": FLOWS[flow]})


def _partner(key: Key, described: bool) -> str:
    return _area("partner", key.partner, described) + "," + _area("partner2", key.partner2, described)


@lru_cache(maxsize=1_000)
def _area(name: str, code: int, described: bool) -> str:
    area = AREAS[code]
    return _piece(described, {f"{name}Code": code, f"{name}ISO": area.iso, f"{name}Desc": area.name})


def _goods(key: Key, classification: str, original: bool, described: bool) -> str:
    return _commodity(key.edition, key.code, classification, original, described)


@lru_cache(maxsize=10_000)
def _commodity(edition: str, code: str, classification: str, original: bool, described: bool) -> str:
    values: dict[str, Any] = {"classificationCode": edition, "classificationSearchCode": classification}
    values |= {"isOriginalClassification": original, "cmdCode": code, "cmdDesc": goods_name(code)}
    level = 0 if code == "TOTAL" else len(code)
    return _piece(described, values | {"aggrLevel": level, "isLeaf": level == 6})


def goods_name(code: str) -> str:
    """A text for a commodity; ours, not the UN's."""
    return "All Commodities" if code == "TOTAL" else f"Goods of {code}"


@lru_cache(maxsize=1_000)
def _breakdown(customs: str, mode: int, described: bool) -> str:
    values = {"customsCode": customs, "customsDesc": CUSTOMS[customs], "mosCode": "0", "motCode": mode}
    return _piece(described, values | {"motDesc": MODES[mode]})


def _amounts(world: World, cell: Cell, described: bool) -> str:
    """Quantity, weight and values. Nothing is null or 0, by reporter; a weight is estimated for some codes."""
    code = cell.key.code
    unit = KINDS.get(code, -1)
    nothing = "null" if cell.data.reporter % 2 == 0 else "0"
    flag = drawn(world.seed, "estimated", cell.data.reporter, code) % 5 == 0
    quantity = {5: f"{cell.items}.0", 8: decimal(cell.grams)}.get(unit, nothing)
    weight = decimal(cell.grams) if unit != -1 else nothing
    return (
        f'{_unit("qty", unit, described)},"qty":{quantity},"isQtyEstimated":false,'
        f'{_unit("altQty", -1, described)},"altQty":{nothing},"isAltQtyEstimated":false,'
        f'"netWgt":{weight},"isNetWgtEstimated":{"true" if flag else "false"},"grossWgt":{nothing},'
        f'"isGrossWgtEstimated":false,{_values(cell, nothing)},"legacyEstimationFlag":{4 if flag else 0}'
    )


@lru_cache(maxsize=100)
def _unit(name: str, unit: int, described: bool) -> str:
    return _piece(described, {f"{name}UnitCode": unit, f"{name}UnitAbbr": UNITS[unit]})


def _values(cell: Cell, nothing: str) -> str:
    """Exports FOB, imports CIF; Mexico states its imports FOB, and Kazakhstan both."""
    value, reporter = decimal(cell.value), cell.data.reporter
    cif, fob = (nothing, value) if cell.key.flow in ("X", "RX") or reporter == 484 else (value, nothing)
    if cell.key.flow == "M" and reporter == 398:
        fob = decimal(cell.value * 19 // 20)
    return f'"cifvalue":{cif},"fobvalue":{fob},"primaryValue":{value}'


@lru_cache(maxsize=100_000)
def _origin(code: str, broken_down: bool) -> str:
    """Roll-ups, and the cells of reporters that break them down, are the UN's sums: not reported, but aggregate."""
    summed = broken_down or len(code) != 6
    return f'"isReported":{"false" if summed else "true"},"isAggregate":{"true" if summed else "false"}'


def decimal(thousandths: int) -> str:
    """A number as the API writes it: no zeros at the end but one, and some whole numbers without a point."""
    whole, rest = divmod(thousandths, 1000)
    if not rest:
        return f"{whole}" if whole % 7 == 0 else f"{whole}.0"
    return f"{whole}.{rest:03}".rstrip("0")
