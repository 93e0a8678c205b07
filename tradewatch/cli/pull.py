"""`tradewatch pull`: figures from a live service."""

import os
from typing import Annotated

import typer

from tradewatch.cli.common import DONE_IN_PART, Home, app, month_told, now, writing
from tradewatch.errors import ConfigError, DataError
from tradewatch.files import plain
from tradewatch.flow.pull import Pulling, Wanted
from tradewatch.flow.pulled import quota, states
from tradewatch.show import err, out, pulls
from tradewatch.sources.comtrade_service import KEY, Service, from_environment

SOURCES = ("comtrade",)


@app.command()
def pull(
    source: Annotated[str, typer.Argument(help="Whose figures: comtrade (UN Comtrade, monthly).")],
    watch: Annotated[str, typer.Option(help="Which watch says what to ask; see data/watches/.")] = "russia",
    since: Annotated[str | None, typer.Option(help="First month, e.g. 2022-01; else where the watch begins.")] = None,
    until: Annotated[str | None, typer.Option(help="Last month; else the one before this.")] = None,
    reporter: Annotated[list[str] | None, typer.Option(help="Only this reporter, e.g. DEU; may be repeated.")] = None,
    controls: Annotated[bool, typer.Option("--controls", help="The control partners and products too.")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="Tariff lines: the reporters' own codes.")] = False,
    bulk: Annotated[
        bool, typer.Option("--bulk", help="Through bulk files, one for each reporter and month (premium key).")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show calls, expected rows and days of quota; ask only what is released.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Like --plan, with the address of each first call; nothing else is asked.")
    ] = False,
    home: Home = None,
) -> None:
    """
    Pull from a live service what a watch asks and what was not pulled since its newest release.

    What is released is asked first, then only what is new or changed; every answer is counted by the service itself,
    kept, and loaded. A month that is not released, failed or came in part is never a zero. Stopped at any moment, run
    it again: nothing that was kept is asked twice. Exit code 3: something failed, the rest is in.

    The subscription key comes from TRADEWATCH_COMTRADE_KEY and goes into a header only; without one the preview
    service is asked, 500 rows a call.

    Example: tradewatch pull comtrade --plan

    Example: tradewatch pull comtrade --since 2022-01 --until 2023-12 --reporter DEU --reporter KAZ
    """
    if source not in SOURCES:
        raise typer.BadParameter(f"it is {' or '.join(SOURCES)}", param_hint="SOURCE")
    wanted = Wanted(
        watch=watch,
        first=month_told(since),
        last=month_told(until),
        reporters=tuple(_area(code) for code in reporter or ()),
        controls=controls,
        lines=lines,
    )
    service = from_environment(os.environ)
    if bulk and not service.key:
        raise ConfigError(f"--bulk needs a premium subscription key in {KEY}.")
    _pull(wanted, service, home, bulk=bulk, plan=plan or dry_run, addresses=dry_run)


def _area(code: str) -> str:
    if not (code.isascii() and code.isalpha() and len(code) == 3):
        raise DataError(f"{plain(code)} is no area; --reporter takes three letters such as DEU.")
    return code.upper()


def _pull(wanted: Wanted, service: Service, home: Home, *, bulk: bool, plan: bool, addresses: bool) -> None:
    if not service.key:
        err.print(f"No key in {KEY}: the preview service is asked, 500 rows a call; a free key takes far fewer calls.")
    with writing(home) as (con, settings):
        left = quota(con, service, now())
        with pulls.calls(left) as bar, Pulling(con, settings, service, now, bar.called) as pulling:
            if not plan:
                pulling.finish_kept()
            planned = pulling.planned(wanted)
            bar.planned(planned)
            outcome = pulling.outcome if plan else pulling.run(planned, bulk=bulk)
        found = states(con)
    if plan:
        shown = [
            *pulls.plan(planned, outcome, service, left),
            *(pulls.addresses(planned, service) if addresses else ()),
        ]
        for made in shown:
            out.print(made, soft_wrap=isinstance(made, str))
        return
    pulls.pulled(outcome, found)
    if outcome.lost:
        raise typer.Exit(DONE_IN_PART)
