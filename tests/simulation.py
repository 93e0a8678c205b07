"""
Simulated days: the real job against real servers that fail, killed at random, beside a twin that nothing happens to.

What must hold, see `Simulation.wrong`: facts and open alerts are those of the twin whenever all is in; every event is
told in one digest; every digest reaches each recipient once, or again only when it first arrived on a day of a kill or
of a line that broke between the server's yes and its being written down, one repetition for each of these; whoever was
told of an alert is told that it was withdrawn or closed.
"""

import csv
import io
import json
import random
import subprocess
import sys
import threading
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import duckdb
from comtrade_stand_in.faults import Plan
from comtrade_stand_in.gate import Limits
from comtrade_stand_in.server import StandIn
from comtrade_stand_in.service import Service
from receivers import Mailbox, Webhook, mail_server, webhook_server
from simulated_job import TO, WATCH
from simulated_world import Story
from test_digest_killed import Killer, kill

from tradewatch.digest import Digest, outbox
from tradewatch.flow.tell import REPEATED, written
from tradewatch.settings import Settings

JOB = Path(__file__).with_name("simulated_job.py")
SOURCE_FAULTS = ("429", "403_quota", "403_policy", "500", "502_html", "503", "reset", "cut_body", "short_page",
                 "silent_short_page", "wrong_type", "timeout")  # fmt: skip
OPTIONS = {"retry_after": 0, "hang_seconds": 0.1}
STAGES = ("ehlo", "rcpt", "data", "taken", "posted", "answered")
STEPS = ("pull comtrade", "build", "check", "tell")
REFUSALS: tuple[tuple[int, dict[str, str], str], ...] = (
    (429, {"Retry-After": "0"}, ""),
    (500, {}, "no"),
    (404, {}, "no_service"),
)


class Clocked(StandIn):
    """UN Comtrade's stand-in on a day of the story, with a log of the faults that struck."""

    today = datetime.min

    def now(self) -> datetime:
        return self.today


@contextmanager
def stand_in(service: Service) -> Iterator[Clocked]:
    server = Clocked(0, service, Plan.of({}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(slots=True)
class Runner:
    """The process that forks a job a day; `code` is how the last one ended, `steps` what it said."""

    process: subprocess.Popen[str]
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    code: int = 0

    def run(self, told: dict[str, Any], killer: Killer, after: tuple[str, float] = ("", 0.0)) -> None:
        """One day; killed by the killer's stage of a talk, or some seconds after a step (`start` is the beginning)."""
        assert self.process.stdin
        assert self.process.stdout
        self.steps = {}
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == "ended":
                self.code = int(rest)
                return
            name = "start"
            if word == "ready":
                killer.child = int(rest)
            else:
                said = json.loads(line)
                name = said["step"]
                self.steps[name] = said
            if name == after[0]:
                time.sleep(after[1])
                kill(killer.child)
        raise AssertionError("the runner of the jobs ended")


@contextmanager
def runner(home: Path) -> Iterator[Runner]:
    command = [sys.executable, str(JOB), str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Runner(process)
        assert process.stdin
        process.stdin.close()


@dataclass(slots=True)
class Day:
    """What explains that a digest which arrived on this day arrives once more."""

    letters: int = 0  # that had arrived before this day
    posts: int = 0  # the same, of Slack's
    killed: int = 0
    unanswered: Counter[str] = field(default_factory=Counter)  # lines that broke after all was sent, by channel


Arrivals = dict[tuple[str, str, str], list[int]]
"""The days on which a digest arrived, by digest, channel and recipient."""


@dataclass(slots=True)
class Simulation:
    """One story from its first day to its last; `wrong` is what must not be, `figures` what happened."""

    folder: Path
    seed: int
    days: int
    start: date = date(2026, 1, 1)
    every: int = 12  # days from one comparison with the twin to the next
    settling: int = 9  # days without faults at the end, a Monday among them: what waits arrives
    kills: float = 0.35  # of the days
    faults: float = 0.4  # of the days, for the source; as many for each channel
    wrong: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    on_day: Callable[["Simulation", date], None] | None = None
    story: Story = field(init=False)
    chance: random.Random = field(init=False)
    mailbox: Mailbox = field(default_factory=Mailbox)
    hook: Webhook = field(default_factory=Webhook)
    killer: Killer = field(default_factory=Killer)
    seconds: float = 1.0  # that a day without faults takes, to kill within
    lived: list[Day] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.story = Story(self.seed, self.start, self.days)
        self.chance = random.Random(f"faults {self.seed}")  # noqa: S311 (repeatable)
        self.mailbox.at = self.hook.at = self.killer.at

    @property
    def ours(self) -> Settings:
        return Settings(home=self.folder / "ours")

    @property
    def twin(self) -> Settings:
        return Settings(home=self.folder / "twin")

    def run(self) -> None:
        """Every day, then what reached whom."""
        for settings in (self.ours, self.twin):
            settings.own("watches").mkdir(parents=True)
            (settings.own("watches") / f"{WATCH}.toml").write_text(self.story.watch())
        service = Service(self.story.book, Limits(rate=0))
        with ExitStack() as stack:
            enter = stack.enter_context
            ill, well = enter(stand_in(service)), enter(stand_in(service))
            where = {"port": enter(mail_server(self.mailbox)), "webhook": enter(webhook_server(self.hook))}
            ours, twin = enter(runner(self.ours.home)), enter(runner(self.twin.home))
            for number, day in enumerate(self.story.calendar(), start=1):
                news = self.story.release(day) > 0
                now = datetime.combine(day, clock(6))
                ill.today = well.today = now
                calm = number > self.days - self.settling
                compared = number % self.every == 0 or number == self.days
                if not calm:
                    self._ail(ill, source=not compared)
                url = f"http://127.0.0.1:{ill.server_port}"
                self._our_day(ours, {"now": now.isoformat(), "url": url} | where, kills=not (calm or compared))
                self._heal(ill)
                if news or compared or number == 1:
                    nowhere = {"now": now.isoformat(), "url": f"http://127.0.0.1:{well.server_port}", "port": 0}
                    twin.run(nowhere | {"webhook": ""}, Killer())
                    assert twin.code == 0, twin.steps
                self.seconds = sum(step["seconds"] for step in twin.steps.values())
                if compared:
                    self._compare(day)
                if self.on_day:
                    self.on_day(self, day)
        self._follow()

    def _ail(self, ill: Clocked, *, source: bool) -> None:
        """What goes wrong on this day: nothing, sometimes, or everything, for the source and for each channel."""
        chance = self.chance
        if source and chance.random() < self.faults:
            kinds = chance.sample(SOURCE_FAULTS, 3)
            plan: dict[str, Any] = {"seed": chance.randrange(10**6), "options": OPTIONS, "by": "target"}
            if chance.random() < 0.4:
                ill.plan = Plan.of(
                    plan | {"rules": [{"match": chance.choice(("", "/get/", "getDa")), "kind": kinds[0]}]}
                )
            else:
                ill.plan = Plan.of(plan | {"rates": {kind: chance.uniform(0.05, 0.3) for kind in kinds}})
        if chance.random() < self.faults:
            faults = ("", "", "451", "451", "554", "drop", "silent")
            self.mailbox.plan = chance.choices(faults, k=chance.choice((2, 8)))
        if chance.random() < self.faults:
            answers: list[tuple[int, dict[str, str], str] | str] = [*REFUSALS, *REFUSALS, "silent"]
            self.hook.plan = chance.choices(answers, k=chance.choice((1, 4)))

    def _heal(self, ill: Clocked) -> None:
        self.figures["source faults"] += sum(1 for entry in ill.log if entry["fault"])
        ill.log, ill.plan = [], Plan.of({})
        self.mailbox.plan, self.hook.plan = [], []

    def _our_day(self, ours: Runner, told: dict[str, Any], *, kills: bool) -> None:
        """One day of the job that is watched, perhaps killed."""
        self.killer.child, self.killer.done, self.killer.stage = 0, False, ""
        self.killer.seen.clear()
        after = ("", 0.0)
        if kills and self.chance.random() < self.kills:
            kind = self.chance.choice(("time", "step", "talk"))
            if kind == "talk":
                self.killer.stage, self.killer.nth = self.chance.choice(STAGES), self.chance.randint(1, 3)
                self.killer.delay = self.chance.uniform(0.0, 0.02)
            elif kind == "step":
                after = self.chance.choice(STEPS), self.chance.choice((0.0, self.chance.uniform(0.0, 0.3)))
            else:
                after = "start", self.chance.uniform(0.0, 1.1 * self.seconds)
        day = Day(len(self.mailbox.letters), len(self.hook.messages))
        self.lived.append(day)
        planned = self._silent()
        ours.run(told, self.killer, after)
        day.killed = ours.code == -9
        day.unanswered = planned - self._silent()
        self.figures["days"] += 1
        self.figures["kills"] += day.killed
        self.figures["lines broken after all was sent"] += day.unanswered.total()
        self.figures["days in part"] += any(step["state"] in ("part", "failed") for step in ours.steps.values())
        if ours.code not in (0, -9):
            self.wrong.append(f"{told['now']}: the job ended with {ours.code} after {ours.steps}")

    def _silent(self) -> Counter[str]:
        """How many lines are still to break after all was sent, by channel."""
        return Counter(email=self.mailbox.plan.count("silent"), slack=self.hook.plan.count("silent"))

    def _compare(self, day: date) -> None:
        """On a day when all that is released has been asked: facts, judgements and open alerts are the twin's."""
        self.figures["comparisons"] += 1
        with read(self.ours) as ours, read(self.twin) as twin:
            for what, query in ALIKE.items():
                here, there = set(ours.execute(query).fetchall()), set(twin.execute(query).fetchall())
                self.figures[what] += len(there)
                for row in sorted(map(str, here ^ there))[:3]:
                    self.wrong.append(f"{day}: {what} {'ours' if row in set(map(str, here)) else 'of the twin'}: {row}")

    def _follow(self) -> None:
        """Every event to its digest, every digest to its recipients, every end to whoever heard of the beginning."""
        with read(self.ours) as con:
            events = con.execute("select event_id, alert_id, reason from alerts.event order by event_id").fetchall()
            digests = con.execute(
                "select digest_id, composed_at from alerts.digest order by composed_at, digest_id"
            ).fetchall()
            kept = {digest_id: outbox.read(con, digest_id) for digest_id, _ in digests}
            rows = con.execute("select digest_id, channel, recipient, state from alerts.delivery").fetchall()
        told = Counter(event_id for made in kept.values() for event_id in made.event_ids)
        self.wrong += [f"event {one} is told {told[one[0]]} times" for one in events if told[one[0]] != 1]
        self.figures |= Counter(f"events: {reason}" for _, _, reason in events)
        self.figures["alerts"] = len({alert_id for _, alert_id, _ in events})
        self.figures["digests"] = len(kept)
        arrived = self._arrived(kept)
        end = self.start + timedelta(days=self.days - 1)
        monday = end - timedelta(days=end.weekday())
        after = {digest_id for digest_id, composed_at in digests if composed_at.date() > monday}
        for digest_id, channel, recipient, state in rows:
            times = len(arrived[digest_id, channel, recipient])
            if (recipient, state, times) == ("monday@example.org", "waiting", 0) and digest_id in after:
                self.figures["waiting for a Monday after the end"] += 1
                continue
            if state not in ("sent", "skipped") or (times > 0) != (state == "sent"):
                self.wrong.append(f"{digest_id} to {channel} {recipient} is {state} and arrived {times} times")
            self.figures["deliveries"] += state == "sent"
            self.figures["repeated"] += max(0, times - 1)
        self.explain(arrived)
        self._hear(events, kept)
        self.figures["releases"], self.figures["revisions"] = self.story.released, self.story.revised
        self.figures["turns of the story"] = len(self.story.planted)

    def explain(self, arrived: Arrivals) -> None:
        """Each repetition by a kill or a broken line of its channel, on the day of the arrival before."""
        unheard: dict[int, Counter[str]] = defaultdict(Counter)
        for (_, channel, _), days in arrived.items():
            for number in days[:-1]:
                unheard[number][channel] += 1
        for number, repeated in unheard.items():
            day = self.lived[number]
            if (repeated - day.unanswered).total() > day.killed:
                self.wrong.append(
                    f"day {number}: repeated afterwards: {dict(repeated)}; killed: {day.killed}, unanswered:"
                    f" {dict(day.unanswered)}"
                )

    def _arrived(self, kept: dict[str, Digest]) -> Arrivals:
        """When each digest arrived, by channel and recipient, as the servers have it; a file has no day and is once."""
        arrived: Arrivals = defaultdict(list)
        for number, letter in enumerate(self.mailbox.letters):
            digest_id = digest_of(letter)
            day = bisect_right(self.lived, number, key=lambda day: day.letters) - 1
            arrived[digest_id, "email", str(letter["To"])].append(day)
        posted = [json.dumps(message, sort_keys=True) for message in self.hook.messages]
        files = {path.read_text(encoding="utf-8") for path in self.ours.digests.glob("*.md")}
        for digest_id, made in kept.items():
            forms = {json.dumps(json.loads(written(made, "slack", note)), sort_keys=True) for note in ("", REPEATED)}
            arrived[digest_id, "slack", ""] = [
                bisect_right(self.lived, number, key=lambda day: day.posts) - 1
                for number, one in enumerate(posted)
                if one in forms
            ]
            arrived[digest_id, "file", "markdown"] = [0] * (written(made, "markdown") in files)
        unknown = {digest_id for digest_id, *_ in arrived} - kept.keys()
        self.wrong += [f"a letter of {one}, which is not kept, arrived" for one in unknown]
        return arrived

    def _hear(self, events: list[tuple[int, str, str]], kept: dict[str, Digest]) -> None:
        """What each recipient read of each alert, from the tables of the letters: no end may be missing."""
        reason_of = {event_id: (alert_id, reason) for event_id, alert_id, reason in events}
        read_by: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        for letter in self.mailbox.letters:
            digest_id = digest_of(letter)
            (table,) = (part for part in letter.iter_attachments() if part.get_content_type() == "text/csv")
            lines = csv.DictReader(io.StringIO(table.get_content()))
            read_by[str(letter["To"])][digest_id] = {
                line["alert_id"]: " ".join((line["reason"], line["sentence"], line["event"])) for line in lines
            }
        for recipient in TO:
            knows: set[str] = set()
            for digest_id, made in kept.items():
                letter_said = read_by[recipient.address].get(digest_id, {})
                for event_id in made.event_ids:
                    alert_id, reason = reason_of[event_id]
                    said = letter_said.get(alert_id, "")
                    if reason in ("withdrawn", "closed"):
                        if alert_id in knows:
                            self.figures[f"heard: {reason}"] += 1
                            if reason not in said and not (reason == "closed" and "without a hit" in said):
                                self.wrong.append(
                                    f"{recipient.address} was told of {alert_id} and not that it is {reason}"
                                    f" ({digest_id}, event {event_id}, read {said!r})"
                                )
                        knows.discard(alert_id)
                    elif said:
                        knows.add(alert_id)


def digest_of(letter: EmailMessage) -> str:
    """The digest that a letter brought, by its Message-ID."""
    return str(letter["Message-ID"]).strip("<").rsplit("@", 1)[0].rpartition(".")[0]


NEWEST = (
    "select rule, subject, month, verdict, value_usd, expected_usd from findings.judged"
    " where month > (select max(period) from views.supplier_months where published = 1) - interval 6 month"
    " qualify row_number() over (partition by rule, subject, month order by as_of desc) = 1"
)

ALIKE = {
    "figures": "select reporter, partner, flow, period, hs_edition, commodity, value, currency, net_kg, quantity"
    " from facts.trade",
    "states of months": "select distinct reporter, flow, period,"
    " case when state in ('value', 'zero') then 'answered' else state end from facts.coverage",
    "judgements": f"select * from ({NEWEST}) where verdict <> 'not published'",
    "open alerts": "select alert_id from alerts.alert where state in ('open', 'receding')",
}
"""What must be the same here and in the twin; since when a figure is known may differ where a release was missed."""


@contextmanager
def read(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        yield con
