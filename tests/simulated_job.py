"""
The job of one day after another, each in a process forked for it, so that it can be killed at any moment.

    python tests/simulated_job.py HOME

Each line of input is a day as JSON: now, url (of UN Comtrade's stand-in), port (of the mail server; 0 for none) and
webhook. Output: `ready PID`, a line of JSON for each step as it ends, `ended CODE`. Waits between tries are left out.
"""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import stamina
from comtrade_stand_in.gate import FREE

from tradewatch import warehouse
from tradewatch.flow.run import Job
from tradewatch.settings import Channels, Email, Recipient, Settings
from tradewatch.sources import comtrade_service

WATCH = "russia"  # stands in for the shipped one
TO = (
    Recipient(address="all@example.org"),
    Recipient(address="desk@example.org", areas=("KGZ", "KAZ"), watches=(WATCH,)),
    Recipient(address="high@example.org", severity="high"),
    Recipient(address="monday@example.org", weekdays=("monday",)),
)


def day(home: Path, told: dict[str, Any]) -> None:
    """One run of the job, as `tradewatch run --source comtrade` makes it, on a day of our own."""
    email = Email(host="127.0.0.1", port=told["port"], security="none", sender="tw@example.org", to=TO)
    settings = Settings(home=home, channels=Channels(email=email) if told["port"] else Channels())
    environment = {
        comtrade_service.URL: told["url"],
        comtrade_service.KEY: FREE,
        comtrade_service.PACE: "0",
        "TRADEWATCH_SLACK_WEBHOOK": told["webhook"],
    }
    now = datetime.fromisoformat(told["now"])
    with warehouse.connect(settings.warehouse) as con:
        con.execute("set threads = 1")  # so little is quicker so
        job = Job(con=con, settings=settings, environment=environment, now=lambda: now, watch=WATCH)
        for step in job.run(("comtrade",), ("email", "slack", "file") if told["port"] else ("file",)):
            said = {"step": step.name, "state": step.state, "seconds": step.seconds, **step.said}
            print(json.dumps(said), flush=True)  # noqa: T201


def main() -> None:
    """Days until the input ends."""
    stamina.set_testing(True, attempts=2, cap=True)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            code = 1
            try:
                print("ready", os.getpid(), flush=True)  # noqa: T201
                day(Path(sys.argv[1]), json.loads(line))
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print("ended", os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
