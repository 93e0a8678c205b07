"""The code books of China's customs: messy files read exactly, refused when damaged, and put in place by the user."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tradewatch import flow, reference, warehouse
from tradewatch.errors import ConfigError, DataError, SourceChanged, TradewatchError
from tradewatch.files import shipped
from tradewatch.flow import gacc
from tradewatch.raw import gacc_queries
from tradewatch.records import Pull
from tradewatch.settings import Settings
from tradewatch.sources import gacc_code_book
from tradewatch.sources.gacc_code_book import BOOK, Book

HEAD = '"CODES","DESCRIPTION","YEAR","UNIT_1_CODES","UNIT_1_DESCRIPTION","UNIT_2_CODES","UNIT_2_DESCRIPTION",\n'
ZH = '"商品编码","商品名称","年份","第一计量单位编码","第一计量单位名称","第二计量单位编码","第二计量单位名称",\n'
LINES = (
    '01012100,"Live horses, pure-bred",2025,09,"Kilogram",01,"Number of item",\n'
    '37025200,"Colour film",2025,09,"Metre",05,"Square Metre",\n'
    '40117010,"Of a "herring-bone" or similar tread, for tractors",2025,01,"Number of item",09,"Kilogram",\n'
    '40151200,"Gloves, of a kind used for\nmedical purposes",2025,09,"Kilogram",02,"Pair",\n'
    '28441000,"Natural uranium",2025,59,"Gram",?,"?",\n'
)


def parsed(text: str, name: str = "book.csv") -> Book:
    return gacc_code_book.parse(Pull(name=name, body=text.encode("gb18030"), fetched_at=datetime(2026, 11, 26)))


def test_quotes_commas_and_line_breaks_inside_names() -> None:
    book = parsed(HEAD + LINES)
    assert (book.kind, dict(book.rows.schema)) == ("commodities", BOOK)
    assert book.rows.rows() == [
        (2025, "01012100", "09", "Kilogram", "01", "Number of item"),
        (2025, "37025200", "09", "Kilogram", "05", "Square Metre"),  # the code decides, not the name beside it
        (2025, "40117010", "01", "Number of item", "09", "Kilogram"),
        (2025, "40151200", "09", "Kilogram", "02", "Pair"),
        (2025, "28441000", "59", "Gram", None, None),
    ]


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: text.rstrip("\n")])
def test_line_ends_do_not_matter(change: Callable[[str], str]) -> None:
    assert parsed(change(HEAD + LINES)).rows.equals(parsed(HEAD + LINES).rows)


def test_the_chinese_interface_and_a_unit_nobody_knows() -> None:
    rows = parsed(ZH + '84571010,"立式加工中心",2025,01,"台",09,"千克",\n99999999,"其他",2025,88,"箱",?,"?",\n').rows
    assert rows["unit"].to_list() == ["Number of item", "箱"]


@pytest.mark.parametrize(
    ("text", "kind", "rows"),
    [
        (
            '"CODES","DESCRIPTION",\n109,Korea,DPR,\n349,\0,\n133,Korea, Rep.,\n',
            "trading partners",
            [("109", "Korea,DPR"), ("349", ""), ("133", "Korea, Rep.")],
        ),
        ('"贸易方式编码","贸易方式名称",\n10,一般贸易,\n', "customs regimes", [("10", "一般贸易")]),
        ('"收发货人注册地编码","收发货人注册地名称",\n11,北京市,\n', "provinces", [("11", "北京市")]),
    ],
)
def test_books_of_names(text: str, kind: str, rows: list[tuple[str, str]]) -> None:
    book = parsed(text)
    assert (book.kind, book.rows.rows()) == (kind, rows)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("", DataError, "the file is empty"),
        ("<!DOCTYPE html><html></html>", DataError, "a web page"),
        ('"CODES","NAMES",\n1,x,\n', SourceChanged, "line 1: headings"),
        (HEAD, DataError, "no codes"),
        (HEAD + LINES.replace('09,"Kilogram",02', '09,"Kilogram"'), DataError, "line 5: '40151200"),
        (HEAD + LINES.replace('01,"Number of item",09', '01,"Number of item,09'), DataError, "line 4: '40117010"),
        (HEAD + LINES[:-9], DataError, "line 7: '28441000"),
        (HEAD + LINES + LINES, DataError, "the code 01012100 more than once"),
        (HEAD + LINES.replace("2025,59", "2024,59"), DataError, "codes of 2 years"),
        (HEAD + LINES.replace('59,"Gram"', '?,"?"'), DataError, "without a first unit"),
        ('"CODES","DESCRIPTION",\n109,Korea\n', DataError, "line 2: '109,Korea'"),
    ],
)
def test_a_changed_book_is_refused(text: str, error: type[TradewatchError], said: str) -> None:
    with pytest.raises(error, match=said) as refused:
        parsed(text)
    assert str(refused.value).startswith("book.csv")


def test_a_name_never_swallows_the_next_record() -> None:
    # Without its units, the first record would otherwise take those of the second.
    with pytest.raises(DataError, match="line 2: '01012100"):
        parsed(HEAD + '01012100,"Horses\n37025200,"Colour film",2025,09,"Kilogram",05,"Square Metre",\n')
    with pytest.raises(DataError, match="line 2: '01012100"):
        parsed(HEAD + '01012100,"Horses",2025,09\n3702,"Colour film",2025,09,"Kilogram",05,"Square Metre",\n')


# The shipped book


def test_the_shipped_book_has_codes_of_the_lists_alone(con: duckdb.DuckDBPyConnection) -> None:
    reference.load(con, shipped("data"))
    strangers = con.execute(
        "select commodity from ref.gacc_commodity where left(commodity, 6) not in"
        " (select left(commodity, 6) from ref.goods_item union select commodity from ref.hs_family)"
    ).fetchall()
    assert strangers == []
    listed = "select commodity from ref.goods_item where list = 'chpl' and version = '2024-02-23'"
    without = f"select * from ({listed}) where commodity not in (select left(commodity, 6) from ref.gacc_commodity)"
    assert con.execute(without).fetchall() == []
    odd = con.execute("select * from ref.gacc_commodity where not regexp_full_match(commodity, '[0-9]{8}')").fetchall()
    assert odd == []


def read(path: Path) -> Book:
    return gacc_code_book.parse(Pull(name=path.name, body=path.read_bytes(), fetched_at=datetime(2026, 11, 26)))


def test_the_shipped_book_is_that_of_gacc(real: Path) -> None:
    english, chinese = (read(real / "gacc" / "code_books" / f"{language}-hs8-2022.csv") for language in ("en", "zh"))
    assert english.rows.height == 8939
    assert english.rows.equals(chinese.rows)
    data = shipped("data")
    goods = [row["commodity"][:6] for name in ("goods_item.csv", "hs_family.csv") for row in rows_of(data / name)]
    below = english.rows.filter(pl.col("commodity").str.slice(0, 6).is_in(goods)).sort("commodity")
    assert (data / "gacc_commodity.csv").read_text(encoding="utf-8") == below.write_csv()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("en-TradingPartner", "trading partners", 243),
        ("zh-TradingPartner", "trading partners", 243),
        ("en-CustomsRegime", "customs regimes", 20),
        ("zh-CustomsRegime", "customs regimes", 20),
        ("china_customs_provinces", "provinces", 31),
    ],
)
def test_the_real_books_of_names(real: Path, name: str, kind: str, count: int) -> None:
    book = read(real / "gacc" / "code_books" / f"{name}.csv")
    assert (book.kind, book.rows.height) == (kind, count)


# A user's own book


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def put(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "book.csv"
    path.write_bytes(text.encode("gb18030"))
    return path


def test_a_users_book_stands_in_for_its_year_and_stays(tmp_path: Path, home: Settings) -> None:
    with warehouse.connect(home.warehouse) as con:
        flow.prepare(con, home)
        shipped_codes = con.execute("select count(*) from ref.gacc_commodity where year = 2022").fetchone()
        assert gacc_queries.book_for(con, 2026) == 2022
        said = gacc.take_code_book(con, home, put(tmp_path, HEAD + LINES))
        assert said.startswith("5 codes of 2025 are kept in ")
        assert [gacc_queries.book_for(con, year) for year in (2021, 2024, 2025, 2026)] == [None, 2022, 2025, 2025]
        gacc.take_code_book(con, home, put(tmp_path, HEAD + LINES.replace("2025", "2022")))
        flow.prepare(con, home)
        counts = con.execute("select year, count(*) from ref.gacc_commodity group by year order by year").fetchall()
        assert counts == [(2022, 5), (2025, 5)]
        (home.own("gacc_commodity") / "2022.csv").unlink()
        flow.prepare(con, home)
        assert con.execute("select count(*) from ref.gacc_commodity where year = 2022").fetchone() == shipped_codes


def test_a_book_in_the_home_folder_that_was_edited_is_refused(tmp_path: Path, home: Settings) -> None:
    with warehouse.connect(home.warehouse) as con:
        flow.prepare(con, home)
        gacc.take_code_book(con, home, put(tmp_path, HEAD + LINES))
        kept = home.own("gacc_commodity") / "2025.csv"
        kept.write_text(kept.read_text(encoding="utf-8") + "2025,01012100,09,Kilogram,,\n", encoding="utf-8")
        with pytest.raises(ConfigError, match="gacc_commodity: 2025 01012100 stands there more than once"):
            flow.prepare(con, home)


def test_partners_that_tradewatch_does_not_know_are_named(tmp_path: Path, home: Settings) -> None:
    with warehouse.connect(home.warehouse) as con:
        flow.prepare(con, home)
        said = gacc.take_code_book(con, home, put(tmp_path, '"CODES","DESCRIPTION",\n344,Russia,\n398,Jersey,\n'))
        assert said == (
            "2 trading partners, of which tradewatch does not know 1: 398 Jersey; nothing of it needs to be kept."
        )
        said = gacc.take_code_book(con, home, put(tmp_path, '"CODES","DESCRIPTION",\n344,Russia,\n'))
        assert said == "1 trading partners, all known; nothing of it needs to be kept."
    assert not home.own("gacc_commodity").exists()
