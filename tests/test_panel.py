"""tradewatch's own compact table, and the two samples that are written in it."""

import importlib.util
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import tradewatch.sources.panel as panel
from tradewatch.errors import DataError
from tradewatch.records import ROWS, Pull, Release

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
HEAD = """\
# title: A table
# publisher: Somebody
# licence: ours
# source: eurostat
# areas: iso3
# currency: EUR
# unit: 1000
# freq: M
# complete: no
"""
LISTS = """\
# flows: export
# reporters: DEU FRA
# partners: KGZ
# commodities: 85423190 TOTAL
"""
COMPLETE = HEAD.replace("complete: no\n", "complete: yes\n" + LISTS)
TABLE = "reporter,partner,flow,commodity,place,2021-12,2022-01,2022-03\n"
ROW = "DEU,KGZ,export,85423190,page 4,1.5,,0\n"


def parse(text: str) -> Release:
    return panel.parse(Pull(name="table.csv", body=text.encode(), fetched_at=datetime(2026, 1, 1)))


def sample(name: str) -> Release:
    body = (SAMPLE / name).read_bytes()
    assert panel.recognises(body)
    return panel.parse(Pull(name=name, body=body, fetched_at=datetime(2026, 1, 1)))


def test_each_filled_cell_is_a_row() -> None:
    release = parse(HEAD + TABLE + ROW)
    assert dict(release.rows.schema) == dict(ROWS)
    assert release.rows.select("period", "hs_edition", "value", "valuation", "place").rows() == [
        (date(2021, 12, 1), "HS2017", Decimal("1500.000"), "FOB", "page 4, 2021-12"),
        (date(2022, 3, 1), "HS2022", Decimal("0.000"), "FOB", "page 4, 2022-03"),
    ]
    assert (release.source, release.rows_read, release.rows_rejected) == ("eurostat", 2, 0)
    assert (release.blocks, release.released_at, release.notes) == ((), None, ())


def test_places_are_addresses_where_the_table_was_a_spreadsheet() -> None:
    text = HEAD + "# first_column: Y\n" + TABLE + ROW.replace("page 4", '"b.xlsx, Sheet 12, row 23"')
    assert parse(text).rows["place"].to_list() == ["b.xlsx, Sheet 12, Y23", "b.xlsx, Sheet 12, AA23"]


def test_a_complete_table_answers_for_its_lists() -> None:
    (block,) = parse(COMPLETE + TABLE + ROW).blocks
    assert (block.reporters, block.partners, block.commodities) == (("DEU", "FRA"), ("KGZ",), ("85423190", "TOTAL"))
    assert (block.flow, block.freq) == ("export", "M")
    assert block.periods == (date(2021, 12, 1), date(2022, 1, 1), date(2022, 3, 1))


def test_years_notes_and_what_the_head_may_say() -> None:
    head = HEAD.replace("freq: M", "freq: A") + (
        "# released_at: 2023-01-13T10:00\n# hs_edition: HS2012\n# valuation: OTHER\n# note: by hand\n"
    )
    release = parse(head + "reporter,partner,flow,commodity,place,note,2021\nDEU,KGZ,import,27,p,a guess,7\n")
    assert release.rows.select("freq", "period", "hs_edition", "valuation").row(0) == (
        "A",
        date(2021, 1, 1),
        "HS2012",
        "OTHER",
    )
    assert release.released_at == datetime(2023, 1, 13, 10)
    assert release.notes == ("by hand", "import DEU KGZ 27 2021: a guess")


def test_labels_of_the_source_are_handed_over_as_they_are() -> None:
    text = HEAD.replace("# areas: iso3\n", "") + TABLE + ROW.replace("DEU", "Ireland (Eire)")
    assert parse(text).rows["reporter_code"].unique().to_list() == ["Ireland (Eire)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD.replace("title", "titel") + TABLE + ROW, "line 1: expected '# key: words'"),
        (HEAD + "#\n" + TABLE + ROW, "line 10: expected '# key: words'"),
        (HEAD + "# unit: 1\n" + TABLE + ROW, "line 10: the key unit stands there twice"),
        (HEAD.replace("unit: 1000", "unit: 12") + TABLE + ROW, "line 7: unit must read"),
        (HEAD.replace("EUR", "euro") + TABLE + ROW, "line 6: currency must read"),
        (HEAD.replace("# licence: ours\n", "") + TABLE + ROW, "expected the keys licence"),
        (HEAD.replace("complete: no", "complete: yes") + TABLE + ROW, "expected the keys flows, reporters"),
        (HEAD + LISTS + TABLE + ROW, "are for 'complete: yes' only"),
        (COMPLETE.replace("flows: export", "flows: transit") + TABLE + ROW, "flows: expected some of"),
        (HEAD + "# released_at: 2023-02-30T10:00\n" + TABLE + ROW, "released_at: expected a day and time"),
        (HEAD + TABLE.replace("place", "where") + ROW, "line 10: expected the columns"),
        (HEAD + TABLE.replace("place,", "place,hs,") + ROW, "line 10: expected a column that is a month"),
        (HEAD + TABLE.replace("2022-01", "2022-13") + ROW, "line 10: expected a column that is a month"),
        (HEAD + TABLE.replace("2022-01", "2021") + ROW, "line 10: expected a column that is a month"),
        (HEAD + TABLE.replace("2022-01", "2021-12") + ROW, "each period once and in order"),
        (HEAD + "reporter,partner,flow,commodity,place\n", "one column a period"),
        (HEAD, "line 9: expected the columns"),
        (HEAD + TABLE + ROW[:20] + "\n", "line 11: expected 8 fields, found 4"),
        (HEAD + TABLE + ROW.replace("DEU", "DE"), "line 11: expected a reporter that reads [A-Z]{3}, found 'DE'"),
        (HEAD + TABLE + ROW.replace("export", "exports"), "line 11: expected a flow that reads"),
        (HEAD + TABLE + ROW.replace("85423190", "8542-31"), "line 11: expected a commodity that reads"),
        (HEAD + TABLE + ROW.replace("page 4", ""), "line 11: expected a place that reads"),
        (HEAD + "# first_column: C\n" + TABLE + ROW, "expected a place that reads .+, row"),
        (COMPLETE + TABLE + ROW.replace("DEU", "ITA"), "expected a reporter of the list above the table, found 'ITA'"),
        (COMPLETE + TABLE + ROW.replace("export", "import"), "expected a flow of the list above"),
        (HEAD + TABLE + ROW.replace("1.5", "-1"), "expected a number of at most 15 digits"),
        (HEAD + TABLE + ROW.replace("1.5", "NaN"), "expected a number of at most 15 digits"),
        (HEAD + TABLE + ROW.replace("1.5", ":"), "expected a number of at most 15 digits"),
        (HEAD + TABLE + ROW.replace("1.5", "999999999999999"), "expected a number of at most 15 digits"),
        (HEAD + TABLE + ROW + ROW, "lines 11 and 12: the same flow is stated twice for 2021-12"),
        ((HEAD + TABLE + ROW)[:-1], "the last line has no end"),
    ],
)
def test_what_is_not_declared_is_refused(text: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_panel_saved_by_a_spreadsheet_program_is_read() -> None:
    text = (HEAD + TABLE + ROW).replace("\n", "\r\n")
    release = panel.parse(Pull(name="x", body=text.encode("utf-8-sig"), fetched_at=datetime(2026, 1, 1)))
    assert release.rows_read == 2
    assert panel.recognises(text.encode("utf-8-sig"))


def test_panels_are_known_by_their_first_key() -> None:
    for body in (b"", b"# A title\n", b"reporter,partner\n", b"#title: x\n", b"\xff\xfe#"):
        assert not panel.recognises(body)


def in_millions(rows: pl.DataFrame, partner: str, year: int, codes: str) -> float:
    """Exports of listed codes in January to November, million EUR, rounded to three digits."""
    found = rows.filter(
        pl.col("partner_code") == partner,
        pl.col("period").is_between(date(year, 1, 1), date(year, 11, 1)),
        pl.col("commodity").str.contains(codes),
    )
    return round(float(found["value"].sum()) / 1e6, 3)


LISTED = "^(84|85|8807|90)"  # all but 88033000 and TOTAL
TIER_1 = "^8542(31|32|33|39)"


@pytest.mark.parametrize(
    ("partner", "codes", "before", "after"),
    [
        ("KGZ", LISTED, 2.911, 13.747),
        ("KAZ", LISTED, 105.770, 231.119),
        ("ARM", LISTED, 8.461, 25.496),
        ("GEO", LISTED, 16.155, 27.647),
        ("UZB", LISTED, 21.079, 31.857),
        ("BLR", LISTED, 74.417, 19.925),
        ("RUS", LISTED, 1911.162, 408.278),
        ("KGZ", TIER_1, 0.049, 1.669),
    ],
)
def test_the_sample_of_eurostat_shows_the_shift(partner: str, codes: str, before: float, after: float) -> None:
    rows = sample("eurostat_listed_exports.csv").rows
    assert (in_millions(rows, partner, 2021, codes), in_millions(rows, partner, 2022, codes)) == (before, after)


def test_the_sample_of_eurostat_says_what_it_answers_for() -> None:
    release = sample("eurostat_listed_exports.csv")
    (block,) = release.blocks
    assert (len(block.reporters), len(block.partners), len(block.commodities)) == (27, 7, 40)
    assert (block.periods[0], block.periods[-1], len(block.periods)) == (date(2020, 1, 1), date(2022, 11, 1), 35)
    assert release.released_at == datetime(2023, 1, 13, 10)
    assert release.rows.filter(pl.col("commodity") != "TOTAL").height == 23_654
    assert (SAMPLE / "eurostat_listed_exports.csv").stat().st_size < 1_000_000


@pytest.mark.slow
def test_the_sample_is_what_its_command_makes_of_the_workbooks(
    real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # data/ is shipped as it lies there
    spec = importlib.util.spec_from_file_location("make_sample", SAMPLE / "make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    make_sample = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_sample)
    monkeypatch.setattr(make_sample, "TARGET", tmp_path / "made.csv")
    make_sample.main(real / "eurostat" / "databrowser")
    assert (tmp_path / "made.csv").read_bytes() == (SAMPLE / "eurostat_listed_exports.csv").read_bytes()


def test_the_sample_of_china_and_russia() -> None:
    release = sample("china_russia_totals.csv")
    assert (release.source, release.blocks, release.rows_read) == ("gacc_quoted", (), 22)
    assert set(release.rows.select("reporter_code", "partner_code", "commodity", "currency", "freq").rows()) == {
        ("CHN", "RUS", "TOTAL", "USD", "A")
    }
    totals = {day.year: float(value) for day, value in release.rows.group_by("period").agg(pl.sum("value")).iter_rows()}
    assert sorted(totals) == list(range(2015, 2026))
    assert round(100 * (totals[2024] / totals[2021] - 1)) == 67
    assert round(100 * (totals[2025] / totals[2021] - 1)) == 55
    assert release.rows["place"].str.starts_with("http").all()


def test_derived_figures_say_so() -> None:
    notes = sample("china_russia_totals.csv").notes
    derived = {(note.split()[0], note.split(":")[0][-4:]) for note in notes if ": DERIVED: " in note}
    assert derived == {(flow, year) for flow in ("export", "import") for year in ("2015", "2021", "2023", "2025")}
