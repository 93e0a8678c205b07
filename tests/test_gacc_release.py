"""Releases of China's customs, as pages and as spreadsheets: what their rows become, and how each fault is refused."""

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import gacc_pages as made
import polars as pl
import pytest

from tradewatch import facts, flow, queries, reference, sources
from tradewatch.errors import DataError, SourceChanged, TradewatchError
from tradewatch.files import shipped
from tradewatch.records import ROWS, Pull, Release
from tradewatch.settings import Settings
from tradewatch.sources import gacc_preliminary
from tradewatch.sources.gacc_headings import label

MILLION = Decimal(10**6)


def parsed(body: bytes, name: str = "page.html") -> Release:
    return sources.parse(Pull(name=name, body=body, fetched_at=datetime(2026, 11, 24)))


def value(release: Release, partner: str, flow: str, freq: str, commodity: str = "TOTAL") -> Decimal:
    """The one value of these."""
    found = release.rows.filter(partner_code=partner, flow=flow, freq=freq, commodity=commodity)["value"]
    return Decimal(found.item())


def both(release: Release, partner: str, freq: str) -> tuple[Decimal, Decimal]:
    return value(release, partner, "export", freq), value(release, partner, "import", freq)


@pytest.mark.parametrize(("name", "body"), made.PAGES.items())
def test_a_page_is_recognised_by_one_module_alone(name: str, body: bytes) -> None:
    layout = f"gacc_{name.split()[0]}"
    assert [module.LAYOUT for module in sources.ALL if module.recognises(body)] == [layout]
    release = parsed(body)
    assert (release.source, release.layout, dict(release.rows.schema)) == ("gacc", layout, dict(ROWS))
    assert set(release.rows["valuation"]) <= {"FOB", "CIF"}
    assert release.rows["place"].str.contains("^table row [0-9]+, column [0-9]+$").all()


def test_the_preliminary_release_of_march() -> None:
    release = parsed(made.MARCH)
    assert both(release, "Total", "M") == (2_229_700 * MILLION, 1_874_940 * MILLION)
    assert both(release, "Russian Federation", "M") == (64_980 * MILLION, 88_560 * MILLION)
    assert both(release, "Russian Federation", "YTD") == (193_280 * MILLION, 234_760 * MILLION)
    assert release.rows.row(0) == (
        "142", "Total", "export", "M", date(2026, 3, 1), "HS2022", "TOTAL", Decimal("2229700000000"), "CNY", "FOB",
        None, None, None, False, False, "table row 5, column 4",
    )  # fmt: skip
    assert (release.rows.height, release.rows_read, release.released_at) == (120, 270, datetime(2026, 4, 8))
    assert {(block.flow, block.freq, block.periods) for block in release.blocks} == {
        (flow, freq, (date(2026, 3, 1),)) for flow in ("export", "import") for freq in ("M", "YTD")
    }
    assert {block.partners for block in release.blocks} == {tuple(gacc_preliminary.PARTNERS)}


def test_january_and_february_come_together_and_no_month_is_made_of_them() -> None:
    rows = parsed(made.FEBRUARY).rows
    assert rows.select("freq", "period").unique().rows() == [("YTD", date(2025, 2, 1))]
    assert rows.filter(partner_code="Russian Federation")["value"].to_list() == [107_450 * MILLION, 141_790 * MILLION]


def test_all_trade_is_of_all_partners() -> None:
    release = parsed(made.TOTALS)
    assert both(release, "ALL", "M") == (320_000 * MILLION, 270_010 * MILLION)
    assert set(release.rows["currency"]) == {"USD"}


def test_a_january_that_prints_both_columns_gives_both() -> None:
    text = made.TOTALS.decode().replace("Mar 2026", "Jan 2026").replace(">3<", ">1<").replace("1- to-3", "1- to-1")
    text = text.replace("1-to-3", "1-to-1").replace("2026/04/14", "2026/02/14")
    for month, year in (("5,900.1", "17,000.0"), ("3,200.0", "9,800.5"), ("2,700.1", "7,199.5"), ("499.9", "2,601.0")):
        text = text.replace(year, month)
    release = parsed(text.encode())
    assert both(release, "ALL", "M") == both(release, "ALL", "YTD") == (320_000 * MILLION, 270_010 * MILLION)


def test_the_bulletin_by_country_in_thousands_of_dollars() -> None:
    release = parsed(made.BULLETIN)
    assert both(release, "Russia", "YTD") == (49_999 * MILLION, 100_000 * MILLION)
    svalbard = release.rows.filter(partner_code="Svalbard and Jan Mayen")
    assert svalbard.select("flow", "freq", "value").rows() == [("export", "M", 100_000), ("export", "YTD", 1_000_000)]
    assert "Svalbard and Jan Mayen" in release.blocks[0].partners, "what is a dash is published, with nothing recorded"


def test_the_summary_by_month_states_every_month_and_its_year_to_date() -> None:
    release = parsed(made.MONTHS)
    july = {(flow, freq): value for flow, freq, value in release.rows.filter(period=date(2026, 7, 1)).select(
        "flow", "freq", "value").rows()}  # fmt: skip
    assert july == {
        ("export", "M"): 365_900 * MILLION, ("import", "M"): 209_100 * MILLION,
        ("export", "YTD"): 2_525_600 * MILLION, ("import", "YTD"): 1_436_400 * MILLION,
    }  # fmt: skip
    assert release.rows.height == 4 * 19
    assert {(one.flow, one.freq, len(one.periods)) for one in release.blocks} == {
        (flow, freq, 19) for flow in ("export", "import") for freq in ("M", "YTD")
    }


def test_the_summary_by_year_is_of_years_since_2012() -> None:
    release = parsed(made.YEARS)
    assert (release.rows["period"].min(), set(release.rows["freq"])) == (date(2012, 1, 1), {"A"})
    assert release.rows.filter(period=date(2025, 1, 1))["value"].to_list() == [
        3_771_842 * MILLION, 2_582_896 * MILLION,
    ]  # fmt: skip


@pytest.mark.parametrize("write", [made.xls, made.xlsx])
def test_the_summary_as_a_chinese_spreadsheet(write: Callable[[dict[str, made.Sheet]], bytes]) -> None:
    lines: made.Sheet = [[line[0], *line[1:]] for line in made.summary_of_months((2026, 1), (2026, 3))]
    four = ["进出口", "出口", "进口", "贸易差额"]
    sheet: made.Sheet = [
        [None, "（1）2026年3月进出口商品总值表（美元值） B：月度表"],
        [*[None] * 9, "单位：百万美元"],
        [None, "年月", "当月", None, None, None, "1至当月累计", None, None, None],
        [None, None, *four, *four],
        *([None, *line] for line in lines),
    ]
    release = parsed(write({"M101USD": sheet}))
    assert release.layout == "gacc_bulletin"
    march = release.rows.filter(period=date(2026, 3, 1), flow="export", freq="YTD")
    assert march["value"].to_list() == [1_072_200 * MILLION]


def test_a_summary_in_millions_revises_no_thousands(con: duckdb.DuckDBPyConnection) -> None:
    reference.load(con, shipped("data"))
    coarse = parsed(made.MONTHS)
    july = coarse.rows.filter(period=date(2026, 7, 1)).with_columns(value=pl.col("value") + 499_000)
    fine = Release(source="gacc", layout="test", rows=july, rows_read=4, rounded=Decimal(500))
    for pull_id, release in enumerate((fine, coarse), start=1):
        loading = facts.Loading(release=release, pull_id=pull_id, known_from=datetime(2026, 9, pull_id), sha256="a")
        loaded = facts.load(con, loading, _never)
    assert loaded.counts == {"new": 72, "revised": 0, "withdrawn": 0, "unchanged": 4}


def test_major_commodities_have_their_labels_for_codes_and_their_units_as_printed() -> None:
    rows = parsed(made.COMMODITIES).rows.select(
        "partner_code", "flow", "freq", "hs_edition", "commodity", "value", "net_kg", "quantity", "quantity_unit"
    )
    meat, circuits = "Meat(including meat offal)", "Integrated circuits"
    assert rows.rows()[:4] == [
        ("ALL", "export", "M", "GACC", "Agriculture products", 9_153_853_000, None, None, None),
        ("ALL", "export", "YTD", "GACC", "Agriculture products", 62_120_896_000, None, None, None),
        ("ALL", "export", "M", "GACC", meat, 296_930_000, 14 * 10**7, 14, "10000T"),
        ("ALL", "export", "YTD", "GACC", meat, 1_793_238_000, 81 * 10**7, 81, "10000T"),
    ]
    assert rows.filter(commodity=circuits)["net_kg"].null_count() == 2
    assert rows.filter(commodity="Tungsten ores")["freq"].to_list() == ["YTD"]


def test_a_long_list_of_commodities_has_one_of_the_size_of_china_s_trade() -> None:
    """Unit and figures may both be of another size; the largest line of the list then tells."""
    body = made.COMMODITIES.replace(b"Export Commodities", b"Import Commodities")
    assert parsed(body).rows["flow"].unique().to_list() == ["import"]
    tenth = body.replace(b"180,000,000", b"18,000,000").replace(b"1,200,000,000", b"120,000,000")
    with pytest.raises(DataError, match="the largest of 35 commodities is not of its size"):
        parsed(tenth)


def test_countries_of_a_region_that_are_missing_are_missed() -> None:
    line = made.row([(text, 1, 1) for text in (
        "&nbsp;" * 8 + "Germany", "179,000,000", "1,350,000,000", "121,000,000", "900,000,000", "58,000,000",
        "450,000,000", "12.5", "5.9", "28.6",
    )])  # fmt: skip
    assert line in made.BULLETIN.decode()
    with pytest.raises(DataError, match=r"'Europe'.*its 2 parts make"):
        parsed(made.BULLETIN.decode().replace(line, "").encode())


def test_countries_by_hs_division() -> None:
    release = parsed(made.DIVISIONS)
    assert value(release, "Russia", "export", "YTD", "84") == 35_999 * MILLION
    assert set(release.rows["commodity"]) == {"TOTAL", "01", "02", "84", "85"}
    assert release.rows_rejected == 8, "sections are the sums of their divisions"
    assert {block.commodities for block in release.blocks} == {("TOTAL", "01", "02", "84", "85")}


def swapped(body: bytes, one: int, other: int, first: int) -> bytes:
    """The page with two columns swapped from a row of the table on."""
    rows = re.findall(r"<tr>.*?</tr>", body.decode(), re.DOTALL)
    text = body.decode()
    for row in rows[first:-1]:
        cells = re.findall(r"<td.*?</td>", row, re.DOTALL)
        if len(cells) == 10:
            cells[one], cells[other] = cells[other], cells[one]
            text = text.replace(row, f"<tr>{''.join(cells)}</tr>")
    return text.encode()


def test_columns_swapped_with_their_headings_are_the_same_figures() -> None:
    body = made.page(
        made.BY_COUNTRY + "Mar 2026 (in CNY)",
        "Unit: CNY 100 Million",
        [
            [("Import Source", 1, 1), ("Import", 1, 1), ("Export", 2, 1), ("Import", 1, 1),
             ("Export &amp; Import", 2, 1), ("1-to-3 Total Year-on-Year (±%)", 3, 1)],
            [(text, 1, 1) for text in ("Region", "1- to-3", "3", "1- to-3", "3", "3", "1- to-3", *made.FLOWS)],
        ],
        [[line[at] for at in (0, 6, 3, 4, 5, 1, 2, 7, 8, 9)] for line in made.figures("gacc_preliminary_2026-03.csv")],
        "2026/04/08",
    )  # fmt: skip
    key = ("partner_code", "flow", "freq")
    as_printed, moved = (parsed(one).rows.select(*key, "value").sort(key) for one in (made.MARCH, body))
    assert as_printed.equals(moved)


@pytest.mark.parametrize(("one", "other"), [(1, 3), (2, 4), (3, 5), (4, 6), (1, 2), (3, 4), (5, 6), (8, 9)])
def test_figures_swapped_below_their_headings_are_refused(one: int, other: int) -> None:
    with pytest.raises(DataError, match=r"table row [0-9]+, column"):
        parsed(swapped(made.MARCH, one, other, 4))


@pytest.mark.parametrize(
    ("body", "old", "new", "error", "said"),
    [
        (made.MARCH, "Unit: CNY 100 Million", "Unit: USD1 Million", DataError, "the title says CNY"),
        (made.MARCH, "Unit: CNY 100 Million", "Unit: CNY 10,000", SourceChanged, "expected a unit such as"),
        (made.MARCH, "Unit: CNY 100 Million", "", SourceChanged, "a title and a unit above the headings"),
        (made.BULLETIN, "Unit:US$1,000", "Unit:US$100", SourceChanged, "expected a unit such as"),
        (made.MARCH, "Mar 2026", "Apr 2026", SourceChanged, "a day in the eleven months after 2026-04"),
        (made.MARCH, ">3<", ">4<", SourceChanged, "month 3, which the title names"),
        (made.MARCH, "1- to-3<", "1- to-4<", SourceChanged, "month 3, which the title names"),
        (made.MARCH, ">41,046.4<", ">41,064.4<", DataError, "the total is 41064.4, but exports"),
        (made.MARCH, ">649.8<", ">65O.8<", DataError, "column 4: expected a number"),
        (made.MARCH, ">649.8<", "><", DataError, "found an empty cell"),
        (made.MARCH, ">649.8<", ">6498<", DataError, "expected a number"),
        (made.MARCH, "Russian Federation", "Russian Fed.", SourceChanged, "the line of Russian Federation"),
        (made.MARCH, ">Total<", ">Totals<", DataError, "expected one line Total, found 0"),
        (made.MARCH, "</td>\n<td>", "</td>x<td>", SourceChanged, "no text between the cells"),
        (made.MARCH, made.row([(made.NOTE, 10, 1)]), "", DataError, "no note below the table"),
        (made.MARCH, "</html>", "", DataError, "the page is cut"),
        (made.MARCH, "</table>", "", SourceChanged, "the end of the table first"),
        (made.MARCH, "2026/04/08", "2024/04/08", SourceChanged, "a day in the eleven months after 2026-03"),
        (made.MARCH, "2026 (in", "2025 (in", SourceChanged, "a day in the eleven months after 2025-03"),
        (made.FEBRUARY, "January-February 2025", "February 2025", None, ""),
        (made.TOTALS, "Balance", "Difference", SourceChanged, "expected a line of"),
        (made.TOTALS, "499.9", "500.9", DataError, "the balance is 500.9"),
        (made.COMMODITIES, ">10000T<", ">-<", DataError, "a quantity without a unit"),
        (made.COMMODITIES, "1,793,238", "57,932,380", DataError, "10 times as dear"),
        (made.COMMODITIES, "Integrated circuits", "Tungsten ores", SourceChanged, "each label once"),
        (made.DIVISIONS, "84 Machinery", "85 Machinery", SourceChanged, "division 85 once"),
        (made.DIVISIONS, ">66,000,000<", ">6,600,000<", DataError, "parts make"),
        (made.MONTHS, "2026.07", "2026.08", SourceChanged, "expected 2026.07"),
        (made.MONTHS, "Monthly,7.2026", "Monthly,6.2026", SourceChanged, "a last line of 2026-06, as the title names"),
        (made.MONTHS, ">365,900<", ">365,910<", DataError, "the total is 575000, but exports and imports make"),
        (made.MONTHS, "Year-on-Year", "Month-on-Month", DataError, "on neither the month nor the year before"),
        (made.MONTHS, "Year-on-Year (±%)", "Atlantis", SourceChanged, "a month such as 2026.07"),
        (made.MONTHS, "Balance", "Difference", SourceChanged, "a heading that is known"),
        (made.MONTHS, "US$1 Million", "US$100 Million", DataError, "not the size of all of China's trade"),
        (made.YEARS, ">5.4<", ">6.4<", DataError, "a growth of 6.4 %"),
        (made.YEARS, ">2024<", ">2023<", SourceChanged, "expected 2024"),
        (made.BULLETIN, "&nbsp;", "", None, ""),
        (made.BULLETIN, "Oceania:", "Ozeania:", SourceChanged, "the lines of six regions"),
        (made.BULLETIN, "Imports and Exports by Country", "Imports and Exports by Regime", DataError, "is not read"),
    ],
)  # fmt: skip
def test_a_changed_page_is_refused(
    body: bytes, old: str, new: str, error: type[TradewatchError] | None, said: str
) -> None:
    text = body.decode()
    assert old in text
    changed = text.replace(old, new).encode()
    if error is None:
        assert parsed(changed).rows["value"].to_list() == parsed(body).rows["value"].to_list()
        return
    with pytest.raises(error, match=said) as refused:
        parsed(changed)
    assert "\n" not in str(refused.value)


def test_a_row_that_lost_a_cell_and_was_padded_at_its_end_is_refused() -> None:
    """A page of April 2025 did so in every row: each value stood one column to the left."""
    text = re.sub(
        r"<td>[^\n]*10000T[^\n]*</td>\n(.*?)</tr>", r"\1<td></td></tr>", made.COMMODITIES.decode(), flags=re.S
    )
    assert text != made.COMMODITIES.decode()
    with pytest.raises(TradewatchError, match=r"the unit of|an empty cell"):
        parsed(text.encode())


def test_a_table_that_is_an_image_is_not_readable() -> None:
    text = re.sub(r"<table>.*</table>", r"<img src='\\\\Excel\\\\4.png'/>", made.MARCH.decode(), flags=re.DOTALL)
    with pytest.raises(DataError, match="not readable: the table is an image"):
        parsed(text.encode())


def test_a_page_without_a_table_or_with_two_is_refused() -> None:
    with pytest.raises(DataError, match="without a table"):
        parsed(re.sub(r"<table>.*</table>", "", made.MARCH.decode(), flags=re.DOTALL).encode())
    with pytest.raises(SourceChanged, match="a second table"):
        parsed(made.MARCH.replace(b"</table>", b"</table><table></table>"))


@pytest.mark.parametrize("body", [b"<html><script>$_ts=window['$_ts'];</script></html>", b"<!DOCTYPE html><p>412"])
def test_a_shell_of_scripts_is_no_page_of_figures(body: bytes) -> None:
    with pytest.raises(DataError, match="a web page, where a file of figures was expected"):
        parsed(body)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("\xa0\xa0of which: Germany", "Germany"),
        ("其中：越南", "越南"),
        ("Agriculture products*", "Agriculture products"),
        ("亚　洲:", "亚洲"),
        ("Hong Kong，China", "Hong Kong, China"),
        ("总值①", "总值"),
    ],
)
def test_labels_lose_what_is_not_their_name(printed: str, name: str) -> None:
    assert label(printed) == name


JANUARY = made.sheet(
    "（2）2025年1月进出口商品国别（地区）总值表",
    "单位：万元人民币",
    "国别",
    ("1月", "1至1月"),
    [
        ["总值", *["400,000,000"] * 2, *["220,000,000"] * 2, *["180,000,000"] * 2, None, None, None],
        ["亚　洲", "1,000.5", "1,000.5", "1,000.5", "1,000.5", None, None, "-", None, None],
        ["欧洲", *["399,998,999.5"] * 2, *["219,998,999.5"] * 2, *["180,000,000"] * 2, None, None, None],
        *([region, *[None] * 9] for region in ("非洲", "拉丁美洲", "北美洲", "大洋洲")),
    ],
)


@pytest.mark.parametrize("write", [made.xls, made.xlsx])
def test_a_chinese_spreadsheet_of_the_bulletin(write: Callable[[dict[str, made.Sheet]], bytes]) -> None:
    release = parsed(write({"M102RMB": JANUARY}))
    assert (release.layout, release.released_at) == ("gacc_bulletin", None)
    assert both(release, "总值", "M") == both(release, "总值", "YTD") == (22 * 10**5 * MILLION, 18 * 10**5 * MILLION)
    assert release.rows.filter(partner_code="亚洲").select("flow", "value", "place").rows() == [
        ("export", 10_005_000, "M102RMB, E6"), ("export", 10_005_000, "M102RMB, F6"),
    ]  # fmt: skip
    with pytest.raises(DataError, match=r"M102USD, K2: the unit is .*, but the title says USD"):
        parsed(write({"M102USD": JANUARY}))
    with pytest.raises(DataError, match="the same figure as M102RMB, E5"):
        parsed(write({"M102RMB": JANUARY, "M103RMB": JANUARY}))


def test_a_damaged_xls_is_refused() -> None:
    body = made.xls({"M102RMB": [["（2）2025年1月国别"], ["x"]]})
    for cut in (600, 2000, len(body) // 2):
        with pytest.raises(DataError, match="the workbook is cut or damaged"):
            parsed(body[:cut])
    with pytest.raises(TradewatchError):
        parsed(body)


# Into the facts


def test_releases_flow_into_the_facts(con: duckdb.DuckDBPyConnection) -> None:
    reference.load(con, shipped("data"))
    for pull_id, release in enumerate((parsed(made.MARCH), parsed(made.BULLETIN)), start=1):
        loading = facts.Loading(release=release, pull_id=pull_id, known_from=datetime(2026, 9, pull_id), sha256="a")
        assert facts.load(con, loading, _never).unknown_areas == []
    kinds = con.execute(
        "select a.kind, count(*) from facts.trade_history as t left join ref.area as a on a.area = t.partner"
        " where t.freq = 'M' and t.currency = 'CNY' and t.flow = 'export' group by 1 order by 1"
    ).fetchall()
    assert kinds == [("aggregate", 6), ("country", 23), ("world", 1)]
    without = "select count(*) from facts.trade_history where freq = 'YTD' and value_usd is null"
    assert con.execute(without).fetchone() == (60,), "a year to date has no rate"


def test_no_view_takes_a_year_to_date_or_a_list_of_labels_for_months_of_codes(con: duckdb.DuckDBPyConnection) -> None:
    reference.load(con, shipped("data"))
    queries.build(con, shipped("queries"), Path("no-such-folder"))
    for pull_id, name in enumerate(("preliminary by country", "bulletin commodities", "bulletin divisions"), start=1):
        release = parsed(made.PAGES[name])
        loading = facts.Loading(release=release, pull_id=pull_id, known_from=datetime(2026, 9, 1), sha256=name)
        assert facts.load(con, loading, _never).counts["new"] == release.rows.height
    codes = con.execute(
        "select commodity, length(commodity), sum(value) from views.goods_exports group by all"
    ).fetchall()
    assert codes, "chapters that a group of goods names are read"
    assert {length for _, length, _ in codes} == {2}, "neither totals nor labels"
    months = dict(
        con.execute(
            "select commodity, sum(value) from facts.trade where freq = 'M' and flow = 'export' group by commodity"
        ).fetchall()
    )
    assert all(value == months[commodity] for commodity, _, value in codes), "a year to date is in none of them"
    assert con.execute("select distinct list from views.listed_share where exports_usd > 0").fetchall() in (
        [], [("goods_group",)],
    )  # fmt: skip
    freqs = con.execute("select freq, count(*) from views.bilateral_totals group by freq order by freq").fetchall()
    assert freqs == [("M", 62), ("YTD", 62)]
    for check in ("no_exchange_rate", "two_currencies", "two_editions"):
        assert con.execute(f"select 1 from checks.{check} where freq = 'YTD'").fetchall() == []


def _never(pull_id: int) -> facts.Loading:
    raise AssertionError(f"pull {pull_id} was asked again")


def in_dollars(release: Release) -> Release:
    """The same release in the other currency, and one partner without trade."""
    rows = release.rows.filter(partner_code="Russian Federation", freq="M").with_columns(currency=pl.lit("USD"))
    return Release(source="gacc", layout="test", rows=rows.filter(flow="import"), rows_read=1, blocks=release.blocks)


def test_a_table_in_dollars_withdraws_no_yuan(con: duckdb.DuckDBPyConnection) -> None:
    reference.load(con, shipped("data"))
    yuan = parsed(made.MARCH)
    for pull_id, release in enumerate((yuan, in_dollars(yuan)), start=1):
        loading = facts.Loading(release=release, pull_id=pull_id, known_from=datetime(2026, 4, pull_id), sha256="a")
        loaded = facts.load(con, loading, _never)
    assert loaded.counts["withdrawn"] == 0
    found = con.execute(
        "select currency, count(*) from facts.trade_history where known_to is null group by 1 order by 1"
    ).fetchall()
    assert found == [("CNY", 120), ("USD", 1)]


def land(con: duckdb.DuckDBPyConnection, home: Path, release: Release, number: int) -> flow.Imported:
    pull = Pull(name=f"page {number}", body=b"%d" % number, fetched_at=datetime(2026, 4, number))
    return flow.land(con, Settings(home=home), pull, release)


def with_values(release: Release, frame: pl.DataFrame) -> Release:
    return replace(release, rows=frame.select(release.rows.columns).cast(pl.Schema(ROWS)), released_at=None)


def test_a_month_whose_exports_and_imports_are_swapped_is_seen_beside_the_year_to_date_before(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Canada's are nearly balanced in March 2026: its page alone cannot tell."""
    reference.load(con, shipped("data"))
    march = parsed(made.MARCH)
    key = ("partner_code", "flow")
    month = march.rows.filter(freq="M").select(*key, month="value")
    february = march.rows.filter(freq="YTD").join(month, on=key, maintain_order="left").with_columns(
        value=pl.col("value") - pl.col("month"), period=pl.lit(date(2026, 2, 1))
    )  # fmt: skip
    land(con, tmp_path, with_values(march, february), 1)
    turned = (pl.col("partner_code") == "Canada") & (pl.col("freq") == "M")
    other = pl.when(pl.col("flow") == "export").then(pl.lit("import")).otherwise(pl.lit("export"))
    swapped = march.rows.with_columns(flow=pl.when(turned).then(other).otherwise("flow"))
    with pytest.raises(DataError, match=r"page 2: export of TOTAL, partner CAN, 2026-03 M: .* each other's place"):
        land(con, tmp_path, with_values(march, swapped), 2)
    assert con.execute("select count(*) from facts.trade_history where freq = 'M'").fetchone() == (0,)
    assert land(con, tmp_path, with_values(march, march.rows), 2).counts["new"] == 120


def test_yuan_and_dollars_of_one_month_are_of_one_rate(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    reference.load(con, shipped("data"))
    march = parsed(made.MARCH)
    land(con, tmp_path, with_values(march, march.rows), 1)
    dollars = march.rows.with_columns(value=pl.col("value") / 7, currency=pl.lit("USD"))
    off = (pl.col("partner_code") == "India") & (pl.col("flow") == "import")
    wrong = dollars.with_columns(value=pl.when(off).then(pl.col("value") * 2).otherwise("value"))
    with pytest.raises(DataError, match=r"page 2: import of TOTAL, partner IND, 2026-03 M: .* not of one rate"):
        land(con, tmp_path, with_values(march, wrong), 2)
    assert land(con, tmp_path, with_values(march, dollars), 2).counts["new"] == 120


# The real files


@pytest.mark.parametrize(
    ("name", "twin"),
    [("mar2026", made.MARCH), ("janfeb2025", made.FEBRUARY)],
)
def test_real_pages(real: Path, name: str, twin: bytes) -> None:
    release = parsed((real / f"gacc/pages/release_section4_by_country_{name}_cny.html").read_bytes())
    assert release.rows.drop("place").equals(parsed(twin).rows.drop("place"))
    assert release.released_at == parsed(twin).released_at


def test_the_real_page_of_2018_is_an_image(real: Path) -> None:
    with pytest.raises(DataError, match="not readable: the table is an image"):
        parsed((real / "gacc/pages/release_section4_by_country_jan2018_cny.html").read_bytes())


def test_the_real_excerpt_of_major_commodities(real: Path) -> None:
    body = (real / "gacc/pages/gacc-export-2026-07-EXCERPT.html").read_bytes()
    with pytest.raises(DataError, match="the page is cut"):
        parsed(body)
    with pytest.raises(DataError, match="2 commodities, where a list has 30 or more"):
        parsed(b"<html><body>" + body + b"</body></html>")
    more = "".join(made.row([(text, 1, 1) for text in line]) for line in (made.MACHINES, *made.OTHERS)).encode()
    rows = parsed(b"<html><body>" + body.replace(b"</tbody>", more + b"</tbody>") + b"</body></html>").rows
    assert rows["value"].to_list()[:4] == [value * 1000 for value in (9_153_853, 62_120_896, 296_930, 1_793_238)]


@pytest.mark.parametrize("write", [made.xls, made.xlsx])
def test_real_figures_of_the_preliminary_release_as_a_spreadsheet(
    real: Path, write: Callable[[dict[str, made.Sheet]], bytes]
) -> None:
    release = parsed(write(made.express(real / "gacc/pages/cn_express_by_country_2026-06_cny.csv")))
    assert (release.layout, release.rows.height) == ("gacc_preliminary", 120)
    assert both(release, "俄罗斯", "M") == (Decimal("78049240138"), Decimal("88273484924"))


@pytest.mark.parametrize("month", ["2024-12", "2025-12"])
def test_real_figures_of_the_bulletin_are_those_of_the_published_totals(real: Path, month: str) -> None:
    release = parsed(made.xls(made.bulletin(real / "gacc/pages/bulletin_table2_cny10k_excerpt.csv", month)))
    with (real.parent / "reference/china_russia_figures.csv").open(encoding="utf-8", newline="") as lines:
        known = {(line["series"], line["period"], line["unit"]): line["value"] for line in csv.DictReader(lines)}
    for freq, period in (("YTD", month[:4]), ("M", month)):
        expected = (known[f"cn_{name}", period, "CNY bn"] for name in ("exports_to_ru", "imports_from_ru"))
        assert both(release, "俄罗斯", freq) == tuple(Decimal(text) * 10**9 for text in expected)


def test_a_real_january_of_the_bulletin_has_its_month_alone(real: Path) -> None:
    release = parsed(made.xls(made.bulletin(real / "gacc/pages/bulletin_table2_cny10k_excerpt.csv", "2024-01")))
    assert set(release.rows["freq"]) == {"M"}
    assert value(release, "中国香港", "import", "M") == 9_072_728_456
