"""The digest as a letter: text and HTML, charts inline, the whole table attached; through SMTP."""

import contextlib
import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from tradewatch.channels import Doubtful, NotNow, patiently
from tradewatch.errors import ConfigError, DeliveryError
from tradewatch.files import plain
from tradewatch.settings import Email


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one recipient gets. The same letter is the same bytes, whenever and however often it is sent."""

    digest_id: str
    written_at: datetime  # naive UTC
    subject: str
    text: str
    html: str
    pictures: tuple[tuple[str, bytes], ...]  # content id, PNG
    table: str  # CSV


def message(letter: Letter, email: Email, address: str) -> EmailMessage:
    """A letter to one address as MIME, with a Message-ID that is fixed by digest and address."""
    made = EmailMessage()
    name = hashlib.sha256(f"{letter.digest_id} {address}".encode()).hexdigest()[:24]
    made["Subject"], made["From"], made["To"] = letter.subject, email.sender, address
    made["Date"] = format_datetime(letter.written_at.replace(tzinfo=UTC))
    made["Message-ID"] = f"<{letter.digest_id}.{name}@{email.sender.partition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    page = made.get_payload()[1]  # type: ignore[index]  # the second alternative
    for content_id, png in letter.pictures:
        page.add_related(png, "image", "png", cid=f"<{content_id}>", disposition="inline")  # type: ignore[union-attr]
    made.add_attachment(letter.table, subtype="csv", filename=f"{letter.digest_id}.csv")
    for number, part in enumerate(one for one in made.walk() if one.is_multipart()):
        part.set_boundary(f"=_{number}_{name}")  # else random
    return made


def deliver(letter: Letter, email: Email, address: str, password: str) -> None:
    """
    Send a letter to one address; returns once the server took it. What may pass is tried three times.

    Raises ConfigError when a user is named and there is no password, DeliveryError when the server refuses, Doubtful
    when it went silent after it had all of the letter.
    """
    if email.user and not password:
        raise ConfigError("channels.email names a user; set its password in TRADEWATCH_SMTP_PASSWORD.")
    made = message(letter, email, address)
    patiently(lambda: _send(made, email, address, password))


def _send(made: EmailMessage, email: Email, address: str, password: str) -> None:
    where = f"the mail server {email.host}:{email.port_used}"
    try:
        server = _connected(email)
    except (smtplib.SMTPException, OSError) as problem:
        raise _refusal(problem, f"{where} cannot be used") from None
    try:
        if email.user:
            _log_in(server, email, password, where)
        _hand_over(server, made, email, address, where)
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.putcmd("quit")  # its answer is not waited for: until it came a crash would send the letter again
        server.close()


def _connected(email: Email) -> smtplib.SMTP:
    """A connection that is as safe as the settings say, or none."""
    server: smtplib.SMTP
    if email.security == "tls":
        server = smtplib.SMTP_SSL(email.host, email.port_used, timeout=email.timeout_seconds, context=_trust(email))
    else:
        server = smtplib.SMTP(email.host, email.port_used, timeout=email.timeout_seconds)
    try:
        if email.security == "starttls":
            server.starttls(context=_trust(email))  # raises where the server does not offer it: never in the clear
    except BaseException:
        server.close()
        raise
    return server


def _log_in(server: smtplib.SMTP, email: Email, password: str, where: str) -> None:
    """A wrong password is never tried again: servers lock users out. Only 4xx says that it is not the password."""
    try:
        server.login(email.user, password)
    except smtplib.SMTPAuthenticationError as problem:
        if problem.smtp_code < 500:
            raise NotNow(f"{where} cannot check the password now ({problem.smtp_code}).") from None
        raise DeliveryError(_WRONG.format(where, problem.smtp_code)) from None
    except (smtplib.SMTPException, OSError) as problem:
        raise DeliveryError(_WRONG.format(where, type(problem).__name__)) from None


_WRONG = "{} does not take the user and password ({}); correct channels.email or TRADEWATCH_SMTP_PASSWORD."


def _trust(email: Email) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=email.ca_file or None)


def _hand_over(server: smtplib.SMTP, made: EmailMessage, email: Email, address: str, where: str) -> None:
    """Envelope, then the letter: after its last byte only the answer says whether it was taken."""
    try:
        server.ehlo_or_helo_if_needed()
        for code, said in (server.mail(email.sender), server.rcpt(address)):
            if code not in (250, 251):
                raise smtplib.SMTPResponseException(code, said)
    except (smtplib.SMTPException, OSError) as problem:
        raise _refusal(problem, f"{where} does not take letters to this address") from None
    try:
        code, said = server.data(made.as_bytes(policy=made.policy.clone(linesep="\r\n")))
    except smtplib.SMTPDataError as problem:
        raise _refusal(problem, f"{where} does not take the letter") from None
    except (smtplib.SMTPException, OSError) as problem:
        raise Doubtful(
            f"{where} went silent while it had the letter ({type(problem).__name__}); it is sent again by the next run,"
            " under the same Message-ID."
        ) from None
    if code != 250:
        raise _refusal(smtplib.SMTPResponseException(code, said), f"{where} does not take the letter")


def _refusal(problem: Exception, what: str) -> DeliveryError:
    """What a server said, by whether waiting can help: 4xx and connections that fail may pass."""
    if isinstance(problem, smtplib.SMTPResponseException):
        said = (
            problem.smtp_error.decode(errors="replace") if isinstance(problem.smtp_error, bytes) else problem.smtp_error
        )
        sentence = f"{what}: {problem.smtp_code} {plain(str(said))[:200]}"
        return NotNow(sentence) if problem.smtp_code < 500 else DeliveryError(sentence)
    if isinstance(problem, ssl.SSLError):
        return DeliveryError(f"{what}: its certificate is not trusted or the line not safe ({type(problem).__name__}).")
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        return DeliveryError(f"{what}: it does not offer what channels.email asks for ({problem}).")
    return NotNow(f"{what} ({type(problem).__name__}).")
