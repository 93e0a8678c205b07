"""Files as people have them: in the order named, the same bytes again, parts beside totals, half a download."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tradewatch import flow, warehouse
from tradewatch.errors import DataError
from tradewatch.files import shipped
from tradewatch.records import Told
from tradewatch.settings import Settings

NOW = datetime(2026, 11, 1)
HEADER = "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR\n"


@pytest.fixture
def home(home: Path) -> Settings:
    return Settings(home=home)


@pytest.fixture
def opened(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.connect(home.warehouse) as con:
        yield con


def view(path: Path, value: int, procedure: str = "Total") -> Path:
    """A Relational View of one figure."""
    path.write_text(f"{HEADER}Germany,Kyrgyzstan,Total,EXPORT,{procedure},Jun. 2024,{value}\n", encoding="utf-8")
    return path


def taken(
    con: duckdb.DuckDBPyConnection, home: Settings, *paths: Path, released_at: datetime | None = None
) -> list[flow.Imported]:
    later = NOW + timedelta(minutes=len(con.execute("from raw.pull").fetchall()))
    return list(flow.import_files(con, home, flow.files_of(paths), Told(), released_at, later))


def values(con: duckdb.DuckDBPyConnection) -> list[Decimal]:
    return [value for (value,) in con.execute("select value from facts.trade").fetchall()]


def test_files_are_taken_in_the_order_named(opened: duckdb.DuckDBPyConnection, home: Settings, tmp_path: Path) -> None:
    old, new = view(tmp_path / "z_old.csv", 100), view(tmp_path / "a_new.csv", 150)
    assert [one.name for one in taken(opened, home, old, new)] == ["z_old.csv", "a_new.csv"]
    assert values(opened) == [150]


def test_a_source_that_goes_back_to_an_earlier_file_is_followed(
    opened: duckdb.DuckDBPyConnection, home: Settings, tmp_path: Path
) -> None:
    first, second = view(tmp_path / "1.csv", 100), view(tmp_path / "2.csv", 150)
    for month, path in ((1, first), (2, second), (3, first)):
        taken(opened, home, path, released_at=datetime(2025, month, 1))
    assert values(opened) == [100]
    assert taken(opened, home, first)[0].state == "known"
    assert taken(opened, home, first, released_at=datetime(2025, 3, 1))[0].state == "known"
    opened.execute("set variable as_of = timestamp '2025-02-15'")
    assert values(opened) == [150]


def test_a_part_does_not_replace_a_known_total(
    opened: duckdb.DuckDBPyConnection, home: Settings, tmp_path: Path
) -> None:
    taken(opened, home, view(tmp_path / "total.csv", 100))
    (part,) = taken(opened, home, view(tmp_path / "part.csv", 1, "1-Normal"))
    assert values(opened) == [100]
    assert (part.counts["revised"], part.rows_rejected) == (0, 1)
    assert any("the total of the same flow is known" in note for note in part.notes)
    ledger = opened.execute("select rows_rejected from raw.pull where pull_id = $1", [part.pull_id]).fetchall()
    assert ledger == [(1,)]


def test_an_unknown_area_of_a_file_that_arrives_late_is_said(
    opened: duckdb.DuckDBPyConnection, home: Settings, tmp_path: Path
) -> None:
    taken(opened, home, view(tmp_path / "new.csv", 150), released_at=datetime(2025, 2, 1))
    late = view(tmp_path / "old.csv", 100)
    freedonia = "Germany,Freedonia,Total,EXPORT,Total,Jun. 2024,7\n"
    late.write_text(late.read_text(encoding="utf-8") + freedonia, encoding="utf-8")
    (done,) = taken(opened, home, late, released_at=datetime(2025, 1, 1))
    assert done.counts == {"new": 1, "revised": 1, "withdrawn": 0, "unchanged": 0}
    assert any("eurostat:Freedonia" in note for note in done.notes)


def test_flow_told_of_a_file_that_says_it_itself_is_no_obstacle(
    opened: duckdb.DuckDBPyConnection, home: Settings, tmp_path: Path
) -> None:
    path = view(tmp_path / "1.csv", 100)
    taken(opened, home, path)
    again = list(flow.import_files(opened, home, [path], Told(flow="export"), None, NOW))
    assert [one.state for one in again] == ["known"]


def test_half_a_download_ends_no_alert(opened: duckdb.DuckDBPyConnection, home: Settings, tmp_path: Path) -> None:
    """After the demo, a file with one code of three newer months: nothing can be judged from it."""
    taken(opened, home, shipped("data") / "sample" / "eurostat_listed_exports.csv")
    flow.check(opened, home, date(2022, 10, 1), date(2022, 5, 1), NOW)
    lines = "".join(
        f"{reporter},Kyrgyzstan,84718000-Units,EXPORT,Total,{month}. 2023,100\n"
        for reporter in ("Germany", "Lithuania", "Latvia", "Poland")
        for month in ("Jan", "Feb", "Mar")
    )
    (tmp_path / "half.csv").write_text(HEADER + lines, encoding="utf-8")
    taken(opened, home, tmp_path / "half.csv")
    assert flow.check(opened, home, date(2023, 3, 1), date(2022, 11, 1), NOW) == {}
    states = dict(opened.execute("select alert_id, state from alerts.alert").fetchall())
    assert states["hub-jump.KGZ"] == "open"


def test_a_month_without_figures_cannot_be_judged(opened: duckdb.DuckDBPyConnection, home: Settings) -> None:
    with pytest.raises(DataError, match="no month that a complete answer covers"):
        flow.check(opened, home, None, None, NOW)
    taken(opened, home, shipped("data") / "sample" / "eurostat_listed_exports.csv")
    with pytest.raises(DataError, match="the figures cover 2020-01 to 2022-11"):
        flow.check(opened, home, date(2030, 1, 1), None, NOW)
