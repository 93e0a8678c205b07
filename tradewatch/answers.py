"""Reading the warehouse for people and programs: free SQL, saved questions, views described, status."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import duckdb
import polars as pl
from rich.markup import escape
from rich.table import Table

from tradewatch import queries, show
from tradewatch.errors import DataError, QueryError
from tradewatch.files import plain, shipped, sql_of, write_whole
from tradewatch.flow.pulled import calls_a_day

ALERTS = """
    select
        alert_id, state, severity, watch, area, answer, owner, until, first_month, last_month,
        round(score, 1) as score, amount_usd, sentence
    from alerts.alert
    where
        ($state is null or $state in (state, answer))
        and ($severity is null or severity = $severity)
        and ($watch is null or watch = $watch)
        and ($area is null or area = $area)
    order by
        state in ('closed', 'withdrawn'), coalesce(answer in ('explained', 'silenced'), false), score desc, alert_id
"""

FORMATS = ("table", "csv", "json", "parquet", "xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A saved question: a select with $parameters, the sentence it answers, and the parameters' usual values."""

    name: str
    sentence: str
    select: str
    usual: Mapping[str, str]

    @property
    def takes(self) -> str:
        """The options it takes, with their usual values."""
        return " ".join(f"--{name} {value}" for name, value in self.usual.items())


def ask(
    con: duckdb.DuckDBPyConnection,
    query: str,
    as_of: datetime | None = None,
    values: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """
    The answer to a query, as known at a time (naive UTC) or now; an empty frame for a statement without an answer.

    Raises QueryError with DuckDB's own first line when the query does not run.
    """
    try:
        if sum(one.type == duckdb.StatementType.SELECT for one in con.extract_statements(query)) > 1:
            raise QueryError("the query holds more than one question; ask them one by one.")
        if as_of:
            con.execute("set variable as_of = $1", [as_of])
        relation = con.sql(query, params=dict(values) if values else None)
        found: pl.DataFrame = pl.DataFrame() if relation is None else relation.pl()
    except duckdb.Error as problem:
        raise QueryError(f"the query does not run: {plain(str(problem))[:400]}") from problem
    except pl.exceptions.PolarsError as problem:
        raise QueryError(
            f"a column of the answer has no plain form; cast it to text ({plain(str(problem))[:80]}…)."
        ) from problem
    return found


def alerts(con: duckdb.DuckDBPyConnection, filters: Mapping[str, str | None]) -> pl.DataFrame:
    """The alerts that fit `state` (or answer), `severity`, `watch` and `area`, each None for all."""
    found: pl.DataFrame = con.sql(ALERTS, params=dict(filters)).pl()
    return found


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose texts no spreadsheet takes for a formula: a mark before =, +, -, @, a tab or a line break."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    formula = r"^[=+\-@\t\r\n]"
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(formula)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in texts
    )


def questions(own: Path) -> dict[str, Question]:
    """The saved questions, the shipped ones and then the user's, by name."""
    files = [*sorted((shipped("queries") / "ask").glob("*.sql")), *sorted((own / "ask").glob("*.sql"))]
    return {path.stem: _question(path) for path in files}


def _question(path: Path) -> Question:
    """A file of queries/ask/: comment lines that say what it answers, `-- $name: usual value` lines, a select."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise QueryError(f"{path}: cannot be read as UTF-8 text ({problem}).") from problem
    comments = [line[3:].strip() for line in text.splitlines() if line.startswith("-- ")]
    usual = {found[1]: found[2] for line in comments if (found := re.match(r"\$(\w+): (.+)", line))}
    sentence = " ".join(line for line in comments if not line.startswith("$"))
    return Question(name=path.stem, sentence=sentence, select=text, usual=usual)


def as_pairs(words: Sequence[str]) -> Iterator[str]:
    """`--name value` and `--name=value` as name=value; a DataError for a word that is neither."""
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            raise DataError(f"{plain(word)} belongs to no option; give each value as --name value.")
        name, mark, value = word[2:].partition("=")
        value = value if mark else next(rest, "")
        if not value:
            raise DataError(f"--{plain(name)} has no value; give each value as --name value.")
        yield f"{name}={value}"


def ask_saved(
    con: duckdb.DuckDBPyConnection,
    known: Mapping[str, Question],
    name: str,
    given: Sequence[str],
    as_of: datetime | None = None,
) -> pl.DataFrame:
    """The answer to a saved question, with `name=value` parameters over the usual ones, as known at a time or now."""
    if name not in known:
        raise DataError(f"there is no saved question {plain(name)}; there are {', '.join(known)}.")
    question = known[name]
    values = dict(question.usual) | dict(_given(one, question) for one in given)
    return ask(con, question.select, as_of, values)


def _given(text: str, question: Question) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or name not in question.usual:
        raise DataError(f"{plain(text)} is not a parameter of {question.name}; it takes {', '.join(question.usual)}.")
    return name, value


def write(frame: pl.DataFrame, form: str, output: Path | None) -> None:
    """
    Write an answer in a format, to a file or to stdout; one without rows is told on stderr, since it is no zero.

    Files are written whole or not at all.
    """
    if form not in FORMATS:
        raise DataError(f"{plain(form)} is not a format; there are {', '.join(FORMATS)}.")
    if frame.columns and not frame.height:
        show.err.print("no rows; `tradewatch status` shows what the warehouse holds.")
    if form == "table" and not output:
        show.out.print(as_table(frame))
        return
    body = _encoded(frame, "csv" if form == "table" else form)
    if output:
        write_whole(output, body)
    elif form in ("parquet", "xlsx"):
        raise DataError(f"{form} is not text; name a file with --output.")
    else:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()


def as_table(frame: pl.DataFrame) -> Table:
    """An answer as a table for people; numbers to the right, thousands apart but for years."""
    right = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    years = [name for name in right if name == "year" or name.endswith("_year")]
    return show.table("", frame.columns, frame.cast(dict.fromkeys(years, pl.String)).iter_rows(), right=right)


def _encoded(frame: pl.DataFrame, form: str) -> bytes:
    if form == "json":
        return as_json(frame.to_dicts()).encode()
    body = BytesIO()
    try:
        if form == "parquet":
            frame.write_parquet(body)
        elif form == "csv":
            _flat(frame).write_csv(body)
        else:
            _flat(frame).write_excel(body)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as problem:
        raise QueryError(f"the answer cannot be written as {form} ({plain(str(problem))[:200]}); cast it.") from problem
    return body.getvalue()


def as_json(value: object) -> str:
    """A value as JSON text that ends in a line break; what a terminal would obey is written as its number."""
    text = json.dumps(value, default=_plain_value, ensure_ascii=False, indent=1)
    return OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n"


OBEYED = re.compile("[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Control and direction marks beyond those that JSON escapes by itself."""


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame that fits into cells: lists and structs as JSON text, whole numbers of 128 bits as text."""
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    texts = [pl.Series(name, [_as_json(value) for value in frame[name].to_list()], pl.String) for name in nested]
    return frame.with_columns(*texts, pl.selectors.by_dtype(pl.Int128).cast(pl.String))


def _as_json(value: object) -> str | None:
    return None if value is None else json.dumps(value, default=_plain_value, ensure_ascii=False)


def _plain_value(value: object) -> object:
    """Dates as ISO text; exact decimals as numbers where a float holds them exactly, as text otherwise."""
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def about_views(con: duckdb.DuckDBPyConnection, name: str | None) -> Table:
    """All views with the question each answers, or one with its columns."""
    known = {one.name: one for one in queries.described(con)}
    if name is None:
        rows = [(one.name, one.question, one.grain) for one in known.values()]
        return show.table("", ("view", "what it answers", "grain"), rows)
    found = known.get(name) or known.get(f"views.{name}")
    if found is None:
        raise DataError(f"there is no view {plain(name)}; there are {', '.join(known)}.")
    return show.table(f"{found.name}: {found.question}\nGrain: {found.grain}", ("column", "meaning"), found.columns)


def status(con: duckdb.DuckDBPyConnection, now: datetime) -> dict[str, pl.DataFrame]:
    """
    By name: sources line by line, then the stages after them, the releases against their calendar, the calls of today
    and what is left of them, and the channels with their last delivery and last refusal.
    """
    sources = ask(con, sql_of("status"))
    stages = ask(
        con,
        "select 'facts' as stage, count(*) as rows, max(known_from) as newest from facts.trade_history"
        " union all select 'findings', count(*), max(found_at) from findings.finding"
        " union all select 'alerts', count(*), max(changed_at) from alerts.alert"
        " union all select 'told', count(told_at), max(told_at) from alerts.event",
    )
    calendar = sql_of("digest/releases")
    return {
        "sources": sources,
        "stages": stages,
        "releases": ask(con, calendar, values={"now": f"{now:%Y-%m-%d}"}),
        "calls": _calls(con, now),
        "channels": ask(con, sql_of("digest/channels")),
    }


def status_shown(found: Mapping[str, pl.DataFrame]) -> Iterator[Table | str]:
    """The status for people: a table for each part that is in use."""
    for name, frame in found.items():
        if frame.height or name in ("sources", "stages"):
            yield as_table(frame.with_columns(_TO_THE_MINUTE).drop(_ERRORS, strict=False))
            yield from _errors(frame)


_TO_THE_MINUTE = pl.selectors.datetime().dt.strftime("%Y-%m-%d %H:%M")
_ERRORS = ("last_error", "last_error_at")


def _errors(frame: pl.DataFrame) -> Iterator[str]:
    """The last error of each line that has one, below the table, which it would tear."""
    if "last_error" in frame.columns:
        for row in frame.filter(pl.col("last_error").is_not_null()).iter_rows(named=True):
            at = f", {row['last_error_at']:%Y-%m-%d %H:%M}" if row.get("last_error_at") else ""
            yield escape(plain(f"{next(iter(row.values()))}{at}: {row['last_error']}"))


def _calls(con: duckdb.DuckDBPyConnection, now: datetime) -> pl.DataFrame:
    """The calls of this UTC day by source and service, with the quota as it was learned or as it usually is."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    select = sql_of("raw/calls_today")
    found: pl.DataFrame = con.sql(select, params={"day": day}).pl()
    quotas = [calls_a_day(con, row["service"]) or None for row in found.iter_rows(named=True)]
    a_day = pl.Series("calls_a_day", quotas, dtype=pl.Int64)
    left = (pl.col("calls_a_day") - pl.col("calls")).clip(lower_bound=0).alias("left")
    return found.with_columns(a_day).select(
        "source", "service", "calls", "calls_a_day", left, pl.col(found.columns[3:])
    )


def demo(con: duckdb.DuckDBPyConnection, home: Path) -> Iterator[Table | str]:
    """What the sample shows: where listed goods went in 2021 and in 2022, the alerts with reasons, what to try next."""
    rows = con.execute(_demo("destinations")).fetchall()
    held, listed = _codes_held(con)
    yield f"High-priority goods ({held} of the {listed} listed codes) sold by EU members, EUR million"
    yield "January to November of each year; source: Eurostat, as released on 13 January 2023\n"
    columns = ("destination", "2021", "2022", "times*")
    cells = [(name, f"{before:,.3f}", f"{now:,.3f}", f"{times:.2f}") for name, before, now, times in rows]
    yield show.table("", columns, cells, right=columns[1:])
    yield "* like for like: only what is published in both years." + _unpublished(con)
    yield show.bars(
        "\nOf each 100 euro sold in 2021, so many in 2022", [_bar(name, times) for name, _, _, times in rows]
    )
    yield "\nAlerts: unusual figures and what they rest on, never proof of a breach"
    alerts = con.execute(
        "select alert_id, sentence from alerts.alert where state not in ('closed', 'withdrawn') order by score desc"
    )
    for number, (alert_id, sentence) in enumerate(alerts.fetchall(), start=1):
        yield f"\n{number}. {escape(alert_id)}: {escape(plain(sentence))}"
    yield "\nTry next"
    yield from (f"  {command} --home {home}" for command in NEXT)


NEXT = (
    "tradewatch alerts why hub-jump.KGZ",
    "tradewatch ask destinations -p year=2022",
    "tradewatch sql \"from views.supplier_share where tier = '1' and period = '2022-01-01'\"",
)
"""What a newcomer tries after the demo: from an alert to its cells, a saved question, free SQL."""


def _demo(name: str) -> str:
    return sql_of(f"demo/{name}")


def _codes_held(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """How many codes of the watch's list the figures hold, and how many the list has."""
    ((held, listed),) = con.execute(_demo("codes_held")).fetchall()
    return held, listed


def _unpublished(con: duckdb.DuckDBPyConnection) -> str:
    missing = [f"{name} {period:%B %Y}" for name, period in con.execute(_demo("not_published")).fetchall()]
    return f" Not yet published, so not read as zero: {', '.join(missing)}." if missing else ""


def _bar(name: str, times: Decimal) -> tuple[str, float, str]:
    return name, float(times), f"{100 * float(times):,.0f}"
