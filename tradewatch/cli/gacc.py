"""`tradewatch gacc`: the query platform of China's customs, by hand."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from tradewatch import flow, show
from tradewatch.cli.common import DONE_IN_PART, Home, app, currency_told, now, writing
from tradewatch.errors import DataError
from tradewatch.files import plain
from tradewatch.flow import gacc
from tradewatch.raw.gacc_queries import Printed

gacc_app = typer.Typer(
    help="China's customs: links for its query platform, and the files that come of them.",
    epilog="Example: tradewatch gacc query --watch russia --year 2025",
    no_args_is_help=True,
)
app.add_typer(gacc_app, name="gacc")

T = TypeVar("T")

FLOWS: dict[str, tuple[str, ...]] = {"export": ("export",), "import": ("import",), "both": ("export", "import")}

SHOWN = 10
"""How many queries without an answer are named; the others are counted."""

HOW = """\
Open a link in your browser, solve the puzzle, press the query button, then the export button; change nothing else.
Each file is named downloadData.csv. Then: tradewatch gacc collect ~/Downloads"""


@gacc_app.command()
def query(
    watch: Annotated[str, typer.Option(help="Which watch says the goods and partners; see data/watches/.")] = "russia",
    year: Annotated[int | None, typer.Option(help="One calendar year; else that of the newest month.")] = None,
    flow_told: Annotated[str, typer.Option("--flow", help="export, import or both.")] = "both",
    currency: Annotated[str, typer.Option(help="usd or cny.")] = "usd",
    months: Annotated[str | None, typer.Option(help="Of the year, e.g. 1-6 or 3; else all that are out.")] = None,
    partner: Annotated[
        list[str] | None, typer.Option(help="Only this partner, e.g. RUS; may be repeated. Else target and hubs.")
    ] = None,
    code: Annotated[
        list[str] | None, typer.Option(help="Only this eight-digit code of China's; may be repeated.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    home: Home = None,
) -> None:
    """
    Print links to the query platform with everything filled in, and remember them for `gacc collect`.

    The platform answers only a person who solves a puzzle, so nothing is fetched here. A query is of one year, at most
    five codes a box, and surely fewer than 10,000 rows. A query that is printed twice keeps its number.

    Example: tradewatch gacc query --watch russia --year 2025

    Example: tradewatch gacc query --year 2024 --flow export --partner RUS --partner KAZ --months 1-6
    """
    wanted = gacc.Wanted(
        watch=watch,
        year=year,
        months=_months(months),
        flows=_one_of(FLOWS, flow_told, "--flow"),
        currency=currency_told(currency) or "USD",
        partners=tuple(dict.fromkeys(one.upper() for one in partner or ())),
        codes=_codes(code or []),
    )
    _one_of({"text": "", "json": ""}, form, "--format")
    with writing(home) as (con, settings):
        flow.build(con, settings)
        printed, said = gacc.ask(con, wanted, now())
    if form == "json":
        print(json.dumps([_as_json(one) for one in printed], ensure_ascii=False, indent=2))  # noqa: T201
        return
    for one in printed:
        print(f"{one.number}. {gacc.in_words(one.question, one.currency)}: {one.address}")  # noqa: T201
    show.err.print("\n".join(filter(None, (said, f"Queries: {len(printed)}", HOW))), markup=False, soft_wrap=True)


def _one_of(known: Mapping[str, T], told: str, option: str) -> T:
    if told not in known:
        raise typer.BadParameter(f"it is {' or '.join(known)}", param_hint=option)
    return known[told]


def _months(told: str | None) -> tuple[int, int] | None:
    if told is None:
        return None
    found = re.fullmatch(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", told)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= 12:
        raise typer.BadParameter("it is a month or a span of months of the year, e.g. 3 or 1-6", param_hint="--months")
    return first, last


def _codes(told: list[str]) -> tuple[str, ...]:
    for code in told:
        if not re.fullmatch("[0-9]{8}", code):
            raise DataError(f"{plain(code)} is no eight-digit code; --code takes one such as 85423111.")
    return tuple(sorted(set(told)))


def _as_json(one: Printed) -> dict[str, object]:
    question = one.question
    return {
        "number": one.number,
        "flow": question.flows[0],
        "currency": one.currency,
        "months": [f"{period:%Y-%m}" for period in question.periods],
        "commodities": question.commodities,
        "partners": "every" if question.every_partner else question.partners,
        "address": one.address,
    }


@gacc_app.command()
def collect(
    paths: Annotated[list[Path], typer.Argument(help="The folder of your downloads, or single files.")],
    flow_told: Annotated[
        str | None, typer.Option("--flow", help="export or import, where a file cannot tell which it is.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="usd or cny, as it was asked, of a file that answers no printed query.")
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(help="How many rows the platform showed, of a single file: it then answers to its end."),
    ] = None,
    home: Home = None,
) -> None:
    """
    Take the new downloadData*.csv files, match each to the query that was printed, and load it.

    Columns, codes, partners, months and currency must fit the query. A file that answers none is named and left alone;
    none is ever moved or deleted. Exit code 3: some were not loaded, 1: none was.

    Example: tradewatch gacc collect ~/Downloads

    Example: tradewatch gacc collect "downloadData (63).csv" --flow import --currency usd
    """
    if flow_told not in (None, "export", "import"):
        raise typer.BadParameter("it is export or import", param_hint="--flow")
    files = gacc.files_of(paths)
    if rows is not None and len(files) != 1:
        raise typer.BadParameter("it is of one file; name that file", param_hint="--rows")
    currency_of_file = currency_told(currency)
    with writing(home) as (con, settings):
        flow.build(con, settings)
        done = list(gacc.collect(con, settings, files, flow_told, _ask, now(), currency=currency_of_file, rows=rows))
        left = gacc.unanswered(con)
    _show_collected(done)
    if left:
        words = [f"{one.number}. {gacc.in_words(one.question, one.currency)}" for one in left[:SHOWN]]
        more = [f"and {len(left) - SHOWN} more"] if left[SHOWN:] else []
        said = [f"Printed and not answered yet: {len(left)}", *words, *more]
        show.err.print("\n".join(said), markup=False, soft_wrap=True)
    lost = [one for one in done if one.state in ("refused", "left")]
    if lost:
        raise typer.Exit(1 if len(lost) == len(done) else DONE_IN_PART)


def _ask(question: str) -> str | None:
    """Ask a person at a terminal; nobody is asked in a pipe."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    told: str = typer.prompt(f"{plain(question)}. Is it export or import?", err=True)
    return told if told in ("export", "import") else None


def _show_collected(done: list[gacc.Collected]) -> None:
    """One row a file; notes and reasons below."""
    if not done:
        show.err.print("no file downloadData*.csv is there.")
        return
    columns = ("file", "state", "query", "read", "new")
    show.out.print(show.table("", columns, map(_row, done), right=columns[2:]))
    for one in done:
        for note in one.imported.notes if one.imported else ():
            show.err.print(f"{one.name}: {plain(note)}", markup=False, soft_wrap=True)
        if one.sentence:
            show.err.print(f"tradewatch: {one.sentence}", markup=False, soft_wrap=True)


def _row(one: gacc.Collected) -> tuple[object, ...]:
    counts = (one.imported.rows_read, one.imported.counts["new"]) if one.imported else (None, None)
    return (one.name, one.state, one.query, *counts)


@gacc_app.command()
def codes(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A code book saved from stats.customs.gov.cn.")],
    home: Home = None,
) -> None:
    """
    Take a code book of China's customs: a year's eight-digit codes are kept and used in place of the shipped ones.

    Example: tradewatch gacc codes en-hs8-2025.csv
    """
    with writing(home) as (con, settings):
        flow.build(con, settings)
        said = gacc.take_code_book(con, settings, path)
    show.err.print(said, markup=False, soft_wrap=True)
