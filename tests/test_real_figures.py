"""The figures that must hold, on the real files beside a development checkout and on the embedded sample."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import national
import pytest

from tradewatch import flow, warehouse
from tradewatch.files import shipped
from tradewatch.records import Told
from tradewatch.settings import Settings

NEVER_ARRIVED = (1960.0, 74.0)
"""EU exports to Kyrgyzstan of 2023 beyond those of 2021: what its books do not have, US dollars million, per cent."""

NOW = datetime(2026, 11, 1)
NOTHING = Told()

JANUARY_TO_NOVEMBER = {
    "KGZ": ("2.911", "13.747"),
    "KAZ": ("105.770", "231.119"),
    "ARM": ("8.461", "25.496"),
    "GEO": ("16.155", "27.647"),
    "UZB": ("21.079", "31.857"),
    "BLR": ("74.417", "19.925"),
    "RUS": ("1911.162", "408.278"),
}
"""Listed goods from the EU's 27 members, codes exactly as listed, EUR million, 2021 and 2022."""

EU27_TOTAL_EXPORTS = {
    "KGZ": ("263.2", "1170.9", "2733.8"),
    "KAZ": ("5487.1", "10347.7", "12110.1"),
    "ARM": ("757.4", "1885.6", "2161.7"),
    "GEO": ("2045.1", "3227.8", "3622.8"),
    "UZB": ("2298.6", "3765.9", "4353.0"),
    "RUS": ("89169.3", "55008.1", "38181.7"),
}
"""All goods, EUR million, 2021, 2022 and 2023, monthly figures added up."""


@pytest.fixture
def home(home: Path) -> Settings:
    return Settings(home=home)


@pytest.fixture
def written(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.connect(home.warehouse) as con:
        yield con


@pytest.fixture(scope="module")
def every_view(
    real: Path, ready: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, list[flow.Imported]]:
    """A home with all saved Relational Views, and what was said of each: 491 transactions, so made once."""
    home = Settings(home=tmp_path_factory.mktemp("every_view"))
    shutil.copy(ready, home.warehouse)
    with warehouse.connect(home.warehouse) as con:
        return home, imported(con, home, [real / "eurostat" / "relational_views"])


@pytest.fixture
def union(every_view: tuple[Settings, list[flow.Imported]], tmp_path: Path) -> Settings:
    """A copy of it."""
    return Settings(home=shutil.copytree(every_view[0].home, tmp_path / "union"))


@pytest.fixture
def exported(union: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.connect(union.warehouse) as con:
        yield con


def imported(
    con: duckdb.DuckDBPyConnection, home: Settings, paths: list[Path], told: Told = NOTHING
) -> list[flow.Imported]:
    done = list(flow.import_files(con, home, flow.files_of(paths), told, None, NOW))
    assert done
    assert {one.state for one in done} == {"loaded"} or {one.state for one in done} == {"loaded", "known"}
    flow.build(con, home)
    return done


def listed_by_year(con: duckdb.DuckDBPyConnection, condition: str = "true") -> dict[str, tuple[str, ...]]:
    rows = con.execute(
        "select buyer, round(sum(case when year(period) = 2021 then value end) / 1000000, 3),"
        " round(sum(case when year(period) = 2022 then value end) / 1000000, 3) from views.listed_exports"
        f" where list = 'chpl' and version = '2024-02-23' and month(period) < 12 and {condition} group by buyer"
    ).fetchall()
    return {buyer: (f"{before:.3f}", f"{now:.3f}") for buyer, before, now in rows}


@pytest.mark.slow
def test_listed_goods_in_the_workbooks(real: Path, written: duckdb.DuckDBPyConnection, home: Settings) -> None:
    folder = real / "eurostat" / "databrowser"
    imported(written, home, [path for number in (17, 18, 19, 21) for path in folder.glob(f"{number}_*.xlsx")])
    assert listed_by_year(written) == JANUARY_TO_NOVEMBER
    assert listed_by_year(written, "tier = '1' and buyer = 'KGZ'") == {"KGZ": ("0.049", "1.669")}


def test_the_sample_has_the_listed_goods_and_not_november_2022_of_the_netherlands(
    written: duckdb.DuckDBPyConnection, home: Settings
) -> None:
    imported(written, home, [shipped("data") / "sample" / "eurostat_listed_exports.csv"])
    assert listed_by_year(written) == JANUARY_TO_NOVEMBER
    assert listed_by_year(written, "tier = '1' and buyer = 'KGZ'") == {"KGZ": ("0.049", "1.669")}
    silent = written.execute("select reporter, period from facts.coverage where state = 'not_released'").fetchall()
    assert [(reporter, f"{period:%Y-%m}") for reporter, period in silent] == [("NLD", "2022-11")]


@pytest.mark.slow
def test_all_relational_views_in_one_import(
    every_view: tuple[Settings, list[flow.Imported]], exported: duckdb.DuckDBPyConnection
) -> None:
    done = every_view[1]
    assert len(done) == 491
    assert sum(one.rows_read for one in done) == 17_499
    query = (
        "select partner, year(period) as year, round(sum(value) / 1000000, 1) from facts.trade"
        " where {} and flow = 'export' and freq = 'M' and commodity = 'TOTAL' and year(period) between 2021 and 2023"
        " group by partner, year order by partner, year"
    )
    as_union = exported.execute(query.format("reporter = 'X-EU27'")).fetchall()
    members = "reporter in (select area from ref.area_group where area_group = 'eu27')"
    assert exported.execute(query.format(members)).fetchall() == as_union
    found: dict[str, list[str]] = {}
    for partner, _, million in as_union:
        found.setdefault(partner, []).append(f"{million:.1f}")
    assert {partner: tuple(years) for partner, years in found.items()} == EU27_TOTAL_EXPORTS


@pytest.mark.slow
def test_germany_to_kyrgyzstan_as_known_then_and_later(
    real: Path, written: duckdb.DuckDBPyConnection, home: Settings
) -> None:
    folder = real / "eurostat"
    later = imported(written, home, [folder / "relational_views" / "kyrgyz_export_eurostat"])
    assert later[0].counts["revised"] == 0
    imported(written, home, sorted((folder / "databrowser").glob("eu_total_trade_*.xlsx")))  # older, arrives late
    known = {}
    for as_of in (datetime(2023, 2, 1), datetime(2024, 12, 1)):
        written.execute("set variable as_of = $1", [as_of])
        known[as_of.year] = written.execute(
            "select value from facts.trade where reporter = 'DEU' and partner = 'KGZ' and period = '2022-06-01'"
            " and commodity = 'TOTAL' and flow = 'export' and freq = 'M'"
        ).fetchall()
    assert known == {2023: [(Decimal(15_701_449),)], 2024: [(Decimal(15_689_288),)]}
    revised = written.execute(
        "select what, value_before, value, change from views.revisions where reporter = 'DEU' and partner = 'KGZ'"
        " and period = '2022-06-01' and commodity = 'TOTAL' and known_from >= timestamp '2023-02-01'"
    ).fetchall()
    assert revised == [("revised", Decimal(15_701_449), Decimal(15_689_288), Decimal(-12_161))]


def test_gacc_query_exports(real: Path, written: duckdb.DuckDBPyConnection, home: Settings) -> None:
    folder = real / "gacc" / "query_export"
    (yuan,) = imported(written, home, [folder / "2023.csv"], Told(flow="import", currency="CNY"))
    assert yuan.rows_read == 40
    (dollars,) = imported(
        written, home, [folder / "downloadData (63).csv"], Told(flow="export", currency="USD", rows=98)
    )
    assert dollars.rows_read == 98
    sums = written.execute("select currency, sum(value) from facts.trade group by currency order by 1").fetchall()
    assert sums == [("CNY", Decimal(402_526_956_940)), ("USD", Decimal(537_401_672))]
    russia = written.execute("select sum(value_usd) from facts.trade where partner = 'RUS'").fetchall()
    assert russia == [(Decimal(1_950_686),)]
    assert written.execute("select distinct reporter from facts.trade").fetchall() == [("CHN",)]


def test_gacc_without_a_flow_is_refused(real: Path, written: duckdb.DuckDBPyConnection, home: Settings) -> None:
    path = real / "gacc" / "query_export" / "2023.csv"
    (refused,) = flow.import_files(written, home, [path], Told(), None, NOW)
    assert refused.state == "refused"
    assert "--flow" in refused.sentence
    assert written.execute("select state, path from raw.pull").fetchall() == [("refused", "")]
    assert written.execute("select count(*) from facts.trade_history").fetchall() == [(0,)]


def test_thailand_sums_to_world(real: Path, written: duckdb.DuckDBPyConnection, home: Settings) -> None:
    path = real / "comtrade" / "extracts" / "website_thailand_8542_imports_2014-2024.csv"
    imported(written, home, [path])
    rows = written.execute(
        "select year(period), sum(case when partner = 'WLD' then value_usd end),"
        " sum(case when partner <> 'WLD' then value_usd end) from facts.trade group by 1 order by 1"
    ).fetchall()
    assert len(rows) == 11
    assert all(abs(world - partners) < 5 for _, world, partners in rows), rows
    assert round(rows[-1][1]) == 24_427_995_898


def test_china_and_russia_grew_by_two_thirds_to_2024_and_by_half_to_2025(
    written: duckdb.DuckDBPyConnection, home: Settings
) -> None:
    imported(written, home, [shipped("data") / "sample" / "china_russia_totals.csv"])
    rows = written.execute(
        "select year(period), sum(value_usd) from views.bilateral_totals"
        " where source = 'gacc_quoted' and reporter = 'CHN' and partner = 'RUS' group by 1"
    ).fetchall()
    totals = dict(rows)
    assert round(100 * (totals[2024] / totals[2021] - 1)) == 67
    assert round(100 * (totals[2025] / totals[2021] - 1)) == 55


@pytest.mark.slow
def test_replay_rebuilds_the_same_facts(real: Path, written: duckdb.DuckDBPyConnection, home: Settings) -> None:
    imported(written, home, [real / "eurostat" / "relational_views" / "georgia_export_eurostat"])
    facts = "select * exclude (pull_id) from facts.trade_history order by all"
    before = written.execute(facts).fetchall()
    assert len(before) > 1000
    assert flow.replay(written, home, lambda _: None) == 68
    assert written.execute(facts).fetchall() == before


def test_chinas_share_of_russias_imports(real: Path, written: duckdb.DuckDBPyConnection, home: Settings) -> None:
    (one,) = imported(written, home, [real / "imf"])
    assert one.rows_read == 3704
    assert any("2022 (168 of 192)" in note for note in one.notes)
    rows = written.execute(
        "select round(100 * share_of_reporter_total, 1), estimated, total_basis from views.dependency"
        " where reporter = 'RUS' and partner = 'CHN' and flow = 'import' and preferred order by period"
    ).fetchall()
    assert [float(share) for share, _, _ in rows] == [20.9, 21.2, 22.0, 22.3, 23.7, 24.8, 34.3, 45.2, 46.3]
    assert [estimated for _, estimated, _ in rows] == [False] * 6 + [True] * 3
    assert {basis for _, _, basis in rows} == {"the world as stated"}
    whole = "select distinct state from facts.coverage where source = 'imf'"
    assert written.execute(whole).fetchall() == [("value",)]  # its partners add up to its world
    unknown = written.execute("select count(*) from facts.trade where starts_with(partner, 'X-UNKNOWN')").fetchall()
    assert unknown == [(0,)]


@pytest.mark.slow
def test_what_left_the_union_and_never_arrived(
    real: Path, tmp_path: Path, exported: duckdb.DuckDBPyConnection, union: Settings
) -> None:
    imported(exported, union, national.panels(real / "eurostat", tmp_path))
    rows = exported.execute(
        "select supplier, buyer, year(period), round(100 * missing_share_of_exports), reason from views.ghost_transit"
        " where supplier in ('X-EU27', 'DEU') and period >= '2021-01-01' and period <= '2023-01-01' and preferred"
    ).fetchall()
    missing = {(supplier, buyer, year): share and int(share) for supplier, buyer, year, share, _ in rows}
    assert missing["X-EU27", "KGZ", 2021] == 7
    assert missing["X-EU27", "KGZ", 2023] == 67
    assert missing["X-EU27", "KAZ", 2021] == 8
    assert missing["X-EU27", "KAZ", 2023] == 20
    assert missing["DEU", "KGZ", 2023] == 45
    assert missing["X-EU27", "ARM", 2023] is None
    reasons = {(supplier, buyer, year): reason for supplier, buyer, year, _, reason in rows}
    assert reasons["X-EU27", "ARM", 2023] == "the recorded imports of the year are partial"
    (never,) = exported.execute(
        "select round(never_arrived_usd / 1e6), round(100 * never_arrived_share_of_extra_exports)"
        " from views.ghost_transit where supplier = 'X-EU27' and buyer = 'KGZ' and year(period) = 2023"
    ).fetchall()
    assert tuple(float(value) for value in never) == NEVER_ARRIVED


@pytest.mark.slow
def test_russias_imports_told_by_members_exports(
    real: Path, exported: duckdb.DuckDBPyConnection, union: Settings
) -> None:
    imported(exported, union, [real / "imf"])
    rows = exported.execute(
        "select year(period), count(*), sum(case when recorded_usd between low_usd and high_usd then 1 else 0 end),"
        " sum(case when recorded_usd between cif_low_usd and cif_high_usd then 1 else 0 end),"
        " median(abs(recorded_usd / expected_usd - 1)) from views.reconstructed_imports"
        " where supplier in (select area from ref.area_group where area_group = 'eu27')"
        " and year(period) in (2020, 2021) group by 1 order by 1"
    ).fetchall()
    assert [row[:4] for row in rows] == [(2020, 27, 26, 2), (2021, 27, 25, 3)]
    assert all(0.03 < error < 0.06 for *_, error in rows)
