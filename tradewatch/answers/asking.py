"""Questions to the warehouse: free SQL, saved questions, the alerts, the views described."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
from rich.table import Table

from tradewatch import queries, show
from tradewatch.errors import DataError, QueryError
from tradewatch.files import plain, shipped

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
