"""How a digest is worded and cut: what all formats share, before each makes the text harmless in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tradewatch.digest.model import Digest, Item, Rule, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section as it is shown: the items told, how many are not, and whether each is told in full or in one line."""

    name: str
    items: tuple[Item, ...]
    left_out: int
    in_full: bool


def sections(digest: Digest) -> tuple[Section, ...]:
    """The sections that hold something, in order, each cut to the digest's cap."""
    told: Sequence[tuple[str, tuple[Item, ...], bool]] = (
        ("New", digest.new, True),
        ("Worse and withdrawn", digest.worse, True),
        ("Ongoing", digest.ongoing, False),
        ("Closed, explained or silenced" if _answered(digest) else "Closed", digest.closed, False),
    )
    return tuple(
        Section(name=name, items=items[: digest.cap], left_out=max(0, len(items) - digest.cap), in_full=in_full)
        for name, items, in_full in told
        if items
    )


def summary(digest: Digest) -> str:
    """How many alerts there are of each kind, and how many changed by a new month and by a revision."""
    answered = _answered(digest)
    counts = (
        ("new", len(digest.new)),
        ("worse or withdrawn", len(digest.worse)),
        ("ongoing", len(digest.ongoing)),
        ("closed", len(digest.closed) - answered),
        *((("explained or silenced", answered),) if answered else ()),
    )
    said = ", ".join(f"{count} {name}" for name, count in counts) + "."
    changed = [item.change for item in digest.items]
    months, revisions = changed.count("new month"), changed.count("revision")
    return f"{said} {months} changed by a new month, {revisions} by a revision." if months or revisions else said


def _answered(digest: Digest) -> int:
    """How many of those that leave the digests do so by the word of a person."""
    return sum(item.reason != "closed" for item in digest.closed)


def title(digest: Digest) -> str:
    """The digest's heading, and the subject of its letter."""
    return f"tradewatch: {digest.month:%B %Y}" if digest.month else "tradewatch: no month judged yet"


def subject(digest: Digest) -> str:
    """The subject of a letter: the heading, and how much there is to read."""
    return f"{title(digest)}: {len(digest.new)} new, {len(digest.worse)} worse or withdrawn"


def dollars(value: float | Decimal | None) -> str:
    """An amount in whole US dollars."""
    return "not known" if value is None else f"${value:,.0f}".replace("$-", "-$")


def figures(item: Item) -> str:
    """The figures of an item in one sentence."""
    return (
        f"stated {dollars(item.value_usd)}, compared with {dollars(item.expected_usd)}, difference"
        f" {dollars(item.amount_usd)}, in the three months to {item.month:%Y-%m}; first hit in {item.first_month:%Y-%m}"
    )


def one_line(item: Item) -> str:
    """What an item that is not told in full says after its name."""
    happened = f"{item.reason}: {item.event.rstrip('.')}; " if item.event else ""
    return (
        f"{happened}since {item.first_month:%Y-%m}, score {item.score:.1f}, difference {dollars(item.amount_usd)} in"
        f" the three months to {item.month:%Y-%m}"
    )


def rest(section: Section) -> str:
    """How many items of a section are not shown, and where they are."""
    return f"and {section.left_out:,} more, see the attached table or tradewatch alerts list."


def label(item: Item) -> str:
    """Reason and what changed: `worse, by a new month`."""
    return f"{item.reason}, by a {item.change}" if item.change else item.reason


def _false_rate(rule: Rule) -> str:
    """The measured false rate of a rule, or that there is none."""
    return f"false rate {rule.false_rate}" if rule.false_rate else "false rate not measured"


CAVEAT = "An alert says that official figures are unusual. It is a reason to look, never proof of a breach."
ALL_WELL = "Nothing to report."


def footer(digest: Digest) -> tuple[str, ...]:
    """The sentences that end a digest: how to read it, the rules' thresholds, and the figures it rests on."""
    rules = (f"{rule.id}: {'; '.join((*rule.thresholds, _false_rate(rule)))}." for rule in digest.rules)
    sources = (_source(source) for source in digest.sources)
    judged = (
        f"Judged on figures released or taken up to {digest.known_at:%Y-%m-%d %H:%M} UTC." if digest.known_at else ""
    )
    verdicts = f"In the last twelve months {digest.confirmed} alert(s) were confirmed, {digest.explained} explained."
    return tuple(line for line in (CAVEAT, verdicts, *rules, *sources, judged) if line)


def _source(source: Source) -> str:
    return (
        f"{source.attribution}; figures to {source.newest_period:%Y-%m}, released or taken"
        f" {source.newest_release:%Y-%m-%d %H:%M} UTC."
    )


def described(item: Item) -> str:
    """What the chart of an item shows, for readers without pictures."""
    shown = item.history
    if not shown:
        return ""
    newest = next((value for value in reversed(shown.values_usd) if value is not None), None)
    return (
        f"US dollars a month from {shown.months[0]:%Y-%m} to {shown.months[-1]:%Y-%m}; the newest {dollars(newest)},"
        f" the middle half of the 24 baseline months between {dollars(shown.low_usd)} and {dollars(shown.high_usd)}"
    )
