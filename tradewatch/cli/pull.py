"""`tradewatch pull`: figures from a live source, one command for each."""

import os
from typing import Annotated

import typer

from tradewatch.cli.common import DONE_IN_PART, Home, app, month_told, now, writing
from tradewatch.errors import ConfigError, DataError
from tradewatch.files import plain
from tradewatch.flow import pull_gacc
from tradewatch.flow.pull import Pulling, Wanted
from tradewatch.flow.pulled import quota, states
from tradewatch.periods import shift
from tradewatch.show import err, out, pages, progress, pulls
from tradewatch.sources import gacc_service
from tradewatch.sources.comtrade_service import KEY, Service, from_environment
from tradewatch.sources.gacc_index import TABLES

pull = typer.Typer(
    help="Pull figures from a live source: what is new there, and nothing twice.",
    epilog="Example: tradewatch pull comtrade --plan",
    no_args_is_help=True,
)
app.add_typer(pull, name="pull")

MONTHS_BACK = 12
"""How far back pages are asked for where nothing is told; later runs find them known."""

KINDS = tuple(dict.fromkeys(name.split()[-1] for tables in TABLES.values() for name in tables))


@pull.command()
def comtrade(
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


@pull.command()
def gacc(
    since: Annotated[str | None, typer.Option(help="First month, e.g. 2025-01; else twelve months ago.")] = None,
    until: Annotated[str | None, typer.Option(help="Last month; else the one before this.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--table", help=f"Only tables of {', '.join(KINDS)}; may be repeated.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask known pages too: they are said never to change, and this checks it.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask the indexes alone; show the pages to ask.")] = False,
    home: Home = None,
) -> None:
    """
    Pull from China's customs (GACC) the tables of its preliminary release and its Monthly Bulletin that are not in yet.

    The site in English is asked over plain http, one page a second. A page that is known is not asked again, so a
    second run asks the indexes alone. A page that is refused, or is not what its index says, loses only itself. When
    three in a row are refused, nothing more is asked. Exit code 3: something was lost, the rest is in.

    TRADEWATCH_GACC_URL sets another address, TRADEWATCH_GACC_PACE the seconds between two calls.

    Example: tradewatch pull gacc --dry-run

    Example: tradewatch pull gacc --since 2021-01 --table countries
    """
    if unknown := set(kind or ()) - set(KINDS):
        raise typer.BadParameter(f"{plain(min(unknown))} is none of {', '.join(KINDS)}", param_hint="--table")
    this = now().date()
    first, last = month_told(since) or shift(this, -MONTHS_BACK), month_told(until) or shift(this, -1)
    if first > last:
        raise DataError(f"{first:%Y-%m} to {last:%Y-%m} holds no month; --since is expected to be before --until.")
    wanted = pull_gacc.Wanted(first=first, last=last, tables=tuple(kind or ()), again=again)
    _pull_gacc(wanted, gacc_service.from_environment(os.environ), home, dry_run=dry_run)


def _pull_gacc(wanted: pull_gacc.Wanted, service: gacc_service.Service, home: Home, *, dry_run: bool) -> None:
    with writing(home) as (con, settings), pull_gacc.Pulling(con, settings, service, now) as pulling:
        links = pulling.links(wanted)
        if dry_run:
            for made in pages.links(pulling.to_ask(links, wanted), service):
                out.print(made, soft_wrap=isinstance(made, str))
        else:
            with progress("pages", len(links)) as bar:
                for taken in pulling.run(links, wanted):
                    bar.update(bar.task_ids[0], advance=1, description=taken.link.name)
    pages.pulled(pulling.outcome, dry_run=dry_run)
    if not pulling.outcome.complete:
        raise typer.Exit(DONE_IN_PART)
