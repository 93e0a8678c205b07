"""The index pages of China's customs: what is listed, what is out, and what is refused."""

from datetime import date
from pathlib import Path

import pytest
from gacc_stand_in.site import Site, path_of

from tradewatch.errors import SourceChanged
from tradewatch.sources.gacc_index import PATHS, TABLES, Index, Link, read

BULLETIN = PATHS["bulletin"]
ROW = "（2）Imports and Exports by Country （Region） of Origin/Destination"


def page(cells: str, title: str = ROW, menu: str = '<option value="2026">2026</option>') -> bytes:
    return f"<html><select>{menu}</select><table><tr><td>{title}</td><td>{cells}</td></tr></table></html>".encode()


def links(cells: str, title: str = ROW) -> tuple[Link, ...]:
    return read(page(cells, title), "bulletin", BULLETIN).links


def index(release: str, year: int) -> Index:
    site = Site()
    return read(site.index(release, year).encode(), release, site.address(release, year))


def test_every_table_that_is_read_is_found_and_no_other() -> None:
    for release, tables in TABLES.items():
        found = index(release, 2025)
        assert found.missing == ()
        assert {link.table for link in found.links} == set(tables)
        assert not any(word in link.title for link in found.links for word in ("Mode", "Regime"))


def test_a_month_is_a_link_or_not_out_yet() -> None:
    found = index("bulletin", 2026)
    countries = [link for link in found.links if link.table == "countries"]
    assert [link.month for link in countries] == [date(2026, month, 1) for month in range(1, 13)]
    assert [bool(link.path) for link in countries] == [True] * 2 + [False] * 10
    assert countries[0].path == path_of(ROW, 2026, 1)
    assert countries[0].name == "GACC bulletin, countries, 2026-01"


def test_the_release_states_its_currency_and_has_no_january() -> None:
    found = [link for link in index("preliminary", 2026).links if link.table == "totals"]
    assert {link.currency for link in found} == {"CNY", "USD"}
    assert {link.month.month for link in found if link.path} == {2, 3}
    assert found[0].name == "GACC preliminary, totals in CNY, 2026-01"


def test_the_year_is_that_of_the_address() -> None:
    found = index("preliminary", 2024)
    assert found.year == 2024
    assert found.years == {
        2026: "/statics/report/preliminary.html",
        2025: "/statics/report/preliminary2025.html",
        2024: "/statics/report/preliminary2024.html",
    }
    assert {link.month.year for link in found.links} == {2024}


def test_a_new_year_takes_the_address_without_one() -> None:
    site = Site(newest=2027)
    assert read(site.index("bulletin", 2027).encode(), "bulletin", BULLETIN).year == 2027
    assert read(site.index("bulletin", 2026).encode(), "bulletin", "/statics/report/monthly2026.html").year == 2026


def test_without_a_script_the_menu_says_where_the_years_are() -> None:
    menu = '<option value="2025">2025</option><option value="2026">2026</option><option value="all">all</option>'
    found = read(page("<span>Jan.</span>", menu=menu), "bulletin", BULLETIN)
    assert found.years == {2026: BULLETIN, 2025: "/statics/report/monthly2025.html"}
    assert found.year == 2026


def test_a_script_that_leads_elsewhere_is_not_believed() -> None:
    menu = """<option value="2026">2026</option><script>if (x == "2026") { location.replace("http://x.example/a") }
    if (x == "2025") { location.replace("/statics/other2025.html") }</script>"""
    assert read(page("<span>Jan.</span>", menu=menu), "bulletin", BULLETIN).years == {2026: BULLETIN}


@pytest.mark.parametrize(
    ("cell", "path"),
    [
        ("<a href=http://english.customs.gov.cn/Statics/a.html> Jan.</a>", "/Statics/a.html"),
        ("<a href='https://ENGLISH.customs.gov.cn/Statics/a.html'>Jan.</a>", "/Statics/a.html"),
        ('<a href="/Statics/a.html">January</a>', "/Statics/a.html"),
        ("<a href=../../Statics/a.html>Jan</a>", "/Statics/a.html"),
        ("<a href=http:/Statics/a.html>Jan</a>", "/Statics/a.html"),
        ("<a href=http://english.customs.gov.cn\\Statics\\a.html>Jan.</a>", "/Statics/a.html"),
        ("<a href=http://english.customs.gov.cn\\Excel\\1-人-N.xls>Jan.</a>", "/Excel/1-%E4%BA%BA-N.xls"),
        ("<span><a href=/Statics/a.html>Jan.</a></span>", "/Statics/a.html"),
        ("<a href=/Statics/a.html><span>Jan.</span></a>", "/Statics/a.html"),
        ("<a>Jan.</a>", ""),
        ("<a href=''>Jan.</a>", ""),
        ("<span>Jan.</span>", ""),
    ],
)
def test_links_as_the_site_writes_them(cell: str, path: str) -> None:
    (link,) = links(cell)
    assert (link.path, link.month, link.refusal) == (path, date(2026, 1, 1), "")


@pytest.mark.parametrize(
    "href",
    [
        "http://www.customs.gov.cn/Statics/a.html",
        "http://english.customs.gov.cn.example/a.html",
        "http://english.customs.gov.cn@x.example/a.html",
        "http://english.customs.gov.cn:8080/a.html",
        "//x.example/a.html",
        "\\\\x.example\\a.html",
        "ftp://english.customs.gov.cn/a.html",
        "javascript:alert(1)",
        "http://[x/a.html",
    ],
)
def test_a_link_to_another_place_is_refused(href: str) -> None:
    (link,) = links(f'<a href="{href}">Jan.</a>')
    assert link.path == ""
    assert "not followed" in link.refusal
    assert href.split("/")[0][:8] in link.refusal


def test_several_months_stand_under_the_last() -> None:
    (link,) = links("<a href=/Statics/a.html>Jan.-Feb.</a>")
    assert link.month == date(2026, 2, 1)


@pytest.mark.parametrize("label", ["", "Q1", "Mois", "13"])
def test_a_label_that_is_no_month_is_a_change_of_the_layout(label: str) -> None:
    with pytest.raises(SourceChanged, match=r"monthly\.html.*where a month was expected"):
        links(f"<a href=/Statics/a.html>{label}</a>")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no menu"),
        (b"<html><h1>503</h1></html>", "no menu"),
        (page("<span>Jan.</span>", title="(2) Trade by planet"), "none of the 7 tables expected"),
        (page("<span>Jan.</span>", menu='<option value="x">x</option>'), "no menu"),
        (page("<span>Jan.</span>", menu='<option value="１９９９">x</option>'), "no menu"),
    ],
)
def test_an_index_without_a_year_or_a_known_row_is_a_change_of_the_layout(body: bytes, said: str) -> None:
    with pytest.raises(SourceChanged, match=said):
        read(body, "bulletin", BULLETIN)


def test_a_row_that_only_frames_the_table_is_no_row() -> None:
    inner = page("<a href=/Statics/a.html>Jan.</a>").decode().removeprefix("<html>").removesuffix("</html>")
    framed = f"<html><table><tr><td>{ROW} {inner}</td><td><a href=/x>Feb.</a></td></tr></table></html>"
    (link,) = read(framed.encode(), "bulletin", BULLETIN).links
    assert link.path == "/Statics/a.html"


def test_tables_without_a_row_are_named() -> None:
    found = read(page("<span>Jan.</span>"), "bulletin", BULLETIN)
    assert "countries" not in found.missing
    assert len(found.missing) == len(TABLES["bulletin"]) - 1


@pytest.mark.parametrize(
    ("release", "title", "table"),
    [
        ("preliminary", "China's Total Value of Imports and Exports by Major Country (Region), (in USD)", "countries"),
        ("preliminary", "（6）China's Total Export &amp; Import Values by Country/Region (in CNY)", "countries"),
        ("preliminary", "China's Total Value of Imports and Exports", "totals"),
        ("bulletin", "（14）Major Import Commodities in Quantity and Value (in USD)", "import commodities"),
        ("bulletin", "(16)Imports by Selected Countries (Regions) and by HS Divisions", "import divisions"),
    ],
)
def test_a_table_is_told_by_its_words_not_by_its_number(release: str, title: str, table: str) -> None:
    (link,) = read(page("<span>Jan.</span>", title), release, PATHS[release]).links
    assert link.table == table


def test_the_real_preliminary_index(real: Path) -> None:
    found = read((real / "gacc/pages/seed_2026.html").read_bytes(), "preliminary", PATHS["preliminary"])
    assert (found.year, found.missing, min(found.years)) == (2026, (), 2018)
    out = {(link.table, link.currency, link.month.month): link.path for link in found.links if link.path}
    assert len(out) == 8
    assert out["countries", "CNY", 3] == "/Statics/2e61c8a1-17b2-4074-b909-c039ccf8c8fb.html"
    assert out["totals", "USD", 2] == "/Statics/01692e74-9069-4562-a742-b382d3634cef.html"


def test_the_real_bulletin_index(real: Path) -> None:
    found = read((real / "gacc/pages/gacc-monthly-index-2026-EXCERPT.html").read_bytes(), "bulletin", BULLETIN)
    assert found.years[2025] == "/statics/report/monthly2025.html"
    out = [(link.table, link.month.month) for link in found.links if link.path]
    assert out == [(table, month) for table in ("countries", "export divisions") for month in range(1, 8)]
