"""A new home: the settings file, an example environment, and places for the user's own files."""

from collections.abc import Iterator
from pathlib import Path

from tradewatch.files import write_whole
from tradewatch.settings import Settings


def make_home(here: Path, settings: Settings) -> Iterator[Path]:
    """Make tradewatch.toml and an example .env here, and a home folder with places for the user's own files."""
    for name, text in (("tradewatch.toml", EXAMPLE_SETTINGS), (".env.example", EXAMPLE_ENVIRONMENT)):
        if not (here / name).exists():
            write_whole(here / name, text.encode())
            yield here / name
    for folder in ("queries/views", "queries/ask", "alerts", "watches"):
        if not (settings.home / folder).exists():
            (settings.home / folder).mkdir(parents=True)
            yield settings.home / folder


EXAMPLE_SETTINGS = """\
# The home folder: the warehouse, the kept bytes, and your own views, questions, rules and watches
# (queries/views/*.sql, queries/ask/*.sql, alerts/*.toml, watches/*.toml), read after the shipped ones.
home = "tradewatch-home"

# [digest]
# cap = 10                                     # alerts of a section that are told; the rest are counted and attached
# report = "https://example.org/report.html"   # links to it stand in digests only when this is set

# Letters, for `tradewatch digest --to email`. The password comes from TRADEWATCH_SMTP_PASSWORD.
# [channels.email]
# host = "smtp.example.org"
# security = "starttls"                        # or tls, or none (without user)
# port = 587
# user = "tradewatch"
# from = "tradewatch@example.org"
#
# [[channels.email.to]]
# address = "desk@example.org"
# watches = ["russia"]                         # each of these four may be left out
# areas = ["KGZ", "KAZ"]
# severity = "high"                            # the least
# weekdays = ["monday"]                        # letters wait until then (UTC)
"""

EXAMPLE_ENVIRONMENT = """\
# Copy to .env and load it into the environment of whatever runs tradewatch; tradewatch itself never reads it.
# TRADEWATCH_HOME goes before the home of tradewatch.toml; --home goes before both.
TRADEWATCH_HOME=tradewatch-home

# The subscription key for UN Comtrade (free at comtradedeveloper.un.org); without one the preview service is asked.
# It goes into a header only and stands in no file, log or error of tradewatch.
TRADEWATCH_COMTRADE_KEY=
# Seconds between two calls; 1.05 where it is not set.
# TRADEWATCH_COMTRADE_PACE=1.05
# The same for China's customs; 1 where it is not set.
# TRADEWATCH_GACC_PACE=1

# Secrets of the channels of `tradewatch digest --to`: the mail server's password (channels.email in tradewatch.toml),
# the address of a Slack incoming webhook, and addresses of services that apprise knows, with spaces between.
TRADEWATCH_SMTP_PASSWORD=
TRADEWATCH_SLACK_WEBHOOK=
TRADEWATCH_APPRISE_URLS=
"""
