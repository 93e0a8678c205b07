"""A digest as Markdown and as plain text: the same lines, in two styles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tradewatch.digest import harmless
from tradewatch.digest.model import Digest, Item
from tradewatch.digest.words import ALL_WELL, Section, figures, footer, label, one_line, rest, sections, summary, title


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How headings, items and code are written, and how text from sources is made harmless."""

    clean: Callable[[str], str]
    title: str
    heading: str
    strong: str
    code: str


MARKDOWN = Style(clean=harmless.markdown, title="# {}", heading="\n## {}\n", strong="**{}**", code="`{}`")
PLAIN = Style(clean=harmless.words, title="{}", heading="\n{}\n", strong="{}", code="{}")


def markdown(digest: Digest) -> str:
    """The digest as Markdown, ending in a line break."""
    return "\n".join(_lines(digest, MARKDOWN)) + "\n"


def plain(digest: Digest) -> str:
    """The digest as plain text, ending in a line break."""
    return "\n".join(_lines(digest, PLAIN)) + "\n"


def _lines(digest: Digest, style: Style) -> Iterator[str]:
    yield style.title.format(title(digest))
    yield ""
    yield f"{summary(digest)} Composed {digest.composed_at:%Y-%m-%d %H:%M} UTC."
    if digest.report:
        yield f"Report: <{digest.report}>" if style is MARKDOWN else f"Report: {digest.report}"
    for section in sections(digest):
        yield style.heading.format(section.name)
        yield from _section(section, style)
    yield style.heading.format("Data health")
    yield from (f"- {style.clean(line)}" for line in digest.health or (ALL_WELL,))
    yield style.heading.format("How to read this")
    yield from (f"- {style.clean(line)}" for line in footer(digest))


def _section(section: Section, style: Style) -> Iterator[str]:
    for number, item in enumerate(section.items, start=1):
        yield from _in_full(item, number, style) if section.in_full else _in_one_line(item, style)
    if section.left_out:
        yield f"- {rest(section)}"


def _in_full(item: Item, number: int, style: Style) -> Iterator[str]:
    name = style.code.format(_code(item.alert_id))
    yield f"{number}. {style.strong.format(style.clean(item.title))} {name}"
    yield ""
    yield f"   {style.clean(label(item))} · {style.clean(item.severity)} · score {item.score:.1f}"
    yield ""
    yield f"   {style.clean(item.event or item.sentence)}"
    yield ""
    yield f"   - {figures(item)}"
    yield from (f"   - {style.clean(note)}" for note in item.notes)
    yield from (f"   - next: {style.clean(step)}" for step in item.next)
    yield f"   - figures and files behind it: {style.code.format(_code(f'tradewatch alerts why {item.alert_id}'))}"
    yield ""


def _in_one_line(item: Item, style: Style) -> Iterator[str]:
    notes = f" ({'; '.join(style.clean(note) for note in item.notes)})" if item.notes else ""
    yield f"- {style.code.format(_code(item.alert_id))} {style.clean(one_line(item))}{notes}"


def _code(text: str) -> str:
    """Text inside a code span, where Markdown knows no backslash: only a backtick could end it."""
    return harmless.words(text).replace("`", "ˋ")
