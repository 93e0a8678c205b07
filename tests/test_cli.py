"""The commands as a user types them: output for machines alone on stdout, one sentence on stderr, exit codes."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
from command import COMMANDS, Ran, tradewatch, typed

from tradewatch import cli
from tradewatch.files import shipped

FILES = Path(__file__).parent / "files"


def asked(demo: tuple[Path, Ran], *words: str) -> Ran:
    return typed(*words, "--home", "tradewatch-demo", cwd=demo[0])


def test_the_demo_shows_figures_alerts_and_what_to_try(demo: tuple[Path, Ran]) -> None:
    _, ran = demo
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert ["Kyrgyzstan", "2.911", "13.747", "5.16"] in lines
    assert ["Russia", "1,911.162", "408.278", "0.22"] in lines
    alerts = [words[1] for words in lines if len(words) > 1 and words[0].rstrip(".").isdigit() and "." in words[1]]
    assert "hub-jump.KGZ:" in alerts[:2]
    assert not {"hub-jump.GEO:", "hub-jump.UZB:"} & set(alerts[:1])
    assert {"hub-jump.KAZ:", "hub-jump.ARM:", "direct-drop.RUS:"} <= set(alerts)
    assert "Netherlands November 2022" in ran.stdout


def test_the_demo_again_shows_the_same(demo: tuple[Path, Ran]) -> None:
    folder, first = demo
    assert tradewatch("demo", cwd=folder).stdout == first.stdout


def test_the_commands_that_the_demo_names_run(demo: tuple[Path, Ran]) -> None:
    folder, ran = demo
    commands = [line.strip() for line in ran.stdout.splitlines() if line.startswith("  tradewatch ")]
    assert len(commands) == 3
    for command in commands:
        words = next(csv.reader([command], delimiter=" "))
        again = tradewatch(*words[1:], cwd=folder)
        assert again.returncode == 0, again.stderr
        assert again.stdout


def test_why_leads_to_the_cell_of_the_sheet(demo: tuple[Path, Ran]) -> None:
    shown = asked(demo, "alerts", "why", "hub-jump.KGZ").stdout
    line = next(line for line in shown.splitlines() if line.startswith("HUN"))
    assert "2,008,819" in line
    assert line.rstrip().endswith("18_4623849_spreadsheet.xlsx, Sheet 85, AJ106")


def test_sql_prints_just_the_csv(demo: tuple[Path, Ran]) -> None:
    ran = asked(
        demo, "sql", "select reporter, value from facts.trade where source = 'gacc_quoted' limit 1", "--format", "csv"
    )
    assert ran.stderr == ""
    assert ran.stdout.splitlines()[0] == "reporter,value"
    assert next(csv.DictReader(io.StringIO(ran.stdout)))["reporter"] == "CHN"


def test_sql_as_of_turns_back(demo: tuple[Path, Ran]) -> None:
    count = ("sql", "select count(*) as rows from facts.trade", "--format", "json")
    assert json.loads(asked(demo, *count, "--as-of", "2023-01-01").stdout) == [{"rows": 0}]
    assert json.loads(asked(demo, *count, "--as-of", "2023-02-01").stdout)[0]["rows"] > 29_000


PARAMETERS = (
    ("--buyer", "KAZ"),
    ("--buyer=KAZ", "--watch", "russia"),
    ("-p", "buyer=KAZ"),
    ("--format", "csv", "--buyer", "KAZ"),
)


@pytest.fixture(scope="module")
def usual(demo: tuple[Path, Ran]) -> list[str]:
    """What the question answers without parameters."""
    return purchases(asked(demo, "ask", "history", "--format", "csv"))


def purchases(ran: Ran) -> list[str]:
    return [row["purchases_3m_usd"] for row in csv.DictReader(io.StringIO(ran.stdout))]


@pytest.mark.parametrize("words", PARAMETERS)
def test_a_saved_question_takes_its_parameters_as_options(
    demo: tuple[Path, Ran], usual: list[str], words: tuple[str, ...]
) -> None:
    found = purchases(asked(demo, "ask", "history", *words, "--format", "csv"))
    assert usual
    assert found
    assert found != usual


@pytest.mark.parametrize("words", [("--buyers", "KAZ"), ("--buyer",), ("KAZ",), ("-p", "KAZ")])
def test_a_parameter_that_is_not_one_is_refused(demo: tuple[Path, Ran], words: tuple[str, ...]) -> None:
    ran = asked(demo, "ask", "history", *words)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.count("\n") == 1


def test_every_saved_question_is_listed(demo: tuple[Path, Ran]) -> None:
    """That each runs on the sample, and what it answers there, is in docs/questions.md and its test."""
    names = {path.stem for path in (shipped("queries") / "ask").glob("*.sql")}
    listed = asked(demo, "ask").stdout
    assert names
    assert {name for name in names if name not in listed} == set()


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "xlsx"])
def test_sql_writes_files(demo: tuple[Path, Ran], form: str) -> None:
    path = demo[0] / f"out.{form}"
    assert asked(demo, "sql", "select 'x' as a, 1.5 as b", "--format", form, "--output", str(path)).returncode == 0
    readers: dict[str, Callable[[Path], pl.DataFrame]] = {
        "csv": pl.read_csv,
        "json": pl.read_json,
        "parquet": pl.read_parquet,
        "xlsx": pl.read_excel,
    }
    frame = readers[form](path)
    assert [[str(value) for value in row] for row in frame.rows()] == [["x", "1.5"]]


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "parquet"])
def test_sql_writes_every_kind_of_answer(demo: tuple[Path, Ran], form: str) -> None:
    query = (
        "select [1, 2] as l, {'a': 1.5} as s, null as n, date '2024-01-01' as d, sum(1::bigint) as h,"
        " 1.5::decimal(18, 3) as m, true as t, timestamp '2024-01-01 10:00' as at, uuid() as u"
    )
    ran = asked(demo, "sql", query, "--format", form, "--output", str(demo[0] / f"all.{form}"))
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_sql_says_what_has_no_plain_form(demo: tuple[Path, Ran], form: str) -> None:
    ran = asked(demo, "sql", "select interval 3 day as i", "--format", form)
    assert ran.returncode == 1
    assert ran.stderr.startswith("tradewatch: a column of the answer has no plain form")


@pytest.mark.parametrize(
    "attempt",
    [
        "delete from facts.trade_history",
        "create table t as select 1",
        "copy (select 1) to 'stolen.csv'",
        "attach 'other.duckdb'",
        "select * from read_csv('/etc/passwd')",
        "set enable_external_access = true",
        "drop view facts.trade; select 1",
    ],
)
def test_sql_is_read_only(demo: tuple[Path, Ran], attempt: str) -> None:
    ran = asked(demo, "sql", attempt)
    assert ran.returncode == 1
    assert ran.stderr.startswith("tradewatch: the query does not run: ")
    assert len(ran.stderr.splitlines()) == 1
    with duckdb.connect(str(demo[0] / "tradewatch-demo" / "tradewatch.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from facts.trade where source = 'eurostat'").fetchall() == [(29994,)]


def test_the_digest_tells_nothing_twice(demo: tuple[Path, Ran], tmp_path: Path) -> None:
    shutil.copytree(demo[0] / "tradewatch-demo", tmp_path / "tradewatch-demo")
    home = ("--home", "tradewatch-demo")
    dry = typed("digest", "--dry-run", *home, cwd=tmp_path).stdout
    first = typed("digest", *home, cwd=tmp_path).stdout
    again = typed("digest", *home, cwd=tmp_path).stdout
    assert dry.splitlines()[2].startswith("4 new")
    assert first.splitlines()[2].startswith("4 new")
    assert again.splitlines()[2].startswith("0 new, 0 worse or withdrawn, 4 ongoing, 0 closed")
    assert typed("digest", "--as-of", "2999-01-01", *home, cwd=tmp_path).stdout == again
    page = typed("digest", "--dry-run", "--format", "html", *home, cwd=tmp_path).stdout
    assert page.startswith("<!DOCTYPE html>")
    assert typed("digest", "--to", "pigeon", *home, cwd=tmp_path).returncode == 2
    unset = typed("digest", "--to", "slack", *home, cwd=tmp_path)
    assert (unset.returncode, "TRADEWATCH_SLACK_WEBHOOK" in unset.stderr) == (1, True)
    typed("check", "--since", "2021-06", "--month", "2022-11", *home, cwd=tmp_path)
    after = typed("digest", "--to", "file", *home, cwd=tmp_path)
    written = tmp_path / "tradewatch-demo" / "digests" / "2022-10.md"
    written = written if written.exists() else tmp_path / "tradewatch-demo" / "digests" / "2022-11.md"
    assert str(written) in after.stderr
    assert "0 new, 0 worse or withdrawn, 4 ongoing, 0 closed" in written.read_text(encoding="utf-8")


def test_import_ends_in_a_table_and_says_what_was_refused(tmp_path: Path) -> None:
    (tmp_path / "page.csv").write_text("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", encoding="utf-8")
    ran = typed("import", "page.csv", FILES / "comtrade_website.csv", "--home", "h", cwd=tmp_path)
    assert ran.returncode == 3
    assert "comtrade_website.csv" in ran.stdout
    assert ran.stderr.strip().splitlines()[-1].startswith("tradewatch: page.csv: a web page")
    alone = typed("import", "page.csv", "--home", "h", cwd=tmp_path)
    assert alone.returncode == 1
    assert "Traceback" not in alone.stderr


def test_without_a_warehouse_there_is_one_clear_sentence(tmp_path: Path) -> None:
    ran = typed("status", cwd=tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "there is no warehouse" in ran.stderr


def test_status_for_people_and_for_programs(demo: tuple[Path, Ran], tmp_path: Path) -> None:
    shutil.copytree(demo[0] / "tradewatch-demo", tmp_path / "tradewatch-home")
    (tmp_path / "page.csv").write_text("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", encoding="utf-8")
    typed("import", "page.csv", cwd=tmp_path)
    shown = typed("status", cwd=tmp_path).stdout.splitlines()
    told = json.loads(typed("status", "--format", "json", cwd=tmp_path).stdout)
    (_, refused) = [row for row in told["sources"] if row["source"] in ("eurostat", "none")]
    assert refused["last_error"].startswith("page.csv: a web page")
    below = f"none, {refused['last_error_at'][:16].replace('T', ' ')}: {refused['last_error']}"
    assert below in shown
    assert max(map(len, shown[: shown.index(below)])) <= 160
    assert typed("status", "--format", "xml", cwd=tmp_path).returncode == 2


def test_a_home_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for home in ("file", "file/inside"):
        ran = typed("import", FILES / "comtrade_website.csv", "--home", home, cwd=tmp_path)
        assert ran.returncode == 1
        assert ran.stderr.startswith("tradewatch: ")
        assert ran.stderr.count("\n") == 1


def test_wrong_usage_exits_with_2(tmp_path: Path) -> None:
    assert typed("import", "x", "--flow", "sideways", cwd=tmp_path).returncode == 2
    assert typed("nonsense", cwd=tmp_path).returncode == 2


def test_init_makes_a_home_that_is_used(tmp_path: Path) -> None:
    assert typed("init", cwd=tmp_path).returncode == 0
    assert (tmp_path / "tradewatch.toml").is_file()
    assert (tmp_path / ".env.example").is_file()
    assert (tmp_path / "tradewatch-home" / "alerts").is_dir()
    (tmp_path / "tradewatch.toml").write_text('home = "elsewhere"\n', encoding="utf-8")
    typed("import", FILES / "comtrade_website.csv", cwd=tmp_path)
    assert (tmp_path / "elsewhere" / "tradewatch.duckdb").is_file()
    assert "nothing was changed" not in typed("init", cwd=tmp_path).stderr


def test_a_users_own_view_and_rule_are_read(tmp_path: Path) -> None:
    views = tmp_path / "h" / "queries" / "views"
    views.mkdir(parents=True)
    (views / "mine.sql").write_text(
        "-- How many facts are there?\n-- Grain: facts\n-- facts: number of rows\n"
        "select count(*) as facts from facts.trade\n",
        encoding="utf-8",
    )
    typed("import", FILES / "comtrade_website.csv", "--home", "h", cwd=tmp_path)
    assert typed("build", "--home", "h", cwd=tmp_path).returncode == 0
    assert typed("sql", "from views.mine", "--format", "csv", "--home", "h", cwd=tmp_path).stdout.startswith("facts\n")


ANSWERS = ("ack", "confirm", "explain", "reopen", "silence")


@pytest.mark.parametrize("command", ["list", "show", "why", *ANSWERS])
def test_every_command_on_alerts_explains_itself_with_an_example(command: str, tmp_path: Path) -> None:
    assert f"Example: tradewatch alerts {command}" in typed("alerts", command, "--help", cwd=tmp_path).stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str, tmp_path: Path) -> None:
    words = ("alerts", "why") if command == "alerts" else (command,)
    shown = typed(*words, "--help", cwd=tmp_path).stdout
    assert f"Example: tradewatch {command}" in shown


def test_the_commands_are_those_listed() -> None:
    known = {one.name or (one.callback.__name__ if one.callback else "") for one in cli.app.registered_commands}
    groups = {group.name for group in cli.app.registered_groups}
    assert known | groups == set(COMMANDS)


@pytest.mark.slow
def test_the_road_in_processes_of_its_own(tmp_path: Path) -> None:
    """What else is typed in the tests' own process starts, ends and says so as a process, too."""
    road: tuple[tuple[tuple[str | Path, ...], str], ...] = (
        (("init",), "tradewatch.toml"),
        (("import", shipped("data") / "sample" / "eurostat_listed_exports.csv"), "29,994"),
        (("build",), "views"),
        (("check", "--month", "2022-10"), "4 new"),
        (("digest", "--to", "file"), "written to"),
        (("compact",), "29,994"),
        (("views",), "listed_share"),
        (("ask",), "ghosts"),
        (("alerts", "list"), "hub-jump.KGZ"),
    )
    for words, said in road:
        ran = tradewatch(*words, cwd=tmp_path)
        assert (ran.returncode, said in ran.stdout + ran.stderr) == (0, True), (words, ran)


def test_an_answer_without_rows_says_so_apart_from_it(demo: tuple[Path, Ran]) -> None:
    ran = asked(demo, "sql", "select period from facts.trade where reporter = 'XXX'", "--format", "csv")
    assert (ran.returncode, ran.stdout, ran.stderr[:8]) == (0, "period\n", "no rows;")
    assert asked(demo, "sql", "select 1 as one", "--format", "csv").stderr == ""


def test_a_year_is_no_amount(demo: tuple[Path, Ran]) -> None:
    shown = asked(demo, "sql", "select 2022 as year, 2021 as base_year, 2020 as rows").stdout.split()
    assert shown == ["year", "base_year", "rows", "2022", "2021", "2,020"]
