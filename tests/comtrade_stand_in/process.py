"""Starting the stand-in as a process of its own, and talking to what tests change in it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from comtrade_stand_in.world import World

SERVER = Path(__file__).with_name("server.py")


@dataclass(frozen=True, slots=True)
class Running:
    """A running stand-in; `world` is what it generates, to compare with."""

    port: int
    world: World

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> list[dict[str, Any]]:
        """The requests so far: number, path, given, key_in (header, query or null), fault, status, rows."""
        return list(self._told("GET", "/_log"))

    def forget(self) -> None:
        """Empty the log; request numbers start again at 1."""
        self._told("POST", "/_log", {})

    def reset(self) -> None:
        """As at the start: first releases, unused quotas, empty log, no faults, the clock right."""
        self._told("POST", "/_reset", {})

    def faults(self, **plan: Any) -> None:
        """Another plan of faults, from here on; none to end them."""
        self._told("POST", "/_faults", plan)

    def release(self, reporter: int, period: str, kind: str = "revise", flaw: str = "") -> None:
        """Publish, revise, withdraw or spoil a dataset."""
        self._told("POST", "/_release", {"reporter": reporter, "period": period, "kind": kind, "flaw": flaw})

    def advance(self, seconds: float) -> None:
        """Move the server's clock on, for instance to the next day."""
        self._told("POST", "/_clock", {"advance": seconds})

    def get(self, target: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        """One plain request: the answer and its body as sent."""
        return self._asked("GET", target, None, headers)

    def _told(self, method: str, path: str, body: object = None) -> Any:
        answer, text = self._asked(method, path, None if body is None else json.dumps(body), {})
        if answer.status != 200:
            raise ValueError(text.decode())
        return json.loads(text)

    def _asked(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


@contextmanager
def running(*, seed: int = 1, **settings: Any) -> Iterator[Running]:
    """
    A stand-in for the length of a `with`; settings are `world`, `plan`, `limits` (as JSON), `recorded` and `host`.

    Raises ValueError when it does not start; what it wrote to its standard error is in the message.
    """
    words = [part for name, value in settings.items() for part in (f"--{name}", _text(value))]
    command = [sys.executable, str(SERVER), "--port", "0", "--seed", str(seed), *words]
    with (
        TemporaryFile("w+") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.strip().isdigit():
                said.seek(0)
                raise ValueError(f"the stand-in did not start: {said.read()}")
            yield Running(int(line), World.of({"seed": seed} | settings.get("world", {})))
        finally:
            process.kill()


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, Path) else json.dumps(value)
