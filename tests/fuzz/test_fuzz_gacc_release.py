"""Damaged releases of China's customs: the same figures, or one sentence; what no check can see is named here."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import gacc_pages as made
import pytest
from gacc_changes import BYTES, PAGE, SHEET, outcome, parsed, seeded, stated
from gacc_export_changes import EXPORT
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewatch.errors import TradewatchError
from tradewatch.sources import gacc_preliminary

FUZZ = settings(max_examples=60, deadline=None)

ALWAYS = (
    "cut", "hole", "encoding", "swapped_with_headings", "swapped_data", "moved_row", "doubled_row", "merged",
    "lost_cell", "unit", "tag", "day",
)  # fmt: skip
"""Changes that are seen in every table."""

BY_COUNTRY = (*ALWAYS, "noise", "swapped_headings", "swapped_labels", "lost_row", "strange_row", "magnitude", "title",
              "heading", "strange_figure")  # fmt: skip
"""Changes that are seen in the preliminary tables by country: all but another last digit, which is within rounding."""

SEEN = dict.fromkeys(made.PAGES, ALWAYS) | dict.fromkeys(
    ("preliminary by country", "preliminary of two months"), BY_COUNTRY
)


@pytest.mark.parametrize("name", made.PAGES)
def test_a_damaged_page_gives_the_right_figures_or_one_sentence(name: str) -> None:
    body = made.PAGES[name]
    truth = stated(parsed(body))
    kinds = [kind for kind in PAGE if kind.__name__ in SEEN[name]]
    for seed in range(60):
        kind = kinds[seed % len(kinds)]
        assert outcome(kind(seeded(seed), body), truth) in ("refused", "right"), (kind.__name__, seed)


@pytest.mark.parametrize("write", [made.xls, made.xlsx])
def test_a_damaged_spreadsheet_gives_the_right_figures_or_one_sentence(
    write: Callable[[dict[str, made.Sheet]], bytes],
) -> None:
    lines: list[list[made.Figure]] = [
        [next(iter(names)) if names else english, *(_number(text) for text in line[1:])]
        for (english, names), line in zip(
            gacc_preliminary.PARTNERS.items(), made.figures("gacc_preliminary_2026-03.csv"), strict=True
        )
    ]
    title = "（4）2026年3月进出口商品主要国别（地区）总值表（人民币值）"
    sheet = made.sheet(title, "单位：亿元人民币", "国别（地区）", ("3月", "1至3月"), lines)
    body = write({"M139RMBADD": sheet})
    truth = stated(parsed(body))
    for seed in range(60):
        if seed % 4 == 0:
            kind, changed = "bytes", BYTES[seed // 4 % len(BYTES)](seeded(seed), body)
        else:
            kinds = [one for one in SHEET if one.__name__ not in ("s_any_digit", "s_swapped_in_one_row")]
            rows, change = deepcopy(sheet), kinds[seed % len(kinds)]
            change(seeded(seed), rows)
            kind, changed = change.__name__, write({"M139RMBADD": rows})
        assert outcome(changed, truth) in ("refused", "right"), (kind, seed)


def _number(text: str) -> float:
    return float(text.replace(",", ""))


PARTS = st.sampled_from(
    (
        "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td colspan=2>", "<td rowspan=3>", "3", "1to3",
        "Export", "Import", "Unit:US$1,000", "1,234.5", "-", "Total", "</div>", "<img src=x>", "Quantity", "Value",
        "T", "<br>", "&nbsp;", "（13）Major Export Commodities in Quantity and Value,3.2026",
    )
)  # fmt: skip


def said(body: bytes) -> str:
    """What is said of a file that is refused; nothing of one that is read and keeps the contract."""
    try:
        release = parsed(body)
    except TradewatchError as problem:
        return str(problem)
    assert (release.rows["value"] >= 0).all()
    assert release.rows.height <= release.rows_read
    return ""


@FUZZ
@given(st.lists(PARTS | st.text(max_size=5), max_size=60))
def test_any_markup_is_read_or_refused_in_one_sentence(parts: list[str]) -> None:
    title = "（13）Major Export Commodities in Quantity and Value,3.2026"
    body = (
        f'<html><div class="atcl-ttl">{title}</div><div class="atcl-date">2026/04/18</div>'
        f'<div class="atcl-cnt">{"".join(parts)}</div></html>'
    )
    assert said(body.encode("utf-8", "replace")).isprintable()


@FUZZ
@given(st.lists(st.lists(st.none() | st.floats() | st.text(max_size=8) | st.integers(-9, 9), max_size=6), max_size=8))
def test_any_cells_below_a_title_are_read_or_refused_in_one_sentence(cells: list[list[made.Figure]]) -> None:
    sheet: made.Sheet = [["（2）2025年1月进出口商品国别（地区）总值表"], [None, "单位：万元人民币"], *cells]
    assert said(made.xls({"M102RMB": sheet})).isprintable()


EXPORTS_SEEN = (
    "cut", "x_encoding", "x_swapped_with_headings", "x_lost_column", "x_heading", "x_merged", "x_doubled_line",
    "x_extra_line", "x_strange_figure",
)  # fmt: skip
"""Changes of an export of the platform that are seen; a lost line, another digit and another currency are not."""

OURS = Path(__file__).parents[1] / "files"


@pytest.mark.parametrize("name", ["gacc_query_zh.csv", "gacc_query_en.csv"])
def test_a_damaged_export_gives_right_figures_or_one_sentence(name: str) -> None:
    body = (OURS / name).read_bytes()
    truth = stated(parsed(body))
    kinds = [kind for kind in EXPORT if kind.__name__ in EXPORTS_SEEN]
    assert len(kinds) == len(EXPORTS_SEEN)
    for seed in range(90):
        kind = kinds[seed % len(kinds)]
        assert outcome(kind(seeded(seed), body), truth) in ("refused", "right", "fewer"), (kind.__name__, seed)
