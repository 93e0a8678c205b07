"""China's query platform by hand: which queries are printed, and what becomes of the files that come of them."""

import csv
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from command import tradewatch
from typer.testing import CliRunner

from tradewatch import flow, sources, warehouse
from tradewatch.cli import app
from tradewatch.errors import DataError
from tradewatch.files import shipped
from tradewatch.flow import gacc
from tradewatch.raw import gacc_queries
from tradewatch.raw.gacc_queries import Printed
from tradewatch.records import Pull, Question, Told
from tradewatch.settings import Settings
from tradewatch.sources import gacc_form

NOW = datetime(2026, 11, 26, 12)
LATER = datetime(2026, 11, 27, 12)
CHIPS = ("85423111", "85423119", "85423190", "85423210", "85423290", "85423310", "85423390")
Con = duckdb.DuckDBPyConnection
HEADS = {
    "month": "Date of data",
    "commodity": "Commodity code|Commodity",
    "partner": "Trading partner code|Trading partner",
}
REST = "Quantity|Unit|Supplementary Quantity|Supplementary Unit"
Row = tuple[str, str, str, int]
"""Month, code, partner, value."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with its reference lists and views, to be copied."""
    home = Settings(home=tmp_path_factory.mktemp("built"))
    with warehouse.connect(home.warehouse) as con:
        flow.build(con, home)
    return home.warehouse


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def con(built: Path, home: Settings) -> Iterator[Con]:
    home.home.mkdir()
    shutil.copy(built, home.warehouse)
    with warehouse.connect(home.warehouse) as written:
        yield written


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder


def table(*lines: str) -> bytes:
    return "".join("".join(f'"{field}",' for field in line.split("|")) + "\n" for line in lines).encode("gb18030")


def export(*rows: Row, order: str = "export", currency: str = "US dollar", code: str = "") -> bytes:
    """A file as the platform writes it, its columns in the order in which the query of this flow chooses them."""
    chosen = ("commodity", "partner") if order == "export" else ("partner", "commodity")
    head = "|".join([HEADS["month"], *(HEADS[name] for name in chosen), REST, currency])
    lines = [head]
    for month, commodity, partner, value in rows:
        fields = {"commodity": f"{commodity}|chips", "partner": f"{partner}|area {partner}"}
        lines.append("|".join([month, *(fields[name] for name in chosen), f"10|{code or 'Number of item'}|2|Kilogram",
                               f"{value:,}"]))  # fmt: skip
    return table(*lines)


def asked(
    con: Con, flows: tuple[str, ...] = ("export", "import"), now: datetime = NOW, **wanted: object
) -> list[Printed]:
    told = {"year": 2025, "partners": ("RUS", "KAZ"), "codes": CHIPS, "watch": "russia"} | wanted
    return gacc.ask(con, gacc.Wanted(flows=flows, **told), now)[0]  # type: ignore[arg-type]


def collected(
    con: Con,
    home: Settings,
    *paths: Path,
    told: str | None = None,
    answer: str | None = None,
    now: datetime = LATER,
    rows: int | None = None,
) -> dict[str, gacc.Collected]:
    files = gacc.files_of(paths)
    return {
        one.name: one for one in gacc.collect(con, home, files, told, lambda _: answer, now, currency="USD", rows=rows)
    }


def test_a_file_of_many_lines_answers_to_its_last_line_or_to_its_end_once_counted(con: Con) -> None:
    """A download that broke off at the end of a line looks whole."""
    asked(con, ("export",), codes=CHIPS[:2])
    lines = [(f"2025{month:02}", CHIPS[0], partner, 5) for month in range(1, 7) for partner in ("145", "344")]
    pull = Pull(name="f", body=export(*lines), fetched_at=LATER, told=Told(flow="export", currency="USD"))
    (one,) = gacc_queries.printed(con)
    blocks = sources.parse(replace(pull, asked=(one.question,))).blocks
    assert [(len(block.known or ()), block.commodities, len(block.partners)) for block in blocks] == [
        (5, CHIPS[:2], 2), (1, CHIPS[:1], 2),
    ]  # fmt: skip
    told = replace(pull.told, rows=12)
    (whole,) = sources.parse(replace(pull, told=told, asked=(one.question,))).blocks
    assert len(whole.known or ()) == 12


def facts(con: Con) -> list[tuple[object, ...]]:
    return con.execute(
        "select flow, partner, commodity, period, value, currency from facts.trade order by all"
    ).fetchall()


# Queries


def test_a_query_fills_in_the_form(con: Con) -> None:
    export_, import_ = asked(con, codes=CHIPS[:2], months=(1, 3))
    address = urlsplit(export_.address)
    assert (address.netloc, address.path) == ("stats.customs.gov.cn", "/queryDataForEN/queryDataByWhereEn")
    assert parse_qs(address.query) == {
        "iEType": ["0"], "currencyType": ["usd"], "year": ["2025"], "startMonth": ["1"], "endMonth": ["3"],
        "monthFlag": ["1"], "codeLength": ["8"], "outerField1": ["CODE_TS"], "outerValue1": ["85423111,85423119"],
        "outerField2": ["ORIGIN_COUNTRY"], "outerValue2": ["145,344"],
    }  # fmt: skip
    other = parse_qs(urlsplit(import_.address).query)
    assert (other["iEType"], other["outerField1"], other["outerField2"]) == (["1"], ["ORIGIN_COUNTRY"], ["CODE_TS"])


def test_exports_and_imports_are_cut_at_other_codes(con: Con) -> None:
    cut = [(one.question.flows[0], one.question.commodities) for one in asked(con)]
    assert cut == [("export", CHIPS[:5]), ("export", CHIPS[5:]), ("import", CHIPS[:2]), ("import", CHIPS[2:])]


def test_the_watch_asks_its_goods_of_every_partner_where_that_takes_fewer_puzzles(con: Con) -> None:
    queries = asked(con, codes=(), partners=())
    exports = [one.question for one in queries if one.question.flows == ("export",)]
    codes = [code for one in exports for code in one.commodities]
    listed = con.execute("select hs6 from views.watched_goods where watch = 'russia' and listed").fetchall()
    assert {code[:6] for code in codes} == {hs6 for (hs6,) in listed}
    assert len(codes) == len(set(codes)) == 152
    assert len(exports) == 51
    assert all(one.every_partner and len(one.partners) == 243 for one in exports)
    for one in (query.question for query in queries):
        assert len(one.commodities) <= gacc_form.MOST_VALUES
        assert len(one.commodities) * len(one.partners) * len(one.periods) < 10_000


def test_in_the_book_of_an_older_edition_relatives_stand_for_what_was_split(
    con: Con, home: Settings, tmp_path: Path
) -> None:
    book = tmp_path / "book.csv"
    head = '"CODES","DESCRIPTION","YEAR","UNIT_1_CODES","UNIT_1_DESCRIPTION","UNIT_2_CODES","UNIT_2_DESCRIPTION",'
    codes = ("85414020", "85423100", "01012100")
    lines = (f'{code},"x",2021,01,"Number of item",09,"Kilogram",' for code in codes)
    book.write_bytes("\n".join([head, *lines, ""]).encode("gb18030"))
    gacc.take_code_book(con, home, book)
    (query,) = asked(con, ("export",), year=2021, codes=())
    assert query.question.commodities == ("85414020", "85423100")
    (_, said) = gacc.ask(con, gacc.Wanted(watch="russia", year=2025), NOW)
    assert said.startswith("152 eight-digit codes, of the code book of 2022; there is none of 2025, `tradewatch gacc")


def test_five_partners_fit_and_six_make_two_boxes(con: Con) -> None:
    areas = ("RUS", "KAZ", "KGZ", "ARM", "GEO", "UZB")
    assert [len(one.question.partners) for one in asked(con, ("export",), partners=areas[:5])] == [5, 5]
    assert [len(one.question.partners) for one in asked(con, ("export",), partners=areas, codes=CHIPS[:1])] == [243]


def test_a_query_printed_twice_keeps_its_number_until_it_is_answered(con: Con, home: Settings, downloads: Path) -> None:
    first = asked(con, ("export",), codes=CHIPS[:2])
    again = asked(con, ("export",), LATER, codes=CHIPS[:2])
    assert [one.number for one in (*first, *again)] == [1, 1]
    assert again[0].printed_at == NOW
    (downloads / "downloadData.csv").write_bytes(export(("202501", CHIPS[0], "344", 5)))
    assert collected(con, home, downloads)["downloadData.csv"].query == 1
    assert [one.number for one in asked(con, ("export",), LATER, codes=CHIPS[:2])] == [2]


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2026, 11, 26), date(2026, 10, 1)),
        (datetime(2026, 11, 19), date(2026, 9, 1)),
        (datetime(2026, 2, 25), date(2025, 12, 1)),  # January comes with February
        (datetime(2026, 3, 19), date(2025, 12, 1)),
        (datetime(2026, 3, 20), date(2026, 2, 1)),
        (datetime(2026, 1, 5), date(2025, 11, 1)),
    ],
)
def test_the_newest_month_is_that_of_the_calendar(now: datetime, last: date) -> None:
    assert gacc_form.last_released(now) == last


def test_a_year_that_runs_is_asked_as_far_as_it_is_out(con: Con) -> None:
    (one,) = asked(con, ("export",), year=None, codes=CHIPS[:1])
    assert (one.question.periods[0], one.question.periods[-1]) == (date(2026, 1, 1), date(2026, 10, 1))
    assert max(period for _, period in one.question.released) == date(2026, 9, 1)  # October may be late


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"year": 2027}, "2027-01 cannot be asked; the platform has 2012-01 to 2026-10"),
        ({"year": 2026, "months": (11, 12)}, "2026-11 cannot be asked"),
        ({"year": 2021, "codes": ()}, "no code book of 2021 or before; give one with `tradewatch gacc codes"),
        ({"watch": "nowhere", "codes": ()}, "no watch nowhere"),
        ({"partners": ("XYZ",)}, "XYZ: no partner of China's customs"),
    ],
)
def test_what_cannot_be_asked_is_refused(con: Con, wanted: dict[str, object], said: str) -> None:
    with pytest.raises(DataError, match=said):
        asked(con, **wanted)  # type: ignore[arg-type]
    assert gacc_queries.printed(con) == []


def test_a_question_of_two_years_is_none() -> None:
    question = Question(reporters=("142",), partners=("344",), flows=("export",), freq="M", commodities=CHIPS,
                        periods=(date(2024, 12, 1), date(2025, 1, 1)))  # fmt: skip
    with pytest.raises(DataError, match="one calendar year"):
        gacc_form.queries(question, ["344"], NOW)


# Files


def test_files_are_matched_by_codes_and_the_order_of_their_columns(con: Con, home: Settings, downloads: Path) -> None:
    asked(con)
    (downloads / "downloadData.csv").write_bytes(export(("202501", CHIPS[0], "344", 5), ("202501", CHIPS[4], "344", 6)))
    (downloads / "downloadData (1).csv").write_bytes(export(("202502", CHIPS[3], "145", 7), order="import"))
    (downloads / "other.csv").write_bytes(b"not looked at")
    done = collected(con, home, downloads)
    assert {name: (one.state, one.query) for name, one in done.items()} == {
        "downloadData.csv": ("loaded", 1), "downloadData (1).csv": ("loaded", 4),
    }  # fmt: skip
    assert facts(con) == [
        ("export", "RUS", CHIPS[0], date(2025, 1, 1), 5, "USD"),
        ("export", "RUS", CHIPS[4], date(2025, 1, 1), 6, "USD"),
        ("import", "KAZ", CHIPS[3], date(2025, 2, 1), 7, "USD"),
    ]
    assert [one.number for one in gacc.unanswered(con)] == [2, 3]
    assert {one.state for one in collected(con, home, downloads).values()} == {"known"}
    assert sorted(path.name for path in downloads.iterdir()) == [
        "downloadData (1).csv", "downloadData.csv", "other.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        export(("202401", CHIPS[0], "344", 5)),
        export(("202501", "85340010", "344", 5)),
        export(("202501", CHIPS[0], "502", 5)),
        export(("202501", CHIPS[0], "344", 5), currency="Renminbi Yuan"),
        export(),
        table("Date of data|Commodity code|Commodity|US dollar", f"202501|{CHIPS[0]}|chips|5"),
        table(
            "Date of data|Commodity code|Commodity|Trading partner code|Trading partner|Customs Regime code"
            "|Customs Regime|US dollar",
            f"202501|{CHIPS[0]}|chips|344|Russia|10|Ordinary Trade|5",
        ),
        b"a,b\n1,2\n",
    ],
    ids=["year", "code", "partner", "currency", "no rows", "no partner column", "broken down by regime", "other file"],
)
def test_a_file_that_fits_no_query_is_named_and_left_alone(
    con: Con, home: Settings, downloads: Path, body: bytes
) -> None:
    asked(con)
    path = downloads / "downloadData.csv"
    path.write_bytes(body)
    for told in (None, "export"):
        (one,) = collected(con, home, downloads, told=told).values()
        assert (one.state, one.imported) == ("left", None)
        assert one.sentence.startswith("downloadData.csv: ")
    assert path.read_bytes() == body
    assert facts(con) == []


def test_columns_and_codes_that_disagree_are_never_guessed(con: Con, home: Settings, downloads: Path) -> None:
    asked(con)
    # Codes of one query for imports, columns as an export has them: the platform may not keep the order.
    (downloads / "downloadData.csv").write_bytes(
        export(("202501", CHIPS[4], "344", 5), ("202501", CHIPS[5], "344", 6), order="export")
    )
    (one,) = collected(con, home, downloads).values()
    assert one.state == "refused"
    assert "in the order of an export, but it fits only query 4 (import); say what it is with --flow" in one.sentence
    (one,) = collected(con, home, downloads, answer="import").values()
    assert (one.state, one.query) == ("loaded", 4)
    assert {row[0] for row in facts(con)} == {"import"}


def test_what_was_told_goes_before_the_order_of_the_columns(con: Con, home: Settings, downloads: Path) -> None:
    asked(con, codes=CHIPS[:2])
    (downloads / "downloadData.csv").write_bytes(export(("202501", CHIPS[0], "344", 5), order="export"))
    assert collected(con, home, downloads, told="import")["downloadData.csv"].query == 2
    assert facts(con)[0][0] == "import"
    (again,) = collected(con, home, downloads / "downloadData.csv", told="export").values()
    assert again.state == "refused"
    assert "loaded before as import (pull 1), now they are said to be export" in again.sentence
    assert collected(con, home, downloads, told="export")["downloadData.csv"].state == "known"


def test_two_files_for_one_query_are_not_taken_for_it(con: Con, home: Settings, downloads: Path) -> None:
    asked(con, codes=CHIPS[:2])
    for number, value in enumerate((5, 6)):
        path = downloads / f"downloadData ({number}).csv"
        path.write_bytes(export(("202501", CHIPS[0], "344", value)))
        os.utime(path, (number, number))
    done = collected(con, home, downloads)
    assert {one.state for one in done.values()} == {"refused"}
    assert "and so does downloadData (1).csv with other figures" in done["downloadData (0).csv"].sentence
    assert {one.state for one in collected(con, home, downloads, told="export").values()} == {"loaded"}
    assert facts(con)[0][4] == 6, "the newer file is the newer word"


def test_a_file_counts_for_the_narrowest_of_the_queries_that_it_fits(con: Con, home: Settings, downloads: Path) -> None:
    asked(con, ("export",), codes=CHIPS[:2])
    asked(con, ("export",), codes=CHIPS[:2], months=(1, 3))
    path = downloads / "downloadData.csv"
    path.write_bytes(export(("202502", CHIPS[0], "344", 5)))
    assert collected(con, home, downloads)["downloadData.csv"].query == 2
    asked(con, ("export",), codes=CHIPS[1:3])
    path.write_bytes(export(("202506", CHIPS[1], "344", 5)))
    done = collected(con, home, downloads)["downloadData.csv"]
    assert (done.state, done.query) == ("loaded", None), "either query may have been asked: neither is answered"
    states = con.execute("select state from facts.coverage where period = '2025-06-01'").fetchall()
    assert states == [("partial",)]


def test_ten_thousand_rows_are_refused(con: Con, home: Settings, downloads: Path) -> None:
    asked(con)
    lines = [("202501", CHIPS[0], str(number), 1) for number in range(10_000)]
    (downloads / "downloadData.csv").write_bytes(export(*lines))
    (one,) = collected(con, home, downloads).values()
    assert one.state == "refused"
    assert "exactly 10,000 rows" in one.sentence


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder"):
        gacc.files_of([tmp_path / "nowhere"])
    assert gacc.files_of([tmp_path]) == []


# What an answer answers for


def coverage(con: Con) -> list[tuple[str, str]]:
    rows = con.execute("select period, state from facts.coverage where source = 'gacc' order by period").fetchall()
    return [(f"{period:%Y-%m}", state) for period, state in rows]


def test_silence_is_a_zero_where_it_was_asked_and_surely_out(con: Con, home: Settings, downloads: Path) -> None:
    asked(con, ("export",), year=2026, codes=CHIPS[:2], months=(7, 10))
    (downloads / "downloadData.csv").write_bytes(export(("202608", CHIPS[0], "344", 5)))
    collected(con, home, downloads, rows=1)
    # September was surely out when the query was printed; October may have been late, and proves nothing.
    assert coverage(con) == [("2026-07", "zero"), ("2026-08", "value"), ("2026-09", "zero")]


def test_a_complete_answer_withdraws_what_it_no_longer_has_and_no_other_currency(
    con: Con, home: Settings, downloads: Path
) -> None:
    asked(con, ("export",), codes=CHIPS[:2])
    asked(con, ("export",), codes=CHIPS[:2], currency="CNY")
    path = downloads / "downloadData.csv"
    for body in (
        export(("202501", CHIPS[0], "344", 5), ("202501", CHIPS[0], "145", 6)),
        export(("202501", CHIPS[0], "344", 35), currency="Renminbi Yuan"),
        export(("202501", CHIPS[0], "344", 4)),
    ):
        path.write_bytes(body)
        rows = body.count(b"\n") - 1
        assert collected(con, home, downloads, rows=rows)["downloadData.csv"].state == "loaded"
    months = date(2025, 1, 1)
    assert facts(con) == [("export", "RUS", CHIPS[0], months, 4, "USD"), ("export", "RUS", CHIPS[0], months, 35, "CNY")]


def test_replay_reads_the_question_from_the_ledger(con: Con, home: Settings, downloads: Path) -> None:
    asked(con, ("export",), codes=CHIPS[:2])
    (downloads / "downloadData.csv").write_bytes(export(("202503", CHIPS[0], "344", 5), ("202503", CHIPS[0], "145", 6)))
    collected(con, home, downloads, rows=2)
    before = (facts(con), con.execute("from facts.coverage_history order by all").fetchall())
    assert len(coverage(con)) == 12
    flow.replay(con, home, lambda _: None)
    assert (facts(con), con.execute("from facts.coverage_history order by all").fetchall()) == before


def test_a_partner_nobody_knows_is_kept_and_named(con: Con, home: Settings, downloads: Path) -> None:
    (query,) = asked(con, ("export",), partners=(), codes=CHIPS[:2])
    assert query.question.every_partner
    (downloads / "downloadData.csv").write_bytes(export(("202501", CHIPS[0], "398", 5)))
    (one,) = collected(con, home, downloads).values()
    assert one.imported
    assert any("not in ref.source_area, kept as X-UNKNOWN: gacc:398" in note for note in one.imported.notes)
    assert facts(con)[0][1] == "X-UNKNOWN:gacc:398"


def test_a_code_beside_the_code_book_is_kept_and_named(con: Con, home: Settings, downloads: Path) -> None:
    asked(con, ("export",), codes=("85423111", "85423188", "01019999"))
    (downloads / "downloadData.csv").write_bytes(
        export(("202501", "85423111", "344", 5), ("202501", "85423188", "344", 6), ("202501", "01019999", "344", 7))
    )
    (one,) = collected(con, home, downloads).values()
    assert one.imported
    assert "1 codes not in the code book of 2022, kept: 85423188." in one.imported.notes
    assert len(facts(con)) == 3


def test_eight_digits_are_added_up_to_the_six_of_a_list(con: Con, home: Settings, downloads: Path) -> None:
    asked(con, ("export",))
    (downloads / "downloadData.csv").write_bytes(export(*(("202501", code, "344", 5) for code in CHIPS[:5])))
    collected(con, home, downloads)
    rows = con.execute(
        "select hs6, value_usd from views.listed_exports where list = 'chpl' and version = '2024-02-23'"
        " and supplier = 'CHN' and buyer = 'RUS' order by hs6"
    ).fetchall()
    assert rows == [("854231", 15), ("854232", 10)]


def test_the_codes_of_partners_stay_in_their_own_namespace() -> None:
    def rows(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader((shipped("data") / name).read_text(encoding="utf-8").splitlines()))

    areas = {row["m49"]: row["area"] for row in rows("area.csv")}
    ours = [row for row in rows("source_area.csv") if row["source"] == "gacc"]
    taken = {row["code"]: (row["area"], areas[row["code"]]) for row in ours if row["code"] in areas}
    others = {code: pair for code, pair in taken.items() if pair[0] != pair[1]}
    assert others["344"] == ("RUS", "HKG")
    assert others["116"] == ("JPN", "KHM")
    assert len(others) == 67


# The command


@pytest.mark.slow
def test_the_road_by_hand(tmp_path: Path, downloads: Path) -> None:
    words = ("gacc", "query", "--year", "2025", "--partner", "rus", "--flow", "export", "--code", CHIPS[0])
    shown = tradewatch(*words, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("1. export, 2025-01 to 2025-12, USD, codes 85423111, partners 344: http://stats.")
    assert shown.stdout.count("\n") == 1
    assert "solve the puzzle" in shown.stderr
    told = json.loads(tradewatch(*words, "--format", "json", cwd=tmp_path).stdout)
    assert [(one["number"], one["flow"], one["commodities"], one["partners"]) for one in told] == [
        (1, "export", [CHIPS[0]], ["344"])
    ]

    (downloads / "downloadData.csv").write_bytes(export(("202501", CHIPS[6], "344", 5)))
    alone = tradewatch("gacc", "collect", downloads, cwd=tmp_path)
    assert alone.returncode == 1
    assert "answers no printed query" in alone.stderr
    assert "Printed and not answered yet: 1\n1. export, 2025-01" in alone.stderr
    (downloads / "downloadData (1).csv").write_bytes(export(("202501", CHIPS[0], "344", 5)))
    both = tradewatch("gacc", "collect", downloads, cwd=tmp_path)
    assert both.returncode == 3
    assert "not answered yet" not in both.stderr
    named = tradewatch(
        "gacc", "collect", downloads / "downloadData.csv", "--flow", "export", "--currency", "usd", cwd=tmp_path
    )
    assert (named.returncode, named.stderr) == (0, "")
    sums = tradewatch("sql", "select count(*) as n from facts.trade", "--format", "csv", cwd=tmp_path)
    assert sums.stdout == "n\n2\n"


@pytest.mark.parametrize(
    "words",
    [
        ("query", "--flow", "re_export"),
        ("query", "--currency", "eur"),
        ("query", "--months", "6-3"),
        ("query", "--months", "13"),
        ("query", "--format", "xml"),
        ("collect", ".", "--flow", "both"),
        ("collect", ".", "--currency", "eur"),
        ("collect", ".", "--rows", "3"),
    ],
)
def test_options_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["gacc", *words]).exit_code == 2


@pytest.mark.parametrize("command", ["query", "collect", "codes"])
def test_help_has_an_example(command: str) -> None:
    assert f"Example: tradewatch gacc {command}" in CliRunner().invoke(app, ["gacc", command, "--help"]).stdout


# Real files


def test_order_of_columns_is_chosen_and_no_property_of_the_flow(real: Path) -> None:
    order = {}
    for path in sorted((real / "gacc" / "query_export").glob("*.csv")):
        head = path.read_bytes().split(b"\n")[0].decode("gb18030").split('","')
        order[path.name] = next(name for name in head if name in ("商品编码", "贸易伙伴编码", "Commodity code"))
    assert order == {
        "2023.csv": "贸易伙伴编码",
        "2024in.csv": "贸易伙伴编码",
        "2024out.csv": "贸易伙伴编码",
        "downloadData (63).csv": "Commodity code",
    }


def test_all_real_exports_can_be_collected(real: Path, con: Con, home: Settings, downloads: Path) -> None:
    soy = ("12011000", "12019011", "12019019", "12019020")
    for year in (2023, 2024):
        asked(con, year=year, codes=soy, partners=("BRA", "USA", "ARG"), currency="CNY")
    names = {"2023.csv": 1, "2024in.csv": 2, "2024out.csv": 3, "downloadData (63).csv": 63}
    for name, number in names.items():
        shutil.copy(real / "gacc" / "query_export" / name, downloads / f"downloadData ({number}).csv")
    (downloads / "downloadData (3).csv").rename(downloads / "out.csv")
    done = collected(con, home, downloads)
    assert {name: (one.state, one.query) for name, one in done.items()} == {
        "downloadData (1).csv": ("loaded", 2),
        "downloadData (2).csv": ("loaded", 4),
        "downloadData (63).csv": ("left", None),  # broken down, of nobody knows which regimes and provinces
    }
    # An export, saved by somebody who chose the partner first: only its name told.
    out = collected(con, home, downloads / "out.csv", told="export")["out.csv"]
    wood = collected(con, home, downloads / "downloadData (63).csv", told="import")["downloadData (63).csv"]
    assert (out.state, out.query, wood.state, wood.query) == ("loaded", 3, "loaded", None)
    sums = con.execute("select flow, currency, sum(value) from facts.trade group by all order by all").fetchall()
    assert sums == [
        ("export", "CNY", 5_409_809),
        ("import", "CNY", 402_526_956_940 + 359_701_179_444),
        ("import", "USD", 537_401_672 - 5_337_115),  # without its last flow: nobody said how many rows there are
    ]
    assert [one.number for one in gacc.unanswered(con)] == [1]
