"""Channels against real servers: what they take, what they refuse, what is tried again, and what is never said."""

import json
import logging
import ssl
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import stamina
import trustme
from receivers import PASSWORD, Mailbox, Webhook, free_port, mail_server, webhook_server

from tradewatch.channels import Doubtful, email, others, slack
from tradewatch.channels.email import Letter
from tradewatch.errors import ConfigError, DeliveryError
from tradewatch.settings import Email, Recipient

DESK = "desk@example.org"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
LETTER = Letter(
    digest_id="2024-05.0123456789abcdef",
    written_at=datetime(2024, 7, 1, 8, 30),
    subject="tradewatch: May 2024: 1 new, 0 worse or withdrawn",
    text="Türkiye bought 中国 goods.\n",
    html='<p>Türkiye</p><img src="cid:1.x@tradewatch">',
    pictures=(("1.x@tradewatch", PNG),),
    table="alert_id\r\nhub-jump.TUR\r\n",
)


def settings(port: int, **more: object) -> Email:
    given = {"security": "none", "timeout_seconds": 5.0} | more
    return Email(host="127.0.0.1", port=port, sender="tw@example.org", to=(Recipient(address=DESK),), **given)  # type: ignore[arg-type]


@pytest.fixture
def at_once() -> Iterator[None]:
    """Retries as many as in life, without the waits between."""
    stamina.set_testing(testing=True, attempts=3)
    yield
    stamina.set_testing(testing=False)


def parts(letter: EmailMessage) -> dict[str, EmailMessage]:
    return {part.get_content_type(): part for part in letter.walk() if isinstance(part, EmailMessage)}


def test_a_letter_arrives_whole() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        email.deliver(LETTER, settings(port), DESK, "")
    (letter,) = mailbox.letters
    assert (letter["Subject"], letter["To"], letter["From"]) == (LETTER.subject, DESK, "tw@example.org")
    assert letter["Date"] == "Mon, 01 Jul 2024 08:30:00 +0000"
    found = parts(letter)
    assert found["text/plain"].get_content().strip() == LETTER.text.strip()
    assert found["text/html"].get_content().strip() == LETTER.html
    assert found["image/png"].get_content() == PNG
    assert found["image/png"]["Content-ID"] == "<1.x@tradewatch>"
    assert found["image/png"].get_content_disposition() == "inline"
    assert found["text/csv"].get_filename() == "2024-05.0123456789abcdef.csv"
    assert found["text/csv"].get_content().splitlines() == LETTER.table.splitlines()


def test_a_letter_is_the_same_bytes_whenever_it_is_sent() -> None:
    first, second = (email.message(LETTER, settings(25), DESK) for _ in range(2))
    other = email.message(LETTER, settings(25), "other@example.org")
    assert first.as_bytes() == second.as_bytes()
    assert first["Message-ID"] == second["Message-ID"] != other["Message-ID"]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("plan", [("451",), ("451", "451")])
def test_a_refusal_that_may_pass_is_tried_again(plan: tuple[str, ...]) -> None:
    mailbox = Mailbox(plan)
    with mail_server(mailbox) as port:
        email.deliver(LETTER, settings(port), DESK, "")
    assert len(mailbox.letters) == 1
    assert mailbox.seen == len(plan) + 1


@pytest.mark.usefixtures("at_once")
def test_a_server_that_goes_on_refusing_is_told_in_one_sentence() -> None:
    mailbox = Mailbox(("451",) * 9)
    with mail_server(mailbox) as port, pytest.raises(DeliveryError, match=r"does not take the letter: 451 4.3.0 try"):
        email.deliver(LETTER, settings(port), DESK, "")
    assert (mailbox.seen, mailbox.letters) == (3, [])
    final = Mailbox(("554",))
    with mail_server(final) as port, pytest.raises(DeliveryError, match="554"):
        email.deliver(LETTER, settings(port), DESK, "")
    assert final.seen == 1
    with mail_server(Mailbox()) as port, pytest.raises(DeliveryError, match="no such mailbox"):
        email.deliver(LETTER, settings(port), "nobody@example.org", "")


@pytest.mark.parametrize("fault", ["drop", "silent", "slow"])
def test_silence_after_the_letter_is_doubtful_and_not_tried_at_once(fault: str) -> None:
    mailbox = Mailbox((fault,))
    with mail_server(mailbox) as port, pytest.raises(Doubtful, match="under the same Message-ID"):
        email.deliver(LETTER, settings(port, timeout_seconds=0.5), DESK, "")
    assert mailbox.seen == 1
    assert len(mailbox.letters) == (fault != "drop")


def test_a_slow_server_is_waited_for() -> None:
    mailbox = Mailbox(("slow",))
    with mail_server(mailbox) as port:
        email.deliver(LETTER, settings(port), DESK, "")
    assert len(mailbox.letters) == 1


@pytest.mark.usefixtures("at_once")
def test_no_server_is_a_sentence() -> None:
    with pytest.raises(DeliveryError, match=r"the mail server 127.0.0.1:\d+ cannot be used \(ConnectionRefusedError\)"):
        email.deliver(LETTER, settings(free_port()), DESK, "")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for 127.0.0.1, and the file of the authority that signed it."""
    made, path = trustme.CA(), tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert("127.0.0.1").configure_cert(context)
    return context, path


def test_starttls_and_password(authority: tuple[ssl.SSLContext, Path]) -> None:
    context, ca = authority
    mailbox = Mailbox()
    with mail_server(mailbox, context) as port:
        safe = settings(port, security="starttls", user="tw", ca_file=str(ca))
        email.deliver(LETTER, safe, DESK, PASSWORD)
        with pytest.raises(DeliveryError, match="does not take the user and password") as refused:
            email.deliver(LETTER, safe, DESK, "wrong secret")
        assert "secret" not in str(refused.value)
        with pytest.raises(DeliveryError, match="certificate is not trusted"):
            email.deliver(LETTER, settings(port, security="starttls", user="tw"), DESK, PASSWORD)
        with pytest.raises(ConfigError, match="TRADEWATCH_SMTP_PASSWORD"):
            email.deliver(LETTER, safe, DESK, "")
    assert mailbox.logins == [True, False]
    assert len(mailbox.letters) == 1


def test_tls_from_the_first_byte(authority: tuple[ssl.SSLContext, Path]) -> None:
    context, ca = authority
    mailbox = Mailbox()
    with mail_server(mailbox, ssl_context=context) as port:
        email.deliver(LETTER, settings(port, security="tls", ca_file=str(ca)), DESK, "")
    assert len(mailbox.letters) == 1


@pytest.mark.usefixtures("at_once")
def test_a_server_without_starttls_gets_no_letter() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port, pytest.raises(DeliveryError, match="does not offer"):
        email.deliver(LETTER, settings(port, security="starttls"), DESK, "")
    assert mailbox.seen == 0


BODY = json.dumps({"text": "x", "blocks": []})


def test_slack_waits_as_long_as_it_is_asked_to() -> None:
    hook = Webhook(((429, {"Retry-After": "1"}, "slow down"), (429, {"Retry-After": "1"}, "slow down")))
    with webhook_server(hook) as address:
        slack.deliver(BODY, address)
    assert hook.messages == [json.loads(BODY)]
    assert all(later - earlier >= 1.0 for earlier, later in zip(hook.times, hook.times[1:], strict=False))


@pytest.mark.usefixtures("at_once")
def test_slack_refusals_and_silence_never_show_the_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    for plan, kind in (
        (((400, {}, "invalid_blocks"),), DeliveryError),
        (((500, {}, "down"),) * 3, DeliveryError),
        (((429, {"Retry-After": "3600"}, "x"),), DeliveryError),
        (("silent",), Doubtful),
    ):
        hook = Webhook(plan)
        with webhook_server(hook) as address, pytest.raises(kind) as refused:
            slack.deliver(BODY, address)
        said.append(str(refused.value))
        assert len(hook.times) == len(plan)
    with pytest.raises(DeliveryError, match="cannot be reached") as refused:
        slack.deliver(BODY, f"http://127.0.0.1:{free_port()}/SECRETSECRET")
    for wrong in (
        "http://hooks.example.org/SECRETSECRET",
        "SECRETSECRET",
        "https://[SECRETSECRET",
        "ftp://x/SECRETSECRET",
    ):
        with pytest.raises((ConfigError, DeliveryError)) as bad:
            slack.deliver(BODY, wrong)
        said.append(str(bad.value))
    assert "invalid_blocks" in said[0]
    assert "SECRETSECRET" not in " ".join([*said, str(refused.value), caplog.text])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_anything_that_apprise_knows(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("apprise")
    caplog.set_level(logging.DEBUG)
    hook = Webhook()
    with webhook_server(hook) as address:
        url = address.replace("http://", "json://")
        others.deliver("tradewatch: May 2024", "1 new.\n", url)
        assert hook.messages[0]["message"].strip() == "1 new."
        hook.plan = [(500, {}, "no")]
        with pytest.raises(DeliveryError) as refused:
            others.deliver("t", "b", url)
    with pytest.raises(ConfigError) as unknown:
        others.deliver("t", "b", "nosuchservice://SECRETSECRET")
    said = " ".join((str(refused.value), str(unknown.value), others.name(url)))
    assert "SECRETSECRET" not in said + caplog.text
