"""From the outbox to real servers: each digest once to each, what was refused again, old ones as they were."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import stamina
from receivers import Mailbox, Webhook, mail_server, webhook_server
from test_digest import MAY, NOW, told_world

from tradewatch import alerts, answers, digest
from tradewatch.errors import ConfigError, DataError
from tradewatch.flow import tell
from tradewatch.periods import shift
from tradewatch.settings import Channels, Email, Recipient, Secrets, Settings

LATER = datetime(2024, 7, 2, 8, 30)  # a Tuesday
THURSDAY = datetime(2024, 7, 4, 8, 30)


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    stamina.set_testing(testing=True, attempts=3)
    yield
    stamina.set_testing(testing=False)


def mail(home: Path, port: int, *to: Recipient) -> Settings:
    told = to or (Recipient(address="desk@example.org"),)
    email = Email(host="127.0.0.1", port=port, security="none", sender="tw@example.org", to=told, timeout_seconds=5.0)
    return Settings(home=home, channels=Channels(email=email))


def states(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, int]]:
    return con.execute(
        "select channel, recipient, state, attempts from alerts.delivery order by queued_at, channel, recipient"
    ).fetchall()


def test_a_digest_reaches_every_channel_once(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    told_world(con)
    mailbox, hook = Mailbox(), Webhook()
    with mail_server(mailbox) as port, webhook_server(hook) as address:
        settings, secrets = mail(tmp_path, port), Secrets(slack_webhook=address)
        for now in (NOW, LATER, THURSDAY):
            tell.tell(con, settings, secrets, ["email", "slack", "file"], now, by_hand=False)
    assert len(mailbox.letters) == len(hook.messages) == 1
    assert [path.name for path in (tmp_path / "digests").iterdir()] == ["2024-05.md"]
    letter = mailbox.letters[0]
    assert str(letter["Subject"]) == "tradewatch: May 2024: 3 new, 0 worse or withdrawn"
    (digest_id,) = con.execute("select digest_id from alerts.digest").fetchall()[0]
    assert str(letter["Message-ID"]).startswith(f"<{digest_id}.")
    assert {state for _, _, state, _ in states(con)} == {"sent"}


def test_nothing_new_is_only_told_to_whoever_asks(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told_world(con)
    settings = Settings(home=tmp_path)
    tell.tell(con, settings, Secrets(), ["stdout"], NOW)
    assert "3 new" in capsys.readouterr().out
    told = tell.tell(con, settings, Secrets(), ["stdout"], LATER)
    assert not told.news
    assert "0 new, 0 worse or withdrawn, 3 ongoing, 0 closed." in capsys.readouterr().out
    tell.tell(con, settings, Secrets(), ["stdout"], LATER, by_hand=False)
    assert capsys.readouterr().out == ""


def test_who_looks_by_hand_takes_nothing_from_the_job(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    told_world(con)
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        settings = mail(tmp_path, port)
        tell.tell(con, settings, Secrets(), ["stdout"], NOW)
        assert (mailbox.letters, states(con)[0]) == ([], ("email", "desk@example.org", "waiting", 0))
        for now in (LATER, THURSDAY):
            tell.tell(con, settings, Secrets(), ["email"], now, by_hand=False)
    assert ["3 new" in str(letter["Subject"]) for letter in mailbox.letters] == [True]


def test_a_quiet_new_month_is_told_once(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Silence would look like a job that died."""
    told_world(con)
    hook = Webhook()
    with webhook_server(hook) as address:
        secrets = Secrets(slack_webhook=address)
        tell.tell(con, Settings(home=tmp_path), secrets, ["slack"], NOW, by_hand=False)
        con.execute(
            "insert into findings.judged by name select * replace (date '2024-06-01' as month, 'quiet' as verdict,"
            " '' as reason) from findings.judged where month = date '2024-05-01'"
        )
        alerts.update(con, shift(MAY, 1), LATER)
        for now in (LATER, THURSDAY):
            tell.tell(con, Settings(home=tmp_path), secrets, ["slack"], now, by_hand=False)
    assert [message["text"].partition(":")[2].partition(".")[0].strip() for message in hook.messages][1:] == [
        "June 2024: 0 new, 0 worse or withdrawn, 3 ongoing, 0 closed"
    ]


def test_a_channel_that_refuses_is_retried_and_told_of_elsewhere(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    told_world(con)
    mailbox, hook = Mailbox(("451",) * 3), Webhook()
    with mail_server(mailbox) as port, webhook_server(hook) as address:
        settings, secrets = mail(tmp_path, port), Secrets(slack_webhook=address)
        told = tell.tell(con, settings, secrets, ["email", "slack"], NOW)
        assert told.arrived == ("posted to Slack",)
        assert told.failed[0].startswith("email desk@example.org: the mail server 127.0.0.1:")
        assert states(con) == [("email", "desk@example.org", "waiting", 1), ("slack", "", "sent", 1)]
        assert tell.composed(con, settings, LATER).health[0] == (
            "email: 1 delivery(ies) not taken since 2024-07-01, tried 1 time(s); the next run tries again."
        )
        shown = answers.ask(con, Path("queries/digest/channels.sql").read_text(encoding="utf-8")).to_dicts()
        assert [(row["channel"], row["delivered"], row["waiting"]) for row in shown] == [
            ("email", 0, 1),
            ("slack", 1, 0),
        ]
        assert "451" in shown[0]["last_error"]
        told = tell.tell(con, settings, secrets, ["email", "slack"], LATER, by_hand=False)
        assert (told.arrived, told.failed) == (("sent to desk@example.org",), ())
    assert len(mailbox.letters) == len(hook.messages) == 1
    assert not tell.composed(con, settings, LATER).health[0].startswith("email")


def test_an_answer_that_never_came_means_once_more_under_the_same_name(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    told_world(con)
    mailbox, hook = Mailbox(("silent",)), Webhook(("silent",))
    with mail_server(mailbox) as port, webhook_server(hook) as address:
        settings, secrets = mail(tmp_path, port), Secrets(slack_webhook=address)
        tell.tell(con, settings, secrets, ["email", "slack"], NOW, by_hand=False)
        assert {state for _, _, state, _ in states(con)} == {"sending"}
        tell.tell(con, settings, secrets, ["email", "slack"], LATER, by_hand=False)
    first, second = mailbox.letters
    assert first.as_bytes() == second.as_bytes()
    assert ["may be a repetition" in json.dumps(message) for message in hook.messages] == [False, True]


def test_each_recipient_gets_its_own_alerts_on_its_own_day(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    told_world(con)
    con.execute(
        "update findings.finding set evidence ="
        ' replace(evidence, \'{"severity"\', \'{"area": "\' || subject || \'", "severity"\')'
    )
    mailbox = Mailbox()
    to = (
        Recipient(address="all@example.org"),
        Recipient(address="bbb@example.org", areas=("BBB",)),
        Recipient(address="none@example.org", areas=("ZZZ",)),
        Recipient(address="critical@example.org", severity="critical"),
        Recipient(address="thursday@example.org", weekdays=("thursday",)),
    )
    with mail_server(mailbox) as port:
        settings = mail(tmp_path, port, *to)
        tell.tell(con, settings, Secrets(), ["email"], NOW, by_hand=False)
        first = {str(letter["To"]): str(letter["Subject"]) for letter in mailbox.letters}
        tell.tell(con, settings, Secrets(), ["email"], LATER, by_hand=False)
        assert len(mailbox.letters) == 2
        tell.tell(con, settings, Secrets(), ["email"], THURSDAY, by_hand=False)
    assert first == {
        "all@example.org": "tradewatch: May 2024: 3 new, 0 worse or withdrawn",
        "bbb@example.org": "tradewatch: May 2024: 1 new, 0 worse or withdrawn",
    }
    assert str(mailbox.letters[-1]["To"]) == "thursday@example.org"
    assert [state for _, _, state, _ in states(con)] == ["sent", "sent", "skipped", "skipped", "sent"]


def test_a_channel_that_is_not_set_up_stops_before_anything_is_told(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    told_world(con)
    untold = digest.compose(con, NOW).event_ids
    for channel, named in (
        ("email", "channels.email"),
        ("slack", "TRADEWATCH_SLACK"),
        ("apprise", "TRADEWATCH_APPRISE"),
    ):
        with pytest.raises(ConfigError, match=named):
            tell.tell(con, Settings(home=tmp_path), Secrets(), ["file", channel], NOW)
    assert untold
    assert digest.compose(con, NOW).event_ids == untold
    assert not (tmp_path / "digests").exists()


def test_a_job_tells_the_channels_that_are_set_up_and_keeps_what_it_can_for_the_others(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    told_world(con)
    to = ["file", "slack", "email"]
    told = tell.tell(con, Settings(home=tmp_path), Secrets(), to, NOW, by_hand=False)
    assert told.arrived == (f"written to {tmp_path / 'digests' / '2024-05.md'}",)
    assert told.failed == (
        "slack: the channel slack needs the address of an incoming webhook in TRADEWATCH_SLACK_WEBHOOK.",
        "email: the channel email needs [channels.email] in tradewatch.toml; see `tradewatch init`.",
    )
    assert states(con) == [("file", "markdown", "sent", 1), ("slack", "", "waiting", 0)]
    assert tell.composed(con, Settings(home=tmp_path), LATER).health[0].startswith("slack: 1 delivery(ies) not taken")
    hook = Webhook()
    with webhook_server(hook) as address:
        told = tell.tell(con, Settings(home=tmp_path), Secrets(slack_webhook=address), to, LATER, by_hand=False)
    assert (told.arrived, len(hook.messages)) == (("posted to Slack",), 1)
    assert "repetition" not in json.dumps(hook.messages)
    assert len(told.failed) == 1


def test_what_waits_for_an_address_stays_while_email_is_taken_out_of_the_settings(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    told_world(con)
    mailbox = Mailbox(("451",) * 3)
    with mail_server(mailbox) as port:
        tell.tell(con, mail(tmp_path, port), Secrets(), ["email"], NOW, by_hand=False)
        tell.tell(con, Settings(home=tmp_path), Secrets(), ["email"], LATER, by_hand=False)
        assert states(con) == [("email", "desk@example.org", "waiting", 1)]
        tell.tell(con, mail(tmp_path, port), Secrets(), ["email"], THURSDAY, by_hand=False)
    assert len(mailbox.letters) == 1


def test_a_folder_that_cannot_be_written_waits(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    told_world(con)
    blocked = tmp_path / "digests"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    told = tell.tell(con, Settings(home=tmp_path), Secrets(), ["file"], NOW)
    assert "cannot be written" in told.failed[0]
    blocked.unlink()
    told = tell.tell(con, Settings(home=tmp_path), Secrets(), ["file"], LATER, by_hand=False)
    assert told.arrived == (f"written to {blocked / '2024-05.md'}",)


def test_an_old_digest_is_rebuilt_byte_for_byte(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    told_world(con)
    with pytest.raises(DataError, match="no digest had been told by 2024-07-01"):
        tell.as_told(con, NOW)
    made = tell.composed(con, Settings(home=tmp_path), NOW)
    before = {form: tell.written(made, form) for form in tell.SUFFIX}
    tell.tell(con, Settings(home=tmp_path), Secrets(), ["file"], NOW)
    con.execute("delete from findings.finding")  # whatever becomes of the tables
    con.execute("update alerts.rule set title = 'another'")
    tell.tell(con, Settings(home=tmp_path), Secrets(), ["file"], LATER)
    assert {form: tell.written(tell.as_told(con, NOW), form) for form in tell.SUFFIX} == before
    assert tell.as_told(con, THURSDAY).composed_at == LATER


def test_a_revision_is_told_apart_from_a_new_month(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """The newest month judged again on newer figures: the hit is gone, and whoever heard of it hears that."""
    told_world(con)
    tell.tell(con, Settings(home=tmp_path), Secrets(), ["file"], NOW)
    newer = datetime(2024, 7, 3)
    con.execute(
        "insert into findings.judged values ('jump', 'hub-jump', 'CCC', $1, 'quiet', '', $2, $2, null, null)",
        [MAY, newer],
    )
    alerts.update(con, MAY, THURSDAY)
    made = tell.composed(con, Settings(home=tmp_path), THURSDAY)
    assert [(item.alert_id, item.reason, item.change) for item in made.worse] == [
        ("hub-jump.CCC", "withdrawn", "revision")
    ]
    assert "0 changed by a new month, 1 by a revision." in digest.plain(made)
