"""Damaged releases of China's customs: the same figures, or one sentence; what no check can see is named here."""

from functools import partial
from pathlib import Path

import gacc_pages as made
import pytest
from gacc_changes import PAGE_HARDER, outcome, parsed, seeded, stated, stated_by
from gacc_export_changes import EXPORT_HARDER
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewatch.errors import TradewatchError
from tradewatch.records import Told

FUZZ = settings(max_examples=60, deadline=None)

ALWAYS = ("hole", "moved_row", "lost_cell", "tag", "day")
"""Changes beyond the six kinds of test_gacc_mutations.py that are seen in every table."""

BY_COUNTRY = (*ALWAYS, "noise", "swapped_labels", "lost_row", "heading", "strange_figure")
"""Changes that are seen in the preliminary tables by country: another last digit is within rounding, another year in
every place of a page is another page."""

SEEN = (
    dict.fromkeys(made.PAGES, ALWAYS)
    | {"bulletin commodities": ALWAYS[1:]}
    | dict.fromkeys(("preliminary by country", "preliminary of two months"), BY_COUNTRY)
)


@pytest.mark.parametrize("name", made.PAGES)
def test_a_damaged_page_gives_the_right_figures_or_one_sentence(name: str) -> None:
    body = made.PAGES[name]
    truth = stated(parsed(body))
    kinds = [kind for kind in PAGE_HARDER if kind.__name__ in SEEN[name]]
    for seed in range(60):
        kind = kinds[seed % len(kinds)]
        assert outcome(kind(seeded(seed), body), truth) in ("refused", "right"), (kind.__name__, seed)


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


EXPORTS_SEEN = ("x_lost_column", "x_heading", "x_strange_figure")
"""Changes of an export of the platform that are seen; a lost line, another digit and another unit are not."""

OURS = Path(__file__).parents[1] / "files"


@pytest.mark.parametrize("name", ["gacc_query_zh.csv", "gacc_query_en.csv"])
def test_a_damaged_export_gives_right_figures_or_one_sentence(name: str) -> None:
    body = (OURS / name).read_bytes()
    read = partial(stated_by, told=Told(flow="export", currency=""))
    truth = read(body)
    kinds = [kind for kind in EXPORT_HARDER if kind.__name__ in EXPORTS_SEEN]
    assert len(kinds) == len(EXPORTS_SEEN)
    for seed in range(90):
        kind = kinds[seed % len(kinds)]
        assert outcome(kind(seeded(seed), body), truth, read) in ("refused", "right", "fewer"), (kind.__name__, seed)
