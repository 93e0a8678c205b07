"""tradewatch alerts, as a user types it: on the sample, with reasons that try to be more than text."""

import json
import shlex
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from command import Ran, typed

from tradewatch.alerts.case import Point
from tradewatch.show.cases import line


@pytest.fixture
def made(demo: tuple[Path, Ran]) -> Path:
    """The folder in which the demo has run."""
    return demo[0]


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be answered in."""
    shutil.copytree(made / "tradewatch-demo", tmp_path / "tradewatch-demo")
    return tmp_path


def asked(folder: Path, *words: str, **environment: str) -> Ran:
    return typed("alerts", *words, "--home", "tradewatch-demo", cwd=folder, **environment)


def listed(folder: Path, *words: str) -> list[str]:
    return [row["alert_id"] for row in json.loads(asked(folder, "list", "--format", "json", *words).stdout)]


def test_list_is_filtered(made: Path) -> None:
    assert listed(made) == ["hub-jump.KGZ", "hub-jump.KAZ", "direct-drop.RUS", "hub-jump.ARM"]
    assert listed(made, "--state", "receding") == ["hub-jump.ARM"]
    assert listed(made, "--severity", "medium") == ["hub-jump.KAZ", "hub-jump.ARM"]
    assert listed(made, "--watch", "russia", "--area", "KGZ") == ["hub-jump.KGZ"]
    assert listed(made, "--watch", "iran") == []
    wrong = asked(made, "list", "--state", "over")
    assert (wrong.returncode, "it is one of open" in wrong.stderr) == (2, True)


def test_show_has_all_of_a_case(made: Path) -> None:
    shown = asked(made, "show", "hub-jump.KGZ")
    assert (shown.returncode, shown.stderr) == (0, "")
    for text in (
        "open, critical, 2022-06 to 2022-10",
        "stated $6.8 million, expected $2.3 million, difference $4.5 million, score 3.8",
        "▂▂▂▁▂▂▂▁▂▂▂▁▂▂▃▄▅▆▆█",
        "HUN                 1,973,799   29 %",
        "Mirror figures: none are held",
        "prices rose everywhere",
        "taken off: 1.68 times",
        "tradewatch sql",
    ):
        assert text in shown.stdout


def test_the_sql_that_show_gives_answers_with_the_row(made: Path) -> None:
    found = json.loads(asked(made, "show", "hub-jump.KGZ", "--format", "json").stdout)
    words = shlex.split(found["command"])
    again = typed(*words[1:], "--format", "json", "--home", "tradewatch-demo", cwd=made)
    (row,) = json.loads(again.stdout)
    assert row["buyer"] == "KGZ"
    assert row["purchases_3m_usd"] == found["value_usd"]
    assert row["excess_usd"] == found["alert"]["amount_usd"]
    assert [point["month"] for point in found["line"]][-1] == "2022-10-01"
    assert [event["reason"] for event in found["history"]] == ["new", "worse", "worse"]


def test_why_as_json_leads_to_the_cell(made: Path) -> None:
    found = json.loads(asked(made, "why", "hub-jump.KGZ", "--rows", "1", "--format", "json").stdout)
    assert found["figures"][0]["place"].endswith("Sheet 85, AJ106")


BAD = "\x1b[31mred\x1b[0m \x9b31m [bold]x[/bold] \u202e<b> *y*\r\nand \x07bell"


def test_reasons_and_names_come_out_inert(copied: Path) -> None:
    said = asked(copied, "explain", "hub-jump.KGZ", "--reason", BAD, "--by", "=cmd|' /C calc'!A0 \x1b]0;title\x07")
    assert (said.returncode, said.stdout) == (0, "")
    asking = (
        ("list",),
        ("list", "--format", "json"),
        ("show", "hub-jump.KGZ"),
        ("show", "hub-jump.KGZ", "--format", "json"),
    )
    outputs = [said.stderr, *(asked(copied, *words).stdout for words in asking)]
    for text in outputs:
        assert text
        assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert "[bold]x[/bold]" in outputs[3]  # shown, not obeyed
    assert json.loads(outputs[4])["alert"]["owner"] == "=cmd|' /C calc'!A0 ]0;title"
    assert ",'=cmd|' /C calc'!A0" in asked(copied, "list", "--format", "csv").stdout


def test_an_answer_is_under_the_login_name_and_is_taken_back(copied: Path) -> None:
    assert asked(copied, "ack", "hub-jump.KGZ", "--reason", "I look", LOGNAME="ann").stderr == (
        "hub-jump.KGZ: Acknowledged by ann.\n"
    )
    assert listed(copied, "--state", "acknowledged") == ["hub-jump.KGZ"]
    assert asked(copied, "confirm", "hub-jump.KGZ", "--reason", "a case", "--by", "bob").returncode == 0
    assert (
        asked(copied, "silence", "hub-jump.KAZ", "--reason", "x", "--by", "bob", "--until", "2999-01-01").returncode
        == 0
    )
    assert "until 2999-01-01" in asked(copied, "show", "hub-jump.KAZ").stdout
    assert listed(copied, "--state", "silenced") == ["hub-jump.KAZ"]
    assert asked(copied, "reopen", "hub-jump.KGZ", "--reason", "no", "--by", "bob").returncode == 0
    again = asked(copied, "reopen", "hub-jump.KGZ", "--reason", "no", "--by", "bob")
    assert (again.returncode, "nothing to reopen" in again.stderr) == (1, True)
    assert listed(copied, "--state", "confirmed") == []
    unknown = asked(copied, "ack", "hub-jump.XXX", "--reason", "x", "--by", "bob")
    assert (unknown.returncode, "there is no alert 'hub-jump.XXX'; there are direct-drop.RUS" in unknown.stderr) == (
        1,
        True,
    )
    missing = asked(copied, "ack", "hub-jump.KGZ", "--by", "bob")
    assert missing.returncode == 2


def test_a_warehouse_of_an_older_tradewatch_says_what_to_do(copied: Path) -> None:
    with duckdb.connect(str(copied / "tradewatch-demo" / "tradewatch.duckdb")) as con:
        for name in ("owner", "until"):
            con.execute(f"alter table alerts.alert drop column {name}")
    ran = asked(copied, "list")
    assert (ran.returncode, "run `tradewatch build` once" in ran.stderr) == (1, True)
    assert typed("build", "--home", "tradewatch-demo", cwd=copied).returncode == 0
    assert len(listed(copied)) == 4


def test_the_line_of_a_case() -> None:
    amounts = [None, 0, 1, 50, 100]
    points = [
        Point(
            month=date(2024, month, 1),
            value_usd=None if amount is None else Decimal(amount),
            expected_usd=None if amount is None else Decimal(25),
        )
        for month, amount in enumerate(amounts, start=1)
    ]
    assert line(points).splitlines() == [
        "stated    ·_▁▅█  at most $100",
        "expected  ·▃▃▃▃",
        "          2024-01 to 2024-05; · not published, _ nothing stated",
    ]
    nothing = [Point(month=date(2024, 1, 1), value_usd=Decimal(0), expected_usd=None)]
    assert line(nothing).splitlines()[0] == "stated    _  at most $0"
