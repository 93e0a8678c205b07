"""The reference lists: what they must hold, what they must never say, and how a wrong file is refused."""

import csv
import io
import shutil
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from currency_converter.currency_converter import CURRENCY_FILE
from python_calamine import CalamineWorkbook

from tradewatch import reference
from tradewatch.errors import ConfigError
from tradewatch.files import shipped
from tradewatch.sources.eurostat import without_history

SHARED = Path(__file__).parents[2] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real files of ../shared are not here")

Rows = list[tuple[object, ...]]


def empty_tables() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
    return con


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The shipped lists, loaded once."""
    con = empty_tables()
    reference.load(con, shipped("data"))
    yield con
    con.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped lists that a test may spoil."""
    return shutil.copytree(shipped("data"), tmp_path / "data")


def ask(con: duckdb.DuckDBPyConnection, question: str) -> Rows:
    return con.execute(question).fetchall()


def areas(con: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    """The areas of a source's codes and labels."""
    return dict(con.execute("select code, area from ref.source_area where source = ?", [source]).fetchall())


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def refusal(folder: Path, user_watches: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        reference.load(empty_tables(), folder, user_watches)
    return str(caught.value)


# The lists themselves


def test_the_counts_are_those_of_the_tables(con: duckdb.DuckDBPyConnection) -> None:
    counts = reference.load(con, shipped("data"))
    assert counts == {table: ask(con, f"select count(*) from ref.{table}")[0][0] for table in counts}
    assert set(counts) == {
        row[0]
        for row in ask(
            con, "select table_name from duckdb_tables() where schema_name = 'ref' and table_name <> 'made_from'"
        )
    }
    assert min(counts.values()) > 0


def test_areas_are_named_once(con: duckdb.DuckDBPyConnection) -> None:
    codes = [str(row[0]) for row in ask(con, "select area from ref.area")]
    assert len(codes) == len(set(codes))
    kinds = dict(con.execute("select kind, count(*) from ref.area group by kind").fetchall())
    assert kinds["country"] == 250  # the 249 of ISO 3166-1, and Kosovo
    assert kinds["world"] == 1
    assert ask(con, "select area from ref.area where iso2 is not null group by all having count(*) > 1") == []
    assert ask(con, "select iso2 from ref.area group by iso2 having count(iso2) > 1") == []
    wrong = "select area from ref.area where (kind = 'country') <> regexp_full_match(area, '[A-Z]{3}')"
    assert ask(con, wrong) == [("WLD",)]


def test_iso2_of_the_areas_that_sources_write_differently(con: duckdb.DuckDBPyConnection) -> None:
    two = dict(con.execute("select area, iso2 from ref.area").fetchall())
    assert two["GRC"] == "GR"
    assert two["GBR"] == "GB"
    assert two["XKX"] == "XK"
    assert two["X-NORTHERN-IRELAND"] == "XI"


def test_comtrade_codes_that_bite(con: duckdb.DuckDBPyConnection) -> None:
    known = areas(con, "comtrade")
    assert {code for code, area in known.items() if area == "USA"} == {"840", "841", "842"}
    assert {code for code, area in known.items() if area == "FRA"} == {"250", "251"}
    assert {code for code, area in known.items() if area == "IND"} == {"356", "699"}
    assert {code for code, area in known.items() if area == "CHE"} == {"756", "757"}
    assert {code for code, area in known.items() if area == "NOR"} == {"578", "579"}
    assert {code for code, area in known.items() if area == "TWN"} == {"158", "490"}
    assert {code: known[code] for code in ("0", "899", "837", "838", "839", "412", "492", "97")} == {
        "0": "WLD",
        "899": "X-NES",
        "837": "X-BUNKERS",
        "838": "X-FREEZONES",
        "839": "X-SPECIAL",
        "412": "XKX",
        "492": "X-NES-EU",
        "97": "X-EU",
    }


def test_the_chinese_customs_count_in_their_own_numbers(con: duckdb.DuckDBPyConnection) -> None:
    known = areas(con, "gacc")
    assert known.pop("ALL") == "WLD"  # ours: a query without a partner column
    known = {code: area for code, area in known.items() if code.isdigit()}  # the others are labels of releases
    assert len(known) == 243
    expected = {"344": "RUS", "116": "JPN", "410": "BRA", "112": "IDN", "340": "BLR", "143": "TWN", "142": "CHN"}
    assert {code: known[code] for code in expected} == expected
    assert (known["701"], known["702"], known["999"]) == ("X-NES", "X-INTORG", "X-NEUTRAL-PACKAGE")
    assert len(set(known.values())) == 243, "two codes of one area would be added up as one partner"
    comtrade = areas(con, "comtrade")
    assert sum(1 for code in known if code in comtrade and comtrade[code] != known[code]) >= 67


def test_eurostat_codes(con: duckdb.DuckDBPyConnection) -> None:
    known = areas(con, "eurostat")
    expected = {"GR": "GRC", "XK": "XKX", "XS": "SRB", "EU27_2020": "X-EU27", "QP": "X-HIGH-SEAS", "QU": "X-NES"}
    assert {code: known[code] for code in expected} == expected
    assert "EL" not in known
    assert {f"Q{last}" for last in "PQRSUVWXYZ"} <= set(known)


def test_no_aggregate_is_a_member_of_a_group(con: duckdb.DuckDBPyConnection) -> None:
    kinds = ask(con, "select distinct kind from ref.area_group join ref.area using (area)")
    assert kinds == [("country",)]


def test_the_groups(con: duckdb.DuckDBPyConnection) -> None:
    sizes = dict(con.execute("select area_group, count(distinct area) from ref.area_group group by all").fetchall())
    assert sizes["coalition"] == 39
    assert sizes["eu27"] == 27
    assert sizes["eaeu"] == 5
    outside = (
        "select area from ref.area_group where area_group = 'eu27' and area not in (select area from ref.area_group"
    )
    assert ask(con, outside + " where area_group = 'coalition')") == []
    both = "select area from ref.area_group where area_group in ('coalition', 'hub') group by area having count(*) > 1"
    assert ask(con, both) == []
    undated = "select area from ref.area_group where area_group = 'coalition' and valid_from is null order by area"
    assert ask(con, undated) == [("AUS",), ("ISL",), ("LIE",)]
    early = "select * from ref.area_group where area_group = 'coalition' and valid_from < date '2022-02-24'"
    assert ask(con, early) == []
    unclear = "select * from ref.area_group where not regexp_matches(basis, '^(read|unverified)')"
    assert ask(con, unclear) == []


def test_the_high_priority_list_has_its_codes_versions_and_tiers(con: duckdb.DuckDBPyConnection) -> None:
    versions = ask(
        con, "select version, count(distinct commodity) from ref.goods_item where list = 'chpl' group by all"
    )
    assert sorted(versions) == [("2023-05-19", 38), ("2023-09-14", 45), ("2024-02-23", 50)]
    tiers = "select tier, count(*) from ref.goods_item where list = 'chpl' and version = '2024-02-23' group by all"
    expected = [("1", 4), ("2", 5), ("3.A", 16), ("3.B", 9), ("4.A", 11), ("4.B", 5)]
    assert sorted(ask(con, tiers)) == expected
    growing = """
        select commodity from ref.goods_item as old where list = 'chpl' and version < '2024-02-23' and not exists (
            from ref.goods_item as new where new.list = 'chpl' and new.version = '2024-02-23'
            and new.commodity = old.commodity and new.tier = old.tier)"""
    assert ask(con, growing) == []
    reconstructed = "select version from ref.goods_list where list = 'chpl' and date_basis like 'reconstructed%'"
    assert sorted(ask(con, reconstructed)) == [("2023-05-19",), ("2023-09-14",)]


def test_the_eu_bans_are_eight_digits(con: duckdb.DuckDBPyConnection) -> None:
    bans = "from ref.goods_item where list = 'eu_banned_2023_01'"
    assert ask(con, f"select count(*), count(distinct commodity), count(tier) {bans}") == [(2223, 2223, 0)]
    assert ask(con, f"select commodity {bans} and not regexp_full_match(commodity, '[0-9]{{8}}')") == []
    assert ask(con, "select max(len(description)) <= 120 from ref.goods_item") == [(True,)]


def test_the_new_codes_of_2022_have_predecessors_in_both_editions(con: duckdb.DuckDBPyConnection) -> None:
    new = "select commodity, predecessor, count(*) from ref.hs_seam where commodity <> predecessor group by all"
    assert sorted(ask(con, new), key=str) == [
        ("852589", "852580", 2),
        ("854149", "854140", 2),
        ("854151", "854150", 2),
        ("854159", "854150", 2),
        ("854800", "854890", 2),
        ("880730", "880330", 2),
    ]
    qualities = ask(con, "select distinct quality from ref.hs_seam order by 1")
    assert qualities == [("fair",), ("good",), ("poor",)]
    broken = "select distinct commodity from ref.hs_seam where commodity = predecessor and quality = 'poor' order by 1"
    assert [row[0] for row in ask(con, broken)] == ["852990", "854231", "854232", "854233", "854239", "901380"]


def test_transducers_never_become_telephones(con: duckdb.DuckDBPyConnection) -> None:
    for table in ("hs_seam", "hs_family"):
        telephones = [row for row in ask(con, f"from ref.{table}") if "851712" in row]
        assert telephones == []


def test_families_are_closed(con: duckdb.DuckDBPyConnection) -> None:
    twice = "select hs_edition, commodity from ref.hs_family group by all having count(*) > 1"
    assert ask(con, twice) == []
    editions = "select family from ref.hs_family group by family having count(distinct hs_edition) <> 3"
    assert ask(con, editions) == []
    of_seam = """
        select commodity from ref.hs_seam as seam where not exists (
            from ref.hs_family as now join ref.hs_family as past using (family)
            where family = seam.family and now.commodity = seam.commodity and now.hs_edition = seam.hs_edition
            and past.commodity = seam.predecessor and past.hs_edition = seam.predecessor_edition)"""
    assert ask(con, of_seam) == []


def test_families_take_in_every_successor_that_has_no_other_source(con: duckdb.DuckDBPyConnection) -> None:
    """By the UN's own correlations: a code that comes from a family's old code alone belongs to the family."""
    left_out = """
        select link.from_commodity, old.family from ref.hs_link as link
        join ref.hs_family as old on old.commodity = link.to_commodity and old.hs_edition = 'HS2017'
        where link.from_edition = 'HS2022' and link.to_edition = 'HS2017' and link.kind = 'n:1' and not exists (
            from ref.hs_family as new where new.family = old.family and new.hs_edition = 'HS2022'
            and new.commodity = link.from_commodity)"""
    assert ask(con, left_out) == []


def test_links_leave_out_what_stays_the_same(con: duckdb.DuckDBPyConnection) -> None:
    assert ask(con, "from ref.hs_link where from_commodity = to_commodity and kind = '1:1'") == []
    assert {row[0] for row in ask(con, "select distinct kind from ref.hs_link")} == {"1:1", "1:n", "n:1", "n:n"}
    pairs = ask(con, "select from_edition, to_edition, count(*) from ref.hs_link group by all order by 3")
    assert pairs == [("HS2017", "HS2012", 1401), ("HS2022", "HS2017", 11587), ("HS2022", "HS2012", 12685)]


def test_policy_events_say_how_they_are_known(con: duckdb.DuckDBPyConnection) -> None:
    assert ask(con, "select count(*), count(*) filter (contested) from ref.policy_event") == [(56, 1)]
    inexact = "from ref.policy_event where date_precision = 'month' and day(event_date) <> 1"
    assert ask(con, inexact) == []
    assert {row[0] for row in ask(con, "select distinct basis from ref.policy_event")} == {
        "read",
        "headline",
        "unverified",
    }


def test_the_watch_on_russia(con: duckdb.DuckDBPyConnection) -> None:
    assert ask(con, "from ref.watch") == [
        (
            "russia",
            "Common high priority goods to Russia",
            "chpl",
            "2024-02-23",
            date(2022, 2, 24),
            date(2021, 1, 1),
            date(2021, 12, 1),
        )
    ]
    sizes = dict(con.execute("select role, count(*) from ref.watch_member group by role").fetchall())
    assert sizes == {"target": 1, "coalition": 39, "hub": 29, "control_partner": 10, "control_product": 22}
    assert ask(con, "select member from ref.watch_member group by watch, member having count(*) > 1") == []


def test_control_products_are_unlisted_siblings_of_listed_codes(con: duckdb.DuckDBPyConnection) -> None:
    listed = "select * from ref.goods_item where"
    controls = "select member from ref.watch_member where role = 'control_product' and"
    banned = f"{controls} exists ({listed} left(commodity, 6) = member)"
    assert ask(con, banned) == []
    strangers = f"{controls} not exists ({listed} list = 'chpl' and left(commodity, 4) = left(member, 4))"
    assert ask(con, strangers) == []


def test_no_shipped_list_is_larger_than_a_megabyte() -> None:
    lists = list(shipped("data").glob("*.csv"))
    assert len(lists) == len(reference.LISTS)
    assert max(path.stat().st_size for path in lists) < 1_000_000


# The rates


def daily(month: str) -> list[dict[str, str]]:
    """The ECB's lines of one month, as text."""
    with zipfile.ZipFile(CURRENCY_FILE) as archive:
        lines = archive.read("eurofxref-hist.csv").decode("utf-8")
    return [row for row in csv.DictReader(io.StringIO(lines)) if row["Date"].startswith(month)]


@pytest.mark.parametrize(
    ("freq", "month", "currency"),
    [("M", "2022-06", "EUR"), ("M", "2022-06", "CNY"), ("A", "2022", "EUR"), ("A", "2023", "CNY")],
)
def test_a_rate_is_the_mean_of_the_days(con: duckdb.DuckDBPyConnection, freq: str, month: str, currency: str) -> None:
    rows = daily(month + "-")
    dollars = sum((Decimal(row["USD"]) for row in rows), Decimal(0))
    units = Decimal(len(rows)) if currency == "EUR" else sum((Decimal(row[currency]) for row in rows), Decimal(0))
    period = f"{month}-01" if freq == "M" else f"{month}-01-01"
    found = con.execute(
        "select usd_per_unit, days from ref.fx_month where freq = ? and period = ? and currency = ?",
        [freq, period, currency],
    ).fetchall()
    assert found == [((dollars / units).quantize(Decimal("1e-10")), len(rows))]


def test_the_dollar_of_june_2022(con: duckdb.DuckDBPyConnection) -> None:
    """1.0566 dollars a euro is the monthly average that the ECB publishes."""
    found = ask(
        con, "select usd_per_unit from ref.fx_month where freq = 'M' and period = '2022-06-01' and currency = 'EUR'"
    )
    assert round(float(str(found[0][0])), 4) == 1.0566


def test_rates_have_no_gap_and_no_half_period(con: duckdb.DuckDBPyConnection) -> None:
    gaps = """
        select currency from ref.fx_month where freq = 'M' group by currency
        having count(*) <> datediff('month', min(period), max(period)) + 1"""
    assert ask(con, gaps) == []
    assert ask(con, "select distinct usd_per_unit from ref.fx_month where currency = 'USD'") == [(Decimal(1),)]
    first = dict(con.execute("select currency, min(period) from ref.fx_month where freq = 'A' group by all").fetchall())
    assert first["EUR"] == date(2000, 1, 1)
    assert first["CNY"] == date(2006, 1, 1), "the yuan is quoted since 2005-04: no mean of 2005"


@pytest.mark.parametrize(
    ("last_day", "month", "year"),
    [
        (date(2026, 10, 30), date(2026, 10, 1), date(2025, 1, 1)),  # Friday before a month's last Saturday
        (date(2026, 10, 29), date(2026, 9, 1), date(2025, 1, 1)),
        (date(2024, 12, 31), date(2024, 12, 1), date(2024, 1, 1)),
        (date(2024, 12, 30), date(2024, 11, 1), date(2023, 1, 1)),
        (date(2023, 12, 29), date(2023, 12, 1), date(2023, 1, 1)),
        (date(2026, 1, 5), date(2025, 12, 1), date(2025, 1, 1)),
    ],
)
def test_a_period_counts_when_no_working_day_is_left(last_day: date, month: date, year: date) -> None:
    assert reference._last_complete(last_day, "M") == month
    assert reference._last_complete(last_day, "A") == year


# What is refused


def test_a_wrong_heading_is_refused_and_nothing_changes(folder: Path) -> None:
    con = empty_tables()
    reference.load(con, folder)
    change(folder / "area.csv", "area,name,kind", "area,title,kind")
    with pytest.raises(
        ConfigError, match=r"area\.csv: the headings must be area,name,kind,iso2,m49,note, found area,title"
    ):
        reference.load(con, folder)
    assert ask(con, "select count(*) > 300 from ref.area") == [(True,)]


@pytest.mark.parametrize(
    ("file", "before", "after", "sentence"),
    [
        ("source_area.csv", "comtrade,842,USA", "comtrade,840,MEX", "comtrade 840 stands there more than once"),
        ("source_area.csv", "comtrade,842,USA", "comtrade,842,UZA", "comtrade 842 = UZA names an area that area.csv"),
        ("area.csv", "ABW,Aruba", "AFG,Aruba", "AFG stands there more than once"),
        ("area_group.csv", "eaeu,ARM", "eaeu,ARN", "eaeu ARN names an area that area.csv"),
        ("area_group.csv", "2015-01-02", "2015-01-32", "area_group.csv: not readable as ref.area_group"),
        ("area.csv", "ABW,Aruba", "ABW,", "area.csv: not readable as ref.area"),
        ("goods_item.csv", "chpl,2024-02-23,", "chpl,2024-02-24,", "chpl 2024-02-24 is not a list and version"),
        ("goods_list.csv", "List,50,", "List,51,", "chpl 2024-02-23: 51 codes differ"),
        ("watches/russia.toml", '["RUS"]', '["RUZ"]', "russia target RUZ is not an area"),
        ("watches/russia.toml", 'hub = "hub"', 'hub = "hubs"', "hub names the group 'hubs'"),
        ("watches/russia.toml", "hub =", "hubs =", "missing or unknown in a watch: hub, hubs"),
        ("watches/russia.toml", "2022-02-24", '"2022-02-24"', "event_date must be of type date"),
        ("watches/russia.toml", '"2024-02-23"', '"2024-02-22"', "russia: chpl 2024-02-22 is not a list and version"),
        ("watches/russia.toml", "title =", "title", "cannot be read as TOML"),
        ("SOURCES.toml", '["area.csv"]', '["areas.csv"]', "no entry for area.csv"),
        ("SOURCES.toml", 'licence = "part', 'license = "part', "must have exactly title, publisher"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(
    folder: Path, file: str, before: str, after: str, sentence: str
) -> None:
    change(folder / file, before, after)
    told = refusal(folder)
    assert sentence in told
    assert "\n" not in told


def test_a_missing_list_is_refused(folder: Path) -> None:
    (folder / "hs_seam.csv").unlink()
    assert "hs_seam.csv" in refusal(folder)


def test_a_file_below_needs_an_entry_too(folder: Path) -> None:
    (folder / "sample").mkdir(exist_ok=True)
    (folder / "sample" / "unknown.csv").write_text("a\n1\n", encoding="utf-8")
    assert "no entry for sample/unknown.csv" in refusal(folder)


def test_a_watch_of_the_user_stands_in_for_the_shipped_one(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    watch = (folder / "watches" / "russia.toml").read_text(encoding="utf-8")
    (own / "russia.toml").write_text(watch.replace("Common high priority", "My"), encoding="utf-8")
    (own / "belarus.toml").write_text(watch.replace('["RUS"]', '["BLR"]'), encoding="utf-8")
    con = empty_tables()
    reference.load(con, folder, own)
    assert ask(con, "select watch, left(title, 8) from ref.watch order by watch") == [
        ("belarus", "Common h"),
        ("russia", "My goods"),
    ]
    targets = ask(con, "select watch, member from ref.watch_member where role = 'target' order by watch")
    assert targets == [("belarus", "BLR"), ("russia", "RUS")]


def test_a_folder_of_the_user_need_not_exist(folder: Path, tmp_path: Path) -> None:
    assert reference.load(empty_tables(), folder, tmp_path / "none")["watch"] == 1


# Against the real files


def rows_of(path: str) -> list[dict[str, str]]:
    with (SHARED / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@needs_shared
@pytest.mark.parametrize(("file", "count"), [("partner", 310), ("reporter", 255)])
def test_every_comtrade_code_maps(con: duckdb.DuckDBPyConnection, file: str, count: int) -> None:
    codes = [row["id"] for row in rows_of(f"data/comtrade/reference/{file}.csv")]
    assert len(codes) == count
    assert set(codes) <= set(areas(con, "comtrade"))


@needs_shared
def test_every_code_of_the_chinese_code_book_maps(con: duckdb.DuckDBPyConnection) -> None:
    book = (SHARED / "data/gacc/code_books/en-TradingPartner.csv").read_bytes().decode("gb18030")
    codes = {line.split(",")[0] for line in book.splitlines()[1:]}
    assert codes == {code for code in areas(con, "gacc") if code.isdigit()}


@needs_shared
def test_every_label_of_the_relational_views_maps(con: duckdb.DuckDBPyConnection) -> None:
    files = sorted((SHARED / "data/eurostat/relational_views").rglob("*.csv"))
    assert len(files) == 491
    reporters: set[str] = set()
    partners: set[str] = set()
    for path in files:
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
            reporters.add(row[0])
            partners.add(row[1])
    reporters.discard("REPORTER")
    partners.discard("PARTNER")
    assert (len(reporters), len(partners)) == (33, 423)
    known = areas(con, "eurostat")
    assert [label for label in sorted(reporters | partners) if without_history(label) not in known] == []


@needs_shared
@pytest.mark.slow
def test_every_label_of_the_workbooks_maps(con: duckdb.DuckDBPyConnection) -> None:
    files = sorted((SHARED / "data/eurostat/databrowser").glob("*.xlsx"))
    assert len(files) == 6
    labels = {label for path in files for label in structure_labels(path)}
    assert len(labels) == 27 + 7
    known = areas(con, "eurostat")
    assert [label for label in sorted(labels) if without_history(label) not in known] == []


def structure_labels(path: Path) -> set[str]:
    """The reporters and partners that a workbook's Structure sheet lists."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Structure").to_python()
    return {str(row[4]) for row in rows if row[2] in ("REPORTER", "PARTNER")}


@needs_shared
def test_listed_codes_without_a_seam_exist_in_every_edition(con: duckdb.DuckDBPyConnection) -> None:
    seamed = {row[0] for row in ask(con, "select commodity from ref.hs_seam")}
    listed = {row[0] for row in ask(con, "select commodity from ref.goods_item where list = 'chpl'")}
    for edition in ("cmd_h4", "cmd_h5", "cmd_h6"):
        codes = {row["id"] for row in rows_of(f"data/comtrade/reference/{edition}.csv")}
        assert listed - seamed <= codes


@needs_shared
@pytest.mark.parametrize(("edition", "file"), [("HS2012", "cmd_h4"), ("HS2017", "cmd_h5"), ("HS2022", "cmd_h6")])
def test_family_codes_exist_in_their_edition(con: duckdb.DuckDBPyConnection, edition: str, file: str) -> None:
    codes = {row["id"] for row in rows_of(f"data/comtrade/reference/{file}.csv")}
    family = {
        row[0] for row in con.execute("select commodity from ref.hs_family where hs_edition = ?", [edition]).fetchall()
    }
    assert family
    assert family <= codes


def test_sources_name_no_file_that_is_gone() -> None:
    data = shipped("data")
    entries = tomllib.loads((data / "SOURCES.toml").read_text(encoding="utf-8"))
    assert [name for name in entries if not (data / name).is_file()] == []
