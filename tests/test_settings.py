"""tradewatch.toml, read strictly: what it may say, and one sentence for all else."""

from pathlib import Path

import pytest

from tradewatch.errors import ConfigError
from tradewatch.flow.home import EXAMPLE_SETTINGS
from tradewatch.settings import Recipient, Settings, read, secrets


def told(here: Path, text: str) -> Settings:
    (here / "tradewatch.toml").write_text(text, encoding="utf-8")
    return read({}, None, here)


EMAIL = '[channels.email]\nhost = "smtp.example.org"\nfrom = "tw@example.org"\n'
DESK = '[[channels.email.to]]\naddress = "desk@example.org"\n'


def test_nothing_need_be_said(tmp_path: Path) -> None:
    assert read({}, None, tmp_path) == Settings(home=tmp_path / "tradewatch-home")


def test_the_example_says_what_may_be_said(tmp_path: Path) -> None:
    assert told(tmp_path, EXAMPLE_SETTINGS).channels.email is None
    lines = [line.removeprefix("# ") for line in EXAMPLE_SETTINGS.splitlines() if line.startswith("# ")]
    found = told(tmp_path, "\n".join(line for line in lines if "=" in line or line.startswith("[")))
    assert found.digest.cap == 10
    assert found.channels.email
    assert found.channels.email.to == (
        Recipient(
            address="desk@example.org", watches=("russia",), areas=("KGZ", "KAZ"), severity="high", weekdays=("monday",)
        ),
    )


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_usual_ports(tmp_path: Path, security: str, port: int) -> None:
    email = told(tmp_path, f'{EMAIL}security = "{security}"\n{DESK}').channels.email
    assert email
    assert email.port_used == port


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("home = ", "not readable as TOML"),
        ("homes = 'x'", "unknown setting homes"),
        ("home = 3", "Expected `str`, got `int` in home"),
        ("[digest]\ncap = 0", "digest.cap is 0; it counts alerts, at least 1"),
        ("[digest]\nreport = 'javascript:alert(1)'", "an address that begins with https://"),
        ("[digest]\nreport = 'https://x/|y>'", "without spaces or quotes"),
        ("[channels.email]\nhost = 'x'", "setting from is missing in channels.email"),
        (f"{EMAIL}password = 'x'\n{DESK}", "unknown setting password in channels.email"),
        (f"{EMAIL}to = []", "channels.email names nobody"),
        (f"{EMAIL}{DESK}{DESK}", "names an address twice"),
        (f"{EMAIL}user = 'x'\nsecurity = 'none'\n{DESK}", "never goes over an open line"),
        (f"{EMAIL}security = 'ssl'\n{DESK}", "Invalid enum value 'ssl' in channels.email.security"),
        (f"{EMAIL}{DESK}weekdays = ['Monday']", "Invalid enum value 'Monday'"),
        (EMAIL + DESK.replace("desk@", "desk@x.org\\nBcc: y@"), "is no mail address"),
    ],
)
def test_what_it_may_not_say(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as problem:
        told(tmp_path, text)
    assert sentence in str(problem.value)
    assert "\n" not in str(problem.value)


def test_secrets_are_never_shown() -> None:
    found = secrets(
        {
            "TRADEWATCH_SMTP_PASSWORD": "secret-1",
            "TRADEWATCH_SLACK_WEBHOOK": " https://secret-2 ",
            "TRADEWATCH_APPRISE_URLS": "tgram://secret-3/x\nntfy://secret-4",
        }
    )
    assert found.slack_webhook == "https://secret-2"
    assert found.apprise_urls == ("tgram://secret-3/x", "ntfy://secret-4")
    assert "secret-" not in repr(found) + str(found)
