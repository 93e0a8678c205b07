"""From what is new to whoever must know: compose, keep in the outbox, deliver. What was not taken waits there."""

import base64
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from tradewatch import digest
from tradewatch.channels import Doubtful, email, file, others, slack, stdout
from tradewatch.digest import Delivery, Digest, outbox
from tradewatch.errors import ConfigError, DataError, DeliveryError
from tradewatch.settings import Recipient, Secrets, Settings

CHANNELS = ("stdout", "file", "email", "slack", "apprise")

SUFFIX: Mapping[str, str] = {"markdown": "md", "html": "html", "text": "txt", "json": "json", "slack": "slack.json"}
"""The formats, and how their files end."""

USUAL: Mapping[str, str] = {"stdout": "text", "file": "markdown"}
"""The format of the channels that have a choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a run: sentences on what arrived and on what did not, and whether there was anything new."""

    news: bool
    arrived: tuple[str, ...]
    failed: tuple[str, ...]


def tell(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    secrets: Secrets,
    to: Sequence[str],
    now: datetime,
    *,
    form: str | None = None,
    by_hand: bool = True,
) -> Told:
    """
    Deliver what waits for the named channels, then tell them what is new; a channel that refuses is no error.

    News is also put down for every other channel in use, and waits there until a run names it: who looks by hand takes
    nothing from the job. Nothing new, nothing sent: except that a person who asks (`by_hand`) always gets an answer on
    stdout and in a file.
    Killed at any moment, the next run goes on: see `outbox`. A named channel that is not set up is an error by hand
    (ConfigError); a job says so each time, goes on with the others, and keeps what it can for that one.
    """
    unset = _not_set_up(settings, secrets, to)
    if unset and by_hand:
        raise next(iter(unset.values()))
    recipients = _recipients(settings, secrets, to, form)
    before = deliver(con, settings, secrets, to, now)
    made = composed(con, settings, now)
    news = outbox.has_news(con, made)
    asked = [one for one in recipients if news or (by_hand and one[0] in USUAL)]
    named = {channel for channel, _ in recipients}
    asked += [one for one in _in_use(con, settings) if news and one[0] not in named]
    failed = (*before.failed, *(_sentence(channel, "", problem) for channel, problem in unset.items()))
    if not asked:
        return Told(news=news, arrived=before.arrived, failed=failed)
    outbox.keep(con, made, asked, now)
    tried = {(one.digest_id, one.channel, one.recipient) for one in outbox.undelivered(con) if one.attempts}
    after = deliver(con, settings, secrets, to, now, leave=tried)
    return Told(news=news, arrived=before.arrived + after.arrived, failed=failed + after.failed)


def composed(con: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> Digest:
    """What there is to tell now, as the settings want it; nothing is kept."""
    return digest.compose(con, now, cap=settings.digest.cap, report=settings.digest.report)


def as_told(con: duckdb.DuckDBPyConnection, at: datetime) -> Digest:
    """The newest digest told at a time (naive UTC), as it was; DataError when there was none."""
    found = outbox.as_told(con, at)
    if found is None:
        raise DataError(f"no digest had been told by {at:%Y-%m-%d %H:%M} UTC; `tradewatch status` shows the last ones.")
    return found


def written(made: Digest, form: str, note: str = "") -> str:
    """A digest in one of the formats of SUFFIX; charts of HTML stand inside the page."""
    if form == "html":
        pictures = ((one, base64.b64encode(png).decode()) for one, png in _pictures(made).items())
        return digest.html(made, {one: f"data:image/png;base64,{png}" for one, png in pictures})
    if form == "slack":
        return digest.slack(made, note)
    formats: Mapping[str, Callable[[Digest], str]] = {
        "markdown": digest.markdown,
        "text": digest.plain,
        "json": digest.as_json,
    }
    return formats[form](made)


def deliver(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    secrets: Secrets,
    to: Sequence[str],
    now: datetime,
    leave: set[tuple[str, str, str]] | None = None,
) -> Told:
    """Deliver what waits for these channels, one by one, each marked before it leaves and when it was taken."""
    arrived, failed = [], []
    unset = _not_set_up(settings, secrets, to)
    for one in outbox.undelivered(con):
        key = (one.digest_id, one.channel, one.recipient)
        if one.channel not in to or key in (leave or ()) or _on_another_day(settings, one, now):
            continue
        if one.channel in unset:
            outbox.refused(con, one, str(unset[one.channel]), now, doubtful=one.doubtful)  # told once, by the caller
            continue
        made = _for_recipient(settings, outbox.read(con, one.digest_id), one)
        if made is None:
            outbox.skipped(
                con, one, "nothing of this digest is for this recipient, or nobody is named so any more", now
            )
            continue
        outbox.sending(con, one, now)
        try:
            where = _send(settings, secrets, one, made)
        except (DeliveryError, ConfigError) as problem:
            outbox.refused(con, one, str(problem), now, doubtful=isinstance(problem, Doubtful))
            failed.append(_sentence(one.channel, one.recipient, problem))
            continue
        outbox.sent(con, one, now)
        arrived.append(where)
    return Told(news=False, arrived=tuple(line for line in arrived if line), failed=tuple(failed))


def _sentence(channel: str, recipient: str, problem: Exception) -> str:
    return f"{' '.join(word for word in (channel, recipient) if word)}: {problem}"


def _not_set_up(settings: Settings, secrets: Secrets, to: Sequence[str]) -> dict[str, ConfigError]:
    """The named channels that cannot be used, and what each of them needs."""
    needed = {
        "slack": (secrets.slack_webhook, f"the address of an incoming webhook in {slack.WEBHOOK}"),
        "apprise": (secrets.apprise_urls, f"the addresses of services in {others.URLS}"),
        "email": (settings.channels.email, "[channels.email] in tradewatch.toml; see `tradewatch init`"),
    }
    return {
        channel: ConfigError(f"the channel {channel} needs {needed[channel][1]}.")
        for channel in dict.fromkeys(to)
        if channel in needed and not needed[channel][0]
    }


def _recipients(settings: Settings, secrets: Secrets, to: Sequence[str], form: str | None) -> list[tuple[str, str]]:
    """Channel and recipient of each delivery; where a channel has a choice of formats, the format is the recipient."""
    found: list[tuple[str, str]] = []
    for channel in dict.fromkeys(to):
        if channel in USUAL:
            found.append((channel, form or USUAL[channel]))
        elif channel == "slack":
            found.append((channel, ""))
        elif channel == "apprise":
            found += [(channel, others.name(url)) for url in secrets.apprise_urls]
        elif settings.channels.email:
            found += [(channel, one.address) for one in settings.channels.email.to]
    return found


def _in_use(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[tuple[str, str]]:
    """Channel and recipient of what is set up in tradewatch.toml or was named in a run before; stdout keeps nothing."""
    known = [("email", one.address) for one in settings.channels.email.to] if settings.channels.email else []
    return known + [one for one in outbox.recipients(con) if one[0] not in ("stdout", "email")]


def _recipient(settings: Settings, one: Delivery) -> Recipient | None:
    known = settings.channels.email.to if settings.channels.email and one.channel == "email" else ()
    return next((recipient for recipient in known if recipient.address == one.recipient), None)


def _on_another_day(settings: Settings, one: Delivery, now: datetime) -> bool:
    recipient = _recipient(settings, one)
    return bool(recipient and recipient.weekdays) and f"{now:%A}".lower() not in recipient.weekdays  # type: ignore


def _for_recipient(settings: Settings, made: Digest, one: Delivery) -> Digest | None:
    """The part of a digest that a recipient wants; None when that is nothing, or the recipient is no more."""
    if one.channel != "email":
        return made
    recipient = _recipient(settings, one)
    if recipient is None:
        return None
    reader = digest.Reader(watches=recipient.watches, areas=recipient.areas, severity=recipient.severity)
    part = digest.for_reader(made, reader)
    return part if part.new or part.worse or part.closed or not (made.new or made.worse or made.closed) else None


def _send(settings: Settings, secrets: Secrets, one: Delivery, made: Digest) -> str:
    """Send one delivery; returns what to say of it."""
    if one.channel == "stdout":
        stdout.deliver(written(made, one.recipient), sys.stdout)
        return ""
    if one.channel == "file":
        return _to_file(settings, one, made)
    if one.channel == "slack":
        slack.deliver(written(made, "slack", REPEATED if one.doubtful else ""), secrets.slack_webhook)
        return "posted to Slack"
    if one.channel == "apprise":
        urls = {others.name(url): url for url in secrets.apprise_urls}
        if one.recipient not in urls:
            raise ConfigError(f"{one.recipient} is not among the services of {others.URLS} any more.")
        others.deliver(digest.title(made), digest.plain(made), urls[one.recipient])
        return f"sent to {one.recipient}"
    if one.channel == "email" and settings.channels.email:
        email.deliver(_letter(one, made), settings.channels.email, one.recipient, secrets.smtp_password)
        return f"sent to {one.recipient}"
    raise ConfigError(f"{one.channel} is none of the channels {', '.join(CHANNELS)}.")


REPEATED = "This may be a repetition: the run that sent this digest first did not hear whether it arrived."


def _to_file(settings: Settings, one: Delivery, made: Digest) -> str:
    """The digest as a file, and beside it the whole table where the digest is cut."""
    if any(section.left_out for section in digest.sections(made)):
        file.deliver(digest.table(made), settings.digests, made.month, "csv")
    path = file.deliver(written(made, one.recipient), settings.digests, made.month, SUFFIX[one.recipient])
    return f"written to {path}"


def _letter(one: Delivery, made: Digest) -> email.Letter:
    pictures = _pictures(made)
    ids = {alert_id: f"{number}.{one.digest_id}@tradewatch" for number, alert_id in enumerate(pictures, start=1)}
    return email.Letter(
        digest_id=one.digest_id,
        written_at=made.composed_at,
        subject=digest.subject(made),
        text=digest.plain(made),
        html=digest.html(made, {alert_id: f"cid:{content_id}" for alert_id, content_id in ids.items()}),
        pictures=tuple((ids[alert_id], png) for alert_id, png in pictures.items()),
        table=digest.table(made),
    )


def _pictures(made: Digest) -> dict[str, bytes]:
    """The charts of the alerts told in full, by alert."""
    shown = (item for section in digest.sections(made) if section.in_full for item in section.items)
    return {item.alert_id: digest.png(item.history) for item in shown if item.history}
