"""What a reader sees: the same bytes for the same tables, each thing once, and nothing that can become markup."""

import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
from syrupy.assertion import SnapshotAssertion

from tradewatch import alerts, digest, findings, flow, queries
from tradewatch.channels import file, stdout
from tradewatch.files import shipped
from tradewatch.periods import months_between
from tradewatch.records import Told
from tradewatch.settings import Settings

NOW = datetime(2024, 7, 1, 8, 30)
VINTAGE = datetime(2024, 6, 15)
JAN, FEB, MAR, APR, MAY = (date(2024, month, 1) for month in range(1, 6))


def seen(con: duckdb.DuckDBPyConnection, subject: str, month: date, amount: int | None, *, out: bool = True) -> None:
    """A hit of an amount, or a quiet month (no amount), or a month not published."""
    verdict = ("hit" if amount else "quiet") if out else "not published"
    con.execute(
        "insert into findings.judged values ('jump', 'hub-jump', $1, $2, $3, 'nobody has published it', $4, $4, $5, 1)",
        [subject, month, verdict, VINTAGE, amount or 0],
    )
    if amount and out:
        row = {"period": month.isoformat(), "seam_excluded_usd": 1200.4, "months_published": 25}
        proof = {"severity": "high", "sentence": f"{subject} *bought* <b>much</b> | in [{month:%B}](x).", "row": row}
        con.execute(
            "insert into findings.finding values ('jump', 'hub-jump', $1, $2, 3.25, $3, $4, $5, $5)",
            [subject, month, amount, json.dumps(proof | {"value_usd": amount * 2, "expected_usd": amount}), VINTAGE],
        )


def told_world(con: duckdb.DuckDBPyConnection) -> None:
    """Five months: one alert over, one worse, one new, one that goes on; the last month is missing for one subject."""
    queries.build(con, shipped("queries"), Path("no-such-folder"))
    con.execute(
        "insert into alerts.rule values ('jump', 'hub-jump', 'A hub buys more', 'x', 'x', 'because',"
        " 'See: tradewatch alerts why {alert_id}\nAsk customs.', 'score: at least 2.5\nbasis: not measured', $1)",
        [NOW],
    )
    amounts: dict[str, list[int | None]] = {
        "AAA": [900_000, None, None, None, None],
        "BBB": [100_000, 110_000, 260_000, 270_000, 280_000],
        "CCC": [None, None, None, None, 500_000],
        "DDD": [400_000, 400_000, 400_000, 400_000, None],
    }
    for step, month in enumerate((JAN, FEB, MAR, APR, MAY)):
        for subject, line in amounts.items():
            seen(con, subject, month, line[step], out=(subject, month) != ("DDD", MAY))
        alerts.update(con, month, NOW)


def test_digest_reads_well(con: duckdb.DuckDBPyConnection, snapshot: SnapshotAssertion) -> None:
    told_world(con)
    assert digest.markdown(digest.compose(con, NOW)) == snapshot(name="markdown")
    assert digest.plain(digest.compose(con, NOW)) == snapshot(name="plain")


def test_each_event_is_told_once_and_the_rest_goes_on(con: duckdb.DuckDBPyConnection) -> None:
    told_world(con)
    first = digest.compose(con, NOW)
    assert [[item.alert_id for item in part] for part in (first.new, first.worse, first.closed, first.ongoing)] == [
        ["hub-jump.BBB", "hub-jump.CCC", "hub-jump.DDD"],
        [],
        ["hub-jump.AAA"],
        [],
    ]
    assert digest.compose(con, NOW) == first
    digest.outbox.keep(con, first, [], NOW)
    second = digest.compose(con, NOW)
    assert (second.new, second.worse, second.closed, second.event_ids) == ((), (), (), ())
    assert [item.alert_id for item in second.ongoing] == ["hub-jump.BBB", "hub-jump.CCC", "hub-jump.DDD"]


def test_health_names_who_is_missing_and_what_a_check_found(con: duckdb.DuckDBPyConnection) -> None:
    told_world(con)
    con.execute("create or replace view checks.two_editions as select 1 as a union all select 2")
    con.execute("comment on view checks.two_editions is 'A flow is stated twice.'")
    for reporter, state in (("DEU", "value"), ("NLD", "not_released")):
        con.execute(
            "insert into facts.coverage_history values"
            " ('eurostat', $1, 'export', 'M', date '2024-05-01', 'all', $2, timestamp '2024-06-01', 1, null)",
            [reporter, state],
        )
    con.execute(
        "insert into raw.pull values (1, 'eurostat', '', '', '{}', $1, $1, '', null, 0, '', '', 0, 0, 0, 0, 0, 0, '',"
        " 'loaded', null)",
        [NOW],
    )
    assert digest.compose(con, NOW).health == (
        "two_editions: 2 row(s). A flow is stated twice.",
        "eurostat export 2024-05: 1 of 2 reporters have not published (NLD); they are left out, never taken as zero.",
        "jump 2024-05: 1 subject(s) could not be judged: nobody has published it.",
    )


def test_an_empty_warehouse_has_a_digest(con: duckdb.DuckDBPyConnection) -> None:
    queries.build(con, shipped("queries"), Path("no-such-folder"))
    text = digest.plain(digest.compose(con, NOW))
    assert "no month judged yet" in text
    assert "Nothing to report." in text


def test_file_channel_keeps_every_text(tmp_path: Path) -> None:
    first = file.deliver("one\n", tmp_path, MAY)
    assert first == tmp_path / "2024-05.md"
    assert file.deliver("one\n", tmp_path, MAY) == first
    assert file.deliver("two\n", tmp_path, MAY) == tmp_path / "2024-05-2.md"
    assert first.read_text(encoding="utf-8") == "one\n"
    assert file.deliver("x\n", tmp_path, None).name == "no-month.md"


def test_stdout_channel_writes_the_text() -> None:
    stream = io.StringIO()
    stdout.deliver("one\n", stream)
    assert stream.getvalue() == "one\n"


def test_the_sample_from_file_to_digest(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """The official figures of 2020 to 2022: quiet in 2021, then three hubs; one supplier misses the last month."""
    settings = Settings(home=tmp_path)
    flow.prepare(con, settings)
    sample = shipped("data") / "sample" / "eurostat_listed_exports.csv"
    (imported,) = flow.import_files(con, settings, [sample], Told(), None, NOW)
    assert imported.state == "loaded", imported.sentence
    queries.build(con, shipped("queries"), tmp_path)

    rules = findings.read(shipped("alerts"), tmp_path)
    months = months_between(date(2021, 1, 1), date(2022, 11, 1))
    findings.find(con, rules, months, None, NOW)
    told = {month: alerts.update(con, month, NOW) for month in months}
    assert not any(told[month] for month in months if month < date(2022, 4, 1))

    made = digest.compose(con, NOW)
    assert [item.alert_id for item in made.new] == ["hub-jump.KGZ", "hub-jump.KAZ", "direct-drop.RUS", "hub-jump.ARM"]
    assert made.month == date(2022, 10, 1)  # the Netherlands had not published November
    assert any("(NLD)" in line for line in made.health)
    assert Decimal("1e6") < made.new[0].amount_usd < Decimal("1e7")

    figures = alerts.why(con, "hub-jump.KGZ", 5).figures
    assert [figure.partner for figure in figures] == ["KGZ"] * 5
    assert all(figure.pull_id == imported.pull_id for figure in figures)

    assert _millions(con, "tier = 'all'") == {
        "ARM": ("8.461", "25.496"),
        "BLR": ("74.417", "19.925"),
        "GEO": ("16.155", "27.647"),
        "KAZ": ("105.770", "231.119"),
        "KGZ": ("2.911", "13.747"),
        "RUS": ("1911.162", "408.278"),
        "UZB": ("21.079", "31.857"),
    }
    assert _millions(con, "tier = '1' and buyer = 'KGZ'") == {"KGZ": ("0.049", "1.669")}


def _millions(con: duckdb.DuckDBPyConnection, where: str) -> dict[str, tuple[str, str]]:
    """Millions of euro, January to November 2021 and 2022."""
    rows = con.execute(
        f"select buyer, previous_value, value from views.listed_by_destination where year = 2022 and {where}"
    ).fetchall()
    return {buyer: (f"{before / 10**6:.3f}", f"{now / 10**6:.3f}") for buyer, before, now in rows}
