"""Every rule file: its cases run through its real `when`, and broken files are refused in a sentence."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tradewatch import findings
from tradewatch.errors import RuleError
from tradewatch.files import shipped
from tradewatch.findings.rules import Rule, Sentence, parse, said

NOWHERE = Path("no-such-folder")
RULES = findings.read(shipped("alerts"), NOWHERE)
CASES = [(rule, case) for rule in RULES for case in rule.cases]
NOW = datetime(2024, 6, 1)


def test_there_are_rules_and_no_other_files() -> None:
    assert {rule.path for rule in RULES} == set(shipped("alerts").iterdir())
    assert len(RULES) >= 2


@pytest.fixture
def con(with_views: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Every table, and every view."""
    return with_views


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{rule.id}: {case['name']}" for rule, case in CASES])
def test_case_fires_or_not(rule: Rule, case: dict[str, Any]) -> None:
    columns = ", ".join(f"${number} as {name}" for number, name in enumerate(case["row"], start=1))
    values = {str(number): value for number, value in enumerate(case["row"].values(), start=1)}
    seen = findings.judge(duckdb.connect(), rule, f"select {columns}", values)
    assert [row["_verdict"] == "hit" for row in seen] in ([[True]] if case["fires"] else [[False], []])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_cases_use_columns_of_the_view(con: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    assert findings.judge(con, rule, f"select * from views.{rule.view}", {}) == []
    columns = {name for (name, *_) in con.execute(f"describe views.{rule.view}").fetchall()}
    assert all(set(case["row"]) <= columns for case in rule.cases)
    assert {rule.month, rule.score, rule.amount_usd, rule.value_usd, rule.expected_usd, *rule.subject} <= columns


TEXT = (shipped("alerts") / "hub_purchases_jump.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('id = "hub-purchases-jump"', "", "missing: id"),
        ('id = "hub-purchases-jump"', 'id = "hub-purchases-jump"\ncolour = "red"', "not known: colour"),
        ('id = "hub-purchases-jump"', "id = 3", "id: not of the kind"),
        ("title =", "title", "cannot be read as TOML"),
        ("score >= 2.5 and", "score >= and", "is not SQL"),
        ("score >= 2.5 and", "1 = 1); drop table ref.area; select (", "one SQL expression"),
        ("score >= 2.5 and", "-- score\n", "one SQL expression"),
        ("Unusual, consistent with diversion", "Sanctions evasion", "not for a statistic to say"),
        ("other explanations", "surely", "must name other explanations"),
        ("fires = true", "fires = false", "one that fires"),
        ('level = "high"', "", "a severity needs level"),
        ('view = "listed_purchases_change"', 'view = "x; drop"', "not a plain name"),
    ],
)
def test_broken_rule_is_refused(tmp_path: Path, before: str, after: str, says: str) -> None:
    assert before in TEXT
    path = tmp_path / "rule.toml"
    path.write_text(TEXT.replace(before, after), encoding="utf-8")
    with pytest.raises(RuleError, match=says):
        parse(path)


def test_users_rules_come_after_the_shipped_and_may_not_take_their_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT, encoding="utf-8")
    with pytest.raises(RuleError, match=r"'hub-(jump|purchases-jump)' is taken"):
        findings.read(shipped("alerts"), tmp_path)
    path.write_text(TEXT.replace("hub-purchases-jump", "mine").replace("hub-jump", "my-jump"), encoding="utf-8")
    assert findings.read(shipped("alerts"), tmp_path)[-1].id == "mine"


def test_rule_that_does_not_fit_its_view_says_so(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "rule.toml"
    path.write_text(TEXT.replace("suppliers_up >= 3", "suppliers_over >= 3"), encoding="utf-8")
    with pytest.raises(RuleError, match=r"rule.toml does not fit views.listed_purchases_change"):
        findings.find(con, [parse(path)], [date(2024, 1, 1)], None, NOW)


def with_view(con: duckdb.DuckDBPyConnection, score: float) -> None:
    """A warehouse whose view is a table of two hubs, one of them without its month."""
    con.execute("insert into ref.area values ('KGZ', 'Kyrgyzstan', 'country', null, null, null)")
    con.execute("create table rows as select * from views.listed_purchases_change")
    for buyer, watch, scorable in (("KGZ", "russia", True), ("KGZ", "iran", True), ("KAZ", "russia", False)):
        con.execute(
            "insert into rows by name select $1 as buyer, $2 as watch, 'hub' as role, date '2024-01-01' as period,"
            " $3 as scorable, 'test' as reason, 5 as suppliers_counted, 9 as suppliers_up, 1 as suppliers_down,"
            " $4 as score, 5000000 as excess_usd, 6000000 as purchases_3m_usd, 1000000 as expected_3m_usd, 4 as ratio",
            [buyer, watch, scorable, score],
        )
    con.execute("create or replace view views.listed_purchases_change as select * from rows")


def test_figures_of_an_older_release_that_come_late_are_of_another_vintage(con: duckdb.DuckDBPyConnection) -> None:
    with_view(con, 4.0)
    rules, month = [rule for rule in RULES if rule.view == "listed_purchases_change"], [date(2024, 1, 1)]

    def stated(known_from: datetime, pull_id: int) -> None:
        con.execute(
            "insert into raw.pull values ($2, 'eurostat', '', '', '{}', $1, $1, '', null, 0, '', '', 0, 0, 0, 0, 0, 0,"
            " '', 'loaded', null)",
            [known_from, pull_id],
        )
        con.execute(
            "insert into facts.coverage_history values"
            " ('eurostat', 'DEU', 'export', 'M', date '2024-01-01', 'all', 'value', $1, $2, null)",
            [known_from, pull_id],
        )

    def vintages(now: datetime) -> list[datetime]:
        findings.find(con, rules, month, None, now)
        return [at for (at,) in con.execute("select distinct as_of from findings.judged order by as_of").fetchall()]

    first, second, third = (datetime(2024, 3, day) for day in (1, 5, 9))
    stated(second, 1)
    assert vintages(NOW) == [second]
    assert vintages(NOW) == [second]
    stated(first, 2)
    assert vintages(datetime(2024, 3, 6)) == [second, datetime(2024, 3, 6)]
    assert vintages(datetime(2024, 3, 7)) == [second, datetime(2024, 3, 6)]
    stated(third, 3)
    assert vintages(datetime(2024, 3, 10)) == [second, datetime(2024, 3, 6), third]


def test_what_was_judged_is_not_judged_again_until_something_changes(con: duckdb.DuckDBPyConnection) -> None:
    with_view(con, 4.0)
    rules, month = [rule for rule in RULES if rule.view == "listed_purchases_change"], [date(2024, 1, 1)]
    con.execute("insert into ref.made_from values ('views', 'a')")
    judged = "select min(found_at) from findings.judged"
    assert findings.find(con, rules, month, None, NOW)["hit"] == 2
    later = NOW + timedelta(days=1)
    assert findings.find(con, rules, month, None, later)["hit"] == 2
    assert con.execute(judged).fetchone() == (NOW,)
    con.execute("update ref.made_from set sha256 = 'b' where part = 'views'")
    findings.find(con, rules, month, None, later)
    assert con.execute(judged).fetchone() == (later,)


def test_finding_carries_its_evidence_and_is_not_doubled(con: duckdb.DuckDBPyConnection) -> None:
    with_view(con, 4.0)
    rules = [rule for rule in RULES if rule.view == "listed_purchases_change"]
    for _ in range(2):
        assert findings.find(con, rules, [date(2024, 1, 1)], None, NOW) == {
            "hit": 2,
            "quiet": 0,
            "inhibited": 0,
            "not published": 1,
        }
    found = con.execute("select subject, score, amount_usd, evidence from findings.finding order by subject").fetchall()
    assert [row[:3] for row in found] == [("KGZ", 4.0, Decimal(5000000)), ("KGZ@iran", 4.0, Decimal(5000000))]
    proof = json.loads(found[0][3])
    assert proof["view"] == "views.listed_purchases_change"
    assert proof["watch"] == "russia"
    assert proof["severity"] == "critical"
    assert proof["row"]["period"] == "2024-01-01"
    assert proof["value_usd"] == 6000000
    assert proof["sentence"].startswith(
        "Kyrgyzstan bought $6.0 million of listed goods from the coalition (5 suppliers"
    )
    assert "suppliers: not known" in proof["sentence"]
    judged = con.execute("select subject, verdict from findings.judged order by subject").fetchall()
    assert judged == [("KAZ", "not published"), ("KGZ", "hit"), ("KGZ@iran", "hit")]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (7625334.2, "usd", "$7.6 million"),
        (999_600, "usd", "$1.0 million"),
        (2_411_000_000, "usd", "$2.41 billion"),
        (-450_000, "usd", "-$450 thousand"),
        (Decimal("4.26"), "times", "4.3"),
        (0.974, "percent", "97 %"),
        ("2022-11-01", "month", "November 2022"),
        (date(2022, 11, 1), "month", "November 2022"),
        (1234, "count", "1,234"),
        ("text", "", "text"),
    ],
)
def test_values_are_said_as_people_read_them(value: Any, form: str, text: str) -> None:
    assert said(value, form) == text


def test_an_area_without_a_name_is_said_by_its_code() -> None:
    assert Sentence({"KGZ": "Kyrgyzstan"}).format("{a:area} {b:area}", a="KGZ", b="X-NES") == "Kyrgyzstan X-NES"
