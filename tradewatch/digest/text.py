"""A digest as Markdown and as plain text: the same lines, in two styles."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tradewatch.digest.model import Digest, Item
from tradewatch.files import plain as one_line

Clean = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How headings, items and code are written, and how text from sources is made harmless."""

    clean: Clean
    title: str
    heading: str
    strong: str
    code: str


def _escaped(text: str) -> str:
    """Text of a source so that it cannot become markup: one line, Markdown's own marks with a backslash."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", one_line(text))


MARKDOWN = Style(clean=_escaped, title="# {}", heading="\n## {}\n", strong="**{}**", code="`{}`")
PLAIN = Style(clean=one_line, title="{}", heading="\n{}\n", strong="{}", code="{}")


def markdown(digest: Digest) -> str:
    """The digest as Markdown, ending in a line break."""
    return "\n".join(_lines(digest, MARKDOWN)) + "\n"


def plain(digest: Digest) -> str:
    """The digest as plain text, ending in a line break."""
    return "\n".join(_lines(digest, PLAIN)) + "\n"


def _lines(digest: Digest, style: Style) -> Iterator[str]:
    month = f"{digest.month:%B %Y}" if digest.month else "no month judged yet"
    yield style.title.format(f"tradewatch: {month}")
    yield ""
    yield f"{_summary(digest)} Composed {digest.composed_at:%Y-%m-%d %H:%M} UTC."
    for name, items in (("New", digest.new), ("Worse or revised", digest.worse), ("Closed or withdrawn", digest.over)):
        if items:
            yield style.heading.format(name)
            for number, item in enumerate(items, start=1):
                yield from _item(item, number, style)
    if digest.still:
        yield style.heading.format("Still going on")
        yield from (_still(item, style) for item in digest.still)
    if digest.inhibited:
        yield style.heading.format("Muted by a broader cause")
        yield from (f"- {style.clean(line)}" for line in digest.inhibited)
    yield style.heading.format("Data health")
    yield from (f"- {style.clean(line)}" for line in digest.health or ("Nothing to report.",))
    yield from _footer(digest, style)


def _summary(digest: Digest) -> str:
    counts = (
        ("new", digest.new),
        ("worse or revised", digest.worse),
        ("closed or withdrawn", digest.over),
        ("still", digest.still),
    )
    return ", ".join(f"{len(items)} {name}" for name, items in counts) + "."


def _item(item: Item, number: int, style: Style) -> Iterator[str]:
    heading = f"{style.code.format(style.clean(item.alert_id))} · {item.severity} · score {item.score:.1f}"
    yield f"{number}. {style.strong.format(style.clean(item.title))} {heading}"
    yield ""
    yield f"   {style.clean(item.event or item.sentence)}"
    yield ""
    yield f"   - stated {_dollars(item.value_usd)}, compared with {_dollars(item.expected_usd)},"
    yield f"     difference {_dollars(float(item.amount_usd))}, in the three months to {item.month:%Y-%m};"
    yield f"     first hit in {item.first_month:%Y-%m}"
    yield from (f"   - {style.clean(note)}" for note in item.notes)
    yield from (f"   - next: {style.clean(step)}" for step in item.next)
    yield f"   - figures and files behind it: {style.code.format(f'tradewatch alerts why {item.alert_id}')}"
    yield ""


def _still(item: Item, style: Style) -> str:
    notes = f" ({'; '.join(style.clean(note) for note in item.notes)})" if item.notes else ""
    return (
        f"- {style.code.format(style.clean(item.alert_id))} since {item.first_month:%Y-%m}: score {item.score:.1f},"
        f" difference {_dollars(float(item.amount_usd))} in the three months to {item.month:%Y-%m}{notes}"
    )


def _footer(digest: Digest, style: Style) -> Iterator[str]:
    yield style.heading.format("How to read this")
    yield "- An alert says that official figures are unusual. It is a reason to look, never proof of a breach."
    yield "- The false rate of these rules is not measured; expect harmless explanations among them."
    for rule in digest.rules:
        yield f"- {style.code.format(style.clean(rule.id))}: {style.clean('; '.join(rule.thresholds))}."
    for source in digest.sources:
        yield (
            f"- {style.clean(source.attribution)}; figures to {source.newest_period:%Y-%m},"
            f" released or taken {source.newest_release:%Y-%m-%d %H:%M} UTC."
        )
    if digest.known_at:
        yield f"- Judged on figures released or taken up to {digest.known_at:%Y-%m-%d %H:%M} UTC."


def _dollars(value: float | None) -> str:
    return "not known" if value is None else f"${value:,.0f}"
