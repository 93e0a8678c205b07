"""
The stand-in as a process on loopback; its first line of output is its port.

    python tests/gacc_stand_in/server.py

Beside the site's own paths: GET /_log (every request), and POST of JSON to /_faults ({path: [fault, …]}; one a request,
`fault*` for all that follow; the path `*` is any table page), /_site (what is out), /_page ({"path", "body"}: another
page there), /_restore (all as it was) and /_log (forget it).
"""

import json
import socket
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gacc_stand_in.site import DOWN, SHELL, Site

STATUS = {
    "412": 412,
    "shell": 200,
    "404": 404,
    "302": 302,
    "429": 429,
    "500": 500,
    "503": 503,
    "down": 200,
    "empty": 200,
}
BODY = {"412": SHELL, "shell": SHELL, "empty": ""}


class StandIn(ThreadingHTTPServer):
    """The server: its pages, the plan of faults and the log of requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.log: list[dict[str, Any]] = []
        self.faults: dict[str, list[str]] = {}
        self.own: dict[str, str] = {}
        self.hold({})

    def hold(self, told: dict[str, Any]) -> None:
        """Publish what is told."""
        told = {"preliminary": [2026, 3], "bulletin": [2026, 2]} | told
        (year, month), (bulletin_year, bulletin_month) = told["preliminary"], told["bulletin"]
        site = Site(
            preliminary=(year, month), bulletin=(bulletin_year, bulletin_month), newest=told.get("newest", 2026)
        )
        self.pages = site.pages()

    def fault(self, path: str) -> str:
        """The next fault of a path, or none."""
        with self.lock:
            plan = self.faults.get(path) or (self.faults.get("*") if path.startswith("/Statics/") else None)
            if not plan:
                return ""
            return plan[0].removesuffix("*") if plan[0].endswith("*") else plan.pop(0)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing for a connection that the other side, or a fault, has closed; the trace of anything else."""
        if not isinstance(sys.exception(), (ConnectionError, ValueError, OSError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "stand-in", ""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (named so by the standard library)
        """Nothing: the log is at /_log."""

    @property
    def stand_in(self) -> StandIn:
        return cast(StandIn, self.server)

    def handle(self) -> None:
        """A connection that begins with TLS is reset, as the site does."""
        if self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
            self._hang_up()
            return
        super().handle()

    def do_GET(self) -> None:
        """A page, or the log."""
        if self.path == "/_log":
            self._send(json.dumps(self.stand_in.log), kind="application/json")
            return
        fault = self.stand_in.fault(self.path)
        body = self.stand_in.own.get(self.path, self.stand_in.pages.get(self.path))
        with self.stand_in.lock:
            self.stand_in.log.append({"path": self.path, "fault": fault})
        if fault == "reset":
            self._hang_up()
        elif fault in STATUS:
            self._send(BODY.get(fault, DOWN), STATUS[fault])
        elif body is None:
            self._send(DOWN, 404)
        elif fault == "slow":
            time.sleep(2)
            self._hang_up()
        else:
            self._send(body[: len(body) // 2] if fault == "short" else body, cut=fault == "cut")

    def do_POST(self) -> None:
        """What tests change while the server runs."""
        told = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if self.path == "/_faults":
            self.stand_in.faults = told
        elif self.path == "/_site":
            self.stand_in.hold(told)
        elif self.path == "/_page":
            self.stand_in.own[told["path"]] = told["body"]
        elif self.path == "/_restore":
            self.stand_in.own = {}
            self.stand_in.hold({})
        elif self.path == "/_log":
            self.stand_in.log = []
        self._send("{}", kind="application/json")

    def _send(self, text: str, status: int = 200, *, kind: str = "text/html", cut: bool = False) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "https://english.customs.gov.cn/elsewhere.html")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def _hang_up(self) -> None:
        """Close without a word; the other side is told of the reset at once."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


def main() -> None:
    """Serve until killed."""
    server = StandIn()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
