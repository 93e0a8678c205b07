"""A digest as Slack blocks, within Slack's limits whatever it holds."""

import json
from collections.abc import Iterator
from typing import Any

from tradewatch.digest.harmless import slack as clean
from tradewatch.digest.model import Digest, Item
from tradewatch.digest.words import ALL_WELL, Section, figures, footer, label, one_line, rest, sections, summary, title

MOST_BLOCKS = 50
MOST_IN_A_SECTION = 3000
MOST_IN_A_HEADER = 150
MOST_IN_ALL = 12_000
"""Slack states no sum; messages of more than about 13,200 characters over all blocks were seen refused."""

Block = dict[str, Any]


def slack(digest: Digest, note: str = "") -> str:
    """
    The body of a webhook call as JSON: Block Kit blocks, and `text` for notifications.

    Alerts that do not fit are counted, those told first fit first; the footer's caveat and the data health always fit.
    `note` is a sentence of the channel itself, such as that the message may be a repetition.
    """
    last = [*_tail(digest), *([_context(clean(note))] if note else [])]
    blocks = [_header(title(digest)), _section(_opening(digest))]
    room = MOST_IN_ALL - _size(blocks) - _size(last) - _ROOM_FOR_COUNT
    places = MOST_BLOCKS - len(blocks) - len(last) - 1
    body = list(_body(digest))
    fitting: list[Block] = []
    for block in body:
        room -= _size([block])
        if room < 0 or len(fitting) == places:
            fitting.append(_context(f"{len(body) - len(fitting)} more part(s) did not fit into a Slack message."))
            break
        fitting.append(block)
    message = {"text": clean(f"{title(digest)}: {summary(digest)}"), "blocks": [*blocks, *fitting, *last]}
    return json.dumps(message, ensure_ascii=False, indent=1) + "\n"


_ROOM_FOR_COUNT = 100


def _size(blocks: list[Block]) -> int:
    """Characters of text in blocks, as the sum counts them; measured with all their marks, to be on the safe side."""
    return sum(len(json.dumps(block, ensure_ascii=False)) for block in blocks)


def _opening(digest: Digest) -> str:
    report = f"\n<{digest.report.replace('&', '&amp;')}|Open the report>" if digest.report else ""
    return f"{clean(summary(digest))} Composed {digest.composed_at:%Y-%m-%d %H:%M} UTC.{report}"


def _body(digest: Digest) -> Iterator[Block]:
    for section in sections(digest):
        yield _section(f"*{section.name}*")
        if section.in_full:
            yield from (_section(_in_full(item)) for item in section.items)
            yield from (_context(clean(rest(section))) for _ in range(bool(section.left_out)))
        else:
            yield _section("\n".join(_lines(section)))


def _lines(section: Section) -> Iterator[str]:
    yield from (f"• {_strong(item.alert_id)} {_cut(clean(one_line(item)), 240)}" for item in section.items)
    if section.left_out:
        yield clean(rest(section))


def _in_full(item: Item) -> str:
    notes = "".join(f"\n• {clean(note)}" for note in item.notes)
    return (
        f"{_strong(item.title)} {clean(item.alert_id)}\n{clean(label(item))} · {clean(item.severity)} · score"
        f" {item.score:.1f}\n{clean(item.event or item.sentence)}\n_{clean(figures(item))}_{notes}"
    )


def _strong(text: str) -> str:
    return f"*{clean(text)}*"


def _tail(digest: Digest) -> Iterator[Block]:
    health = "\n".join(f"• {clean(line)}" for line in digest.health or (ALL_WELL,))
    yield _section(_cut(f"*Data health*\n{health}", 2000))
    yield _context(_cut("\n".join(clean(line) for line in footer(digest)), 2000))


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": _cut(text, MOST_IN_A_HEADER), "emoji": False}}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(_cut(text, MOST_IN_A_SECTION))}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(_cut(text, MOST_IN_A_SECTION))]}


def _mrkdwn(text: str) -> Block:
    """Text in Slack's marks; `verbatim` keeps Slack from making links, mentions and channels of words."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _cut(text: str, most: int) -> str:
    """At most so many characters; never half of an escaped `&amp;`."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    start = kept.rfind("&")
    return (kept[:start] if start > most - 6 and ";" not in kept[start:] else kept) + "…"
