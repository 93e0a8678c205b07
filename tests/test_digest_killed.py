"""
kill -9 at many moments (KILLS in the environment, else 12) between the commit, the sending and the answer: no digest is
lost, and one is doubled only where nobody could know, between the moment in which a server took it and the moment in
which that is written down.

A runner, once started, forks a child for each run; a child is killed by the server that it talks to, or after a time.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from receivers import Mailbox, Webhook, mail_server, webhook_server
from test_digest import seen

from tradewatch import alerts, queries, warehouse
from tradewatch.files import shipped
from tradewatch.periods import shift
from tradewatch.settings import Settings

RUNNER = """
import os, sys
from datetime import datetime
from pathlib import Path
from tradewatch import warehouse
from tradewatch.flow import tell
from tradewatch.settings import Channels, Email, Recipient, Secrets, Settings

home, port, webhook = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
to = tuple(Recipient(address=f"{name}@example.org") for name in ("a", "b"))
email = Email(host="127.0.0.1", port=port, security="none", sender="tw@example.org", to=to, timeout_seconds=10.0)
settings = Settings(home=home, channels=Channels(email=email))
for line in sys.stdin:
    child = os.fork()
    if not child:
        with warehouse.connect(settings.warehouse) as con:
            print("ready", os.getpid(), flush=True)
            told = tell.tell(con, settings, Secrets(slack_webhook=webhook), ["email", "slack", "file"],
                             datetime.fromisoformat(line.strip()), by_hand=False)
            if told.failed:
                print("failed", told.failed, file=sys.stderr, flush=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print("ended", os.waitstatus_to_exitcode(status), flush=True)
"""

KILLS = int(os.environ.get("KILLS", "12"))
ACKNOWLEDGING = ("taken", "answered")
STAGES = ("ehlo", "rcpt", "data", "taken", "posted", "answered")


@dataclass
class Killer:
    """Kills the child at a stage of its talk with a server, `delay` seconds later; `done` says that it did."""

    stage: str = ""
    nth: int = 1
    delay: float = 0.0
    child: int = 0
    done: bool = False
    seen: Counter[str] = field(default_factory=Counter)

    def at(self, stage: str) -> None:
        self.seen[stage] += 1
        if self.child and not self.done and stage == self.stage and self.seen[stage] == self.nth:
            self.done = True
            if stage in ACKNOWLEDGING:  # let the answer go out, and kill while it travels or is written down
                threading.Timer(self.delay, kill, [self.child]).start()
            else:
                kill(self.child)


def kill(child: int) -> None:
    """Kill a child, if it still runs."""
    assert child > 1  # 0 would be everybody
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def a_month_later(con: duckdb.DuckDBPyConnection, number: int) -> None:
    """One more month with one new alert."""
    month = shift(date(2010, 1, 1), number)
    seen(con, f"S{number:03}", month, 100_000 + number)
    alerts.update(con, month, datetime(2024, 7, 1))


@pytest.mark.slow
def test_kills_lose_nothing_and_double_only_what_nobody_can_know(tmp_path: Path) -> None:
    chance, killer = random.Random(11), Killer()  # noqa: S311 (repeatable)
    mailbox, hook, home = Mailbox(), Webhook(), tmp_path / "home"
    mailbox.at = hook.at = killer.at
    settings = Settings(home=home)
    with warehouse.connect(settings.warehouse) as con:
        queries.build(con, shipped("queries"), Path("no-such-folder"))
    kills = Counter[str]()
    with (
        mail_server(mailbox) as port,
        webhook_server(hook) as address,
        subprocess.Popen(
            [sys.executable, "-c", RUNNER, str(home), str(port), address],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path,
        ) as runner,
    ):  # fmt: skip
        assert runner.stdin
        assert runner.stdout

        def run(now: datetime, stage: str = "", nth: int = 1, delay: float = 0.0) -> bool:
            """One run, killed or not; whether it was killed."""
            assert runner.stdin
            assert runner.stdout
            killer.stage, killer.nth, killer.delay, killer.child, killer.done = stage, nth, delay, 0, False
            killer.seen.clear()
            runner.stdin.write(f"{now.isoformat()}\n")
            runner.stdin.flush()
            word, _, child = runner.stdout.readline().strip().partition(" ")
            assert word == "ready"
            killer.child = int(child)
            if stage == "time":
                time.sleep(delay)
                kill(killer.child)
            return runner.stdout.readline().strip() == "ended -9"

        number = 0
        while sum(kills.values()) < KILLS:
            with warehouse.connect(settings.warehouse) as con:
                a_month_later(con, number)
            for attempt in range(chance.randint(1, 3)):
                stage = chance.choice((*STAGES, "time"))
                delay = chance.uniform(0.0, 0.3 if stage == "time" else 0.02)
                kills[stage] += run(datetime(2025, 1, 1 + attempt), stage, chance.randint(1, 2), delay)
            run(datetime(2025, 1, 9))
            number += 1
        runner.stdin.close()

    with warehouse.connect(settings.warehouse) as con:
        digests = con.execute("select digest_id from alerts.digest").fetchall()
        rows = con.execute("select digest_id, channel, recipient, state, attempts from alerts.delivery").fetchall()
        events = con.execute("select count(*), count(told_at) from alerts.event").fetchone()
    assert events == (number, number), "an event was never told"
    assert len(digests) == number, "a digest is missing, or events were told in two"
    assert {state for *_, state, _ in rows} == {"sent"}
    assert len(rows) == 4 * number

    arrived = Counter(mailbox.ids)
    posted = Counter(message["text"] for message in hook.messages)
    assert len(arrived) == 2 * number, "a letter is lost"
    assert len(posted) == number, "a message is lost"
    assert len(list((home / "digests").glob("*.md"))) == number, "a file is lost or doubled"
    tries: Counter[str] = Counter()
    for digest_id, channel, _, _, attempts in rows:
        tries[digest_id] += attempts * (channel == "email")
    letters: Counter[str] = Counter()
    for name, count in arrived.items():
        letters[".".join(name.strip("<>").split(".")[:2])] += count
    assert letters.keys() == tries.keys()
    assert all(letters[digest_id] <= tries[digest_id] for digest_id in tries), "something was sent without a trace"
    doubled = sum(arrived.values()) - len(arrived) + sum(posted.values()) - len(posted)
    unknowable = kills["taken"] + kills["answered"] + kills["data"] + kills["posted"] + kills["time"]
    assert doubled <= unknowable
    print(f"{sum(kills.values())} kills ({dict(kills)}), {number} digests, {doubled} doubled")  # noqa: T201
