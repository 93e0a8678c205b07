"""tradewatch alerts: the cases, what is behind each, and what people say of them."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import duckdb
import typer

from tradewatch import answers, flow, show
from tradewatch.alerts import Answer, Reason, answer, case
from tradewatch.alerts.life import LEVELS
from tradewatch.cli.common import Home, app, now, reading, writing
from tradewatch.errors import ConfigError, DataError
from tradewatch.files import plain
from tradewatch.settings import Settings
from tradewatch.show import cases

alerts_app = typer.Typer(
    help="The cases: what is unusual, why, the figures behind it, and what people say of it.",
    epilog='Example: tradewatch alerts explain hub-jump.KGZ --reason "a new plant, see its annual report"',
    no_args_is_help=True,
)
app.add_typer(alerts_app, name="alerts")

STATES = ("open", "receding", "closed", "withdrawn", "acknowledged", "confirmed", "explained", "silenced")

Id = Annotated[str, typer.Argument(metavar="ID", help="The case, as `tradewatch alerts list` names it.")]
Because = Annotated[str, typer.Option("--reason", help="Why, so that others understand it later.")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; else your login name.")]


@alerts_app.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help=f"Only these: {', '.join(STATES)}.")] = None,
    severity: Annotated[str | None, typer.Option(help=f"Only these: {', '.join(LEVELS)}.")] = None,
    watch: Annotated[str | None, typer.Option(help="Only of this watch, e.g. russia.")] = None,
    area: Annotated[str | None, typer.Option(help="Only about this area, e.g. KGZ.")] = None,
    form: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    home: Home = None,
) -> None:
    """
    Every case, the most surprising first; those that are over or answered for come last.

    Example: tradewatch alerts list --state open --severity high --format json
    """
    _one_of(state, STATES, "--state")
    _one_of(severity, LEVELS, "--severity")
    with _readable(home) as (con, _):
        found = answers.alerts(con, {"state": state, "severity": severity, "watch": watch, "area": area})
        found = found.drop("sentence") if form == "table" else found
        answers.write(answers.guarded(found) if form == "csv" else found, form, None)


@alerts_app.command("show")
def show_(
    alert_id: Id, form: Annotated[str, typer.Option("--format", help="table or json.")] = "table", home: Home = None
) -> None:
    """
    One case: sentence, figures, its line over 36 months, reporters, mirror, what was tested, history, and its SQL.

    Example: tradewatch alerts show hub-jump.KGZ
    """
    _one_of(form, ("table", "json"), "--format")
    with _readable(home) as (con, _):
        found = case(con, alert_id)
    if form == "json":
        typer.echo(answers.as_json(asdict(found)), nl=False)
        return
    for made in cases.case(found):
        show.out.print(made, soft_wrap=isinstance(made, str))


@alerts_app.command("why")
def why(
    alert_id: Id,
    rows: Annotated[int, typer.Option(min=1, help="How many of the largest figures behind it to show.")] = 20,
    form: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    home: Home = None,
) -> None:
    """
    From an alert to the sheet and file of each figure behind it.

    Example: tradewatch alerts why hub-jump.KGZ
    """
    _one_of(form, ("table", "json"), "--format")
    with _readable(home) as (con, settings):
        found, traced = flow.why(con, settings, alert_id, rows)
    if form == "json":
        whole = {"alert": found.alert, "finding": found.finding, "figures": [asdict(one) for one in traced]}
        typer.echo(answers.as_json(whole), nl=False)
        return
    for made in show.why(found, traced):
        show.out.print(made, soft_wrap=isinstance(made, str))


@alerts_app.command("ack")
def ack(alert_id: Id, reason: Because, by: By = None, home: Home = None) -> None:
    """
    Say that you look into it. It stays in the digest, under your name, and is told again when it is worse.

    Example: tradewatch alerts ack hub-jump.KGZ --reason "asked customs for the declarations"
    """
    _say(home, alert_id, Reason.ACKNOWLEDGED, reason, by)


@alerts_app.command("explain")
def explain(alert_id: Id, reason: Because, by: By = None, home: Home = None) -> None:
    """
    Say why it is harmless. It leaves the digest, and is told again when its amount doubles or its severity rises.

    Example: tradewatch alerts explain hub-jump.ARM --reason "a new assembly plant, see its annual report"
    """
    _say(home, alert_id, Reason.EXPLAINED, reason, by)


@alerts_app.command("confirm")
def confirm(alert_id: Id, reason: Because, by: By = None, home: Home = None) -> None:
    """
    Say that it is what it looks like. From now on it is compared with what was expected when it began.

    Example: tradewatch alerts confirm hub-jump.KGZ --reason "named in a customs case"
    """
    _say(home, alert_id, Reason.CONFIRMED, reason, by)


@alerts_app.command("silence")
def silence(
    alert_id: Id,
    reason: Because,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day on which it may be told again; else six months from now."),
    ] = None,
    by: By = None,
    home: Home = None,
) -> None:
    """
    Hear nothing of it for a time. A silence always ends, and breaks early when the amount doubles.

    Example: tradewatch alerts silence hub-jump.UZB --reason "known, the report is due in May" --until 2027-05-31
    """
    _say(home, alert_id, Reason.SILENCED, reason, by, until.date() if until else None)


@alerts_app.command("reopen")
def reopen(alert_id: Id, reason: Because, by: By = None, home: Home = None) -> None:
    """
    Take an answer back, or open a case again that was closed or withdrawn.

    Example: tradewatch alerts reopen hub-jump.ARM --reason "the plant was never built"
    """
    _say(home, alert_id, Reason.REOPENED, reason, by)


def _say(home: Home, alert_id: str, reason: Reason, note: str, by: str | None, until: date | None = None) -> None:
    said = Answer(reason=reason, author=by if by is not None else _login(), note=note, until=until)
    with writing(home) as (con, _):
        sentence = answer(con, alert_id, said, now())
    show.err.print(plain(f"{alert_id}: {sentence}"), markup=False, soft_wrap=True)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as problem:
        raise DataError("this machine does not know your name; say it with --by.") from problem


def _one_of(value: str | None, known: tuple[str, ...], option: str) -> None:
    if value is not None and value not in known:
        raise typer.BadParameter(f"it is one of {', '.join(known)}", param_hint=option)


@contextmanager
def _readable(home: Home) -> Iterator[tuple[duckdb.DuckDBPyConnection, Settings]]:
    """The warehouse, open to read; one made before alerts had a life says so."""
    with reading(home) as (con, settings):
        try:
            yield con, settings
        except (duckdb.BinderException, duckdb.CatalogException) as problem:
            raise ConfigError(
                "this warehouse was made by an older tradewatch; run `tradewatch build` once."
            ) from problem
