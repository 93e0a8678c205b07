"""
Damaged files of China's customs: cut, columns swapped, another unit or encoding, an extra row, a merged cell. Each is
read right or refused in one sentence, never wrong; benchmarks/gacc_mutations.py is the long version, on real files.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import partial

import gacc_pages as made
import pytest
from gacc_changes import BYTES, PAGE, SHEET, outcome, parsed, seeded, stated_by
from gacc_export_changes import EXPORT

from tradewatch.errors import DataError
from tradewatch.records import Told
from tradewatch.sources import gacc_preliminary

UNSEEN = {
    (
        "bulletin divisions",
        "swapped_headings",
    ): "two partners' names in each other's place: nothing there names them twice",
}
"""What no check of one page can see."""


@pytest.mark.parametrize("name", made.PAGES)
def test_a_page(name: str) -> None:
    body = made.PAGES[name]
    truth = stated_by(body)
    for seed in range(2 * len(PAGE)):
        kind = PAGE[seed % len(PAGE)]
        if (name, kind.__name__) not in UNSEEN:
            assert outcome(kind(seeded(seed), body), truth) in ("refused", "right"), (kind.__name__, seed)


def number(text: str) -> float:
    return float(text.replace(",", ""))


def preliminary() -> dict[str, made.Sheet]:
    """The release of 2026-03 as customs' Chinese spreadsheet has it."""
    lines: made.Sheet = [
        [next(iter(names)) if names else english, *(number(text) for text in line[1:])]
        for (english, names), line in zip(
            gacc_preliminary.PARTNERS.items(), made.figures("gacc_preliminary_2026-03.csv"), strict=True
        )
    ]
    title = "（4）2026年3月进出口商品主要国别（地区）总值表（人民币值）"
    return {"M139RMBADD": made.sheet(title, "单位：亿元人民币", "国别（地区）", ("3月", "1至3月"), lines)}


@pytest.mark.parametrize("write", [made.xls, made.xlsx])
def test_a_spreadsheet(write: Callable[[dict[str, made.Sheet]], bytes]) -> None:
    sheets = preliminary()
    truth = stated_by(write(sheets))
    for seed in range(2 * len(SHEET)):
        kind, changed = SHEET[seed % len(SHEET)], deepcopy(sheets)
        for rows in changed.values():
            kind(seeded(seed), rows)
        assert outcome(write(changed), truth) in ("refused", "right"), (kind.__name__, seed)
    for seed in range(2 * len(BYTES)):
        changed_bytes = BYTES[seed % len(BYTES)](seeded(seed), write(sheets))
        assert outcome(changed_bytes, truth) in ("refused", "right"), seed


def platform(heads: str, *chosen: str, units: str) -> bytes:
    """An export of the query platform with two lines of figures of ours for each month, code and partner."""
    lines = [heads]
    for month in ("202401", "202402", "202403"):
        for at, code in enumerate(("85423100|chips", "85423900|circuits"), start=1):
            for partner in ("145|area 145", "344|area 344"):
                for number, more in enumerate(chosen, start=1):
                    many = 137 * at * number + int(month[-2:]) + int(partner[:3])
                    lines.append(f"{month}|{code}|{partner}{more}|{many}|{units}|{many * 61_007:,}")
    return "".join("".join(f'"{field}",' for field in line.split("|")) + "\n" for line in lines).encode("gb18030")


CHINESE = platform(
    "数据年月|商品编码|商品名称|贸易伙伴编码|贸易伙伴名称|第一数量|第一计量单位|第二数量|第二计量单位|人民币",
    "",
    units="千克|0|?",
)
ENGLISH = platform(
    "Date of data|Commodity code|Commodity|Trading partner code|Trading partner|Customs Regime code|Customs Regime"
    "|Quantity|Unit|Supplementary Quantity|Supplementary Unit|US dollar",
    "|10|Ordinary Trade",
    "|19|Border Trade",
    units="Kilogram|0|?",
)


@pytest.mark.parametrize(
    ("body", "told"),
    [(CHINESE, Told(flow="export", currency="CNY")), (ENGLISH, Told(flow="export", currency="USD", rows=24))],
)
def test_an_export_of_the_platform(body: bytes, told: Told) -> None:
    read = partial(stated_by, told=told)
    truth = read(body)
    for seed in range(3 * len(EXPORT)):
        kind = EXPORT[seed % len(EXPORT)]
        assert outcome(kind(seeded(seed), body), truth, read) != "wrong", (kind.__name__, seed)


def test_a_file_that_is_broken_down_loses_its_last_flow_unless_its_rows_were_counted() -> None:
    """Cut after a line it would look whole, and sum to less."""
    told = Told(flow="export", currency="USD")
    whole = parsed(ENGLISH, replace(told, rows=24)).rows
    uncounted = parsed(ENGLISH, told)
    assert (whole.height, uncounted.rows.height, uncounted.rows_rejected) == (12, 11, 2)
    lines = ENGLISH.splitlines(keepends=True)
    for kept in range(3, 25):
        rows = parsed(b"".join(lines[:kept]), told).rows.drop("place")
        assert rows.equals(whole.drop("place").head(rows.height))
    with pytest.raises(DataError, match="23 rows, where --rows 24 was said"):
        parsed(b"".join(lines[:24]), replace(told, rows=24))
