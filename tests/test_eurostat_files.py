"""Files that people save from Eurostat: Data Browser workbooks and Easy Comext's Relational Views."""

import runpy
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

import tradewatch.sources.eurostat_relational as eurostat_relational
import tradewatch.sources.eurostat_workbook as eurostat_workbook
from tradewatch.errors import DataError, SourceChanged, TradewatchError
from tradewatch.records import FLOWS, ROWS, Pull, Release
from tradewatch.sources.eurostat import hs_edition, period, without_history
from tradewatch.sources.workbook import column_letters, column_number

HERE = Path(__file__).parent
BOOK = runpy.run_path(str(HERE / "files" / "eurostat_book.py"))
RUSSIA = "Russian Federation (Russia)"
HEADER = "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR\n"
JUNE = "Germany,Kyrgyzstan,Total,EXPORT,Total,Jun. 2022,15701449\n"

Sheets = dict[str, list[list[object]]]
Change = Callable[[Sheets], object]


def pull(body: bytes, name: str = "file") -> Pull:
    return Pull(name=name, body=body, fetched_at=datetime(2026, 1, 1))


def sheets(**changes: object) -> Sheets:
    made: Sheets = BOOK["sheets"](**changes)
    return made


def packed(book: Sheets) -> bytes:
    body: bytes = BOOK["packed"](book)
    return body


def workbook(**changes: object) -> Release:
    release: Release = eurostat_workbook.parse(pull(packed(sheets(**changes)), "book.xlsx"))
    return release


def view(*lines: str) -> Release:
    return eurostat_relational.parse(pull((HEADER + "".join(lines)).encode(), "view.csv"))


def refusal(layout: ModuleType, body: bytes) -> TradewatchError:
    """The error that bytes are refused with, checked to be one clear sentence."""
    with pytest.raises((SourceChanged, DataError)) as caught:
        layout.parse(pull(body))
    words = str(caught.value)
    assert words.startswith("file")
    assert words.endswith(".")
    assert words.isprintable()
    assert len(words) < 600
    return caught.value


def check_contract(release: Release) -> None:
    """What every release must hold: see tradewatch/records.py."""
    assert dict(release.rows.schema) == dict(ROWS)
    assert list(release.rows.columns) == list(ROWS)
    nullable = {"net_kg", "quantity", "quantity_unit"}
    assert not [name for name in ROWS if name not in nullable and release.rows[name].null_count()]
    assert set(release.rows["flow"]) <= FLOWS
    assert release.rows_read == release.rows.height + release.rows_rejected


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("Germany (incl. German Democratic Republic 'DD' from 1991)", "Germany"),
        ("United States (incl. Navassa Island (part of 'UM') from 1995 -> 2000)", "United States"),
        ("Monténégro (depuis 2007)", "Monténégro"),
        ("European Union - 27 countries (AT, BE, BG)", "European Union - 27 countries"),
        ("Euro area (AT-01/1999, BE-01/1999)", "Euro area"),
        ("Belarus (Belorussia)", "Belarus (Belorussia)"),
        ("Extra-EU27 (from 2020)", "Extra-EU27 (from 2020)"),
        (
            "Occupied Palestinian Territory (West Bank (incl. East Jerusalem) and Gaza Strip)",
            "Occupied Palestinian Territory (West Bank (incl. East Jerusalem) and Gaza Strip)",
        ),
        ("(incl. nothing)", "(incl. nothing)"),
        ("a)", "a)"),
        ("", ""),
    ],
)
def test_history_leaves_a_label(label: str, plain: str) -> None:
    assert without_history(label) == plain


@pytest.mark.parametrize(
    ("label", "freq", "day"),
    [
        ("Jun. 2024", "M", date(2024, 6, 1)),
        ("May. 2024", "M", date(2024, 5, 1)),
        ("202406-Jun. 2024", "M", date(2024, 6, 1)),
        ("Févr. 2024", "M", date(2024, 2, 1)),
        ("mars 2024", "M", date(2024, 3, 1)),
        ("août 2024", "M", date(2024, 8, 1)),
        ("Jan.-Dec. 2021", "A", date(2021, 1, 1)),
        ("202152-Jan.-Dec. 2021", "A", date(2021, 1, 1)),
        ("Janv.-Déc. 2021", "A", date(2021, 1, 1)),
    ],
)
def test_periods_of_easy_comext(label: str, freq: str, day: date) -> None:
    assert period(label) == (freq, day)


@pytest.mark.parametrize(
    "label",
    [
        "Jan.-Jun. 2021",
        "202407-Jun. 2024",
        "202406-Jan.-Dec. 2024",
        "June 2024",
        "2024",
        "Jun. 0000",
        "",
        "Jun. ２０２４",
    ],
)
def test_other_periods_are_refused(label: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        period(label)


def test_editions_change_in_january() -> None:
    years = {
        2007: "HS2007",
        2011: "HS2007",
        2012: "HS2012",
        2017: "HS2017",
        2021: "HS2017",
        2022: "HS2022",
        2027: "HS2022",
    }
    assert {year: hs_edition(year) for year in years} == years
    with pytest.raises(ValueError, match="1987"):
        hs_edition(1987)


def test_columns_of_spreadsheets() -> None:
    assert [column_letters(column) for column in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(column_number(column_letters(column)) == column for column in range(2000))


def test_a_workbook_becomes_rows_and_a_block() -> None:
    release = workbook()
    check_contract(release)
    assert release.rows.filter(commodity="85423190").select(
        "reporter_code", "partner_code", "period", "hs_edition", "value", "place"
    ).rows() == [
        ("Austria", "Kyrgyzstan", date(2021, 12, 1), "HS2017", Decimal("24709.000"), "Sheet 1, C12"),
        ("Austria", RUSSIA, date(2021, 12, 1), "HS2017", Decimal("0.000"), "Sheet 1, C13"),
        ("Austria", RUSSIA, date(2022, 1, 1), "HS2022", Decimal("1.000"), "Sheet 1, D13"),
        (
            "Belgium",
            "Russian Federation (Russia)",
            date(2022, 1, 1),
            "HS2022",
            Decimal("123456789012.000"),
            "Sheet 1, D15",
        ),
    ]
    assert release.released_at == datetime(2023, 1, 13, 10)
    (block,) = release.blocks
    assert (block.reporters, block.flow, block.freq) == (("Austria", "Belgium"), "export", "M")
    assert block.partners == ("Kyrgyzstan", "Russian Federation (Russia)")
    assert block.commodities == ("85423190", "TOTAL")
    assert block.periods == (date(2021, 12, 1), date(2022, 1, 1), date(2022, 2, 1))


def test_imports_are_cif_and_a_block_of_their_own() -> None:
    release = workbook(products=(("Total [TOTAL]", "IMPORTATION"), ("Total [TOTAL]", "EXPORT")))
    assert [block.flow for block in release.blocks] == ["export", "import"]
    assert set(release.rows.select("flow", "valuation").rows()) == {("export", "FOB"), ("import", "CIF")}


def test_a_workbook_of_years() -> None:
    release = workbook(periods=("2021", "2022", "2023"), freq="Annual")
    assert set(release.rows["freq"]) == {"A"}
    assert release.blocks[0].periods == (date(2021, 1, 1), date(2022, 1, 1), date(2023, 1, 1))


def test_a_workbook_in_which_nothing_is_available() -> None:
    release = workbook(values=((":", ":", ":"),) * 4)
    check_contract(release)
    assert release.rows.is_empty()
    assert len(release.blocks) == 1


def put(sheet: str, row: int, column: int, cell: object) -> Change:
    def change(book: Sheets) -> None:
        line = book[sheet][row]
        line.extend([""] * (column + 1 - len(line)))
        line[column] = cell

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("Sheet 1", 0, 0, "Daten"), "Sheet 1, A1: expected 'Data extracted on'"),
        (put("Sheet 1", 1, 1, "Prodcom [DS-056120]"), "Sheet 1, B2: expected the dataset DS-045409"),
        (put("Sheet 1", 2, 1, "13.01.2023"), "Sheet 1, B3: expected a time such as 13/01/2023 11:00"),
        (put("Sheet 2", 2, 1, "14/01/2023 11:00"), "Sheet 2: expected the dataset, frequency and last update"),
        (put("Sheet 1", 4, 2, "Other [85423290]"), "Sheet 1, C5: expected 'Electronic integrated circuits"),
        (put("Summary", 8, 2, "Total [TOTAL]"), "Sheet 1, C5: expected 'Total [TOTAL]'"),
        (put("Sheet 1", 5, 2, "IMPORT"), "Sheet 1, C6: expected 'EXPORT'"),
        (put("Sheet 1", 6, 2, "QUANTITY_IN_100KG"), "Sheet 1, C7: expected 'VALUE_IN_EUROS'"),
        (put("Sheet 1", 8, 3, "2022-02"), "Sheet 1, D9: expected '2022-01', as Structure lists the periods"),
        (put("Sheet 1", 8, 5, "2022-03"), "Sheet 1, F10: expected 'Monthly', found an empty cell"),
        (put("Sheet 1", 9, 3, "Annual"), "Sheet 1, D10: expected 'Monthly'"),
        (put("Sheet 1", 10, 2, "flags"), "Sheet 1, C11: expected an empty cell, found 'flags'"),
        (
            put("Sheet 1", 11, 3, ":c"),
            "Sheet 1, D12: expected a number, not negative, with at most three decimals, found ':c'",
        ),
        (put("Sheet 1", 11, 3, -1), "Sheet 1, D12: expected a number, not negative"),
        (put("Sheet 1", 11, 3, 0.0001), "Sheet 1, D12: expected a number"),
        (put("Sheet 1", 11, 3, 1e15), "Sheet 1, D12: expected a number"),
        (put("Sheet 1", 11, 3, True), "Sheet 1, D12: expected a number"),
        (put("Sheet 1", 11, 3, float("nan")), "Sheet 1, D12: expected a number"),
        (put("Sheet 1", 11, 3, "12"), "Sheet 1, D12: expected a number"),
        (put("Sheet 1", 11, 3, ""), "Sheet 1, D12: expected a number"),
        (put("Sheet 1", 11, 5, 7), "Sheet 1, F10: expected 'Monthly', found an empty cell"),
        (put("Sheet 1", 11, 0, "Atlantis"), "Sheet 1, A12: expected a pair of Structure's reporters and partners"),
        (put("Sheet 1", 11, 1, "Russian Federation (Russia)"), "Sheet 1, A13: expected a pair"),
        (put("Sheet 1", 16, 0, "Flags"), "Sheet 1, A17: expected 'Special value'"),
        (lambda book: book["Sheet 1"].pop(12), "Sheet 1, A15: expected a row for 'Austria to Russian Federation"),
        (lambda book: book["Sheet 1"].__delitem__(slice(13, None)), "Sheet 1, A1"),
        (lambda book: book["Sheet 1"].clear(), "Sheet 1, A1: expected 'Data extracted on'"),
        (lambda book: book.pop("Sheet 2"), "Summary, B8: expected the 2 sheets listed there"),
        (lambda book: book.pop("Summary"), "Summary: expected a sheet of this name, found none"),
        (lambda book: book.pop("Structure"), "Structure: expected a sheet of this name, found none"),
        (lambda book: book["Summary"].pop(), "Summary, B8: expected the 2 sheets that Structure asks for, found 1"),
        (lambda book: book["Structure"].pop(), "Sheet 1, E9: expected an empty cell, found '2022-02'"),
        (lambda book: book["Summary"].pop(7), "Summary, B1: expected a row 'Contents'"),
        (lambda book: book["Structure"].__delitem__(slice(3, None)), "Structure, C4: expected positions of REPORTER"),
        (lambda book: book.update({"Notes": [["mine"]]}), "Summary, B8: expected the 2 sheets listed there"),
    ],
)
def test_a_changed_workbook_is_refused_by_sheet_and_cell(change: Change, words: str) -> None:
    book = sheets()
    change(book)
    problem = refusal(eurostat_workbook, packed(book))
    assert isinstance(problem, SourceChanged)
    assert words in str(problem)


def test_a_product_twice_or_without_its_code_is_refused() -> None:
    twice = packed(sheets(products=(("Total [TOTAL]", "EXPORT"), ("All goods [TOTAL]", "EXPORT"))))
    assert "every product and flow once" in str(refusal(eurostat_workbook, twice))
    without = packed(sheets(products=(("Total", "EXPORT"),)))
    assert "C5: expected a product with its code in square brackets" in str(refusal(eurostat_workbook, without))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.99])
def test_a_cut_workbook_is_known_and_refused(share: float) -> None:
    whole = packed(sheets())
    cut = whole[: int(len(whole) * share)]
    if share > 0.1:
        assert eurostat_workbook.recognises(cut)
    assert "cut or damaged" in str(refusal(eurostat_workbook, cut))


def with_declared_size(body: bytes, size: int) -> bytes:
    """The same archive, its directory telling another unpacked size of the first part."""
    at = body.index(b"PK\x01\x02") + 24
    return body[:at] + struct.pack("<I", size) + body[at + 4 :]


def test_a_swollen_workbook_is_refused() -> None:
    whole = packed(sheets())
    assert "unpacks to" in str(refusal(eurostat_workbook, with_declared_size(whole, (2 << 30) + 1)))
    assert "cut or damaged" in str(refusal(eurostat_workbook, with_declared_size(whole, 10)))


def test_a_far_cell_is_refused_before_the_reader_lays_out_the_sheet() -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(packed(sheets()))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b'r="A1"', b'r="XFD1048576"'))
    assert "beyond column ZZ" in str(refusal(eurostat_workbook, out.getvalue()))


def test_other_files_are_not_taken_for_workbooks() -> None:
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("table.csv", "a,b\n")
    foreign = packed({"Tabelle1": [["a"]]})
    for body in (b"", b"PK", b"<html>", HEADER.encode(), other.getvalue(), foreign):
        assert not eurostat_workbook.recognises(body)
        refusal(eurostat_workbook, body)
    assert eurostat_workbook.recognises(packed(sheets()))


def test_a_relational_view_in_every_style_of_labels() -> None:
    labels, codes = (
        eurostat_relational.parse(pull((HERE / "files" / f"relational_view_{style}.csv").read_bytes()))
        for style in ("labels", "codes")
    )
    for release in (labels, codes):
        check_contract(release)
        assert release.blocks == ()
        assert release.released_at is None
    columns = ("reporter_code", "partner_code", "flow", "freq", "period", "commodity", pl.col("value").cast(pl.Float64))
    assert labels.rows.select(columns).rows() == [
        ("Germany", "Kyrgyzstan", "export", "M", date(2022, 6, 1), "TOTAL", 15701449.0),
        ("European Union - 27 countries", "Kyrgyzstan", "export", "M", date(2022, 6, 1), "TOTAL", 99000000.0),
        ("Ireland (Eire)", "Belarus (Belorussia)", "import", "M", date(2022, 5, 1), "TOTAL", 0.0),
    ]
    assert codes.rows.select(columns).rows() == [
        ("Union européenne - 27 pays", "Monténégro", "export", "A", date(2021, 1, 1), "TOTAL", 12.0),
        ("Cyprus", "Kazakhstan", "import", "M", date(2024, 2, 1), "84715000", 11421.5),
        ("Cyprus", "Kazakhstan", "import", "M", date(2016, 8, 1), "84715000", 7.0),
    ]
    assert codes.rows["place"].to_list() == ["line 2", "line 3", "line 4"]
    assert set(codes.rows["hs_edition"]) == {"HS2012", "HS2017", "HS2022"}


def test_a_french_file_says_guinea_for_guinea_bissau() -> None:
    french = JUNE.replace("Kyrgyzstan", "Guinea").replace("EXPORT", "EXPORTATION")
    release = view(french, french.replace("Guinea", "Guinée"), french.replace("EXPORTATION", "EXPORT"))
    assert release.rows["partner_code"].to_list() == ["Guinea-Bissau", "Guinée", "Guinea"]


def test_totals_stay_and_their_breakdown_is_left_out() -> None:
    release = view(JUNE, JUNE.replace(",Total,Jun", ",1-NORMAL,Jun").replace("15701449", "700"))
    check_contract(release)
    assert release.rows["value"].to_list() == [Decimal("15701449.000")]
    assert release.rows_rejected == 1
    assert release.notes == ("1 lines of single customs procedures were left out beside their totals",)


def test_a_breakdown_alone_is_summed_and_says_so() -> None:
    release = view(*(JUNE.replace(",Total,Jun", f",{name},Jun") for name in ("1-NORMAL", "2-INWARD")))
    assert release.rows.select("value", "place").rows() == [(Decimal("31402898.000"), "lines 2, 3")]
    assert "summed over the customs procedures '1-NORMAL', '2-INWARD'" in release.notes[0]


def test_a_line_said_again_is_left_out_and_counted() -> None:
    release = view(JUNE, JUNE)
    check_contract(release)
    assert (release.rows_read, release.rows.height, release.rows_rejected) == (2, 1, 1)


def test_an_empty_view_has_no_rows() -> None:
    check_contract(view())
    assert view().rows.is_empty()


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (HEADER.replace("PERIOD", "MONTH") + JUNE, SourceChanged, "line 1: expected the columns REPORTER"),
        (HEADER + JUNE.replace("EXPORT", "2-IMPORT"), SourceChanged, "line 2: expected a FLOW"),
        (HEADER + JUNE.replace("EXPORT", "TRANSIT"), SourceChanged, "line 2: expected a FLOW"),
        (HEADER + JUNE.replace("Jun. 2022", "Jan.-Jun. 2022"), SourceChanged, "line 2: expected a PERIOD"),
        (HEADER + JUNE.replace("Jun. 2022", "Jun. 1987"), SourceChanged, "line 2: expected a PERIOD"),
        (HEADER + JUNE.replace("Kyrgyzstan,Total", "Kyrgyzstan,Processing units"), DataError, "codes and labels"),
        (HEADER + JUNE.replace("15701449", "15 701 449"), DataError, "line 2: expected a VALUE_IN_EUR"),
        (HEADER + JUNE.replace("15701449", "NaN"), DataError, "line 2: expected a VALUE_IN_EUR"),
        (HEADER + JUNE.replace("15701449", "-1"), DataError, "line 2: expected a VALUE_IN_EUR"),
        (HEADER + JUNE.replace("15701449", ""), DataError, "line 2: expected a VALUE_IN_EUR"),
        (HEADER + JUNE.replace("Germany", ""), DataError, "line 2: expected the label of a reporter"),
        (HEADER + JUNE.replace(",Total,Jun", ",,Jun"), DataError, "line 2: expected a STAT_PROCEDURE"),
        (HEADER + JUNE + JUNE.replace("49", "50"), DataError, "lines 2 and 3: expected one value of the same flow"),
        (HEADER + JUNE + JUNE.replace(",Total,J", ",1,J").replace("Jun", "Jul"), DataError, "line 3: expected a total"),
        (HEADER + JUNE[:-1], DataError, "the last line has no end"),
        (HEADER + JUNE[:30] + "\n", DataError, "line 2: expected 7 fields, found 4"),
        (HEADER + JUNE.replace("Germany", '"Germany'), DataError, "not comma-separated text"),
        (HEADER + JUNE.replace("Germany", "Ger\0many"), DataError, "NUL"),
        (HEADER + JUNE.replace("Germany", "x" * 1_000_001), DataError, "longer than"),
        (HEADER + JUNE.replace("Germany", "x" * 200_000), DataError, "not comma-separated text"),
        ("<!DOCTYPE html><html></html>\n", DataError, "a web page"),
        ("", DataError, "empty"),
    ],
)
def test_a_view_that_cannot_be_trusted_is_refused(text: str, kind: type[TradewatchError], words: str) -> None:
    problem = refusal(eurostat_relational, text.encode())
    assert isinstance(problem, kind)
    assert words in str(problem)


def test_a_view_in_another_encoding_is_refused() -> None:
    text = HEADER + JUNE.replace("Germany", "Türkiye")
    for encoding in ("latin-1", "utf-16", "cp1252"):
        assert isinstance(refusal(eurostat_relational, text.encode(encoding)), DataError)
    assert eurostat_relational.parse(pull(text.encode("utf-8-sig"))).rows_read == 1


def test_views_are_known_by_their_columns() -> None:
    assert eurostat_relational.recognises(HEADER.encode())
    assert eurostat_relational.recognises(HEADER.replace("\n", "\r\n").replace("PERIOD", "MONTH").encode())
    for body in (b"", b"PERIOD\n", b"\xff" * 9, packed(sheets())[:5000], b"period,reporter\n"):
        assert not eurostat_relational.recognises(body)


@pytest.mark.slow
def test_every_real_relational_view_is_read(real: Path) -> None:
    files = sorted((real / "eurostat" / "relational_views").glob("*/*.csv"))
    releases = [eurostat_relational.parse(pull(path.read_bytes(), path.name)) for path in files]
    assert all(eurostat_relational.recognises(path.read_bytes()) for path in files)
    for release in releases:
        check_contract(release)
    assert len(files) == 491
    assert sum(release.rows_read for release in releases) == 17_499
    assert sum(release.rows_rejected for release in releases) == 0


@pytest.fixture(scope="module")
def books() -> dict[str, Release]:
    """Every real workbook, read."""
    folder = HERE.parents[1] / "shared" / "data" / "eurostat" / "databrowser"
    if not folder.is_dir():
        pytest.skip("the folder of real files is not beside this checkout")
    found = {path.name: eurostat_workbook.parse(pull(path.read_bytes(), path.name)) for path in folder.glob("*.xlsx")}
    assert found
    return found


@pytest.mark.slow
def test_the_real_workbooks_agree_with_the_tidy_table_made_elsewhere(books: dict[str, Release], real: Path) -> None:
    for release in books.values():
        check_contract(release)
        assert release.released_at == datetime(2023, 1, 13, 10)
    tidy = pl.read_parquet(real / "eurostat" / "eu27_exports_high_priority_cn8_monthly_2020-01_2022-11.parquet").select(
        pl.col("reporter").map_elements(without_history, return_dtype=pl.String),
        "partner",
        "cn_code",
        pl.col("month").str.to_date("%Y-%m"),
        pl.col("value_eur").cast(ROWS["value"]),
    )
    ours = pl.concat([release.rows for release in books.values()]).filter(
        pl.col("commodity").is_in(tidy["cn_code"].unique().to_list())
    )
    ours = ours.select("reporter_code", "partner_code", "commodity", "period", "value")
    assert len(books) == 6
    assert set(ours.rows()) == set(tidy.rows())
    assert ours.height == tidy.height == 23_654


@pytest.mark.slow
def test_the_real_workbook_of_totals_has_both_flows(books: dict[str, Release]) -> None:
    release = books["eu_total_trade_4630244_spreadsheet.xlsx"]
    assert [(block.flow, block.commodities) for block in release.blocks] == [
        ("export", ("27", "TOTAL")),
        ("import", ("27", "TOTAL")),
    ]
    assert release.rows_read == 17_968


@pytest.mark.slow
def test_the_real_workbooks_show_the_shift(books: dict[str, Release]) -> None:
    """Exports of listed codes as listed, January to November of 2021 and of 2022, million EUR."""
    rows = pl.concat([release.rows for release in books.values()]).filter(
        pl.col("commodity").str.slice(0, 6).is_in(_listed()),
        pl.col("period").dt.year() >= 2021,
        pl.col("period").dt.month() <= 11,
    )
    assert _millions(rows) == {
        "Kyrgyzstan": (2.911, 13.747),
        "Kazakhstan": (105.770, 231.119),
        "Armenia": (8.461, 25.496),
        "Georgia": (16.155, 27.647),
        "Uzbekistan": (21.079, 31.857),
        "Belarus (Belorussia)": (74.417, 19.925),
        RUSSIA: (1911.162, 408.278),
    }
    tier_1 = rows.filter(pl.col("commodity").str.contains("^8542(31|32|33|39)"))
    assert _millions(tier_1)["Kyrgyzstan"] == (0.049, 1.669)


def _listed() -> list[str]:
    items = pl.read_csv(HERE.parent / "data" / "goods_item.csv", infer_schema=False)
    return items.filter(list="chpl", version="2024-02-23")["commodity"].to_list()


def _millions(rows: pl.DataFrame) -> dict[str, tuple[float, float]]:
    sums = rows.group_by("partner_code", pl.col("period").dt.year().alias("year")).agg(pl.sum("value"))
    found = {(partner, year): round(float(value) / 1e6, 3) for partner, year, value in sums.iter_rows()}
    return {partner: (found[partner, 2021], found[partner, 2022]) for partner in rows["partner_code"].unique()}
