"""`tradewatch run`: the whole road, for a scheduler."""

import json
import os
import sys
from datetime import UTC
from typing import Annotated

import typer

from tradewatch.cli.common import Home, app, now, writing
from tradewatch.files import plain
from tradewatch.flow.run import SOURCES, Job, Step, exit_code
from tradewatch.flow.tell import CHANNELS

FORMS = ("text", "json")


@app.command()
def run(
    source: Annotated[
        list[str] | None, typer.Option(help=f"Only this source ({', '.join(SOURCES)}); may be repeated.")
    ] = None,
    watch: Annotated[str, typer.Option(help="Which watch says what to ask UN Comtrade; see data/watches/.")] = "russia",
    to: Annotated[
        list[str] | None, typer.Option(help=f"Where the digest goes ({', '.join(CHANNELS)}), else file; repeatable.")
    ] = None,
    log_format: Annotated[str, typer.Option("--log-format", help="text or json, a line for each step.")] = "text",
    home: Home = None,
) -> None:
    """
    Pull, build, check, tell and publish a snapshot: one job for cron. Running it again does nothing twice.

    A source that fails does not stop the others. One line for each step goes to stderr. Exit code 0: all went well;
    3: a part failed and the rest went on; 1: nothing went; 2: wrong usage. A second job on the same home folder is
    refused while the first one runs; analysts read tradewatch.snapshot.duckdb meanwhile.

    Example: tradewatch run --to email --to slack

    Example: tradewatch run --source gacc --log-format json
    """
    for given, known, name in (
        (source or (), SOURCES, "--source"),
        (to or (), CHANNELS, "--to"),
        ((log_format,), FORMS, "--log-format"),
    ):
        if unknown := set(given) - set(known):
            raise typer.BadParameter(f"{plain(min(unknown))} is none of {', '.join(known)}", param_hint=name)
    steps = []
    with writing(home) as (con, settings):
        job = Job(con=con, settings=settings, environment=os.environ, now=now, watch=watch)
        for step in job.run(source or SOURCES, to or ("file",)):
            steps.append(step)
            print(_line(step, log_format), file=sys.stderr, flush=True)  # noqa: T201
    raise typer.Exit(exit_code(steps))


def _line(step: Step, form: str) -> str:
    """One line of the log, with the time at which the step ended."""
    at = now().replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == "json":
        about = {"at": at, "step": step.name, "state": step.state, "seconds": step.seconds}
        return json.dumps(about | dict(step.said), ensure_ascii=False)
    said = "".join(f" {name}={_word(value)}" for name, value in step.said.items())
    return f"{at} {step.name}: {step.state} in {step.seconds:.1f} s{said}"


def _word(value: object) -> str:
    text = plain(str(value))
    return json.dumps(text, ensure_ascii=False) if " " in text else text
