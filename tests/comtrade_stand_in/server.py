"""
The stand-in as a process on loopback; its first line of output is its port.

    python tests/comtrade_stand_in/server.py --port 0 --seed 1 --world '{"reporters": 3}' --plan '{"at": {"2": "429"}}'

Beside the API's own paths: GET /_log (every request, without keys), and POST of JSON to /_release ({"reporter",
"period", "kind": publish | revise | withdraw | spoil, "flaw"}), /_faults (a plan), /_clock ({"advance": seconds}),
/_log (forget it) and /_reset (as at the start, without faults).
"""

import argparse
import json
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from comtrade_stand_in import wire
from comtrade_stand_in.answers import no_such_path, too_long
from comtrade_stand_in.faults import Plan
from comtrade_stand_in.gate import HOST, LONGEST_URL, Limits, key_of
from comtrade_stand_in.questions import parameters
from comtrade_stand_in.recorded import answers as recorded_answers
from comtrade_stand_in.releases import Book
from comtrade_stand_in.service import Call, Service
from comtrade_stand_in.world import World


class StandIn(ThreadingHTTPServer):
    """The server: the service, the plan of faults, the log of requests, and a clock that tests can advance."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, service: Service, plan: Plan) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.service, self.plan = service, plan
        self.log: list[dict[str, Any]] = []
        self.ahead = timedelta()
        self.lock = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing for a connection that the other side, or a fault, has closed; the trace of anything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def now(self) -> datetime:
        """The server's time, UTC without a zone."""
        return datetime.now(UTC).replace(tzinfo=None) + self.ahead

    def reset(self) -> None:
        """As at the start, without faults."""
        self.service.reset()
        self.plan, self.log, self.ahead = Plan.of({}), [], timedelta()

    def noted(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Put a request into the log and number it, from 1."""
        with self.lock:
            self.log.append(entry | {"number": len(self.log) + 1, "fault": None, "status": None, "rows": 0})
            return self.log[-1]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "stand-in", ""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (named so by the standard library)
        """Nothing: the log is at /_log."""

    @property
    def stand_in(self) -> StandIn:
        return cast(StandIn, self.server)

    def do_GET(self) -> None:
        """An API call, or the log."""
        if self.path == "/_log":
            wire.send_json(self, self.stand_in.log)
            return
        parts = urlsplit(self.path)
        given = parameters(parts.query)
        key, where = key_of(dict(self.headers.items()), given)
        entry = {"path": parts.path, "given": _keyless(given), "key_in": where, "at": str(self.stand_in.now())}
        self._answer(self.stand_in.noted(entry), Call(parts.path, given, key, self.stand_in.now()))

    def _answer(self, entry: dict[str, Any], call: Call) -> None:
        target = wire.target(call.path, entry["given"])
        fault = self.stand_in.plan.fault(entry["number"], target)
        entry["fault"] = fault
        if refusal := wire.refused(fault, self.stand_in.plan):
            answer = refusal
        elif len(HOST) + len(self.path) > LONGEST_URL:
            answer = too_long()
        else:
            answer = self.stand_in.service.answer(call)
        entry |= {"status": answer.status, "rows": answer.rows}
        wire.send(self, answer, fault, self.stand_in.plan)

    def do_POST(self) -> None:
        """What tests change while the server runs."""
        told = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        try:
            done = self._told(told)
        except (TypeError, ValueError, KeyError) as problem:
            wire.send_json(self, {"problem": str(problem)}, status=400)
        else:
            wire.send_json(self, done) if done is not None else wire.send(self, no_such_path(), None, Plan.of({}))

    def _told(self, told: dict[str, Any]) -> dict[str, Any] | None:
        if self.path == "/_release":
            told = {"now": self.stand_in.now()} | told
            changed = self.stand_in.service.book.change(**told)
            return {"lastReleased": changed and changed.last.isoformat()}
        if self.path == "/_faults":
            self.stand_in.plan = Plan.of(told)
        elif self.path == "/_clock":
            self.stand_in.ahead += timedelta(seconds=told["advance"])
        elif self.path == "/_log":
            self.stand_in.log = []
        elif self.path == "/_reset":
            self.stand_in.reset()
        else:
            return None
        return {"now": str(self.stand_in.now())}


def _keyless(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name != "subscription-key"}


def made(words: list[str]) -> StandIn:
    """The server that the command's words describe, bound but not yet serving."""
    parser = argparse.ArgumentParser(description="A stand-in for UN Comtrade's API, for tests.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", type=json.loads, default={}, help="JSON of World's fields")
    parser.add_argument("--plan", type=json.loads, default={}, help="JSON of a fault plan")
    parser.add_argument("--limits", type=json.loads, default={}, help="JSON of Limits' fields: caps, quota, rate")
    parser.add_argument("--recorded", type=Path, help="folder of recorded answers with their .headers.json")
    parser.add_argument("--host", default=HOST, help="what bulk lists put before their paths; self: this server")
    told = parser.parse_args(words)
    service = Service(Book(World.of({"seed": told.seed} | told.world)), Limits(**told.limits), told.host)
    service.recorded = recorded_answers(told.recorded) if told.recorded else {}
    server = StandIn(told.port, service, Plan.of(told.plan))
    if told.host == "self":
        service.host = f"http://127.0.0.1:{server.server_port}"
    return server


def main() -> None:
    """Serve until killed."""
    server = made(sys.argv[1:])
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
