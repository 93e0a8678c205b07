"""
The sixth stage: what a reader sees. `compose` reads the tables into a plain `Digest`, the formats write it, and the
outbox keeps it with what is to be delivered, in one transaction with the events that it tells.
"""

from tradewatch.digest import outbox
from tradewatch.digest.chart import png
from tradewatch.digest.compose import CAP, compose
from tradewatch.digest.html import html
from tradewatch.digest.model import Digest, History, Item, Rule, Source
from tradewatch.digest.outbox import Delivery
from tradewatch.digest.reader import Reader, for_reader
from tradewatch.digest.slack import slack
from tradewatch.digest.stored import as_json, from_json
from tradewatch.digest.table import table
from tradewatch.digest.text import markdown, plain
from tradewatch.digest.words import sections, subject, title

__all__ = [
    "CAP",
    "Delivery",
    "Digest",
    "History",
    "Item",
    "Reader",
    "Rule",
    "Source",
    "as_json",
    "compose",
    "for_reader",
    "from_json",
    "html",
    "markdown",
    "outbox",
    "plain",
    "png",
    "sections",
    "slack",
    "subject",
    "table",
    "title",
]
