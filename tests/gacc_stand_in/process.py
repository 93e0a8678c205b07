"""Starting the stand-in as a process of its own, and talking to what tests change in it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from gacc_stand_in.site import Month

SERVER = Path(__file__).with_name("server.py")


@dataclass(frozen=True, slots=True)
class Running:
    """A running stand-in."""

    port: int

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def asked(self) -> list[str]:
        """The paths asked so far."""
        return [one["path"] for one in self._told("GET", "/_log")]

    def forget(self) -> None:
        """Empty the log."""
        self._told("POST", "/_log", {})

    def faults(self, plan: dict[str, list[str]]) -> None:
        """Another plan of faults; an empty one ends them."""
        self._told("POST", "/_faults", plan)

    def publish(self, preliminary: Month, bulletin: Month, newest: int = 2026) -> None:
        """Other months out, and the year at the address without one."""
        self._told("POST", "/_site", {"preliminary": preliminary, "bulletin": bulletin, "newest": newest})

    def restore(self) -> None:
        """The pages as they were."""
        self._told("POST", "/_restore", {})

    def put(self, path: str, body: str) -> None:
        """Another page at a path."""
        self._told("POST", "/_page", {"path": path, "body": body})

    def _told(self, method: str, path: str, body: object = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def running() -> Iterator[Running]:
    """A stand-in for the length of a `with`."""
    command = [sys.executable, str(SERVER)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Running(int(process.stdout.readline() if process.stdout else ""))
        finally:
            process.kill()
