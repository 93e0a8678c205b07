"""Real servers on this machine that take digests: a mail server and a webhook, each with faults on demand."""

import asyncio
import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "correct horse battery"  # noqa: S105 (of a server in a test)


def _cut(server: SMTP) -> None:
    """Break the line in the middle of a talk."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


class Mailbox:
    """What a mail server took, in order. `plan` holds what happens to the next ones: 451, 554, drop, silent, slow."""

    def __init__(self, plan: tuple[str, ...] = ()) -> None:
        self.plan, self.letters, self.logins, self.seen = list(plan), list[EmailMessage](), list[bool](), 0
        self.at: Callable[[str], None] = lambda stage: None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.at("ehlo")
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.at("rcpt")
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.seen += 1
        fault = self.plan.pop(0) if self.plan else ""
        if fault in ("451", "554"):
            return f"{fault} 4.3.0 try <b>later</b>"
        if fault == "drop":
            _cut(server)
            return "250 never heard"
        self.at("data")
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if fault == "slow":
            await asyncio.sleep(1.5)
        if fault == "silent":  # it has the letter, and the line breaks before it says so
            _cut(server)
        self.at("taken")
        return "250 OK"

    @property
    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mail_server(mailbox: Mailbox, context: ssl.SSLContext | None = None, **more: Any) -> Iterator[int]:
    """A mail server on a free port; with a context it demands STARTTLS and PASSWORD."""

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        mailbox.logins.append(right)
        return AuthResult(success=right)

    if context:
        more |= {"tls_context": context, "require_starttls": True, "authenticator": authenticate}
        more |= {"auth_required": True}
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class Webhook:
    """What a webhook took. `plan` holds the answers to the next calls: (status, headers, body), or `silent`."""

    def __init__(self, plan: tuple[tuple[int, dict[str, str], str] | str, ...] = ()) -> None:
        self.plan, self.messages, self.times = list(plan), list[dict[str, Any]](), list[float]()
        self.at: Callable[[str], None] = lambda stage: None


@contextmanager
def webhook_server(hook: Webhook) -> Iterator[str]:
    """A web server on a free port; yields an address with something in it that must stay secret."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.times.append(time.monotonic())
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.at("posted")
            step = hook.plan.pop(0) if hook.plan else (200, {}, "ok")
            if step == "silent" or step[0] == 200:
                hook.messages.append(json.loads(body))
            if isinstance(step, str):
                self.close_connection = True
                return
            status, headers, text = step
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(text))}).items():
                self.send_header(name, value)
            with contextlib.suppress(ConnectionError):  # who asked was killed
                self.end_headers()
                self.wfile.write(text.encode())
                self.wfile.flush()
            hook.at("answered")

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/services/T0/B0/SECRETSECRET"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
