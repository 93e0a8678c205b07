"""The views on goods on the embedded sample: what must add up, and what each saved question gives."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tradewatch import answers, flow, warehouse
from tradewatch.files import shipped
from tradewatch.records import Told
from tradewatch.settings import Settings


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Settings(home=tmp_path_factory.mktemp("home"))
    with warehouse.connect(home.warehouse) as con:
        flow.prepare(con, home)
        paths = flow.files_of([shipped("data") / "sample" / "eurostat_listed_exports.csv"])
        assert list(flow.import_files(con, home, paths, Told(), None, datetime(2026, 11, 1)))
        flow.build(con, home)
        yield con


def ask(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def test_change_is_trade_effect_and_list_effect_to_the_last_digit(sample: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        sample,
        "select count(*), count(distinct from_version || to_version), sum(case when change_usd = trade_effect_usd"
        " + list_effect_usd and change_usd = now_usd - base_usd then 1 else 0 end) from views.list_change",
    )
    assert rows[0][0] == rows[0][2] > 1000
    assert rows[0][1] == 9


def test_what_is_compared_and_what_is_left_out_is_all_there_is(sample: duckdb.DuckDBPyConnection) -> None:
    """2021 under the list as it stands, with the number that the aircraft parts had then: nothing is lost between."""
    ((compared,),) = ask(
        sample,
        "select sum(base_usd + base_left_out_usd) from views.set_changes where version = '2024-02-23' and cut = 'all'"
        " and span = 'year' and base_period = '2021-01-01' and period = '2022-01-01'",
    )
    ((stated,),) = ask(
        sample,
        "select sum(exports_usd) from views.listed_share where version = '2024-02-23' and cut = 'all'"
        " and span = 'year' and period = '2021-01-01'",
    )
    ((parts,),) = ask(
        sample,
        "select sum(exports_usd) from views.watched_series where buyer = 'RUS' and commodity = '880330'"
        " and year(period) = 2021",
    )
    assert compared == stated + parts


def test_shares_of_a_span_add_up_to_one(sample: duckdb.DuckDBPyConnection) -> None:
    worst = ask(
        sample,
        "select max(abs(1 - total)), count(*) from (select sum(dispatch_share_of_reporting_suppliers) as total"
        " from views.listed_share where reporters_total_usd >= 10000"
        " group by list, version, cut, goods, target, span, period)",
    )
    assert worst[0][0] < 0.0001
    assert worst[0][1] > 500


def test_november_2022_rests_on_two_thirds_of_the_year_before(sample: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        sample,
        "select suppliers_before, suppliers_stating, year_before_stated_share from views.share_coverage"
        " where version = '2024-02-23' and cut = 'all' and span = 'month' and period = '2022-11-01'",
    )
    assert [(before, now, f"{share:.4f}") for before, now, share in rows] == [(27, 26, "0.6702")]


def test_a_new_corridor_of_the_sample(sample: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        sample, "select supplier, buyer, quiet_months from views.first_shipments where kind = 'corridor' order by all"
    )
    assert ("SVN", "KGZ", 25) in rows
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("group_shares", 20),
        ("list_change", 20),
        ("substitutes", 5),
        ("concentration", 9),
        ("new_corridors", 6),
        ("new_products", 20),
        ("hops", 5),
        ("premiums", 0),
        ("shares", 10),
    ],
)
def test_saved_questions_answer_on_the_sample(sample: duckdb.DuckDBPyConnection, name: str, rows: int) -> None:
    got = answers.ask_saved(sample, answers.questions(Path("no-such-folder")), name, [])
    assert got.height >= rows
