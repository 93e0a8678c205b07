"""Tariff lines: the same parts with national codes of eight digits, each in two rows that must be summed."""

import json
from collections.abc import Iterator

from comtrade_stand_in.cells import asked
from comtrade_stand_in.codes import AREAS, CUSTOMS, DESCRIPTIONS, FLOWS, MODES, TARIFFLINE_FIELDS, UNITS
from comtrade_stand_in.questions import Question
from comtrade_stand_in.releases import Book, Dataset, frequency
from comtrade_stand_in.rows import KINDS, period_fields
from comtrade_stand_in.world import Leaf, Part, World

Row = dict[str, object]


def tariffline_rows(book: Book, question: Question) -> Iterator[str]:
    """JSON objects of 34 fields: no World, no totals of an axis that is broken down, no roll-ups."""
    for row in tarifflines(book, question):
        shown = {name: row[name] if question.described or name not in DESCRIPTIONS else None for name in row}
        yield json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def tarifflines(book: Book, question: Question) -> Iterator[Row]:
    """Every row that is asked for, whole."""
    for data in asked(book, question):
        for flow in book.world.flows(data.reporter):
            if data.flaw != "empty" and (question.flows is None or flow in question.flows):
                yield from _of_flow(book.world, data, flow, question)


def _of_flow(world: World, data: Dataset, flow: str, question: Question) -> Iterator[Row]:
    for leaf in world.leaves(data.reporter, data.period, flow, data.version):
        if leaf.code[-1] != "~" and (question.partners is None or str(leaf.partner) in question.partners):
            for part in leaf.parts:
                yield from _lines(world, data, flow, leaf, part, question)


def _lines(world: World, data: Dataset, flow: str, leaf: Leaf, part: Part, question: Question) -> Iterator[Row]:
    """Two rows of one national code, a third and the rest of the part."""
    code = f"{leaf.code}{10 + part.items % 2 * 10}"
    if not (question.wants(code) and _placed(part, question)):
        return
    third = part._replace(value=part.value // 3, grams=part.grams // 3, items=part.items // 3)
    rest = [whole - some for whole, some in zip(part[3:], third[3:], strict=True)]
    for share in (third, Part(*part[:3], *rest)):
        yield _row(world, data, flow, leaf, share, code)


def _placed(part: Part, question: Question) -> bool:
    return (
        (question.partners2 is None or str(part.partner2) in question.partners2)
        and (question.customs is None or part.customs in question.customs)
        and (question.modes is None or str(part.mode) in question.modes)
    )


def _row(world: World, data: Dataset, flow: str, leaf: Leaf, part: Part, code: str) -> Row:
    period = period_fields(data.period)
    values: Row = {"typeCode": "C", "freqCode": frequency(data.period), "refPeriodId": period["refPeriodId"]}
    values |= {"period": data.period, "classificationCode": world.edition(data.reporter, data.period)}
    values |= _areas(data.reporter, leaf.partner, part.partner2)
    values |= {"flowCode": flow, "flowDesc": FLOWS[flow], "cmdCode": code, "cmdDesc": f"National goods of {code}"}
    values |= {"customsCode": part.customs, "customsDesc": CUSTOMS[part.customs], "mosCode": "0"}
    values |= {"motCode": part.mode, "motDesc": MODES[part.mode]} | _amounts(flow, leaf.code, part)
    return {name: values[name] for name in TARIFFLINE_FIELDS}


def _areas(reporter: int, partner: int, second: int) -> Row:
    named = {"reporter": AREAS[reporter], "partner": AREAS[partner], "partner2": AREAS[second]}
    values: Row = {}
    for name, area in named.items():
        values |= {f"{name}Code": area.code, f"{name}Desc": area.name, f"{name}ISO": area.iso}
    return values


def _amounts(flow: str, code: str, part: Part) -> Row:
    """Quantity in the unit of the goods, kilograms, US dollars; the other valuation is null."""
    unit, value = KINDS[code], part.value / 1000
    values: Row = {"qtyUnitCode": unit, "qtyUnitAbbr": UNITS[unit]}
    values |= {"qty": part.items if unit == 5 else part.grams / 1000, "altQtyUnitCode": -1, "altQtyUnitAbbr": "N/A"}
    values |= {"altQty": 0, "netWgt": part.grams / 1000, "grossWgt": 0}
    return (
        values
        | {"cifvalue": value if flow == "M" else None, "fobvalue": None if flow == "M" else value}
        | {"primaryValue": value}
    )
