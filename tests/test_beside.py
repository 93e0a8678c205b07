"""Beside a rule's own condition: a broader cause, reporters that are still expected, and a confirmed case's onset."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tradewatch import alerts, digest, findings
from tradewatch.alerts import Answer, Reason
from tradewatch.errors import RuleError
from tradewatch.files import shipped
from tradewatch.findings import beside
from tradewatch.findings.beside import Frozen, compared_with_onset, waiting
from tradewatch.findings.rules import Rule, parse
from tradewatch.periods import shift

NOWHERE = Path("no-such-folder")
(HUB,) = (rule for rule in findings.read(shipped("alerts"), NOWHERE) if rule.id == "hub-purchases-jump")
(DROP,) = (rule for rule in findings.read(shipped("alerts"), NOWHERE) if rule.id == "direct-exports-drop")
JAN = date(2024, 1, 1)
NOW = datetime(2025, 6, 1)

USUAL = {
    "watch": "russia",
    "buyer": "KGZ",
    "role": "hub",
    "scorable": True,
    "reason": "published",
    "suppliers_counted": 9,
    "suppliers_up": 9,
    "suppliers_down": 1,
    "ratio": 4,
    "baseline_3m_usd": 1_000_000,
    "seam_excluded_usd": 0,
}


@pytest.fixture
def con(with_views: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Every table, and every view."""
    return with_views


@pytest.fixture
def hub(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A warehouse whose views of purchases and prices are tables."""
    for view in ("listed_purchases_change", "price_rise", "supplier_months"):
        con.execute(f"create table main.made_{view} as select * from views.{view}")
        con.execute(f"create or replace view views.{view} as select * from main.made_{view}")
    return con


def put(con: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(f"${place} as {name}" for place, name in enumerate(row, start=1))
    con.execute(f"insert into {table} by name select {names}", list(row.values()))


def stated(con: duckdb.DuckDBPyConnection, month: date, value: int, expected: int = 1_000_000, **more: object) -> None:
    """A month of purchases: a hit when it is far above what is expected; its score is the excess in 250,000s."""
    excess = value - expected
    row: dict[str, Any] = {
        "period": month,
        "purchases_3m_usd": value,
        "expected_3m_usd": expected,
        "excess_usd": excess,
        "score": excess / 250_000,
    }
    con.execute("delete from made_listed_purchases_change where period = $1", [month])
    put(con, "made_listed_purchases_change", USUAL | row | more)


def judged(con: duckdb.DuckDBPyConnection, month: date) -> tuple[str, str]:
    findings.find(con, [HUB], [month], None, NOW)
    rows = con.execute("select verdict, reason from findings.judged where month = $1", [month]).fetchall()
    return rows[-1]


def test_a_hit_without_a_broader_cause_says_what_was_tested(hub: duckdb.DuckDBPyConnection) -> None:
    stated(hub, JAN, 3_000_000)
    assert judged(hub, JAN)[0] == "hit"
    ((evidence,),) = hub.execute("select evidence from findings.finding").fetchall()
    assert list(json.loads(evidence)["tested"].values()) == [False, False]


def test_codes_left_out_mute_what_is_left(hub: duckdb.DuckDBPyConnection) -> None:
    stated(hub, JAN, 3_000_000, seam_excluded_usd=3_000_001)
    verdict, reason = judged(hub, JAN)
    assert (verdict, reason.split(":")[0]) == ("inhibited", "classification change")
    assert alerts.update(hub, JAN, NOW) == {}
    made = digest.compose(hub, NOW)
    assert f"hub-purchases-jump 2024-01: 1 hit(s) muted by {reason} (KGZ)." in made.health
    assert "muted by classification change" in digest.plain(made)


@pytest.mark.parametrize(("rise", "verdict"), [(1_000_000, "inhibited"), (999_999, "hit")])
def test_a_price_that_rose_everywhere_mutes_what_it_explains(
    hub: duckdb.DuckDBPyConnection, rise: int, verdict: str
) -> None:
    stated(hub, JAN, 3_000_000)
    row = {"watch": "russia", "buyer": "KGZ", "heading": "8542", "period": JAN, "rise_usd": rise}
    put(hub, "made_price_rise", row)
    put(hub, "made_price_rise", row | {"buyer": "KAZ", "rise_usd": 9_000_000})
    assert judged(hub, JAN)[0] == verdict


def test_a_series_that_stops_never_closes_a_case(hub: duckdb.DuckDBPyConnection) -> None:
    stated(hub, JAN, 3_000_000)
    told = []
    for step in range(6):
        month = shift(JAN, step)
        if step:
            stated(hub, month, 0)
        findings.find(hub, [HUB], [month], None, NOW)
        told.append(alerts.update(hub, month, NOW))
    assert told == [{"new": 1}, {}, {}, {}, {}, {}]
    assert hub.execute("select state from alerts.alert").fetchall() == [("open",)]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('name = "prices rose everywhere', 'title = "prices rose everywhere', "an inhibit name and when"),
        ("from views.price_rise", "from views.price_fall", "does not run"),
        ("watch = $watch and buyer = $buyer", "watch = $watch; drop table ref.area; select (", "is not SQL"),
        ('when_confirmed = "$amount_usd >= 300000', "when_confirmed = 3 #", "when_confirmed: not of the kind"),
    ],
)
def test_a_broken_inhibitor_is_refused(
    hub: duckdb.DuckDBPyConnection, tmp_path: Path, before: str, after: str, says: str
) -> None:
    text = HUB.path.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "rule.toml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    stated(hub, JAN, 3_000_000)
    with pytest.raises(RuleError, match=says):
        findings.find(hub, [parse(path)], [JAN], None, NOW)


def test_a_month_waits_for_the_reporters_expected_or_ten_days(hub: duckdb.DuckDBPyConnection) -> None:
    for supplier in ("DEU", "FRA", "NLD"):
        put(hub, "ref.watch_member", {"watch": "russia", "role": "coalition", "member": supplier})
    for supplier, month in (("DEU", JAN), ("FRA", JAN), ("DEU", shift(JAN, 1)), ("CHN", JAN)):
        seen = {"watch": "russia", "source": "eurostat", "supplier": supplier, "buyer": "KGZ", "period": month}
        put(hub, "made_supplier_months", seen | {"published": 1})
        flow = {"source": "eurostat", "reporter": supplier, "flow": "export", "freq": "M", "period": month}
        known = {"scope": "all", "state": "value", "known_from": datetime(2024, 4, month.month), "pull_id": 1}
        put(hub, "facts.coverage_history", flow | known)
    feb = shift(JAN, 1)
    assert waiting(hub, [JAN, feb], datetime(2024, 4, 11, 23)) == {
        ("russia", feb): "1 expected reporter(s) have not published (FRA); it waits until 2024-04-12"
    }
    assert waiting(hub, [JAN, feb], datetime(2024, 4, 12)) == {}
    stated(hub, feb, 3_000_000)
    findings.find(hub, [HUB], [feb], None, datetime(2024, 4, 5))
    assert alerts.update(hub, feb, datetime(2024, 4, 5)) == {}
    findings.find(hub, [HUB], [feb], None, datetime(2024, 4, 12))
    assert alerts.update(hub, feb, datetime(2024, 4, 12)) == {"new": 1}


def test_a_confirmed_case_keeps_the_baseline_of_its_onset(hub: duckdb.DuckDBPyConnection) -> None:
    """After a year its own past holds the diversion: unconfirmed it would close, confirmed it stands."""
    stated(hub, JAN, 3_000_000)
    findings.find(hub, [HUB], [JAN], None, NOW)
    alerts.update(hub, JAN, NOW)
    said = Answer(reason=Reason.CONFIRMED, author="ann", note="a customs case")
    alerts.answer(hub, "hub-jump.KGZ", said, NOW)
    assert hub.execute("select onset, expected_usd, spread_usd from views.confirmed_cases").fetchall() == [
        (JAN, Decimal(1_000_000), 250_000.0)
    ]
    later = shift(JAN, 15)
    stated(hub, later, 3_200_000, expected=3_000_000, suppliers_up=0, suppliers_down=3)
    assert judged(hub, later)[0] == "hit"
    ((amount, score, evidence),) = hub.execute(
        "select amount_usd, score, evidence from findings.finding where month = $1", [later]
    ).fetchall()
    proof = json.loads(evidence)
    assert (amount, score, proof["expected_usd"], proof["severity"]) == (2_200_000, 8.8, 1_000_000, "high")
    assert proof["sentence"].startswith("Confirmed, compared with what was expected in January 2024: KGZ bought")
    stated(hub, later, 1_600_000, expected=3_000_000, suppliers_up=0, suppliers_down=3)
    assert judged(hub, later)[0] == "quiet"  # 2.4 standard deviations of the onset
    alerts.answer(hub, "hub-jump.KGZ", Answer(reason=Reason.REOPENED, author="bob", note="not the same firm"), NOW)
    stated(hub, later, 3_200_000, expected=3_000_000, suppliers_up=0, suppliers_down=3)
    assert judged(hub, later)[0] == "quiet"


def test_a_confirmed_drop_is_compared_the_other_way_round() -> None:
    onset = Frozen(onset=JAN, expected_usd=Decimal(10_000_000), spread_usd=2_000_000.0)
    row: dict[str, Any] = {
        "exports_3m_usd": Decimal(1_000_000),
        "same_season_3m_usd": Decimal(1_200_000),
        "fall_usd": Decimal(200_000),
        "drop_share": 0.17,
        "score": 0.1,
        "_verdict": "quiet",
    }
    with duckdb.connect() as con:
        still = compared_with_onset(con, DROP, row, onset)
        assert (still["_verdict"], still["fall_usd"], still["score"]) == ("hit", 9_000_000, 4.5)
        back = row | {"exports_3m_usd": Decimal(6_000_000), "same_season_3m_usd": Decimal(6_000_001)}
        assert compared_with_onset(con, DROP, back | {"fall_usd": Decimal(1)}, onset)["_verdict"] == "quiet"
        missing = row | {"_verdict": "not published"}
        assert compared_with_onset(con, DROP, missing, onset)["_verdict"] == "not published"


def test_every_shipped_inhibitor_runs_on_its_real_view(con: duckdb.DuckDBPyConnection) -> None:
    rules: list[Rule] = [HUB, DROP]
    for rule in rules:
        columns = {name for (name, *_) in con.execute(f"describe views.{rule.view}").fetchall()}
        row: dict[str, Any] = dict.fromkeys(columns) | {"period": JAN, "watch": "russia"}
        assert beside.tested(con, rule, row) == {one.name: False for one in rule.inhibit}
        assert rule.inhibit
