"""One alert with all that stands behind it, from figures through the real views and rules."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import test_queries

from tradewatch import alerts, findings, queries
from tradewatch.alerts.case import Point
from tradewatch.files import shipped
from tradewatch.findings.rules import Rule, parse
from tradewatch.periods import months_between, shift

NOWHERE = Path("no-such-folder")
NOW = datetime(2024, 9, 1)
MARCH = date(2024, 3, 1)


def rule(name: str, folder: Path, before: str = "", after: str = "") -> Rule:
    """A shipped rule, with one thing in it changed."""
    path = folder / f"{name}.toml"
    path.write_text(
        (shipped("alerts") / path.name).read_text(encoding="utf-8").replace(before, after), encoding="utf-8"
    )
    return parse(path)


def test_a_case_shows_reporters_mirror_and_line(tmp_path: Path) -> None:
    with test_queries.warehouse() as con:
        queries.build(con, shipped("queries"), NOWHERE)
        test_queries.filled(con, test_queries.HERE / "listed_purchases_change" / "a_jump_of_one_supplier")
        for month in months_between(date(2024, 1, 1), MARCH):
            con.execute(
                "insert into facts.trade_history by name select 'comtrade' as source, 'KGZ' as reporter,"
                " 'DEU' as partner, 'import' as flow, 'M' as freq, $1 as period, 'HS2022' as hs_edition,"
                " '854231' as commodity, 250000 as value_usd, 250000 as value, 'USD' as currency, 'CIF' as valuation,"
                " false as withdrawn, false as quantity_estimated, timestamp '2024-06-01' as known_from, 1 as pull_id",
                [month],
            )
        alone = rule("hub_purchases_jump", tmp_path, "suppliers_up >= 3", "suppliers_up >= 1")
        findings.find(con, [alone], [shift(MARCH, -1), MARCH], None, NOW)
        for month in (shift(MARCH, -1), MARCH):
            alerts.update(con, month, NOW)
        found = alerts.case(con, "hub-jump.KGZ")
        assert found.mirror == (
            {
                "supplier": "DEU",
                "exports_usd": Decimal(900_000),
                "imports_usd": Decimal(750_000),
                "months": 3,
            },
        )
        assert found.reporters == ({"reporter": "DEU", "value_usd": Decimal(900_000), "share": 1.0},)
        assert (found.value_usd, found.expected_usd) == (900_000, 300_000)
        assert found.line[-1] == Point(month=MARCH, value_usd=Decimal(900_000), expected_usd=Decimal(300_000))
        assert found.line[0] == Point(month=date(2022, 1, 1), value_usd=None, expected_usd=None)
        assert [point.month for point in found.line] == months_between(date(2022, 1, 1), MARCH)
        assert {one.outcome for one in found.tested} >= {"does not explain it", "taken off: 1.00 times"}
        assert [event["reason"] for event in found.history] == ["new"]
        assert con.sql(found.sql).fetchall()


def test_a_series_that_stopped_is_a_case_that_the_figures_never_close(tmp_path: Path) -> None:
    with test_queries.warehouse() as con:
        queries.build(con, shipped("queries"), NOWHERE)
        test_queries.filled(con, test_queries.HERE / "series_stopped" / "a_target_and_a_code")
        stopped = rule("series_stopped", tmp_path, "3000000", "300000")
        june = date(2024, 6, 1)
        for month in months_between(june, shift(june, 5)):
            findings.find(con, [stopped], [month], None, NOW)
            alerts.update(con, month, NOW)
        assert con.execute("select alert_id, state, area, answer from alerts.alert").fetchall() == [
            ("stopped.DEU.eurostat.export.partner.RUS", "open", "DEU", None),
            ("stopped.FRA.eurostat.export.reporter.FRA", "open", "FRA", None),
        ]
        found = alerts.case(con, "stopped.DEU.eurostat.export.partner.RUS")
        assert (found.reporters, found.mirror) == ((), ())
        assert found.alert["sentence"].startswith(
            "Germany (eurostat, export) has not stated partner RUS since March 2024, 3 published months ago"
        )
        assert len(con.sql(found.sql).fetchall()) == 1


def stated(con: duckdb.DuckDBPyConnection, reporter: str, months: Sequence[date], known_from: datetime) -> None:
    """A reporter states what it sold to Russia in some months, each published."""
    for month in months:
        con.execute(
            "insert into facts.trade_history by name select 'eurostat' as source, $3 as reporter, 'RUS' as partner,"
            " 'export' as flow, 'M' as freq, $1 as period, 'HS2022' as hs_edition, 'TOTAL' as commodity,"
            " 100000 as value_usd, 100000 as value, 'USD' as currency, 'FOB' as valuation, false as withdrawn,"
            " false as quantity_estimated, $2 as known_from, 1 as pull_id",
            [month, known_from, reporter],
        )
        con.execute(
            "insert into facts.coverage_history values"
            " ('eurostat', $3, 'export', 'M', $1, 'all', 'value', $2, 1, null)",
            [month, known_from, reporter],
        )


@pytest.mark.parametrize(
    ("what", "months", "events", "says"),
    [
        (
            "DEU.eurostat.export.partner.RUS",
            months_between(date(2024, 7, 1), date(2024, 9, 1)),
            ["new", "receding", "closed"],
            "3 published months to September 2024 without a hit.",
        ),
        (
            "DEU.eurostat.export.partner.RUS",
            months_between(date(2024, 4, 1), date(2024, 6, 1)),
            ["new", "withdrawn"],
            "Withdrawn: data revised from $0 to $300 thousand for June 2024; with these figures nothing unusual is"
            " left.",
        ),
        (
            "FRA.eurostat.export.reporter.FRA",
            months_between(date(2024, 4, 1), date(2024, 6, 1)),
            ["new", "withdrawn"],
            "Withdrawn: data revised for June 2024; with these figures nothing unusual is left.",
        ),
    ],
    ids=["stated again for three months", "a late release fills what was missing", "of a silent reporter too"],
)
def test_a_series_that_is_stated_again_ends_its_case(
    tmp_path: Path, what: str, months: Sequence[date], events: list[str], says: str
) -> None:
    june, alert_id = date(2024, 6, 1), f"stopped.{what}"
    with test_queries.warehouse() as con:
        queries.build(con, shipped("queries"), NOWHERE)
        test_queries.filled(con, test_queries.HERE / "series_stopped" / "a_target_and_a_code")
        stopped = rule("series_stopped", tmp_path, "3000000", "300000")
        findings.find(con, [stopped], [june], None, NOW)
        alerts.update(con, june, NOW)
        for number, month in enumerate(months, start=1):
            then = NOW + timedelta(days=number)
            stated(con, what[:3], [month] if month > june else months, then)
            judged = months_between(june, max(june, month))
            findings.find(con, [stopped], judged, None, then)
            for one in judged:
                alerts.update(con, one, then)
        told = con.execute(
            "select reason, sentence from alerts.event where alert_id = $1 order by event_id", [alert_id]
        ).fetchall()
    assert [reason for reason, _ in told] == events
    assert told[-1][1] == says
