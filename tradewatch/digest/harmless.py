"""Text of sources and users made harmless for each format: shown, and never markup, a link or a formula."""

import re

from tradewatch.files import plain


def words(text: str) -> str:
    """
    One line without control characters, in which no address can be clicked: `http[:]//x`, `www[.]x`.

    Mail readers and chats turn bare addresses into links; those of tradewatch itself do not pass here.
    """
    unlinked = plain(text).replace("://", "[:]//")
    return re.sub(r"(?i)\b(mailto|javascript|vbscript|www)([:.])", r"\1[\2]", unlinked)


def markdown(text: str) -> str:
    """For Markdown: its own marks with a backslash."""
    return re.sub(r"([\\`*_\[\]<>#|~&!])", r"\\\1", words(text))


def slack(text: str) -> str:
    """
    For Slack's mrkdwn: `&`, `<` and `>` as it asks, so that no link, mention or channel can be made; its other marks,
    which it cannot escape, as letters that look alike.
    """
    escaped = words(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.translate(_LOOK_ALIKE)


_LOOK_ALIKE = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})  # fmt: skip


def cell(text: str) -> str:
    """For a cell of a spreadsheet: what would start a formula starts with an apostrophe instead."""
    shown = words(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
