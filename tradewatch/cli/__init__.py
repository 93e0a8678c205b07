"""The commands. Output for machines goes to stdout alone; everything said to people goes to stderr."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tradewatch import answers, flow, show
from tradewatch.cli import alerts, gacc, pull, run
from tradewatch.cli.common import (
    DONE_IN_PART,
    AsOf,
    Home,
    app,
    currency_told,
    main,
    month_told,
    now,
    reading,
    secrets_of,
    settings_of,
    writing,
)
from tradewatch.files import plain
from tradewatch.flow import tell
from tradewatch.flow.home import make_home
from tradewatch.records import Told

__all__ = ["alerts", "app", "gacc", "main", "pull", "run"]


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of files, saved from the sources' sites.")],
    flow_told: Annotated[
        str | None,
        typer.Option("--flow", help="export or import, where the file does not say (China's query platform)."),
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="usd or cny, as it was asked there; for the same files as --flow.")
    ] = None,
    rows: Annotated[
        int | None, typer.Option(help="How many rows the platform showed for this file; keeps its last flow, too.")
    ] = None,
    released_at: Annotated[
        datetime | None,
        typer.Option(
            "--released-at", help="When the source published these figures (UTC), where the file does not say."
        ),
    ] = None,
    home: Home = None,
) -> None:
    """
    Load files saved by hand: recognised by content, read strictly, kept for ever.

    Example: tradewatch import downloads/ --flow export --currency USD
    """
    if flow_told not in (None, "export", "import"):
        raise typer.BadParameter("it is export or import", param_hint="--flow")
    told = Told(flow=flow_told, currency=currency_told(currency), rows=rows)
    files = flow.files_of(paths)
    done: list[flow.Imported] = []
    try:
        with writing(home) as (con, settings), show.progress("importing", len(files)) as bar:
            flow.build(con, settings)
            for one in flow.import_files(con, settings, files, told, released_at, now()):
                done.append(one)
                bar.advance(bar.task_ids[0])
    except KeyboardInterrupt:
        show.err.print("stopped; the files listed are in, nothing is half done. Run it again for the rest.")
        raise
    finally:
        _show_imports(done)
    refused = [one for one in done if one.state == "refused"]
    if refused:
        raise typer.Exit(1 if len(refused) == len(done) else DONE_IN_PART)


def _show_imports(done: list[flow.Imported]) -> None:
    """One table at the end, also of an import that was stopped; notes and refusals below it."""
    if done:
        show.out.print(show.imports(done))
    if len(done) > 1:
        show.out.print(show.imports_by_source(done))
    for note in dict.fromkeys(f"{one.name}: {plain(note)}" for one in done for note in one.notes):
        show.err.print(note, markup=False, soft_wrap=True)
    for one in done:
        if one.state == "refused":
            show.err.print(f"tradewatch: {one.sentence}", markup=False, soft_wrap=True)


@app.command()
def build(home: Home = None) -> None:
    """
    Load the reference lists and make every view anew.

    Example: tradewatch build
    """
    with writing(home) as (con, settings):
        built = flow.build(con, settings, anew=True)
    show.err.print(f"{built} views and checks are ready; `tradewatch views` lists what each answers.")


@app.command()
def replay(home: Home = None) -> None:
    """
    Parse all kept bytes again and rebuild the facts from them.

    Example: tradewatch replay
    """
    with writing(home) as (con, settings):
        with show.progress("replaying", flow.pulls(con)) as bar:
            count = flow.replay(con, settings, lambda _: bar.advance(bar.task_ids[0]))
        flow.build(con, settings)
    show.err.print(f"{count} files were read again from the kept bytes; the facts are rebuilt.")


@app.command()
def check(
    month: Annotated[
        str | None, typer.Option(help="Last month to judge, e.g. 2022-11; else the newest published.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="First month to judge; else that one month alone.")] = None,
    home: Home = None,
) -> None:
    """
    Run the rules over a month, or a span of months, and bring the alerts up to date.

    Example: tradewatch check --since 2022-01 --month 2022-11
    """
    with writing(home) as (con, settings):
        flow.build(con, settings)
        told = flow.check(con, settings, month_told(month), month_told(since), now())
    for what, count in sorted(told.items()):
        show.out.print(f"{count} {what}")
    show.err.print("`tradewatch digest` tells what changed." if told else "nothing changed since the last check.")


@app.command()
def digest(
    to: Annotated[
        list[str] | None, typer.Option(help="stdout, file, email, slack or apprise; may be repeated. Else stdout.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="markdown, html, text, json or slack, for stdout and file.")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", help="Show the newest digest told by then (UTC), as it was.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it; nothing is sent or marked as told.")] = False,
    home: Home = None,
) -> None:
    """
    Tell what is new, worse, withdrawn or closed since the last digest, and how healthy the data are.

    What a channel does not take waits, and the next run tries again; exit code 3 then. Nothing is told twice.

    Example: tradewatch digest --to email --to slack

    Example: tradewatch digest --as-of 2022-12-24 --format html
    """
    channels = to or ["stdout"]
    for word, known, option in (*((one, tell.CHANNELS, "--to") for one in channels), (form, tell.SUFFIX, "--format")):
        if word is not None and word not in known:
            raise typer.BadParameter(f"it is {', '.join(known)}", param_hint=option)
    if as_of or dry_run:
        with writing(home) as (con, settings):
            made = tell.as_told(con, as_of) if as_of else tell.composed(con, settings, now())
            sys.stdout.write(tell.written(made, form or "text"))
        return
    with writing(home) as (con, settings):
        told = tell.tell(con, settings, secrets_of(), channels, now(), form=form)
    _show_told(told)


def _show_told(told: tell.Told) -> None:
    for line in told.arrived:
        show.err.print(line, markup=False, soft_wrap=True)
    for line in told.failed:
        show.err.print(f"tradewatch: {plain(line)} It waits for the next run.", markup=False, soft_wrap=True)
    if not told.news:
        show.err.print("nothing new since the last digest.")
    if told.failed:
        raise typer.Exit(DONE_IN_PART)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One question in SQL; facts.trade and views.* are the place to start.")],
    as_of: AsOf = None,
    form: Annotated[str, typer.Option("--format", help="table, csv, json, parquet or xlsx.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", help="Write to this file instead of stdout.")] = None,
    home: Home = None,
) -> None:
    """
    Ask anything in SQL, read-only.

    Example: tradewatch sql "select partner, sum(value_usd) from facts.trade group by all" --format csv
    """
    with reading(home) as (con, _):
        answers.write(answers.ask(con, query, as_of), form, output)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def ask(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which saved question; none lists them.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="A value, as name=value; --name value does the same.")
    ] = None,
    as_of: AsOf = None,
    form: Annotated[str, typer.Option("--format", help="table, csv, json, parquet or xlsx.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", help="Write to this file instead of stdout.")] = None,
    home: Home = None,
) -> None:
    """
    Ask one of the saved questions of queries/ask/; without a name they are listed with what they take.

    Example: tradewatch ask destinations --year 2022
    """
    with reading(home) as (con, settings):
        questions = answers.questions(settings.own("queries"))
        if name is None:
            rows = [(one.name, one.sentence, one.takes) for one in questions.values()]
            show.out.print(show.table("", ("question", "what it answers", "takes"), rows))
            return
        given = [*(param or []), *answers.as_pairs(ctx.args)]
        answers.write(answers.ask_saved(con, questions, name, given, as_of), form, output)


@app.command()
def views(
    name: Annotated[str | None, typer.Argument(help="One view, with its columns; none lists all.")] = None,
    home: Home = None,
) -> None:
    """
    What each view answers, its grain, and its columns with their units.

    Example: tradewatch views listed_exports
    """
    with reading(home) as (con, _):
        show.out.print(answers.about_views(con, name))


@app.command()
def status(form: Annotated[str, typer.Option("--format", help="table or json.")] = "table", home: Home = None) -> None:
    """
    One line for each source, release and channel: how much, how fresh, what is missing, late or waiting.

    Example: tradewatch status --format json
    """
    if form not in ("table", "json"):
        raise typer.BadParameter(f"{plain(form)} is none of table, json", param_hint="--format")
    with reading(home) as (con, _):
        found = answers.status(con, now())
    if form == "json":
        sys.stdout.write(answers.as_json({name: frame.to_dicts() for name, frame in found.items()}))
        return
    for made in answers.status_shown(found):
        show.out.print(made, soft_wrap=isinstance(made, str))


@app.command()
def compact(home: Home = None) -> None:
    """
    Write the facts anew in the order in which they are asked: worth it after large pulls; changes no figure.

    Example: tradewatch compact
    """
    with writing(home) as (con, settings):
        before = settings.warehouse.stat().st_size
        rows = flow.compact(con)
    after = settings.warehouse.stat().st_size
    show.err.print(f"{rows:,} versions of figures in order; the file had {before:,} bytes and has {after:,}.")


@app.command()
def init(home: Home = None) -> None:
    """
    Write tradewatch.toml and an example .env here, and make the home folder with places for your own files.

    Example: tradewatch init
    """
    made = list(make_home(Path.cwd(), settings_of(home)))
    for path in made:
        show.err.print(f"made {path}", markup=False, soft_wrap=True)
    if not made:
        show.err.print("everything is there already; nothing was changed.")


@app.command()
def demo(
    home: Annotated[Path, typer.Option("--home", help="Where to put the demo.")] = Path("tradewatch-demo"),
) -> None:
    """
    The embedded sample, end to end: official Eurostat figures of 2020 to 2022, to alerts and where each comes from.

    Example: tradewatch demo
    """
    with writing(home) as (con, settings):
        with show.progress("the road", 4) as bar:
            flow.demo(con, settings, now(), lambda done: bar.update(bar.task_ids[0], advance=1, description=done))
        for made in answers.demo(con, home):
            show.out.print(made, soft_wrap=isinstance(made, str))
